/* reader.h: a cursor over a section. The first failure stays: later reads give 0 and do not move, so a caller may read
 * an entry whole and look at `err` once, as long as it does before it allocates or indexes by what it read. */
#ifndef SCE_BLOB_READER_H
#define SCE_BLOB_READER_H

#include "base/error.h"
#include "blob/module.h"

typedef struct wasm_reader {
  const uint8_t *base; /* the module: offsets count from here */
  const uint8_t *at;
  const uint8_t *end;
  const char *section; /* for messages, "import" */
  sce_error_t *err;    /* owned by whoever owns the reader */
} wasm_reader_t;

static inline size_t wasm_offset(const wasm_reader_t *r) {
  return (size_t)(r->at - r->base);
}
static inline size_t wasm_left(const wasm_reader_t *r) {
  return (size_t)(r->end - r->at);
}

/* Records "<section> section, offset <offset>: <formatted>" unless something failed before. */
void sce_wasm_fail(wasm_reader_t *r, size_t offset, const char *format, ...) SCE_PRINTF(3, 4);
/* The same for what belongs to a proposal that is never accepted. */
void sce_wasm_refuse(wasm_reader_t *r, size_t offset, proposal_t proposal, const char *what);

uint8_t sce_wasm_read_byte(wasm_reader_t *r);
/* LEB128 of at most ceil(bits / 7) bytes whose spare bits are the sign (specification, section 5.2.2). `what` names the
 * number in messages. */
uint32_t sce_wasm_read_u32(wasm_reader_t *r, const char *what);
int32_t sce_wasm_read_s32(wasm_reader_t *r, const char *what);
int64_t sce_wasm_read_s64(wasm_reader_t *r, const char *what);
/* An index below `count`: "<what> 7 does not exist (there are 3)". */
uint32_t sce_wasm_read_index(wasm_reader_t *r, const char *what, uint32_t count);
/* The length of a list whose entries take at least `min_size` (above 0) bytes: at most `limit`, and no more than the
 * section can hold. */
uint32_t sce_wasm_read_count(wasm_reader_t *r, const char *what, uint32_t limit, size_t min_size);
sce_span_t sce_wasm_read_span(wasm_reader_t *r, size_t len, const char *what);
/* At most MAX_NAME_BYTES of UTF-8. */
sce_span_t sce_wasm_read_name(wasm_reader_t *r, const char *what);

/* Decoders for instructions, where every nanosecond counts: NULL on failure (too long, spare bits, end reached),
 * else the next byte. `*padded` becomes true when the number is longer than it need be. */
const uint8_t *sce_leb_u32(const uint8_t *at, const uint8_t *end, uint32_t *value, bool *padded);
const uint8_t *sce_leb_s32(const uint8_t *at, const uint8_t *end, int32_t *value, bool *padded);
const uint8_t *sce_leb_s33(const uint8_t *at, const uint8_t *end, int64_t *value, bool *padded);
const uint8_t *sce_leb_s64(const uint8_t *at, const uint8_t *end, int64_t *value, bool *padded);

#endif
