/* trie_set.h: byte strings by their hash: the nodes of a proof, or those that a call has read. */
#ifndef SCE_STATE_TRIE_SET_H
#define SCE_STATE_TRIE_SET_H

#include "scexec/base.h"
#include "state/trie_arena.h"

typedef struct sce_trie_set_item {
  uint8_t hash[32];
  sce_span_t bytes;
} sce_trie_set_item_t;

/* All zero is the empty set. Slots are found by the hashes' first bytes: whoever makes nodes that share 20 bits of
 * their BLAKE2b hash pays about a million hashes for each. */
typedef struct sce_trie_set {
  sce_trie_set_item_t *items; /* in the order of adding */
  size_t count, cap;
  uint32_t *slots; /* number of an item plus 1; 0: free */
  size_t mask;
  size_t size; /* of all items as SCALE byte vectors: compact length and bytes */
  sce_trie_arena_t arena;
} sce_trie_set_t;

void sce_trie_set_free(sce_trie_set_t *set);
/* NULL when it is not there. */
const sce_trie_set_item_t *sce_trie_set_find(const sce_trie_set_t *set, const uint8_t hash[32]);
/* Adds a copy, unless the hash is there already. */
sce_error_t *sce_trie_set_add(sce_trie_set_t *set, const uint8_t hash[32], sce_span_t bytes);

#endif
