/* lmdb_state.c: states of a database.
 *
 * A state that is newer than the settled one has the journal's records up to it in its layer, values and nodes; an
 * older one the undo records down to it, of which for one key the oldest stays, and the nodes that these make
 * (lmdb_older.c). Layers are filled when they are first asked for: opening a state reads none of it. */
#include "state/lmdb_state.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/state.h"

static const sce_backend_ops_t newest_ops, kept_ops, undone_ops;

static sce_lmdb_state_t *self_of(const sce_backend_t *backend) {
  return (sce_lmdb_state_t *)(uintptr_t)backend;
}

sce_lmdb_state_t *sce_lmdb_state_of(const sce_backend_t *backend) {
  bool is = backend->ops == &newest_ops || backend->ops == &kept_ops || backend->ops == &undone_ops;
  return is ? self_of(backend) : NULL;
}

sce_lmdb_snapshot_t *sce_lmdb_snapshot_of(const sce_backend_t *backend) {
  const sce_lmdb_state_t *state = sce_lmdb_state_of(backend);
  return state == NULL ? NULL : state->snapshot;
}

/* ---- making ---- */

void sce_lmdb_state_delete(sce_lmdb_state_t *state) {
  if (state == NULL) return;
  sce_layer_free(&state->layer);
  sce_lmdb_snapshot_delete(state->snapshot);
  pthread_mutex_destroy(&state->lock);
  sce_free(state);
}

/* Over a snapshot, which is taken, also on failure. */
static sce_error_t *new_state(sce_lmdb_state_t **state, sce_lmdb_snapshot_t *snapshot) {
  sce_lmdb_state_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    sce_free(made);
    sce_lmdb_snapshot_delete(snapshot);
    return sce_error_oom();
  }
  made->snapshot = snapshot;
  sce_layer_init(&made->layer, &snapshot->backend);
  *state = made;
  return NULL;
}

static void set_number(sce_lmdb_state_t *state, uint64_t number, const sce_lmdb_state_record_t *record) {
  const sce_lmdb_database_t *database = &state->snapshot->database;
  bool newest = number == database->newest;
  state->backend.ops = newest ? &newest_ops : number < database->settled ? &undone_ops : &kept_ops;
  state->number = number;
  state->keys = record->keys;
  atomic_init(&state->has_values, number == database->settled);
  atomic_init(&state->has_nodes, number == database->settled);
}

sce_error_t *sce_lmdb_state_prepare(sce_lmdb_state_t **state, sce_lmdb_t *db) {
  sce_lmdb_snapshot_t *snapshot;
  SCE_TRY(sce_lmdb_snapshot_prepare(&snapshot, db));
  return new_state(state, snapshot);
}

sce_error_t *sce_lmdb_state_pin(sce_lmdb_state_t *state) {
  SCE_TRY(sce_lmdb_snapshot_pin(state->snapshot));
  set_number(state, state->snapshot->database.newest, &state->snapshot->state);
  return NULL;
}

sce_error_t *sce_lmdb_state_pin_number(sce_lmdb_state_t *state, uint64_t number) {
  sce_lmdb_snapshot_t *snapshot = state->snapshot;
  SCE_TRY(sce_lmdb_snapshot_pin(snapshot));
  sce_lmdb_state_record_t record = snapshot->state;
  bool found = true;
  if (number != snapshot->database.newest) SCE_TRY(sce_lmdb_find_state(snapshot, &found, &record, number));
  if (!found)
    return sce_error_new(SCE_NOT_FOUND, "%s: others committed, and its state is not kept: go to the newest one",
                         snapshot->db->path);
  set_number(state, number, &record);
  return NULL;
}

sce_error_t *sce_lmdb_state_newest(sce_lmdb_state_t **state, sce_lmdb_t *db) {
  sce_lmdb_state_t *made;
  SCE_TRY(sce_lmdb_state_prepare(&made, db));
  sce_error_t *err = sce_lmdb_state_pin(made);
  if (err != NULL)
    sce_lmdb_state_delete(made);
  else
    *state = made;
  return err;
}

sce_error_t *sce_lmdb_state_at(sce_lmdb_state_t **state, sce_lmdb_snapshot_t *snapshot, uint64_t number,
                               const sce_lmdb_state_record_t *record) {
  SCE_TRY(new_state(state, snapshot));
  set_number(*state, number, record);
  return NULL;
}

