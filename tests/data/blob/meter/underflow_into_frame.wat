;; Not valid, but the limiter takes it: a function begins with a height of 2 above its frame's 0.
(module (func (export "f") i32.add drop))
