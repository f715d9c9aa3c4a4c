/* lmdb_format.h: what is in a state database: the records of its one LMDB tree.
 *
 * Format version 2. The first byte of a key says what the record is; numbers in keys are big-endian, so that they sort,
 * in values little-endian.
 *
 *   key                          value
 *   1                            the database: magic "scexec-s", u32 format version, u32 states kept beside the
 *                                newest, u64 number of the newest state, u64 of the oldest that can be reached, u32
 *                                next child id, u64 number of the settled state, u64 keys of its top trie, 32 bytes
 *                                its root, u64 bytes of the journal
 *   2 name                       a child trie: u32 id, u64 keys, then the name where the key has it only as a hash
 *   3 u64 state                  a state: u64 keys of the top trie, 32 bytes root, u8 1 when a block made it, u32
 *                                number of the block, 32 bytes hash, then the block's header
 *   4 u64 state                  how to go back from it to the one before (lmdb_changes.h); of settled states
 *   5 key                        top trie: u8 flags, [u32 length of the key, key], value
 *   6 u32 child id, key          child trie: the same
 *   7 path                       node record of the top trie (trie_rows.h), but for light branches (lmdb_branch.h)
 *   8 u32 child id, path         of a child trie
 *   9 "spec"                     what the chain spec said: a JSON object of all its members but the genesis
 *   9 "substitute"               u32 block of its first code substitute, where it has any
 *   10 u64 state                 journal: what it changed in the one before (lmdb_changes.h); of states not yet settled
 *   11 u64 state                 journal: the node records that it changed
 *
 * Flags of a value: bit 0 its node has it hashed (layout V1); bit 1 the whole key stands before the value.
 *
 * LMDB's keys have at most 511 bytes. A storage key, name or path above SCE_LMDB_SHORT bytes is cut there, and its
 * BLAKE2b-256 hash follows; the whole key is in the value. Walks sort such keys among themselves, so keys that agree in
 * that many bytes cost time in proportion to their number. A path is packed, two nibbles a byte, and ends in a byte
 * that says whether their number is odd.
 *
 * The settled state is kept whole, in the records 2 and 5 to 8; newer ones are reached by the journal, older ones by
 * undoing. State 0 is the empty one of a new database.
 */
#ifndef SCE_STATE_LMDB_FORMAT_H
#define SCE_STATE_LMDB_FORMAT_H

#include "state/backend.h"

#define SCE_LMDB_FORMAT 2u
#define SCE_LMDB_SHORT 440
#define SCE_LMDB_KEY_ROOM (1 + 4 + SCE_LMDB_SHORT + 32)

typedef enum sce_lmdb_tag {
  SCE_LMDB_DATABASE = 1,
  SCE_LMDB_CHILD = 2,
  SCE_LMDB_STATE = 3,
  SCE_LMDB_UNDO = 4,
  SCE_LMDB_TOP = 5,
  SCE_LMDB_KID = 6,
  SCE_LMDB_TOP_NODE = 7,
  SCE_LMDB_KID_NODE = 8,
  SCE_LMDB_ABOUT = 9,
  SCE_LMDB_JOURNAL = 10,
  SCE_LMDB_JOURNAL_NODES = 11
} sce_lmdb_tag_t;

/* A key as LMDB has it. */
typedef struct sce_lmdb_key {
  uint8_t bytes[SCE_LMDB_KEY_ROOM];
  size_t len;
  size_t head; /* bytes before the storage key, name or path */
  bool cut;    /* the key ends in a hash */
} sce_lmdb_key_t;

static inline sce_span_t sce_lmdb_key_span(const sce_lmdb_key_t *key) {
  return (sce_span_t){key->bytes, key->len};
}

void sce_lmdb_plain_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag);
void sce_lmdb_number_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag, uint64_t number);
void sce_lmdb_name_key(sce_lmdb_key_t *key, sce_lmdb_tag_t tag, sce_span_t name);
/* Of a storage key in a trie (SCE_TRIE_TOP or a child's id). */
void sce_lmdb_storage_key(sce_lmdb_key_t *key, sce_trie_id_t trie, sce_span_t storage_key);
void sce_lmdb_node_key(sce_lmdb_key_t *key, sce_trie_id_t trie, sce_nibbles_t path);
/* What the keys of a trie begin with. */
void sce_lmdb_trie_head(sce_lmdb_key_t *key, sce_trie_id_t trie, bool nodes);

/* Appends the value of a storage key. */
sce_error_t *sce_lmdb_put_value(sce_buf_t *out, const sce_lmdb_key_t *key, sce_span_t storage_key, sce_span_t value,
                                bool hashed);
/* Takes a record of a storage key apart; `head` bytes stand before the storage key. SCE_BAD_STATE. */
sce_error_t *sce_lmdb_read_value(sce_entry_t *entry, sce_span_t key, size_t head, sce_span_t value);

/* ---- records ---- */

typedef struct sce_lmdb_database {
  uint32_t keep;
  uint64_t newest;
  uint64_t oldest;
  uint32_t next_child;
  uint64_t settled;
  uint64_t settled_keys;
  uint8_t settled_root[32];
  uint64_t journal_bytes;
} sce_lmdb_database_t;

sce_error_t *sce_lmdb_put_database(sce_buf_t *out, const sce_lmdb_database_t *database);
/* SCE_BAD_STATE for another magic or format version. */
sce_error_t *sce_lmdb_read_database(sce_lmdb_database_t *database, sce_span_t value);

typedef struct sce_lmdb_child {
  sce_trie_id_t id;
  uint64_t keys;
  sce_span_t name;
} sce_lmdb_child_t;

sce_error_t *sce_lmdb_put_child(sce_buf_t *out, const sce_lmdb_key_t *key, const sce_lmdb_child_t *child);
sce_error_t *sce_lmdb_read_child(sce_lmdb_child_t *child, sce_span_t key, sce_span_t value);

typedef struct sce_lmdb_state_record {
  uint64_t keys;
  uint8_t root[32];
  bool has_block;
  uint32_t block_number;
  uint8_t block_hash[32];
  sce_span_t header;
} sce_lmdb_state_record_t;

sce_error_t *sce_lmdb_put_state(sce_buf_t *out, const sce_lmdb_state_record_t *record);
sce_error_t *sce_lmdb_read_state(sce_lmdb_state_record_t *record, sce_span_t value);

#endif
