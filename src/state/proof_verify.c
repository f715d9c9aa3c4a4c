/* proof_verify.c: checks compact proofs of one key, as trie-db 0.32 proof/verify.rs verify_proof does for a single
 * item.
 *
 * The proof's nodes lie in the order of the way from the root to the key. In each, the child on the way is an empty
 * reference, which stands for the next node's hash, or the encoding of a small child itself; in the last, the value is
 * left out. The way down finds the last node; on the way up each node is encoded with what was left out, and hashed for
 * its parent. */
#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "scexec/proof.h"
#include "state/trie_hash.h"
#include "state/trie_node.h"

#include <string.h>

/* A node on the way. It is decoded twice, so that a level costs few bytes: whoever sends a proof says how many there
 * are. */
typedef struct step {
  sce_span_t bytes;
  bool is_inline; /* it was inside its parent */
  uint8_t child;  /* nibble of the way onwards */
} step_t;

typedef struct check {
  const sce_span_t *nodes;
  size_t count, used;
  sce_span_t key, value;
  const sce_trie_options_t *options;
  step_t *steps;
  size_t step_count, step_cap;
} check_t;

/* Notes a node and decodes it; `*ok` false when it is none. */
static sce_error_t *add_step(check_t *check, bool *ok, sce_trie_node_t *node, sce_span_t bytes, bool is_inline) {
  if (check->step_count == check->step_cap) {
    size_t cap = check->step_cap == 0 ? 16 : 2 * check->step_cap;
    step_t *steps = sce_realloc_array(check->steps, cap, sizeof *steps);
    if (steps == NULL) return sce_error_oom();
    check->steps = steps;
    check->step_cap = cap;
  }
  check->steps[check->step_count++] = (step_t){.bytes = bytes, .is_inline = is_inline};
  /* Bytes after the node do not matter: what counts is its encoding made anew. */
  sce_error_t *err = sce_trie_node_decode(node, bytes, SCE_BAD_PROOF);
  *ok = err == NULL;
  if (err != NULL && sce_error_kind(err) != SCE_BAD_PROOF) return err;
  sce_error_delete(err);
  return NULL;
}

/* True when the partial key is what the key has from nibble `start`. */
static bool agrees(const sce_trie_node_t *node, sce_span_t key, size_t start) {
  if (node->nibbles > 2 * key.len - start) return false;
  for (size_t i = 0; i < node->nibbles; i++) {
    if (sce_trie_node_nibble(node, i) != sce_trie_key_nibble(key.data, start + i)) return false;
  }
  return true;
}

/* verify.rs match_key_to_node at the node that ends the way: its value must have been left out. */
static bool value_left_out(const sce_trie_node_t *node) {
  if (node->kind == SCE_TRIE_BRANCH) return node->value_kind == SCE_TRIE_NO_VALUE;
  return node->value_kind == SCE_TRIE_INLINE && node->value.len == 0;
}

/* Goes down the key; `*ok` false when the proof does not lead to it. */
static sce_error_t *go_down(check_t *check, bool *ok) {
  *ok = false;
  if (check->count == 0) return NULL;
  sce_trie_node_t node;
  SCE_TRY(add_step(check, ok, &node, check->nodes[check->used++], false));
  for (size_t start = 0; *ok;) {
    SCE_TRY(sce_budget_item(start));
    *ok = node.kind != SCE_TRIE_EMPTY && agrees(&node, check->key, start);
    if (!*ok) return NULL;
    start += node.nibbles;
    if (start == 2 * check->key.len) {
      *ok = value_left_out(&node);
      return NULL;
    }
    uint8_t nibble = sce_trie_key_nibble(check->key.data, start++);
    check->steps[check->step_count - 1].child = nibble;
    *ok = (node.children >> nibble & 1) != 0 && node.child[nibble].len != 32;
    if (!*ok) return NULL;
    sce_span_t child = node.child[nibble];
    bool is_inline = child.len > 0;
    if (!is_inline) {
      *ok = check->used < check->count;
      if (!*ok) return NULL;
      child = check->nodes[check->used++];
    }
    SCE_TRY(add_step(check, ok, &node, child, is_inline));
  }
  return NULL;
}

