/* rfc145.h: how functions of RFC-145 give results (rfc145.c has the rules). */
#ifndef SCE_HOST_RFC145_H
#define SCE_HOST_RFC145_H

#include "host/args.h"

#define SCE_RFC145_ABSENT UINT64_MAX

/* Copies `bytes` into the buffer whose span is `out`; not at all when it is too small, which `*fits` tells. */
sce_error_t *sce_rfc145_put(sce_caller_t *caller, uint64_t out, sce_span_t bytes, bool *fits);
/* The same where too small a buffer is an error. */
sce_error_t *sce_rfc145_put_all(sce_caller_t *caller, uint64_t out, sce_span_t bytes);
/* The value from `offset` into `out`: whole, or with `allow_partial` what fits; the result is its length from there, or
 * "absent". */
sce_error_t *sce_rfc145_read(sce_caller_t *caller, uint64_t *result, const sce_value_t *value, uint64_t out,
                             uint32_t offset, bool allow_partial);

/* Whether a function of the built-in table allocates in the runtime's heap, which runtimes of RFC-145 do not have. */
bool sce_rfc145_forbids(const sce_host_row_t *row);

#endif
