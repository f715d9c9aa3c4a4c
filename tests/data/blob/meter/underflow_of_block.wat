;; Not valid: the limiter refuses to take values that the block does not have.
(module (func (export "f") block i32.add drop end))
