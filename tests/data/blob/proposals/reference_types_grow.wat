(module (table 1 funcref) (func ref.null func i32.const 1 table.grow 0 drop))
