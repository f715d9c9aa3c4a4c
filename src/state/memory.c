/* memory.c: the state backend in memory. */
#include "state/memory.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/trie.h"

#include <stdlib.h>
#include <string.h>

static const sce_backend_ops_t memory_ops;

static void free_trie(sce_memory_trie_t *trie) {
  sce_table_free(&trie->values);
  sce_table_free(&trie->nodes);
  sce_free((void *)(uintptr_t)trie->name.data);
}

sce_error_t *sce_memory_new(sce_memory_t **memory) {
  sce_memory_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  made->backend.ops = &memory_ops;
  sce_table_init(&made->top.values, true);
  sce_table_init(&made->top.nodes, false);
  *memory = made;
  return NULL;
}

void sce_memory_delete(sce_memory_t *memory) {
  if (memory == NULL) return;
  free_trie(&memory->top);
  for (size_t i = 0; i < memory->child_count; i++) {
    free_trie(memory->children[i]);
    sce_free(memory->children[i]);
  }
  sce_free(memory->children);
  sce_arena_unref(memory->arena);
  pthread_mutex_destroy(&memory->lock);
  sce_free(memory);
}

/* ---- children ---- */

/* The place of the first child whose name is not below `name`. */
static size_t child_place(const sce_memory_t *memory, sce_span_t name) {
  size_t low = 0, high = memory->child_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sce_span_compare(memory->children[middle]->name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

sce_memory_trie_t *sce_memory_find(const sce_memory_t *memory, const sce_span_t *name) {
  if (name == NULL) return (sce_memory_trie_t *)&memory->top;
  size_t place = child_place(memory, *name);
  if (place == memory->child_count || !sce_span_equal(memory->children[place]->name, *name)) return NULL;
  return memory->children[place];
}

static sce_error_t *new_trie(sce_memory_trie_t **trie, sce_span_t name) {
  sce_memory_trie_t *made = sce_calloc(1, sizeof *made);
  uint8_t *copy = sce_alloc(name.len);
  if (made == NULL || copy == NULL) {
    sce_free(copy);
    sce_free(made);
    return sce_error_oom();
  }
  if (name.len > 0) memcpy(copy, name.data, name.len);
  made->name = sce_span(copy, name.len);
  sce_table_init(&made->values, true);
  sce_table_init(&made->nodes, false);
  *trie = made;
  return NULL;
}

sce_error_t *sce_memory_make_child(sce_memory_t *memory, sce_memory_trie_t **trie, sce_span_t name) {
  *trie = sce_memory_find(memory, &name);
  if (*trie != NULL) return NULL;
  if (memory->child_count == memory->child_cap) {
    size_t cap = memory->child_cap == 0 ? 8 : memory->child_cap * 2;
    sce_memory_trie_t **children = sce_realloc_array(memory->children, cap, sizeof(sce_memory_trie_t *));
    if (children == NULL) return sce_error_oom();
    memory->children = children;
    memory->child_cap = cap;
  }
  SCE_TRY(new_trie(trie, name));
  size_t place = child_place(memory, name);
  memmove(memory->children + place + 1, memory->children + place,
          (memory->child_count - place) * sizeof(sce_memory_trie_t *));
  memory->children[place] = *trie;
  memory->child_count++;
  return NULL;
}

void sce_memory_drop_child(sce_memory_t *memory, sce_span_t name) {
  size_t place = child_place(memory, name);
  if (place == memory->child_count || !sce_span_equal(memory->children[place]->name, name)) return;
  free_trie(memory->children[place]);
  sce_free(memory->children[place]);
  memory->child_count--;
  memmove(memory->children + place, memory->children + place + 1,
          (memory->child_count - place) * sizeof(sce_memory_trie_t *));
}

/* ---- making ---- */

static sce_error_t *fill(sce_table_t *table, const sce_pair_list_t *pairs, sce_state_version_t version) {
  for (size_t i = 0; i < pairs->count; i++) {
    const sce_pair_t *pair = &pairs->items[i];
    SCE_TRY(sce_table_fill(table, pair->key, pair->value, sce_layout_hashed(pair->value.len, version)));
  }
  return sce_table_seal(table);
}

/* The last child of a name counts; one without keys is none. */
static sce_error_t *fill_child(sce_memory_t *memory, const sce_genesis_child_t *child, sce_state_version_t version) {
  sce_memory_drop_child(memory, child->name);
  if (child->pairs.count == 0) return NULL;
  sce_memory_trie_t *trie;
  SCE_TRY(sce_memory_make_child(memory, &trie, child->name));
  return fill(&trie->values, &child->pairs, version);
}

static int by_name(const void *a, const void *b) {
  const sce_genesis_child_t *x = *(const sce_genesis_child_t *const *)a, *y = *(const sce_genesis_child_t *const *)b;
  int side = sce_span_compare(x->name, y->name);
  return side != 0 ? side : x < y ? -1 : x > y;
}

/* In the order of their names, so that each goes to the end of the list. */
static sce_error_t *fill_children(sce_memory_t *memory, const sce_genesis_t *genesis, sce_state_version_t version) {
  const sce_genesis_child_t **sorted = sce_realloc_array(NULL, genesis->child_count, sizeof *sorted);
  if (sorted == NULL) return sce_error_oom();
  for (size_t i = 0; i < genesis->child_count; i++) sorted[i] = &genesis->children[i];
  qsort(sorted, genesis->child_count, sizeof *sorted, by_name);
  sce_error_t *err = NULL;
  for (size_t i = 0; i < genesis->child_count && err == NULL; i++) err = fill_child(memory, sorted[i], version);
  sce_free(sorted);
  return err;
}

sce_error_t *sce_memory_from_genesis(sce_memory_t **memory, const sce_genesis_t *genesis, sce_state_version_t version) {
  sce_memory_t *made;
  SCE_TRY(sce_memory_new(&made));
  if (genesis->arena != NULL) made->arena = sce_arena_ref(genesis->arena);
  sce_error_t *err = fill(&made->top.values, &genesis->top, version);
  if (err == NULL) err = fill_children(made, genesis, version);
  if (err != NULL) {
    sce_memory_delete(made);
    return err;
  }
  *memory = made;
  return NULL;
}

static sce_error_t *copy_trie(sce_memory_trie_t *to, const sce_memory_trie_t *from) {
  sce_table_free(&to->values);
  sce_table_free(&to->nodes);
  SCE_TRY(sce_table_copy(&to->values, &from->values));
  sce_table_init(&to->nodes, false);
  if (!atomic_load_explicit(&from->has_nodes, memory_order_acquire)) return NULL;
  SCE_TRY(sce_table_copy(&to->nodes, &from->nodes));
  atomic_store_explicit(&to->has_nodes, true, memory_order_release);
  return NULL;
}

sce_error_t *sce_memory_copy(sce_memory_t **copy, const sce_memory_t *memory) {
  sce_memory_t *made;
  SCE_TRY(sce_memory_new(&made));
  if (memory->arena != NULL) made->arena = sce_arena_ref(memory->arena);
  sce_error_t *err = copy_trie(&made->top, &memory->top);
  for (size_t i = 0; i < memory->child_count && err == NULL; i++) {
    sce_memory_trie_t *trie;
    err = sce_memory_make_child(made, &trie, memory->children[i]->name);
    if (err == NULL) err = copy_trie(trie, memory->children[i]);
  }
  if (err != NULL) {
    sce_memory_delete(made);
    return err;
  }
  *copy = made;
  return NULL;
}

/* ---- reading ---- */

static const sce_memory_t *memory_of(const sce_backend_t *backend) {
  return (const sce_memory_t *)(const void *)backend;
}

static const sce_memory_trie_t *trie_of(const sce_backend_t *backend, sce_trie_id_t trie) {
  const sce_memory_t *memory = memory_of(backend);
  if (trie == SCE_TRIE_TOP) return &memory->top;
  return trie - 1 < memory->child_count ? memory->children[trie - 1] : NULL;
}

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  const sce_memory_t *memory = memory_of(backend);
  size_t place = child_place(memory, name);
  bool found = place < memory->child_count && sce_span_equal(memory->children[place]->name, name);
  *trie = found ? (sce_trie_id_t)(place + 1) : SCE_TRIE_NONE;
  return NULL;
}

static sce_error_t *next_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name, sce_span_t after,
                               bool inclusive) {
  const sce_memory_t *memory = memory_of(backend);
  size_t place = child_place(memory, after);
  if (!inclusive && place < memory->child_count && sce_span_equal(memory->children[place]->name, after)) place++;
  bool found = place < memory->child_count;
  *trie = found ? (sce_trie_id_t)(place + 1) : SCE_TRIE_NONE;
  *name = found ? memory->children[place]->name : sce_span(NULL, 0);
  return NULL;
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  const sce_memory_trie_t *in = trie_of(backend, trie);
  const sce_table_entry_t *slot = in == NULL ? NULL : sce_table_find(&in->values, key);
  *found = slot != NULL;
  if (slot != NULL) *entry = sce_table_entry_of(slot);
  return NULL;
}

