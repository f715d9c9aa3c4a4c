/* trie_proof.h: the check behind ext_trie_*_verify_proof: a compact proof of one key's value. */
#ifndef SCE_HOST_TRIE_PROOF_H
#define SCE_HOST_TRIE_PROOF_H

#include "scale/scale.h"
#include "scexec/trie.h"

/* Whether `proof` shows that `key` has exactly `value` in the trie of `root`. `proof` is a reader at the first of
 * `count` items of a SCALE Vec<Vec<u8>> that is known to be well-formed: the nodes from the root down, with the path's
 * child hashes and the value left out. `scratch` is overwritten. Errors: SCE_OUT_OF_MEMORY.
 * Source: trie-db 0.32, proof/verify.rs, verify_proof. */
sce_error_t *sce_trie_proof_verify(bool *valid, sce_buf_t *scratch, const uint8_t root[32], sce_scale_reader_t proof,
                                   uint32_t count, sce_span_t key, sce_span_t value, sce_state_version_t version,
                                   sce_trie_hasher_t hasher);

#endif
