;; Groups of locals count, parameters do not.
(module
  (func (export "many") (param i32 i64 f32 f64) (local i32 i32 i32 i64 f32 f64 f64) local.get 10 drop)
  (func (export "none"))
  (func (export "tee") (local i32) i32.const 1 local.tee 0 i32.const 2 i32.const 3 i32.add i32.add drop))
