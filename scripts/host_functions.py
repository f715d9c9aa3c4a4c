"""Writes docs/host-functions.md: the table of the Host API, as `scexec host-functions` prints it.

Run: python3 scripts/host_functions.py (needs the command: build/scexec, or what SCEXEC says). `--check` compares instead,
and fails when the page is not what the table says now; a test does that.
"""
import itertools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "host-functions.md"
SCEXEC = os.environ.get("SCEXEC", str(ROOT / "build" / "scexec"))

HEAD = """# Host functions

What runtimes can import from the module `env`. This page is written by `scripts/host_functions.py` from the one table of the
library (`src/host/rows.inc`), and a test keeps the two equal; `scexec host-functions --output json` prints the same.

An import is resolved by its name and its exact type: a name with two rows had two types over time. "From" and "to" name
the first and the last published version of the crate that declares the function; for what is older than crates, the months
in which Substrate's repository had it. A function that is not supported resolves only where missing imports are allowed, and ends a call that uses it with the
reason given here. Functions of a chain's own are given by a plugin or in `sce_config_t` (`host_functions`), and come
before these.

Where behaviour knowingly differs from a release of the reference: [deviations.md](deviations.md).
"""


def functions():
    done = subprocess.run([SCEXEC, "host-functions", "--output", "json"], capture_output=True, check=True)
    return json.loads(done.stdout)["hostFunctions"]


def family_of(row):
    return row["family"]


def table(rows):
    reasons = {row["note"] for row in rows if not row["supported"]}
    common = reasons.pop() if len(reasons) == 1 and not any(row["supported"] for row in rows) else None
    if common:
        yield f"None of them is supported ({common}).\n"
    yield "| function | type | from | to |" + ("" if common else " supported |")
    yield "|---|---|---|---|" + ("" if common else "---|")
    for row in rows:
        support = "yes" if row["supported"] else f"no: {row['note']}"
        cells = [f"`{row['name']}`", f"`{row['signature']}`", row["firstUsed"], row["lastUsed"]]
        yield "| " + " | ".join(cells if common else [*cells, support]) + " |"


def page():
    rows = functions()
    names = {row["name"] for row in rows}
    supported = {row["name"] for row in rows if row["supported"]}
    yield HEAD
    yield f"{len(names)} functions in {len(rows)} rows; {len(supported)} are supported.\n"
    for family, members in itertools.groupby(sorted(rows, key=lambda row: (family_of(row), row["name"])), family_of):
        members = list(members)
        yield f"## {family[0].upper()}{family[1:]} ({len({row['name'] for row in members})})\n"
        yield from table(members)
        yield ""


def main():
    text = "\n".join(page()).rstrip() + "\n"
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            raise SystemExit("docs/host-functions.md is not what the table says: run python3 scripts/host_functions.py")
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