/* A walk's place: chunk and place in it. */
static void set_walk(sce_walk_t *walk, const sce_table_t *table, sce_order_place_t place) {
  uint32_t id = sce_key_order_at(&table->order, place);
  walk->found = id != SCE_NO_ENTRY;
  walk->entry = walk->found ? sce_table_entry_of(&table->entries[id]) : (sce_entry_t){{0}, {0}, false};
  walk->place[0] = place.chunk;
  walk->place[1] = place.at;
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  const sce_memory_trie_t *in = trie_of(backend, trie);
  walk->trie = trie;
  walk->found = false;
  walk->entry = (sce_entry_t){{0}, {0}, false};
  if (in == NULL) return NULL;
  set_walk(walk, &in->values, sce_key_order_seek(&in->values.order, sce_table_view(&in->values), key, inclusive));
  return NULL;
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  const sce_table_t *table = &trie_of(backend, walk->trie)->values;
  sce_order_place_t place = {(size_t)walk->place[0], (uint32_t)walk->place[1]};
  set_walk(walk, table, sce_key_order_next(&table->order, place));
  return NULL;
}

static sce_error_t *count(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  const sce_memory_trie_t *in = trie_of(backend, trie);
  *keys = in == NULL ? 0 : in->values.count;
  return NULL;
}

