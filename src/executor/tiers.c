/* tiers.c: see tiers.h.
 *
 *   first call of a method   what it reaches, by Winch on all processors
 *   from then on             everything, by Cranelift on all processors
 *   calls of other methods   what they reach, by Winch on one processor: Cranelift's tasks stand before it in the pool
 *                            that all parallel compiling shares; what is done first answers
 *
 * All of it runs in threads of its own, so that a caller can give up waiting. A part holds the functions that one
 * method reaches, and so all that any function among them reaches. With a cache, parts are kept there as they are made.
 * A forked child has none of those threads, nor Wasmtime's own, for which parallel compiling would wait for ever: there
 * everything is compiled by Winch on one processor.
 */
#include "executor/tiers.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "blob/reach.h"
#include "executor/artifact.h"

#include <signal.h>
#include <string.h>

/* Parts that are made of single methods; the one behind them holds everything. */
#define METHOD_PARTS 7

/* Code that Winch made: for one method that is named, for the functions that are marked, or for all. */
typedef struct part {
  sce_runtime_t *runtime;
  char *method;
  uint8_t *reached; /* by function index */
} part_t;

struct sce_tiers {
  atomic_size_t references; /* the runtime's, and one for each thread that compiles */
  atomic_size_t threads;    /* of those the latter */
  sce_process_t process;    /* whose threads they are */
  sce_engine_t *engine;
  sce_cache_place_t place; /* directory NULL: no cache */
  pthread_mutex_t lock;    /* of what follows */
  pthread_cond_t changed;  /* on CLOCK_MONOTONIC */
  sce_buf_t code;          /* as given; empty when there is, or was, a module */
  sce_blob_t *module;      /* as it is compiled; NULL before it is needed, and when it is no more */
  bool reusable;
  bool closed;         /* the runtime is gone, and with it the log */
  unsigned logging;    /* threads that are in the log: it must not go */
  const char *warning; /* of the module, to be said; or NULL */
  bool called;         /* code was asked for */
  bool background;     /* Cranelift was started, or can't be */
  bool alone;          /* nothing may be compiled on all processors */
  bool compiling;      /* a part is being made, or the module for it: `module` belongs to who does */
  uint64_t jobs;       /* parts begun; the number of the last one */
  sce_error_t *failed; /* why that was not made; for who began it */
  part_t parts[METHOD_PARTS + 1];
  size_t part_count;
  sce_runtime_t *_Atomic best; /* Cranelift's; set once */
};

/* What a part is to be made for. */
typedef struct job {
  sce_tiers_t *tiers;
  sce_tiers_need_t need;
  char *method; /* with SCE_TIERS_METHOD */
  bool parallel;
} job_t;

/* ---- life ---- */

static void free_parts(part_t *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sce_runtime_delete(parts[i].runtime);
    sce_free(parts[i].method);
    sce_free(parts[i].reached);
  }
}

static int make_lock(sce_tiers_t *tiers) {
  int failed = pthread_mutex_init(&tiers->lock, NULL);
  if (failed != 0) return failed;
  failed = sce_monotonic_condition(&tiers->changed);
  if (failed != 0) pthread_mutex_destroy(&tiers->lock);
  return failed;
}

/* In a forked child: nothing is being compiled, whatever was. Making a lock takes no memory, so does not fail. */
static void adopt(sce_tiers_t *tiers) {
  if (!sce_process_forked(&tiers->process)) return;
  (void)make_lock(tiers);
  size_t threads = atomic_exchange_explicit(&tiers->threads, 0, memory_order_relaxed);
  atomic_fetch_sub_explicit(&tiers->references, threads, memory_order_relaxed);
  tiers->compiling = false;
  tiers->logging = 0;
  tiers->alone = tiers->background = tiers->engine->config.semantics.parallel_compilation;
  sce_process_adopted(&tiers->process);
}

