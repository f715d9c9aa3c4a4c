/* overlay_root.c: roots of a state with the pending changes of an overlay on top, and the lists of these changes.
 * Source: sp-state-machine 0.54, OverlayedChanges::{storage_root, child_storage_root}, Backend::full_storage_root. */
#include "state/overlay.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/trie_hash.h"

#include <string.h>

/* A sorted list of changes, with what it needs to keep. */
typedef struct change_list {
  sce_change_t *items;
  size_t count;
} change_list_t;

/* Roots of the changed children as changes of the top trie, in the order of their keys. */
typedef struct child_roots {
  sce_change_t *items;
  size_t count;
  uint8_t (*roots)[32];
  sce_buf_t keys;
} child_roots_t;

static sce_error_t *list_changes(change_list_t *list, sce_ov_map_t *map) {
  *list = (change_list_t){0};
  SCE_TRY(sce_ov_map_sort(map));
  list->items = sce_realloc_array(NULL, map->count, sizeof *list->items);
  if (list->items == NULL) return sce_error_oom();
  for (sce_order_place_t at = {0, 0};; at = sce_key_order_next(&map->order, at)) {
    uint32_t id = sce_key_order_at(&map->order, at);
    if (id == SCE_NO_ENTRY) return NULL;
    const sce_ov_entry_t *entry = &map->entries[id];
    if (entry->now.kind == SCE_OV_UNTOUCHED) continue;
    sce_change_t *change = &list->items[list->count++];
    change->key = sce_span(entry->head.key, entry->head.key_len);
    change->removed = entry->now.kind == SCE_OV_REMOVED;
    change->value = change->removed ? sce_span(NULL, 0) : sce_ov_value(&entry->now);
  }
}

static sce_error_t *map_root(sce_overlay_t *overlay, uint8_t root[32], uint32_t map, sce_state_version_t version) {
  change_list_t list;
  sce_error_t *err = list_changes(&list, sce_overlay_map(overlay, map));
  if (err == NULL)
    err = sce_walk_root(overlay->backend, root, sce_overlay_trie(overlay, map), list.items, list.count, version);
  sce_free(list.items);
  return err;
}

static bool is_empty_root(const uint8_t root[32]) {
  uint8_t empty[32];
  sce_trie_empty_root(empty, SCE_TRIE_BLAKE2B_256);
  return memcmp(root, empty, 32) == 0;
}

sce_error_t *sce_child_root_key(sce_buf_t *key, sce_span_t name) {
  SCE_TRY(sce_buf_append(key, SCE_CHILD_ROOT_KEYS, strlen(SCE_CHILD_ROOT_KEYS)));
  return sce_buf_append(key, name.data, name.len);
}

/* ---- one child ---- */

/* The root that stands in the top trie under the child's key; that of an empty trie where none does. `pending`: writes
 * count too. */
static sce_error_t *stored_child_root(sce_overlay_t *overlay, uint8_t root[32], sce_span_t key, bool pending) {
  sce_value_t value = {0};
  if (pending)
    SCE_TRY(sce_overlay_ops()->get(overlay, &value, NULL, key));
  else
    SCE_TRY(sce_state_get(overlay->state, &value, NULL, key));
  if (value.found && value.len >= 32)
    memcpy(root, value.data, 32);
  else
    sce_trie_empty_root(root, SCE_TRIE_BLAKE2B_256);
  return NULL;
}

/* After a root of the top trie upstream answers from the top trie, where children whose root was not asked for before
 * have their old one. Else the new root is written into the top trie's pending changes. */
static sce_error_t *child_root(sce_overlay_t *overlay, uint8_t root[32], sce_span_t child, sce_span_t key,
                               sce_state_version_t version) {
  if (overlay->root_known) return stored_child_root(overlay, root, key, true);
  uint32_t map = sce_overlay_find_map(overlay, &child);
  if (map == SCE_OV_NO_MAP || sce_overlay_map(overlay, map)->count == 0)
    return stored_child_root(overlay, root, key, false);
  SCE_TRY(map_root(overlay, root, map, version));
  sce_span_t value = sce_span(root, 32);
  return sce_overlay_write(overlay, SCE_OV_TOP, key, is_empty_root(root) ? NULL : &value);
}

/* ---- the top trie ---- */

