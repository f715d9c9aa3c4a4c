/* test_hash_api.c: the public hash functions. Expected digests: Python's hashlib for BLAKE2b, the prefix of "System" in
 * every chain's storage for XXH64, Ethereum's hash of nothing for Keccak. */
#include "scexec/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect(const uint8_t *digest, size_t len, const char *hex) {
  char text[65] = "";
  for (size_t i = 0; i < len; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
  assert_string_equal(text, hex);
}

static void digests_are_the_known_ones(void **state) {
  (void)state;
  const sce_span_t empty = {NULL, 0}, system = {(const uint8_t *)"System", 6}, core = {(const uint8_t *)"Core", 4};
  uint8_t out[32];
  sce_hash_blake2b_256(out, empty);
  expect(out, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  sce_hash_blake2b_128(out, core);
  expect(out, 16, "a7bbd243f46d14ee1c0568313e32ad85");
  sce_hash_twox_128(out, system);
  expect(out, 16, "26aa394eea5630e07c48ae0c9558cef7");
  sce_hash_twox_64(out, system);
  expect(out, 8, "26aa394eea5630e0");
  sce_hash_keccak_256(out, empty);
  expect(out, 32, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(digests_are_the_known_ones)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
