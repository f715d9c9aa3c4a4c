/* fuzz_scale.c: no input makes a SCALE primitive read outside of it, move backwards, or move at all when it refuses;
 * what a compact integer and a byte vector are read from is exactly what they are written as.
 *
 * Input: u8 count of reads, a byte for each that chooses it, then the bytes that are read. */
#include "base/buf.h"
#include "base/error.h"
#include "scale/scale.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
  if (!holds) abort();
}

/* Whether `written` is what the reader has just passed. Frees it. */
static void check_same(const sce_scale_reader_t *in, size_t before, sce_error_t *err, sce_buf_t *written) {
  if (err != NULL) abort(); /* of memory, or a length above 2^32 - 1, which no input has */
  check(written->len == in->at - before && memcmp(written->data, in->bytes.data + before, written->len) == 0);
  sce_buf_free(written);
}

static sce_error_t *read_compact(sce_scale_reader_t *in, unsigned bits) {
  size_t before = in->at;
  sce_buf_t written = {0};
  sce_u128_t value = {0, 0};
  uint32_t narrow = 0;
  if (bits == 32) {
    SCE_TRY(sce_scale_read_compact_u32(in, &narrow));
    value.low = narrow;
  } else if (bits == 64) {
    SCE_TRY(sce_scale_read_compact_u64(in, &value.low));
  } else {
    SCE_TRY(sce_scale_read_compact_u128(in, &value));
  }
  sce_error_t *err =
      bits == 128 ? sce_scale_write_compact_u128(&written, value) : sce_scale_write_compact(&written, value.low);
  check_same(in, before, err, &written);
  return NULL;
}

static sce_error_t *read_bytes(sce_scale_reader_t *in, bool text) {
  size_t before = in->at;
  sce_span_t bytes;
  sce_buf_t written = {0};
  SCE_TRY(text ? sce_scale_read_text(in, &bytes) : sce_scale_read_bytes(in, &bytes));
  check(bytes.data + bytes.len == in->bytes.data + in->at);
  check_same(in, before, sce_scale_write_bytes(&written, bytes), &written);
  return NULL;
}

static sce_error_t *read_one(sce_scale_reader_t *in, uint8_t choice) {
  uint8_t fixed[32], u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  sce_u128_t u128;
  bool flag;
  sce_span_t raw;
  switch (choice % 14) {
    case 0: return sce_scale_read_u8(in, &u8);
    case 1: return sce_scale_read_u16(in, &u16);
    case 2: return sce_scale_read_u32(in, &u32);
    case 3: return sce_scale_read_u64(in, &u64);
    case 4: return sce_scale_read_u128(in, &u128);
    case 5: return sce_scale_read_bool(in, &flag);
    case 6: return sce_scale_read_option(in, &flag);
    case 7: return read_compact(in, 32);
    case 8: return read_compact(in, 64);
    case 9: return read_compact(in, 128);
    case 10: return read_bytes(in, false);
    case 11: return read_bytes(in, true);
    case 12: return sce_scale_read_fixed(in, fixed, choice % sizeof fixed);
    default: {
      sce_error_t *err = sce_scale_read_count(in, &u32, choice / 14);
      if (err == NULL) check((uint64_t)u32 * (choice / 14) <= sce_scale_left(in));
      return err != NULL ? err : sce_scale_read_raw(in, &raw, choice % 7);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t choices = size > 0 ? data[0] : 0;
  if (size == 0 || choices > size - 1) return 0;
  sce_scale_reader_t in = sce_scale_reader(sce_span(data + 1 + choices, size - 1 - choices));
  for (size_t i = 0; i < choices; i++) {
    size_t before = in.at;
    sce_error_t *err = read_one(&in, data[1 + i]);
    check(in.at >= before && in.at <= in.bytes.len);
    check(err == NULL || in.at == before || data[1 + i] % 14 == 13); /* that one reads twice */
    sce_error_delete(err);
  }
  return 0;
}
