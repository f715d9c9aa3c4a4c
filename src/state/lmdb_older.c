/* lmdb_older.c: roots and nodes of a state out of the tree's nodes and the layer's values alone: of states older than
 * the settled one no nodes are kept, and verification trusts none. */
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_state.h"
#include "state/proof.h"
#include "state/trie_edit.h"

static sce_error_t *edit_by_layer(sce_edit_t *edit, const sce_table_t *values) {
  for (sce_order_place_t at = {0, 0};; at = sce_key_order_next(&values->order, at)) {
    uint32_t id = sce_key_order_at(&values->order, at);
    sce_entry_t entry;
    if (id == SCE_NO_ENTRY) return NULL;
    if (sce_layer_entry(&entry, &values->entries[id]))
      SCE_TRY(sce_edit_set(edit, entry.key, entry.value, entry.hashed ? SCE_STATE_V1 : SCE_STATE_V0));
    else
      SCE_TRY(sce_edit_remove(edit, entry.key));
  }
}

static sce_error_t *edit_by_changes(sce_edit_t *edit, const sce_change_t *changes, size_t count,
                                    sce_state_version_t version) {
  for (size_t i = 0; i < count; i++) {
    if (changes[i].removed)
      SCE_TRY(sce_edit_remove(edit, changes[i].key));
    else
      SCE_TRY(sce_edit_set(edit, changes[i].key, changes[i].value, version));
  }
  return NULL;
}

sce_error_t *sce_lmdb_state_root(const sce_backend_t *backend, uint8_t root[32], sce_trie_id_t trie,
                                 const sce_change_t *changes, size_t count, sce_state_version_t version) {
  sce_lmdb_state_t *self = sce_lmdb_state_of(backend);
  sce_trie_id_t base;
  SCE_TRY(sce_lmdb_state_need_values(self));
  const sce_layer_trie_t *changed = sce_layer_trie(&self->layer, &base, trie);
  sce_backend_view_t open;
  SCE_TRY(sce_backend_view_open(&open, &self->snapshot->backend, base));
  sce_edit_t edit = {.view = open.view};
  sce_error_t *err = changed == NULL ? NULL : edit_by_layer(&edit, &changed->values);
  if (err == NULL) err = edit_by_changes(&edit, changes, count, version);
  if (err == NULL) err = sce_edit_root(&edit, root);
  sce_edit_free(&edit);
  sce_backend_view_free(&open);
  return err;
}

/* ---- nodes ---- */

typedef struct node_list {
  sce_buf_t bytes;
  size_t count;
} node_list_t;

static sce_error_t *list_node(void *ctx, const sce_node_write_t *node) {
  node_list_t *list = ctx;
  sce_changed_kind_t kind = node->record.data == NULL ? SCE_CHANGED_ABSENT : SCE_CHANGED_INLINE;
  list->count++;
  return sce_changes_put(&list->bytes, sce_span(node->path.data, node->path.len), kind, node->record);
}

static sce_error_t *list_nodes(node_list_t *list, const sce_layer_t *layer, const sce_layer_trie_t *trie) {
  const sce_node_sink_t sink = {list_node, list};
  uint8_t root[32];
  sce_backend_view_t open;
  SCE_TRY(sce_backend_view_open(&open, layer->tree, trie->base));
  sce_edit_t edit = {.view = open.view};
  sce_error_t *err = edit_by_layer(&edit, &trie->values);
  if (err == NULL) err = sce_edit_root(&edit, root);
  if (err == NULL) err = sce_edit_write(&edit, &sink);
  sce_edit_free(&edit);
  sce_backend_view_free(&open);
  return err;
}

static sce_error_t *make_nodes(sce_layer_t *layer, const sce_layer_trie_t *trie) {
  node_list_t list = {{0}, 0};
  sce_buf_t record = {0};
  sce_error_t *err = list_nodes(&list, layer, trie);
  if (err == NULL)
    err = sce_changes_put_trie(&record, trie == &layer->top ? NULL : &trie->name, trie->keys, list.count);
  if (err == NULL) err = sce_buf_append(&record, list.bytes.data, list.bytes.len);
  if (err == NULL) err = sce_layer_add_nodes(layer, &record);
  sce_buf_free(&list.bytes);
  sce_buf_free(&record);
  return err;
}

sce_error_t *sce_lmdb_make_older_nodes(sce_lmdb_state_t *state) {
  sce_layer_t *layer = &state->layer;
  SCE_TRY(make_nodes(layer, &layer->top));
  for (size_t i = 0; i < layer->child_count; i++) SCE_TRY(make_nodes(layer, &layer->children[i]));
  return NULL;
}
