/* table.h: keys and values of one trie in memory: hash lookup, ordered walks, writes in place.
 *
 * Keys and values are either borrowed from an arena that outlives the table, or owned one by one. One thread may change
 * a table at a time; any number may read while nobody changes it. */
#ifndef SCE_STATE_TABLE_H
#define SCE_STATE_TABLE_H

#include "state/backend.h"
#include "state/key_index.h"

/* Longest key and value: what a 32-bit guest can make. */
#define SCE_TABLE_MAX_LEN ((size_t)UINT32_MAX)

typedef struct sce_table_entry {
  sce_key_head_t head; /* head.key NULL and key_len SCE_NO_ENTRY: a free slot; head.hash is then the next free one */
  const uint8_t *value;
  uint32_t value_len;
  bool owns_key;
  bool owns_value;
  bool hashed; /* as sce_entry_t */
} sce_table_entry_t;

/* All zero, then sce_table_init. */
typedef struct sce_table {
  sce_table_entry_t *entries; /* slots in use and free ones */
  uint32_t slots;
  uint32_t cap;
  uint32_t count;     /* slots in use */
  uint32_t free_slot; /* first of the free ones, or SCE_NO_ENTRY */
  uint64_t seed;
  sce_hash_index_t index;
  sce_key_order_t order;
  bool ordered; /* false: lookups only, no order is kept */
} sce_table_t;

void sce_table_init(sce_table_t *table, bool ordered);
/* Frees everything; the table is then all zero. */
void sce_table_free(sce_table_t *table);

/* Adds borrowed entries one after the other, in any order; nothing may be looked up before sce_table_seal. */
sce_error_t *sce_table_fill(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed);
/* Ends the filling: sorts, keeps the last of equal keys, and makes the indexes. */
sce_error_t *sce_table_seal(sce_table_t *table);

/* NULL when there is none. Valid until the next change. */
const sce_table_entry_t *sce_table_find(const sce_table_t *table, sce_span_t key);
/* Sets copies of key and value. On failure the table is unchanged. */
sce_error_t *sce_table_put(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed);
/* Sets a key and value that are borrowed, both also where the key was there. */
sce_error_t *sce_table_lend(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed);
/* What sce_table_replace took away. */
typedef struct sce_table_old {
  bool found; /* false: the key was new */
  bool owns_value;
  bool hashed;
  uint32_t value_len;
  const uint8_t *value;
} sce_table_old_t;

/* As sce_table_put, but the old value stays alive in `old`: for exactly one of the next two. */
sce_error_t *sce_table_replace(sce_table_t *table, sce_table_old_t *old, sce_span_t key, sce_span_t value, bool hashed);
/* Puts the old value back, or removes the new key; never fails. Several replacements are undone newest first. */
void sce_table_restore(sce_table_t *table, sce_table_old_t *old, sce_span_t key);
/* Frees the old value. */
void sce_table_forget(sce_table_old_t *old);

/* Does nothing where the key is not there. */
void sce_table_remove(sce_table_t *table, sce_span_t key);
/* A copy for changing: owned bytes are copied, borrowed ones stay borrowed. `copy` is all zero on failure. */
sce_error_t *sce_table_copy(sce_table_t *copy, const sce_table_t *table);

static inline sce_key_view_t sce_table_view(const sce_table_t *table) {
  return (sce_key_view_t){table->entries, sizeof *table->entries};
}
static inline sce_entry_t sce_table_entry_of(const sce_table_entry_t *slot) {
  return (sce_entry_t){{slot->head.key, slot->head.key_len}, {slot->value, slot->value_len}, slot->hashed};
}

#endif
