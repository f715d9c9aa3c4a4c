"""Extrinsics signed by an account, in a block on Paseo's genesis state with that account put in: one that does what it says,
and one whose call fails; the block built, executed, and shown as values. The runtime itself checks the signatures."""
import hashlib
import json
import pathlib
import subprocess
import tempfile
import unittest

from command import INPUTS, scexec

ALICE = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
# twox_128("System"), twox_128("Account")
ACCOUNT = "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
UNIT = 10**10

# Input: key type, public key, message. Output: Option<signature>.
SIGNER = """(module
  (import "env" "memory" (memory 17))
  (import "env" "ext_crypto_sr25519_sign_version_1" (func $sign (param i32 i32 i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "sign") (param $at i32) (param $len i32) (result i64)
    (call $sign (local.get $at) (i32.add (local.get $at) (i32.const 4))
      (i64.or (i64.extend_i32_u (i32.add (local.get $at) (i32.const 36)))
              (i64.shl (i64.extend_i32_u (i32.sub (local.get $len) (i32.const 36))) (i64.const 32))))))"""


class SignedExtrinsics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.spec = cls.folder / "paseo.json"
        cls.signer = cls.folder / "signer.wasm"
        (cls.folder / "signer.wat").write_text(SIGNER)
        subprocess.run(["wat2wasm", cls.folder / "signer.wat", "-o", cls.signer], check=True)
        cls.fund_alice()
        version = json.loads(cls.run_command("call", "Core_version", "--args", "[]", "--json"))["value"]
        genesis = json.loads(cls.run_command("state", "root", "--json"))["genesisHash"][2:]
        numbers = version["spec_version"].to_bytes(4, "little") + version["transaction_version"].to_bytes(4, "little")
        cls.implicit = numbers + bytes.fromhex(genesis) * 2  # CheckGenesis, CheckMortality of an immortal extrinsic

    @classmethod
    def run_command(cls, *words):
        """`words` with the spec and a cache as further options."""
        names = 2 if words[0] in ("state", "block") else 1
        done = scexec(*words[:names], "--chain", cls.spec, *words[names:])
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    @classmethod
    def encode(cls, kind, value):
        return bytes.fromhex(cls.run_command("encode", kind, json.dumps(value)).strip()[2:])

    @classmethod
    def fund_alice(cls):
        spec = json.loads((INPUTS / "paseo.json").read_text())
        cls.spec.write_text(json.dumps(spec))
        account = {"nonce": 0, "consumers": 0, "providers": 1, "sufficients": 0,
                   "data": {"free": str(1000 * UNIT), "reserved": 0, "frozen": 0, "flags": str(2**127)}}
        key = ACCOUNT + hashlib.blake2b(ALICE, digest_size=16).hexdigest() + ALICE.hex()
        spec["genesis"]["raw"]["top"]["0x" + key] = "0x" + cls.encode("AccountInfo", account).hex()
        cls.spec.write_text(json.dumps(spec))

    def signed(self, nonce, call):
        explicit = bytes([0, nonce << 2, 0])  # immortal; nonce and tip, compact
        payload = self.encode("call", call) + explicit + self.implicit
        if len(payload) > 256:
            payload = hashlib.blake2b(payload, digest_size=32).digest()
        data = b"test" + ALICE + payload
        done = scexec("call", "--runtime", self.signer, "sign", "0x" + data.hex(), "--key", "test:sr25519://Alice")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        answer = bytes.fromhex(done.stdout.decode().strip()[2:])
        self.assertEqual((answer[0], len(answer)), (1, 65))
        return self.encode("extrinsic", {
            "version": 4, "type": "signed", "address": {"Id": "0x" + ALICE.hex()},
            "signature": {"Sr25519": "0x" + answer[1:].hex()},
            "extensions": {"CheckMortality": "Immortal", "CheckNonce": nonce, "ChargeTransactionPayment": 0},
            "call": call})

    def test_a_block(self):
        transfer = self.signed(0, {"Balances": {"transfer_keep_alive": {"dest": BOB, "value": str(5 * UNIT)}}})
        chill = self.signed(1, {"Staking": "chill"})
        block = self.folder / "block.scale"
        built = json.loads(self.run_command("block", "build", "--timestamp", "1700000000000", "--out", block, "--json",
                                            "--extrinsic", "0x" + transfer.hex(), "--extrinsic", "0x" + chill.hex()))
        own = [e for e in built["extrinsics"] if not e["inherent"]]
        self.assertEqual([e["dispatched"] for e in own], [True, False])

        lines = self.run_command("block", "execute", f"@{block}", "--diff").splitlines()
        events = lines[lines.index("events") + 1:]
        moved = [line for line in events if "Balances.Transfer " in line]
        self.assertEqual(len(moved), 1, events)
        self.assertIn(f'"amount": {5 * UNIT}', moved[0])
        failed = [line for line in events if "System.ExtrinsicFailed" in line]
        self.assertEqual(len(failed), 1, events)
        self.assertIn('"name": "Staking.NotController", "docs": "Not a controller account."', failed[0])
        self.assertTrue(any("Balances.transfer_keep_alive" in line for line in lines))

    def test_a_wrong_signature(self):
        transfer = bytearray(self.signed(0, {"Balances": {"transfer_keep_alive": {"dest": BOB, "value": 1}}}))
        transfer[-1] ^= 4  # the value, compact: 0 instead of 1
        done = scexec("block", "build", "--chain", self.spec, "--extrinsic", "0x" + transfer.hex())
        self.assertEqual(done.returncode, 1)
        self.assertIn("BadProof", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
