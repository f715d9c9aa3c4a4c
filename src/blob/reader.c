/* reader.c: bounds-checked primitives of the binary format (WebAssembly specification 2.0, section 5.2). */
#include "blob/reader.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdio.h>

void sce_wasm_fail(wasm_reader_t *r, size_t offset, const char *format, ...) {
  if (r->err != NULL) return;
  va_list args;
  va_start(args, format);
  r->err = sce_error_vnew(SCE_BAD_CODE, format, args);
  va_end(args);
  r->err = sce_error_prefix(r->err, "malformed module: %s section, offset %zu", r->section, offset);
  r->at = r->end;
}

void sce_wasm_refuse(wasm_reader_t *r, size_t offset, proposal_t proposal, const char *what) {
  if (r->err != NULL) return;
  r->err = sce_error_new(SCE_BAD_CODE, "%s section, offset %zu: %s needs the proposal %s, which no runtime may use",
                         r->section, offset, what, sce_proposal_name(proposal));
  r->at = r->end;
}

static void fail_end(wasm_reader_t *r, const char *what) {
  sce_wasm_fail(r, (size_t)(r->end - r->base), "the section ends within %s", what);
}

uint8_t sce_wasm_read_byte(wasm_reader_t *r) {
  if (r->err != NULL) return 0;
  if (r->at == r->end) {
    fail_end(r, "an entry");
    return 0;
  }
  return *r->at++;
}

/* An unsigned number of 32 bits or a signed one of `bits` (32, 33, 64), sign-extended to 64. */
static const uint8_t *leb(const uint8_t *at, const uint8_t *end, unsigned bits, bool is_signed, uint64_t *value,
                          bool *padded) {
  uint64_t result = 0;
  uint8_t byte, before = 0;
  unsigned shift = 0;
  const uint8_t *start = at;
  do {
    if (at == end || shift >= bits) return NULL;
    byte = *at++;
    result |= (uint64_t)(byte & 0x7f) << shift;
    shift += 7;
    if (byte & 0x80) before = byte;
  } while (byte & 0x80);
  bool negative = is_signed && (byte & 0x40) != 0;
  if (shift > bits) { /* the last byte has bits to spare: they must repeat the sign */
    unsigned used = bits + 7 - shift;
    uint8_t spare = (uint8_t)(0x7f & ~((1u << (is_signed ? used - 1 : used)) - 1));
    if ((byte & spare) != (negative ? spare : 0)) return NULL;
  }
  if (negative && shift < 64) result |= ~(uint64_t)0 << shift;
  if (at - start > 1 && (!is_signed ? byte == 0 : (byte == 0 && !(before & 0x40)) || (byte == 0x7f && (before & 0x40))))
    *padded = true;
  *value = result;
  return at;
}

const uint8_t *sce_leb_u32(const uint8_t *at, const uint8_t *end, uint32_t *value, bool *padded) {
  uint64_t wide;
  at = leb(at, end, 32, false, &wide, padded);
  if (at != NULL) *value = (uint32_t)wide;
  return at;
}

const uint8_t *sce_leb_s32(const uint8_t *at, const uint8_t *end, int32_t *value, bool *padded) {
  uint64_t wide;
  at = leb(at, end, 32, true, &wide, padded);
  if (at != NULL) *value = (int32_t)(uint32_t)wide;
  return at;
}

const uint8_t *sce_leb_s33(const uint8_t *at, const uint8_t *end, int64_t *value, bool *padded) {
  uint64_t wide;
  at = leb(at, end, 33, true, &wide, padded);
  if (at != NULL) *value = (int64_t)wide;
  return at;
}

const uint8_t *sce_leb_s64(const uint8_t *at, const uint8_t *end, int64_t *value, bool *padded) {
  uint64_t wide;
  at = leb(at, end, 64, true, &wide, padded);
  if (at != NULL) *value = (int64_t)wide;
  return at;
}

