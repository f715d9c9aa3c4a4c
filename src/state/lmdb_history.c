/* lmdb_history.c: a state that is not the newest of its database: the newest one, seen through what has changed since.
 *
 * The records of how to go back are read from the newest state down, so that of several for one key the oldest stays.
 * What they say is kept in a table for each trie; a value there begins with its kind. Children that changed have
 * numbers of their own, from FIRST_CHANGED on; the others keep those of the newest state. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/lmdb_undo.h"
#include "state/proof.h"
#include "state/state.h"
#include "state/table.h"
#include "state/trie_edit.h"

#include <string.h>

#define FIRST_CHANGED (SCE_TRIE_NONE / 2)

typedef struct changed_trie {
  sce_trie_id_t base; /* in the newest state */
  sce_table_t keys;
} changed_trie_t;

typedef struct history {
  sce_backend_t backend;         /* first member */
  sce_lmdb_snapshot_t *snapshot; /* owned */
  uint64_t number;
  changed_trie_t top;
  changed_trie_t *children; /* in the order in which they were met */
  size_t child_count;
  size_t child_cap;
  sce_table_t child_places; /* of names in `children`, u32 */
} history_t;

static const sce_backend_ops_t history_ops;

static const history_t *self_of(const sce_backend_t *backend) {
  return (const history_t *)(const void *)backend;
}

static const sce_backend_t *base_of(const history_t *history) {
  return &history->snapshot->backend;
}

sce_lmdb_snapshot_t *sce_history_snapshot(const sce_backend_t *backend, uint64_t *number) {
  if (backend->ops != &history_ops) return NULL;
  *number = self_of(backend)->number;
  return self_of(backend)->snapshot;
}

static void delete_backend(sce_backend_t *backend) {
  history_t *history = (history_t *)(void *)backend;
  sce_table_free(&history->top.keys);
  for (size_t i = 0; i < history->child_count; i++) sce_table_free(&history->children[i].keys);
  sce_table_free(&history->child_places);
  sce_free(history->children);
  sce_lmdb_snapshot_delete(history->snapshot);
  sce_free(history);
}

/* ---- making ---- */

/* child_count when it has not changed. */
static size_t find_changed(const history_t *history, sce_span_t name) {
  const sce_table_entry_t *slot = sce_table_find(&history->child_places, name);
  return slot == NULL ? history->child_count : sce_load_le32(slot->value);
}

static sce_error_t *changed_child(history_t *history, changed_trie_t **trie, sce_span_t name) {
  size_t place = find_changed(history, name);
  if (place == history->child_count) {
    if (history->child_count == history->child_cap) {
      size_t cap = history->child_cap == 0 ? 8 : history->child_cap * 2;
      changed_trie_t *children = sce_realloc_array(history->children, cap, sizeof *children);
      if (children == NULL) return sce_error_oom();
      history->children = children;
      history->child_cap = cap;
    }
    changed_trie_t *made = &history->children[place];
    *made = (changed_trie_t){.base = SCE_TRIE_NONE};
    SCE_TRY(base_of(history)->ops->find_child(base_of(history), &made->base, name));
    uint8_t number[4];
    sce_store_le32(number, (uint32_t)place);
    SCE_TRY(sce_table_put(&history->child_places, name, sce_span(number, 4), false));
    sce_table_init(&made->keys, true);
    history->child_count++;
  }
  *trie = &history->children[place];
  return NULL;
}

static sce_error_t *keep_key(changed_trie_t *trie, sce_buf_t *scratch, sce_undo_kind_t kind, sce_span_t key,
                             sce_span_t value) {
  scratch->len = 0;
  SCE_TRY(sce_buf_append_byte(scratch, (uint8_t)kind));
  SCE_TRY(sce_buf_append(scratch, value.data, value.len));
  return sce_table_put(&trie->keys, key, sce_buf_span(scratch), false);
}

