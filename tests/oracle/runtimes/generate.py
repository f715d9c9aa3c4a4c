"""Writes tests/data/runtimes.json: what upstream's executor answers when each runtime call of 22 real runtimes is made
with empty input: for each, BLAKE2b-128 of the output, or null where it is an error.

Run: python3 tests/oracle/runtimes/generate.py (needs build/inputs, see scripts/fetch-inputs.sh, and the command
build/scexec, which lists the exports; builds bench/upstream). `--check` compares with the file that is there instead, and
fails when it differs.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import upstream  # noqa: E402

TARGET = ROOT / "tests" / "data" / "runtimes.json"
SCEXEC = os.environ.get("SCEXEC", str(ROOT / "build" / "scexec"))
CRATES = ["sc-executor-wasmtime", "sc-executor-common", "sp-io", "sp-state-machine", "wasmtime"]


def sources():
    chains = [f"{name}.json" for name in ("polkadot", "kusama", "westend", "rococo", "paseo")]
    chains += sorted(f"parachains/{file.name}" for file in (upstream.INPUTS / "parachains").glob("*.json"))
    yield from (["--chain", chain] for chain in chains)
    yield ["--runtime", "kusama_runtime.wasm"]  # without any state


def methods(option, path):
    done = subprocess.run([SCEXEC, "inspect", option, path, "--output", "json"], capture_output=True, check=True)
    exports = json.loads(done.stdout)["exports"]
    return sorted(e["name"] for e in exports if e["kind"] == "function" and e.get("type") == "(i32, i32) -> i64")


def answers(program, option, file):
    path = str(upstream.INPUTS / file)
    names = methods(option, path)
    for name, (output, error) in zip(names, upstream.batch(program, [option, path], [(name, b"") for name in names])):
        yield name, None if error is not None else hashlib.blake2b(output, digest_size=16).hexdigest()


def main():
    program = upstream.build()
    document = {
        "origin": "tests/oracle/runtimes/generate.py over bench/upstream",
        "crates": upstream.versions(*CRATES),
        "runtimes": [{"source": [option, file], "answers": dict(answers(program, option, file))}
                     for option, file in sources()],
    }
    text = json.dumps(document, indent=0) + "\n"
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() != text:
            raise SystemExit(f"{TARGET} is not what the generator makes now")
    else:
        TARGET.write_text(text)


if __name__ == "__main__":
    main()
