(module (func block (result externref) ref.null extern end drop))