static sce_error_t *go_back_one(history_t *history, sce_buf_t *scratch, sce_span_t record) {
  sce_undo_reader_t in = {record, 0};
  for (;;) {
    bool more, top = false;
    sce_span_t name, key, value;
    uint32_t count = 0;
    changed_trie_t *trie = &history->top;
    SCE_TRY(sce_undo_read_trie(&in, &more, &top, &name, &count));
    if (!more) return NULL;
    if (!top) SCE_TRY(changed_child(history, &trie, name));
    for (uint32_t i = 0; i < count; i++) {
      sce_undo_kind_t kind;
      SCE_TRY(sce_undo_read_key(&in, &kind, &key, &value));
      SCE_TRY(keep_key(trie, scratch, kind, key, value));
    }
  }
}

static sce_error_t *go_back(history_t *history) {
  const sce_lmdb_snapshot_t *snapshot = history->snapshot;
  sce_buf_t scratch = {0};
  sce_error_t *err = NULL;
  for (uint64_t number = snapshot->database.newest; number > history->number && err == NULL; number--) {
    sce_lmdb_key_t key;
    sce_span_t record;
    bool found = false;
    sce_lmdb_number_key(&key, SCE_LMDB_UNDO, number);
    err = sce_pages_get(&snapshot->pages, &found, &record, sce_lmdb_key_span(&key));
    if (err == NULL && !found)
      err = sce_error_new(SCE_BAD_STATE, "the state database is damaged: the way back to an older state is missing");
    if (err == NULL) err = go_back_one(history, &scratch, record);
  }
  sce_buf_free(&scratch);
  return sce_lmdb_in(snapshot->db, err);
}

sce_error_t *sce_history_new(sce_backend_t **backend, sce_lmdb_snapshot_t *snapshot, uint64_t number) {
  history_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) {
    sce_lmdb_snapshot_delete(snapshot);
    return sce_error_oom();
  }
  made->backend.ops = &history_ops;
  made->snapshot = snapshot;
  made->number = number;
  sce_table_init(&made->top.keys, true);
  sce_table_init(&made->child_places, false);
  sce_error_t *err = go_back(made);
  if (err != NULL)
    delete_backend(&made->backend);
  else
    *backend = &made->backend;
  return err;
}

/* ---- reading ---- */

/* What has changed in a trie, or NULL; `*base` is its number in the newest state. */
static const changed_trie_t *changes_of(const history_t *history, sce_trie_id_t *base, sce_trie_id_t trie) {
  const changed_trie_t *changed = NULL;
  if (trie == SCE_TRIE_TOP) changed = &history->top;
  if (trie >= FIRST_CHANGED && trie - FIRST_CHANGED < history->child_count)
    changed = &history->children[trie - FIRST_CHANGED];
  *base = changed == NULL ? trie : changed->base;
  return changed;
}

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  const history_t *self = self_of(backend);
  size_t place = find_changed(self, name);
  if (place == self->child_count) return base_of(self)->ops->find_child(base_of(self), trie, name);
  *trie = FIRST_CHANGED + (sce_trie_id_t)place;
  return NULL;
}

