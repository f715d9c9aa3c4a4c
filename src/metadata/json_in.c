/* json_in.c: reading JSON: parsing, integers of any width, names in either case, and the words of a command line. */
#include "metadata/encoder.h"

#include "base/checked.h"
#include "metadata/json_out.h"

#include <ctype.h>

sce_error_t *sce_json_parse(json_t **value, sce_span_t json) {
  json_error_t error;
  const char *text = json.len > 0 ? (const char *)json.data : "";
  *value = json_loadb(text, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
  if (*value != NULL) return NULL;
  if (json_error_code(&error) == json_error_out_of_memory) return sce_error_oom();
  const char *hint = strstr(error.text, "too big integer") != NULL ? "; write it as a string" : "";
  return sce_error_new(SCE_BAD_INPUT, "JSON, line %d, column %d: %s%s", error.line, error.column, error.text, hint);
}

static const char *what_is(const json_t *value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "an integer";
    case JSON_REAL: return "a number with a fraction or exponent";
    case JSON_TRUE: return "true";
    case JSON_FALSE: return "false";
    case JSON_NULL: return "null";
  }
  return "something else";
}

sce_error_t *sce_json_expected(const char *due, const json_t *value, const sce_place_t *place) {
  sce_error_t *err;
  if (json_is_string(value) && json_string_length(value) <= 80)
    err = sce_error_new(SCE_BAD_INPUT, "expected %s, got \"%s\"", due, json_string_value(value));
  else if (json_is_integer(value))
    err = sce_error_new(SCE_BAD_INPUT, "expected %s, got %lld", due, (long long)json_integer_value(value));
  else
    err = sce_error_new(SCE_BAD_INPUT, "expected %s, got %s", due, what_is(value));
  return sce_place_error(err, place);
}

/* ---- places ---- */

/* Longest path of an error; names are the metadata's and may be of any length. */
#define MAX_PLACE 4096

static sce_error_t *append_place(sce_buf_t *out, const sce_place_t *place) {
  size_t count = 0;
  for (const sce_place_t *p = place; p != NULL; p = p->up) count++;
  /* From the outermost, each found anew: an array of them would be kilobytes at the deepest point of the stack, and the
   * text ends after MAX_PLACE bytes. */
  while (count-- > 0) {
    const sce_place_t *p = place;
    for (size_t i = 0; i < count; i++) p = p->up;
    if (out->len + p->name.len > MAX_PLACE) return sce_buf_append(out, "…", strlen("…"));
    if (p->name.data == NULL) {
      SCE_TRY(sce_buf_printf(out, "[%u]", p->index));
      continue;
    }
    if (out->len > 0 && p->name.len > 0) SCE_TRY(sce_buf_append_byte(out, '.'));
    SCE_TRY(sce_buf_append(out, p->name.data, p->name.len));
  }
  return NULL;
}

sce_error_t *sce_place_error(sce_error_t *err, const sce_place_t *place) {
  if (err == NULL || place == NULL) return err;
  sce_buf_t text = {0};
  sce_error_t *failed = append_place(&text, place);
  if (failed != NULL)
    sce_error_delete(failed);
  else if (text.len > 0)
    err = sce_error_prefix(err, "%.*s", (int)text.len, (const char *)text.data);
  sce_buf_free(&text);
  return err;
}

/* ---- names ---- */

bool sce_name_matches(sce_span_t a, sce_span_t b) {
  size_t i = 0, j = 0;
  if (sce_span_starts_with(a, sce_span_text("r#"))) i = 2;
  if (sce_span_starts_with(b, sce_span_text("r#"))) j = 2;
  for (;; i++, j++) {
    while (i < a.len && a.data[i] == '_') i++;
    while (j < b.len && b.data[j] == '_') j++;
    if (i >= a.len || j >= b.len) return i >= a.len && j >= b.len;
    if (tolower(a.data[i]) != tolower(b.data[j])) return false;
  }
}

/* ---- integers ---- */

static int digit_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (uint8_t)tolower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* The magnitude of digits in a base; false when there is a character of another kind, none, or more than 256 bits. */
static bool parse_digits(uint32_t limbs[8], sce_span_t text, unsigned base) {
  memset(limbs, 0, 8 * sizeof *limbs);
  if (text.len == 0) return false;
  for (size_t i = 0; i < text.len; i++) {
    int digit = digit_value(text.data[i]);
    if (digit >= (int)base) return false;
    uint64_t carry = (uint64_t)digit;
    for (size_t j = 0; j < 8; j++) {
      carry += (uint64_t)limbs[j] * base;
      limbs[j] = (uint32_t)carry;
      carry >>= 32;
    }
    if (carry != 0) return false;
  }
  return true;
}

static bool parse_integer(uint32_t limbs[8], bool *negative, const json_t *value) {
  if (json_is_integer(value)) {
    json_int_t v = json_integer_value(value);
    uint64_t m = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    memset(limbs, 0, 8 * sizeof *limbs);
    limbs[0] = (uint32_t)m;
    limbs[1] = (uint32_t)(m >> 32);
    *negative = v < 0;
    return true;
  }
  if (!json_is_string(value)) return false;
  sce_span_t text = sce_json_text(value);
  *negative = text.len > 0 && text.data[0] == '-';
  if (*negative) text = sce_span_skip(text, 1);
  bool hex = text.len > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X');
  return hex ? parse_digits(limbs, sce_span_skip(text, 2), 16) : parse_digits(limbs, text, 10);
}

