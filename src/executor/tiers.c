/* tiers.c: see tiers.h.
 *
 *   first call of a method   what it reaches, by Winch on all processors
 *   from then on             everything, by Cranelift on all processors
 *   calls of other methods   what they reach, by Winch on one processor: Cranelift's tasks stand before it in the pool
 *                            that all parallel compiling shares; what is done first answers
 *
 * All of it runs in threads of its own, so that a caller can give up waiting. A part holds the functions that some
 * methods reach, and so all that any function among them reaches. What would come to operators of which Winch takes
 * another of two NaNs waits for Cranelift. With a cache, parts are kept there as they are made: for the methods of a
 * first process. When a later one calls others, everything that is for Winch is compiled and takes their place: the
 * cache holds no more than that, and no further method costs anything.
 * A forked child has none of those threads: there everything is compiled by Winch on one processor.
 */
#include "executor/tiers.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "blob/reach.h"
#include "executor/artifact.h"

#include <string.h>

/* Parts that are made of some methods; the one behind them holds everything. */
#define METHOD_PARTS 7

/* Code that Winch made. */
typedef struct part {
  sce_runtime_t *runtime;
  uint8_t *covers; /* by sce_export_t.function_entry: 1 where calls find all they reach; NULL: everything is there */
} part_t;

typedef enum background {
  BACKGROUND_NONE,
  BACKGROUND_RUNS,
  BACKGROUND_OVER /* `best` is there, or will never be */
} background_t;

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
  bool picks_nan;      /* of the module: see sce_code_traits_t */
  bool cached;         /* it began with parts of the cache */
  bool closed;         /* the runtime is gone, and with it the log */
  unsigned logging;    /* threads that are in the log: it must not go */
  const char *warning; /* of the module, to be said; or NULL */
  bool called;         /* code was asked for */
  background_t background;
  uint64_t stopped, background_stopped; /* sce_compile_stopped() when a part, and Cranelift, were begun */
  bool given_up;                        /* nobody waits for what is being compiled */
  bool alone;                           /* nothing may be compiled on all processors */
  bool compiling;                       /* a part is being made, or the module for it: `module` belongs to who does */
  uint64_t jobs;                        /* parts begun; the number of the last one */
  sce_error_t *failed;                  /* why that was not made; for who began it */
  bool refused;                         /* that was not for Winch */
  part_t parts[METHOD_PARTS + 1];
  size_t part_count;
  sce_runtime_t *_Atomic best; /* Cranelift's; set once */
};

/* What a part is to be made for. */
typedef struct job {
  sce_tiers_t *tiers;
  bool all;          /* whatever may be called */
  bool wide;         /* the methods, and as many more as are for Winch */
  sce_buf_t methods; /* names, each with a NUL behind it */
  bool parallel;
} job_t;

/* ---- life ---- */

static void free_parts(part_t *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sce_runtime_delete(parts[i].runtime);
    sce_free(parts[i].covers);
  }
}

static int make_lock(sce_tiers_t *tiers) {
  int failed = pthread_mutex_init(&tiers->lock, NULL);
  if (failed != 0) return failed;
  failed = sce_monotonic_condition(&tiers->changed);
  if (failed != 0) pthread_mutex_destroy(&tiers->lock);
  return failed;
}

/* Counts the tiers whose compiling nobody waits for. Called with the lock held: when a waiter gives up, and when
 * something that was compiled is done. */
static void count_given_up(sce_tiers_t *tiers, bool given_up) {
  if (given_up && !tiers->given_up) atomic_fetch_add_explicit(&tiers->engine->given_up, 1, memory_order_relaxed);
  if (!given_up && tiers->given_up) atomic_fetch_sub_explicit(&tiers->engine->given_up, 1, memory_order_relaxed);
  tiers->given_up = given_up;
}

