(module (func (local v128)))
