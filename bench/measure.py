"""Running both programs, and what is read off their answers. A measure is a function of a Session that gives a number."""
import json
import pathlib
import subprocess
import sys

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

    def new_round(self):
        self.documents = {}

    def document(self, program, *arguments):
        key = (program, *arguments)
        if key not in self.documents:
            path = self.programs.get(program, BUILD / "bench" / program)
            done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise SystemExit(f"{path} {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
            self.documents[key] = json.loads(done.stdout)
        return self.documents[key]


def field(name, program, *arguments):
    """A field of the document that a command prints."""
    return lambda session: session.document(program, *arguments)[name]


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


def first_answer(results):
    """From code bytes to the first answer, ms: compiling, an instance, one call; of the strategy that is soonest."""
    return lambda session: min(row["createMs"] + row["firstMs"] for row in results(session).values())


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


def code_file(chain):
    """The code of a chain spec as a file, compressed where it is: made once beside the inputs."""
    target = BUILD / "bench" / f"{chain}.code"
    if not target.exists():
        raw = json.loads((INPUTS / f"{chain}.json").read_text())["genesis"]["raw"]
        top = raw[0] if isinstance(raw, list) else raw["top"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bytes.fromhex(top["0x" + b":code".hex()].removeprefix("0x")))
    return target
