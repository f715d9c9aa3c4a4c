/* test_host_unversioned.c: the functions without versions, and child storage before its rename, against the known
 * answers of tests/vectors/unversioned.json: numbers in and out, and every byte of memory. */
#include "host_fake.h"

#include "base/checked.h"
#include "base/error.h"
#include "host/args.h"
#include "scexec/keystore.h"
#include "scexec/overlay.h"
#include "scexec/services.h"
#include "scexec/state.h"
#include "support/vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* As in the generator. */
#define MEMORY (3 * 65536u)
#define HEAP_BASE 0x10000u

/* ---- off-chain workers: what sp-core's TestOffchainExt answers in the generator ---- */

typedef struct worker {
  bool started;
  uint32_t read; /* of the response's body */
} worker_t;

static const char answer[] = "answer";

static sce_error_t *is_validator(void *ctx, bool *yes) {
  (void)ctx;
  *yes = true;
  return NULL;
}

static sce_error_t *network_state(void *ctx, bool *ok, sce_buf_t *scale) {
  (void)ctx;
  *ok = true;
  return sce_buf_append(scale, "\0\0", 2);
}

static sce_error_t *timestamp(void *ctx, uint64_t *unix_ms) {
  (void)ctx;
  *unix_ms = 1570000000123;
  return NULL;
}

static sce_error_t *sleep_until(void *ctx, uint64_t unix_ms) {
  (void)ctx, (void)unix_ms;
  return NULL;
}

static sce_error_t *random_seed(void *ctx, uint8_t seed[32]) {
  (void)ctx;
  for (int i = 0; i < 32; i++) seed[i] = (uint8_t)(i + 1);
  return NULL;
}

static sce_error_t *http_start(void *ctx, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri, sce_span_t meta) {
  worker_t *worker = ctx;
  assert_true(sce_span_equal(method, sce_span_text("POST")) && meta.len == 0);
  assert_true(sce_span_equal(uri, sce_span_text("http://localhost/")));
  *ok = !worker->started;
  worker->started = true;
  *id = 0;
  return NULL;
}

static sce_error_t *http_add_header(void *ctx, bool *ok, uint16_t id, sce_span_t name, sce_span_t value) {
  (void)ctx, (void)name, (void)value;
  *ok = id == 0;
  return NULL;
}

static sce_error_t *http_write_body(void *ctx, sce_http_error_t *result, uint16_t id, sce_span_t chunk,
                                    const uint64_t *deadline) {
  (void)ctx;
  if (chunk.len == 0) assert_int_equal(*deadline, 5);
  if (chunk.len > 0) assert_null(deadline);
  *result = id == 0 ? SCE_HTTP_OK : SCE_HTTP_IO;
  return NULL;
}

static sce_error_t *http_wait(void *ctx, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                              const uint64_t *deadline) {
  (void)ctx, (void)deadline;
  for (size_t i = 0; i < count; i++)
    statuses[i] = ids[i] == 0 ? (sce_http_status_t){3, 200} : (sce_http_status_t){2, 0};
  return NULL;
}

static sce_error_t *http_headers(void *ctx, sce_buf_t *scale, uint16_t id) {
  (void)ctx;
  static const char one[] = "\x04\x18Server\x10test";
  return id == 0 ? sce_buf_append(scale, one, sizeof one - 1) : sce_buf_append_byte(scale, 0);
}

static sce_error_t *http_read_body(void *ctx, sce_http_error_t *result, uint32_t *read, uint16_t id, uint8_t *buffer,
                                   size_t len, const uint64_t *deadline) {
  worker_t *worker = ctx;
  (void)deadline;
  *result = id == 0 ? SCE_HTTP_OK : SCE_HTTP_IO;
  if (id != 0) return NULL;
  uint32_t left = (uint32_t)(sizeof answer - 1) - worker->read;
  *read = len < left ? (uint32_t)len : left;
  memcpy(buffer, answer + worker->read, *read);
  worker->read += *read;
  return NULL;
}

