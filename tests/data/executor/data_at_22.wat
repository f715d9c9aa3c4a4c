;; One page of data near the end of 22 pages; see test_instances.c.
(module
  (memory (export "memory") 22)
  (global (export "__heap_base") i32 (i32.const 1440000))
  (data (i32.const 1400000) "hello")
  (func (export "go") (param i32 i32) (result i64) (i64.const 0)))
