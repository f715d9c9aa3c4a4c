/* test_tiers.c: what is particular to tiered compilation: that code is replaced by better code without a visible
 * difference, from many threads, and that nobody waits for the background who need not. That calls as such are the same
 * is test_calls.c's. */
#include "base/buf.h"
#include "executor/instance.h"
#include "executor/tiers.h"
#include "scexec.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_success(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

static sce_blob_t *load_blob(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/executor/%s", TEST_DATA, name);
  sce_buf_t code = test_read_file(path);
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, sce_buf_span(&code)));
  sce_buf_free(&code);
  return blob;
}

static sce_engine_t *new_engine(sce_compiler_t compiler, const char *cache) {
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.compiler = compiler;
  config.cache_path = cache;
  config.allow_missing_imports = true;
  sce_engine_t *engine = NULL;
  wasm_signals_restore();
  expect_success(sce_engine_new(&engine, &config));
  return engine;
}

typedef struct tiered {
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
} tiered_t;

static tiered_t open_blob(const sce_blob_t *blob, sce_compiler_t compiler) {
  tiered_t t = {.engine = new_engine(compiler, NULL)};
  expect_success(sce_runtime_new(&t.runtime, t.engine, blob));
  expect_success(sce_instance_new(&t.instance, t.runtime));
  return t;
}

static void close_tiered(tiered_t *t) {
  sce_instance_delete(t->instance);
  sce_runtime_delete(t->runtime);
  sce_engine_delete(t->engine);
}

static bool on_best_code(const tiered_t *t) {
  return t->instance->runtime->engine == t->engine && t->instance->runtime->module != NULL;
}

static void pause_briefly(void) {
  nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

static void better_code_takes_over(void **unused) {
  (void)unused;
  sce_blob_t *blob = load_blob("calls.wasm");
  tiered_t t = open_blob(blob, SCE_COMPILER_TIERED);
  sce_buf_t first = {0}, later = {0};
  assert_null(t.instance->runtime->module); /* nothing is compiled before the first call */
  expect_success(sce_instance_call(t.instance, &first, "state", NULL, 0, NULL));
  assert_false(on_best_code(&t));
  for (int i = 0; i < 3000 && !on_best_code(&t); i++) {
    pause_briefly();
    expect_success(sce_instance_call(t.instance, &later, "state", NULL, 0, NULL));
    assert_true(sce_span_equal(sce_buf_span(&first), sce_buf_span(&later)));
  }
  assert_true(on_best_code(&t));
  sce_buf_free(&first);
  sce_buf_free(&later);
  close_tiered(&t);
  sce_blob_delete(blob);
}

/* Takes the addresses out: "0: name (0x52)" becomes "0: name (". */
static void strip_addresses(char *trace) {
  char *to = trace;
  for (const char *at = trace; *at != '\0';) {
    if (strncmp(at, "(0x", 3) == 0) {
      *to++ = '(';
      at += strcspn(at, ")");
    } else {
      *to++ = *at++;
    }
  }
  *to = '\0';
}

/* A part's functions stand where they stood, so its backtraces are those of all code compiled by Winch. Winch places
 * the trap of `unreachable` behind the instruction, Cranelift at it: with Cranelift only the frames are the same. */
static void backtraces_are_equal(void **unused) {
  (void)unused;
  sce_blob_t *blob = load_blob("names.wasm");
  char *texts[3] = {NULL, NULL, NULL};
  static const sce_compiler_t compilers[] = {SCE_COMPILER_TIERED, SCE_COMPILER_WINCH, SCE_COMPILER_CRANELIFT};
  for (int i = 0; i < 3; i++) {
    tiered_t t = open_blob(blob, compilers[i]);
    t.engine->brief = true; /* Cranelift might be done before the call begins */
    sce_buf_t output = {0};
    sce_error_t *err = sce_instance_call(t.instance, &output, "entry", NULL, 0, NULL);
    assert_int_equal(sce_error_kind(err), SCE_TRAP);
    texts[i] = strdup(sce_error_backtrace(err));
    sce_error_delete(err);
    sce_buf_free(&output);
    close_tiered(&t);
  }
  assert_string_equal(texts[0], texts[1]);
  strip_addresses(texts[0]);
  strip_addresses(texts[2]);
  assert_string_equal(texts[0], texts[2]);
  for (int i = 0; i < 3; i++) free(texts[i]);
  sce_blob_delete(blob);
}

/* () -> () with a body that leaves an i32, beside an exported memory: invalid though nothing calls it. */
static const uint8_t invalid[] = {
    0, 'a',  's',  'm', 1, 0,   0,   0,   0x01, 0x04, 1,   0x60, 0, 0,    0x03, 0x02, 1, 0, 0x05, 0x03, 1,    0,
    1, 0x07, 0x0a, 1,   6, 'm', 'e', 'm', 'o',  'r',  'y', 2,    0, 0x0a, 0x06, 1,    4, 0, 0x41, 0x00, 0x0b,
};

static void invalid_code_is_refused_at_once(void **unused) {
  (void)unused;
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, sce_span(invalid, sizeof invalid)));
  static const sce_compiler_t compilers[] = {SCE_COMPILER_CRANELIFT, SCE_COMPILER_TIERED};
  for (int i = 0; i < 2; i++) {
    sce_engine_t *engine = new_engine(compilers[i], NULL);
    sce_runtime_t *runtime = NULL;
    sce_error_t *err = sce_runtime_new(&runtime, engine, blob);
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
    assert_non_null(strstr(sce_error_message(err), "compiling the runtime"));
    sce_error_delete(err);
    sce_engine_delete(engine);
  }
  sce_blob_delete(blob);
}

