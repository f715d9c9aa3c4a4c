/* lmdb_settle.h: settling: the tree of a database becomes its newest state, and the journal is empty. */
#ifndef SCE_STATE_LMDB_SETTLE_H
#define SCE_STATE_LMDB_SETTLE_H

#include "state/lmdb_state.h"

/* Inside a commit's transaction on `base`: writes what the journal has changed and what the commit does, whose records
 * `values` and `nodes` are, into the tree, ways back for the states from `database->oldest` on, and removes the
 * journal's records. `database` is the commit's: its `next_child`, `settled` and `journal_bytes` are set. The records
 * are taken, also on failure. */
sce_error_t *sce_lmdb_settle(sce_lmdb_writer_t *writer, const sce_lmdb_state_t *base, sce_lmdb_database_t *database,
                             sce_buf_t *values, sce_buf_t *nodes);

#endif
