/* trie_rows.h: a backend's trie as nodes: branches from their records, leaves made anew from the values.
 *
 * A record is kept for each branch that has a hash of its own (the root branch always), under the path where it hangs:
 *
 *   u16 LE     leaf mask: bit i says that child i is a leaf with a hash of its own (and so has no record)
 *   bytes      the branch's encoding (trie_node.h)
 *
 * Leaves, most of the nodes and nearly all of the bytes, are not stored twice: the leaf at a path is the only key that
 * begins with it. Nodes below 32 bytes are inside their parent's encoding. */
#ifndef SCE_STATE_TRIE_ROWS_H
#define SCE_STATE_TRIE_ROWS_H

#include "state/backend.h"
#include "state/trie_arena.h"
#include "state/trie_view.h"

#define SCE_TRIE_RECORD_HEAD 2

typedef struct sce_trie_rows {
  const sce_backend_t *backend;
  sce_trie_id_t trie;
  sce_trie_arena_t arena; /* leaves that were made */
} sce_trie_rows_t;

/* A view of one trie of a backend that has node records (or of SCE_TRIE_NONE, the empty trie). `rows` holds what is
 * fetched; free it with sce_trie_rows_free. */
sce_trie_view_t sce_trie_rows_view(sce_trie_rows_t *rows, const sce_backend_t *backend, sce_trie_id_t trie);
void sce_trie_rows_free(sce_trie_rows_t *rows);

/* A key out of nibbles; with an odd number the last low half is 0. `key` has room for (len + 1) / 2 bytes. */
void sce_trie_pack(uint8_t *key, const uint8_t *nibbles, size_t len);

#endif
