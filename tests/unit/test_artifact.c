/* test_artifact.c: artifacts load where they should and nowhere else, and the cache of compiled runtimes is right under
 * damage and under many processes that are killed at any moment. The MAC is checked against BLAKE3's published vector.
 */
#include "base/checked.h"
#include "scexec.h"
#include "support/wasm_signals.h"

#include <scexec_native.h>

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[SCE_ARTIFACT_KEY_SIZE] = {1, 2, 3};
static char directory[] = "/tmp/scexec-artifacts-XXXXXX";

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

static size_t read_code(uint8_t *bytes, size_t capacity, const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t len = fread(bytes, 1, capacity, file);
  fclose(file);
  return len;
}

static sce_span_t code(void) {
  static uint8_t bytes[1 << 16];
  static size_t len;
  if (len == 0) len = read_code(bytes, sizeof bytes, TEST_DATA "/executor/calls.wasm");
  return (sce_span_t){bytes, len};
}

static sce_engine_t *new_engine(const sce_config_t *config) {
  sce_engine_t *engine = NULL;
  expect_success(sce_engine_new(&engine, config));
  return engine;
}

static void precompile(sce_engine_t *engine, sce_buf_t *artifact) {
  sce_blob_t *blob = NULL;
  expect_success(sce_blob_new(&blob, code()));
  expect_success(sce_runtime_precompile(engine, artifact, blob, key));
  sce_blob_delete(blob);
}

/* Whether the runtime answers as it should. */
static bool echoes(sce_runtime_t *runtime) {
  sce_instance_t *instance = NULL;
  sce_buf_t output = {0};
  sce_error_t *err = sce_instance_new(&instance, runtime);
  if (err == NULL) err = sce_instance_call(instance, &output, "echo", (const uint8_t *)"hello", 5, NULL);
  bool ok = err == NULL && output.len == 5 && memcmp(output.data, "hello", 5) == 0;
  sce_error_delete(err);
  sce_buf_free(&output);
  sce_instance_delete(instance);
  return ok;
}

static void the_mac_is_blake3(void **state) {
  (void)state;
  /* BLAKE3 test_vectors.json: key "whats the Elvish word for friend", no input. */
  static const uint8_t expected[32] = {0x92, 0xb2, 0xb7, 0x56, 0x04, 0xed, 0x3c, 0x76, 0x1f, 0x9d, 0x6f,
                                       0x62, 0x39, 0x2c, 0x8a, 0x92, 0x27, 0xad, 0x0e, 0xa3, 0xf0, 0x95,
                                       0x73, 0xe7, 0x83, 0xf1, 0x49, 0x8a, 0x4e, 0xd6, 0x0d, 0x26};
  uint8_t mac[32];
  scn_blake3_keyed(mac, (const uint8_t *)"whats the Elvish word for friend", NULL, 0);
  assert_memory_equal(mac, expected, 32);
  assert_true(scn_blake3_equal(mac, expected));
  mac[31] ^= 1;
  assert_false(scn_blake3_equal(mac, expected));
}

static void every_strategy_loads_what_it_may(void **state) {
  (void)state;
  wasm_signals_restore();
  for (int made = 0; made < SCE_STRATEGY_COUNT; made++) {
    sce_config_t config;
    sce_config_init(&config);
    config.semantics.strategy = (sce_strategy_t)made;
    sce_buf_t artifact = {0};
    sce_engine_t *maker = new_engine(&config);
    precompile(maker, &artifact);
    sce_engine_delete(maker);
    for (int used = 0; used < SCE_STRATEGY_COUNT; used++) {
      config.semantics.strategy = (sce_strategy_t)used;
      config.semantics.heap_pages.pages = 64; /* not part of the machine code */
      sce_engine_t *engine = new_engine(&config);
      sce_runtime_t *runtime = NULL;
      sce_error_t *err = sce_runtime_from_artifact_bytes(&runtime, engine, artifact.data, artifact.len, key);
      bool images_made = made == 2 || made == 4, images_used = used == 2 || used == 4;
      if (images_made == images_used) {
        expect_success(err);
        assert_true(echoes(runtime));
        sce_runtime_delete(runtime);
      } else {
        expect_error(err, SCE_BAD_ARTIFACT, "copy-on-write images");
      }
      sce_engine_delete(engine);
    }
    sce_buf_free(&artifact);
  }
}

