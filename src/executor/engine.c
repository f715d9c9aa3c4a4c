/* engine.c: from an sce_config_t to a Wasmtime engine. Source of the settings: sc-executor-wasmtime runtime.rs,
 * common_config. */
#include "executor/compile.h"
#include "executor/guests.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "executor/signature.h"

#include <scexec_native.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Slots of 5 GiB that still fit a 47-bit address space beside everything else. */
#define MAX_INSTANCES 10000

const char *sce_wasmtime_version(void) {
  return WASMTIME_VERSION;
}

void sce_engine_log(const sce_engine_t *engine, sce_log_level_t level, const char *format, ...) {
  const sce_log_t *log = &engine->config.log;
  if (log->write == NULL || (int)level >= log->max_level) return;
  va_list args;
  va_start(args, format);
  char text[512];
  int len = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (len < 0) return;
  if ((size_t)len >= sizeof text) len = sizeof text - 1;
  log->write(log->ctx, level, sce_span_text("scexec"), sce_span(text, (size_t)len));
}

void sce_engine_warn(const sce_engine_t *engine, const char *what, const char *why) {
  if (why != NULL) sce_engine_log(engine, SCE_LOG_WARN, "%s: %s", what, why);
}

sce_error_t *sce_error_from_wasmtime(wasmtime_error_t *error, sce_error_kind_t kind, const char *what) {
  if (error == NULL) return NULL;
  wasm_name_t message;
  wasmtime_error_message(error, &message);
  sce_error_t *err = sce_error_new(kind, "%s: %.*s", what, (int)message.size, message.data);
  wasm_name_delete(&message);
  wasmtime_error_delete(error);
  return err;
}

/* ---- checks ---- */

/* Why Winch can't do what the semantics ask for, or NULL. */
static const char *winch_obstacle(const sce_semantics_t *s) {
#if !defined(__x86_64__) && !defined(__aarch64__)
  return "this processor";
#endif
  if (s->wasm_reference_types) return "reference types";
  return s->wasm_simd ? "SIMD" : NULL;
}

static sce_error_t *check_semantics(const sce_semantics_t *s) {
  if (sce_strategy_name(s->strategy) == NULL) return sce_error_new(SCE_MISUSE, "unknown strategy %d", (int)s->strategy);
  if (s->compiler != SCE_COMPILER_CRANELIFT && s->compiler != SCE_COMPILER_WINCH && s->compiler != SCE_COMPILER_TIERED)
    return sce_error_new(SCE_MISUSE, "unknown compiler %d", (int)s->compiler);
  if (s->compiler == SCE_COMPILER_WINCH && winch_obstacle(s) != NULL)
    return sce_error_new(SCE_MISUSE, "the compiler winch can't do %s: use cranelift", winch_obstacle(s));
  if (s->stack_limited && s->stack_logical_max == 0)
    return sce_error_new(SCE_MISUSE, "a deterministic stack limit of 0 values lets nothing run");
  return NULL;
}

static sce_error_t *check_host_functions(const sce_config_t *config) {
  for (size_t i = 0; i < config->host_function_count; i++) {
    const sce_host_function_t *function = &config->host_functions[i];
    sce_signature_t signature;
    if (function->name == NULL || function->call == NULL)
      return sce_error_new(SCE_MISUSE, "host function %zu has no name or no callback", i);
    if (function->signature == NULL || !sce_signature_parse(&signature, function->signature))
      return sce_error_new(SCE_MISUSE, "host function %s: '%s' is no signature such as \"(i64, i32) -> i64\"",
                           function->name, function->signature != NULL ? function->signature : "");
  }
  return NULL;
}

