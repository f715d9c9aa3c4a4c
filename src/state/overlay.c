/* overlay.c: life of an overlay, and its layers: writes leave undo records, which a rollback applies, newest first, and
 * a commit passes on to the layer below as far as that one had not written the key itself. Source: sp-state-machine
 * 0.54, overlayed_changes/{mod,changeset}.rs. */
#include "state/overlay.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdio.h>

/* Lists that grew beyond this many items give their memory back on reset. */
#define KEPT_ITEMS 4096

sce_error_t *sce_overlay_new(sce_overlay_t **overlay, sce_state_t *state) {
  sce_overlay_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  made->seed = sce_key_seed();
  made->state = sce_state_ref(state);
  made->backend = state->backend;
  sce_ov_map_init(&made->top, made->seed);
  sce_ov_map_init(&made->offchain, made->seed);
  *overlay = made;
  return NULL;
}

/* Drops the undo records from `start` on without applying them. */
static void drop_undo(sce_overlay_t *overlay, size_t start) {
  for (size_t i = start; i < overlay->undo_count; i++) sce_ov_version_release(&overlay->undo[i].before);
  overlay->undo_count = start;
}

static void drop_children(sce_overlay_t *overlay) {
  for (uint32_t i = 0; i < overlay->child_count; i++) {
    sce_ov_map_free(&overlay->children[i].map);
    sce_free((void *)(uintptr_t)overlay->children[i].head.key);
  }
  overlay->child_count = 0;
  sce_free(overlay->children);
  overlay->children = NULL;
  overlay->child_cap = 0;
  sce_hash_index_free(&overlay->child_index);
}

void sce_overlay_reset(sce_overlay_t *overlay) {
  drop_undo(overlay, 0);
  if (overlay->undo_cap > KEPT_ITEMS) {
    sce_free(overlay->undo);
    overlay->undo = NULL;
    overlay->undo_cap = 0;
  }
  sce_ov_map_clear(&overlay->top);
  sce_ov_map_clear(&overlay->offchain);
  if (overlay->child_cap > 0) drop_children(overlay);
  overlay->depth = overlay->client_depth = 0;
  overlay->in_runtime = overlay->guarded = false;
  overlay->index_count = 0;
  overlay->root_known = false;
}

void sce_overlay_delete(sce_overlay_t *overlay) {
  if (overlay == NULL) return;
  sce_overlay_reset(overlay);
  sce_ov_map_free(&overlay->top);
  sce_ov_map_free(&overlay->offchain);
  sce_hash_index_free(&overlay->child_index); /* left when no child could be added after it */
  sce_free(overlay->marks);
  sce_free(overlay->undo);
  sce_overlay_stop_recording(overlay);
  sce_free(overlay->index);
  sce_free(overlay->nodes.items);
  sce_buf_free(&overlay->nodes.bytes);
  sce_state_delete(overlay->state);
  sce_free(overlay);
}

void sce_overlay_set_state(sce_overlay_t *overlay, sce_state_t *state) {
  sce_overlay_reset(overlay);
  sce_overlay_stop_recording(overlay);
  sce_state_ref(state);
  sce_state_delete(overlay->state);
  overlay->state = state;
  overlay->backend = state->backend;
}

sce_state_t *sce_overlay_state(const sce_overlay_t *overlay) {
  return overlay->state;
}

void sce_overlay_set_log(sce_overlay_t *overlay, const sce_log_t *log) {
  overlay->log = log == NULL ? (sce_log_t){0} : *log;
}

void sce_overlay_warn(const sce_overlay_t *overlay, const char *message) {
  if (overlay->log.write == NULL || overlay->log.max_level < SCE_LOG_WARN + 1) return;
  overlay->log.write(overlay->log.ctx, SCE_LOG_WARN, sce_span_text("scexec"), sce_span_text(message));
}

bool sce_overlay_is_empty(const sce_overlay_t *overlay) {
  size_t written = (size_t)overlay->top.count + overlay->offchain.count + overlay->index_count;
  for (uint32_t i = 0; i < overlay->child_count && written == 0; i++) written = overlay->children[i].map.count;
  return written == 0;
}

/* ---- children ---- */

uint32_t sce_overlay_find_map(const sce_overlay_t *overlay, const sce_span_t *child) {
  if (child == NULL) return SCE_OV_TOP;
  if (overlay->child_count == 0) return SCE_OV_NO_MAP;
  sce_key_view_t view = {overlay->children, sizeof *overlay->children};
  uint32_t id = sce_hash_index_find(&overlay->child_index, view, sce_key_hash(overlay->seed, *child), *child);
  return id == SCE_NO_ENTRY ? SCE_OV_NO_MAP : SCE_OV_CHILDREN + id;
}

