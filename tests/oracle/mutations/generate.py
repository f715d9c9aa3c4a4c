"""Writes tests/data/mutations.txt: what upstream's executor makes of real runtimes with one bit flipped.

Run: python3 tests/oracle/mutations/generate.py [--jobs N] (needs build/inputs; builds bench/upstream; takes half an hour).
Each mutated module runs in a process of its own, without state. `tests/integration/test_mutations.c` reads the file.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import upstream  # noqa: E402

TARGET = ROOT / "tests" / "data" / "mutations.txt"
RUNTIMES = ["kusama", "westend"]  # code at genesis, not compressed; Kusama's memory is its own, Westend's imported
FLIPS = 1000  # of each
SEED = 20_261_122
SECONDS = 100  # longer is called endless: a call of Core_version takes microseconds, compiling a second or two
# Upstream's writer of modules can't read the sign-extension instructions that its engine accepts.
SIGN_EXTENSION = re.compile(r"UnknownOpcode\(19[2-6]\)")

HEADER = f"""\
# What sc-executor-wasmtime {{version}} answers to Core_version on real runtimes with one bit flipped, without state.
# Made by tests/oracle/mutations/generate.py, seed {SEED}. A line: runtime, number of the bit (of byte bit / 8, least
# significant first), outcome: "error", "endless" (longer than {SECONDS} s), "sign-extension" (an error, as upstream's reader
# does not know these instructions, though its engine does), or length and 64-bit FNV-1a of the output.
"""


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def code_of(name):
    raw = json.loads((upstream.INPUTS / f"{name}.json").read_text())["genesis"]["raw"]
    top = raw[0] if isinstance(raw, list) else raw["top"]
    return bytes.fromhex(top["0x" + b":code".hex()][2:])


def outcome(program, code, bit):
    mutated = bytearray(code)
    mutated[bit // 8] ^= 1 << bit % 8
    with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
        file.write(mutated)
        file.flush()
        command = [program, "call", "--runtime", file.name, "Core_version"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "endless"
    if done.returncode != 0:
        return "sign-extension" if SIGN_EXTENSION.search(done.stderr) else "error"
    output = bytes.fromhex(done.stdout.strip()[2:])
    return f"{len(output)} {fnv1a(output)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    jobs = parser.parse_args().jobs
    program = upstream.build()
    generator = random.Random(SEED)
    lines = []
    for name in RUNTIMES:
        code = code_of(name)
        bits = sorted(generator.sample(range(len(code) * 8), FLIPS))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            found = pool.map(lambda bit: outcome(program, code, bit), bits)
            lines += [f"{name} {bit} {text}\n" for bit, text in zip(bits, found)]
    version = upstream.versions("sc-executor-wasmtime")["sc-executor-wasmtime"]
    TARGET.write_text(HEADER.format(version=version) + "".join(lines))


if __name__ == "__main__":
    main()
