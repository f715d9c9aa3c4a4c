"""Plain chain specs, whose state the runtime's GenesisBuilder makes: Paseo's of 2024 against upstream's executor
(tests/oracle/blocks, bin genesis), and code of the newer API whose state is the config that it was given."""
import json
import os
import pathlib
import tempfile
import unittest

import wat
from command import INPUTS, scexec

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
KEYS = {"grandpa": "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu", "babe": ALICE, "im_online": ALICE,
        "para_validator": ALICE, "para_assignment": ALICE, "authority_discovery": ALICE,
        "beefy": "KW39r9CJjAVzmkf9zQ4YDb2hqfAVGdRqn53eRqyruqpxAP5YL"}
PATCH = {
    "babe": {"epochConfig": {"c": [1, 4], "allowed_slots": "PrimaryAndSecondaryVRFSlots"}},
    # Beyond 64 bits, where JSON readers of floating-point numbers would lose digits.
    "balances": {"balances": [[ALICE, 1152921504606846976123456], [BOB, 1000000000000000000]]},
    "configuration": {"config": {"max_code_size": 3145728, "max_pov_size": 5242880, "max_head_data_size": 32768}},
    "sudo": {"key": ALICE},
    "session": {"keys": [[ALICE, ALICE, KEYS]]},
    "staking": {"validatorCount": 5},
}
# As printed by the oracle, of the spec that setUpClass() writes.
KEY_COUNT = 135
ROOT_V0 = "0x5715341ad6bec7149f4e08724ae2118536341311d2c566f48049b9638b6cb6f3"
ROOT_V1 = "0xe159f393d7a4514549ddfbb92e84b0b7343dec443c5110635fcf2d0a9ef49bbb"

# Keeps the config as it came (behind its length of 2 bytes) under "config"; "no" in place of it is refused.
BUILDER = r"""
(module
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 16) "config")
  (data (i32.const 32) "\00")
  (data (i32.const 48) "\01\14names")
  (data (i32.const 64) "PRESET")
  (data (i32.const 512) "\10test\10test\01\00\00\00\01\00\00\00\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\00")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 512) (i32.const 40)))
  (func (export "GenesisBuilder_get_preset") (param i32 i32) (result i64)
    (if (i32.ne (local.get 1) (i32.const 1)) (then unreachable))
    (call $set (call $span (i32.const 32) (i32.const 1)) (call $span (i32.const 32) (i32.const 1)))
    (call $span (i32.const 64) (i32.const LENGTH)))
  (func (export "GenesisBuilder_build_state") (param $at i32) (param $len i32) (result i64)
    (if (i32.lt_u (local.get $len) (i32.const 10))
      (then (return (call $span (i32.const 48) (i32.const 7)))))
    (call $set (call $span (i32.const 16) (i32.const 6)) (call $span (local.get $at) (local.get $len)))
    (call $span (i32.const 32) (i32.const 1))))
"""


def builder(preset):
    """Code whose default config that is; None: it has none."""
    text = json.dumps(preset).encode() if preset is not None else b""
    size = bytes([len(text) << 2]) if len(text) < 64 else (len(text) << 2 | 1).to_bytes(2, "little")
    data = b"\1" + size + text if preset is not None else b"\0"
    escaped = "".join(f"\\{byte:02x}" for byte in data)
    return wat.assemble(BUILDER.replace("PRESET", escaped).replace("LENGTH", str(len(data))))