/* Puts what was left out into a node: the value into the last, the child's reference into the others. */
static void fill_in(sce_trie_node_t *node, const step_t *step, const sce_span_t *value, bool hashed,
                    const sce_trie_ref_t *ref) {
  if (value != NULL) {
    node->value_kind = hashed ? SCE_TRIE_HASHED : SCE_TRIE_INLINE;
    node->value = *value;
  } else {
    node->child[step->child] = (sce_span_t){ref->data, ref->len};
  }
}

/* All children must be references that a trie can have. */
static bool children_fit(const sce_trie_node_t *node) {
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    if (node->child[__builtin_ctz(left)].len > 32) return false;
  }
  return true;
}

/* What a parent has for the node that was encoded; false when it does not fit where it was. */
static sce_error_t *refer(sce_trie_ref_t *ref, bool *ok, const step_t *step, const sce_buf_t *encoded,
                          sce_trie_hasher_t hasher) {
  sce_span_t bytes = sce_buf_span(encoded);
  if (!step->is_inline) {
    SCE_TRY(sce_trie_hash_all(&ref->data, hasher, &bytes, 1));
    ref->len = 32;
    return NULL;
  }
  *ok = bytes.len <= 32;
  if (!*ok) return NULL;
  memcpy(ref->data, bytes.data, bytes.len);
  ref->len = (uint8_t)bytes.len;
  return NULL;
}

/* Encodes the nodes from the last to the first and hands each one's reference to its parent. */
static sce_error_t *go_up(check_t *check, bool *ok, sce_trie_ref_t *ref, sce_buf_t *encoded) {
  uint8_t value_hash[32];
  bool hashed = check->options->version == SCE_STATE_V1 && check->value.len >= SCE_TRIE_HASHED_VALUE_MIN;
  sce_span_t value = hashed ? (sce_span_t){value_hash, 32} : check->value;
  if (hashed) SCE_TRY(sce_trie_hash_all(&value_hash, check->options->hasher, &check->value, 1));
  for (size_t i = check->step_count; i-- > 0 && *ok;) {
    const step_t *step = &check->steps[i];
    sce_trie_node_t node;
    SCE_TRY(sce_trie_node_decode(&node, step->bytes, SCE_INTERNAL)); /* went well on the way down */
    fill_in(&node, step, i + 1 == check->step_count ? &value : NULL, hashed, ref);
    *ok = children_fit(&node);
    if (!*ok) return NULL;
    encoded->len = 0;
    SCE_TRY(sce_trie_node_encode(encoded, &node));
    SCE_TRY(refer(ref, ok, step, encoded, check->options->hasher));
    SCE_TRY(sce_budget_item(i));
  }
  return NULL;
}

sce_error_t *sce_proof_verify_compact(bool *valid, const uint8_t root[32], const sce_span_t *nodes, size_t count,
                                      sce_span_t key, sce_span_t value, const sce_trie_options_t *options) {
  static const sce_trie_options_t defaults = {SCE_STATE_V0, SCE_TRIE_BLAKE2B_256, 1};
  check_t check = {
      .nodes = nodes, .count = count, .key = key, .value = value, .options = options == NULL ? &defaults : options};
  sce_trie_ref_t ref = {0};
  sce_buf_t encoded = {0};
  bool ok;
  sce_error_t *err = go_down(&check, &ok);
  ok = ok && check.used == count;
  if (err == NULL && ok) err = go_up(&check, &ok, &ref, &encoded);
  sce_buf_free(&encoded);
  sce_free(check.steps);
  if (err != NULL) return err;
  *valid = ok && memcmp(ref.data, root, 32) == 0;
  return NULL;
}
