"""The shared library exports what the public headers declare, and nothing else: no symbol of Wasmtime or Rust leaks."""
import os
import pathlib
import re
import subprocess
import unittest

BUILD = pathlib.Path(os.environ["SCEXEC_BUILD"])
INCLUDE = pathlib.Path(os.environ["SCEXEC_SOURCE"]) / "include"


def declared():
    names = set()
    for header in INCLUDE.rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
        names |= set(re.findall(r"\bSCE_API\b[^;(]*?\b(\w+)\s*\(", text))
    return names


def exported():
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", str(BUILD / "libscexec.so")]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[0].split("@")[0] for line in lines}


class Symbols(unittest.TestCase):
    def test_exported_are_the_declared(self):
        names = declared()
        self.assertIn("sce_version", names)
        self.assertEqual(sorted(exported() - names), [], "exported, but in no public header")
        self.assertEqual(sorted(names - exported()), [], "declared in a public header, but not exported")

    def test_names_have_the_prefix(self):
        self.assertEqual([name for name in declared() if not name.startswith("sce_")], [])


if __name__ == "__main__":
    unittest.main()
