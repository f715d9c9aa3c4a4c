(module (func try catch_all end))
