/* lmdb_groups.h: long keys that agree in their first bytes.
 *
 * The database has them in the order of their hashes (lmdb_format.h), a walk in their own. A few are looked through at
 * each step; of many, the order is made once and kept here, so that a walk stays in proportion to its keys. */
#ifndef SCE_STATE_LMDB_GROUPS_H
#define SCE_STATE_LMDB_GROUPS_H

#include "state/backend.h"
#include "state/lmdb_pages.h"

/* Groups up to this size are not worth it. */
#define SCE_LMDB_GROUP_SMALL 32

/* Groups of one snapshot: of those that were asked for last. Any thread. */
typedef struct sce_lmdb_groups sce_lmdb_groups_t;

sce_error_t *sce_lmdb_groups_new(sce_lmdb_groups_t **groups);
void sce_lmdb_groups_delete(sce_lmdb_groups_t *groups);

/* The least entry of the group whose database keys begin with `prefix` (their first `head` bytes say which trie) that
 * is above `from` (`inclusive`: or at it); `*found` false: there is none. Makes the group when it is not there. */
sce_error_t *sce_lmdb_groups_least(sce_lmdb_groups_t *groups, sce_entry_t *least, bool *found, const sce_pages_t *pages,
                                   sce_span_t prefix, size_t head, sce_span_t from, bool inclusive);

/* The same where the group is there; else false. */
bool sce_lmdb_groups_find(sce_lmdb_groups_t *groups, sce_entry_t *least, bool *found, sce_span_t prefix,
                          sce_span_t from, bool inclusive);

#endif
