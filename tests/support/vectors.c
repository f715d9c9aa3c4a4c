/* vectors.c: see vectors.h. */
#include "support/vectors.h"

#include "base/buf.h"
#include "support/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void fail(const char *what, const char *reason) {
  fprintf(stderr, "%s: %s\n", what, reason);
  exit(1);
}

/* Decompresses the frame in place of it. */
static void decompress(sce_buf_t *bytes, const char *path) {
  unsigned long long size = ZSTD_getFrameContentSize(bytes->data, bytes->len);
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) fail(path, "no size in the zstd frame");
  sce_buf_t out = {0};
  if (sce_buf_reserve(&out, (size_t)size) != NULL) fail(path, "out of memory");
  out.len = ZSTD_decompress(out.data, out.cap, bytes->data, bytes->len);
  if (out.len != size) fail(path, "not a zstd frame");
  sce_buf_free(bytes);
  *bytes = out;
}

json_t *test_vectors_load(const char *path) {
  json_error_t error;
  sce_buf_t bytes = test_read_file(path);
  size_t len = strlen(path);
  if (len > 4 && strcmp(path + len - 4, ".zst") == 0) decompress(&bytes, path);
  json_t *root = json_loadb((const char *)bytes.data, bytes.len, JSON_ALLOW_NUL, &error);
  sce_buf_free(&bytes);
  if (root == NULL) fail(path, error.text);
  return root;
}

const char *test_vector_text(const json_t *record, const char *member) {
  return json_string_value(json_object_get(record, member));
}

static uint8_t digit(char c) {
  if (c >= '0' && c <= '9') return (uint8_t)(c - '0');
  if (c < 'a' || c > 'f') fail("vector", "not a hexadecimal digit");
  return (uint8_t)(c - 'a' + 10);
}

sce_buf_t test_vector_bytes(const json_t *value) {
  sce_buf_t bytes = {0};
  size_t len =
      json_is_object(value) ? (size_t)json_integer_value(json_object_get(value, "len")) : json_string_length(value) / 2;
  if (sce_buf_reserve(&bytes, len + 1) != NULL) fail("vector", "out of memory");
  const char *text = json_string_value(value);
  for (size_t i = 0; i < len; i++) {
    bytes.data[i] = text == NULL ? (uint8_t)(i * 31 + 7) : (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
  }
  bytes.len = len;
  return bytes;
}

uint64_t test_vector_number(sce_span_t bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < bytes.len && i < 8; i++) number |= (uint64_t)bytes.data[i] << (8 * i);
  return number;
}

bool test_vector_equal(const char *what, sce_span_t bytes, const json_t *expected) {
  sce_buf_t want = test_vector_bytes(expected);
  bool equal = sce_span_equal(sce_buf_span(&want), bytes);
  sce_buf_free(&want);
  if (equal) return true;
  fprintf(stderr, "%s: got ", what);
  for (size_t i = 0; i < bytes.len && i < 64; i++) fprintf(stderr, "%02x", bytes.data[i]);
  fprintf(stderr, " (%zu bytes), expected %.140s\n", bytes.len, json_string_value(expected));
  return false;
}
