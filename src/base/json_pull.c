/* json_pull.c: the JSON reader of chain specs and batches. Grammar: RFC 8259. */
#include "base/json_pull.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

sce_error_t *sce_json_error(const sce_json_reader_t *in, const char *what) {
  unsigned long long line = in->line;
  size_t column = 1;
  for (size_t i = 0; i < in->at && i < in->text.len; i++) {
    column++;
    if (in->text.data[i] == '\n') line++, column = 1;
  }
  return sce_error_new(SCE_BAD_INPUT, "line %llu, column %zu: %s", line, column, what);
}

/* The byte at the reader's place, -1 at the end. */
static int look(const sce_json_reader_t *in) {
  return in->at < in->text.len ? in->text.data[in->at] : -1;
}

static int look_past_space(sce_json_reader_t *in) {
  for (int c;; in->at++) {
    c = look(in);
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
  }
}

sce_error_t *sce_json_peek(sce_json_reader_t *in, sce_json_kind_t *kind) {
  int c = look_past_space(in);
  if (c == '{')
    *kind = SCE_JSON_OBJECT;
  else if (c == '[')
    *kind = SCE_JSON_ARRAY;
  else if (c == '"')
    *kind = SCE_JSON_STRING;
  else if (c == '-' || (c >= '0' && c <= '9'))
    *kind = SCE_JSON_NUMBER;
  else if (c == 't')
    *kind = SCE_JSON_TRUE;
  else if (c == 'f')
    *kind = SCE_JSON_FALSE;
  else if (c == 'n')
    *kind = SCE_JSON_NULL;
  else
    return sce_json_error(in, c < 0 ? "the text ends where a value should be" : "expected a value");
  return NULL;
}

sce_error_t *sce_json_enter(sce_json_reader_t *in, sce_json_kind_t kind) {
  if (look_past_space(in) != (kind == SCE_JSON_OBJECT ? '{' : '['))
    return sce_json_error(in, kind == SCE_JSON_OBJECT ? "expected an object" : "expected an array");
  if (in->depth == in->deepest) {
    char what[40];
    snprintf(what, sizeof what, "nested deeper than %u levels", in->deepest);
    return sce_json_error(in, what);
  }
  in->at++;
  in->depth++;
  in->fresh = true;
  return NULL;
}

