/* test_mutations.c: real runtimes, damaged: cut at every section boundary, and with single bits flipped. Nothing may
 * crash, run for ever or take more than 1 GiB, and the outcome is the reference's: its output, or an error where it has
 * one (tests/data/mutations.txt, made by tests/oracle/mutations/generate.py).
 *
 * Every damaged module is loaded and called in a process of its own, a few at a time; the parent never starts an
 * engine.
 */
#include <scexec.h>

#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MEMORY_LIMIT ((rlim_t)1 << 30)
#define CALL_LIMIT_MS 10000
#define PROCESS_LIMIT_S 120
#define MAX_WORKERS 16
#define OUTCOME_SIZE 64

/* What is done with a module. In tiers, as the command calls, all of it is validated but only what the call reaches is
 * compiled, which takes a third of what Winch takes for everything, and a twentieth of Cranelift's time: most modules
 * go that way. Under sanitizers, which see nothing of compiled code, most are only read. */
typedef enum how { HOW_READ, HOW_TIERED, HOW_WINCH, HOW_CRANELIFT } how_t;
#define EVERY_BY_CRANELIFT 40
#define EVERY_BY_WINCH 4
#define EVERY_COMPILED_SANITIZED 5

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

/* ---- one module, in the child ---- */

static uint64_t fnv1a(sce_buf_t bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < bytes.len; i++) {
    hash = (hash ^ bytes.data[i]) * 0x100000001b3;
  }
  return hash;
}

static sce_error_t *run_module(sce_buf_t *output, sce_span_t code, sce_compiler_t compiler) {
  sce_config_t config;
  sce_config_init(&config);
  config.allow_missing_imports = true;
  config.semantics.compiler = compiler;
  config.semantics.parallel_compilation = false; /* there are as many processes as processors */
  sce_blob_t *blob = NULL;
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  const sce_call_options_t options = {.time_limit_ms = CALL_LIMIT_MS};
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_engine_new(&engine, &config);
  if (err == NULL) err = sce_runtime_new(&runtime, engine, blob);
  if (err == NULL) err = sce_instance_new(&instance, runtime);
  if (err == NULL) err = sce_instance_call(instance, output, "Core_version", NULL, 0, &options);
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  sce_blob_delete(blob);
  return err;
}

/* Only what scexec's own code does with a module before Wasmtime sees it. */
static sce_error_t *read_module(sce_buf_t *output, sce_span_t code) {
  sce_blob_t *blob = NULL;
  const sce_blob_rewrite_t rewrite = {.export_mutable_globals = true, .export_memory = true};
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_blob_check_proposals(blob, NULL);
  if (err == NULL) err = sce_blob_rewrite(blob, output, &rewrite);
  sce_blob_delete(blob);
  return err;
}

/* Writes "error KIND", "endless", or length and hash of the output to `fd`, and ends the process. */
static _Noreturn void child(int fd, sce_span_t code, how_t how) {
#ifndef SANITIZED
  const struct rlimit limit = {MEMORY_LIMIT, MEMORY_LIMIT};
  if (setrlimit(RLIMIT_DATA, &limit) != 0) _exit(3);
#endif
  alarm(PROCESS_LIMIT_S);
  sce_buf_t output = {0};
  static const sce_compiler_t compilers[] = {
      [HOW_TIERED] = SCE_COMPILER_TIERED, [HOW_WINCH] = SCE_COMPILER_WINCH, [HOW_CRANELIFT] = SCE_COMPILER_CRANELIFT};
  sce_error_t *err = how == HOW_READ ? read_module(&output, code) : run_module(&output, code, compilers[how]);
  if (err == NULL) {
    dprintf(fd, "%zu %016llx", output.len, (unsigned long long)fnv1a(output));
  } else if (sce_error_kind(err) == SCE_TIME_LIMIT) {
    dprintf(fd, "endless");
  } else {
    dprintf(fd, "error %s", sce_error_kind_name(sce_error_kind(err)));
  }
  sce_error_delete(err);
  sce_buf_free(&output);
  _exit(0);
}

/* ---- children, in the parent ---- */

