/* compile.c: see compile.h. */
#include "executor/compile.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <scexec_native.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

/* As much as Wasmtime's own threads have, twice. */
#define STACK_SIZE ((size_t)4 << 20)
#define GIVEN_UP_MAX 16
/* What threads take before they compile anything: each a stack and what it keeps, and the first compile. A thread that
 * is refused memory there ends the process, so nothing begins with less. */
#define ROOM_OF_THREAD ((size_t)3 << 20)
#define ROOM_TO_START ((size_t)24 << 20)

/* ---- Wasmtime ---- */

#ifndef SCEXEC_PREBUILT_WASMTIME
void sce_compile_begin(void) {
  scn_compile_begin();
}

void sce_compile_end(void) {
  scn_compile_end();
}

uint64_t sce_compile_stopped(void) {
  return scn_compile_stopped();
}

sce_error_t *sce_ready_for_traps(void) {
  return scn_thread_ready() ? NULL : sce_error_oom();
}

sce_error_t *sce_compile_engine(wasm_engine_t **wasm, wasm_config_t *config) {
  if (config == NULL) return sce_error_oom();
  return sce_error_from_wasmtime(scn_engine_new(config, wasm), SCE_ENGINE, "making an engine");
}
#else
/* A prebuilt Wasmtime ends the process where the system refuses it something. */
static wasmtime_error_t *scn_module_new(const wasm_engine_t *engine, const uint8_t *code, size_t len, bool parallel,
                                        wasmtime_module_t **module, bool *alone) {
  (void)parallel;
  *alone = false;
  return wasmtime_module_new((wasm_engine_t *)(uintptr_t)engine, code, len, module);
}

static wasmtime_error_t *scn_module_validate(const wasm_engine_t *engine, const uint8_t *code, size_t len,
                                             bool parallel, bool *alone) {
  (void)parallel;
  *alone = false;
  return wasmtime_module_validate((wasm_engine_t *)(uintptr_t)engine, code, len);
}

void sce_compile_begin(void) {
}

void sce_compile_end(void) {
}

uint64_t sce_compile_stopped(void) {
  return 0;
}

sce_error_t *sce_ready_for_traps(void) {
  return NULL;
}

sce_error_t *sce_compile_engine(wasm_engine_t **wasm, wasm_config_t *config) {
  if (config == NULL) return sce_error_oom();
  *wasm = wasm_engine_new_with_config(config);
  return *wasm != NULL ? NULL : sce_error_new(SCE_ENGINE, "Wasmtime refused the configuration");
}
#endif

/* ---- threads ---- */

bool sce_start_thread(void *(*run)(void *), void *arg) {
  pthread_attr_t attr;
  sigset_t all, before;
  pthread_t thread;
  if (pthread_attr_init(&attr) != 0) return false;
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, STACK_SIZE);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&thread, &attr, run, arg) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attr);
  return started;
}

/* ---- one module ---- */

/* A module on its way. */
typedef struct work {
  pthread_mutex_t lock;
  int references;         /* who waits, and the thread; under the lock */
  pthread_cond_t changed; /* on CLOCK_MONOTONIC */
  bool done;
  bool given_up; /* nobody waits any more */
  sce_engine_t *engine;
  wasm_engine_t *wasm;
  sce_buf_t code;
  bool validate; /* nothing else */
  wasmtime_module_t *module;
  wasmtime_error_t *error;
  bool alone;
} work_t;

static bool is_parallel(const sce_engine_t *engine, const wasm_engine_t *wasm) {
  return wasm == engine->wasm && engine->config.semantics.parallel_compilation;
}

static void perform(work_t *work) {
  sce_span_t code = sce_buf_span(&work->code);
  bool parallel = is_parallel(work->engine, work->wasm);
  work->error = work->validate ? scn_module_validate(work->wasm, code.data, code.len, parallel, &work->alone)
                               : scn_module_new(work->wasm, code.data, code.len, parallel, &work->module, &work->alone);
}

static void warn_if_alone(const sce_engine_t *engine, bool alone) {
  if (alone) sce_engine_warn(engine, "the runtime is compiled on one processor", "no more threads can be started");
}

/* Whether the system has that much memory, as far as its limits on address space tell. */
static sce_error_t *check_room(size_t size) {
  void *space = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return sce_error_oom();
  munmap(space, size);
  return NULL;
}

static sce_error_t *check_room_to_start(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return check_room(ROOM_TO_START + (processors > 4 ? (size_t)processors : 4) * ROOM_OF_THREAD); /* as compile.rs */
}

sce_error_t *sce_compile_here(wasmtime_module_t **module, const sce_engine_t *engine, sce_span_t code) {
  bool alone;
  SCE_TRY(check_room_to_start());
  wasmtime_error_t *error =
      scn_module_new(engine->wasm, code.data, code.len, is_parallel(engine, engine->wasm), module, &alone);
  warn_if_alone(engine, alone);
  return sce_error_from_wasmtime(error, SCE_ENGINE, "compiling the runtime");
}

