/* trie_proof.c: see trie_proof.h. Two passes: down the path, noting the nodes; then back up, each node encoded again
 * with what was left out of it and hashed, until the root. Nodes are decoded twice so that a level costs few bytes: a
 * runtime chooses how many there are. */
#include "host/trie_proof.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/trie_hash.h"
#include "state/trie_node.h"

#include <string.h>

/* A node on the path. */
typedef struct level {
  const uint8_t *data; /* the encoded node, with omissions */
  uint32_t len;
  uint8_t child;  /* index of the child where the path goes on */
  bool is_inline; /* part of its parent, not an item of the proof */
} level_t;

typedef struct path {
  level_t *levels;
  size_t count, cap;
} path_t;

static sce_error_t *path_push(path_t *path, level_t level) {
  if (path->count == path->cap) {
    size_t cap = path->cap == 0 ? 64 : path->cap * 2;
    level_t *levels = sce_realloc_array(path->levels, cap, sizeof *levels);
    if (levels == NULL) return sce_error_oom();
    path->levels = levels;
    path->cap = cap;
  }
  path->levels[path->count++] = level;
  return NULL;
}

/* Decodes a node; false for what is none. */
static bool decode(sce_trie_node_t *node, const uint8_t *data, size_t len) {
  sce_error_t *err = sce_trie_node_decode(node, sce_span(data, len), SCE_BAD_PROOF);
  sce_error_delete(err);
  return err == NULL;
}

/* Whether the node's partial key continues `key` at nibble `at`. */
static bool partial_matches(const sce_trie_node_t *node, sce_span_t key, size_t at) {
  size_t left = key.len * 2 - at;
  if (node->nibbles > left) return false;
  for (size_t i = 0; i < node->nibbles; i++) {
    if (sce_trie_node_nibble(node, i) != sce_trie_key_nibble(key.data, at + i)) return false;
  }
  return true;
}

/* True where the key ends in `node` and its value was left out: a leaf with the inline value of length 0, a branch
 * without value. */
static bool value_omitted(const sce_trie_node_t *node) {
  if (node->kind == SCE_TRIE_LEAF) return node->value_kind == SCE_TRIE_INLINE && node->value.len == 0;
  return node->value_kind == SCE_TRIE_NO_VALUE;
}

/* The next item of the proof; false when there is none. */
static bool next_item(sce_scale_reader_t *proof, uint32_t *left, sce_span_t *item) {
  if (*left == 0) return false;
  --*left;
  sce_error_t *err = sce_scale_read_bytes(proof, item);
  sce_error_delete(err);
  return err == NULL;
}

/* Follows the key down; `*found` when it ends at an omitted value and no item of the proof is left over. */
static sce_error_t *descend(bool *found, path_t *path, sce_scale_reader_t proof, uint32_t count, sce_span_t key) {
  sce_span_t bytes;
  sce_trie_node_t node;
  bool is_inline = false;
  size_t at = 0; /* nibbles of the key used up */
  *found = false;
  if (!next_item(&proof, &count, &bytes)) return NULL;
  for (;;) {
    if (!decode(&node, bytes.data, bytes.len) || node.kind == SCE_TRIE_EMPTY) return NULL;
    if (!partial_matches(&node, key, at)) return NULL;
    at += node.nibbles;
    bool ends = at == key.len * 2;
    uint8_t child = ends ? 0 : sce_trie_key_nibble(key.data, at);
    SCE_TRY(path_push(path, (level_t){bytes.data, (uint32_t)bytes.len, child, is_inline}));
    if (ends) {
      *found = value_omitted(&node) && count == 0;
      return NULL;
    }
    if (node.kind == SCE_TRIE_LEAF || !(node.children >> child & 1)) return NULL;
    at++;
    bytes = node.child[child];
    if (bytes.len == 32) return NULL; /* the hash should have been left out */
    is_inline = bytes.len > 0;
    if (!is_inline && !next_item(&proof, &count, &bytes)) return NULL;
  }
}

/* Puts the value where it was left out; above 32 bytes V1 has its hash, kept in `hash`. */
static void set_value(sce_trie_node_t *node, uint8_t hash[32], sce_span_t value, sce_state_version_t version,
                      sce_trie_hasher_t hasher) {
  node->value_kind = SCE_TRIE_INLINE;
  node->value = value;
  if (version == SCE_STATE_V0 || value.len < SCE_TRIE_HASHED_VALUE_MIN) return;
  sce_trie_hash(hash, hasher, value);
  node->value_kind = SCE_TRIE_HASHED;
  node->value = sce_span(hash, 32);
}

/* References of the branch that the path does not go through are copied; longer ones than a hash are none. */
static bool children_short(const sce_trie_node_t *node) {
  for (int i = 0; i < 16; i++) {
    if ((node->children >> i & 1) && node->child[i].len > 32) return false;
  }
  return true;
}

/* Builds the nodes from the last to the root; `*valid` when the root is `root`. */
static sce_error_t *ascend(bool *valid, sce_buf_t *out, const path_t *path, const uint8_t root[32], sce_span_t value,
                           sce_state_version_t version, sce_trie_hasher_t hasher) {
  uint8_t reference[32], value_hash[32];
  size_t reference_len = 0;
  for (size_t i = path->count; i-- > 0;) {
    const level_t *level = &path->levels[i];
    sce_trie_node_t node;
    if (!decode(&node, level->data, level->len)) return NULL;
    if (i + 1 == path->count) {
      set_value(&node, value_hash, value, version, hasher);
    } else {
      node.child[level->child] = sce_span(reference, reference_len);
    }
    if (!children_short(&node)) return NULL;
    out->len = 0;
    SCE_TRY(sce_trie_node_encode(out, &node));
    if (level->is_inline && out->len > 32) return NULL;
    reference_len = level->is_inline ? out->len : 32;
    if (level->is_inline) {
      memcpy(reference, out->data, out->len);
    } else {
      sce_trie_hash(reference, hasher, sce_buf_span(out));
    }
  }
  *valid = memcmp(reference, root, 32) == 0;
  return NULL;
}

sce_error_t *sce_trie_proof_verify(bool *valid, sce_buf_t *scratch, const uint8_t root[32], sce_scale_reader_t proof,
                                   uint32_t count, sce_span_t key, sce_span_t value, sce_state_version_t version,
                                   sce_trie_hasher_t hasher) {
  path_t path = {0};
  bool found;
  *valid = false;
  sce_error_t *err = descend(&found, &path, proof, count, key);
  if (err == NULL && found) err = ascend(valid, scratch, &path, root, value, version, hasher);
  sce_free(path.levels);
  return err;
}
