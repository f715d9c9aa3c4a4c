/* trie_edit.c: the tree in memory: loading, setting, removing. Making roots is in trie_edit_root.c. */
#include "state/trie_edit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <string.h>

void sce_edit_free(sce_edit_t *edit) {
  sce_trie_arena_free(&edit->arena);
  sce_free(edit->steps);
  sce_free(edit->rows);
  *edit = (sce_edit_t){0};
}

sce_error_t *sce_edit_push(sce_edit_t *edit, sce_edit_node_t *node, size_t end) {
  if (edit->step_count == edit->step_cap) {
    size_t cap = edit->step_cap == 0 ? 32 : 2 * edit->step_cap;
    sce_edit_step_t *steps = sce_realloc_array(edit->steps, cap, sizeof *steps);
    if (steps == NULL) return sce_error_oom();
    edit->steps = steps;
    edit->step_cap = cap;
  }
  edit->steps[edit->step_count++] = (sce_edit_step_t){node, end, 0};
  return NULL;
}

/* ---- loading ---- */

static sce_error_t *new_node(sce_edit_t *edit, sce_edit_node_t **made) {
  sce_edit_node_t *node = sce_trie_arena_take(&edit->arena, sizeof *node);
  if (node == NULL) return sce_error_oom();
  memset(node, 0, sizeof *node);
  *made = node;
  return NULL;
}

static sce_error_t *new_branch(sce_edit_t *edit, sce_edit_node_t *node) {
  sce_edit_branch_t *branch = sce_trie_arena_take(&edit->arena, sizeof *branch);
  if (branch == NULL) return sce_error_oom();
  branch->children = 0;
  branch->loaded = 0;
  branch->handle = NULL;
  node->branch = branch;
  return NULL;
}

static sce_error_t *copy_nibbles(sce_edit_t *edit, sce_edit_node_t *node, const sce_trie_node_t *decoded) {
  uint8_t *nibbles = sce_trie_arena_take(&edit->arena, decoded->nibbles);
  if (nibbles == NULL) return sce_error_oom();
  for (size_t i = 0; i < decoded->nibbles; i++) nibbles[i] = sce_trie_node_nibble(decoded, i);
  node->nibbles = nibbles;
  node->nibble_count = decoded->nibbles;
  return NULL;
}

/* `*made` stays NULL for the empty node. */
static sce_error_t *decode(sce_edit_t *edit, sce_edit_node_t **made, sce_span_t bytes, const uint8_t *handle) {
  sce_trie_node_t decoded;
  SCE_TRY(sce_trie_node_decode_strict(&decoded, bytes, edit->view.source->kind));
  if (decoded.kind == SCE_TRIE_EMPTY) return NULL;
  sce_edit_node_t *node;
  SCE_TRY(new_node(edit, &node));
  SCE_TRY(copy_nibbles(edit, node, &decoded));
  node->value = decoded.value;
  node->value_kind = (uint8_t)decoded.value_kind;
  if (decoded.kind == SCE_TRIE_BRANCH) {
    SCE_TRY(new_branch(edit, node));
    node->branch->children = decoded.children;
    node->branch->handle = handle;
    for (unsigned left = decoded.children; left != 0; left &= left - 1) {
      unsigned i = (unsigned)__builtin_ctz(left);
      node->branch->len[i] = (uint8_t)decoded.child[i].len;
      node->branch->slot[i].reference = decoded.child[i].data;
    }
  }
  *made = node;
  return NULL;
}

/* Remembers that there is a record at a path. */
static sce_error_t *add_row(sce_edit_t *edit, const uint8_t *path, size_t len) {
  if (edit->row_count == edit->row_cap) {
    size_t cap = edit->row_cap == 0 ? 32 : 2 * edit->row_cap;
    sce_edit_row_t *rows = sce_realloc_array(edit->rows, cap, sizeof *rows);
    if (rows == NULL) return sce_error_oom();
    edit->rows = rows;
    edit->row_cap = cap;
  }
  uint8_t *copy = sce_trie_arena_take(&edit->arena, len);
  if (copy == NULL) return sce_error_oom();
  if (len > 0) memcpy(copy, path, len);
  edit->rows[edit->row_count++] = (sce_edit_row_t){copy, len};
  return NULL;
}

