/* proof_backend.h: what the recording backend and the roots know of the proof backend. */
#ifndef SCE_STATE_PROOF_BACKEND_H
#define SCE_STATE_PROOF_BACKEND_H

#include "state/proof.h"
#include "state/trie.h"

/* Where the top trie has the roots of child tries: this and the child's name (sp_core::storage::ChildType). */
#define SCE_PROOF_CHILD_KEYS ":child_storage:default:"
/* Appends the key of a child's root. */
sce_error_t *sce_proof_child_key(sce_buf_t *key, sce_span_t child);

bool sce_proof_backend_is(const sce_backend_t *backend);
/* What walks remember in sce_walk_t.place here and in the recording backend: the prefix that a walk is about is the
 * first SCE_PROOF_PREFIX_LEN bytes of its keys. */
enum { SCE_PROOF_PREFIXED, SCE_PROOF_PREFIX_LEN };

/* `backend` is one. */
sce_error_t *sce_proof_backend_seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                                    bool inclusive, const sce_span_t *prefix);

sce_error_t *sce_proof_backend_view(sce_proof_view_t *ctx, sce_trie_view_t *view, const sce_backend_t *backend,
                                    sce_trie_id_t trie);

#endif
