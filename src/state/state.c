/* state.c: the public face of a stored state. */
#include "state/state.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/chain_spec.h"
#include "state/deferred.h"
#include "state/lmdb_state.h"
#include "state/memory.h"
#include "state/proof.h"
#include "state/trie.h"

#include <string.h>
#include <unistd.h>

/* Threads of a root over all keys: as many as there are processors. */
static unsigned root_threads(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > SCE_TRIE_MAX_THREADS ? SCE_TRIE_MAX_THREADS : (unsigned)count;
}

sce_error_t *sce_state_new_shell(sce_state_t **state) {
  sce_state_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  atomic_init(&made->refs, 1);
  *state = made;
  return NULL;
}

sce_error_t *sce_state_from_backend(sce_state_t **state, sce_backend_t *backend) {
  sce_error_t *err = sce_state_new_shell(state);
  if (err == NULL)
    (*state)->backend = backend;
  else
    backend->ops->delete (backend);
  return err;
}

sce_state_t *sce_state_ref(sce_state_t *state) {
  atomic_fetch_add_explicit(&state->refs, 1, memory_order_relaxed);
  return state;
}

void sce_state_delete(sce_state_t *state) {
  if (state == NULL || atomic_fetch_sub_explicit(&state->refs, 1, memory_order_acq_rel) > 1) return;
  if (state->backend != NULL) state->backend->ops->delete (state->backend);
  pthread_mutex_destroy(&state->lock);
  sce_buf_free(&state->header);
  sce_free(state);
}

/* ---- blocks ---- */

sce_error_t *sce_state_keep_block(sce_state_t *state, const sce_block_info_t *block) {
  state->has_block = false;
  state->header.len = 0;
  SCE_TRY(sce_buf_append(&state->header, block->header.data, block->header.len));
  state->block = *block;
  state->block.header = sce_buf_span(&state->header);
  state->has_block = true;
  return NULL;
}

sce_error_t *sce_state_set_block(sce_state_t *state, const sce_block_info_t *block) {
  if (sce_lmdb_snapshot_of(state->backend) != NULL || state->backend->ops->commit == NULL)
    return sce_error_new(SCE_MISUSE, "only a state in memory can be told which block made it");
  return sce_state_keep_block(state, block);
}

bool sce_state_block(const sce_state_t *state, sce_block_info_t *block) {
  if (state->has_block) *block = state->block;
  return state->has_block;
}

/* Keys of roots without a child are passed over: a runtime can append to any key (overlay_ops.c). */
sce_error_t *sce_next_child_by_root(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name,
                                    sce_span_t after, bool inclusive) {
  sce_buf_t key = {0};
  sce_walk_t walk = {.found = false};
  sce_span_t roots = sce_span_text(SCE_CHILD_ROOT_KEYS);
  sce_error_t *err = sce_child_root_key(&key, after);
  if (err == NULL) err = backend->ops->seek(backend, &walk, SCE_TRIE_TOP, sce_buf_span(&key), inclusive);
  sce_buf_free(&key);
  if (err != NULL) return err;
  while (walk.found && sce_span_starts_with(walk.entry.key, roots)) {
    *name = sce_span_skip(walk.entry.key, roots.len);
    SCE_TRY(backend->ops->find_child(backend, trie, *name));
    if (*trie != SCE_TRIE_NONE) return NULL;
    SCE_TRY(backend->ops->step(backend, &walk));
  }
  *trie = SCE_TRIE_NONE;
  *name = sce_span(NULL, 0);
  return NULL;
}

/* ---- making ---- */

static sce_error_t *put_pairs(sce_memory_t *memory, const sce_state_pair_t *pairs, size_t count,
                              sce_state_version_t version) {
  for (size_t i = 0; i < count; i++) {
    sce_memory_trie_t *trie = &memory->top;
    if (pairs[i].child != NULL) SCE_TRY(sce_memory_make_child(memory, &trie, *pairs[i].child));
    bool hashed = sce_layout_hashed(pairs[i].value.len, version);
    SCE_TRY(sce_table_put(&trie->values, pairs[i].key, pairs[i].value, hashed));
  }
  return NULL;
}

