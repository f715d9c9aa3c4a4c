;; calls.wat: a runtime for the tests of the executor. Every entry point is a way to leave a trace or to go wrong.
;; Made into calls.wasm with `wat2wasm calls.wat` (wabt 1.0.32).
(module
  (import "env" "memory" (memory 3))
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (global $hidden (mut i64) (i64.const 7))
  (global $shown (mut i32) (i32.const 11))
  (global (export "__heap_base") i32 (i32.const 70000))
  (global (export "g_i32") i32 (i32.const -5))
  (global (export "g_i64") i64 (i64.const 0x123456789abcdef0))
  (global (export "g_f32") f32 (f32.const 1.5))
  (global (export "g_f64") f64 (f64.const -2.25))
  (export "shown" (global $shown))
  (table (export "__indirect_function_table") 5 funcref)
  (elem (i32.const 1) $echo $dispatch $state)
  (elem (i32.const 4) $no_entry)
  (data (i32.const 1024) "first state")
  (data (i32.const 69000) "another page")
  (data (i32.const 2048) "\00\07runtimepanicked at 'no way out', calls.wat:1")

  ;; pointer and length in one result
  (func $pack (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr)) (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))

  ;; output = input
  (func $echo (export "echo") (param $ptr i32) (param $len i32) (result i64)
    (call $pack (local.get $ptr) (local.get $len)))

  ;; table entry: (function, pointer, length), answers the function's number in 4 bytes
  (func $dispatch (param $function i32) (param $ptr i32) (param $len i32) (result i64)
    (local $out i32)
    (local.set $out (call $malloc (i32.const 4)))
    (i32.store (local.get $out) (i32.add (local.get $function) (local.get $len)))
    (call $pack (local.get $out) (i32.const 4)))

  (func $no_entry (export "no_entry") (param i32) (result i32) (local.get 0))

  ;; 32 bytes that depend on every byte of memory, its size and all globals
  (func $state (export "state") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32) (local $end i32) (local $hash i64) (local $out i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (local.set $hash (i64.const 0x9e3779b97f4a7c15))
    (loop $next
      (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.load (local.get $at))) (i64.const 0x100000001b3)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $out (call $malloc (i32.const 32)))
    (i64.store (local.get $out) (local.get $hash))
    (i64.store (i32.add (local.get $out) (i32.const 8)) (i64.extend_i32_u (memory.size)))
    (i64.store (i32.add (local.get $out) (i32.const 16)) (global.get $hidden))
    (i64.store (i32.add (local.get $out) (i32.const 24)) (i64.extend_i32_u (global.get $shown)))
    (call $pack (local.get $out) (i32.const 32)))

  ;; writes every 8 bytes of memory, all globals
  (func $soil
    (local $at i32) (local $end i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (loop $next
      (i64.store (local.get $at) (i64.const 0x5555aaaa5555aaaa))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (global.set $hidden (i64.const -1))
    (global.set $shown (i32.const -1)))

  (func (export "soil") (param i32 i32) (result i64)
    (call $soil)
    (i64.const 0))

  ;; soils a given number of bytes from the heap base on: u32 in the input
  (func (export "soil_some") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32) (local $end i32)
    (local.set $at (i32.const 80000))
    (local.set $end (i32.add (local.get $at) (i32.load (local.get $ptr))))
    (loop $next
      (i64.store (local.get $at) (i64.const -1))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i64.const 0))

  ;; grows memory by one page, then soils all of it; the answer is the old size or -1
  (func (export "grow_and_soil") (param i32 i32) (result i64)
    (local $out i32) (local $before i32)
    (local.set $before (memory.grow (i32.const 1)))
    (call $soil)
    (i32.store (i32.const 0) (local.get $before))
    (call $pack (i32.const 0) (i32.const 4)))

  (func (export "soil_and_trap") (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 1)))
    (call $soil)
    (unreachable))

  (func (export "spin") (param i32 i32) (result i64)
    (call $soil)
    (loop $for_ever (br $for_ever))
    (unreachable))

  (func $recurse (export "recurse") (param $ptr i32) (param $len i32) (result i64)
    (i64.add (call $recurse (local.get $ptr) (local.get $len)) (i64.const 1)))

  (func (export "alloc_storm") (param i32 i32) (result i64)
    (loop $for_ever
      (drop (call $malloc (i32.const 1048576)))
      (br $for_ever))
    (unreachable))

  (func (export "free_nothing") (param i32 i32) (result i64)
    (call $free (i32.const 12345))
    (unreachable))

  ;; grows until it is refused; the answer is the final size in pages
  (func (export "grow_storm") (param i32 i32) (result i64)
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (i32.store (i32.const 0) (memory.size))
    (call $pack (i32.const 0) (i32.const 4)))

  (func (export "huge_output") (param i32 i32) (result i64)
    (i64.const -1))

  (func (export "output_at_the_end") (param i32 i32) (result i64)
    (call $pack (i32.mul (memory.size) (i32.const 65536)) (i32.const 0)))

  (func (export "out_of_bounds") (param i32 i32) (result i64)
    (i64.load (i32.const -8)))

  (func (export "divide") (param $ptr i32) (param $len i32) (result i64)
    (i64.extend_i32_u (i32.div_u (i32.const 1) (local.get $len))))

  ;; logs what a Rust panic logs, then traps
  (func (export "panic") (param i32 i32) (result i64)
    (call $log (i32.const 0) (call $pack (i32.const 2050) (i32.const 7)) (call $pack (i32.const 2057) (i32.const 37)))
    (unreachable))

  ;; allocates as many bytes as the input says, answers the block
  (func (export "allocate") (param $ptr i32) (param $len i32) (result i64)
    (local $size i32)
    (local.set $size (i32.load (local.get $ptr)))
    (call $pack (call $malloc (local.get $size)) (local.get $size)))

  ;; soils everything, then allocates until the heap has no more
  (func (export "soil_and_storm") (param i32 i32) (result i64)
    (call $soil)
    (loop $for_ever
      (drop (call $malloc (i32.const 65536)))
      (br $for_ever))
    (unreachable))
)