static sce_error_t *copy_config(sce_engine_t *engine, const sce_config_t *config) {
  if (config->size != sizeof *config)
    return sce_error_new(SCE_MISUSE,
                         "sce_config_t has size %zu instead of %zu: call sce_config_init() first, and "
                         "compile with the library's own header",
                         config->size, sizeof *config);
  if (config->max_instances > MAX_INSTANCES)
    return sce_error_new(SCE_MISUSE, "%u pool slots are more than the %d that are possible", config->max_instances,
                         MAX_INSTANCES);
  SCE_TRY(check_semantics(&config->semantics));
  SCE_TRY(check_host_functions(config));
  engine->config = *config;
  if (engine->config.semantics.stack_native_max == 0)
    engine->config.semantics.stack_native_max = SCE_DEFAULT_NATIVE_STACK;
  if (engine->config.max_instances == 0) engine->config.max_instances = 1;
  if (config->cache_path != NULL) {
    engine->cache_path = sce_strndup(config->cache_path, strlen(config->cache_path));
    if (engine->cache_path == NULL) return sce_error_oom();
  }
  engine->config.cache_path = engine->cache_path;
  if (config->host_function_count > 0) {
    engine->host_functions = sce_calloc(config->host_function_count, sizeof *engine->host_functions);
    if (engine->host_functions == NULL) return sce_error_oom();
    memcpy(engine->host_functions, config->host_functions,
           config->host_function_count * sizeof *engine->host_functions);
  }
  engine->config.host_functions = engine->host_functions;
  return NULL;
}

/* ---- Wasmtime's configuration ---- */

bool sce_engine_widens(void) {
#if defined(__x86_64__)
  return true;
#else
  return false;
#endif
}

/* Entries of a table in the pool (sc-executor-wasmtime, common_config). */
#define TABLE_ELEMENTS 8192

static void set_pooling(const sce_engine_t *engine, wasm_config_t *config) {
  wasmtime_pooling_allocation_config_t *pool = wasmtime_pooling_allocation_config_new();
  uint32_t slots = engine->config.max_instances;
  wasmtime_pooling_allocation_config_max_unused_warm_slots_set(pool, 4);
  wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, 512 * 1024);
  wasmtime_pooling_allocation_config_table_elements_set(pool, TABLE_ELEMENTS);
  wasmtime_pooling_allocation_config_table_keep_resident_set(pool, TABLE_ELEMENTS * sizeof(void *));
  /* Where data segments are copied, clearing what they cover costs less than faulting it in again. An image is
   * mapped. */
  if (!sce_strategy_has_images(engine->config.semantics.strategy))
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, engine->config.resident_budget);
  wasmtime_pooling_allocation_config_max_memory_size_set(pool, (size_t)1 << 32);
  wasmtime_pooling_allocation_config_total_tables_set(pool, slots);
  wasmtime_pooling_allocation_config_total_memories_set(pool, slots);
  wasmtime_pooling_allocation_config_total_core_instances_set(pool, slots);
  wasmtime_pooling_allocation_config_total_stacks_set(pool, 0); /* of asynchronous calls, which there are none of */
  wasmtime_pooling_allocation_strategy_set(config, pool);
  wasmtime_pooling_allocation_config_delete(pool);
}

/* Upstream's variable of the same meaning; an unknown value is warned of. */
static void set_profiler(const sce_engine_t *engine, wasm_config_t *config) {
  const char *wanted = getenv("WASMTIME_PROFILING_STRATEGY");
  if (wanted == NULL) return;
  if (strcmp(wanted, "jitdump") == 0) {
    wasmtime_config_profiler_set(config, WASMTIME_PROFILING_STRATEGY_JITDUMP);
  } else if (strcmp(wanted, "perfmap") == 0) {
    wasmtime_config_profiler_set(config, WASMTIME_PROFILING_STRATEGY_PERFMAP);
  } else if (strcmp(wanted, "vtune") == 0) {
    wasmtime_config_profiler_set(config, WASMTIME_PROFILING_STRATEGY_VTUNE);
  } else {
    static atomic_flag warned = ATOMIC_FLAG_INIT; /* once per process, as upstream */
    if (!atomic_flag_test_and_set(&warned))
      sce_engine_log(engine, SCE_LOG_WARN,
                     "WASMTIME_PROFILING_STRATEGY is '%s', which is unknown (jitdump, perfmap, vtune): ignored",
                     wanted);
  }
}

