/* handlers.h: one declaration a handler of the built-in table, made from the table itself (rows.inc). */
#ifndef SCE_HOST_HANDLERS_H
#define SCE_HOST_HANDLERS_H

#include "host/args.h"

#define ROW(name, signature, handler, family, first, last)                                                             \
  sce_error_t *sce_host_##handler(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result);
#define NONE(name, signature, family, first, last, note)
#define ROW145(name, signature, handler, family) ROW(name, signature, handler, family, , )
#include "host/rows.inc"
#undef ROW
#undef NONE
#undef ROW145

#endif
