"""What a runtime describes and what it has: view functions by name, listed APIs, metadata files as a SOURCE."""
import json
import pathlib
import tempfile
import unittest

import described
from command import INPUTS, scexec

KEY = "0x" + "07" * 32


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.runtime = ["--runtime", described.write(cls.folder)]

    def output(self, *arguments, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def error(self, code, *arguments):
        done = scexec(*arguments)
        self.assertEqual(done.returncode, code, (done.stdout, done.stderr))
        return done.stderr.decode()

    def test_view_functions_are_called_by_name(self):
        call = ["call", "--no-cache", *self.runtime]
        for name in ("System.get_value", "System_get_value"):
            self.assertEqual(self.output(*call, name, KEY, "258"), "258\n")
        self.assertEqual(self.output(*call, "System.get_value", "--args", f'["{KEY}", 7]'), "7\n")
        # Encoded arguments are those of the function; what calls it is the library's affair. The answer stays bytes.
        encoded = KEY + "05000000"
        self.assertEqual(self.output(*call, "System.get_value", encoded), "0x00200500000000000000\n")
        document = json.loads(self.output(*call, "System.get_value", encoded, "--json"))
        self.assertEqual((document["method"], document["value"]), ("System_get_value", 5))
        # The same through the export itself.
        wrapped = "0x" + described.VIEW_ID.hex() + "90" + encoded[2:]
        self.assertEqual(self.output(*call, "RuntimeViewFunction_execute_view_function", wrapped),
                         "0x00200500000000000000\n")

    def test_a_view_function_that_is_not_called_fails(self):
        call = ["call", "--no-cache", *self.runtime]
        for output in ("human", "hex", "json"):
            self.assertIn("the view function was not called: the runtime has none of its id",
                          self.error(1, *call, "System.get_nothing", "--output", output))
        self.assertIn("no runtime API method `System_get_valu`; the nearest: System.get_value",
                      self.error(3, *call, "System.get_valu", KEY, "1"))
        self.assertIn("expected 2 arguments (who: [u8; 32], n: u32)", self.error(3, *call, "System.get_value", KEY, "1", "2"))
        self.assertIn("System_nothing", self.error(1, *call, "System.nothing"))

    def test_batches_call_view_functions(self):
        requests = [{"id": 1, "method": "System.get_value", "args": [KEY, 9]},
                    {"id": 2, "method": "System.get_value", "data": KEY + "0a000000"},
                    {"id": 3, "method": "TestApi_there", "args": []}]
        stdin = "".join(json.dumps(r) + "\n" for r in requests).encode()
        answers = [json.loads(line) for line in
                   self.output("batch", *self.runtime, "--no-cache", "--values", stdin=stdin).splitlines()]
        self.assertEqual([a.get("value") for a in answers], [9, 10, 0x1004])
        # Arguments may be as deep as values are: 256 calls inside each other are 1,024 levels.
        deep = "[" * 2000 + "]" * 2000
        line = '{"id":%s,"method":"TestApi_there"}\n' % deep
        self.assertEqual(self.output("batch", *self.runtime, "--no-cache", stdin=line.encode()),
                         '{"id":%s,"output":"0x04100000"}\n' % deep)
        line = '{"id":%s,"method":"TestApi_there"}\n' % ("[" * 2052 + "]" * 2052)
        self.assertIn("nested deeper than 2052 levels",
                      self.output("batch", *self.runtime, "--no-cache", stdin=line.encode()))

    def test_apis_lists_what_can_be_called(self):
        listed = self.output("api", *self.runtime)
        self.assertEqual(listed, "TestApi, version 1\n  there() -> u32\n"
                         "RuntimeViewFunction, version 1\n"
                         "  execute_view_function(query_id: [u8; 32], input: Vec<u8>) -> Vec<u8>\n"
                         "System, view functions\n  get_value(who: [u8; 32], n: u32) -> u64\n  get_nothing() -> ()\n"
                         "exported, but not described: arguments are given in SCALE\n  Core_version\n"
                         "  Metadata_metadata_at_version\n  Metadata_metadata_versions\n  OtherApi_unknown\n")
        document = json.loads(self.output("api", *self.runtime, "--json"))
        self.assertEqual([[m["name"] for m in api["methods"]] for api in document],
                         [["there"], ["execute_view_function"], ["get_value", "get_nothing"],
                          ["Core_version", "Metadata_metadata_at_version", "Metadata_metadata_versions", "OtherApi_unknown"]])
        self.assertEqual((document[2]["view_functions"], document[2]["methods"][0]["id"], document[3]["described"]),
                         (True, "0x" + described.VIEW_ID.hex(), False))
        self.assertEqual(self.output("api", *self.runtime, "System.get_value"),
                         "System, view functions\n  get_value(who: [u8; 32], n: u32) -> u64\n")
        self.assertIn("no runtime API `GoneApi`", self.error(3, "api", *self.runtime, "GoneApi"))

    def test_metadata_files_are_a_source(self):
        scale = described.metadata()
        returned = b"\1" + described.compact(len(scale)) + scale  # of Metadata_metadata_at_version
        for name, content in (("a.scale", scale), ("b.scale", returned), ("a.hex", b"0x" + scale.hex().encode() + b"\n"),
                              ("b.hex", b"0x" + returned.hex().encode())):
            path = self.folder / name
            path.write_bytes(content)
            for source in (["--metadata", path], ["--runtime", path]):
                with self.subTest(file=name, option=source[0]):
                    self.assertEqual(self.output("decode", *source, "Vec<(u8, u32)>", "0x040105000000"), "[[1, 5]]\n")
                    self.assertEqual(self.output("encode", *source, "(u8, u64)", "[1, 2]"), "0x010200000000000000\n")
                    self.assertIn("pallet", self.output("metadata", *source, "System"))
                    # There is no code to say what is exported.
                    self.assertIn("  absent() -> u32\n", self.output("api", *source, "GoneApi"))
        path = self.folder / "a.scale"
        self.assertEqual(self.output("decode", "--metadata", "-", "u8", "0x07", stdin=scale), "7\n")
        self.assertIn("a.scale is metadata of version 16, not 15",
                      self.error(3, "metadata", "--metadata", path, "--metadata-version", "15"))
        self.assertIn("give one of them", self.error(2, "api", "--metadata", path, *self.runtime))
        self.assertIn("a.scale is metadata, where code is due", self.error(2, "call", "--runtime", path, "Core_version"))
        for option, value in (("--chain", INPUTS / "polkadot.json"), ("--runtime", INPUTS / "kusama_runtime.wasm")):
            self.assertIn(f"give it with {option}, not with --metadata", self.error(2, "api", "--metadata", value))
        self.assertIn(f"scexec metadata --metadata {path}", self.error(2, "metadata", path))

    def test_unknown_types_are_named(self):
        # V13 with one pallet, whose one call takes a FooBar; what its user can do is said.
        def name(value):
            return described.text(value)
        call = name("odd") + described.vec([name("x") + name("FooBar")]) + b"\0"
        scale = (b"meta\x0d" + described.vec([name("Odd") + b"\0" + b"\1" + described.vec([call]) + b"\0\0\0" + b"\5"])
                 + b"\4" + described.vec([]))
        path = self.folder / "unknown.scale"
        path.write_bytes(scale)
        known = "is not known\n  --types FILE gives the definitions of such types\n"
        self.assertEqual(self.error(3, "decode", "--metadata", path, "call", "0x050007"),
                         "error: DATA: Odd.odd.x: the layout of the type FooBar " + known)
        self.assertEqual(self.error(3, "decode", "--metadata", path, "extrinsic", "0x1004050007"),
                         "error: DATA: call.Odd.odd.x: the layout of the type FooBar " + known)
        self.assertIn("the layout of the type FooBar is not known: give its encoding, \"0x…\"\n  --types FILE",
                      self.error(3, "encode", "--metadata", path, "call", '{"Odd":{"odd":{"x":1}}}'))
        self.assertEqual(self.output("encode", "--metadata", path, "call", '{"Odd":{"odd":{"x":"0x0102"}}}'), "0x05000102\n")
        types = self.folder / "types.json"
        types.write_text('{"FooBar": "u16"}')
        self.assertEqual(self.output("decode", "--metadata", path, "--types", types, "call", "0x05000102"),
                         '{"Odd": {"odd": {"x": 513}}}\n')


if __name__ == "__main__":
    unittest.main()
