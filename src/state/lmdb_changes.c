/* lmdb_changes.c: records of changes, to and from bytes. */
#include "state/lmdb_changes.h"

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

sce_error_t *sce_changes_put_trie(sce_buf_t *out, const sce_span_t *child, uint64_t keys, size_t count) {
  uint8_t bytes[8];
  if (child == NULL)
    SCE_TRY(put_u32(out, TOP_TRIE));
  else
    SCE_TRY(put_bytes(out, *child));
  sce_store_le64(bytes, keys);
  SCE_TRY(sce_buf_append(out, bytes, 8));
  return put_u32(out, (uint32_t)count);
}

void sce_changes_set_keys(sce_buf_t *out, size_t at, uint64_t keys) {
  uint32_t name_len = sce_load_le32(out->data + at);
  sce_store_le64(out->data + at + 4 + (name_len == TOP_TRIE ? 0 : name_len), keys);
}

sce_error_t *sce_changes_put(sce_buf_t *out, sce_span_t key, sce_changed_kind_t kind, sce_span_t value) {
  size_t room;
  if (!sce_add_size(key.len, value.len, &room) || !sce_add_size(room, SCE_CHANGES_ENTRY_HEAD, &room))
    return sce_error_oom();
  SCE_TRY(sce_buf_reserve(out, room));
  SCE_TRY(put_bytes(out, key));
  uint8_t *at = out->data + out->len;
  sce_store_le32(at, (uint32_t)value.len + 1);
  at[4] = (uint8_t)kind;
  out->len += 5;
  return sce_buf_append(out, value.data, value.len);
}

sce_error_t *sce_changes_put_entry(sce_buf_t *out, sce_span_t key, const sce_entry_t *entry) {
  if (entry == NULL) return sce_changes_put(out, key, SCE_CHANGED_ABSENT, sce_span(NULL, 0));
  return sce_changes_put(out, key, entry->hashed ? SCE_CHANGED_HASHED : SCE_CHANGED_INLINE, entry->value);
}

/* ---- reading ---- */

static sce_error_t *damaged(void) {
  return sce_error_new(SCE_BAD_STATE, "the state database is damaged: the record of a state's changes");
}

static sce_error_t *read_raw(sce_changes_reader_t *in, sce_span_t *bytes, size_t len) {
  if (in->bytes.len - in->at < len) return damaged();
  *bytes = sce_span(in->bytes.data + in->at, len);
  in->at += len;
  return NULL;
}

static sce_error_t *read_u32(sce_changes_reader_t *in, uint32_t *number) {
  sce_span_t bytes;
  SCE_TRY(read_raw(in, &bytes, 4));
  *number = sce_load_le32(bytes.data);
  return NULL;
}

sce_error_t *sce_changes_read_trie(sce_changes_reader_t *in, bool *more, sce_changed_trie_t *trie) {
  uint32_t len;
  sce_span_t bytes;
  *more = in->at < in->bytes.len;
  *trie = (sce_changed_trie_t){.top = false};
  if (!*more) return NULL;
  if (in->ended) return damaged();
  SCE_TRY(read_u32(in, &len));
  trie->top = in->ended = len == TOP_TRIE;
  if (!trie->top) {
    SCE_TRY(read_raw(in, &trie->child, len));
    if (in->named && sce_span_compare(in->name, trie->child) >= 0) return damaged();
    in->name = trie->child;
    in->named = true;
  }
  SCE_TRY(read_raw(in, &bytes, 8));
  trie->keys = sce_load_le64(bytes.data);
  in->first = true;
  return read_u32(in, &trie->count);
}

sce_error_t *sce_changes_read(sce_changes_reader_t *in, sce_changed_entry_t *entry) {
  uint32_t len;
  SCE_TRY(read_u32(in, &len));
  SCE_TRY(read_raw(in, &entry->key, len));
  if (!in->first && sce_span_compare(in->key, entry->key) >= 0) return damaged();
  in->first = false;
  in->key = entry->key;
  SCE_TRY(read_u32(in, &len));
  SCE_TRY(read_raw(in, &entry->tagged, len));
  if (len < 1 || entry->tagged.data[0] > SCE_CHANGED_HASHED) return damaged();
  return entry->tagged.data[0] == SCE_CHANGED_ABSENT && len > 1 ? damaged() : NULL;
}
