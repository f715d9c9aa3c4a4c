"""Output of the command, byte for byte that of upstream's executor (tests/data/calls.json, made by tests/oracle/calls)."""
import hashlib
import json
import unittest

from command import DATA, INPUTS, scexec


def rows():
    for row in json.loads((DATA / "calls.json").read_text())["calls"]:
        option, file = row["source"]
        yield row, [option, INPUTS / file, row["method"]]


class Calls(unittest.TestCase):
    def check(self, row, output):
        self.assertEqual(len(output), row["length"])
        self.assertEqual(hashlib.blake2b(output, digest_size=32).hexdigest(), row["blake2b256"])

    def test_outputs_equal_upstreams(self):
        for row, arguments in rows():
            with self.subTest(source=row["source"], method=row["method"]):
                done = scexec("call", *arguments, "--output", "raw")
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.check(row, done.stdout)

    def test_json_carries_the_same_output(self):
        row, arguments = next(rows())
        done = scexec("call", *arguments, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        output = json.loads(done.stdout)["output"]
        self.assertTrue(output.startswith("0x"))
        self.check(row, bytes.fromhex(output[2:]))

    def test_code_of_a_file_on_the_state_of_a_chain(self):
        row, arguments = next(pair for pair in rows() if pair[0]["source"][0] == "--runtime")
        done = scexec("call", "--chain", INPUTS / "polkadot.json", *arguments, "--output", "raw")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.check(row, done.stdout)

    def test_code_from_standard_input(self):
        row, (option, path, method) = next(pair for pair in rows() if pair[0]["source"][0] == "--runtime")
        done = scexec("call", option, "-", method, "--output", "raw", stdin=path.read_bytes())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.check(row, done.stdout)


if __name__ == "__main__":
    unittest.main()
