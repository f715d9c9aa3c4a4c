"""Files as people have them: code, metadata and data as a JSON-RPC server gives them or an editor saves them, and a
SOURCE without its option."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import wat
from command import DATA, INPUTS, scexec

BOM = b"\xef\xbb\xbf"


def forms(data):
    """The same bytes as people have them, by name."""
    text = b"0x" + data.hex().encode()
    answer = {"jsonrpc": "2.0", "result": text.decode(), "id": 1}
    return {
        "bytes": data,
        "hex": text,
        "line": text + b"\n",
        "windows": BOM + text.upper().replace(b"0X", b"0x") + b"\r\n",
        "string": json.dumps(text.decode()).encode(),
        "answer": json.dumps(answer).encode() + b"\n",
        "result": json.dumps({"result": text.decode()}).encode(),
    }


class Inputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.runtime = wat.write(cls.folder, "runtime.wasm", wat.RUNTIME)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def fails(self, code, message, *arguments, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        self.assertEqual(done.stderr.decode(), f"error: {message}\n")

    def test_code_in_every_form(self):
        for name, content in forms(self.runtime.read_bytes()).items():
            path = self.file(name, content)
            done = scexec("call", "--runtime", path, "Test_echo", "0x0102")
            self.assertEqual((done.returncode, done.stdout), (0, b"0x0102\n"), (name, done.stderr))
            done = scexec("inspect", "--runtime", "-", "--json", stdin=content)
            self.assertEqual(done.returncode, 0, (name, done.stderr))

    def test_data_in_every_form(self):
        data = b"\0\xff\xab\n"
        for name, content in forms(data).items():
            path = self.file(name, content)
            done = scexec("call", "--runtime", self.runtime, "Test_echo", f"@{path}", "--output", "raw")
            self.assertEqual((done.returncode, done.stdout), (0, data), (name, done.stderr))
            done = scexec("call", "--runtime", self.runtime, "Test_echo", "-", "--output", "raw", stdin=content)
            self.assertEqual(done.stdout, data, name)

    def test_metadata_in_every_form(self):
        file = DATA / "metadata" / "asset-hub-polkadot.v14.scale.zst"
        metadata = subprocess.run(["zstd", "-dc", file], capture_output=True, check=True).stdout
        for name, content in forms(metadata).items():
            older, newer = self.file("plain", metadata), self.file(name, content)
            done = scexec("metadata", "--diff", older, newer)
            self.assertEqual((done.returncode, done.stdout), (0, b""), (name, done.stderr))

    def test_what_is_written_wrongly_is_named(self):
        digits = self.file("digits", self.runtime.read_bytes().hex().encode() + b"\n")
        why = f"{digits}: hexadecimal digits without 0x in front: put 0x before them"
        self.fails(3, why, "inspect", "--runtime", digits)
        self.fails(3, why, "metadata", "--diff", digits, digits)
        self.fails(3, why, "call", "--runtime", self.runtime, "Test_echo", f"@{digits}")
        self.fails(3, "standard input: hexadecimal digits without 0x in front: put 0x before them", "inspect", "--runtime",
                   "-", stdin=b"0061736d")
        refused = self.file("refused", b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no block"}}')
        self.fails(3, f"{refused}: the answer of a JSON-RPC server that refused the request: "
                      '{"code":-32000,"message":"no block"}', "inspect", "--runtime", refused)

    def test_texts_may_begin_with_a_byte_order_mark(self):
        spec = json.dumps({"name": "x", "id": "x", "genesis": {"raw": {"top": {"0x01": "0x02"}}}}).encode()
        root = scexec("state", "root", "--chain", self.file("plain.json", spec)).stdout
        self.assertIn(b"state root", root)
        answer = b'{"jsonrpc":"2.0","id":1,"result":' + spec + b"}"  # of sync_state_genSyncSpec
        for text in (BOM + spec.replace(b",", b",\r\n"), answer, BOM + answer):
            self.assertEqual(scexec("state", "root", "--chain", self.file("bom.json", text)).stdout, root)
            self.assertEqual(scexec("state", "root", "--chain", "-", stdin=text).stdout, root)
        nested = b'{"result":{"result":' + spec + b"}}"
        self.assertEqual(scexec("state", "root", "--chain", "-", stdin=nested).returncode, 3)
        request = BOM + b'{"id":1,"method":"Test_echo","data":"0x05"}\r\n'
        done = scexec("batch", "--runtime", self.runtime, stdin=request)
        self.assertEqual(json.loads(done.stdout), {"id": 1, "output": "0x05"})

    def test_source_without_its_option(self):
        spec, code = self.file("spec.json", BOM + b'\n{"name": "x", "genesis": {"raw": {"top": {}}}}'), self.runtime
        database = self.folder / "database"
        self.assertEqual(scexec("state", "import", spec, database).returncode, 0)
        artifact = self.folder / "artifact"
        options = {"env": {**os.environ, "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}}
        self.assertEqual(scexec("compile", "--runtime", code, "-o", artifact, **options).returncode, 0)
        kinds = {spec: ("a chain spec", "--chain"), code: ("code", "--runtime"),
                 artifact: ("compiled code, an artifact", "--artifact"), database: ("a state database", "--state")}
        lines = [(f"call {{}} Core_version", "call {} Core_version"), ("call Core_version {}", "call {} Core_version"),
                 ("bench {} Core_version 0x", "bench {} Core_version 0x"), ("inspect {} --json", "inspect {} --json"),
                 ("metadata {}", "metadata {}"), ("api {} Core", "api {} Core"),
                 ("state get {} :code", "state get {} :code"), ("encode {} u32 1", "encode {} u32 1"),
                 ("block execute {} @x", "block execute {} @x")]
        for path, (noun, option) in kinds.items():
            for wrong, right in lines:
                done = scexec(*wrong.format(path).split())
                self.assertEqual(done.returncode, 2, (wrong, done.stderr))
                self.assertIn(f"error: {path} is {noun}, which is given with {option}: scexec "
                              f"{right.format(f'{option} {path}')}\n".encode(), done.stderr)
        done = scexec("encode", spec, "Vec<u32>", "it's")
        self.assertIn(f"scexec encode --chain {spec} 'Vec<u32>' 'it'\\''s'\n".encode(), done.stderr)
        for path, (noun, option) in kinds.items():
            for other in ("--chain", "--runtime", "--artifact", "--state"):
                if other == option:
                    continue
                self.fails(2, f"{path} is {noun}: give it with {option}, not with {other}", "call", other, path, "x")
        self.fails(2, f"{code} is code, where a chain spec is due", "state", "import", code, self.folder / "none")
        self.fails(2, f"{code} is code, where a chain spec is due", "state", "diff", code, spec)
        self.fails(2, f"{spec} is a chain spec, which is given with --chain: scexec state root --chain {spec}", "state",
                   "root", spec)
        # What is no SOURCE is no such mistake, and neither is a file where the command takes files.
        other = self.file("other", b"text")
        self.fails(2, "a SOURCE is missing: --chain SPEC.json, --state DIR, --runtime FILE", "call", other, "0x")
        self.fails(2, "--diff needs two files: the older runtime, then the newer", "metadata", "--diff", code)


if __name__ == "__main__":
    unittest.main()
