"""Running both programs, and what is read off their answers. A measure is a function of a Session that gives a number."""
import json
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import upstream  # noqa: E402

BUILD = ROOT / "build"
INPUTS = upstream.INPUTS


class Session:
    """The programs, and the JSON documents that they printed in this round: no command runs twice in a round."""

    def __init__(self):
        self.programs = {"upstream": upstream.build(), "scexec": BUILD / "scexec"}
        self.documents = {}
        self.kept = {}

    def new_round(self):
        self.documents = {}

    def run(self, program, *arguments):
        """What a program prints; an error of any ends the benchmark."""
        path = self.programs.get(program, BUILD / "bench" / program)
        done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{path} {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def document(self, program, *arguments):
        key = (program, *arguments)
        if key not in self.documents:
            self.documents[key] = json.loads(self.run(*key))
        return self.documents[key]

    def once(self, key, make):
        """What `make` gives, made in the first round only: for what takes long."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]


def field(name, program, *arguments):
    """A field of the document that a command prints."""
    return lambda session: session.document(program, *arguments)[name]


def once(measure):
    """The same measure, taken in the first round only."""
    return lambda session: session.once(measure, lambda: measure(session))


def bench(program, source, call, strategy="all", calls=2000, threads=1, more=()):
    """Results of `bench`, by strategy."""
    arguments = ["bench", *source, *call, "--strategy", strategy, "--calls", calls, "--threads", threads, *more]
    if program == "scexec":
        arguments += ["--output", "json"]
    return lambda session: {row["strategy"]: row for row in session.document(program, *arguments)["results"]}


def median(results, strategy):
    """Median time of a call with one strategy, ns."""
    return lambda session: results(session)[strategy]["medianNs"]


def fastest(results):
    """Median time of a call with the program's fastest strategy, ns."""
    return lambda session: min(row["medianNs"] for row in results(session).values())


def first_answer(results, strategy):
    """From code bytes to the first answer, ms: decompressing, compiling, an instance, one call."""
    def measure(session):
        row = results(session)[strategy]
        return row["createMs"] + row["firstMs"]
    return measure


def first_call(source, call):
    """The same of `scexec call` as it is used: in tiers, nothing cached."""
    def measure(session):
        times = session.document("scexec", "call", *source, *call, "--no-cache", "--json")["times"]
        return sum(times[phase] for phase in ("decodeMs", "compileMs", "instanceMs", "prepareMs", "executeMs"))
    return measure


def process(program, *arguments, runs=15):
    """The least time of a process from start to end, ms, with what starting it costs this program."""
    def measure(session):
        best = float("inf")
        for _ in range(runs):
            start = time.perf_counter()
            session.run(program, *arguments)
            best = min(best, (time.perf_counter() - start) * 1e3)
        return best
    return measure


def scaling(one, more, strategy):
    """Calls a second of several threads over those of one."""
    def measure(session):
        return more(session)[strategy]["callsPerSecond"] / one(session)[strategy]["callsPerSecond"]
    return measure


def made(name, *command):
    """A file that one of the benchmark programs writes, made once: the path of build/bench/<name>."""
    target = BUILD / "bench" / name
    if not target.exists():
        program, *arguments = command
        subprocess.run([BUILD / "bench" / program, *arguments], check=True, cwd=BUILD / "bench", stdout=subprocess.DEVNULL)
    return target


def artifact(chain):
    """An artifact of a chain's code, made once for each build of scexec; with the key beside it."""
    target, key = (BUILD / "bench" / f"{chain}.{end}" for end in ("artifact", "key"))
    command = BUILD / "scexec"
    if not target.exists() or target.stat().st_mtime < command.stat().st_mtime:
        subprocess.run([command, "compile", "--chain", INPUTS / f"{chain}.json", "-o", target, "--key-file", key],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["--artifact", target, "--key-file", key]


def cache_folder():
    """A compile cache that later runs find warm."""
    return BUILD / "bench" / "cache"


def output_file(chain, method):
    """The output of a function of a chain's runtime as a file."""
    target = BUILD / "bench" / f"{chain}.{method}"
    if not target.exists():
        done = subprocess.run([BUILD / "scexec", "call", "--chain", INPUTS / f"{chain}.json", method, "--output", "raw"],
                              check=True, stdout=subprocess.PIPE)
        target.write_bytes(done.stdout)
    return target


def fresh_folder(name):
    """The path of a folder of build/bench that is not there."""
    target = BUILD / "bench" / name
    shutil.rmtree(target, ignore_errors=True)
    return target


def code_file(chain):
    """The code of a chain spec as a file, compressed where it is: made once beside the inputs."""
    target = BUILD / "bench" / f"{chain}.code"
    if not target.exists():
        raw = json.loads((INPUTS / f"{chain}.json").read_text())["genesis"]["raw"]
        top = raw[0] if isinstance(raw, list) else raw["top"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bytes.fromhex(top["0x" + b":code".hex()].removeprefix("0x")))
    return target
