"""The tree keeps its shape: parts use only those before them, sizes stay readable. Sizes above the aim are listed."""
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])
# A part may use those before it; docs/architecture.md says what each is for.
PARTS = ["base", "scale", "crypto", "blob", "metadata", "state", "host", "executor", "chain"]
# The command uses the public API, and of the library's inside only what every part shares.
COMMAND = {"base", "cli"}
ENGINE = "executor"  # the only part that sees Wasmtime
AIM_FUNCTION, MOST_FUNCTION, AIM_FILE, MOST_FILE = 60, 100, 600, 700


def sources(*patterns):
    return sorted(path for pattern in patterns for path in SOURCE.glob(pattern))


def includes(path):
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', path.read_text(), flags=re.M)


def functions(path):
    """(name, lines) of each function: from its name's line to the closing brace in the first column."""
    head = start = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if start is None and re.match(r"[A-Za-z_].*\{$", line) and "(" in line and "=" not in line.split("(")[0]:
            head, start = line, number
        elif start is None and re.match(r"[A-Za-z_][^;={]*\([^;]*,$", line):
            head = line  # its parameters go on
        elif start is None and head and re.match(r"\s.*\)\s*\{$", line):
            start = number
        elif line.startswith("}"):
            if start is not None:
                yield re.search(r"(\w+)\s*\(", head)[1], number - start + 1
            head = start = None


class Source(unittest.TestCase):
    def test_parts_use_only_those_before(self):
        for path in sources("src/*/*.c", "src/*/*.h"):
            part = path.parent.name
            allowed = COMMAND if part == "cli" else set(PARTS[:PARTS.index(part) + 1])
            used = {name.split("/")[0] for name in includes(path) if "/" in name} & {*PARTS, "cli"}
            self.assertLessEqual(used, allowed, path)

    def test_only_the_executor_sees_the_engine(self):
        for path in sources("src/*/*.c", "src/*/*.h", "include/**/*.h"):
            if path.parent.name != ENGINE:
                engine = [name for name in includes(path) if re.match(r"wasm(time)?[./]", name)]
                self.assertEqual(engine, [], path)

    def test_examples_use_the_public_api(self):
        for path in sources("examples/*.c"):
            inside = [name for name in includes(path) if name.split("/")[0] in {*PARTS, "cli"}]
            self.assertEqual(inside, [], path)

    def test_python_programs_are_of_this_version(self):
        paths = sources(*(f"{folder}/**/*.py" for folder in ("bench", "fuzz", "scripts", "tests")))
        self.assertGreater(len(paths), 20)
        for path in paths:
            compile(path.read_text(), str(path), "exec")

    def test_sizes(self):
        for path in sources("src/*/*.c", "src/*/*.h"):
            lines = len(path.read_text().splitlines())
            name = path.relative_to(SOURCE)
            if lines > AIM_FILE:
                print(f"{name}: {lines} lines")
            self.assertLessEqual(lines, MOST_FILE, name)
            for function, size in functions(path):
                if size > AIM_FUNCTION:
                    print(f"{name}: {function}() has {size} lines")
                self.assertLessEqual(size, MOST_FUNCTION, f"{name}: {function}")


if __name__ == "__main__":
    unittest.main()
