;; Refused: upstream's parser knows WebAssembly 1.0 alone.
(module (memory 1) (data "x"))
