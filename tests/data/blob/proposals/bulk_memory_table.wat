(module (table 1 funcref) (elem func $f) (func $f i32.const 0 i32.const 0 i32.const 1 table.init 0 elem.drop 0 i32.const 0 i32.const 0 i32.const 1 table.copy))