static const sce_offchain_ops_t worker_ops = {
    .size = sizeof worker_ops,
    .is_validator = is_validator,
    .network_state = network_state,
    .timestamp = timestamp,
    .sleep_until = sleep_until,
    .random_seed = random_seed,
    .http_start = http_start,
    .http_add_header = http_add_header,
    .http_write_body = http_write_body,
    .http_wait = http_wait,
    .http_headers = http_headers,
    .http_read_body = http_read_body,
};

/* ---- one script's state ---- */

typedef struct bench {
  fake_t fake;
  sce_state_t *state;
  sce_overlay_t *overlay;
  sce_keystore_t *keystore;
  sce_services_t *services;
  worker_t worker;
} bench_t;

static void bench_open(bench_t *bench, bool services) {
  memset(bench, 0, sizeof *bench);
  fake_init(&bench->fake, MEMORY, HEAP_BASE);
  sce_externalities_t *ext = &bench->fake.ext;
  const sce_state_pair_t pairs[] = {/* what TestExternalities begins with */
                                    {NULL, sce_span_text(":code"), sce_span(NULL, 0)},
                                    {NULL, sce_span_text(":heappages"), sce_span("\x08\0\0\0\0\0\0", 8)}};
  assert_null(sce_state_new_memory(&bench->state, pairs, 2, SCE_STATE_V0));
  assert_null(sce_overlay_new(&bench->overlay, bench->state));
  ext->storage = sce_overlay_ops();
  ext->storage_ctx = bench->overlay;
  if (!services) return;
  assert_null(sce_keystore_new(&bench->keystore, NULL));
  assert_null(sce_services_new(&bench->services, NULL));
  sce_services_attach(bench->services, ext, false);
  ext->keystore = sce_keystore_ops_get();
  ext->keystore_ctx = bench->keystore;
  ext->offchain = &worker_ops;
  ext->offchain_ctx = &bench->worker;
}

static void bench_close(bench_t *bench) {
  sce_services_delete(bench->services);
  sce_keystore_delete(bench->keystore);
  sce_overlay_delete(bench->overlay);
  sce_state_delete(bench->state);
  fake_free_all(&bench->fake);
}

/* ---- steps ---- */

static void put_runs(uint8_t *memory, const json_t *runs) {
  size_t i;
  json_t *run;
  json_array_foreach(runs, i, run) {
    sce_buf_t bytes = test_vector_bytes(json_array_get(run, 1));
    size_t at = (size_t)json_integer_value(json_array_get(run, 0));
    assert_true(at + bytes.len <= MEMORY);
    memcpy(memory + at, bytes.data, bytes.len);
    sce_buf_free(&bytes);
  }
}

static size_t get_args(uint64_t *args, const json_t *step) {
  const json_t *numbers = json_object_get(step, "args");
  const char *type = test_vector_text(step, "type") + 1;
  for (size_t i = 0; i < json_array_size(numbers); i++, type += 5) {
    args[i] = (uint64_t)json_integer_value(json_array_get(numbers, i));
    if (strncmp(type, "i32", 3) == 0) args[i] = (uint32_t)args[i];
  }
  return json_array_size(numbers);
}

/* Makes a call in the step's memory. */
static sce_error_t *call_in(bench_t *bench, const json_t *step, const char *name, const char *type,
                            const uint64_t *args, uint64_t *result) {
  memset(bench->fake.memory.data, 0, MEMORY);
  put_runs(bench->fake.memory.data, json_object_get(step, "memory"));
  fake_next_call(&bench->fake, HEAP_BASE);
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), type);
  if (row == NULL || row->call == NULL) fail_msg("no function %s of type %s", name, type != NULL ? type : "any");
  *result = 0;
  return row->call(NULL, &bench->fake.caller, args, result);
}

/* What the memory is after a step that does not trap. */
static uint8_t *memory_after(const json_t *step) {
  uint8_t *memory = calloc(1, MEMORY);
  assert_non_null(memory);
  put_runs(memory, json_object_get(step, "memory"));
  put_runs(memory, json_object_get(step, "writes"));
  return memory;
}

static bool same_memory(const bench_t *bench, const json_t *step) {
  uint8_t *expected = memory_after(step);
  bool same = memcmp(expected, bench->fake.memory.data, MEMORY) == 0;
  free(expected);
  return same;
}

