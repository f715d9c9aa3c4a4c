/* test_base.c: errors, buffers, hex and UTF-8. Expected UTF-8 verdicts are those of Unicode 15, table 3-7. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void error_carries_kind_and_context(void **state) {
  (void)state;
  sce_error_t *err = sce_error_new(SCE_BAD_CODE, "section %d", 7);
  err = sce_error_prefix(err, "runtime %s", "x.wasm");
  assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
  assert_string_equal(sce_error_message(err), "runtime x.wasm: section 7");
  assert_null(sce_error_panic(err));
  sce_error_set_panic(err, "a\0b", 3);
  assert_string_equal(sce_error_panic(err), "a\xef\xbf\xbd"
                                            "b");
  sce_error_delete(err);
  assert_null(sce_error_prefix(NULL, "x"));
}

static void system_errors_name_the_reason(void **state) {
  (void)state;
  sce_error_t *err = sce_error_system(ENOENT, "open %s", "f");
  assert_int_equal(sce_error_kind(err), SCE_IO);
  assert_string_equal(sce_error_message(err), "open f: No such file or directory");
  sce_error_delete(err);
  err = sce_error_system(ENOMEM, "open");
  assert_int_equal(sce_error_kind(err), SCE_OUT_OF_MEMORY);
  sce_error_delete(err);
}

static sce_error_t *decode(const char *text, sce_buf_t *out) {
  return sce_hex_decode(out, sce_span_text(text));
}

static void hex_round_trips_and_refuses(void **state) {
  (void)state;
  sce_buf_t bytes = {0}, text = {0};
  assert_null(decode("0x00ffAb", &bytes));
  assert_int_equal(bytes.len, 3);
  assert_null(sce_hex_append(&text, sce_buf_span(&bytes)));
  assert_memory_equal(text.data, "00ffab", 6);
  assert_null(decode("0x", &bytes));
  assert_int_equal(bytes.len, 3);
  struct {
    const char *text, *message;
  } bad[] = {
      {"", "hexadecimal data must begin with 0x"},
      {"00", "hexadecimal data must begin with 0x"},
      {"0x0", "odd number of hexadecimal digits (1): a byte is two digits"},
      {"0x0g", "'g' at offset 3 is not a hexadecimal digit"},
      {"0x\n0", "byte 0x0a at offset 2 is not a hexadecimal digit"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_error_t *err = decode(bad[i].text, &bytes);
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    assert_string_equal(sce_error_message(err), bad[i].message);
    assert_int_equal(bytes.len, 3);
    sce_error_delete(err);
  }
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

/* Every byte value at every place of two blocks of 32 digits and what may follow them, against isxdigit and strtoul. */
static void hex_pairs_stop_at_the_first_other_byte(void **state) {
  (void)state;
  const char good[] = "0123456789abcdEF9876543210ABCDefff00a1B20123456789abcdEF0123456789abcdEFaabbccddee";
  enum { DIGITS = sizeof good - 1 };
  for (size_t at = 0; at < DIGITS; at++) {
    for (int byte = 0; byte < 256; byte++) {
      char text[DIGITS + 1];
      memcpy(text, good, sizeof text);
      text[at] = (char)byte;
      uint8_t out[DIGITS / 2];
      size_t count = sce_hex_decode_pairs(out, sce_span(text, DIGITS));
      assert_int_equal(count, isxdigit(byte) ? DIGITS / 2 : at / 2);
      for (size_t i = 0; i < count; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        assert_int_equal(out[i], strtoul(pair, NULL, 16));
      }
    }
  }
}

static void utf8_follows_table_3_7(void **state) {
  (void)state;
  assert_true(sce_utf8_valid("", 0));
  assert_true(sce_utf8_valid("\xc2\x80\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 19));
  const char *bad[] = {"\x80",
                       "\xc0\x80",
                       "\xc1\xbf",
                       "\xe0\x9f\xbf",
                       "\xed\xa0\x80",
                       "\xf0\x8f\xbf\xbf",
                       "\xf4\x90\x80\x80",
                       "\xf5\x80\x80\x80",
                       "\xe1\x80",
                       "\xc2"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(sce_utf8_valid(bad[i], strlen(bad[i])));
  char *text = sce_utf8_lossy("a\xff\xc3\xa9", 4);
  assert_string_equal(text, "a\xef\xbf\xbd\xc3\xa9");
  sce_free(text);
}

static void spans_order_bytewise(void **state) {
  (void)state;
  assert_true(sce_span_compare(sce_span_text("a"), sce_span_text("ab")) < 0);
  assert_true(sce_span_compare(sce_span_text("b"), sce_span_text("ab")) > 0);
  assert_int_equal(sce_span_compare(sce_span_text("ab"), sce_span_text("ab")), 0);
  assert_true(sce_span_starts_with(sce_span_text("ab"), sce_span_text("")));
  assert_false(sce_span_starts_with(sce_span_text("a"), sce_span_text("ab")));
  assert_true(sce_span_equal(sce_span(NULL, 0), sce_span_text("")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(error_carries_kind_and_context), cmocka_unit_test(system_errors_name_the_reason),
      cmocka_unit_test(hex_round_trips_and_refuses),    cmocka_unit_test(hex_pairs_stop_at_the_first_other_byte),
      cmocka_unit_test(utf8_follows_table_3_7),         cmocka_unit_test(spans_order_bytewise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
