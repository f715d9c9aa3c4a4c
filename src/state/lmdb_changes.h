/* lmdb_changes.h: records of what changes between two states of a database: forwards (the journal) and back (undo).
 *
 * A record is a list of tries, the children in the order of their names, then the top trie: u32 length of the child's
 * name (all ones: the top trie), the name, u64 keys that the trie has afterwards (a child with none is gone), u32 count
 * of entries; then for each entry, keys rising: u32 length, the key, u32 length of the rest, u8 what there is
 * afterwards (0 nothing, 1 a value, 2 a value whose node has it hashed), the value. Node records are listed in the same
 * way: the key is the path, one nibble a byte, the value the record. */
#ifndef SCE_STATE_LMDB_CHANGES_H
#define SCE_STATE_LMDB_CHANGES_H

#include "state/backend.h"

typedef enum sce_changed_kind {
  SCE_CHANGED_ABSENT = 0,
  SCE_CHANGED_INLINE = 1,
  SCE_CHANGED_HASHED = 2
} sce_changed_kind_t;

/* ---- writing ---- */

/* Bytes beside the name, and beside key and value. */
#define SCE_CHANGES_TRIE_HEAD 16u
#define SCE_CHANGES_ENTRY_HEAD 9u

/* Begins a trie of `count` entries; `child` NULL: top. */
sce_error_t *sce_changes_put_trie(sce_buf_t *out, const sce_span_t *child, uint64_t keys, size_t count);
/* Sets the keys of the trie that begins at `at` of what was written. */
void sce_changes_set_keys(sce_buf_t *out, size_t at, uint64_t keys);
sce_error_t *sce_changes_put(sce_buf_t *out, sce_span_t key, sce_changed_kind_t kind, sce_span_t value);
/* What there is under a key; `entry` NULL: nothing. */
sce_error_t *sce_changes_put_entry(sce_buf_t *out, sce_span_t key, const sce_entry_t *entry);

/* ---- reading ---- */

typedef struct sce_changes_reader {
  sce_span_t bytes;
  size_t at;
  bool ended; /* the top trie was read: it is the last */
  bool first; /* no entry of the trie was read */
  bool named; /* a child was read; `name` is the last one's */
  sce_span_t name;
  sce_span_t key; /* the last entry's */
} sce_changes_reader_t;

typedef struct sce_changed_trie {
  bool top;
  sce_span_t child; /* unless `top` */
  uint64_t keys;
  uint32_t count;
} sce_changed_trie_t;

/* One entry. `tagged` is the kind's byte and the value behind it. */
typedef struct sce_changed_entry {
  sce_span_t key;
  sce_span_t tagged;
} sce_changed_entry_t;

static inline sce_changed_kind_t sce_changed_kind(sce_span_t tagged) {
  return (sce_changed_kind_t)tagged.data[0];
}
static inline sce_span_t sce_changed_value(sce_span_t tagged) {
  return (sce_span_t){tagged.data + 1, tagged.len - 1};
}

/* The next trie; `*more` false at the end. Its entries must all be read before the next one. SCE_BAD_STATE for what is
 * no such list. */
sce_error_t *sce_changes_read_trie(sce_changes_reader_t *in, bool *more, sce_changed_trie_t *trie);
sce_error_t *sce_changes_read(sce_changes_reader_t *in, sce_changed_entry_t *entry);

#endif