/* Whether the answer to a call is the step's. */
static bool is_answer(const bench_t *bench, const json_t *step, sce_error_t *err, uint64_t result) {
  bool traps = json_is_true(json_object_get(step, "trap")), ok = err == NULL;
  const json_t *expected = json_object_get(step, "result");
  if (ok != !traps) print_message("%s\n", ok ? "no trap" : sce_error_message(err));
  sce_error_delete(err);
  if (traps || !ok) return traps && !ok;
  if (!json_is_null(expected) && (uint64_t)json_integer_value(expected) != result) return false;
  /* A signature of sr25519 is another one each time. */
  return json_is_true(json_object_get(step, "random")) || same_memory(bench, step);
}

static bool run_step(bench_t *bench, const json_t *step) {
  uint64_t args[SCE_HOST_MAX_PARAMS], result;
  get_args(args, step);
  const char *name = test_vector_text(step, "function");
  sce_error_t *err = call_in(bench, step, name, test_vector_text(step, "type"), args, &result);
  return is_answer(bench, step, err, result);
}

static void calls_answer_as_upstream(void **state) {
  json_t *scripts = *state, *script, *step;
  size_t i, j, steps = 0, wrong = 0;
  json_array_foreach(scripts, i, script) {
    bench_t bench;
    bench_open(&bench, json_is_true(json_object_get(script, "services")));
    json_array_foreach(json_object_get(script, "steps"), j, step) {
      steps++;
      if (run_step(&bench, step)) continue;
      wrong++;
      char *text = json_dumps(step, 0);
      print_message("%s, step %zu: %.400s\n", test_vector_text(script, "script"), j, text);
      free(text);
    }
    bench_close(&bench);
  }
  print_message("%zu steps, %zu wrong\n", steps, wrong);
  assert_true(steps >= 550);
  assert_int_equal(wrong, 0);
}

/* ---- children, in the forms that the generator does not have ---- */

static const json_t *script_named(const json_t *scripts, const char *name) {
  size_t i;
  json_t *script;
  json_array_foreach(scripts, i, script) {
    if (strcmp(test_vector_text(script, "script"), name) == 0) return script;
  }
  fail_msg("no script %s", name);
  return NULL;
}

/* Of late 2019: the same without definition and type, which a root has in no form. */
static bool run_older(bench_t *bench, const json_t *step, const char *name) {
  uint64_t args[SCE_HOST_MAX_PARAMS], result;
  size_t count = get_args(args, step);
  const char *type = test_vector_text(step, "type");
  static const char defined[] = "(i64, i64, i32";
  char older[64];
  snprintf(older, sizeof older, "%s", type);
  if (strncmp(type, defined, sizeof defined - 1) == 0) {
    if (args[2] != 1) return true; /* there was no type that could be wrong */
    memmove(args + 1, args + 3, (count - 3) * sizeof *args);
    snprintf(older, sizeof older, "(i64%s", type + sizeof defined - 1);
  }
  sce_error_t *err = call_in(bench, step, name, older, args, &result);
  return is_answer(bench, step, err, result);
}

/* Before November 2019: spans are two numbers. */
typedef struct unversioned {
  const char *defined; /* behind ext_storage_child_ */
  const char *name;
  int spans; /* that it takes, the child included */
} unversioned_t;

static const unversioned_t unversioned[] = {
    {"set_version_1", "ext_set_child_storage", 3},           {"get_version_1", "ext_get_allocated_child_storage", 2},
    {"read_version_1", "ext_get_child_storage_into", 2},     {"exists_version_1", "ext_exists_child_storage", 2},
    {"clear_version_1", "ext_clear_child_storage", 2},       {"clear_prefix_version_1", "ext_clear_child_prefix", 2},
    {"storage_kill_version_1", "ext_kill_child_storage", 1}, {"root_version_1", "ext_child_storage_root", 1},
};

#define PLACE 0x9000u