static void other_semantics_are_named(void **state) {
  (void)state;
  wasm_signals_restore();
  sce_config_t config;
  sce_config_init(&config);
  sce_buf_t artifact = {0};
  sce_engine_t *engine = new_engine(&config);
  precompile(engine, &artifact);
  sce_engine_delete(engine);
  static const struct {
    size_t offset;
    const char *text;
  } switches[] = {
      {offsetof(sce_semantics_t, canonicalize_nans), "compiled with NaN canonicalisation off, asked for on"},
      {offsetof(sce_semantics_t, wasm_simd), "compiled with SIMD off, asked for on"},
      {offsetof(sce_semantics_t, wasm_bulk_memory), "compiled with bulk memory off, asked for on"},
      {offsetof(sce_semantics_t, wasm_multi_value), "compiled with multi value off, asked for on"},
      {offsetof(sce_semantics_t, inline_calls), "compiled with inlined calls off, asked for on"},
      {offsetof(sce_semantics_t, stack_limited), "compiled without a deterministic stack limit, asked for with one"},
  };
  for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
    sce_config_init(&config);
    config.semantics.stack_logical_max = 65536;
    *(bool *)((uint8_t *)&config.semantics + switches[i].offset) = true;
    engine = new_engine(&config);
    sce_runtime_t *runtime = NULL;
    expect_error(sce_runtime_from_artifact_bytes(&runtime, engine, artifact.data, artifact.len, key), SCE_BAD_ARTIFACT,
                 switches[i].text);
    expect_error(sce_runtime_from_artifact_bytes_without_check(&runtime, engine, artifact.data, artifact.len),
                 SCE_BAD_ARTIFACT, switches[i].text);
    assert_null(runtime);
    sce_engine_delete(engine);
  }
  sce_config_init(&config);
  config.semantics.interruptible = false;
  engine = new_engine(&config);
  sce_runtime_t *runtime = NULL;
  expect_error(sce_runtime_from_artifact_bytes(&runtime, engine, artifact.data, artifact.len, key), SCE_BAD_ARTIFACT,
               "interruptible code on, asked for off");
  sce_engine_delete(engine);
  config.semantics.interruptible = true;
  config.semantics.compiler = SCE_COMPILER_WINCH;
  engine = new_engine(&config);
  expect_error(sce_runtime_from_artifact_bytes(&runtime, engine, artifact.data, artifact.len, key), SCE_BAD_ARTIFACT,
               "compiled by cranelift, asked for winch");
  sce_engine_delete(engine);
  sce_buf_free(&artifact);
}

/* Of 5,000 seeded corruptions (flips, cuts, additions) none loads and none crashes. */
static void corruption_is_refused(void **state) {
  (void)state;
  wasm_signals_restore();
  sce_config_t config;
  sce_config_init(&config);
  sce_engine_t *engine = new_engine(&config);
  sce_buf_t artifact = {0};
  precompile(engine, &artifact);
  uint8_t *copy = malloc(artifact.len + 64);
  assert_non_null(copy);
  uint64_t seed = 0x5cec;
  for (int i = 0; i < 5000; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    size_t at = (size_t)(seed >> 33) % artifact.len, len = artifact.len;
    memcpy(copy, artifact.data, artifact.len);
    if (i % 10 == 0) at = artifact.len - 1 - at % SCE_ARTIFACT_TRAILER_SIZE; /* the trailer gets its share */
    if (i % 50 == 1) {
      len = at;
    } else if (i % 50 == 2) {
      memset(copy + len, 0, 64);
      len += 1 + at % 64;
    } else {
      copy[at] ^= (uint8_t)(1u << (seed >> 20 & 7));
    }
    sce_runtime_t *runtime = NULL;
    sce_error_t *err = sce_runtime_from_artifact_bytes(&runtime, engine, copy, len, key);
    if (err == NULL) fail_msg("corruption %d at %zu was loaded", i, at);
    assert_int_equal(sce_error_kind(err), SCE_BAD_ARTIFACT);
    sce_error_delete(err);
  }
  uint8_t other[SCE_ARTIFACT_KEY_SIZE] = {9};
  sce_runtime_t *runtime = NULL;
  expect_error(sce_runtime_from_artifact_bytes(&runtime, engine, artifact.data, artifact.len, other), SCE_BAD_ARTIFACT,
               "changed, or made under another key");
  sce_artifact_info_t info;
  expect_success(sce_artifact_describe(&info, artifact.data, artifact.len));
  assert_string_equal(info.wasmtime_version, sce_wasmtime_version());
  free(copy);
  sce_buf_free(&artifact);
  sce_engine_delete(engine);
}

