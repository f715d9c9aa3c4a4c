/* vectors.h: reads tests/vectors/host-vectors.json, answers of the reference's own host functions (sp-io 49, sp-core
 * 43). Include after cmocka.h: every function fails the running test instead of returning an error. */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include "base/buf.h"

#include <jansson.h>
#include <string.h>

/* The parsed file, an array of records; released with json_decref. */
static inline json_t *vectors_load(void) {
  json_error_t error;
  json_t *vectors = json_load_file(TEST_VECTORS "/host-vectors.json", 0, &error);
  if (vectors == NULL) fail_msg("host-vectors.json: %s", error.text);
  return vectors;
}

static inline const char *vectors_text(const json_t *record, const char *field) {
  const char *text = json_string_value(json_object_get(record, field));
  return text == NULL ? "" : text;
}

/* True for records about pointers and lengths in guest memory rather than about what a function computes. */
static inline bool vectors_raw(const json_t *record) {
  const json_t *kinds = json_object_get(record, "kinds");
  for (size_t i = 0; i < json_array_size(kinds); i++) {
    if (strcmp(json_string_value(json_array_get(kinds, i)), "raw") == 0) return true;
  }
  return false;
}

/* The first record of `function` at or after *index, which is moved behind it; NULL at the end. Skips raw records. */
static inline const json_t *vectors_next(const json_t *vectors, size_t *index, const char *function) {
  while (*index < json_array_size(vectors)) {
    const json_t *record = json_array_get(vectors, (*index)++);
    if (strcmp(vectors_text(record, "function"), function) == 0 && !vectors_raw(record)) return record;
  }
  return NULL;
}

/* The steps of the script of that name. */
static inline const json_t *vectors_script(const json_t *vectors, const char *name) {
  for (size_t i = 0; i < json_array_size(vectors); i++) {
    const json_t *record = json_array_get(vectors, i);
    if (strcmp(vectors_text(record, "script"), name) == 0) return json_object_get(record, "steps");
  }
  fail_msg("no script '%s' in host-vectors.json", name);
  return NULL;
}

static inline unsigned vectors_digit(char c) {
  const char *digits = "0123456789abcdef";
  const char *at = strchr(digits, c);
  assert_true(c != 0 && at != NULL);
  return (unsigned)(at - digits);
}

static inline void vectors_hex(sce_buf_t *out, const char *hex) {
  for (; hex[0] != 0; hex += 2) {
    assert_null(sce_buf_append_byte(out, (uint8_t)(vectors_digit(hex[0]) << 4 | vectors_digit(hex[1]))));
  }
}

/* Replaces `out` by the bytes of a value: hex, or {"pattern", "len"} for byte[i] = (31 i + 7) mod 256. False for null.
 */
static inline bool vectors_bytes(sce_buf_t *out, const json_t *value) {
  out->len = 0;
  if (value == NULL || json_is_null(value)) return false;
  if (json_is_string(value)) {
    vectors_hex(out, json_string_value(value));
    return true;
  }
  json_int_t len = json_integer_value(json_object_get(value, "len"));
  for (json_int_t i = 0; i < len; i++) assert_null(sce_buf_append_byte(out, (uint8_t)(31 * i + 7)));
  return true;
}

static inline void vectors_input(sce_buf_t *out, const json_t *record, size_t i) {
  assert_true(vectors_bytes(out, json_array_get(json_object_get(record, "inputs"), i)));
}

static inline bool vectors_output(sce_buf_t *out, const json_t *record) {
  return vectors_bytes(out, json_object_get(record, "output"));
}

#endif