static void owners_may_go_while_it_compiles(void **unused) {
  (void)unused;
  sce_blob_t *blob = load_blob("calls.wasm");
  for (int i = 0; i < 20; i++) {
    tiered_t t = open_blob(blob, SCE_COMPILER_TIERED);
    sce_buf_t output = {0};
    if (i % 2 == 0) expect_success(sce_instance_call(t.instance, &output, "state", NULL, 0, NULL));
    sce_buf_free(&output);
    close_tiered(&t);
  }
  sce_blob_delete(blob);
}

/* ---- a real runtime from many threads ---- */

static const char *const methods[] = {"Core_version", "Metadata_metadata", "GrandpaApi_grandpa_authorities",
                                      "TransactionPaymentApi_query_info"};
#define METHODS 4

typedef struct worker {
  pthread_t thread;
  sce_runtime_t *runtime;
  int first;
  char answers[METHODS][2048];
} worker_t;

/* What a call comes to: statistics, then the error's message, or the first bytes. */
static void answer(char text[2048], sce_instance_t *instance, const char *method) {
  static const sce_externalities_t ext = {.size = sizeof ext};
  sce_call_stats_t stats;
  sce_call_options_t options = {.externalities = &ext, .stats = &stats};
  sce_buf_t output = {0};
  sce_error_t *err = sce_instance_call(instance, &output, method, NULL, 0, &options);
  int used = snprintf(text, 2048, "%llu %llu %llu %zu ", (unsigned long long)stats.bytes_allocated_sum,
                      (unsigned long long)stats.address_space_used, (unsigned long long)stats.memory_size, output.len);
  if (err != NULL) snprintf(text + used, 2048 - (size_t)used, "%s", sce_error_message(err));
  for (size_t i = 0; err == NULL && i < output.len && i < 400; i++)
    used += snprintf(text + used, 2048 - (size_t)used, "%02x", output.data[i]);
  sce_error_delete(err);
  sce_buf_free(&output);
}

static void *work(void *arg) {
  worker_t *w = arg;
  sce_instance_t *instance = NULL;
  sce_error_delete(sce_instance_new(&instance, w->runtime));
  for (int i = 0; instance != NULL && i < METHODS; i++) {
    int m = (w->first + i) % METHODS;
    answer(w->answers[m], instance, methods[m]);
  }
  sce_instance_delete(instance);
  return NULL;
}