static void write_file(const char *path, sce_span_t bytes, mode_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len);
  assert_int_equal(fchmod(fd, mode), 0);
  close(fd);
}

static void files_are_mapped_or_copied(void **state) {
  (void)state;
  wasm_signals_restore();
  sce_config_t config;
  sce_config_init(&config);
  sce_engine_t *engine = new_engine(&config);
  sce_buf_t artifact = {0};
  precompile(engine, &artifact);
  char path[128];
  snprintf(path, sizeof path, "%s/a.scexec", directory);
  static const mode_t modes[] = {0600, 0666}; /* mapped; copied, since others may write */
  for (int i = 0; i < 2; i++) {
    write_file(path, (sce_span_t){artifact.data, artifact.len}, modes[i]);
    sce_runtime_t *runtime = NULL;
    expect_success(sce_runtime_from_artifact_file(&runtime, engine, path, key));
    assert_true(echoes(runtime));
    sce_runtime_delete(runtime);
  }
  sce_runtime_t *runtime = NULL;
  artifact.data[artifact.len / 2] ^= 1;
  write_file(path, (sce_span_t){artifact.data, artifact.len}, 0600);
  expect_error(sce_runtime_from_artifact_file(&runtime, engine, path, key), SCE_BAD_ARTIFACT,
               "a.scexec: the artifact was changed");
  write_file(path, (sce_span_t){artifact.data, 3}, 0600);
  expect_error(sce_runtime_from_artifact_file(&runtime, engine, path, key), SCE_BAD_ARTIFACT, "no artifact of scexec");
  unlink(path);
  expect_error(sce_runtime_from_artifact_file(&runtime, engine, path, key), SCE_IO, "there is no artifact ");
  expect_error(sce_runtime_from_artifact_file(&runtime, engine, directory, key), SCE_IO, "a directory");
  assert_int_equal(mkfifo(path, 0600), 0);
  expect_error(sce_runtime_from_artifact_file(&runtime, engine, path, key), SCE_IO, "a FIFO");
  unlink(path);
  sce_buf_free(&artifact);
  sce_engine_delete(engine);
}

static void the_users_key_is_made_once(void **state) {
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s/keys/here/artifact.key", directory);
  uint8_t first[32], again[32];
  expect_success(sce_artifact_key_user(first, path));
  expect_success(sce_artifact_key_user(again, path));
  assert_memory_equal(first, again, 32);
  struct stat status;
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(chmod(path, 0644), 0);
  expect_error(sce_artifact_key_user(again, path), SCE_IO, "closed to others");
  write_file(path, (sce_span_t){(const uint8_t *)"short", 5}, 0600);
  expect_error(sce_artifact_key_user(again, path), SCE_IO, "is not a file of 32 bytes");
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  expect_error(sce_artifact_key_user(again, path), SCE_IO, "a FIFO");
}

/* ---- cache ---- */

typedef struct counted {
  int entries;
  uint64_t bytes;
  int readable;
} counted_t;

static void count_entry(void *ctx, const sce_cache_entry_t *entry) {
  counted_t *counted = ctx;
  counted->entries++;
  counted->bytes += entry->size;
  counted->readable += entry->readable;
}

static counted_t count_cache(const char *path) {
  counted_t counted = {0};
  expect_success(sce_cache_list(path, count_entry, &counted));
  return counted;
}

typedef struct warnings {
  int count;
  char last[512];
} warnings_t;

static void keep_warning(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)target;
  warnings_t *warnings = ctx;
  if (level > SCE_LOG_WARN) return;
  warnings->count++;
  snprintf(warnings->last, sizeof warnings->last, "%.*s", (int)message.len, (const char *)message.data);
}

static void run_from_code(const sce_config_t *config) {
  sce_engine_t *engine = new_engine(config);
  sce_runtime_t *runtime = NULL;
  expect_success(sce_runtime_from_code(&runtime, engine, code()));
  assert_true(echoes(runtime));
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
}

/* Changes a byte of every entry. */
static void damage_entries(const char *path) {
  DIR *dir = opendir(path);
  assert_non_null(dir);
  struct dirent *item;
  while ((item = readdir(dir)) != NULL) {
    if (strstr(item->d_name, ".scexec") == NULL) continue;
    int fd = openat(dirfd(dir), item->d_name, O_RDWR);
    uint8_t byte;
    assert_int_equal(pread(fd, &byte, 1, 1000), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 1000), 1);
    close(fd);
  }
  closedir(dir);
}

