;; A call of an own function is instrumented, one of an import is not; exports get thunks.
(module
  (import "env" "host" (func $host (param i32) (result i32)))
  (global $g (mut i32) (i32.const 7))
  (func $add (param i32 i32) (result i32) (local i64 i64 f32)
    local.get 0 local.get 1 i32.add call $host)
  (func (export "run") (param i32) (result i32)
    local.get 0 i32.const 1 call $add local.get 0 call $add call $host)
  (func $unused call $unused))
