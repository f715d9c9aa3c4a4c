/* test_tasks.c: runtime tasks: scripts of spawning and joining (tests/oracle/tasks), run by a runtime of
 * tests/data/executor, answer as the executor of 2021 did; how a failed task is told; and what ends or bounds tasks. */
#include "base/buf.h"
#include "base/checked.h"
#include "base/file.h"
#include "scexec.h"
#include "support/vectors.h"
#include "support/wasm_signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void must(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

typedef struct fixture {
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
} fixture_t;

/* With one place in the pool, which the call itself takes. */
static void open_fixture(fixture_t *f, sce_strategy_t strategy, sce_compiler_t compiler) {
  sce_config_t config;
  sce_buf_t code = {0};
  sce_blob_t *blob;
  wasm_signals_restore();
  sce_config_init(&config);
  config.semantics.strategy = strategy;
  config.semantics.compiler = compiler;
  config.max_instances = 1;
  must(sce_engine_new(&f->engine, &config));
  must(sce_file_read(&code, TEST_DATA "/executor/tasks.wasm", 1 << 20));
  must(sce_blob_new(&blob, sce_buf_span(&code)));
  must(sce_runtime_new(&f->runtime, f->engine, blob));
  must(sce_instance_new(&f->instance, f->runtime));
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

static void close_fixture(fixture_t *f) {
  sce_instance_delete(f->instance);
  sce_runtime_delete(f->runtime);
  sce_engine_delete(f->engine);
}

/* ---- known answers ---- */

static sce_error_t *call_on_empty_state(sce_instance_t *instance, sce_buf_t *output, sce_span_t input) {
  sce_state_t *state = NULL;
  sce_overlay_t *overlay = NULL;
  must(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
  must(sce_overlay_new(&overlay, state));
  sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
  sce_call_options_t options = {.externalities = &ext};
  sce_error_t *err = sce_instance_call(instance, output, "run", input.data, input.len, &options);
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  return err;
}

static bool runs_as_upstream(sce_instance_t *instance, const json_t *record) {
  const char *name = test_vector_text(record, "name");
  const json_t *expected = json_object_get(record, "output");
  sce_buf_t input = test_vector_bytes(json_object_get(record, "input")), output = {0};
  sce_error_t *err = call_on_empty_state(instance, &output, sce_buf_span(&input));
  bool right = json_is_null(expected) == (err != NULL);
  if (!right) print_error("%s: %s\n", name, err != NULL ? sce_error_message(err) : "no error");
  if (right && err == NULL) right = test_vector_equal(name, sce_buf_span(&output), expected);
  if (right && err != NULL) right = strncmp(sce_error_message(err), "ext_runtime_tasks_", 18) == 0;
  sce_error_delete(err);
  sce_buf_free(&input);
  sce_buf_free(&output);
  return right;
}

/* Each script on an instance that ran all before it: nothing of a call or its tasks is seen by the next. */
static void scripts_answer_as_upstream(void **state) {
  static const sce_compiler_t compilers[] = {SCE_COMPILER_CRANELIFT, SCE_COMPILER_WINCH, SCE_COMPILER_TIERED};
  (void)state;
  json_t *root = test_vectors_load(TEST_DATA "/tasks.json"), *record;
  size_t index, wrong = 0, count = 0;
  for (int strategy = 0; strategy < SCE_STRATEGY_COUNT; strategy++) {
    for (int i = 0; i < 3; i++) {
      fixture_t f;
      open_fixture(&f, (sce_strategy_t)strategy, compilers[i]);
      json_array_foreach(root, index, record) {
        wrong += !runs_as_upstream(f.instance, record);
        count++;
      }
      close_fixture(&f);
    }
  }
  print_message("%zu scripts, %zu wrong\n", count, wrong);
  assert_true(json_array_size(root) >= 40);
  json_decref(root);
  assert_int_equal(wrong, 0);
}

/* ---- scripts of our own (tasks.wat says what the words are) ---- */

enum { SPAWN, JOIN, GET, TRAP, PANIC, LOOP, DEEP = 8, VERSION = 10, MANY = 12 };
enum { DISPATCH = 1, RUN = 2, ECHO = 3, NO_ENTRY = 11 };

static void put_u32(sce_buf_t *out, uint32_t value) {
  uint8_t bytes[4];
  sce_store_le32(bytes, value);
  must(sce_buf_append(out, bytes, 4));
}

static void put_step(sce_buf_t *out, const uint32_t words[5]) {
  for (int i = 0; i < 5; i++) put_u32(out, words[i]);
}

/* A script of one step. */
static sce_buf_t step_script(const uint32_t words[5]) {
  sce_buf_t out = {0};
  put_u32(&out, 1);
  put_step(&out, words);
  return out;
}

/* A script that spawns `payload` by a dispatcher `times`, and joins each at once. Takes the payload. */
static sce_buf_t join_script(uint32_t dispatcher, uint32_t function, sce_buf_t payload, uint32_t times) {
  sce_buf_t out = {0};
  put_u32(&out, 2 * times);
  for (uint32_t i = 0; i < times; i++) {
    put_step(&out, (const uint32_t[5]){SPAWN, dispatcher, function, 4 + 40 * times, (uint32_t)payload.len});
    put_step(&out, (const uint32_t[5]){JOIN, i});
  }
  must(sce_buf_append(&out, payload.data, payload.len));
  sce_buf_free(&payload);
  return out;
}

/* A script within tasks, `depth` deep. Takes it. */
static sce_buf_t nest(sce_buf_t script, unsigned depth) {
  while (depth-- > 0) script = join_script(DISPATCH, RUN, script, 1);
  return script;
}

/* Calls a script, which it takes. */
static sce_error_t *run(sce_instance_t *instance, sce_buf_t script, const sce_call_options_t *options) {
  sce_buf_t output = {0};
  sce_error_t *err = sce_instance_call(instance, &output, "run", script.data, script.len, options);
  sce_buf_free(&script);
  sce_buf_free(&output);
  return err;
}

static void expect_error(sce_error_t *err, sce_error_kind_t kind, const char *message) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind || strstr(sce_error_message(err), message) == NULL)
    fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

/* ---- failures ---- */

static void a_failed_task_is_told(void **state) {
  (void)state;
  static const struct {
    uint32_t words[5];
    sce_error_kind_t kind;
    const char *message;
  } steps[] = {
      {{TRAP}, SCE_TRAP, "_join_version_1: task 0: the table entry trapped: unreachable code was reached"},
      {{PANIC}, SCE_TRAP, "_join_version_1: task 0: the table entry panicked: panicked at task"},
      {{DEEP}, SCE_STACK_LIMIT, "_join_version_1: task 0: the table entry exhausted the native stack"},
      {{GET},
       SCE_HOST_FUNCTION,
       "_join_version_1: task 0: ext_storage_get_version_1: a runtime task runs without storage (get)"},
      {{VERSION}, SCE_HOST_FUNCTION, "a runtime task runs without a reader of runtime versions"},
      {{JOIN, 3}, SCE_HOST_FUNCTION, "argument `handle`: there is no task 3"},
      {{SPAWN, 0, 0, 0, UINT32_MAX}, SCE_HOST_FUNCTION, "spawn_version_1: argument `payload`"},
  };
  fixture_t f;
  open_fixture(&f, SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    sce_error_t *err = run(f.instance, nest(step_script(steps[i].words), 1), NULL);
    assert_non_null(err);
    assert_non_null(sce_error_backtrace(err));
    if (steps[i].words[0] == PANIC) assert_string_equal(sce_error_panic(err), "panicked at task");
    expect_error(err, steps[i].kind, steps[i].message);
  }
  sce_buf_t nothing = {0};
  expect_error(run(f.instance, join_script(NO_ENTRY, ECHO, nothing, 1), NULL), SCE_HOST_FUNCTION,
               "task 0: table entry 11 does not exist");
  expect_error(run(f.instance, join_script(ECHO, ECHO, nothing, 1), NULL), SCE_HOST_FUNCTION,
               "task 0: table entry 3 has type (i32, i32) -> i64, the call needs (i32, i32, i32) -> i64");
  close_fixture(&f);
}

static void note_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  bool *seen = ctx;
  *seen = level == SCE_LOG_ERROR && target.len == 7 && message.len == 16 &&
          memcmp(message.data, "panicked at task", 16) == 0;
}

