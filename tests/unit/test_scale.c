/* test_scale.c: SCALE primitives and the runtime version. Compact vectors are those of parity-scale-codec 3.7.5
 * (src/compact.rs, tests compact_128_encoding_works and compact_64_encoding_works) and of its README. */
#include "scale/scale.h"
#include "scexec/version.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static sce_buf_t unhex(const char *text) {
  sce_buf_t out = {0};
  assert_null(sce_hex_decode(&out, sce_span_text(text)));
  return out;
}

static void expect_error(sce_error_t *err, sce_error_kind_t kind, const char *message) {
  assert_non_null(err);
  assert_string_equal(sce_error_message(err), message);
  assert_int_equal(sce_error_kind(err), kind);
  sce_error_delete(err);
}

static void compact_integers_match_parity_scale_codec(void **state) {
  (void)state;
  struct {
    uint64_t value;
    const char *bytes;
  } known[] = {
      {0, "0x00"},
      {1, "0x04"},
      {42, "0xa8"},
      {63, "0xfc"},
      {64, "0x0101"},
      {69, "0x1501"},
      {16383, "0xfdff"},
      {16384, "0x02000100"},
      {65535, "0xfeff0300"},
      {1073741823, "0xfeffffff"},
      {1073741824, "0x0300000040"},
      {4294967295u, "0x03ffffffff"},
      {4294967296u, "0x070000000001"},
      {100000000000000, "0x0b00407a10f35a"},
      {1099511627776, "0x0b000000000001"},
      {281474976710656, "0x0f00000000000001"},
      {72057594037927935, "0x0fffffffffffffff"},
      {72057594037927936, "0x130000000000000001"},
      {UINT64_MAX, "0x13ffffffffffffffff"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    sce_buf_t bytes = unhex(known[i].bytes), written = {0};
    assert_null(sce_scale_write_compact(&written, known[i].value));
    assert_true(sce_span_equal(sce_buf_span(&bytes), sce_buf_span(&written)));
    sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&bytes));
    uint64_t value = 0;
    assert_null(sce_scale_read_compact_u64(&in, &value));
    assert_true(value == known[i].value);
    assert_null(sce_scale_read_end(&in));
    in.at = 0;
    uint32_t narrow = 0;
    sce_error_t *err = sce_scale_read_compact_u32(&in, &narrow);
    assert_int_equal(err == NULL, known[i].value <= UINT32_MAX);
    if (err == NULL) assert_int_equal(narrow, known[i].value);
    sce_error_delete(err);
    sce_buf_free(&bytes);
    sce_buf_free(&written);
  }
}

static void compact_u128_round_trips_at_the_borders(void **state) {
  (void)state;
  for (unsigned bit = 0; bit < 128; bit++) {
    for (int below = 0; below < 2; below++) {
      sce_u128_t v = {bit < 64 ? 1ull << bit : 0, bit < 64 ? 0 : 1ull << (bit - 64)}, got = {0};
      if (below) {
        v.high -= v.low == 0;
        v.low -= 1;
      }
      sce_buf_t bytes = {0};
      assert_null(sce_scale_write_compact_u128(&bytes, v));
      sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&bytes));
      assert_null(sce_scale_read_compact_u128(&in, &got));
      assert_true(got.low == v.low && got.high == v.high);
      assert_int_equal(sce_scale_left(&in), 0);
      sce_buf_free(&bytes);
    }
  }
}

static void compact_integers_are_strict(void **state) {
  (void)state;
  const char *longer[] = {"0x0100",       "0xfd00",         "0x02000000",     "0xfeff0000",
                          "0x03ffffff3f", "0x070000000000", "0x07ffffffff00", "0x13ffffffffffffff00"};
  for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
    sce_buf_t bytes = unhex(longer[i]);
    sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&bytes));
    uint64_t value = 7;
    expect_error(sce_scale_read_compact_u64(&in, &value), SCE_BAD_INPUT,
                 "compact integer at offset 0 is not in its shortest form");
    assert_int_equal(value, 7);
    assert_int_equal(in.at, 0);
    sce_buf_free(&bytes);
  }
  sce_buf_t wide = unhex("0x17000000000000000001");
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&wide));
  uint64_t value;
  expect_error(sce_scale_read_compact_u64(&in, &value), SCE_BAD_INPUT,
               "compact integer at offset 0 takes 9 bytes, more than the 8 of its type");
  in.bytes.len = 4;
  sce_u128_t big;
  expect_error(sce_scale_read_compact_u128(&in, &big), SCE_BAD_INPUT,
               "input ends at offset 4, 10 bytes are needed at offset 0");
  sce_buf_free(&wide);
}

