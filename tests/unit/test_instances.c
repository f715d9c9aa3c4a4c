/* test_instances.c: what instances hold between calls, and what they wait for: resident memory over many calls, the
 * budget of an idle instance, the address of its memory, memories that serve one runtime after the other, and the bound
 * of the pool. */
#include "base/checked.h"
#include "scexec.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void expect_success(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

typedef struct fixture {
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_buf_t output;
} fixture_t;

static void open_runtime(sce_runtime_t **runtime, sce_engine_t *engine, const char *path) {
  sce_buf_t code = test_read_file(path);
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, (sce_span_t){code.data, code.len}));
  expect_success(sce_runtime_new(runtime, engine, blob));
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* Opens tests/data/executor/calls.wasm. */
static void open_config(fixture_t *f, const sce_config_t *config) {
  *f = (fixture_t){0};
  wasm_signals_restore();
  expect_success(sce_engine_new(&f->engine, config));
  open_runtime(&f->runtime, f->engine, TEST_DATA "/executor/calls.wasm");
  expect_success(sce_instance_new(&f->instance, f->runtime));
}

static void close_fixture(fixture_t *f) {
  sce_buf_free(&f->output);
  sce_instance_delete(f->instance);
  sce_runtime_delete(f->runtime);
  sce_engine_delete(f->engine);
}

static void call(fixture_t *f, const char *method) {
  expect_success(sce_instance_call(f->instance, &f->output, method, NULL, 0, NULL));
}

/* Writes `bytes` bytes from the heap on. */
static void soil_some(fixture_t *f, uint32_t bytes) {
  uint8_t input[4];
  sce_store_le32(input, bytes);
  expect_success(sce_instance_call(f->instance, &f->output, "soil_some", input, 4, NULL));
}

/* ---- resident memory ---- */

static long resident_pages(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long total, resident;
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
  fclose(file);
  return resident;
}

static uint32_t next_random(uint64_t *state) { /* splitmix64, the upper half */
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return (uint32_t)(z >> 32);
}

/* Calls number `from` to `to`: small writes, one in 16 up to 64 KiB, one in 256 a whole MiB. The last 600 are small
 * ones, so that what is resident is no chance of the last call. */
static void many_calls(fixture_t *f, uint64_t *seed, int from, int to) {
  for (int i = from; i < to; i++) {
    uint32_t random = next_random(seed);
    if (i >= to - 600) {
      soil_some(f, random % 256);
    } else if (random % 256 == 0) {
      soil_some(f, 1 << 20);
    } else {
      soil_some(f, next_random(seed) % (random % 16 == 0 ? 65536 : 256));
    }
  }
}

static void resident_memory_stays(void **unused) {
  (void)unused;
#if SANITIZED
  skip(); /* the sanitizer keeps what was freed */
#endif
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.strategy = (sce_strategy_t)s;
    config.semantics.heap_pages.pages = 64;
    config.max_instances = 1;
    fixture_t f;
    open_config(&f, &config);
    uint64_t seed = 4;
    many_calls(&f, &seed, 0, 1000);
    long early = resident_pages();
    many_calls(&f, &seed, 1000, 100000);
    long late = resident_pages();
    print_message("%s: %ld pages after 1,000 calls, %ld at the end\n", sce_strategy_name((sce_strategy_t)s), early,
                  late);
    assert_true(late <= early + 16);
    close_fixture(&f);
  }
}

/* Bytes of private memory between two addresses. */
static size_t private_bytes(const uint8_t *start, const uint8_t *end) {
  FILE *file = fopen("/proc/self/smaps", "r");
  assert_non_null(file);
  char line[512];
  unsigned long from, to, kilobytes;
  bool inside = false;
  size_t sum = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "%lx-%lx ", &from, &to) == 2) inside = from >= (uintptr_t)start && to <= (uintptr_t)end;
    if (inside && sscanf(line, "Anonymous: %lu kB", &kilobytes) == 1) sum += kilobytes * 1024;
  }
  fclose(file);
  return sum;
}

