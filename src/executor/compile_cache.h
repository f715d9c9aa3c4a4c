/* compile_cache.h: the place that one code has in its engine's cache, for what stores and loads there. The public side
 * is include/scexec/artifact.h. */
#ifndef SCE_EXECUTOR_COMPILE_CACHE_H
#define SCE_EXECUTOR_COMPILE_CACHE_H

#include "executor/artifact_format.h"
#include "executor/runtime.h"
#include "scexec/artifact.h"

typedef struct sce_cache_place {
  char *directory;
  uint64_t max_size;      /* bytes in the directory */
  uint8_t given_hash[32]; /* keyed BLAKE3 of the code as it was given, compressed or not: names the entries */
  uint8_t code_hash[32];  /* BLAKE2b-256 of the plain module: what entries say they were made from */
  uint8_t key[SCE_ARTIFACT_KEY_SIZE];
} sce_cache_place_t;

/* A copy of its own; wipes it and frees what it holds. */
sce_error_t *sce_cache_place_copy(sce_cache_place_t *copy, const sce_cache_place_t *place);
void sce_cache_place_clear(sce_cache_place_t *place);

/* Keeps a compiled runtime: all of the module (`covers` NULL), or the part that suffices for some entry points (a byte
 * for each sce_export_t.function_entry, 1 for those); with `replace`, in place of all parts that are there. Errors:
 * SCE_IO and others. */
sce_error_t *sce_cache_store(const sce_runtime_t *runtime, const sce_cache_place_t *place, const uint8_t *covers,
                             bool replace);

/* Code in the cache for some calls, or all. */
typedef struct sce_cached_part {
  sce_runtime_t *runtime; /* the receiver's */
  bool all;
  uint8_t covers[SCE_COVERS_SIZE];
} sce_cached_part_t;

/* Loads what there is for `quick`: all of the module, or at most `max` parts; damaged ones are removed, with a line in
 * `log`'s log. `place->code_hash` is set when there is one. Errors are those of a runtime itself, such as missing
 * imports; nothing is loaded then. */
sce_error_t *sce_cache_load_parts(sce_cache_place_t *place, sce_cached_part_t *parts, size_t *count, size_t max,
                                  sce_engine_t *quick, const sce_engine_t *log);

#endif