/* ---- node records ---- */

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  const sce_memory_trie_t *in = trie_of(backend, trie);
  return in != NULL && atomic_load_explicit(&in->has_nodes, memory_order_acquire);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  const sce_memory_trie_t *in = trie_of(backend, trie);
  const sce_table_entry_t *slot = in == NULL ? NULL : sce_table_find(&in->nodes, sce_span(path.data, path.len));
  *found = slot != NULL;
  if (slot != NULL) *record = sce_span(slot->value, slot->value_len);
  return NULL;
}

static sce_error_t *put_node(void *ctx, const sce_node_write_t *node) {
  return sce_table_put(ctx, sce_span(node->path.data, node->path.len), node->record, false);
}

/* Others may read while the records are made: they are looked at only once `has_nodes` says so. */
static sce_error_t *prepare(sce_backend_t *backend, sce_trie_id_t trie) {
  sce_memory_t *memory = (sce_memory_t *)(void *)backend;
  sce_memory_trie_t *in = (sce_memory_trie_t *)(uintptr_t)trie_of(backend, trie);
  if (in == NULL || has_nodes(backend, trie)) return NULL;
  sce_error_t *err = NULL;
  pthread_mutex_lock(&memory->lock);
  if (!has_nodes(backend, trie)) {
    uint8_t root[32];
    sce_node_sink_t sink = {put_node, &in->nodes};
    sce_budget_t budget;
    sce_budget_enter_uncounted(&budget);
    err = sce_trie_full_root(root, backend, trie, 1, &sink);
    sce_budget_leave(&budget);
    if (err == NULL) {
      atomic_store_explicit(&in->has_nodes, true, memory_order_release);
    } else {
      sce_table_free(&in->nodes);
      sce_table_init(&in->nodes, false);
    }
  }
  pthread_mutex_unlock(&memory->lock);
  return err;
}

static void delete_backend(sce_backend_t *backend) {
  sce_memory_delete((sce_memory_t *)(void *)backend);
}

static const sce_backend_ops_t memory_ops = {
    .find_child = find_child,
    .next_child = next_child,
    .get = get,
    .seek = seek,
    .step = step,
    .count = count,
    .node_get = node_get,
    .has_nodes = has_nodes,
    .prepare = prepare,
    .commit = sce_memory_commit,
    .delete = delete_backend,
};
