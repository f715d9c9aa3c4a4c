(module (type (func (result i32 i64))))
