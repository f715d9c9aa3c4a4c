/* runtime_cache.c: see runtime_cache.h. One lock guards the list of entries; compiling, instantiating and freeing
 * happen outside it. */
#include "scexec/runtime_cache.h"

#include "base/alloc.h"
#include "base/error.h"
#include "executor/instance.h"

#include <string.h>

/* Idle instances kept for one runtime: upstream's cache keeps as many (sc_executor, max_runtime_instances). */
#define MAX_IDLE 8

typedef enum entry_state { ENTRY_COMPILING, ENTRY_READY, ENTRY_FAILED } entry_state_t;

typedef struct cache_entry {
  struct cache_entry *next;
  uint8_t hash[32];
  sce_semantics_t semantics;
  entry_state_t state;
  unsigned waiters;         /* threads that still look at the entry; a failed one is freed by the last */
  sce_runtime_t *runtime;   /* ENTRY_READY */
  sce_error_kind_t failure; /* ENTRY_FAILED */
  char *failure_text;
  uint64_t last_used;
  sce_instance_t *idle[MAX_IDLE];
  size_t idle_count;
} cache_entry_t;

/* Engines are made once for each semantics, as they were asked for: an engine may have replaced some of them. */
typedef struct engine_entry {
  struct engine_entry *next;
  sce_semantics_t semantics;
  sce_engine_t *engine;
} engine_entry_t;

struct sce_runtime_cache {
  pthread_mutex_t lock;
  pthread_cond_t compiled;
  sce_engine_t *base; /* holds the copied configuration, and serves `semantics` */
  sce_semantics_t semantics;
  engine_entry_t *engines;
  cache_entry_t *entries;
  size_t max_runtimes;
  uint64_t clock;
  sce_runtime_cache_stats_t stats;
};

static bool same_heap(const sce_heap_pages_t *a, const sce_heap_pages_t *b) {
  return a->dynamic == b->dynamic && a->unlimited == b->unlimited && a->pages == b->pages;
}

static bool same_semantics(const sce_semantics_t *a, const sce_semantics_t *b) {
  return a->strategy == b->strategy && same_heap(&a->heap_pages, &b->heap_pages) &&
         a->stack_limited == b->stack_limited && a->stack_logical_max == b->stack_logical_max &&
         a->stack_native_max == b->stack_native_max && a->canonicalize_nans == b->canonicalize_nans &&
         a->interruptible == b->interruptible && a->parallel_compilation == b->parallel_compilation &&
         a->wasm_reference_types == b->wasm_reference_types && a->wasm_simd == b->wasm_simd &&
         a->wasm_bulk_memory == b->wasm_bulk_memory && a->wasm_multi_value == b->wasm_multi_value &&
         a->inline_calls == b->inline_calls && a->compiler == b->compiler;
}

/* What may be asked for in two ways, in one. */
static sce_semantics_t normal_semantics(const sce_semantics_t *semantics) {
  sce_semantics_t normal = *semantics;
  if (normal.stack_native_max == 0) normal.stack_native_max = SCE_DEFAULT_NATIVE_STACK;
  return normal;
}

/* ---- life ---- */

sce_error_t *sce_runtime_cache_new(sce_runtime_cache_t **out, const sce_config_t *config, size_t max_runtimes) {
  sce_runtime_cache_t *cache = sce_calloc(1, sizeof *cache);
  if (cache == NULL) return sce_error_oom();
  cache->max_runtimes = max_runtimes > 0 ? max_runtimes : 1;
  sce_error_t *err = sce_engine_new(&cache->base, config);
  if (err == NULL) cache->semantics = normal_semantics(&config->semantics);
  int failed = err == NULL ? pthread_mutex_init(&cache->lock, NULL) : 0;
  if (err == NULL && failed == 0) {
    failed = pthread_cond_init(&cache->compiled, NULL);
    if (failed != 0) pthread_mutex_destroy(&cache->lock);
  }
  if (failed != 0) err = sce_error_system(failed, "making a lock");
  if (err != NULL) {
    sce_engine_delete(cache->base);
    sce_free(cache);
    return err;
  }
  *out = cache;
  return NULL;
}

static void delete_entry(cache_entry_t *entry) {
  for (size_t i = 0; i < entry->idle_count; i++) sce_instance_delete(entry->idle[i]);
  sce_runtime_delete(entry->runtime);
  sce_free(entry->failure_text);
  sce_free(entry);
}

void sce_runtime_cache_delete(sce_runtime_cache_t *cache) {
  if (cache == NULL) return;
  while (cache->entries != NULL) {
    cache_entry_t *entry = cache->entries;
    cache->entries = entry->next;
    delete_entry(entry);
  }
  while (cache->engines != NULL) {
    engine_entry_t *engine = cache->engines;
    cache->engines = engine->next;
    sce_engine_delete(engine->engine);
    sce_free(engine);
  }
  sce_engine_delete(cache->base);
  pthread_cond_destroy(&cache->compiled);
  pthread_mutex_destroy(&cache->lock);
  sce_free(cache);
}

