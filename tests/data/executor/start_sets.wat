;; start_sets.wat: a start function that leaves marks in memory and in a global, which each call finds as it left them.
;; Made into start_sets.wasm with `wat2wasm start_sets.wat` (wabt 1.0.32).
(module
  (memory (export "memory") 2)
  (global (export "__heap_base") i32 (i32.const 65536))
  (global $mark (export "mark") (mut i32) (i32.const 1))
  (func $start
    (global.set $mark (i32.add (global.get $mark) (i32.const 41)))
    (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 7))))
  (start $start)
  ;; Gives global and memory, and changes both.
  (func (export "marks") (param i32 i32) (result i64)
    (i32.store (i32.const 24) (global.get $mark))
    (i32.store (i32.const 28) (i32.load (i32.const 16)))
    (global.set $mark (i32.const 5))
    (i32.store (i32.const 16) (i32.const 6))
    (i64.const 0x0000000800000018))
  (func (export "nothing") (param i32 i32) (result i64) (i64.const 0)))
