"""`scexec batch` and `scexec bench`: order, isolation, broken lines, bounded memory, threads; the shape of the figures."""
import contextlib
import json
import os
import subprocess
import tempfile
import threading
import unittest

import wat
from command import INPUTS, SCEXEC, scexec

SANITIZED = "asan" in os.environ.get("SCEXEC_BUILD", "")
STRATEGIES = ["instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling", "pooling-copy-on-write"]


class Runtime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.runtime = wat.write(folder.name, "runtime.wasm", wat.RUNTIME)


class Values(unittest.TestCase):
    def test_calls_nest_as_deep_as_the_runtime_takes(self):
        # Paseo's runtime itself, by its answers to raw data, says how deep: 256 batches inside each other, and no more.
        method = "TransactionPaymentCallApi_query_call_info"
        requests = []
        for count in (256, 257):
            call = '{"System":{"remark":{"remark":"0x07"}}}'
            for _ in range(count):
                call = '{"Utility":{"batch":{"calls":[' + call + "]}}}"
            data = "0x" + "1a0004" * count + "00000407" + "0a000000"
            requests += [f'{{"method":"{method}","args":[{call},10]}}\n', f'{{"method":"{method}","data":"{data}"}}\n']
        done = scexec("batch", "--chain", INPUTS / "paseo.json", "--values", "--compiler", "winch",
                      stdin="".join(requests).encode())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(answers[0]["value"]["class"], "Normal")
        self.assertEqual(answers[0], answers[1])
        self.assertIn("more than 256 sequences and boxes inside each other", answers[2]["error"]["message"])
        self.assertEqual(answers[3]["error"]["kind"], "trap")


