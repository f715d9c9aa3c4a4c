;; Refused: upstream's parser knows WebAssembly 1.0 alone.
(module (memory 1) (func (export "f") i32.const 0 i32.const 0 i32.const 0 memory.fill))