static void threads_share_each_tier(void **unused) {
  (void)unused;
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "polkadot");
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, sce_buf_span(&code)));
  static worker_t expected, workers[METHODS];
  tiered_t whole = open_blob(blob, SCE_COMPILER_CRANELIFT), t = open_blob(blob, SCE_COMPILER_TIERED);
  expected = (worker_t){.runtime = whole.runtime};
  work(&expected);
  for (int i = 0; i < METHODS; i++) {
    workers[i] = (worker_t){.runtime = t.runtime, .first = i};
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (int i = 0; i < METHODS; i++) pthread_join(workers[i].thread, NULL);
  for (int i = 0; i < METHODS; i++)
    for (int m = 0; m < METHODS; m++) assert_string_equal(workers[i].answers[m], expected.answers[m]);
  close_tiered(&t);
  close_tiered(&whole);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* ---- giving up ---- */

static void *cancel_soon(void *instance) {
  nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
  sce_instance_cancel(instance);
  return NULL;
}

/* Waiting for code ends like the call itself: by its time limit, or when another thread cancels it. The compile goes
 * on, so that the next call is right. */
static void waiting_has_its_limits(void **unused) {
  (void)unused;
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "paseo"), output = {0};
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, sce_buf_span(&code)));
  tiered_t t = open_blob(blob, SCE_COMPILER_TIERED);
  sce_call_options_t short_limit = {.time_limit_ms = 1};
  sce_error_t *err = sce_instance_call(t.instance, &output, "Core_version", NULL, 0, &short_limit);
  assert_int_equal(sce_error_kind(err), SCE_TIME_LIMIT);
  assert_non_null(strstr(sce_error_message(err), "Core_version did not finish within its time limit"));
  sce_error_delete(err);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, t.instance), 0);
  err = sce_instance_call(t.instance, &output, "Core_version", NULL, 0, NULL);
  pthread_join(thread, NULL);
  assert_int_equal(sce_error_kind(err), SCE_CANCELLED);
  sce_error_delete(err);
  expect_success(sce_instance_prepare(t.instance, "Core_version"));
  sce_call_options_t limited = {.time_limit_ms = 10000};
  expect_success(sce_instance_call(t.instance, &output, "Core_version", NULL, 0, &limited));
  assert_true(output.len > 100);
  assert_int_equal(sce_error_kind(err = sce_instance_prepare(t.instance, "nothing")), SCE_MISSING_EXPORT);
  sce_error_delete(err);
  close_tiered(&t);
  sce_buf_free(&output);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* ---- the cache ---- */

/* One call of `method` through an engine of its own; what it compiled stays in the cache. Gives the time it took, 0
 * when Cranelift's code is there already. */
static uint64_t call_through_cache(sce_span_t code, const char *cache, const char *method) {
  sce_engine_t *engine = new_engine(SCE_COMPILER_TIERED, cache);
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  sce_buf_t output = {0};
  uint64_t start = sce_monotonic_ns();
  expect_success(sce_runtime_from_code(&runtime, engine, code));
  bool whole = runtime->tiers == NULL;
  expect_success(sce_instance_new(&instance, runtime));
  expect_success(sce_instance_call(instance, &output, method, NULL, 0, NULL));
  uint64_t time = sce_monotonic_ns() - start;
  assert_true(output.len > 8);
  sce_buf_free(&output);
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  return whole ? 0 : time;
}

static void note_part(void *ctx, const sce_cache_entry_t *entry) {
  strcat(strcat(ctx, entry->info.only_for[0] != '\0' ? entry->info.only_for : "everything"), " ");
}

