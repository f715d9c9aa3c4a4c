/* hex.c: hexadecimal text. Chain specs hold megabytes of it, so most is decoded in blocks: 32 digits at a time where
 * there is SSE2, which every x86-64 has, else eight. */
#include "base/hex.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/* Eight digits, first one lowest, to four bytes; false when one of them is no digit. Every byte lane holds one digit:
 * its value is found from the low nibble and bit 6 (set in letters only), then the value's own digit is compared with
 * what was read. */
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

#if defined(__SSE2__)

/* Sixteen digits to a value below 16 in each byte; false when one of them is no digit. */
static bool values_of(__m128i *values, const uint8_t *text) {
  __m128i chars = _mm_loadu_si128((const __m128i *)(const void *)text);
  __m128i digit = _mm_sub_epi8(chars, _mm_set1_epi8('0'));
  __m128i letter = _mm_sub_epi8(_mm_or_si128(chars, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
  __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
  __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
  __m128i letter_value = _mm_add_epi8(letter, _mm_set1_epi8(10));
  *values = _mm_or_si128(_mm_and_si128(digit, is_digit), _mm_and_si128(letter_value, is_letter));
  return _mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) == 0xffff;
}

/* A byte in each of the eight halves: the first digit of a pair stands in the lower one. */
static __m128i join_pairs(__m128i values) {
  return _mm_or_si128(_mm_slli_epi16(_mm_and_si128(values, _mm_set1_epi16(0xff)), 4), _mm_srli_epi16(values, 8));
}

/* Decodes 32 digits at a time, as long as they are all digits; gives how many. */
static size_t decode_blocks(uint8_t *out, sce_span_t text) {
  size_t at = 0;
  __m128i low, high;
  for (; text.len - at >= 32 && values_of(&low, text.data + at) && values_of(&high, text.data + at + 16); at += 32)
    _mm_storeu_si128((__m128i *)(void *)(out + at / 2), _mm_packus_epi16(join_pairs(low), join_pairs(high)));
  return at;
}

#else

static size_t decode_blocks(uint8_t *out, sce_span_t text) {
  (void)out, (void)text;
  return 0;
}

#endif

size_t sce_hex_decode_pairs(uint8_t *out, sce_span_t text) {
  size_t at = decode_blocks(out, text);
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
  sce_span_t digit_text = sce_span_skip(text, 2);
  SCE_TRY(sce_buf_reserve(out, digit_text.len / 2 + 1)); /* never none: `data` must be a pointer to add to */
  size_t count = sce_hex_decode_pairs(out->data + out->len, digit_text);
  for (size_t at = 2 + 2 * count; at < text.len; at++)
    if (digit_value[text.data[at]] == 0) return bad_digit(text, at);
  if (text.len % 2 != 0)
    return sce_error_new(SCE_BAD_INPUT, "odd number of hexadecimal digits (%zu): a byte is two digits", text.len - 2);
  out->len += count;
  return NULL;
}
