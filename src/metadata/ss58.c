/* ss58.c: addresses. prefix (1 or 2 bytes) ++ bytes ++ checksum, in base 58. Source: sp-core 43, src/crypto.rs,
 * Ss58Codec::to_ss58check_with_version and from_ss58check_with_version; the checksum's first bytes are those of
 * BLAKE2b-512 of "SS58PRE" and what is before it. */
#include "scexec/value.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"

#include <string.h>

#define MAX_PREFIX 16383
#define MAX_BYTES ((size_t)33)
#define MAX_RAW (2 + MAX_BYTES + 2)
/* Digits that MAX_RAW bytes take: 37 * 8 / log2(58) = 50.6. */
#define MAX_DIGITS ((size_t)51)

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* Length of the checksum after `len` bytes, 0 for lengths that no address has. One byte for the short ones, as indices
 * are; sp-core itself reads only 32 and 33. */
static size_t checksum_size(size_t len) {
  switch (len) {
    case 1:
    case 2:
    case 4:
    case 8: return 1;
    case 32:
    case 33: return 2;
    default: return 0;
  }
}

static void checksum(uint8_t out[64], const uint8_t *raw, size_t len) {
  static const char context[] = "SS58PRE";
  uint8_t data[sizeof context - 1 + MAX_RAW];
  memcpy(data, context, sizeof context - 1);
  memcpy(data + sizeof context - 1, raw, len);
  sce_blake2b_512(out, sce_span(data, sizeof context - 1 + len));
}

/* Base 58 by long division of 32-bit limbs, five digits a pass. */
static size_t to_base58(char out[MAX_DIGITS], const uint8_t *raw, size_t len) {
  uint32_t limbs[(MAX_RAW + 3) / 4] = {0};
  size_t count = (len + 3) / 4, at = MAX_DIGITS, zeros = 0;
  char digits[MAX_DIGITS + 5];
  for (size_t i = 0; i < len; i++)
    limbs[count - 1 - (len - 1 - i) / 4] |= (uint32_t)raw[i] << (8 * ((len - 1 - i) % 4));
  at = sizeof digits;
  for (size_t first = 0; first < count;) {
    uint64_t rest = 0;
    for (size_t i = first; i < count; i++) {
      uint64_t v = rest << 32 | limbs[i];
      limbs[i] = (uint32_t)(v / 656356768); /* 58^5 */
      rest = v % 656356768;
    }
    while (first < count && limbs[first] == 0) first++;
    for (int i = 0; i < 5; i++, rest /= 58) digits[--at] = alphabet[rest % 58];
  }
  while (at < sizeof digits && digits[at] == '1') at++;
  while (zeros < len && raw[zeros] == 0) zeros++;
  memset(out, '1', zeros);
  memcpy(out + zeros, digits + at, sizeof digits - at);
  return zeros + sizeof digits - at;
}

sce_error_t *sce_ss58_encode(sce_buf_t *text, sce_span_t bytes, uint16_t prefix) {
  uint8_t raw[MAX_RAW], sum[64];
  char out[MAX_DIGITS + 5];
  size_t at = 0, sum_size = checksum_size(bytes.len);
  if (prefix > MAX_PREFIX) return sce_error_new(SCE_MISUSE, "SS58 prefix %u; they end at %d", prefix, MAX_PREFIX);
  if (sum_size == 0) return sce_error_new(SCE_MISUSE, "no SS58 address has %zu bytes", bytes.len);
  if (prefix < 64) {
    raw[at++] = (uint8_t)prefix;
  } else {
    raw[at++] = (uint8_t)((prefix & 0xfc) >> 2 | 0x40);
    raw[at++] = (uint8_t)(prefix >> 8 | (prefix & 3) << 6);
  }
  memcpy(raw + at, bytes.data, bytes.len);
  at += bytes.len;
  checksum(sum, raw, at);
  memcpy(raw + at, sum, sum_size);
  return sce_buf_append(text, out, to_base58(out, raw, at + sum_size));
}

/* The bytes that `text` stands for, at the end of `out`; false when they are more than MAX_RAW. */
static bool from_base58(uint8_t out[MAX_RAW], size_t *len, sce_span_t text) {
  size_t used = 0, zeros = 0;
  for (size_t i = 0; i < text.len; i++) {
    const char *digit = text.data[i] == 0 ? NULL : strchr(alphabet, text.data[i]);
    uint32_t carry = (uint32_t)(digit - alphabet);
    for (size_t j = 0; j < used || carry != 0; j++) {
      if (j == MAX_RAW) return false;
      carry += j < used ? (uint32_t)out[MAX_RAW - 1 - j] * 58 : 0;
      out[MAX_RAW - 1 - j] = (uint8_t)carry;
      carry >>= 8;
      if (j >= used) used = j + 1;
    }
  }
  while (zeros < text.len && text.data[zeros] == '1') zeros++;
  if (zeros + used > MAX_RAW) return false;
  memset(out + MAX_RAW - used - zeros, 0, zeros);
  *len = zeros + used;
  return true;
}

static sce_error_t *check_alphabet(sce_span_t text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] != 0 && strchr(alphabet, text.data[i]) != NULL) continue;
    if (text.data[i] > 0x20 && text.data[i] < 0x7f)
      return sce_error_new(SCE_BAD_INPUT, "'%c' at offset %zu is not in base 58", text.data[i], i);
    return sce_error_new(SCE_BAD_INPUT, "byte 0x%02x at offset %zu is not in base 58", text.data[i], i);
  }
  return NULL;
}

sce_error_t *sce_ss58_decode(sce_buf_t *bytes, uint16_t *prefix, sce_span_t text) {
  uint8_t room[MAX_RAW], sum[64];
  size_t len;
  if (text.len > 2 * MAX_DIGITS) return sce_error_new(SCE_BAD_INPUT, "%zu characters are no SS58 address", text.len);
  SCE_TRY(check_alphabet(text));
  if (!from_base58(room, &len, text) || len < 3)
    return sce_error_new(SCE_BAD_INPUT, "%zu characters are no SS58 address", text.len);
  const uint8_t *raw = room + MAX_RAW - len;
  size_t start = raw[0] < 64 ? 1 : 2;
  uint16_t ident = raw[0];
  if (raw[0] >= 128) return sce_error_new(SCE_BAD_INPUT, "SS58 prefix byte 0x%02x is reserved", raw[0]);
  if (start == 2) ident = (uint16_t)((raw[0] & 0x3f) << 2 | raw[1] >> 6 | (raw[1] & 0x3f) << 8);
  size_t body = len > start + 2 && len - start - 2 >= 32 ? len - start - 2 : len - start - 1;
  size_t sum_size = len - start > body ? len - start - body : 0;
  if (sum_size == 0 || checksum_size(body) != sum_size)
    return sce_error_new(SCE_BAD_INPUT, "%zu bytes are no SS58 address; an account has 35 or 36", len);
  checksum(sum, raw, start + body);
  if (memcmp(sum, raw + start + body, sum_size) != 0)
    return sce_error_new(SCE_BAD_INPUT, "SS58 checksum is wrong: the address is mistyped or cut");
  SCE_TRY(sce_buf_append(bytes, raw + start, body));
  if (prefix != NULL) *prefix = ident;
  return NULL;
}