static void cache_keeps_and_repairs(void **state) {
  (void)state;
  wasm_signals_restore();
  char path[128];
  snprintf(path, sizeof path, "%s/cache/deep", directory);
  warnings_t warnings = {0};
  sce_config_t config;
  sce_config_init(&config);
  config.cache_path = path;
  config.log = (sce_log_t){keep_warning, &warnings, 3};
  assert_int_equal(count_cache(path).entries, 0);
  run_from_code(&config);
  counted_t first = count_cache(path);
  assert_true(first.entries == 1 && first.readable == 1 && first.bytes > 0);
  run_from_code(&config);
  assert_int_equal(count_cache(path).entries, 1);
  assert_int_equal(warnings.count, 0);

  damage_entries(path);
  run_from_code(&config);
  assert_int_equal(warnings.count, 1);
  assert_non_null(strstr(warnings.last, "compiled again"));
  run_from_code(&config);
  assert_int_equal(warnings.count, 1);

  config.semantics.canonicalize_nans = true; /* another fingerprint, another entry */
  run_from_code(&config);
  assert_int_equal(count_cache(path).entries, 2);
  config.cache_max_size = first.bytes + first.bytes / 2; /* room for one: the other, used before, goes */
  config.semantics.wasm_multi_value = true;
  run_from_code(&config);
  assert_int_equal(count_cache(path).entries, 1);

  uint64_t freed;
  expect_success(sce_cache_clear(&freed, path));
  assert_true(freed > 0);
  assert_int_equal(count_cache(path).entries, 0);

  config.cache_path = "/proc/nowhere/cache"; /* can't be set up: a warning, and the call goes on */
  run_from_code(&config);
  assert_int_equal(warnings.count, 2);
}

/* The one entry of the cache, read into `bytes`. */
static size_t read_entry(char name[512], uint8_t *bytes, size_t capacity, const char *path) {
  DIR *dir = opendir(path);
  assert_non_null(dir);
  struct dirent *item;
  name[0] = '\0';
  while ((item = readdir(dir)) != NULL)
    if (strstr(item->d_name, ".scexec") != NULL) snprintf(name, 512, "%s/%s", path, item->d_name);
  closedir(dir);
  assert_true(name[0] != '\0');
  return read_code(bytes, capacity, name);
}

/* Seeded corruptions of a cache's entry, whole or part: none is used, all are named and repaired, each call is right.
 * SCEXEC_SOAK=1 has 5,000 of them. */
static void damaged_entries_are_never_used(void **state) {
  (void)state;
  wasm_signals_restore();
  char path[128], name[512];
  static uint8_t good[1 << 20], bad[(1 << 20) + 64];
  int rounds = getenv("SCEXEC_SOAK") != NULL ? 2500 : 100;
  uint64_t seed = 0xcac4e, freed;
  for (int c = 0; c < 2; c++) {
    warnings_t warnings = {0};
    sce_config_t config;
    snprintf(path, sizeof path, "%s/damaged", directory);
    sce_config_init(&config);
    config.cache_path = path;
    config.semantics.compiler = c == 0 ? SCE_COMPILER_CRANELIFT : SCE_COMPILER_WINCH;
    config.log = (sce_log_t){keep_warning, &warnings, 3};
    run_from_code(&config);
    size_t len = read_entry(name, good, sizeof good, path);
    for (int i = 0; i < rounds; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      size_t at = (size_t)(seed >> 33) % len, size = len;
      memcpy(bad, good, len);
      memset(bad + len, 0, 64);
      if (i % 8 == 0) at = len - 1 - at % SCE_ARTIFACT_TRAILER_SIZE;
      if (i % 16 == 1) size = at;
      if (i % 16 == 2) size = len + 1 + at % 64;
      if (size == len) bad[at] ^= (uint8_t)(1u << (seed >> 20 & 7));
      write_file(name, (sce_span_t){bad, size}, 0600);
      run_from_code(&config);
      if (warnings.count != i + 1) fail_msg("corruption %d at %zu went unnoticed", i, at);
      assert_non_null(strstr(warnings.last, "compiled again"));
    }
    expect_success(sce_cache_clear(&freed, path));
  }
}

