;; version_never.wat: code without version sections, whose Core_version never ends.
;; Made into version_never.wasm with `wat2wasm version_never.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func (export "Core_version") (param i32 i32) (result i64)
    (loop $for_ever (br $for_ever))
    (unreachable)))
