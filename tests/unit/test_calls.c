/* test_calls.c: every way to call, every way for a call to go wrong, and that no call sees a trace of another, with
 * each strategy, and all of it with each compiler. The runtimes are those of tests/data/executor. What a fresh instance
 * answers is the yardstick: the strategy recreate-instance, which shares nothing between calls. */
#include "calls_support.h"

#include "base/buf.h"
#include "base/error.h"
#include "scexec/overlay.h"
#include "scexec/state.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* Soils everything in each way and looks at what the next call sees. */
static void soil_everything(fixture_t *f, const uint8_t expected[32]) {
  sce_call_options_t limited = {.time_limit_ms = 20};
  expect_state(f, expected);
  expect_success(call(f, "soil"));
  expect_state(f, expected);
  expect_error(call(f, "soil_and_trap"), SCE_TRAP, "soil_and_trap trapped: unreachable code was reached");
  expect_state(f, expected);
  expect_error(sce_instance_call(f->instance, &f->output, "spin", NULL, 0, &limited), SCE_TIME_LIMIT,
               "spin did not finish");
  expect_state(f, expected);
  expect_error(call(f, "alloc_storm"), SCE_MEMORY_LIMIT, "ext_allocator_malloc_version_1: out of heap");
  expect_state(f, expected);
  expect_error(call(f, "soil_and_storm"), SCE_MEMORY_LIMIT, "ext_allocator_malloc_version_1: out of heap");
  expect_state(f, expected);
  expect_error(call(f, "recurse"), SCE_STACK_LIMIT, "recurse exhausted the native stack");
  expect_state(f, expected);
  expect_success(call(f, "grow_storm"));
  expect_state(f, expected);
}

static void no_trace_is_left(void **unused) {
  (void)unused;
  static const char *const runtimes[] = {"calls.wasm", "own_memory.wasm"};
  for (int r = 0; r < 2; r++) {
    uint8_t expected[32];
    first_state(expected, runtimes[r]);
    for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
      fixture_t f;
      open_strategy(&f, runtimes[r], (sce_strategy_t)s);
      for (int round = 0; round < 3; round++) soil_everything(&f, expected);
      close_fixture(&f);
    }
  }
}

/* The same with memory that may grow, where growth must vanish too. */
static void growth_is_not_seen(void **unused) {
  (void)unused;
  uint8_t expected[32] = {0};
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .pages = 40};
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    expect_success(call(&f, "state"));
    if (s == 0) memcpy(expected, f.output.data, 32);
    assert_int_equal(sce_load_le64(expected + 8), 3);
    for (int round = 0; round < 3; round++) {
      expect_state(&f, expected);
      expect_success(call(&f, "grow_and_soil"));
      assert_int_equal(sce_load_le32(f.output.data), 3);
      expect_state(&f, expected);
      expect_success(call(&f, "grow_storm"));
      assert_int_equal(sce_load_le32(f.output.data), 40);
      soil_everything(&f, expected);
    }
    close_fixture(&f);
  }
}

/* A small budget makes a reset drop pages; a large one keeps and restores them. */
static void every_budget_restores(void **unused) {
  (void)unused;
  uint8_t expected[32];
  first_state(expected, "calls.wasm");
  static const size_t budgets[] = {0, 4096, 40960, (size_t)64 << 20};
  static const sce_strategy_t keeping[] = {SCE_STRATEGY_INSTANCE_REUSE, SCE_STRATEGY_RECREATE_INSTANCE,
                                           SCE_STRATEGY_POOLING};
  for (size_t b = 0; b < sizeof budgets / sizeof *budgets * 3; b++) {
    sce_config_t config;
    default_config(&config, keeping[b % 3]);
    config.resident_budget = budgets[b / 3];
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    for (int round = 0; round < 600; round++) { /* crosses a trimming round */
      uint8_t some[4];
      sce_store_le32(some, (uint32_t)(round * 1237 % 300000));
      expect_success(sce_instance_call(f.instance, &f.output, "soil_some", some, 4, NULL));
      expect_success(call(&f, "state"));
      assert_memory_equal(f.output.data, expected, 32);
    }
    close_fixture(&f);
  }
}

