/* proof.c: sets of trie nodes: making, encoding, reading. */
#include "state/proof_backend.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scale/scale.h"
#include "state/trie_hash.h"
#include "state/trie_read.h"

#include <stdlib.h>
#include <string.h>

struct sce_proof {
  sce_trie_set_t set;
  const sce_trie_set_item_t **order; /* by bytes */
};

/* ---- making ---- */

static int compare_items(const void *a, const void *b) {
  return sce_span_compare((*(const sce_trie_set_item_t *const *)a)->bytes,
                          (*(const sce_trie_set_item_t *const *)b)->bytes);
}

/* Makes a proof out of a set, which is taken. */
static sce_error_t *proof_of_set(sce_proof_t **made, sce_trie_set_t *set) {
  sce_proof_t *proof = sce_alloc(sizeof *proof);
  const sce_trie_set_item_t **order = sce_realloc_array(NULL, set->count, sizeof(*order));
  if (proof == NULL || order == NULL) {
    sce_free(proof);
    sce_free(order);
    return sce_error_oom();
  }
  for (size_t i = 0; i < set->count; i++) order[i] = &set->items[i];
  if (set->count > 0) qsort(order, set->count, sizeof(*order), compare_items);
  proof->set = *set;
  proof->order = order;
  *set = (sce_trie_set_t){0};
  *made = proof;
  return NULL;
}

#define HASHED_AT_ONCE 64

static sce_error_t *add_nodes(sce_trie_set_t *set, const sce_span_t *nodes, size_t count) {
  uint8_t hashes[HASHED_AT_ONCE][32];
  for (size_t i = 0; i < count; i += HASHED_AT_ONCE) {
    size_t some = count - i < HASHED_AT_ONCE ? count - i : HASHED_AT_ONCE;
    sce_blake2b_256_many(hashes, nodes + i, some);
    for (size_t k = 0; k < some; k++) SCE_TRY(sce_trie_set_add(set, hashes[k], nodes[i + k]));
  }
  return NULL;
}

sce_error_t *sce_proof_new(sce_proof_t **proof, const sce_span_t *nodes, size_t count) {
  sce_trie_set_t set = {0};
  sce_error_t *err = add_nodes(&set, nodes, count);
  if (err == NULL) err = proof_of_set(proof, &set);
  sce_trie_set_free(&set);
  return err;
}

static sce_error_t *read_nodes(sce_span_t *nodes, uint32_t count, sce_scale_reader_t *in) {
  for (uint32_t i = 0; i < count; i++) SCE_TRY(sce_scale_read_bytes(in, &nodes[i]));
  return sce_scale_read_end(in);
}

sce_error_t *sce_proof_decode(sce_proof_t **proof, sce_span_t scale) {
  sce_scale_reader_t in = sce_scale_reader(scale);
  in.kind = SCE_BAD_PROOF;
  uint32_t count;
  SCE_TRY(sce_scale_read_count(&in, &count, 1));
  sce_span_t *nodes = sce_realloc_array(NULL, count, sizeof *nodes);
  if (nodes == NULL) return sce_error_oom();
  sce_error_t *err = read_nodes(nodes, count, &in);
  if (err == NULL) err = sce_proof_new(proof, nodes, count);
  sce_free(nodes);
  return err;
}

void sce_proof_delete(sce_proof_t *proof) {
  if (proof == NULL) return;
  sce_trie_set_free(&proof->set);
  sce_free(proof->order);
  sce_free(proof);
}

size_t sce_proof_node_count(const sce_proof_t *proof) {
  return proof->set.count;
}

sce_span_t sce_proof_node(const sce_proof_t *proof, size_t i) {
  return i < proof->set.count ? proof->order[i]->bytes : (sce_span_t){0};
}

sce_error_t *sce_proof_encode(const sce_proof_t *proof, sce_buf_t *out) {
  SCE_TRY(sce_scale_write_compact(out, proof->set.count));
  for (size_t i = 0; i < proof->set.count; i++) SCE_TRY(sce_scale_write_bytes(out, proof->order[i]->bytes));
  return NULL;
}

/* ---- recording ---- */

sce_error_t *sce_proof_record(sce_proof_recorder_t *recorder, const uint8_t *hash, sce_span_t bytes) {
  uint8_t own[32];
  if (hash == NULL) {
    sce_blake2b_256(own, bytes);
    hash = own;
  }
  return sce_trie_set_add(&recorder->set, hash, bytes);
}

sce_error_t *sce_proof_take(sce_proof_t **proof, sce_proof_recorder_t *recorder) {
  return proof_of_set(proof, &recorder->set);
}

void sce_proof_recorder_free(sce_proof_recorder_t *recorder) {
  sce_trie_set_free(&recorder->set);
}

/* ---- reading ---- */

