"""`scexec state …` on chain specs: roots, keys, values, and keys as names, against the specs themselves."""
import hashlib
import json
import tempfile
import unittest

from command import INPUTS, scexec

POLKADOT = ["--chain", INPUTS / "polkadot.json"]
PASEO = ["--chain", INPUTS / "paseo.json"]
ALICE = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
SYSTEM_NUMBER = "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac"

# Hashes of the chains' block 0, as every explorer shows them.
GENESIS = {
    "polkadot.json": "0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3",
    "kusama.json": "0xb0a8d493285c2df73290dfb7e61f870f17b41801197a149ca93654499ea3dafe",
    "westend.json": "0xe143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e",
    "parachains/asset-hub-polkadot.json": "0x68d56f15f85d3136970ec16946040bc1752654e906147f7e43e9d539d7c3de2f",
    "parachains/asset-hub-kusama.json": "0x48239ef607d7928874027a43a67689209727dfb3d3dc5e5b03a39bdc2eda771a",
    "parachains/collectives-polkadot.json": "0x46ee89aa2eedd13e988962630ec9fb7565964cf5023bb351f2b6b25c1b68b0b2",
}
# From `peers root`-like runs of sp-trie's LayoutV1 on the same keys.
POLKADOT_V1_ROOT = "0x7ea7cb2f7dd99462ebf6f39eb169447db7830dd03b7612f2aaa52061d3670650"

CHILD_SPEC = {"name": "c", "id": "c", "chainType": "Live", "genesis": {"raw": {
    "top": {"0x01": "0x0a", "0x02": "0x0b", "0x0203": "0x", "0x03": "0x0c"},
    "childrenDefault": {"0x6b6964": {"0x05": "0x06"}}}}}


def top_of(name):
    raw = json.loads((INPUTS / name).read_text())["genesis"]["raw"]
    return raw[0] if isinstance(raw, list) else raw["top"]


