;; version_from_state.wat: code without version sections, whose Core_version answers what the state holds at an empty key.
;; Made into version_from_state.wasm with `wat2wasm version_from_state.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "Core_version") (param i32 i32) (result i64) (call $get (i64.const 0))))
