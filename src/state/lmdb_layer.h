/* lmdb_layer.h: what has changed between the tree of a database and a state of it, trie by trie, and the tree seen
 * through that.
 *
 * A layer is filled from records of changes, which it keeps: what it gives points into them. Children that changed have
 * numbers of their own, from SCE_LAYER_CHILDREN on; the others keep those of the tree. One thread may fill a layer,
 * then any number may read it. */
#ifndef SCE_STATE_LMDB_LAYER_H
#define SCE_STATE_LMDB_LAYER_H

#include "state/lmdb_changes.h"
#include "state/table.h"

#define SCE_LAYER_CHILDREN (SCE_TRIE_NONE / 2)

typedef struct sce_layer_trie {
  sce_span_t name;    /* of a child */
  sce_trie_id_t base; /* its number in the tree; SCE_TRIE_NONE: it is not there */
  uint64_t keys;      /* that it has; with none a child is gone */
  sce_table_t values; /* by key; a value begins with its kind (lmdb_changes.h) */
  sce_table_t nodes;  /* the same by path, unordered */
} sce_layer_trie_t;

typedef struct sce_layer {
  const sce_backend_t *tree; /* borrowed */
  sce_layer_trie_t top;
  sce_layer_trie_t *children; /* in the order in which they were met */
  size_t child_count, child_cap;
  sce_table_t places; /* of names in `children`, u32 */
  sce_buf_t *records;
  size_t record_count, record_cap;
  uint64_t bytes; /* of the records */
} sce_layer_t;

void sce_layer_init(sce_layer_t *layer, const sce_backend_t *tree);
void sce_layer_free(sce_layer_t *layer);

/* Adds the changes of a record: what it says counts more than what was said before. The record is taken, also on
 * failure; then the layer is good for nothing but to be freed. With `fill` no value can be looked up before
 * sce_layer_seal; faster for many. */
sce_error_t *sce_layer_add(sce_layer_t *layer, sce_buf_t *record, bool fill);
sce_error_t *sce_layer_seal(sce_layer_t *layer);
/* The same for a record of nodes, of tries whose values have changed. */
sce_error_t *sce_layer_add_nodes(sce_layer_t *layer, sce_buf_t *record);
/* Forgets all nodes, and the records but for the first `records`. */
void sce_layer_drop_nodes(sce_layer_t *layer, size_t records);

/* The child of that name; NULL when it has not changed. `*trie` is its number. */
const sce_layer_trie_t *sce_layer_child(const sce_layer_t *layer, sce_trie_id_t *trie, sce_span_t name);
/* What has changed in a trie, or NULL; `*base` is its number in the tree. */
const sce_layer_trie_t *sce_layer_trie(const sce_layer_t *layer, sce_trie_id_t *base, sce_trie_id_t trie);
/* False where there is nothing. */
bool sce_layer_entry(sce_entry_t *entry, const sce_table_entry_t *slot);

/* The operations of a backend (backend.h). */
sce_error_t *sce_layer_get(const sce_layer_t *layer, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                           sce_span_t key);
sce_error_t *sce_layer_seek(const sce_layer_t *layer, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                            bool inclusive);
sce_error_t *sce_layer_step(const sce_layer_t *layer, sce_walk_t *walk);

#endif
