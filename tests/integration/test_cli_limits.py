"""Limits of a call inside host functions: a time limit is seen while they work, and their memory has a bound."""
import json
import pathlib
import tempfile
import time
import unittest

import wat
from command import scexec

# With a limit of TIME_LIMIT milliseconds a call has to end long before PATIENCE seconds; unlimited, most take longer.
TIME_LIMIT = 200
PATIENCE = 20

HASHES = ("blake2_128", "blake2_256", "keccak_256", "keccak_512", "sha2_256", "twox_64", "twox_128", "twox_256")

HEAD = r"""
(module
  (import "env" "ext_offchain_sleep_until_version_1" (func $sleep (param i64)))
  (import "env" "ext_trie_blake2_256_ordered_root_version_2" (func $ordered_root (param i64 i32) (result i32)))
  (import "env" "ext_trie_keccak_256_root_version_2" (func $pairs_root (param i64 i32) (result i32)))
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_append_version_1" (func $append (param i64 i64)))
  (import "env" "ext_storage_root_version_2" (func $root (param i32) (result i64)))
  (import "env" "ext_storage_start_transaction_version_1" (func $start))
  (import "env" "ext_default_child_storage_set_version_1" (func $child_set (param i64 i64 i64)))
  (import "env" "ext_offchain_submit_transaction_version_1" (func $submit (param i64) (result i64)))
  (import "env" "ext_offchain_local_storage_set_version_1" (func $local_set (param i32 i64 i64)))
  (import "env" "ext_offchain_index_set_version_1" (func $index_set (param i64 i64)))
  (import "env" "ext_transaction_index_index_version_1" (func $index (param i32 i32 i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_host_calls_bls12_381_mul_g1_version_1" (func $mul (param i64 i64 i64) (result i32)))
  (import "env" "ext_host_calls_bls12_381_msm_g1_version_1" (func $msm (param i64 i64 i64) (result i32)))
  (import "env" "ext_elliptic_curves_bls12_381_msm_g1_version_1" (func $old_msm (param i64 i64) (result i64)))
  (import "env" "ext_host_calls_bw6_761_multi_miller_loop_version_1" (func $miller (param i64 i64 i64) (result i32)))
  (import "env" "ext_crypto_ed25519_verify_version_1" (func $ed25519 (param i32 i64 i32) (result i32)))
  (import "env" "ext_crypto_sr25519_verify_version_2" (func $sr25519 (param i32 i64 i32) (result i32)))
  (import "env" "ext_crypto_ed25519_generate_version_1" (func $generate (param i32 i64) (result i32)))
  (import "env" "ext_crypto_ed25519_sign_version_1" (func $sign (param i32 i32 i64) (result i64)))
"""

