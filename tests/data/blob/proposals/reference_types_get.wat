(module (table 1 funcref) (func i32.const 0 table.get 0 drop))
