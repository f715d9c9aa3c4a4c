/* state.h: what a runtime reads: keys and values of a top trie and of child tries, in memory or in a database.
 *
 * A state is an immutable snapshot, shared freely by threads and counted by references. Calls write into an overlay
 * (overlay.h); committing one makes the next state. Spans that reads give are borrowed: they live as long as the caller
 * holds a reference to the state. `child` is NULL for the top trie, else the name of a default child trie without the
 * prefix ":child_storage:default:"; a child that does not exist reads as empty. The top trie holds the root of each
 * child under that prefix, as upstream's does.
 */
#ifndef SCEXEC_STATE_H
#define SCEXEC_STATE_H

#include "scexec/base.h"
#include "scexec/chain_spec.h"
#include "scexec/externalities.h"
#include "scexec/proof.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_state sce_state_t;

/* One pair of a state to be made. */
typedef struct sce_state_pair {
  const sce_span_t *child; /* NULL: top trie */
  sce_span_t key;
  sce_span_t value;
} sce_state_pair_t;

/* An in-memory state of copies of `count` pairs, in any order; of equal keys the last counts. Values take the layout of
 * `version`. `count` 0 (then `pairs` may be NULL) makes the empty state. */
SCE_API sce_error_t *sce_state_new_memory(sce_state_t **state, const sce_state_pair_t *pairs, size_t count,
                                          sce_state_version_t version);

/* An in-memory state: the genesis state of a chain spec. The layout of its values, and so its root, follows from the
 * state version of the chain's genesis runtime. The spec is not needed afterwards. */
SCE_API sce_error_t *sce_state_from_chain_spec(sce_state_t **state, const sce_chain_spec_t *spec,
                                               sce_state_version_t version);

/* A state that is known only by a proof of what was read from one with the root `root`: what the proof does not cover is
 * an SCE_BAD_PROOF error. `proof` is borrowed and must outlive the state. SCE_BAD_PROOF when the root node is missing. */
SCE_API sce_error_t *sce_state_from_proof(sce_state_t **state, const sce_proof_t *proof, const uint8_t root[32]);

/* Another reference to `state`, which is returned. Any thread. */
SCE_API sce_state_t *sce_state_ref(sce_state_t *state);
/* Gives back a reference; the last one frees. NULL is accepted. Any thread. */
SCE_API void sce_state_delete(sce_state_t *state);

/* The value of `key`. */
SCE_API sce_error_t *sce_state_get(const sce_state_t *state, sce_value_t *value, const sce_span_t *child,
                                   sce_span_t key);

/* A place in the keys of one trie, in bytewise order. Plain data: no freeing; a copy is a bookmark. */
typedef struct sce_state_cursor {
  bool found; /* false: past the last key */
  sce_span_t key;
  sce_span_t value;
  uint64_t place[24]; /* scexec's own */
} sce_state_cursor_t;

/* To the first key at or after `key` (`inclusive`), or after it. The empty key, inclusive, is the beginning. */
SCE_API sce_error_t *sce_state_seek(const sce_state_t *state, sce_state_cursor_t *cursor, const sce_span_t *child,
                                    sce_span_t key, bool inclusive);
/* To the next key. SCE_MISUSE when cursor->found is false. */
SCE_API sce_error_t *sce_state_step(const sce_state_t *state, sce_state_cursor_t *cursor);

/* The name of the first child at or after `name` (`inclusive`), or after it, in bytewise order of names. */
SCE_API sce_error_t *sce_state_next_child(const sce_state_t *state, sce_value_t *child, sce_span_t name,
                                          bool inclusive);

/* Keys of the top trie, child roots included, or of a child. */
SCE_API sce_error_t *sce_state_count(const sce_state_t *state, uint64_t *keys, const sce_span_t *child);

/* The root of the top trie, or of a child (of one that does not exist: the root of an empty trie). Computed at the
 * first call where it is not stored. */
SCE_API sce_error_t *sce_state_root(const sce_state_t *state, uint8_t root[32], const sce_span_t *child);

#ifdef __cplusplus
}
#endif
#endif
