"""What the system or the user refuses the compiler (threads, memory, time) ends as an error, or goes slower with a
warning; no process is ended by a signal, and none outlives its limit for a compile that nobody waits for."""
import json
import os
import pathlib
import resource
import shutil
import tempfile
import time
import unittest

import wat
from command import DATA, INPUTS, SCEXEC, scexec
from sanitizer import plain_build_only

NOBODY = 65534
# Cranelift takes minutes for it: a variable of each of 500 loops in each other for each of 500 locals.
BOMB = r"""(module (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "Core_version") (param i32 i32) (result i64) (local %s) %s %s %s (i64.const 0)))""" % (
    "i64 " * 500, "(loop " * 500,
    " ".join(f"(local.set {i} (i64.add (local.get {i}) (local.get {i + 1})))" for i in range(2, 501)),
    "(br_if 0 (i64.ne (local.get 2) (i64.const 0))))" * 500)


class Refused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    @plain_build_only
    def test_threads(self):
        command, runtime = self.folder / "scexec", wat.write(self.folder, "runtime.wasm", wat.RUNTIME)
        shutil.copy(SCEXEC, command)
        for each in (self.folder, command, runtime):
            os.chmod(each, 0o777)

        def limit():
            if os.getuid() == 0: # whom the limit does not hold for
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))

        environment = dict(os.environ, HOME=str(self.folder), XDG_CACHE_HOME=str(self.folder))
        for options in (["--compiler", "cranelift"], ["--compiler", "winch"], ["--compiler", "tiered"],
                        ["--compiler", "cranelift", "--strategy", "pooling"]):
            with self.subTest(options=options):
                done = scexec("call", "--no-cache", "--runtime", runtime, "Test_echo", "0x0102", *options, executable=command,
                              preexec_fn=limit, env=environment)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertEqual(done.stdout, b"0x0102\n")
                self.assertIn("no more threads can be started", done.stderr.decode())

    @plain_build_only
    def test_memory(self):
        for mib in (60, 80, 100, 130, 160, 200, 280):
            for compiler in ("cranelift", "winch", "tiered"):
                with self.subTest(mib=mib, compiler=compiler):
                    done = scexec("call", "--no-cache", "--compiler", compiler, "--runtime", INPUTS / "kusama_runtime.wasm",
                                  "Core_version", preexec_fn=lambda: resource.setrlimit(
                                      resource.RLIMIT_AS, (mib << 20, mib << 20)))
                    self.assertEqual(done.returncode, 4, done.stderr.decode())

    @plain_build_only
    def test_memory_as_threads_start(self):
        # Where the addresses end while the compiling threads start depends on chance, so it is tried more than once.
        for kib in range(54000, 86000, 2000):
            for _ in range(4):
                done = scexec("call", "--no-cache", "--compiler", "cranelift", "--runtime", INPUTS / "kusama_runtime.wasm",
                              "Core_version", preexec_fn=lambda: resource.setrlimit(
                                  resource.RLIMIT_AS, (kib << 10, kib << 10)))
                self.assertEqual(done.returncode, 4, f"{kib} KiB: {done.stderr.decode()}")

    def expect_limit(self, *arguments):
        started = time.monotonic()
        done = scexec(*arguments, "--json")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertEqual(json.loads(done.stdout)["error"]["kind"], "time-limit")
        self.assertLess(time.monotonic() - started, 60)

    def test_time(self):
        runtime = wat.write(self.folder, "bomb.wasm", BOMB)
        self.assertLess(runtime.stat().st_size, 20000)
        source = ["--runtime", runtime, "--compiler", "cranelift"]
        self.expect_limit("call", "--no-cache", *source, "Core_version", "--compile-time-limit", "500ms")
        self.expect_limit("call", "--cache", self.folder / "cache", *source, "Core_version", "--compile-time-limit", "500ms")
        self.expect_limit("compile", *source, "-o", self.folder / "artifact", "--time-limit", "500ms")
        self.expect_limit("compile", *source, "-o", self.folder / "artifact", "--compile-time-limit", "500ms")
        self.assertFalse((self.folder / "artifact").exists())

    def test_time_of_other_code(self):
        # A call that asks for the version of such code ends with its own limit: what Winch is not for waits for Cranelift.
        text = BOMB.replace("(i64.const 0)))", "(drop (f32.add (f32.const 1) (f32.const 2))) (i64.const 0)))")
        code = wat.write(self.folder, "bomb.wasm", text)
        runtime = DATA / "executor" / "versions.wasm"
        self.expect_limit("call", "--no-cache", "--runtime", runtime, "ask", f"@{code}", "--time-limit", "500ms")
        code = wat.write(self.folder, "bomb.wasm", BOMB)
        done = scexec("call", "--no-cache", "--runtime", runtime, "ask", f"@{code}", "--time-limit", "60s")
        self.assertEqual(done.returncode, 0, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