class Genesis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.paseo = cls.folder / "paseo.json"
        raw = json.loads((INPUTS / "paseo.json").read_text())["genesis"]["raw"]["top"]
        cls.write(cls.paseo, {"code": raw["0x3a636f6465"], "patch": PATCH}, extra={"para_id": 7})

    @staticmethod
    def write(path, genesis, extra=None):
        spec = {"name": "Plain", "id": "plain", "bootNodes": [], **(extra or {}), "genesis": {"runtimeGenesis": genesis}}
        path.write_text(json.dumps(spec))
        return path

    def run_command(self, *arguments, code=0):
        done = scexec(*arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        return done.stdout.decode() if code == 0 else done.stderr.decode()

    def test_paseo_is_what_upstream_makes(self):
        """Made a few times, as each takes seconds; what is made is the same for every command."""
        raw, database = self.folder / "raw.json", self.folder / "database"
        self.run_command("state", "export", "--chain", self.paseo, "-o", raw)
        for version, root in (("0", ROOT_V0), ("1", ROOT_V1)):
            found = json.loads(self.run_command("state", "root", "--chain", raw, "--state-version", version, "--json"))
            self.assertEqual((found["keys"], found["stateRoot"]), (KEY_COUNT, root))
        self.assertEqual(json.loads(raw.read_text())["para_id"], 7)
        self.run_command("state", "import", self.paseo, database)
        self.assertEqual(self.run_command("state", "diff", database, raw), "")
        self.assertIn('"free": "1152921504606846976123456"',
                      self.run_command("state", "get", "--state", database, "System.Account", ALICE))
        built = self.run_command("block", "build", "--chain", self.paseo, "--timestamp", "1700000000000").strip()
        self.assertIn("block 1, 2 extrinsics", self.run_command("block", "execute", "--state", database, built))

    def test_what_needs_no_state_has_none_made(self):
        self.assertIn("GenesisBuilder", self.run_command("inspect", "--chain", self.paseo))
        path = self.write(self.folder / "unbuildable.json", {"code": "0x" + wat.assemble(wat.VERSION).hex(), "patch": {}})
        self.assertEqual(self.run_command("call", "--chain", path, "Core_version", "--hex")[:12], "0x1074657374")
        self.assertIn("its code has no GenesisBuilder", self.run_command("state", "root", "--chain", path, code=3))

    def test_the_patch_goes_over_the_default(self):
        default = {"a": {"name": "xxx", "value": 123, "b": {"inner": "yyy"}, "list": [1, 2]}, "z": None}
        patch = {"a": {"value": 340282366920938463463374607431768211455, "list": [3], "b": {"more": {"x": None}}}, "c": 1}
        merged = {"a": {"name": "xxx", "value": 340282366920938463463374607431768211455,
                        "b": {"inner": "yyy", "more": {"x": None}}, "list": [3]}, "z": None, "c": 1}
        path = self.folder / "builder.json"
        for genesis, wanted in (({"patch": patch}, merged), ({"patch": {}}, default), ({"config": patch}, patch)):
            self.write(path, {"code": "0x" + builder(default).hex(), **genesis, "other": 1})
            listed = self.run_command("state", "keys", "--chain", path, "--hex", "--values").splitlines()
            self.assertEqual([line.split(" = ")[0] for line in listed], ["0x3a636f6465", "0x636f6e666967"])
            self.assertEqual(json.loads(bytes.fromhex(listed[1].split(" = 0x")[1])[2:]), wanted)

    def test_what_can_not_be_made_is_an_error(self):
        path, code = self.folder / "wrong.json", "0x" + builder({}).hex()
        def error(genesis, status=3):
            return self.run_command("state", "root", "--chain", self.write(path, genesis), code=status)
        self.assertIn("genesis.runtimeGenesis: the runtime refuses it: names", error({"code": code, "config": 1}))
        self.assertIn("has no default config", error({"code": "0x" + builder(None).hex(), "patch": {}}))
        self.run_command("state", "root", "--chain", self.write(path, {"code": "0x" + builder(None).hex(),
                                                                       "config": {"long": "enough"}}))
        self.assertIn('has neither "patch" nor "config"', error({"code": code}))
        self.assertIn('either "patch" or "config", and once', error({"code": code, "patch": {}, "config": {}}))
        self.assertIn('has no "code"', error({"patch": {}}))
        self.assertIn("not a WebAssembly module", error({"code": "0x00", "patch": {}}))
        self.assertIn("panicked", error({"code": json.loads(self.paseo.read_text())["genesis"]["runtimeGenesis"]["code"],
                                         "patch": {}}, status=1))
        for member, message in (("runtime", "describes its genesis pallet by pallet"),
                                ("stateRootHash", "has only the root of its genesis state")):
            path.write_text(json.dumps({"name": "x", "genesis": {member: {}}}))
            self.assertIn(message, self.run_command("state", "root", "--chain", path, code=3))


if __name__ == "__main__":
    unittest.main()
