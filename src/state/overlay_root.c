/* overlay_root.c: roots of a state with the pending changes of an overlay on top, and the lists of these changes.
 * Source: sp-state-machine 0.54, OverlayedChanges::{storage_root, child_storage_root}, Backend::full_storage_root. */
#include "state/overlay.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/trie.h"

#include <string.h>

/* A node log that grew beyond this gives its memory back when the next root is computed. */
#define KEPT_LOG_BYTES ((size_t)1 << 20)

/* ---- lists ---- */

sce_error_t *sce_overlay_list(sce_ov_change_list_t *list, sce_ov_map_t *map) {
  SCE_TRY(sce_ov_map_sort(map));
  *list = (sce_ov_change_list_t){sce_realloc_array(NULL, map->count, sizeof *list->items), 0};
  if (list->items == NULL) return sce_error_oom();
  for (sce_order_place_t at = {0, 0};; at = sce_key_order_next(&map->order, at)) {
    uint32_t id = sce_key_order_at(&map->order, at);
    if (id == SCE_NO_ENTRY) return NULL;
    const sce_ov_entry_t *entry = &map->entries[id];
    if (entry->now.kind == SCE_OV_UNTOUCHED) continue;
    SCE_TRY(sce_budget_item(list->count));
    sce_change_t *change = &list->items[list->count++];
    change->key = sce_span(entry->head.key, entry->head.key_len);
    change->removed = entry->now.kind == SCE_OV_REMOVED;
    change->value = change->removed ? sce_span(NULL, 0) : sce_ov_value(&entry->now);
  }
}

sce_error_t *sce_child_root_key(sce_buf_t *key, sce_span_t name) {
  SCE_TRY(sce_buf_append(key, SCE_CHILD_ROOT_KEYS, strlen(SCE_CHILD_ROOT_KEYS)));
  return sce_buf_append(key, name.data, name.len);
}

/* Numbers of the children that were touched, by name. */
static sce_error_t *changed_children(const sce_overlay_t *overlay, uint32_t **ids, size_t *count) {
  *count = 0;
  *ids = sce_realloc_array(NULL, overlay->child_count, sizeof **ids);
  if (*ids == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < overlay->child_count; i++)
    if (overlay->children[i].touched) (*ids)[(*count)++] = i;
  return sce_key_sort(*ids, *count, (sce_key_view_t){overlay->children, sizeof *overlay->children});
}

static bool is_empty_root(const uint8_t root[32]) {
  return memcmp(root, sce_trie_empty_state_root, 32) == 0;
}

/* The touched children's roots as changes of the top trie, in the order of their keys; keys go into `top->keys`. */
static sce_error_t *list_child_roots(const sce_overlay_t *overlay, sce_ov_top_changes_t *top, sce_change_t *roots) {
  size_t size = 0;
  for (size_t i = 0; i < top->child_count; i++)
    size += strlen(SCE_CHILD_ROOT_KEYS) + overlay->children[top->children[i]].head.key_len;
  SCE_TRY(sce_buf_reserve(&top->keys, size)); /* so that keys do not move */
  for (size_t i = 0; i < top->child_count; i++) {
    const sce_ov_child_t *child = &overlay->children[top->children[i]];
    size_t start = top->keys.len;
    SCE_TRY(sce_child_root_key(&top->keys, sce_span(child->head.key, child->head.key_len)));
    roots[i].key = sce_span_skip(sce_buf_span(&top->keys), start);
    roots[i].value = sce_span(child->root, 32);
    roots[i].removed = is_empty_root(child->root);
  }
  return NULL;
}

/* Both sorted lists as one; a child's root takes the place of what stands under its key. */
static sce_error_t *merge_lists(sce_ov_change_list_t *merged, const sce_ov_change_list_t *list,
                                const sce_change_t *roots, size_t root_count) {
  merged->items = sce_realloc_array(NULL, list->count + root_count, sizeof *merged->items);
  if (merged->items == NULL) return sce_error_oom();
  size_t i = 0, c = 0;
  while (i < list->count || c < root_count) {
    int side = i == list->count ? 1 : c == root_count ? -1 : sce_span_compare(list->items[i].key, roots[c].key);
    merged->items[merged->count++] = side < 0 ? list->items[i] : roots[c];
    i += side <= 0;
    c += side >= 0;
  }
  return NULL;
}