static sce_error_t *reserve_child(sce_overlay_t *overlay) {
  SCE_TRY(sce_hash_index_reserve(&overlay->child_index, (size_t)overlay->child_count + 1));
  if (overlay->child_count < overlay->child_cap) return NULL;
  uint32_t cap = overlay->child_cap == 0 ? 8 : overlay->child_cap * 2;
  sce_ov_child_t *children = sce_realloc_array(overlay->children, cap, sizeof *children);
  if (children == NULL) return sce_error_oom();
  overlay->children = children;
  overlay->child_cap = cap;
  return NULL;
}

static sce_error_t *make_child(sce_overlay_t *overlay, uint32_t *map, const sce_span_t *child) {
  if (child->len >= UINT32_MAX) return sce_error_new(SCE_BAD_INPUT, "child trie name of 4 GiB or more");
  SCE_TRY(reserve_child(overlay));
  uint8_t *name = sce_alloc(child->len);
  if (name == NULL) return sce_error_oom();
  if (child->len > 0) memcpy(name, child->data, child->len);
  uint32_t id = overlay->child_count++;
  sce_key_head_t head = {name, (uint32_t)child->len, sce_key_hash(overlay->seed, *child)};
  overlay->children[id] = (sce_ov_child_t){.head = head};
  sce_ov_map_init(&overlay->children[id].map, overlay->seed);
  sce_hash_index_add(&overlay->child_index, head.hash, id);
  *map = SCE_OV_CHILDREN + id;
  return NULL;
}

sce_error_t *sce_overlay_make_map(sce_overlay_t *overlay, uint32_t *map, const sce_span_t *child) {
  *map = sce_overlay_find_map(overlay, child);
  if (*map == SCE_OV_NO_MAP) SCE_TRY(make_child(overlay, map, child));
  if (child != NULL) overlay->children[*map - SCE_OV_CHILDREN].touched = true;
  return NULL;
}

sce_error_t *sce_overlay_find_trie(sce_overlay_t *overlay, sce_trie_id_t *trie, const sce_span_t *child) {
  *trie = SCE_TRIE_TOP;
  if (child == NULL) return NULL;
  SCE_TRY(overlay->backend->ops->find_child(overlay->backend, trie, *child));
  const sce_backend_ops_t *ops = overlay->state->backend->ops;
  if (overlay->recording == NULL || *trie == SCE_TRIE_NONE || ops->prepare == NULL) return NULL;
  return ops->prepare(overlay->state->backend, *trie);
}

sce_error_t *sce_overlay_map_trie(sce_overlay_t *overlay, sce_trie_id_t *trie, uint32_t map) {
  *trie = SCE_TRIE_TOP;
  if (map == SCE_OV_TOP) return NULL;
  sce_ov_child_t *child = &overlay->children[map - SCE_OV_CHILDREN];
  if (!child->trie_known) {
    sce_span_t name = sce_span(child->head.key, child->head.key_len);
    SCE_TRY(sce_overlay_find_trie(overlay, &child->trie, &name));
    child->trie_known = true;
  }
  *trie = child->trie;
  return NULL;
}

/* ---- writes ---- */

static sce_error_t *reserve_undo(sce_overlay_t *overlay) {
  if (overlay->undo_count < overlay->undo_cap) return NULL;
  size_t cap = overlay->undo_cap == 0 ? 32 : overlay->undo_cap * 2;
  sce_ov_undo_t *undo = sce_realloc_array(overlay->undo, cap, sizeof *undo);
  if (undo == NULL) return sce_error_oom();
  overlay->undo = undo;
  overlay->undo_cap = cap;
  return NULL;
}

sce_error_t *sce_overlay_begin_write(sce_overlay_t *overlay, uint32_t map, uint32_t id) {
  overlay->root_known = false;
  sce_ov_version_t *now = &sce_overlay_map(overlay, map)->entries[id].now;
  if (now->depth == overlay->depth) return NULL;
  sce_error_t *err = reserve_undo(overlay);
  if (err != NULL) {
    /* An entry that was made for this write has no record that would take it away again. */
    if (now->kind == SCE_OV_UNTOUCHED) sce_ov_map_drop(sce_overlay_map(overlay, map), id);
    return err;
  }
  if (now->bytes != NULL) now->bytes->refs++;
  overlay->undo[overlay->undo_count++] = (sce_ov_undo_t){.map = map, .id = id, .before = *now};
  now->depth = overlay->depth;
  return NULL;
}

sce_error_t *sce_overlay_write(sce_overlay_t *overlay, uint32_t map, sce_span_t key, const sce_span_t *value) {
  sce_ov_map_t *in = sce_overlay_map(overlay, map);
  uint32_t id;
  SCE_TRY(sce_ov_map_make(in, &id, key));
  SCE_TRY(sce_overlay_begin_write(overlay, map, id));
  sce_ov_version_t *now = &in->entries[id].now;
  if (value == NULL) {
    sce_ov_version_release(now);
    now->kind = SCE_OV_REMOVED;
    return NULL;
  }
  if (now->kind != SCE_OV_SET) sce_ov_gap_forget(in, &key);
  return sce_ov_version_set(now, *value, 0);
}

