/* scale.c: SCALE primitives. Source: parity-scale-codec 3.7.5, src/compact.rs (Decode for Compact<u32|u64|u128>: the
 * "OUT_OF_RANGE" checks are what makes the shortest form the only one) and src/codec.rs. */
#include "scale/scale.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/utf8.h"

#include <string.h>

sce_error_t *sce_scale_error(const sce_scale_reader_t *in, size_t at, const char *what) {
  return sce_error_new(in->kind, "%s at offset %zu", what, at);
}

/* Where the next `len` bytes are, without taking them. */
static sce_error_t *peek(const sce_scale_reader_t *in, const uint8_t **data, size_t len) {
  if (sce_scale_left(in) < len)
    return sce_error_new(in->kind, "input ends at offset %zu, %zu bytes are needed at offset %zu", in->bytes.len, len,
                         in->at);
  *data = in->bytes.data + in->at;
  return NULL;
}

sce_error_t *sce_scale_read_u8(sce_scale_reader_t *in, uint8_t *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 1));
  *value = *p;
  in->at += 1;
  return NULL;
}

sce_error_t *sce_scale_read_u16(sce_scale_reader_t *in, uint16_t *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 2));
  *value = sce_load_le16(p);
  in->at += 2;
  return NULL;
}

sce_error_t *sce_scale_read_u32(sce_scale_reader_t *in, uint32_t *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 4));
  *value = sce_load_le32(p);
  in->at += 4;
  return NULL;
}

sce_error_t *sce_scale_read_u64(sce_scale_reader_t *in, uint64_t *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 8));
  *value = sce_load_le64(p);
  in->at += 8;
  return NULL;
}

sce_error_t *sce_scale_read_u128(sce_scale_reader_t *in, sce_u128_t *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 16));
  *value = (sce_u128_t){sce_load_le64(p), sce_load_le64(p + 8)};
  in->at += 16;
  return NULL;
}

sce_error_t *sce_scale_read_bool(sce_scale_reader_t *in, bool *value) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 1));
  if (*p > 1) return sce_error_new(in->kind, "0x%02x at offset %zu is not a bool (0 or 1)", *p, in->at);
  *value = *p == 1;
  in->at += 1;
  return NULL;
}

sce_error_t *sce_scale_read_option(sce_scale_reader_t *in, bool *present) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 1));
  if (*p > 1) return sce_error_new(in->kind, "0x%02x at offset %zu is not the tag of an Option (0 or 1)", *p, in->at);
  *present = *p == 1;
  in->at += 1;
  return NULL;
}

/* Reads the `len` (4 to 16) little-endian bytes of a compact integer's big form. */
static sce_u128_t load_le(const uint8_t *p, size_t len) {
  uint8_t wide[16] = {0};
  memcpy(wide, p, len);
  return (sce_u128_t){sce_load_le64(wide), sce_load_le64(wide + 8)};
}

/* Least value that `len` bytes may hold in the big form: 2^30 for 4 bytes (less fits the four-byte form), else what
 * does not fit `len - 1` bytes. */
static bool is_shortest(sce_u128_t v, size_t len) {
  if (len == 4) return v.low >> 30 != 0;
  size_t bits = 8 * (len - 1);
  return bits >= 64 ? v.high >> (bits - 64) != 0 : v.low >> bits != 0 || v.high != 0;
}

/* Any compact integer of at most `max_len` value bytes (4, 8 or 16). */
static sce_error_t *read_compact(sce_scale_reader_t *in, sce_u128_t *value, size_t max_len) {
  const uint8_t *p;
  SCE_TRY(peek(in, &p, 1));
  size_t len = (*p & 3) == 3 ? (size_t)(*p >> 2) + 5 : (size_t)1 << (*p & 3); /* the prefix included */
  if (len - 1 > max_len)
    return sce_error_new(in->kind, "compact integer at offset %zu takes %zu bytes, more than the %zu of its type",
                         in->at, len - 1, max_len);
  SCE_TRY(peek(in, &p, len));
  sce_u128_t v;
  bool shortest = true;
  switch (*p & 3) {
    case 0: v = (sce_u128_t){*p >> 2, 0}; break;
    case 1:
      v = (sce_u128_t){sce_load_le16(p) >> 2, 0};
      shortest = v.low >> 6 != 0;
      break;
    case 2:
      v = (sce_u128_t){sce_load_le32(p) >> 2, 0};
      shortest = v.low >> 14 != 0;
      break;
    default:
      v = load_le(p + 1, len - 1);
      shortest = is_shortest(v, len - 1);
      break;
  }
  if (!shortest) return sce_error_new(in->kind, "compact integer at offset %zu is not in its shortest form", in->at);
  *value = v;
  in->at += len;
  return NULL;
}

sce_error_t *sce_scale_read_compact_u32(sce_scale_reader_t *in, uint32_t *value) {
  sce_u128_t v;
  SCE_TRY(read_compact(in, &v, 4));
  *value = (uint32_t)v.low;
  return NULL;
}

sce_error_t *sce_scale_read_compact_u64(sce_scale_reader_t *in, uint64_t *value) {
  sce_u128_t v;
  SCE_TRY(read_compact(in, &v, 8));
  *value = v.low;
  return NULL;
}

