/* proof_record.c: backends that record what is read, and proofs made of a list of keys.
 *
 * A read is made twice: from the inner backend's values for its answer, and through the trie for its nodes. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/proof_backend.h"
#include "state/state.h"
#include "state/trie_read.h"
#include "state/trie_rows.h"

#include <string.h>

typedef struct recording {
  sce_backend_t backend; /* first member */
  const sce_backend_t *inner;
  sce_proof_recorder_t *recorder;
} recording_t;

static const sce_backend_ops_t recording_ops;

static recording_t *self_of(const sce_backend_t *backend) {
  return (recording_t *)(uintptr_t)backend;
}

/* ---- views ---- */

void sce_backend_view_free(sce_backend_view_t *open) {
  if (open->rows != NULL) sce_trie_rows_free(open->rows);
  sce_free(open->rows);
  *open = (sce_backend_view_t){0};
}

static sce_error_t *open_inner(sce_backend_view_t *open, const sce_backend_t *backend, sce_trie_id_t trie) {
  if (sce_proof_backend_is(backend)) {
    open->usable = true;
    return sce_proof_backend_view(&open->proof, &open->view, backend, trie);
  }
  const sce_backend_ops_t *ops = backend->ops;
  open->usable = trie == SCE_TRIE_NONE || (ops->has_nodes != NULL && ops->has_nodes(backend, trie));
  if (!open->usable) return NULL;
  open->rows = sce_alloc(sizeof *open->rows);
  if (open->rows == NULL) return sce_error_oom();
  open->view = sce_trie_rows_view(open->rows, backend, trie);
  return NULL;
}

sce_error_t *sce_backend_view_open(sce_backend_view_t *open, const sce_backend_t *backend, sce_trie_id_t trie) {
  *open = (sce_backend_view_t){0};
  if (backend->ops != &recording_ops) return open_inner(open, backend, trie);
  const recording_t *self = self_of(backend);
  SCE_TRY(open_inner(open, self->inner, trie));
  /* The trie that is not there has no nodes: nothing to record. */
  if (trie != SCE_TRIE_NONE) open->view.recorder = self->recorder;
  return NULL;
}

/* ---- recording ---- */

/* A read, to be made through the trie. */
typedef struct trie_read {
  enum { READ_VALUE, READ_PRESENCE, READ_NEXT } kind;
  sce_span_t key;
  bool inclusive;           /* READ_NEXT */
  const sce_span_t *prefix; /* READ_NEXT */
} trie_read_t;

static sce_error_t *run_read(const sce_trie_view_t *view, const trie_read_t *read) {
  bool found;
  sce_span_t value;
  if (read->kind != READ_NEXT) {
    return sce_trie_get(view, &found, read->kind == READ_VALUE ? &value : NULL, read->key);
  }
  sce_buf_t next = {0};
  sce_error_t *err = sce_trie_next_key(view, &found, &next, read->key, read->inclusive, read->prefix);
  sce_buf_free(&next);
  return err;
}

static sce_error_t *record(const sce_backend_t *backend, sce_trie_id_t trie, trie_read_t read) {
  if (trie == SCE_TRIE_NONE) return NULL;
  sce_backend_view_t open;
  sce_error_t *err = sce_backend_view_open(&open, backend, trie);
  if (err == NULL && open.usable) err = run_read(&open.view, &read);
  if (err == NULL && !open.usable) {
    err = sce_error_new(SCE_UNSUPPORTED, "a proof needs a state with trie nodes; this one has none yet");
  }
  sce_backend_view_free(&open);
  return err;
}

/* ---- operations ---- */

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  sce_buf_t key = {0};
  sce_error_t *err = sce_proof_child_key(&key, name);
  if (err == NULL) err = record(backend, SCE_TRIE_TOP, (trie_read_t){READ_VALUE, .key = sce_buf_span(&key)});
  sce_buf_free(&key);
  if (err != NULL) return err;
  const sce_backend_t *inner = self_of(backend)->inner;
  return inner->ops->find_child(inner, trie, name);
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  const sce_backend_t *inner = self_of(backend)->inner;
  SCE_TRY(record(backend, trie, (trie_read_t){READ_VALUE, .key = key}));
  return inner->ops->get(inner, found, entry, trie, key);
}

/* Goes to a key of the inner backend, without what it remembers of walks: steps are seeks here. */
static sce_error_t *go_to(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                          bool inclusive, const sce_span_t *prefix) {
  const sce_backend_t *inner = self_of(backend)->inner;
  SCE_TRY(record(backend, trie, (trie_read_t){READ_NEXT, key, inclusive, prefix}));
  if (sce_proof_backend_is(inner)) return sce_proof_backend_seek(inner, walk, trie, key, inclusive, prefix);
  SCE_TRY(inner->ops->seek(inner, walk, trie, key, inclusive));
  if (prefix != NULL && walk->found && !sce_span_starts_with(walk->entry.key, *prefix)) walk->found = false;
  walk->place[SCE_PROOF_PREFIXED] = prefix != NULL;
  walk->place[SCE_PROOF_PREFIX_LEN] = prefix == NULL ? 0 : prefix->len;
  return NULL;
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  return go_to(backend, walk, trie, key, inclusive, NULL);
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  sce_span_t prefix = sce_span(walk->entry.key.data, (size_t)walk->place[SCE_PROOF_PREFIX_LEN]);
  bool prefixed = walk->place[SCE_PROOF_PREFIXED] != 0;
  return go_to(backend, walk, walk->trie, walk->entry.key, false, prefixed ? &prefix : NULL);
}