static void fixed_forms_are_strict_and_bounded(void **state) {
  (void)state;
  sce_buf_t bytes = unhex("0x02010c616263ff0102030405060708");
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&bytes));
  in.kind = SCE_BAD_METADATA;
  bool flag;
  expect_error(sce_scale_read_bool(&in, &flag), SCE_BAD_METADATA, "0x02 at offset 0 is not a bool (0 or 1)");
  expect_error(sce_scale_read_option(&in, &flag), SCE_BAD_METADATA,
               "0x02 at offset 0 is not the tag of an Option (0 or 1)");
  in.at = 1;
  assert_null(sce_scale_read_option(&in, &flag));
  assert_true(flag);
  sce_span_t text;
  assert_null(sce_scale_read_text(&in, &text));
  assert_true(sce_span_equal(text, sce_span_text("abc")));
  bytes.data[2] = 0x40;
  in.at = 2;
  expect_error(sce_scale_read_text(&in, &text), SCE_BAD_METADATA,
               "input ends at offset 15, 16 bytes are needed at offset 3");
  assert_int_equal(in.at, 2);
  bytes.data[2] = 0x10;
  expect_error(sce_scale_read_text(&in, &text), SCE_BAD_METADATA, "text that is not UTF-8 at offset 2");
  bytes.data[2] = 0x0c;
  in.at = 6;
  in.bytes.len = 7;
  uint32_t word;
  expect_error(sce_scale_read_u32(&in, &word), SCE_BAD_METADATA,
               "input ends at offset 7, 4 bytes are needed at offset 6");
  in.bytes.len = 15;
  in.at = 7;
  uint64_t wide;
  assert_null(sce_scale_read_u64(&in, &wide));
  assert_true(wide == 0x0807060504030201);
  in.at = 13;
  expect_error(sce_scale_read_end(&in), SCE_BAD_METADATA, "2 bytes are left over at offset 13");
  in.at = 2;
  uint32_t count;
  expect_error(sce_scale_read_count(&in, &count, 5), SCE_BAD_METADATA,
               "count at offset 2 claims 3 items, more than the input can hold");
  assert_null(sce_scale_read_count(&in, &count, 4));
  assert_int_equal(count, 3);
  sce_buf_free(&bytes);
}

/* What Core_version of genesis runtimes returns under sc-executor 0.51 (chain specs of polkadot-service 31.0.0): the
 * Core API is of version 2 on Kusama, 3 on Polkadot, 4 on Paseo. */
static const char kusama_version[] =
    "0x186b7573616d61347061726974792d6b7573616d6102000000fc0300000000000030df6acb689907609b0200000037e397fc7c91f5e40100"
    "000040fe3ad401f8959a04000000d2bc9897eed08f1501000000f78b278be53f454c01000000af2c0297a23e6d3d01000000ed99c5acb25e"
    "edf502000000cbca25e39f14238701000000687ad44ad37f03c201000000ab3c0572291feb8b01000000bc9d89904f5b923f0100000037c8"
    "bb1350a9a2a801000000";
static const char polkadot_version[] =
    "0x20706f6c6b61646f743c7061726974792d706f6c6b61646f7400000000000000000000000030df6acb689907609b0300000037e397fc7c91"
    "f5e40100000040fe3ad401f8959a04000000d2bc9897eed08f1502000000f78b278be53f454c02000000af2c0297a23e6d3d03000000ed99"
    "c5acb25eedf502000000cbca25e39f14238702000000687ad44ad37f03c201000000ab3c0572291feb8b01000000bc9d89904f5b923f0100"
    "000037c8bb1350a9a2a80100000000000000";
