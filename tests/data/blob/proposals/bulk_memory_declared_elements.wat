(module (func $f) (elem declare func $f))
