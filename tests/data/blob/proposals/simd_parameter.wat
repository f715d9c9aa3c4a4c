(module (type (func (param v128))))
