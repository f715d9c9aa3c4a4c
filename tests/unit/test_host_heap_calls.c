/* test_host_heap_calls.c: the allocator scripts of tests/vectors (sc-allocator 39) through real calls: a runtime whose
 * code is a script's steps. Its memory and heap are those of the script, but for the heap's first block, which is the
 * (empty) input of the call: the heap begins 16 bytes earlier, and counts that block. A trap ends a call, so what
 * upstream recorded behind one (a poisoned heap) is for test_heap.c. */
#include "base/buf.h"
#include "base/checked.h"
#include "scexec/executor.h"
#include "support/vectors.h"
#include "support/wasm_signals.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define INPUT_BLOCK 16
#define RESULTS 256 /* address: of each step u32 pointer and u32 pages */

static void must(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

/* ---- WebAssembly ---- */

static void put(sce_buf_t *out, const char *data, size_t len) {
  must(sce_buf_append(out, data, len));
}
#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static void put_sleb(sce_buf_t *out, int64_t value) {
  for (; value < -64 || value > 63; value >>= 7) must(sce_buf_append_byte(out, (uint8_t)((value & 0x7f) | 0x80)));
  must(sce_buf_append_byte(out, (uint8_t)(value & 0x7f)));
}

static void put_uleb(sce_buf_t *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) must(sce_buf_append_byte(out, (uint8_t)((value & 0x7f) | 0x80)));
  must(sce_buf_append_byte(out, (uint8_t)value));
}

static void put_i32(sce_buf_t *code, uint32_t value) {
  PUT(code, "\x41");
  put_sleb(code, (int32_t)value);
}

/* A section, or a body: its size, then its contents, which are freed. */
static void put_sized(sce_buf_t *out, sce_buf_t *contents) {
  put_uleb(out, contents->len);
  must(sce_buf_append(out, contents->data, contents->len));
  sce_buf_free(contents);
}

static uint64_t input(const json_t *step, size_t index) {
  sce_buf_t bytes = test_vector_bytes(json_array_get(json_object_get(step, "inputs"), index));
  uint64_t value = test_vector_number(sce_buf_span(&bytes));
  sce_buf_free(&bytes);
  return value;
}

static void put_step(sce_buf_t *code, const json_t *step, uint32_t result) {
  const char *name = test_vector_text(step, "function");
  if (strcmp(name, "ext_allocator_malloc_version_1") == 0) {
    put_i32(code, result);
    put_i32(code, (uint32_t)input(step, 0));
    PUT(code, "\x10\0\x36\2\0"); /* call, i32.store */
  } else if (strcmp(name, "ext_allocator_free_version_1") == 0) {
    put_i32(code, (uint32_t)input(step, 0));
    PUT(code, "\x10\1");
  } else { /* (write 8 bytes to memory) */
    put_i32(code, (uint32_t)input(step, 0));
    PUT(code, "\x42");
    put_sleb(code, (int64_t)input(step, 1));
    PUT(code, "\x37\0\0"); /* i64.store */
  }
  put_i32(code, result);
  PUT(code, "\x3f\0\x36\2\4"); /* memory.size, i32.store */
}

/* A runtime whose `run` makes the steps before `end`. */
static sce_buf_t make_module(const json_t *script, size_t end) {
  sce_buf_t out = {0}, memory = {0}, globals = {0}, codes = {0}, body = {0};
  const json_t *steps = json_object_get(script, "steps");
  PUT(&out, "\0asm\1\0\0\0"
            "\1\x10\3\x60\1\x7f\1\x7f\x60\1\x7f\0\x60\2\x7f\x7f\1\x7e");
  PUT(&out, "\2\x49\2"
            "\3env\x1e"
            "ext_allocator_malloc_version_1"
            "\0\0"
            "\3env\x1c"
            "ext_allocator_free_version_1"
            "\0\1");
  PUT(&out, "\3\2\1\2");
  PUT(&memory, "\1\0");
  put_uleb(&memory, (uint64_t)json_integer_value(json_object_get(script, "initial_pages")));
  PUT(&out, "\5");
  put_sized(&out, &memory);
  PUT(&globals, "\1\x7f\0");
  put_i32(&globals, (uint32_t)json_integer_value(json_object_get(script, "heap_base")) - INPUT_BLOCK);
  PUT(&globals, "\x0b");
  PUT(&out, "\6");
  put_sized(&out, &globals);
  PUT(&out, "\7\x1e\3\6memory\2\0\x0b__heap_base\3\0\3run\0\2");
  PUT(&body, "\0");
  for (size_t i = 0; i < end; i++) put_step(&body, json_array_get(steps, i), RESULTS + 8 * (uint32_t)i);
  PUT(&body, "\x42");
  put_sleb(&body, (int64_t)(RESULTS | (uint64_t)(8 * end) << 32));
  PUT(&body, "\x0b");
  PUT(&codes, "\1");
  put_sized(&codes, &body);
  PUT(&out, "\n");
  put_sized(&out, &codes);
  return out;
}

