/* lmdb_format.c: records of a state database, to and from bytes. */
#include "state/lmdb_format.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"

#include <string.h>

static const char magic[] = "scexec-s";

#define FLAG_HASHED 1u
#define FLAG_WHOLE_KEY 2u
#define CUT_LEN (SCE_LMDB_SHORT + 32)

static sce_error_t *damaged(const char *what) {
  return sce_error_new(SCE_BAD_STATE, "the state database is damaged: %s", what);
}

/* ---- keys ---- */

void sce_lmdb_plain_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag) {
  key->bytes[0] = (uint8_t)tag;
  key->len = key->head = 1;
  key->cut = false;
}

static void put_be(sce_lmdb_key_t *key, uint64_t number, unsigned bytes) {
  while (bytes-- > 0) key->bytes[key->len++] = (uint8_t)(number >> (8 * bytes));
  key->head = key->len;
}

void sce_lmdb_number_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag, uint64_t number) {
  sce_lmdb_plain_key(key, tag);
  put_be(key, number, 8);
}

/* Appends what comes after the head, cut where it is long. */
static void put_tail(sce_lmdb_key_t *key, sce_span_t tail) {
  key->cut = tail.len > SCE_LMDB_SHORT;
  size_t len = key->cut ? SCE_LMDB_SHORT : tail.len;
  if (len > 0) memcpy(key->bytes + key->len, tail.data, len);
  key->len += len;
  if (!key->cut) return;
  sce_blake2b_256(key->bytes + key->len, tail);
  key->len += 32;
}

void sce_lmdb_name_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag, sce_span_t name) {
  sce_lmdb_plain_key(key, tag);
  put_tail(key, name);
}

void sce_lmdb_trie_head(sce_lmdb_key_t *key, sce_trie_id_t trie, bool nodes) {
  if (trie == SCE_TRIE_TOP) {
    sce_lmdb_plain_key(key, nodes ? SCE_LMDB_TOP_NODE : SCE_LMDB_TOP);
  } else {
    sce_lmdb_plain_key(key, nodes ? SCE_LMDB_KID_NODE : SCE_LMDB_KID);
    put_be(key, trie, 4);
  }
}

void sce_lmdb_storage_key(sce_lmdb_key_t *key, sce_trie_id_t trie, sce_span_t storage_key) {
  sce_lmdb_trie_head(key, trie, false);
  put_tail(key, storage_key);
}

/* The hash of a long path is that of its nibbles, one a byte. */
void sce_lmdb_node_key(sce_lmdb_key_t *key, sce_trie_id_t trie, sce_nibbles_t path) {
  sce_lmdb_trie_head(key, trie, true);
  key->cut = path.len / 2 + 2 > SCE_LMDB_SHORT;
  size_t count = key->cut ? 2 * (SCE_LMDB_SHORT - 1) : path.len;
  for (size_t i = 0; i < count; i += 2) {
    uint8_t low = i + 1 < count ? path.data[i + 1] : 0;
    key->bytes[key->len++] = (uint8_t)(path.data[i] << 4 | low);
  }
  key->bytes[key->len++] = (uint8_t)(path.len & 1);
  if (!key->cut) return;
  sce_blake2b_256(key->bytes + key->len, sce_span(path.data, path.len));
  key->len += 32;
}

/* ---- values ---- */

static sce_error_t *put_u32(sce_buf_t *out, uint32_t number) {
  uint8_t bytes[4];
  sce_store_le32(bytes, number);
  return sce_buf_append(out, bytes, 4);
}

static sce_error_t *put_u64(sce_buf_t *out, uint64_t number) {
  uint8_t bytes[8];
  sce_store_le64(bytes, number);
  return sce_buf_append(out, bytes, 8);
}

sce_error_t *sce_lmdb_put_value(sce_buf_t *out, const sce_lmdb_key_t *key, sce_span_t storage_key, sce_span_t value,
                                bool hashed) {
  if (storage_key.len >= UINT32_MAX || value.len >= UINT32_MAX - 16 - storage_key.len)
    return sce_error_new(SCE_BAD_INPUT, "a key and value of 4 GiB or more can't be stored");
  SCE_TRY(sce_buf_reserve(out, 1 + (key->cut ? 4 + storage_key.len : 0) + value.len));
  SCE_TRY(sce_buf_append_byte(out, (uint8_t)((hashed ? FLAG_HASHED : 0) | (key->cut ? FLAG_WHOLE_KEY : 0))));
  if (key->cut) {
    SCE_TRY(put_u32(out, (uint32_t)storage_key.len));
    SCE_TRY(sce_buf_append(out, storage_key.data, storage_key.len));
  }
  return sce_buf_append(out, value.data, value.len);
}

