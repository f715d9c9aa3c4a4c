"""Builds and runs bench/upstream, the harness over upstream's executor. Used by benchmarks and generators of test data."""
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROJECT = ROOT / "bench" / "upstream"
INPUTS = ROOT / "build" / "inputs"


def build():
    """The harness's program, built from locked crates into build/peers (or CARGO_TARGET_DIR)."""
    rust = subprocess.run(["sh", ROOT / "scripts" / "find-rust.sh"], capture_output=True, text=True)
    if rust.returncode != 0:
        raise SystemExit("No Rust 1.95 or newer found: `make deps` installs it")
    folder = pathlib.Path(rust.stdout.strip())
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "build" / "peers"))
    environment = dict(os.environ, CARGO_TARGET_DIR=str(target), RUSTC=str(folder / "rustc"))
    command = [folder / "cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run([*command, "--manifest-path", PROJECT / "Cargo.toml"], check=True, env=environment)
    return target / "release" / "upstream"


def versions(*names):
    """Versions of the crates of these names, as bench/upstream/Cargo.lock has them."""
    lock = (PROJECT / "Cargo.lock").read_text()
    found = {}
    for name in names:
        match = re.search(rf'name = "{re.escape(name)}"\nversion = "([^"]+)"', lock)
        if not match:
            raise KeyError(f"no crate {name} in Cargo.lock")
        found[name] = match[1]
    return found


def batch(program, source, requests, *options):
    """Answers of `batch` (upstream's or scexec's) to requests [(method, data)]: (output bytes or None, error or None)."""
    lines = [json.dumps({"id": i, "method": method, "data": "0x" + data.hex()}) for i, (method, data) in enumerate(requests)]
    done = subprocess.run(
        [program, "batch", *source, *options], input="\n".join(lines) + "\n", text=True, capture_output=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or [answer.get("id") for answer in answers] != list(range(len(requests))):
        raise RuntimeError(f"{program} batch {source}: exit status {done.returncode}\n{done.stderr}")
    return [(bytes.fromhex(a["output"][2:]), None) if "output" in a else (None, a["error"]) for a in answers]
