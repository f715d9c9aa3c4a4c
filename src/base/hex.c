/* hex.c: hexadecimal text; decoding is table-driven, since chain specs hold megabytes of it. */
#include "base/hex.h"

#include "base/buf.h"
#include "base/error.h"

static const char digits[] = "0123456789abcdef";

sce_error_t *sce_hex_append(sce_buf_t *out, sce_span_t bytes) {
  if (bytes.len > SIZE_MAX / 2) return sce_error_oom();
  SCE_TRY(sce_buf_reserve(out, bytes.len * 2));
  uint8_t *w = out->data + out->len;
  for (size_t i = 0; i < bytes.len; i++) {
    *w++ = (uint8_t)digits[bytes.data[i] >> 4];
    *w++ = (uint8_t)digits[bytes.data[i] & 15];
  }
  out->len += bytes.len * 2;
  return NULL;
}

/* Value of a digit plus 1, 0 for anything else, so that the table needs only the entries that count. */
static const uint8_t digit_value[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static sce_error_t *bad_digit(sce_span_t text, size_t at) {
  uint8_t c = text.data[at];
  if (c >= 0x20 && c < 0x7f)
    return sce_error_new(SCE_BAD_INPUT, "'%c' at offset %zu is not a hexadecimal digit", c, at);
  return sce_error_new(SCE_BAD_INPUT, "byte 0x%02x at offset %zu is not a hexadecimal digit", c, at);
}

sce_error_t *sce_hex_decode(sce_buf_t *out, sce_span_t text) {
  if (text.len < 2 || text.data[0] != '0' || (text.data[1] != 'x' && text.data[1] != 'X'))
    return sce_error_new(SCE_BAD_INPUT, "hexadecimal data must begin with 0x");
  size_t count = (text.len - 2) / 2;
  SCE_TRY(sce_buf_reserve(out, count));
  uint8_t *w = out->data + out->len;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *pair = text.data + 2 + 2 * i;
    unsigned high = digit_value[pair[0]], low = digit_value[pair[1]];
    if (high == 0 || low == 0) return bad_digit(text, 2 + 2 * i + (high != 0));
    w[i] = (uint8_t)((high - 1) << 4 | (low - 1));
  }
  if (text.len % 2 != 0) {
    if (digit_value[text.data[text.len - 1]] == 0) return bad_digit(text, text.len - 1);
    return sce_error_new(SCE_BAD_INPUT, "odd number of hexadecimal digits (%zu): a byte is two digits", text.len - 2);
  }
  out->len += count;
  return NULL;
}
