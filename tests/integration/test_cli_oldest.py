"""A chain as of 2019: code with functions without versions, metadata V7, and storage keys that are one hash."""
import hashlib
import json
import pathlib
import tempfile
import unittest

import wat
from command import DATA, scexec

# Core_version as of 2019, without transaction version: spec and implementation "old", versions 1, one API: Core 2.
VERSION = (b"\x0cold\x0cold" + (1).to_bytes(4, "little") * 3 + b"\x04" + bytes.fromhex("df6acb689907609b") +
           (2).to_bytes(4, "little"))
RUNTIME = r"""
(module
  (import "env" "memory" (memory 17))
  (import "env" "ext_malloc" (func $malloc (param i32) (result i32)))
  (import "env" "ext_get_allocated_storage" (func $get (param i32 i32 i32) (result i32)))
  (data (i32.const 1024) "VERSION")
  (data (i32.const 4096) "METADATA")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 1024) (i32.const VLEN)))
  (func (export "Metadata_metadata") (param i32 i32) (result i64) (call $span (i32.const 4096) (i32.const MLEN)))
  ;; what is stored under the input
  (func (export "Test_get") (param $at i32) (param $len i32) (result i64)
    (local $written i32)
    (local.set $written (call $malloc (i32.const 4)))
    (local.set $at (call $get (local.get $at) (local.get $len) (local.get $written)))
    (if (i32.eq (i32.load (local.get $written)) (i32.const -1)) (then (return (i64.const 0))))
    (call $span (local.get $at) (i32.load (local.get $written)))))
"""
NOW = bytes.fromhex("0e4944cfd98d6f4cc374d16f5a4e3f9c")  # twox_128("Timestamp Now")
TIME = (1568899000000).to_bytes(8, "little")


def escaped(data):
    return "".join(f"\\{byte:02x}" for byte in data)


def code():
    metadata = json.loads((DATA / "metadata" / "oldest.json").read_text())["metadata"][7]
    scale = bytes.fromhex(metadata["scale"][2:])
    text = RUNTIME.replace("VERSION", escaped(VERSION)).replace("VLEN", str(len(VERSION)))
    return wat.assemble(text.replace("METADATA", escaped(scale)).replace("MLEN", str(len(scale))))


class Oldest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.block_hash = hashlib.blake2b(b"System BlockHash" + bytes(4), digest_size=32).digest()
        top = {b":code": code(), NOW: TIME, cls.block_hash: b"\x45" * 32}
        raw = {"top": {"0x" + key.hex(): "0x" + value.hex() for key, value in top.items()}, "childrenDefault": {}}
        cls.chain = pathlib.Path(folder.name, "old.json")
        cls.chain.write_text(json.dumps({"name": "Old", "id": "old", "genesis": {"raw": raw}}))

    def output(self, *arguments):
        done = scexec(*arguments, "--chain", self.chain)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    def test_calls(self):
        self.assertEqual(self.output("call", "Core_version"), "0x" + VERSION.hex() + "\n")
        self.assertEqual(self.output("call", "Test_get", "0x" + NOW.hex()), "0x" + TIME.hex() + "\n")
        self.assertEqual(self.output("call", "Test_get", "0x00"), "0x\n")
        self.assertTrue(self.output("metadata").startswith("metadata V7, "))

    def test_storage_by_name(self):
        self.assertEqual(self.output("state", "get", "Timestamp.Now"), "1568899000000\n")
        self.assertEqual(self.output("state", "get", "System.BlockHash", "0"), '"0x' + "45" * 32 + '"\n')
        self.assertIn("imestamp.Now\n", self.output("state", "keys"))


if __name__ == "__main__":
    unittest.main()
