/* deferred.c: see deferred.h. Every operation is that of the backend behind it. */
#include "state/deferred.h"

#include "base/alloc.h"
#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct deferred {
  sce_backend_t backend;        /* first member: see sce_backend_t */
  sce_backend_t *_Atomic inner; /* NULL until it is made */
  pthread_mutex_t lock;         /* while it is made */
  sce_backend_make_fn make;
  void *ctx;
} deferred_t;

static sce_error_t *make_inner(deferred_t *deferred, sce_backend_t **inner) {
  pthread_mutex_lock(&deferred->lock);
  sce_error_t *err = NULL;
  *inner = atomic_load_explicit(&deferred->inner, memory_order_relaxed);
  if (*inner == NULL) err = deferred->make(deferred->ctx, inner);
  if (err == NULL) atomic_store_explicit(&deferred->inner, *inner, memory_order_release);
  pthread_mutex_unlock(&deferred->lock);
  return err;
}

/* That it is made can't be seen from outside, so a const backend may come to it. */
static sce_error_t *need(const sce_backend_t *backend, sce_backend_t **inner) {
  deferred_t *deferred = (deferred_t *)(uintptr_t)(const void *)backend;
  *inner = atomic_load_explicit(&deferred->inner, memory_order_acquire);
  return *inner != NULL ? NULL : make_inner(deferred, inner);
}

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->find_child(inner, trie, name);
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->get(inner, found, entry, trie, key);
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->seek(inner, walk, trie, key, inclusive);
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->step(inner, walk);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->node_get(inner, found, record, trie, path);
}

/* One that is not made yet has none. */
static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  const deferred_t *deferred = (const deferred_t *)(const void *)backend;
  sce_backend_t *inner = atomic_load_explicit(&deferred->inner, memory_order_acquire);
  return inner != NULL && inner->ops->has_nodes(inner, trie);
}

static sce_error_t *next_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name, sce_span_t after,
                               bool inclusive) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->next_child(inner, trie, name, after, inclusive);
}

static sce_error_t *count(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->count(inner, keys, trie);
}

static sce_error_t *prepare(sce_backend_t *backend, sce_trie_id_t trie) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  return inner->ops->prepare != NULL ? inner->ops->prepare(inner, trie) : NULL;
}

static sce_error_t *commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone) {
  sce_backend_t *inner;
  SCE_TRY(need(backend, &inner));
  if (inner->ops->commit == NULL) return sce_error_new(SCE_MISUSE, "the state can't be changed");
  SCE_TRY(inner->ops->commit(inner, next, set, alone));
  if (*next == inner) *next = backend;
  return NULL;
}

static void delete_backend(sce_backend_t *backend) {
  deferred_t *deferred = (deferred_t *)(void *)backend;
  sce_backend_t *inner = atomic_load_explicit(&deferred->inner, memory_order_acquire);
  if (inner != NULL) inner->ops->delete (inner);
  pthread_mutex_destroy(&deferred->lock);
  sce_free(deferred->ctx);
  sce_free(deferred);
}

static const sce_backend_ops_t deferred_ops = {
    .find_child = find_child,
    .next_child = next_child,
    .get = get,
    .seek = seek,
    .step = step,
    .count = count,
    .node_get = node_get,
    .has_nodes = has_nodes,
    .prepare = prepare,
    .commit = commit,
    .delete = delete_backend,
};

sce_error_t *sce_deferred_backend_new(sce_backend_t **backend, sce_backend_make_fn make, void *ctx) {
  deferred_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    sce_free(made);
    sce_free(ctx);
    return sce_error_oom();
  }
  atomic_init(&made->inner, NULL);
  made->backend.ops = &deferred_ops;
  made->make = make;
  made->ctx = ctx;
  *backend = &made->backend;
  return NULL;
}
