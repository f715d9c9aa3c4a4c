"""What is measured: a list of rows in the order of the report. To add a benchmark is to add a row here."""
import dataclasses
import typing

from measure import INPUTS, ROOT, bench, code_file, fastest, field, first_answer, made, median, scaling

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
    chart: str = ""  # label in the chart; empty: not in it


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
    yield Row(group, "`test_empty_return`", "ns", **both(fastest, pair(bench, KUSAMA_BENCH, EMPTY)), target=5, chart="test_empty_return")
    yield Row(group, "`test_dirty_plenty_memory(0, 16)`, 1 MiB written", "ns",
              **both(fastest, pair(bench, KUSAMA_BENCH, DIRTY)), target=10,
              chart="test_dirty_plenty_memory, 1 MiB")
    for name in RELAY_CHAINS:
        results = pair(bench, chain(name), VERSION)
        yield Row(group, f"`Core_version`, {name.capitalize()}", "ns", **both(fastest, results), target=5,
                  chart=f"Core_version, {name.capitalize()}")


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
        label = f"First answer, {name.capitalize()}" if name in ("polkadot", "paseo") else ""
        yield Row(group, name.capitalize(), "ms", **both(first_answer, results), target=1, chart=label)


def blob_rows():
    group = "Code as bytes"
    code = code_file("paseo")
    yield Row(group, "Decompress, parse, write back (Paseo)", "ms",
              theirs=field("bestMs", "upstream", "blob", "--runtime", code, "--calls", 5),
              ours=field("bestMs", "bench_blob", code, 5), target=129 / 40,
              chart="Decompress, parse, write back (Paseo)")


HOST_FUNCTIONS = {  # by the names of bench_host.c: title, least ratio
    "twox_128-32": ("`twox_128`, 32 bytes", 1.5),
    "blake2_256-64": ("`blake2_256`, 64 bytes", 1.5),
    "blake2_256-1024": ("`blake2_256`, 1,024 bytes", 1.5),
    "storage_get-hit": ("`storage_get`, key there", 1.5),
    "storage_get-miss": ("`storage_get`, key not there", 1.5),
    "storage_set": ("`storage_set`", 1.5),
    "sr25519_verify": ("`sr25519_verify`", 1),
    "ed25519_verify": ("`ed25519_verify`", 1),
    "ecdsa_recover": ("`ecdsa_recover`", 1),
}
CHART_HOST = {"twox_128-32", "storage_get-hit", "storage_set"}
HOST_LOOP = 20_000  # calls of the function in one call of the runtime (bench_host.c)


def host_function(name):
    """Of upstream: the same runtime, input and state, on an overlay over a trie as in a node."""
    strategy = "pooling-copy-on-write"

    def measure(session):
        runtime = made(f"{name}.wasm", "bench_host", "write", name, ".")
        source = ["--runtime", runtime, "--chain", runtime.with_suffix(".json")]
        call = ["run", runtime.with_suffix(".hex").read_text().strip()]
        results = bench("upstream", source, call, strategy, 10, more=["--externalities", "overlay"])
        return median(results, strategy)(session) / HOST_LOOP
    return measure


def host_rows():
    group = "One call of a host function, inside a WebAssembly loop"
    for name, (title, target) in HOST_FUNCTIONS.items():
        ours = field("medianNs", "bench_host", "run", name, 10)
        label = f"{title}, in a loop".replace("`", "") if name in CHART_HOST else ""
        yield Row(group, title, "ns", theirs=host_function(name), ours=ours, target=target, chart=label)


def full_root(*arguments):
    """The quickest of one and more threads, state version 0, ms."""
    def measure(session):
        full = session.document("bench_trie", *arguments)["full"]
        return min(time for name, time in full.items() if name.startswith("V0"))
    return measure


def root_rows():
    group = "State root from all keys, version 0"
    polkadot = INPUTS / "polkadot.json"
    yield Row(group, "Polkadot genesis, 11,645 keys", "ms", ours=full_root(polkadot, 10),
              theirs=field("bestMs", "upstream", "root", "--chain", polkadot, "--calls", 10), target=3,
              chart="State root, Polkadot genesis")
    count = 1_000_000

    def million(session):
        keys = made("keys.json", "bench_trie", f"write={count}", "keys.json")
        return field("bestMs", "upstream", "root", "--chain", keys, "--calls", 2)(session)
    yield Row(group, "One million random keys", "ms", theirs=million, ours=full_root(f"keys={count}", 3), target=3,
              chart="State root, one million keys")


def block_rows():
    group = "One block on its parent's state: call and state root"
    for name in ("polkadot", "kusama"):
        spec, block = INPUTS / f"{name}.json", ROOT / "tests" / "data" / "blocks" / f"{name}-1.hex"

        def theirs(session, spec=spec, block=block):
            data = session.document("bench_block", "input", block)["input"]
            return field("bestMs", "upstream", "block", "--chain", spec, data, "--calls", 200)(session)
        yield Row(group, f"Block 1, {name.capitalize()}", "ms", theirs=theirs,
                  ours=field("minMs", "bench_block", spec, block, 200), target=2,
                  chart=f"Block 1, {name.capitalize()}")


def all_rows():
    return [row for rows in (call_rows, strategy_rows, thread_rows, cold_rows, blob_rows, host_rows, root_rows,
                             block_rows)
            for row in rows()]
