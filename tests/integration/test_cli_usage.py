"""Help, versions, wrong usage, and what happens when standard output is gone."""
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import unittest

from command import INPUTS, SCEXEC, scexec
from sanitizer import without_note


def commands():
    listed = scexec("--help").stdout.decode().split("Commands:\n")[1].split("\n\n")[0]
    return [re.match(r"  (\S+( \S+)?)", line)[1] for line in listed.splitlines() if re.match(r"  \S", line)]


class Usage(unittest.TestCase):
    def error(self, code, kind, *arguments, **options):
        """The message of a failing command, which is the same on standard error and in the JSON document."""
        plain = scexec(*arguments, **options)
        self.assertEqual(plain.returncode, code, plain.stderr.decode())
        self.assertEqual(plain.stdout, b"")
        first = plain.stderr.decode().splitlines()[0]
        self.assertTrue(first.startswith("error: "), first)
        document = scexec(*arguments, "--output", "json", **options)
        self.assertEqual(document.returncode, code)
        error = json.loads(document.stdout)["error"]
        self.assertEqual(error["kind"], kind)
        self.assertEqual(error["message"].splitlines()[0], first.removeprefix("error: "))
        return error["message"]

    def test_help_fits_and_lists_every_command(self):
        text = scexec("--help").stdout.decode()
        self.assertLessEqual(len(text.splitlines()), 60)
        self.assertEqual(text, scexec("help").stdout.decode())
        for name in ("call", "batch", "bench", "inspect", "host-functions"):
            self.assertIn(name, commands())

    def test_every_command_has_help(self):
        for name in commands():
            with self.subTest(command=name):
                done = scexec(*name.split(), "--help")
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertIn(f"Usage: scexec {name}", done.stdout.decode())
                self.assertEqual(scexec("help", *name.split()).stdout, done.stdout)
                texts = re.finditer(r"^  -(?:\S| \S)+ {2,}(?=\S)", done.stdout.decode(), re.M)
                self.assertEqual(len({len(text[0]) for text in texts}), 1)
                for line in done.stdout.decode().splitlines():
                    self.assertLessEqual(len(line), 120, line)  # filled to 88; examples stand as they are

    def test_version(self):
        self.assertRegex(scexec("--version").stdout.decode(), r"\Ascexec \d+\.\d+\.\d+ \(Wasmtime 48\.\d+\.\d+\)\n\Z")
        document = json.loads(scexec("--version", "--json").stdout)
        self.assertEqual(sorted(document), ["scexec", "wasmtime"])

    def test_wrong_usage(self):
        for arguments, part in [
            (["cal"], 'did you mean "call"?'),
            (["cahce", "list"], 'did you mean "cache list"?'),
            (["blcok", "biuld"], 'did you mean "block build"?'),
            (["sttae"], 'did you mean "state"?'),
            (["state", "rot"], 'did you mean "state root"?'),
            (["help", "state", "bogus"], 'there is no command "state bogus"; `scexec state --help` lists them'),
            (["help", "blcok", "build"], 'did you mean "block build"?'),
            (["nonsense"], 'there is no command "nonsense"; `scexec --help` lists them'),
            (["state"], "a subcommand is missing"),
            (["call", "--runtime", "x"], "METHOD is missing"),
            (["call", "Core_version"], "a SOURCE is missing"),
            (["call", "--rutime", "x", "Core_version"], "did you mean --runtime?"),
            (["call", "--runtime", "x", "m", "0x", "0x", "0x", "--log", "loud"], "--log"),
            (["bench", "--runtime", "x", "m", "--calls", "0"], "--calls must be at least 1"),
            (["bench", "--runtime", "x", "m", "--strategy", "poling"], "did you mean pooling?"),
            (["host-functions", "--family", "storag"], "did you mean storage?"),
        ]:
            with self.subTest(arguments=arguments):
                self.assertIn(part, self.error(2, "misuse", *arguments))

    def test_every_way_to_ask_for_json(self):
        for form in (["--json"], ["--output", "json"], ["--output=json"], ["-O", "json"], ["-Ojson"], ["-O=json"]):
            document = json.loads(scexec("host-functions", *form, "--nonsense").stdout)
            self.assertEqual(document["error"]["kind"], "misuse")

    def test_output_json_is_accepted_everywhere(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertEqual(scexec("completions", shell, "--output", "json").stdout, scexec("completions", shell).stdout)
        self.error(2, "misuse", "completions", "cmd")
        self.error(2, "misuse", "state", "export")
        self.error(2, "misuse", "batch")

    def test_no_command(self):
        done = scexec()
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"a command is missing", done.stderr)

    def test_bad_input(self):
        with tempfile.NamedTemporaryFile() as file:
            for more in ([], ["--no-cache"]):
                self.assertIn(f"{file.name}: ", self.error(3, "bad-code", "call", "--runtime", file.name, "m", *more))
            self.assertIn(f"{file.name}: ", self.error(3, "bad-code", "metadata", "--runtime", file.name))
            self.error(3, "bad-chain-spec", "call", "--chain", file.name, "m")
        self.error(3, "bad-input", "call", "--runtime", "/dev/null", "m", "0x1")
        self.error(3, "bad-input", "call", "--runtime", "/dev/null", "m", "0xzz")

    def test_environment(self):
        message = self.error(4, "io", "call", "--runtime", "/dev/null/nothing/file", "m")
        self.assertIn("/dev/null/nothing/file", message)
        self.error(4, "io", "call", "--chain", "/dev/null/nothing/file", "m")
        self.error(4, "io", "call", "--runtime", "/", "m")

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["host-functions", "--json"]):
                done = subprocess.run([SCEXEC, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 4)
                self.assertIn(b"cannot write to standard output", done.stderr)

    def test_closed_pipe(self):
        reader, writer = os.pipe()
        os.close(reader)
        for arguments in (["host-functions"], ["host-functions", "--json"], ["--help"], ["help", "call"], ["version"],
                          ["completions", "bash"], ["state", "export", "--chain", INPUTS / "polkadot.json"],
                          ["metadata", "--chain", INPUTS / "polkadot.json", "--docs"]):
            done = subprocess.run([SCEXEC, *arguments], stdout=writer, stderr=subprocess.PIPE, check=False)
            self.assertEqual((done.returncode, without_note(done.stderr)), (0, b""), arguments)
        # What went wrong itself is still told.
        done = subprocess.run([SCEXEC, "call", "--runtime", "/nonexistent", "m", "--json"], stdout=writer,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"/nonexistent", done.stderr)
        os.close(writer)

    def test_limited_files(self):
        """What `ulimit -f` does not allow is an error, not the end of the process."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        with tempfile.TemporaryFile() as file:
            done = subprocess.run([SCEXEC, "host-functions", "--json"], stdout=file, stderr=subprocess.PIPE, check=False,
                                  preexec_fn=limit)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"File too large", done.stderr)

    def test_closed_output(self):
        done = subprocess.run(f"'{SCEXEC}' host-functions >&-", shell=True, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)

    def test_colours_only_where_asked(self):
        self.assertNotIn(b"\x1b", scexec("nope").stderr)
        done = scexec("host-functions", "--color", "always")
        self.assertIn(b"\x1b", done.stdout)

    def test_host_functions(self):
        rows = json.loads(scexec("host-functions", "--output", "json").stdout)["hostFunctions"]
        names = [row["name"] for row in rows]
        self.assertEqual(names, sorted(names))
        set_ = next(row for row in rows if row["name"] == "ext_storage_set_version_1")
        self.assertEqual((set_["signature"], set_["family"], set_["supported"]), ("(i64, i64) -> ()", "storage", True))
        for row in rows:
            self.assertEqual(row["supported"], "note" not in row)


if __name__ == "__main__":
    unittest.main()