/* Whether what a call left at `ptr` and PLACE is the answer that the step's span has in SCALE, an option or not. */
static bool same_bytes(const bench_t *bench, const json_t *step, uint32_t ptr, bool option) {
  uint8_t *memory = memory_after(step);
  uint64_t span = (uint64_t)json_integer_value(json_object_get(step, "result"));
  const uint8_t *expected = memory + (uint32_t)span;
  uint32_t len = (uint32_t)(span >> 32), own = sce_load_le32(bench->fake.memory.data + PLACE);
  bool same;
  if (option && expected[0] == 0) {
    same = ptr == 0 && own == UINT32_MAX;
  } else {
    uint32_t skip = option ? 2 : 0; /* the tag, and a length below 64 */
    same = own == len - skip && memcmp(expected + skip, bench->fake.memory.data + ptr, own) == 0;
  }
  free(memory);
  return same;
}

/* The number in an Option<u32>, UINT32_MAX for none; and what was read into the place is the same. */
static bool same_read(const bench_t *bench, const json_t *step, uint64_t place, uint64_t result) {
  uint8_t *memory = memory_after(step);
  const uint8_t *expected = memory + (uint32_t)json_integer_value(json_object_get(step, "result"));
  uint32_t len = expected[0] == 1 ? sce_load_le32(expected + 1) : UINT32_MAX;
  bool same = len == result &&
              memcmp(memory + (uint32_t)place, bench->fake.memory.data + (uint32_t)place, (size_t)(place >> 32)) == 0;
  free(memory);
  return same;
}

static bool run_unversioned(bench_t *bench, const json_t *step, const unversioned_t *form) {
  uint64_t in[SCE_HOST_MAX_PARAMS] = {0}, args[SCE_HOST_MAX_PARAMS] = {0}, result;
  size_t count = get_args(in, step), at = 0;
  bool get = strcmp(form->defined, "get_version_1") == 0, read = strcmp(form->defined, "read_version_1") == 0;
  bool root = strcmp(form->defined, "root_version_1") == 0;
  if (!root && in[2] != 1) return true;
  if (!root) memmove(in + 1, in + 3, (count - 3) * sizeof *in);
  for (int i = 0; i < form->spans; i++) {
    args[at++] = (uint32_t)in[i];
    args[at++] = in[i] >> 32;
  }
  args[at] = PLACE;
  if (read) {
    args[at++] = (uint32_t)in[2];
    args[at++] = in[2] >> 32;
    args[at] = in[3];
  }
  sce_error_t *err = call_in(bench, step, form->name, NULL, args, &result);
  if (err != NULL || json_is_true(json_object_get(step, "trap"))) return is_answer(bench, step, err, result);
  if (get || root) return same_bytes(bench, step, (uint32_t)result, get);
  return read ? same_read(bench, step, in[2], result) : is_answer(bench, step, NULL, result);
}

static bool run_next(bench_t *bench, const json_t *step, bool older) {
  static const char prefix[] = "ext_storage_child_";
  const char *name = test_vector_text(step, "function");
  if (strncmp(name, prefix, sizeof prefix - 1) != 0) return run_step(bench, step);
  if (older) return run_older(bench, step, name);
  for (size_t i = 0; i < sizeof unversioned / sizeof unversioned[0]; i++)
    if (strcmp(name + sizeof prefix - 1, unversioned[i].defined) == 0)
      return run_unversioned(bench, step, &unversioned[i]);
  return true; /* there was no next key */
}

/* The steps of the script "children" once more, on a state of their own, in the two older forms. */
static void older_children_answer_the_same(void **state) {
  const json_t *script = script_named(*state, "children");
  for (int older = 0; older < 2; older++) {
    size_t i, wrong = 0;
    json_t *step;
    bench_t bench;
    bench_open(&bench, false);
    json_array_foreach(json_object_get(script, "steps"), i, step) {
      if (run_next(&bench, step, older)) continue;
      wrong++;
      print_message("step %zu: %s\n", i, test_vector_text(step, "function"));
    }
    bench_close(&bench);
    assert_int_equal(wrong, 0);
  }
}

/* ---- what is older than the generator's crate: facts of Substrate's core/executor/src/wasm_executor.rs ---- */