/* The first call's code is there for the next process, long before Cranelift is done. */
static void parts_are_kept(void **unused) {
  (void)unused;
  char directory[] = "/tmp/scexec-tiers-XXXXXX", cache[64], command[128], parts[512] = "";
  assert_non_null(mkdtemp(directory));
  setenv("XDG_CONFIG_HOME", directory, 1);
  snprintf(cache, sizeof cache, "%s/cache", directory);
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "paseo");
  uint64_t first = call_through_cache(sce_buf_span(&code), cache, "Core_version");
  uint64_t second = call_through_cache(sce_buf_span(&code), cache, "Core_version");
  if (second > first / 3) fail_msg("%llu ns, then %llu ns", (unsigned long long)first, (unsigned long long)second);
  uint64_t third = call_through_cache(sce_buf_span(&code), cache, "Metadata_metadata");
  expect_success(sce_cache_list(cache, note_part, parts));
  bool kept = strncmp(parts, "AccountNonceApi_account_nonce, ", 31) == 0; /* all that is for Winch, in place of parts */
  bool whole = third == 0 || strstr(parts, "everything ") != NULL;        /* took their place meanwhile */
  if (!kept && !whole) fail_msg("%s", parts);
  sce_buf_free(&code);
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  assert_int_equal(system(command), 0);
}

/* Several methods are one part, and so one entry. When another process calls others, everything that is for Winch takes
 * its place (paseo's JSON parser multiplies floats, which is not), and nothing is compiled or kept for any further one.
 * What comes to such code waits for Cranelift. */
static void methods_share_what_is_kept(void **unused) {
  (void)unused;
  char directory[] = "/tmp/scexec-tiers-XXXXXX", cache[64], command[128], parts[512] = "";
  assert_non_null(mkdtemp(directory));
  setenv("XDG_CONFIG_HOME", directory, 1);
  snprintf(cache, sizeof cache, "%s/cache", directory);
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "paseo"), output = {0};
  static const char *const both[] = {"Metadata_metadata", "nothing", "Core_version"};
  sce_engine_t *engine = new_engine(SCE_COMPILER_TIERED, cache);
  engine->brief = true; /* else Cranelift's code might take their place */
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  expect_success(sce_runtime_from_code(&runtime, engine, sce_buf_span(&code)));
  expect_success(sce_instance_new(&instance, runtime));
  expect_success(sce_instance_prepare_all(instance, both, 3));
  expect_success(sce_instance_call(instance, &output, "Core_version", NULL, 0, NULL));
  expect_success(sce_instance_call(instance, &output, "Metadata_metadata", NULL, 0, NULL));
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  expect_success(sce_cache_list(cache, note_part, parts));
  assert_string_equal(parts, "Core_version, Metadata_metadata ");
  static const char *const others[] = {"GenesisBuilder_create_default_config", "Metadata_metadata_versions"};
  for (int i = 0; i < 2; i++) {
    parts[0] = '\0';
    assert_true(call_through_cache(sce_buf_span(&code), cache, others[i]) > 0);
    expect_success(sce_cache_list(cache, note_part, parts));
    assert_non_null(strstr(parts, "AccountNonceApi_account_nonce, "));
    assert_ptr_equal(strstr(parts, "... "), parts + strlen(parts) - 4); /* one entry */
  }
  expect_success(sce_runtime_from_code(&runtime, engine, sce_buf_span(&code)));
  expect_success(sce_instance_new(&instance, runtime));
  sce_error_t *err = sce_instance_call(instance, &output, "GenesisBuilder_build_config", NULL, 0, NULL);
  assert_int_equal(sce_error_kind(err), SCE_TRAP);
  sce_error_delete(err);
  assert_ptr_equal(instance->runtime->engine, engine);
  for (int i = 0; i < 6000 && strstr(parts, "everything ") == NULL; i++) { /* else it is kept while we clean up */
    parts[0] = '\0';
    expect_success(sce_cache_list(cache, note_part, parts));
    pause_briefly();
  }
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  sce_buf_free(&output);
  sce_buf_free(&code);
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  assert_int_equal(system(command), 0);
}

static void count_entry(void *ctx, const sce_cache_entry_t *entry) {
  *(int *)ctx += entry->readable;
}

