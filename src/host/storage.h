/* storage.h: access to the call's storage, shared by the top, default child and old child functions. `child` NULL is
 * the top trie. */
#ifndef SCE_HOST_STORAGE_H
#define SCE_HOST_STORAGE_H

#include "host/args.h"

sce_error_t *sce_host_get(sce_caller_t *caller, sce_value_t *value, const sce_span_t *child, sce_span_t key);
sce_error_t *sce_host_set(sce_caller_t *caller, const sce_span_t *child, sce_span_t key, sce_span_t value);
sce_error_t *sce_host_root(sce_caller_t *caller, uint8_t root[32], const sce_span_t *child,
                           sce_state_version_t version);
sce_error_t *sce_host_clear(sce_caller_t *caller, const sce_span_t *child, sce_span_t key);

/* Each of these does the rest of its host function: work, and the result. */
sce_error_t *sce_host_get_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key);
sce_error_t *sce_host_exists_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key);
sce_error_t *sce_host_next_key_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key);
sce_error_t *sce_host_root_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child,
                                  sce_state_version_t version);
/* `buffer` is the arg of the out span; the result is what is left of the value from `offset`, not what was copied. */
sce_error_t *sce_host_read_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                                  uint64_t buffer, uint64_t offset);

/* Removes by prefix; with `prefix` NULL the whole child. */
sce_error_t *sce_host_remove(sce_caller_t *caller, sce_removal_t *removal, const sce_span_t *child,
                             const sce_span_t *prefix, const uint32_t *limit, const sce_span_t *cursor);
/* KillStorageResult: 0 all removed or 1 some remaining, and the steps. */
sce_error_t *sce_host_removal_result(sce_caller_t *caller, uint64_t *result, const sce_removal_t *removal);
/* MultiRemovalResults: cursor, backend, unique, loops. */
sce_error_t *sce_host_removal_cursor_result(sce_caller_t *caller, uint64_t *result, const sce_removal_t *removal);

#endif
