/* trie_edit_root.c: encodes and hashes what an edit changed, level by level, and writes the records. */
#include "state/trie_edit.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/trie_rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- levels ---- */

/* Changed nodes by height: level h is nodes[start[h] .. start[h + 1]). */
typedef struct levels {
  sce_edit_node_t **nodes;
  size_t count;
  size_t *start;
  size_t heights;
} levels_t;

static uint16_t changed_children(const sce_edit_node_t *node) {
  if (node->branch == NULL) return 0;
  uint16_t changed = 0;
  for (unsigned left = node->branch->loaded; left != 0; left &= left - 1) {
    if (node->branch->slot[__builtin_ctz(left)].node->changed) changed |= (uint16_t)(left & -left);
  }
  return changed;
}

static sce_error_t *enter(sce_edit_t *edit, sce_edit_node_t *node) {
  node->height = 0;
  SCE_TRY(sce_edit_push(edit, node, 0));
  edit->steps[edit->step_count - 1].left = changed_children(node);
  return NULL;
}

/* Visits changed nodes, children first; gives each its height. With `list` NULL only counts. */
static sce_error_t *visit_changed(sce_edit_t *edit, sce_edit_node_t **list, size_t *count, size_t *heights) {
  *count = 0;
  edit->step_count = 0;
  SCE_TRY(enter(edit, edit->root));
  while (edit->step_count > 0) {
    sce_edit_step_t *step = &edit->steps[edit->step_count - 1];
    if (step->left != 0) {
      unsigned i = (unsigned)__builtin_ctz(step->left);
      step->left &= (uint16_t)(step->left - 1);
      SCE_TRY(enter(edit, step->node->branch->slot[i].node));
      continue;
    }
    sce_edit_node_t *node = step->node;
    if (list != NULL) list[*count] = node;
    ++*count;
    if (node->height + 1 > *heights) *heights = node->height + 1;
    if (--edit->step_count == 0) break;
    sce_edit_node_t *parent = edit->steps[edit->step_count - 1].node;
    if (parent->height <= node->height) parent->height = node->height + 1;
  }
  return NULL;
}

static sce_error_t *make_levels(sce_edit_t *edit, levels_t *levels) {
  *levels = (levels_t){0};
  SCE_TRY(visit_changed(edit, NULL, &levels->count, &levels->heights));
  sce_edit_node_t **list = sce_trie_arena_take(&edit->arena, levels->count * sizeof *list);
  levels->nodes = sce_trie_arena_take(&edit->arena, levels->count * sizeof *levels->nodes);
  levels->start = sce_trie_arena_take(&edit->arena, (levels->heights + 2) * sizeof *levels->start);
  if (list == NULL || levels->nodes == NULL || levels->start == NULL) return sce_error_oom();
  SCE_TRY(visit_changed(edit, list, &levels->count, &levels->heights));
  size_t *start = levels->start + 1; /* start[h] becomes the end of level h, that is levels->start[h + 1] */
  memset(levels->start, 0, (levels->heights + 2) * sizeof *levels->start);
  for (size_t i = 0; i < levels->count; i++) start[list[i]->height + 1]++;
  for (size_t h = 1; h <= levels->heights; h++) start[h] += start[h - 1];
  for (size_t i = 0; i < levels->count; i++) levels->nodes[start[list[i]->height]++] = list[i];
  return NULL;
}

/* ---- encoding ---- */

static size_t room_of(const sce_edit_node_t *node) {
  size_t value = node->value_kind == SCE_EDIT_INLINE ? node->value.len + SCE_TRIE_COMPACT_ROOM : 32;
  size_t children = 0;
  if (node->branch != NULL) children = 2 + 33 * (size_t)__builtin_popcount(node->branch->children);
  return SCE_TRIE_HEADER_ROOM(node->nibble_count) + node->nibble_count / 2 + 1 + value + children;
}

static uint8_t *write_children(uint8_t *at, const sce_edit_branch_t *branch) {
  for (unsigned left = branch->children; left != 0; left &= left - 1) {
    unsigned i = (unsigned)__builtin_ctz(left);
    if (branch->loaded >> i & 1) {
      const sce_trie_ref_t *ref = &branch->slot[i].node->ref;
      at = sce_trie_write_bytes(at, ref->data, ref->len);
    } else {
      at = sce_trie_write_bytes(at, branch->slot[i].reference, branch->len[i]);
    }
  }
  return at;
}

static uint16_t leaf_mask(const sce_edit_branch_t *branch) {
  uint16_t mask = branch->handle == NULL ? 0 : sce_load_le16(branch->handle);
  mask &= branch->children & (uint16_t)~branch->loaded;
  for (unsigned left = branch->loaded; left != 0; left &= left - 1) {
    const sce_edit_node_t *child = branch->slot[__builtin_ctz(left)].node;
    if (child->branch == NULL && child->ref.len == 32) mask |= (uint16_t)(left & -left);
  }
  return mask;
}

