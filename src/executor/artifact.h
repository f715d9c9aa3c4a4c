/* artifact.h: making and checking artifacts inside the executor; the public side is include/scexec/artifact.h. */
#ifndef SCE_EXECUTOR_ARTIFACT_H
#define SCE_EXECUTOR_ARTIFACT_H

#include "executor/artifact_format.h"
#include "executor/runtime.h"

/* What an artifact has of which code. */
typedef struct sce_artifact_contents {
  const char *only_for;      /* exported functions that the part of the module suffices for, in so many bytes as
                                sce_artifact_info_t has for it; empty: all of it */
  const uint8_t *covers;     /* sce_trailer_t.covers; NULL: all of it */
  const uint8_t *given_hash; /* 32 bytes, of a cache's entry: what it is looked up by; else NULL */
} sce_artifact_contents_t;

/* Appends the artifact of a compiled runtime whose plain module has BLAKE2b-256 `code_hash`. */
sce_error_t *sce_artifact_of(sce_buf_t *artifact, const sce_runtime_t *runtime, const uint8_t code_hash[32],
                             const uint8_t key[SCE_ARTIFACT_KEY_SIZE], const sce_artifact_contents_t *contents);

/* Loads the file at `path`, or gives `*runtime` NULL when there is none. `key` NULL: without the check. With other
 * functions than wanted, or another hash where one is, it is SCE_BAD_ARTIFACT. */
sce_error_t *sce_artifact_load(sce_runtime_t **runtime, sce_engine_t *engine, const char *path, const uint8_t *key,
                               const sce_artifact_contents_t *wanted);

#endif
