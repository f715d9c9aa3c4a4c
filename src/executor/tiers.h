/* tiers.h: the code of a tiered runtime: compiled in part by Winch when a call first needs it, as a whole by Cranelift
 * in the background. Each tier is an ordinary sce_runtime_t of an engine of its own; an instance changes from one to the
 * next between calls. */
#ifndef SCE_EXECUTOR_TIERS_H
#define SCE_EXECUTOR_TIERS_H

#include "executor/runtime.h"
#include "scexec/artifact.h"

typedef struct sce_tiers sce_tiers_t;

/* Where the background leaves the finished code for later processes. */
typedef struct sce_tiers_store {
  const char *path; /* of the cache entry, NUL-terminated */
  uint8_t code_hash[32]; /* BLAKE2b-256 of the plain module */
  uint8_t key[SCE_ARTIFACT_KEY_SIZE];
} sce_tiers_store_t;

/* Checks a blob as the engine's compiler would and makes a runtime that is compiled when it is called. `store`, which
 * is copied, may be NULL. `engine` is a tiered one. Errors: as sce_runtime_new(). */
sce_error_t *sce_tiers_new_runtime(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_tiers_store_t *store);

/* The runtime is gone: what still compiles goes on alone, and logs no more. NULL is accepted. */
void sce_tiers_close(sce_tiers_t *tiers);

/* What a caller is about to enter. */
typedef enum sce_tiers_need {
  SCE_TIERS_START, /* nothing but the start function */
  SCE_TIERS_METHOD, /* one exported function */
  SCE_TIERS_ALL     /* anything */
} sce_tiers_need_t;

/* The best code there is for what is needed, compiled first if need be; a reference that the caller owns. `method` with
 * SCE_TIERS_METHOD: the name of a function that the runtime exports. Any thread. Errors: SCE_ENGINE,
 * SCE_OUT_OF_MEMORY. */
sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, sce_tiers_need_t need, const char *method);

/* Whether `code` is the best there will be. Costs no lock. */
bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code);

#endif
