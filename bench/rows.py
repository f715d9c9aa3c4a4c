"""What is measured: a list of rows in the order of the report. To add a benchmark is to add a row here."""
import dataclasses
import typing

from measure import INPUTS, bench, code_file, fastest, field, first_answer, median, scaling

RELAY_CHAINS = ["polkadot", "kusama", "westend", "rococo", "paseo"]
SHARED_STRATEGIES = ["pooling-copy-on-write", "recreate-instance-copy-on-write", "pooling", "recreate-instance"]


@dataclasses.dataclass
class Row:
    group: str
    name: str
    unit: str  # "ns" or "ms": less is better, the ratio is theirs / ours; "x": more is better, the ratio is ours
    theirs: typing.Callable
    ours: typing.Callable
    target: float  # least ratio
    chart: bool = False  # in the chart


def chain(name):
    return ["--chain", INPUTS / f"{name}.json"]


KUSAMA_BENCH = ["--runtime", INPUTS / "kusama_runtime.wasm"]
EMPTY = ["test_empty_return"]
DIRTY = ["test_dirty_plenty_memory", "0x0000000010000000"]  # (0, 16): writes 16 times 64 KiB
VERSION = ["Core_version"]


def pair(measure, *arguments, **options):
    return {"theirs": measure("upstream", *arguments, **options), "ours": measure("scexec", *arguments, **options)}


def both(make, results):
    return {side: make(of) for side, of in results.items()}


def call_rows():
    """Each program with its own best strategy."""
    group = "Repeated calls, each program's fastest strategy"
    yield Row(group, "`test_empty_return`", "ns", **both(fastest, pair(bench, KUSAMA_BENCH, EMPTY)), target=5, chart=True)
    yield Row(group, "`test_dirty_plenty_memory(0, 16)`, 1 MiB written", "ns",
              **both(fastest, pair(bench, KUSAMA_BENCH, DIRTY)), target=10, chart=True)
    for name in RELAY_CHAINS:
        results = pair(bench, chain(name), VERSION)
        yield Row(group, f"`Core_version`, {name.capitalize()}", "ns", **both(fastest, results), target=5, chart=True)


def strategy_rows():
    group = "`test_empty_return` by strategy, same name on both sides"
    results = pair(bench, KUSAMA_BENCH, EMPTY)
    for name in SHARED_STRATEGIES:
        yield Row(group, f"`{name}`", "ns", **both(lambda of, name=name: median(of, name), results), target=1)


def thread_rows():
    group = "Two threads over one, calls a second"

    def sides(program, strategy):
        one, two = (bench(program, KUSAMA_BENCH, EMPTY, strategy, 50_000, threads) for threads in (1, 2))
        return scaling(one, two, strategy)
    yield Row(group, "`test_empty_return`", "x", theirs=sides("upstream", "pooling-copy-on-write"),
              ours=sides("scexec", "instance-reuse"), target=1.8)


def cold_rows():
    group = "Code bytes to the first `Core_version`, nothing cached"
    for name in RELAY_CHAINS:
        results = pair(bench, chain(name), VERSION)
        yield Row(group, name.capitalize(), "ms", **both(first_answer, results), target=1, chart=name in ("polkadot", "paseo"))


def blob_rows():
    group = "Code as bytes"
    code = code_file("paseo")
    yield Row(group, "Decompress, parse, write back (Paseo)", "ms",
              theirs=field("bestMs", "upstream", "blob", "--runtime", code, "--calls", 5),
              ours=field("bestMs", "bench_blob", code, 5), target=129 / 40, chart=True)


def all_rows():
    return [row for rows in (call_rows, strategy_rows, thread_rows, cold_rows, blob_rows) for row in rows()]