/* Puts each child's root into the top trie. */
static sce_error_t *put_child_roots(sce_memory_t *memory) {
  sce_buf_t key = {0};
  sce_error_t *err = NULL;
  for (size_t i = 0; i < memory->child_count && err == NULL; i++) {
    uint8_t root[32];
    key.len = 0;
    err = sce_trie_full_root(root, &memory->backend, (sce_trie_id_t)(i + 1), 1, NULL);
    if (err == NULL) err = sce_child_root_key(&key, memory->children[i]->name);
    if (err == NULL) err = sce_table_put(&memory->top.values, sce_buf_span(&key), sce_span(root, 32), false);
  }
  sce_buf_free(&key);
  return err;
}

/* Takes `memory`, also on failure. */
static sce_error_t *finish_memory(sce_state_t **state, sce_memory_t *memory) {
  sce_error_t *err = put_child_roots(memory);
  if (err == NULL) return sce_state_from_backend(state, &memory->backend);
  sce_memory_delete(memory);
  return err;
}

sce_error_t *sce_state_new_memory(sce_state_t **state, const sce_state_pair_t *pairs, size_t count,
                                  sce_state_version_t version) {
  sce_memory_t *memory;
  SCE_TRY(sce_memory_new(&memory));
  sce_error_t *err = put_pairs(memory, pairs, count, version);
  if (err == NULL) return finish_memory(state, memory);
  sce_memory_delete(memory);
  return err;
}

static sce_error_t *memory_of_spec(sce_memory_t **memory, const sce_chain_spec_t *spec, sce_state_version_t version) {
  sce_memory_t *made;
  if (!sce_chain_spec_is_raw(spec))
    return sce_error_new(SCE_BAD_CHAIN_SPEC, "the spec is plain: its runtime has to make the state (genesis builder)");
  SCE_TRY(sce_memory_from_genesis(&made, sce_chain_spec_genesis(spec), version));
  sce_error_t *err = put_child_roots(made);
  if (err == NULL)
    *memory = made;
  else
    sce_memory_delete(made);
  return err;
}

sce_error_t *sce_state_from_chain_spec(sce_state_t **state, const sce_chain_spec_t *spec, sce_state_version_t version) {
  sce_memory_t *memory;
  SCE_TRY(memory_of_spec(&memory, spec, version));
  return sce_state_from_backend(state, &memory->backend);
}

/* A genesis state that is made later. */
typedef struct later {
  const sce_chain_spec_t *spec;
  sce_genesis_fn genesis_of;
  void *ctx;
} later_t;

static sce_error_t *make_now(void *ctx, sce_backend_t **backend) {
  const later_t *later = ctx;
  sce_state_version_t version;
  sce_memory_t *memory;
  const sce_chain_spec_t *spec = later->spec;
  SCE_TRY(later->genesis_of(later->ctx, &spec, &version));
  SCE_TRY(memory_of_spec(&memory, spec, version));
  *backend = &memory->backend;
  return NULL;
}

sce_error_t *sce_state_from_chain_spec_later(sce_state_t **state, const sce_chain_spec_t *spec,
                                             sce_genesis_fn genesis_of, void *ctx) {
  later_t *later = sce_alloc(sizeof *later);
  if (later == NULL) return sce_error_oom();
  *later = (later_t){spec, genesis_of, ctx};
  sce_backend_t *backend;
  SCE_TRY(sce_deferred_backend_new(&backend, make_now, later));
  return sce_state_from_backend(state, backend);
}

