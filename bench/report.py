"""The results as text: for the terminal, and as the page docs/benchmarks.md."""
import datetime
import os
import pathlib
import platform

import upstream


def number(value, unit):
    if value is None:
        return ""
    if unit == "x":
        return f"{value:.2f}"
    if unit == "MiB":
        return f"{value:.0f} MiB"
    if unit == "ns" and value < 1000:
        return f"{value:.0f} ns"
    if unit == "ns" and value < 1e6:
        return f"{value / 1e3:.1f} µs" if value >= 10_000 else f"{value / 1e3:.2f} µs"
    if unit == "ns":
        value /= 1e6
    return f"{value / 1e3:.2f} s" if value >= 1000 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def cells(result):
    row = result.row
    theirs, ours = number(result.theirs, row.unit), number(result.ours, row.unit)
    ratio = "" if row.unit == "x" or result.bounded else f"{result.ratio:.2f}" if result.ratio < 2 else f"{result.ratio:.1f}"
    aim = "≤ " + number(row.target, row.unit) if result.bounded else f"{row.target:.1f}" if row.target >= 1 else f"{row.target:.2f}"
    return [row.name, theirs, ours, ratio, aim, "" if result.reached else "missed"]


def header(members):
    return ["", members[0].row.left, "scexec", "times as fast", "aim", ""]


def groups(results):
    names = list(dict.fromkeys(result.row.group for result in results))
    return [(name, [result for result in results if result.row.group == name]) for name in names]


def terminal(results):
    table = [header(results)] + [cells(result) for result in results]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    lines = []
    for name, members in groups(results):
        lines += ["", name.replace("`", "")]
        for line in [header(members)] + [cells(result) for result in members]:
            first, *rest = (cell.replace("`", "") for cell in line)
            lines.append("  " + first.ljust(widths[0]) + "".join(f"  {c:>{w}}" for c, w in zip(rest, widths[1:])))
    return "\n".join(lines)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release().split('-')[0]}"


def page(results, rounds):
    crates = upstream.versions("sc-executor-wasmtime", "wasmtime")
    text = [
        "# Benchmarks", "",
        "`make bench` made this page; nothing in it is written by hand. Upstream is sc-executor-wasmtime "
        f"{crates['sc-executor-wasmtime']} on Wasmtime {crates['wasmtime']}, built from its published crates "
        "(`bench/upstream`). Both programs ran alternately on the same inputs, in one run; each figure is the median of "
        f"{rounds} rounds. Figures depend on the machine, ratios hardly.", "",
        f"{datetime.date.today().isoformat()}, {machine()}.", "",
        "![Ratios of the main rows](benchmarks.svg)", "",
    ]
    for name, members in groups(results):
        text += [f"## {name}", "", "| " + " | ".join(header(members)) + " |", "|---|--:|--:|--:|--:|---|"]
        text += ["| " + " | ".join(cells(result)) + " |" for result in members]
        text.append("")
    text += [
        "## What the figures are", "",
        "- Repeated calls: the median of 2,000 calls in a row on one instance, after a first one; input and output copied, "
        "the instance put back to its first state, everything that a host pays for a call.",
        "- First answer: decompressing, compiling, making an instance, one call, inside a running process.",
        "- Whole process: the least of 15 runs, with what starting a process costs.",
        "- In tiers: the median of millions of calls (thousands of `Metadata_metadata`), most of which come after the "
        "background is done; both columns are scexec's.",
        "- Host functions: the median of 10 calls of a runtime that calls the function 20,000 times.",
        "- Code, roots, blocks and metadata: the least of repeated runs, on both sides. Rows with a million keys are measured "
        "in the first round only.",
        "- Commits: the median of 60; one in about fifteen settles the journal of those before it and takes longer "
        "([state.md](state.md#figures)).",
        "- The aim is the least ratio, or with ≤ the most that scexec may take, that the project holds itself to; a row beyond "
        "it says so.", "",
    ]
    return "\n".join(text)
