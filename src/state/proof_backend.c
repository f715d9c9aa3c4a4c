/* proof_backend.c: a state that is known only by a proof.
 *
 * Keys that walks yield must live as long as the backend, so each is kept once (`keys`). Child tries are numbered as
 * they are found. Both lists grow under a lock; what they gave stays where it is. */
#include "state/proof_backend.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/table.h"
#include "state/trie_read.h"

#include <pthread.h>
#include <string.h>

typedef struct proof_backend {
  sce_backend_t backend; /* first member */
  const sce_proof_t *proof;
  uint8_t root[32];
  pthread_mutex_t lock;       /* guards what follows */
  uint8_t (*child_roots)[32]; /* of trie number i + 1 */
  size_t child_count, child_cap;
  sce_table_t keys; /* without values */
} proof_backend_t;

static const sce_backend_ops_t proof_ops;

static proof_backend_t *self_of(const sce_backend_t *backend) {
  return (proof_backend_t *)(uintptr_t)backend;
}

static sce_error_t *open_view(const sce_backend_t *backend, sce_proof_view_t *ctx, sce_trie_view_t *view,
                              sce_trie_id_t trie) {
  proof_backend_t *self = self_of(backend);
  uint8_t root[32];
  memcpy(root, trie == SCE_TRIE_NONE ? sce_trie_empty_state_root : self->root, 32);
  if (trie != SCE_TRIE_TOP && trie != SCE_TRIE_NONE) {
    pthread_mutex_lock(&self->lock);
    bool known = trie <= self->child_count;
    if (known) memcpy(root, self->child_roots[trie - 1], 32);
    pthread_mutex_unlock(&self->lock);
    if (!known) return sce_error_new(SCE_MISUSE, "no trie has the number %u", (unsigned)trie);
  }
  *view = sce_proof_view(ctx, self->proof, root);
  return NULL;
}

bool sce_proof_backend_is(const sce_backend_t *backend) {
  return backend->ops == &proof_ops;
}

sce_error_t *sce_proof_backend_view(sce_proof_view_t *ctx, sce_trie_view_t *view, const sce_backend_t *backend,
                                    sce_trie_id_t trie) {
  return open_view(backend, ctx, view, trie);
}

/* ---- what is kept ---- */

static sce_error_t *number_child(proof_backend_t *self, sce_trie_id_t *trie, const uint8_t root[32]) {
  size_t i = 0;
  while (i < self->child_count && memcmp(self->child_roots[i], root, 32) != 0) i++;
  if (i == self->child_cap) {
    size_t cap = self->child_cap == 0 ? 8 : 2 * self->child_cap;
    uint8_t(*roots)[32] = sce_realloc_array(self->child_roots, cap, sizeof *roots);
    if (roots == NULL) return sce_error_oom();
    self->child_roots = roots;
    self->child_cap = cap;
  }
  if (i == self->child_count) memcpy(self->child_roots[self->child_count++], root, 32);
  *trie = (sce_trie_id_t)(i + 1);
  return NULL;
}

static sce_error_t *keep_key(proof_backend_t *self, sce_span_t *kept, sce_span_t key) {
  const sce_table_entry_t *entry = sce_table_find(&self->keys, key);
  if (entry == NULL) {
    SCE_TRY(sce_table_put(&self->keys, key, (sce_span_t){0}, false));
    entry = sce_table_find(&self->keys, key);
    if (entry == NULL) return sce_error_new(SCE_INTERNAL, "a key that was kept is gone");
  }
  *kept = sce_table_entry_of(entry).key;
  return NULL;
}

/* ---- operations ---- */

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  proof_backend_t *self = self_of(backend);
  uint8_t root[32];
  bool found;
  SCE_TRY(sce_proof_child_root(self->proof, &found, root, self->root, name));
  *trie = SCE_TRIE_NONE;
  if (!found) return NULL;
  pthread_mutex_lock(&self->lock);
  sce_error_t *err = number_child(self, trie, root);
  pthread_mutex_unlock(&self->lock);
  return err;
}

/* Whether the value is hashed in its node is not said: callers ask for it only to build tries anew. */
static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  sce_proof_view_t ctx;
  sce_trie_view_t view;
  *entry = (sce_entry_t){.key = key};
  SCE_TRY(open_view(backend, &ctx, &view, trie));
  return sce_trie_get(&view, found, &entry->value, key);
}

