/* runtime_cache.h: compiled runtimes for hosts that serve many calls on few codes: least-recently-used, shared by
 * threads, instances handed out and taken back. Source of the idea: sc_executor RuntimeCache; unlike there, nothing is
 * compiled under a lock: a call on a runtime that is there never waits for another runtime's compile, and a code that
 * many threads ask for at once is compiled once.
 */
#ifndef SCEXEC_RUNTIME_CACHE_H
#define SCEXEC_RUNTIME_CACHE_H

#include "scexec/base.h"
#include "scexec/executor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_runtime_cache sce_runtime_cache_t;

/* Makes a cache that keeps at most `max_runtimes` (at least 1) compiled runtimes, with `config` for everything but the
 * semantics that a request brings itself; it is copied as sce_engine_new() copies it. */
SCE_API sce_error_t *sce_runtime_cache_new(sce_runtime_cache_t **cache, const sce_config_t *config,
                                           size_t max_runtimes);

/* Deletes the cache. Instances that are still out stay valid and are freed with sce_instance_delete(). */
SCE_API void sce_runtime_cache_delete(sce_runtime_cache_t *cache);

/* Gives the code behind a hash when it is not compiled yet; `*code` is borrowed until the acquire returns. */
typedef sce_error_t *(*sce_fetch_code_fn)(void *ctx, sce_span_t *code);

/* An instance of the runtime whose code has `hash` (any 32 bytes that the host identifies codes by; upstream uses the
 * storage hash of ":code"), with `semantics` (NULL: those of the configuration). Compiles when it must, with the code
 * that `fetch` gives. The caller hands it back with sce_runtime_cache_release(), or deletes it. Errors of compiling go
 * to every thread that waited for them, and the next request tries again. Any thread. */
SCE_API sce_error_t *sce_runtime_cache_acquire(sce_runtime_cache_t *cache, sce_instance_t **instance,
                                               const uint8_t hash[32], const sce_semantics_t *semantics,
                                               sce_fetch_code_fn fetch, void *fetch_ctx);

/* Takes an instance back for the next request. NULL is accepted. Any thread. */
SCE_API void sce_runtime_cache_release(sce_runtime_cache_t *cache, sce_instance_t *instance);

/* What the cache has done so far. */
typedef struct sce_runtime_cache_stats {
  uint64_t hits;      /* requests answered by a compiled runtime */
  uint64_t waits;     /* requests that waited for another thread's compile of the same code */
  uint64_t compiles;  /* compiles begun */
  uint64_t evictions; /* runtimes dropped because there were too many */
  size_t runtimes;    /* compiled runtimes now */
  size_t idle;        /* instances waiting for a request */
} sce_runtime_cache_stats_t;

SCE_API void sce_runtime_cache_get_stats(sce_runtime_cache_t *cache, sce_runtime_cache_stats_t *stats);

#ifdef __cplusplus
}
#endif
#endif