static void release(sce_tiers_t *tiers) {
  if (atomic_fetch_sub_explicit(&tiers->references, 1, memory_order_acq_rel) != 1) return;
  sce_runtime_delete(atomic_load_explicit(&tiers->best, memory_order_relaxed));
  free_parts(tiers->parts, tiers->part_count);
  sce_error_delete(tiers->failed);
  sce_blob_delete(tiers->module);
  sce_buf_free(&tiers->code);
  sce_cache_place_clear(&tiers->place);
  pthread_cond_destroy(&tiers->changed);
  pthread_mutex_destroy(&tiers->lock);
  sce_process_clear(&tiers->process);
  sce_engine_delete(tiers->engine);
  sce_free(tiers);
}

void sce_tiers_close(sce_tiers_t *tiers) {
  if (tiers == NULL) return;
  adopt(tiers);
  pthread_mutex_lock(&tiers->lock);
  tiers->closed = true;
  while (tiers->logging > 0) pthread_cond_wait(&tiers->changed, &tiers->lock);
  pthread_mutex_unlock(&tiers->lock);
  release(tiers);
}

void sce_tiers_wake(sce_tiers_t *tiers) {
  adopt(tiers);
  pthread_mutex_lock(&tiers->lock);
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
}

/* At the end of a thread. */
static void leave(sce_tiers_t *tiers) {
  atomic_fetch_sub_explicit(&tiers->threads, 1, memory_order_relaxed);
  release(tiers);
}

/* Starts `run` in a thread that nobody waits for and that takes no signals; `run` ends with leave(). */
static bool start_thread(sce_tiers_t *tiers, void *(*run)(void *), void *arg) {
  pthread_attr_t attr;
  sigset_t all, before;
  pthread_t thread;
  if (pthread_attr_init(&attr) != 0) return false;
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_fetch_add_explicit(&tiers->references, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&tiers->threads, 1, memory_order_relaxed);
  bool started = pthread_create(&thread, &attr, run, arg) == 0;
  if (!started) leave(tiers); /* never the last reference */
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attr);
  return started;
}

/* Writes to the log, which belongs to the runtime's owner, who may call from it: so without the lock, and not while
 * others wait for this thread. */
static void say(sce_tiers_t *tiers, const char *what, const char *why) {
  pthread_mutex_lock(&tiers->lock);
  bool closed = tiers->closed;
  if (!closed) tiers->logging++;
  pthread_mutex_unlock(&tiers->lock);
  if (closed) return;
  sce_engine_warn(tiers->engine, what, why);
  pthread_mutex_lock(&tiers->lock);
  tiers->logging--;
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
}

/* Takes `err`, which may be NULL. */
static void warn(sce_tiers_t *tiers, const char *what, sce_error_t *err) {
  if (err != NULL) say(tiers, what, sce_error_message(err));
  sce_error_delete(err);
}

/* The warning of the module, once. */
static void warn_of_module(sce_tiers_t *tiers) {
  pthread_mutex_lock(&tiers->lock);
  const char *warning = tiers->warning;
  tiers->warning = NULL;
  pthread_mutex_unlock(&tiers->lock);
  if (warning != NULL) say(tiers, "each call gets a fresh instance", warning);
}

static const char not_kept[] = "the compiled runtime was not kept in the cache";

static sce_error_t *keep(sce_tiers_t *tiers, const sce_runtime_t *runtime, const char *only_for) {
  if (tiers->place.directory == NULL || strlen(only_for) > SCE_ONLY_FOR_MAX) return NULL;
  return sce_cache_store(runtime, &tiers->place, only_for);
}

/* ---- the module ---- */

/* Everything that the other compilers would refuse is refused here, too, by Wasmtime's engine of `checker`. */
static sce_error_t *prepare(sce_engine_t *engine, const sce_engine_t *checker, sce_blob_t **module,
                            sce_code_traits_t *traits, const sce_blob_t *blob) {
  sce_buf_t code = {0};
  sce_error_t *err = sce_runtime_prepare(engine, &code, traits, blob);
  if (err == NULL)
    err = sce_error_from_wasmtime(wasmtime_module_validate(checker->wasm, code.data, code.len), SCE_BAD_CODE,
                                  "compiling the runtime");
  if (err == NULL) err = sce_blob_new(module, sce_buf_span(&code));
  sce_buf_free(&code);
  return err;
}

