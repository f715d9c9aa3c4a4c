"""`scexec inspect` against a reading of the module that shares no code with it, and the names of runtime APIs against
their hashes."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import wat
from command import INPUTS, scexec

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])
MAGIC = bytes.fromhex("52bc537646db8e05")


def leb(code, at):
    value = shift = 0
    while True:
        byte = code[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def sections(code):
    """(id, name of a custom section, size with header, contents) of each."""
    at = 8
    while at < len(code):
        start, kind = at, code[at]
        size, at = leb(code, at + 1)
        end, name = at + size, None
        if kind == 0:
            length, at = leb(code, at)
            name, at = code[at:at + length].decode(), at + length
        yield kind, name, end - start, code[at:end]
        at = end


def code_of(path):
    raw = json.loads(path.read_text())["genesis"]["raw"]
    top = raw[0] if isinstance(raw, list) else raw["top"]
    return bytes.fromhex(top["0x" + b":code".hex()][2:])


def plain(code):
    if not code.startswith(MAGIC):
        return code
    return subprocess.run(["zstd", "-dc"], input=code[8:], capture_output=True, check=True).stdout


def inspect(*arguments):
    done = scexec("inspect", *arguments, "--output", "json")
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def blake2b(data):
    return "0x" + hashlib.blake2b(data, digest_size=32).hexdigest()


class Inspect(unittest.TestCase):
    def test_metadata_hash(self):
        # metadata-oracle hash-of (tests/oracle/metadata), for spec version 1001002, "paseo", prefix 42, 10 decimals.
        paseo = INPUTS / "paseo.json"
        expected = "0x3c22fd1c714fced84afdf288504137efe317e08b471bf917a1f93537e1c5cc9f"
        self.assertEqual(inspect("--chain", paseo)["metadataHash"], expected)
        text = scexec("inspect", "--chain", paseo).stdout.decode()
        self.assertIn(f"\nmetadata hash, RFC-78: {expected}\n", text)
        self.assertIn(f"\ncode hash, BLAKE2b-256: {blake2b(code_of(paseo))}\n", text)
        with tempfile.TemporaryDirectory() as folder:
            code = pathlib.Path(folder, "paseo.wasm")
            code.write_bytes(code_of(paseo))
            found = inspect("--runtime", code)
            self.assertIsNone(found["metadataHash"])
            self.assertIn("--token-symbol and --token-decimals, or the chain spec", found["metadataHashMissing"])
            found = inspect("--runtime", code, "--token-symbol", "PAS", "--token-decimals", "10")
            self.assertEqual(found["metadataHash"], expected)
            found = inspect("--runtime", code, "--token-symbol", "PAS", "--token-decimals", "12")
            self.assertNotEqual(found["metadataHash"], expected)
        self.assertEqual(inspect("--chain", INPUTS / "polkadot.json")["metadataHashMissing"],
                         "the runtime has no metadata of version 15")

    def test_relay_chains(self):
        versions = {"polkadot": ("polkadot", 0), "kusama": ("kusama", 1020), "westend": ("westend", 1),
                    "rococo": ("rococo", 9190), "paseo": ("paseo", 1_001_002)}
        for name, (spec, version) in versions.items():
            with self.subTest(chain=name):
                path = INPUTS / f"{name}.json"
                code = code_of(path)
                wasm = plain(code)
                found = inspect("--chain", path)
                self.assertEqual(found["code"], {"size": len(code), "compressed": code != wasm, "wasmSize": len(wasm),
                                                 "blake2b256": blake2b(code), "wasmBlake2b256": blake2b(wasm)})
                self.assertEqual(found["version"]["specName"], spec)
                if name != "paseo":
                    self.assertEqual(found["version"]["specVersion"], version)
                expected = [(kind, size) for kind, _, size, _ in sections(wasm)]
                self.assertEqual([(row["id"], row["size"]) for row in found["sections"]], expected)
                self.assertTrue(all(row["known"] for row in found["imports"]), [r for r in found["imports"] if not r["known"]])
                self.check_apis(found, dict((section, body) for _, section, _, body in sections(wasm) if section))

    def check_apis(self, found, custom):
        self.assertEqual(found["version"]["from"], "custom-sections" if "runtime_version" in custom else "Core_version")
        for api in found["apis"]:
            if api["name"] is not None:
                self.assertEqual(api["id"], "0x" + hashlib.blake2b(api["name"].encode(), digest_size=8).hexdigest())
        self.assertIn("Core", [api["name"] for api in found["apis"]])
        if "runtime_apis" in custom:
            rows = [custom["runtime_apis"][at:at + 12] for at in range(0, len(custom["runtime_apis"]), 12)]
            self.assertEqual([(api["id"], api["version"]) for api in found["apis"]],
                             [("0x" + row[:8].hex(), int.from_bytes(row[8:], "little")) for row in rows])

    def test_every_known_api_has_its_own_hash(self):
        table = (SOURCE / "src" / "cli" / "api_names.c").read_text()
        rows = re.findall(r"\{\{((?:0x[0-9a-f]{2}(?:, )?)+)\},\s*\"(\w+)\"\}", table)
        self.assertGreater(len(rows), 50)
        for identifier, name in rows:
            expected = ", ".join(f"0x{byte:02x}" for byte in hashlib.blake2b(name.encode(), digest_size=8).digest())
            self.assertEqual(identifier, expected, name)

    def test_custom_sections_suffice(self):
        """A module that could not even be instantiated tells its version."""
        version = b"\x0ctest\x0cimpl"[0:0] + b"\x10test\x10impl" + b"".join(n.to_bytes(4, "little") for n in (1, 42, 3))
        version += b"\x00" + (7).to_bytes(4, "little") + b"\x01"
        core = hashlib.blake2b(b"Core", digest_size=8).digest()
        module = wat.assemble('(module (import "env" "nobody_has_it" (func (param i32))))')
        module += wat.custom_section("runtime_version", version)
        module += wat.custom_section("runtime_apis", core + (4).to_bytes(4, "little"))
        with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
            file.write(module)
            file.flush()
            found = inspect("--runtime", file.name)
            text = scexec("inspect", "--runtime", file.name).stdout.decode()
        self.assertEqual(found["version"], {"specName": "test", "implName": "impl", "authoringVersion": 1, "specVersion": 42,
                                            "implVersion": 3, "transactionVersion": 7, "systemVersion": 1,
                                            "from": "custom-sections"})
        self.assertEqual(found["imports"][0]["state"], "unknown")
        self.assertIsNone(found["memory"])
        self.assertIn("test 42 (impl 3)", text)
        self.assertIn("1 not known to the host", text)

    def test_code_without_a_version(self):
        with tempfile.TemporaryDirectory() as folder:
            path = wat.write(folder, "a.wasm", wat.RUNTIME)
            found = inspect("--runtime", path)
            text = scexec("inspect", "--runtime", path).stdout.decode()
        self.assertIsNone(found["version"])
        self.assertEqual(found["versionError"]["kind"], "missing-export")
        self.assertEqual(found["memory"], {"imported": False, "minimum": 17, "maximum": None})
        self.assertEqual(found["table"], {"imported": False, "type": "funcref", "minimum": 3, "maximum": 3})
        self.assertIn("no version:", text)
        log = next(row for row in found["imports"] if row["name"] == "ext_logging_log_version_1")
        self.assertEqual(log, {"module": "env", "name": "ext_logging_log_version_1", "kind": "function",
                               "type": "(i32, i64, i64) -> ()", "known": True})

    def test_hostile_names_are_escaped(self):
        with tempfile.TemporaryDirectory() as folder:
            text = scexec("inspect", "--runtime", wat.write(folder, "a.wasm", r'(module (func (export "a\1b[2Jb")))'))
        self.assertIn(b"a\\x1b[2Jb", text.stdout)
        self.assertNotIn(b"\x1b", text.stdout)


if __name__ == "__main__":
    unittest.main()
