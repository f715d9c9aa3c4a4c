/* overlay_commit.c: an overlay's changes become part of its state. */
#include "state/overlay.h"

#include "base/alloc.h"
#include "base/error.h"

#include <string.h>

/* What a commit is made of: arrays that the commit set points into. */
typedef struct commit_work {
  sce_ov_top_changes_t top;
  sce_ov_change_list_t *lists; /* of the touched children */
  sce_span_t *names;
  sce_trie_commit_t *tries;
  size_t trie_count;
  sce_node_write_t *nodes;
} commit_work_t;

static void free_work(commit_work_t *work) {
  for (size_t i = 0; work->lists != NULL && i < work->top.child_count; i++) sce_free(work->lists[i].items);
  sce_free(work->lists);
  sce_free(work->names);
  sce_free(work->tries);
  sce_free(work->nodes);
  sce_overlay_free_top(&work->top);
}

static sce_error_t *take_nodes(commit_work_t *work, const sce_ov_node_log_t *log) {
  work->nodes = sce_realloc_array(NULL, log->count, sizeof *work->nodes);
  if (work->nodes == NULL) return sce_error_oom();
  for (size_t i = 0; i < log->count; i++) {
    const sce_ov_node_t *node = &log->items[i];
    const uint8_t *record = node->removed ? NULL : log->bytes.data + node->record;
    work->nodes[i] = (sce_node_write_t){{log->bytes.data + node->path, node->path_len}, {record, node->record_len}, 0};
  }
  return NULL;
}

/* The commit of one map: its changes, and its run in the log. */
static void add_trie(commit_work_t *work, const sce_overlay_t *overlay, uint32_t map, const sce_span_t *name,
                     const sce_ov_change_list_t *list) {
  const sce_ov_node_log_t *log = &overlay->nodes;
  sce_trie_id_t trie = map == SCE_OV_TOP ? SCE_TRIE_TOP : overlay->children[map - SCE_OV_CHILDREN].trie;
  size_t start = 0, end;
  while (start < log->count && log->items[start].map != map) start++;
  for (end = start; end < log->count && log->items[end].map == map;) end++;
  work->tries[work->trie_count++] = (sce_trie_commit_t){.child = name,
                                                        .trie = trie,
                                                        .changes = list->items,
                                                        .change_count = list->count,
                                                        .nodes = work->nodes + start,
                                                        .node_count = end - start};
}

static sce_error_t *fill_work(commit_work_t *work, sce_overlay_t *overlay) {
  SCE_TRY(sce_overlay_list_top(overlay, &work->top));
  SCE_TRY(take_nodes(work, &overlay->nodes));
  size_t children = work->top.child_count;
  work->lists = sce_calloc(children + 1, sizeof *work->lists);
  work->names = sce_realloc_array(NULL, children, sizeof *work->names);
  work->tries = sce_realloc_array(NULL, children + 1, sizeof *work->tries);
  if (work->lists == NULL || work->names == NULL || work->tries == NULL) return sce_error_oom();
  for (size_t i = 0; i < children; i++) {
    sce_ov_child_t *child = &overlay->children[work->top.children[i]];
    work->names[i] = (sce_span_t){child->head.key, child->head.key_len};
    if (child->map.count == 0) continue; /* touched, but nothing has changed */
    SCE_TRY(sce_overlay_list(&work->lists[i], &child->map));
    add_trie(work, overlay, SCE_OV_CHILDREN + work->top.children[i], &work->names[i], &work->lists[i]);
  }
  add_trie(work, overlay, SCE_OV_TOP, NULL, &work->top.list);
  return NULL;
}

/* Goes over to what the backend became; `shell` is a state for a new one, and has the block already. */
static void adopt(sce_overlay_t *overlay, sce_state_t *shell, sce_backend_t *next, const uint8_t root[32]) {
  if (next != overlay->state->backend) {
    shell->backend = next;
    sce_state_delete(overlay->state);
    overlay->state = shell;
  } else {
    sce_buf_t header = overlay->state->header;
    overlay->state->has_block = shell->has_block;
    overlay->state->block = shell->block;
    overlay->state->header = shell->header;
    shell->header = header;
    sce_state_delete(shell);
  }
  sce_overlay_reset(overlay);
  overlay->backend = overlay->state->backend;
  memcpy(overlay->state->root, root, 32);
  overlay->state->root_known = true;
}

static sce_error_t *check_quiet(const sce_overlay_t *overlay) {
  if (overlay->in_runtime) return sce_error_new(SCE_MISUSE, "the overlay can't be committed during a call");
  if (overlay->recording != NULL)
    return sce_error_new(SCE_MISUSE, "the overlay can't be committed while it records a proof");
  if (overlay->depth > 0) return sce_error_new(SCE_MISUSE, "the overlay can't be committed with an open transaction");
  if (overlay->state->backend->ops->commit == NULL)
    return sce_error_new(SCE_MISUSE,
                         "the state under this overlay can't be changed: it is a proof's, or not the newest "
                         "of its database");
  return NULL;
}

sce_error_t *sce_overlay_commit(sce_overlay_t *overlay, uint8_t root[32], sce_state_version_t version,
                                const sce_block_info_t *block) {
  SCE_TRY(check_quiet(overlay));
  uint8_t after[32];
  SCE_TRY(sce_overlay_root(overlay, after, NULL, version));
  commit_work_t work = {0};
  sce_state_t *shell = NULL;
  sce_backend_t *next, *backend = overlay->state->backend;
  const sce_block_info_t *made_by = block != NULL ? block : overlay->state->has_block ? &overlay->state->block : NULL;
  sce_error_t *err = sce_state_new_shell(&shell);
  if (err == NULL && made_by != NULL) err = sce_state_keep_block(shell, made_by);
  if (err == NULL) err = fill_work(&work, overlay);
  if (err == NULL) {
    sce_commit_set_t set = {work.tries, work.trie_count, version, {0}, block};
    memcpy(set.root, after, 32);
    bool alone = atomic_load_explicit(&overlay->state->refs, memory_order_acquire) == 1;
    err = backend->ops->commit(backend, &next, &set, alone);
  }
  free_work(&work);
  if (err != NULL) {
    sce_state_delete(shell);
    return err;
  }
  adopt(overlay, shell, next, after);
  memcpy(root, after, 32);
  return NULL;
}