static void lines_of_a_task_are_lines_of_the_call(void **state) {
  (void)state;
  fixture_t f;
  bool seen = false;
  open_fixture(&f, SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT);
  sce_externalities_t ext = {.size = sizeof ext, .log = {note_line, &seen, SCE_LOG_TRACE}};
  sce_call_options_t options = {.externalities = &ext};
  expect_error(run(f.instance, nest(step_script((const uint32_t[5]){PANIC}), 1), &options), SCE_TRAP, "panicked");
  assert_true(seen);
  close_fixture(&f);
}

/* ---- limits ---- */

/* What code runs in, that limits must reach: engines beside that of the call, and tasks in tasks. */
static const struct {
  sce_strategy_t strategy;
  sce_compiler_t compiler;
  unsigned depth;
} places[] = {
    {SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT, 1},
    {SCE_STRATEGY_RECREATE_INSTANCE, SCE_COMPILER_WINCH, 3},
    {SCE_STRATEGY_POOLING, SCE_COMPILER_CRANELIFT, 2},
    {SCE_STRATEGY_POOLING_COPY_ON_WRITE, SCE_COMPILER_TIERED, 2},
};

static void time_limits_reach_tasks(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    fixture_t f;
    open_fixture(&f, places[i].strategy, places[i].compiler);
    must(sce_instance_prepare(f.instance, "run"));
    sce_call_options_t options = {.time_limit_ms = 200};
    sce_buf_t script = nest(step_script((const uint32_t[5]){LOOP}), places[i].depth);
    expect_error(run(f.instance, script, &options), SCE_TIME_LIMIT, "run did not finish within its time limit");
    must(run(f.instance, nest(step_script((const uint32_t[5]){SPAWN}), 1), NULL));
    close_fixture(&f);
  }
}

