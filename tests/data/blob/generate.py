#!/usr/bin/env python3
"""Makes the .wasm files beside the .wat files of tests/data/blob (wat2wasm of wabt 1.0.32), and the .wat files that are
too long to write by hand. Run in tests/data/blob; what changes shows in git."""
import pathlib
import subprocess

FEATURES = ["--enable-" + f for f in "exceptions threads tail-call extended-const multi-memory memory64 relaxed-simd".split()]
UNCHECKED = {"underflow_into_frame", "underflow_of_block", "br_table_arity"}

UNARY = {"i32": "clz ctz popcnt eqz", "i64": "clz ctz popcnt", "f32": "abs neg ceil floor trunc nearest sqrt",
         "f64": "abs neg ceil floor trunc nearest sqrt"}
BINARY = {
    "i32": "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
    "f32": "add sub mul div min max copysign eq ne lt gt le ge"}
BINARY["i64"], BINARY["f64"] = BINARY["i32"], BINARY["f32"]
COMPARE = set("eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u lt gt le ge".split())
CONVERT = """i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u
i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s
f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32
i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64""".split()
LOADS = """i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u
i64.load16_s i64.load16_u i64.load32_s i64.load32_u""".split()
STORES = """i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32""".split()


def all_operators():
    """One function an operator of WebAssembly 1.0, as deep as the operator makes it."""
    funcs = []

    def add(result, *lines):
        funcs.append(f"  (func (result {result}) {' '.join(lines)})")

    for t in ("i32", "i64", "f32", "f64"):
        const = f"{t}.const 1"
        for op in UNARY[t].split() + (["eqz"] if t == "i64" else []):
            add("i32" if op in COMPARE else t, const, f"{t}.{op}")
        for op in BINARY[t].split():
            add("i32" if op in COMPARE else t, const, const, f"{t}.{op}")
        add(t, const, const, "i32.const 1", "select")
        add(t, const, "drop", const)
    for op in CONVERT:
        source = op.split("_")[1]
        add(op[:3], f"{source}.const 1", op)
    for op in LOADS:
        add(op[:3], "i32.const 8", f"{op} offset=200")
    for op in STORES:
        add("i32", "i32.const 8", f"{op[:3]}.const 1", f"{op} offset=300000", "i32.const 1")
    add("i32", "memory.size")
    add("i32", "i32.const 0", "memory.grow")
    add("i32", "global.get 0", "global.set 0", "global.get 0", "global.get 0", "i32.sub")
    exports = "\n".join(f'  (export "f{i}" (func {i}))' for i in range(0, len(funcs), 3))
    return "\n".join([";; Made by generate.py: every operator of WebAssembly 1.0.", "(module", "  (memory 1)",
                      "  (global (mut i32) (i32.const 0))", *funcs, exports + ")", ""])


def large():
    """Indices and costs of more than one byte, deep blocks, many exports, constants of every length."""
    out = [";; Made by generate.py: indices, costs and constants of several bytes, and deep nesting.", "(module"]
    out += [f"  (global $g{i} (mut i32) (i32.const {i}))" for i in range(140)]
    out.append(f"  (func $costly (local {'i64 ' * 9000}) i32.const 64 i32.const -65 i64.const 8192 drop drop drop)")
    out += [f"  (func $f{i} (param i32) (result i32) local.get 0 {'call $f%d' % (i + 1) if i < 200 else ''} call $costly)"
            for i in range(201)]
    consts = " ".join(f"i32.const {s * (1 << b)} drop i64.const {s * (1 << 2 * b)} drop" for b in range(31) for s in (1, -1))
    out.append(f"  (func (export \"constants\") {consts} i64.const 0x8000000000000000 drop)")
    out.append(f"  (func (export \"deep\") {'block loop ' * 300} i32.const 1 drop {'end end ' * 300})")
    out.append(f"  (func (export \"table\") (param i32) {'block ' * 200} local.get 0 br_table "
               f"{' '.join(str(i) for i in range(200))} 7 {'end ' * 200})")
    params = "(param " + "i32 " * 300 + ")"
    out.append(f"  (func (export \"params\") {params} (result i32) local.get 299)")
    out.append(f"  (table 300 funcref) (elem (i32.const 70) {' '.join('$f%d' % i for i in range(0, 200, 2))}))")
    return "\n".join(out + [""])


def leb(value, width=1):
    """Unsigned LEB128 of at least `width` bytes."""
    out = bytearray()
    while True:
        more = value >= 0x80 or len(out) + 1 < width
        out.append(value & 0x7F | (0x80 if more else 0))
        value >>= 7
        if not more:
            return bytes(out)


def section(kind, payload):
    return bytes([kind]) + leb(len(payload)) + payload


def custom(name, payload):
    return section(0, leb(len(name)) + name.encode() + payload)


def padded():
    """Operands that are longer than need be, in every operator that has one, and custom sections between the others."""
    types = section(1, b"\x02\x60\x00\x00\x60\x01\x7f\x01\x7f")
    funcs = section(3, b"\x02\x00\x01")
    table = section(4, b"\x01\x70\x00\x03")
    memory = section(5, b"\x01\x00\x01")
    globals_ = section(6, b"\x01\x7f\x01\x41\x00\x0b")
    exports = section(7, b"\x01\x01f\x00\x00")
    elements = section(9, b"\x01\x00\x41\x01\x0b\x02\x00\x01")
    code = bytearray(leb(2, 3) + leb(1, 4) + b"\x7f" + leb(1, 2) + b"\x7e")  # two groups of locals
    code += b"\x20" + leb(0, 2) + b"\x21" + leb(0, 3) + b"\x23" + leb(0, 5) + b"\x24" + leb(0, 4)
    code += b"\x41\x81\x80\x00\x1a\x41\xff\x7f\x1a\x41\xff\xff\xff\xff\x7f\x1a\x41\xc0\x00\x1a\x41\xbf\x7f\x1a"
    code += b"\x42\x81\x80\x00\x1a\x42\xff\x7f\x1a\x42\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x1a\x42\xc0\x00\x1a"
    code += b"\x41\x00\x28" + leb(2, 2) + leb(8, 3) + b"\x1a"
    code += b"\x41\x00\x41\x00\x36" + leb(2) + leb(300, 5)
    code += b"\x02\x40\x02\x40\x41\x00\x0d" + leb(1, 2) + b"\x41\x00\x0e" + leb(2, 2) + leb(0, 3) + leb(1, 2) + leb(0, 5)
    code += b"\x0b\x0b\x41\x07\x10" + leb(1, 5) + b"\x1a\x41\x07\x41\x01\x11" + leb(1, 4) + b"\x00\x1a\x0b"
    second = b"\x00\x20\x00\x0b"
    bodies = section(10, leb(2) + leb(len(code)) + bytes(code) + leb(len(second)) + second)
    return (b"\0asm\1\0\0\0" + custom("first", b"1") + types + custom("second", b"") + funcs + table + memory + globals_ +
            exports + elements + bodies + custom("third", b"333"))


def main():
    here = pathlib.Path(__file__).parent
    (here / "meter/all_operators.wat").write_text(all_operators())
    (here / "meter/large.wat").write_text(large())
    (here / "meter/padded.wasm").write_bytes(padded())
    for source in sorted(here.glob("*/*.wat")):
        check = ["--no-check"] if source.stem in UNCHECKED else []
        subprocess.run(["wat2wasm", *FEATURES, *check, str(source), "-o", str(source.with_suffix(".wasm"))], check=True)


main()