/* The background leaves what an engine of Cranelift alone would have left. */
static void background_fills_the_cache(void **unused) {
  (void)unused;
  char directory[] = "/tmp/scexec-tiers-XXXXXX", cache[64], command[128];
  assert_non_null(mkdtemp(directory));
  setenv("XDG_CONFIG_HOME", directory, 1);
  snprintf(cache, sizeof cache, "%s/cache", directory);
  char path[512];
  snprintf(path, sizeof path, "%s/executor/calls.wasm", TEST_DATA);
  sce_buf_t code = test_read_file(path), output = {0};
  static const sce_compiler_t compilers[] = {SCE_COMPILER_TIERED, SCE_COMPILER_CRANELIFT, SCE_COMPILER_TIERED};
  for (int round = 0; round < 3; round++) {
    sce_engine_t *engine = new_engine(compilers[round], cache);
    sce_runtime_t *runtime = NULL;
    sce_instance_t *instance = NULL;
    expect_success(sce_runtime_from_code(&runtime, engine, sce_buf_span(&code)));
    assert_true((runtime->tiers != NULL) == (round == 0)); /* later rounds find Cranelift's */
    expect_success(sce_instance_new(&instance, runtime));
    expect_success(sce_instance_call(instance, &output, "state", NULL, 0, NULL));
    sce_instance_delete(instance);
    sce_runtime_delete(runtime);
    sce_engine_delete(engine);
    int entries = 0;
    for (int i = 0; i < 3000 && entries == 0; i++) {
      pause_briefly();
      expect_success(sce_cache_list(cache, count_entry, &entries));
    }
    assert_int_equal(entries, 1);
  }
  sce_buf_free(&code);
  sce_buf_free(&output);
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  assert_int_equal(system(command), 0);
}

/* ---- the log ---- */

/* A log whose owner deletes it, and that calls on a runtime while it is written to. */
typedef struct logged {
  atomic_int lines, late, inside;
  atomic_bool deleted;
  sce_runtime_t *_Atomic runtime; /* NULL: none to call */
} logged_t;

static void log_and_call(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)level, (void)target, (void)message;
  logged_t *logged = ctx;
  atomic_fetch_add(&logged->inside, 1);
  atomic_fetch_add(atomic_load(&logged->deleted) ? &logged->late : &logged->lines, 1);
  sce_runtime_t *runtime = atomic_load(&logged->runtime);
  sce_instance_t *instance = NULL;
  sce_buf_t output = {0};
  if (runtime != NULL) {
    sce_error_delete(sce_instance_new(&instance, runtime));
    sce_error_delete(sce_instance_call(instance, &output, "marks", NULL, 0, NULL));
    sce_error_delete(sce_instance_call(instance, &output, "nothing", NULL, 0, NULL));
  }
  pause_briefly();
  sce_buf_free(&output);
  sce_instance_delete(instance);
  atomic_fetch_sub(&logged->inside, 1);
}

/* A runtime of start_sets.wasm of which the cache in `directory` has a part; what is to be said of it is said when the
 * module is made, by another thread. */
static tiered_t open_cached_part(char directory[], logged_t *logged) {
  char cache[64];
  sce_buf_t code = test_read_file(TEST_DATA "/executor/start_sets.wasm"), output = {0};
  sce_config_t config;
  tiered_t t;
  for (int round = 0;; round++) {
    snprintf(cache, sizeof cache, "%s/%d", directory, round / 2);
    sce_config_init(&config);
    config.semantics.compiler = SCE_COMPILER_TIERED;
    config.cache_path = cache;
    if (round % 2 != 0) config.log = (sce_log_t){.write = log_and_call, .ctx = logged, .max_level = 5};
    t = (tiered_t){0};
    wasm_signals_restore();
    expect_success(sce_engine_new(&t.engine, &config));
    expect_success(sce_runtime_from_code(&t.runtime, t.engine, sce_buf_span(&code)));
    expect_success(sce_instance_new(&t.instance, t.runtime));
    if (round % 2 != 0 && t.runtime->tiers != NULL) break; /* else Cranelift was quicker */
    if (round % 2 == 0) expect_success(sce_instance_call(t.instance, &output, "marks", NULL, 0, NULL));
    close_tiered(&t);
  }
  sce_buf_free(&output);
  sce_buf_free(&code);
  return t;
}