static void unrestorable_code_gets_fresh_instances(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.semantics.wasm_bulk_memory = config.semantics.wasm_reference_types = true;
    if (compiler == SCE_COMPILER_WINCH)
      config.semantics.compiler = SCE_COMPILER_CRANELIFT; /* Winch has no references */
    warnings_t warnings = {"each call gets a fresh instance: the runtime has passive data segments", 0};
    config.log = (sce_log_t){.write = count_warning, .ctx = &warnings, .max_level = 2};
    fixture_t f;
    open_config(&f, "bulk.wasm", &config);
    assert_int_equal(warnings.count, s == SCE_STRATEGY_INSTANCE_REUSE);
    for (int i = 0; i < 3; i++) {
      expect_success(call(&f, "once"));
      assert_memory_equal(f.output.data, "pass\1\0\0\0", 8);
    }
    assert_null(sce_instance_linear_memory_base(f.instance));
    close_fixture(&f);
  }
}

static void input_and_output_of_every_size(void **unused) {
  (void)unused;
  fixture_t f;
  sce_config_t config;
  default_config(&config, SCE_STRATEGY_INSTANCE_REUSE);
  config.semantics.heap_pages.pages = 1100;
  open_config(&f, "calls.wasm", &config);
  static const size_t sizes[] = {0, 1, 8, 65535, 65536, (size_t)5 << 20, (size_t)32 << 20};
  uint8_t *data = malloc((size_t)33 << 20);
  assert_non_null(data);
  for (size_t i = 0; i < (size_t)33 << 20; i++) data[i] = (uint8_t)(i * 31 + 7);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    expect_success(sce_instance_call(f.instance, &f.output, "echo", data, sizes[i], NULL));
    assert_int_equal(f.output.len, sizes[i]);
    if (sizes[i] > 0) assert_memory_equal(f.output.data, data, sizes[i]);
  }
  expect_error(sce_instance_call(f.instance, &f.output, "echo", data, ((size_t)32 << 20) + 1, NULL), SCE_BAD_INPUT,
               "33554433 bytes of input");
  expect_success(call(&f, "output_at_the_end"));
  assert_int_equal(f.output.len, 0);
  expect_error(call(&f, "huge_output"), SCE_BAD_OUTPUT, "returned 4294967295 bytes at 0xffffffff");
  free(data);
  close_fixture(&f);
}

static void table_entries(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    const uint8_t data[] = {1, 2, 3};
    sce_buf_t *out = &f.output;
    expect_success(sce_instance_call_table(f.instance, out, 1, data, 3, NULL));
    assert_int_equal(out->len, 3);
    expect_success(sce_instance_call_table_wrapped(f.instance, out, 2, 40, data, 3, NULL));
    assert_int_equal(sce_load_le32(out->data), 43);
    expect_error(sce_instance_call_table(f.instance, out, 0, data, 3, NULL), SCE_MISSING_EXPORT,
                 "table entry 0 is empty");
    expect_error(sce_instance_call_table(f.instance, out, 5, data, 3, NULL), SCE_MISSING_EXPORT,
                 "the table has 5 entries");
    expect_error(sce_instance_call_table(f.instance, out, 4, data, 3, NULL), SCE_WRONG_TYPE,
                 "table entry 4 has type (i32) -> i32, the call needs (i32, i32) -> i64");
    expect_error(sce_instance_call_table_wrapped(f.instance, out, 1, 0, data, 3, NULL), SCE_WRONG_TYPE,
                 "needs (i32, i32, i32) -> i64");
    expect_error(sce_instance_call_table_wrapped(f.instance, out, 3, 0, data, 3, NULL), SCE_WRONG_TYPE,
                 "table entry 3 has type (i32, i32) -> i64, the call needs (i32, i32, i32) -> i64");
    expect_error(call(&f, "nowhere"), SCE_MISSING_EXPORT, "does not export nowhere");
    expect_error(call(&f, "g_i32"), SCE_WRONG_TYPE, "not a function");
    expect_error(call(&f, "no_entry"), SCE_WRONG_TYPE, "not of type (i32, i32) -> i64");
    close_fixture(&f);
    open_strategy(&f, "names.wasm", (sce_strategy_t)s);
    expect_error(sce_instance_call_table(f.instance, out, 1, data, 3, NULL), SCE_MISSING_EXPORT, "exports no table");
    close_fixture(&f);
    open_strategy(&f, "odd_table.wasm", (sce_strategy_t)s);
    expect_error(sce_instance_call_table(f.instance, out, 1, data, 3, NULL), SCE_WRONG_TYPE, "is not a table");
    close_fixture(&f);
  }
}