class Batch(Runtime):
    def batch(self, lines, *arguments):
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        done = scexec("batch", "--runtime", self.runtime, *arguments, stdin=text.encode())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_answers_in_order_with_any_id(self):
        ids = [1, "two", None, [3, {"x": 4}], 5.5, True, 2**62, "\u20ac\n"]
        answers = self.batch([{"id": i, "method": "Test_echo", "data": f"0x{n:02x}"} for n, i in enumerate(ids)])
        self.assertEqual([a["id"] for a in answers], ids)
        self.assertEqual([a["output"] for a in answers], [f"0x{n:02x}" for n in range(len(ids))])

    def test_id_comes_back_as_it_was_written(self):
        ids = ["0.1", "1.50", "1e2", "-0", "12345678901234567890", "1" * 400, "1e999", r'"\u0000"', r'"\u0041\/\ud800"',
               '{"a" : 1, "a": [ 2.50]}', r'{"\u0000": null}', '"\u20ac"', "[" * 126 + "]" * 126]
        text = "".join(f'{{"method":"Test_empty", "id": {i} }}\n' for i in ids)
        done = scexec("batch", "--runtime", self.runtime, stdin=text.encode())
        self.assertEqual(done.stdout.decode().splitlines(), [f'{{"id":{i},"output":"0x"}}' for i in ids])

    def test_many_on_threads(self):
        for threads in (1, 2, 7):
            requests = [{"id": n, "method": "Test_echo", "data": "0x" + n.to_bytes(4, "little").hex() * (n % 500)}
                        for n in range(3000)]
            answers = self.batch(requests, "--threads", threads)
            self.assertEqual(answers, [{"id": r["id"], "output": r["data"]} for r in requests])

    def test_each_call_sees_the_untouched_state(self):
        answers = self.batch([{"id": 0, "method": "Test_count"}, {"id": 1, "method": "Test_set", "data": "0x05"},
                              {"id": 2, "method": "Test_get", "data": "0x6b6579"}, {"id": 3, "method": "Test_panic"},
                              {"id": 4, "method": "Test_count"}])
        self.assertEqual([a.get("output") for a in answers], ["0x01000000", "0x010405", "0x00", None, "0x01000000"])
        error = answers[3]["error"]
        self.assertEqual((error["kind"], error["panic"][:11]), ("trap", "panicked at"))

    def test_broken_lines(self):
        broken = ["{\n", "[]\n", "null\n", "x\n", '{"id":1}\n', '{"id":2,"method":7}\n', '{"id":3,"method":""}\n',
                  '{"id":4,"method":"Test_echo","data":"00"}\n', '{"id":5,"method":"Test_echo","data":"0x0"}\n',
                  '{"id":6,"method":"Test_echo","data":1}\n', '{"id":7,"method":"Test_echo","dta":"0x"}\n',
                  '{"id":8,"id":9,"method":"Test_echo"}\n', '{"id":10,"method":"Test\\u0000"}\n', "\0\n", "\xff\n",
                  "[" * 100000 + "\n"]
        lines = []
        for line in broken:
            lines += [line, {"id": "good", "method": "Test_echo", "data": "0x01"}]
        answers = self.batch(lines)
        self.assertEqual(len(answers), len(lines))
        for line, answer in zip(broken, answers[::2]):
            self.assertEqual(answer["error"]["kind"], "bad-input", line)
        self.assertTrue(all(a == {"id": "good", "output": "0x01"} for a in answers[1::2]))
        self.assertEqual([a["id"] for a in answers[8:22:2]], [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual([answers[i]["error"]["message"] for i in (0, 2, 20, 22)], [
            "line 1, column 2: expected a member's name in quotes",
            'line 3 is no JSON object: {"id": …, "method": …, "data": "0x…"}',
            'line 21 has a field "dta"; it may have id, method, data, args and at', 'line 23 has "id" more than once'])

    def test_last_line_without_line_break_and_empty_lines(self):
        answers = self.batch(["\n", "  \r\n", '{"id":1,"method":"Test_empty"}\r\n', "\n", '{"id":2,"method":"Test_empty"}'])
        self.assertEqual(answers, [{"id": 1, "output": "0x"}, {"id": 2, "output": "0x"}])
        self.assertEqual(self.batch([]), [])

    def test_an_answer_does_not_wait_for_the_next_request(self):
        command = [SCEXEC, "batch", "--runtime", self.runtime, "--threads", "2"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            timer = threading.Timer(60, process.kill)
            timer.start()
            for n in range(5):
                process.stdin.write(json.dumps({"id": n, "method": "Test_empty"}).encode() + b"\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["id"], n)
            process.stdin.close()
            timer.cancel()
        self.assertEqual(process.returncode, 0)

    def measure(self, requests, *arguments):
        """Bytes that were answered, exit status, and the most resident memory in kB."""
        code = ("import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE);"
                "n = sum(len(c) for c in iter(lambda: p.stdout.read(1 << 20), b''));"
                "_, status, usage = os.wait4(p.pid, 0); print(n, status, usage.ru_maxrss)")
        requests.seek(0)
        done = subprocess.run(["python3", "-c", code, SCEXEC, "batch", "--runtime", self.runtime, *arguments],
                              stdin=requests, capture_output=True, check=True)
        return map(int, done.stdout.split())

    @unittest.skipIf(SANITIZED, "the sanitizer's own memory")
    def test_memory_is_bounded(self):
        """300 MB of requests and as much of answers pass through less than that."""
        line = b'{"id":1,"method":"Test_echo","data":"0x' + b"00" * 500_000 + b'"}\n'
        with tempfile.TemporaryFile() as requests:
            for _ in range(300):
                requests.write(line)
            length, status, resident = self.measure(requests, "--threads", "2", "--heap-maximum", "0")
        self.assertEqual((length, status), (300 * (len('{"id":1,"output":"0x"}\n') + 1_000_000), 0))
        self.assertLess(resident, 250_000)

    @unittest.skipIf(SANITIZED, "the sanitizer's own memory")
    def test_many_small_requests_take_no_more_memory_than_few(self):
        residents = []
        for count in (1_000, 400_000):
            with tempfile.TemporaryFile() as requests:
                requests.write(b'{"id":1,"method":"Test_empty"}\n' * count)
                length, status, resident = self.measure(requests, "--threads", "2")
            self.assertEqual((length, status), (count * len('{"id":1,"output":"0x"}\n'), 0))
            residents.append(resident)
        self.assertLess(residents[1], residents[0] + 8_000)

    @unittest.skipIf(SANITIZED, "the sanitizer's own memory")
    def test_a_line_without_end(self):
        """One line of 1 GiB is an error, takes no such memory, and the next line is answered."""
        with tempfile.TemporaryFile() as requests:
            requests.truncate(1 << 30)
            requests.seek(0, os.SEEK_END)
            requests.write(b'\n{"id":7,"method":"Test_empty"}\n')
            requests.seek(0)
            done = subprocess.run([SCEXEC, "batch", "--runtime", self.runtime], stdin=requests, capture_output=True, check=True)
            first, second = map(json.loads, done.stdout.splitlines())
            self.assertIn("line 1 is longer than", first["error"]["message"])
            self.assertEqual((first["id"], first["error"]["kind"]), (None, "bad-input"))
            self.assertEqual(second, {"id": 7, "output": "0x"})
            _, status, resident = self.measure(requests)
        self.assertEqual(status, 0)
        self.assertLess(resident, 500_000)

    def test_reader_that_leaves(self):
        command = [SCEXEC, "batch", "--runtime", self.runtime]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                for _ in range(100_000):
                    process.stdin.write(b'{"method":"Test_empty"}\n')
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.returncode, 0)

    def test_code_and_requests_can_not_share_standard_input(self):
        done = scexec("batch", "--runtime", "-", stdin=self.runtime.read_bytes())
        self.assertEqual(done.returncode, 2)


class Bench(Runtime):
    def bench(self, *arguments):
        done = scexec("bench", "--runtime", self.runtime, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def test_all_strategies(self):
        results = json.loads(self.bench("Test_echo", "0x01", "--calls", "50", "--strategy", "all", "--json"))["results"]
        self.assertEqual([row["strategy"] for row in results], STRATEGIES)
        for row in results:
            self.assertEqual(list(row), ["strategy", "createMs", "firstMs", "minNs", "medianNs", "p99Ns", "callsPerSecond"])
            self.assertGreater(row["createMs"], 0)
            self.assertGreater(row["minNs"], 0)
            self.assertLessEqual(row["minNs"], row["medianNs"])
            self.assertLessEqual(row["medianNs"], row["p99Ns"])
            self.assertGreater(row["callsPerSecond"], 0)

    def test_threads(self):
        for strategy in STRATEGIES:
            rows = json.loads(self.bench("Test_empty", "-n", "20", "-t", "5", "-s", strategy, "--json"))["results"]
            self.assertEqual([row["strategy"] for row in rows], [strategy])

    def test_table(self):
        lines = self.bench("Test_empty", "-n", "5").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["strategy", *STRATEGIES])
        self.assertEqual(len({len(line) for line in lines}), 1, lines)

    def test_a_failing_call_fails_the_bench(self):
        for threads in ("1", "3"):
            done = scexec("bench", "--runtime", self.runtime, "Test_panic", "-n", "5", "-t", threads, "--json")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(json.loads(done.stdout)["error"]["kind"], "trap")

    def test_real_runtime(self):
        done = scexec("bench", "--chain", INPUTS / "polkadot.json", "Core_version", "-n", "10", "-s", "instance-reuse", "--json")
        self.assertEqual(len(json.loads(done.stdout)["results"]), 1)


if __name__ == "__main__":
    unittest.main()
