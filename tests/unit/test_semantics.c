/* test_semantics.c: what the semantics promise: canonical NaNs, deterministic and native stack limits on stacks of any
 * size, and the presets. */
#include "base/checked.h"
#include "scexec.h"
#include "support/wasm_signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_success(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

static void expect_error(sce_error_t *err, sce_error_kind_t kind, const char *part) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind || strstr(sce_error_message(err), part) == NULL)
    fail_msg("expected %s with '%s', got %s: %s", sce_error_kind_name(kind), part,
             sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

static sce_instance_t *open_instance(const char *name, const sce_config_t *config) {
  static uint8_t bytes[1 << 16];
  char path[512];
  snprintf(path, sizeof path, "%s/executor/%s", TEST_DATA, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t len = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  wasm_signals_restore();
  sce_blob_t *blob = NULL;
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  expect_success(sce_blob_new(&blob, (sce_span_t){bytes, len}));
  expect_success(sce_engine_new(&engine, config));
  expect_success(sce_runtime_new(&runtime, engine, blob));
  expect_success(sce_instance_new(&instance, runtime));
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  sce_runtime_delete(runtime);
  return instance;
}

static const char *const unary[] = {"sqrt", "ceil", "floor", "trunc", "nearest"};
static const char *const binary[] = {"add", "sub", "mul", "div", "min", "max"};

/* Bits of NaNs with payloads, signalling and quiet, of both signs. */
static const uint32_t nans32[] = {0x7fa12345, 0xffa00001, 0x7fc54321, 0xffffffff};
static const uint64_t nans64[] = {0x7ff4123456789abc, 0xfff0000000000001, 0x7ff8000000054321, 0xffffffffffffffff};

/* The result's bits of `method` on two operands of 4 or 8 bytes. */
static uint64_t compute(sce_instance_t *instance, const char *method, int width, uint64_t a, uint64_t b) {
  uint8_t data[16];
  sce_store_le64(data, a);
  sce_store_le64(data + width, b);
  sce_buf_t output = {0};
  expect_success(sce_instance_call(instance, &output, method, data, (size_t)width * 2, NULL));
  uint64_t bits = output.len == 4 ? sce_load_le32(output.data) : sce_load_le64(output.data);
  sce_buf_free(&output);
  return bits;
}

static void expect_canonical(sce_instance_t *instance, const char *method, int width, uint64_t a, uint64_t b) {
  uint64_t canonical = width == 4 ? 0x7fc00000 : 0x7ff8000000000000;
  uint64_t bits = compute(instance, method, width, a, b);
  if (bits != canonical)
    fail_msg("%s(%llx, %llx) = %llx", method, (unsigned long long)a, (unsigned long long)b, (unsigned long long)bits);
}

static void check_operations(sce_instance_t *instance, int width, const char *type, uint64_t nan) {
  char method[32];
  uint64_t one = width == 4 ? 0x3f800000 : 0x3ff0000000000000;
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
    snprintf(method, sizeof method, "%s_%s", type, unary[i]);
    expect_canonical(instance, method, width, nan, 0);
  }
  for (size_t i = 0; i < sizeof binary / sizeof *binary; i++) {
    snprintf(method, sizeof method, "%s_%s", type, binary[i]);
    expect_canonical(instance, method, width, nan, one);
    expect_canonical(instance, method, width, one, nan);
    expect_canonical(instance, method, width, nan, nan);
  }
}

/* These are no arithmetic (specification, 4.3.3): they change the sign bit and nothing else. */
static void check_sign_operations(sce_instance_t *instance, int i) {
  uint32_t a = nans32[i], sign = (uint32_t)1 << 31;
  uint64_t b = nans64[i], sign64 = (uint64_t)1 << 63;
  assert_int_equal(compute(instance, "f32_abs", 4, a, 0), a & ~sign);
  assert_int_equal(compute(instance, "f32_neg", 4, a, 0), a ^ sign);
  assert_int_equal(compute(instance, "f32_copysign", 4, a, 0x80000000), a | sign);
  assert_int_equal(compute(instance, "f64_abs", 8, b, 0), b & ~sign64);
  assert_int_equal(compute(instance, "f64_neg", 8, b, 0), b ^ sign64);
  assert_int_equal(compute(instance, "f64_copysign", 8, b, 0x8000000000000000), b | sign64);
}

static void check_floats(sce_instance_t *instance) {
  for (int i = 0; i < 4; i++) {
    check_operations(instance, 4, "f32", nans32[i]);
    check_operations(instance, 8, "f64", nans64[i]);
    assert_int_equal(compute(instance, "f32_demote", 8, nans64[i], 0), 0x7fc00000);
    assert_int_equal(compute(instance, "f64_promote", 4, nans32[i], 0), 0x7ff8000000000000);
    check_sign_operations(instance, i);
  }
  /* NaNs that arithmetic makes of numbers: inf - inf, 0 / 0, 0 * inf, sqrt(-1); x86 sets their sign bit. */
  expect_canonical(instance, "f32_sub", 4, 0x7f800000, 0x7f800000);
  expect_canonical(instance, "f32_div", 4, 0, 0);
  expect_canonical(instance, "f64_mul", 8, 0, 0x7ff0000000000000);
  expect_canonical(instance, "f64_sqrt", 8, 0xbff0000000000000, 0);
  assert_int_equal(compute(instance, "f32_add", 4, 0x3f800000, 0x40000000), 0x40400000); /* 1 + 2 = 3 */
}

/* With each compiler and strategy. */
static void nans_are_canonical(void **state) {
  (void)state;
  for (int c = 0; c < 3; c++) {
    for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
      sce_config_t config;
      sce_config_init(&config);
      config.semantics.canonicalize_nans = true;
      config.semantics.compiler = (sce_compiler_t)c;
      config.semantics.strategy = (sce_strategy_t)s;
      sce_instance_t *instance = open_instance("floats.wasm", &config);
      check_floats(instance);
      check_floats(instance); /* of tiers, some of it now by the other compiler */
      sce_instance_delete(instance);
    }
  }
}

