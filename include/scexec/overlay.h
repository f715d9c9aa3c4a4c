/* overlay.h: pending changes over a state: the storage of a call.
 *
 *   sce_overlay_new(&overlay, state);
 *   ext.storage = sce_overlay_ops();
 *   ext.storage_ctx = overlay;
 *
 * Behaviour is that of sp-state-machine 0.54 (Ext over OverlayedChanges), with one difference: a root that is asked for
 * after an append is computed anew, where upstream answers with the one from before. An overlay is used by one thread
 * at a time. A call that only reads allocates nothing here.
 */
#ifndef SCEXEC_OVERLAY_H
#define SCEXEC_OVERLAY_H

#include "scexec/proof.h"
#include "scexec/state.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_overlay sce_overlay_t;

/* An overlay without changes; it holds a reference to `state`. */
SCE_API sce_error_t *sce_overlay_new(sce_overlay_t **overlay, sce_state_t *state);
SCE_API void sce_overlay_delete(sce_overlay_t *overlay);

/* The storage operations to put into sce_externalities_t, with the overlay as their context. Static storage.
 * Transactions opened through them outside of a call are the client's: calls cannot close them. */
SCE_API const sce_storage_ops_t *sce_overlay_ops(void);

/* Drops all changes and open transactions. Costs in proportion to what was written. */
SCE_API void sce_overlay_reset(sce_overlay_t *overlay);

/* The same, and goes over to another state. */
SCE_API void sce_overlay_set_state(sce_overlay_t *overlay, sce_state_t *state);

/* The state below; borrowed. */
SCE_API sce_state_t *sce_overlay_state(const sce_overlay_t *overlay);

/* Where warnings go: writes that are refused, transactions that a call left open. `log` is copied; NULL: nowhere. */
SCE_API void sce_overlay_set_log(sce_overlay_t *overlay, const sce_log_t *log);

/* True when nothing was written. */
SCE_API bool sce_overlay_is_empty(const sce_overlay_t *overlay);

/* One changed key. */
typedef struct sce_overlay_change {
  const sce_span_t *child; /* NULL: top trie */
  sce_span_t key;
  sce_value_t value; /* found false: the key is removed */
} sce_overlay_change_t;

/* Called for each change; an error ends the walk and is passed on. Spans are borrowed for the call. The overlay must
 * not be changed meanwhile. */
typedef sce_error_t *(*sce_overlay_change_fn)(void *ctx, const sce_overlay_change_t *change);

/* Walks the pending changes: the top trie by key, then each child by name. Keys that were written back to the value
 * they had are among them. Child roots appear in the top trie only once a root was asked for. */
SCE_API sce_error_t *sce_overlay_changes(sce_overlay_t *overlay, sce_overlay_change_fn change, void *ctx);

/* The same for the off-chain index (child is NULL). */
SCE_API sce_error_t *sce_overlay_offchain_changes(sce_overlay_t *overlay, sce_overlay_change_fn change, void *ctx);

/* One record of the transaction index, in the order of the calls. */
typedef struct sce_index_operation {
  bool renew; /* false: index */
  uint32_t extrinsic;
  uint32_t size; /* 0 with renew */
  uint8_t hash[32];
} sce_index_operation_t;

/* The records of the transaction index; borrowed until the next use of the overlay. */
SCE_API const sce_index_operation_t *sce_overlay_index_operations(const sce_overlay_t *overlay, size_t *count);

/* ---- proofs ---- */

/* Records from now on what is read from the state, for a proof of it: the trie nodes that sp-state-machine 0.54 records
 * for the same operations. Reading is slower meanwhile. On states that are in memory the first use builds the trie's
 * nodes. SCE_MISUSE during a call or when recording already. */
SCE_API sce_error_t *sce_overlay_record(sce_overlay_t *overlay);

/* Ends the recording and gives the proof, which the caller owns. SCE_MISUSE when nothing is recorded. */
SCE_API sce_error_t *sce_overlay_take_proof(sce_overlay_t *overlay, sce_proof_t **proof);

/* Whether `key` has a value. As the operation `get`, but a proof that is recorded does not get a value that is kept
 * outside of its node (upstream's exists_storage asks for the hash). */
SCE_API sce_error_t *sce_overlay_has(sce_overlay_t *overlay, bool *found, const sce_span_t *child, sce_span_t key);

/* ---- committing ---- */

/* Makes the overlay's changes part of its state: afterwards the overlay is empty and stands on the state with the
 * changes (sce_overlay_state), whose root is put into `root`. Written values take the layout of `version`. `block` may
 * be NULL.
 *
 * In memory: the old state stays as it is for those who hold a reference; where the overlay's is the only one, it is
 * changed in place, at a cost in proportion to the changes, else copied. In a database: one atomic transaction; the
 * head moves to `block` (with NULL: stays on the same block, whose state is then another). SCE_MISUSE when the state is
 * not the newest of its database. Others may commit right after: the overlay's state is still the one that this commit
 * made, and not the newest any more.
 *
 * Errors: SCE_MISUSE during a call, with open transactions, or for a state that can't be changed (a proof's); SCE_IO,
 * SCE_BAD_STATE, SCE_OUT_OF_MEMORY. On failure state and overlay are as they were, and so is the database, but for
 * errors that begin with "the commit was made": the database has the changes, only the overlay could not go over to
 * them. They are SCE_NOT_FOUND when others have committed and the state is not kept, else what reading it gave. */
SCE_API sce_error_t *sce_overlay_commit(sce_overlay_t *overlay, uint8_t root[32], sce_state_version_t version,
                                        const sce_block_info_t *block);

#ifdef __cplusplus
}
#endif
#endif
