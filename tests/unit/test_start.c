/* test_start.c: start functions are code of the runtime's like any other: they have the stack that a call has, and end
 * with an error; with each strategy and each compiler. */
#include "calls_support.h"

#include <pthread.h>

static void every_call_begins_after_the_start(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "start_sets.wasm", (sce_strategy_t)s);
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

/* What a first call comes to, from making the instance on. */
static sce_error_t *first_call(fixture_t *f) {
  sce_error_t *err = sce_instance_new(&f->instance, f->runtime);
  return err == NULL ? call(f, "entry") : err;
}

static void *call_twice(void *arg) {
  fixture_t *f = arg;
  for (int round = 0; round < 2; round++) {
    expect_error(first_call(f), SCE_STACK_LIMIT, "start function exhausted the native stack of");
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

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call_begins_after_the_start),
      cmocka_unit_test(recursion_ends_with_an_error),
  };
  int failed;
  RUN_WITH_EACH_COMPILER(failed, tests);
  return failed;
}