static void set_proposals(const sce_semantics_t *s, wasm_config_t *config) {
  wasmtime_config_wasm_reference_types_set(config, s->wasm_reference_types);
  wasmtime_config_wasm_function_references_set(config, false);
  wasmtime_config_wasm_gc_set(config, false);
  wasmtime_config_wasm_simd_set(config, s->wasm_simd);
  wasmtime_config_wasm_relaxed_simd_set(config, s->wasm_simd);
  wasmtime_config_wasm_relaxed_simd_deterministic_set(config, true);
  wasmtime_config_wasm_bulk_memory_set(config, s->wasm_bulk_memory);
  wasmtime_config_wasm_multi_value_set(config, s->wasm_multi_value);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_wide_arithmetic_set(config, false);
  wasmtime_config_wasm_exceptions_set(config, false);
  wasmtime_config_wasm_custom_page_sizes_set(config, false);
}

/* Small functions that the runtime's compiler left as calls. Winch can't. */
static void set_inlining(const sce_semantics_t *s, wasm_config_t *config) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  if (s->inline_calls && s->compiler != SCE_COMPILER_WINCH) scn_config_inline(config);
#else
  (void)s;
  (void)config;
#endif
}

/* The bound is one of upstream's frames, which never look at limits of time, and whatever has room in upstream's stack
 * must have it here. The least of its frames take 16 bytes; with such checks, 32. Winch keeps all values in its frames:
 * the least become 64 bytes, and each local that Cranelift has in a register, or not at all, takes 8 more. */
#define CRANELIFT_FACTOR 4
#define WINCH_FACTOR 16
#define SCALED_STACK_MAX ((uint32_t)1 << 30)
/* Bytes of Winch's stack that one value of the deterministic limit can't come to: a value has at most three places of
 * 8 bytes (operand, argument, parameter), and a call, whose own frame has some 100 bytes, counts as two values or
 * more. */
#define VALUE_MAX 256

static uint32_t native_stack(const sce_semantics_t *s) {
  uint32_t bound = s->stack_native_max, factor = s->compiler == SCE_COMPILER_WINCH ? WINCH_FACTOR : CRANELIFT_FACTOR;
  bool meter_ends_it = s->stack_limited && bound / VALUE_MAX >= s->stack_logical_max;
  bool frames_are_upstreams = s->compiler != SCE_COMPILER_WINCH && !s->interruptible;
  if (meter_ends_it || frames_are_upstreams || bound >= SCALED_STACK_MAX) return bound;
  return bound > SCALED_STACK_MAX / factor ? SCALED_STACK_MAX : bound * factor;
}

/* The configuration, owned by the caller. */
static wasm_config_t *make_config(sce_engine_t *engine) {
  const sce_semantics_t *s = &engine->config.semantics;
  wasm_config_t *config = wasm_config_new();
  if (config == NULL) return NULL;
  wasmtime_config_strategy_set(config, s->compiler == SCE_COMPILER_WINCH ? WASMTIME_STRATEGY_WINCH
                                                                         : WASMTIME_STRATEGY_CRANELIFT);
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED_AND_SIZE);
  set_inlining(s, config);
  wasmtime_config_cranelift_nan_canonicalization_set(config, s->canonicalize_nans);
  wasmtime_config_parallel_compilation_set(config, s->parallel_compilation);
  wasmtime_config_max_wasm_stack_set(config, engine->native_stack);
  /* Never used, since no call is asynchronous, but Wasmtime refuses a bound above it. */
  wasmtime_config_async_stack_size_set(config, (size_t)engine->native_stack + ((size_t)1 << 20));
  wasmtime_config_epoch_interruption_set(config, s->interruptible);
  /* Not needed: no debugger or C++ exception walks these frames; saves registering tables at every load. */
  wasmtime_config_native_unwind_info_set(config, false);
  set_proposals(s, config);
  wasmtime_config_wasm_wide_arithmetic_set(config, sce_engine_widens());
  set_profiler(engine, config);
  /* Wasmtime's images don't go with a memory creator of the host's: instance-reuse has images of its own. */
  wasmtime_config_memory_init_cow_set(config, sce_strategy_has_images(s->strategy));
  bool recreates = s->strategy == SCE_STRATEGY_RECREATE_INSTANCE;
  if (recreates || s->strategy == SCE_STRATEGY_INSTANCE_REUSE)
    sce_memory_space_install(&engine->space, config, recreates);
  if (sce_engine_pools(engine)) set_pooling(engine, config);
  return config;
}

/* ---- strategies that this system can't do ---- */

/* Address space of a pool slot: 4 GiB of memory, and guards around it. */
#define SLOT_SPACE ((size_t)5 << 30)

