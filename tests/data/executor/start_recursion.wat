;; start_recursion.wat: a start function that calls itself without end.
;; Made into start_recursion.wasm with `wat2wasm start_recursion.wat` (wabt 1.0.32).
(module
  (memory (export "memory") 2)
  (global (export "__heap_base") i32 (i32.const 65536))
  (func $down (param i32) (result i32)
    (i32.add (call $down (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func $start (drop (call $down (i32.const 0))))
  (start $start)
  (func (export "entry") (param i32 i32) (result i64) (i64.const 0)))