/* Encodes a node into the arena, with room for the leaf mask of a record before it. */
static sce_error_t *encode(sce_edit_t *edit, sce_edit_node_t *node) {
  size_t room;
  if (!sce_add_size(room_of(node), SCE_TRIE_RECORD_HEAD, &room)) return sce_error_oom();
  uint8_t *record = sce_trie_arena_take(&edit->arena, room);
  if (record == NULL) return sce_error_oom();
  uint8_t *start = record + SCE_TRIE_RECORD_HEAD;
  sce_trie_node_kind_t kind = node->branch == NULL ? SCE_TRIE_LEAF : SCE_TRIE_BRANCH;
  uint8_t *at = sce_trie_write_header(start, kind, (sce_trie_value_kind_t)node->value_kind, node->nibble_count);
  at = sce_trie_write_nibbles(at, node->nibbles, node->nibble_count);
  if (node->branch != NULL) {
    sce_store_le16(at, node->branch->children);
    at += 2;
  }
  if (node->value_kind == SCE_EDIT_HASHED) {
    memcpy(at, node->value.data, 32);
    at += 32;
  } else if (node->value_kind == SCE_EDIT_INLINE) {
    at = sce_trie_write_bytes(at, node->value.data, node->value.len);
  }
  if (node->branch != NULL) {
    at = write_children(at, node->branch);
    sce_store_le16(record, leaf_mask(node->branch));
  }
  node->encoded = (sce_span_t){start, (size_t)(at - start)};
  node->ref.is_leaf = node->branch == NULL;
  return NULL;
}

/* ---- hashing ---- */

typedef struct hash_queue {
  sce_span_t *inputs;
  uint8_t (*hashes)[32];
  sce_edit_node_t **nodes;
  size_t count;
} hash_queue_t;

static sce_error_t *new_queue(sce_edit_t *edit, hash_queue_t *queue, size_t room) {
  queue->count = 0;
  queue->inputs = sce_trie_arena_take(&edit->arena, room * sizeof *queue->inputs);
  queue->hashes = sce_trie_arena_take(&edit->arena, room * sizeof *queue->hashes);
  queue->nodes = sce_trie_arena_take(&edit->arena, room * sizeof *queue->nodes);
  return queue->inputs == NULL || queue->hashes == NULL || queue->nodes == NULL ? sce_error_oom() : NULL;
}

static void enqueue(hash_queue_t *queue, sce_edit_node_t *node, sce_span_t input) {
  queue->inputs[queue->count] = input;
  queue->nodes[queue->count++] = node;
}

static sce_error_t *hash_values(sce_edit_t *edit, hash_queue_t *queue, const levels_t *levels) {
  queue->count = 0;
  for (size_t i = 0; i < levels->count; i++) {
    if (levels->nodes[i]->value_kind == SCE_EDIT_TO_HASH) enqueue(queue, levels->nodes[i], levels->nodes[i]->value);
  }
  uint8_t *hashes = sce_trie_arena_take(&edit->arena, 32 * queue->count);
  if (hashes == NULL) return sce_error_oom();
  SCE_TRY(sce_trie_hash_all(queue->hashes, SCE_TRIE_BLAKE2B_256, queue->inputs, queue->count));
  if (queue->count > 0) memcpy(hashes, queue->hashes, 32 * queue->count);
  for (size_t i = 0; i < queue->count; i++) {
    queue->nodes[i]->value_kind = SCE_EDIT_HASHED;
    queue->nodes[i]->value = (sce_span_t){hashes + 32 * i, 32};
  }
  return NULL;
}

static sce_error_t *hash_level(sce_edit_t *edit, hash_queue_t *queue, sce_edit_node_t *const *nodes, size_t count) {
  queue->count = 0;
  for (size_t i = 0; i < count; i++) {
    sce_edit_node_t *node = nodes[i];
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(encode(edit, node));
    if (node->encoded.len >= 32 || node == edit->root) {
      enqueue(queue, node, node->encoded);
    } else {
      node->ref.len = (uint8_t)node->encoded.len;
      memcpy(node->ref.data, node->encoded.data, node->encoded.len);
    }
  }
  SCE_TRY(sce_trie_hash_all(queue->hashes, SCE_TRIE_BLAKE2B_256, queue->inputs, queue->count));
  for (size_t i = 0; i < queue->count; i++) {
    queue->nodes[i]->ref.len = 32;
    memcpy(queue->nodes[i]->ref.data, queue->hashes[i], 32);
  }
  return NULL;
}

/* Without changes the root node is read for its hash only; that is not part of what the edit touched. */
static sce_error_t *load_old_root(sce_edit_t *edit) {
  if (edit->loaded) return NULL;
  sce_trie_view_t view = edit->view;
  view.recorder = NULL;
  sce_trie_place_t place = {0};
  sce_trie_fetched_t fetched;
  SCE_TRY(sce_trie_fetch_node(&view, &fetched, &place));
  sce_blake2b_256(edit->old_root.data, fetched.bytes);
  return NULL;
}

