(module (func ref.null func ref.is_null drop))
