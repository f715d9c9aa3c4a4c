"""An installation in a fresh prefix is enough to build against: with pkg-config and with find_package, shared and static."""
import os
import pathlib
import shlex
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])
BUILD = pathlib.Path(os.environ["SCEXEC_BUILD"])
EXAMPLES = sorted((SOURCE / "examples").glob("*.c"))
SMOKE = """
#include <scexec.h>
#include <stdio.h>
int main(void) { return printf("%s %s\\n", sce_version(), sce_wasmtime_version()) < 0; }
"""
PROJECT = """
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
set(CMAKE_C_STANDARD 11)
find_package(scexec 0.1 REQUIRED COMPONENTS static)
foreach(kind scexec static)
  add_executable(smoke_${kind} smoke.c)
  target_link_libraries(smoke_${kind} PRIVATE scexec::${kind})
endforeach()
"""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.work = pathlib.Path(cls.folder.name)
        # Moved after the installation: nothing in it may name the place where it was made.
        run(os.environ["CMAKE"], "--install", BUILD, "--prefix", cls.work / "first")
        cls.prefix = (cls.work / "first").rename(cls.work / "moved")
        (cls.work / "smoke.c").write_text(SMOKE)
        cls.pc_dir = next(cls.prefix.rglob("scexec.pc")).parent
        cls.env = dict(os.environ, PKG_CONFIG_PATH=str(cls.pc_dir), LD_LIBRARY_PATH=str(cls.pc_dir.parent))

    def pkg_config(self, *arguments):
        return shlex.split(run("pkg-config", *arguments, "scexec", env=self.env))

    def compile(self, source, static):
        program = self.work / f"{source.stem}_{'static' if static else 'shared'}"
        flags = self.pkg_config("--cflags")
        libs = self.pkg_config("--libs")
        if static:
            flags.append("-DSCE_STATIC")
            libs = self.pkg_config("--static", "--libs")
            libs[libs.index("-lscexec")] = "-l:libscexec.a"
        run(os.environ["CC"], "-std=c11", "-Wall", "-Werror", *flags, source, "-o", program, *libs)
        return program

    def test_pkg_config(self):
        version = self.pkg_config("--modversion")[0]
        for static in (False, True):
            with self.subTest(static=static):
                program = self.compile(self.work / "smoke.c", static)
                self.assertEqual(run(program, env=self.env).split()[0], version)
                needed = run("ldd", program, env=self.env)
                self.assertEqual("libscexec.so" in needed, not static, needed)
                self.assertNotIn("libcurl", needed)  # loaded only by who makes HTTP requests

    def test_find_package(self):
        (self.work / "CMakeLists.txt").write_text(PROJECT)
        out = self.work / "out"
        run(os.environ["CMAKE"], "-S", self.work, "-B", out, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run(os.environ["CMAKE"], "--build", out)
        for kind in ("scexec", "static"):
            self.assertIn(".", run(out / f"smoke_{kind}", env=self.env))

    def test_examples_compile(self):
        for source in EXAMPLES:
            if "plugin" in source.stem:
                continue  # a shared object; the command's tests build and load it
            with self.subTest(example=source.name):
                self.compile(source, static=False)

    def test_example_of_the_readme_answers(self):
        source = SOURCE / "examples" / "call.c"
        spec = pathlib.Path(os.environ["TEST_INPUTS"]) / "polkadot.json"
        if not source.exists():
            self.skipTest("no examples/call.c")
        for static in (False, True):
            with self.subTest(static=static):
                out = run(self.compile(source, static), spec, env=self.env)
                self.assertIn("0x20706f6c6b61646f74", out)  # the SCALE string "polkadot"

    @unittest.skipUnless((BUILD / "scexec").exists(), "the command is not built")
    def test_command_and_its_pages(self):
        out = run(self.prefix / "bin" / "scexec", "--version")
        self.assertIn(self.pkg_config("--modversion")[0], out)
        names = {str(path.relative_to(self.prefix)) for path in (self.prefix / "share").rglob("*")}
        self.assertIn("share/man/man1/scexec.1", names)
        self.assertIn("share/bash-completion/completions/scexec", names)

    def test_no_build_paths(self):
        for path in [*self.prefix.rglob("*.pc"), *self.prefix.rglob("*.cmake"), *self.prefix.rglob("*.h")]:
            self.assertNotIn(str(SOURCE), path.read_text(), path)


if __name__ == "__main__":
    unittest.main()
