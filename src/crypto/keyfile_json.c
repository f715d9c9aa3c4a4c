/* keyfile_json.c: the JSON string in a key file. Not by the JSON library, which would keep copies of the secret. */
#include "crypto/keyfile.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/utf8.h"

#include <string.h>

static bool is_blank(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static sce_error_t *refuse(size_t at, const char *what) {
  return sce_error_new(SCE_BAD_INPUT, "%s at byte %zu", what, at);
}

static bool hex_digit(unsigned *value, uint8_t c) {
  uint8_t lower = c | 0x20;
  if (c >= '0' && c <= '9') {
    *value = (unsigned)(c - '0');
  } else if (lower >= 'a' && lower <= 'f') {
    *value = (unsigned)(lower - 'a' + 10);
  } else {
    return false;
  }
  return true;
}

/* The four digits after \u at `*at`, which moves behind them. */
static sce_error_t *read_unit(unsigned *unit, sce_span_t json, size_t *at) {
  unsigned sum = 0, digit;
  for (size_t i = 0; i < 4; i++) {
    if (*at + i >= json.len || !hex_digit(&digit, json.data[*at + i])) return refuse(*at, "no four digits after \\u");
    sum = sum << 4 | digit;
  }
  *at += 4;
  *unit = sum;
  return NULL;
}

static sce_error_t *append_code_point(sce_buf_t *text, unsigned code) {
  uint8_t bytes[4];
  size_t len = 0;
  if (code < 0x80) {
    bytes[len++] = (uint8_t)code;
  } else if (code < 0x800) {
    bytes[len++] = (uint8_t)(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    bytes[len++] = (uint8_t)(0xe0 | code >> 12);
  } else {
    bytes[len++] = (uint8_t)(0xf0 | code >> 18);
    bytes[len++] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
  }
  if (code >= 0x800) bytes[len++] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
  if (code >= 0x80) bytes[len++] = (uint8_t)(0x80 | (code & 0x3f));
  return sce_buf_append(text, bytes, len);
}

static sce_error_t *read_unicode(sce_buf_t *text, sce_span_t json, size_t *at) {
  size_t start = *at;
  unsigned high, low;
  SCE_TRY(read_unit(&high, json, at));
  if (high < 0xd800 || high > 0xdfff) return append_code_point(text, high);
  if (high > 0xdbff || json.len - *at < 2 || memcmp(json.data + *at, "\\u", 2) != 0) {
    return refuse(start, "half a surrogate pair");
  }
  *at += 2;
  SCE_TRY(read_unit(&low, json, at));
  if (low < 0xdc00 || low > 0xdfff) return refuse(start, "half a surrogate pair");
  return append_code_point(text, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
}

/* What stands after a backslash; `*at` is behind it and moves behind the escape. */
static sce_error_t *read_escape(sce_buf_t *text, sce_span_t json, size_t *at) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (*at == json.len) return refuse(*at, "the string does not end");
  uint8_t name = json.data[(*at)++];
  if (name == 'u') return read_unicode(text, json, at);
  const char *known = name == 0 ? NULL : strchr(names, name);
  if (known == NULL) return refuse(*at - 1, "unknown escape");
  return sce_buf_append_byte(text, (uint8_t)values[known - names]);
}

sce_error_t *sce_keyfile_decode(sce_buf_t *text, sce_span_t json) {
  if (!sce_utf8_valid(json.data, json.len)) return sce_error_new(SCE_BAD_INPUT, "not UTF-8 text");
  size_t at = 0;
  while (at < json.len && is_blank(json.data[at])) at++;
  if (at == json.len || json.data[at] != '"') return refuse(at, "no JSON string");
  at++;
  for (;;) {
    if (at == json.len) return refuse(at, "the string does not end");
    uint8_t c = json.data[at++];
    if (c == '"') break;
    if (c < 0x20) return refuse(at - 1, "control character");
    SCE_TRY(c == '\\' ? read_escape(text, json, &at) : sce_buf_append_byte(text, c));
  }
  while (at < json.len && is_blank(json.data[at])) at++;
  return at == json.len ? NULL : refuse(at, "more than one JSON string");
}

static sce_error_t *encode_byte(sce_buf_t *json, uint8_t c) {
  static const char names[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t";
  const char *known = c == 0 ? NULL : strchr(values, c);
  if (known != NULL) {
    const char escape[] = {'\\', names[known - values]};
    return sce_buf_append(json, escape, sizeof escape);
  }
  if (c >= 0x20) return sce_buf_append_byte(json, c);
  static const char digits[] = "0123456789abcdef";
  const char escape[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
  return sce_buf_append(json, escape, sizeof escape);
}

sce_error_t *sce_keyfile_encode(sce_buf_t *json, sce_span_t text) {
  SCE_TRY(sce_buf_append_byte(json, '"'));
  for (size_t i = 0; i < text.len; i++) SCE_TRY(encode_byte(json, text.data[i]));
  return sce_buf_append_byte(json, '"');
}