/* False where there was nothing. */
static bool kept_entry(sce_entry_t *entry, const sce_table_entry_t *slot) {
  sce_undo_kind_t kind = (sce_undo_kind_t)slot->value[0];
  *entry = (sce_entry_t){sce_span(slot->head.key, slot->head.key_len), sce_span(slot->value + 1, slot->value_len - 1),
                         kind == SCE_UNDO_HASHED};
  return kind != SCE_UNDO_ABSENT;
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  const history_t *self = self_of(backend);
  sce_trie_id_t base;
  const changed_trie_t *changed = changes_of(self, &base, trie);
  const sce_table_entry_t *slot = changed == NULL ? NULL : sce_table_find(&changed->keys, key);
  if (slot == NULL) return base_of(self)->ops->get(base_of(self), found, entry, base, key);
  *found = kept_entry(entry, slot);
  return NULL;
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  const history_t *self = self_of(backend);
  const sce_backend_t *newest = base_of(self);
  sce_trie_id_t base;
  const changed_trie_t *changed = changes_of(self, &base, trie);
  SCE_TRY(newest->ops->seek(newest, walk, base, key, inclusive));
  walk->trie = trie;
  if (changed == NULL) return NULL;
  const sce_table_t *keys = &changed->keys;
  sce_walk_t below = *walk;
  below.trie = base;
  sce_order_place_t place = sce_key_order_seek(&keys->order, sce_table_view(keys), key, inclusive);
  for (;; place = sce_key_order_next(&keys->order, place)) {
    uint32_t id = sce_key_order_at(&keys->order, place);
    sce_entry_t entry;
    if (id == SCE_NO_ENTRY) break;
    bool there = kept_entry(&entry, &keys->entries[id]);
    int side = below.found ? sce_span_compare(below.entry.key, entry.key) : 1;
    if (side < 0) break;
    if (there) {
      walk->found = true;
      walk->entry = entry;
      return NULL;
    }
    if (side == 0) SCE_TRY(newest->ops->step(newest, &below));
  }
  walk->found = below.found;
  walk->entry = below.entry;
  return NULL;
}

/* Steps are seeks: a walk has no room for two places. */
static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  sce_span_t key = walk->entry.key;
  return seek(backend, walk, walk->trie, key, false);
}

static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  sce_walk_t walk;
  *keys = 0;
  SCE_TRY(seek(backend, &walk, trie, sce_span(NULL, 0), true));
  for (; walk.found; ++*keys) SCE_TRY(step(backend, &walk));
  return NULL;
}

/* ---- roots ---- */

static sce_error_t *edit_back(sce_edit_t *edit, const sce_table_t *keys) {
  for (sce_order_place_t at = {0, 0};; at = sce_key_order_next(&keys->order, at)) {
    uint32_t id = sce_key_order_at(&keys->order, at);
    sce_entry_t entry;
    if (id == SCE_NO_ENTRY) return NULL;
    if (kept_entry(&entry, &keys->entries[id]))
      SCE_TRY(sce_edit_set(edit, entry.key, entry.value, entry.hashed ? SCE_STATE_V1 : SCE_STATE_V0));
    else
      SCE_TRY(sce_edit_remove(edit, entry.key));
  }
}

static sce_error_t *edit_forth(sce_edit_t *edit, const sce_change_t *changes, size_t count,
                               sce_state_version_t version) {
  for (size_t i = 0; i < count; i++) {
    if (changes[i].removed)
      SCE_TRY(sce_edit_remove(edit, changes[i].key));
    else
      SCE_TRY(sce_edit_set(edit, changes[i].key, changes[i].value, version));
  }
  return NULL;
}

/* The newest state's trie, taken back, then changed. */
static sce_error_t *delta_root(const sce_backend_t *backend, uint8_t root[32], sce_trie_id_t trie,
                               const sce_change_t *changes, size_t count, sce_state_version_t version) {
  const history_t *self = self_of(backend);
  sce_trie_id_t base;
  const changed_trie_t *changed = changes_of(self, &base, trie);
  sce_backend_view_t open;
  SCE_TRY(sce_backend_view_open(&open, base_of(self), base));
  sce_edit_t edit = {.view = open.view};
  sce_error_t *err = changed == NULL ? NULL : edit_back(&edit, &changed->keys);
  if (err == NULL) err = edit_forth(&edit, changes, count, version);
  if (err == NULL) err = sce_edit_root(&edit, root);
  sce_edit_free(&edit);
  sce_backend_view_free(&open);
  return err;
}

static const sce_backend_ops_t history_ops = {
    .find_child = find_child,
    .next_child = sce_next_child_by_root,
    .get = get,
    .seek = seek,
    .step = step,
    .count = count_keys,
    .delta_root = delta_root,
    .delete = delete_backend,
};
