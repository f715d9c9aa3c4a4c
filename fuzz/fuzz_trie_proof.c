/* Hostile proofs: reading, walking, changing and checking end with an answer or an error, within time and memory in
 * proportion to the input.
 *
 * Input: a byte of choices, a byte for the length of a key, the key, then the nodes as SCALE Vec<Vec<u8>>. So that
 * nodes can hang together although nobody guesses hashes, each 32-byte reference in a node is replaced by the hash of
 * an earlier node, which its first byte chooses; the last node is the root. With the top choice bit the nodes are left
 * as they are. */
#include "base/buf.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "scale/scale.h"
#include "state/proof.h"
#include "state/trie.h"
#include "state/trie_node.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_NODES 256
#define MAX_STEPS 100

typedef struct fuzz_nodes {
  sce_span_t list[MAX_NODES];
  uint8_t hashes[MAX_NODES][32];
  size_t count;
  sce_buf_t bytes;
} fuzz_nodes_t;

static void require(bool ok) {
  if (!ok) abort();
}

/* Errors of hostile proofs have one kind. */
static bool failed(sce_error_t *err) {
  if (err == NULL) return false;
  require(sce_error_kind(err) == SCE_BAD_PROOF);
  sce_error_delete(err);
  return true;
}

static void link_reference(fuzz_nodes_t *nodes, sce_span_t reference, size_t before) {
  memcpy((uint8_t *)(uintptr_t)reference.data, nodes->hashes[reference.data[0] % before], 32);
}

static void link_node(fuzz_nodes_t *nodes, size_t i) {
  sce_trie_node_t node;
  sce_error_t *err = sce_trie_node_decode(&node, nodes->list[i], SCE_BAD_PROOF);
  if (err == NULL && i > 0) {
    for (unsigned left = node.children; left != 0; left &= left - 1) {
      sce_span_t child = node.child[__builtin_ctz(left)];
      if (child.len == 32) link_reference(nodes, child, i);
    }
    if (node.value_kind == SCE_TRIE_HASHED) link_reference(nodes, node.value, i);
  }
  sce_error_delete(err);
  sce_blake2b_256(nodes->hashes[i], nodes->list[i]);
}

static bool read_nodes(fuzz_nodes_t *nodes, sce_span_t scale, bool linked) {
  sce_scale_reader_t in = sce_scale_reader(scale);
  uint32_t count;
  sce_error_t *err = sce_buf_append(&nodes->bytes, scale.data, scale.len);
  in.bytes = sce_buf_span(&nodes->bytes);
  if (err == NULL) err = sce_scale_read_compact_u32(&in, &count);
  if (err == NULL && count <= MAX_NODES) {
    while (nodes->count < count && err == NULL) {
      err = sce_scale_read_bytes(&in, &nodes->list[nodes->count]);
      if (err != NULL) break;
      if (linked) link_node(nodes, nodes->count);
      nodes->count++;
    }
  }
  sce_error_delete(err);
  if (nodes->count == 0) return false;
  sce_blake2b_256(nodes->hashes[nodes->count - 1], nodes->list[nodes->count - 1]);
  return true;
}

static void read_and_walk(const sce_backend_t *alone, sce_span_t key) {
  bool found;
  sce_entry_t entry;
  sce_walk_t walk;
  sce_trie_id_t child;
  (void)failed(alone->ops->get(alone, &found, &entry, SCE_TRIE_TOP, key));
  (void)failed(sce_backend_has(alone, &found, SCE_TRIE_TOP, key));
  (void)failed(alone->ops->find_child(alone, &child, key));
  sce_span_t prefix = sce_span(key.data, key.len / 2);
  bool ended = failed(sce_backend_seek_prefix(alone, &walk, SCE_TRIE_TOP, key, prefix));
  for (int i = 0; i < MAX_STEPS && !ended && walk.found; i++) {
    require(sce_span_starts_with(walk.entry.key, prefix));
    ended = failed(alone->ops->step(alone, &walk));
  }
  ended = failed(alone->ops->seek(alone, &walk, SCE_TRIE_TOP, (sce_span_t){0}, true));
  for (int i = 0; i < MAX_STEPS && !ended && walk.found; i++) {
    sce_span_t before = walk.entry.key;
    ended = failed(alone->ops->step(alone, &walk));
    require(ended || !walk.found || sce_span_compare(before, walk.entry.key) < 0);
  }
}

static void change(const sce_backend_t *alone, sce_span_t key, uint8_t choices) {
  sce_change_t changes[2] = {{sce_span(key.data, key.len / 2), sce_span(NULL, 0), (choices & 1) != 0},
                             {key, key, (choices & 2) != 0}};
  uint8_t root[32];
  size_t first = key.len < 2 ? 1 : 0;
  sce_state_version_t version = choices & 4 ? SCE_STATE_V1 : SCE_STATE_V0;
  (void)failed(sce_trie_delta_root(root, alone, SCE_TRIE_TOP, changes + first, 2 - first, version, NULL));
}

static void check_compact(const fuzz_nodes_t *nodes, sce_span_t key, uint8_t choices) {
  bool valid;
  sce_trie_options_t options = {.version = choices & 4 ? SCE_STATE_V1 : SCE_STATE_V0,
                                .hasher = choices & 8 ? SCE_TRIE_KECCAK_256 : SCE_TRIE_BLAKE2B_256};
  require(sce_proof_verify_compact(&valid, nodes->hashes[0], nodes->list, nodes->count, key, key, &options) == NULL);
}

static void run(const fuzz_nodes_t *nodes, sce_span_t key, uint8_t choices) {
  sce_proof_t *proof;
  sce_backend_t *alone;
  if (failed(sce_proof_new(&proof, nodes->list, nodes->count))) return;
  if (!failed(sce_proof_backend_new(&alone, proof, nodes->hashes[nodes->count - 1]))) {
    read_and_walk(alone, key);
    change(alone, key, choices);
    alone->ops->delete (alone);
  }
  check_compact(nodes, key, choices);
  sce_proof_delete(proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz_nodes_t nodes;
  if (size < 2) return 0;
  size_t key_len = data[1] < size - 2 ? data[1] : size - 2;
  sce_span_t key = sce_span(data + 2, key_len), scale = sce_span(data + 2 + key_len, size - 2 - key_len);
  sce_proof_t *proof;
  if (!failed(sce_proof_decode(&proof, scale))) sce_proof_delete(proof);
  nodes.count = 0;
  if (read_nodes(&nodes, scale, (data[0] & 0x80) == 0)) run(&nodes, key, data[0]);
  sce_buf_free(&nodes.bytes);
  return 0;
}
