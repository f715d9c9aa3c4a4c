(module (func $f) (elem func $f))