/* Makes the module of the code, if there is none. The caller has set `compiling`, and does not hold the lock. */
static sce_error_t *need_module(sce_tiers_t *tiers) {
  if (tiers->module != NULL) return NULL;
  sce_blob_t *blob = NULL, *module = NULL;
  sce_code_traits_t traits = {0};
  sce_engine_t *checker = tiers->engine;
  if (tiers->alone) SCE_TRY(sce_engine_quick(tiers->engine, &checker, false));
  SCE_TRY(sce_blob_new(&blob, sce_buf_span(&tiers->code)));
  sce_error_t *err = prepare(tiers->engine, checker, &module, &traits, blob);
  const char *warning = err == NULL ? sce_runtime_reuse_warning(tiers->engine, blob) : NULL;
  sce_blob_delete(blob);
  if (err != NULL) return err;
  pthread_mutex_lock(&tiers->lock); /* others look whether there is one */
  tiers->module = module;
  tiers->reusable = traits.reusable;
  tiers->warning = warning;
  sce_buf_free(&tiers->code);
  pthread_mutex_unlock(&tiers->lock);
  return NULL;
}

/* ---- Cranelift ---- */

static sce_error_t *compile_module(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t module, bool reusable) {
  wasmtime_module_t *compiled = NULL;
  SCE_TRY(sce_error_from_wasmtime(wasmtime_module_new(engine->wasm, module.data, module.len, &compiled), SCE_ENGINE,
                                  "compiling the runtime"));
  return sce_runtime_of_module(runtime, engine, compiled, reusable);
}

/* Makes `best` known. The parts are of no more use but to the instances that have them. */
static void publish(sce_tiers_t *tiers, sce_runtime_t *best) {
  part_t parts[METHOD_PARTS + 1];
  pthread_mutex_lock(&tiers->lock);
  size_t count = tiers->part_count;
  memcpy(parts, tiers->parts, sizeof parts);
  tiers->part_count = 0;
  atomic_store_explicit(&tiers->best, best, memory_order_release);
  sce_blob_t *module = tiers->compiling ? NULL : tiers->module;
  if (module != NULL) tiers->module = NULL;
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  free_parts(parts, count);
  sce_blob_delete(module);
}

/* The module for Cranelift; nobody changes it from here on. */
static sce_error_t *take_module(sce_tiers_t *tiers) {
  pthread_mutex_lock(&tiers->lock);
  while (tiers->compiling && tiers->module == NULL) pthread_cond_wait(&tiers->changed, &tiers->lock);
  bool missing = tiers->module == NULL;
  if (missing) tiers->compiling = true;
  pthread_mutex_unlock(&tiers->lock);
  if (!missing) return NULL;
  sce_error_t *err = need_module(tiers);
  pthread_mutex_lock(&tiers->lock);
  tiers->compiling = false;
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  return err;
}

static void *run_background(void *arg) {
  sce_tiers_t *tiers = arg;
  sce_runtime_t *best = NULL;
  sce_error_t *err = take_module(tiers);
  warn_of_module(tiers);
  if (err == NULL) err = compile_module(&best, tiers->engine, sce_blob_code(tiers->module), tiers->reusable);
  if (err == NULL) {
    publish(tiers, best);
    warn(tiers, not_kept, keep(tiers, best, ""));
  }
  warn(tiers, "Cranelift could not compile the runtime: Winch's code stays in use", err);
  leave(tiers);
  return NULL;
}

/* Called with the lock held. */
static void start_background(sce_tiers_t *tiers) {
  bool done = atomic_load_explicit(&tiers->best, memory_order_relaxed) != NULL;
  if (!done && !tiers->background) tiers->background = start_thread(tiers, run_background, tiers);
}

/* ---- parts ---- */

static bool find_root(uint32_t *root, const job_t *job) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(job->tiers->module, &count);
  for (size_t i = 0; job->need == SCE_TIERS_METHOD && i < count; i++) {
    if (exports[i].kind != SCE_WASM_FUNCTION || !sce_span_equal(exports[i].name, sce_span_text(job->method))) continue;
    *root = exports[i].index;
    return true;
  }
  return false;
}

