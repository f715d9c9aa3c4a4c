;; Refused: upstream's parser knows WebAssembly 1.0 alone.
(module (table 1 externref))
