"""State databases: import, reading at a block, commits of calls, export, comparison, and damage."""
import json
import os
import pathlib
import tempfile
import unittest

import wat
from command import INPUTS, scexec

POLKADOT = INPUTS / "polkadot.json"
ROOT = "0x29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17"
GENESIS = "0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3"

# Like wat.RUNTIME's Test_set, with a version, which commits ask for: its output is one that Core_version gave once.
RUNTIME = wat.RUNTIME.rstrip().removesuffix(")") + r"""
  (data (i32.const 2048) "\10test\10test\01\00\00\00\01\00\00\00\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\01")
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 2048) (i32.const 40))))
"""


class Database(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def run_command(self, *arguments, code=0):
        done = scexec(*arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def document(self, *arguments, code=0):
        return json.loads(self.run_command(*arguments, "--json", code=code).stdout)

    def import_polkadot(self):
        return self.document("state", "import", POLKADOT, self.dir)

    def test_import_and_read(self):
        found = self.import_polkadot()
        self.assertEqual((found["stateRoot"], found["genesisHash"], found["keys"]), (ROOT, GENESIS, 11645))
        self.assertEqual(self.document("state", "root", self.dir),
                         {"stateRoot": ROOT, "genesisHash": GENESIS, "keys": 11645})
        self.assertEqual(self.run_command("state", "keys", "--state", self.dir).stdout,
                         self.run_command("state", "keys", "--chain", POLKADOT).stdout)
        self.assertEqual(self.run_command("state", "diff", POLKADOT, self.dir).stdout, b"")
        self.assertEqual(self.document("state", "diff", self.dir, POLKADOT), {"differences": []})
        self.assertTrue(self.document("state", "verify", self.dir)["valid"])
        states = self.document("state", "history", self.dir)["states"]
        self.assertEqual(states, [{"number": 0, "hash": GENESIS, "stateRoot": ROOT}])
        answer = self.run_command("call", "--state", self.dir, "Core_version").stdout
        self.assertEqual(answer, self.run_command("call", "--chain", POLKADOT, "Core_version").stdout)

    def test_export_is_a_spec_again(self):
        self.import_polkadot()
        file = self.folder / "out.json"
        self.run_command("state", "export", self.dir, "-o", file)
        self.assertEqual(self.document("state", "root", "--chain", file)["genesisHash"], GENESIS)
        self.assertEqual(json.loads(file.read_text())["id"], json.loads(POLKADOT.read_text())["id"])
        piped = self.run_command("state", "export", "--state", self.dir).stdout
        self.assertEqual(json.loads(piped), json.loads(file.read_text()))
        self.run_command("state", "export", self.dir, "-o", "/dev/null/nothing/x", code=4)

    def test_at(self):
        self.import_polkadot()
        for at in ("0", GENESIS):
            self.run_command("state", "get", "--state", self.dir, "--at", at, ":code", "--output", "raw")
        self.run_command("state", "get", "--state", self.dir, "--at", "1", ":code", code=3)
        self.run_command("state", "get", "--state", self.dir, "--at", "0x00", ":code", code=2)
        self.run_command("state", "get", "--state", self.dir, "--at", "x", ":code", code=2)
        self.run_command("state", "get", "--chain", POLKADOT, "--at", "0", ":code", code=2)

    def test_commit_of_a_call(self):
        self.import_polkadot()
        source = ["--state", self.dir, "--runtime", wat.write(self.folder, "runtime.wasm", RUNTIME)]
        self.run_command("call", *source, "Test_set", "0x0506")
        self.run_command("state", "get", "--state", self.dir, "0x" + b"key".hex(), code=1)
        found = self.document("call", *source, "Test_set", "0x0506", "--commit")
        self.assertEqual(self.run_command("state", "get", "--state", self.dir, "0x" + b"key".hex()).stdout, b"0x0506\n")
        self.assertEqual(self.document("state", "root", self.dir)["stateRoot"], found["stateRoot"])
        self.assertNotEqual(found["stateRoot"], ROOT)
        self.assertEqual(self.run_command("state", "diff", POLKADOT, self.dir).stdout, b"+ 0x6b6579 = 0x0506\n")
        self.assertEqual(self.document("state", "diff", self.dir, POLKADOT)["differences"],
                         [{"key": "0x6b6579", "before": "0x0506", "after": None}])
        self.assertTrue(self.document("state", "verify", self.dir)["valid"])
        # A call that fails leaves nothing, and --commit needs a database.
        self.run_command("call", *source, "Test_trap", "--commit", code=1)
        self.assertEqual(self.document("state", "root", self.dir)["stateRoot"], found["stateRoot"])
        self.run_command("call", "--chain", POLKADOT, "Core_version", "--commit", code=2)
        done = self.run_command("call", *source, "--at", "0", "Test_set", "0x0506", "--commit", code=2)
        self.assertIn(b"--commit needs the newest state: leave --at out", done.stderr)

    def test_directories_that_are_something_else(self):
        self.run_command("state", "root", self.folder / "nothing", code=4)
        self.run_command("state", "root", self.folder, code=4)
        self.import_polkadot()
        self.run_command("state", "import", POLKADOT, self.dir, code=2)
        other = self.folder / "other"
        other.mkdir()
        (other / "file").write_text("precious")
        self.run_command("state", "import", POLKADOT, other, code=3)
        self.assertEqual((other / "file").read_text(), "precious")

    def test_an_import_that_was_killed_is_made_again(self):
        """LMDB writes two pages first, at once: a kill or a full disk may leave any part of them."""
        made = self.import_polkadot()
        fresh = bytearray((self.dir / "data.mdb").read_bytes()[:4096])
        fresh[16 + 128:16 + 136] = bytes(8)  # page 0 is as LMDB made it: of transaction 0
        for number, size in enumerate((0, 1, 15, 24, 100, 152, 4000, 4096)):
            folder = self.folder / f"killed{number}"
            folder.mkdir()
            (folder / "data.mdb").write_bytes(fresh[:size])
            if size > 0:
                done = self.run_command("state", "root", folder, code=3)
                self.assertIn(b"was never finished and holds nothing", done.stderr)
            found = self.document("state", "import", POLKADOT, folder)
            self.assertEqual((found["stateRoot"], found["keys"]), (made["stateRoot"], made["keys"]))
        data = self.dir / "data.mdb"
        data.write_bytes(b"precious")
        self.run_command("state", "import", POLKADOT, self.dir, code=3)
        self.assertEqual(data.read_bytes(), b"precious")

    def test_links_and_pipes_in_place_of_files(self):
        for name in ("data.mdb", "lock.mdb"):
            folder = self.folder / name
            folder.mkdir()
            (folder / name).symlink_to(self.folder / "elsewhere")
            self.assertIn(b"is a link to a file that is not there",
                          self.run_command("state", "import", POLKADOT, folder, code=4).stderr)
            self.assertFalse((self.folder / "elsewhere").exists())
            (folder / name).unlink()
            os.mkfifo(folder / name)
            for what in (["import", POLKADOT, folder], ["root", folder]):
                self.assertIn(b"is not a file", self.run_command("state", *what, code=3).stderr)
        self.import_polkadot()
        big_disk = self.folder / "big-disk"
        (self.dir / "data.mdb").rename(big_disk)
        (self.dir / "data.mdb").symlink_to(big_disk)
        self.assertEqual(self.document("state", "root", self.dir)["stateRoot"], ROOT)

    def test_a_damaged_file_is_reported(self):
        self.import_polkadot()
        data = self.dir / "data.mdb"
        good = data.read_bytes()
        for at in range(3 * 4096, len(good), len(good) // 7):
            data.write_bytes(good[:at] + bytes(4096) + good[at + 4096:])
            done = scexec("state", "verify", self.dir)
            self.assertIn(done.returncode, (0, 3), done.stderr.decode())  # 0: the page was not in use
            self.assertGreaterEqual(scexec("state", "keys", "--state", self.dir).returncode, 0)

    def test_what_fails_midway(self):
        """A listing is one document with its error; a spec on standard output is not finished by one."""
        self.import_polkadot()
        data = self.dir / "data.mdb"
        good, listed, cut = data.read_bytes(), 0, 0
        for at in range(3 * 4096, len(good), len(good) // 25):
            data.write_bytes(good[:at] + bytes(4096) + good[at + 4096:])
            for arguments, name in ((["keys", "--state", self.dir], "keys"),
                                    (["diff", POLKADOT, self.dir, "--hex"], "differences")):
                done = scexec("state", *arguments, "--json")
                document = json.loads(done.stdout)
                self.assertEqual(done.returncode, 3 if "error" in document else 0)
                listed += "error" in document and name in document
            done = scexec("state", "export", self.dir, "--json")
            if done.returncode != 0:
                self.assertIn(b"damaged", done.stderr)
                self.assertNotIn(b"error", done.stdout)
                self.assertRaises(json.JSONDecodeError, json.loads, done.stdout)
                cut += len(done.stdout) > 0
                self.run_command("state", "export", self.dir, "-o", self.folder / "out.json", code=3)
                self.assertFalse((self.folder / "out.json").exists())
        self.assertGreater(listed, 1)
        self.assertGreater(cut, 1)


if __name__ == "__main__":
    unittest.main()
