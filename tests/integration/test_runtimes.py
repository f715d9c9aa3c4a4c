"""Every runtime call of 22 real runtimes, with empty input: outputs and errors are those of upstream's executor
(tests/data/runtimes.json, made by tests/oracle/runtimes)."""
import hashlib
import json
import unittest

from command import DATA, INPUTS, scexec

RUNTIMES = json.loads((DATA / "runtimes.json").read_text())["runtimes"]
# It interprets WebAssembly, so all its calls may come to floats that are not for Winch.
INTERPRETER = "parachains/contracts-rococo.json"


class Runtimes(unittest.TestCase):
    def batch(self, source, methods):
        requests = "".join(json.dumps({"id": name, "method": name, "data": "0x"}) + "\n" for name in methods)
        compiler = "cranelift" if source[1] == INPUTS / INTERPRETER else "winch"
        done = scexec("batch", *source, "--compiler", compiler, stdin=requests.encode())
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["id"] for answer in answers], methods, done.stderr.decode())
        return answers

    def test_all_are_there(self):
        self.assertEqual(len(RUNTIMES), 22)
        for runtime in RUNTIMES[:-1]:
            self.assertIsNotNone(runtime["answers"]["Core_version"])
            self.assertIsNotNone(runtime["answers"]["Metadata_metadata"])

    def test_the_calls_are_those_that_the_code_exports(self):
        for runtime in RUNTIMES:
            option, file = runtime["source"]
            with self.subTest(file):
                exports = json.loads(scexec("inspect", option, INPUTS / file, "--output", "json").stdout)["exports"]
                calls = [e["name"] for e in exports if e.get("type") == "(i32, i32) -> i64"]
                self.assertEqual(sorted(calls), sorted(runtime["answers"]))

    def test_answers_equal_upstreams(self):
        for runtime in RUNTIMES:
            option, file = runtime["source"]
            expected = runtime["answers"]
            for answer in self.batch([option, INPUTS / file], list(expected)):
                with self.subTest(file, method=answer["id"]):
                    output = answer.get("output")
                    digest = output and hashlib.blake2b(bytes.fromhex(output[2:]), digest_size=16).hexdigest()
                    self.assertEqual(digest, expected[answer["id"]], answer)


if __name__ == "__main__":
    unittest.main()
