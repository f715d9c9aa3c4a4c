/* engine.h: an engine: the checked configuration and everything that all of its runtimes share. */
#ifndef SCE_EXECUTOR_ENGINE_H
#define SCE_EXECUTOR_ENGINE_H

#include "base/budget.h"
#include "scexec/executor.h"

#include "executor/deadline.h"
#include "executor/linear_memory.h"

#include <stdatomic.h>
#include <wasmtime.h>

/* Bytes of native stack for compiled code where the configuration names none (sc-executor-wasmtime, common_config). */
#define SCE_DEFAULT_NATIVE_STACK ((uint32_t)1 << 20)

/* Engines that an engine has of its own, each made on first use. */
typedef enum sce_inner {
  SCE_INNER_QUICK,       /* Winch, on all processors */
  SCE_INNER_QUICK_ALONE, /* and on one */
  SCE_INNER_UNPOOLED,    /* for instances that must not wait for the pool */
  SCE_INNER_VERSIONS,    /* for other code that is asked for its version */
  SCE_INNER_COUNT
} sce_inner_t;

struct sce_engine {
  atomic_size_t references; /* the caller's, and one for each runtime */
  sce_config_t config;      /* texts and arrays are the engine's own copies */
  char *cache_path;         /* NULL: none */
  sce_host_function_t *host_functions;
  wasm_engine_t *wasm;
  uint32_t native_stack;  /* bytes that compiled code may take: the bound that was asked for, or more */
  bool tiered;            /* `wasm` compiles in the background; what is needed before comes from a quick engine */
  bool brief;             /* tiered: for a call or two, so that the background begins only where a call waits for it */
  atomic_size_t given_up; /* compiles that nobody waits for any more */
  atomic_size_t apart;    /* threads that work for calls (base/apart.h), also for those that have ended */
  struct sce_engine *_Atomic inner[SCE_INNER_COUNT];
  pthread_mutex_t inner_lock; /* of those, and of deadlines.guests, while one is made */
  bool inner_ready;
  sce_memory_space_t space; /* in use with instance-reuse only */
  bool space_ready;
  sce_deadlines_t deadlines;
  bool deadlines_ready;
  pthread_mutex_t slots_lock; /* pooling: instances that exist */
  pthread_cond_t slots_free;  /* on CLOCK_MONOTONIC; also: calls that wait are to look at their limits */
  uint32_t slots_used;
  bool slots_ready;
};

void sce_engine_retain(sce_engine_t *engine);

/* For threads that work for calls: at most 64 at a time, each of which keeps the engine. */
sce_budget_threads_t sce_engine_threads(sce_engine_t *engine);

/* The engine that a tiered engine compiles with first: equal but for its compiler. Borrowed; lives as long as
 * `engine`. */
sce_error_t *sce_engine_quick(sce_engine_t *engine, sce_engine_t **quick, bool parallel);

/* The engine that has the same code as a pooling one, and makes instances without the pool. Borrowed; lives as long as
 * `engine`. */
sce_error_t *sce_engine_unpooled(sce_engine_t *engine, sce_engine_t **unpooled);

/* The engine for other code that is asked for its version: as sce_config_init() makes it, a fresh instance for each
 * call, missing imports allowed (sc-executor 0.51 executor.rs, read_runtime_version); tiered, for one call. Borrowed;
 * lives as long as `engine`. */
sce_error_t *sce_engine_for_versions(sce_engine_t *engine, sce_engine_t **versions);

/* The engine of nested modules (guests.h): WebAssembly as it first was, no pool, no images. Borrowed; lives as long as
 * `engine`. */
sce_error_t *sce_engine_guests(sce_engine_t *engine, wasm_engine_t **guests);

/* Makes running and waiting calls of the engine, and of those within it, look at their limits. Any thread. */
void sce_engine_interrupt(sce_engine_t *engine);

/* Whether code is compiled with wide arithmetic, which only scexec itself puts into it (blob/multiply.h): where Winch,
 * which compiles the same modules, has the instructions. */
bool sce_engine_widens(void);

/* Whether Wasmtime prepares copy-on-write images of linear memory, which compiled code depends on. */
bool sce_strategy_has_images(sce_strategy_t strategy);

/* Whether each call gets a fresh instance of Wasmtime's pool. */
bool sce_engine_pools(const sce_engine_t *engine);

/* Waits until the pool has a slot and takes it, unless a limit of the call is reached before; gives it back. Do nothing
 * for other strategies. */
struct sce_call;
sce_error_t *sce_engine_take_slot(sce_engine_t *engine, const struct sce_call *call);
void sce_engine_give_slot(sce_engine_t *engine);

/* Writes a formatted line of scexec's own to the engine's log. */
void sce_engine_log(const sce_engine_t *engine, sce_log_level_t level, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Writes a warning "what: why" to the log; nothing for NULL. */
void sce_engine_warn(const sce_engine_t *engine, const char *what, const char *why);

/* Turns an error of Wasmtime into ours and deletes it; NULL stays NULL. `what` begins the message. */
sce_error_t *sce_error_from_wasmtime(wasmtime_error_t *error, sce_error_kind_t kind, const char *what);

#endif