/* ---- the list; all with the lock held ---- */

static cache_entry_t *find_entry(sce_runtime_cache_t *cache, const uint8_t hash[32], const sce_semantics_t *semantics) {
  for (cache_entry_t *entry = cache->entries; entry != NULL; entry = entry->next)
    if (memcmp(entry->hash, hash, sizeof entry->hash) == 0 && same_semantics(&entry->semantics, semantics))
      return entry;
  return NULL;
}

static void unlink_entry(sce_runtime_cache_t *cache, cache_entry_t *entry) {
  cache_entry_t **link = &cache->entries;
  while (*link != NULL && *link != entry) link = &(*link)->next;
  if (*link == entry) *link = entry->next;
}

static cache_entry_t *add_entry(sce_runtime_cache_t *cache, const uint8_t hash[32], const sce_semantics_t *semantics) {
  cache_entry_t *entry = sce_calloc(1, sizeof *entry);
  if (entry == NULL) return NULL;
  memcpy(entry->hash, hash, sizeof entry->hash);
  entry->semantics = *semantics;
  entry->state = ENTRY_COMPILING;
  entry->next = cache->entries;
  cache->entries = entry;
  return entry;
}

/* Takes the least recently used runtime out when there are too many; the caller deletes it without the lock. */
static cache_entry_t *evict(sce_runtime_cache_t *cache) {
  size_t ready = 0;
  cache_entry_t *oldest = NULL;
  for (cache_entry_t *entry = cache->entries; entry != NULL; entry = entry->next) {
    if (entry->state != ENTRY_READY) continue;
    ready++;
    if (entry->waiters == 0 && (oldest == NULL || entry->last_used < oldest->last_used)) oldest = entry;
  }
  if (ready <= cache->max_runtimes || oldest == NULL) return NULL;
  unlink_entry(cache, oldest);
  cache->stats.evictions++;
  return oldest;
}

/* ---- compiling, without the lock ---- */

/* The engine for these semantics, retained for the caller, or NULL. With the lock held. */
static sce_engine_t *find_engine(sce_runtime_cache_t *cache, const sce_semantics_t *semantics) {
  sce_engine_t *engine = same_semantics(&cache->semantics, semantics) ? cache->base : NULL;
  for (engine_entry_t *e = cache->engines; engine == NULL && e != NULL; e = e->next)
    if (same_semantics(&e->semantics, semantics)) engine = e->engine;
  if (engine != NULL) sce_engine_retain(engine);
  return engine;
}

/* Adds an engine, unless another thread was first with the same; retains it for the caller, too. */
static sce_engine_t *add_engine(sce_runtime_cache_t *cache, engine_entry_t *added) {
  pthread_mutex_lock(&cache->lock);
  sce_engine_t *engine = find_engine(cache, &added->semantics);
  if (engine == NULL) {
    added->next = cache->engines;
    cache->engines = added;
    engine = added->engine;
    sce_engine_retain(engine);
    added = NULL;
  }
  pthread_mutex_unlock(&cache->lock);
  if (added != NULL) sce_engine_delete(added->engine);
  sce_free(added);
  return engine;
}

/* The engine for these semantics, retained for the caller. */
static sce_error_t *engine_for(sce_runtime_cache_t *cache, sce_engine_t **found, const sce_semantics_t *semantics) {
  pthread_mutex_lock(&cache->lock);
  *found = find_engine(cache, semantics);
  pthread_mutex_unlock(&cache->lock);
  if (*found != NULL) return NULL;
  sce_config_t config = cache->base->config;
  config.semantics = *semantics;
  engine_entry_t *added = sce_calloc(1, sizeof *added);
  if (added == NULL) return sce_error_oom();
  added->semantics = *semantics;
  sce_error_t *err = sce_engine_new(&added->engine, &config);
  if (err != NULL) {
    sce_free(added);
    return err;
  }
  *found = add_engine(cache, added);
  return NULL;
}

static sce_error_t *compile(sce_runtime_cache_t *cache, sce_runtime_t **runtime, const sce_semantics_t *semantics,
                            sce_fetch_code_fn fetch, void *fetch_ctx) {
  sce_engine_t *engine = NULL;
  sce_blob_t *blob = NULL;
  sce_span_t code = {0};
  sce_error_t *err = engine_for(cache, &engine, semantics);
  if (err == NULL) err = fetch(fetch_ctx, &code);
  if (err == NULL) err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_runtime_new(runtime, engine, blob);
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  return err;
}

