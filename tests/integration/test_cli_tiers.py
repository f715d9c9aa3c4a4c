"""What code gives through one compiler and strategy it gives through each: outputs to the bit, and traps by their
reason."""
import itertools
import pathlib
import tempfile
import unittest

import wat
from command import scexec

COMPILERS = ("cranelift", "winch", "tiered")
STRATEGIES = ("instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling",
              "pooling-copy-on-write")

MODULE = r"""
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  %s)
"""


def module(text):
    return MODULE % text


FLOATS = {
    "f32": ("i32", 4, "0x7fc00000 0xffc00000 0x7f800001 0xff800123 0x7fc12345 0x3f800000 0 0x80000000 0x7f800000 "
            "0xff800000".split()),
    "f64": ("i64", 8, "0x7ff8000000000000 0xfff8000000000000 0x7ff0000000000001 0xfff0000000000123 0x7ff8000012345678 "
            "0x3ff0000000000000 0 0x8000000000000000 0x7ff0000000000000 0xfff0000000000000".split()),
}
UNARY = ("abs", "neg", "sqrt", "ceil", "floor", "trunc", "nearest")
BINARY = ("sub", "div", "copysign")
PICKING = ("add", "mul", "min", "max")


def floats(binary):
    """Every float operation with a float result, on quiet and signalling NaNs, zeros, infinities; the bits of all."""
    functions, stores, at = [], [], 1024

    def operation(name, result, types, values):
        nonlocal at
        bits, size, _ = FLOATS[result]
        operands = " ".join(f"({type_}.reinterpret_{FLOATS[type_][0]} (local.get {i}))" for i, type_ in enumerate(types))
        params = " ".join(FLOATS[type_][0] for type_ in types)
        functions.append(f"(func ${result}.{name} (param {params}) (result {bits}) ({bits}.reinterpret_{result} "
                         f"({result}.{name} {operands})))")
        for row in values:
            given = " ".join(f"({FLOATS[type_][0]}.const {value})" for type_, value in zip(types, row))
            stores.append(f"({bits}.store (i32.const {at}) (call ${result}.{name} {given}))")
            at += size

    for type_, (_, _, values) in FLOATS.items():
        for name in UNARY:
            operation(name, type_, [type_], [[value] for value in values])
        for name in binary:
            operation(name, type_, [type_, type_], itertools.product(values, values))
    operation("demote_f64", "f32", ["f64"], [[value] for value in FLOATS["f64"][2]])
    operation("promote_f32", "f64", ["f32"], [[value] for value in FLOATS["f32"][2]])
    return module("\n".join(functions) + '\n(func (export "Test_call") (param i32 i32) (result i64)\n' + "\n".join(stores) +
                  f"(i64.const {(at - 1024) << 32 | 1024}))")


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

    def outputs(self, text, *options, compilers=COMPILERS):
        """What the compilers give, each once."""
        done = [self.call(text, compiler, "--output", "raw", *options) for compiler in compilers]
        for each in done:
            self.assertEqual(each.returncode, 0, each.stderr.decode())
        return {each.stdout for each in done}

    def test_floats_to_the_bit(self):
        self.assertEqual(len(self.outputs(floats(BINARY))), 1)
        self.assertEqual(len(self.outputs(floats(BINARY + PICKING), "--canonicalize-nans")), 1)

    def test_what_picks_one_of_two_nans(self):
        # Winch takes the other one: it is not for such code.
        text = floats(BINARY + PICKING)
        self.assertEqual(len(self.outputs(text, compilers=("cranelift", "tiered"))), 1)
        for name, type_ in itertools.product(PICKING, FLOATS):
            done = self.call(module(f"""
              (func (export "Test_call") (param i32 i32) (result i64)
                (drop ({type_}.{name} ({type_}.const 1) ({type_}.const 2))) (i64.const 0))"""), "winch")
            self.assertEqual(done.returncode, 2, done.stderr.decode())
            self.assertIn("the compiler winch takes another of two NaNs", done.stderr.decode())

    def test_recursion_that_fits_upstreams_stack(self):
        # sc-executor 0.51 returns from all of these: its least frames take 16 bytes of 1 MiB.
        for params, depth, local_count in (("i32", 60000, 1), ("i32", 10000, 100), ("i32 i32 i32 i32", 20000, 0)):
            more = "".join(f" (i32.mul (local.get {i}) (i32.const 3))" for i in range(1, params.count("i32")))
            sum_ = "(local.get 0)" if not more else "(i32.add (local.get 1) (i32.add (local.get 2) (local.get 3)))"
            text = module(f"""
              (func $down (param {params}) (result i32) (local {'i64 ' * local_count})
                (if (result i32) (i32.eqz (local.get 0))
                  (then (i32.const 0))
                  (else (i32.add {sum_} (call $down (i32.sub (local.get 0) (i32.const 1)){more})))))
              (func (export "Test_call") (param i32 i32) (result i64)
                (i32.store (i32.const 16) (call $down (i32.const {depth}){' (i32.const 1)' * params.count(' ')}))
                (i64.const 0x0000000400000010))""")
            self.assertEqual(len(self.outputs(text)), 1)

    def test_recursion_without_end(self):
        self.expect_trap(module(r"""
          (func $down (param i32) (result i32) (i32.add (local.get 0) (call $down (local.get 0))))
          (func (export "Test_call") (param i32 i32) (result i64) (i64.extend_i32_u (call $down (i32.const 1))))"""),
                         "exhausted the native stack of 1048576 bytes")

    def with_strategies(self, text):
        return [self.call(text, "cranelift", "--output", "raw", "--strategy", strategy) for strategy in STRATEGIES]

    def test_a_static_heap_comes_after_the_start_function(self):
        text = module(r"""
          (global $pages (mut i32) (i32.const 0))
          (func $start (global.set $pages (memory.size)))
          (start $start)
          (func (export "Test_call") (param i32 i32) (result i64)
            (i32.store (i32.const 16) (global.get $pages))
            (i64.const 0x0000000400000010))""")
        for done in self.with_strategies(text):
            self.assertEqual(done.stdout, b"\x11\0\0\0", done.stderr.decode()) # sc-executor 0.51: 0x11000000

    def test_a_static_heap_comes_after_data_segments(self):
        for offset, fits in ((1114108, True), (1114109, False)):
            text = module(f"""
              (data (i32.const {offset}) "data")
              (func (export "Test_call") (param i32 i32) (result i64) (i64.const 0x0000000400000000))""")
            for done in self.with_strategies(text):
                if fits:
                    self.assertEqual(done.returncode, 0, done.stderr.decode())
                else:
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn("data segments trapped", done.stderr.decode())

    def test_exports_named_like_those_of_globals(self):
        # Rewriting exports mutable globals, upstream's does not: the name may be the module's own.
        text = module(r"""
          (global $own (export "exported_internal_global_0") (mut i32) (i32.const 7))
          (func (export "Test_call") (param i32 i32) (result i64)
            (i32.store (i32.const 16) (global.get $own))
            (global.set $own (i32.const 8))
            (i64.const 0x0000000400000010))
          (func $Test_down (export "Test_down") (param i32 i32) (result i64)
            (call $Test_down (local.get 0) (local.get 1)))""")
        for done in self.with_strategies(text):
            self.assertEqual(done.stdout, b"\x07\0\0\0", done.stderr.decode())
        path = wat.write(self.folder, "code.wasm", text)
        done = scexec("call", "--runtime", path, "Test_down", "--no-cache", "--stack-limit", "1000")
        self.assertIn("exceeded the deterministic stack limit of 1000 values", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
