"""What the documents name is there: links, files, public symbols, commands; and their C examples compile."""
import os
import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])
BUILD = pathlib.Path(os.environ["SCEXEC_BUILD"])
PAGES = sorted([*SOURCE.glob("*.md"), *SOURCE.glob("docs/**/*.md")])
# Folders whose files documents name by path, and what such a path looks like.
TREE = r"(?:bench|cmake|docs|examples|fuzz|include|native|scripts|src|tests)"
# Written while a how-to is followed: its example's files and names.
OF_EXAMPLES = {"src/cli/code_size.c", "sce_sha3_256"}


def text_of(page):
    return page.read_text(encoding="utf-8")


def code_spans(page):
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text_of(page), flags=re.S))


class Docs(unittest.TestCase):
    def test_links_lead_somewhere(self):
        self.assertGreater(len(PAGES), 10)
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(page)):
                if not re.match(r"[a-z]+:", target):
                    with self.subTest(page=page.name, link=target):
                        self.assertTrue((page.parent / target).exists())

    def test_files_are_there(self):
        for page in PAGES:
            for span in code_spans(page):
                if re.fullmatch(TREE + r"/[\w./*+-]+", span) and span not in OF_EXAMPLES and "NAME" not in span:
                    with self.subTest(page=page.name, path=span):
                        self.assertTrue(list(SOURCE.glob(span.rstrip("/"))), "no such file")

    def test_names_are_those_of_the_sources(self):
        known = set()
        for path in [*SOURCE.glob("include/**/*.h"), *SOURCE.glob("src/**/*.[ch]"), *SOURCE.glob("native/include/*.h")]:
            known.update(re.findall(r"\b(?:sce|SCE|cli|scn)_\w+", path.read_text()))
        for page in PAGES:
            for name in set(re.findall(r"\b(?:sce|SCE)_\w*[a-zA-Z0-9]\b(?!\*)", text_of(page))):
                with self.subTest(page=page.name, name=name):
                    self.assertTrue(name in known or name in OF_EXAMPLES or any(k.startswith(name) for k in known))

    def test_commands_are_there(self):
        listed = subprocess.run([os.environ["SCEXEC"], "--help"], capture_output=True, text=True, check=True).stdout
        first = set(re.findall(r"^  ([a-z-]+)", listed, flags=re.M))
        for page in PAGES:
            for word in re.findall(r"^\$? ?scexec ([a-z][a-z-]+)", text_of(page), flags=re.M):
                with self.subTest(page=page.name, command=word):
                    self.assertIn(word, first)

    def test_complete_programs_compile(self):
        """A block of C that begins with a comment naming its file is that file; it has to compile where it would stand."""
        include = [f"-I{SOURCE / 'src'}", f"-I{SOURCE / 'include'}", f"-I{SOURCE / 'native' / 'include'}"]
        compiled = 0
        for page in PAGES:
            for block in re.findall(r"^( *)```c\n(.*?)^ *```", text_of(page), flags=re.S | re.M):
                code = re.sub("^" + block[0], "", block[1], flags=re.M)
                if re.match(r"/\* \w+\.c: ", code):
                    compiled += 1
                    command = [os.environ["CC"], "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                               *include, "-x", "c", "-"]
                    done = subprocess.run(command, input=code, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, f"{page.name}: {done.stderr}")
        self.assertGreater(compiled, 0)


if __name__ == "__main__":
    unittest.main()
