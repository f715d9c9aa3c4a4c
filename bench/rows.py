"""What is measured: a list of rows in the order of the report. To add a benchmark is to add a row here."""
import dataclasses
import typing

from measure import (INPUTS, ROOT, artifact, bench, cache_folder, code_file, fastest, field, first_answer, first_call, fresh_folder, made,
                     median, once, output_file, process, scaling)

RELAY_CHAINS = ["polkadot", "kusama", "westend", "rococo", "paseo"]
SHARED_STRATEGIES = ["pooling-copy-on-write", "recreate-instance-copy-on-write", "pooling", "recreate-instance"]


@dataclasses.dataclass
class Row:
    group: str
    name: str
    unit: str  # "ns", "ms" or "MiB": less is better, the ratio is theirs / ours; "x": more is better, the ratio is ours
    theirs: typing.Optional[typing.Callable]  # None: upstream has nothing like it, and the aim is a bound
    ours: typing.Callable
    target: float  # least ratio; where there is no `theirs`, the most that ours may be
    chart: str = ""  # label in the chart; empty: not in it
    left: str = "upstream"  # what `theirs` is; one for all rows of a group


def chain(name):
    return ["--chain", INPUTS / f"{name}.json"]


KUSAMA_BENCH = ["--runtime", INPUTS / "kusama_runtime.wasm"]
EMPTY = ["test_empty_return"]
DIRTY = ["test_dirty_plenty_memory", "0x0000000010000000"]  # (0, 16): writes 16 times 64 KiB
VERSION = ["Core_version"]
METADATA = ["Metadata_metadata"]


UPSTREAMS_BEST = "pooling-copy-on-write"
OUR_BEST = "instance-reuse"


def best_of_each(source, call, **options):
    """Results of each program with the strategy that is its fastest."""
    return {"theirs": bench("upstream", source, call, UPSTREAMS_BEST, **options),
            "ours": bench("scexec", source, call, OUR_BEST, **options)}


def both(make, results):
    return {side: make(of) for side, of in results.items()}


def all_strategies():
    return {"theirs": bench("upstream", KUSAMA_BENCH, EMPTY), "ours": bench("scexec", KUSAMA_BENCH, EMPTY)}


def call_rows():
    """Each program with its own best strategy."""
    group = "Repeated calls, each program's fastest strategy"
    yield Row(group, "`test_empty_return`", "ns", **both(fastest, all_strategies()), target=5, chart="test_empty_return")
    yield Row(group, "`test_dirty_plenty_memory(0, 16)`, 1 MiB written", "ns",
              **both(fastest, best_of_each(KUSAMA_BENCH, DIRTY)), target=10, chart="test_dirty_plenty_memory, 1 MiB")
    for name in RELAY_CHAINS:
        results = best_of_each(chain(name), VERSION)
        yield Row(group, f"`Core_version`, {name.capitalize()}", "ns", **both(fastest, results), target=5,
                  chart=f"Core_version, {name.capitalize()}")


def strategy_rows():
    group = "`test_empty_return` by strategy, same name on both sides"
    results = all_strategies()
    for name in SHARED_STRATEGIES:
        yield Row(group, f"`{name}`", "ns", **both(lambda of, name=name: median(of, name), results), target=1)


def thread_rows():
    group = "Two threads over one, calls a second"

    def sides(program, strategy, calls):  # of about a second
        one, two = (bench(program, KUSAMA_BENCH, EMPTY, strategy, calls, threads) for threads in (1, 2))
        return scaling(one, two, strategy)
    yield Row(group, "`test_empty_return`", "x", theirs=sides("upstream", UPSTREAMS_BEST, 50_000),
              ours=sides("scexec", OUR_BEST, 1_000_000), target=1.8)


FIRST_ANSWERS = {"polkadot": 4, "kusama": 1, "westend": 1, "rococo": 1, "paseo": 8}  # least ratio