static void global_constants(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    sce_val_t value;
    bool found;
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "g_i32"));
    assert_true(found && value.kind == SCE_VAL_I32 && value.of.i32 == -5);
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "g_i64"));
    assert_true(found && value.kind == SCE_VAL_I64 && value.of.i64 == 0x123456789abcdef0);
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "g_f32"));
    assert_true(found && value.kind == SCE_VAL_F32 && value.of.f32 == 1.5f);
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "g_f64"));
    assert_true(found && value.kind == SCE_VAL_F64 && value.of.f64 == -2.25);
    expect_success(call(&f, "soil")); /* a changed mutable global is as after instantiation again */
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "shown"));
    assert_true(found && value.kind == SCE_VAL_I32 && value.of.i32 == 11);
    expect_success(sce_instance_get_global_const(f.instance, &found, &value, "absent"));
    assert_false(found);
    expect_error(sce_instance_get_global_const(f.instance, &found, &value, "echo"), SCE_WRONG_TYPE, "not a global");
    close_fixture(&f);
  }
}

static void traps_tell_what_happened(void **unused) {
  (void)unused;
  fixture_t f;
  open_strategy(&f, "calls.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  expect_error(call(&f, "out_of_bounds"), SCE_TRAP, "memory access out of bounds");
  expect_error(call(&f, "divide"), SCE_TRAP, "integer division by zero");
  expect_error(call(&f, "free_nothing"), SCE_HOST_FUNCTION, "ext_allocator_free_version_1: free of 0x3039");
  sce_error_t *err = call(&f, "panic");
  assert_string_equal(sce_error_panic(err), "panicked at 'no way out', calls.wat:1");
  expect_error(err, SCE_TRAP, "panic panicked: panicked at 'no way out', calls.wat:1");
  close_fixture(&f);

  open_strategy(&f, "names.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  err = call(&f, "entry");
  assert_int_equal(sce_error_kind(err), SCE_TRAP);
  const char *trace = sce_error_backtrace(err);
  assert_non_null(trace);
  assert_non_null(strstr(trace, "0: runtime::core::panic ("));
  assert_non_null(strstr(trace, "\n1: plain_name ("));
  assert_non_null(strstr(trace, "\n2: runtime::entry ("));
  sce_error_delete(err);
  close_fixture(&f);
}

static void statistics_of_a_call(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    sce_call_stats_t stats;
    sce_call_options_t options = {.stats = &stats};
    const uint8_t hundred[4] = {100};
    expect_success(sce_instance_call(f.instance, &f.output, "allocate", hundred, 4, &options));
    /* Two blocks with headers: 8 + 8 for the input, 128 + 8 for the answer; the base 70000 is a multiple of 8. */
    assert_int_equal(stats.bytes_allocated_peak, 152);
    assert_int_equal(stats.bytes_allocated_sum, 152);
    assert_int_equal(stats.address_space_used, 152);
    assert_int_equal(stats.memory_size, 11 * 65536);
    assert_true(stats.execute_ns > 0);
    expect_error(sce_instance_call(f.instance, &f.output, "divide", NULL, 0, &options), SCE_TRAP, "zero");
    assert_int_equal(stats.bytes_allocated_sum, 16);
    close_fixture(&f);
  }
}

static void missing_imports(void **unused) {
  (void)unused;
  sce_config_t config;
  default_config(&config, SCE_STRATEGY_INSTANCE_REUSE);
  sce_blob_t *missing = load_blob("missing.wasm"), *mistyped = load_blob("mistyped.wasm");
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  expect_success(sce_engine_new(&engine, &config));
  expect_error(sce_runtime_new(&runtime, engine, missing), SCE_MISSING_IMPORT,
               "env.ext_nowhere_version_1, env.ext_other_version_3;");
  expect_error(sce_runtime_new(&runtime, engine, mistyped), SCE_MISSING_IMPORT,
               "env.ext_storage_set_version_1 (the runtime's type is (i32) -> (), the host's (i64, i64) -> ())");
  sce_engine_delete(engine);

  config.allow_missing_imports = true;
  fixture_t f;
  open_config(&f, "missing.wasm", &config);
  expect_success(call(&f, "fine"));
  size_t count;
  const char *const *names = sce_runtime_missing_imports(f.runtime, &count);
  assert_int_equal(count, 2);
  assert_string_equal(names[0], "ext_nowhere_version_1");
  assert_string_equal(names[1], "ext_other_version_3");
  expect_error(call(&f, "calls_it"), SCE_MISSING_IMPORT, "call to the missing function env.ext_nowhere_version_1");
  expect_error(sce_runtime_new(&runtime, f.engine, mistyped), SCE_MISSING_IMPORT, "ext_storage_set_version_1");
  close_fixture(&f);
  sce_blob_delete(missing);
  sce_blob_delete(mistyped);
}

/* Upstream compares whole names, too, and links what is missing when it may be. */
static void names_with_a_nul(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    sce_blob_t *blob = load_blob("nul_names.wasm");
    sce_engine_t *engine;
    sce_runtime_t *runtime = NULL;
    expect_success(sce_engine_new(&engine, &config));
    expect_error(sce_runtime_new(&runtime, engine, blob), SCE_MISSING_IMPORT,
                 "env.ext_allocator_malloc_version_1\\0b;");
    sce_engine_delete(engine);
    sce_blob_delete(blob);
    config.allow_missing_imports = true;
    fixture_t f;
    open_config(&f, "nul_names.wasm", &config);
    for (int round = 0; round < 2; round++) {
      expect_success(call(&f, "count"));
      assert_int_equal(sce_load_le32(f.output.data), 7);
      expect_error(call(&f, "calls_it"), SCE_MISSING_IMPORT,
                   "call to the missing function env.ext_allocator_malloc_version_1\\0b");
    }
    close_fixture(&f);
  }
}