/* After a call that wrote all of its 17 MiB, and after one that wrote nothing more. */
static void an_idle_instance_keeps_its_budget(void **unused) {
  (void)unused;
  static const size_t budgets[] = {0, 65536, (size_t)2 << 20};
  for (size_t b = 0; b < sizeof budgets / sizeof *budgets; b++) {
    sce_config_t config;
    sce_config_init(&config);
    assert_int_equal(config.resident_budget, (size_t)2 << 20); /* the default is the last one */
    config.resident_budget = budgets[b];
    config.semantics.heap_pages.pages = 256;
    fixture_t f;
    open_config(&f, &config);
    const uint8_t *base = sce_instance_linear_memory_base(f.instance);
    size_t size = (256 + 3) * 65536;
    for (int round = 0; round < 3; round++) {
      call(&f, "soil");
      assert_true(private_bytes(base, base + size) <= budgets[b]);
      call(&f, "output_at_the_end");
      assert_true(private_bytes(base, base + size) <= budgets[b]);
    }
    close_fixture(&f);
  }
}

/* The address is of the memory as it is before a call, and of one strategy only. */
static void only_a_reused_instance_has_a_base(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.strategy = (sce_strategy_t)s;
    config.max_instances = 1;
    fixture_t f;
    open_config(&f, &config);
    const uint8_t *base = sce_instance_linear_memory_base(f.instance);
    assert_int_equal(base != NULL, s == SCE_STRATEGY_INSTANCE_REUSE);
    call(&f, "soil");
    assert_ptr_equal(sce_instance_linear_memory_base(f.instance), base);
    if (base != NULL) assert_memory_equal(base + 1024, "first state", 11);
    close_fixture(&f);
  }
}

/* ---- the pool's bound ---- */

/* Holds a call inside of a host function. */
/* A memory that went from a runtime to one with a smaller first size, and is put back without a page fault. */
static void memories_go_from_runtime_to_runtime(void **unused) {
  (void)unused;
  wasm_signals_restore();
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.strategy = SCE_STRATEGY_RECREATE_INSTANCE;
  config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .pages = 2080};
  fixture_t large = {0}, small = {0};
  expect_success(sce_engine_new(&large.engine, &config));
  open_runtime(&large.runtime, large.engine, TEST_DATA "/executor/data_at_22.wasm");
  open_runtime(&small.runtime, large.engine, TEST_DATA "/executor/data_at_17.wasm");
  expect_success(sce_instance_new(&large.instance, large.runtime));
  expect_success(sce_instance_new(&small.instance, small.runtime));
  for (int i = 0; i < 100; i++) {
    call(&large, "go");
    call(&small, "go");
  }
  close_fixture(&small);
  close_fixture(&large);
}

typedef struct gate {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool entered, open;
} gate_t;

static sce_error_t *malloc_behind_gate(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  gate_t *gate = ctx;
  pthread_mutex_lock(&gate->lock);
  gate->entered = true;
  pthread_cond_broadcast(&gate->changed);
  while (!gate->open) pthread_cond_wait(&gate->changed, &gate->lock);
  pthread_mutex_unlock(&gate->lock);
  uint32_t ptr = 0;
  sce_error_t *err = sce_caller_alloc(caller, &ptr, (uint32_t)args[0]);
  *result = ptr;
  return err;
}

/* Waits until a call is inside, and forgets it. */
static void await_entry(gate_t *gate) {
  pthread_mutex_lock(&gate->lock);
  while (!gate->entered) pthread_cond_wait(&gate->changed, &gate->lock);
  gate->entered = false;
  pthread_mutex_unlock(&gate->lock);
}

static void open_gate(gate_t *gate) {
  pthread_mutex_lock(&gate->lock);
  gate->open = true;
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->lock);
}

typedef struct caller {
  sce_instance_t *instance;
  sce_buf_t output;
  sce_error_t *err;
  pthread_t thread;
} caller_t;

static void *run_caller(void *arg) {
  caller_t *c = arg;
  c->err = sce_instance_call(c->instance, &c->output, "state", NULL, 0, NULL);
  return NULL;
}

static void start(caller_t *c, sce_instance_t *instance) {
  *c = (caller_t){.instance = instance};
  assert_int_equal(pthread_create(&c->thread, NULL, run_caller, c), 0);
}

