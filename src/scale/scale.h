/* scale.h: SCALE primitives: a bounds-checked reader and writers onto an sce_buf_t.
 *
 * Strict as parity-scale-codec 3: compact integers only in their shortest form, bool and Option only 0 or 1. On failure
 * a read leaves its output and the reader's position unchanged; the error names the offset and has the reader's kind.
 * Spans that a read gives point into the reader's bytes. */
#ifndef SCE_SCALE_SCALE_H
#define SCE_SCALE_SCALE_H

#include "scexec/base.h"

typedef struct sce_scale_reader {
  sce_span_t bytes;      /* all of the input; borrowed */
  size_t at;             /* offset of the next byte, at most bytes.len */
  sce_error_kind_t kind; /* of the errors that reads give */
} sce_scale_reader_t;

/* 128 bits, for compilers without __int128. */
typedef struct sce_u128 {
  uint64_t low;
  uint64_t high;
} sce_u128_t;

/* A reader at offset 0 whose errors are SCE_BAD_INPUT; set `kind` for another. */
static inline sce_scale_reader_t sce_scale_reader(sce_span_t bytes) {
  return (sce_scale_reader_t){bytes, 0, SCE_BAD_INPUT};
}

static inline size_t sce_scale_left(const sce_scale_reader_t *in) {
  return in->bytes.len - in->at;
}

/* An error of the reader's kind about offset `at`: "<what> at offset <at>". */
sce_error_t *sce_scale_error(const sce_scale_reader_t *in, size_t at, const char *what);

sce_error_t *sce_scale_read_u8(sce_scale_reader_t *in, uint8_t *value);
sce_error_t *sce_scale_read_u16(sce_scale_reader_t *in, uint16_t *value);
sce_error_t *sce_scale_read_u32(sce_scale_reader_t *in, uint32_t *value);
sce_error_t *sce_scale_read_u64(sce_scale_reader_t *in, uint64_t *value);
sce_error_t *sce_scale_read_u128(sce_scale_reader_t *in, sce_u128_t *value);
/* One byte, 0 or 1. */
sce_error_t *sce_scale_read_bool(sce_scale_reader_t *in, bool *value);
/* The tag of an Option: true when a value follows. Not for Option<bool>, which is one byte 0, 1 (true) or 2 (false)
 * only in the type OptionBool; a plain Option<bool> has this tag and a bool. */
sce_error_t *sce_scale_read_option(sce_scale_reader_t *in, bool *present);

sce_error_t *sce_scale_read_compact_u32(sce_scale_reader_t *in, uint32_t *value);
sce_error_t *sce_scale_read_compact_u64(sce_scale_reader_t *in, uint64_t *value);
sce_error_t *sce_scale_read_compact_u128(sce_scale_reader_t *in, sce_u128_t *value);

/* `len` bytes as they stand. */
sce_error_t *sce_scale_read_raw(sce_scale_reader_t *in, sce_span_t *bytes, size_t len);
/* The same, copied to `out`, which has room for `len` bytes: for hashes and ids. */
sce_error_t *sce_scale_read_fixed(sce_scale_reader_t *in, void *out, size_t len);
/* Vec<u8>: compact length, then that many bytes. */
sce_error_t *sce_scale_read_bytes(sce_scale_reader_t *in, sce_span_t *bytes);
/* String: as Vec<u8>, and well-formed UTF-8. */
sce_error_t *sce_scale_read_text(sce_scale_reader_t *in, sce_span_t *text);
/* The length of a Vec whose items take at least `min_item_size` bytes each (0: items may be empty); refused when the
 * bytes left cannot hold them, so that the count may be used to allocate. */
sce_error_t *sce_scale_read_count(sce_scale_reader_t *in, uint32_t *count, size_t min_item_size);
/* Refuses bytes that are left over. */
sce_error_t *sce_scale_read_end(const sce_scale_reader_t *in);

sce_error_t *sce_scale_write_u8(sce_buf_t *out, uint8_t value);
sce_error_t *sce_scale_write_u16(sce_buf_t *out, uint16_t value);
sce_error_t *sce_scale_write_u32(sce_buf_t *out, uint32_t value);
sce_error_t *sce_scale_write_u64(sce_buf_t *out, uint64_t value);
sce_error_t *sce_scale_write_u128(sce_buf_t *out, sce_u128_t value);
sce_error_t *sce_scale_write_bool(sce_buf_t *out, bool value);
sce_error_t *sce_scale_write_compact(sce_buf_t *out, uint64_t value);
sce_error_t *sce_scale_write_compact_u128(sce_buf_t *out, sce_u128_t value);
/* Vec<u8> and String; SCE_BAD_INPUT above 2^32 - 1 bytes. */
sce_error_t *sce_scale_write_bytes(sce_buf_t *out, sce_span_t bytes);

#endif