static sce_error_t *find_next(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_buf_t *next,
                              sce_span_t key, bool inclusive, const sce_span_t *prefix) {
  proof_backend_t *self = self_of(backend);
  sce_proof_view_t ctx;
  sce_trie_view_t view;
  walk->trie = trie;
  walk->entry = (sce_entry_t){0};
  SCE_TRY(open_view(backend, &ctx, &view, trie));
  SCE_TRY(sce_trie_next_key(&view, &walk->found, next, key, inclusive, prefix));
  if (!walk->found) return NULL;
  pthread_mutex_lock(&self->lock);
  sce_error_t *err = keep_key(self, &walk->entry.key, sce_buf_span(next));
  pthread_mutex_unlock(&self->lock);
  return err;
}

/* The value is given where the proof has it: a walk over keys alone does not prove values. */
sce_error_t *sce_proof_backend_seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                                    bool inclusive, const sce_span_t *prefix) {
  sce_buf_t next = {0};
  sce_error_t *err = find_next(backend, walk, trie, &next, key, inclusive, prefix);
  sce_buf_free(&next);
  walk->place[SCE_PROOF_PREFIXED] = prefix != NULL;
  walk->place[SCE_PROOF_PREFIX_LEN] = prefix == NULL ? 0 : prefix->len;
  if (err != NULL || !walk->found) return err;
  bool found;
  sce_entry_t entry;
  err = get(backend, &found, &entry, trie, walk->entry.key);
  if (err == NULL) walk->entry.value = entry.value;
  if (err == NULL || sce_error_kind(err) != SCE_BAD_PROOF) return err;
  sce_error_delete(err);
  return NULL;
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  return sce_proof_backend_seek(backend, walk, trie, key, inclusive, NULL);
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  sce_span_t prefix = sce_span(walk->entry.key.data, (size_t)walk->place[SCE_PROOF_PREFIX_LEN]);
  bool prefixed = walk->place[SCE_PROOF_PREFIXED] != 0;
  return sce_proof_backend_seek(backend, walk, walk->trie, walk->entry.key, false, prefixed ? &prefix : NULL);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  (void)backend, (void)trie, (void)path;
  *found = false;
  *record = (sce_span_t){0};
  return NULL;
}

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  (void)backend, (void)trie;
  return false;
}

static sce_error_t *next_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name, sce_span_t after,
                               bool inclusive) {
  const size_t prefix = strlen(SCE_PROOF_CHILD_KEYS);
  sce_buf_t key = {0};
  sce_walk_t walk = {.found = false};
  *trie = SCE_TRIE_NONE;
  *name = (sce_span_t){0};
  sce_error_t *err = sce_proof_child_key(&key, after);
  if (err == NULL) err = seek(backend, &walk, SCE_TRIE_TOP, sce_buf_span(&key), inclusive);
  sce_buf_free(&key);
  if (err != NULL || !walk.found) return err;
  if (!sce_span_starts_with(walk.entry.key, sce_span_text(SCE_PROOF_CHILD_KEYS))) return NULL;
  *name = sce_span_skip(walk.entry.key, prefix);
  return find_child(backend, trie, *name);
}

/* A walk would tell for a proof of all keys, but a hostile one can have more keys than there is time: its nodes may be
 * used many times over. */
static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  (void)backend, (void)keys, (void)trie;
  return sce_error_new(SCE_UNSUPPORTED, "a proof does not say how many keys the state has");
}

static void delete_backend(sce_backend_t *backend) {
  proof_backend_t *self = self_of(backend);
  sce_table_free(&self->keys);
  sce_free(self->child_roots);
  pthread_mutex_destroy(&self->lock);
  sce_free(self);
}

static const sce_backend_ops_t proof_ops = {.find_child = find_child,
                                            .get = get,
                                            .seek = seek,
                                            .step = step,
                                            .node_get = node_get,
                                            .has_nodes = has_nodes,
                                            .next_child = next_child,
                                            .count = count_keys,
                                            .delete = delete_backend};

sce_error_t *sce_proof_backend_new(sce_backend_t **backend, const sce_proof_t *proof, const uint8_t root[32]) {
  sce_proof_view_t ctx;
  sce_trie_view_t view = sce_proof_view(&ctx, proof, root);
  sce_trie_place_t place = {0};
  sce_trie_fetched_t fetched;
  SCE_TRY(sce_trie_fetch_node(&view, &fetched, &place));
  proof_backend_t *self = sce_calloc(1, sizeof *self);
  if (self == NULL) return sce_error_oom();
  if (pthread_mutex_init(&self->lock, NULL) != 0) {
    sce_free(self);
    return sce_error_oom();
  }
  self->backend.ops = &proof_ops;
  self->proof = proof;
  memcpy(self->root, root, 32);
  sce_table_init(&self->keys, false);
  *backend = &self->backend;
  return NULL;
}