static sce_error_t *own_malloc(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  int *calls = ctx;
  ++*calls;
  uint32_t ptr;
  sce_error_t *err = sce_caller_alloc(caller, &ptr, (uint32_t)args[0]);
  *result = ptr;
  return err;
}

static sce_error_t *own_refusal(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)ctx, (void)result;
  sce_span_t bytes;
  expect_error(sce_caller_read(caller, &bytes, UINT32_MAX, 2), SCE_HOST_FUNCTION, "outside");
  sce_error_t *err = sce_caller_read_span(caller, &bytes, args[2]);
  if (err != NULL) return err;
  return sce_error_from_host(SCE_HOST_FUNCTION, bytes.len == 37 ? "seen and refused" : "seen wrongly");
}

/* Tries what can be done with an instance whose call is running. */
static sce_error_t *try_everything(sce_instance_t *instance) {
  sce_buf_t output = {0};
  bool found = true;
  sce_val_t value;
  expect_error(sce_instance_get_global_const(instance, &found, &value, "g_i32"), SCE_MISUSE, "is in a call");
  assert_false(found);
  expect_error(sce_instance_call(instance, &output, "state", NULL, 0, NULL), SCE_MISUSE, "is in a call");
  expect_error(sce_instance_prepare(instance, "state"), SCE_MISUSE, "is in a call");
  return NULL;
}