/* Endless recursion ends in the deterministic limit, at the same depth in every strategy and tier; the next call is
 * right. */
static void deterministic_limit_comes_first(void **state) {
  (void)state;
  for (int s = 0; s < SCE_STRATEGY_COUNT * 3; s++) {
    sce_config_t config;
    sce_config_pvf(&config);
    config.semantics.strategy = (sce_strategy_t)(s / 3);
    config.semantics.compiler = (sce_compiler_t)(s % 3);
    sce_instance_t *instance = open_instance("calls.wasm", &config);
    sce_buf_t output = {0};
    for (int i = 0; i < 2; i++) {
      expect_error(sce_instance_call(instance, &output, "recurse", NULL, 0, NULL), SCE_STACK_LIMIT,
                   "recurse exceeded the deterministic stack limit of 65536 values");
      expect_success(sce_instance_call(instance, &output, "echo", (const uint8_t *)"x", 1, NULL));
      expect_error(sce_instance_call(instance, &output, "soil_and_trap", NULL, 0, NULL), SCE_TRAP, "unreachable");
    }
    sce_buf_free(&output);
    sce_instance_delete(instance);
  }
}

typedef struct small_thread {
  sce_instance_t *instance;
  const char *method;
  sce_buf_t output;
  sce_error_t *err;
} small_thread_t;

static void *call_it(void *arg) {
  small_thread_t *t = arg;
  t->err = sce_instance_call(t->instance, &t->output, t->method, (const uint8_t *)"input", 5, NULL);
  return NULL;
}

static void on_small_thread(small_thread_t *t, size_t stack_size) {
  pthread_attr_t attr;
  pthread_t thread;
  assert_int_equal(pthread_attr_init(&attr), 0);
  assert_int_equal(pthread_attr_setstacksize(&attr, stack_size), 0);
  assert_int_equal(pthread_create(&thread, &attr, call_it, t), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attr);
}