static bool can_reserve(size_t size) {
  void *space = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return false;
  munmap(space, size);
  return true;
}

static bool can_make_images(void) {
  int fd = memfd_create("scexec-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

static void replace_by(sce_engine_t *engine, sce_strategy_t strategy, const char *reason) {
  sce_engine_log(engine, SCE_LOG_WARN, "strategy %s can't be done here (%s): %s is used instead",
                 sce_strategy_name(engine->config.semantics.strategy), reason, sce_strategy_name(strategy));
  engine->config.semantics.strategy = strategy;
}

/* Nearest equals: without the pool, without images. */
static void replace_impossible_strategy(sce_engine_t *engine) {
  sce_strategy_t *strategy = &engine->config.semantics.strategy;
  if (sce_engine_pools(engine) && !can_reserve(engine->config.max_instances * SLOT_SPACE))
    replace_by(engine,
               *strategy == SCE_STRATEGY_POOLING ? SCE_STRATEGY_RECREATE_INSTANCE
                                                 : SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE,
               "there is not enough address space for the pool");
  bool needs_images = *strategy == SCE_STRATEGY_INSTANCE_REUSE || sce_strategy_has_images(*strategy);
  if (needs_images && !can_make_images())
    replace_by(engine,
               *strategy == SCE_STRATEGY_POOLING_COPY_ON_WRITE ? SCE_STRATEGY_POOLING : SCE_STRATEGY_RECREATE_INSTANCE,
               "the system has no memfd_create");
}

/* ---- life ---- */

static sce_error_t *init_slots(sce_engine_t *engine) {
  int failed = pthread_mutex_init(&engine->slots_lock, NULL);
  if (failed == 0) {
    failed = sce_monotonic_condition(&engine->slots_free);
    if (failed != 0) pthread_mutex_destroy(&engine->slots_lock);
  }
  engine->slots_ready = failed == 0;
  return failed == 0 ? NULL : sce_error_system(failed, "making a lock");
}

/* A tiered engine is one of Cranelift that has quicker ones beside it, where Winch gives the same results. */
static sce_error_t *init_tiers(sce_engine_t *engine) {
  int failed = pthread_mutex_init(&engine->inner_lock, NULL);
  if (failed != 0) return sce_error_system(failed, "making a lock");
  engine->inner_ready = true;
  sce_semantics_t *s = &engine->config.semantics;
  if (s->compiler != SCE_COMPILER_TIERED) return NULL;
  s->compiler = SCE_COMPILER_CRANELIFT;
  const char *obstacle = winch_obstacle(s);
  engine->tiered = obstacle == NULL;
  if (obstacle != NULL)
    sce_engine_log(engine, SCE_LOG_INFO, "the compiler winch can't do %s: cranelift compiles alone", obstacle);
  return NULL;
}

static sce_error_t *init_engine(sce_engine_t *engine, const sce_config_t *config) {
  SCE_TRY(copy_config(engine, config));
  replace_impossible_strategy(engine);
  SCE_TRY(init_slots(engine));
  SCE_TRY(init_tiers(engine));
  sce_memory_space_init(&engine->space, config->resident_budget);
  engine->space_ready = true;
  engine->native_stack = native_stack(&engine->config.semantics);
  SCE_TRY(sce_compile_engine(&engine->wasm, make_config(engine)));
  SCE_TRY(sce_deadlines_init(&engine->deadlines, engine->wasm));
  engine->deadlines_ready = true;
  return NULL;
}

sce_error_t *sce_engine_new(sce_engine_t **out, const sce_config_t *config) {
  sce_engine_t *engine = sce_calloc(1, sizeof *engine);
  if (engine == NULL) return sce_error_oom();
  atomic_init(&engine->references, 1);
  sce_error_t *err = init_engine(engine, config);
  if (err != NULL) {
    sce_engine_delete(engine);
    return err;
  }
  *out = engine;
  return NULL;
}

void sce_engine_retain(sce_engine_t *engine) {
  atomic_fetch_add_explicit(&engine->references, 1, memory_order_relaxed);
}

#define APART_MAX 64

static bool may_start_thread(void *owner) {
  sce_engine_t *engine = owner;
  if (atomic_fetch_add_explicit(&engine->apart, 1, memory_order_relaxed) < APART_MAX) {
    sce_engine_retain(engine);
    return true;
  }
  atomic_fetch_sub_explicit(&engine->apart, 1, memory_order_relaxed);
  return false;
}

static void thread_ended(void *owner) {
  sce_engine_t *engine = owner;
  atomic_fetch_sub_explicit(&engine->apart, 1, memory_order_relaxed);
  sce_engine_delete(engine);
}

sce_budget_threads_t sce_engine_threads(sce_engine_t *engine) {
  return (sce_budget_threads_t){may_start_thread, thread_ended, engine};
}

void sce_engine_delete(sce_engine_t *engine) {
  if (engine == NULL || atomic_fetch_sub_explicit(&engine->references, 1, memory_order_acq_rel) != 1) return;
  for (int i = 0; i < SCE_INNER_COUNT; i++)
    sce_engine_delete(atomic_load_explicit(&engine->inner[i], memory_order_relaxed));
  if (engine->inner_ready) pthread_mutex_destroy(&engine->inner_lock);
  if (engine->deadlines_ready) sce_deadlines_clear(&engine->deadlines);
  if (engine->deadlines.guests != NULL) wasm_engine_delete(engine->deadlines.guests);
  if (engine->wasm != NULL) wasm_engine_delete(engine->wasm);
  if (engine->space_ready) sce_memory_space_clear(&engine->space);
  if (engine->slots_ready) {
    pthread_cond_destroy(&engine->slots_free);
    pthread_mutex_destroy(&engine->slots_lock);
  }
  sce_free(engine->host_functions);
  sce_free(engine->cache_path);
  sce_free(engine);
}

/* ---- tiers ---- */

/* The engine at `place`, made of `config` if there is none yet. It says nothing new, and may be made when the owner of
 * the log is gone. */
static sce_error_t *inner_engine(sce_engine_t *engine, sce_engine_t *_Atomic *place, sce_engine_t **inner,
                                 sce_config_t *config) {
  sce_error_t *err = NULL;
  config->cache_path = NULL;
  config->log = (sce_log_t){0};
  pthread_mutex_lock(&engine->inner_lock);
  *inner = atomic_load_explicit(place, memory_order_relaxed);
  if (*inner == NULL) err = sce_engine_new(inner, config);
  if (err == NULL && place == &engine->inner[SCE_INNER_VERSIONS]) (*inner)->brief = true;
  if (err == NULL) atomic_store_explicit(place, *inner, memory_order_release);
  pthread_mutex_unlock(&engine->inner_lock);
  return err;
}

sce_error_t *sce_engine_quick(sce_engine_t *engine, sce_engine_t **quick, bool parallel) {
  sce_config_t config = engine->config;
  config.semantics.compiler = SCE_COMPILER_WINCH;
  config.semantics.parallel_compilation = parallel && config.semantics.parallel_compilation;
  return inner_engine(engine, &engine->inner[parallel ? SCE_INNER_QUICK : SCE_INNER_QUICK_ALONE], quick, &config);
}

/* ---- engines of calls within calls ---- */

sce_error_t *sce_engine_unpooled(sce_engine_t *engine, sce_engine_t **unpooled) {
  sce_config_t config = engine->config;
  config.semantics.strategy = sce_strategy_has_images(config.semantics.strategy)
                                  ? SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE
                                  : SCE_STRATEGY_RECREATE_INSTANCE;
  return inner_engine(engine, &engine->inner[SCE_INNER_UNPOOLED], unpooled, &config);
}

sce_error_t *sce_engine_for_versions(sce_engine_t *engine, sce_engine_t **versions) {
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.strategy = SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE;
  config.semantics.compiler = SCE_COMPILER_TIERED;
  config.allow_missing_imports = true;
  config.enable_rfc145 = engine->config.enable_rfc145;
  return inner_engine(engine, &engine->inner[SCE_INNER_VERSIONS], versions, &config);
}

/* ---- nested modules ---- */

static wasm_config_t *make_guest_config(const sce_engine_t *engine) {
  sce_semantics_t mvp = engine->config.semantics;
  mvp.wasm_reference_types = mvp.wasm_simd = mvp.wasm_bulk_memory = mvp.wasm_multi_value = false;
  wasm_config_t *config = wasm_config_new();
  if (config == NULL) return NULL;
  /* Guests are compiled for a call or two, and may be made to compile slowly: Winch takes time in proportion. */
  wasmtime_config_strategy_set(config,
                               winch_obstacle(&mvp) == NULL ? WASMTIME_STRATEGY_WINCH : WASMTIME_STRATEGY_CRANELIFT);
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_NONE);
  wasmtime_config_cranelift_nan_canonicalization_set(config, mvp.canonicalize_nans);
  wasmtime_config_parallel_compilation_set(config, false);
  wasmtime_config_max_wasm_stack_set(config, SCE_GUEST_STACK);
  wasmtime_config_async_stack_size_set(config, (size_t)SCE_GUEST_STACK + ((size_t)1 << 20));
  wasmtime_config_epoch_interruption_set(config, mvp.interruptible);
  wasmtime_config_native_unwind_info_set(config, false);
  set_proposals(&mvp, config);
  wasmtime_config_memory_init_cow_set(config, false);
  /* There may be many small memories: explicit checks of bounds instead of 4 GiB of address space for each. */
  wasmtime_config_memory_reservation_set(config, 0);
  wasmtime_config_memory_reservation_for_growth_set(config, (uint64_t)1 << 20);
  wasmtime_config_memory_guard_size_set(config, 0);
  return config;
}

sce_error_t *sce_engine_guests(sce_engine_t *engine, wasm_engine_t **guests) {
  pthread_mutex_lock(&engine->inner_lock);
  *guests = atomic_load_explicit(&engine->deadlines.guests, memory_order_relaxed);
  sce_error_t *err = *guests == NULL ? sce_compile_engine(guests, make_guest_config(engine)) : NULL;
  if (err == NULL) atomic_store_explicit(&engine->deadlines.guests, *guests, memory_order_release);
  pthread_mutex_unlock(&engine->inner_lock);
  return err;
}

/* With the lock, so that who has just looked at its limits is not missed. */
static void wake_waiters(sce_engine_t *engine) {
  if (!sce_engine_pools(engine)) return;
  pthread_mutex_lock(&engine->slots_lock);
  pthread_cond_broadcast(&engine->slots_free);
  pthread_mutex_unlock(&engine->slots_lock);
}

void sce_engine_interrupt(sce_engine_t *engine) {
  sce_deadlines_interrupt(&engine->deadlines);
  wake_waiters(engine);
  for (int i = 0; i < SCE_INNER_COUNT; i++) {
    sce_engine_t *inner = atomic_load_explicit(&engine->inner[i], memory_order_acquire);
    if (inner != NULL) sce_engine_interrupt(inner);
  }
}

sce_strategy_t sce_engine_strategy(const sce_engine_t *engine) {
  return engine->config.semantics.strategy;
}

/* ---- the pool's bound ---- */

bool sce_strategy_has_images(sce_strategy_t strategy) {
  return strategy == SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE || strategy == SCE_STRATEGY_POOLING_COPY_ON_WRITE;
}

bool sce_engine_pools(const sce_engine_t *engine) {
  sce_strategy_t strategy = engine->config.semantics.strategy;
  return strategy == SCE_STRATEGY_POOLING || strategy == SCE_STRATEGY_POOLING_COPY_ON_WRITE;
}

sce_error_t *sce_engine_take_slot(sce_engine_t *engine, const sce_call_t *call) {
  if (!sce_engine_pools(engine)) return NULL;
  sce_error_t *err = NULL;
  pthread_mutex_lock(&engine->slots_lock);
  while (err == NULL && engine->slots_used >= engine->config.max_instances) {
    err = sce_call_check_limits(call);
    if (err == NULL) sce_wait_until(&engine->slots_free, &engine->slots_lock, call->limit.deadline_ns);
  }
  if (err == NULL) engine->slots_used++;
  pthread_mutex_unlock(&engine->slots_lock);
  return err;
}

void sce_engine_give_slot(sce_engine_t *engine) {
  if (!sce_engine_pools(engine)) return;
  pthread_mutex_lock(&engine->slots_lock);
  engine->slots_used--;
  pthread_cond_signal(&engine->slots_free);
  pthread_mutex_unlock(&engine->slots_lock);
}
