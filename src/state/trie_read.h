/* trie_read.h: lookups and ordered walks over a trie of encoded nodes.
 *
 * They fetch exactly the nodes that trie-db 0.32 does (lookup.rs look_up; iterator.rs seek and next_raw_item), which is
 * what a recorded proof consists of. */
#ifndef SCE_STATE_TRIE_READ_H
#define SCE_STATE_TRIE_READ_H

#include "state/trie_node.h"
#include "state/trie_view.h"

/* The value of `key`, with `*found`. A hashed value is fetched, unless `value` is NULL: then only its being there is
 * looked at. The span lives as long as the view's source. */
sce_error_t *sce_trie_get(const sce_trie_view_t *view, bool *found, sce_span_t *value, sce_span_t key);

/* The first key at or after `key` (`inclusive`) or after it, appended to the emptied `next`; `*found` false at the end.
 * With `prefix` (else NULL) only keys that begin with it count, and no node is fetched that has none of them below it
 * (iterator.rs, prefix_then_seek). */
sce_error_t *sce_trie_next_key(const sce_trie_view_t *view, bool *found, sce_buf_t *next, sce_span_t key,
                               bool inclusive, const sce_span_t *prefix);

#endif
