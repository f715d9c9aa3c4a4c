;; An imported start function stays; there is no function of the module's own.
(module
  (import "env" "f" (func $f))
  (memory (export "memory") 1)
  (export "f" (func $f))
  (start $f))