typedef struct task {
  pid_t pid; /* 0: free */
  int fd;
  char name[80];
  char expected[OUTCOME_SIZE]; /* "": any */
} task_t;

typedef struct pool {
  task_t tasks[MAX_WORKERS];
  size_t workers;
  size_t done, failed, answered;
  char last[OUTCOME_SIZE]; /* outcome of the child that ended last */
} pool_t;

static pool_t pool_start(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  size_t workers = processors < 1 ? 1 : processors > MAX_WORKERS ? MAX_WORKERS : (size_t)processors;
  return (pool_t){.workers = workers};
}

/* With sign extension the reference's parser and engine disagree; scexec goes with the engine (docs/deviations.md). */
static bool outcome_fits(const char *outcome, const char *expected) {
  if (expected[0] == '\0' || strcmp(expected, "sign-extension") == 0) return outcome[0] != '\0';
  if (strcmp(expected, "error") == 0) return strncmp(outcome, "error ", 6) == 0;
  return strcmp(outcome, expected) == 0;
}

static void pool_finish_one(pool_t *pool) {
  int status;
  struct rusage usage;
  pid_t pid = wait4(-1, &status, 0, &usage);
  assert_true(pid > 0);
  task_t *task = pool->tasks;
  while (task->pid != pid) {
    task++;
  }
  char outcome[OUTCOME_SIZE] = {0};
  if (read(task->fd, outcome, sizeof outcome - 1) < 0) outcome[0] = '\0';
  close(task->fd);
  task->pid = 0;
  memcpy(pool->last, outcome, sizeof outcome);

  bool lived = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  bool fits = outcome_fits(outcome, task->expected);
#ifndef SANITIZED
  bool small = (rlim_t)usage.ru_maxrss * 1024 <= MEMORY_LIMIT;
#else
  bool small = true;
#endif
  pool->done++;
  if (outcome[0] >= '0' && outcome[0] <= '9') pool->answered++;
  if (lived && fits && small) return;
  pool->failed++;
  print_error("%s: wait status %#x, outcome \"%s\", expected \"%s\", %ld KiB resident\n", task->name, (unsigned)status,
              outcome, task->expected, usage.ru_maxrss);
}

static void pool_add(pool_t *pool, const char *name, const char *expected, sce_span_t code, how_t how) {
  task_t *task = NULL;
  while (task == NULL) {
    for (size_t i = 0; i < pool->workers && task == NULL; i++) {
      if (pool->tasks[i].pid == 0) task = &pool->tasks[i];
    }
    if (task == NULL) pool_finish_one(pool);
  }
  snprintf(task->name, sizeof task->name, "%s", name);
  snprintf(task->expected, sizeof task->expected, "%s", expected);
  int fds[2];
  assert_int_equal(pipe(fds), 0);
  fflush(NULL);
  task->pid = fork();
  assert_true(task->pid >= 0);
  if (task->pid == 0) {
    close(fds[0]);
    child(fds[1], code, how);
  }
  close(fds[1]);
  task->fd = fds[0];
}

static void pool_drain(pool_t *pool) {
  for (size_t i = 0; i < pool->workers; i++) {
    while (pool->tasks[i].pid != 0) {
      pool_finish_one(pool);
    }
  }
}

static void pool_end(pool_t *pool) {
  pool_drain(pool);
  print_message("%zu damaged modules, %zu answered\n", pool->done, pool->answered);
  assert_int_equal(pool->failed, 0);
}

/* ---- the tests ---- */

