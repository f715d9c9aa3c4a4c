"""Small runtimes for the tests of the command, in WebAssembly text format, assembled with wabt's wat2wasm."""
import functools
import pathlib
import subprocess
import tempfile

# Each export takes (ptr, len) and gives the pointer-size of its output.
RUNTIME = r"""
(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_offchain_timestamp_version_1" (func $now (result i64)))
  (import "env" "ext_offchain_random_seed_version_1" (func $seed (result i32)))
  (import "env" "ext_offchain_submit_transaction_version_1" (func $submit (param i64) (result i64)))
  (import "env" "ext_crypto_sr25519_generate_version_1" (func $generate (param i32 i64) (result i32)))
  (import "env" "ext_crypto_ed25519_public_keys_version_1" (func $keys (param i32) (result i64)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (global $calls (mut i32) (i32.const 0))
  (data (i32.const 16) "runtime")
  (data (i32.const 32) "panicked at \1b[31mred\0a\e2\80\aeline")
  (data (i32.const 80) "key")
  (data (i32.const 96) "test")
  (data (i32.const 112) "\00")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Test_echo") (param i32 i32) (result i64) (call $span (local.get 0) (local.get 1)))
  (func (export "Test_empty") (param i32 i32) (result i64) (i64.const 0))
  (func (export "Test_count") (param i32 i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (i32.const 1024) (global.get $calls))
    (call $span (i32.const 1024) (i32.const 4)))
  (func (export "Test_log") (param i32 i32) (result i64)
    (call $log (i32.const 2) (call $span (i32.const 16) (i32.const 7)) (call $span (local.get 0) (local.get 1)))
    (i64.const 0))
  (func $Test_panic (export "Test_panic") (param i32 i32) (result i64)
    (call $log (i32.const 0) (call $span (i32.const 16) (i32.const 7)) (call $span (i32.const 32) (i32.const 28)))
    unreachable)
  (func $inner (result i64) unreachable)
  (func (export "Test_trap") (param i32 i32) (result i64) (call $inner))
  (func (export "Test_loop") (param i32 i32) (result i64) (loop $again (br $again)) (i64.const 0))
  (func $down (param i32) (result i32) (i32.add (call $down (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func (export "Test_recurse") (param i32 i32) (result i64) (i64.extend_i32_u (call $down (i32.const 0))))
  (func (export "Test_outside") (param i32 i32) (result i64) (call $span (i32.const -16) (i32.const 64)))
  (func (export "Test_grow") (param i32 i32) (result i64)
    (i32.store (i32.const 1024) (memory.grow (i32.const 4000)))
    (call $span (i32.const 1024) (i32.const 4)))
  (func (export "Test_set") (param i32 i32) (result i64)
    (call $set (call $span (i32.const 80) (i32.const 3)) (call $span (local.get 0) (local.get 1)))
    (call $get (call $span (i32.const 80) (i32.const 3))))
  (func (export "Test_get") (param i32 i32) (result i64) (call $get (call $span (local.get 0) (local.get 1))))
  (func (export "OffchainWorkerApi_now") (param i32 i32) (result i64)
    (i64.store (i32.const 1024) (call $now))
    (call $span (i32.const 1024) (i32.const 8)))
  (func (export "Test_now") (param i32 i32) (result i64)
    (i64.store (i32.const 1024) (call $now))
    (call $span (i32.const 1024) (i32.const 8)))
  (func (export "OffchainWorkerApi_seed") (param i32 i32) (result i64) (call $span (call $seed) (i32.const 32)))
  (func (export "OffchainWorkerApi_submit") (param i32 i32) (result i64)
    (call $submit (call $span (local.get 0) (local.get 1))))
  (func (export "Test_generate") (param i32 i32) (result i64)
    (call $span (call $generate (i32.const 96) (call $span (i32.const 112) (i32.const 1))) (i32.const 32)))
  (func (export "Test_keys") (param i32 i32) (result i64) (call $keys (i32.const 96)))
  (func (export "Test_type") (param i32) (result i32) (local.get 0))
  (table (export "__indirect_function_table") 3 3 funcref))
"""

MISSING = r"""
(module
  (import "env" "ext_nobody_has_this_version_1" (func $a (param i32) (result i64)))
  (import "env" "ext_nor_this_version_1" (func $b (param i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "Test_fine") (param i32 i32) (result i64) (i64.const 0))
  (func (export "Test_missing") (param i32 i32) (result i64) (call $a (i32.const 1))))
"""

OTHER_TYPE = r"""
(module
  (import "env" "ext_storage_set_version_1" (func $b (param i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "Test_fine") (param i32 i32) (result i64) (i64.const 0)))
"""


# Core_version, and nothing else.
VERSION = r"""
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 512) "\10test\10test\01\00\00\00\01\00\00\00\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\00")
  (func (export "Core_version") (param i32 i32) (result i64)
    (i64.or (i64.const 512) (i64.shl (i64.const 40) (i64.const 32)))))
"""


@functools.lru_cache(maxsize=None)
def assemble(text):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "a.wat"), pathlib.Path(folder, "a.wasm")
        source.write_text(text)
        subprocess.run(["wat2wasm", "--debug-names", source, "-o", target], check=True)
        return target.read_bytes()


def write(folder, name, text):
    """The module as a file in `folder`; its path."""
    path = pathlib.Path(folder, name)
    path.write_bytes(assemble(text))
    return path


def custom_section(name, contents):
    def leb(value):
        out = bytearray()
        while value >= 128:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])
    payload = leb(len(name)) + name.encode() + contents
    return b"\0" + leb(len(payload)) + payload