class State(unittest.TestCase):
    def output(self, *arguments, code=0):
        done = scexec("state", *arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode()

    def document(self, *arguments, code=0):
        return json.loads(self.output(*arguments, "--json", code=code))

    def spec(self, content):
        file = tempfile.NamedTemporaryFile("w", suffix=".json")
        self.addCleanup(file.close)
        file.write(json.dumps(content))
        file.flush()
        return ["--chain", file.name]

    def test_genesis_hashes(self):
        for name, expected in GENESIS.items():
            with self.subTest(spec=name):
                found = self.document("root", "--chain", INPUTS / name)
                self.assertEqual(found["genesisHash"], expected)
                self.assertEqual(found["keys"], len(top_of(name)))

    def test_state_version(self):
        self.assertEqual(self.document("root", *POLKADOT, "--state-version", "1")["stateRoot"], POLKADOT_V1_ROOT)
        default = self.document("root", *POLKADOT)
        self.assertEqual(self.document("root", *POLKADOT, "--state-version", "0"), default)
        self.assertIn(default["stateRoot"], self.output("root", *POLKADOT))

    def test_a_state_without_code(self):
        self.assertEqual(self.document("root", *self.spec(CHILD_SPEC))["keys"], 5)  # with the child's root

    def test_keys_are_those_of_the_spec_in_order(self):
        expected = sorted(top_of("polkadot.json"))
        self.assertEqual(self.output("keys", *POLKADOT, "--hex").split(), expected)
        rows = self.document("keys", *POLKADOT)["keys"]
        self.assertEqual([row["key"] for row in rows], expected)
        # By name, all but what no pallet has.
        named = [row.get("name", row["key"]) for row in rows]
        self.assertEqual([name for name in named if name.startswith("0x")],
                         ["0x2099d7f109d6e535fb000bba623fd4409f99a2ce711f3a31b2fc05604c93f179"])
        self.assertEqual(self.output("keys", *POLKADOT).splitlines(), named)
        self.assertEqual(self.output("keys", *POLKADOT, "--limit", "5").splitlines(), named[:5])
        self.assertEqual(self.output("keys", *POLKADOT, "-n", "5", "--after", expected[4]).splitlines(), named[5:10])
        values = self.output("keys", *POLKADOT, "--values").splitlines()
        self.assertIn("Staking.ValidatorCount = 50", values)
        prefix = "0x26aa"
        under = [key for key in expected if key.startswith(prefix)]
        self.assertEqual(self.output("keys", *POLKADOT, prefix).split(), under)
        self.assertEqual(self.document("keys", *POLKADOT, "0xffffffffff"), {"keys": []})

    def test_values(self):
        top = top_of("polkadot.json")
        rows = self.document("keys", *POLKADOT, "0x3a", "--values")["keys"]
        self.assertEqual({row["key"]: row["raw"] for row in rows}, {k: v for k, v in top.items() if k.startswith("0x3a")})
        self.assertEqual(self.output("get", *POLKADOT, "0x" + b":grandpa_authorities".hex()).strip(),
                         top["0x" + b":grandpa_authorities".hex()])
        code = scexec("state", "get", *POLKADOT, ":code", "--output", "raw").stdout
        self.assertEqual(hashlib.sha256(code).digest(), hashlib.sha256(bytes.fromhex(top["0x3a636f6465"][2:])).digest())

    def test_children(self):
        chain = self.spec(CHILD_SPEC)
        self.assertEqual(self.output("keys", *chain, "--child", "kid").split(), ["0x05"])
        self.assertEqual(self.output("get", *chain, "--child", "0x6b6964", "0x05"), "0x06\n")
        self.assertEqual(self.output("keys", *chain, "--child", "none").split(), [])
        self.assertEqual(self.output("keys", *chain, "0x02").split(), ["0x02", "0x0203"])

    def test_absent_keys(self):
        found = self.document("get", *POLKADOT, "0x1234", code=1)
        self.assertEqual(found, {"key": "0x1234", "found": False, "raw": None})
        self.assertEqual(self.output("get", *POLKADOT, "0x1234", code=1), "")

    def test_default_of_a_linked_map(self):
        """What is stored has links to its neighbours, the default has none."""
        absent = "0x" + "07" * 32
        found = self.document("get", "--chain", INPUTS / "kusama.json", "Staking.Validators", absent)
        self.assertEqual((found["found"], found["value"]), (False, {"commission": 0}))

    def test_names(self):
        found = self.document("get", *POLKADOT, "System.Number")
        self.assertEqual((found["key"], found["found"], found["value"]), (SYSTEM_NUMBER, False, 0))
        for form in (["--output", "hex"], ["--hex"]):
            self.assertEqual(self.output("get", *POLKADOT, "System.Number", *form), "0x00000000\n")
        self.assertEqual(self.output("get", *POLKADOT, "System.Number", "--output", "raw"), "\0\0\0\0")
        self.assertEqual(self.document("get", *POLKADOT, "System.Number", "--hex"),
                         {"key": SYSTEM_NUMBER, "found": False, "raw": None})
        account = self.document("get", *POLKADOT, "System.Account", ALICE)
        self.assertFalse(account["found"])
        self.assertEqual(account["value"]["data"]["free"], 0)
        self.assertTrue(account["key"].endswith("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
        count = self.document("get", *PASEO, "Staking.ValidatorCount")
        self.assertEqual(count["value"], int.from_bytes(bytes.fromhex(count["raw"][2:]), "little"))
        self.assertEqual(self.output("get", *PASEO, "Staking.ValidatorCount", "--hex").strip(), count["raw"])

    def test_named_prefixes(self):
        rows = self.document("keys", *PASEO, "Staking.Validators", "--values")["keys"]
        self.assertTrue(all(row["name"].startswith("Staking.Validators(") for row in rows))
        self.assertEqual({"commission", "blocked"}, set(rows[0]["value"]))
        self.assertEqual(len(self.output("keys", *PASEO, "Staking.Validators").splitlines()), len(rows))

    def test_describe(self):
        found = self.document("describe", *POLKADOT, SYSTEM_NUMBER)
        self.assertEqual((found["pallet"], found["item"]), ("System", "Number"))
        self.assertIn("well_known", self.document("describe", *POLKADOT, "0x3a636f6465"))

    def test_usage(self):
        for arguments in (["get", *POLKADOT], ["get", *POLKADOT, "0x00", "0x00"], ["keys", *POLKADOT, "--after", "System"],
                          ["root"], ["root", "--runtime", "x"], ["root", "--state", "x", "--state-version", "1"],
                          ["root", "x", "--state-version", "1"], ["history", *POLKADOT], ["verify", *POLKADOT]):
            self.output(*arguments, code=2)
        self.assertIn(b"did you mean", scexec("state", "rot").stderr)
        self.output("get", *POLKADOT, "0x0", code=3)
        self.output("get", *POLKADOT, "System.Nunber", code=3)
        for word, part in (("System", '"System": that is a pallet; KEY is PALLET.ITEM, or text that begins with `:`'),
                           ("Systm", "the nearest: System; KEY is PALLET.ITEM"),
                           ("heappages", "KEY is PALLET.ITEM, or text that begins with `:`")):
            self.assertIn(part, self.document("get", *POLKADOT, word, code=3)["error"]["message"])


if __name__ == "__main__":
    unittest.main()
