/* test_alloc_failures.c: every allocation that scexec makes while it loads and calls a runtime fails once. Each time
 * the outcome must be an error, never a crash; nothing that scexec allocated may be left; and the next load and call
 * are right again. The program replaces the library's allocator by defining its three functions (src/base/alloc.h).
 *
 * Compiling takes longest, so the runtime is small (tests/data/fault/small.wat). One that has runtime tasks follows,
 * and a real one, with a sample of its allocations.
 */
#include <scexec.h>

#include "refuse.h"
#include "support/inputs.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int failures;

/* ---- load and call ---- */

static sce_error_t *load_and_call(sce_buf_t *output, sce_span_t code, const char *method, sce_span_t input,
                                  sce_strategy_t strategy) {
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.strategy = strategy;
  config.semantics.compiler = SCE_COMPILER_WINCH;
  config.allow_missing_imports = true;
  sce_blob_t *blob = NULL;
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  sce_call_stats_t stats;
  const sce_call_options_t options = {.time_limit_ms = 60000, .stats = &stats};
  sce_error_t *err = sce_engine_new(&engine, &config);
  if (err == NULL) err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_runtime_new(&runtime, engine, blob);
  if (err == NULL) err = sce_instance_new(&instance, runtime);
  for (int call = 0; err == NULL && call < 2; call++) { /* the second one on the reused instance */
    err = sce_instance_call(instance, output, method, input.data, input.len, &options);
  }
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  sce_blob_delete(blob);
  return err;
}

typedef struct subject {
  sce_span_t code;
  const char *method;
  sce_span_t input;
  sce_strategy_t strategy;
  int kind; /* of the error when nothing fails; 0: none */
} subject_t;

/* One run with allocation `number` refused (0: none); whether it came to that one. Checks the outcome, and that nothing
 * is left. The first output becomes `expected`, and every other must equal it. */
static bool run(const subject_t *subject, sce_buf_t *expected, long number) {
  const char *what = sce_strategy_name(subject->strategy);
  long before = atomic_load(&live);
  long held = expected->data != NULL;
  sce_buf_t output = {0};
  refuse(number);
  sce_error_t *err = load_and_call(&output, subject->code, subject->method, subject->input, subject->strategy);
  bool reached = refuse_no_more();
  int kind = err == NULL ? 0 : (int)sce_error_kind(err);
  /* Wasmtime passes on the refusal of a memory creator as a text. */
  bool refusal = kind == SCE_OUT_OF_MEMORY || (kind == SCE_ENGINE && strstr(sce_error_message(err), "out of memory"));
  if (kind != subject->kind && !(reached && refusal)) {
    print_error("%s, %s, allocation %ld: %s, kind %s\n", what, subject->method, number,
                err == NULL ? "no error" : sce_error_message(err), kind == 0 ? "none" : sce_error_kind_name(kind));
    failures++;
  }
  sce_error_delete(err);
  if (kind == 0 && expected->data != NULL) {
    assert_int_equal(output.len, expected->len);
    assert_memory_equal(output.data, expected->data, expected->len);
  }
  if (kind == 0 && expected->data == NULL) {
    *expected = output;
  } else {
    sce_buf_free(&output);
  }
  long left = atomic_load(&live) - before - (expected->data != NULL) + held;
  if (left != 0) {
    print_error("%s, %s, allocation %ld: %ld blocks left\n", what, subject->method, number, left);
    failures++;
  }
  return reached;
}

/* Refuses every allocation of loading and calling once, or a sample of about `most` of them. */
static void refuse_each(const subject_t *subject, long most) {
  sce_buf_t expected = {0};
  assert_false(run(subject, &expected, 0));
  long total = atomic_load(&allocations);
  long step = total <= most ? 1 : total / most + 1;
  long refusals = 0;
  for (long number = 1; number <= total; number += step) {
    if (run(subject, &expected, number)) refusals++;
  }
  assert_false(run(subject, &expected, 0));
  print_message("%s, %s: %ld allocations, %ld refused\n", sce_strategy_name(subject->strategy), subject->method, total,
                refusals);
  assert_true(refusals > 0);
  assert_int_equal(failures, 0);
  sce_buf_free(&expected);
}

/* ---- the tests ---- */

static void test_small_runtime(void **state) {
  (void)state;
  sce_buf_t code = test_read_file(TEST_DATA "/fault/small.wasm");
  for (int strategy = 0; strategy < SCE_STRATEGY_COUNT; strategy++) {
    subject_t subject = {{code.data, code.len}, "answer", {code.data, 8}, (sce_strategy_t)strategy, 0};
    refuse_each(&subject, LONG_MAX);
    subject.method = "panic";
    subject.kind = SCE_TRAP;
    refuse_each(&subject, LONG_MAX);
  }
  sce_buf_free(&code);
}

/* Spawns and joins a task that spawns and joins one, and one that nobody joins (tests/data/executor/tasks.wat). */
static void test_tasks(void **state) {
  (void)state;
  static const uint32_t script[] = {
      3, 0, 1, 2, 64, 64, 0, 1, 3, 124, 4, 1, 0, 0, 0, 0, /* spawn "run", spawn "echo", join 0 */
      3, 0, 1, 3, 0,  4,  0, 1, 3, 0,   4, 1, 1, 0, 0, 0, /* in the task: spawn "echo" twice, join 1 */
  };
  sce_buf_t code = test_read_file(TEST_DATA "/executor/tasks.wasm");
  for (int strategy = 0; strategy < SCE_STRATEGY_COUNT; strategy++) {
    const subject_t subject = {
        {code.data, code.len}, "run", {(const uint8_t *)script, sizeof script}, (sce_strategy_t)strategy, 0};
    refuse_each(&subject, LONG_MAX);
  }
  sce_buf_free(&code);
}

static void test_real_runtime(void **state) {
  (void)state;
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "kusama");
  const subject_t subject = {{code.data, code.len}, "Core_version", {NULL, 0}, SCE_STRATEGY_INSTANCE_REUSE, 0};
  refuse_each(&subject, 200);
  sce_buf_free(&code);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_small_runtime),
      cmocka_unit_test(test_tasks),
      cmocka_unit_test(test_real_runtime),
  };
  return cmocka_run_group_tests_name("allocation failures", tests, NULL, NULL);
}
