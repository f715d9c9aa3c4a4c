;; nul_names.wat: names with a NUL, which ends no name of WebAssembly's: a mutable global, functions, a missing import.
;; Made into nul_names.wasm with `wat2wasm nul_names.wat` (wabt 1.0.32).
(module
  (import "env" "ext_allocator_malloc_version_1\00b" (func $malloc (param i32) (result i32)))
  (memory (export "memory") 2)
  (global (export "__heap_base") i32 (i32.const 65536))
  (global $count (export "count\00er") (mut i32) (i32.const 7))
  (func (export "count\00") (param i32 i32) (result i64) (unreachable))
  ;; Gives the global, and counts it up.
  (func (export "count") (param i32 i32) (result i64)
    (i32.store (i32.const 16) (global.get $count))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i64.const 0x0000000400000010))
  (func (export "calls_it") (param i32 i32) (result i64)
    (i64.extend_i32_u (call $malloc (i32.const 1)))))
