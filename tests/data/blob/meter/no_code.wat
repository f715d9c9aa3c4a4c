;; Nothing to call: only the counter comes.
(module
  (memory 1)
  (global (mut i64) (i64.const -1))
  (export "g" (global 0))
  (data (i32.const 0) "\00"))