/* Cuts one runtime before each section, and behind each section's header. */
static void cut_runtime(pool_t *pool, const char *runtime) {
  sce_buf_t file = test_runtime_code(TEST_INPUTS, runtime);
  sce_blob_t *blob = NULL;
  assert_null(sce_blob_new(&blob, (sce_span_t){file.data, file.len}));
  sce_span_t code = sce_blob_code(blob);
  pool_drain(pool); /* the next outcome is that of the whole */
  pool_add(pool, runtime, "", code, HOW_WINCH);
  pool_drain(pool);
  char whole[OUTCOME_SIZE];
  memcpy(whole, pool->last, sizeof whole);
  assert_true(whole[0] >= '0' && whole[0] <= '9');
  size_t count;
  const sce_wasm_section_t *sections = sce_blob_sections(blob, &count);
  bool only_custom = true; /* behind the cut: then the answer is the same */
  for (size_t k = count; k-- > 0;) {
    only_custom = only_custom && sections[k].id == SCE_WASM_SECTION_CUSTOM;
    char name[80];
    snprintf(name, sizeof name, "%s cut at %zu, before section %zu", runtime, sections[k].start, k);
    pool_add(pool, name, only_custom ? whole : "", (sce_span_t){code.data, sections[k].start}, HOW_WINCH);
    if (sections[k].payload == sections[k].end) continue;
    snprintf(name, sizeof name, "%s cut at %zu, inside of section %zu", runtime, sections[k].payload, k);
    pool_add(pool, name, "error", (sce_span_t){code.data, sections[k].payload}, HOW_WINCH);
  }
  sce_blob_delete(blob);
  sce_buf_free(&file);
}

static void test_cut_at_sections(void **state) {
  (void)state;
  pool_t pool = pool_start();
  for (size_t i = 0; i < TEST_RUNTIMES; i++) {
    cut_runtime(&pool, test_runtimes[i]);
  }
  pool_end(&pool);
}

/* As the chain stores it: two of the five are compressed. Cut anywhere, a compressed runtime is an error. */
static void test_cut_compressed(void **state) {
  (void)state;
  pool_t pool = pool_start();
  for (size_t i = 0; i < TEST_RUNTIMES; i++) {
    sce_buf_t file = test_runtime_code(TEST_INPUTS, test_runtimes[i]);
    bool compressed = file.len > 8 && file.data[0] == 0x52;
    for (size_t part = 0; compressed && part < 40; part++) {
      char name[80];
      size_t len = file.len * part / 40;
      snprintf(name, sizeof name, "%s, first %zu bytes of it compressed", test_runtimes[i], len);
      pool_add(&pool, name, "error", (sce_span_t){file.data, len}, HOW_WINCH);
    }
    sce_buf_free(&file);
  }
  pool_end(&pool);
}

static how_t choose(size_t number) {
#ifdef SANITIZED
  if (number % EVERY_COMPILED_SANITIZED != 0) return HOW_READ;
#endif
  if (number % EVERY_BY_CRANELIFT == 0) return HOW_CRANELIFT;
  return number % EVERY_BY_WINCH == 0 ? HOW_WINCH : HOW_TIERED;
}

static void test_flipped_bits(void **state) {
  (void)state;
  FILE *list = fopen(TEST_DATA "/mutations.txt", "r");
  assert_non_null(list);
  pool_t pool = pool_start();
  sce_buf_t code = {0};
  char line[200];
  char runtime[40];
  char current[40] = "";
  unsigned long long bit;
  char expected[OUTCOME_SIZE];
  for (size_t i = 0; fgets(line, sizeof line, list) != NULL;) {
    if (line[0] == '#') continue;
    assert_int_equal(sscanf(line, "%39s %llu %63[^\n]", runtime, &bit, expected), 3);
    if (strcmp(runtime, current) != 0) {
      sce_buf_free(&code);
      code = test_runtime_code(TEST_INPUTS, runtime);
      strcpy(current, runtime);
    }
    assert_true(bit / 8 < code.len);
    char name[80];
    snprintf(name, sizeof name, "%s with bit %llu flipped", runtime, bit);
    code.data[bit / 8] ^= (uint8_t)(1u << bit % 8); /* the child has a copy of it as soon as it is there */
    how_t how = choose(i);
    pool_add(&pool, name, how == HOW_READ ? "" : expected, (sce_span_t){code.data, code.len}, how);
    code.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    i++;
  }
  fclose(list);
  pool_end(&pool);
  sce_buf_free(&code);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cut_at_sections),
      cmocka_unit_test(test_cut_compressed),
      cmocka_unit_test(test_flipped_bits),
  };
  return cmocka_run_group_tests_name("mutations", tests, NULL, NULL);
}
