/* trie.h: Merkle roots of key-value sets, as Polkadot's state trie defines them: base 16, no extension nodes, state
 * versions 0 and 1 (Polkadot specification, chap-state; sp-trie 47, LayoutV0 and LayoutV1).
 */
#ifndef SCEXEC_TRIE_H
#define SCEXEC_TRIE_H

#include "scexec/base.h"
#include "scexec/externalities.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The hash function of a trie. State uses BLAKE2b; Keccak (original padding) is for the host functions
 * ext_trie_keccak_256_*. */
typedef enum sce_trie_hasher { SCE_TRIE_BLAKE2B_256 = 0, SCE_TRIE_KECCAK_256 = 1 } sce_trie_hasher_t;

typedef struct sce_trie_pair {
  sce_span_t key;
  sce_span_t value;
} sce_trie_pair_t;

/* How a root is computed. All zero: version 0, BLAKE2b, one thread. */
typedef struct sce_trie_options {
  sce_state_version_t version; /* SCE_STATE_V1: values of 33 bytes or more are hashed on their own */
  sce_trie_hasher_t hasher;
  unsigned threads; /* most threads to use, the caller's own included; 0 as 1; at most SCE_TRIE_MAX_THREADS count */
} sce_trie_options_t;

#define SCE_TRIE_MAX_THREADS 64

/* The root of the trie of `count` pairs. Pairs may come in any order; of equal keys the last wins (as a map filled in
 * that order). Strictly ascending keys (bytewise; a proper prefix first) cost no sorting and no memory in proportion to
 * `count`. No pairs: the hash of the byte 0. `options` may be NULL. Errors: SCE_OUT_OF_MEMORY; SCE_BAD_INPUT for a
 * value above 2^32 - 1 bytes or 2^32 - 2 pairs or more. Any thread. Source: trie-root 0.18, trie_root_no_extension. */
SCE_API sce_error_t *sce_trie_root(uint8_t root[32], const sce_trie_pair_t *pairs, size_t count,
                                   const sce_trie_options_t *options);

/* The root of a list: item i has the SCALE-encoded compact u32 i for its key (extrinsics root). Otherwise as
 * sce_trie_root(). Source: trie-db 0.32, TrieConfiguration::ordered_trie_root. */
SCE_API sce_error_t *sce_trie_ordered_root(uint8_t root[32], const sce_span_t *items, size_t count,
                                           const sce_trie_options_t *options);

#ifdef __cplusplus
}
#endif
#endif