static void the_log_is_not_called_when_its_owner_is_gone(void **unused) {
  (void)unused;
  char directory[] = "/tmp/scexec-tiers-XXXXXX", command[128];
  assert_non_null(mkdtemp(directory));
  setenv("XDG_CONFIG_HOME", directory, 1);
  for (int i = 0; i < 10; i++) {
    logged_t logged = {0};
    char rounds[64];
    snprintf(rounds, sizeof rounds, "%s/%d", directory, i);
    tiered_t t = open_cached_part(rounds, &logged);
    sce_buf_t output = {0};
    for (int call = 0; call < 2; call++) /* the second one starts the background */
      expect_success(sce_instance_call(t.instance, &output, "marks", NULL, 0, NULL));
    close_tiered(&t);
    assert_int_equal(atomic_load(&logged.inside), 0);
    atomic_store(&logged.deleted, true);
    for (int pause = 0; pause < 5; pause++) pause_briefly();
    assert_int_equal(atomic_load(&logged.late), 0);
    sce_buf_free(&output);
  }
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  assert_int_equal(system(command), 0);
}

static void the_log_may_call_the_runtime(void **unused) {
  (void)unused;
  char directory[] = "/tmp/scexec-tiers-XXXXXX", command[128];
  assert_non_null(mkdtemp(directory));
  setenv("XDG_CONFIG_HOME", directory, 1);
  logged_t logged = {0};
  tiered_t t = open_cached_part(directory, &logged);
  atomic_store(&logged.runtime, t.runtime);
  sce_buf_t output = {0};
  for (int call = 0; call < 2; call++) expect_success(sce_instance_call(t.instance, &output, "marks", NULL, 0, NULL));
  for (int i = 0; i < 1000 && atomic_load(&logged.lines) == 0; i++) pause_briefly();
  assert_int_equal(atomic_load(&logged.lines), 1);
  while (atomic_load(&logged.inside) > 0) pause_briefly();
  sce_buf_free(&output);
  close_tiered(&t);
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  assert_int_equal(system(command), 0);
}

/* ---- where Winch can't be used ---- */

static void note_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)level, (void)target;
  if (memmem(message.data, message.len, "cranelift compiles alone", 24) != NULL) ++*(int *)ctx;
}

static void falls_back_where_winch_differs(void **unused) {
  (void)unused;
  for (int i = 1; i < 3; i++) {
    int lines = 0;
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.compiler = SCE_COMPILER_TIERED;
    config.semantics.wasm_reference_types = config.semantics.wasm_bulk_memory = i == 1;
    config.semantics.wasm_simd = i == 2;
    config.log = (sce_log_t){.write = note_line, .ctx = &lines, .max_level = 5};
    sce_engine_t *engine = NULL;
    wasm_signals_restore();
    expect_success(sce_engine_new(&engine, &config));
    assert_int_equal(lines, 1);
    assert_false(engine->tiered);
    sce_engine_delete(engine);
  }
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(better_code_takes_over),
      cmocka_unit_test(backtraces_are_equal),
      cmocka_unit_test(invalid_code_is_refused_at_once),
      cmocka_unit_test(owners_may_go_while_it_compiles),
      cmocka_unit_test(threads_share_each_tier),
      cmocka_unit_test(background_fills_the_cache),
      cmocka_unit_test(the_log_is_not_called_when_its_owner_is_gone),
      cmocka_unit_test(the_log_may_call_the_runtime),
      cmocka_unit_test(falls_back_where_winch_differs),
      cmocka_unit_test(waiting_has_its_limits),
      cmocka_unit_test(parts_are_kept),
      cmocka_unit_test(methods_share_what_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
