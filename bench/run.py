"""`make bench`: measures scexec beside upstream's executor, alternately, on the same inputs, in one run.

  python3 bench/run.py [--rounds N] [--only TEXT] [--no-write]

Prints a table of ratios, and writes docs/benchmarks.md and docs/benchmarks.svg (not with --only). The exit status is 0
also when an aim is missed: timings on a busy machine are no test.
"""
import argparse
import dataclasses
import statistics
import sys
import time
import typing

import measure
import report
import rows
from chart import chart

DOCS = measure.ROOT / "docs"


@dataclasses.dataclass
class Result:
    row: rows.Row
    theirs: typing.Optional[float]
    ours: float

    @property
    def bounded(self):
        """Whether the aim is a bound on ours."""
        return self.row.theirs is None

    @property
    def ratio(self):
        return self.ours if self.row.unit == "x" else (self.row.target if self.bounded else self.theirs) / self.ours

    @property
    def reached(self):
        return self.ratio >= (1 if self.bounded else self.row.target)


def run(chosen, rounds):
    session = measure.Session()
    values = [([], []) for _ in chosen]
    start = time.monotonic()
    for number in range(rounds):
        session.new_round()
        for index, row in enumerate(chosen):
            print(f"\r\x1b[Kround {number + 1} of {rounds}: {row.name}", end="", file=sys.stderr, flush=True)
            if row.theirs is not None:
                values[index][0].append(row.theirs(session))
            values[index][1].append(row.ours(session))
    print(f"\r\x1b[K{time.monotonic() - start:.0f} s of measuring", file=sys.stderr)
    return [Result(row, statistics.median(theirs) if theirs else None, statistics.median(ours))
            for row, (theirs, ours) in zip(chosen, values)]


def main():
    parser = argparse.ArgumentParser(description="Benchmarks of scexec beside upstream's executor")
    parser.add_argument("--rounds", type=int, default=3, help="how often each measurement is taken (3)")
    parser.add_argument("--only", default="", help="only rows whose group or name contains this text")
    parser.add_argument("--no-write", action="store_true", help="leave docs/ alone")
    options = parser.parse_args()

    wanted = options.only.lower()
    chosen = [row for row in rows.all_rows() if wanted in f"{row.group} {row.name}".lower()]
    if not chosen:
        raise SystemExit(f"no row contains '{options.only}'")
    results = run(chosen, options.rounds)
    print(report.terminal(results))
    if not (options.only or options.no_write):
        (DOCS / "benchmarks.md").write_text(report.page(results, options.rounds))
        (DOCS / "benchmarks.svg").write_text(chart([result for result in results if result.row.chart]))
        print("\nWritten: docs/benchmarks.md, docs/benchmarks.svg")


if __name__ == "__main__":
    main()
