/* test_limits.c: what ends a call from outside: memory limits, time limits and cancellation, also while it asks other
 * code for its version; with each strategy and each compiler. */
#include "calls_support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static void memory_limits(void **unused) {
  (void)unused;
  sce_blob_t *blob = load_blob("calls.wasm");
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.max_memory_size = 4 * 65536;
    sce_engine_t *engine;
    sce_runtime_t *runtime = NULL;
    expect_success(sce_engine_new(&engine, &config));
    expect_error(sce_runtime_new(&runtime, engine, blob), SCE_MEMORY_LIMIT,
                 "begins with 720896 bytes of linear memory, more than the limit of 262144");
    sce_engine_delete(engine);
    config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .unlimited = true};
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    for (int round = 0; round < 2; round++) {
#ifndef SCEXEC_PREBUILT_WASMTIME
      expect_error(call(&f, "grow_storm"), SCE_MEMORY_LIMIT,
                   "grow_storm asked for linear memory beyond the limit of 262144 bytes");
#else
      expect_success(call(&f, "grow_storm"));
      assert_int_equal(sce_load_le32(f.output.data), 4);
#endif
      expect_error(call(&f, "alloc_storm"), SCE_MEMORY_LIMIT, "the limit is 262144");
      expect_success(call(&f, "state"));
    }
    close_fixture(&f);
  }
  sce_blob_delete(blob);
}

/* The maximum of the heap's own strategy is the chain's: there memory.grow gives -1, as upstream, with a host's limit
 * above it, too. */
static void heap_maximum_is_no_limit(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.max_memory_size = 64 * 65536;
    config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .pages = 12};
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    expect_success(call(&f, "grow_storm"));
    assert_int_equal(sce_load_le32(f.output.data), 12);
    close_fixture(&f);
  }
}

/* A heap that doubles memory beyond the host's limit ends the call, as it would else see another size than on a host
 * without the limit. */
static void doubling_is_not_cut_short(void **unused) {
  (void)unused;
  static const uint8_t input[131072] = {0};
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .unlimited = true};
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    expect_success(sce_instance_call(f.instance, &f.output, "echo", input, sizeof input, NULL));
    close_fixture(&f);
    config.max_memory_size = 5 * 65536; /* 4 would do, twice 3 are asked for */
    open_config(&f, "calls.wasm", &config);
    expect_error(sce_instance_call(f.instance, &f.output, "echo", input, sizeof input, NULL), SCE_MEMORY_LIMIT,
                 "393216 bytes of linear memory are needed, 196608 are there, the limit is 327680");
    close_fixture(&f);
  }
}

/* ext_misc_runtime_version runs code without version sections on an empty state, and within the call's time limit: code
 * that never ends must not hold up the call. */
static void versions_of_other_code(void **unused) {
  (void)unused;
  fixture_t f;
  open_strategy(&f, "versions.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  sce_blob_t *nested = load_blob("version_from_state.wasm");
  sce_span_t code = sce_blob_code(nested);
  expect_success(sce_instance_call(f.instance, &f.output, "ask", code.data, code.len, NULL));
  assert_int_equal(f.output.len, 3); /* Some(bytes 00): the nested answer is None, encoded */
  assert_memory_equal(f.output.data, "\1\4\0", 3);
  sce_blob_delete(nested);

  nested = load_blob("version_asks.wasm"); /* it has no leave to ask in turn: no version */
  code = sce_blob_code(nested);
  expect_success(sce_instance_call(f.instance, &f.output, "ask", code.data, code.len, NULL));
  assert_int_equal(f.output.len, 1);
  assert_int_equal(f.output.data[0], 0);
  sce_blob_delete(nested);

  nested = load_blob("version_never.wasm");
  code = sce_blob_code(nested);
  sce_call_options_t limited = {.time_limit_ms = 100};
  expect_error(sce_instance_call(f.instance, &f.output, "ask", code.data, code.len, &limited), SCE_TIME_LIMIT,
               "ask did not finish within its time limit of 100 ms");
  sce_blob_delete(nested);
  expect_success(sce_instance_call(f.instance, &f.output, "ask", (const uint8_t *)"no code", 7, NULL));
  assert_memory_equal(f.output.data, "\0", 1);
  close_fixture(&f);
}

typedef struct spinner {
  fixture_t *f;
  sce_error_t *err;
} spinner_t;

static void *spin(void *arg) {
  spinner_t *s = arg;
  s->err = call(s->f, "spin");
  return NULL;
}

static void cancelled_from_another_thread(void **unused) {
  (void)unused;
  uint8_t expected[32];
  first_state(expected, "calls.wasm");
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    sce_instance_cancel(f.instance); /* nothing runs: nothing happens */
    expect_state(&f, expected);
    spinner_t spinner = {&f, NULL};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, spin, &spinner), 0);
    do { /* until the call has begun and is over */
      sce_instance_cancel(f.instance);
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (pthread_tryjoin_np(thread, NULL) != 0);
    expect_error(spinner.err, SCE_CANCELLED, "spin was cancelled");
    expect_state(&f, expected);
    close_fixture(&f);
  }
}

