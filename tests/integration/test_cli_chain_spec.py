"""What a chain spec says beside its storage: it comes back from exports, from the spec as from a database made of it,
and a state goes on at the block that it was exported at."""
import json
import pathlib
import tempfile
import unittest

import wat
from command import INPUTS, scexec
from test_cli_block import BLOCK_1, GENESIS, HASH_1, ROOT_1, hexadecimal, small_block, upgrading

BLOCK_HASH = "0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746"  # System.BlockHash
NUMBER = "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac"  # System.Number
CODE = "0x" + b":code".hex()


class ChainSpec(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def run_command(self, *arguments, code=0, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode() + done.stdout.decode()[:2000])
        return done

    def document(self, *arguments, code=0):
        return json.loads(self.run_command(*arguments, "--json", code=code).stdout)

    def write_spec(self, name="spec.json", top=None, **members):
        file = self.folder / name
        file.write_text(json.dumps({"name": "n", "id": "i", **members, "genesis": {"raw": {
            "top": top or {}, "childrenDefault": {}}}}))
        return file

    def exported(self, *source):
        file = self.folder / "exported.json"
        self.run_command("state", "export", *source, "-o", file)
        return file

    def both(self, spec):
        """The two ways to name a state: its spec, and a database made of it."""
        self.run_command("state", "import", "-q", spec, self.dir)
        return ["--chain", spec], ["--state", self.dir]

    # ---- members ----

    def test_members_come_back(self):
        """Of real specs of every kind."""
        names = set()
        files = ("polkadot", "kusama", "rococo", "parachains/collectives-polkadot", "parachains/tick")
        for number, file in enumerate(files):
            spec = INPUTS / f"{file}.json"
            expected = json.loads(spec.read_text())
            del expected["genesis"]
            names |= expected.keys()
            expected["bootNodes"] = []
            database = self.folder / str(number)
            self.run_command("state", "import", spec, database)
            for source in (["--chain", spec], ["--state", database]):
                found = json.loads(self.exported(*source).read_text())
                self.assertEqual(list(found)[:-1], list(expected))
                del found["genesis"]
                self.assertEqual(found, expected)
        self.assertLessEqual({"relay_chain", "para_id", "badBlocks", "forkBlocks", "codeSubstitutes", "lightSyncState",
                              "consensusEngine", "telemetryEndpoints"}, names)

    def test_values_stand_as_they_were(self):
        odd = ('1.50e+3, "big": 123456789012345678901234567890, "t\\u0065xt": "\\u00e4\\/", "empty": [ ], '
               '"o": {"b":1,"a":2}')
        spec = self.folder / "spec.json"
        spec.write_text('{"name":"a\\"b","id":"","odd": ' + odd + ',"genesis":{"raw":{"top":{"0x01":"0x02"}}}}')
        for source in self.both(spec):
            text = self.exported(*source).read_text()
            for piece in ('"odd": 1.50e+3,', '"big": 123456789012345678901234567890,', '"t\\u0065xt": "\\u00e4\\/",',
                          '"empty": [ ],', '"o": {"b":1,"a":2},', '"name": "a\\"b"', '"bootNodes": []'):
                self.assertIn(piece, text)

    def test_properties_are_free(self):
        """None keeps anybody from the state, and what they mean is used from a database, too."""
        for properties in ({"ss58Format": "2"}, {"tokenSymbol": None, "tokenDecimals": ["12", None, {}]},
                           {"ss58Format": ["2"]}, {"ss58Format": 70000}, {"ss58Format": None, "x": {"y": [1.5]}},
                           {"tokenSymbol": ["A\0B", 7], "tokenDecimals": "18446744073709551616"}, None, [], "text", 5):
            spec = self.write_spec(properties=properties, top={"0x01": "0x02"})
            found = self.document("state", "root", "--chain", spec)
            self.assertEqual(found["keys"], 1)
        spec = json.loads((INPUTS / "polkadot.json").read_text())
        spec["properties"]["ss58Format"] = "7"
        file = self.folder / "seven.json"
        file.write_text(json.dumps(spec))
        account = "0x" + "11" * 32
        texts = {self.run_command("decode", *source, "AccountId", account).stdout for source in self.both(file)}
        self.assertEqual(len(texts), 1)
        self.assertEqual(texts.pop(), b'"htzhDE7iXKCmgXUjZcmY31jhdUgKdT5XuyvpELzfybuvo2G"\n')  # by Python's blake2b

    # ---- which block the state is of ----

    def test_a_state_goes_on_where_it_was(self):
        """Polkadot's block 1 is exported and imported: the head is there, from both; nothing poses as a genesis."""
        self.run_command("state", "import", INPUTS / "polkadot.json", self.dir)
        source = ["--state", self.dir]
        self.run_command("block", "execute", *source, f"@{BLOCK_1}", "--commit")
        file = self.exported(*source)
        self.assertEqual(self.document("state", "root", "--chain", file)["genesisHash"], None)
        other = self.folder / "other"
        found = self.document("state", "import", file, other)
        self.assertEqual((found["number"], found["hash"], found["stateRoot"], found["genesisHash"]),
                         (1, HASH_1, ROOT_1, None))
        self.assertEqual(self.document("state", "history", other)["states"],
                         [{"number": 1, "hash": HASH_1, "stateRoot": ROOT_1}])
        self.assertEqual(self.document("state", "root", other), self.document("state", "root", "--chain", file))
        again = self.exported("--state", other).read_bytes()
        self.assertEqual(again, self.exported("--chain", file).read_bytes())
        # Block 1 is not what follows block 1.
        for refusing in (["--state", other], ["--chain", file]):
            self.assertIn("its parent is " + GENESIS, self.document(
                "block", "execute", *refusing, f"@{BLOCK_1}", code=1)["error"]["message"])
        # The header of another state says nothing; the filling of System.BlockHash is not that of a genesis either.
        spec = json.loads(file.read_text())
        spec["genesis"]["raw"]["top"]["0x00"] = "0x"
        file.write_text(json.dumps(spec))
        found = self.document("state", "import", file, self.folder / "changed")
        self.assertEqual((found["number"], found["hash"], found["genesisHash"]), (None, None, None))
        for odd in ("0x00", "text", 7, None):
            spec["blockHeader"] = odd
            file.write_text(json.dumps(spec))
            self.assertEqual(self.document("state", "root", "--chain", file)["genesisHash"], None)

    def test_a_block_that_nobody_knows(self):
        """The state of a spec exported by other tools: the same answers from the spec and from a database of it."""
        top = {CODE: hexadecimal(upgrading("A", 1)), NUMBER: "0x06000000", BLOCK_HASH + "00": "0x" + "05" * 32}
        spec = self.write_spec(top=top)
        block = small_block("0x" + "66" * 32, 7, "0x" + "00" * 32, [])
        messages, known = [], []
        for source in self.both(spec):
            self.assertEqual(self.document("state", "root", *source)["genesisHash"], None)
            messages.append(self.document("block", "execute", *source, hexadecimal(block), code=1)["error"]["message"])
            known.append(self.run_command("block", "build", *source, code=2).stderr)
        self.assertEqual(*messages)
        self.assertIn("the state root after it is", messages[0])
        self.assertEqual(*known)
        self.assertEqual(self.document("state", "history", self.dir)["states"][0]["number"], None)

    def test_import_with_a_header(self):
        self.run_command("state", "import", INPUTS / "polkadot.json", self.dir)
        self.run_command("block", "execute", "--state", self.dir, f"@{BLOCK_1}", "--commit")
        spec = json.loads(self.exported("--state", self.dir).read_text())
        header = spec.pop("blockHeader")
        bare = self.folder / "bare.json"
        bare.write_text(json.dumps(spec))
        raw = bytes.fromhex(header[2:])
        # The digest of block 1: three items, the pre-runtime one, an epoch (consensus), and the seal.
        fields = self.document("decode", *["--chain", INPUTS / "polkadot.json"], "header", header)["value"]
        logs, at = [], 32 + 1 + 64
        count, at = raw[at] >> 2, at + 1
        for _ in range(count):
            start, length = at, raw[at + 5:at + 9]
            prefix = 1 if length[0] & 3 == 0 else 2 if length[0] & 3 == 1 else 4
            at += 5 + prefix + (int.from_bytes(length[:prefix], "little") >> 2)
            logs.append(hexadecimal(raw[start:at]))
        self.assertEqual(at, len(raw))
        answer = {"jsonrpc": "2.0", "id": 1, "result": {
            "parentHash": GENESIS, "number": "0x1", "stateRoot": ROOT_1, "extrinsicsRoot": fields["extrinsics_root"],
            "digest": {"logs": logs}}}
        file = self.folder / "header.json"
        file.write_text(json.dumps(answer))
        for number, given in enumerate((header, f"@{file}", json.dumps(answer["result"]),
                                        json.dumps({"block": {"header": answer["result"], "extrinsics": []}}))):
            found = self.document("state", "import", bare, self.folder / str(number), "--header", given)
            self.assertEqual((found["number"], found["hash"]), (1, HASH_1))
        answer["result"]["stateRoot"] = GENESIS
        self.assertIn("another state", self.document("state", "import", bare, self.folder / "x", "--header", json.dumps(
            answer), code=3)["error"]["message"])
        for wrong in ("0x00", '{"number": 1}', '{"parentHash": "0x00"}'):
            self.document("state", "import", bare, self.folder / "x", "--header", wrong, code=3)


if __name__ == "__main__":
    unittest.main()
