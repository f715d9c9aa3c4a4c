/* test_fork.c: a forked child has none of its parent's threads: time limits are watched, and code is compiled, by new
 * ones. */
#include "calls_support.h"
#include "support/inputs.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Runs `work` in a child, which must come to its end within 60 seconds and say true. */
static void in_child(bool (*work)(fixture_t *f), fixture_t *f) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    alarm(60);
    _exit(work(f) ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    fail_msg("the child ended with %s %d", WIFEXITED(status) ? "exit code" : "signal",
             WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static bool ends_with(sce_error_t *err, sce_error_kind_t kind) {
  bool right = err != NULL && sce_error_kind(err) == kind;
  if (!right) fprintf(stderr, "in the child: %s\n", err != NULL ? sce_error_message(err) : "no error");
  sce_error_delete(err);
  return right;
}

static bool works(sce_error_t *err) {
  if (err != NULL) fprintf(stderr, "in the child: %s\n", sce_error_message(err));
  sce_error_delete(err);
  return err == NULL;
}

static sce_error_t *spin(fixture_t *f) {
  sce_call_options_t limited = {.time_limit_ms = 50};
  return sce_instance_call(f->instance, &f->output, "spin", NULL, 0, &limited);
}

static bool limits_hold(fixture_t *f) {
  for (int round = 0; round < 2; round++)
    if (!ends_with(spin(f), SCE_TIME_LIMIT) || !works(call(f, "state"))) return false;
  close_fixture(f);
  return true;
}

static bool limits_hold_in_a_grandchild(fixture_t *f) {
  in_child(limits_hold, f);
  return limits_hold(f);
}

static void time_limits(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    expect_error(spin(&f), SCE_TIME_LIMIT, "spin did not finish");
    in_child(limits_hold, &f);
    in_child(limits_hold_in_a_grandchild, &f);
    expect_error(spin(&f), SCE_TIME_LIMIT, "spin did not finish");
    close_fixture(&f);
  }
}

#define NOT_ALLOWED 77

/* The first process of its namespace, whose child is the first of another: both are process 1. */
static int first_of_a_namespace(fixture_t *f) {
  if (!ends_with(spin(f), SCE_TIME_LIMIT)) return 1;
  if (unshare(CLONE_NEWPID) != 0) return NOT_ALLOWED;
  in_child(limits_hold, f);
  return 0;
}

static void time_limits_in_another_pid_namespace(void **unused) {
  (void)unused;
  fixture_t f;
  open_strategy(&f, "calls.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  pid_t outer = fork();
  assert_true(outer >= 0);
  if (outer == 0) {
    alarm(60);
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) _exit(NOT_ALLOWED);
    pid_t inner = fork();
    if (inner == 0) _exit(first_of_a_namespace(&f));
    int status;
    _exit(inner > 0 && waitpid(inner, &status, 0) == inner && WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  int status;
  assert_int_equal(waitpid(outer, &status, 0), outer);
  close_fixture(&f);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == NOT_ALLOWED) skip(); /* the system gives users no namespaces */
  assert_int_equal(WEXITSTATUS(status), 0);
}

static bool deletes_everything(fixture_t *f) {
  close_fixture(f);
  return true;
}

static bool calls_at_last(fixture_t *f) {
  if (!works(call(f, "Core_version")) || f->output.len < 100) return false;
  if (!works(call(f, "Metadata_metadata"))) return false;
  close_fixture(f);
  return true;
}

/* The child is forked while a thread of the parent compiles what it needs. */
static void compiling_in_tiers(void **unused) {
  (void)unused;
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "paseo");
  sce_blob_t *blob = NULL;
  fixture_t f = {0};
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.compiler = SCE_COMPILER_TIERED;
  wasm_signals_restore();
  expect_success(sce_blob_new(&blob, (sce_span_t){code.data, code.len}));
  expect_success(sce_engine_new(&f.engine, &config));
  expect_success(sce_runtime_new(&f.runtime, f.engine, blob));
  expect_success(sce_instance_new(&f.instance, f.runtime));
  sce_call_options_t limited = {.time_limit_ms = 20};
  expect_error(sce_instance_call(f.instance, &f.output, "Core_version", NULL, 0, &limited), SCE_TIME_LIMIT,
               "its code was not compiled by then");
  in_child(calls_at_last, &f);
  in_child(deletes_everything, &f);
  expect_success(call(&f, "Core_version"));
  close_fixture(&f);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest each[] = {cmocka_unit_test(time_limits)};
  const struct CMUnitTest once[] = {cmocka_unit_test(time_limits_in_another_pid_namespace),
                                    cmocka_unit_test(compiling_in_tiers)};
  int failed;
  RUN_WITH_EACH_COMPILER(failed, each);
  return failed + cmocka_run_group_tests(once, NULL, NULL);
}
