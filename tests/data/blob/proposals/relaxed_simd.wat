(module (func v128.const i32x4 0 0 0 0 i32x4.relaxed_trunc_f32x4_s drop))
