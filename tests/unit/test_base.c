/* test_base.c: errors, buffers, hex, bytes as files have them, and UTF-8. Expected UTF-8 verdicts are those of Unicode
 * 15, table 3-7. */
#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_merge.h"
#include "base/utf8.h"
#include "base/written.h"

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

/* `want` NULL: the content is itself what is meant. */
static void check_written(const char *content, size_t len, const char *want) {
  sce_buf_t out = {0};
  bool written;
  assert_null(sce_buf_append(&out, "<", 1));
  assert_null(sce_written_bytes(&out, &written, sce_span(content, len)));
  assert_int_equal(written, want != NULL);
  assert_int_equal(out.len, 1 + (want != NULL ? strlen(want) : 0));
  if (want != NULL) assert_memory_equal(out.data + 1, want, out.len - 1);
  sce_buf_free(&out);
}

static void bytes_are_read_as_people_have_them(void **state) {
  (void)state;
  const char *written[] = {"0x6d657461",
                           "0X6D657461\n",
                           "\xef\xbb\xbf 0x6d657461\r\n",
                           "\"0x6d657461\"",
                           "\xef\xbb\xbf\"0x6d657461\"\r\n",
                           "{\"jsonrpc\":\"2.0\",\"result\":\"0x6d657461\",\"id\":1}",
                           "{ \"id\" : null, \"result\" : \"0x6d657461\" }\n",
                           "{\"result\":\"0x\\u0036d657461\",\"jsonrpc\":\"2.0\",\"error\":null}"};
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) check_written(written[i], strlen(written[i]), "meta");
  check_written("0x", 2, "");
  check_written("{\"result\":\"0x\"}", 15, "");
  const char *plain[] = {"",
                         "a",
                         "meta",
                         "0x\x01\x02",
                         "\"text\"",
                         "{\"name\":\"0x00\"}",
                         "{\"result",
                         "\xff\xfe",
                         "0y00aa",
                         "{}",
                         "{\"result\":{\"a\":1}}",
                         "{\"result\":\"a\"}"};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) check_written(plain[i], strlen(plain[i]), NULL);
  check_written("\0asm\1\0\0\0", 8, NULL);
}

static void bytes_written_wrongly_are_named(void **state) {
  (void)state;
  const struct {
    const char *content;
    size_t len; /* 0: to the NUL */
    const char *message;
  } bad[] = {
      {"6d657461\n", 0, "hexadecimal digits without 0x in front: put 0x before them"},
      {"\xef\xbb\xbf"
       "6D65\r\n7461\r\n",
       0, "hexadecimal digits without 0x in front: put 0x before them"},
      {"0x6d6", 0, "odd number of hexadecimal digits (3): a byte is two digits"},
      {"0x6d65\n7461", 0, "byte 0x0a at offset 6 is not a hexadecimal digit"},
      {"\"0x6g\"", 0, "'g' at offset 3 is not a hexadecimal digit"},
      {"{\"result\":\"0x6g\"}", 0, "result: 'g' at offset 3 is not a hexadecimal digit"},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}", 0,
       "the answer of a JSON-RPC server that refused the request: {\"code\":-32601,\"message\":\"Method not found\"}"},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}", 0,
       "the answer of a JSON-RPC server whose result is null: nothing was found"},
      {"\xff\xfe"
       "0\0x\0"
       "0\0"
       "0\0",
       10, "text in UTF-16: save it as UTF-8"},
      {"\xfe\xff\0{\0}", 6, "text in UTF-16: save it as UTF-8"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_buf_t out = {0};
    bool written;
    size_t len = bad[i].len > 0 ? bad[i].len : strlen(bad[i].content);
    sce_error_t *err = sce_written_bytes(&out, &written, sce_span(bad[i].content, len));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    assert_string_equal(sce_error_message(err), bad[i].message);
    assert_int_equal(out.len, 0);
    sce_error_delete(err);
    sce_buf_free(&out);
  }
}

