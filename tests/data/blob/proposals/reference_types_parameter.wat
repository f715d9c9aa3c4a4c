(module (type (func (param externref))))
