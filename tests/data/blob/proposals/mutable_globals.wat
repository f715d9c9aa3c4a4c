(module (global (import "env" "g") (mut i32)) (global (export "h") (mut i64) (i64.const 0)))
