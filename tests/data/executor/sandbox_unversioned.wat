;; sandbox_unversioned.wat: sandbox.wat with the sandbox of 2018 and 2019, whose functions have no version and take pointers
;; and lengths for spans. (There was no ext_sandbox_get_global_val.)
;; Made into sandbox_unversioned.wasm with `wat2wasm sandbox_unversioned.wat` (wabt 1.0.32).
;;
;; Input: u32 count of steps, then of each step 8 words of 4 bytes: which function, and what it gets. Words that are marked
;; with @ are offsets in the input. Output: of each step 24 bytes: u64 result, then 16 bytes that the function wrote.
;;   0 memory_new: initial, maximum
;;   1 memory_get: memory, offset, length, pointer (0: the 16 bytes)
;;   2 memory_set: memory, offset, @bytes, length, pointer (0: @bytes)
;;   3 memory_teardown: memory
;;   4 instantiate: thunk, @code, length, @environment, length
;;   5 invoke: instance, @name, length, @args, length, return pointer (0: the 16 bytes), return length
;;   6 get_global_val: instance, @name, length; the 16 bytes are the beginning of the result
;;   7 instance_teardown: instance
;; Functions for guests, by their number: see $function.
(module
  (import "env" "ext_malloc" (func $malloc (param i32) (result i32)))
  (import "env" "ext_sandbox_memory_new" (func $memory_new (param i32 i32) (result i32)))
  (import "env" "ext_sandbox_memory_get" (func $memory_get (param i32 i32 i32 i32) (result i32)))
  (import "env" "ext_sandbox_memory_set" (func $memory_set (param i32 i32 i32 i32) (result i32)))
  (import "env" "ext_sandbox_memory_teardown" (func $memory_teardown (param i32)))
  (import "env" "ext_sandbox_instantiate"
    (func $instantiate_pairs (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "ext_sandbox_invoke"
    (func $invoke_pairs (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "ext_sandbox_get_global_val_version_1" (func $get_global (param i32 i64) (result i64)))
  (import "env" "ext_sandbox_instance_teardown" (func $instance_teardown (param i32)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 70000))
  (global $in (mut i32) (i32.const 0))
  (global $step (mut i32) (i32.const 0))
  (table (export "__indirect_function_table") 4 funcref)
  (elem (i32.const 1) $thunk $no_thunk)
  (data (i32.const 1024) "call")
  (data (i32.const 1032) "\00")  ;; no arguments

  (func $len (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
  (func $instantiate (param i32 i64 i64 i32) (result i32)
    (call $instantiate_pairs (local.get 0) (i32.wrap_i64 (local.get 1)) (call $len (local.get 1))
      (i32.wrap_i64 (local.get 2)) (call $len (local.get 2)) (local.get 3)))
  (func $invoke (param i32 i64 i64 i32 i32 i32) (result i32)
    (call $invoke_pairs (local.get 0) (i32.wrap_i64 (local.get 1)) (call $len (local.get 1))
      (i32.wrap_i64 (local.get 2)) (call $len (local.get 2)) (local.get 3) (local.get 4) (local.get 5)))
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  ;; word of the step
  (func $w (param i32) (result i32)
    (i32.load (i32.add (global.get $step) (i32.shl (local.get 0) (i32.const 2)))))
  ;; span of the bytes that two words of the step say
  (func $bytes (param i32) (result i64)
    (call $span (i32.add (global.get $in) (call $w (local.get 0))) (call $w (i32.add (local.get 0) (i32.const 1)))))
  ;; a word, or else the other value
  (func $or (param i32 i32) (result i32)
    (select (call $w (local.get 0)) (local.get 1) (call $w (local.get 0))))

  (func $do (param $data i32) (result i64)
    (local $span i64)
    (block $teardown (block $global (block $run (block $new (block $gone (block $set (block $get (block $memory
      (br_table $memory $get $set $gone $new $run $global $teardown (call $w (i32.const 0))))
      (return (i64.extend_i32_u (call $memory_new (call $w (i32.const 1)) (call $w (i32.const 2))))))
      (return (i64.extend_i32_u (call $memory_get (call $w (i32.const 1)) (call $w (i32.const 2))
        (call $or (i32.const 4) (local.get $data)) (call $w (i32.const 3))))))
      (return (i64.extend_i32_u (call $memory_set (call $w (i32.const 1)) (call $w (i32.const 2))
        (call $or (i32.const 5) (i32.add (global.get $in) (call $w (i32.const 3)))) (call $w (i32.const 4))))))
      (call $memory_teardown (call $w (i32.const 1)))
      (return (i64.const 0)))
      (return (i64.extend_i32_u (call $instantiate (call $w (i32.const 1)) (call $bytes (i32.const 2))
        (call $bytes (i32.const 4)) (i32.const 2048)))))
      (return (i64.extend_i32_u (call $invoke (call $w (i32.const 1)) (call $bytes (i32.const 2))
        (call $bytes (i32.const 4)) (call $or (i32.const 6) (local.get $data)) (call $w (i32.const 7))
        (i32.const 2048)))))
      (local.set $span (call $get_global (call $w (i32.const 1)) (call $bytes (i32.const 2))))
      (i64.store (local.get $data) (i64.load (i32.wrap_i64 (local.get $span))))
      (i64.store offset=8 (local.get $data) (i64.load offset=8 (i32.wrap_i64 (local.get $span))))
      (return (i64.shr_u (local.get $span) (i64.const 32))))
    (call $instance_teardown (call $w (i32.const 1)))
    (i64.const 0))

  (func (export "run") (param $ptr i32) (param $len i32) (result i64)
    (local $i i32) (local $count i32) (local $out i32) (local $at i32)
    (global.set $in (local.get $ptr))
    (local.set $count (i32.load (local.get $ptr)))
    (local.set $out (call $malloc (i32.mul (local.get $count) (i32.const 24))))
    (local.set $at (local.get $out))
    (block $end
      (loop $next
        (br_if $end (i32.ge_u (local.get $i) (local.get $count)))
        (global.set $step (i32.add (i32.add (local.get $ptr) (i32.const 4)) (i32.shl (local.get $i) (i32.const 5))))
        (i64.store offset=8 (local.get $at) (i64.const 0))
        (i64.store offset=16 (local.get $at) (i64.const 0))
        (i64.store (local.get $at) (call $do (i32.add (local.get $at) (i32.const 8))))
        (local.set $at (i32.add (local.get $at) (i32.const 24)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $span (local.get $out) (i32.mul (local.get $count) (i32.const 24))))

  ;; Ok(Value(i32))
  (func $answer (param $value i32) (result i64)
    (local $out i32)
    (local.set $out (call $malloc (i32.const 7)))
    (i32.store (local.get $out) (i32.const 0x000100))
    (i32.store offset=3 (local.get $out) (local.get $value))
    (call $reverse (local.get $out) (i32.const 7)))
  ;; the thunk's result has the pointer in the high half
  (func $reverse (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
  (func $short (param $bytes i32) (param $len i32) (result i64)
    (local $out i32)
    (local.set $out (call $malloc (i32.const 8)))
    (i32.store (local.get $out) (local.get $bytes))
    (call $reverse (local.get $out) (local.get $len)))

  ;; 0: HostError when the first argument (i32) is 0, else Unit
  ;; 1: adds the first argument to a counter and returns it    2: returns its first argument
  ;; 3: traps    4: no answer can be decoded    5: an answer outside of memory    6: Unit
  ;; 7: calls "call" of the instance in the first argument and returns the code    8: a host function that fails
  ;; 9: an answer whose block is no block    10: loops for ever    11: returns an empty answer
  (func $thunk (param $ptr i32) (param $len i32) (param $state i32) (param $function i32) (result i64)
    (local $first i32) (local $out i32)
    (local.set $first (i32.load offset=2 (local.get $ptr)))
    (block $11 (block $10 (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 (local.get $function)))
      (return (select (call $short (i32.const 0) (i32.const 2)) (call $short (i32.const 1) (i32.const 1))
        (local.get $first))))
      (i32.store (local.get $state) (i32.add (i32.load (local.get $state)) (local.get $first)))
      (return (call $answer (i32.load (local.get $state)))))
      (local.set $out (call $malloc (i32.const 16)))
      (i32.store (local.get $out) (i32.const 0x0100))
      (i64.store offset=2 (local.get $out) (i64.load offset=1 (local.get $ptr)))
      (i32.store8 offset=10 (local.get $out) (i32.load8_u offset=9 (local.get $ptr)))
      (return (call $reverse (local.get $out) (i32.add (local.get $len) (i32.const 1)))))
      (unreachable))
      (return (call $short (i32.const 2) (i32.const 1))))
      (return (call $reverse (i32.const -16) (i32.const 64))))
      (return (call $short (i32.const 0) (i32.const 2))))
      (return (call $answer (call $invoke (local.get $first) (call $span (i32.const 1024) (i32.const 4))
        (call $span (i32.const 1032) (i32.const 1)) (i32.const 3072) (i32.const 64) (local.get $state)))))
      (call $memory_teardown (i32.const 99))
      (return (call $answer (i32.const 0))))
      (return (call $reverse (i32.const 4096) (i32.const 2))))
      (loop $for_ever (br $for_ever))
      (unreachable))
    (call $short (i32.const 0) (i32.const 0)))

  ;; a table entry of another type
  (func $no_thunk (param i32) (result i32) (local.get 0)))
