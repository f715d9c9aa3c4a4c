/* fuzz_value.c: decoding by a type, of any type and any bytes: no crash, no leak, bounded time and memory; and what
 * decodes encodes to the same bytes.
 *
 *   'x' EXPRESSION '\0' VALUE               a type as people write it, `{a: Vec<(u8, Option<bool>)>}`
 *   'm' LENGTH METADATA TYPE VALUE          a registry of the input's own: its length in two bytes, and a type's number
 * in one. Its names may be doubled, so that JSON can't tell fields apart; bytes that encode again need not be the same
 * here, but must decode */
#include "base/buf.h"
#include "scexec/value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* JSON beyond this is not read again: it is right in the same way as short JSON is, and takes long. */
#define LONG_JSON ((size_t)1 << 18)

static void require(bool holds) {
  if (!holds) abort();
}

static void check_value(const sce_metadata_t *md, uint32_t type, sce_span_t value, bool strict) {
  static const sce_value_format_t format = {.ss58_prefix = 42, .explain_errors = true};
  sce_buf_t json = {0}, again = {0}, text = {0};
  size_t used;
  sce_error_delete(sce_type_name(md, &text, type));
  sce_error_delete(sce_type_example(md, &text, type, NULL));
  sce_error_t *err = sce_value_decode_prefix(md, &json, &used, type, value, &format);
  if (err == NULL && json.len <= LONG_JSON) {
    require(used <= value.len);
    err = sce_value_encode(md, &again, type, sce_buf_span(&json), sce_span_text("value"));
    if (strict) {
      require(err == NULL);
      require(sce_span_equal(sce_buf_span(&again), sce_span(value.data, used)));
    }
    text.len = 0;
    if (err == NULL && strict) require(sce_value_decode(md, &text, type, sce_buf_span(&again), NULL) == NULL);
  }
  sce_error_delete(err);
  sce_buf_free(&json);
  sce_buf_free(&again);
  sce_buf_free(&text);
}

static void check_expression(sce_span_t input) {
  static const uint8_t bytes[] = {'m', 'e', 't', 'a', 13, 0, 4, 0}; /* V13 without a pallet */
  const uint8_t *end = input.len > 0 ? memchr(input.data, 0, input.len) : NULL;
  sce_metadata_t *md;
  uint32_t type;
  if (end == NULL) return;
  size_t len = (size_t)(end - input.data);
  require(sce_metadata_new(&md, sce_span(bytes, sizeof bytes), NULL) == NULL);
  sce_error_t *err = sce_type_resolve(md, &type, sce_span(input.data, len));
  if (err == NULL) check_value(md, type, sce_span(end + 1, input.len - len - 1), true);
  sce_error_delete(err);
  sce_metadata_delete(md);
}

static void check_metadata(sce_span_t input) {
  sce_metadata_t *md;
  if (input.len < 3) return;
  size_t len = (size_t)(input.data[0] | input.data[1] << 8);
  if (len > input.len - 3) return;
  sce_error_t *err = sce_metadata_new(&md, sce_span(input.data + 2, len), NULL);
  if (err == NULL) {
    uint32_t type = input.data[2 + len];
    if (type < sce_type_count(md)) check_value(md, type, sce_span_skip(input, 3 + len), false);
    sce_metadata_delete(md);
  }
  sce_error_delete(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  sce_span_t rest = sce_span(data + 1, size - 1);
  if (data[0] == 'x') check_expression(rest);
  if (data[0] == 'm') check_metadata(rest);
  return 0;
}
