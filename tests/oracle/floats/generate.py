"""Writes tests/data/floats: two runtimes that compute with NaNs in every shape of operands, and what upstream's executor
answers (sc-executor-wasmtime through bench/upstream).

Each export takes two operands from its input, 8 bytes each (of f32, the first 4), and gives the results of one operator
with its operands as each of SHAPES, one behind the other. `plain` has no neg, so that its calls may be inlined.

Run: python3 tests/oracle/floats/generate.py (needs wabt; builds bench/upstream). `--check` compares with what is there.
"""
import hashlib
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import upstream  # noqa: E402

TARGET = ROOT / "tests" / "data" / "floats"
CRATES = ["sc-executor-wasmtime", "sc-executor-common", "wasmtime"]
BINARY = ["add", "sub", "mul", "div", "min", "max", "copysign"]
UNARY = ["sqrt", "ceil", "floor", "trunc", "nearest", "abs"]
TYPES = {"f32": (4, "i32", "nan:0x200011"), "f64": (8, "i64", "nan:0x4000000000022")}
# Quiet, signalling, with either sign, with payloads; numbers.
OPERANDS = {
    "f32": [0x7fc00000, 0xffc00000, 0x7fc54321, 0xffffffff, 0x7fa12345, 0xff800001, 0x3f800000, 0xff800000],
    "f64": [0x7ff8000000000000, 0xfff8000000000000, 0x7ff8000000054321, 0xffffffffffffffff, 0x7ff4123456789abc,
            0xfff0000000000001, 0x3ff0000000000000, 0xfff0000000000000],
}


def shapes(type_, side, neg):
    """Operand `side` ("a" or "b") in each shape: text by name."""
    offset = {"a": 0, "b": 8}[side]
    load = f"({type_}.load offset={offset} (local.get 0))"
    found = {
        "local": f"(local.get ${side})",
        "load": load,
        "global": f"(global.get ${type_}{side})",
        "fixed": f"(global.get ${type_}fixed)",
        "constant": f"({type_}.const {TYPES[type_][2]})",
        "call": f"(call ${type_}same {load})",
        "loading call": f"(call ${type_}load{side} (local.get 0))",
        "block": f"(block (result {type_}) {load})",
        "if": f"(if (result {type_}) (local.get $one) (then {load}) (else (local.get ${side})))",
        "loop": f"(loop (result {type_}) (local.set $count (i32.sub (local.get $count) (i32.const 1)))"
                f" (br_if 0 (i32.gt_s (local.get $count) (i32.const 0))) {load})",
        "tee": f"(local.tee $t{side} {load})",
        "select": f"(select {load} (local.get ${side}) (local.get $one))",
        "bits": f"({type_}.reinterpret_{TYPES[type_][1]} ({TYPES[type_][1]}.load offset={offset} (local.get 0)))",
        "abs": f"({type_}.abs {load})",
    }
    if neg:
        found["neg"] = f"({type_}.neg {load})"
        found["negating call"] = f"(call ${type_}negated (local.get ${side}))"
    return found


def function(name, type_, expressions, result):
    size = TYPES[result][0]
    stores = "\n".join(f"({result}.store (i32.const {1024 + i * size}) {expression})"
                       for i, expression in enumerate(expressions))
    return f"""(func (export "{name}") (param i32 i32) (result i64)
      (local $a {type_}) (local $b {type_}) (local $ta {type_}) (local $tb {type_}) (local $one i32) (local $count i32)
      (local.set $a ({type_}.load (local.get 0))) (local.set $b ({type_}.load offset=8 (local.get 0)))
      (global.set ${type_}a (local.get $a)) (global.set ${type_}b (local.get $b))
      (local.set $one (i32.ge_u (local.get 1) (i32.const 16)))
      {stores}
      (i64.const {(len(expressions) * size) << 32 | 1024}))"""


