;; tasks.wat: a runtime that has runtime tasks, as the script in its input says; the script runs as a call ("run") or as
;; a task, by entry 2 of the table. Made into tasks.wasm with `wat2wasm tasks.wat` (wabt 1.0.32).
;;
;; Input: u32 count of steps, then of each step 5 words of 4 bytes: what to do, and with what. Words that are marked
;; with @ are offsets in the input. Output: of each step its u64 result; behind that of a join, what the task gave.
;;   0 spawn: dispatcher, function, @payload, length
;;   1 join: low half of the handle, high half; the result is the length
;;   2 storage_get: @key, length; the result is the length
;;   3 trap    4 log an error "panicked at task", as a runtime's panic handler does, and trap    5 loop for ever
;;   6 add the first word to a global, give it    7 add the first word to a place in memory, give it
;;   8 recursion: depth (0: without end), and a handle to join at its end, whose output's length is added to the depth
;;   9 storage_set: @key, length (the value, too)    10 runtime_version: @code, length
;;   11 start_batch_verify and finish_batch_verify: the result is the latter's    12 tasks: count, dispatcher, function,
;;   length (of a payload of zeros): spawned, never joined    13 changes_root: @parent, length; the result is the length
;; The table: 1 calls entry `function` (of type (i32, i32) -> i64)    2 "run"    3 gives its input back
;; 4 gives it backwards, in place    5 is of another type than a dispatcher    6 gives what it is called with, 12 bytes
;; 7 gives nothing    8 gives a span outside of memory    9 is an import    0 and 10 are empty; there is no 11
(module
  (type $entry (func (param i32 i32) (result i64)))
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_runtime_tasks_spawn_version_1" (func $spawn (param i32 i32 i64) (result i64)))
  (import "env" "ext_runtime_tasks_join_version_1" (func $join (param i64) (result i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_changes_root_version_1" (func $changes_root (param i64) (result i64)))
  (import "env" "ext_misc_runtime_version_version_1" (func $version (param i64) (result i64)))
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (import "env" "ext_crypto_start_batch_verify_version_1" (func $start_batch))
  (import "env" "ext_crypto_finish_batch_verify_version_1" (func $finish_batch (result i32)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 70000))
  (global $in (mut i32) (i32.const 0))
  (global $step (mut i32) (i32.const 0))
  (global $counter (mut i32) (i32.const 0))
  (global $at (mut i32) (i32.const 0))
  (table (export "__indirect_function_table") 11 funcref)
  (elem (i32.const 1) $dispatch $run $echo $backwards $wrong $show $nothing $outside $spawn)
  (data (i32.const 1024) "runtime")
  (data (i32.const 1040) "panicked at task")

  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func $pointer (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func $length (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
  ;; word of the step
  (func $w (param i32) (result i32)
    (i32.load (i32.add (global.get $step) (i32.shl (local.get 0) (i32.const 2)))))
  ;; span of the bytes that two words of the step say
  (func $bytes (param i32) (result i64)
    (call $span (i32.add (global.get $in) (call $w (local.get 0))) (call $w (i32.add (local.get 0) (i32.const 1)))))

  ;; appends to the output
  (func $put (param $value i64)
    (i64.store (global.get $at) (local.get $value))
    (global.set $at (i32.add (global.get $at) (i32.const 8))))
  (func $put_bytes (param $span i64)
    (local $from i32) (local $left i32)
    (local.set $from (call $pointer (local.get $span)))
    (local.set $left (call $length (local.get $span)))
    (block $end
      (loop $next
        (br_if $end (i32.eqz (local.get $left)))
        (i32.store8 (global.get $at) (i32.load8_u (local.get $from)))
        (global.set $at (i32.add (global.get $at) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))

  (func $deep (param $left i32) (param $handle i32) (result i32)
    (if (i32.eq (local.get $left) (i32.const 1))
      (then (return (i32.add (i32.const 1) (call $length (call $join (i64.extend_i32_u (local.get $handle))))))))
    (i32.add (i32.const 1) (call $deep (i32.sub (local.get $left) (i32.const 1)) (local.get $handle))))

  (func $spawn_many (param $count i32)
    (local $payload i64)
    (local.set $payload (call $span (call $malloc (call $w (i32.const 4))) (call $w (i32.const 4))))
    (loop $next
      (drop (call $spawn (call $w (i32.const 2)) (call $w (i32.const 3)) (local.get $payload)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  (func $do
    (local $span i64)
    (block $changes (block $many (block $batch (block $version (block $set (block $deep (block $memory (block $global
    (block $loop (block $panic (block $trap (block $get (block $join (block $spawn
      (br_table $spawn $join $get $trap $panic $loop $global $memory $deep $set $version $batch $many $changes
        (call $w (i32.const 0))))
      (call $put (call $spawn (call $w (i32.const 1)) (call $w (i32.const 2)) (call $bytes (i32.const 3))))
      (return))
      (local.set $span (call $join (i64.or (i64.extend_i32_u (call $w (i32.const 1)))
        (i64.shl (i64.extend_i32_u (call $w (i32.const 2))) (i64.const 32)))))
      (call $put (i64.extend_i32_u (call $length (local.get $span))))
      (call $put_bytes (local.get $span))
      (return))
      (call $put (i64.extend_i32_u (call $length (call $get (call $bytes (i32.const 1))))))
      (return))
      (unreachable))
      (call $log (i32.const 0) (call $span (i32.const 1024) (i32.const 7)) (call $span (i32.const 1040) (i32.const 16)))
      (unreachable))
      (loop $for_ever (br $for_ever)))
      (global.set $counter (i32.add (global.get $counter) (call $w (i32.const 1))))
      (call $put (i64.extend_i32_u (global.get $counter)))
      (return))
      (i32.store (i32.const 2048) (i32.add (i32.load (i32.const 2048)) (call $w (i32.const 1))))
      (call $put (i64.extend_i32_u (i32.load (i32.const 2048))))
      (return))
      (call $put (i64.extend_i32_u (call $deep (call $w (i32.const 1)) (call $w (i32.const 2)))))
      (return))
      (call $set (call $bytes (i32.const 1)) (call $bytes (i32.const 1)))
      (call $put (i64.const 0))
      (return))
      (call $put (i64.extend_i32_u (call $length (call $version (call $bytes (i32.const 1))))))
      (return))
      (call $start_batch)
      (call $put (i64.extend_i32_u (call $finish_batch)))
      (return))
      (call $spawn_many (call $w (i32.const 1)))
      (call $put (i64.const 0))
      (return))
    (call $put (i64.extend_i32_u (call $length (call $changes_root (call $bytes (i32.const 1)))))))

  (func $run (export "run") (param $ptr i32) (param $len i32) (result i64)
    (local $i i32) (local $out i32)
    (global.set $in (local.get $ptr))
    (local.set $out (call $malloc (i32.const 65536)))
    (global.set $at (local.get $out))
    (block $end
      (loop $next
        (br_if $end (i32.ge_u (local.get $i) (i32.load (local.get $ptr))))
        (global.set $step (i32.add (i32.add (local.get $ptr) (i32.const 4)) (i32.mul (local.get $i) (i32.const 20))))
        (call $do)
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $span (local.get $out) (i32.sub (global.get $at) (local.get $out))))

  (func $dispatch (param $function i32) (param $ptr i32) (param $len i32) (result i64)
    (call_indirect (type $entry) (local.get $ptr) (local.get $len) (local.get $function)))
  (func $echo (param i32 i32) (result i64) (call $span (local.get 0) (local.get 1)))
  (func $backwards (param $ptr i32) (param $len i32) (result i64)
    (local $low i32) (local $high i32) (local $byte i32)
    (local.set $low (local.get $ptr))
    (local.set $high (i32.add (local.get $ptr) (local.get $len)))
    (block $end
      (loop $next
        (local.set $high (i32.sub (local.get $high) (i32.const 1)))
        (br_if $end (i32.ge_s (local.get $low) (local.get $high)))
        (local.set $byte (i32.load8_u (local.get $low)))
        (i32.store8 (local.get $low) (i32.load8_u (local.get $high)))
        (i32.store8 (local.get $high) (local.get $byte))
        (local.set $low (i32.add (local.get $low) (i32.const 1)))
        (br $next)))
    (call $span (local.get $ptr) (local.get $len)))
  (func $wrong (param i32) (result i32) (local.get 0))
  (func $show (param $function i32) (param $ptr i32) (param $len i32) (result i64)
    (local $out i32)
    (local.set $out (call $malloc (i32.const 12)))
    (i32.store (local.get $out) (local.get $function))
    (i32.store offset=4 (local.get $out) (local.get $ptr))
    (i32.store offset=8 (local.get $out) (local.get $len))
    (call $span (local.get $out) (i32.const 12)))
  (func $nothing (param i32 i32) (result i64) (i64.const 0))
  (func $outside (param i32 i32) (result i64) (call $span (i32.const -16) (i32.const 64))))