static sce_error_t *call(bench_t *bench, const char *name, const char *type, const uint64_t *args, uint64_t *result) {
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), type);
  assert_non_null(row);
  assert_non_null(row->call);
  *result = 0;
  fake_next_call(&bench->fake, HEAP_BASE);
  return row->call(NULL, &bench->fake.caller, args, result);
}

static uint64_t works(bench_t *bench, const char *name, const char *type, const uint64_t *args) {
  uint64_t result;
  sce_error_t *err = call(bench, name, type, args, &result);
  if (err != NULL) fail_msg("%s: %s", name, sce_error_message(err));
  return result;
}

static void traps(bench_t *bench, const char *name, const char *type, const uint64_t *args) {
  uint64_t result;
  sce_error_t *err = call(bench, name, type, args, &result);
  if (err == NULL) fail_msg("%s did not trap", name);
  sce_error_delete(err);
}

#define IN(...) ((uint64_t[]){__VA_ARGS__})

static void memory_functions_of_2018(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench, false);
  uint8_t *memory = bench.fake.memory.data;
  memcpy(memory + 0x1000, "abcdefgh", 8);
  assert_int_equal(works(&bench, "ext_memcpy", NULL, IN(0x2000, 0x1000, 8)), 0x2000);
  assert_memory_equal(memory + 0x2000, "abcdefgh", 8);
  traps(&bench, "ext_memcpy", NULL, IN(0x1004, 0x1000, 8)); /* they overlap */
  assert_int_equal(works(&bench, "ext_memmove", NULL, IN(0x1002, 0x1000, 6)), 0x1002);
  assert_memory_equal(memory + 0x1000, "ababcdef", 8);
  assert_int_equal(works(&bench, "ext_memset", NULL, IN(0x1000, 0x17a, 3)), 0x1000);
  assert_memory_equal(memory + 0x1000, "zzzbcdef", 8);
  assert_int_equal(works(&bench, "ext_memcmp", NULL, IN(0x1000, 0x2000, 8)), 1);
  assert_int_equal(works(&bench, "ext_memcmp", NULL, IN(0x2000, 0x1000, 8)), UINT32_MAX);
  assert_int_equal(works(&bench, "ext_memcmp", NULL, IN(0x1000, 0x1000, 8)), 0);
  for (int i = 0; i < 2; i++) {
    uint64_t a = i == 0 ? MEMORY - 3 : 0x1000, b = i == 0 ? 0x1000 : MEMORY - 3;
    traps(&bench, "ext_memcpy", NULL, IN(a, b, 4));
    traps(&bench, "ext_memmove", NULL, IN(a, b, 4));
    traps(&bench, "ext_memcmp", NULL, IN(a, b, 4));
  }
  traps(&bench, "ext_memset", NULL, IN(MEMORY - 3, 0, 4));
  bench_close(&bench);
}

/* Three forms, and none gives a root. */
static void changes_roots_are_none(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench, false);
  const char *name = "ext_storage_changes_root", *both = "(i32, i32, i64, i32) -> i32";
  assert_int_equal(works(&bench, name, "(i64, i32) -> i32", IN(7, 0x1000)), 0);
  assert_int_equal(works(&bench, name, both, IN(0x1000, 32, 7, 0x2000)), 0);
  traps(&bench, name, both, IN(0x1000, 31, 7, 0x2000));
  traps(&bench, name, both, IN(MEMORY - 31, 32, 7, 0x2000));
  for (size_t i = 0; i < MEMORY; i++) assert_int_equal(bench.fake.memory.data[i], 0);
  /* Of November 2019. */
  name = "ext_storage_changes_root_version_1";
  uint64_t span = works(&bench, name, "(i32) -> i64", IN(0x1000));
  assert_memory_equal(fake_span(&bench.fake, span).data, "\0", 1);
  traps(&bench, name, "(i32) -> i64", IN(MEMORY - 31));
  bench_close(&bench);
}

