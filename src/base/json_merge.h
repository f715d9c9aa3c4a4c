/* json_merge.h: one JSON value over another. */
#ifndef SCE_BASE_JSON_MERGE_H
#define SCE_BASE_JSON_MERGE_H

#include "scexec/base.h"

/* Appends `a` with `b` over it: of two objects the members of both, where both have one again so; else `b`, also null.
 * Members come in the order of their names, of equal ones the last counts. Numbers and strings stay as they are
 * written: no digit is lost. (sc-chain-spec, json_patch::merge.) Errors are SCE_BAD_INPUT. */
sce_error_t *sce_json_merge(sce_buf_t *out, sce_span_t a, sce_span_t b);

#endif
