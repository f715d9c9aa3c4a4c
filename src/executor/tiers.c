/* tiers.c: see tiers.h.
 *
 *   first call of a method   what it reaches, by Winch on all processors, in the calling thread
 *   from then on             everything, by Cranelift on all processors, in a thread of its own
 *   calls of other methods   what they reach, by Winch on one processor, in a thread of its own: Cranelift's tasks
 *                            stand before it in the pool that all parallel compiling shares; what is done first answers
 *
 * A part holds the functions that one method reaches, and so all that any function among them reaches. */
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

/* Code that Winch made. */
typedef struct part {
  sce_runtime_t *runtime;
  uint8_t *reached; /* by function index; NULL: everything */
} part_t;

struct sce_tiers {
  atomic_size_t references; /* the runtime's, and one for each thread that compiles */
  sce_engine_t *engine;
  sce_blob_t *module; /* as it is compiled; NULL once nobody needs it any more */
  bool reusable;
  sce_tiers_store_t store; /* path NULL: none */
  char *store_path;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t changed;
  bool closed;     /* the runtime is gone, and with it the log */
  bool background; /* Cranelift was started */
  bool compiling;  /* a part is being made */
  sce_error_t *failed; /* why the last part was not; whoever waits for one takes it */
  part_t parts[METHOD_PARTS + 1];
  size_t part_count;
  sce_runtime_t *_Atomic best; /* Cranelift's; set once */
};

/* What a part is to be made for. */
typedef struct job {
  sce_tiers_t *tiers;
  bool all;
  bool has_root;
  uint32_t root; /* function index */
  bool parallel;
} job_t;

/* ---- life ---- */

static void free_parts(part_t *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sce_runtime_delete(parts[i].runtime);
    sce_free(parts[i].reached);
  }
}

static void release(sce_tiers_t *tiers) {
  if (atomic_fetch_sub_explicit(&tiers->references, 1, memory_order_acq_rel) != 1) return;
  sce_runtime_delete(atomic_load_explicit(&tiers->best, memory_order_relaxed));
  free_parts(tiers->parts, tiers->part_count);
  sce_error_delete(tiers->failed);
  sce_blob_delete(tiers->module);
  explicit_bzero(tiers->store.key, sizeof tiers->store.key);
  sce_free(tiers->store_path);
  pthread_cond_destroy(&tiers->changed);
  pthread_mutex_destroy(&tiers->lock);
  sce_engine_delete(tiers->engine);
  sce_free(tiers);
}

void sce_tiers_close(sce_tiers_t *tiers) {
  if (tiers == NULL) return;
  pthread_mutex_lock(&tiers->lock);
  tiers->closed = true;
  pthread_mutex_unlock(&tiers->lock);
  release(tiers);
}

/* Starts `run` in a thread that nobody waits for and that takes no signals; `run` owns a reference of the tiers. */
static bool start_thread(sce_tiers_t *tiers, void *(*run)(void *), void *arg) {
  pthread_attr_t attr;
  sigset_t all, before;
  pthread_t thread;
  if (pthread_attr_init(&attr) != 0) return false;
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_fetch_add_explicit(&tiers->references, 1, memory_order_relaxed);
  bool started = pthread_create(&thread, &attr, run, arg) == 0;
  if (!started) atomic_fetch_sub_explicit(&tiers->references, 1, memory_order_relaxed); /* never the last */
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attr);
  return started;
}