static void expect_answer(caller_t *c) {
  pthread_join(c->thread, NULL);
  expect_success(c->err);
  assert_int_equal(c->output.len, 32);
  sce_buf_free(&c->output);
}

/* One slot, which `holder` has with a call that stands behind `gate`, and a second instance. */
static void hold_pool(fixture_t *f, sce_instance_t **second, gate_t *gate, caller_t *holder, sce_strategy_t strategy) {
  *gate = (gate_t){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  const sce_host_function_t own = {"ext_allocator_malloc_version_1", "(i32) -> i32", malloc_behind_gate, gate, NULL};
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.strategy = strategy;
  config.host_functions = &own;
  config.host_function_count = 1;
  config.max_instances = 1;
  open_config(f, &config);
  expect_success(sce_instance_new(second, f->runtime));
  start(holder, f->instance);
  await_entry(gate);
}

static const sce_strategy_t pools[] = {SCE_STRATEGY_POOLING, SCE_STRATEGY_POOLING_COPY_ON_WRITE};

/* One slot, and a call that holds it: the second call waits until the first is over, and then answers. */
static void the_pool_makes_the_next_one_wait(void **unused) {
  (void)unused;
  for (int i = 0; i < 2; i++) {
    gate_t gate;
    fixture_t f;
    sce_instance_t *second = NULL;
    caller_t holder, waiter;
    hold_pool(&f, &second, &gate, &holder, pools[i]);
    start(&waiter, second);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_int_equal(pthread_tryjoin_np(waiter.thread, NULL), EBUSY);
    pthread_mutex_lock(&gate.lock);
    assert_false(gate.entered); /* the second call did not even begin */
    pthread_mutex_unlock(&gate.lock);
    open_gate(&gate);
    expect_answer(&holder);
    expect_answer(&waiter);
    sce_instance_delete(second);
    close_fixture(&f);
  }
}

static void expect_failure(sce_error_t *err, sce_error_kind_t kind, const char *message) {
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), kind);
  assert_string_equal(sce_error_message(err), message);
  sce_error_delete(err);
}

/* A call that waits for the slot ends like one that runs; who comes after it gets the slot. */
static void waiting_for_the_pool_has_its_limits(void **unused) {
  (void)unused;
  for (int i = 0; i < 2; i++) {
    gate_t gate;
    fixture_t f;
    sce_instance_t *second = NULL;
    caller_t holder, waiter;
    hold_pool(&f, &second, &gate, &holder, pools[i]);
    sce_call_options_t limited = {.time_limit_ms = 50};
    expect_failure(sce_instance_call(second, &f.output, "state", NULL, 0, &limited), SCE_TIME_LIMIT,
                   "state did not finish within its time limit of 50 ms");
    start(&waiter, second);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* by then it waits, mostly */
    do {
      sce_instance_cancel(second);
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (pthread_tryjoin_np(waiter.thread, NULL) != 0);
    expect_failure(waiter.err, SCE_CANCELLED, "state was cancelled");
    open_gate(&gate);
    expect_answer(&holder);
    start(&waiter, second);
    expect_answer(&waiter);
    sce_instance_delete(second);
    close_fixture(&f);
  }
}

/* A pool takes no fiber stacks, 2,000 mappings each: 32 engines with them were all that a process could have. */
static void many_engines_have_pools(void **unused) {
  (void)unused;
  sce_engine_t *engines[48] = {NULL};
  for (int i = 0; i < 48; i++) {
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.strategy = SCE_STRATEGY_POOLING;
    config.max_instances = 1;
    wasm_signals_restore();
    expect_success(sce_engine_new(&engines[i], &config));
    assert_int_equal(sce_engine_strategy(engines[i]), SCE_STRATEGY_POOLING);
  }
  for (int i = 0; i < 48; i++) sce_engine_delete(engines[i]);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resident_memory_stays),
      cmocka_unit_test(an_idle_instance_keeps_its_budget),
      cmocka_unit_test(only_a_reused_instance_has_a_base),
      cmocka_unit_test(memories_go_from_runtime_to_runtime),
      cmocka_unit_test(many_engines_have_pools),
      cmocka_unit_test(the_pool_makes_the_next_one_wait),
      cmocka_unit_test(waiting_for_the_pool_has_its_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
