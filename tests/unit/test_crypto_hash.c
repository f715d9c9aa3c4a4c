/* test_crypto_hash.c: hashes against the reference's host functions (host-vectors.json) and, for the forms that the
 * Host API has not, against RFC 7693 and each other. */
#include "crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vectors.h"

typedef void (*hash_fn)(uint8_t *out, sce_span_t data);

/* One plain prototype for all, so that they fit in a table. */
#define PLAIN(name)                                                                                                    \
  static void plain_##name(uint8_t *out, sce_span_t data) {                                                            \
    sce_##name(out, data);                                                                                             \
  }
PLAIN(blake2b_128)
PLAIN(blake2b_256)
PLAIN(sha2_256)
PLAIN(keccak_256)
PLAIN(keccak_512)
PLAIN(twox_64)
PLAIN(twox_128)
PLAIN(twox_256)

static void hashes_are_those_of_the_reference(void **state) {
  (void)state;
  static const struct {
    const char *function;
    hash_fn hash;
    size_t len;
  } hashes[] = {
      {"ext_hashing_blake2_128_version_1", plain_blake2b_128, 16},
      {"ext_hashing_blake2_256_version_1", plain_blake2b_256, 32},
      {"ext_hashing_sha2_256_version_1", plain_sha2_256, 32},
      {"ext_hashing_keccak_256_version_1", plain_keccak_256, 32},
      {"ext_hashing_keccak_512_version_1", plain_keccak_512, 64},
      {"ext_hashing_twox_64_version_1", plain_twox_64, 8},
      {"ext_hashing_twox_128_version_1", plain_twox_128, 16},
      {"ext_hashing_twox_256_version_1", plain_twox_256, 32},
  };
  json_t *vectors = vectors_load();
  sce_buf_t input = {0}, expected = {0};
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
    size_t index = 0, seen = 0;
    for (const json_t *record; (record = vectors_next(vectors, &index, hashes[i].function)) != NULL; seen++) {
      uint8_t out[64];
      vectors_input(&input, record, 0);
      assert_true(vectors_output(&expected, record));
      assert_int_equal(expected.len, hashes[i].len);
      hashes[i].hash(out, sce_buf_span(&input));
      assert_memory_equal(out, expected.data, expected.len);
    }
    assert_int_equal(seen, 26);
  }
  sce_buf_free(&input);
  sce_buf_free(&expected);
  json_decref(vectors);
}

/* RFC 7693, appendix A: BLAKE2b-512 of "abc". */
static void blake2b_512_is_rfc_7693(void **state) {
  (void)state;
  sce_buf_t expected = {0};
  uint8_t out[64];
  vectors_hex(&expected, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                         "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  sce_blake2b_512(out, sce_span("abc", 3));
  assert_memory_equal(out, expected.data, sizeof out);
  sce_buf_free(&expected);
}

enum { MANY = 200 };

static void many_and_streaming_equal_one_by_one(void **state) {
  (void)state;
  static uint8_t data[MANY * 8], many[MANY + 1][32];
  sce_span_t inputs[MANY];
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(31 * i + 7);
  for (size_t count = 0; count <= MANY; count += count < 10 ? 1 : 38) {
    for (size_t i = 0; i < count; i++)
      inputs[i] = sce_span(i % 7 == 0 ? NULL : data + i, i % 7 == 0 ? 0 : i * 37 % 700);
    memset(many, 0xee, sizeof many);
    sce_blake2b_256_many(many, inputs, count);
    for (size_t i = 0; i < count; i++) {
      uint8_t one[32], pieces[32];
      sce_blake2b_256(one, inputs[i]);
      assert_memory_equal(one, many[i], 32);
      sce_blake2b_256_state_t hash;
      sce_blake2b_256_init(&hash);
      for (size_t at = 0; at < inputs[i].len; at += 50) {
        size_t left = inputs[i].len - at;
        sce_blake2b_256_update(&hash, sce_span(inputs[i].data + at, left < 50 ? left : 50));
      }
      sce_blake2b_256_final(&hash, pieces);
      assert_memory_equal(one, pieces, 32);
    }
    assert_int_equal(many[count][0], 0xee);
  }
}

/* The mangled names are the examples of RFC 2603 and of the legacy scheme's description in rustc. */
static void symbols_are_demangled(void **state) {
  (void)state;
  static const struct {
    const char *symbol, *name;
  } names[] = {
      {"_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt"},
      {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
      {"rust_begin_unwind", ""},
      {"", ""},
      {"\xff", ""},
  };
  uint8_t out[64];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t len = scn_demangle(out, sizeof out, (const uint8_t *)names[i].symbol, strlen(names[i].symbol));
    assert_int_equal(len, strlen(names[i].name));
    assert_memory_equal(out, names[i].name, len);
  }
  assert_int_equal(scn_demangle(out, 4, (const uint8_t *)names[0].symbol, strlen(names[0].symbol)), 4);
  assert_memory_equal(out, "core", 4);
}

/* Long inputs are hashed in pieces. */
static void pieces_are_the_whole(void **state) {
  (void)state;
  static const struct {
    hash_fn whole;
    scn_hash_t hash;
    size_t len;
  } hashes[] = {{plain_blake2b_128, SCN_BLAKE2B_128, 16},
                {plain_blake2b_256, SCN_BLAKE2B_256, 32},
                {plain_sha2_256, SCN_SHA2_256, 32},
                {plain_keccak_256, SCN_KECCAK_256, 32},
                {plain_keccak_512, SCN_KECCAK_512, 64}};
  static const hash_fn twox[] = {plain_twox_64, plain_twox_128, NULL, plain_twox_256};
  static const size_t sizes[] = {
      0, 1, 1000, SCE_HASH_LONG - 1, SCE_HASH_LONG, SCE_HASH_LONG + 1, 3 * SCE_HASH_LONG + 7};
  uint8_t *data = malloc(4 * SCE_HASH_LONG);
  assert_non_null(data);
  for (size_t i = 0; i < 4 * SCE_HASH_LONG; i++) data[i] = (uint8_t)(i * 2654435761u >> 13);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint8_t whole[64], pieces[64];
    sce_span_t all = sce_span(data, sizes[s]);
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
      hashes[i].whole(whole, all);
      for (size_t head = 0; head <= sizes[s]; head += sizes[s] / 2 + 1) {
        assert_null(sce_hash_long(pieces, hashes[i].hash, sce_span(data, head), sce_span_skip(all, head)));
        assert_memory_equal(pieces, whole, hashes[i].len);
      }
    }
    for (unsigned lanes = 1; lanes <= 4; lanes++) {
      if (twox[lanes - 1] == NULL) continue;
      twox[lanes - 1](whole, all);
      assert_null(sce_twox_long(pieces, lanes, all));
      assert_memory_equal(pieces, whole, 8 * (size_t)lanes);
    }
  }
  free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_are_those_of_the_reference),
      cmocka_unit_test(pieces_are_the_whole),
      cmocka_unit_test(blake2b_512_is_rfc_7693),
      cmocka_unit_test(many_and_streaming_equal_one_by_one),
      cmocka_unit_test(symbols_are_demangled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
