/* test_sandbox.c: the removed sandbox functions: scripts of calls (tests/oracle/sandbox), run by a runtime of
 * tests/data/executor, answer as the executor of 2021 did; and what ends or bounds a nested module. */
#include "base/buf.h"
#include "base/checked.h"
#include "base/file.h"
#include "scexec.h"
#include "support/vectors.h"
#include "support/wasm_signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void must(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

typedef struct fixture {
  sce_engine_t *engine;
  sce_instance_t *instance;
} fixture_t;

static void open_file(fixture_t *f, const sce_config_t *config, const char *path) {
  sce_buf_t code = {0};
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  wasm_signals_restore();
  must(sce_engine_new(&f->engine, config));
  must(sce_file_read(&code, path, 1 << 20));
  must(sce_blob_new(&blob, sce_buf_span(&code)));
  must(sce_runtime_new(&runtime, f->engine, blob));
  must(sce_instance_new(&f->instance, runtime));
  sce_runtime_delete(runtime);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

static void open_config(fixture_t *f, const sce_config_t *config) {
  open_file(f, config, TEST_DATA "/executor/sandbox.wasm");
}

static void open_fixture(fixture_t *f, sce_strategy_t strategy, sce_compiler_t compiler) {
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.strategy = strategy;
  config.semantics.compiler = compiler;
  open_config(f, &config);
}

static void close_fixture(fixture_t *f) {
  sce_instance_delete(f->instance);
  sce_engine_delete(f->engine);
}

/* ---- scripts ---- */

/* The oracle interprets the runtime, and there a host function that panics ends the whole call. Compiled code, which is
 * what counts, makes a trap of that (sc-executor-wasmtime 0.9 imports.rs, call_static), and a trap of the runtime is
 * one of the guest that called it: -3. The steps that went before are as in the other scripts. */
static const struct {
  const char *name, *output;
} panics[] = {
    {"a host function fails", "000000000000000000000000000000000000000000000000"
                              "fdffffff0000000000000000000000000000000000000000"
                              "000000000000000000000000000000000000000000000000"},
    {"a guest calls another through the runtime", "000000000000000000000000000000000000000000000000"
                                                  "010000000000000000000000000000000000000000000000"
                                                  "000000000000000001000000000000000000000000000000"
                                                  "000000000000000001000000000000000000000000000000"
                                                  "000000000000000001000900000000000000000000000000"
                                                  "fdffffff0000000000000000000000000000000000000000"},
};

static void adjust(json_t *record) {
  for (size_t i = 0; i < sizeof panics / sizeof panics[0]; i++) {
    if (strcmp(test_vector_text(record, "name"), panics[i].name) == 0)
      json_object_set_new(record, "output", json_string(panics[i].output));
  }
}

static bool runs_as_upstream(fixture_t *f, const json_t *record) {
  const char *name = test_vector_text(record, "name");
  const json_t *expected = json_object_get(record, "output");
  sce_buf_t input = test_vector_bytes(json_object_get(record, "input")), output = {0};
  sce_error_t *err = sce_instance_call(f->instance, &output, "run", input.data, input.len, NULL);
  bool right = json_is_null(expected) == (err != NULL);
  if (!right) print_error("%s: %s\n", name, err != NULL ? sce_error_message(err) : "no error");
  if (right && err == NULL) right = test_vector_equal(name, sce_buf_span(&output), expected);
  if (right && err != NULL) right = strncmp(sce_error_message(err), "ext_sandbox_", 12) == 0;
  sce_error_delete(err);
  sce_buf_free(&input);
  sce_buf_free(&output);
  return right;
}

static void scripts_answer_as_upstream(void **state) {
  static const sce_strategy_t strategies[] = {SCE_STRATEGY_INSTANCE_REUSE, SCE_STRATEGY_POOLING_COPY_ON_WRITE};
  static const sce_compiler_t compilers[] = {SCE_COMPILER_CRANELIFT, SCE_COMPILER_TIERED};
  (void)state;
  json_t *root = test_vectors_load(TEST_DATA "/sandbox.json"), *record;
  size_t index, wrong = 0, count = 0;
  for (int i = 0; i < 2; i++) {
    fixture_t f;
    open_fixture(&f, strategies[i], compilers[i]);
    json_array_foreach(root, index, record) {
      adjust(record);
      wrong += !runs_as_upstream(&f, record);
      count++;
    }
    close_fixture(&f);
  }
  print_message("%zu scripts, %zu wrong\n", count, wrong);
  assert_int_equal(count, 2 * json_array_size(root));
  assert_true(json_array_size(root) >= 80);
  json_decref(root);
  assert_int_equal(wrong, 0);
}

/* Without versions the functions are the same, with two numbers for a span. */
static void older_functions_answer_the_same(void **state) {
  (void)state;
  json_t *root = test_vectors_load(TEST_DATA "/sandbox.json"), *record;
  size_t index, wrong = 0;
  for (int tiered = 0; tiered < 2; tiered++) {
    sce_config_t config;
    fixture_t f;
    sce_config_init(&config);
    if (tiered) config.semantics.compiler = SCE_COMPILER_TIERED;
    open_file(&f, &config, TEST_DATA "/executor/sandbox_unversioned.wasm");
    json_array_foreach(root, index, record) {
      adjust(record);
      wrong += !runs_as_upstream(&f, record);
    }
    close_fixture(&f);
  }
  json_decref(root);
  assert_int_equal(wrong, 0);
}

/* ---- limits: one instance of `code`, whose "call" is called ---- */

static void put_u32(sce_buf_t *out, uint32_t value) {
  uint8_t bytes[4];
  sce_store_le32(bytes, value);
  must(sce_buf_append(out, bytes, 4));
}

static void put_step(sce_buf_t *out, const uint32_t words[8]) {
  for (int i = 0; i < 8; i++) put_u32(out, words[i]);
}

/* SCALE Vec<(module "env", field "loop", function 10)>. */
static const uint8_t environment[] = "\x04\x0c"
                                     "env\x10loop\x01\x0a\0\0\0";

static sce_error_t *call_guest(fixture_t *f, sce_span_t code, const sce_call_options_t *options) {
  sce_buf_t input = {0}, output = {0};
  uint32_t code_len = (uint32_t)code.len, at = 4 + 2 * 32, env_len = sizeof environment - 1;
  put_u32(&input, 2);
  put_step(&input, (const uint32_t[8]){4, 1, at, code_len, at + code_len, env_len});
  put_step(&input, (const uint32_t[8]){5, 0, at + code_len + env_len, 4, at + code_len + env_len + 4, 1, 0, 16});
  must(sce_buf_append(&input, code.data, code.len));
  must(sce_buf_append(&input, environment, env_len));
  must(sce_buf_append(&input, (const uint8_t *)"call", 5)); /* and no arguments: the NUL */
  sce_error_t *err = sce_instance_call(f->instance, &output, "run", input.data, input.len, options);
  sce_buf_free(&input);
  sce_buf_free(&output);
  return err;
}

/* (module (func (export "call") (loop (br 0)))) */
static const uint8_t endless[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7\10\1\4call\0\0\n\11\1\7\0\3\x40\x0c\0\x0b\x0b";
/* (module (import "env" "loop" (func)) (export "call" (func 0))) */
static const uint8_t endless_outside[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\2\x0c\1\3env\4loop\0\0\7\10\1\4call\0\0";

static const sce_span_t guests[] = {{endless, sizeof endless - 1}, {endless_outside, sizeof endless_outside - 1}};

static void time_limits_reach_guests(void **state) {
  (void)state;
  fixture_t f;
  open_fixture(&f, SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT);
  sce_call_options_t options = {.time_limit_ms = 50};
  for (int i = 0; i < 2; i++) {
    sce_error_t *err = call_guest(&f, guests[i], &options);
    assert_non_null(err);
    if (sce_error_kind(err) != SCE_TIME_LIMIT) fail_msg("%s", sce_error_message(err));
    sce_error_delete(err);
  }
  close_fixture(&f);
}

static void *cancel_soon(void *instance) {
  nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  sce_instance_cancel(instance);
  return NULL;
}

static void cancelling_reaches_guests(void **state) {
  (void)state;
  fixture_t f;
  open_fixture(&f, SCE_STRATEGY_RECREATE_INSTANCE, SCE_COMPILER_CRANELIFT);
  for (int i = 0; i < 2; i++) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f.instance), 0);
    sce_error_t *err = call_guest(&f, guests[i], NULL);
    pthread_join(thread, NULL);
    assert_non_null(err);
    if (sce_error_kind(err) != SCE_CANCELLED) fail_msg("%s", sce_error_message(err));
    sce_error_delete(err);
  }
  close_fixture(&f);
}

