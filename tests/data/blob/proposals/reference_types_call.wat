(module (table 1 funcref) (table 1 funcref) (func i32.const 0 call_indirect 1))
