/* proof.h: storage proofs inside the library: recording what is read, and backends that record or that consist of a
 * proof alone. */
#ifndef SCE_STATE_PROOF_H
#define SCE_STATE_PROOF_H

#include "scexec/proof.h"
#include "state/backend.h"
#include "state/trie_set.h"
#include "state/trie_view.h"

/* What was read so far (sp-trie recorder.rs). One thread at a time. */
typedef struct sce_proof_recorder {
  sce_trie_set_t set;
} sce_proof_recorder_t;

/* Records a node or hashed value; `hash` NULL: it is computed. */
sce_error_t *sce_proof_record(sce_proof_recorder_t *recorder, const uint8_t *hash, sce_span_t bytes);

/* Size of the proof so far: what ext_storage_proof_size_storage_proof_size answers. */
static inline uint64_t sce_proof_recorder_size(const sce_proof_recorder_t *recorder) {
  return recorder->set.size;
}

/* A proof of what was recorded; the recorder is empty afterwards. */
sce_error_t *sce_proof_take(sce_proof_t **proof, sce_proof_recorder_t *recorder);
void sce_proof_recorder_free(sce_proof_recorder_t *recorder);

/* A view of the trie with root `root` inside a proof; for a child its own root. `view_ctx` is its memory. */
typedef struct sce_proof_view {
  const sce_proof_t *proof;
  uint8_t root[32];
} sce_proof_view_t;
sce_trie_view_t sce_proof_view(sce_proof_view_t *view_ctx, const sce_proof_t *proof, const uint8_t root[32]);

/* The root of a child trie, out of the top trie; `*found` false when there is no such child. */
sce_error_t *sce_proof_child_root(const sce_proof_t *proof, bool *found, uint8_t child_root[32], const uint8_t root[32],
                                  sce_span_t child);

/* A state that is known only by a proof; `proof` is borrowed and must outlive the backend. Missing nodes are
 * SCE_BAD_PROOF errors of the read that needs them. Errors: SCE_BAD_PROOF when the root node is not in the proof. */
sce_error_t *sce_proof_backend_new(sce_backend_t **backend, const sce_proof_t *proof, const uint8_t root[32]);

/* A backend that records the trie nodes of every read from `inner`, which has node records or is a proof's. Both are
 * borrowed. Not for several threads at once. The recorded nodes are those that sp-state-machine 0.54 records for the
 * same reads through TrieBackend with a recorder:
 *   - `get`: the nodes on the way, and a hashed value;
 *   - `seek` and `step`: those of the key iterator. A walk from an inclusive seek is taken for a walk over a prefix
 * (the key sought): what comes after the prefix is not recorded;
 *   - roots (trie.h): the nodes that the changes touch. */
sce_error_t *sce_recording_backend_new(sce_backend_t **backend, const sce_backend_t *inner,
                                       sce_proof_recorder_t *recorder);

/* As `get` of the operations, but only whether the key is there: a hashed value is not recorded (upstream's
 * exists_storage asks for the hash). Works on every backend. */
sce_error_t *sce_backend_has(const sce_backend_t *backend, bool *found, sce_trie_id_t trie, sce_span_t key);

/* As `seek` of the operations (inclusive), for a walk over the keys that begin with `prefix`: it ends after the last of
 * them, and a recording or proof's backend does not look at what comes then. On other backends it is `seek` alone,
 * which goes on: callers look at the prefix of each key. `start` is where the walk begins, a key with the prefix or
 * before it. Works on every backend. Source: sp-state-machine 0.54, TrieBackendEssence::raw_iter. */
sce_error_t *sce_backend_seek_prefix(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie,
                                     sce_span_t start, sce_span_t prefix);

/* sce_proof_make for a backend, whose node records are made where they are missing. */
sce_error_t *sce_proof_of_backend(sce_proof_t **proof, sce_backend_t *backend, const sce_span_t *child,
                                  const sce_span_t *keys, size_t count);

/* What holds the views that backends give; free it with sce_backend_view_free. */
typedef struct sce_backend_view {
  struct sce_trie_rows *rows;
  sce_proof_view_t proof;
  bool usable; /* false: the backend has neither node records nor a proof */
  sce_trie_view_t view;
} sce_backend_view_t;

/* The trie of any backend as encoded nodes, recording where the backend records. */
sce_error_t *sce_backend_view_open(sce_backend_view_t *open, const sce_backend_t *backend, sce_trie_id_t trie);
void sce_backend_view_free(sce_backend_view_t *open);

#endif
