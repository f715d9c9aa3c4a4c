"""Writes tests/data/calls.json: length and BLAKE2b-256 of what upstream's executor answers to calls on real runtimes.

Run: python3 tests/oracle/calls/generate.py (needs build/inputs, see scripts/fetch-inputs.sh; builds bench/upstream).
`--check` compares with the file that is there instead, and fails when it differs.
"""
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import upstream  # noqa: E402

TARGET = ROOT / "tests" / "data" / "calls.json"
CRATES = ["sc-executor-wasmtime", "sc-executor-common", "sp-io", "sp-state-machine", "wasmtime"]
SOURCES = [["--chain", f"{name}.json"] for name in ("polkadot", "kusama", "westend", "rococo", "paseo")]
SOURCES.append(["--runtime", "kusama_runtime.wasm"])  # without any state
METHODS = ["Core_version", "Metadata_metadata"]


def rows(program):
    for option, file in SOURCES:
        answers = upstream.batch(program, [option, str(upstream.INPUTS / file)], [(method, b"") for method in METHODS])
        for method, (output, error) in zip(METHODS, answers):
            if error is not None:
                raise SystemExit(f"{file} {method}: {error}")
            digest = hashlib.blake2b(output, digest_size=32).hexdigest()
            yield {"source": [option, file], "method": method, "length": len(output), "blake2b256": digest}


def main():
    document = {
        "origin": "tests/oracle/calls/generate.py over bench/upstream",
        "crates": upstream.versions(*CRATES),
        "calls": list(rows(upstream.build())),
    }
    text = json.dumps(document, indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() != text:
            raise SystemExit(f"{TARGET} is not what the generator makes now")
    else:
        TARGET.write_text(text)


if __name__ == "__main__":
    main()