static sce_error_t *compile_reached(part_t *part, sce_engine_t *engine, const job_t *job) {
  const sce_blob_t *module = job->tiers->module;
  sce_span_t code = sce_blob_code(module);
  uint32_t root = 0;
  size_t roots = find_root(&root, job) ? 1 : 0;
  part->reached = sce_calloc(sce_blob_function_count(module), 1);
  uint8_t *copy = sce_alloc(code.len);
  sce_error_t *err = NULL;
  if (part->reached == NULL || copy == NULL) err = sce_error_oom();
  if (err == NULL) err = sce_blob_reach(module, part->reached, &root, roots);
  if (err == NULL) {
    memcpy(copy, code.data, code.len);
    sce_blob_stub(module, copy, part->reached);
    err = compile_module(&part->runtime, engine, sce_span(copy, code.len), job->tiers->reusable);
  }
  sce_free(copy);
  return err;
}

static sce_error_t *compile_part(part_t *part, const job_t *job) {
  sce_engine_t *quick = NULL;
  SCE_TRY(need_module(job->tiers));
  SCE_TRY(sce_engine_quick(job->tiers->engine, &quick, job->parallel));
  if (job->need != SCE_TIERS_ALL) return compile_reached(part, quick, job);
  return compile_module(&part->runtime, quick, sce_blob_code(job->tiers->module), job->tiers->reusable);
}

/* Makes a part and adds it, then sees to it that Cranelift is at work. */
static void run_job(const job_t *job) {
  sce_tiers_t *tiers = job->tiers;
  part_t part = {0};
  sce_blob_t *module = NULL;
  sce_error_t *err = compile_part(&part, job), *unkept = NULL;
  /* Kept before it is used: a process that makes one call may be gone right after it. */
  bool late = atomic_load_explicit(&tiers->best, memory_order_acquire) != NULL;
  if (err == NULL && !late && job->need == SCE_TIERS_METHOD) unkept = keep(tiers, part.runtime, job->method);
  pthread_mutex_lock(&tiers->lock);
  tiers->compiling = false;
  bool done = atomic_load_explicit(&tiers->best, memory_order_relaxed) != NULL;
  if (done) {
    module = tiers->module;
    tiers->module = NULL;
  } else if (err == NULL) {
    tiers->parts[tiers->part_count++] = part;
    part = (part_t){0};
  } else {
    tiers->failed = err;
    err = NULL;
  }
  start_background(tiers);
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  free_parts(&part, 1);
  sce_error_delete(err);
  sce_blob_delete(module);
  warn_of_module(tiers);
  warn(tiers, not_kept, unkept);
}

static void free_job(job_t *job) {
  sce_free(job->method);
  sce_free(job);
}

static void *run_job_thread(void *arg) {
  job_t *job = arg;
  sce_tiers_t *tiers = job->tiers;
  run_job(job);
  free_job(job);
  leave(tiers);
  return NULL;
}

static job_t *new_job(sce_tiers_t *tiers, sce_tiers_need_t need, const char *method) {
  job_t *job = sce_calloc(1, sizeof *job);
  if (job == NULL) return NULL;
  *job = (job_t){.tiers = tiers, .need = need, .parallel = !tiers->background};
  if (tiers->part_count >= METHOD_PARTS) job->need = SCE_TIERS_ALL;
  if (job->need == SCE_TIERS_METHOD) {
    job->method = sce_strndup(method, strlen(method));
    if (job->method == NULL) {
      sce_free(job);
      return NULL;
    }
  }
  return job;
}

/* Has a part made. Called with the lock held, which it lets go meanwhile where no thread can be started. */
static sce_error_t *start_job(sce_tiers_t *tiers, sce_tiers_need_t need, const char *method) {
  job_t *job = new_job(tiers, need, method);
  if (job == NULL) return sce_error_oom();
  tiers->compiling = true;
  tiers->jobs++;
  sce_error_delete(tiers->failed);
  tiers->failed = NULL;
  if (start_thread(tiers, run_job_thread, job)) return NULL;
  pthread_mutex_unlock(&tiers->lock);
  run_job(job);
  pthread_mutex_lock(&tiers->lock);
  free_job(job);
  return NULL;
}