/* The same for the part that tiers keep: it has been damaged, so the call's code is compiled. */
static void damaged_parts_are_never_used(void **state) {
  (void)state;
  wasm_signals_restore();
  char path[128];
  snprintf(path, sizeof path, "%s/parts", directory);
  warnings_t warnings = {0};
  sce_config_t config;
  sce_config_init(&config);
  config.cache_path = path;
  config.semantics.compiler = SCE_COMPILER_TIERED;
  config.log = (sce_log_t){keep_warning, &warnings, 3};
  for (int i = 0; i < 20; i++) {
    run_from_code(&config);
    if (count_cache(path).entries > 0) damage_entries(path);
  }
  assert_true(warnings.count > 0);
  assert_non_null(strstr(warnings.last, "compiled again"));
}

/* An entry whose runtime the host can't serve is not damaged: the error is the runtime's, and the entry stays. */
static void missing_imports_are_no_damage(void **state) {
  (void)state;
  wasm_signals_restore();
  char path[128];
  snprintf(path, sizeof path, "%s/missing", directory);
  static uint8_t bytes[1 << 12];
  sce_span_t missing = {bytes, read_code(bytes, sizeof bytes, TEST_DATA "/executor/missing.wasm")};
  warnings_t warnings = {0};
  sce_config_t config;
  sce_config_init(&config);
  config.cache_path = path;
  config.log = (sce_log_t){keep_warning, &warnings, 3};
  config.allow_missing_imports = true;
  sce_engine_t *engine = new_engine(&config);
  sce_runtime_t *runtime = NULL;
  expect_success(sce_runtime_from_code(&runtime, engine, missing));
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  config.allow_missing_imports = false;
  engine = new_engine(&config);
  expect_error(sce_runtime_from_code(&runtime, engine, missing), SCE_MISSING_IMPORT,
               "the runtime imports what the host");
  sce_engine_delete(engine);
  assert_int_equal(warnings.count, 0);
  assert_int_equal(count_cache(path).entries, 1);
}

/* A process that fills the cache again and again; exits with 1 on a wrong answer. */
static void fill_for_ever(const char *path, int rounds) {
  sce_config_t config;
  sce_config_init(&config);
  config.cache_path = path;
  config.semantics.parallel_compilation = false; /* the compiler's threads stayed in the parent */
  for (int i = 0; i < rounds; i++) {
    sce_engine_t *engine = NULL;
    sce_runtime_t *runtime = NULL;
    config.semantics.compiler = i % 2 == 0 ? SCE_COMPILER_CRANELIFT : SCE_COMPILER_TIERED;
    sce_error_t *err = sce_engine_new(&engine, &config);
    if (err == NULL) err = sce_runtime_from_code(&runtime, engine, code());
    if (err != NULL || !echoes(runtime)) _exit(1);
    sce_runtime_delete(runtime);
    sce_engine_delete(engine);
    uint64_t freed;
    if (i % 3 == 0) sce_error_delete(sce_cache_clear(&freed, path));
  }
  _exit(0);
}

/* Two processes fill the same cache 200 times while others are killed at random moments. */
static void cache_survives_killed_processes(void **state) {
  (void)state;
  wasm_signals_restore();
  char path[128];
  snprintf(path, sizeof path, "%s/shared", directory);
  code();
  pid_t fillers[2];
  for (int i = 0; i < 2; i++) {
    fillers[i] = fork();
    assert_true(fillers[i] >= 0);
    if (fillers[i] == 0) fill_for_ever(path, 200);
  }
  uint64_t seed = 77;
  for (int i = 0; i < 40; i++) {
    pid_t victim = fork();
    assert_true(victim >= 0);
    if (victim == 0) fill_for_ever(path, 1000000);
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    usleep((useconds_t)(seed >> 33) % 15000);
    kill(victim, SIGKILL);
    int status;
    assert_int_equal(waitpid(victim, &status, 0), victim);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  for (int i = 0; i < 2; i++) {
    int status;
    assert_int_equal(waitpid(fillers[i], &status, 0), fillers[i]);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

int main(void) {
  if (mkdtemp(directory) == NULL) return 1;
  setenv("XDG_CONFIG_HOME", directory, 1);
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_mac_is_blake3),
      cmocka_unit_test(every_strategy_loads_what_it_may),
      cmocka_unit_test(other_semantics_are_named),
      cmocka_unit_test(corruption_is_refused),
      cmocka_unit_test(files_are_mapped_or_copied),
      cmocka_unit_test(the_users_key_is_made_once),
      cmocka_unit_test(cache_keeps_and_repairs),
      cmocka_unit_test(damaged_entries_are_never_used),
      cmocka_unit_test(damaged_parts_are_never_used),
      cmocka_unit_test(missing_imports_are_no_damage),
      cmocka_unit_test(cache_survives_killed_processes),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  return system(command) == 0 ? failed : 1;
}