/* In a forked child: nothing is being compiled, whatever was. Making a lock takes no memory, so does not fail. */
static void adopt(sce_tiers_t *tiers) {
  if (!sce_process_forked(&tiers->process)) return;
  (void)make_lock(tiers);
  size_t threads = atomic_exchange_explicit(&tiers->threads, 0, memory_order_relaxed);
  atomic_fetch_sub_explicit(&tiers->references, threads, memory_order_relaxed);
  tiers->compiling = false;
  count_given_up(tiers, false);
  tiers->logging = 0;
  tiers->alone = tiers->engine->config.semantics.parallel_compilation;
  if (tiers->background == BACKGROUND_RUNS) tiers->background = BACKGROUND_NONE;
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

/* At the end of a thread. */
static void leave(sce_tiers_t *tiers) {
  atomic_fetch_sub_explicit(&tiers->threads, 1, memory_order_relaxed);
  release(tiers);
}

/* Starts `run` in a thread, which ends with leave(). */
static bool start_thread(sce_tiers_t *tiers, void *(*run)(void *), void *arg) {
  atomic_fetch_add_explicit(&tiers->references, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&tiers->threads, 1, memory_order_relaxed);
  bool started = sce_start_thread(run, arg);
  if (!started) leave(tiers); /* never the last reference */
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

/* Keeps code, in place of all parts with `replace`. */
static sce_error_t *keep(sce_tiers_t *tiers, const sce_runtime_t *runtime, const uint8_t *covers, bool replace) {
  if (tiers->place.directory == NULL) return NULL;
  return sce_cache_store(runtime, &tiers->place, covers, replace);
}

/* ---- the module ---- */

/* Everything that the other compilers would refuse is refused here, too, by Wasmtime's engine of `checker`. */
static sce_error_t *prepare(sce_engine_t *engine, sce_engine_t *checker, sce_blob_t **module, sce_code_traits_t *traits,
                            const sce_blob_t *blob, const sce_patience_t *patience) {
  sce_buf_t code = {0};
  sce_blob_t *made = NULL;
  sce_error_t *err = sce_runtime_prepare(engine, &code, traits, blob);
  if (err == NULL) err = sce_blob_new(&made, sce_buf_span(&code));
  if (err == NULL) err = sce_compile_validate(checker, &code, patience);
  sce_buf_free(&code);
  if (err != NULL)
    sce_blob_delete(made);
  else
    *module = made;
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
  const sce_patience_t endless = {0}; /* who can give up waits for this thread */
  sce_error_t *err = prepare(tiers->engine, checker, &module, &traits, blob, &endless);
  const char *warning = err == NULL ? sce_runtime_reuse_warning(tiers->engine, blob) : NULL;
  sce_blob_delete(blob);
  if (err != NULL) return err;
  pthread_mutex_lock(&tiers->lock); /* others look whether there is one */
  tiers->module = module;
  tiers->reusable = traits.reusable;
  tiers->picks_nan = traits.picks_nan;
  tiers->warning = warning;
  sce_buf_free(&tiers->code);
  pthread_mutex_unlock(&tiers->lock);
  return NULL;
}

/* ---- Cranelift ---- */

static sce_error_t *compile_module(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t module, bool reusable) {
  wasmtime_module_t *compiled = NULL;
  SCE_TRY(sce_compile_here(&compiled, engine, module));
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
  if (missing) {
    tiers->compiling = true;
    tiers->stopped = tiers->background_stopped;
  }
  pthread_mutex_unlock(&tiers->lock);
  if (!missing) return NULL;
  sce_error_t *err = need_module(tiers);
  pthread_mutex_lock(&tiers->lock);
  tiers->compiling = false;
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  return err;
}

/* Compiles everything by Cranelift, for who called it when no thread could be started, else for all to come. */
static void compile_best(sce_tiers_t *tiers) {
  sce_runtime_t *best = NULL;
  sce_error_t *err = take_module(tiers);
  warn_of_module(tiers);
  if (err == NULL) err = compile_module(&best, tiers->engine, sce_blob_code(tiers->module), tiers->reusable);
  if (err == NULL) {
    publish(tiers, best);
    warn(tiers, not_kept, keep(tiers, best, NULL, true));
  }
  warn(tiers, "Cranelift could not compile the runtime: Winch's code stays in use", err);
  pthread_mutex_lock(&tiers->lock);
  tiers->background = BACKGROUND_OVER;
  count_given_up(tiers, false);
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
}

static void *run_background(void *arg) {
  sce_compile_begin();
  compile_best(arg);
  sce_compile_end();
  leave(arg);
  return NULL;
}

/* Called with the lock held. */
static void start_background(sce_tiers_t *tiers) {
  if (tiers->background != BACKGROUND_NONE || tiers->alone || tiers->engine->brief) return;
  tiers->background_stopped = sce_compile_stopped();
  if (start_thread(tiers, run_background, tiers)) tiers->background = BACKGROUND_RUNS;
}

/* The same for a call that can't go on without. Lets the lock go meanwhile where no thread can be started. */
static void need_background(sce_tiers_t *tiers) {
  if (tiers->background != BACKGROUND_NONE) return;
  tiers->background = BACKGROUND_RUNS;
  tiers->background_stopped = sce_compile_stopped();
  if (start_thread(tiers, run_background, tiers)) return;
  pthread_mutex_unlock(&tiers->lock);
  compile_best(tiers);
  pthread_mutex_lock(&tiers->lock);
}

/* ---- parts ---- */

/* Gives the functions behind the job's methods; `roots` has room for as many as there are. */
static size_t find_roots(uint32_t *roots, const job_t *job) {
  size_t count, found = 0;
  const sce_wasm_export_t *exports = sce_blob_exports(job->tiers->module, &count);
  for (size_t at = 0; at < job->methods.len;) {
    sce_span_t name = sce_span_text((const char *)job->methods.data + at);
    for (size_t i = 0; i < count; i++)
      if (exports[i].kind == SCE_WASM_FUNCTION && sce_span_equal(exports[i].name, name))
        roots[found++] = exports[i].index;
    at += name.len + 1;
  }
  return found;
}

static size_t count_methods(const job_t *job) {
  size_t count = 0;
  for (size_t i = 0; i < job->methods.len; i++) count += job->methods.data[i] == '\0';
  return count;
}

static sce_error_t *compile_stubbed(part_t *part, sce_engine_t *engine, const job_t *job, const uint8_t *reached) {
  sce_span_t code = sce_blob_code(job->tiers->module);
  uint8_t *copy = sce_alloc(code.len);
  if (copy == NULL) return sce_error_oom();
  memcpy(copy, code.data, code.len);
  sce_blob_stub(job->tiers->module, copy, reached);
  sce_error_t *err = compile_module(&part->runtime, engine, sce_span(copy, code.len), job->tiers->reusable);
  sce_free(copy);
  return err == NULL ? sce_runtime_list_covered(part->runtime, &part->covers, job->tiers->module, reached) : err;
}

/* `part` stays empty where Winch could give another result. */
static sce_error_t *compile_reached(part_t *part, sce_engine_t *engine, const job_t *job) {
  const sce_blob_t *module = job->tiers->module;
  uint8_t floats = 0, *reached = sce_calloc(sce_blob_function_count(module), 1);
  uint32_t *roots = sce_calloc(count_methods(job), sizeof *roots);
  sce_error_t *err = reached == NULL || roots == NULL ? sce_error_oom() : NULL;
  if (err == NULL) err = sce_blob_reach(module, reached, &floats, roots, find_roots(roots, job));
  bool picks_nan = (floats & FLOATS_PICK_NAN) != 0 && job->tiers->picks_nan;
  if (err == NULL && !picks_nan) err = compile_stubbed(part, engine, job, reached);
  sce_free(roots);
  sce_free(reached);
  return err;
}

/* The part of all functions that are for Winch. */
static sce_error_t *compile_wide(part_t *part, sce_engine_t *engine, const job_t *job) {
  const sce_blob_t *module = job->tiers->module;
  uint32_t functions = sce_blob_function_count(module);
  uint8_t *keep = sce_calloc(functions, 1);
  uint32_t *roots = sce_calloc(count_methods(job), sizeof *roots);
  sce_error_t *err = keep == NULL || roots == NULL ? sce_error_oom() : NULL;
  if (err == NULL) err = sce_blob_reaching_floats(module, keep, FLOATS_PICK_NAN);
  for (uint32_t i = 0; err == NULL && i < functions; i++) keep[i] = !keep[i];
  bool right = true;
  size_t count = err == NULL ? find_roots(roots, job) : 0;
  for (size_t i = 0; i < count; i++) right = right && keep[roots[i]];
  if (err == NULL && right) err = compile_stubbed(part, engine, job, keep);
  sce_free(roots);
  sce_free(keep);
  return err;
}

static sce_error_t *compile_part(part_t *part, const job_t *job) {
  sce_tiers_t *tiers = job->tiers;
  sce_engine_t *quick = NULL;
  SCE_TRY(need_module(tiers));
  SCE_TRY(sce_engine_quick(tiers->engine, &quick, job->parallel));
  if (job->all && tiers->picks_nan) return NULL;
  if (job->wide && tiers->picks_nan) return compile_wide(part, quick, job);
  if (!job->all && !job->wide) return compile_reached(part, quick, job);
  return compile_module(&part->runtime, quick, sce_blob_code(tiers->module), tiers->reusable);
}

/* Makes a part and adds it, then sees to it that Cranelift is at work. */
static void run_job(const job_t *job) {
  sce_tiers_t *tiers = job->tiers;
  part_t part = {0};
  sce_blob_t *module = NULL;
  sce_error_t *err = compile_part(&part, job), *unkept = NULL;
  /* Kept before it is used: a process that makes one call may be gone right after it. */
  bool late = atomic_load_explicit(&tiers->best, memory_order_acquire) != NULL;
  if (err == NULL && part.runtime != NULL && !late)
    unkept = keep(tiers, part.runtime, part.covers, part.covers == NULL || job->wide);
  pthread_mutex_lock(&tiers->lock);
  tiers->compiling = false;
  count_given_up(tiers, false);
  bool done = atomic_load_explicit(&tiers->best, memory_order_relaxed) != NULL;
  if (done) {
    module = tiers->module;
    tiers->module = NULL;
  } else if (err != NULL) {
    tiers->failed = err;
    err = NULL;
  } else if (part.runtime == NULL || tiers->part_count > METHOD_PARTS) {
    tiers->refused = true;
  } else {
    tiers->parts[tiers->part_count++] = part;
    part = (part_t){0};
  }
  if (!tiers->cached) start_background(tiers);
  pthread_cond_broadcast(&tiers->changed);
  pthread_mutex_unlock(&tiers->lock);
  free_parts(&part, 1);
  sce_error_delete(err);
  sce_blob_delete(module);
  warn_of_module(tiers);
  warn(tiers, not_kept, unkept);
}

static void free_job(job_t *job) {
  sce_buf_free(&job->methods);
  sce_free(job);
}

static void *run_job_thread(void *arg) {
  job_t *job = arg;
  sce_tiers_t *tiers = job->tiers;
  sce_compile_begin();
  run_job(job);
  sce_compile_end();
  free_job(job);
  leave(tiers);
  return NULL;
}

/* ---- what a call gets ---- */

bool sce_tiers_is_best(const sce_tiers_t *tiers, const sce_runtime_t *code) {
  return atomic_load_explicit(&tiers->best, memory_order_acquire) == code;
}

/* Code for a method (NULL: for all, or for the start function), or NULL. Called with the lock held. */
static sce_runtime_t *find_code(const sce_tiers_t *tiers, const sce_tiers_need_t *need, const sce_export_t *method) {
  sce_runtime_t *best = atomic_load_explicit(&tiers->best, memory_order_relaxed);
  if (best != NULL) return best;
  for (size_t i = 0; i < tiers->part_count; i++) {
    const part_t *part = &tiers->parts[i];
    if (part->covers == NULL || (method != NULL ? part->covers[method->function_entry] : !need->all))
      return part->runtime;
  }
  return NULL;
}

/* Whether there is code for all that is needed. */
static bool is_there(const sce_tiers_t *tiers, const sce_tiers_need_t *need) {
  if (need->all || need->count == 0) return find_code(tiers, need, NULL) != NULL;
  for (size_t i = 0; i < need->count; i++)
    if (find_code(tiers, need, need->methods[i]) == NULL) return false;
  return true;
}

static sce_error_t *list_missing(job_t *job, const sce_tiers_need_t *need) {
  for (size_t i = 0; !job->all && i < need->count; i++)
    if (find_code(job->tiers, need, need->methods[i]) == NULL)
      SCE_TRY(sce_buf_append(&job->methods, need->methods[i]->name, need->methods[i]->name_len + 1));
  return NULL;
}

/* Has a part made of what is missing. Called with the lock held, which it lets go meanwhile where no thread can be
 * started. */
static sce_error_t *start_job(sce_tiers_t *tiers, const sce_tiers_need_t *need) {
  SCE_TRY(sce_compile_check_given_up(tiers->engine));
  job_t *job = sce_calloc(1, sizeof *job);
  if (job == NULL) return sce_error_oom();
  bool wide = tiers->part_count >= METHOD_PARTS || (tiers->cached && need->count > 0);
  *job = (job_t){.tiers = tiers,
                 .all = need->all,
                 .wide = wide,
                 .parallel = tiers->background != BACKGROUND_RUNS && !tiers->alone};
  sce_error_t *err = list_missing(job, need);
  if (err != NULL) {
    free_job(job);
    return err;
  }
  tiers->compiling = true;
  tiers->stopped = sce_compile_stopped();
  tiers->jobs++;
  sce_error_delete(tiers->failed);
  tiers->failed = NULL;
  tiers->refused = false;
  if (start_thread(tiers, run_job_thread, job)) return NULL;
  pthread_mutex_unlock(&tiers->lock);
  run_job(job);
  pthread_mutex_lock(&tiers->lock);
  free_job(job);
  return NULL;
}

/* Waits for news, as long as the patience lasts. */
static sce_error_t *wait_for_news(sce_tiers_t *tiers, const sce_patience_t *limit, const sce_patience_t *patience) {
  if (sce_compile_stopped() != (tiers->compiling ? tiers->stopped : tiers->background_stopped)) return sce_error_oom();
  SCE_TRY(limit->check(limit->ctx));
  if (patience->check != NULL) SCE_TRY(patience->check(patience->ctx));
  sce_wait_until(&tiers->changed, &tiers->lock, sce_monotonic_ns() + SCE_PATIENCE_MS * (uint64_t)1000000);
  return NULL;
}

/* Waits until there is code for what is needed. Called with the lock held. */
static sce_error_t *need_code(sce_tiers_t *tiers, const sce_tiers_need_t *need, const sce_patience_t *patience) {
  sce_time_limit_t time_limit;
  const sce_patience_t limit = sce_compile_limit(&time_limit, tiers->engine);
  sce_error_t *err = NULL;
  uint64_t own = 0;
  bool only_best = false;
  while (err == NULL && !is_there(tiers, need)) {
    bool ended = tiers->jobs == own && !tiers->compiling;
    if (ended && tiers->failed != NULL) {
      err = tiers->failed;
      tiers->failed = NULL;
    } else if (tiers->compiling || (only_best && tiers->background == BACKGROUND_RUNS)) {
      err = wait_for_news(tiers, &limit, patience);
      if (err != NULL) count_given_up(tiers, true);
    } else if (only_best && tiers->background == BACKGROUND_OVER) {
      err = sce_error_new(SCE_ENGINE, "compiling the runtime: Cranelift could not, and Winch gives other NaNs");
    } else if (only_best || (ended && tiers->refused)) {
      only_best = true;
      need_background(tiers);
    } else {
      own = tiers->jobs + 1;
      err = start_job(tiers, need);
    }
  }
  return err;
}

sce_error_t *sce_tiers_code(sce_tiers_t *tiers, sce_runtime_t **code, const sce_tiers_need_t *need,
                            const sce_patience_t *patience) {
  bool calls = need->all || need->count > 0;
  adopt(tiers);
  pthread_mutex_lock(&tiers->lock);
  if (tiers->called && calls) start_background(tiers);
  tiers->called = tiers->called || calls;
  sce_error_t *err = need_code(tiers, need, patience);
  if (err == NULL && code != NULL) {
    *code = find_code(tiers, need, !need->all && need->count > 0 ? need->methods[0] : NULL);
    sce_runtime_retain(*code);
  }
  pthread_mutex_unlock(&tiers->lock);
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
static sce_error_t *make_tiered(sce_runtime_t **out, sce_engine_t *engine, sce_blob_t *module,
                                const sce_code_traits_t *traits, const sce_cache_place_t *place) {
  sce_runtime_t *runtime = NULL;
  SCE_TRY(sce_runtime_of_blob(&runtime, engine, module, traits->reusable));
  sce_error_t *err = make_tiers(&runtime->tiers, engine, place);
  if (err != NULL) {
    sce_runtime_delete(runtime);
    return err;
  }
  runtime->tiers->module = module;
  runtime->tiers->reusable = traits->reusable;
  runtime->tiers->picks_nan = traits->picks_nan;
  *out = runtime;
  return NULL;
}

sce_error_t *sce_tiers_new_runtime(sce_runtime_t **out, sce_engine_t *engine, const sce_blob_t *blob,
                                   const sce_cache_place_t *place, const sce_patience_t *patience) {
  sce_blob_t *module = NULL;
  sce_code_traits_t traits;
  SCE_TRY(prepare(engine, engine, &module, &traits, blob, patience));
  sce_engine_warn(engine, "each call gets a fresh instance", sce_runtime_reuse_warning(engine, blob));
  sce_error_t *err = make_tiered(out, engine, module, &traits, place);
  if (err != NULL) sce_blob_delete(module);
  return err;
}

/* Takes over the parts and copies the code. On failure `parts` are still the caller's. */
static sce_error_t *add_cached(sce_tiers_t *tiers, const sce_cached_part_t *parts, size_t count, sce_span_t code) {
  uint8_t *covers[METHOD_PARTS] = {NULL};
  sce_error_t *err = sce_buf_append(&tiers->code, code.data, code.len);
  for (size_t i = 0; err == NULL && i < count; i++) {
    if (!parts[i].all) err = sce_covers_decode(&covers[i], parts[i].covers, parts[i].runtime->entry_count);
  }
  for (size_t i = 0; i < count; i++) {
    if (err == NULL)
      tiers->parts[tiers->part_count++] = (part_t){parts[i].runtime, covers[i]};
    else
      sce_free(covers[i]);
  }
  tiers->cached = true;
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