static sce_error_t *load_root(sce_edit_t *edit) {
  if (edit->loaded) return NULL;
  sce_trie_place_t place = {0};
  sce_trie_fetched_t fetched;
  SCE_TRY(sce_trie_fetch_node(&edit->view, &fetched, &place));
  SCE_TRY(decode(edit, &edit->root, fetched.bytes, fetched.handle));
  sce_blake2b_256(edit->old_root.data, fetched.bytes);
  edit->old_root.len = 32;
  if (edit->root != NULL) edit->root->ref = edit->old_root;
  if (edit->root != NULL && edit->root->branch != NULL) SCE_TRY(add_row(edit, NULL, 0));
  edit->loaded = true;
  return NULL;
}

/* The child `nibble` of a branch, which is there. `path`: the nibbles to it, `nibble` the last. */
static sce_error_t *load_child(sce_edit_t *edit, sce_edit_node_t **child, sce_edit_branch_t *branch, uint8_t nibble,
                               const uint8_t *path, size_t path_len) {
  sce_edit_slot_t *slot = &branch->slot[nibble];
  if (branch->loaded >> nibble & 1) {
    *child = slot->node;
    return NULL;
  }
  sce_trie_fetched_t fetched = {{slot->reference, branch->len[nibble]}, NULL};
  bool hashed = branch->len[nibble] == 32;
  if (hashed) {
    sce_trie_place_t place = {path, path_len, branch->handle, slot->reference};
    SCE_TRY(sce_trie_fetch_node(&edit->view, &fetched, &place));
  }
  sce_edit_node_t *node = NULL;
  SCE_TRY(decode(edit, &node, fetched.bytes, fetched.handle));
  if (node == NULL) {
    return sce_error_new(edit->view.source->kind, "a trie branch has an empty child, %zu nibbles deep", path_len);
  }
  if (hashed && node->branch != NULL) SCE_TRY(add_row(edit, path, path_len));
  node->ref.len = branch->len[nibble];
  node->ref.is_leaf = node->branch == NULL;
  memcpy(node->ref.data, slot->reference, branch->len[nibble]);
  slot->node = node;
  branch->loaded |= (uint16_t)(1u << nibble);
  *child = node;
  return NULL;
}

/* ---- the way to a key ---- */

/* Where the way to a key ends. */
typedef enum way_end {
  END_AT_NODE,    /* the last node is the key's; a branch may have no value there */
  END_IN_PARTIAL, /* the key and the last node's partial key part, or the key ends, after `common` nibbles of it */
  END_BELOW_LEAF, /* the key goes on below the last node, a leaf */
  END_NO_CHILD    /* the key goes on below the last node, a branch, where it has no child */
} way_end_t;

typedef struct way {
  const uint8_t *key; /* nibbles, in the arena */
  size_t len;
  way_end_t end;
  size_t start;  /* of the last node's partial key */
  size_t common; /* nibbles of it that are the key's */
} way_t;

static size_t common_nibbles(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
  size_t len = a_len < b_len ? a_len : b_len, i = 0;
  while (i < len && a[i] == b[i]) i++;
  return i;
}

/* Follows the key as far as there are nodes; they are then edit->steps. The trie has a root node. */
static sce_error_t *find_way(sce_edit_t *edit, way_t *way) {
  sce_edit_node_t *node = edit->root;
  edit->step_count = 0;
  for (way->start = 0;;) {
    size_t left = way->len - way->start;
    way->common = common_nibbles(node->nibbles, node->nibble_count, way->key + way->start, left);
    size_t end = way->start + node->nibble_count;
    SCE_TRY(sce_edit_push(edit, node, end));
    way->end = way->common < node->nibble_count ? END_IN_PARTIAL : end == way->len ? END_AT_NODE : END_BELOW_LEAF;
    if (way->end != END_BELOW_LEAF || node->branch == NULL) return NULL;
    uint8_t nibble = way->key[end];
    if ((node->branch->children >> nibble & 1) == 0) {
      way->end = END_NO_CHILD;
      return NULL;
    }
    way->start = end + 1;
    SCE_TRY(load_child(edit, &node, node->branch, nibble, way->key, way->start));
  }
}

