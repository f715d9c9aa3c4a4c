;; A runtime for tests/fault: little code, but a share of everything that loading and calling makes memory for: imported
;; memory and functions, data, mutable globals, a table, a name section, heap, log lines, a trap.
;; Made into small.wasm by: wat2wasm --debug-names small.wat
(module
  (import "env" "memory" (memory 17))
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_hashing_blake2_256_version_1" (func $blake2_256 (param i64) (result i32)))
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (import "env" "ext_no_such_function_version_1" (func $missing (param i32) (result i64)))

  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 0) $answer $panic)
  (global $calls (mut i32) (i32.const 0))
  (global (export "__heap_base") i32 (i32.const 1050624))
  (global (export "__data_end") i32 (i32.const 1050624))
  (data (i32.const 1048576) "runtime")
  (data (i32.const 1048600) "panicked at 'on purpose'")
  (data (i32.const 1049000) "core")

  (func $span (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr)) (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))

  ;; BLAKE2b-256 of the input.
  (func $answer (export "answer") (param $ptr i32) (param $len i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $log (i32.const 2) (call $span (i32.const 1048576) (i32.const 7)) (call $span (i32.const 1049000) (i32.const 4)))
    (call $free (call $malloc (i32.const 100000)))
    (call $span (call $blake2_256 (call $span (local.get $ptr) (local.get $len))) (i32.const 32)))

  ;; Logs its reason as a runtime does, and traps.
  (func $panic (export "panic") (param $ptr i32) (param $len i32) (result i64)
    (call $log (i32.const 0) (call $span (i32.const 1048576) (i32.const 7)) (call $span (i32.const 1048600) (i32.const 24)))
    (unreachable)))