/* Bits of a magnitude. */
static size_t bit_length(const uint32_t limbs[8]) {
  for (size_t i = 8; i-- > 0;)
    for (size_t b = 32; b-- > 0;)
      if (limbs[i] >> b & 1) return 32 * i + b + 1;
  return 0;
}

static bool is_power_of_two(const uint32_t limbs[8], size_t bits) {
  for (size_t i = 0; i + 1 < bits; i++)
    if (limbs[i / 32] >> (i % 32) & 1) return false;
  return bits > 0;
}

sce_error_t *sce_json_read_integer(uint8_t out[32], const json_t *value, size_t size, bool is_signed,
                                   const sce_place_t *place) {
  uint32_t limbs[8];
  bool negative = false;
  char due[64];
  snprintf(due, sizeof due, "an integer of %zu bits%s", size * 8, is_signed ? ", with or without a sign" : "");
  if (!parse_integer(limbs, &negative, value)) return sce_json_expected(due, value, place);
  size_t bits = bit_length(limbs), most = is_signed ? 8 * size - 1 : 8 * size;
  bool lowest = is_signed && negative && bits == 8 * size && is_power_of_two(limbs, bits);
  if ((negative && bits > 0 && !is_signed) || (bits > most && !lowest)) return sce_json_expected(due, value, place);
  uint64_t carry = 1;
  for (size_t i = 0; i < 8; i++) {
    if (negative) {
      carry += (uint32_t)~limbs[i];
      limbs[i] = (uint32_t)carry;
      carry >>= 32;
    }
    sce_store_le32(out + 4 * i, limbs[i]);
  }
  return NULL;
}

/* ---- words ---- */

/* True for what can only be meant as JSON: an object, an array or a string. */
static bool begins_as_json(sce_span_t word) {
  size_t i = 0;
  while (i < word.len && strchr(" \t\r\n", word.data[i]) != NULL && word.data[i] != 0) i++;
  return i < word.len && (word.data[i] == '{' || word.data[i] == '[' || word.data[i] == '"');
}

static sce_error_t *append_word(sce_buf_t *json, sce_span_t word) {
  json_t *value = NULL;
  sce_error_t *err = sce_json_parse(&value, word);
  if (err != NULL && (sce_error_kind(err) == SCE_OUT_OF_MEMORY || begins_as_json(word))) return err;
  bool as_it_is =
      err == NULL && !json_is_real(value); /* 1e3 and 1.5 are nobody's value; as text the error names them */
  sce_error_delete(err);
  json_decref(value);
  return as_it_is ? sce_json_raw(json, (const char *)word.data, word.len) : sce_json_string(json, word);
}

sce_error_t *sce_json_from_words(sce_buf_t *json, const sce_span_t *words, size_t count) {
  size_t start = json->len;
  sce_error_t *err = sce_json_char(json, '[');
  for (size_t i = 0; err == NULL && i < count; i++) {
    if (i > 0) err = sce_json_char(json, ',');
    if (err == NULL) err = append_word(json, words[i]);
    if (count > 1) err = sce_error_prefix(err, "[%zu]", i);
  }
  if (err == NULL) err = sce_json_char(json, ']');
  if (err != NULL) json->len = start;
  return err;
}

static sce_error_t *new_line(sce_buf_t *out, unsigned spaces) {
  SCE_TRY(sce_buf_reserve(out, (size_t)spaces + 1));
  out->data[out->len++] = '\n';
  memset(out->data + out->len, ' ', spaces);
  out->len += spaces;
  return NULL;
}

sce_error_t *sce_json_indent(sce_buf_t *out, sce_span_t json, unsigned indent) {
  unsigned level = 0;
  bool in_string = false;
  if (indent > 16) indent = 16;
  for (size_t i = 0; i < json.len; i++) {
    uint8_t c = json.data[i], next = i + 1 < json.len ? json.data[i + 1] : 0;
    if (in_string) {
      if (c == '\\' && next != 0) SCE_TRY(sce_buf_append_byte(out, json.data[i++]));
      SCE_TRY(sce_buf_append_byte(out, json.data[i]));
      in_string = c != '"';
      continue;
    }
    bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if (closes && i > 0 && json.data[i - 1] != '{' && json.data[i - 1] != '[') {
      level -= level > 0;
      SCE_TRY(new_line(out, level * indent));
    }
    SCE_TRY(sce_buf_append_byte(out, c));
    in_string = c == '"';
    if (c == ':') SCE_TRY(sce_buf_append_byte(out, ' '));
    if (c == ',') SCE_TRY(new_line(out, level * indent));
    if (opens && next != '}' && next != ']') SCE_TRY(new_line(out, ++level * indent));
  }
  return NULL;
}
