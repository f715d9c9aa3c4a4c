;; multiply.wat: a 128-bit multiplication in the form that compiler_builtins of early 2020 had in runtimes: a function that
;; calls one for each step. See src/blob/multiply.c.
;; Made into multiply.wasm with `wat2wasm multiply.wat` (wabt 1.0.32).
(module
  (memory (export "memory") 1)
  (global $stack (mut i32) (i32.const 1024))
  (global (export "__heap_base") i32 (i32.const 4096))

  (func $low (param i64 i64) (result i64) (local.get 0))
  (func $high (param i64 i64) (result i64) (local.get 1))
  (func $times (param i64 i64) (result i64) (local.get 1) (local.get 0) (i64.mul))
  (func $plus (param i64 i64) (result i64) (local.get 1) (local.get 0) (i64.add))
  (func $unsigned (param i64) (result i64) (local.get 0))
  (func $from_parts (param i32 i64 i64)
    (local.get 0) (local.get 2) (i64.store offset=8)
    (local.get 0) (local.get 1) (i64.store))

  (func $multiply (param i32 i64 i64 i64 i64) (local i32 i64 i64 i64)
    (global.set $stack (local.tee 5 (i32.sub (global.get $stack) (i32.const 16))))
    (local.set 6
      (call $times (i64.and (call $low (local.get 1) (local.get 2)) (i64.const 0xffffffff))
                   (i64.and (call $low (local.get 3) (local.get 4)) (i64.const 0xffffffff))))
    (local.set 8
      (call $unsigned
        (i64.shr_u
          (local.tee 7
            (i64.add
              (call $times (i64.shr_u (call $low (local.get 1) (local.get 2)) (i64.const 32))
                           (i64.and (call $low (local.get 3) (local.get 4)) (i64.const 0xffffffff)))
              (i64.shr_u (local.get 6) (i64.const 32))))
          (i64.const 32))))
    (call $from_parts
      (local.get 5)
      (i64.or
        (i64.shl
          (local.tee 7
            (i64.add
              (call $times (i64.shr_u (call $low (local.get 3) (local.get 4)) (i64.const 32))
                           (i64.and (call $low (local.get 1) (local.get 2)) (i64.const 0xffffffff)))
              (i64.and (local.get 7) (i64.const 0xffffffff))))
          (i64.const 32))
        (i64.and (local.get 6) (i64.const 0xffffffff)))
      (call $plus
        (call $plus
          (i64.add
            (i64.add (local.get 8) (call $unsigned (i64.shr_u (local.get 7) (i64.const 32))))
            (call $unsigned
              (call $times (i64.shr_u (call $low (local.get 1) (local.get 2)) (i64.const 32))
                           (i64.shr_u (call $low (local.get 3) (local.get 4)) (i64.const 32)))))
          (call $times (call $high (local.get 1) (local.get 2))
                       (call $unsigned (call $low (local.get 3) (local.get 4)))))
        (call $times (call $unsigned (call $low (local.get 1) (local.get 2)))
                     (call $high (local.get 3) (local.get 4)))))
    (local.set 3 (i64.load (local.get 5)))
    (i64.store offset=8 (local.get 0) (i64.load (i32.add (local.get 5) (i32.const 8))))
    (i64.store (local.get 0) (local.get 3))
    (global.set $stack (i32.add (local.get 5) (i32.const 16))))

  ;; Input: where the product goes and where the stack begins (u32 each), then the factors. Output: the first 2,048 bytes,
  ;; of which the last four are the stack pointer afterwards.
  (func (export "multiply") (param $at i32) (param $len i32) (result i64)
    (global.set $stack (i32.load offset=4 (local.get $at)))
    (call $multiply (i32.load (local.get $at))
      (i64.load offset=8 (local.get $at)) (i64.load offset=16 (local.get $at))
      (i64.load offset=24 (local.get $at)) (i64.load offset=32 (local.get $at)))
    (i32.store (i32.const 2044) (global.get $stack))
    (i64.const 0x80000000000)))
