;; One page of data near the end of 17 pages; see test_instances.c.
(module
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 1100000))
  (data (i32.const 1048576) "hello")
  (func (export "go") (param i32 i32) (result i64) (i64.const 0)))
