/* old_child_storage.h: children by their whole storage key, as until March 2020. */
#ifndef SCE_HOST_OLD_CHILD_STORAGE_H
#define SCE_HOST_OLD_CHILD_STORAGE_H

#include "host/args.h"

/* The name of the child whose storage key, ":child_storage:default:" included, a span holds. An error of any other
 * key. */
sce_error_t *sce_host_old_child(const sce_caller_t *caller, sce_span_t *child, uint64_t arg);

#endif
