"""What code gives through one compiler it gives through each: outputs to the bit, and traps by their reason."""
import pathlib
import tempfile
import unittest

import wat
from command import scexec

COMPILERS = ("cranelift", "winch", "tiered")

MODULE = r"""
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  %s)
"""


def module(text):
    return MODULE % text


class Tiers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def call(self, text, compiler, *options):
        path = wat.write(self.folder, "code.wasm", text)
        return scexec("call", "--runtime", path, "Test_call", "--compiler", compiler, "--no-cache", *options)

    def expect_trap(self, text, reason):
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                done = self.call(text, compiler)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(reason, done.stderr.decode())

    def test_a_call_of_a_table_entry_of_another_type(self):
        # What the first tier leaves out is never called, neither does it stand in the entry's place: it has the type.
        for left_out in ("(func $left_out)", "(func $left_out (i32.store (i32.const 16) (i32.const 1)))"):
            self.expect_trap(module(left_out + r"""
              (type $v (func))
              (func $other (param i32))
              (table 2 funcref)
              (elem (i32.const 0) $other)
              (func (export "Test_call") (param i32 i32) (result i64)
                (call_indirect (type $v) (i32.const 0))
                (i64.const 0))"""), "indirect call to a function of another type")


if __name__ == "__main__":
    unittest.main()
