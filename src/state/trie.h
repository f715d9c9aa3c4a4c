/* trie.h: roots of a backend's tries.
 *
 * A full root reads every value; a delta root reads what the changes touch. Both can write the records that later delta
 * roots start from (trie_rows.h says what they are). Child tries are tries of their own: whoever changes one puts its
 * root into the top trie under ":child_storage:default:" and its name, or removes that key when the root is the empty
 * one. */
#ifndef SCE_STATE_TRIE_H
#define SCE_STATE_TRIE_H

#include "scexec/trie.h"
#include "state/backend.h"

/* Root of the trie without keys: BLAKE2b-256 of the byte 0. */
extern const uint8_t sce_trie_empty_state_root[32];

/* The root of a trie from its values, each in the layout that its entry says; of SCE_TRIE_NONE the empty root. With
 * `sink`, every node's record is written (of an empty trie, or of one key: none), in no order; records that were there
 * before are not removed. `threads` as in sce_trie_options_t; with a sink one thread works, without it 32 bytes a key
 * are taken when several do. Errors: those of backend and sink, SCE_OUT_OF_MEMORY. */
sce_error_t *sce_trie_full_root(uint8_t root[32], const sce_backend_t *backend, sce_trie_id_t trie, unsigned threads,
                                const sce_node_sink_t *sink);

/* The root after `changes` (sorted by key, without duplicates; keys and values borrowed for the call). Values written
 * take the layout of `version`; all others keep theirs. With `sink`, the records that differ are written in the order
 * of their paths, or removed. The backend itself stays as it is.
 *
 * A trie with node records (has_nodes), a proof's and a recording backend's cost in proportion to the changes; any
 * other is read whole, and then `sink` gets all records. SCE_TRIE_NONE is an empty trie that has its records. Errors:
 * those of backend and sink, SCE_BAD_STATE or SCE_BAD_PROOF for nodes that are missing or malformed, SCE_OUT_OF_MEMORY,
 * SCE_MISUSE for a sink with a proof's trie. */
sce_error_t *sce_trie_delta_root(uint8_t root[32], const sce_backend_t *backend, sce_trie_id_t trie,
                                 const sce_change_t *changes, size_t count, sce_state_version_t version,
                                 const sce_node_sink_t *sink);

#endif