sce_error_t *sce_backend_seek_prefix(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie,
                                     sce_span_t start, sce_span_t prefix) {
  if (backend->ops == &recording_ops) return go_to(backend, walk, trie, start, true, &prefix);
  if (sce_proof_backend_is(backend)) return sce_proof_backend_seek(backend, walk, trie, start, true, &prefix);
  return backend->ops->seek(backend, walk, trie, start, true);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record_bytes, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  const sce_backend_t *inner = self_of(backend)->inner;
  return inner->ops->node_get(inner, found, record_bytes, trie, path);
}

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  const sce_backend_t *inner = self_of(backend)->inner;
  return inner->ops->has_nodes(inner, trie);
}

static sce_error_t *next_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name, sce_span_t after,
                               bool inclusive) {
  const sce_backend_t *inner = self_of(backend)->inner;
  return inner->ops->next_child(inner, trie, name, after, inclusive);
}

static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  const sce_backend_t *inner = self_of(backend)->inner;
  return inner->ops->count(inner, keys, trie);
}

static void delete_backend(sce_backend_t *backend) {
  sce_free(self_of(backend));
}

static const sce_backend_ops_t recording_ops = {.find_child = find_child,
                                                .get = get,
                                                .seek = seek,
                                                .step = step,
                                                .node_get = node_get,
                                                .has_nodes = has_nodes,
                                                .next_child = next_child,
                                                .count = count_keys,
                                                .delete = delete_backend};

sce_error_t *sce_recording_backend_new(sce_backend_t **backend, const sce_backend_t *inner,
                                       sce_proof_recorder_t *recorder) {
  recording_t *self = sce_alloc(sizeof *self);
  if (self == NULL) return sce_error_oom();
  *self = (recording_t){{&recording_ops}, inner, recorder};
  *backend = &self->backend;
  return NULL;
}

/* ---- other readers ---- */

sce_error_t *sce_backend_has(const sce_backend_t *backend, bool *found, sce_trie_id_t trie, sce_span_t key) {
  const sce_backend_t *inner = backend;
  sce_entry_t entry;
  if (backend->ops == &recording_ops) {
    SCE_TRY(record(backend, trie, (trie_read_t){READ_PRESENCE, .key = key}));
    inner = self_of(backend)->inner;
  }
  if (!sce_proof_backend_is(inner)) return inner->ops->get(inner, found, &entry, trie, key);
  sce_proof_view_t ctx;
  sce_trie_view_t view;
  SCE_TRY(sce_proof_backend_view(&ctx, &view, inner, trie));
  return sce_trie_get(&view, found, NULL, key);
}

static sce_error_t *prepare(sce_backend_t *backend, sce_trie_id_t trie) {
  if (backend->ops->prepare == NULL || trie == SCE_TRIE_NONE) return NULL;
  return backend->ops->prepare(backend, trie);
}

static sce_error_t *record_keys(recording_t *self, sce_backend_t *inner, const sce_span_t *child,
                                const sce_span_t *keys, size_t count) {
  sce_trie_id_t trie = SCE_TRIE_TOP;
  SCE_TRY(prepare(inner, SCE_TRIE_TOP));
  if (child != NULL) {
    SCE_TRY(find_child(&self->backend, &trie, *child));
    SCE_TRY(prepare(inner, trie));
  }
  for (size_t i = 0; i < count; i++) {
    SCE_TRY(record(&self->backend, trie, (trie_read_t){READ_VALUE, .key = keys[i]}));
  }
  return NULL;
}

sce_error_t *sce_proof_of_backend(sce_proof_t **proof, sce_backend_t *backend, const sce_span_t *child,
                                  const sce_span_t *keys, size_t count) {
  sce_proof_recorder_t recorder = {0};
  recording_t self = {{&recording_ops}, backend, &recorder};
  sce_error_t *err = record_keys(&self, backend, child, keys, count);
  if (err == NULL) err = sce_proof_take(proof, &recorder);
  sce_proof_recorder_free(&recorder);
  return err;
}

sce_error_t *sce_proof_make(sce_proof_t **proof, const struct sce_state *state, const sce_span_t *child,
                            const sce_span_t *keys, size_t count) {
  return sce_proof_of_backend(proof, state->backend, child, keys, count);
}
