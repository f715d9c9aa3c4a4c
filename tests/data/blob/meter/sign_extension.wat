;; Costs of sign extension, which only the crate's feature `sign_ext` has.
(module
  (func $f (export "f") (param i32 i64) (result i64)
    local.get 0 i32.extend8_s i32.extend16_s drop
    local.get 1 i64.extend8_s i64.extend16_s i64.extend32_s)
  (func (export "g") (result i64) i32.const 1 i64.const 2 call $f))
