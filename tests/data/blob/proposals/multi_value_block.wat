(module (func $f (param i32) local.get 0 block (param i32) drop end))
