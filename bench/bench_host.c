/* bench_host.c: what one host function costs, measured inside a WebAssembly loop of 20,000 calls.
 *
 *   bench_host list                names of the measurements, one a line
 *   bench_host write NAME DIR      the runtime DIR/NAME.wasm, its input DIR/NAME.hex, and the state DIR/NAME.json (a
 * raw chain spec), for another executor to run: export `run` bench_host run NAME [COUNT]    runs the loop COUNT (20)
 * times: {"name", "medianNs", "minNs"}, of one host call
 */
#include "scexec/executor.h"
#include "scexec/overlay.h"
#include "scexec/state.h"
#include "support/forwarder.h"
#include "support/vectors.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOP 20000u
#define STATE_KEYS 10000u /* of the state, beside the key that is looked for */

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "bench_host: %s\n", sce_error_message(err));
  exit(1);
}

/* ---- what is measured ---- */

typedef struct measurement {
  const char *name;
  const char *function;
  size_t size;       /* of the first argument; 0: a signature of host-vectors.json */
  const char *key;   /* storage: the key instead */
  const char *value; /* storage: second argument */
} measurement_t;

static const measurement_t measurements[] = {
    {"twox_128-32", "ext_hashing_twox_128_version_1", 32, NULL, NULL},
    {"blake2_256-64", "ext_hashing_blake2_256_version_1", 64, NULL, NULL},
    {"blake2_256-1024", "ext_hashing_blake2_256_version_1", 1024, NULL, NULL},
    {"storage_get-hit", "ext_storage_get_version_1", 0, "a key that is there, of 32 bytes", NULL},
    {"storage_get-miss", "ext_storage_get_version_1", 0, "a key that is not there, 32 bytes", NULL},
    {"storage_set", "ext_storage_set_version_1", 0, "a key to be written, of 32 bytes",
     "some value of 32 bytes, written over"},
    {"sr25519_verify", "ext_crypto_sr25519_verify_version_2", 0, NULL, NULL},
    {"ed25519_verify", "ext_crypto_ed25519_verify_version_1", 0, NULL, NULL},
    {"ecdsa_recover", "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", 0, NULL, NULL},
};
#define MEASUREMENTS (sizeof measurements / sizeof measurements[0])

static const char PRESENT[] = "a key that is there, of 32 bytes";

static const measurement_t *find(const char *name) {
  for (size_t i = 0; i < MEASUREMENTS; i++) {
    if (strcmp(measurements[i].name, name) == 0) return &measurements[i];
  }
  fprintf(stderr, "bench_host: no measurement '%s'\n", name);
  exit(2);
}

static const char *signature_of(const char *name) {
  size_t count;
  const sce_host_function_info_t *rows = sce_host_functions(&count);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(rows[i].name, name) == 0) return rows[i].signature;
  }
  return NULL;
}

/* The inputs of the first valid signature that the vectors have for a function; not the empty message's. */
static void put_signature(forwarder_input_t *input, const char *function) {
  json_t *root = test_vectors_load(TEST_VECTORS "/host-vectors.json"), *record;
  size_t i, seen = 0;
  json_array_foreach(root, i, record) {
    const char *name = test_vector_text(record, "function"), *note = test_vector_text(record, "note");
    if (name == NULL || strcmp(name, function) != 0 || strncmp(note, "valid", 5) != 0 || seen++ < 2) continue;
    const json_t *inputs = json_object_get(record, "inputs"), *kinds = json_object_get(record, "kinds");
    for (size_t j = 0; j < json_array_size(inputs); j++) {
      sce_buf_t bytes = test_vector_bytes(json_array_get(inputs, j));
      bool span = strcmp(json_string_value(json_array_get(kinds, j)), "span") == 0;
      forwarder_input_bytes(input, sce_buf_span(&bytes), span);
      sce_buf_free(&bytes);
    }
    break;
  }
  json_decref(root);
}

static forwarder_call_t call_of(const measurement_t *what) {
  return (forwarder_call_t){what->function, signature_of(what->function), LOOP};
}

static sce_buf_t make_input(const measurement_t *what) {
  static const uint8_t zeros[1024];
  forwarder_call_t call = call_of(what);
  forwarder_input_t input;
  forwarder_input_begin(&input, &call, 1);
  if (what->key != NULL) {
    forwarder_input_bytes(&input, sce_span_text(what->key), true);
    if (what->value != NULL) forwarder_input_bytes(&input, sce_span_text(what->value), true);
  } else if (what->size > 0) {
    forwarder_input_bytes(&input, sce_span(zeros, what->size), true);
  } else {
    put_signature(&input, what->function);
  }
  forwarder_input_end(&input, 0);
  memset(input.bytes.data + 4, 0, 4); /* no image: an output of length 0 */
  return input.bytes;
}

/* ---- the state: keys that look like those of a runtime, 32 bytes, and one that is known ---- */

static void state_key(char key[65], uint32_t index) {
  uint64_t x = index + 1;
  for (int i = 0; i < 32; i++) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    snprintf(key + 2 * i, 3, "%02x", (unsigned)(x >> 56));
  }
}

