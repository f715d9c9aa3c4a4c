;; proof_size.wat: reads of a key, each of which answers with the size of the proof that is recorded afterwards (u64).
;; Made into proof_size.wasm with `wat2wasm proof_size.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_storage_exists_version_1" (func $exists (param i64) (result i32)))
  (import "env" "ext_storage_proof_size_storage_proof_size_version_1" (func $proof_size (result i64)))
  (global (export "__heap_base") i32 (i32.const 65536))
  ;; RuntimeVersion: "proof", "proof", 1, 1, 1, no APIs, transaction_version 1, state_version 1
  (data (i32.const 256) "\14proof\14proof\01\00\00\00\01\00\00\00\01\00\00\00\00\01\00\00\00\01")
  (func $span (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr)) (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))
  (func $answer (result i64)
    (i64.store (i32.const 8) (call $proof_size))
    (call $span (i32.const 8) (i32.const 8)))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 256) (i32.const 30)))
  (func (export "get") (param i32 i32) (result i64)
    (drop (call $get (call $span (local.get 0) (local.get 1))))
    (call $answer))
  (func (export "exists") (param i32 i32) (result i64)
    (drop (call $exists (call $span (local.get 0) (local.get 1))))
    (call $answer)))