static sce_error_t *begin_change(sce_edit_t *edit, way_t *way, sce_span_t key) {
  SCE_TRY(load_root(edit));
  if (key.len > SIZE_MAX / 4) return sce_error_new(SCE_BAD_INPUT, "a key of %zu bytes is too long", key.len);
  uint8_t *nibbles = sce_trie_arena_take(&edit->arena, 2 * key.len);
  if (nibbles == NULL) return sce_error_oom();
  for (size_t i = 0; i < key.len; i++) {
    nibbles[2 * i] = key.data[i] >> 4;
    nibbles[2 * i + 1] = key.data[i] & 15;
  }
  *way = (way_t){.key = nibbles, .len = 2 * key.len};
  return NULL;
}

static sce_edit_node_t *last_node(const sce_edit_t *edit) {
  return edit->steps[edit->step_count - 1].node;
}

static void mark_changed(sce_edit_t *edit) {
  for (size_t i = 0; i < edit->step_count; i++) edit->steps[i].node->changed = true;
}

/* Puts `node` where the last step's node was. */
static void replace_last(sce_edit_t *edit, const way_t *way, sce_edit_node_t *node) {
  sce_edit_step_t *steps = edit->steps;
  size_t last = edit->step_count - 1;
  if (last == 0) {
    edit->root = node;
  } else {
    steps[last - 1].node->branch->slot[way->key[steps[last - 1].end]].node = node;
  }
  steps[last].node = node;
}

static void add_child(sce_edit_branch_t *branch, uint8_t nibble, sce_edit_node_t *child) {
  branch->children |= (uint16_t)(1u << nibble);
  branch->loaded |= (uint16_t)(1u << nibble);
  branch->slot[nibble].node = child;
}

/* ---- setting ---- */

typedef struct new_value {
  sce_span_t bytes;
  uint8_t kind;
} new_value_t;

static void put_value(sce_edit_node_t *node, const new_value_t *value) {
  node->value = value->bytes;
  node->value_kind = value->kind;
}

/* A new leaf below `branch` for the rest of the key from nibble `at`. */
static sce_error_t *grow_leaf(sce_edit_t *edit, sce_edit_branch_t *branch, const way_t *way, size_t at,
                              const new_value_t *value) {
  sce_edit_node_t *leaf;
  SCE_TRY(new_node(edit, &leaf));
  leaf->nibbles = way->key + at + 1;
  leaf->nibble_count = way->len - at - 1;
  leaf->changed = true;
  put_value(leaf, value);
  add_child(branch, way->key[at], leaf);
  return NULL;
}

/* Puts a new branch into the partial key of the last node, which becomes its child. */
static sce_error_t *split_last(sce_edit_t *edit, const way_t *way, const new_value_t *value) {
  sce_edit_node_t *low = last_node(edit), *high;
  SCE_TRY(new_node(edit, &high));
  SCE_TRY(new_branch(edit, high));
  high->nibbles = low->nibbles;
  high->nibble_count = way->common;
  size_t at = way->start + way->common;
  if (at == way->len) {
    put_value(high, value);
  } else {
    SCE_TRY(grow_leaf(edit, high->branch, way, at, value));
  }
  add_child(high->branch, low->nibbles[way->common], low);
  low->nibbles += way->common + 1;
  low->nibble_count -= way->common + 1;
  low->changed = true;
  replace_last(edit, way, high);
  return NULL;
}

static sce_error_t *set_at(sce_edit_t *edit, const way_t *way, const new_value_t *value, bool *same) {
  sce_edit_node_t *node = last_node(edit);
  switch (way->end) {
    case END_AT_NODE:
      *same = node->value_kind == SCE_EDIT_INLINE && value->kind == SCE_EDIT_INLINE &&
              sce_span_equal(node->value, value->bytes);
      put_value(node, value);
      return NULL;
    case END_IN_PARTIAL: return split_last(edit, way, value);
    case END_BELOW_LEAF:
      SCE_TRY(new_branch(edit, node));
      return grow_leaf(edit, node->branch, way, edit->steps[edit->step_count - 1].end, value);
    case END_NO_CHILD: return grow_leaf(edit, node->branch, way, edit->steps[edit->step_count - 1].end, value);
  }
  return NULL;
}