/* More than Wasmtime has in a store by itself. */
static void many_memories_are_made(void **state) {
  (void)state;
  enum { MANY = 12000 };
  fixture_t f;
  open_fixture(&f, SCE_STRATEGY_INSTANCE_REUSE, SCE_COMPILER_CRANELIFT);
  sce_buf_t input = {0}, output = {0};
  put_u32(&input, MANY);
  for (uint32_t i = 0; i < MANY; i++) put_step(&input, (const uint32_t[8]){0, 0, 1});
  must(sce_instance_call(f.instance, &output, "run", input.data, input.len, NULL));
  assert_int_equal(output.len, 24 * MANY);
  assert_int_equal(sce_load_le32(output.data + (size_t)24 * (MANY - 1)), MANY - 1);
  sce_buf_free(&input);
  sce_buf_free(&output);
  close_fixture(&f);
}

/* (module (memory 1) (func (export "call") (result i32) (memory.grow (i32.const 1000)))) */
static const uint8_t grows[] = "\0asm\1\0\0\0\1\5\1\x60\0\1\x7f\3\2\1\0\5\3\1\0\1\7\x08\1\4"
                               "call\0\0\x0a\x09\1\7\0\x41\xe8\7\x40\0\x0b";
/* The same with (memory 1 2). */
static const uint8_t grows_little[] = "\0asm\1\0\0\0\1\5\1\x60\0\1\x7f\3\2\1\0\5\4\1\1\1\2\7\x08\1\4"
                                      "call\0\0\x0a\x09\1\7\0\x41\xe8\7\x40\0\x0b";