/* Of November 2019: the root behind a pointer, and roots in the storage's family. */
static void first_versions(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench, false);
  const uint8_t *memory = bench.fake.memory.data;
  uint32_t at = (uint32_t)works(&bench, "ext_storage_root_version_1", "() -> i32", NULL);
  uint8_t pointed[32];
  memcpy(pointed, memory + at, 32);
  uint64_t span = works(&bench, "ext_storage_root_version_1", "() -> i64", NULL);
  assert_memory_equal(fake_span(&bench.fake, span).data, pointed, 32);
  const uint32_t list = 0x1000, pairs = 0x1010;
  memcpy(bench.fake.memory.data + list, "\x08\x04x\x08yz", 6);  /* two items */
  memcpy(bench.fake.memory.data + pairs, "\x04\x04x\x08yz", 6); /* one pair */
  const struct {
    const char *first, *now;
    uint32_t input;
  } same[] = {
      {"ext_storage_blake2_256_trie_root_version_1", "ext_trie_blake2_256_root_version_1", pairs},
      {"ext_storage_blake2_256_ordered_trie_root_version_1", "ext_trie_blake2_256_ordered_root_version_1", list},
  };
  for (size_t i = 0; i < 2; i++) {
    at = (uint32_t)works(&bench, same[i].first, "(i64) -> i32", IN(sce_pack_span(same[i].input, 6)));
    memcpy(pointed, memory + at, 32);
    at = (uint32_t)works(&bench, same[i].now, "(i64) -> i32", IN(sce_pack_span(same[i].input, 6)));
    assert_memory_equal(memory + at, pointed, 32);
  }
  bench_close(&bench);
}

static void worker_functions_of_2019(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench, true);
  uint8_t *memory = bench.fake.memory.data;
  works(&bench, "ext_random_seed", NULL, IN(0x1000));
  for (int i = 0; i < 32; i++) assert_int_equal(memory[0x1000 + i], i + 1);
  traps(&bench, "ext_random_seed", NULL, IN(MEMORY - 31));
  works(&bench, "ext_sleep_until", NULL, IN(5));
  memcpy(memory + 0x1000, "keyvalue", 8);
  works(&bench, "ext_submit_extrinsic", NULL, IN(0x1000, 8));
  assert_int_equal(sce_services_extrinsic_count(bench.services), 1);
  traps(&bench, "ext_submit_extrinsic", NULL, IN(MEMORY, 1));
  /* Of June 2019: one database, without kinds. */
  const char *get = "ext_local_storage_get", *get_type = "(i32, i32, i32) -> i32";
  assert_int_equal(works(&bench, get, get_type, IN(0x1000, 3, 0x2000)), 0);
  assert_int_equal(sce_load_le32(memory + 0x2000), UINT32_MAX);
  works(&bench, "ext_local_storage_set", "(i32, i32, i32, i32) -> ()", IN(0x1000, 3, 0x1003, 5));
  uint64_t at = works(&bench, get, get_type, IN(0x1000, 3, 0x2000));
  assert_int_equal(sce_load_le32(memory + 0x2000), 5);
  assert_memory_equal(memory + at, "value", 5);
  at = works(&bench, get, "(i32, i32, i32, i32) -> i32", IN(1, 0x1000, 3, 0x2000)); /* later: persistent */
  assert_memory_equal(memory + at, "value", 5);
  bench_close(&bench);
}

static void keccak_had_another_name(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench, false);
  uint8_t *memory = bench.fake.memory.data;
  works(&bench, "ext_keccak256", NULL, IN(0, 0, 0x1000));
  works(&bench, "ext_keccak_256", NULL, IN(0, 0, 0x2000));
  assert_memory_equal(memory + 0x1000, memory + 0x2000, 32);
  assert_memory_equal(memory + 0x1000, "\xc5\xd2\x46\x01", 4);
  bench_close(&bench);
}

int main(void) {
  json_t *scripts = test_vectors_load(TEST_VECTORS "/unversioned.json");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(calls_answer_as_upstream, scripts),
      cmocka_unit_test_prestate(older_children_answer_the_same, scripts),
      cmocka_unit_test(memory_functions_of_2018),
      cmocka_unit_test(changes_roots_are_none),
      cmocka_unit_test(first_versions),
      cmocka_unit_test(worker_functions_of_2019),
      cmocka_unit_test(keccak_had_another_name),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  json_decref(scripts);
  return failed;
}
