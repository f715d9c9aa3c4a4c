"""Commands that write state databases are killed (SIGKILL) at random moments: an import, calls that are committed, blocks
that are replayed. What is on disk afterwards verifies, and is the state from before or after what was under way.

SCEXEC_KILLS: how many of each kind (7). SCE_TEST_SEED repeats the choices, though not what they hit."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import wat
from command import INPUTS, SCEXEC, scexec

KILLS = int(os.environ.get("SCEXEC_KILLS", "7"))
SEED = int(os.environ.get("SCE_TEST_SEED", str(time.time_ns() % 1_000_000)))
POLKADOT, ROCOCO = INPUTS / "polkadot.json", INPUTS / "rococo.json"
POLKADOT_ROOT = "0x29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17"
EMPTY_ROOT = "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"
BLOCKS = 8
FIRST_SLOT = 283333333

# Test_fill writes 3,000 keys whose values begin with the input.
RUNTIME = wat.RUNTIME.rstrip().removesuffix(")") + r"""
  (data (i32.const 2048) "\10test\10test\01\00\00\00\01\00\00\00\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\01")
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 2048) (i32.const 40)))
  (func (export "Test_fill") (param i32 i32) (result i64) (local $i i32)
    (loop $next
      (i32.store (i32.const 4096) (i32.mul (local.get $i) (i32.const 0x9e3779b1)))
      (call $set (call $span (i32.const 4096) (i32.const 4)) (call $span (local.get 0) (i32.const 100)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 3000))))
    (i64.const 0)))
"""


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SCE_TEST_SEED={SEED}")
        cls.dice = random.Random(SEED)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def document(self, *arguments):
        done = scexec(*arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def seconds(self, *arguments):
        start = time.monotonic()
        done = scexec(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return time.monotonic() - start

    def kill(self, limit, *arguments):
        """Runs a command and kills it within `limit` seconds; true when it was done before."""
        process = subprocess.Popen([SCEXEC, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(self.dice.random() * limit)
        process.send_signal(signal.SIGKILL)
        error = process.communicate()[1]
        self.assertIn(process.returncode, (0, -signal.SIGKILL), error.decode())
        return process.returncode == 0

    def verified_root(self):
        found = self.document("state", "verify", self.dir)
        self.assertTrue(found["valid"])
        return found["stateRoot"]

    def test_imports(self):
        limit = 1.3 * self.seconds("state", "import", POLKADOT, self.folder / "whole")
        for _ in range(KILLS):
            shutil.rmtree(self.dir, ignore_errors=True)
            done = self.kill(limit, "state", "import", POLKADOT, self.dir)
            root = self.verified_root() if (self.dir / "data.mdb").exists() else EMPTY_ROOT
            self.assertIn(root, (POLKADOT_ROOT,) if done else (POLKADOT_ROOT, EMPTY_ROOT))
            if root == EMPTY_ROOT:  # what is left does not stand in the way
                self.document("state", "import", POLKADOT, self.dir)
            self.assertEqual(self.verified_root(), POLKADOT_ROOT)

    def test_committed_calls(self):
        self.document("state", "import", POLKADOT, self.dir)
        code = wat.write(self.folder, "runtime.wasm", RUNTIME)

        def call(number):
            return ["call", "--state", self.dir, "--runtime", code, "Test_fill", "0x" + number.to_bytes(100, "big").hex(),
                    "--commit"]

        limit = 1.2 * max(self.seconds(*call(0)), self.seconds(*call(1)))
        number = 1
        for _ in range(KILLS):
            done = self.kill(limit, *call(number + 1))
            self.verified_root()
            values = set()
            for key in ("0x00000000", "0xb179379e", "0x62f36e3c"):
                value = scexec("state", "get", "--state", self.dir, key).stdout.decode().strip()
                values.add(int(value[2:], 16))
            self.assertEqual(len(values), 1)
            found = values.pop()
            self.assertIn(found, (number + 1,) if done else (number, number + 1))
            number = found

    def build_blocks(self):
        """A file of blocks on Rococo's genesis, a line each, and the root after each; the database stays at genesis."""
        built, lines, roots = self.folder / "built", [], []
        roots.append(self.document("state", "import", ROCOCO, built)["stateRoot"])
        shutil.copytree(built, self.dir)
        for number in range(BLOCKS):
            block = self.document("block", "build", "--state", built, "--commit", "--slot", FIRST_SLOT + 5 * number)
            lines.append(block["block"] + "\n")
            roots.append(block["stateRoot"])
        return lines, roots

    def test_replays(self):
        lines, roots = self.build_blocks()
        genesis, file = self.folder / "genesis", self.folder / "blocks"
        shutil.copytree(self.dir, genesis)
        replay = ["block", "replay", "--state", self.dir, file, "--commit"]
        file.write_text("".join(lines))
        limit = self.seconds(*replay)
        at = BLOCKS
        for _ in range(KILLS):
            if at == BLOCKS:
                shutil.rmtree(self.dir)
                shutil.copytree(genesis, self.dir)
                at = 0
            file.write_text("".join(lines[at:]))
            done = self.kill(limit, *replay)
            root = self.verified_root()
            states = self.document("state", "history", self.dir)["states"]
            number = states[0]["number"]
            self.assertEqual(root, roots[number])
            self.assertEqual([state["stateRoot"] for state in states], roots[number::-1])
            self.assertGreaterEqual(number, BLOCKS if done else at)
            at = number


if __name__ == "__main__":
    unittest.main()
