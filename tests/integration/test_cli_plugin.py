"""`--plugin`: the example's host functions behind a runtime that imports them, and shared objects that are no plugins."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import wat
from command import scexec

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])
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
  (func (export "Test_reverse") (param i32 i32) (result i64) (call $reverse (call $span (local.get 0) (local.get 1))))
  (func (export "Test_outside") (param i32 i32) (result i64) (call $reverse (i64.const -1))))
"""
PLUGIN = r"""
#include <scexec.h>
static sce_error_t *f(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)ctx, (void)caller, (void)args, *result = 0;
  return NULL;
}
static const sce_host_function_t functions[] = {{%s, %s, f, NULL, NULL}};
static const sce_plugin_info_t info = {sizeof info, %s, "test", functions, 1};
SCE_API const sce_plugin_info_t *scexec_plugin(void) { return &info; }
"""


class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.runtime = wat.write(cls.folder, "runtime.wasm", RUNTIME)
        cls.plugin = cls.build(SOURCE / "examples" / "plugin.c", "plugin.so")

    @classmethod
    def build(cls, source, name):
        command = [os.environ["CC"], "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{SOURCE}/include",
                   str(source), "-o", str(cls.folder / name)]
        subprocess.run(command, check=True)
        return cls.folder / name

    def make(self, name, row="\"ext_x_version_1\"", signature="\"(i32) -> ()\"", version="SCE_VERSION"):
        source = self.folder / f"{name}.c"
        source.write_text(PLUGIN % (row, signature, version))
        return self.build(source, f"{name}.so")

    def call(self, *arguments, code=0, **options):
        done = scexec("call", "--runtime", self.runtime, "--no-cache", *arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def error(self, code, kind, *arguments):
        error = json.loads(self.call(*arguments, "--json", code=code).stdout)["error"]
        self.assertEqual(error["kind"], kind, error)
        return error["message"]

    def test_functions_of_the_example(self):
        self.assertEqual(self.call("Test_sum", "0x0102ff", "--plugin", self.plugin).stdout, b"0x02010000\n")
        self.assertEqual(self.call("Test_reverse", "0x0102ff", "--plugin", self.plugin).stdout, b"0xff0201\n")
        # Without a slash it is a file of the current directory.
        self.assertEqual(self.call("Test_reverse", "0x01", "--plugin", "plugin.so", cwd=self.folder).stdout, b"0x01\n")

    def test_a_refused_argument_ends_the_call(self):
        message = self.error(1, "host-function", "Test_outside", "--plugin", self.plugin)
        self.assertIn("ext_example_reverse_version_1", message)

    def test_every_thread_and_command_has_them(self):
        requests = "".join(f'{{"id":{n},"method":"Test_sum","data":"0x{n:02x}"}}\n' for n in range(100)).encode()
        done = scexec("batch", "--runtime", self.runtime, "--plugin", self.plugin, "-t", "3", "--no-cache", stdin=requests)
        self.assertEqual([json.loads(line)["output"] for line in done.stdout.splitlines()],
                         [f"0x{n:02x}000000" for n in range(100)])
        done = scexec("bench", "--runtime", self.runtime, "--plugin", self.plugin, "Test_sum", "-n", "5", "--json")
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_without_it_the_imports_are_missing(self):
        self.assertIn("ext_example_checksum_version_1", self.error(3, "missing-import", "Test_sum", "--strict-imports"))
        self.assertIn("ext_example_checksum_version_1", self.error(1, "missing-import", "Test_sum"))

    def test_what_is_no_plugin(self):
        self.error(4, "io", "Test_sum", "--plugin", self.folder / "nothing.so")
        self.error(4, "io", "Test_sum", "--plugin", self.runtime)
        empty = self.folder / "empty.c"
        empty.write_text("int scexec_something_else;\n")
        self.error(3, "bad-input", "Test_sum", "--plugin", self.build(empty, "empty.so"))
        self.assertIn("0.9", self.error(3, "bad-input", "Test_sum", "--plugin", self.make("old", version="900")))
        self.error(3, "bad-input", "Test_sum", "--plugin", self.make("nameless", row="0"))
        self.error(2, "misuse", "Test_sum", "--plugin", self.make("typeless", signature="\"(f16) -> ()\""))
        twice = ["--plugin", self.make("one"), "--plugin", self.make("two")]
        self.assertIn("ext_x_version_1", self.error(2, "misuse", "Test_sum", *twice))


if __name__ == "__main__":
    unittest.main()
