/* tiers.h: the code of a tiered runtime: compiled in part by Winch when a call first needs it, as a whole by Cranelift
 * in the background. Each tier is an ordinary sce_runtime_t of an engine of its own; an instance changes from one to
 * the next between calls. */
#ifndef SCE_EXECUTOR_TIERS_H
#define SCE_EXECUTOR_TIERS_H

#include "executor/compile.h"
#include "executor/compile_cache.h"
#include "executor/runtime.h"

typedef struct sce_tiers sce_tiers_t;

/* Checks a blob as the engine's compiler would and makes a runtime that is compiled when it is called. `place`, where
 * the tiers keep compiled code for later processes, is copied and may be NULL. `engine` is a tiered one. Errors: as
 * sce_runtime_new(). */
sce_error_t *sce_tiers_new_runtime(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_cache_place_t *place, const sce_patience_t *patience);

/* The same of what the cache has of `code`, which is copied, but not looked at before a call needs more; `*runtime` is
 * NULL when there is nothing. Cranelift begins at the second call: for one it would come too late. */
sce_error_t *sce_tiers_cached_runtime(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t code,
                                      const sce_cache_place_t *place);

/* The runtime is gone: what still compiles goes on alone, and logs no more. NULL is accepted. */
void sce_tiers_close(sce_tiers_t *tiers);

/* What callers are about to enter. */
typedef struct sce_tiers_need {
  bool all;                     /* anything */
  const sce_export_t **methods; /* else these entry points; none: the start function alone */
  size_t count;
} sce_tiers_need_t;

/* Has everything compiled that is needed and that no code is there for, as one part. `*code`, unless NULL: the best
 * code for the first method (for all, for the start function), a reference that the caller owns. Who gives up by
 * `patience` leaves the compiling to go on for the next. Any thread. Errors: SCE_ENGINE, SCE_OUT_OF_MEMORY,
 * SCE_TIME_LIMIT (of the engine's configuration), those of `patience`. */
sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, const sce_tiers_need_t *need,
                            const sce_patience_t *patience);

/* Whether `code` is the best there will be. Costs no lock. */
bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code);

#endif
