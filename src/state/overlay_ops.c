/* overlay_ops.c: the storage operations of a call over an overlay.
 * Source: sp-state-machine 0.54, ext.rs (Ext), and the rules about ":child_storage:" in sp_core::storage. */
#include "state/overlay.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* Walks over at least this many removed keys are remembered, so that the next one can start behind them. */
#define GAP_MIN 8

static sce_value_t found_value(sce_span_t bytes) {
  return (sce_value_t){true, bytes.data, bytes.len};
}

/* ---- reads ---- */

sce_error_t *sce_overlay_get_stored(sce_overlay_t *overlay, sce_value_t *value, const sce_span_t *child,
                                    sce_span_t key) {
  bool found = false;
  sce_entry_t entry;
  sce_trie_id_t trie;
  SCE_TRY(sce_overlay_find_trie(overlay, &trie, child));
  if (trie != SCE_TRIE_NONE) SCE_TRY(overlay->backend->ops->get(overlay->backend, &found, &entry, trie, key));
  *value = found ? found_value(entry.value) : (sce_value_t){0};
  return NULL;
}

/* The pending version of a key; NULL: nothing was written, ask the backend. */
static const sce_ov_version_t *pending_version(sce_overlay_t *overlay, const sce_span_t *child, sce_span_t key) {
  uint32_t map = sce_overlay_find_map(overlay, child);
  if (map == SCE_OV_NO_MAP) return NULL;
  const sce_ov_map_t *in = sce_overlay_map(overlay, map);
  uint32_t id = sce_ov_map_find(in, key);
  return id == SCE_NO_ENTRY || in->entries[id].now.kind == SCE_OV_UNTOUCHED ? NULL : &in->entries[id].now;
}

static sce_error_t *overlay_get(void *ctx, sce_value_t *value, const sce_span_t *child, sce_span_t key) {
  const sce_ov_version_t *now = pending_version(ctx, child, key);
  if (now == NULL) return sce_overlay_get_stored(ctx, value, child, key);
  *value = now->kind == SCE_OV_SET ? found_value(sce_ov_value(now)) : (sce_value_t){0};
  return NULL;
}

sce_error_t *sce_overlay_has(sce_overlay_t *overlay, bool *found, const sce_span_t *child, sce_span_t key) {
  const sce_ov_version_t *now = pending_version(overlay, child, key);
  *found = now != NULL && now->kind == SCE_OV_SET;
  if (now != NULL) return NULL;
  sce_trie_id_t trie;
  SCE_TRY(sce_overlay_find_trie(overlay, &trie, child));
  return trie == SCE_TRIE_NONE ? NULL : sce_backend_has(overlay->backend, found, trie, key);
}

static sce_error_t *overlay_exists(void *ctx, bool *found, const sce_span_t *child, sce_span_t key) {
  return sce_overlay_has(ctx, found, child, key);
}

/* ---- writes ---- */

/* Keys of child roots are the host's (well_known_keys::is_child_storage_key). */
static bool refuses_key(const sce_overlay_t *overlay, const sce_span_t *child, sce_span_t key) {
  if (child != NULL || !sce_span_starts_with(key, sce_span_text(SCE_CHILD_KEYS))) return false;
  sce_overlay_warn(overlay, "refused to write a key under :child_storage:");
  return true;
}

static sce_error_t *write_key(sce_overlay_t *overlay, const sce_span_t *child, sce_span_t key,
                              const sce_span_t *value) {
  if (refuses_key(overlay, child, key)) return NULL;
  uint32_t map;
  SCE_TRY(sce_overlay_make_map(overlay, &map, child));
  return sce_overlay_write(overlay, map, key, value);
}

static sce_error_t *overlay_set(void *ctx, const sce_span_t *child, sce_span_t key, sce_span_t value) {
  return write_key(ctx, child, key, &value);
}

static sce_error_t *overlay_clear(void *ctx, const sce_span_t *child, sce_span_t key) {
  return write_key(ctx, child, key, NULL);
}

/* The entry's first version: what the backend has, with room for the item, if that is a vector. */
static sce_error_t *load_vector(sce_overlay_t *overlay, sce_ov_version_t *now, sce_span_t key, sce_span_t item) {
  sce_value_t value = {0};
  uint32_t count;
  SCE_TRY(sce_overlay_get_stored(overlay, &value, NULL, key));
  sce_span_t bytes = sce_span(value.data, value.len);
  if (sce_ov_vector_length(&count, bytes) == 0) return NULL;
  size_t extra = item.len > SIZE_MAX / 4 - bytes.len ? item.len : item.len + (bytes.len + item.len) / 2;
  return sce_ov_version_set(now, bytes, extra);
}

