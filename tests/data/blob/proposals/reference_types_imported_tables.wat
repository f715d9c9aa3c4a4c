(module (import "env" "a" (table 1 funcref)) (import "env" "b" (table 1 funcref)))
