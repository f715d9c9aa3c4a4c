;; start_endless.wat: a start function that never ends; the code has no version sections.
;; Made into start_endless.wasm with `wat2wasm start_endless.wat` (wabt 1.0.32).
(module
  (memory (export "memory") 2)
  (global (export "__heap_base") i32 (i32.const 65536))
  (func $start (loop $for_ever (br $for_ever)))
  (start $start)
  (func (export "Core_version") (param i32 i32) (result i64) (i64.const 0)))
