;; odd_table.wat: what should be the table is a global.
;; Made into odd_table.wasm with `wat2wasm odd_table.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (global (export "__heap_base") i32 (i32.const 65536))
  (global (export "__indirect_function_table") i32 (i32.const 1)))
