;; modules.wat: a runtime that imports functions of one name from two modules.
;; Made into modules.wasm with `wat2wasm modules.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "add" (func $here (param i64) (result i64)))
  (import "ledger" "add" (func $there (param i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "both") (param i32 i32) (result i64)
    (i64.store (i32.const 1024) (call $there (call $here (i64.const 100))))
    (i64.or (i64.const 1024) (i64.shl (i64.const 8) (i64.const 32)))))