/* Between parts: consumes the comma, or the closing bracket. */
static sce_error_t *next_part(sce_json_reader_t *in, bool *more, char close) {
  int c = look_past_space(in);
  if (c == close) {
    in->at++;
    in->depth--;
    in->fresh = false;
    *more = false;
    return NULL;
  }
  if (!in->fresh) {
    if (c != ',') return sce_json_error(in, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    in->at++;
  }
  in->fresh = false;
  *more = true;
  return NULL;
}

sce_error_t *sce_json_next_member(sce_json_reader_t *in, bool *more) {
  SCE_TRY(next_part(in, more, '}'));
  if (*more && look_past_space(in) != '"') return sce_json_error(in, "expected a member's name in quotes");
  return NULL;
}

sce_error_t *sce_json_colon(sce_json_reader_t *in) {
  if (look_past_space(in) != ':') return sce_json_error(in, "expected ':'");
  in->at++;
  return NULL;
}

sce_error_t *sce_json_member(sce_json_reader_t *in, bool *more, sce_json_string_t *name) {
  SCE_TRY(sce_json_next_member(in, more));
  if (!*more) return NULL;
  SCE_TRY(sce_json_read_string(in, name));
  return sce_json_colon(in);
}

sce_error_t *sce_json_element(sce_json_reader_t *in, bool *more) {
  return next_part(in, more, ']');
}

/* ---- strings ---- */

/* True when one of the eight bytes is '"', '\\', below 0x20 or above 0x7f. */
static bool has_special(uint64_t eight) {
  const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
  uint64_t quote = eight ^ ('"' * ones), slash = eight ^ ('\\' * ones);
  uint64_t found = (quote - ones) | (slash - ones) | (eight - 0x20 * ones) | eight;
  return (found & tops) != 0;
}

/* How many bytes from `at` on, in whole blocks, are nothing special. Strings of megabytes are passed over this way. */
static size_t plain_blocks(const uint8_t *at, size_t len) {
  size_t n = 0;
#if defined(__SSE2__)
  for (; len - n >= 16; n += 16) {
    __m128i chars = _mm_loadu_si128((const __m128i *)(const void *)(at + n));
    __m128i found = _mm_cmplt_epi8(chars, _mm_set1_epi8(0x20)); /* signed: above 0x7f, too */
    found = _mm_or_si128(found, _mm_cmpeq_epi8(chars, _mm_set1_epi8('"')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(chars, _mm_set1_epi8('\\')));
    if (_mm_movemask_epi8(found) != 0) break;
  }
#endif
  while (len - n >= 8 && !has_special(sce_load_le64(at + n))) n += 8;
  return n;
}

/* Checks the escape whose backslash stands at in->at, and passes it. Halves of surrogate pairs are checked when the
 * string is unescaped. */
static sce_error_t *pass_escape(sce_json_reader_t *in) {
  in->at++;
  int c = look(in);
  if (c < 0 || strchr("\"\\/bfnrtu", c) == NULL || c == 0) return sce_json_error(in, "unknown escape");
  in->at++;
  for (int i = 0; c == 'u' && i < 4; i++, in->at++) {
    int digit = look(in);
    if (digit < 0 || strchr("0123456789abcdefABCDEF", digit) == NULL || digit == 0)
      return sce_json_error(in, "\\u needs four hexadecimal digits");
  }
  return NULL;
}

sce_error_t *sce_json_read_string(sce_json_reader_t *in, sce_json_string_t *string) {
  if (look_past_space(in) != '"') return sce_json_error(in, "expected a string");
  size_t start = ++in->at;
  bool escaped = false, ascii = true;
  for (;;) {
    in->at += plain_blocks(in->text.data + in->at, in->text.len - in->at);
    int c = look(in);
    if (c == '"') break;
    if (c < 0) return sce_json_error(in, "the text ends within a string");
    if (c < 0x20) return sce_json_error(in, "control character within a string");
    if (c == '\\') {
      escaped = true;
      SCE_TRY(pass_escape(in));
    } else {
      ascii = ascii && c < 0x80;
      in->at++;
    }
  }
  sce_span_t raw = sce_span_part(in->text, start, in->at);
  if (!ascii && !sce_utf8_valid(raw.data, raw.len)) return sce_json_error(in, "string that is not valid UTF-8");
  in->at++;
  *string = (sce_json_string_t){raw, escaped};
  return NULL;
}

bool sce_json_string_is(sce_json_string_t string, const char *text) {
  return sce_span_equal(string.raw, sce_span_text(text));
}

static unsigned four_digits(const uint8_t *text) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++) {
    unsigned c = text[i];
    value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

static sce_error_t *append_code_point(sce_buf_t *out, uint32_t c) {
  uint8_t b[4];
  size_t len = 0;
  if (c < 0x80) {
    b[len++] = (uint8_t)c;
  } else if (c < 0x800) {
    b[len++] = (uint8_t)(0xc0 | c >> 6);
    b[len++] = (uint8_t)(0x80 | (c & 0x3f));
  } else {
    if (c < 0x10000) {
      b[len++] = (uint8_t)(0xe0 | c >> 12);
    } else {
      b[len++] = (uint8_t)(0xf0 | c >> 18);
      b[len++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    }
    b[len++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    b[len++] = (uint8_t)(0x80 | (c & 0x3f));
  }
  return sce_buf_append(out, b, len);
}

/* The \u escape at text[*at], with its second half where it is a surrogate; passes it. The escapes are well formed. */
static sce_error_t *unescape_unicode(sce_buf_t *out, sce_span_t text, size_t *at) {
  uint32_t c = four_digits(text.data + *at + 2);
  *at += 6;
  if (c >= 0xd800 && c < 0xdc00 && text.len - *at >= 6 && text.data[*at] == '\\' && text.data[*at + 1] == 'u') {
    uint32_t low = four_digits(text.data + *at + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      *at += 6;
      return append_code_point(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
    }
  }
  if (c >= 0xd800 && c < 0xe000) return sce_error_new(SCE_BAD_INPUT, "lone surrogate \\u%04x in a string", (unsigned)c);
  return append_code_point(out, c);
}

sce_error_t *sce_json_unescape(sce_buf_t *out, sce_json_string_t string) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  sce_span_t raw = string.raw;
  for (size_t at = 0; at < raw.len;) {
    const uint8_t *slash = memchr(raw.data + at, '\\', raw.len - at);
    size_t plain = slash == NULL ? raw.len - at : (size_t)(slash - raw.data) - at;
    SCE_TRY(sce_buf_append(out, raw.data + at, plain));
    at += plain;
    if (slash == NULL) break;
    if (slash[1] == 'u') {
      SCE_TRY(unescape_unicode(out, raw, &at));
    } else {
      SCE_TRY(sce_buf_append_byte(out, (uint8_t)to[strchr(from, slash[1]) - from]));
      at += 2;
    }
  }
  return NULL;
}

/* ---- other values ---- */

static bool pass_digits(sce_json_reader_t *in) {
  size_t start = in->at;
  while (look(in) >= '0' && look(in) <= '9') in->at++;
  return in->at > start;
}

sce_error_t *sce_json_read_number(sce_json_reader_t *in, sce_span_t *number) {
  look_past_space(in);
  size_t start = in->at;
  if (look(in) == '-') in->at++;
  if (look(in) == '0')
    in->at++;
  else if (!pass_digits(in))
    return sce_json_error(in, "expected a number");
  if (look(in) == '.') {
    in->at++;
    if (!pass_digits(in)) return sce_json_error(in, "expected a digit after '.'");
  }
  if (look(in) == 'e' || look(in) == 'E') {
    in->at++;
    if (look(in) == '+' || look(in) == '-') in->at++;
    if (!pass_digits(in)) return sce_json_error(in, "expected a digit in the exponent");
  }
  *number = sce_span_part(in->text, start, in->at);
  return NULL;
}

static sce_error_t *pass_word(sce_json_reader_t *in, const char *word) {
  sce_span_t rest = sce_span_skip(in->text, in->at);
  if (!sce_span_starts_with(rest, sce_span_text(word))) return sce_json_error(in, "expected a value");
  in->at += strlen(word);
  return NULL;
}

/* Passes a value that is no container, or enters one: `kinds[depth]` then holds its kind. */
static sce_error_t *pass_or_enter(sce_json_reader_t *in, uint8_t kinds[SCE_JSON_MAX_VALUE_DEPTH + 1]) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  sce_json_string_t string;
  sce_span_t number;
  switch (kind) {
    case SCE_JSON_OBJECT:
    case SCE_JSON_ARRAY:
      SCE_TRY(sce_json_enter(in, kind));
      kinds[in->depth] = (uint8_t)kind;
      return NULL;
    case SCE_JSON_STRING: return sce_json_read_string(in, &string);
    case SCE_JSON_NUMBER: return sce_json_read_number(in, &number);
    case SCE_JSON_TRUE: return pass_word(in, "true");
    case SCE_JSON_FALSE: return pass_word(in, "false");
    case SCE_JSON_NULL: return pass_word(in, "null");
  }
  return NULL;
}

sce_error_t *sce_json_skip(sce_json_reader_t *in, sce_span_t *text) {
  uint8_t kinds[SCE_JSON_MAX_VALUE_DEPTH + 1];
  unsigned depth = in->depth;
  look_past_space(in);
  size_t start = in->at;
  SCE_TRY(pass_or_enter(in, kinds));
  while (in->depth > depth) {
    bool more;
    sce_json_string_t name;
    if (kinds[in->depth] == SCE_JSON_OBJECT)
      SCE_TRY(sce_json_member(in, &more, &name));
    else
      SCE_TRY(sce_json_element(in, &more));
    if (more) SCE_TRY(pass_or_enter(in, kinds));
  }
  if (text != NULL) *text = sce_span_part(in->text, start, in->at);
  return NULL;
}

sce_error_t *sce_json_end(sce_json_reader_t *in) {
  return look_past_space(in) < 0 ? NULL : sce_json_error(in, "text after the end of the document");
}
