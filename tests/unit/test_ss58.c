/* test_ss58.c: addresses against @polkadot/util-crypto (tests/oracle/metadata/vectors.mjs), and what must be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata_support.h"

#include <jansson.h>

static void addresses_are_the_same_as_polkadot_js(void **state) {
  (void)state;
  json_t *file = json_load_file(TEST_DATA "/metadata/vectors.json", 0, NULL), *v;
  size_t i;
  assert_non_null(file);
  assert_true(json_array_size(json_object_get(file, "ss58")) >= 30);
  json_array_foreach(json_object_get(file, "ss58"), i, v) {
    sce_buf_t bytes = {0}, text = {0}, back = {0};
    uint16_t prefix = (uint16_t)json_integer_value(json_object_get(v, "prefix")), got = 0xffff;
    must(sce_hex_decode(&bytes, sce_span_text(json_string_value(json_object_get(v, "hex")))));
    must(sce_ss58_encode(&text, sce_buf_span(&bytes), prefix));
    assert_string_equal(as_text(&text), json_string_value(json_object_get(v, "text")));
    must(sce_ss58_decode(&back, &got, sce_buf_span(&text)));
    assert_int_equal(got, prefix);
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&bytes)));
    sce_buf_free(&bytes);
    sce_buf_free(&text);
    sce_buf_free(&back);
  }
  json_decref(file);
}

static void every_prefix_round_trips(void **state) {
  (void)state;
  uint8_t account[32];
  uint64_t random = 58;
  for (unsigned prefix = 0; prefix < 16384; prefix += 7) {
    sce_buf_t text = {0}, back = {0};
    uint16_t got;
    for (size_t i = 0; i < sizeof account; i++) account[i] = (uint8_t)next_random(&random);
    must(sce_ss58_encode(&text, sce_span(account, sizeof account), (uint16_t)prefix));
    must(sce_ss58_decode(&back, &got, sce_buf_span(&text)));
    assert_int_equal(got, prefix);
    assert_memory_equal(back.data, account, sizeof account);
    sce_buf_free(&text);
    sce_buf_free(&back);
  }
}

static void refusals_say_what_is_wrong(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } bad[] = {
      {"", "0 characters are no SS58 address"},
      {"1", "1 characters are no SS58 address"},
      {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp0", "'0' at offset 47 is not in base 58"},
      {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp6", "SS58 checksum is wrong: the address is mistyped or cut"},
      {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp", "SS58 checksum is wrong: the address is mistyped or cut"},
      {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjM", "30 bytes are no SS58 address; an account has 35 or 36"},
      {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp515oF4uVJwmo4TdG", "63 characters are no SS58 address"},
      {"zzzz", "SS58 prefix byte 0xac is reserved"},
      {"15oF 4uV", "byte 0x20 at offset 4 is not in base 58"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_buf_t out = {0};
    sce_error_t *err = sce_ss58_decode(&out, NULL, sce_span_text(bad[i].text));
    assert_non_null(err);
    if (strstr(sce_error_message(err), bad[i].message) == NULL) fail_msg("%s: %s", bad[i].text, sce_error_message(err));
    assert_int_equal(out.len, 0);
    sce_error_delete(err);
    sce_buf_free(&out);
  }
  uint8_t bytes[34] = {0};
  sce_buf_t out = {0};
  must_fail(sce_ss58_encode(&out, sce_span(bytes, 31), 0), SCE_MISUSE, "no SS58 address has 31 bytes");
  must_fail(sce_ss58_encode(&out, sce_span(bytes, 32), 16384), SCE_MISUSE, "SS58 prefix 16384; they end at 16383");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_the_same_as_polkadot_js),
      cmocka_unit_test(every_prefix_round_trips),
      cmocka_unit_test(refusals_say_what_is_wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