static sce_error_t *curious_malloc(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  fixture_t *f = ctx;
  uint32_t ptr;
  sce_error_t *err = sce_caller_alloc(caller, &ptr, (uint32_t)args[0]);
  *result = ptr;
  return err != NULL ? err : try_everything(f->instance);
}

static sce_error_t *curious_enter(void *ctx) {
  fixture_t *f = ctx;
  return try_everything(f->instance);
}

static sce_error_t *curious_exit(void *ctx, bool success) {
  fixture_t *f = ctx;
  (void)success;
  return try_everything(f->instance);
}

static void an_instance_is_busy_in_its_call(void **unused) {
  (void)unused;
  uint8_t expected[32];
  first_state(expected, "calls.wasm");
  static const sce_storage_ops_t storage = {.enter_runtime = curious_enter, .exit_runtime = curious_exit};
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    const sce_host_function_t own = {"ext_allocator_malloc_version_1", "(i32) -> i32", curious_malloc, &f, NULL};
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.host_functions = &own;
    config.host_function_count = 1;
    open_config(&f, "calls.wasm", &config);
    const sce_externalities_t ext = {.size = sizeof ext, .storage = &storage, .storage_ctx = &f};
    const sce_call_options_t options = {.externalities = &ext};
    expect_success(sce_instance_call(f.instance, &f.output, "state", NULL, 0, &options));
    assert_memory_equal(f.output.data, expected, 32);
    expect_state(&f, expected);
    close_fixture(&f);
  }
}

static void functions_of_the_host(void **unused) {
  (void)unused;
  int calls = 0;
  const sce_host_function_t own[] = {
      {"ext_allocator_malloc_version_1", "(i32) -> i32", own_malloc, &calls, NULL},
      {"ext_logging_log_version_1", "(i32, i64, i64) -> ()", own_refusal, NULL, "env"},
  };
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.host_functions = own;
    config.host_function_count = 2;
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    calls = 0;
    const uint8_t hundred[4] = {100};
    expect_success(sce_instance_call(f.instance, &f.output, "allocate", hundred, 4, NULL));
    assert_int_equal(calls, 1);
    assert_int_equal(f.output.len, 100);
    expect_error(call(&f, "panic"), SCE_HOST_FUNCTION, "ext_logging_log_version_1: seen and refused");
    close_fixture(&f);
  }
  sce_config_t config;
  sce_config_init(&config);
  sce_host_function_t bad = {"f", "i32 -> i32", own_malloc, NULL, NULL};
  config.host_functions = &bad;
  config.host_function_count = 1;
  sce_engine_t *engine;
  expect_error(sce_engine_new(&engine, &config), SCE_MISUSE, "host function f: 'i32 -> i32' is no signature");
}

static sce_error_t *add_tax(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)caller;
  *result = args[0] + *(const uint64_t *)ctx;
  return NULL;
}

