(module (import "env" "t" (tag)))