sce_error_t *sce_overlay_list_top(sce_overlay_t *overlay, sce_ov_top_changes_t *top) {
  *top = (sce_ov_top_changes_t){0};
  SCE_TRY(changed_children(overlay, &top->children, &top->child_count));
  sce_ov_change_list_t list = {0};
  sce_change_t *roots = sce_realloc_array(NULL, top->child_count, sizeof *roots);
  sce_error_t *err = roots == NULL ? sce_error_oom() : list_child_roots(overlay, top, roots);
  if (err == NULL) err = sce_overlay_list(&list, &overlay->top);
  if (err == NULL) err = merge_lists(&top->list, &list, roots, top->child_count);
  sce_free(list.items);
  sce_free(roots);
  return err;
}

void sce_overlay_free_top(sce_ov_top_changes_t *top) {
  sce_free(top->list.items);
  sce_free(top->children);
  sce_buf_free(&top->keys);
}

/* ---- roots ---- */

typedef struct log_writer {
  sce_ov_node_log_t *log;
  uint32_t map;
} log_writer_t;

/* The sink of a root whose records are kept for a commit. */
static sce_error_t *log_node(void *ctx, const sce_node_write_t *made) {
  log_writer_t *writer = ctx;
  sce_ov_node_log_t *log = writer->log;
  if (log->count == log->cap) {
    size_t cap = log->cap == 0 ? 64 : log->cap * 2;
    sce_ov_node_t *items = sce_realloc_array(log->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    log->items = items;
    log->cap = cap;
  }
  sce_ov_node_t node = {.map = writer->map, .removed = made->record.data == NULL, .path = log->bytes.len};
  node.path_len = made->path.len;
  SCE_TRY(sce_buf_append(&log->bytes, made->path.data, made->path.len));
  node.record = log->bytes.len;
  node.record_len = made->record.len;
  SCE_TRY(sce_buf_append(&log->bytes, made->record.data, made->record.len));
  log->items[log->count++] = node;
  return NULL;
}

static sce_error_t *delta_root(sce_overlay_t *overlay, uint8_t root[32], uint32_t map, const sce_ov_change_list_t *list,
                               sce_state_version_t version, bool log) {
  const sce_backend_t *backend = overlay->backend;
  const sce_backend_ops_t *ops = overlay->state->backend->ops;
  sce_trie_id_t trie;
  SCE_TRY(sce_overlay_map_trie(overlay, &trie, map));
  if (ops->prepare != NULL) SCE_TRY(ops->prepare(overlay->state->backend, trie));
  if (backend->ops->delta_root != NULL)
    return backend->ops->delta_root(backend, root, trie, list->items, list->count, version);
  log_writer_t writer = {&overlay->nodes, map};
  sce_node_sink_t sink = {log_node, &writer};
  bool can_commit = backend->ops->commit != NULL;
  return sce_trie_delta_root(root, backend, trie, list->items, list->count, version, log && can_commit ? &sink : NULL);
}

static sce_error_t *map_root(sce_overlay_t *overlay, uint8_t root[32], uint32_t map, sce_state_version_t version,
                             bool log) {
  sce_ov_change_list_t list = {0};
  sce_error_t *err = sce_overlay_list(&list, sce_overlay_map(overlay, map));
  if (err == NULL) err = delta_root(overlay, root, map, &list, version, log);
  sce_free(list.items);
  return err;
}

static void empty_log(sce_ov_node_log_t *log) {
  log->count = 0;
  log->bytes.len = 0;
  if (log->bytes.cap > KEPT_LOG_BYTES) sce_buf_free(&log->bytes);
}

static sce_error_t *top_root(sce_overlay_t *overlay, uint8_t root[32], sce_state_version_t version) {
  sce_ov_top_changes_t top;
  empty_log(&overlay->nodes);
  for (uint32_t i = 0; i < overlay->child_count; i++)
    if (overlay->children[i].touched)
      SCE_TRY(map_root(overlay, overlay->children[i].root, SCE_OV_CHILDREN + i, version, true));
  sce_error_t *err = sce_overlay_list_top(overlay, &top);
  if (err == NULL) err = delta_root(overlay, root, SCE_OV_TOP, &top.list, version, true);
  sce_overlay_free_top(&top);
  return err;
}

/* The root that stands in the top trie under the child's key; that of an empty trie where none does. `pending`: writes
 * count too. */
static sce_error_t *stored_child_root(sce_overlay_t *overlay, uint8_t root[32], sce_span_t key, bool pending) {
  sce_value_t value = {0};
  if (pending)
    SCE_TRY(sce_overlay_ops()->get(overlay, &value, NULL, key));
  else
    SCE_TRY(sce_overlay_get_stored(overlay, &value, NULL, key));
  memcpy(root, value.found && value.len >= 32 ? value.data : sce_trie_empty_state_root, 32);
  return NULL;
}

/* After a root of the top trie upstream answers from the top trie, where children whose root was not asked for before
 * have their old one. Else the new root is written into the top trie's pending changes. */
static sce_error_t *child_root(sce_overlay_t *overlay, uint8_t root[32], sce_span_t child, sce_span_t key,
                               sce_state_version_t version) {
  if (overlay->root_known) return stored_child_root(overlay, root, key, true);
  uint32_t map = sce_overlay_find_map(overlay, &child);
  if (map == SCE_OV_NO_MAP || !overlay->children[map - SCE_OV_CHILDREN].touched)
    return stored_child_root(overlay, root, key, false);
  SCE_TRY(map_root(overlay, root, map, version, false));
  sce_span_t value = sce_span(root, 32);
  return sce_overlay_write(overlay, SCE_OV_TOP, key, is_empty_root(root) ? NULL : &value);
}

sce_error_t *sce_overlay_root(void *ctx, uint8_t root[32], const sce_span_t *child, sce_state_version_t version) {
  sce_overlay_t *overlay = ctx;
  if (child != NULL) {
    sce_buf_t key = {0};
    sce_error_t *err = sce_child_root_key(&key, *child);
    if (err == NULL) err = child_root(overlay, root, *child, sce_buf_span(&key), version);
    sce_buf_free(&key);
    return err;
  }
  if (!overlay->root_known || overlay->root_version != version) {
    overlay->root_known = false;
    if (overlay->top.count == 0 && overlay->child_count == 0) {
      empty_log(&overlay->nodes);
      SCE_TRY(sce_state_root(overlay->state, overlay->root, NULL));
    } else {
      SCE_TRY(top_root(overlay, overlay->root, version));
    }
    overlay->root_known = true;
    overlay->root_version = version;
  }
  memcpy(root, overlay->root, 32);
  return NULL;
}

/* ---- walks over the changes ---- */

static sce_error_t *walk_map(sce_ov_map_t *map, const sce_span_t *child, sce_overlay_change_fn change, void *ctx) {
  sce_ov_change_list_t list = {0};
  SCE_TRY(sce_overlay_list(&list, map));
  sce_error_t *err = NULL;
  for (size_t i = 0; i < list.count && err == NULL; i++) {
    const sce_change_t *item = &list.items[i];
    sce_overlay_change_t out = {child, item->key, {!item->removed, item->value.data, item->value.len}};
    err = change(ctx, &out);
  }
  sce_free(list.items);
  return err;
}

sce_error_t *sce_overlay_changes(sce_overlay_t *overlay, sce_overlay_change_fn change, void *ctx) {
  SCE_TRY(walk_map(&overlay->top, NULL, change, ctx));
  uint32_t *ids = NULL;
  size_t count = 0;
  sce_error_t *err = changed_children(overlay, &ids, &count);
  for (size_t i = 0; i < count && err == NULL; i++) {
    sce_ov_child_t *child = &overlay->children[ids[i]];
    sce_span_t name = sce_span(child->head.key, child->head.key_len);
    err = walk_map(&child->map, &name, change, ctx);
  }
  sce_free(ids);
  return err;
}

sce_error_t *sce_overlay_offchain_changes(sce_overlay_t *overlay, sce_overlay_change_fn change, void *ctx) {
  return walk_map(&overlay->offchain, NULL, change, ctx);
}
