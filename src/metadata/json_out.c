/* json_out.c: JSON text. Source of the syntax: RFC 8259. */
#include "metadata/json_out.h"

#include "base/checked.h"
#include "base/hex.h"

sce_error_t *sce_json_string(sce_buf_t *out, sce_span_t text) {
  SCE_TRY(sce_buf_reserve(out, text.len + 2));
  out->data[out->len++] = '"';
  size_t start = 0;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    SCE_TRY(sce_buf_append(out, text.data + start, i - start));
    start = i + 1;
    if (c == '"' || c == '\\')
      SCE_TRY(sce_buf_printf(out, "\\%c", c));
    else if (c == '\n')
      SCE_TRY(SCE_JSON_LITERAL(out, "\\n"));
    else
      SCE_TRY(sce_buf_printf(out, "\\u%04x", c));
  }
  if (text.len > start) SCE_TRY(sce_buf_append(out, text.data + start, text.len - start));
  return sce_json_char(out, '"');
}

sce_error_t *sce_json_key(sce_buf_t *out, bool first, const char *key) {
  if (!first) SCE_TRY(sce_json_char(out, ','));
  SCE_TRY(sce_json_string(out, sce_span_text(key)));
  return sce_json_char(out, ':');
}

/* Decimal digits of `value`, right-aligned in `room`; gives where they begin. */
static char *digits_of(char room[20], uint64_t value) {
  char *at = room + 20;
  do *--at = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  return at;
}

static sce_error_t *decimal(sce_buf_t *out, bool negative, bool quoted, const char *digits, size_t len) {
  char text[84]; /* a sign, two quotes and the 78 digits of 2^256 */
  size_t at = 0;
  if (quoted) text[at++] = '"';
  if (negative) text[at++] = '-';
  memcpy(text + at, digits, len);
  at += len;
  if (quoted) text[at++] = '"';
  return sce_json_raw(out, text, at);
}

sce_error_t *sce_json_u64(sce_buf_t *out, uint64_t value) {
  char room[20];
  char *at = digits_of(room, value);
  return decimal(out, false, value > SCE_JSON_MAX_NUMBER, at, (size_t)(room + 20 - at));
}

/* Digits of up to 256 bits, nine at a time; `limbs` are used up. */
static size_t big_digits(char out[80], uint32_t *limbs, size_t count) {
  char *at = out + 80;
  while (count > 0 && limbs[count - 1] == 0) count--;
  while (count > 0) {
    uint64_t rest = 0;
    for (size_t i = count; i-- > 0;) {
      uint64_t v = rest << 32 | limbs[i];
      limbs[i] = (uint32_t)(v / 1000000000);
      rest = v % 1000000000;
    }
    while (count > 0 && limbs[count - 1] == 0) count--;
    for (int i = 0; i < 9 && (count > 0 || rest != 0); i++, rest /= 10) *--at = (char)('0' + rest % 10);
  }
  return (size_t)(out + 80 - at);
}

static sce_error_t *big_integer(sce_buf_t *out, const uint8_t *bytes, size_t size, bool negative) {
  uint32_t limbs[8];
  char digits[80];
  size_t count = size / 4;
  uint64_t carry = 1;
  for (size_t i = 0; i < count; i++) {
    limbs[i] = sce_load_le32(bytes + 4 * i);
    if (!negative) continue;
    carry += (uint32_t)~limbs[i];
    limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  size_t len = big_digits(digits, limbs, count);
  return decimal(out, negative, true, digits + 80 - len, len);
}

sce_error_t *sce_json_integer(sce_buf_t *out, const uint8_t *bytes, size_t size, bool is_signed) {
  bool negative = is_signed && bytes[size - 1] >> 7 != 0;
  uint8_t fill = negative ? 0xff : 0, low[8];
  for (size_t i = 8; i < size; i++)
    if (bytes[i] != fill) return big_integer(out, bytes, size, negative);
  if (size > 8 && bytes[7] >> 7 != (negative ? 1 : 0)) return big_integer(out, bytes, size, negative);
  memset(low, fill, sizeof low);
  memcpy(low, bytes, size < 8 ? size : 8);
  uint64_t value = sce_load_le64(low);
  if (!negative) return sce_json_u64(out, value);
  value = (uint64_t)0 - value;
  char room[20];
  char *at = digits_of(room, value);
  return decimal(out, true, value > SCE_JSON_MAX_NUMBER, at, (size_t)(room + 20 - at));
}

sce_error_t *sce_json_hex(sce_buf_t *out, sce_span_t bytes) {
  if (bytes.len > SIZE_MAX / 4) return sce_error_oom();
  SCE_TRY(sce_buf_reserve(out, 2 * bytes.len + 4));
  SCE_TRY(SCE_JSON_LITERAL(out, "\"0x"));
  SCE_TRY(sce_hex_append(out, bytes));
  return sce_json_char(out, '"');
}