sce_error_t *sce_lmdb_read_value(sce_entry_t *entry, sce_span_t key, size_t head, sce_span_t value) {
  if (value.len < 1 || value.data[0] > (FLAG_HASHED | FLAG_WHOLE_KEY) || key.len < head)
    return damaged("a value without its flags");
  bool cut = (value.data[0] & FLAG_WHOLE_KEY) != 0;
  if (cut != (key.len - head > SCE_LMDB_SHORT) || (cut && key.len - head != CUT_LEN))
    return damaged("a key of the wrong length");
  entry->hashed = (value.data[0] & FLAG_HASHED) != 0;
  entry->key = sce_span_skip(key, head);
  entry->value = sce_span_skip(value, 1);
  if (!cut) return NULL;
  uint32_t len = value.len < 5 ? UINT32_MAX : sce_load_le32(value.data + 1);
  if (len > value.len - 5 || len <= SCE_LMDB_SHORT || memcmp(value.data + 5, key.data + head, SCE_LMDB_SHORT) != 0)
    return damaged("a long key that is not whole");
  entry->key = sce_span(value.data + 5, len);
  entry->value = sce_span_skip(value, 5 + len);
  return NULL;
}

/* ---- records ---- */

sce_error_t *sce_lmdb_put_database(sce_buf_t *out, const sce_lmdb_database_t *database) {
  SCE_TRY(sce_buf_append(out, magic, 8));
  SCE_TRY(put_u32(out, SCE_LMDB_FORMAT));
  SCE_TRY(put_u32(out, database->keep));
  SCE_TRY(put_u64(out, database->newest));
  SCE_TRY(put_u64(out, database->oldest));
  SCE_TRY(put_u32(out, database->next_child));
  SCE_TRY(put_u64(out, database->settled));
  SCE_TRY(put_u64(out, database->settled_keys));
  SCE_TRY(sce_buf_append(out, database->settled_root, 32));
  return put_u64(out, database->journal_bytes);
}

sce_error_t *sce_lmdb_read_database(sce_lmdb_database_t *database, sce_span_t value) {
  if (value.len < 12 || memcmp(value.data, magic, 8) != 0)
    return sce_error_new(SCE_BAD_STATE, "an LMDB database, but not one of scexec's");
  uint32_t format = sce_load_le32(value.data + 8);
  if (format != SCE_LMDB_FORMAT)
    return sce_error_new(SCE_BAD_STATE,
                         "state database of format version %u; this scexec reads version %u: import the state again",
                         (unsigned)format, SCE_LMDB_FORMAT);
  if (value.len != 92) return damaged("the record of the database");
  *database = (sce_lmdb_database_t){.keep = sce_load_le32(value.data + 12),
                                    .newest = sce_load_le64(value.data + 16),
                                    .oldest = sce_load_le64(value.data + 24),
                                    .next_child = sce_load_le32(value.data + 32),
                                    .settled = sce_load_le64(value.data + 36),
                                    .settled_keys = sce_load_le64(value.data + 44),
                                    .journal_bytes = sce_load_le64(value.data + 84)};
  memcpy(database->settled_root, value.data + 52, 32);
  if (database->oldest > database->newest || database->settled > database->newest || database->newest == UINT64_MAX ||
      database->next_child == 0)
    return damaged("the record of the database");
  return NULL;
}

sce_error_t *sce_lmdb_put_child(sce_buf_t *out, const sce_lmdb_key_t *key, const sce_lmdb_child_t *child) {
  SCE_TRY(put_u32(out, child->id));
  SCE_TRY(put_u64(out, child->keys));
  return key->cut ? sce_buf_append(out, child->name.data, child->name.len) : NULL;
}

sce_error_t *sce_lmdb_read_child(sce_lmdb_child_t *child, sce_span_t key, sce_span_t value) {
  bool cut = key.len == 1 + CUT_LEN;
  if (key.len < 1 || value.len < 12 || (!cut && (value.len != 12 || key.len > 1 + SCE_LMDB_SHORT)))
    return damaged("the record of a child trie");
  *child = (sce_lmdb_child_t){sce_load_le32(value.data), sce_load_le64(value.data + 4), sce_span_skip(key, 1)};
  if (cut) child->name = sce_span_skip(value, 12);
  if (child->id == SCE_TRIE_TOP || child->id >= SCE_TRIE_NONE / 2 || (cut && child->name.len <= SCE_LMDB_SHORT))
    return damaged("the record of a child trie");
  return NULL;
}

sce_error_t *sce_lmdb_put_state(sce_buf_t *out, const sce_lmdb_state_record_t *record) {
  SCE_TRY(put_u64(out, record->keys));
  SCE_TRY(sce_buf_append(out, record->root, 32));
  SCE_TRY(sce_buf_append_byte(out, record->has_block));
  SCE_TRY(put_u32(out, record->block_number));
  SCE_TRY(sce_buf_append(out, record->block_hash, 32));
  return sce_buf_append(out, record->header.data, record->header.len);
}

sce_error_t *sce_lmdb_read_state(sce_lmdb_state_record_t *record, sce_span_t value) {
  if (value.len < 77 || value.data[40] > 1) return damaged("the record of a state");
  record->keys = sce_load_le64(value.data);
  memcpy(record->root, value.data + 8, 32);
  record->has_block = value.data[40] != 0;
  record->block_number = sce_load_le32(value.data + 41);
  memcpy(record->block_hash, value.data + 45, 32);
  record->header = sce_span_skip(value, 77);
  return NULL;
}