static sce_error_t *make_memories(fixture_t *f, uint32_t pages, int count) {
  sce_buf_t input = {0}, output = {0};
  put_u32(&input, (uint32_t)count);
  for (int i = 0; i < count; i++) put_step(&input, (const uint32_t[8]){0, pages, 0xffffffff});
  sce_error_t *err = sce_instance_call(f->instance, &output, "run", input.data, input.len, NULL);
  sce_buf_free(&input);
  sce_buf_free(&output);
  return err;
}

static void expect_memory_limit(sce_error_t *err, const char *limit) {
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_MEMORY_LIMIT);
  assert_non_null(strstr(sce_error_message(err), limit));
  sce_error_delete(err);
}

/* What nested modules have together is bounded, and more ends the call; only a memory's own maximum answers -1. */
static void memories_have_a_bound_together(void **state) {
  (void)state;
#ifdef SCEXEC_PREBUILT_WASMTIME
  skip();
#endif
  fixture_t f;
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .unlimited = true};
  open_config(&f, &config);
  must(make_memories(&f, 60, 2));
  must(call_guest(&f, sce_span(grows, sizeof grows - 1), NULL));
  expect_memory_limit(make_memories(&f, 32768, 3), "more memory than 4294967296 bytes together");
  close_fixture(&f);
  config.max_memory_size = 100 * 65536;
  open_config(&f, &config);
  must(make_memories(&f, 60, 1));
  must(make_memories(&f, 50, 2));
  expect_memory_limit(make_memories(&f, 60, 2), "more memory than 6553600 bytes together");
  must(call_guest(&f, sce_span(grows_little, sizeof grows_little - 1), NULL));
  expect_memory_limit(call_guest(&f, sce_span(grows, sizeof grows - 1), NULL),
                      "more memory than 6553600 bytes together");
  must(call_guest(&f, sce_span(grows_little, sizeof grows_little - 1), NULL));
  close_fixture(&f);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scripts_answer_as_upstream), cmocka_unit_test(older_functions_answer_the_same),
      cmocka_unit_test(time_limits_reach_guests),   cmocka_unit_test(cancelling_reaches_guests),
      cmocka_unit_test(many_memories_are_made),     cmocka_unit_test(memories_have_a_bound_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