/* Compiles for the entry, and tells everybody how it went. */
static sce_error_t *compile_entry(sce_runtime_cache_t *cache, cache_entry_t *entry, sce_fetch_code_fn fetch,
                                  void *fetch_ctx) {
  sce_runtime_t *runtime = NULL;
  sce_error_t *err = compile(cache, &runtime, &entry->semantics, fetch, fetch_ctx);
  pthread_mutex_lock(&cache->lock);
  if (err == NULL) {
    entry->runtime = runtime;
    entry->state = ENTRY_READY;
  } else {
    const char *text = sce_error_message(err);
    entry->failure = sce_error_kind(err);
    entry->failure_text = sce_strndup(text, strlen(text));
    entry->state = ENTRY_FAILED;
    unlink_entry(cache, entry);
  }
  pthread_cond_broadcast(&cache->compiled);
  pthread_mutex_unlock(&cache->lock);
  return err;
}

/* ---- requests ---- */

/* A second error like the one that the compiling thread got. */
static sce_error_t *failure_of(const cache_entry_t *entry) {
  if (entry->failure == SCE_OUT_OF_MEMORY || entry->failure_text == NULL) return sce_error_oom();
  return sce_error_new(entry->failure, "%s", entry->failure_text);
}

/* Ends this thread's look at the entry; the last one frees a failed entry. */
static void leave_entry(sce_runtime_cache_t *cache, cache_entry_t *entry) {
  pthread_mutex_lock(&cache->lock);
  bool last = --entry->waiters == 0 && entry->state == ENTRY_FAILED;
  cache_entry_t *evicted = evict(cache);
  pthread_mutex_unlock(&cache->lock);
  if (last) delete_entry(entry);
  if (evicted != NULL) delete_entry(evicted);
}

/* Finds or adds the entry and waits until it is compiled, unless this thread is to compile it. */
static sce_error_t *enter_entry(sce_runtime_cache_t *cache, cache_entry_t **found, bool *compile_it,
                                const uint8_t hash[32], const sce_semantics_t *semantics) {
  pthread_mutex_lock(&cache->lock);
  cache_entry_t *entry = find_entry(cache, hash, semantics);
  *compile_it = entry == NULL;
  if (entry == NULL) {
    entry = add_entry(cache, hash, semantics);
    cache->stats.compiles++;
  } else if (entry->state == ENTRY_READY) {
    cache->stats.hits++;
  } else {
    cache->stats.waits++;
  }
  if (entry != NULL) {
    entry->waiters++;
    entry->last_used = ++cache->clock;
    while (!*compile_it && entry->state == ENTRY_COMPILING) pthread_cond_wait(&cache->compiled, &cache->lock);
  }
  pthread_mutex_unlock(&cache->lock);
  *found = entry;
  return entry != NULL ? NULL : sce_error_oom();
}

static sce_instance_t *take_idle(sce_runtime_cache_t *cache, cache_entry_t *entry) {
  pthread_mutex_lock(&cache->lock);
  sce_instance_t *instance = entry->idle_count > 0 ? entry->idle[--entry->idle_count] : NULL;
  pthread_mutex_unlock(&cache->lock);
  return instance;
}

sce_error_t *sce_runtime_cache_acquire(sce_runtime_cache_t *cache, sce_instance_t **instance, const uint8_t hash[32],
                                       const sce_semantics_t *semantics, sce_fetch_code_fn fetch, void *fetch_ctx) {
  sce_semantics_t wanted = semantics != NULL ? normal_semantics(semantics) : cache->semantics;
  cache_entry_t *entry = NULL;
  bool compile_it;
  SCE_TRY(enter_entry(cache, &entry, &compile_it, hash, &wanted));
  sce_error_t *err = NULL;
  if (compile_it) {
    err = compile_entry(cache, entry, fetch, fetch_ctx);
  } else if (entry->state == ENTRY_FAILED) {
    err = failure_of(entry);
  }
  if (err == NULL) {
    *instance = take_idle(cache, entry);
    if (*instance == NULL) err = sce_instance_new(instance, entry->runtime);
  }
  leave_entry(cache, entry);
  return err;
}

void sce_runtime_cache_release(sce_runtime_cache_t *cache, sce_instance_t *instance) {
  if (instance == NULL) return;
  pthread_mutex_lock(&cache->lock);
  for (cache_entry_t *entry = cache->entries; entry != NULL; entry = entry->next) {
    if (entry->runtime != instance->home || entry->idle_count == MAX_IDLE) continue;
    entry->idle[entry->idle_count++] = instance;
    instance = NULL;
    break;
  }
  pthread_mutex_unlock(&cache->lock);
  sce_instance_delete(instance);
}

void sce_runtime_cache_get_stats(sce_runtime_cache_t *cache, sce_runtime_cache_stats_t *stats) {
  pthread_mutex_lock(&cache->lock);
  *stats = cache->stats;
  for (const cache_entry_t *entry = cache->entries; entry != NULL; entry = entry->next) {
    stats->runtimes += entry->state == ENTRY_READY;
    stats->idle += entry->idle_count;
  }
  pthread_mutex_unlock(&cache->lock);
}