/* What was wrong with a number that could not be read: the end, or its form. */
static void fail_number(wasm_reader_t *r, const char *what, unsigned bits) {
  for (const uint8_t *p = r->at; p < r->end; p++)
    if (!(*p & 0x80) || p - r->at >= 10) {
      sce_wasm_fail(r, wasm_offset(r), "%s does not fit %u bits", what, bits);
      return;
    }
  fail_end(r, what);
}

uint32_t sce_wasm_read_u32(wasm_reader_t *r, const char *what) {
  if (r->err != NULL) return 0;
  if (r->at < r->end && *r->at < 0x80) return *r->at++;
  uint32_t value = 0;
  bool padded = false;
  const uint8_t *next = sce_leb_u32(r->at, r->end, &value, &padded);
  if (next == NULL) {
    fail_number(r, what, 32);
    return 0;
  }
  r->at = next;
  return value;
}

int32_t sce_wasm_read_s32(wasm_reader_t *r, const char *what) {
  if (r->err != NULL) return 0;
  int32_t value = 0;
  bool padded = false;
  const uint8_t *next = sce_leb_s32(r->at, r->end, &value, &padded);
  if (next == NULL) {
    fail_number(r, what, 32);
    return 0;
  }
  r->at = next;
  return value;
}

int64_t sce_wasm_read_s64(wasm_reader_t *r, const char *what) {
  if (r->err != NULL) return 0;
  int64_t value = 0;
  bool padded = false;
  const uint8_t *next = sce_leb_s64(r->at, r->end, &value, &padded);
  if (next == NULL) {
    fail_number(r, what, 64);
    return 0;
  }
  r->at = next;
  return value;
}

uint32_t sce_wasm_read_index(wasm_reader_t *r, const char *what, uint32_t count) {
  size_t offset = wasm_offset(r);
  uint32_t index = sce_wasm_read_u32(r, what);
  if (r->err == NULL && index >= count)
    sce_wasm_fail(r, offset, "%s %u does not exist (there are %u)", what, index, count);
  return r->err == NULL ? index : 0;
}

uint32_t sce_wasm_read_count(wasm_reader_t *r, const char *what, uint32_t limit, size_t min_size) {
  size_t offset = wasm_offset(r);
  uint32_t count = sce_wasm_read_u32(r, what);
  if (r->err != NULL) return 0;
  if (count > limit)
    sce_wasm_fail(r, offset, "%u %s are more than the limit of %u", count, what, limit);
  else if (count > wasm_left(r) / min_size)
    sce_wasm_fail(r, offset, "%u %s are more than the section's %zu bytes can hold", count, what, wasm_left(r));
  return r->err == NULL ? count : 0;
}

sce_span_t sce_wasm_read_span(wasm_reader_t *r, size_t len, const char *what) {
  if (r->err != NULL) return sce_span(NULL, 0);
  if (len > wasm_left(r)) {
    sce_wasm_fail(r, wasm_offset(r), "%s of %zu bytes is longer than the %zu that are left", what, len, wasm_left(r));
    return sce_span(NULL, 0);
  }
  sce_span_t bytes = sce_span(r->at, len);
  r->at += len;
  return bytes;
}

sce_span_t sce_wasm_read_name(wasm_reader_t *r, const char *what) {
  size_t offset = wasm_offset(r);
  uint32_t len = sce_wasm_read_u32(r, what);
  if (r->err == NULL && len > MAX_NAME_BYTES)
    sce_wasm_fail(r, offset, "%s of %u bytes is longer than the limit of %u", what, len, MAX_NAME_BYTES);
  sce_span_t name = sce_wasm_read_span(r, len, what);
  if (r->err == NULL && !sce_utf8_valid(name.data, name.len)) sce_wasm_fail(r, offset, "%s is not UTF-8", what);
  return r->err == NULL ? name : sce_span(NULL, 0);
}