sce_error_t *sce_edit_root(sce_edit_t *edit, uint8_t root[32]) {
  if (!edit->loaded || (edit->root != NULL && !edit->root->changed)) {
    SCE_TRY(load_old_root(edit));
    memcpy(root, edit->old_root.data, 32);
    return NULL;
  }
  if (edit->root == NULL) {
    sce_trie_empty_root(root, SCE_TRIE_BLAKE2B_256);
    return NULL;
  }
  levels_t levels;
  hash_queue_t queue;
  SCE_TRY(make_levels(edit, &levels));
  SCE_TRY(new_queue(edit, &queue, levels.count));
  SCE_TRY(hash_values(edit, &queue, &levels));
  for (size_t h = 0; h < levels.heights; h++) {
    size_t first = levels.start[h];
    SCE_TRY(hash_level(edit, &queue, levels.nodes + first, levels.start[h + 1] - first));
  }
  memcpy(root, edit->root->ref.data, 32);
  return NULL;
}

/* ---- records ---- */

static int compare_paths(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
  size_t len = a_len < b_len ? a_len : b_len;
  int order = len == 0 ? 0 : memcmp(a, b, len);
  return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_rows(const void *a, const void *b) {
  const sce_edit_row_t *x = a, *y = b;
  return compare_paths(x->path, x->len, y->path, y->len);
}

/* What a walk over the nodes in memory, in the order of their paths, carries along. */
typedef struct writer {
  const sce_node_sink_t *sink;
  const sce_edit_row_t *row, *end; /* old records, sorted */
  sce_buf_t path;
} writer_t;

/* Removes the old records before `path`; NULL: all that are left. */
static sce_error_t *remove_rows(writer_t *writer, const uint8_t *path, size_t len) {
  for (; writer->row < writer->end; writer->row++) {
    const sce_edit_row_t *row = writer->row;
    if (path != NULL && compare_paths(row->path, row->len, path, len) >= 0) break;
    SCE_TRY(writer->sink->put(writer->sink->ctx, &(sce_node_write_t){.path = {row->path, row->len}}));
  }
  return NULL;
}

/* A node at the path so far: writes its record if it has one, and keeps the old one where nothing changed. */
static sce_error_t *write_node(writer_t *writer, const sce_edit_t *edit, const sce_edit_node_t *node, size_t len) {
  const uint8_t *path = writer->path.data;
  SCE_TRY(remove_rows(writer, path, len));
  if (node->branch == NULL || (node->ref.len < 32 && node != edit->root)) return NULL;
  const sce_edit_row_t *row = writer->row;
  if (row < writer->end && compare_paths(row->path, row->len, path, len) == 0) writer->row++;
  if (!node->changed) return NULL;
  sce_span_t record = {node->encoded.data - SCE_TRIE_RECORD_HEAD, node->encoded.len + SCE_TRIE_RECORD_HEAD};
  return writer->sink->put(writer->sink->ctx, &(sce_node_write_t){{path, len}, record, 0});
}

/* Steps into a node that hangs at the first `start` nibbles of the path. */
static sce_error_t *write_enter(sce_edit_t *edit, writer_t *writer, sce_edit_node_t *node, size_t start) {
  SCE_TRY(write_node(writer, edit, node, start));
  size_t end = start + node->nibble_count;
  writer->path.len = start;
  SCE_TRY(sce_buf_append(&writer->path, node->nibbles, node->nibble_count));
  SCE_TRY(sce_buf_reserve(&writer->path, 1)); /* for the nibble of a child */
  SCE_TRY(sce_edit_push(edit, node, end));
  edit->steps[edit->step_count - 1].left = node->branch == NULL ? 0 : node->branch->loaded;
  return NULL;
}

static sce_error_t *write_all(sce_edit_t *edit, writer_t *writer) {
  SCE_TRY(sce_buf_reserve(&writer->path, 64));
  edit->step_count = 0;
  if (edit->root != NULL) SCE_TRY(write_enter(edit, writer, edit->root, 0));
  while (edit->step_count > 0) {
    sce_edit_step_t *step = &edit->steps[edit->step_count - 1];
    if (step->left == 0) {
      edit->step_count--;
      continue;
    }
    unsigned i = (unsigned)__builtin_ctz(step->left);
    step->left &= (uint16_t)(step->left - 1);
    writer->path.data[step->end] = (uint8_t)i;
    SCE_TRY(write_enter(edit, writer, step->node->branch->slot[i].node, step->end + 1));
  }
  return remove_rows(writer, NULL, 0);
}

sce_error_t *sce_edit_write(sce_edit_t *edit, const sce_node_sink_t *sink) {
  if (!edit->view.source->has_leaf_masks) {
    return sce_error_new(SCE_MISUSE, "node records can only be written for a trie that is kept as records");
  }
  if (edit->row_count > 0) qsort(edit->rows, edit->row_count, sizeof *edit->rows, compare_rows);
  writer_t writer = {.sink = sink, .row = edit->rows};
  writer.end = edit->rows == NULL ? NULL : edit->rows + edit->row_count;
  sce_error_t *err = write_all(edit, &writer);
  sce_buf_free(&writer.path);
  return err;
}
