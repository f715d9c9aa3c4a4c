;; rfc145_mixed.wat: what RFC-145 forbids: functions that allocate beside its own, and an entry point of the old type.
;; Made into rfc145_mixed.wasm with `wat2wasm rfc145_mixed.wat` (wabt 1.0.32).
(module
  (import "env" "ext_input_read_version_1" (func (param i64)))
  (import "env" "ext_storage_get_version_1" (func (param i64) (result i64)))
  (import "env" "ext_storage_set_version_1" (func (param i64 i64)))
  (import "env" "ext_allocator_free_version_1" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "fine") (param i32) (result i64) (i64.const 0)))