static const char paseo_version[] =
    "0x14706173656f34706173656f2d746573746e6574000000002a460f00000000004cdf6acb689907609b0400000037e397fc7c91f5e4020000"
    "0040fe3ad401f8959a0600000017a6bc0d0062aeb30100000018ef58a3b67ba77001000000d2bc9897eed08f1503000000f78b278be53f45"
    "4c02000000af2c0297a23e6d3d0500000049eaaf1b548a0cb00300000091d5df18b0d2cf58020000002a5e924655399e6001000000ed99c5"
    "acb25eedf503000000cbca25e39f14238702000000687ad44ad37f03c201000000ab3c0572291feb8b01000000bc9d89904f5b923f010000"
    "0037c8bb1350a9a2a804000000f3ff14d5ab52705903000000fbc577b9d747efd6010000001900000000";

static void versions_of_every_age_are_read(void **state) {
  (void)state;
  struct {
    const char *output, *spec_name, *impl_name;
    uint32_t spec_version, core, transaction_version;
    size_t api_count;
  } known[] = {
      {kusama_version, "kusama", "parity-kusama", 1020, 2, 1, 12},
      {polkadot_version, "polkadot", "parity-polkadot", 0, 3, 0, 12},
      {paseo_version, "paseo", "paseo-testnet", 1001002, 4, 25, 19},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    sce_buf_t bytes = unhex(known[i].output);
    sce_runtime_version_t v;
    assert_null(sce_runtime_version_decode(&v, sce_buf_span(&bytes)));
    assert_true(sce_span_equal(v.spec_name, sce_span_text(known[i].spec_name)));
    assert_true(sce_span_equal(v.impl_name, sce_span_text(known[i].impl_name)));
    assert_int_equal(v.spec_version, known[i].spec_version);
    assert_int_equal(v.transaction_version, known[i].transaction_version);
    assert_int_equal(v.system_version, 0);
    assert_int_equal(v.api_count, known[i].api_count);
    const uint8_t core[8] = {0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b};
    assert_int_equal(sce_runtime_version_api(&v, core)->version, known[i].core);
    const uint8_t none[8] = {0};
    assert_null(sce_runtime_version_api(&v, none));
    sce_runtime_version_free(&v);
    for (size_t len = 0; len < bytes.len; len++) {
      sce_error_t *err = sce_runtime_version_decode(&v, sce_span(bytes.data, len));
      assert_non_null(err);
      assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
      sce_error_delete(err);
    }
    assert_null(sce_buf_append(&bytes, "later fields", 12));
    assert_null(sce_runtime_version_decode(&v, sce_buf_span(&bytes)));
    sce_runtime_version_free(&v);
    sce_buf_free(&bytes);
  }
}

static void embedded_versions_take_the_apis_of_their_own_section(void **state) {
  (void)state;
  sce_buf_t version = unhex("0x146173736574106e6f64650100000002000000030000000007000000"),
            apis = unhex("0xdf6acb689907609b03000000");
  sce_runtime_version_t v;
  assert_null(sce_runtime_version_decode_sections(&v, sce_buf_span(&version), sce_buf_span(&apis)));
  assert_true(sce_span_equal(v.spec_name, sce_span_text("asset")));
  assert_int_equal(v.spec_version, 2);
  assert_int_equal(v.transaction_version, 7);
  assert_int_equal(v.api_count, 1);
  assert_int_equal(v.apis[0].version, 3);
  sce_runtime_version_free(&v);
  assert_null(sce_runtime_version_decode_sections(&v, sce_buf_span(&version), sce_span(NULL, 0)));
  assert_int_equal(v.transaction_version, 1);
  assert_int_equal(v.api_count, 0);
  assert_null(v.apis);
  sce_runtime_version_free(&v);
  apis.len--;
  expect_error(sce_runtime_version_decode_sections(&v, sce_buf_span(&version), sce_buf_span(&apis)), SCE_BAD_CODE,
               "custom section runtime_apis: 11 bytes are not a multiple of 12");
  sce_buf_free(&version);
  sce_buf_free(&apis);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compact_integers_match_parity_scale_codec),
      cmocka_unit_test(compact_u128_round_trips_at_the_borders),
      cmocka_unit_test(compact_integers_are_strict),
      cmocka_unit_test(fixed_forms_are_strict_and_bounded),
      cmocka_unit_test(versions_of_every_age_are_read),
      cmocka_unit_test(embedded_versions_take_the_apis_of_their_own_section),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