/* The tests of upstream's json_patch::merge, and what serde_json makes of the same member twice. */
static void json_is_merged_as_upstream_does(void **state) {
  (void)state;
  static const struct {
    const char *a, *b, *merged;
  } cases[] = {
      {"{\"a\":123}", "{\"b\":256}", "{\"a\":123,\"b\":256}"},
      {"{\"a\":{\"name\":\"xxx\",\"value\":123},\"b\":{\"c\":{\"inner_name\":\"yyy\"}}}",
       "{\"a\":{\"keys\":[\"a\",\"b\",\"c\"]}}",
       "{\"a\":{\"keys\":[\"a\",\"b\",\"c\"],\"name\":\"xxx\",\"value\":123},\"b\":{\"c\":{\"inner_name\":\"yyy\"}}}"},
      {"{\"a\":{\"name\":\"xxx\",\"value\":123,\"keys\":[\"d\"]}}", "{\"a\":{\"keys\":[\"a\",\"b\",\"c\"]}}",
       "{\"a\":{\"keys\":[\"a\",\"b\",\"c\"],\"name\":\"xxx\",\"value\":123}}"},
      {"{\"a\":{\"name\":\"xxx\",\"value\":123,\"b\":{\"inner_name\":\"yyy\"}}}",
       "{\"a\":{\"name\":\"new_name\",\"b\":{\"inner_name\":\"inner_new_name\"}}}",
       "{\"a\":{\"b\":{\"inner_name\":\"inner_new_name\"},\"name\":\"new_name\",\"value\":123}}"},
      {"{\"a\":{\"name\":\"xxx\",\"value\":123,\"b\":{\"c\":{\"d\":{\"name\":\"yyy\",\"value\":256}}}}}",
       "{\"a\":{\"value\":456,\"b\":{\"c\":{\"d\":{\"name\":\"new_name\"}}}}}",
       "{\"a\":{\"b\":{\"c\":{\"d\":{\"name\":\"new_name\",\"value\":256}}},\"name\":\"xxx\",\"value\":456}}"},
      {"{\"a\":{\"name\":\"xxx\",\"value\":123,\"enum_variant_1\":{\"name\":\"yyy\"}}}",
       "{\"a\":{\"value\":456,\"enum_variant_1\":null,\"enum_variant_2\":32}}",
       "{\"a\":{\"enum_variant_1\":null,\"enum_variant_2\":32,\"name\":\"xxx\",\"value\":456}}"},
      {" 1 ", " [ 2 ] ", "[ 2 ]"},
      {"{}", "{ }", "{}"},
      {"{\"a\":1,\"a\":2}", "{\"\\u0061\":{\"x\":1},\"b\":1,\"b\":3}", "{\"a\":{\"x\":1},\"b\":3}"},
      {"{\"a\":340282366920938463463374607431768211455}", "{\"b\":1e400}",
       "{\"a\":340282366920938463463374607431768211455,\"b\":1e400}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_buf_t out = {0};
    assert_null(sce_json_merge(&out, sce_span_text(cases[i].a), sce_span_text(cases[i].b)));
    assert_null(sce_buf_append_byte(&out, 0));
    assert_string_equal((const char *)out.data, cases[i].merged);
    sce_buf_free(&out);
  }
  const char *wrong[] = {"", "{", "{} x", "{\"a\":}", "1 2"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    sce_buf_t out = {0};
    sce_error_t *err = sce_json_merge(&out, sce_span_text("{\"a\":1}"), sce_span_text(wrong[i]));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    sce_error_delete(err);
    sce_buf_free(&out);
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

/* ---- budgets ---- */

/* An error at the third look. */
static sce_error_t *third_time(void *ctx) {
  return ++*(int *)ctx < 3 ? NULL : sce_error_new(SCE_CANCELLED, "enough");
}

static void budgets_count_and_end(void **state) {
  (void)state;
  int looks = 0;
  sce_budget_t budget = {.check = third_time, .ctx = &looks, .max = 1 << 20}, inner, *inside = &inner;
  assert_null(sce_budget_check()); /* there is none */
  sce_budget_enter(&budget);
  void *kept = sce_alloc(1000);
  assert_non_null(kept);
  assert_true(budget.used >= 1000 && budget.used < 2000 && !budget.refused);
  assert_null(sce_alloc(1 << 20));
  assert_true(budget.refused);
  assert_null(sce_realloc(kept, (1 << 20) + 1));
  sce_budget_enter_uncounted(inside);
  void *large = sce_alloc(1 << 20);
  assert_non_null(large);
  sce_free(large);
  sce_budget_leave(inside);
  assert_true(budget.used < 2000);
  sce_free(kept);
  assert_int_equal(budget.used, 0);

  size_t len = 10 * SCE_BUDGET_BYTES;
  uint8_t *from = calloc(1, len), *to = malloc(len);
  assert_true(from != NULL && to != NULL);
  sce_error_t *err = sce_budget_copy(to, from, len);
  assert_int_equal(sce_error_kind(err), SCE_CANCELLED);
  assert_int_equal(looks, 3);
  sce_error_delete(err);
  sce_budget_leave(&budget);
  from[len - 1] = 7;
  assert_null(sce_budget_copy(to, from, len));
  assert_memory_equal(to, from, len);
  assert_int_equal(looks, 3);
  free(from);
  free(to);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(budgets_count_and_end),
      cmocka_unit_test(error_carries_kind_and_context),
      cmocka_unit_test(system_errors_name_the_reason),
      cmocka_unit_test(hex_round_trips_and_refuses),
      cmocka_unit_test(hex_pairs_stop_at_the_first_other_byte),
      cmocka_unit_test(bytes_are_read_as_people_have_them),
      cmocka_unit_test(bytes_written_wrongly_are_named),
      cmocka_unit_test(json_is_merged_as_upstream_does),
      cmocka_unit_test(utf8_follows_table_3_7),
      cmocka_unit_test(spans_order_bytewise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
