/* artifact.h: making and checking artifacts inside the executor; the public side is include/scexec/artifact.h. */
#ifndef SCE_EXECUTOR_ARTIFACT_H
#define SCE_EXECUTOR_ARTIFACT_H

#include "executor/artifact_format.h"
#include "executor/runtime.h"

/* Appends the artifact of a compiled runtime whose plain module has BLAKE2b-256 `code_hash`. `only_for`: the exported
 * function that reaches the part of the module that was compiled, at most SCE_ONLY_FOR_MAX bytes; empty: all of it. */
sce_error_t *sce_artifact_of(sce_buf_t *artifact, const sce_runtime_t *runtime, const uint8_t code_hash[32],
                             const uint8_t key[SCE_ARTIFACT_KEY_SIZE], const char *only_for);
#define SCE_ONLY_FOR_MAX (sizeof(((sce_artifact_info_t *)NULL)->only_for) - 1)

/* Loads the file at `path`, or gives `*runtime` NULL when there is none. `key` NULL: without the check. `only_for` as
 * above. */
sce_error_t *sce_artifact_load(sce_runtime_t **runtime, sce_engine_t *engine, const char *path, const uint8_t *key,
                               const char *only_for);

#endif
