/* services.h: working defaults for what a host puts behind a call beside storage and keys: the off-chain database, a
 * pool that collects extrinsics, clock, randomness, HTTP, and a sink for tracing.
 *
 *   sce_services_new(&services, &options);
 *   sce_services_attach(services, &externalities, true);
 *   ... calls ...
 *   for (size_t i = 0; i < sce_services_extrinsic_count(services); i++) ...
 *
 * Threads: an object is used by one call at a time.
 */
#ifndef SCEXEC_SERVICES_H
#define SCEXEC_SERVICES_H

#include "scexec/base.h"
#include "scexec/externalities.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a runtime traces (wasm_tracing). */
typedef enum sce_trace_kind {
  SCE_TRACE_ENTER = 0, /* a span begins */
  SCE_TRACE_EXIT = 1,  /* it ends: only `id` is set */
  SCE_TRACE_EVENT = 2
} sce_trace_kind_t;

typedef struct sce_trace {
  sce_trace_kind_t kind;
  uint64_t id;     /* of the span; 0 for events */
  uint64_t parent; /* span that the runtime names as parent; 0: none named */
  sce_log_level_t level;
  sce_span_t name; /* any bytes; usually UTF-8 */
  sce_span_t target;
  sce_span_t attributes; /* all of it, in SCALE (sp_tracing::WasmEntryAttributes) */
} sce_trace_t;

/* Takes a trace. All spans are borrowed for the call. Called on the thread that makes the call. */
typedef void (*sce_trace_fn)(void *ctx, const sce_trace_t *trace);

typedef struct sce_services_options {
  size_t size; /* sizeof(sce_services_options_t), set by sce_services_options_init() */
  bool seeded; /* randomness from `seed`, and a clock that begins at `unix_ms` and moves only by sleeping */
  uint8_t seed[32];
  uint64_t unix_ms;     /* with `seeded`: Unix time of the first call, milliseconds */
  bool validator;       /* what ext_offchain_is_validator answers */
  bool allow_http;      /* false: every request is refused when it is started */
  uint64_t max_wait_ms; /* longest time that sleeping or one HTTP function may take; 0: no limit (default 120,000) */
  int trace_max_level;  /* most verbose level traced, counted as in sce_log_t: 0 off (default), 1 error … 5 trace */
  sce_trace_fn trace;   /* NULL: nothing is traced */
  void *trace_ctx;
} sce_services_options_t;

/* The defaults: the system's clock and randomness, no HTTP, no tracing. */
SCE_API void sce_services_options_init(sce_services_options_t *options);

typedef struct sce_services sce_services_t;

/* `options` NULL: the defaults. Errors: SCE_OUT_OF_MEMORY; SCE_UNSUPPORTED when HTTP is asked for and libcurl does not
 * start. */
SCE_API sce_error_t *sce_services_new(sce_services_t **services, const sce_services_options_t *options);

/* Ends HTTP requests that are under way and frees everything. NULL is accepted. */
SCE_API void sce_services_delete(sce_services_t *services);

/* Puts the services into `externalities`: off-chain database, pool, tracing, and with `offchain_worker` also what only
 * an off-chain worker's call may use (clock, randomness, HTTP, network state). */
SCE_API void sce_services_attach(sce_services_t *services, sce_externalities_t *externalities, bool offchain_worker);

/* ---- the pool ---- */

/* The extrinsics that runtimes submitted, in order; `index` is below the count. Borrowed until the next change. */
SCE_API size_t sce_services_extrinsic_count(const sce_services_t *services);
SCE_API sce_span_t sce_services_extrinsic(const sce_services_t *services, size_t index);
SCE_API void sce_services_clear_extrinsics(sce_services_t *services);

/* ---- the off-chain database ---- */

/* Entries in order of kind, then key; `index` is below the count. Borrowed until the next change. */
SCE_API size_t sce_services_offchain_count(const sce_services_t *services);
SCE_API void sce_services_offchain_entry(const sce_services_t *services, sce_offchain_kind_t *kind, sce_span_t *key,
                                         sce_span_t *value, size_t index);

/* Sets (`value` NULL: removes) an entry, as a block import does with the off-chain index. */
SCE_API sce_error_t *sce_services_offchain_set(sce_services_t *services, sce_offchain_kind_t kind, sce_span_t key,
                                               const sce_span_t *value);

#ifdef __cplusplus
}
#endif
#endif
