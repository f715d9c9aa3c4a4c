"""`scexec call`: forms of input and output, logs, and every way in which a call can fail."""
import json
import os
import tempfile
import unittest

import wat
from command import INPUTS, scexec


class Call(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.runtime = wat.write(cls.folder, "runtime.wasm", wat.RUNTIME)
        cls.missing = wat.write(cls.folder, "missing.wasm", wat.MISSING)
        cls.other_type = wat.write(cls.folder, "other_type.wasm", wat.OTHER_TYPE)

    def call(self, *arguments, runtime=None, **options):
        return scexec("call", "--runtime", runtime or self.runtime, *arguments, **options)

    def output(self, *arguments, **options):
        done = self.call(*arguments, "--output", "raw", **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def error(self, code, kind, *arguments, **options):
        done = self.call(*arguments, "--output", "json", **options)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["kind"], kind, error)
        self.assertTrue(done.stderr.decode().startswith("error: "))
        return error

    def test_data(self):
        file = os.path.join(self.folder, "data")
        with open(file, "wb") as out:
            out.write(bytes(range(256)))
        self.assertEqual(self.output("Test_echo"), b"")
        self.assertEqual(self.output("Test_echo", "0x00fFaB"), b"\x00\xff\xab")
        self.assertEqual(self.output("Test_echo", "@" + file), bytes(range(256)))
        self.assertEqual(self.output("Test_echo", "-", stdin=b"\0in"), b"\0in")
        self.assertEqual(self.output("Test.echo", "0x01"), b"\x01")
        self.assertEqual(self.call("--", "Test.echo", "0x01").stdout, b"0x01\n")
        large = bytes(8 << 20)
        self.assertEqual(self.output("Test_echo", "-", stdin=large), large)

    def test_code_from_standard_input(self):
        self.assertEqual(self.output("Test_echo", "0x05", runtime="-", stdin=self.runtime.read_bytes()), b"\x05")
        done = self.call("Test_echo", "-", runtime="-", stdin=self.runtime.read_bytes())
        self.assertEqual(done.returncode, 2)

    def test_outputs(self):
        self.assertEqual(self.call("Test_echo", "0x0102").stdout, b"0x0102\n")
        self.assertEqual(self.call("Test_echo", "0x0102", "--output=hex").stdout, b"0x0102\n")
        self.assertEqual(self.call("Test_empty").stdout, b"0x\n")
        document = json.loads(self.call("Test_echo", "0x0102", "--json").stdout)
        self.assertEqual(document["output"], "0x0102")
        self.assertEqual(document["method"], "Test_echo")
        self.assertEqual((document["sizes"]["input"], document["sizes"]["output"]), (2, 2))
        self.assertEqual(document["sizes"]["code"], len(self.runtime.read_bytes()))
        times = document["times"]
        self.assertEqual(list(times), ["readMs", "decodeMs", "stateMs", "compileMs", "instanceMs", "prepareMs", "executeMs",
                                       "totalMs"])
        parts = sum(value for name, value in times.items() if name != "totalMs")
        self.assertLessEqual(parts, times["totalMs"] + 0.01)
        # The input's block: 8 bytes of header and 8 of payload, the smallest that there are.
        self.assertEqual(document["allocation"], {"bytesPeak": 16, "bytesSum": 16, "addressSpaceUsed": 16})

    def test_every_strategy_answers(self):
        for strategy in ("instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling",
                         "pooling-copy-on-write"):
            self.assertEqual(self.output("Test_count", "--strategy", strategy), b"\1\0\0\0")

    def test_trap_and_panic(self):
        error = self.error(1, "trap", "Test_panic")
        self.assertEqual(error["panic"], "panicked at \x1b[31mred\n\u202eline")
        self.assertTrue(any("Test_panic" in frame for frame in error["backtrace"]), error)
        shown = self.call("Test_panic").stderr.decode()
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("\u202e", shown)
        self.assertIn("\\x1b[31mred", shown)
        error = self.error(1, "trap", "Test_trap")
        self.assertIn("unreachable", error["message"])
        self.assertNotIn("panic", error)

    def test_failures_of_calls(self):
        self.assertIn("Test_echo", self.error(1, "missing-export", "Test_ecko")["message"])
        self.error(1, "missing-export", "nothing_like_it")
        self.error(1, "wrong-type", "Test_type")
        self.error(1, "bad-output", "Test_outside")
        self.error(1, "time-limit", "Test_loop", "--time-limit", "50ms")
        self.error(1, "stack-limit", "Test_recurse")
        self.error(1, "stack-limit", "Test_recurse", "--stack-limit", "1000")
        self.error(1, "host-function", "Test_now")

    def test_memory_limit(self):
        data = os.path.join(self.folder, "large")
        with open(data, "wb") as out:
            out.truncate(2 << 20)
        self.error(1, "memory-limit", "Test_echo", "@" + data, "--heap-pages", "1")
        error = self.error(1, "memory-limit", "Test_fine", "--max-memory", "65537")
        self.assertIn("more than the limit of 65537 bytes", error["message"])
        self.assertEqual(len(self.output("Test_echo", "@" + data, "--heap-maximum", "0")), 2 << 20)
        self.assertEqual(self.output("Test_grow", "--heap-maximum", "100"), b"\xff\xff\xff\xff")

    def test_missing_imports(self):
        error = self.error(3, "missing-import", "Test_fine", "--strict-imports", runtime=self.missing)
        self.assertIn("ext_nobody_has_this_version_1", error["message"])
        self.assertIn("ext_nor_this_version_1", error["message"])
        self.assertEqual(self.output("Test_fine", runtime=self.missing), b"")
        error = self.error(3, "missing-import", "Test_fine", "--allow-missing-imports", runtime=self.other_type)
        self.assertIn("(i64, i64) -> ()", error["message"])
        error = self.error(1, "missing-import", "Test_missing", "--allow-missing-imports",
                           runtime=self.missing)
        self.assertIn("ext_nobody_has_this_version_1", error["message"])

    def test_log(self):
        self.assertEqual(self.call("Test_log", "0x6869").stderr, b"")
        self.assertEqual(self.call("Test_log", "0x6869", "--log", "warn").stderr, b"")
        self.assertEqual(self.call("Test_log", "0x6869", "--log", "info").stderr, b"INFO  runtime: hi\n")
        self.assertEqual(self.call("Test_log", "0x1b5b324a0a41e280ae", "--log", "trace").stderr,
                         b"INFO  runtime: \\x1b[2J\n      A\\u202e\n")

    def test_state_stays_as_it_is(self):
        polkadot = ["--chain", INPUTS / "polkadot.json"]
        self.assertEqual(self.output("Test_set", "0x05", *polkadot), b"\x01\x04\x05")
        self.assertEqual(self.output("Test_get", "0x6b6579", *polkadot), b"\x00")
        self.assertEqual(self.output("Test_get", "0x" + b":code".hex(), *polkadot)[:1], b"\x01")

    def test_services(self):
        seeded = ["--seed", "7", "--time", "1600000000000"]
        self.assertEqual(self.output("OffchainWorkerApi_now", *seeded), (1600000000000).to_bytes(8, "little"))
        self.assertEqual(self.output("Test_now", "--offchain-worker", *seeded), (1600000000000).to_bytes(8, "little"))
        first, again = (self.output("OffchainWorkerApi_seed", *seeded) for _ in range(2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, self.output("OffchainWorkerApi_seed", "--seed", "8"))
        self.assertNotEqual(self.output("OffchainWorkerApi_seed"), self.output("OffchainWorkerApi_seed"))
        document = json.loads(self.call("OffchainWorkerApi_submit", "0x0a0b", "--json").stdout)
        self.assertEqual(document["extrinsics"], ["0x0a0b"])
        self.assertIn(b"submitted extrinsic 0x0a0b", self.call("OffchainWorkerApi_submit", "0x0a0b").stderr)

    def test_keys(self):
        alice = "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"  # //Alice, ed25519; subkey inspect
        self.assertEqual(self.output("Test_keys", "--key", "test:ed25519://Alice").hex(), "04" + alice)
        self.assertEqual(self.output("Test_keys").hex(), "00")
        self.assertEqual(self.output("Test_generate", "--seed", "1"), self.output("Test_generate", "--seed", "1"))
        folder = os.path.join(self.folder, "keystore")
        key = self.output("Test_generate", "--keystore", folder)
        self.assertEqual(os.listdir(folder), [b"test".hex() + key.hex()])
        other = os.path.join(self.folder, "other")
        for file in (self.folder, os.path.join(self.folder, "missing")):
            self.error(4, "io", "Test_keys", "--keystore", other, "--password-file", file)
            self.assertFalse(os.path.exists(other))
        self.assertEqual(self.error(2, "misuse", "Test_keys", "--key", "test:rsa://Alice")["message"][:10], "the scheme")
        self.error(2, "misuse", "Test_keys", "--key", "//Alice")
        error = self.error(3, "bad-input", "Test_keys", "--key", "test:ed25519:my secret words")
        self.assertNotIn("my secret words", error["message"])


if __name__ == "__main__":
    unittest.main()
