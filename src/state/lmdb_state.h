/* lmdb_state.h: the states of a database, as backends: its tree, which is the settled state, seen through the journal
 * since, or through the ways back from it. */
#ifndef SCE_STATE_LMDB_STATE_H
#define SCE_STATE_LMDB_STATE_H

#include "state/lmdb.h"
#include "state/lmdb_layer.h"

#include <pthread.h>

typedef struct sce_lmdb_state {
  sce_backend_t backend;         /* first member */
  sce_lmdb_snapshot_t *snapshot; /* owned */
  uint64_t number;
  uint64_t keys;          /* of the top trie */
  pthread_mutex_t lock;   /* while the layer is filled */
  atomic_bool has_values; /* the layer has what it should have; else it is filled when it is asked for */
  atomic_bool has_nodes;
  sce_layer_t layer;
} sce_lmdb_state_t;

/* The newest state. */
sce_error_t *sce_lmdb_state_newest(sce_lmdb_state_t **state, sce_lmdb_t *db);
/* The same in two steps: all that takes memory or a place among the readers first. */
sce_error_t *sce_lmdb_state_prepare(sce_lmdb_state_t **state, sce_lmdb_t *db);
sce_error_t *sce_lmdb_state_pin(sce_lmdb_state_t *state);
/* The same for the state that this process has committed: others may have committed since. SCE_NOT_FOUND when it is not
 * kept any more. */
sce_error_t *sce_lmdb_state_pin_number(sce_lmdb_state_t *state, uint64_t number);
/* The state `number` with the record `record`. The snapshot is taken, also on failure. */
sce_error_t *sce_lmdb_state_at(sce_lmdb_state_t **state, sce_lmdb_snapshot_t *snapshot, uint64_t number,
                               const sce_lmdb_state_record_t *record);
void sce_lmdb_state_delete(sce_lmdb_state_t *state);
/* NULL when the backend is no state of a database. */
sce_lmdb_state_t *sce_lmdb_state_of(const sce_backend_t *backend);
/* The snapshot under it, or NULL. */
sce_lmdb_snapshot_t *sce_lmdb_snapshot_of(const sce_backend_t *backend);

/* After a commit on `base`, which nobody reads any more, to the journal: what `base` has of the layer goes to `state`,
 * the state after it, and so do the commit's records. What does not find room is read again when it is asked for. */
void sce_lmdb_state_inherit(sce_lmdb_state_t *state, sce_lmdb_state_t *base, sce_buf_t *values, sce_buf_t *nodes);

/* A copy of a record of changes (SCE_LMDB_UNDO, SCE_LMDB_JOURNAL or SCE_LMDB_JOURNAL_NODES) for a layer. */
sce_error_t *sce_lmdb_load_changes(const sce_lmdb_snapshot_t *snapshot, sce_buf_t *record, sce_lmdb_tag_t tag,
                                   uint64_t number, const sce_layer_t *layer);
/* Fills the layer's values, once. */
sce_error_t *sce_lmdb_state_need_values(sce_lmdb_state_t *state);

/* ---- lmdb_older.c ---- */

/* The root of a trie with changes on top, out of the tree's nodes and the layer's values alone. */
sce_error_t *sce_lmdb_state_root(const sce_backend_t *backend, uint8_t root[32], sce_trie_id_t trie,
                                 const sce_change_t *changes, size_t count, sce_state_version_t version);
/* Makes the nodes of a state whose layer has its values only: those that differ from the tree's. */
sce_error_t *sce_lmdb_make_older_nodes(sce_lmdb_state_t *state);

#endif
