/* trie_hash.h: the hash function of a trie, one input or many at once, and references to nodes. */
#ifndef SCE_STATE_TRIE_HASH_H
#define SCE_STATE_TRIE_HASH_H

#include "crypto/hash.h"
#include "scexec/trie.h"

/* Root of the trie without keys: the hash of the byte 0. */
static inline void sce_trie_hash(uint8_t out[32], sce_trie_hasher_t hasher, sce_span_t data) {
  if (hasher == SCE_TRIE_KECCAK_256) {
    sce_keccak_256(out, data);
  } else {
    sce_blake2b_256(out, data);
  }
}

/* out[i] = hash of inputs[i]. BLAKE2b goes through SIMD lanes, best with inputs of like length side by side. */
static inline void sce_trie_hash_many(uint8_t (*out)[32], sce_trie_hasher_t hasher, const sce_span_t *inputs,
                                      size_t count) {
  if (hasher == SCE_TRIE_KECCAK_256) {
    for (size_t i = 0; i < count; i++) sce_keccak_256(out[i], inputs[i]);
  } else {
    sce_blake2b_256_many(out, inputs, count);
  }
}

/* The same for inputs that may be many or long: looks at the calling thread's budget in between. */
sce_error_t *sce_trie_hash_all(uint8_t (*out)[32], sce_trie_hasher_t hasher, const sce_span_t *inputs, size_t count);
/* The hash of `head` and `data` behind it, long. */
static inline sce_error_t *sce_trie_hash_long(uint8_t out[32], sce_trie_hasher_t hasher, sce_span_t head,
                                              sce_span_t data) {
  return sce_hash_long(out, hasher == SCE_TRIE_KECCAK_256 ? SCN_KECCAK_256 : SCN_BLAKE2B_256, head, data);
}

static inline void sce_trie_empty_root(uint8_t root[32], sce_trie_hasher_t hasher) {
  static const uint8_t empty[1] = {0};
  sce_trie_hash(root, hasher, (sce_span_t){empty, 1});
}

/* How a branch refers to a child: the encoding itself below 32 bytes, or its hash. len 0: no child. */
typedef struct sce_trie_ref {
  uint8_t len;
  uint8_t data[32];
  bool is_leaf; /* what the child is */
} sce_trie_ref_t;

#endif
