/* state.h: the inside of sce_state_t, for the overlay and the tools of this folder. */
#ifndef SCE_STATE_STATE_H
#define SCE_STATE_STATE_H

#include "scexec/state.h"
#include "state/backend.h"

#include <pthread.h>
#include <stdatomic.h>

/* ":child_storage:default:" and a name, in the top trie, hold a child's root (sp_core::storage::ChildType). */
#define SCE_CHILD_KEYS ":child_storage:"
#define SCE_CHILD_ROOT_KEYS ":child_storage:default:"

/* The member of an exported spec that holds the header of the block that made the state. */
#define SCE_HEADER_MEMBER "blockHeader"

/* The records of a database about its chain spec (SCE_LMDB_ABOUT): its members, and, where it has code substitutes, the
 * block of the first as u32: who opens the state of another chain need not read megabytes to know that it has none. */
#define SCE_ABOUT_SPEC "spec"
#define SCE_ABOUT_SUBSTITUTE "substitute"

struct sce_state {
  atomic_size_t refs;
  sce_backend_t *backend; /* owned; immutable while refs is above 1 */
  pthread_mutex_t lock;   /* guards what follows */
  bool root_known;
  uint8_t root[32];
  bool has_block; /* set before the state is shared */
  sce_block_info_t block;
  sce_buf_t header; /* of the block */
};

/* A state without backend, to be given one; one reference. */
sce_error_t *sce_state_new_shell(sce_state_t **state);
/* Takes `backend`, also on failure. */
sce_error_t *sce_state_from_backend(sce_state_t **state, sce_backend_t *backend);

/* The trie of a child, SCE_TRIE_NONE where there is none; `child` NULL: the top trie. */
static inline sce_error_t *sce_state_find_trie(const sce_state_t *state, sce_trie_id_t *trie, const sce_span_t *child) {
  *trie = SCE_TRIE_TOP;
  return child == NULL ? NULL : state->backend->ops->find_child(state->backend, trie, *child);
}

/* Whether code substitutes are kept with the state that may begin at or below block `number`. */
sce_error_t *sce_state_may_substitute(const sce_state_t *state, bool *may, uint32_t number);

/* Sets the block; the header is copied. On failure the state has none. */
sce_error_t *sce_state_keep_block(sce_state_t *state, const sce_block_info_t *block);

/* The backend operation next_child by the keys of child roots in the top trie. */
sce_error_t *sce_next_child_by_root(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name,
                                    sce_span_t after, bool inclusive);

/* Appends SCE_CHILD_ROOT_KEYS and the name. */
sce_error_t *sce_child_root_key(sce_buf_t *key, sce_span_t name);

#endif
