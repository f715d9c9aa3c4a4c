"""Floats to the bit: what upstream's executor answers to NaNs in every shape of operands (tests/oracle/floats) is what
each compiler, strategy and tier answers, metered or not."""
import hashlib
import itertools
import json
import tempfile
import unittest

import wat
from command import DATA as TEST_DATA, scexec

DATA = TEST_DATA / "floats"
ANSWERS = json.loads((DATA / "answers.json").read_text())
OPERANDS = {name: [int(bits, 16) for bits in each] for name, each in ANSWERS["operands"].items()}
# A sum of a load and a constant, both NaNs, is an argument of a function that can be inlined.
SUM_AS_ARGUMENT = r"""
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (func $sub (param f64 f64) (result f64) (f64.sub (local.get 0) (local.get 1)))
  (data (i32.const 1024) "\01\00\00\00\00\00\f8\7f")
  (func (export "f") (param i32 i32) (result i64)
    (f64.store (i32.const 2048)
      (call $sub (f64.const -0) (f64.add (f64.load (i32.const 1024)) (f64.const -nan:0x8000000000003))))
    (i64.or (i64.const 2048) (i64.shl (i64.const 8) (i64.const 32)))))
"""
STRATEGIES = ("instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling",
              "pooling-copy-on-write")


def operand_type(method):
    return {"demote": "f64", "promote": "f32"}.get(method, method[:3])


def requests(methods):
    """The requests of the generator, in its order."""
    for method in methods:
        for a, b in itertools.product(OPERANDS[operand_type(method)], repeat=2):
            data = a.to_bytes(8, "little") + b.to_bytes(8, "little")
            yield json.dumps({"id": method, "method": method, "data": "0x" + data.hex()})


class Floats(unittest.TestCase):
    def answers(self, module, *options, times=1):
        """[{method: digest, or the error's message}], one for each time that all is asked of one process."""
        methods = ANSWERS["answers"][module]
        lines = list(requests(methods))
        done = scexec("batch", "--runtime", DATA / f"{module}.wasm", "--no-cache", "--threads", "1", *options,
                      stdin="\n".join(lines * times).encode())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(rows), len(lines) * times)
        found = []
        for time in range(times):
            hashes, errors = {}, {}
            for row in rows[time * len(lines):(time + 1) * len(lines)]:
                if "error" in row:
                    errors[row["id"]] = row["error"]["message"] if isinstance(row["error"], dict) else row["error"]
                else:
                    hashes.setdefault(row["id"], hashlib.blake2b(digest_size=32)).update(bytes.fromhex(row["output"][2:]))
            found.append({name: each.hexdigest() for name, each in hashes.items()} | errors)
        return found

    def expect(self, module, *options, times=1):
        for found in self.answers(module, *options, times=times):
            for method, digest in ANSWERS["answers"][module].items():
                self.assertEqual(found[method], digest, (module, method, options))

    def test_all_strategies(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect("all", "--compiler", "cranelift", "--strategy", strategy)

    def test_tiers(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect("all", "--compiler", "tiered", "--strategy", strategy, times=3)

    def test_metered(self):
        for compiler in ("cranelift", "tiered"):
            with self.subTest(compiler=compiler):
                self.expect("all", "--compiler", compiler, "--stack-limit", "65536")

    def test_inlined(self):
        """Cranelift folds the load into the sum, and takes the other NaN, where the call is not inlined alone."""
        self.expect("plain", "--compiler", "cranelift")
        with tempfile.TemporaryDirectory() as folder:
            code = wat.write(folder, "sum.wasm", SUM_AS_ARGUMENT)
            call = ("call", "--runtime", code, "f", "--no-cache", "--hex", "--compiler", "cranelift")
            done = scexec(*call)
            self.assertEqual(done.stdout.decode().strip(), "0x030000000000f8ff", done.stderr.decode())
            done = scexec(*call, "--inline")
            self.assertEqual(done.returncode, 2, done.stdout.decode())
            self.assertIn("where calls are inlined another of two NaNs comes out", done.stderr.decode())
            for inlining in ((), ("--inline",)):
                done = scexec(*call, "--canonicalize-nans", *inlining)
                self.assertEqual(done.stdout.decode().strip(), "0x000000000000f87f", done.stderr.decode())

    def test_signs_of_products_forbid_inlining(self):
        done = scexec("call", "--runtime", DATA / "all.wasm", "f32_mul", "0x" + "00" * 16, "--inline", "--no-cache")
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assertIn("where calls are inlined NaNs get another sign", done.stderr.decode())

    def test_winch_is_for_what_gives_the_same(self):
        picking = ("add", "mul", "min", "max", "loops", "chains")
        found = self.answers("all", "--compiler", "winch")[0]
        for method, digest in ANSWERS["answers"]["all"].items():
            if any(name in method for name in picking):
                self.assertIn("the compiler winch takes another of two NaNs", found[method])
            else:
                self.assertEqual(found[method], digest, method)


if __name__ == "__main__":
    unittest.main()