/* Asks code that never ends for its version. */
static void *ask(void *arg) {
  spinner_t *s = arg;
  sce_blob_t *nested = load_blob("version_never.wasm");
  sce_span_t code = sce_blob_code(nested);
  s->err = sce_instance_call(s->f->instance, &s->f->output, "ask", code.data, code.len, NULL);
  sce_blob_delete(nested);
  return NULL;
}

static void cancelled_within_other_code(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "versions.wasm", (sce_strategy_t)s);
    spinner_t spinner = {&f, NULL};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, &spinner), 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* by then it runs, mostly */
    do {
      sce_instance_cancel(f.instance);
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (pthread_tryjoin_np(thread, NULL) != 0);
    expect_error(spinner.err, SCE_CANCELLED, "ask was cancelled");
    close_fixture(&f);
  }
}

/* ---- host functions that take long ---- */

/* In place of ext_allocator_malloc: works until the call's limits say that it is enough. */
static sce_error_t *work_for_ever(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)args, (void)result;
  atomic_store((atomic_bool *)ctx, true);
  for (;;) {
    sce_error_t *err = sce_caller_check(caller);
    if (err != NULL) return err;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

/* Asks nobody, and takes longer than it may. */
static sce_error_t *work_too_long(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)ctx;
  uint32_t ptr;
  nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  sce_error_t *err = sce_caller_alloc(caller, &ptr, (uint32_t)args[0]);
  *result = ptr;
  return err;
}

static void open_own_malloc(fixture_t *f, int strategy, sce_host_fn function, void *ctx) {
  const sce_host_function_t own = {"ext_allocator_malloc_version_1", "(i32) -> i32", function, ctx, NULL};
  sce_config_t config;
  default_config(&config, (sce_strategy_t)strategy);
  config.host_functions = &own;
  config.host_function_count = 1;
  open_config(f, "calls.wasm", &config);
}

static sce_error_t *allocate(fixture_t *f, uint64_t time_limit_ms) {
  static const uint8_t hundred[4] = {100};
  sce_call_options_t options = {.time_limit_ms = time_limit_ms};
  return sce_instance_call(f->instance, &f->output, "allocate", hundred, 4, &options);
}

static void limits_are_seen_inside_host_functions(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    atomic_bool begun = false;
    open_own_malloc(&f, s, work_for_ever, &begun);
    expect_error(allocate(&f, 50), SCE_TIME_LIMIT, "did not finish within its time limit of 50 ms");
    close_fixture(&f);
    open_own_malloc(&f, s, work_too_long, NULL);
    expect_error(allocate(&f, 50), SCE_TIME_LIMIT, "did not finish within its time limit of 50 ms");
    expect_success(allocate(&f, 0));
    assert_int_equal(f.output.len, 100);
    close_fixture(&f);
  }
}

static void *allocate_in_thread(void *arg) {
  spinner_t *s = arg;
  s->err = allocate(s->f, 0);
  return NULL;
}

static void cancelled_inside_a_host_function(void **unused) {
  (void)unused;
  fixture_t f;
  atomic_bool begun = false;
  open_own_malloc(&f, SCE_STRATEGY_INSTANCE_REUSE, work_for_ever, &begun);
  spinner_t spinner = {&f, NULL};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, allocate_in_thread, &spinner), 0);
  while (!atomic_load(&begun)) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  sce_instance_cancel(f.instance); /* once is enough */
  assert_int_equal(pthread_join(thread, NULL), 0);
  expect_error(spinner.err, SCE_CANCELLED, "allocate was cancelled");
  close_fixture(&f);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_limits),
      cmocka_unit_test(heap_maximum_is_no_limit),
      cmocka_unit_test(doubling_is_not_cut_short),
      cmocka_unit_test(versions_of_other_code),
      cmocka_unit_test(cancelled_from_another_thread),
      cmocka_unit_test(cancelled_within_other_code),
      cmocka_unit_test(limits_are_seen_inside_host_functions),
      cmocka_unit_test(cancelled_inside_a_host_function),
  };
  int failed;
  RUN_WITH_EACH_COMPILER(failed, tests);
  return failed;
}
