;; bulk.wat: a runtime that bulk memory operations and reference types leave marks in: a dropped segment, a changed table.
;; Made into bulk.wasm with `wat2wasm bulk.wat` (wabt 1.0.32).
(module
  (memory (export "memory") 2)
  (global (export "__heap_base") i32 (i32.const 65536))
  (table $t 2 2 funcref)
  (elem (i32.const 0) $one)
  (data $passive "passive")
  (type $answer (func (result i32)))
  (func $one (type $answer) (i32.const 1))
  (elem declare func $two)
  (func $two (type $answer) (i32.const 2))

  ;; answers the passive segment's first 4 bytes, and what table entry 0 answers; then drops and changes them
  (func (export "once") (param i32 i32) (result i64)
    (memory.init $passive (i32.const 16) (i32.const 0) (i32.const 4))
    (i32.store (i32.const 20) (call_indirect (type $answer) (i32.const 0)))
    (data.drop $passive)
    (table.set $t (i32.const 0) (ref.func $two))
    (i64.const 0x800000010)))