/* Takes the bytes of `code`, but not on failure. */
static sce_error_t *new_work(work_t **out, sce_engine_t *engine, wasm_engine_t *wasm, sce_buf_t *code) {
  work_t *work = sce_calloc(1, sizeof *work);
  if (work == NULL) return sce_error_oom();
  int failed = pthread_mutex_init(&work->lock, NULL);
  if (failed == 0) {
    failed = sce_monotonic_condition(&work->changed);
    if (failed != 0) pthread_mutex_destroy(&work->lock);
  }
  if (failed != 0) {
    sce_free(work);
    return sce_error_system(failed, "making a lock");
  }
  work->references = 1;
  work->engine = engine;
  work->wasm = wasm;
  work->code = *code;
  *code = (sce_buf_t){0};
  sce_engine_retain(engine);
  *out = work;
  return NULL;
}

/* With the lock, which it lets go. */
static void unlock_and_release(work_t *work) {
  int left = --work->references;
  pthread_mutex_unlock(&work->lock);
  if (left > 0) return;
  if (work->module != NULL) wasmtime_module_delete(work->module);
  if (work->error != NULL) wasmtime_error_delete(work->error);
  sce_buf_free(&work->code);
  pthread_cond_destroy(&work->changed);
  pthread_mutex_destroy(&work->lock);
  sce_engine_delete(work->engine);
  sce_free(work);
}

static void *run_work(void *arg) {
  work_t *work = arg;
  sce_compile_begin();
  perform(work);
  sce_compile_end();
  pthread_mutex_lock(&work->lock);
  work->done = true;
  pthread_cond_signal(&work->changed);
  if (work->given_up) atomic_fetch_sub_explicit(&work->engine->given_up, 1, memory_order_relaxed);
  unlock_and_release(work);
  return NULL;
}

static sce_error_t *wait_for(work_t *work, const sce_patience_t *patience, uint64_t stopped) {
  sce_error_t *err = NULL;
  pthread_mutex_lock(&work->lock);
  while (!work->done && err == NULL) {
    sce_wait_until(&work->changed, &work->lock, sce_monotonic_ns() + SCE_PATIENCE_MS * (uint64_t)1000000);
    if (work->done) break;
    if (sce_compile_stopped() != stopped) err = sce_error_oom();
    if (err == NULL && patience->check != NULL) err = patience->check(patience->ctx);
  }
  work->given_up = err != NULL;
  if (work->given_up) atomic_fetch_add_explicit(&work->engine->given_up, 1, memory_order_relaxed);
  pthread_mutex_unlock(&work->lock);
  return err;
}

/* What compiling takes at the most, of nearly all code: 64 MiB, and 60 bytes for one of the module. */
static sce_error_t *check_memory(size_t code_len) {
  return check_room(((size_t)64 << 20) + (code_len < ((size_t)1 << 30) ? code_len : (size_t)1 << 30) * 60);
}

sce_error_t *sce_compile_check_given_up(const sce_engine_t *engine) {
  size_t others = atomic_load_explicit(&engine->given_up, memory_order_relaxed);
  if (others < GIVEN_UP_MAX) return NULL;
  return sce_error_new(SCE_ENGINE, "%zu compiles that were given up are still going on: there can't be more", others);
}

/* In a thread of its own, or else here. */
static sce_error_t *have_done(work_t *work, const sce_patience_t *patience) {
  uint64_t stopped = sce_compile_stopped();
  SCE_TRY(sce_compile_check_given_up(work->engine));
  SCE_TRY(check_room_to_start());
  work->references = 2;
  if (sce_start_thread(run_work, work)) return wait_for(work, patience, stopped);
  work->references = 1;
  SCE_TRY(check_memory(work->code.len));
  sce_engine_warn(work->engine, "nothing can end compiling before it is done", "no more threads can be started");
  perform(work);
  return NULL;
}

static sce_error_t *run(wasmtime_module_t **module, sce_engine_t *engine, wasm_engine_t *wasm, sce_buf_t *code,
                        const sce_patience_t *patience) {
  work_t *work = NULL;
  sce_error_t *err = new_work(&work, engine, wasm, code);
  if (err != NULL) {
    sce_buf_free(code);
    return err;
  }
  work->validate = module == NULL;
  err = have_done(work, patience);
  if (err == NULL) {
    warn_if_alone(engine, work->alone);
    err = sce_error_from_wasmtime(work->error, SCE_BAD_CODE, "compiling the runtime");
    work->error = NULL;
    if (module != NULL) *module = work->module;
    work->module = NULL;
  }
  pthread_mutex_lock(&work->lock);
  unlock_and_release(work);
  return err;
}

sce_error_t *sce_compile(wasmtime_module_t **module, sce_engine_t *engine, wasm_engine_t *wasm, sce_buf_t *code,
                         const sce_patience_t *patience) {
  return run(module, engine, wasm, code, patience);
}

sce_error_t *sce_compile_validate(sce_engine_t *engine, sce_buf_t *code, const sce_patience_t *patience) {
  return run(NULL, engine, engine->wasm, code, patience);
}

/* ---- limits ---- */

static sce_error_t *check_deadline(const void *ctx) {
  const sce_time_limit_t *limit = ctx;
  if (limit->deadline_ns == 0 || sce_monotonic_ns() < limit->deadline_ns) return NULL;
  return sce_error_new(SCE_TIME_LIMIT, "the code was not compiled within the time limit of %llu ms",
                       (unsigned long long)limit->span_ms);
}

sce_patience_t sce_compile_limit(sce_time_limit_t *limit, const sce_engine_t *engine) {
  uint64_t span = engine->config.compile_time_limit_ms;
  *limit = (sce_time_limit_t){0};
  if (span != 0) *limit = sce_time_limit_from_now(span);
  return (sce_patience_t){check_deadline, limit};
}
