/* fuzz_json_args.c: no JSON makes the encoder of arguments crash or leak. What it accepts decodes, and the values of
 * that encode to the same bytes. The first two bytes choose a method of the shipped runtime APIs (whose types are
 * tuples, options, enums, accounts, extrinsics, …), the rest is the JSON array of its arguments. */
#include "base/buf.h"
#include "scexec/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* V13 without a pallet: types and APIs are those that the library knows by name. */
static sce_metadata_t *shipped(void) {
  static const uint8_t bytes[] = {'m', 'e', 't', 'a', 13, 0, 4, 0};
  static sce_metadata_t *metadata;
  if (metadata == NULL) require(sce_metadata_new(&metadata, sce_span(bytes, sizeof bytes), NULL) == NULL);
  return metadata;
}

/* Decodes encoded arguments one by one into an array. */
static void decode_all(const sce_metadata_t *md, sce_buf_t *json, size_t method, sce_span_t bytes) {
  sce_method_info_t info;
  require(sce_metadata_method_get(md, &info, method));
  require(sce_buf_append_byte(json, '[') == NULL);
  for (uint32_t i = 0; i < info.input_count; i++) {
    sce_span_t name;
    uint32_t type;
    size_t used;
    require(sce_metadata_method_input_get(md, &name, &type, method, i));
    if (i > 0) require(sce_buf_append_byte(json, ',') == NULL);
    require(sce_value_decode_prefix(md, json, &used, type, bytes, NULL) == NULL);
    bytes = sce_span_skip(bytes, used);
  }
  require(bytes.len == 0);
  require(sce_buf_append_byte(json, ']') == NULL);
}

static void check_words(sce_span_t text) {
  sce_buf_t json = {0}, laid_out = {0};
  sce_span_t words[2] = {text, text};
  sce_error_t *err = sce_json_from_words(&json, words, 2);
  require(err == NULL || (sce_error_kind(err) == SCE_BAD_INPUT && json.len == 0));
  sce_error_delete(err);
  sce_error_delete(sce_json_indent(&laid_out, text, 2)); /* of any text, though it promises something for JSON only */
  sce_buf_free(&json);
  sce_buf_free(&laid_out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const sce_metadata_t *md = shipped();
  if (size < 2) return 0;
  size_t method = (size_t)(data[0] | data[1] << 8) % sce_metadata_method_count(md);
  sce_span_t text = sce_span(data + 2, size - 2);
  sce_buf_t bytes = {0}, json = {0}, again = {0};
  sce_error_t *err = sce_method_args_encode(md, &bytes, method, text);
  if (err == NULL) {
    decode_all(md, &json, method, sce_buf_span(&bytes));
    require(sce_method_args_encode(md, &again, method, sce_buf_span(&json)) == NULL);
    require(sce_span_equal(sce_buf_span(&bytes), sce_buf_span(&again)));
  } else {
    require(sce_error_kind(err) == SCE_BAD_INPUT && bytes.len == 0);
  }
  sce_error_delete(err);
  check_words(text);
  sce_buf_free(&bytes);
  sce_buf_free(&json);
  sce_buf_free(&again);
  return 0;
}