BODY = r"""
  (memory (export "memory") 4096)
  (global (export "__heap_base") i32 (i32.const 268369920))
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func $all (result i64)
    (drop (memory.grow (i32.sub (i32.const 65535) (memory.size))))
    (call $span (i32.const 0) (i32.const 0xfff00000)))
  ;; a key of 16 bytes at 16 that differs each time, and a counter
  (func $next (result i64) (local $i i32)
    (local.set $i (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (i32.store (i32.const 0) (local.get $i))
    (i32.store (i32.const 16) (i32.mul (local.get $i) (i32.const 0x9e3779b1)))
    (call $span (i32.const 16) (i32.const 16)))
  ;; the compact number of 50,000,000 empty items in front of zeros
  (func $items (result i64)
    (i32.store (i32.const 0) (i32.const 200000002))
    (call $span (i32.const 0) (i32.const 200000000)))
  (func (export "Test_sleep") (param i32 i32) (result i64) (call $sleep (i64.const -1)) (i64.const 0))
  (func (export "Test_ordered_root") (param i32 i32) (result i64)
    (drop (call $ordered_root (call $items) (i32.const 1))) (i64.const 0))
  (func (export "Test_pairs_root") (param i32 i32) (result i64)
    (drop (call $pairs_root (call $items) (i32.const 1))) (i64.const 0))
  (func (export "Test_root") (param i32 i32) (result i64)
    (loop $again
      (call $set (call $next) (i64.const 0))
      (br_if $again (i32.lt_u (i32.load (i32.const 0)) (i32.const 30000))))
    (loop $roots
      (call $set (call $next) (i64.const 0))
      (call $free (i32.wrap_i64 (call $root (i32.const 1))))
      (br $roots))
    (i64.const 0))
  (func (export "Test_value") (param i32 i32) (result i64)
    (call $set (i64.const 0) (call $span (i32.const 0) (i32.const 30000000)))
    (call $root (i32.const 1)))
  ;; (1, 1) times a number of 8,000,000 bytes
  (func (export "Test_multiple") (param i32 i32) (result i64)
    (i32.store8 (i32.const 47) (i32.const 1))
    (i32.store8 (i32.const 95) (i32.const 1))
    (i32.store (i32.const 1000) (i32.const 1000000))
    (i32.store8 (i32.const 8001007) (i32.const 1))
    (drop (call $mul (call $span (i32.const 0) (i32.const 96)) (call $span (i32.const 1000) (i32.const 8000008))
                     (call $span (i32.const 200) (i32.const 96))))
    (i64.const 0))
  ;; 1 GiB
  (func $message (result i64)
    (drop (memory.grow (i32.sub (i32.const 24576) (memory.size))))
    (call $span (i32.const 0) (i32.const 0x40000000)))
  (func (export "Test_ed25519") (param i32 i32) (result i64)
    (drop (call $ed25519 (i32.const 0) (call $message) (i32.const 0))) (i64.const 0))
  (func (export "Test_sr25519") (param i32 i32) (result i64)
    (i32.store8 (i32.const 63) (i32.const 128)) ;; the marker bit
    (drop (call $sr25519 (i32.const 0) (call $message) (i32.const 64))) (i64.const 0))
  (func (export "Test_sign") (param i32 i32) (result i64)
    (call $sign (i32.const 0) (call $generate (i32.const 0) (call $span (i32.const 0) (i32.const 1))) (call $message)))
  ;; 40,000 pairs of (1, 1) and (1, 1)
  (func (export "Test_miller") (param i32 i32) (result i64) (local $i i32)
    (i32.store (i32.const 1000) (i32.const 40000))
    (loop $fill
      (i32.store8 (i32.add (i32.const 1008) (i32.mul (local.get $i) (i32.const 192))) (i32.const 1))
      (i32.store8 (i32.add (i32.const 1104) (i32.mul (local.get $i) (i32.const 192))) (i32.const 1))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (i32.const 40000))))
    (drop (call $miller (call $span (i32.const 1000) (i32.const 7680008)) (call $span (i32.const 1000) (i32.const 7680008))
                        (call $span (i32.const 0) (i32.const 576))))
    (i64.const 0))
  (func (export "Test_sum") (param i32 i32) (result i64)
    (call $fill_sum)
    (drop (call $msm (call $span (i32.const 1000) (i32.const 38400008))
                     (call $span (i32.const 50001000) (i32.const 12800008))
                     (call $span (i32.const 0) (i32.const 96))))
    (i64.const 0))
  (func (export "Test_old_sum") (param i32 i32) (result i64)
    (call $fill_sum)
    (call $old_msm (call $span (i32.const 1000) (i32.const 38400008))
                   (call $span (i32.const 50001000) (i32.const 12800008))))
  ;; the sum of 400,000 multiples of (1, 1)
  (func $fill_sum (local $i i32)
    (i32.store (i32.const 1000) (i32.const 400000))
    (i32.store (i32.const 50001000) (i32.const 400000))
    (loop $fill
      (i32.store8 (i32.add (i32.const 1055) (i32.mul (local.get $i) (i32.const 96))) (i32.const 1))
      (i32.store8 (i32.add (i32.const 1103) (i32.mul (local.get $i) (i32.const 96))) (i32.const 1))
      (i64.store (i32.add (i32.const 50001024) (i32.mul (local.get $i) (i32.const 32))) (i64.const 0x0123456789abcdef))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (i32.const 400000)))))
"""

