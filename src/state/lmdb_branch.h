/* lmdb_branch.h: node records that are made when they are asked for.
 *
 * Most branches have few keys below. To store them would write as many pages a commit as the values themselves do. So
 * the records of light branches are left out, all but the root's, and made anew from the values below, which lie side
 * by side in the database. What is left out is up to who writes: a branch may be when its weight, the sum of
 * sce_value_weight over the keys below, is at most SCE_LMDB_LIGHT. */
#ifndef SCE_STATE_LMDB_BRANCH_H
#define SCE_STATE_LMDB_BRANCH_H

#include "state/lmdb.h"

/* About a page of values: some microseconds to hash. */
#define SCE_LMDB_LIGHT 4096

/* True when the key begins with the path. */
bool sce_lmdb_key_below(sce_span_t key, sce_nibbles_t path);
/* The least key that could begin with the path; to be freed. */
sce_error_t *sce_lmdb_path_key(sce_buf_t *key, sce_nibbles_t path);

/* Made records of a snapshot, each once. All zero is empty; behind a lock. */
sce_error_t *sce_lmdb_made_new(sce_lmdb_made_t **made);
void sce_lmdb_made_delete(sce_lmdb_made_t *made);
/* A record that was made already; lives as long as the snapshot. */
bool sce_lmdb_find_made(const sce_lmdb_snapshot_t *snapshot, sce_span_t *record, sce_trie_id_t trie,
                        sce_nibbles_t path);
/* Makes the record of the light branch at a path from the values below it; `*found` false when there is none: a branch
 * with less than two keys below, or one that is not light. */
sce_error_t *sce_lmdb_make_branch(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path);
/* The weight of the keys below a path; of heavier ones something above SCE_LMDB_LIGHT. */
sce_error_t *sce_lmdb_weight(const sce_lmdb_snapshot_t *snapshot, uint64_t *weight, sce_trie_id_t trie,
                             sce_nibbles_t path);

#endif
