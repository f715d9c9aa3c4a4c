(module (func $f) (global funcref (ref.func $f)))