/* `04 ‖ item`: a vector of one. */
static sce_error_t *set_vector_of_one(sce_ov_version_t *now, sce_span_t item) {
  uint8_t none = 0; /* the empty vector */
  SCE_TRY(sce_ov_version_set(now, sce_span(&none, 1), item.len));
  return sce_ov_version_append(now, 1, 0, item);
}

/* Unlike set, append does not look for ":child_storage:" (Ext::storage_append). */
static sce_error_t *overlay_append(void *ctx, sce_span_t key, sce_span_t item) {
  sce_overlay_t *overlay = ctx;
  uint32_t id;
  SCE_TRY(sce_ov_map_make(&overlay->top, &id, key));
  SCE_TRY(sce_overlay_begin_write(overlay, SCE_OV_TOP, id));
  sce_ov_version_t *now = &overlay->top.entries[id].now;
  if (now->kind != SCE_OV_SET) sce_ov_gap_forget(&overlay->top, &key);
  if (now->kind == SCE_OV_UNTOUCHED) SCE_TRY(load_vector(overlay, now, key, item));
  uint32_t count = 0;
  size_t prefix = now->kind == SCE_OV_SET ? sce_ov_vector_length(&count, sce_ov_value(now)) : 0;
  if (prefix == 0) return set_vector_of_one(now, item);
  /* Where the record of this layer shares the bytes, it needs the prefix that is now written over. */
  sce_ov_undo_t *last = overlay->undo_count > 0 ? &overlay->undo[overlay->undo_count - 1] : NULL;
  if (last != NULL && last->map == SCE_OV_TOP && last->id == id && last->prefix_len == 0 &&
      last->before.bytes == now->bytes) {
    memcpy(last->prefix, sce_ov_value(now).data, prefix);
    last->prefix_len = (uint8_t)prefix;
  }
  return sce_ov_version_append(now, prefix, count, item);
}

/* ---- next key ---- */

/* Remembers that nothing lives between `from` and `to` (NULL: the end). Best effort. */
static void remember_gap(sce_ov_map_t *map, sce_span_t from, const sce_span_t *to) {
  sce_ov_gap_t *gap = &map->gap;
  bool longer = gap->known && sce_span_compare(sce_buf_span(&gap->from), from) <= 0 &&
                (gap->to_end || sce_span_compare(sce_buf_span(&gap->to), from) > 0);
  gap->known = false;
  sce_error_t *err = NULL;
  if (!longer) {
    gap->from.len = 0;
    err = sce_buf_append(&gap->from, from.data, from.len);
  }
  gap->to.len = 0;
  if (err == NULL && to != NULL) err = sce_buf_append(&gap->to, to->data, to->len);
  gap->to_end = to == NULL;
  gap->known = err == NULL;
  sce_error_delete(err);
}

/* Where a walk for the key after `key` starts: behind the known gap, when `key` lies in it. `*none`: nothing follows.
 */
static sce_span_t walk_start(const sce_ov_map_t *map, sce_span_t key, bool *inclusive, bool *none) {
  const sce_ov_gap_t *gap = &map->gap;
  *inclusive = *none = false;
  if (!gap->known || sce_span_compare(key, sce_buf_span(&gap->from)) < 0) return key;
  if (gap->to_end) {
    *none = true;
    return key;
  }
  if (sce_span_compare(key, sce_buf_span(&gap->to)) >= 0) return key;
  *inclusive = true;
  return sce_buf_span(&gap->to);
}

/* Merges the map's keys with the backend's, from where both stand, to the first that lives. */
static sce_error_t *merge_to_next(const sce_overlay_t *overlay, sce_span_t *next, bool *found, size_t *skipped,
                                  const sce_ov_map_t *map, sce_order_place_t place, sce_walk_t *walk) {
  for (;;) {
    uint32_t id = sce_key_order_at(&map->order, place);
    if (id == SCE_NO_ENTRY) break;
    const sce_ov_entry_t *entry = &map->entries[id];
    sce_span_t key = sce_span(entry->head.key, entry->head.key_len);
    int side = walk->found ? sce_span_compare(walk->entry.key, key) : 1;
    if (side < 0) break;
    place = sce_key_order_next(&map->order, place);
    if (entry->now.kind == SCE_OV_UNTOUCHED) continue;
    if (entry->now.kind == SCE_OV_SET) {
      *next = key;
      *found = true;
      return NULL;
    }
    SCE_TRY(sce_budget_item(++*skipped));
    if (side == 0) SCE_TRY(overlay->backend->ops->step(overlay->backend, walk));
  }
  *next = walk->entry.key;
  *found = walk->found;
  return NULL;
}