/* ---- the layer ---- */

sce_error_t *sce_lmdb_load_changes(const sce_lmdb_snapshot_t *snapshot, sce_buf_t *record, sce_lmdb_tag_t tag,
                                   uint64_t number, const sce_layer_t *layer) {
  sce_lmdb_key_t key;
  sce_span_t value;
  bool found;
  sce_lmdb_number_key(&key, tag, number);
  SCE_TRY(sce_pages_get(&snapshot->pages, &found, &value, sce_lmdb_key_span(&key)));
  if (!found)
    return sce_error_new(SCE_BAD_STATE, "the state database is damaged: the changes that lead to a state are missing");
  if (layer->bytes + value.len > snapshot->pages.readable)
    return sce_error_new(SCE_BAD_STATE, "the state database is damaged: records of changes that have pages in common");
  sce_error_t *err = sce_buf_append(record, value.data, value.len);
  if (err != NULL) sce_buf_free(record);
  return err;
}

static sce_error_t *add_record(sce_lmdb_state_t *self, sce_lmdb_tag_t tag, uint64_t number) {
  sce_buf_t record = {0};
  SCE_TRY(sce_lmdb_load_changes(self->snapshot, &record, tag, number, &self->layer));
  if (tag == SCE_LMDB_JOURNAL_NODES) return sce_layer_add_nodes(&self->layer, &record);
  return sce_layer_add(&self->layer, &record, true);
}

static sce_error_t *fill_values(sce_lmdb_state_t *self) {
  uint64_t settled = self->snapshot->database.settled;
  for (uint64_t number = settled; number < self->number; number++)
    SCE_TRY(add_record(self, SCE_LMDB_JOURNAL, number + 1));
  for (uint64_t number = settled; number > self->number; number--) SCE_TRY(add_record(self, SCE_LMDB_UNDO, number));
  return sce_layer_seal(&self->layer);
}

static sce_error_t *fill_nodes(sce_lmdb_state_t *self) {
  if (self->number < self->snapshot->database.settled) return sce_lmdb_make_older_nodes(self);
  for (uint64_t number = self->snapshot->database.settled; number < self->number; number++)
    SCE_TRY(add_record(self, SCE_LMDB_JOURNAL_NODES, number + 1));
  return NULL;
}

sce_error_t *sce_lmdb_state_need_values(sce_lmdb_state_t *self) {
  if (atomic_load_explicit(&self->has_values, memory_order_acquire)) return NULL;
  sce_error_t *err = NULL;
  pthread_mutex_lock(&self->lock);
  if (!atomic_load_explicit(&self->has_values, memory_order_relaxed)) {
    err = fill_values(self);
    if (err != NULL) {
      sce_layer_free(&self->layer);
      sce_layer_init(&self->layer, &self->snapshot->backend);
    }
    atomic_store_explicit(&self->has_values, err == NULL, memory_order_release);
  }
  pthread_mutex_unlock(&self->lock);
  return sce_lmdb_in(self->snapshot->db, err);
}

static sce_error_t *need_nodes(sce_lmdb_state_t *self) {
  if (atomic_load_explicit(&self->has_nodes, memory_order_acquire)) return NULL;
  SCE_TRY(sce_lmdb_state_need_values(self));
  sce_error_t *err = NULL;
  pthread_mutex_lock(&self->lock);
  if (!atomic_load_explicit(&self->has_nodes, memory_order_relaxed)) {
    size_t records = self->layer.record_count;
    err = fill_nodes(self);
    if (err != NULL) sce_layer_drop_nodes(&self->layer, records);
    atomic_store_explicit(&self->has_nodes, err == NULL, memory_order_release);
  }
  pthread_mutex_unlock(&self->lock);
  return sce_lmdb_in(self->snapshot->db, err);
}

