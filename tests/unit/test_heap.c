/* test_heap.c: the freeing-bump heap against the allocator scripts of the reference (tests/vectors/host-vectors.json:
 * sc-allocator 39, every address, page count and statistic). */
#include "executor/heap.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/hex.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

typedef struct script {
  sce_heap_memory_t memory; /* first: the callback gets back to the script by it */
  uint32_t limit;           /* pages that `grow` allows */
} script_t;

static bool grow(sce_heap_memory_t *memory, uint32_t pages) {
  script_t *script = (script_t *)memory;
  uint64_t size = memory->size + pages * SCE_WASM_PAGE;
  if (size > script->limit * SCE_WASM_PAGE) return false;
  uint8_t *data = realloc(memory->data, size);
  assert_non_null(data);
  memset(data + memory->size, 0, size - memory->size);
  memory->data = data;
  memory->size = size;
  return true;
}

static uint32_t input_u32(const json_t *step, size_t i) {
  uint8_t bytes[4];
  const char *hex = json_string_value(json_array_get(json_object_get(step, "inputs"), i));
  assert_non_null(hex);
  for (int k = 0; k < 4; k++) assert_int_equal(sscanf(hex + 2 * k, "%2hhx", &bytes[k]), 1);
  return sce_load_le32(bytes);
}

static void forge(script_t *script, const json_t *step) {
  const char *hex = json_string_value(json_array_get(json_object_get(step, "inputs"), 1));
  uint32_t at = input_u32(step, 0);
  for (int k = 0; k < 8; k++) assert_int_equal(sscanf(hex + 2 * k, "%2hhx", script->memory.data + at + k), 1);
}

static uint64_t stat(const json_t *step, const char *name) {
  const json_t *value = json_object_get(json_object_get(step, "stats"), name);
  assert_true(json_is_integer(value));
  return (uint64_t)json_integer_value(value);
}

static void run_step(script_t *script, sce_heap_t *heap, const json_t *step) {
  const char *function = json_string_value(json_object_get(step, "function"));
  if (strstr(function, "write 8 bytes") != NULL) {
    forge(script, step);
    return;
  }
  bool is_alloc = strcmp(function, "ext_allocator_malloc_version_1") == 0;
  assert_true(is_alloc || strcmp(function, "ext_allocator_free_version_1") == 0);
  uint32_t ptr = 0, input = input_u32(step, 0);
  sce_error_t *err =
      is_alloc ? sce_heap_alloc(heap, &script->memory, &ptr, input) : sce_heap_free(heap, &script->memory, input);
  bool traps = json_is_string(json_object_get(step, "trap"));
  if (traps != (err != NULL))
    fail_msg("%s(0x%x): %s", function, input, err != NULL ? sce_error_message(err) : "no error");
  sce_error_delete(err);
  if (!traps && is_alloc) {
    uint8_t expected[4];
    const char *hex = json_string_value(json_object_get(step, "output"));
    for (int k = 0; k < 4; k++) assert_int_equal(sscanf(hex + 2 * k, "%2hhx", &expected[k]), 1);
    assert_int_equal(ptr, sce_load_le32(expected));
  }
  assert_int_equal(script->memory.size / SCE_WASM_PAGE, json_integer_value(json_object_get(step, "pages_after")));
  assert_int_equal(heap->bytes_allocated, stat(step, "bytes_allocated"));
  assert_int_equal(heap->bytes_allocated_peak, stat(step, "peak"));
  assert_int_equal(heap->bytes_allocated_sum, stat(step, "sum"));
  assert_int_equal(heap->bumper - heap->base, stat(step, "address_space_used"));
}

static void scripts_of_the_reference(void **state) {
  (void)state;
  json_error_t error;
  json_t *all = json_load_file(TEST_VECTORS "/host-vectors.json", 0, &error);
  assert_non_null(all);
  size_t i, count = 0;
  json_t *record;
  json_array_foreach(all, i, record) {
    const char *kind = json_string_value(json_object_get(record, "script"));
    if (kind == NULL || strcmp(kind, "allocator") != 0) continue;
    uint32_t pages = (uint32_t)json_integer_value(json_object_get(record, "initial_pages"));
    const json_t *max = json_object_get(record, "max_pages");
    script_t script = {{calloc(pages, SCE_WASM_PAGE), pages * SCE_WASM_PAGE,
                        json_is_integer(max) ? (uint32_t)json_integer_value(max) : SCE_WASM_MAX_PAGES, 0, grow},
                       json_is_integer(max) ? (uint32_t)json_integer_value(max) : SCE_WASM_MAX_PAGES};
    assert_non_null(script.memory.data);
    sce_heap_t heap;
    sce_heap_init(&heap, (uint32_t)json_integer_value(json_object_get(record, "heap_base")));
    size_t k;
    json_t *step;
    json_array_foreach(json_object_get(record, "steps"), k, step) run_step(&script, &heap, step);
    free(script.memory.data);
    count++;
  }
  assert_true(count >= 27);
  json_decref(all);
}

static void growth_at_least_doubles_up_to_the_limit(void **state) {
  (void)state;
  script_t script = {{calloc(1, SCE_WASM_PAGE), SCE_WASM_PAGE, 5, 5 * SCE_WASM_PAGE, grow}, 5};
  sce_heap_t heap;
  uint32_t ptr;
  sce_heap_init(&heap, 1);
  assert_int_equal(heap.base, 8);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 65536)); /* freeing_bump.rs: max(min(2 * 1, 5), 2) pages */
  assert_int_equal(script.memory.size, 2 * SCE_WASM_PAGE);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 65536));
  assert_int_equal(script.memory.size, 4 * SCE_WASM_PAGE);
  sce_error_t *err = sce_heap_alloc(&heap, &script.memory, &ptr, 1 << 20);
  assert_int_equal(sce_error_kind(err), SCE_MEMORY_LIMIT);
  sce_error_delete(err);
  err = sce_heap_alloc(&heap, &script.memory, &ptr, 8);
  assert_string_equal(sce_error_message(err), "the heap is unusable after an earlier allocator error");
  sce_error_delete(err);
  free(script.memory.data);
}

/* Answers of sc-executor (the release build, in which sums of u32 wrap) for a base in the last bytes of the address
 * space, and for a block that ends with it. */
static void addresses_wrap(void **state) {
  (void)state;
  size_t size = SCE_WASM_MAX_PAGES * (size_t)SCE_WASM_PAGE;
  uint8_t *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  assert_true(data != MAP_FAILED);
  script_t script = {{data, size, SCE_WASM_MAX_PAGES, size, grow}, SCE_WASM_MAX_PAGES};
  sce_heap_t heap;
  uint32_t ptr;
  sce_heap_init(&heap, 0xfffffffc);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 0));
  assert_int_equal(ptr, 8);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 8));
  assert_int_equal(ptr, 0x18);
  sce_heap_init(&heap, 0xfffffff0);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 0));
  assert_int_equal(ptr, 0xfffffff8);
  assert_null(sce_heap_alloc(&heap, &script.memory, &ptr, 8));
  assert_int_equal(ptr, 8);
  munmap(data, size);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scripts_of_the_reference),
      cmocka_unit_test(growth_at_least_doubles_up_to_the_limit),
      cmocka_unit_test(addresses_wrap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