# What may not grow for ever, by export: each is called again and again.
GROWING = {
    "Grow_keys": "(call $set (call $next) (i64.const 0))",
    "Grow_value": "(call $set (i64.const 0) (call $span (i32.const 0) (i32.const 200000000)))",
    "Grow_vector": "(call $append (i64.const 0) (call $span (i32.const 1000) (i32.const 1000)))",
    "Grow_transactions": "(call $start)",
    "Grow_versions": "(call $start) (call $set (i64.const 0) (call $span (i32.const 0) (i32.const 100)))",
    "Grow_children": "(call $child_set (call $next) (i64.const 0) (i64.const 0))",
    "Grow_child": "(call $child_set (i64.const 0) (call $next) (i64.const 0))",
    "Grow_index": "(call $index (i32.const 0) (i32.const 0) (i32.const 0))",
    "Grow_offchain_index": "(call $index_set (call $next) (i64.const 0))",
    "Grow_local": "(call $local_set (i32.const 1) (i64.const 0) (call $span (i32.const 0) (i32.const 100000000)))",
    "Grow_pool": "(call $free (i32.wrap_i64 (call $submit (call $span (i32.const 0) (i32.const 5000)))))",
    "Grow_ordered": "(drop (call $ordered_root (call $items) (i32.const 1)))",
}


def module():
    imports = [f'  (import "env" "ext_hashing_{name}_version_1" (func ${name} (param i64) (result i32)))' for name in HASHES]
    hashes = [f'  (func (export "Hash_{name}") (param i32 i32) (result i64) (drop (call ${name} (call $all))) (i64.const 0))'
              for name in HASHES]
    growing = [f'  (func (export "{name}") (param i32 i32) (result i64) (loop $again {step} (br $again)) (i64.const 0))'
               for name, step in GROWING.items()]
    return "\n".join([HEAD, *imports, BODY, *hashes, *growing, ")"])


class Limits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.runtime = wat.write(pathlib.Path(folder.name), "limits.wasm", module())

    def error(self, kind, method, *options):
        begin = time.monotonic()
        done = scexec("call", "--runtime", self.runtime, method, "--no-cache", "--offchain-worker", "--json", *options)
        self.assertEqual(done.returncode, 1, (method, done.stdout, done.stderr))
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["kind"], kind, (method, error))
        self.assertLess(time.monotonic() - begin, PATIENCE, method)
        return error["message"]

    def test_time_is_over_inside_a_host_function(self):
        methods = [f"Hash_{name}" for name in HASHES]
        methods += ["Test_sleep", "Test_ordered_root", "Test_pairs_root", "Test_root", "Test_multiple", "Test_sum",
                    "Test_old_sum", "Test_miller", "Test_ed25519", "Test_sr25519", "Test_sign"]
        for method in methods:
            message = self.error("time-limit", method, "--heap-maximum", "0", "--time-limit", TIME_LIMIT)
            self.assertIn(f"{method} did not finish within its time limit of {TIME_LIMIT} ms", message)

    def test_memory_of_host_functions_has_a_bound(self):
        for method in GROWING:
            message = self.error("memory-limit", method, "--max-host-memory", "48M")
            self.assertIn(f"the host functions of {method} need more than {48 << 20} bytes of the host's memory", message)

    def test_what_is_within_the_bound_is_as_without(self):
        call = ["call", "--runtime", self.runtime, "Test_value", "--no-cache", "--max-host-memory"]
        roots = {scexec(*call, bound).stdout for bound in ("48M", "0")}
        self.assertEqual([len(root) for root in roots], [67])
        self.error("memory-limit", "Test_value", "--max-host-memory", "28M")


if __name__ == "__main__":
    unittest.main()