sce_error_t *sce_state_from_proof(sce_state_t **state, const sce_proof_t *proof, const uint8_t root[32]) {
  sce_backend_t *backend;
  SCE_TRY(sce_proof_backend_new(&backend, proof, root));
  SCE_TRY(sce_state_from_backend(state, backend));
  memcpy((*state)->root, root, 32);
  (*state)->root_known = true;
  return NULL;
}

/* ---- reading ---- */

sce_error_t *sce_state_get(const sce_state_t *state, sce_value_t *value, const sce_span_t *child, sce_span_t key) {
  bool found = false;
  sce_entry_t entry = {{0}, {0}, false};
  sce_trie_id_t trie;
  SCE_TRY(sce_state_find_trie(state, &trie, child));
  if (trie != SCE_TRIE_NONE) SCE_TRY(state->backend->ops->get(state->backend, &found, &entry, trie, key));
  *value = (sce_value_t){found, entry.value.data, entry.value.len};
  return NULL;
}

_Static_assert(sizeof(sce_walk_t) <= sizeof(((sce_state_cursor_t *)NULL)->place), "a cursor holds a walk");

static void show_walk(sce_state_cursor_t *cursor, const sce_walk_t *walk) {
  cursor->found = walk->found;
  cursor->key = walk->entry.key;
  cursor->value = walk->entry.value;
  memcpy(cursor->place, walk, sizeof *walk);
}

sce_error_t *sce_state_seek(const sce_state_t *state, sce_state_cursor_t *cursor, const sce_span_t *child,
                            sce_span_t key, bool inclusive) {
  sce_trie_id_t trie;
  sce_walk_t walk = {0};
  SCE_TRY(sce_state_find_trie(state, &trie, child));
  if (trie != SCE_TRIE_NONE) SCE_TRY(state->backend->ops->seek(state->backend, &walk, trie, key, inclusive));
  show_walk(cursor, &walk);
  return NULL;
}

sce_error_t *sce_state_step(const sce_state_t *state, sce_state_cursor_t *cursor) {
  if (!cursor->found) return sce_error_new(SCE_MISUSE, "the cursor is past the last key");
  sce_walk_t walk;
  memcpy(&walk, cursor->place, sizeof walk);
  SCE_TRY(state->backend->ops->step(state->backend, &walk));
  show_walk(cursor, &walk);
  return NULL;
}

sce_error_t *sce_state_next_child(const sce_state_t *state, sce_value_t *child, sce_span_t name, bool inclusive) {
  sce_trie_id_t trie;
  sce_span_t next;
  SCE_TRY(state->backend->ops->next_child(state->backend, &trie, &next, name, inclusive));
  *child = trie == SCE_TRIE_NONE ? (sce_value_t){0} : (sce_value_t){true, next.data, next.len};
  return NULL;
}

sce_error_t *sce_state_count(const sce_state_t *state, uint64_t *keys, const sce_span_t *child) {
  sce_trie_id_t trie;
  SCE_TRY(sce_state_find_trie(state, &trie, child));
  *keys = 0;
  return trie == SCE_TRIE_NONE ? NULL : state->backend->ops->count(state->backend, keys, trie);
}

static sce_error_t *top_root(sce_state_t *state, uint8_t root[32]) {
  sce_error_t *err = NULL;
  pthread_mutex_lock(&state->lock);
  if (!state->root_known) {
    err = sce_trie_full_root(state->root, state->backend, SCE_TRIE_TOP, root_threads(), NULL);
    state->root_known = err == NULL;
  }
  if (err == NULL) memcpy(root, state->root, 32);
  pthread_mutex_unlock(&state->lock);
  return err;
}

sce_error_t *sce_state_root(const sce_state_t *state, uint8_t root[32], const sce_span_t *child) {
  /* What is behind the lock changes under a const state: the root is computed once. */
  if (child == NULL) return top_root((sce_state_t *)(uintptr_t)state, root);
  sce_trie_id_t trie;
  SCE_TRY(sce_state_find_trie(state, &trie, child));
  return sce_trie_full_root(root, state->backend, trie, root_threads(), NULL);
}