/* A thread with 64 KiB of stack may call, whatever the bound. */
static void small_threads_may_call(void **state) {
  (void)state;
  static const uint32_t bounds[] = {0, (uint32_t)8 << 20, (uint32_t)256 << 20};
  for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.stack_native_max = bounds[b];
    small_thread_t t = {open_instance("calls.wasm", &config), "echo", {0}, NULL};
    for (int round = 0; round < 3; round++) {
      t.method = "echo";
      on_small_thread(&t, (size_t)64 << 10);
      expect_success(t.err);
      assert_int_equal(t.output.len, 5);
      t.method = "recurse"; /* to the end of a large stack, and back as an error */
      on_small_thread(&t, (size_t)64 << 10);
      expect_error(t.err, SCE_STACK_LIMIT, "exhausted the native stack");
      t.method = "divide"; /* a fault that comes as a signal: 1 / 5 is fine, so ask for one that is not */
      on_small_thread(&t, (size_t)128 << 10);
      expect_success(t.err);
      t.method = "out_of_bounds";
      on_small_thread(&t, (size_t)64 << 10);
      expect_error(t.err, SCE_TRAP, "memory access out of bounds");
      t.err =
          sce_instance_call(t.instance, &t.output, "echo", (const uint8_t *)"input", 5, NULL); /* this thread, too */
      expect_success(t.err);
    }
    sce_buf_free(&t.output);
    sce_instance_delete(t.instance);
  }
}

static void presets(void **state) {
  (void)state;
  sce_config_t config, defaults;
  sce_config_init(&defaults);
  sce_config_block(&config);
  assert_int_equal(config.semantics.strategy, defaults.semantics.strategy);
  assert_false(config.semantics.stack_limited || config.semantics.canonicalize_nans);
  /* polkadot-node-core-pvf-common 29, executor_interface.rs, DEFAULT_CONFIG. */
  sce_config_pvf(&config);
  assert_true(config.semantics.stack_limited && config.semantics.canonicalize_nans && config.allow_missing_imports);
  assert_int_equal(config.semantics.stack_logical_max, 65536);
  assert_int_equal(config.semantics.stack_native_max, 256 * 1024 * 1024);
  assert_true(config.semantics.heap_pages.dynamic && !config.semantics.heap_pages.unlimited);
  assert_int_equal(config.semantics.heap_pages.pages, 2080);
  assert_false(config.semantics.parallel_compilation || config.semantics.wasm_simd ||
               config.semantics.wasm_bulk_memory);
  /* polkadot-node-core-pvf up to 0.9.3x, executor_intf.rs, CONFIG. */
  sce_config_pvf_static(&config);
  assert_false(config.semantics.heap_pages.dynamic);
  assert_int_equal(config.semantics.heap_pages.pages, 2048);
  assert_int_equal(config.max_memory_size, 2080 * 65536);
  assert_true(config.semantics.stack_limited && config.semantics.canonicalize_nans && config.allow_missing_imports);
  assert_int_equal(config.semantics.stack_logical_max, 65536);
}

static void count_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)target;
  if (level == SCE_LOG_WARN && memmem(message.data, message.len, "'nothing', which is unknown", 27) != NULL)
    ++*(int *)ctx;
}

/* A profiler by name, a warning for a name that is none, once in the process. */
static void profilers(void **state) {
  (void)state;
  static const char *const values[] = {"nothing", "nothing", "perfmap", "nothing"}; /* vtune leaks in its own library */
  int warnings = 0;
  char map[64];
  snprintf(map, sizeof map, "/tmp/perf-%d.map", (int)getpid());
  unlink(map);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    sce_config_t config;
    sce_config_init(&config);
    config.log = (sce_log_t){count_line, &warnings, 5};
    setenv("WASMTIME_PROFILING_STRATEGY", values[i], 1);
    sce_instance_t *instance = open_instance("calls.wasm", &config);
    unsetenv("WASMTIME_PROFILING_STRATEGY");
    sce_buf_t output = {0};
    expect_success(sce_instance_call(instance, &output, "echo", (const uint8_t *)"x", 1, NULL));
    sce_buf_free(&output);
    sce_instance_delete(instance);
    assert_int_equal(warnings, 1);
    assert_int_equal(access(map, F_OK) == 0, i >= 2);
  }
  unlink(map);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nans_are_canonical),
      cmocka_unit_test(deterministic_limit_comes_first),
      cmocka_unit_test(small_threads_may_call),
      cmocka_unit_test(presets),
      cmocka_unit_test(profilers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