/* The log belongs to the runtime's owner. Called with the lock held. */
static void warn(const sce_tiers_t *tiers, const char *what, const sce_error_t *err) {
  if (err != NULL && !tiers->closed)
    sce_engine_log(tiers->engine, SCE_LOG_WARN, "%s: %s", what, sce_error_message(err));
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

static void *run_background(void *arg) {
  sce_tiers_t *tiers = arg;
  sce_runtime_t *best = NULL;
  sce_error_t *err = compile_module(&best, tiers->engine, sce_blob_code(tiers->module), tiers->reusable);
  const char *what = "Cranelift could not compile the runtime: Winch's code stays in use";
  if (err == NULL) {
    publish(tiers, best);
    what = "the compiled runtime was not kept in the cache";
    const sce_tiers_store_t *store = &tiers->store;
    if (store->path != NULL) err = sce_cache_store(best, store->path, store->code_hash, store->key);
  }
  pthread_mutex_lock(&tiers->lock);
  warn(tiers, what, err);
  pthread_mutex_unlock(&tiers->lock);
  sce_error_delete(err);
  release(tiers);
  return NULL;
}

/* ---- parts ---- */

static sce_error_t *compile_reached(part_t *part, sce_engine_t *engine, const job_t *job) {
  const sce_blob_t *module = job->tiers->module;
  sce_span_t code = sce_blob_code(module);
  part->reached = sce_calloc(sce_blob_function_count(module), 1);
  uint8_t *copy = sce_alloc(code.len);
  sce_error_t *err = NULL;
  if (part->reached == NULL || copy == NULL) err = sce_error_oom();
  if (err == NULL) err = sce_blob_reach(module, part->reached, &job->root, job->has_root ? 1 : 0);
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
  SCE_TRY(sce_engine_quick(job->tiers->engine, &quick, job->parallel));
  if (!job->all) return compile_reached(part, quick, job);
  return compile_module(&part->runtime, quick, sce_blob_code(job->tiers->module), job->tiers->reusable);
}

/* Makes a part and adds it, then sees to it that Cranelift is at work. */
static void run_job(const job_t *job) {
  sce_tiers_t *tiers = job->tiers;
  part_t part = {0};
  sce_blob_t *module = NULL;
  sce_error_t *err = compile_part(&part, job);
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
    sce_error_delete(tiers->failed);
    tiers->failed = err;
    err = NULL;
  }
  if (!done && !tiers->background) tiers->background = start_thread(tiers, run_background, tiers);
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  free_parts(&part, 1);
  sce_error_delete(err);
  sce_blob_delete(module);
}

static void *run_job_thread(void *arg) {
  job_t job = *(job_t *)arg;
  sce_free(arg);
  run_job(&job);
  release(job.tiers);
  return NULL;
}

/* Has a part made; beside Cranelift in a thread, so that the caller can take what is done first. Called with the lock
 * held, which it may let go meanwhile. */
static void start_job(sce_tiers_t *tiers, job_t job) {
  tiers->compiling = true;
  job.all = job.all || tiers->part_count >= METHOD_PARTS;
  job.parallel = !tiers->background;
  job_t *own = tiers->background ? sce_alloc(sizeof *own) : NULL;
  if (own != NULL) {
    *own = job;
    if (start_thread(tiers, run_job_thread, own)) return;
    sce_free(own);
  }
  pthread_mutex_unlock(&tiers->lock);
  run_job(&job);
  pthread_mutex_lock(&tiers->lock);
}

/* ---- what a call gets ---- */

bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code) {
  return atomic_load_explicit(&tiers->best, memory_order_acquire) == code;
}

/* Code that covers the job, or NULL. Called with the lock held. */
static sce_runtime_t *find_code(const sce_tiers_t *tiers, const job_t *job) {
  sce_runtime_t *best = atomic_load_explicit(&tiers->best, memory_order_relaxed);
  if (best != NULL) return best;
  for (size_t i = 0; i < tiers->part_count; i++) {
    const part_t *part = &tiers->parts[i];
    if (part->reached == NULL || (!job->all && (!job->has_root || part->reached[job->root]))) return part->runtime;
  }
  return NULL;
}

static void find_root(job_t *job, const char *method) {
  size_t count;
  if (job->tiers->module == NULL) return; /* there is better code */
  const sce_wasm_export_t *exports = sce_blob_exports(job->tiers->module, &count);
  for (size_t i = 0; i < count && !job->has_root; i++) {
    if (exports[i].kind != SCE_WASM_FUNCTION || !sce_span_equal(exports[i].name, sce_span_text(method))) continue;
    job->has_root = true;
    job->root = exports[i].index;
  }
}

sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, sce_tiers_need_t need, const char *method) {
  job_t job = {.tiers = tiers, .all = need == SCE_TIERS_ALL};
  sce_error_t *err = NULL;
  pthread_mutex_lock(&tiers->lock);
  if (need == SCE_TIERS_METHOD) find_root(&job, method);
  sce_runtime_t *found = find_code(tiers, &job);
  while (found == NULL && err == NULL) {
    if (tiers->compiling) {
      pthread_cond_wait(&tiers->changed, &tiers->lock);
    } else {
      start_job(tiers, job);
    }
    found = find_code(tiers, &job);
    if (found == NULL && tiers->failed != NULL) {
      err = tiers->failed;
      tiers->failed = NULL;
    }
  }
  if (found != NULL) sce_runtime_retain(found);
  pthread_mutex_unlock(&tiers->lock);
  if (err == NULL) *code = found;
  return err;
}

/* ---- making ---- */

static sce_error_t *init_tiers(sce_tiers_t *tiers, const sce_tiers_store_t *store) {
  int failed = pthread_mutex_init(&tiers->lock, NULL);
  if (failed == 0) {
    failed = pthread_cond_init(&tiers->changed, NULL);
    if (failed != 0) pthread_mutex_destroy(&tiers->lock);
  }
  if (failed != 0) return sce_error_system(failed, "making a lock");
  if (store == NULL) return NULL;
  tiers->store_path = sce_strndup(store->path, strlen(store->path));
  if (tiers->store_path == NULL) {
    pthread_cond_destroy(&tiers->changed);
    pthread_mutex_destroy(&tiers->lock);
    return sce_error_oom();
  }
  tiers->store = *store;
  tiers->store.path = tiers->store_path;
  return NULL;
}

/* Takes `module` in any case. */
static sce_error_t *make_tiers(sce_tiers_t **out, sce_engine_t *engine, sce_blob_t *module, bool reusable,
                               const sce_tiers_store_t *store) {
  sce_tiers_t *tiers = sce_calloc(1, sizeof *tiers);
  sce_error_t *err = tiers != NULL ? init_tiers(tiers, store) : sce_error_oom();
  if (err != NULL) {
    sce_blob_delete(module);
    sce_free(tiers);
    return err;
  }
  atomic_init(&tiers->references, 1);
  atomic_init(&tiers->best, NULL);
  tiers->engine = engine;
  sce_engine_retain(engine);
  tiers->module = module;
  tiers->reusable = reusable;
  *out = tiers;
  return NULL;
}

/* Everything that the other compilers would refuse is refused here, too. */
static sce_error_t *prepare(sce_engine_t *engine, sce_blob_t **module, bool *reusable, const sce_blob_t *blob) {
  sce_buf_t code = {0};
  sce_error_t *err = sce_runtime_prepare(engine, &code, reusable, blob);
  if (err == NULL)
    err = sce_error_from_wasmtime(wasmtime_module_validate(engine->wasm, code.data, code.len), SCE_BAD_CODE,
                                  "compiling the runtime");
  if (err == NULL) err = sce_blob_new(module, sce_buf_span(&code));
  sce_buf_free(&code);
  return err;
}

sce_error_t *sce_tiers_new_runtime(sce_runtime_t **out, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_tiers_store_t *store) {
  sce_blob_t *module = NULL;
  sce_runtime_t *runtime = NULL;
  bool reusable = false;
  SCE_TRY(prepare(engine, &module, &reusable, blob));
  sce_error_t *err = sce_runtime_of_blob(&runtime, engine, module, reusable);
  if (err != NULL) {
    sce_blob_delete(module);
    return err;
  }
  err = make_tiers(&runtime->tiers, engine, module, reusable, store);
  if (err != NULL) {
    sce_runtime_delete(runtime);
    return err;
  }
  *out = runtime;
  return NULL;
}
