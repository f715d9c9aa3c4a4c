/* memory.h: a state kept in memory: one table for each trie. */
#ifndef SCE_STATE_MEMORY_H
#define SCE_STATE_MEMORY_H

#include "state/genesis.h"
#include "state/table.h"

#include <pthread.h>

typedef struct sce_memory_trie {
  sce_span_t name; /* owned; of the top trie empty */
  sce_table_t values;
  sce_table_t nodes;     /* trie records by packed path, unordered */
  atomic_bool has_nodes; /* made at the first use, behind the lock */
} sce_memory_trie_t;

/* The number of a child is its place in `children` plus 1, which changes only when the object does: nobody reads then.
 */
typedef struct sce_memory {
  sce_backend_t backend; /* first member: see sce_backend_t */
  sce_arena_t *arena;    /* what borrowed keys and values point into, or NULL */
  sce_memory_trie_t top;
  sce_memory_trie_t **children; /* in the order of their names */
  size_t child_count;
  size_t child_cap;
  pthread_mutex_t lock; /* while node records are made */
} sce_memory_t;

/* An empty one. */
sce_error_t *sce_memory_new(sce_memory_t **memory);
void sce_memory_delete(sce_memory_t *memory);
/* Makes a state of a genesis; values take the layout of `version`. The arena is shared. */
sce_error_t *sce_memory_from_genesis(sce_memory_t **memory, const sce_genesis_t *genesis, sce_state_version_t version);
/* A copy that can be changed. */
sce_error_t *sce_memory_copy(sce_memory_t **copy, const sce_memory_t *memory);

/* The trie of a child, NULL when there is none. `name` NULL is the top trie. */
sce_memory_trie_t *sce_memory_find(const sce_memory_t *memory, const sce_span_t *name);
/* The same, made where there is none. */
sce_error_t *sce_memory_make_child(sce_memory_t *memory, sce_memory_trie_t **trie, sce_span_t name);
/* Removes a child with all its keys. */
void sce_memory_drop_child(sce_memory_t *memory, sce_span_t name);

/* The backend's commit operation (memory_commit.c). */
sce_error_t *sce_memory_commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone);

/* True when a value of that length is hashed in the layout of `version`. */
static inline bool sce_layout_hashed(size_t value_len, sce_state_version_t version) {
  return version != SCE_STATE_V0 && value_len > 32;
}

#endif
