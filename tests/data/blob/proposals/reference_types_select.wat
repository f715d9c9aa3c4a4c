(module (func i32.const 1 i32.const 2 i32.const 3 select (result i32) drop))