def helpers(type_, neg):
    nan = TYPES[type_][2]
    yield f"""(global ${type_}a (mut {type_}) ({type_}.const 0)) (global ${type_}b (mut {type_}) ({type_}.const 0))
      (global ${type_}fixed {type_} ({type_}.const {nan}))
      (func ${type_}same (param {type_}) (result {type_}) (local.get 0))
      (func ${type_}loada (param i32) (result {type_}) ({type_}.load (local.get 0)))
      (func ${type_}loadb (param i32) (result {type_}) ({type_}.load offset=8 (local.get 0)))"""
    if neg:
        yield f"(func ${type_}negated (param {type_}) (result {type_}) ({type_}.neg (local.get 0)))"


def exports(neg):
    for type_ in TYPES:
        a, b = shapes(type_, "a", neg), shapes(type_, "b", neg)
        for name in BINARY:
            yield f"{type_}_{name}", type_, [f"({type_}.{name} {x} {y})" for x in a.values() for y in b.values()], type_
        for name in UNARY + (["neg"] if neg else []):
            yield f"{type_}_{name}", type_, [f"({type_}.{name} {x})" for x in a.values()], type_
        # A load that is there before the loop in which it is an operand, and one whose value is used twice.
        load = f"({type_}.load (local.get 0))"
        twice = [f"(loop (result {type_}) (local.set $count (i32.sub (local.get $count) (i32.const 1)))"
                 f" (local.set $ta ({type_}.{name} {load} (local.get $b)))"
                 f" (br_if 0 (i32.gt_s (local.get $count) (i32.const 0)))"
                 f" ({type_}.{name} (local.get $ta) {load}))" for name in BINARY]
        yield f"{type_}_loops", type_, twice, type_
        chains = [f"({type_}.{one} ({type_}.{other} {load} (local.get $b)) {load})"
                  for one, other in itertools.product(BINARY, BINARY)]
        yield f"{type_}_chains", type_, chains, type_
    yield "demote", "f64", [f"(f32.demote_f64 {x})" for x in shapes("f64", "a", neg).values()], "f32"
    yield "promote", "f32", [f"(f64.promote_f32 {x})" for x in shapes("f32", "a", neg).values()], "f64"


def text(neg):
    parts = ['(module (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 32768))']
    for type_ in TYPES:
        parts.extend(helpers(type_, neg))
    parts.extend(function(*each) for each in exports(neg))
    return "\n".join(parts) + ")"


def assemble(wat):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "a.wat"), pathlib.Path(folder, "a.wasm")
        source.write_text(wat)
        subprocess.run(["wat2wasm", source, "-o", target], check=True)
        return target.read_bytes()


def requests(neg):
    """(method, input) in the order in which answers are hashed."""
    for name, type_, *_ in exports(neg):
        for a, b in itertools.product(OPERANDS[type_], repeat=2):
            yield name, a.to_bytes(8, "little") + b.to_bytes(8, "little")


def digests(answers, neg):
    """{method: BLAKE2b-256 of all its answers}"""
    hashes = {}
    for (name, _), (output, error) in zip(requests(neg), answers):
        if error is not None:
            raise SystemExit(f"{name}: {error}")
        hashes.setdefault(name, hashlib.blake2b(digest_size=32)).update(output)
    return {name: each.hexdigest() for name, each in hashes.items()}


def main():
    program = upstream.build()
    files, answers = {}, {}
    for name, neg in (("all", True), ("plain", False)):
        files[f"{name}.wasm"] = code = assemble(text(neg))
        with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
            file.write(code)
            file.flush()
            answers[name] = digests(upstream.batch(program, ["--runtime", file.name], list(requests(neg))), neg)
    document = {"origin": "tests/oracle/floats/generate.py over bench/upstream", "crates": upstream.versions(*CRATES),
                "operands": {name: [f"0x{bits:x}" for bits in each] for name, each in OPERANDS.items()},
                "answers": answers}
    files["answers.json"] = (json.dumps(document, indent=1) + "\n").encode()
    for name, content in files.items():
        if "--check" not in sys.argv[1:]:
            TARGET.mkdir(exist_ok=True)
            (TARGET / name).write_bytes(content)
        elif (TARGET / name).read_bytes() != content:
            raise SystemExit(f"{TARGET / name} is not what the generator makes now")


if __name__ == "__main__":
    main()