/* Functions of one name in two modules, of which the host has both, one, or one of another type. */
static void functions_in_other_modules(void **unused) {
  (void)unused;
  uint64_t one = 1, ten = 10;
  sce_host_function_t own[] = {
      {"add", "(i64) -> i64", add_tax, &one, NULL},
      {"add", "(i64) -> i64", add_tax, &ten, "ledger"},
  };
  sce_config_t config;
  default_config(&config, SCE_STRATEGY_INSTANCE_REUSE);
  config.host_functions = own;
  config.host_function_count = 2;
  fixture_t f;
  open_config(&f, "modules.wasm", &config);
  expect_success(call(&f, "both")); /* 100 through each */
  assert_int_equal(f.output.len, 8);
  assert_int_equal(sce_load_le64(f.output.data), 111);
  close_fixture(&f);

  sce_blob_t *blob = load_blob("modules.wasm");
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  config.host_function_count = 1;
  config.allow_missing_imports = true; /* of the Host API's module, not of any other */
  expect_success(sce_engine_new(&engine, &config));
  expect_error(sce_runtime_new(&runtime, engine, blob), SCE_MISSING_IMPORT,
               "ledger.add (the host has no function of that module and name)");
  sce_engine_delete(engine);
  own[1].signature = "(i32) -> i64";
  config.host_function_count = 2;
  expect_success(sce_engine_new(&engine, &config));
  expect_error(sce_runtime_new(&runtime, engine, blob), SCE_MISSING_IMPORT,
               "ledger.add (the runtime's type is (i64) -> i64, the host's (i32) -> i64)");
  sce_engine_delete(engine);
  sce_blob_delete(blob);
}

typedef struct worker {
  sce_runtime_t *runtime;
  const uint8_t *expected;
  int failures;
} worker_t;

static void *work(void *arg) {
  worker_t *w = arg;
  sce_instance_t *instance = NULL;
  sce_buf_t output = {0};
  sce_error_t *err = sce_instance_new(&instance, w->runtime);
  for (int i = 0; err == NULL && i < 200; i++) {
    err = sce_instance_call(instance, &output, "state", NULL, 0, NULL);
    if (err == NULL && (output.len != 32 || memcmp(output.data, w->expected, 32) != 0)) w->failures++;
    if (err == NULL) err = sce_instance_call(instance, &output, "soil", NULL, 0, NULL);
  }
  if (err != NULL) w->failures++;
  sce_error_delete(err);
  sce_instance_delete(instance);
  sce_buf_free(&output);
  return NULL;
}

/* More threads than the pool has slots: they wait for each other. */
static void many_threads_share_a_runtime(void **unused) {
  (void)unused;
  uint8_t expected[32];
  first_state(expected, "calls.wasm");
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    fixture_t f;
    open_strategy(&f, "calls.wasm", (sce_strategy_t)s);
    worker_t workers[8];
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
      workers[i] = (worker_t){f.runtime, expected, 0};
      assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
      pthread_join(threads[i], NULL);
      assert_int_equal(workers[i].failures, 0);
    }
    close_fixture(&f);
  }
}

