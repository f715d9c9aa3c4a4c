/* json_out.h: pieces of JSON text, appended to a buffer. */
#ifndef SCE_METADATA_JSON_OUT_H
#define SCE_METADATA_JSON_OUT_H

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* Largest integer that is written as a number: 2^53, which every reader of JSON keeps exact. */
#define SCE_JSON_MAX_NUMBER ((uint64_t)1 << 53)

/* Appends text as it stands: punctuation and literals. */
static inline sce_error_t *sce_json_raw(sce_buf_t *out, const char *text, size_t len) {
  if (out->cap - out->len <= len) return sce_buf_append(out, text, len); /* no buffer at all, too */
  memcpy(out->data + out->len, text, len);
  out->len += len;
  return NULL;
}
static inline sce_error_t *sce_json_char(sce_buf_t *out, char c) {
  return sce_json_raw(out, &c, 1);
}
#define SCE_JSON_LITERAL(out, literal) sce_json_raw(out, literal, sizeof literal - 1)

/* A string, quoted and escaped. Bytes that are not UTF-8 are passed through. */
sce_error_t *sce_json_string(sce_buf_t *out, sce_span_t text);
/* `"key":` with a comma before it unless `first`. */
sce_error_t *sce_json_key(sce_buf_t *out, bool first, const char *key);
/* A number up to 2^53, else a string of decimal digits. */
sce_error_t *sce_json_u64(sce_buf_t *out, uint64_t value);
/* The same for `size` little-endian bytes (at most 32), two's complement when `is_signed`. */
sce_error_t *sce_json_integer(sce_buf_t *out, const uint8_t *bytes, size_t size, bool is_signed);
/* `"0x…"`. */
sce_error_t *sce_json_hex(sce_buf_t *out, sce_span_t bytes);

#endif
