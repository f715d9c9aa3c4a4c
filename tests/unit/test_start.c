/* test_start.c: start functions are code of the runtime's like any other: they have the stack that a call has, and its
 * limits end them; with each strategy and each compiler. */
#include "calls_support.h"

#include <pthread.h>
#include <time.h>

/* Also with instance-reuse, which has no place for what may never end: it says that it makes an instance for each. */
static void every_call_begins_after_the_start(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    warnings_t warnings = {"each call gets a fresh instance: the runtime has a start function", 0};
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.log = (sce_log_t){.write = count_warning, .ctx = &warnings, .max_level = 5};
    open_config(&f, "start_sets.wasm", &config);
    assert_int_equal(warnings.count, s == SCE_STRATEGY_INSTANCE_REUSE);
    bool found;
    sce_val_t mark;
    for (int round = 0; round < 3; round++) {
      expect_success(call(&f, "marks"));
      assert_int_equal(f.output.len, 8);
      assert_int_equal(sce_load_le32(f.output.data), 42);
      assert_int_equal(sce_load_le32(f.output.data + 4), 7);
      expect_success(sce_instance_get_global_const(f.instance, &found, &mark, "mark"));
      assert_true(found && mark.kind == SCE_VAL_I32 && mark.of.i32 == 42);
    }
    close_fixture(&f);
  }
}

static void *call_twice(void *arg) {
  fixture_t *f = arg;
  for (int round = 0; round < 2; round++) {
    expect_success(sce_instance_new(&f->instance, f->runtime));
    expect_error(call(f, "entry"), SCE_STACK_LIMIT, "start function exhausted the native stack of");
    sce_instance_delete(f->instance);
    f->instance = NULL;
  }
  return NULL;
}

/* More stack than the thread has left, and a thread that has less than the default. */
static void recursion_ends_with_an_error(void **unused) {
  (void)unused;
  static const struct {
    uint32_t native_max;
    size_t thread;
  } cases[] = {{0, 0}, {(uint32_t)7 << 20, 0}, {(uint32_t)64 << 20, 0}, {0, (size_t)256 << 10}};
  sce_blob_t *blob = load_blob("start_recursion.wasm");
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      sce_config_t config;
      default_config(&config, (sce_strategy_t)s);
      config.semantics.stack_native_max = cases[i].native_max;
      fixture_t f = {0};
      wasm_signals_restore();
      expect_success(sce_engine_new(&f.engine, &config));
      expect_success(sce_runtime_new(&f.runtime, f.engine, blob));
      pthread_attr_t attr;
      pthread_t thread;
      assert_int_equal(pthread_attr_init(&attr), 0);
      if (cases[i].thread != 0) assert_int_equal(pthread_attr_setstacksize(&attr, cases[i].thread), 0);
      assert_int_equal(pthread_create(&thread, &attr, call_twice, &f), 0);
      pthread_join(thread, NULL);
      pthread_attr_destroy(&attr);
      close_fixture(&f);
    }
  }
  sce_blob_delete(blob);
}

/* Making the instance does not run it, and every call has a limit of its own. */
static void a_time_limit_ends_it(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "start_endless.wasm", (sce_strategy_t)s);
    sce_call_options_t limited = {.time_limit_ms = 40};
    for (int round = 0; round < 2; round++) {
      expect_success(sce_instance_prepare(f.instance, "Core_version"));
      expect_error(sce_instance_call(f.instance, &f.output, "Core_version", NULL, 0, &limited), SCE_TIME_LIMIT,
                   "Core_version did not finish within its time limit of 40 ms");
    }
    close_fixture(&f);
  }
}

/* Other code that is asked for its version has the limit of the call that asks. */
static void a_time_limit_ends_it_in_other_code(void **unused) {
  (void)unused;
  fixture_t f;
  open_strategy(&f, "versions.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  sce_blob_t *nested = load_blob("start_endless.wasm");
  sce_span_t code = sce_blob_code(nested);
  sce_call_options_t limited = {.time_limit_ms = 100};
  expect_error(sce_instance_call(f.instance, &f.output, "ask", code.data, code.len, &limited), SCE_TIME_LIMIT,
               "ask did not finish within its time limit of 100 ms");
  sce_blob_delete(nested);
  close_fixture(&f);
}

typedef struct starter {
  fixture_t *f;
  bool reads_global;
  sce_error_t *err;
} starter_t;

static void *start(void *arg) {
  starter_t *s = arg;
  bool found;
  sce_val_t value;
  s->err = s->reads_global ? sce_instance_get_global_const(s->f->instance, &found, &value, "__heap_base")
                           : call(s->f, "Core_version");
  return NULL;
}

static void cancelling_ends_it(void **unused) {
  (void)unused;
  for (int s = 0; s < 2 * SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "start_endless.wasm", (sce_strategy_t)(s / 2));
    starter_t starter = {&f, s % 2 != 0, NULL};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, start, &starter), 0);
    do { /* until it has begun and is over */
      sce_instance_cancel(f.instance);
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (pthread_tryjoin_np(thread, NULL) != 0);
    expect_error(starter.err, SCE_CANCELLED, "was cancelled");
    close_fixture(&f);
  }
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call_begins_after_the_start),
      cmocka_unit_test(recursion_ends_with_an_error),
      cmocka_unit_test(a_time_limit_ends_it),
      cmocka_unit_test(a_time_limit_ends_it_in_other_code),
      cmocka_unit_test(cancelling_ends_it),
  };
  int failed;
  RUN_WITH_EACH_COMPILER(failed, tests);
  return failed;
}