static void free_child_roots(child_roots_t *children) {
  sce_free(children->items);
  sce_free(children->roots);
  sce_buf_free(&children->keys);
}

/* Numbers of the children that were written to, by name. */
static sce_error_t *changed_children(const sce_overlay_t *overlay, uint32_t **ids, size_t *count) {
  *count = 0;
  *ids = sce_realloc_array(NULL, overlay->child_count, sizeof **ids);
  if (*ids == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < overlay->child_count; i++)
    if (overlay->children[i].map.count > 0) (*ids)[(*count)++] = i;
  return sce_key_sort(*ids, *count, (sce_key_view_t){overlay->children, sizeof *overlay->children});
}

static sce_error_t *fill_child_roots(sce_overlay_t *overlay, child_roots_t *children, const uint32_t *ids, size_t count,
                                     sce_state_version_t version) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += strlen(SCE_CHILD_ROOT_KEYS) + overlay->children[ids[i]].head.key_len;
  SCE_TRY(sce_buf_reserve(&children->keys, size)); /* so that keys do not move */
  children->items = sce_realloc_array(NULL, count, sizeof *children->items);
  children->roots = sce_realloc_array(NULL, count, sizeof *children->roots);
  if (children->items == NULL || children->roots == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++) {
    const sce_key_head_t *head = &overlay->children[ids[i]].head;
    SCE_TRY(map_root(overlay, children->roots[i], SCE_OV_CHILDREN + ids[i], version));
    size_t start = children->keys.len;
    SCE_TRY(sce_child_root_key(&children->keys, sce_span(head->key, head->key_len)));
    children->items[i].key = sce_span(children->keys.data + start, children->keys.len - start);
    children->items[i].value = sce_span(children->roots[i], 32);
    children->items[i].removed = is_empty_root(children->roots[i]);
    children->count++;
  }
  return NULL;
}

static sce_error_t *list_child_roots(sce_overlay_t *overlay, child_roots_t *children, sce_state_version_t version) {
  uint32_t *ids = NULL;
  size_t count = 0;
  sce_error_t *err = changed_children(overlay, &ids, &count);
  if (err == NULL) err = fill_child_roots(overlay, children, ids, count, version);
  sce_free(ids);
  return err;
}

/* Both sorted lists as one; a child's root takes the place of what stands under its key. */
static sce_error_t *merge_lists(change_list_t *merged, const change_list_t *list, const child_roots_t *children) {
  *merged = (change_list_t){0};
  merged->items = sce_realloc_array(NULL, list->count + children->count, sizeof *merged->items);
  if (merged->items == NULL) return sce_error_oom();
  size_t i = 0, c = 0;
  while (i < list->count || c < children->count) {
    int side = i == list->count       ? 1
               : c == children->count ? -1
                                      : sce_span_compare(list->items[i].key, children->items[c].key);
    merged->items[merged->count++] = side < 0 ? list->items[i] : children->items[c];
    i += side <= 0;
    c += side >= 0;
  }
  return NULL;
}

static sce_error_t *top_root(sce_overlay_t *overlay, uint8_t root[32], sce_state_version_t version) {
  change_list_t list = {0}, merged = {0};
  child_roots_t children = {0};
  sce_error_t *err = list_child_roots(overlay, &children, version);
  if (err == NULL) err = list_changes(&list, &overlay->top);
  if (err == NULL) err = merge_lists(&merged, &list, &children);
  if (err == NULL) err = sce_walk_root(overlay->backend, root, SCE_TRIE_TOP, merged.items, merged.count, version);
  sce_free(merged.items);
  sce_free(list.items);
  free_child_roots(&children);
  return err;
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
    if (overlay->top.count == 0 && overlay->child_count == 0)
      SCE_TRY(sce_state_root(overlay->state, overlay->root, NULL));
    else
      SCE_TRY(top_root(overlay, overlay->root, version));
    overlay->root_known = true;
    overlay->root_version = version;
  }
  memcpy(root, overlay->root, 32);
  return NULL;
}

/* ---- lists of changes ---- */

static sce_error_t *walk_map(sce_ov_map_t *map, const sce_span_t *child, sce_overlay_change_fn change, void *ctx) {
  change_list_t list;
  sce_error_t *err = list_changes(&list, map);
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