typedef struct canceller {
  sce_instance_t *instance;
  atomic_bool done;
} canceller_t;

/* Again and again: a call that has not begun can't be cancelled. */
static void *cancel_until_done(void *arg) {
  canceller_t *c = arg;
  while (!atomic_load(&c->done)) {
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    sce_instance_cancel(c->instance);
  }
  return NULL;
}

static void cancelling_reaches_tasks(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    fixture_t f;
    pthread_t thread;
    open_fixture(&f, places[i].strategy, places[i].compiler);
    must(sce_instance_prepare(f.instance, "run"));
    canceller_t canceller = {.instance = f.instance};
    assert_int_equal(pthread_create(&thread, NULL, cancel_until_done, &canceller), 0);
    sce_buf_t script = nest(step_script((const uint32_t[5]){LOOP}), places[i].depth);
    sce_error_t *err = run(f.instance, script, NULL);
    atomic_store(&canceller.done, true);
    pthread_join(thread, NULL);
    expect_error(err, SCE_CANCELLED, "run was cancelled");
    must(run(f.instance, nest(step_script((const uint32_t[5]){SPAWN}), 1), NULL));
    close_fixture(&f);
  }
}

static void waiting_tasks_are_bounded(void **state) {
  (void)state;
  enum { MEBIBYTE = 1 << 20 };
  fixture_t f;
  open_fixture(&f, SCE_STRATEGY_RECREATE_INSTANCE, SCE_COMPILER_CRANELIFT);
  must(run(f.instance, step_script((const uint32_t[5]){MANY, 65536, DISPATCH, ECHO, 0}), NULL));
  expect_error(run(f.instance, step_script((const uint32_t[5]){MANY, 65537, DISPATCH, ECHO, 0}), NULL),
               SCE_MEMORY_LIMIT, "65536 tasks wait to be joined");
  must(run(f.instance, step_script((const uint32_t[5]){MANY, 128, DISPATCH, ECHO, MEBIBYTE}), NULL));
  expect_error(run(f.instance, step_script((const uint32_t[5]){MANY, 129, DISPATCH, ECHO, MEBIBYTE}), NULL),
               SCE_MEMORY_LIMIT, "argument `payload`: with these 1048576 bytes");
  /* What a task leaves behind is given back at its end, and counts as long as it runs. */
  sce_buf_t many = step_script((const uint32_t[5]){MANY, 100, DISPATCH, ECHO, MEBIBYTE});
  must(run(f.instance, join_script(DISPATCH, RUN, many, 3), NULL));
  sce_buf_t both = {0};
  put_u32(&both, 3);
  put_step(&both, (const uint32_t[5]){MANY, 100, DISPATCH, ECHO, MEBIBYTE});
  put_step(&both, (const uint32_t[5]){SPAWN, DISPATCH, RUN, 64, 24});
  put_step(&both, (const uint32_t[5]){JOIN, 100});
  put_u32(&both, 1);
  put_step(&both, (const uint32_t[5]){MANY, 29, DISPATCH, ECHO, MEBIBYTE});
  expect_error(run(f.instance, both, NULL), SCE_MEMORY_LIMIT, "task 100: ext_runtime_tasks_spawn_version_1: ");
  close_fixture(&f);
}