/* Nobody else reads either state. */
static sce_error_t *take_over(sce_lmdb_state_t *state, sce_lmdb_state_t *base, sce_buf_t *values, sce_buf_t *nodes) {
  bool with_nodes = atomic_load_explicit(&base->has_nodes, memory_order_relaxed);
  sce_layer_free(&state->layer);
  state->layer = base->layer;
  state->layer.tree = &state->snapshot->backend;
  sce_layer_init(&base->layer, &base->snapshot->backend);
  atomic_store_explicit(&base->has_values, false, memory_order_relaxed);
  atomic_store_explicit(&base->has_nodes, false, memory_order_relaxed);
  SCE_TRY(sce_layer_add(&state->layer, values, false));
  if (with_nodes) SCE_TRY(sce_layer_add_nodes(&state->layer, nodes));
  atomic_store_explicit(&state->has_nodes, with_nodes, memory_order_relaxed);
  atomic_store_explicit(&state->has_values, true, memory_order_release);
  return NULL;
}

void sce_lmdb_state_inherit(sce_lmdb_state_t *state, sce_lmdb_state_t *base, sce_buf_t *values, sce_buf_t *nodes) {
  bool follows = state->snapshot->pages.transaction == base->snapshot->pages.transaction + 1;
  if (!follows || !atomic_load_explicit(&base->has_values, memory_order_acquire)) return;
  sce_error_t *err = take_over(state, base, values, nodes);
  if (err == NULL) return;
  sce_error_delete(err);
  sce_layer_free(&state->layer);
  sce_layer_init(&state->layer, &state->snapshot->backend);
}

/* ---- reading ---- */

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  sce_lmdb_state_t *self = self_of(backend);
  const sce_backend_t *tree = &self->snapshot->backend;
  SCE_TRY(sce_lmdb_state_need_values(self));
  const sce_layer_trie_t *changed = sce_layer_child(&self->layer, trie, name);
  if (changed == NULL) return tree->ops->find_child(tree, trie, name);
  if (changed->keys == 0) *trie = SCE_TRIE_NONE;
  return NULL;
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  SCE_TRY(sce_lmdb_state_need_values(self_of(backend)));
  return sce_layer_get(&self_of(backend)->layer, found, entry, trie, key);
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  SCE_TRY(sce_lmdb_state_need_values(self_of(backend)));
  return sce_layer_seek(&self_of(backend)->layer, walk, trie, key, inclusive);
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  return sce_layer_step(&self_of(backend)->layer, walk);
}

static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  sce_lmdb_state_t *self = self_of(backend);
  const sce_backend_t *tree = &self->snapshot->backend;
  sce_trie_id_t base;
  *keys = self->keys;
  if (trie == SCE_TRIE_TOP) return NULL;
  SCE_TRY(sce_lmdb_state_need_values(self));
  const sce_layer_trie_t *changed = sce_layer_trie(&self->layer, &base, trie);
  if (changed == NULL) return tree->ops->count(tree, keys, base);
  *keys = changed->keys;
  return NULL;
}

/* Where the layer has no record at a path, nothing below has changed. */
static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  sce_lmdb_state_t *self = self_of(backend);
  const sce_backend_t *tree = &self->snapshot->backend;
  sce_trie_id_t base;
  sce_entry_t entry;
  SCE_TRY(need_nodes(self));
  const sce_layer_trie_t *changed = sce_layer_trie(&self->layer, &base, trie);
  const sce_table_entry_t *slot =
      changed == NULL ? NULL : sce_table_find(&changed->nodes, sce_span(path.data, path.len));
  if (slot == NULL) return tree->ops->node_get(tree, found, record, base, path);
  *found = sce_layer_entry(&entry, slot);
  *record = entry.value;
  return NULL;
}

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  (void)backend;
  return trie != SCE_TRIE_NONE;
}

/* ---- operations ---- */

static void delete_backend(sce_backend_t *backend) {
  sce_lmdb_state_delete(self_of(backend));
}

/* What all of them have. */
#define READS                                                                                                          \
  .find_child = find_child, .next_child = sce_next_child_by_root, .get = get, .seek = seek, .step = step,              \
  .count = count_keys, .delete = delete_backend

static const sce_backend_ops_t newest_ops = {READS, .node_get = node_get, .has_nodes = has_nodes,
                                             .commit = sce_lmdb_commit};

/* An older state that the journal leads to. */
static const sce_backend_ops_t kept_ops = {READS, .node_get = node_get, .has_nodes = has_nodes};

/* One that is older than the settled state. */
static const sce_backend_ops_t undone_ops = {READS, .node_get = node_get, .has_nodes = has_nodes,
                                             .delta_root = sce_lmdb_state_root};
