;; mistyped.wat: a known host function with another type, which no setting makes right.
;; Made into mistyped.wasm with `wat2wasm mistyped.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (import "env" "ext_storage_set_version_1" (func (param i32)))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "fine") (param i32 i32) (result i64) (i64.const 0)))