static void depth_is_bounded(void **state) {
  (void)state;
  for (int strategy = 0; strategy < SCE_STRATEGY_COUNT; strategy++) {
    fixture_t f;
    open_fixture(&f, (sce_strategy_t)strategy, SCE_COMPILER_CRANELIFT);
    must(run(f.instance, nest(step_script((const uint32_t[5]){SPAWN}), 8), NULL));
    expect_error(run(f.instance, nest(step_script((const uint32_t[5]){SPAWN}), 9), NULL), SCE_HOST_FUNCTION,
                 "tasks within tasks are more than 8 deep");
    close_fixture(&f);
  }
}

/* A task whose recursion has no end, joined at the end of another recursion, in tasks of their own. */
static void *run_deep(void *instance) {
  sce_buf_t script = {0};
  put_u32(&script, 2);
  put_step(&script, (const uint32_t[5]){SPAWN, DISPATCH, RUN, 44, 24});
  put_step(&script, (const uint32_t[5]){DEEP, 14000, 0});
  put_u32(&script, 1);
  put_step(&script, (const uint32_t[5]){DEEP});
  expect_error(run(instance, nest(script, 5), NULL), SCE_STACK_LIMIT,
               "task 0: ext_runtime_tasks_join_version_1: task 0: the table entry exhausted the native stack");
  return NULL;
}

/* Every level of tasks has a whole stack for compiled code, however small that of the thread is, and although it lies
 * below all others. */
static void stacks_are_large_enough(void **state) {
  (void)state;
  static _Alignas(65536) uint8_t small[512 << 10];
  fixture_t f;
  pthread_attr_t attr;
  pthread_t thread;
  open_fixture(&f, SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT);
  (void)run_deep(f.instance);
  assert_int_equal(pthread_attr_init(&attr), 0);
  assert_int_equal(pthread_attr_setstack(&attr, small, sizeof small), 0);
  assert_int_equal(pthread_create(&thread, &attr, run_deep, f.instance), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  pthread_attr_destroy(&attr);
  close_fixture(&f);
}

/* ---- threads ---- */

static void *run_often(void *runtime) {
  sce_instance_t *instance = NULL;
  sce_error_t *err = sce_instance_new(&instance, runtime);
  for (int i = 0; err == NULL && i < 20; i++)
    err = run(instance, nest(step_script((const uint32_t[5]){SPAWN}), 2), NULL);
  sce_instance_delete(instance);
  return err;
}

/* Calls that wait for the pool's one place, each with tasks that need none. */
static void threads_share_a_runtime(void **state) {
  (void)state;
  for (int strategy = 0; strategy < SCE_STRATEGY_COUNT; strategy++) {
    fixture_t f;
    pthread_t threads[4];
    void *err;
    open_fixture(&f, (sce_strategy_t)strategy, SCE_COMPILER_CRANELIFT);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_often, f.runtime), 0);
    for (int i = 0; i < 4; i++) {
      assert_int_equal(pthread_join(threads[i], &err), 0);
      must(err);
    }
    close_fixture(&f);
  }
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scripts_answer_as_upstream),
      cmocka_unit_test(a_failed_task_is_told),
      cmocka_unit_test(lines_of_a_task_are_lines_of_the_call),
      cmocka_unit_test(time_limits_reach_tasks),
      cmocka_unit_test(cancelling_reaches_tasks),
      cmocka_unit_test(waiting_tasks_are_bounded),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(stacks_are_large_enough),
      cmocka_unit_test(threads_share_a_runtime),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
