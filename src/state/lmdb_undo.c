/* lmdb_undo.c: undo records, to and from bytes. */
#include "state/lmdb_undo.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"

#define TOP_TRIE UINT32_MAX

static sce_error_t *put_u32(sce_buf_t *out, uint32_t number) {
  uint8_t bytes[4];
  sce_store_le32(bytes, number);
  return sce_buf_append(out, bytes, 4);
}

static sce_error_t *put_bytes(sce_buf_t *out, sce_span_t bytes) {
  SCE_TRY(put_u32(out, (uint32_t)bytes.len));
  return sce_buf_append(out, bytes.data, bytes.len);
}

sce_error_t *sce_undo_put_trie(sce_buf_t *out, const sce_span_t *child, size_t count) {
  if (child == NULL)
    SCE_TRY(put_u32(out, TOP_TRIE));
  else
    SCE_TRY(put_bytes(out, *child));
  return put_u32(out, (uint32_t)count);
}

sce_error_t *sce_undo_put_key(sce_buf_t *out, sce_span_t key, const sce_entry_t *before) {
  SCE_TRY(put_bytes(out, key));
  sce_undo_kind_t kind = before == NULL ? SCE_UNDO_ABSENT : before->hashed ? SCE_UNDO_HASHED : SCE_UNDO_INLINE;
  SCE_TRY(sce_buf_append_byte(out, (uint8_t)kind));
  return before == NULL ? NULL : put_bytes(out, before->value);
}

static sce_error_t *damaged(void) {
  return sce_error_new(SCE_BAD_STATE, "the state database is damaged: the record of a state's changes");
}

static sce_error_t *read_u32(sce_undo_reader_t *in, uint32_t *number) {
  if (in->bytes.len - in->at < 4) return damaged();
  *number = sce_load_le32(in->bytes.data + in->at);
  in->at += 4;
  return NULL;
}

static sce_error_t *read_raw(sce_undo_reader_t *in, sce_span_t *bytes, uint32_t len) {
  if (in->bytes.len - in->at < len) return damaged();
  *bytes = sce_span(in->bytes.data + in->at, len);
  in->at += len;
  return NULL;
}

static sce_error_t *read_bytes(sce_undo_reader_t *in, sce_span_t *bytes) {
  uint32_t len;
  SCE_TRY(read_u32(in, &len));
  return read_raw(in, bytes, len);
}

sce_error_t *sce_undo_read_trie(sce_undo_reader_t *in, bool *more, bool *top, sce_span_t *child, uint32_t *count) {
  uint32_t len;
  *more = in->at < in->bytes.len;
  *child = sce_span(NULL, 0);
  if (!*more) return NULL;
  SCE_TRY(read_u32(in, &len));
  *top = len == TOP_TRIE;
  if (!*top) SCE_TRY(read_raw(in, child, len));
  return read_u32(in, count);
}

sce_error_t *sce_undo_read_key(sce_undo_reader_t *in, sce_undo_kind_t *kind, sce_span_t *key, sce_span_t *value) {
  sce_span_t byte;
  *value = sce_span(NULL, 0);
  SCE_TRY(read_bytes(in, key));
  SCE_TRY(read_raw(in, &byte, 1));
  if (byte.data[0] > SCE_UNDO_HASHED) return damaged();
  *kind = (sce_undo_kind_t)byte.data[0];
  return *kind == SCE_UNDO_ABSENT ? NULL : read_bytes(in, value);
}
