"""docs/tour.md: every command of the page runs, and prints what the page shows.

A block ```console holds commands, each behind "$ " (going on in lines that begin with "> "), and under each what it prints,
errors included. In the output "…" stands for any text of a line, and alone on a line for any lines. The commands run with
bash, one after the other, in a folder that has the files of build/inputs."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from command import INPUTS, SCEXEC
from sanitizer import without_note

PAGE = pathlib.Path(os.environ["SCEXEC_SOURCE"]) / "docs" / "tour.md"


def examples(text):
    """(line number, command, expected output) of each command on the page."""
    found, inside, lines = [], False, text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append([number, line[2:], []])
        elif inside and line.startswith("> ") and not found[-1][2]:
            found[-1][1] += "\n" + line[2:]
        elif inside:
            found[-1][2].append(line)
    return found


def pattern(lines):
    """A regular expression for expected lines."""
    parts = []
    for line in lines:
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(map(re.escape, line.split("…"))) + r"\n")
    return re.compile("".join(parts) + r"\Z")


class Tour(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        for file in INPUTS.iterdir():
            (self.folder / file.name).symlink_to(file)
        path = pathlib.Path(SCEXEC).parent
        self.environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}

    def run_command(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
        return without_note(done.stdout).decode()

    def test_every_command_prints_what_the_page_shows(self):
        page = examples(PAGE.read_text(encoding="utf-8"))
        self.assertGreater(len(page), 10)
        for number, command, expected in page:
            with self.subTest(line=number, command=command):
                output = self.run_command(command)
                self.assertIsNotNone(pattern(expected).match(output), f"{PAGE.name}:{number}: {command}\nprints:\n{output}")

    def test_the_test_sees_differences(self):
        self.assertIsNone(pattern(["a", "b"]).match("a\n"))
        self.assertIsNone(pattern(["a"]).match("a\nb\n"))
        self.assertIsNone(pattern(["a…c"]).match("abd\n"))
        self.assertIsNone(pattern(["a", "…", "d"]).match("a\nb\nc\n"))
        self.assertIsNotNone(pattern(["a…c", "…", "d"]).match("abc\nb\nc\nd\n"))


if __name__ == "__main__":
    unittest.main()
