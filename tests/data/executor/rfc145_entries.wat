;; rfc145_entries.wat: entry points of both types, which RFC-145 forbids.
;; Made into rfc145_entries.wasm with `wat2wasm rfc145_entries.wat` (wabt 1.0.32).
(module
  (import "env" "ext_input_read_version_1" (func (param i64)))
  (memory (export "memory") 1)
  (func (export "new") (param i32) (result i64) (i64.const 0))
  (func (export "old") (param i32 i32) (result i64) (i64.const 0)))
