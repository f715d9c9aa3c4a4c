"""The example's host functions in a program of its own: a C program over the shared library loads the plugin, gives its
functions to an engine, and makes calls that need them."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import wat

SOURCE, BUILD = pathlib.Path(os.environ["SCEXEC_SOURCE"]), pathlib.Path(os.environ["SCEXEC_BUILD"])
RUNTIME = r"""
(module
  (import "env" "ext_example_checksum_version_1" (func $sum (param i64) (result i32)))
  (import "env" "ext_example_reverse_version_1" (func $reverse (param i64) (result i64)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Test_sum") (param i32 i32) (result i64)
    (i32.store (i32.const 512) (call $sum (call $span (local.get 0) (local.get 1))))
    (call $span (i32.const 512) (i32.const 4)))
  (func (export "Test_reverse") (param i32 i32) (result i64) (call $reverse (call $span (local.get 0) (local.get 1)))))
"""
PROGRAM = r"""
#include <scexec.h>
#include <stdio.h>
#include <stdlib.h>

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "%s\n", sce_error_message(err));
  exit(1);
}

int main(int argc, char **argv) {
  sce_plugin_t *plugin = NULL;
  sce_config_t config;
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_buf_t output = {0};
  static uint8_t code[65536];
  if (argc != 4) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 2;
  size_t len = fread(code, 1, sizeof code, file);
  fclose(file);
  sce_config_init(&config);
  if (argv[2][0] != '\0') {
    must(sce_plugin_load(&plugin, argv[2]));
    const sce_plugin_info_t *info = sce_plugin_info(plugin);
    config.host_functions = info->functions;
    config.host_function_count = info->function_count;
  }
  must(sce_engine_new(&engine, &config));
  must(sce_blob_new(&blob, (sce_span_t){code, len}));
  must(sce_runtime_new(&runtime, engine, blob));
  must(sce_instance_new(&instance, runtime));
  must(sce_instance_call(instance, &output, argv[3], (const uint8_t *)"\1\2\xff", 3, NULL));
  for (size_t i = 0; i < output.len; i++) printf("%02x", output.data[i]);
  sce_buf_free(&output);
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  sce_plugin_delete(plugin);
  return 0;
}
"""


class PluginInTheLibrary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.runtime = wat.write(cls.folder, "runtime.wasm", RUNTIME)
        (cls.folder / "program.c").write_text(PROGRAM)
        cls.compile("-shared", "-fPIC", SOURCE / "examples" / "plugin.c", "-o", cls.folder / "plugin.so")
        cls.compile(cls.folder / "program.c", "-o", cls.folder / "program", f"-L{BUILD}", "-lscexec", f"-Wl,-rpath,{BUILD}")

    @staticmethod
    def compile(*arguments):
        command = [os.environ["CC"], "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", *map(str, arguments)]
        subprocess.run(command, check=True)

    def run_program(self, plugin, method):
        command = [self.folder / "program", self.runtime, plugin, method]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_its_functions_answer(self):
        for method, expected in [("Test_sum", "02010000"), ("Test_reverse", "ff0201")]:
            done = self.run_program(self.folder / "plugin.so", method)
            self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)

    def test_without_it_the_imports_are_missing(self):
        done = self.run_program("", "Test_sum")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ext_example_checksum_version_1", done.stderr)


if __name__ == "__main__":
    unittest.main()