sce_error_t *sce_scale_read_compact_u128(sce_scale_reader_t *in, sce_u128_t *value) {
  return read_compact(in, value, 16);
}

sce_error_t *sce_scale_read_raw(sce_scale_reader_t *in, sce_span_t *bytes, size_t len) {
  if (len == 0) {
    *bytes = sce_span_part(in->bytes, in->at, in->at);
    return NULL;
  }
  const uint8_t *p;
  SCE_TRY(peek(in, &p, len));
  *bytes = sce_span(p, len);
  in->at += len;
  return NULL;
}

sce_error_t *sce_scale_read_fixed(sce_scale_reader_t *in, void *out, size_t len) {
  sce_span_t bytes;
  SCE_TRY(sce_scale_read_raw(in, &bytes, len));
  if (len > 0) memcpy(out, bytes.data, len);
  return NULL;
}

sce_error_t *sce_scale_read_bytes(sce_scale_reader_t *in, sce_span_t *bytes) {
  size_t start = in->at;
  uint32_t len;
  SCE_TRY(sce_scale_read_compact_u32(in, &len));
  sce_error_t *err = sce_scale_read_raw(in, bytes, len);
  if (err != NULL) in->at = start;
  return err;
}

sce_error_t *sce_scale_read_text(sce_scale_reader_t *in, sce_span_t *text) {
  size_t start = in->at;
  sce_span_t bytes;
  SCE_TRY(sce_scale_read_bytes(in, &bytes));
  if (!sce_utf8_valid(bytes.data, bytes.len)) {
    in->at = start;
    return sce_scale_error(in, start, "text that is not UTF-8");
  }
  *text = bytes;
  return NULL;
}

sce_error_t *sce_scale_read_count(sce_scale_reader_t *in, uint32_t *count, size_t min_item_size) {
  size_t start = in->at;
  uint32_t n;
  SCE_TRY(sce_scale_read_compact_u32(in, &n));
  if (min_item_size > 0 && n > sce_scale_left(in) / min_item_size) {
    in->at = start;
    return sce_error_new(in->kind, "count at offset %zu claims %u items, more than the input can hold", start, n);
  }
  *count = n;
  return NULL;
}

sce_error_t *sce_scale_read_end(const sce_scale_reader_t *in) {
  if (sce_scale_left(in) == 0) return NULL;
  return sce_error_new(in->kind, "%zu bytes are left over at offset %zu", sce_scale_left(in), in->at);
}

sce_error_t *sce_scale_write_u8(sce_buf_t *out, uint8_t value) {
  return sce_buf_append_byte(out, value);
}

sce_error_t *sce_scale_write_u16(sce_buf_t *out, uint16_t value) {
  uint8_t bytes[2];
  sce_store_le16(bytes, value);
  return sce_buf_append(out, bytes, sizeof bytes);
}

sce_error_t *sce_scale_write_u32(sce_buf_t *out, uint32_t value) {
  uint8_t bytes[4];
  sce_store_le32(bytes, value);
  return sce_buf_append(out, bytes, sizeof bytes);
}

sce_error_t *sce_scale_write_u64(sce_buf_t *out, uint64_t value) {
  uint8_t bytes[8];
  sce_store_le64(bytes, value);
  return sce_buf_append(out, bytes, sizeof bytes);
}

sce_error_t *sce_scale_write_u128(sce_buf_t *out, sce_u128_t value) {
  uint8_t bytes[16];
  sce_store_le64(bytes, value.low);
  sce_store_le64(bytes + 8, value.high);
  return sce_buf_append(out, bytes, sizeof bytes);
}

sce_error_t *sce_scale_write_bool(sce_buf_t *out, bool value) {
  return sce_buf_append_byte(out, value ? 1 : 0);
}

sce_error_t *sce_scale_write_compact(sce_buf_t *out, uint64_t value) {
  return sce_scale_write_compact_u128(out, (sce_u128_t){value, 0});
}

sce_error_t *sce_scale_write_compact_u128(sce_buf_t *out, sce_u128_t value) {
  if (value.high == 0 && value.low < 1u << 6) return sce_scale_write_u8(out, (uint8_t)(value.low << 2));
  if (value.high == 0 && value.low < 1u << 14) return sce_scale_write_u16(out, (uint16_t)(value.low << 2 | 1));
  if (value.high == 0 && value.low < 1u << 30) return sce_scale_write_u32(out, (uint32_t)(value.low << 2 | 2));
  uint8_t bytes[17];
  sce_store_le64(bytes + 1, value.low);
  sce_store_le64(bytes + 9, value.high);
  size_t len = 16;
  while (len > 4 && bytes[len] == 0) len--;
  bytes[0] = (uint8_t)((len - 4) << 2 | 3);
  return sce_buf_append(out, bytes, 1 + len);
}

sce_error_t *sce_scale_write_bytes(sce_buf_t *out, sce_span_t bytes) {
  if (bytes.len > UINT32_MAX)
    return sce_error_new(SCE_BAD_INPUT, "%zu bytes are more than a SCALE byte string holds (4294967295)", bytes.len);
  SCE_TRY(sce_scale_write_compact(out, bytes.len));
  return sce_buf_append(out, bytes.data, bytes.len);
}
