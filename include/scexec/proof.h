/* proof.h: storage proofs: the trie nodes that show what a state holds without the state.
 *
 * A proof is a set of nodes and hashed values, in any order, as sp_trie::StorageProof has it. Whoever knows a state
 * root can read from it exactly what it proves; what it does not cover is an SCE_BAD_PROOF error, never "absent".
 */
#ifndef SCEXEC_PROOF_H
#define SCEXEC_PROOF_H

#include "scexec/base.h"
#include "scexec/externalities.h"
#include "scexec/trie.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A set of nodes. Immutable once made; any number of threads may read from it. */
typedef struct sce_proof sce_proof_t;

/* A proof of `count` nodes, which are copied; equal ones are kept once. Nodes are not decoded yet: one that is
 * malformed is found when something reads it. Errors: SCE_OUT_OF_MEMORY, SCE_BAD_INPUT for more than 2^31 nodes. */
SCE_API sce_error_t *sce_proof_new(sce_proof_t **proof, const sce_span_t *nodes, size_t count);

struct sce_state;

/* A proof of what a state (state.h) holds under `count` keys of the top trie, or of the child trie of that name. Keys
 * that are not there are proven absent. On states that are in memory the first use builds the trie's nodes. What a
 * whole call reads is recorded with sce_overlay_record() (overlay.h). Any thread. Errors: those of reading the state,
 * SCE_OUT_OF_MEMORY. Source: sp_state_machine::prove_read, prove_child_read. */
SCE_API sce_error_t *sce_proof_make(sce_proof_t **proof, const struct sce_state *state, const sce_span_t *child,
                                    const sce_span_t *keys, size_t count);

/* A proof out of SCALE Vec<Vec<u8>>, which is how StorageProof and RPC's state_getReadProof encode it. Bytes after the
 * vector are refused. Errors: SCE_BAD_PROOF with the offset. */
SCE_API sce_error_t *sce_proof_decode(sce_proof_t **proof, sce_span_t scale);

SCE_API void sce_proof_delete(sce_proof_t *proof);

/* Number of nodes. */
SCE_API size_t sce_proof_node_count(const sce_proof_t *proof);

/* Node `i` in bytewise order; empty when there is none. Lives as long as the proof. */
SCE_API sce_span_t sce_proof_node(const sce_proof_t *proof, size_t i);

/* Appends the SCALE encoding, nodes in bytewise order. Free `out` with sce_buf_free(). */
SCE_API sce_error_t *sce_proof_encode(const sce_proof_t *proof, sce_buf_t *out);

/* Reads a key of the state with that root. `child` is NULL for the top trie, else the name of a default child trie
 * (without
 * ":child_storage:default:"). The value lives as long as the proof. Errors: SCE_BAD_PROOF when a node on the way is
 * missing (also the root) or malformed. Source: sp_state_machine::read_proof_check. */
SCE_API sce_error_t *sce_proof_get(const sce_proof_t *proof, sce_value_t *value, const uint8_t root[32],
                                   const sce_span_t *child, sce_span_t key);

/* The least key after `key`, put into `next` (emptied first; free it with sce_buf_free()); `*found` false after the
 * last. Otherwise as sce_proof_get(). */
SCE_API sce_error_t *sce_proof_next_key(const sce_proof_t *proof, bool *found, sce_buf_t *next, const uint8_t root[32],
                                        const sce_span_t *child, sce_span_t key);

/* Whether a compact proof shows that `key` has exactly `value` under `root`. Compact proofs leave out what the checker
 * can fill in: nodes lie in the order of the way to the key, without the value and without the hashes of the next node.
 * As ext_trie_*_verify_proof: anything wrong with the proof gives false, not an error. `options` may be NULL; threads
 * are not used. Source: trie-db 0.32 proof/verify.rs, verify_proof. Errors: SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_proof_verify_compact(bool *valid, const uint8_t root[32], const sce_span_t *nodes,
                                              size_t count, sce_span_t key, sce_span_t value,
                                              const sce_trie_options_t *options);

#ifdef __cplusplus
}
#endif
#endif
