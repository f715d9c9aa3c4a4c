/* lmdb_undo.h: going back from a state to the one before.
 *
 * An undo record is a list of tries: u32 length of the child's name (all ones: the top trie), the name, u32 count of
 * keys; then for each key, in order: u32 length, the key, u8 what there was before (0 nothing, 1 a value, 2 a value
 * whose node has it hashed), and for values u32 length and the bytes. */
#ifndef SCE_STATE_LMDB_UNDO_H
#define SCE_STATE_LMDB_UNDO_H

#include "state/backend.h"
#include "state/lmdb.h"

typedef enum sce_undo_kind { SCE_UNDO_ABSENT = 0, SCE_UNDO_INLINE = 1, SCE_UNDO_HASHED = 2 } sce_undo_kind_t;

/* ---- writing ---- */

/* Begins a trie of `count` keys; `child` NULL: top. */
sce_error_t *sce_undo_put_trie(sce_buf_t *out, const sce_span_t *child, size_t count);
/* One key; `before` NULL: there was nothing. */
sce_error_t *sce_undo_put_key(sce_buf_t *out, sce_span_t key, const sce_entry_t *before);

/* ---- reading ---- */

typedef struct sce_undo_reader {
  sce_span_t bytes;
  size_t at;
} sce_undo_reader_t;

/* The next trie; `*more` false at the end. */
sce_error_t *sce_undo_read_trie(sce_undo_reader_t *in, bool *more, bool *top, sce_span_t *child, uint32_t *count);
sce_error_t *sce_undo_read_key(sce_undo_reader_t *in, sce_undo_kind_t *kind, sce_span_t *key, sce_span_t *value);

/* ---- older states (lmdb_history.c) ---- */

/* The state `number` as a backend over a snapshot, which is taken, also on failure. */
sce_error_t *sce_history_new(sce_backend_t **backend, sce_lmdb_snapshot_t *snapshot, uint64_t number);
/* The snapshot under it; NULL for other backends. */
sce_lmdb_snapshot_t *sce_history_snapshot(const sce_backend_t *backend, uint64_t *number);

#endif
