/* tiers.h: the code of a tiered runtime: compiled in part by Winch when a call first needs it, as a whole by Cranelift
 * in the background. Each tier is an ordinary sce_runtime_t of an engine of its own; an instance changes from one to
 * the next between calls. */
#ifndef SCE_EXECUTOR_TIERS_H
#define SCE_EXECUTOR_TIERS_H

#include "executor/compile_cache.h"
#include "executor/runtime.h"

typedef struct sce_tiers sce_tiers_t;

/* Checks a blob as the engine's compiler would and makes a runtime that is compiled when it is called; at once, by
 * Cranelift alone and without `tiers`, where Winch's code could give other results. `place`, where the tiers keep
 * compiled code for later processes, is copied and may be NULL. `engine` is a tiered one. Errors: as
 * sce_runtime_new(). */
sce_error_t *sce_tiers_new_runtime(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_cache_place_t *place);

/* The same of the parts that the cache has of `code`, which is copied, but not looked at before a call needs more;
 * `*runtime` is NULL when there are none. Cranelift begins at the second call: for one it would come too late. */
sce_error_t *sce_tiers_cached_runtime(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t code,
                                      const sce_cache_place_t *place);

/* The runtime is gone: what still compiles goes on alone, and logs no more. NULL is accepted. */
void sce_tiers_close(sce_tiers_t *tiers);

/* What a caller is about to enter. */
typedef enum sce_tiers_need {
  SCE_TIERS_START,  /* nothing but the start function */
  SCE_TIERS_METHOD, /* one exported function */
  SCE_TIERS_ALL     /* anything */
} sce_tiers_need_t;

/* How long a caller waits for code. */
typedef struct sce_tiers_patience {
  const atomic_bool *cancelled; /* waits no longer when it is true: sce_tiers_wake() has it looked at; NULL: never */
  sce_time_limit_t limit;
} sce_tiers_patience_t;

/* The best code there is for what is needed, compiled first if need be; a reference that the caller owns. `method` with
 * SCE_TIERS_METHOD: the name of a function that the runtime exports. `patience` NULL: without end; who gives up leaves
 * the compiling to go on for the next. Any thread. Errors: SCE_ENGINE, SCE_OUT_OF_MEMORY, SCE_CANCELLED,
 * SCE_TIME_LIMIT. */
sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, sce_tiers_need_t need, const char *method,
                            const sce_tiers_patience_t *patience);

/* Has all who wait look at their patience. Any thread. */
void sce_tiers_wake(sce_tiers_t *tiers);

/* Whether `code` is the best there will be. Costs no lock. */
bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code);

#endif
