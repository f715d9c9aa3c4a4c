"""Floats to the bit: what upstream's executor answers to NaNs in every shape of operands (tests/oracle/floats) is what
each compiler, strategy and tier answers, metered or with calls inlined."""
import hashlib
import itertools
import json
import unittest

from command import DATA as TEST_DATA, scexec

DATA = TEST_DATA / "floats"
ANSWERS = json.loads((DATA / "answers.json").read_text())
OPERANDS = {name: [int(bits, 16) for bits in each] for name, each in ANSWERS["operands"].items()}
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
        self.expect("plain", "--compiler", "cranelift")
        self.expect("plain", "--compiler", "cranelift", "--inline")

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