def cold_rows():
    group = "Code bytes to the first answer, nothing cached; scexec in tiers, as its command calls"
    for name, target in FIRST_ANSWERS.items():
        theirs = first_answer(bench("upstream", chain(name), VERSION, UPSTREAMS_BEST), UPSTREAMS_BEST)
        label = f"First answer, {name.capitalize()}" if target > 1 else ""
        yield Row(group, f"`Core_version`, {name.capitalize()}", "ms", theirs=theirs, ours=first_call(chain(name), VERSION),
                  target=target, chart=label)
    theirs = first_answer(bench("upstream", chain("paseo"), METADATA, UPSTREAMS_BEST, calls=1), UPSTREAMS_BEST)
    yield Row(group, "`Metadata_metadata`, Paseo", "ms", theirs=theirs, ours=first_call(chain("paseo"), METADATA), target=4,
              chart="First metadata, Paseo")


def start_rows():
    group = "The whole process `scexec call`, from compiled code that it checks"
    for name, limit in (("polkadot", 10), ("paseo", 25)):
        def from_artifact(session, name=name):
            return process("scexec", "call", *artifact(name), *VERSION)(session)

        def from_cache(session, name=name):
            return process("scexec", "call", *chain(name), *VERSION, "--cache", cache_folder())(session)
        title = f"`Core_version`, {name.capitalize()}"
        yield Row(group, f"{title}, artifact", "ms", theirs=None, ours=from_artifact, target=limit)
        yield Row(group, f"{title}, chain spec and cache", "ms", theirs=None, ours=from_cache, target=limit)


# Chain, call, and calls that take several times as long as Cranelift in the background.
STEADY = [("polkadot", VERSION, 8_000_000), ("kusama", VERSION, 3_000_000), ("paseo", METADATA, 10_000)]


def steady_rows():
    group = "Once the background has compiled all: in tiers beside Cranelift alone"
    for name, call, calls in STEADY:
        alone, tiers = (bench("scexec", chain(name), call, OUR_BEST, calls, more=("--compiler", compiler))
                        for compiler in ("cranelift", "tiered"))
        yield Row(group, f"`{call[0]}`, {name.capitalize()}", "ns", theirs=once(median(alone, OUR_BEST)),
                  ours=once(median(tiers, OUR_BEST)), target=0.97, left="Cranelift")


def blob_rows():
    group = "Code as bytes"
    yield Row(group, "Decompress, parse, write back (Paseo)", "ms",
              theirs=lambda session: field("bestMs", "upstream", "blob", "--runtime", code_file("paseo"), "--calls", 5)(session),
              ours=lambda session: field("bestMs", "bench_blob", code_file("paseo"), 5)(session), target=129 / 40,
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
    def measure(session):
        runtime = made(f"{name}.wasm", "bench_host", "write", name, ".")
        source = ["--runtime", runtime, "--chain", runtime.with_suffix(".json")]
        call = ["run", runtime.with_suffix(".hex").read_text().strip()]
        results = bench("upstream", source, call, UPSTREAMS_BEST, 10, more=["--externalities", "overlay"])
        return median(results, UPSTREAMS_BEST)(session) / HOST_LOOP
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
    yield Row(group, "One million random keys", "ms", theirs=once(million), ours=once(full_root(f"keys={count}", 3)), target=3,
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


def database_rows():
    group = "State database, one million keys of 32 bytes with values of 100 bytes"

    def document(session):
        return session.once("database", lambda: session.document("bench_state", fresh_folder("state")))
    for name, unit, ours, limit in (
            ("Import with all roots", "ms", lambda session: document(session)["import"], 20_000),
            ("Resident memory of the import", "MiB", lambda session: document(session)["residentKiB"] / 1024, 1024),
            ("1,000 changes committed, with root", "ms", lambda session: document(session)["commit"][1], 30)):
        yield Row(group, name, unit, theirs=None, ours=ours, target=limit)


def metadata_rows():
    def ours(session):
        return session.document("bench_metadata", output_file("paseo", METADATA[0]), 50)["bestMs"]
    yield Row("Metadata", "Paseo's, decoded", "ms", theirs=None, ours=ours, target=5)


def all_rows():
    return [row for rows in (call_rows, strategy_rows, thread_rows, cold_rows, steady_rows, start_rows, blob_rows, host_rows,
                             root_rows, block_rows, database_rows, metadata_rows) for row in rows()]
