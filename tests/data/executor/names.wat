;; names.wat: traps three calls deep, in functions with mangled Rust names.
;; Made into names.wasm with `wat2wasm --debug-names names.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 2))
  (global (export "__heap_base") i32 (i32.const 65536))
  (func $_ZN7runtime4core5panic17h0123456789abcdefE (unreachable))
  (func $plain_name (call $_ZN7runtime4core5panic17h0123456789abcdefE))
  (func $_RNvC7runtime5entry (export "entry") (param i32 i32) (result i64)
    (call $plain_name)
    (i64.const 0)))
