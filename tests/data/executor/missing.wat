;; missing.wat: imports that no host has, one with a known name and another type, one from another module.
;; Made into missing.wasm with `wat2wasm missing.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "ext_nowhere_version_1" (func $nowhere (param i32)))
  (import "env" "ext_other_version_3" (func (param i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "fine") (param i32 i32) (result i64) (i64.const 0))
  (func (export "calls_it") (param i32 i32) (result i64)
    (call $nowhere (i32.const 1))
    (i64.const 0)))