/* ---- layers ---- */

sce_error_t *sce_overlay_start(void *ctx) {
  sce_overlay_t *overlay = ctx;
  if (overlay->depth == overlay->mark_cap) {
    if (overlay->mark_cap >= (uint32_t)1 << 30) return sce_error_oom();
    uint32_t cap = overlay->mark_cap == 0 ? 16 : overlay->mark_cap * 2;
    size_t *marks = sce_realloc_array(overlay->marks, cap, sizeof *marks);
    if (marks == NULL) return sce_error_oom();
    overlay->marks = marks;
    overlay->mark_cap = cap;
  }
  overlay->marks[overlay->depth++] = overlay->undo_count;
  return NULL;
}

/* The layer below takes over the records of keys that it had not written itself. */
static void commit_layer(sce_overlay_t *overlay) {
  uint32_t below = overlay->depth - 1;
  size_t start = overlay->marks[below], kept = start;
  for (size_t i = start; i < overlay->undo_count; i++) {
    sce_ov_undo_t *undo = &overlay->undo[i];
    sce_overlay_map(overlay, undo->map)->entries[undo->id].now.depth = below;
    if (undo->before.depth < below)
      overlay->undo[kept++] = *undo;
    else
      sce_ov_version_release(&undo->before);
  }
  overlay->undo_count = kept;
  overlay->depth = below;
}

static void undo_write(sce_overlay_t *overlay, const sce_ov_undo_t *undo) {
  sce_ov_map_t *map = sce_overlay_map(overlay, undo->map);
  sce_ov_entry_t *entry = &map->entries[undo->id];
  sce_ov_version_release(&entry->now);
  entry->now = undo->before;
  if (undo->prefix_len > 0) memcpy(entry->now.bytes->data + entry->now.start, undo->prefix, undo->prefix_len);
  sce_ov_gap_forget(map, NULL);
  if (entry->now.kind == SCE_OV_UNTOUCHED) sce_ov_map_drop(map, undo->id);
}

/* A child without changes is forgotten then, whenever it was touched (OverlayedChanges::rollback_transaction). */
static void rollback_layer(sce_overlay_t *overlay) {
  overlay->root_known = false;
  size_t start = overlay->marks[--overlay->depth];
  while (overlay->undo_count > start) undo_write(overlay, &overlay->undo[--overlay->undo_count]);
  for (uint32_t i = 0; i < overlay->child_count; i++)
    if (overlay->children[i].map.count == 0) overlay->children[i].touched = false;
}

static bool may_close(const sce_overlay_t *overlay) {
  return overlay->depth > (overlay->in_runtime ? overlay->client_depth : 0);
}

sce_error_t *sce_overlay_commit_layer(void *ctx) {
  if (!may_close(ctx)) return sce_error_new(SCE_HOST_FUNCTION, "no open transaction that can be committed");
  commit_layer(ctx);
  return NULL;
}

sce_error_t *sce_overlay_rollback_layer(void *ctx) {
  if (!may_close(ctx)) return sce_error_new(SCE_HOST_FUNCTION, "no open transaction that can be rolled back");
  rollback_layer(ctx);
  return NULL;
}

/* Over an overlay without changes a failed call is undone by a reset; else the call gets a layer of its own. */
sce_error_t *sce_overlay_enter(void *ctx) {
  sce_overlay_t *overlay = ctx;
  if (overlay->in_runtime) return sce_error_new(SCE_MISUSE, "the overlay is in a call already");
  overlay->guarded = overlay->depth > 0 || !sce_overlay_is_empty(overlay);
  if (overlay->guarded) SCE_TRY(sce_overlay_start(overlay));
  overlay->index_at_enter = overlay->index_count;
  overlay->client_depth = overlay->depth;
  overlay->in_runtime = true;
  return NULL;
}

sce_error_t *sce_overlay_exit(void *ctx, bool ok) {
  sce_overlay_t *overlay = ctx;
  if (!overlay->in_runtime) return sce_error_new(SCE_MISUSE, "the overlay is not in a call");
  overlay->in_runtime = false;
  if (ok && overlay->depth > overlay->client_depth) {
    char line[96];
    snprintf(line, sizeof line, "%u storage transactions were left open by the runtime; they are rolled back",
             overlay->depth - overlay->client_depth);
    sce_overlay_warn(overlay, line);
  }
  if (!ok && !overlay->guarded) {
    sce_overlay_reset(overlay);
    return NULL;
  }
  while (overlay->depth > overlay->client_depth) rollback_layer(overlay);
  if (overlay->guarded) {
    if (ok)
      commit_layer(overlay);
    else
      rollback_layer(overlay);
  }
  if (!ok) overlay->index_count = overlay->index_at_enter;
  return NULL;
}
