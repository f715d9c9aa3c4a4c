;; Not valid: the targets take different values.
(module (func (export "f") (result i32) block i32.const 0 i32.const 0 br_table 0 1 end i32.const 1))
