"""Arguments and results as values; metadata, api, decode and encode."""
import json
import pathlib
import tempfile
import unittest

from command import INPUTS, scexec
from wat import write

POLKADOT = ["--chain", INPUTS / "polkadot.json"]
PASEO = ["--chain", INPUTS / "paseo.json"]
WINCH = ["--compiler", "winch"]
ALICE = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
ALICE_KEY = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"


class Typed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cache = ["--cache", folder.name]
        cls.folder = pathlib.Path(folder.name)

    def output(self, *arguments, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def call(self, *arguments, **options):
        return self.output("call", *WINCH, *self.cache, *arguments, **options)

    def error(self, code, *arguments):
        done = scexec(*arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stderr.decode()

    def test_arguments_as_json(self):
        method = "AccountNonceApi_account_nonce"
        for arguments in (["15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"], [f'"{ALICE}"'], ["--args", f'["{ALICE}"]'],
                          ["--args", f'["0x{ALICE_KEY}"]'], ["--args", "-"]):
            stdin = f'["{ALICE}"]'.encode() if arguments[-1] == "-" else b""
            self.assertEqual(self.call(*POLKADOT, method, *arguments, stdin=stdin), "0\n")
        document = json.loads(self.call(*POLKADOT, method, ALICE, "--json"))
        self.assertEqual((document["output"], document["value"], document["sizes"]["input"]), ("0x00000000", 0, 32))
        # The same in SCALE: bytes in, bytes out, and the value beside them in the document.
        self.assertEqual(self.call(*POLKADOT, method, "0x" + ALICE_KEY), "0x00000000\n")
        document = json.loads(self.call(*POLKADOT, method, "0x" + ALICE_KEY, "--json"))
        self.assertEqual(document["value"], 0)
        document = json.loads(self.call(*POLKADOT, method, "0x" + ALICE_KEY, "--json", "--hex"))
        self.assertNotIn("value", document)

    def test_errors_show_what_is_expected(self):
        method = "AccountNonceApi_account_nonce"
        example = '"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"'
        call = ["call", *WINCH, *self.cache, *PASEO]
        # No input at all is a call like any other; when the runtime traps, a word about what it takes.
        self.assertIn(f"warning: the call had no input: expected 1 argument (account: AccountId32), such as [{example}]; "
                      "got 0\n", self.error(1, *call, method))
        self.assertEqual(self.error(3, *call, method, ALICE, "1"), "error: expected 1 argument (account: AccountId32), such "
                         f"as [{example}]; got 2\n")
        self.assertEqual(self.error(3, *call, method, "--args", '{"account": 1}'),
                         "error: expected the arguments as an array, got an object\n")
        self.assertEqual(self.error(3, "state", "get", *PASEO, "System.Account"),
                         f"error: System.Account has 1 key (AccountId32 such as {example}), 0 given; `scexec state keys` "
                         "lists what is there\n")
        self.assertEqual(self.error(3, "state", "get", *PASEO, "System.Account", "1"),
                         f'error: keys[0]: expected an account, SS58 or "0x…", got 1 (keys[0]: AccountId32, such as {example})\n')
        self.assertEqual(self.error(3, "decode", *PASEO, "AccountDat", "0x"),
                         "error: no type `AccountDat`; the nearest: AccountData, AccountId32, AccountVote\n")
        self.assertEqual(self.error(3, "encode", *PASEO, "call", '{"Balances": {"transfer_keep_aliv": {}}}'),
                         "error: value.Balances: no variant `transfer_keep_aliv`; the nearest: transfer_keep_alive\n")
        # What begins as JSON must be it: a brace short is no variant's name.
        self.assertEqual(self.error(3, "encode", *PASEO, "call", '{"System": {"remark": {"remark": "0x00"}}'),
                         "error: value: JSON, line 1, column 41: '}' expected near end of file\n")
        self.assertEqual(self.error(3, "state", "get", *PASEO, "System.Account", '"x'),
                         "error: keys[0]: JSON, line 1, column 2: premature end of input near '\"x'\n")
        self.assertEqual(self.error(3, *call, method, "1", "[,"),
                         "error: args[1]: JSON, line 1, column 2: unexpected token near ','\n")
        self.assertEqual(self.output("state", "get", *PASEO, "System.:__STORAGE_VERSION__:").strip(), "0")

    def test_batch_with_values(self):
        requests = [
            {"id": 1, "method": "AccountNonceApi_account_nonce", "args": [ALICE]},
            {"id": 2, "method": "AccountNonceApi_account_nonce", "data": "0x" + ALICE_KEY},
            {"id": 3, "method": "Core.version"},
            {"id": 4, "method": "AccountNonceApi_account_nonce", "args": [1]},
            {"id": 5, "method": "AccountNonceApi_account_nonce", "args": [ALICE], "data": "0x"},
            {"id": 6, "method": "TransactionPaymentApi_query_length_to_fee", "args": [100]},
            {"id": 7, "method": "Metadata_metadata_versions", "args": []},
            {"id": 8, "method": "NoSuch_method", "args": []},
            {"id": 9, "method": "TransactionPaymentApi_query_length_to_fee", "args": [2**64]},
        ]
        stdin = "\n".join(map(json.dumps, requests)).encode()
        command = ["batch", *WINCH, *self.cache, *PASEO]
        answers = [json.loads(line) for line in self.output(*command, "--values", "--threads", "2", stdin=stdin).splitlines()]
        self.assertEqual([answer["id"] for answer in answers], list(range(1, 10)))
        self.assertEqual(answers[0], {"id": 1, "output": "0x00000000", "value": 0})
        self.assertEqual(answers[1]["value"], 0)
        self.assertEqual(answers[2]["value"]["spec_name"], "paseo")
        self.assertEqual(answers[3]["error"]["message"], 'args[0]: expected an account, SS58 or "0x…", got 1 (args[0] is '
                         'account: AccountId32, such as "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")')
        self.assertEqual(answers[4]["error"]["message"], "line 5 has both data and args")
        self.assertEqual((answers[5]["value"], answers[6]["value"]), (100000000, [14, 15]))
        self.assertEqual(answers[7]["error"]["kind"], "not-found")
        self.assertEqual(answers[8]["error"]["message"], "args: JSON, line 1, column 21: too big integer near "
                         "'18446744073709551616'; write it as a string")
        bytes_only = self.output(*command, stdin=stdin).splitlines()
        self.assertEqual(json.loads(bytes_only[0])["error"]["message"], '"args" needs --values')
        self.assertEqual(json.loads(bytes_only[1]), {"id": 2, "output": "0x00000000"})

    def test_output_that_does_not_fit(self):
        """A runtime whose account_nonce is of one byte: its bytes are shown, and a warning says why there is no value."""
        scale = scexec("metadata", *POLKADOT, "--output", "scale").stdout
        version = bytes.fromhex(self.call(*POLKADOT, "Core_version").strip()[2:])
        opaque = (len(scale) << 2 | 2).to_bytes(4, "little") + scale

        def export(name, at, size):
            return f'(func (export "{name}") (param i32 i32) (result i64) (i64.const {size << 32 | at}))'

        def data(at, contents):
            return f'(data (i32.const {at}) "{"".join(f"{chr(92)}{byte:02x}" for byte in contents)}")'

        runtime = write(self.folder, "nonce.wasm", f"""(module (memory (export "memory") 32)
          (global (export "__heap_base") i32 (i32.const 1048576))
          {export("Core_version", 16, len(version))} {data(16, version)}
          {export("Metadata_metadata", 4096, len(opaque))} {data(4096, opaque)}
          {export("AccountNonceApi_account_nonce", 2048, 1)} {data(2048, b"7")})""")
        reason = ("the shipped layout of AccountNonceApi_account_nonce (API version 1) does not fit: input ends at offset 1, 4 "
                  "bytes are needed at offset 0")
        done = scexec("call", *WINCH, *self.cache, "--runtime", runtime, "AccountNonceApi_account_nonce", ALICE)
        self.assertEqual((done.returncode, done.stdout), (0, b"0x37\n"))
        self.assertIn(f"warning: the output can't be shown as a value: {reason}\n", done.stderr.decode())
        request = json.dumps({"id": 1, "method": "AccountNonceApi_account_nonce", "args": [ALICE]}).encode()
        answer = json.loads(self.output("batch", *WINCH, *self.cache, "--runtime", runtime, "--values", stdin=request))
        self.assertEqual(answer, {"id": 1, "output": "0x37", "warning": reason})

    def test_version_as_value(self):
        document = json.loads(self.call(*PASEO, "Core_version", "--json"))
        value = document["value"]
        self.assertEqual((value["spec_name"], value["impl_name"]), ("paseo", "paseo-testnet"))
        self.assertEqual(json.loads(self.call(*PASEO, "Core_version", "--args", "[]")), value)
        # The library's own decoding, by the metadata's type, says the same.
        by_type = json.loads(self.output("decode", *PASEO, "RuntimeVersion", document["output"]))
        by_type["system_version"] = by_type.pop("state_version", by_type.get("system_version"))  # its older name
        self.assertEqual(by_type, value)

    def test_wrong_arguments(self):
        method = "AccountNonceApi_account_nonce"
        text = self.error(3, "call", *WINCH, *self.cache, *POLKADOT, method, "5")
        self.assertIn("args[0]", text)
        self.assertIn("AccountId", text)
        self.error(3, "call", *WINCH, *self.cache, *POLKADOT, method, ALICE, ALICE)
        self.error(3, "call", *WINCH, *self.cache, *POLKADOT, "AccountNonceApi_acount_nonce", ALICE)
        self.error(2, "call", *WINCH, *self.cache, *POLKADOT, method, ALICE, "--args", "[]")

    def test_metadata(self):
        text = self.output("metadata", *POLKADOT)
        self.assertTrue(text.startswith("metadata V11"), text[:40])
        self.assertIn("Balances", text)
        document = json.loads(self.output("metadata", *POLKADOT, "--json"))
        self.assertIsInstance(document, dict)
        scale = scexec("metadata", *POLKADOT, "--output", "scale").stdout
        self.assertEqual(scale[:5], b"meta\x0b")
        self.assertTrue(bytes.fromhex(self.call(*POLKADOT, "Metadata_metadata").strip()[2:]).endswith(scale))
        self.assertIn("transfer_keep_alive", self.output("metadata", *PASEO, "Balances.transfer_keep_alive"))
        # Names in any spelling; the exact one goes before.
        for command, name, spellings in (("metadata", "Balances", ("balances", "BALANCES")),
                                         ("metadata", "Balances.TotalIssuance", ("balances.total_issuance",)),
                                         ("metadata", "Balances.transfer_all", ("balances.TRANSFER_ALL", "Balances.transferAll")),
                                         ("api", "Core.version", ("core.version", "CORE_VERSION"))):
            exact = self.output(command, *PASEO, name)
            for spelling in spellings:
                self.assertEqual(self.output(command, *PASEO, spelling), exact)
        self.assertTrue(self.output("metadata", *PASEO, "Balances.Transfer").startswith("event"))
        self.assertIn("Balances", self.error(3, "metadata", *POLKADOT, "Balnces"))

    def test_metadata_is_indented_by_its_depth(self):
        def depth(value):
            items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
            return 0 if not items else 1 + max(map(depth, items))

        for types in ([], ["--registry"]):
            text = self.output("metadata", *PASEO, "--json", *types)
            widest = max(len(line) - len(line.lstrip(" ")) for line in text.splitlines())
            self.assertEqual(widest, 2 * depth(json.loads(text)))

    def test_metadata_version(self):
        self.assertEqual(scexec("metadata", *PASEO, "--output", "scale", "--metadata-version", "14").stdout[:5], b"meta\x0e")
        self.assertEqual(scexec("metadata", *PASEO, "--output", "scale").stdout[:5], b"meta\x0f")
        self.assertIn("version 16; it has 14, 15", self.error(3, "metadata", *PASEO, "--metadata-version", "16"))
        self.assertIn("version 14; it has 11", self.error(3, "metadata", *POLKADOT, "--metadata-version", "14"))

    def test_metadata_diff(self):
        scale = self.folder / "metadata.scale"
        scale.write_bytes(scexec("metadata", *POLKADOT, "--output", "scale").stdout)
        self.assertEqual(self.output("metadata", "--diff", INPUTS / "polkadot.json", INPUTS / "polkadot.json"), "")
        self.assertEqual(self.output("metadata", "--diff", scale, scale), "")
        text = self.output("metadata", "--diff", INPUTS / "kusama.json", INPUTS / "polkadot.json")
        self.assertTrue(all(line[0] in "+-~ " for line in text.splitlines()))
        rows = json.loads(self.output("metadata", "--diff", INPUTS / "kusama.json", INPUTS / "polkadot.json", "--json"))
        self.assertIn("change", rows[0])
        self.error(2, "metadata", "--diff", INPUTS / "kusama.json")
        self.error(3, "metadata", "--diff", INPUTS / "kusama.json", "/dev/null")
        for more in (["--output", "scale"], POLKADOT, ["--registry", "--json"], ["--metadata-version", "14"]):
            self.error(2, "metadata", "--diff", scale, scale, *more)
        for more in (["System", "--output", "scale"], ["--output", "scale", "--docs"], ["--registry"]):
            self.error(2, "metadata", *POLKADOT, *more)

    def test_api(self):
        self.assertIn("account_nonce(account: AccountId32) -> u32", self.output("api", *PASEO, "AccountNonceApi"))
        self.assertIn("Core_version", self.output("api", *PASEO).replace("Core\n  version", "Core_version"))
        json.loads(self.output("api", *POLKADOT, "--json"))
        self.assertEqual(self.output("api", *PASEO, "Core.version"), self.output("api", *PASEO, "Core_version"))
        self.assertIn("Core_versoin", self.error(3, "api", *PASEO, "Core.versoin"))

    def test_values_at_a_terminal_are_json(self):
        text = self.output("decode", *PASEO, "str", "0x187fc280c29f20")
        self.assertEqual((text, json.loads(text)), ('"\\u007f\\u0080\\u009f "\n', "\x7f\x80\x9f "))

    def test_types_of_a_chains_own(self):
        """Definitions of types for metadata that only names them."""
        tick = ["--chain", INPUTS / "parachains/tick.json"]
        types = self.folder / "types.json"
        types.write_text(json.dumps({"typesBundle": {"spec": {"test-parachain": {"types": [
            {"minmax": [0, None], "types": {"Kitty": {"id": "u16", "owner": "AccountId", "mood": "Mood"},
                                            "Mood": {"_enum": ["Calm", "Cross"]}}}]}}},
            "types": {"Balance": "u64", "Thing": "[u8; 2]"}}))
        own = [*tick, "--types", types]
        self.assertEqual(self.output("decode", *own, "Thing", "0x0102"), '"0x0102"\n')
        self.assertEqual(self.output("encode", *own, "Vec<Thing>", '["0x0102"]'), "0x040102\n")
        self.assertEqual(self.output("decode", *own, "Balance", "0x0100000000000000"), "1\n")
        self.assertIn("TotalIssuance", self.output("metadata", *own, "Balances"))
        self.assertIn("Thing", self.error(3, "decode", *tick, "Thing", "0x0102"))
        kitty = json.dumps({"id": 1, "owner": ALICE, "mood": "Cross"})
        encoded = self.output("encode", *own, "Kitty", kitty).strip()
        self.assertEqual(encoded, "0x0100" + ALICE_KEY + "01")
        self.assertEqual(json.loads(self.output("decode", *own, "Kitty", encoded))["mood"], "Cross")
        # Names that stand for each other end at what the first of them is without the definition.
        for name, other, value in (("LookupSource", "Address", ALICE), ("Address", "LookupSource", ALICE),
                                   ("Balance", "BalanceOf", "7")):
            types.write_text(json.dumps({name: other}))
            for source in (tick, POLKADOT):
                for one in (name, other):
                    self.assertEqual(self.output("encode", *source, "--types", types, one, value),
                                     self.output("encode", *source, one, value))
        types.write_text('{"A": "B", "B": "A"}')
        self.assertIn("is defined as nothing but itself", self.error(3, "decode", *own, "A", "0x"))
        types.write_text('{"Thing": {"a b": "u8"}}')
        self.assertIn("types.json: types: Thing: field `a b`", self.error(3, "decode", *own, "Thing", "0x0102"))
        self.error(3, "state", "get", *own, "System.Number")
        types.write_text("{")
        self.assertIn("types.json: types: JSON, line 1", self.error(3, "metadata", *own))
        types.unlink()
        self.assertIn("types.json", self.error(4, "api", *own))

    def test_decode_and_encode(self):
        self.assertEqual(json.loads(self.output("decode", *PASEO, "Vec<u32>", "0x080100000002000000")), [1, 2])
        self.assertEqual(self.output("encode", *PASEO, "Vec<u32>", "[1,2]"), "0x080100000002000000\n")
        account = self.output("encode", *PASEO, "Option<AccountId32>", ALICE)
        self.assertEqual(account, "0x01" + ALICE_KEY + "\n")
        self.assertEqual(scexec("encode", *PASEO, "bool", "true", "--output", "raw").stdout, b"\x01")
        document = json.loads(self.output("decode", *PASEO, "Option<AccountId32>", account.strip(), "--json"))
        self.assertIsInstance(document["value"], str)
        call = self.output("encode", *PASEO, "call", '{"System": {"remark": {"remark": "0x00"}}}').strip()
        self.assertEqual(json.loads(self.output("decode", *PASEO, "call", call)), {"System": {"remark": {"remark": "0x00"}}})
        for stdin in (f"{call}\n".encode(), bytes.fromhex(call[2:])):
            self.assertEqual(self.output("decode", *PASEO, "call", "-", stdin=stdin),
                             self.output("decode", *PASEO, "call", call))
        self.error(3, "decode", *PASEO, "Vec<u32>", "0x08")
        self.error(3, "decode", *PASEO, "NoSuchType", "0x08")
        self.assertIn("no extrinsic has version byte 0x01", self.error(3, "decode", *PASEO, "extrinsic", "0x1001020304"))
        self.error(3, "encode", *PASEO, "u8", "256")


if __name__ == "__main__":
    unittest.main()