/* ---- what a call gets ---- */

bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code) {
  return atomic_load_explicit(&tiers->best, memory_order_acquire) == code;
}

static bool covers(const part_t *part, const job_t *wanted) {
  uint32_t root;
  if (part->method == NULL && part->reached == NULL) return true;
  if (wanted->need != SCE_TIERS_METHOD) return wanted->need == SCE_TIERS_START;
  if (part->method != NULL) return strcmp(part->method, wanted->method) == 0;
  return wanted->tiers->module == NULL || !find_root(&root, wanted) ? false : part->reached[root];
}

/* Code for what is wanted, or NULL. Called with the lock held. */
static sce_runtime_t *find_code(const job_t *wanted) {
  const sce_tiers_t *tiers = wanted->tiers;
  sce_runtime_t *best = atomic_load_explicit(&tiers->best, memory_order_relaxed);
  if (best != NULL) return best;
  for (size_t i = 0; i < tiers->part_count; i++)
    if (covers(&tiers->parts[i], wanted)) return tiers->parts[i].runtime;
  return NULL;
}

/* Waits for news, as long as the patience lasts. */
static sce_error_t *wait_for_news(sce_tiers_t *tiers, const sce_tiers_patience_t *patience, const char *method) {
  const char *what = method != NULL ? method : "the call";
  if (patience->cancelled != NULL && atomic_load_explicit(patience->cancelled, memory_order_acquire))
    return sce_error_new(SCE_CANCELLED, "%s was cancelled while its code was compiled", what);
  uint64_t deadline_ns = patience->limit.deadline_ns;
  if (deadline_ns != 0 && sce_monotonic_ns() >= deadline_ns)
    return sce_error_new(SCE_TIME_LIMIT,
                         "%s did not finish within its time limit of %llu ms: its code was not compiled by then", what,
                         (unsigned long long)patience->limit.span_ms);
  sce_wait_until(&tiers->changed, &tiers->lock, deadline_ns);
  return NULL;
}

sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, sce_tiers_need_t need, const char *method,
                            const sce_tiers_patience_t *patience) {
  static const sce_tiers_patience_t endless = {0};
  job_t wanted = {.tiers = tiers, .need = need, .method = (char *)(uintptr_t)method};
  sce_error_t *err = NULL;
  uint64_t own = 0;
  adopt(tiers);
  pthread_mutex_lock(&tiers->lock);
  if (tiers->called && need != SCE_TIERS_START) start_background(tiers);
  tiers->called = tiers->called || need != SCE_TIERS_START;
  sce_runtime_t *found = find_code(&wanted);
  while (found == NULL && err == NULL) {
    if (tiers->failed != NULL && tiers->jobs == own) {
      err = tiers->failed;
      tiers->failed = NULL;
    } else if (tiers->compiling) {
      err = wait_for_news(tiers, patience != NULL ? patience : &endless, method);
    } else {
      own = tiers->jobs + 1;
      err = start_job(tiers, need, method);
    }
    found = find_code(&wanted);
  }
  if (found != NULL) {
    sce_error_delete(err);
    err = NULL;
    sce_runtime_retain(found);
  }
  pthread_mutex_unlock(&tiers->lock);
  if (err == NULL) *code = found;
  return err;
}

/* ---- making ---- */

static sce_error_t *init_tiers(sce_tiers_t *tiers, const sce_cache_place_t *place) {
  if (place != NULL) SCE_TRY(sce_cache_place_copy(&tiers->place, place));
  int failed = make_lock(tiers);
  sce_error_t *err = failed != 0 ? sce_error_system(failed, "making a lock") : sce_process_init(&tiers->process);
  if (err == NULL) return NULL;
  if (failed == 0) {
    pthread_cond_destroy(&tiers->changed);
    pthread_mutex_destroy(&tiers->lock);
  }
  sce_cache_place_clear(&tiers->place);
  return err;
}