static void owners_may_go_in_any_order(void **unused) {
  (void)unused;
  fixture_t f;
  open_strategy(&f, "calls.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  sce_engine_delete(f.engine);
  sce_runtime_delete(f.runtime);
  expect_success(call(&f, "state"));
  sce_instance_delete(f.instance);
  sce_buf_free(&f.output);
}

/* With little address space a pool can't be made: the nearest equal takes its place, and answers. */
static void impossible_strategies_are_replaced(void **unused) {
  (void)unused;
#if SANITIZED
  skip(); /* the sanitizer itself takes more address space than the limit */
#endif
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct rlimit limit = {(rlim_t)64 << 30, (rlim_t)64 << 30};
    sce_config_t config;
    default_config(&config, SCE_STRATEGY_POOLING_COPY_ON_WRITE);
    config.max_instances = 64;
    config.semantics.parallel_compilation = false; /* the compiler's threads stayed in the parent */
    warnings_t warnings = {"strategy pooling-copy-on-write can't be done here", 0};
    config.log = (sce_log_t){.write = count_warning, .ctx = &warnings, .max_level = 2};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(2);
    fixture_t f;
    open_config(&f, "calls.wasm", &config);
    bool replaced = sce_engine_strategy(f.engine) == SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE;
    sce_error_t *err = call(&f, "state");
    _exit(replaced && err == NULL && warnings.count > 0 ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);

  sce_config_t config;
  sce_engine_t *engine;
  default_config(&config, SCE_STRATEGY_POOLING);
  config.max_instances = 10001;
  expect_error(sce_engine_new(&engine, &config), SCE_MISUSE, "10001 pool slots");
}

static sce_error_t *never_called(void *ctx) {
  (void)ctx;
  return sce_error_new(SCE_INTERNAL, "called beyond the size of its table");
}

/* What a table of an older host does not reach to is not looked at. */
static void older_tables_are_shorter(void **unused) {
  (void)unused;
  fixture_t f;
  sce_storage_ops_t storage = {.size = offsetof(sce_storage_ops_t, enter_runtime), .enter_runtime = never_called};
  sce_externalities_t ext = {.size = sizeof ext, .storage = &storage};
  sce_call_options_t options = {.externalities = &ext};
  open_strategy(&f, "calls.wasm", SCE_STRATEGY_INSTANCE_REUSE);
  expect_success(sce_instance_call(f.instance, &f.output, "state", NULL, 0, &options));
  close_fixture(&f);
}

/* The heap begins behind the data, wherever the module says nothing of it. */
static void runtimes_before_versions(void **unused) {
  (void)unused;
  for (int s = 0; s < 2 * SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)(s / 2));
    config.semantics.stack_limited = s % 2 != 0; /* metering adds a global, too */
    config.semantics.stack_logical_max = 1000;
    fixture_t f;
    open_config(&f, "unversioned.wasm", &config);
    for (int round = 0; round < 2; round++) {
      expect_success(call(&f, "heap"));
      const uint32_t expected[] = {70008 + 8, 70008 + 16 + 8, 1};
      for (size_t i = 0; i < 3; i++) assert_int_equal(sce_load_le32(f.output.data + 4 * i), expected[i]);
    }
    sce_state_t *state = NULL;
    sce_overlay_t *overlay = NULL;
    expect_success(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
    expect_success(sce_overlay_new(&overlay, state));
    sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
    sce_call_options_t options = {.externalities = &ext};
    uint8_t root[32];
    expect_success(sce_instance_call(f.instance, &f.output, "storage", NULL, 0, &options));
    assert_int_equal(f.output.len, 0);
    expect_success(sce_instance_call(f.instance, &f.output, "storage", NULL, 0, &options));
    assert_true(sce_span_equal(sce_buf_span(&f.output), sce_span_text("value")));
    expect_success(ext.storage->root(overlay, root, NULL, SCE_STATE_V0));
    expect_success(sce_instance_call(f.instance, &f.output, "root", NULL, 0, &options));
    assert_memory_equal(f.output.data, root, 32);
    expect_success(sce_instance_call(f.instance, &f.output, "hash", (const uint8_t *)"abc", 3, &options));
    assert_memory_equal(f.output.data, "\xbd\xdd\x81\x3c", 4);
    sce_overlay_delete(overlay);
    sce_state_delete(state);
    close_fixture(&f);
  }
}

static sce_error_t *call_with(fixture_t *f, const char *method, const char *input, const sce_externalities_t *ext) {
  sce_call_options_t options = {.externalities = ext};
  return sce_instance_call(f->instance, &f->output, method, (const uint8_t *)input, strlen(input), &options);
}

