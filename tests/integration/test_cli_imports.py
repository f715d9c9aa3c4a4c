"""Code that imports functions which scexec does not have: what reads warns of them once, blocks refuse them."""
import json
import pathlib
import tempfile
import unittest

import wat
from command import DATA, INPUTS, scexec

OWN = ("ext_nobody_has_this_version_1", "ext_nor_this_version_1")
KNOWN, UNKNOWN = b"ext_offchain_network_state_version_1", b"ext_offchain_network_slate_version_1"
WARNING = "warning: the runtime imports what scexec does not have: "


def chain_with_own_functions(path):
    """Polkadot's genesis, whose code imports a function that nobody has in place of one that blocks don't need."""
    spec = (INPUTS / "polkadot.json").read_text()
    path.write_text(spec.replace(KNOWN.hex(), UNKNOWN.hex(), 1))  # in the import section; the name section has it, too
    return path


class Imports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.missing = wat.write(cls.folder, "missing.wasm", wat.MISSING)
        cls.chain = chain_with_own_functions(cls.folder / "own.json")

    def done(self, *arguments, code=0, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def warned(self, names, *arguments, **options):
        """Standard output of a command that warns of `names`, once."""
        done = self.done(*arguments, **options)
        self.assertEqual([line for line in done.stderr.decode().splitlines() if "does not have" in line],
                         [WARNING + ", ".join(names) + "; a call that needs one of them will fail"])
        return done.stdout

    def refused(self, names, *arguments, **options):
        error = self.done(*arguments, code=3, **options).stderr.decode()
        self.assertNotIn("warning", error)
        for name in names:
            self.assertIn(f"env.{name}", error)

    def test_calls(self):
        call = ["call", "--runtime", self.missing]
        self.assertEqual(self.warned(OWN, *call, "Test_fine"), b"0x\n")
        self.refused(OWN, *call, "Test_fine", "--strict-imports")
        for quiet in ("--quiet", "--allow-missing-imports"):
            self.assertEqual(self.done(*call, "Test_fine", quiet).stderr, b"")
        error = self.done(*call, "Test_missing", "--json", code=1)
        self.assertIn(OWN[0], json.loads(error.stdout)["error"]["message"])
        self.done(*call, "Test_fine", "--strict-imports", "--allow-missing-imports", code=2)
        self.refused(OWN, *call, "Test_fine", "--preset", "pvf", "--strict-imports")

    def test_another_type_is_no_missing_function(self):
        other = wat.write(self.folder, "other.wasm", wat.OTHER_TYPE)
        error = self.done("call", "--runtime", other, "Test_fine", code=3).stderr.decode()
        self.assertIn("ext_storage_set_version_1 (the runtime's type is (i32) -> ()", error)

    def test_bench_warns_once_for_all_strategies(self):
        bench = ["bench", "--runtime", self.missing, "Test_fine", "-n", "2"]
        self.warned(OWN, *bench)
        self.refused(OWN, *bench, "--strict-imports")

    def test_batch(self):
        requests = b'{"id":1,"method":"Test_fine"}\n{"id":2,"method":"Test_missing"}\n'
        lines = self.warned(OWN, "batch", "--runtime", self.missing, stdin=requests).splitlines()
        answers = {answer["id"]: answer for answer in map(json.loads, lines)}
        self.assertEqual(answers[1]["output"], "0x")
        self.assertEqual(answers[2]["error"]["kind"], "missing-import")
        self.assertIn(OWN[0], answers[2]["error"]["message"])
        self.refused(OWN, "batch", "--runtime", self.missing, "--strict-imports", stdin=requests)

    def test_names_and_values(self):
        names, chain = [UNKNOWN.decode()], ["--chain", self.chain]
        for command in (["metadata"], ["api"], ["decode", "u32", "0x01000000"], ["encode", "u32", "1"],
                        ["state", "get", "Timestamp.Now"], ["state", "describe", "0x" + "26" * 32]):
            self.warned(names, *command, *chain)
            self.refused(names, *command, *chain, "--strict-imports")
        keys = ["state", "keys", *chain, "Balances.TotalIssuance"]
        self.warned(names, *keys)
        self.warned(names, "call", *chain, "Core_version")

    def test_names_are_escaped(self):
        text = wat.MISSING.replace("nobody_has", r"nobody\1b[2J")
        done = self.done("call", "--runtime", wat.write(self.folder, "escape.wasm", text), "Test_fine")
        self.assertIn(rb"ext_nobody\x1b[2J_this_version_1", done.stderr)

    def test_many_are_counted(self):
        more = "".join(f'(import "env" "own_{i:02}" (func))' for i in range(30))
        many = wat.write(self.folder, "many.wasm", wat.MISSING.replace("(module", "(module " + more, 1))
        self.assertIn(b", own_17 and 12 more; ", self.done("call", "--runtime", many, "Test_fine").stderr)

    def test_blocks_are_strict(self):
        block = ["block", "execute", "--chain", self.chain, f"@{DATA / 'blocks' / 'polkadot-1.hex'}"]
        build = ["block", "build", "--chain", self.chain]
        self.refused([UNKNOWN.decode()], *block)
        self.refused([UNKNOWN.decode()], *build)
        # Another code is another genesis, so the block of the real one is not its child.
        error = self.done(*block, "--allow-missing-imports", code=1).stderr.decode()
        self.assertIn("parent", error)
        self.assertEqual(self.done(*build, "--allow-missing-imports", "-o", self.folder / "block").returncode, 0)


if __name__ == "__main__":
    unittest.main()