static sce_error_t *missing(const uint8_t hash[32], const char *what) {
  sce_buf_t hex = {0};
  sce_error_t *err = sce_hex_append(&hex, sce_span(hash, 32));
  if (err == NULL) {
    err = sce_error_new(SCE_BAD_PROOF, "the proof lacks the %s with the hash 0x%.*s", what, (int)hex.len,
                        (const char *)hex.data);
  }
  sce_buf_free(&hex);
  return err;
}

static sce_error_t *fetch(const sce_proof_t *proof, sce_span_t *bytes, const uint8_t hash[32], const char *what) {
  const sce_trie_set_item_t *item = sce_trie_set_find(&proof->set, hash);
  if (item == NULL) return missing(hash, what);
  *bytes = item->bytes;
  return NULL;
}

static sce_error_t *fetch_node(void *ctx, sce_trie_fetched_t *node, const sce_trie_place_t *place) {
  static const uint8_t empty[1] = {0};
  const sce_proof_view_t *view = ctx;
  const uint8_t *hash = place->hash == NULL ? view->root : place->hash;
  node->handle = NULL;
  if (memcmp(hash, sce_trie_empty_state_root, 32) == 0) { /* as memory-db, which has the null node always */
    node->bytes = sce_span(empty, 1);
    return NULL;
  }
  return fetch(view->proof, &node->bytes, hash, place->hash == NULL ? "root node" : "node");
}

static sce_error_t *fetch_value(void *ctx, sce_span_t *value, const sce_trie_place_t *place) {
  const sce_proof_view_t *view = ctx;
  return fetch(view->proof, value, place->hash, "value");
}

sce_trie_view_t sce_proof_view(sce_proof_view_t *view_ctx, const sce_proof_t *proof, const uint8_t root[32]) {
  static const sce_trie_source_t source = {.node = fetch_node, .value = fetch_value, .kind = SCE_BAD_PROOF};
  view_ctx->proof = proof;
  memcpy(view_ctx->root, root, 32);
  return (sce_trie_view_t){.source = &source, .ctx = view_ctx};
}

sce_error_t *sce_proof_child_key(sce_buf_t *key, sce_span_t child) {
  SCE_TRY(sce_buf_append(key, SCE_PROOF_CHILD_KEYS, strlen(SCE_PROOF_CHILD_KEYS)));
  return sce_buf_append(key, child.data, child.len);
}

sce_error_t *sce_proof_child_root(const sce_proof_t *proof, bool *found, uint8_t child_root[32], const uint8_t root[32],
                                  sce_span_t child) {
  sce_proof_view_t ctx;
  sce_trie_view_t view = sce_proof_view(&ctx, proof, root);
  sce_buf_t key = {0};
  sce_span_t value = {0};
  sce_error_t *err = sce_proof_child_key(&key, child);
  if (err == NULL) err = sce_trie_get(&view, found, &value, sce_buf_span(&key));
  sce_buf_free(&key);
  if (err != NULL || !*found) return err;
  if (value.len != 32) return sce_error_new(SCE_BAD_PROOF, "a child trie's root has %zu bytes, not 32", value.len);
  memcpy(child_root, value.data, 32);
  return NULL;
}

/* The root of the trie that a read is about; the empty root for a child that is not there. */
static sce_error_t *root_of(const sce_proof_t *proof, uint8_t out[32], const uint8_t root[32],
                            const sce_span_t *child) {
  memcpy(out, root, 32);
  if (child == NULL) return NULL;
  bool found;
  SCE_TRY(sce_proof_child_root(proof, &found, out, root, *child));
  if (!found) memcpy(out, sce_trie_empty_state_root, 32);
  return NULL;
}

sce_error_t *sce_proof_get(const sce_proof_t *proof, sce_value_t *value, const uint8_t root[32],
                           const sce_span_t *child, sce_span_t key) {
  uint8_t trie_root[32];
  SCE_TRY(root_of(proof, trie_root, root, child));
  sce_proof_view_t ctx;
  sce_trie_view_t view = sce_proof_view(&ctx, proof, trie_root);
  bool found;
  sce_span_t bytes = {0};
  SCE_TRY(sce_trie_get(&view, &found, &bytes, key));
  *value = (sce_value_t){found, found ? bytes.data : NULL, found ? bytes.len : 0};
  return NULL;
}

sce_error_t *sce_proof_next_key(const sce_proof_t *proof, bool *found, sce_buf_t *next, const uint8_t root[32],
                                const sce_span_t *child, sce_span_t key) {
  uint8_t trie_root[32];
  SCE_TRY(root_of(proof, trie_root, root, child));
  sce_proof_view_t ctx;
  sce_trie_view_t view = sce_proof_view(&ctx, proof, trie_root);
  return sce_trie_next_key(&view, found, next, key, false, NULL);
}
