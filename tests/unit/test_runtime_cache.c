/* test_runtime_cache.c: the cache of compiled runtimes: what it is keyed by, what it keeps, and that no request waits
 * for a compile that is not its own. The code comes from a callback that can be held up, which is as good as a long
 * compile. */
#include "base/checked.h"
#include "base/error.h"
#include "scexec.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define THREADS 8

static sce_buf_t calls_code; /* tests/data/executor/calls.wasm */

static void expect_success(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

static void pause_ms(long ms) {
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* ---- where the code comes from ---- */

typedef struct source {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool held;   /* requests wait until it is false */
  int waiting; /* requests that wait */
  int fetches;
  bool fails;
} source_t;

static sce_error_t *fetch(void *ctx, sce_span_t *code) {
  source_t *source = ctx;
  pthread_mutex_lock(&source->lock);
  source->fetches++;
  source->waiting++;
  pthread_cond_broadcast(&source->changed);
  while (source->held) pthread_cond_wait(&source->changed, &source->lock);
  source->waiting--;
  bool fails = source->fails;
  pthread_mutex_unlock(&source->lock);
  if (fails) return sce_error_new(SCE_BAD_INPUT, "no such code");
  *code = (sce_span_t){calls_code.data, calls_code.len};
  return NULL;
}

static source_t source_new(bool held) {
  return (source_t){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .held = held};
}

static void await_request(source_t *source) {
  pthread_mutex_lock(&source->lock);
  while (source->waiting == 0) pthread_cond_wait(&source->changed, &source->lock);
  pthread_mutex_unlock(&source->lock);
}

static void let_go(source_t *source) {
  pthread_mutex_lock(&source->lock);
  source->held = false;
  pthread_cond_broadcast(&source->changed);
  pthread_mutex_unlock(&source->lock);
}

/* ---- caches and requests ---- */

static sce_runtime_cache_t *open_cache(size_t max_runtimes, sce_compiler_t compiler) {
  wasm_signals_restore();
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.compiler = compiler;
  config.semantics.heap_pages.pages = 8;
  sce_runtime_cache_t *cache = NULL;
  expect_success(sce_runtime_cache_new(&cache, &config, max_runtimes));
  return cache;
}

static sce_runtime_cache_stats_t stats_of(sce_runtime_cache_t *cache) {
  sce_runtime_cache_stats_t stats;
  sce_runtime_cache_get_stats(cache, &stats);
  return stats;
}

static sce_instance_t *acquire(sce_runtime_cache_t *cache, uint8_t code, const sce_semantics_t *semantics,
                               source_t *source) {
  uint8_t hash[32] = {code};
  sce_instance_t *instance = NULL;
  expect_success(sce_runtime_cache_acquire(cache, &instance, hash, semantics, fetch, source));
  return instance;
}

/* Pages of memory that the runtime sees; also proves that the instance answers, on its first state. */
static uint64_t memory_pages(sce_instance_t *instance) {
  sce_buf_t output = {0};
  expect_success(sce_instance_call(instance, &output, "state", NULL, 0, NULL));
  assert_int_equal(output.len, 32);
  uint64_t pages = sce_load_le64(output.data + 8);
  assert_int_equal(sce_load_le64(output.data + 16), 7); /* its mutable globals */
  assert_int_equal(sce_load_le64(output.data + 24), 11);
  sce_buf_free(&output);
  return pages;
}

static void soil(sce_instance_t *instance) {
  sce_buf_t output = {0};
  expect_success(sce_instance_call(instance, &output, "soil", NULL, 0, NULL));
  sce_buf_free(&output);
}

/* ---- requests on other threads ---- */

typedef struct request {
  sce_runtime_cache_t *cache;
  uint8_t code;
  source_t *source;
  sce_instance_t *instance;
  sce_error_t *err;
  pthread_t thread;
} request_t;

static void *run_request(void *arg) {
  request_t *request = arg;
  uint8_t hash[32] = {request->code};
  request->err = sce_runtime_cache_acquire(request->cache, &request->instance, hash, NULL, fetch, request->source);
  return NULL;
}

static void start(request_t *request, sce_runtime_cache_t *cache, uint8_t code, source_t *source) {
  *request = (request_t){.cache = cache, .code = code, .source = source};
  assert_int_equal(pthread_create(&request->thread, NULL, run_request, request), 0);
}

/* THREADS requests for one code: one of them fetches, the others wait. */
static void start_all(request_t requests[THREADS], sce_runtime_cache_t *cache, source_t *source) {
  for (int i = 0; i < THREADS; i++) start(&requests[i], cache, 1, source);
  while (stats_of(cache).waits < THREADS - 1) pause_ms(1);
  await_request(source);
  let_go(source);
  for (int i = 0; i < THREADS; i++) pthread_join(requests[i].thread, NULL);
}

/* ---- the tests ---- */

static void one_code_is_compiled_once(void **unused) {
  (void)unused;
  sce_runtime_cache_t *cache = open_cache(4, SCE_COMPILER_CRANELIFT);
  source_t source = source_new(true);
  request_t requests[THREADS];
  start_all(requests, cache, &source);
  for (int i = 0; i < THREADS; i++) {
    expect_success(requests[i].err);
    for (int k = 0; k < i; k++) assert_ptr_not_equal(requests[i].instance, requests[k].instance);
    assert_int_equal(memory_pages(requests[i].instance), 11);
    sce_runtime_cache_release(cache, requests[i].instance);
  }
  sce_runtime_cache_stats_t stats = stats_of(cache);
  assert_int_equal(source.fetches, 1);
  assert_int_equal(stats.compiles, 1);
  assert_int_equal(stats.waits, THREADS - 1);
  assert_int_equal(stats.hits, 0);
  assert_int_equal(stats.runtimes, 1);
  assert_int_equal(stats.idle, THREADS);
  sce_runtime_cache_delete(cache);
}

static void a_cached_runtime_waits_for_no_compile(void **unused) {
  (void)unused;
  sce_runtime_cache_t *cache = open_cache(4, SCE_COMPILER_CRANELIFT);
  source_t quick = source_new(false), slow = source_new(true);
  sce_runtime_cache_release(cache, acquire(cache, 1, NULL, &quick));
  request_t other;
  start(&other, cache, 2, &slow);
  await_request(&slow);
  for (int i = 0; i < 100; i++) { /* would wait for ever if it waited at all: the compile is over only below */
    sce_instance_t *instance = acquire(cache, 1, NULL, &quick);
    assert_int_equal(memory_pages(instance), 11);
    sce_runtime_cache_release(cache, instance);
  }
  sce_runtime_cache_release(cache, acquire(cache, 3, NULL, &quick)); /* nor does another compile */
  let_go(&slow);
  pthread_join(other.thread, NULL);
  expect_success(other.err);
  sce_runtime_cache_release(cache, other.instance);
  assert_int_equal(stats_of(cache).hits, 100);
  assert_int_equal(stats_of(cache).compiles, 3);
  sce_runtime_cache_delete(cache);
}

static void least_recently_used_go_first(void **unused) {
  (void)unused;
  sce_runtime_cache_t *cache = open_cache(2, SCE_COMPILER_CRANELIFT);
  source_t source = source_new(false);
  static const uint8_t order[] = {1, 2, 1, 3}; /* 3 takes the place of 2 */
  for (size_t i = 0; i < sizeof order; i++) sce_runtime_cache_release(cache, acquire(cache, order[i], NULL, &source));
  assert_int_equal(stats_of(cache).evictions, 1);
  assert_int_equal(stats_of(cache).runtimes, 2);
  sce_instance_t *kept = acquire(cache, 1, NULL, &source);
  assert_int_equal(source.fetches, 3);
  sce_runtime_cache_release(cache, acquire(cache, 2, NULL, &source));
  assert_int_equal(source.fetches, 4);
  sce_runtime_cache_release(cache, acquire(cache, 4, NULL, &source)); /* 1 goes while an instance of it is out */
  assert_int_equal(memory_pages(kept), 11);
  assert_int_equal(stats_of(cache).runtimes, 2);
  size_t idle = stats_of(cache).idle;
  sce_runtime_cache_release(cache, kept); /* nobody's any more: deleted */
  assert_int_equal(stats_of(cache).idle, idle);
  sce_runtime_cache_delete(cache);
}

static void *soil_and_release(void *arg) {
  request_t *request = arg;
  soil(request->instance);
  sce_runtime_cache_release(request->cache, request->instance);
  return NULL;
}

/* Taken by one thread, used and handed back by another, with every compiler. */
static void instances_go_from_thread_to_thread(void **unused) {
  (void)unused;
  for (int compiler = SCE_COMPILER_CRANELIFT; compiler <= SCE_COMPILER_TIERED; compiler++) {
    sce_runtime_cache_t *cache = open_cache(2, (sce_compiler_t)compiler);
    source_t source = source_new(false);
    request_t request = {.cache = cache};
    sce_instance_t *first = acquire(cache, 1, NULL, &source);
    for (int round = 0; round < 20; round++) {
      request.instance = round == 0 ? first : acquire(cache, 1, NULL, &source);
      assert_ptr_equal(request.instance, first);
      assert_int_equal(memory_pages(request.instance), 11);
      assert_int_equal(pthread_create(&request.thread, NULL, soil_and_release, &request), 0);
      pthread_join(request.thread, NULL);
      assert_int_equal(stats_of(cache).idle, 1);
    }
    assert_int_equal(source.fetches, 1);
    sce_runtime_cache_delete(cache);
  }
}

/* One hash with other semantics is another runtime; the same asked for in two ways is one. */
static void heap_and_semantics_are_keys(void **unused) {
  (void)unused;
  sce_runtime_cache_t *cache = open_cache(8, SCE_COMPILER_CRANELIFT);
  source_t source = source_new(false);
  sce_config_t config;
  sce_config_init(&config);
  sce_semantics_t semantics = config.semantics;
  semantics.heap_pages.pages = 8;
  sce_runtime_cache_release(cache, acquire(cache, 1, NULL, &source));
  sce_runtime_cache_release(cache, acquire(cache, 1, &semantics, &source));
  assert_int_equal(source.fetches, 1);
  semantics.heap_pages.pages = 20;
  for (int round = 0; round < 2; round++) {
    sce_instance_t *larger = acquire(cache, 1, &semantics, &source);
    assert_int_equal(memory_pages(larger), 23);
    sce_runtime_cache_release(cache, larger);
    assert_int_equal(source.fetches, 2);
  }
  semantics.compiler = SCE_COMPILER_TIERED;
  for (int round = 0; round < 2; round++) sce_runtime_cache_release(cache, acquire(cache, 1, &semantics, &source));
  assert_int_equal(source.fetches, 3);
  semantics.strategy = SCE_STRATEGY_POOLING;
  semantics.compiler = SCE_COMPILER_CRANELIFT;
  sce_runtime_cache_release(cache, acquire(cache, 1, &semantics, &source));
  assert_int_equal(source.fetches, 4);
  sce_instance_t *instance = acquire(cache, 1, NULL, &source);
  assert_int_equal(memory_pages(instance), 11);
  sce_runtime_cache_delete(cache); /* the instance that is out lives on */
  assert_int_equal(memory_pages(instance), 11);
  sce_instance_delete(instance);
}

/* Whoever waited hears of the error; the next request tries again. */
static void errors_go_to_all_who_wait(void **unused) {
  (void)unused;
  sce_runtime_cache_t *cache = open_cache(4, SCE_COMPILER_CRANELIFT);
  source_t source = source_new(true);
  source.fails = true;
  request_t requests[THREADS];
  start_all(requests, cache, &source);
  for (int i = 0; i < THREADS; i++) {
    assert_non_null(requests[i].err);
    assert_int_equal(sce_error_kind(requests[i].err), SCE_BAD_INPUT);
    assert_string_equal(sce_error_message(requests[i].err), "no such code");
    assert_null(requests[i].instance);
    sce_error_delete(requests[i].err);
  }
  assert_int_equal(source.fetches, 1);
  assert_int_equal(stats_of(cache).runtimes, 0);
  source.fails = false;
  sce_runtime_cache_release(cache, acquire(cache, 1, NULL, &source));
  assert_int_equal(stats_of(cache).compiles, 2);
  sce_runtime_cache_delete(cache);
}

int main(void) {
  wasm_signals_remember();
  calls_code = test_read_file(TEST_DATA "/executor/calls.wasm");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_code_is_compiled_once),    cmocka_unit_test(a_cached_runtime_waits_for_no_compile),
      cmocka_unit_test(least_recently_used_go_first), cmocka_unit_test(instances_go_from_thread_to_thread),
      cmocka_unit_test(heap_and_semantics_are_keys),  cmocka_unit_test(errors_go_to_all_who_wait),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  sce_buf_free(&calls_code);
  return failed;
}