/* Entry points that take a length, where they are enabled. */
static void runtimes_of_rfc145(void **unused) {
  (void)unused;
  for (int s = 0; s < SCE_STRATEGY_COUNT; s++) {
    sce_config_t config;
    default_config(&config, (sce_strategy_t)s);
    config.enable_rfc145 = true;
    fixture_t f;
    open_config(&f, "rfc145.wasm", &config);
    sce_state_t *state = NULL;
    sce_overlay_t *overlay = NULL;
    expect_success(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V1));
    expect_success(sce_overlay_new(&overlay, state));
    sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
    for (int round = 0; round < 2; round++) {
      expect_success(call_with(&f, "echo", "some input", &ext));
      assert_true(sce_span_equal(sce_buf_span(&f.output), sce_span_text("some input")));
      expect_success(call_with(&f, "echo", "", &ext));
      assert_int_equal(f.output.len, 0);
      expect_success(call_with(&f, "count", "", &ext));
      assert_int_equal(sce_load_le32(f.output.data), 1);
      expect_success(call_with(&f, "hash", "abc", &ext));
      assert_memory_equal(f.output.data, "\xbd\xdd\x81\x3c", 4);
      expect_success(call_with(&f, "storage", "kept", &ext));
      assert_true(sce_span_equal(sce_buf_span(&f.output), sce_span_text("kept")));
      expect_error(call_with(&f, "twice", "x", &ext), SCE_HOST_FUNCTION, "ext_input_read_version_1: there is no input");
      expect_error(call_with(&f, "other_type", "x", &ext), SCE_WRONG_TYPE, "is not of type (i32) -> i64");
      expect_error(sce_instance_call_table(f.instance, &f.output, 0, NULL, 0, NULL), SCE_WRONG_TYPE, "RFC-145");
    }
    sce_overlay_delete(overlay);
    sce_state_delete(state);
    close_fixture(&f);
  }
}

static void rfc145_is_off_and_not_mixed(void **unused) {
  (void)unused;
  sce_config_t config;
  sce_runtime_t *runtime = NULL;
  sce_engine_t *engine = NULL;
  default_config(&config, SCE_STRATEGY_INSTANCE_REUSE);
  sce_blob_t *blob = load_blob("rfc145.wasm"), *mixed = load_blob("rfc145_mixed.wasm"),
             *entries = load_blob("rfc145_entries.wasm");
  expect_success(sce_engine_new(&engine, &config));
  expect_error(sce_runtime_new(&runtime, engine, blob), SCE_MISSING_IMPORT, "env.ext_input_read_version_1");
  sce_engine_delete(engine);
  config.enable_rfc145 = true;
  expect_success(sce_engine_new(&engine, &config));
  expect_error(sce_runtime_new(&runtime, engine, mixed), SCE_BAD_CODE,
               "ext_storage_get_version_1, ext_allocator_free_version_1");
  expect_error(sce_runtime_new(&runtime, engine, entries), SCE_BAD_CODE, "old is of type (i32, i32) -> i64");
  sce_engine_delete(engine);
  sce_blob_delete(blob);
  sce_blob_delete(mixed);
  sce_blob_delete(entries);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_trace_is_left),
      cmocka_unit_test(growth_is_not_seen),
      cmocka_unit_test(every_budget_restores),
      cmocka_unit_test(unrestorable_code_gets_fresh_instances),
      cmocka_unit_test(input_and_output_of_every_size),
      cmocka_unit_test(table_entries),
      cmocka_unit_test(global_constants),
      cmocka_unit_test(traps_tell_what_happened),
      cmocka_unit_test(statistics_of_a_call),
      cmocka_unit_test(missing_imports),
      cmocka_unit_test(names_with_a_nul),
      cmocka_unit_test(functions_of_the_host),
      cmocka_unit_test(an_instance_is_busy_in_its_call),
      cmocka_unit_test(functions_in_other_modules),
      cmocka_unit_test(many_threads_share_a_runtime),
      cmocka_unit_test(owners_may_go_in_any_order),
      cmocka_unit_test(impossible_strategies_are_replaced),
      cmocka_unit_test(older_tables_are_shorter),
      cmocka_unit_test(runtimes_before_versions),
      cmocka_unit_test(runtimes_of_rfc145),
      cmocka_unit_test(rfc145_is_off_and_not_mixed),
  };
  int failed;
  RUN_WITH_EACH_COMPILER(failed, tests);
  return failed;
}
