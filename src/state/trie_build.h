/* trie_build.h: builds a whole trie from keys in ascending order and forgets it as it goes: what stays is the path to
 * the last key and a batch of finished nodes, which are hashed together.
 *
 * Memory: a batch (about half a MiB) and, for each branch on the current path, some 100 bytes. One thread at a time. */
#ifndef SCE_STATE_TRIE_BUILD_H
#define SCE_STATE_TRIE_BUILD_H

#include "state/backend.h"
#include "state/trie_hash.h"

typedef struct sce_trie_builder sce_trie_builder_t;

/* A finished branch that is stored under its own hash: the root branch, and those of 32 bytes or more. */
typedef struct sce_trie_built {
  const uint8_t *path; /* nibbles from the root to the node, one a byte, without its own partial key */
  size_t path_len;
  const uint8_t *hash;
  sce_span_t node;
  uint16_t leaves; /* bit i says that child i is a leaf with a hash of its own */
  uint64_t weight; /* sum of sce_value_weight over the keys below; subtrees that were added do not count */
} sce_trie_built_t;

/* Takes a finished branch; everything is borrowed for the call. Children come before their parents; branches of a batch
 * by height, and of a height in the order of their paths. */
typedef sce_error_t *(*sce_trie_built_fn)(void *ctx, const sce_trie_built_t *built);

/* `keys`: about how many will come, for the size of a batch; 0: unknown. `node` may be NULL: only the root is wanted.
 */
sce_error_t *sce_trie_builder_new(sce_trie_builder_t **builder, sce_trie_hasher_t hasher, size_t keys,
                                  sce_trie_built_fn node, void *ctx);
void sce_trie_builder_delete(sce_trie_builder_t *builder);

/* Adds a pair; the value takes the layout of `version`. Key and value are borrowed until the builder is finished.
 * Errors: SCE_MISUSE for a key that is not above the last one, SCE_BAD_INPUT for a value above 2^32 - 1 bytes,
 * SCE_OUT_OF_MEMORY, those of the node function. After an error only finishing (which discards) and deleting are left.
 */
sce_error_t *sce_trie_builder_add(sce_trie_builder_t *builder, sce_span_t key, sce_span_t value,
                                  sce_state_version_t version);

/* Adds a finished subtree: all keys from `first` to `last`, whose parts below their place in the parent were built by
 * another builder with the right `skip`. */
sce_error_t *sce_trie_builder_add_subtree(sce_trie_builder_t *builder, sce_span_t first, sce_span_t last,
                                          const sce_trie_ref_t *ref);

/* The root; the builder is then as new. */
sce_error_t *sce_trie_builder_finish(sce_trie_builder_t *builder, uint8_t root[32]);

/* Finishes a subtree instead: a reference to the node of all keys added, whose partial key starts at nibble `skip`. At
 * least one key was added and all agree in their first `skip` nibbles. */
sce_error_t *sce_trie_builder_finish_subtree(sce_trie_builder_t *builder, sce_trie_ref_t *ref, size_t skip);

/* The root of `count` state entries in ascending order; hashed[i] says which layout pair i has. For several threads; as
 * sce_trie_root otherwise. */
sce_error_t *sce_trie_sorted_root(uint8_t root[32], const sce_trie_pair_t *pairs, const uint8_t *hashed, size_t count,
                                  unsigned threads);

/* Length in nibbles of the longest common prefix. */
size_t sce_trie_common_nibbles(sce_span_t a, sce_span_t b);

#endif
