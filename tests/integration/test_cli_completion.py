"""Shell completion and man pages: made from the tables that --help is made from, so they are compared with it."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import wat
from command import SCEXEC, scexec


def candidates(*words):
    done = scexec("__complete", "--", *words)
    assert done.returncode == 0 and done.stderr == b"", done.stderr.decode()
    return [line.split("\t")[0] for line in done.stdout.decode().splitlines()]


def help_options(command):
    return re.findall(r"^  (?:-\w, )?(--[\w-]+)", scexec(*command.split(), "--help").stdout.decode(), re.M)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.runtime = wat.write(folder.name, "runtime.wasm", wat.RUNTIME)

    def test_commands(self):
        self.assertEqual(candidates("cal"), ["call"])
        self.assertIn("inspect", candidates(""))
        self.assertNotIn("__complete", candidates(""))
        self.assertEqual(candidates("nothing_like_it"), [])

    def test_options_are_those_of_help(self):
        for command in ("call", "bench", "inspect", "host-functions"):
            self.assertEqual(candidates(*command.split(), "--"), help_options(command))
        self.assertEqual(candidates("call", "--cha"), ["--chain"])

    def test_values(self):
        self.assertEqual(candidates("call", "--log", "de"), ["debug"])
        self.assertEqual(candidates("call", "--log=de"), ["--log=debug"])
        self.assertEqual(candidates("bench", "-s", "pool"), ["pooling", "pooling-copy-on-write"])
        self.assertEqual(candidates("call", "--chain", ""), [":files"])
        self.assertEqual(candidates("call", "--time-limit", ""), [])
        self.assertEqual(candidates("completions", ""), ["bash", "zsh", "fish"])

    def test_methods_of_the_runtime_given(self):
        expected = ["Test_echo", "Test_empty"]
        self.assertEqual(candidates("call", "--runtime", self.runtime, "Test_e"), expected)
        self.assertEqual(candidates("call", f"--runtime={self.runtime}", "--json", "Test_e"), expected)
        self.assertEqual(candidates("call", "-r", self.runtime, "--log", "info", "Test_e"), expected)
        self.assertEqual(candidates("call", "--runtime", "/dev/null/nothing", "Test_e"), [])
        self.assertEqual(candidates("call", "Test_e"), [])
        self.assertEqual(candidates("call", "-r", self.runtime, "Test_echo", ""), [":files"])

    def bash(self, line):
        script = (f"PATH={os.path.dirname(SCEXEC)}:$PATH\nsource <(scexec completions bash)\n"
                  f"COMP_LINE={line!r} COMP_POINT={len(line)} COMP_WORDBREAKS=$' \\t\\n=:'\n_scexec\n"
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, cwd=self.folder)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode().split()

    @unittest.skipUnless(shutil.which("bash") and os.path.basename(SCEXEC) == "scexec", "no bash")
    def test_bash(self):
        self.assertEqual(self.bash("scexec cal"), ["call"])
        self.assertEqual(self.bash("scexec call --log=de"), ["debug"])
        self.assertEqual(self.bash("scexec call --runtime runtime.wasm Test_e"), ["Test_echo", "Test_empty"])
        self.assertEqual(self.bash("scexec call --runtime run"), ["runtime.wasm"])
        self.assertEqual(self.bash("scexec call --runtime=run"), ["runtime.wasm"])

    def test_scripts_are_sound(self):
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            script = scexec("completions", shell)
            self.assertEqual(script.returncode, 0)
            if shutil.which(shell):
                file = self.folder / f"completion.{shell}"
                file.write_bytes(script.stdout)
                subprocess.run([*check, file], check=True)
        self.assertEqual(scexec("completions", "tcsh").returncode, 2)

    def test_man_pages(self):
        scexec("man", "--all", self.folder)
        pages = {page.name for page in self.folder.glob("*.1")}
        self.assertTrue({"scexec.1", "scexec-call.1", "scexec-host-functions.1"} <= pages, pages)
        page = scexec("man", "call").stdout
        self.assertEqual(page, (self.folder / "scexec-call.1").read_bytes())
        for option in help_options("call"):
            self.assertIn(option.replace("-", "\\-").encode(), page)
        if shutil.which("groff"):
            for name in pages:
                done = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", self.folder / name],
                                      capture_output=True, check=True)
                self.assertEqual(done.stderr, b"", name)


if __name__ == "__main__":
    unittest.main()