static sce_error_t *run(const json_t *script, size_t end, sce_buf_t *output, sce_call_stats_t *stats) {
  sce_config_t config;
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_buf_t module = make_module(script, end);
  sce_config_init(&config);
  uint32_t maximum = (uint32_t)json_integer_value(json_object_get(script, "max_pages"));
  config.semantics.heap_pages = (sce_heap_pages_t){.dynamic = true, .pages = maximum};
  must(sce_engine_new(&engine, &config));
  must(sce_blob_new(&blob, sce_buf_span(&module)));
  must(sce_runtime_new(&runtime, engine, blob));
  must(sce_instance_new(&instance, runtime));
  sce_call_options_t options = {.stats = stats};
  sce_error_t *err = sce_instance_call(instance, output, "run", NULL, 0, &options);
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  sce_buf_free(&module);
  return err;
}

/* ---- checks ---- */

static uint64_t stat(const json_t *step, const char *name) {
  return (uint64_t)json_integer_value(json_object_get(json_object_get(step, "stats"), name)) + INPUT_BLOCK;
}

static void check_results(const json_t *script, size_t end) {
  const json_t *steps = json_object_get(script, "steps"), *last = NULL;
  sce_buf_t output = {0};
  sce_call_stats_t stats;
  must(run(script, end, &output, &stats));
  assert_int_equal(output.len, 8 * end);
  for (size_t i = 0; i < end; i++) {
    const json_t *step = json_array_get(steps, i);
    const char *name = test_vector_text(step, "function");
    if (strstr(name, "malloc") != NULL)
      assert_true(test_vector_equal(name, sce_span(output.data + 8 * i, 4), json_object_get(step, "output")));
    if (json_object_get(step, "stats") == NULL) continue;
    assert_int_equal(sce_load_le32(output.data + 8 * i + 4), json_integer_value(json_object_get(step, "pages_after")));
    last = step;
  }
  sce_buf_free(&output);
  if (last == NULL) return;
  assert_int_equal(stats.bytes_allocated_peak, stat(last, "peak"));
  assert_int_equal(stats.bytes_allocated_sum, stat(last, "sum"));
  assert_int_equal(stats.address_space_used, stat(last, "address_space_used"));
}

/* One script frees more than was allocated, but not more than with the block of the input. */
static bool is_underflow(const json_t *step) {
  return strstr(json_string_value(json_object_get(step, "trap")), "underflow") != NULL;
}

static void check_script(const json_t *script) {
  const json_t *steps = json_object_get(script, "steps");
  size_t count = json_array_size(steps), end = 0;
  while (end < count && !json_is_string(json_object_get(json_array_get(steps, end), "trap"))) end++;
  check_results(script, end);
  if (end == count || is_underflow(json_array_get(steps, end))) return;
  sce_buf_t output = {0};
  sce_call_stats_t stats;
  const char *name = test_vector_text(json_array_get(steps, end), "function");
  sce_error_t *err = run(script, end + 1, &output, &stats);
  if (err == NULL) fail_msg("%s: no error", test_vector_text(script, "note"));
  assert_memory_equal(sce_error_message(err), name, strlen(name));
  sce_error_delete(err);
  sce_buf_free(&output);
}

typedef struct file {
  const char *path;
  size_t scripts; /* that it has */
} file_t;

static void allocator_scripts_answer_as_upstream(void **state) {
  const file_t *file = *state;
  json_t *root = test_vectors_load(file->path), *script;
  size_t i, scripts = 0;
  wasm_signals_restore();
  json_array_foreach(root, i, script) {
    const char *name = test_vector_text(script, "script");
    if (name == NULL || strcmp(name, "allocator") != 0) continue;
    check_script(script);
    scripts++;
  }
  json_decref(root);
  assert_int_equal(scripts, file->scripts);
}

int main(void) {
  static file_t chosen = {TEST_VECTORS "/host-vectors.json", 27};
  static file_t random = {TEST_VECTORS "/host-random.json.zst", 60};
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(allocator_scripts_answer_as_upstream, &chosen),
      cmocka_unit_test_prestate(allocator_scripts_answer_as_upstream, &random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
