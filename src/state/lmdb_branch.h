/* lmdb_branch.h: node records that are made when they are asked for.
 *
 * Most branches are the lowest: all their children are leaves, or small enough to stand in the branch itself. Storing
 * them would write as many pages a commit as the values themselves. So their records are left out (but for the root's),
 * and made anew from the few values below, which lie side by side; only branches with a large value below are kept,
 * since that would have to be hashed each time. */
#ifndef SCE_STATE_LMDB_BRANCH_H
#define SCE_STATE_LMDB_BRANCH_H

#include "state/lmdb.h"

/* Values of more bytes are large. */
#define SCE_LMDB_LARGE_VALUE 2048

/* True for the record of a lowest branch that is not the root's. */
bool sce_lmdb_is_low_branch(sce_nibbles_t path, sce_span_t record);
/* True when the key begins with the path. */
bool sce_lmdb_key_below(sce_span_t key, sce_nibbles_t path);
/* The least key that could begin with the path; to be freed. */
sce_error_t *sce_lmdb_path_key(sce_buf_t *key, sce_nibbles_t path);

/* Made records of a snapshot, each once. All zero is empty; behind a lock. */
sce_error_t *sce_lmdb_made_new(sce_lmdb_made_t **made);
void sce_lmdb_made_delete(sce_lmdb_made_t *made);
/* Makes the record of the branch at a path from the values below it; `*found` false when there are less than two. */
sce_error_t *sce_lmdb_make_branch(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path);

#endif
