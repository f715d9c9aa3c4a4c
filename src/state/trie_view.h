/* trie_view.h: one trie as encoded nodes, wherever they come from.
 *
 * A source gives the bytes of a node by its place or by its hash: the node records and values of a backend
 * (trie_rows.c), or the nodes of a proof (proof.c). Lookups, walks and edits (trie_read.c, trie_edit.c) work on any,
 * and what they fetch can be recorded. State tries only: the hash is BLAKE2b-256. */
#ifndef SCE_STATE_TRIE_VIEW_H
#define SCE_STATE_TRIE_VIEW_H

#include "scexec/base.h"

#include <string.h>

/* Where a node hangs. */
typedef struct sce_trie_place {
  const uint8_t *path; /* nibbles from the root, one a byte, without the node's own partial key; of a value: its key */
  size_t path_len;
  const uint8_t *parent; /* what the source gave with the node that refers here; NULL for the root */
  const uint8_t *hash;   /* as the parent has it; NULL for the root */
} sce_trie_place_t;

typedef struct sce_trie_fetched {
  sce_span_t bytes;
  const uint8_t *handle; /* of a branch, for places below it: may be NULL */
} sce_trie_fetched_t;

/* Spans live as long as the source's context. A node or value that is not there is an error. */
typedef struct sce_trie_source {
  sce_error_t *(*node)(void *ctx, sce_trie_fetched_t *node, const sce_trie_place_t *place);
  sce_error_t *(*value)(void *ctx, sce_span_t *value, const sce_trie_place_t *place);
  sce_error_kind_t kind; /* of errors about nodes that can't be decoded */
  bool has_leaf_masks;   /* `handle` of a branch is its leaf mask (trie_rows.h) */
} sce_trie_source_t;

struct sce_proof_recorder;

typedef struct sce_trie_view {
  const sce_trie_source_t *source;
  void *ctx;
  struct sce_proof_recorder *recorder; /* NULL: nothing is recorded */
} sce_trie_view_t;

/* Fetches and records a node or hashed value. Other files of the trie go through these only. */
sce_error_t *sce_trie_fetch_node(const sce_trie_view_t *view, sce_trie_fetched_t *node, const sce_trie_place_t *place);
sce_error_t *sce_trie_fetch_value(const sce_trie_view_t *view, sce_span_t *value, const sce_trie_place_t *place);

#endif