static void write_state(FILE *out) {
  char key[65];
  fputs("{\"name\":\"bench\",\"id\":\"bench\",\"genesis\":{\"raw\":{\"top\":{\"0x", out);
  for (size_t i = 0; i < sizeof PRESENT - 1; i++) fprintf(out, "%02x", (unsigned)PRESENT[i]);
  fputs("\":\"0x76616c7565206f662033322062797465732c206f6e65206f6620746865206d616e79\"", out);
  for (uint32_t i = 0; i < STATE_KEYS; i++) {
    state_key(key, i);
    fprintf(out, ",\n\"0x%s\":\"0x%.32s\"", key, key);
  }
  fputs("},\"childrenDefault\":{}}}}\n", out);
}

static sce_state_t *make_state(void) {
  sce_state_pair_t *pairs = calloc(STATE_KEYS + 1, sizeof *pairs);
  char(*keys)[65] = calloc(STATE_KEYS, sizeof *keys);
  sce_state_t *state;
  if (pairs == NULL || keys == NULL) exit(1);
  for (uint32_t i = 0; i < STATE_KEYS; i++) {
    state_key(keys[i], i);
    uint8_t *packed = (uint8_t *)keys[i];
    for (int j = 0; j < 32; j++) {
      unsigned byte;
      sscanf(keys[i] + 2 * j, "%2x", &byte);
      packed[j] = (uint8_t)byte;
    }
    pairs[i] = (sce_state_pair_t){NULL, sce_span(packed, 32), sce_span(packed, 16)};
  }
  pairs[STATE_KEYS] =
      (sce_state_pair_t){NULL, sce_span_text(PRESENT), sce_span_text("value of 32 bytes, one of the many")};
  must(sce_state_new_memory(&state, pairs, STATE_KEYS + 1, SCE_STATE_V0));
  free(keys);
  free(pairs);
  return state;
}

/* ---- running ---- */

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static sce_instance_t *make_instance(const measurement_t *what) {
  forwarder_call_t call = call_of(what);
  sce_buf_t module = forwarder_module(&call, 1);
  sce_config_t config;
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_config_init(&config);
  must(sce_engine_new(&engine, &config));
  must(sce_blob_new(&blob, sce_buf_span(&module)));
  must(sce_runtime_new(&runtime, engine, blob));
  must(sce_instance_new(&instance, runtime));
  sce_runtime_delete(runtime);
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  sce_buf_free(&module);
  return instance;
}

static int run(const measurement_t *what, size_t count) {
  sce_instance_t *instance = make_instance(what);
  sce_state_t *state = make_state();
  sce_overlay_t *overlay;
  must(sce_overlay_new(&overlay, state));
  sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
  sce_call_options_t options = {.externalities = &ext};
  sce_buf_t input = make_input(what), output = {0};
  double *times = calloc(count, sizeof *times);
  if (times == NULL) return 1;
  for (size_t i = 0; i < count; i++) {
    double begin = now_ns();
    must(sce_instance_call(instance, &output, "run", input.data, input.len, &options));
    times[i] = (now_ns() - begin) / LOOP;
    sce_overlay_reset(overlay);
  }
  qsort(times, count, sizeof *times, compare);
  printf("{\"name\": \"%s\", \"medianNs\": %.1f, \"minNs\": %.1f}\n", what->name, times[count / 2], times[0]);
  free(times);
  sce_buf_free(&input);
  sce_buf_free(&output);
  sce_instance_delete(instance);
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  return 0;
}

static FILE *create(const char *folder, const char *name, const char *suffix) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
  FILE *file = fopen(path, "wb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  return file;
}

static int write_files(const measurement_t *what, const char *folder) {
  forwarder_call_t call = call_of(what);
  sce_buf_t module = forwarder_module(&call, 1), input = make_input(what);
  FILE *file = create(folder, what->name, ".wasm");
  bool ok = fwrite(module.data, 1, module.len, file) == module.len;
  ok = fclose(file) == 0 && ok;
  file = create(folder, what->name, ".hex");
  for (size_t i = 0; i < input.len; i++) fprintf(file, "%02x", input.data[i]);
  ok = fclose(file) == 0 && ok;
  file = create(folder, what->name, ".json");
  write_state(file);
  ok = fclose(file) == 0 && ok;
  sce_buf_free(&module);
  sce_buf_free(&input);
  return !ok;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "list") == 0) {
    for (size_t i = 0; i < MEASUREMENTS; i++) puts(measurements[i].name);
    return 0;
  }
  if (argc == 4 && strcmp(argv[1], "write") == 0) return write_files(find(argv[2]), argv[3]);
  if (argc >= 3 && strcmp(argv[1], "run") == 0) {
    return run(find(argv[2]), argc > 3 ? strtoul(argv[3], NULL, 10) + 1 : 21);
  }
  fputs("usage: bench_host list | write NAME DIR | run NAME [COUNT]\n", stderr);
  return 2;
}
