;; version_asks.wat: code without version sections, whose Core_version asks for the version of other code, which nobody may
;; who is asked for his own.
;; Made into version_asks.wasm with `wat2wasm version_asks.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "ext_misc_runtime_version_version_1" (func $version (param i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "Core_version") (param i32 i32) (result i64) (call $version (i64.const 0))))
