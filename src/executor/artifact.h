/* artifact.h: making and checking artifacts inside the executor; the public side is include/scexec/artifact.h. */
#ifndef SCE_EXECUTOR_ARTIFACT_H
#define SCE_EXECUTOR_ARTIFACT_H

#include "executor/artifact_format.h"
#include "executor/runtime.h"

/* Appends the artifact of a compiled runtime whose plain module has BLAKE2b-256 `code_hash`. */
sce_error_t *sce_artifact_of(sce_buf_t *artifact, const sce_runtime_t *runtime, const uint8_t code_hash[32],
                             const uint8_t key[SCE_ARTIFACT_KEY_SIZE]);

/* Loads the file at `path`, or gives `*runtime` NULL when there is none. `key` NULL: without the check. */
sce_error_t *sce_artifact_load(sce_runtime_t **runtime, sce_engine_t *engine, const char *path, const uint8_t *key);

/* compile_cache.c: keeps a compiled runtime in its engine's cache, as the entry `path`. Errors: SCE_IO and others. */
sce_error_t *sce_cache_store(const sce_runtime_t *runtime, const char *path, const uint8_t code_hash[32],
                             const uint8_t key[SCE_ARTIFACT_KEY_SIZE]);

#endif