static sce_error_t *make_tiers(sce_tiers_t **out, sce_engine_t *engine, const sce_cache_place_t *place) {
  sce_tiers_t *tiers = sce_calloc(1, sizeof *tiers);
  sce_error_t *err = tiers != NULL ? init_tiers(tiers, place) : sce_error_oom();
  if (err != NULL) {
    sce_free(tiers);
    return err;
  }
  atomic_init(&tiers->references, 1);
  atomic_init(&tiers->threads, 0);
  atomic_init(&tiers->best, NULL);
  tiers->engine = engine;
  sce_engine_retain(engine);
  *out = tiers;
  return NULL;
}

/* Takes the module over, but not on failure. */
static sce_error_t *make_tiered(sce_runtime_t **out, sce_engine_t *engine, sce_blob_t *module, bool reusable,
                                const sce_cache_place_t *place) {
  sce_runtime_t *runtime = NULL;
  SCE_TRY(sce_runtime_of_blob(&runtime, engine, module, reusable));
  sce_error_t *err = make_tiers(&runtime->tiers, engine, place);
  if (err != NULL) {
    sce_runtime_delete(runtime);
    return err;
  }
  runtime->tiers->module = module;
  runtime->tiers->reusable = reusable;
  *out = runtime;
  return NULL;
}

sce_error_t *sce_tiers_new_runtime(sce_runtime_t **out, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_cache_place_t *place) {
  sce_blob_t *module = NULL;
  sce_code_traits_t traits;
  SCE_TRY(prepare(engine, engine, &module, &traits, blob));
  sce_engine_warn(engine, "each call gets a fresh instance", sce_runtime_reuse_warning(engine, blob));
  sce_error_t *err;
  if (traits.cranelift_only) {
    sce_engine_log(engine, SCE_LOG_INFO, "the compiler winch can't do this code's floats: cranelift compiles alone");
    err = compile_module(out, engine, sce_blob_code(module), traits.reusable);
  } else {
    err = make_tiered(out, engine, module, traits.reusable, place);
  }
  if (traits.cranelift_only || err != NULL) sce_blob_delete(module);
  return err;
}

/* Takes over the parts and copies the code. On failure `parts` are still the caller's. */
static sce_error_t *add_cached(sce_tiers_t *tiers, sce_cached_part_t *parts, size_t count, sce_span_t code) {
  char *methods[METHOD_PARTS] = {NULL};
  sce_error_t *err = sce_buf_append(&tiers->code, code.data, code.len);
  for (size_t i = 0; err == NULL && i < count; i++) {
    methods[i] = sce_strndup(parts[i].only_for, strlen(parts[i].only_for));
    if (methods[i] == NULL) err = sce_error_oom();
  }
  for (size_t i = 0; i < count; i++) {
    if (err == NULL)
      tiers->parts[tiers->part_count++] = (part_t){parts[i].runtime, methods[i], NULL};
    else
      sce_free(methods[i]);
  }
  return err;
}

sce_error_t *sce_tiers_cached_runtime(sce_runtime_t **out, sce_engine_t *engine, sce_span_t code,
                                      const sce_cache_place_t *given) {
  sce_cached_part_t parts[METHOD_PARTS];
  size_t count = 0;
  sce_engine_t *quick = NULL;
  sce_runtime_t *runtime = NULL;
  sce_cache_place_t place = *given;
  *out = NULL;
  SCE_TRY(sce_engine_quick(engine, &quick, true));
  sce_error_t *err = sce_cache_load_parts(&place, parts, &count, METHOD_PARTS, quick, engine);
  bool found = err == NULL && count > 0;
  if (found) err = sce_runtime_like(&runtime, engine, parts[0].runtime);
  if (found && err == NULL) err = make_tiers(&runtime->tiers, engine, &place);
  explicit_bzero(place.key, sizeof place.key);
  if (found && err == NULL) err = add_cached(runtime->tiers, parts, count, code);
  if (err == NULL) {
    *out = runtime; /* NULL: nothing found */
    return NULL;
  }
  for (size_t i = 0; i < count; i++) sce_runtime_delete(parts[i].runtime);
  sce_runtime_delete(runtime);
  return err;
}
