/* hex.c: hexadecimal text; decoding is table-driven, since chain specs hold megabytes of it. */
#include "base/hex.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"

static const char digits[] = "0123456789abcdef";

sce_error_t *sce_hex_append(sce_buf_t *out, sce_span_t bytes) {
  if (bytes.len == 0) return NULL;
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

/* Eight digits, first one lowest, to four bytes; false when one of them is no digit. Every byte lane holds one digit: its
 * value is found from the low nibble and bit 6 (set in letters only), then the value's own digit is compared with what
 * was read. */
static bool decode_eight(uint8_t out[4], uint64_t text) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t letter = text >> 6 & ones;
  uint64_t value = (text & 15 * ones) + 9 * letter;
  uint64_t above_nine = (value + 6 * ones) >> 4 & ones;
  uint64_t digit = value + 0x30 * ones + 0x27 * above_nine;
  if (((text & 0x80 * ones) | (value & 0xf0 * ones) | (digit ^ (text | letter << 5))) != 0) return false;
  uint64_t pairs = (value << 4 | value >> 8) & 0x00ff00ff00ff00ffu;
  pairs = (pairs | pairs >> 8) & 0x0000ffff0000ffffu;
  sce_store_le32(out, (uint32_t)(pairs | pairs >> 16));
  return true;
}

size_t sce_hex_decode_pairs(uint8_t *out, sce_span_t text) {
  size_t at = 0;
  while (text.len - at >= 8 && decode_eight(out + at / 2, sce_load_le64(text.data + at))) at += 8;
  while (text.len - at >= 2) {
    unsigned high = digit_value[text.data[at]], low = digit_value[text.data[at + 1]];
    if (high == 0 || low == 0) break;
    out[at / 2] = (uint8_t)((high - 1) << 4 | (low - 1));
    at += 2;
  }
  return at / 2;
}

sce_error_t *sce_hex_decode(sce_buf_t *out, sce_span_t text) {
  if (text.len < 2 || text.data[0] != '0' || (text.data[1] != 'x' && text.data[1] != 'X'))
    return sce_error_new(SCE_BAD_INPUT, "hexadecimal data must begin with 0x");
  sce_span_t digit_text = sce_span(text.data + 2, text.len - 2);
  SCE_TRY(sce_buf_reserve(out, digit_text.len / 2 + 1)); /* never none: `data` must be a pointer to add to */
  size_t count = sce_hex_decode_pairs(out->data + out->len, digit_text);
  for (size_t at = 2 + 2 * count; at < text.len; at++)
    if (digit_value[text.data[at]] == 0) return bad_digit(text, at);
  if (text.len % 2 != 0)
    return sce_error_new(SCE_BAD_INPUT, "odd number of hexadecimal digits (%zu): a byte is two digits", text.len - 2);
  out->len += count;
  return NULL;
}
