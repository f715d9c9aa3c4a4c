"""A runtime with metadata V16 of its own making: a view function, and an API of which one method is not exported."""
import wat

VIEW_ID = bytes(range(32))


def compact(value):
    return bytes([value << 2]) if value < 64 else (value << 2 | 1).to_bytes(2, "little")


def text(value):
    return compact(len(value)) + value.encode()


def vec(items):
    return compact(len(items)) + b"".join(items)


def kind(number, definition):
    """A type without path, parameters and documentation."""
    return compact(number) + b"\0\0" + definition + b"\0"


def method(name, inputs, output):
    """Name, inputs, output, no documentation, not deprecated."""
    return text(name) + vec([text(n) + compact(t) for n, t in inputs]) + compact(output) + b"\0\0"


UNIT, U8, U32, U64, KEY, BYTES = range(6)
TYPES = [kind(UNIT, b"\4\0"), kind(U8, b"\5\3"), kind(U32, b"\5\5"), kind(U64, b"\5\6"),
         kind(KEY, b"\3" + (32).to_bytes(4, "little") + compact(U8)), kind(BYTES, b"\2" + compact(U8))]


def metadata():
    views = [VIEW_ID + method("get_value", [("who", KEY), ("n", U32)], U64),
             VIEW_ID[::-1] + method("get_nothing", [], UNIT)]
    pallet = text("System") + b"\0\0\0" + vec([]) + b"\0" + vec([]) + vec(views) + b"\0" + vec([]) + b"\0"
    extrinsic = compact(1) + b"\4" + compact(UNIT) * 3 + vec([]) + vec([])
    apis = [text(name) + vec(methods) + vec([]) + compact(1) + b"\0" for name, methods in [
        ("TestApi", [method("there", [], U32), method("absent", [], U32)]),
        ("GoneApi", [method("absent", [], U32)]),
        ("RuntimeViewFunction", [method("execute_view_function", [("query_id", KEY), ("input", BYTES)], BYTES)])]]
    return b"meta\x10" + vec(TYPES) + vec([pallet]) + extrinsic + vec(apis) + compact(UNIT) * 3 + vec([])


def version():
    apis = vec([bytes.fromhex("37e397fc7c91f5e4") + (2).to_bytes(4, "little")])
    return text("described") * 2 + b"\1\0\0\0" * 3 + apis + b"\1\0\0\0" + b"\1"


def escaped(data):
    return "".join(f"\\{byte:02x}" for byte in data)


# execute_view_function gives the third argument's number where the id is VIEW_ID, else NotFound. Answers lie at 2048.
RUNTIME = r"""
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 16) "\04\10\00\00\00")
  (data (i32.const 64) "{version}")
  (data (i32.const 4096) "{some}")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 64) (i32.const {version_len})))
  (func (export "Metadata_metadata_versions") (param i32 i32) (result i64) (call $span (i32.const 16) (i32.const 5)))
  (func (export "Metadata_metadata_at_version") (param i32 i32) (result i64)
    (call $span (i32.const 4096) (i32.const {some_len})))
  (func (export "TestApi_there") (param i32 i32) (result i64) (call $span (i32.const 16) (i32.const 4)))
  (func (export "OtherApi_unknown") (param i32 i32) (result i64) (i64.const 0))
  (func (export "RuntimeViewFunction_execute_view_function") (param i32 i32) (result i64)
    (if (result i64) (i32.and (i32.eq (local.get 1) (i32.const 69))
                              (i32.eq (i32.load (local.get 0)) (i32.const 0x03020100)))
      (then
        (i32.store16 (i32.const 2048) (i32.const 0x2000))
        (i64.store (i32.const 2050) (i64.load32_u (i32.add (local.get 0) (i32.const 65))))
        (call $span (i32.const 2048) (i32.const 10)))
      (else
        (i32.store16 (i32.const 2048) (i32.const 0x0101))
        (call $span (i32.const 2048) (i32.const 34)))))
)
"""


def write(folder):
    """The runtime as a file in `folder`; its path."""
    scale = metadata()
    some = b"\1" + compact(len(scale)) + scale
    parts = {"version": escaped(version()), "version_len": len(version()), "some": escaped(some), "some_len": len(some)}
    source = RUNTIME
    for name, value in parts.items():
        source = source.replace("{" + name + "}", str(value))
    return wat.write(folder, "described.wasm", source)