static sce_error_t *next_in_map(sce_overlay_t *overlay, sce_value_t *next, uint32_t map, sce_span_t key) {
  sce_ov_map_t *in = sce_overlay_map(overlay, map);
  bool inclusive, none, found = false;
  size_t skipped = 0;
  sce_trie_id_t trie;
  SCE_TRY(sce_overlay_map_trie(overlay, &trie, map));
  if (overlay->recording != NULL) sce_ov_gap_forget(in, NULL); /* the way through the gap is part of the proof */
  sce_span_t start = walk_start(in, key, &inclusive, &none), to = {0};
  *next = (sce_value_t){0};
  if (none) return NULL;
  sce_walk_t walk = {0};
  SCE_TRY(sce_ov_map_sort(in));
  sce_order_place_t place = sce_key_order_seek(&in->order, sce_ov_map_view(in), start, inclusive);
  if (trie != SCE_TRIE_NONE) SCE_TRY(overlay->backend->ops->seek(overlay->backend, &walk, trie, start, inclusive));
  SCE_TRY(merge_to_next(overlay, &to, &found, &skipped, in, place, &walk));
  if (found) *next = found_value(to);
  if (skipped >= GAP_MIN) remember_gap(in, key, found ? &to : NULL);
  return NULL;
}

static sce_error_t *overlay_next_key(void *ctx, sce_value_t *next, const sce_span_t *child, sce_span_t key) {
  sce_overlay_t *overlay = ctx;
  uint32_t map = sce_overlay_find_map(overlay, child);
  if (map != SCE_OV_NO_MAP && sce_overlay_map(overlay, map)->count > 0) return next_in_map(overlay, next, map, key);
  sce_trie_id_t trie;
  sce_walk_t walk = {0};
  SCE_TRY(sce_overlay_find_trie(overlay, &trie, child));
  if (trie != SCE_TRIE_NONE) SCE_TRY(overlay->backend->ops->seek(overlay->backend, &walk, trie, key, false));
  *next = walk.found ? found_value(walk.entry.key) : (sce_value_t){0};
  return NULL;
}

/* ---- removal by prefix ---- */

/* Removes the map's own live keys under the prefix (OverlayedChangeSet::clear_where). */
static sce_error_t *clear_pending(sce_overlay_t *overlay, uint32_t *count, uint32_t map, sce_span_t prefix) {
  sce_ov_map_t *in = sce_overlay_map(overlay, map);
  SCE_TRY(sce_ov_map_sort(in));
  sce_order_place_t place = sce_key_order_seek(&in->order, sce_ov_map_view(in), prefix, true);
  for (;; place = sce_key_order_next(&in->order, place)) {
    uint32_t id = sce_key_order_at(&in->order, place);
    if (id == SCE_NO_ENTRY) return NULL;
    const sce_ov_entry_t *entry = &in->entries[id];
    sce_span_t key = sce_span(entry->head.key, entry->head.key_len);
    if (!sce_span_starts_with(key, prefix)) return NULL;
    if (entry->now.kind != SCE_OV_SET) continue;
    SCE_TRY(sce_overlay_write(overlay, map, key, NULL));
    SCE_TRY(sce_budget_item(++*count));
  }
}

/* Where the walk over the backend starts; false: nowhere (trie-db 0.32, TrieDBRawIterator::prefix_then_seek). */
static bool removal_start(sce_span_t *start, sce_span_t prefix, const sce_span_t *cursor) {
  *start = prefix;
  if (cursor == NULL) return true;
  if (prefix.len > 0 && sce_span_compare(*cursor, prefix) <= 0) return true;
  *start = *cursor;
  return sce_span_starts_with(*cursor, prefix);
}

static void count_up(uint32_t *count) {
  if (*count < UINT32_MAX) ++*count;
}

/* Ext::limit_remove_from_backend. */
static sce_error_t *clear_backend(sce_overlay_t *overlay, sce_removal_t *removal, uint32_t map, sce_span_t prefix,
                                  const uint32_t *limit, const sce_span_t *cursor) {
  sce_span_t start;
  sce_trie_id_t trie;
  SCE_TRY(sce_overlay_map_trie(overlay, &trie, map));
  if (trie == SCE_TRIE_NONE || !removal_start(&start, prefix, cursor)) return NULL;
  sce_walk_t walk;
  SCE_TRY(sce_backend_seek_prefix(overlay->backend, &walk, trie, start, prefix));
  while (walk.found && sce_span_starts_with(walk.entry.key, prefix)) {
    if (limit != NULL && removal->loops == *limit) {
      removal->cursor = found_value(walk.entry.key);
      break;
    }
    const sce_ov_map_t *in = sce_overlay_map(overlay, map);
    uint32_t id = sce_ov_map_find(in, walk.entry.key);
    if (id == SCE_NO_ENTRY || in->entries[id].now.kind != SCE_OV_REMOVED) {
      SCE_TRY(sce_overlay_write(overlay, map, walk.entry.key, NULL));
      count_up(&removal->backend);
    }
    count_up(&removal->loops);
    SCE_TRY(sce_budget_item(removal->loops));
    SCE_TRY(overlay->backend->ops->step(overlay->backend, &walk));
  }
  return NULL;
}

