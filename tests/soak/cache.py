#!/usr/bin/env python3
"""Soak test of the compile cache with whole processes: two fill the same cache, again and again, while others that do the
same are killed (SIGKILL) at random moments and the cache is cleared now and then. Every answer must be right.

  cache.py [--rounds 200] [--seed 1] COMMAND

COMMAND is the scexec to test. Exit status 1 when an answer is wrong; the seed is printed."""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

RUNTIME = pathlib.Path(__file__).parents[1] / "data" / "executor" / "calls.wasm"
COMPILERS = ["cranelift", "winch", "tiered"]


def call(command, cache, compiler, env):
    words = [command, "call", "--runtime", str(RUNTIME), "--cache", cache, "--compiler", compiler, "echo", "0x0102030405"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)


def check(process, what):
    out, err = process.communicate(timeout=300)
    if process.returncode == 0 and out == b"0x0102030405\n":
        return True
    print(f"{what}: exit status {process.returncode}, {out!r}, {err!r}", file=sys.stderr)
    return False


def round_trip(options, cache, env, dice, number):
    """Two processes that live, one that is killed; true when both answers are right."""
    living = [call(options.command, cache, dice.choice(COMPILERS), env) for _ in range(2)]
    victim = call(options.command, cache, dice.choice(COMPILERS), env)
    time.sleep(dice.random() * 0.03)
    victim.kill()
    victim.communicate()
    right = [check(process, f"round {number}") for process in living]
    if dice.random() < 0.3:
        subprocess.run([options.command, "cache", "clear", "--cache", cache], env=env, check=True, capture_output=True)
    return all(right)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix="scexec-soak-")
    env = dict(os.environ, XDG_CONFIG_HOME=folder)
    cache = str(pathlib.Path(folder, "cache"))
    wrong = sum(not round_trip(options, cache, env, dice, i) for i in range(options.rounds))
    shutil.rmtree(folder, ignore_errors=True)
    print(f"cache: {options.rounds} rounds, seed {options.seed}, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