sce_error_t *sce_edit_set(sce_edit_t *edit, sce_span_t key, sce_span_t value, sce_state_version_t version) {
  if (value.len > UINT32_MAX) {
    return sce_error_new(SCE_BAD_INPUT, "a value has %zu bytes, above 2^32 - 1", value.len);
  }
  bool hashed = version == SCE_STATE_V1 && value.len >= SCE_TRIE_HASHED_VALUE_MIN;
  new_value_t new_value = {value, hashed ? SCE_EDIT_TO_HASH : SCE_EDIT_INLINE};
  way_t way;
  bool same = false;
  SCE_TRY(begin_change(edit, &way, key));
  if (edit->root == NULL) {
    SCE_TRY(new_node(edit, &edit->root));
    edit->root->nibbles = way.key;
    edit->root->nibble_count = way.len;
    edit->root->changed = true;
    put_value(edit->root, &new_value);
    return NULL;
  }
  SCE_TRY(find_way(edit, &way));
  SCE_TRY(set_at(edit, &way, &new_value, &same));
  if (!same) mark_changed(edit);
  return NULL;
}

/* ---- removing ---- */

/* The last step's node, a branch without value, has one child: the child takes its place. */
static sce_error_t *merge_last(sce_edit_t *edit, const way_t *way) {
  sce_edit_node_t *high = last_node(edit), *low;
  size_t end = edit->steps[edit->step_count - 1].end;
  uint8_t nibble = (uint8_t)__builtin_ctz(high->branch->children);
  uint8_t *path = sce_trie_arena_take(&edit->arena, end + 1);
  if (path == NULL) return sce_error_oom();
  memcpy(path, way->key, end);
  path[end] = nibble;
  SCE_TRY(load_child(edit, &low, high->branch, nibble, path, end + 1));
  uint8_t *nibbles = sce_trie_arena_take(&edit->arena, high->nibble_count + 1 + low->nibble_count);
  if (nibbles == NULL) return sce_error_oom();
  memcpy(nibbles, high->nibbles, high->nibble_count);
  nibbles[high->nibble_count] = nibble;
  memcpy(nibbles + high->nibble_count + 1, low->nibbles, low->nibble_count);
  low->nibbles = nibbles;
  low->nibble_count += high->nibble_count + 1;
  replace_last(edit, way, low);
  return NULL;
}

/* Brings the last step's node, a branch that lost its value or a child, to its normal form. */
static sce_error_t *fix_last(sce_edit_t *edit, const way_t *way) {
  sce_edit_node_t *node = last_node(edit);
  uint16_t children = node->branch->children;
  if (children == 0) {
    node->branch = NULL; /* a leaf with its value */
  } else if (node->value_kind == SCE_EDIT_NO_VALUE && (children & (children - 1)) == 0) {
    return merge_last(edit, way);
  }
  return NULL;
}

sce_error_t *sce_edit_remove(sce_edit_t *edit, sce_span_t key) {
  way_t way;
  SCE_TRY(begin_change(edit, &way, key));
  if (edit->root == NULL) return NULL;
  SCE_TRY(find_way(edit, &way));
  sce_edit_node_t *node = last_node(edit);
  if (way.end != END_AT_NODE || node->value_kind == SCE_EDIT_NO_VALUE) return NULL;
  if (node->branch != NULL) {
    node->value_kind = SCE_EDIT_NO_VALUE;
    node->value = (sce_span_t){0};
  } else if (edit->step_count == 1) {
    edit->root = NULL;
    return NULL;
  } else {
    edit->step_count--;
    sce_edit_branch_t *branch = last_node(edit)->branch;
    uint16_t bit = (uint16_t)(1u << way.key[edit->steps[edit->step_count - 1].end]);
    branch->children &= (uint16_t)~bit;
    branch->loaded &= (uint16_t)~bit;
  }
  SCE_TRY(fix_last(edit, &way));
  mark_changed(edit);
  return NULL;
}
