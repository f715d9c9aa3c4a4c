"""Every public header compiles alone, and twice in a row, as C and as C++, without a warning."""
import os
import pathlib
import shutil
import subprocess
import unittest

INCLUDE = pathlib.Path(os.environ["SCEXEC_SOURCE"]) / "include"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wconversion", "-Werror", "-fsyntax-only"]
CXX = shutil.which("c++") or shutil.which("clang++")
LANGUAGES = [
    ([os.environ["CC"], "-x", "c"], ["c99", "c11", "c17"], ["-Wstrict-prototypes"]),
    ([CXX, "-x", "c++"], ["c++11", "c++17", "c++20"], []),
]


class Headers(unittest.TestCase):
    def test_alone(self):
        headers = sorted(path.relative_to(INCLUDE) for path in INCLUDE.rglob("*.h"))
        self.assertTrue(headers)
        for compiler, standards, more in LANGUAGES:
            self.assertIsNotNone(compiler[0], "no C++ compiler")
            for standard in standards:
                for header in headers:
                    with self.subTest(header=str(header), standard=standard):
                        source = f'#include "{header}"\n' * 2
                        command = [*compiler, f"-std={standard}", *WARNINGS, *more, f"-I{INCLUDE}", "-"]
                        done = subprocess.run(command, input=source, capture_output=True, text=True)
                        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
