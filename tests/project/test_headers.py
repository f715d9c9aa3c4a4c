"""Every public header compiles alone, and twice in a row, as C and as C++, without a warning; scexec.h includes all."""
import os
import pathlib
import shutil
import subprocess
import unittest

INCLUDE = pathlib.Path(os.environ["SCEXEC_SOURCE"]) / "include"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wconversion", "-Werror", "-fsyntax-only"]
C_STANDARDS, CXX_STANDARDS = ["c99", "c11", "c17", "c2x"], ["c++11", "c++17", "c++20"]
# Both compilers that scexec is built with (the tests install them), and the one that this build uses.
C_COMPILERS = sorted({shutil.which(os.environ["CC"]), shutil.which("gcc"), shutil.which("clang")} - {None})
CXX_COMPILERS = sorted({shutil.which("c++"), shutil.which("clang++")} - {None})
LANGUAGES = [
    *(([compiler, "-x", "c"], C_STANDARDS, ["-Wstrict-prototypes"]) for compiler in C_COMPILERS),
    *(([compiler, "-x", "c++"], CXX_STANDARDS, []) for compiler in CXX_COMPILERS),
]


class Headers(unittest.TestCase):
    def test_alone(self):
        headers = sorted(path.relative_to(INCLUDE) for path in INCLUDE.rglob("*.h"))
        self.assertTrue(headers)
        self.assertTrue(C_COMPILERS and CXX_COMPILERS)
        for compiler, standards, more in LANGUAGES:
            for standard in standards:
                for header in headers:
                    with self.subTest(header=str(header), compiler=compiler[0], standard=standard):
                        source = f'#include "{header}"\n' * 2
                        command = [*compiler, f"-std={standard}", *WARNINGS, *more, f"-I{INCLUDE}", "-"]
                        done = subprocess.run(command, input=source, capture_output=True, text=True)
                        self.assertEqual(done.returncode, 0, done.stderr)

    def test_all_are_in_one(self):
        whole = (INCLUDE / "scexec.h").read_text()
        for header in INCLUDE.glob("scexec/*.h"):
            self.assertIn(f'#include "scexec/{header.name}"\n', whole)


if __name__ == "__main__":
    unittest.main()
