/* calls_support.h: what the tests of calls share: the runtimes of tests/data/executor on any strategy and compiler, and
 * their first state. */
#ifndef SCE_TESTS_CALLS_SUPPORT_H
#define SCE_TESTS_CALLS_SUPPORT_H

#include "base/checked.h"
#include "scexec.h"
#include "support/wasm_signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static inline void expect_success(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

/* Asserts the kind and that the message contains `part`; deletes the error. */
static inline void expect_error(sce_error_t *err, sce_error_kind_t kind, const char *part) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind || strstr(sce_error_message(err), part) == NULL)
    fail_msg("expected %s with '%s', got %s: %s", sce_error_kind_name(kind), part,
             sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

static inline sce_blob_t *load_blob(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/executor/%s", TEST_DATA, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  static uint8_t bytes[1 << 16];
  size_t len = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, (sce_span_t){bytes, len}));
  return blob;
}

typedef struct fixture {
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_buf_t output;
} fixture_t;

static inline void open_config(fixture_t *f, const char *name, const sce_config_t *config) {
  *f = (fixture_t){0};
  wasm_signals_restore();
  sce_blob_t *blob = load_blob(name);
  expect_success(sce_engine_new(&f->engine, config));
  expect_success(sce_runtime_new(&f->runtime, f->engine, blob));
  expect_success(sce_instance_new(&f->instance, f->runtime));
  sce_blob_delete(blob);
}

static sce_compiler_t compiler; /* of the present round of all tests */

static inline void default_config(sce_config_t *config, sce_strategy_t strategy) {
  sce_config_init(config);
  config->semantics.compiler = compiler;
  config->semantics.strategy = strategy;
  config->semantics.heap_pages.pages = 8;
  config->max_instances = 4;
}

static inline void open_strategy(fixture_t *f, const char *name, sce_strategy_t strategy) {
  sce_config_t config;
  default_config(&config, strategy);
  open_config(f, name, &config);
}

static inline void close_fixture(fixture_t *f) {
  sce_buf_free(&f->output);
  sce_instance_delete(f->instance);
  sce_runtime_delete(f->runtime);
  sce_engine_delete(f->engine);
}

static inline sce_error_t *call(fixture_t *f, const char *method) {
  return sce_instance_call(f->instance, &f->output, method, NULL, 0, NULL);
}

/* Counts scexec's own warnings that contain the text in `part`. */
typedef struct warnings {
  const char *part;
  int count;
} warnings_t;

static inline void count_warning(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)target;
  warnings_t *warnings = ctx;
  char text[512];
  snprintf(text, sizeof text, "%.*s", (int)message.len, (const char *)message.data);
  if (level == SCE_LOG_WARN && strstr(text, warnings->part) != NULL) warnings->count++;
}

/* What `state` answers on a fresh instance. */
static inline void first_state(uint8_t answer[32], const char *name) {
  fixture_t f;
  open_strategy(&f, name, SCE_STRATEGY_RECREATE_INSTANCE);
  expect_success(call(&f, "state"));
  assert_int_equal(f.output.len, 32);
  memcpy(answer, f.output.data, 32);
  close_fixture(&f);
}

static inline void expect_state(fixture_t *f, const uint8_t expected[32]) {
  for (int i = 0; i < 2; i++) {
    expect_success(call(f, "state"));
    assert_int_equal(f->output.len, 32);
    assert_memory_equal(f->output.data, expected, 32);
  }
}

/* Runs the tests once with each compiler; the number of failures. */
#define RUN_WITH_EACH_COMPILER(failed, tests)                                                                          \
  do {                                                                                                                 \
    compiler = SCE_COMPILER_CRANELIFT;                                                                                 \
    failed = cmocka_run_group_tests_name("cranelift", tests, NULL, NULL);                                              \
    compiler = SCE_COMPILER_WINCH;                                                                                     \
    failed += cmocka_run_group_tests_name("winch", tests, NULL, NULL);                                                 \
    compiler = SCE_COMPILER_TIERED;                                                                                    \
    failed += cmocka_run_group_tests_name("tiered", tests, NULL, NULL);                                                \
  } while (0)

#endif
