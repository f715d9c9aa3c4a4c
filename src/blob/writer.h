/* writer.h: integers of the binary format in their shortest form. */
#ifndef SCE_BLOB_WRITER_H
#define SCE_BLOB_WRITER_H

#include "base/buf.h"

/* Most bytes of a 32-bit integer. */
#define LEB_MAX ((size_t)5)

/* Writes to `at`, which has room for LEB_MAX bytes; returns the byte behind. */
static inline uint8_t *sce_put_u32(uint8_t *at, uint32_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

static inline uint8_t *sce_put_s64(uint8_t *at, int64_t value) {
  for (;;) {
    uint8_t byte = (uint8_t)(value & 0x7f);
    value = value < 0 ? ~(~value >> 7) : value >> 7; /* arithmetic shift */
    bool last = (value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40));
    *at++ = last ? byte : (uint8_t)(byte | 0x80);
    if (last) return at;
  }
}

static inline sce_error_t *sce_write_u32(sce_buf_t *out, uint32_t value) {
  uint8_t bytes[LEB_MAX];
  return sce_buf_append(out, bytes, (size_t)(sce_put_u32(bytes, value) - bytes));
}

static inline sce_error_t *sce_write_s32(sce_buf_t *out, int32_t value) {
  uint8_t bytes[LEB_MAX];
  return sce_buf_append(out, bytes, (size_t)(sce_put_s64(bytes, value) - bytes));
}

#endif