static sce_error_t *remove_prefix(sce_overlay_t *overlay, sce_removal_t *removal, const sce_span_t *child,
                                  sce_span_t prefix, const uint32_t *limit, const sce_span_t *cursor) {
  uint32_t map, pending = 0;
  *removal = (sce_removal_t){0};
  overlay->root_known = false;
  SCE_TRY(sce_overlay_make_map(overlay, &map, child));
  SCE_TRY(clear_pending(overlay, &pending, map, prefix));
  SCE_TRY(clear_backend(overlay, removal, map, prefix, limit, cursor));
  removal->unique = pending + removal->backend;
  return NULL;
}

/* Prefixes that hold child roots are refused, and so are those of ":child_storage:" itself, the empty one among them
 * (well_known_keys::starts_with_child_storage_key). */
static sce_error_t *overlay_clear_prefix(void *ctx, sce_removal_t *removal, const sce_span_t *child, sce_span_t prefix,
                                         const uint32_t *limit, const sce_span_t *cursor) {
  sce_span_t roots = sce_span_text(SCE_CHILD_KEYS);
  if (child == NULL && (sce_span_starts_with(prefix, roots) || sce_span_starts_with(roots, prefix))) {
    sce_overlay_warn(ctx, "refused to clear a prefix that is part of :child_storage: or within it");
    *removal = (sce_removal_t){0};
    return NULL;
  }
  return remove_prefix(ctx, removal, child, prefix, limit, cursor);
}

static sce_error_t *overlay_kill_child(void *ctx, sce_removal_t *removal, const sce_span_t *child,
                                       const uint32_t *limit, const sce_span_t *cursor) {
  return remove_prefix(ctx, removal, child, sce_span(NULL, 0), limit, cursor);
}

/* ---- beside the storage ---- */

static sce_error_t *overlay_offchain_index(void *ctx, sce_span_t key, const sce_span_t *value) {
  sce_overlay_t *overlay = ctx;
  bool root_known = overlay->root_known; /* the index is no part of the state */
  sce_error_t *err = sce_overlay_write(overlay, SCE_OV_OFFCHAIN, key, value);
  overlay->root_known = root_known;
  return err;
}

/* Not undone by a rollback: OverlayedChanges keeps index operations outside of its layers. */
static sce_error_t *add_operation(sce_overlay_t *overlay, sce_index_operation_t operation, const uint8_t hash[32]) {
  if (overlay->index_count == overlay->index_cap) {
    size_t cap = overlay->index_cap == 0 ? 8 : overlay->index_cap * 2;
    sce_index_operation_t *index = sce_realloc_array(overlay->index, cap, sizeof *index);
    if (index == NULL) return sce_error_oom();
    overlay->index = index;
    overlay->index_cap = cap;
  }
  memcpy(operation.hash, hash, 32);
  overlay->index[overlay->index_count++] = operation;
  return NULL;
}

static sce_error_t *overlay_index(void *ctx, uint32_t extrinsic, uint32_t size, const uint8_t hash[32]) {
  return add_operation(ctx, (sce_index_operation_t){.extrinsic = extrinsic, .size = size}, hash);
}

static sce_error_t *overlay_renew(void *ctx, uint32_t extrinsic, const uint8_t hash[32]) {
  return add_operation(ctx, (sce_index_operation_t){.renew = true, .extrinsic = extrinsic}, hash);
}

const sce_index_operation_t *sce_overlay_index_operations(const sce_overlay_t *overlay, size_t *count) {
  *count = overlay->index_count;
  return overlay->index;
}

const sce_storage_ops_t *sce_overlay_ops(void) {
  static const sce_storage_ops_t ops = {
      .size = sizeof ops,
      .get = overlay_get,
      .set = overlay_set,
      .clear = overlay_clear,
      .append = overlay_append,
      .next_key = overlay_next_key,
      .clear_prefix = overlay_clear_prefix,
      .kill_child = overlay_kill_child,
      .root = sce_overlay_root,
      .start_transaction = sce_overlay_start,
      .commit_transaction = sce_overlay_commit_layer,
      .rollback_transaction = sce_overlay_rollback_layer,
      .proof_size = sce_overlay_proof_size,
      .offchain_index = overlay_offchain_index,
      .transaction_index = overlay_index,
      .transaction_renew = overlay_renew,
      .enter_runtime = sce_overlay_enter,
      .exit_runtime = sce_overlay_exit,
      .exists = overlay_exists,
  };
  return &ops;
}
