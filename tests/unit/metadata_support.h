/* metadata_support.h: samples of metadata in tests/data/metadata, NAME.scale.zst, each returned by the runtime it is
 * named after (made.v16: by tests/oracle/metadata, out of paseo.v15; asset-hub-polkadot.v15 and substrate.v16: of the
 * packages that @polkadot/types-support 16.5.6 keeps). Include after cmocka.h. */
#ifndef TESTS_METADATA_SUPPORT_H
#define TESTS_METADATA_SUPPORT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scexec/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Fails the test on an error. */
static inline void must(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

/* Fails unless `err` has this kind and message; frees it. */
static inline void must_fail(sce_error_t *err, sce_error_kind_t kind, const char *message) {
  assert_non_null(err);
  assert_string_equal(sce_error_message(err), message);
  assert_int_equal(sce_error_kind(err), kind);
  sce_error_delete(err);
}

/* A file's bytes, released with sce_buf_free(); empty when there is none. */
static inline sce_buf_t read_whole(const char *path) {
  sce_buf_t out = {0};
  uint8_t chunk[65536];
  FILE *f = fopen(path, "rb");
  if (f == NULL) return out;
  for (size_t len; (len = fread(chunk, 1, sizeof chunk, f)) > 0;) must(sce_buf_append(&out, chunk, len));
  fclose(f);
  return out;
}

static inline sce_buf_t sample_bytes(const char *name) {
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/metadata/%s.scale.zst", name);
  sce_buf_t packed = read_whole(path), out = {0};
  if (packed.len == 0) fail_msg("no sample %s", path);
  unsigned long long size = ZSTD_getFrameContentSize(packed.data, packed.len);
  must(sce_buf_reserve(&out, (size_t)size));
  out.len = ZSTD_decompress(out.data, out.cap, packed.data, packed.len);
  assert_int_equal(out.len, size);
  sce_buf_free(&packed);
  return out;
}

/* What the runtime's Core_version says of itself, as far as metadata looks at it. */
static inline sce_runtime_version_t sample_version(const char *name) {
  sce_runtime_version_t v = {0};
  if (strncmp(name, "polkadot.", 9) == 0) v.spec_name = sce_span_text("polkadot");
  if (strncmp(name, "kusama.", 7) == 0)
    v = (sce_runtime_version_t){.spec_name = sce_span_text("kusama"), .spec_version = 1020};
  return v;
}

/* Released with sce_metadata_delete(). */
static inline sce_metadata_t *sample_metadata(const char *name) {
  sce_metadata_t *md;
  sce_span_t bytes;
  sce_buf_t file = sample_bytes(name);
  sce_runtime_version_t version = sample_version(name);
  must(sce_metadata_unwrap(&bytes, sce_buf_span(&file)));
  must(sce_metadata_new(&md, bytes, version.spec_name.len > 0 ? &version : NULL));
  sce_buf_free(&file);
  return md;
}

static inline uint32_t type_of(sce_metadata_t *md, const char *text) {
  uint32_t type;
  must(sce_type_resolve(md, &type, sce_span_text(text)));
  return type;
}

/* The buffer as text, for comparisons; the NUL is not counted in len. */
static inline const char *as_text(sce_buf_t *buf) {
  must(sce_buf_append_byte(buf, 0));
  buf->len--;
  return (const char *)buf->data;
}

/* xorshift64*; the same numbers everywhere. */
static inline uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1du;
}

#endif
