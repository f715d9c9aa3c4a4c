/* test_blob_meter.c: stack metering against the crate that upstream uses: tests/data/blob/meter.txt holds digests of
 * what wasm-instrument 0.4 makes of the modules of meter.list (tests/oracle/instrument). */
#include "blob_support.h"

#include "crypto/hash.h"

#include <stdlib.h>

/* A hexadecimal digest in `text`. */
static void digest_of(char text[65], sce_span_t bytes) {
  uint8_t digest[32];
  sce_blake2b_256(digest, bytes);
  for (int i = 0; i < 32; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

/* The bodies as they stand in the code section, behind their count. */
static void digest_of_bodies(char text[65], const sce_blob_t *blob) {
  size_t count;
  sce_span_t bodies = {NULL, 0};
  const sce_wasm_section_t *sections = sce_blob_sections(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (sections[i].id == SCE_WASM_SECTION_CODE) bodies = sections[i].contents;
  while (bodies.len > 0 && bodies.data[0] & 0x80) bodies = sce_span(bodies.data + 1, bodies.len - 1);
  if (bodies.len > 0) bodies = sce_span(bodies.data + 1, bodies.len - 1);
  digest_of(text, bodies);
}

static sce_buf_t read_listed(const char *file) {
  char path[512];
  bool small = strchr(file, '/') != NULL;
  snprintf(path, sizeof path, "%s/%s", small ? TEST_DATA "/blob" : TEST_INPUTS, file);
  return test_read_code(path);
}

/* Modules that are not valid to begin with. */
static bool starts_valid(const char *file) {
  return strstr(file, "underflow") == NULL;
}

static void check_metered(wasm_engine_t *engine, const char *file, sce_span_t module, unsigned functions,
                          const char *bodies, const char *whole) {
  char digest[65];
  sce_blob_t *after = blob_of(module);
  assert_int_equal(sce_blob_function_count(after) - sce_blob_imported_function_count(after), functions);
  digest_of_bodies(digest, after);
  if (strcmp(digest, bodies) != 0) fail_msg("%s: other bodies than upstream's", file);
  digest_of(digest, module);
  if (strcmp(digest, whole) != 0) fail_msg("%s: another module than upstream's", file);
  if (starts_valid(file) && !is_valid(engine, module)) fail_msg("%s: Wasmtime refuses the metered module", file);
  sce_blob_delete(after);
}

static void metering_equals_upstream(void **state) {
  (void)state;
  const sce_proposals_t none = {0};
  wasm_engine_t *engine = engine_with(&none);
  sce_buf_t list = test_read_file(TEST_DATA "/blob/meter.txt");
  assert_null(sce_buf_append_byte(&list, 0));
  int lines = 0;
  for (char *rest = NULL, *line = strtok_r((char *)list.data, "\n", &rest); line != NULL;
       line = strtok_r(NULL, "\n", &rest)) {
    char file[128], verdict[16], bodies[65], whole[65];
    unsigned limit, functions;
    int fields = sscanf(line, "%127s %u %15s %u %64s %64s", file, &limit, verdict, &functions, bodies, whole);
    assert_true(fields == 6 || fields == 3);
    sce_buf_t code = read_listed(file), module = {0};
    sce_blob_t *blob = blob_of(sce_buf_span(&code));
    const sce_blob_rewrite_t rewrite = {.meter_stack = true, .stack_limit = limit};
    sce_error_t *err = sce_blob_rewrite(blob, &module, &rewrite);
    if (strcmp(verdict, "ok") != 0) {
      if (err == NULL) fail_msg("%s: upstream refuses it", file);
      assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
      assert_int_equal(strncmp(sce_error_message(err), "can't meter the stack: ", 23), 0);
    } else {
      if (err != NULL) fail_msg("%s: %s", file, sce_error_message(err));
      check_metered(engine, file, sce_buf_span(&module), functions, bodies, whole);
    }
    sce_error_delete(err);
    sce_blob_delete(blob);
    sce_buf_free(&code);
    sce_buf_free(&module);
    lines++;
  }
  assert_true(lines > 20);
  sce_buf_free(&list);
  wasm_engine_delete(engine);
}

/* With the other changes of an executor in the same pass. */
static void metered_runtimes_stay_valid(void **state) {
  (void)state;
  const sce_proposals_t none = {0};
  const sce_blob_rewrite_t all = {.meter_stack = true,
                                  .stack_limit = 65536,
                                  .export_mutable_globals = true,
                                  .export_memory = true,
                                  .clear_memory_maximum = true,
                                  .set_memory_minimum = true,
                                  .memory_minimum = 64};
  wasm_engine_t *engine = engine_with(&none);
  const char *runtimes[] = {"kusama", "polkadot"};
  for (int i = 0; i < 2; i++) {
    sce_blob_t *blob = blob_of_runtime(runtimes[i]);
    sce_buf_t module = {0};
    assert_null(sce_blob_rewrite(blob, &module, &all));
    assert_true(is_valid(engine, sce_buf_span(&module)));
    sce_blob_t *after = blob_of(sce_buf_span(&module));
    size_t count;
    const sce_wasm_global_t *globals = sce_blob_globals(after, &count);
    assert_int_equal(count, 4);
    assert_true(globals[3].is_mutable && globals[3].value_type == SCE_WASM_I32 && globals[3].init.bits == 0);
    const sce_wasm_export_t *exports = sce_blob_exports(after, &count);
    int counters = 0;
    for (size_t k = 0; k < count; k++) {
      counters += exports[k].kind == SCE_WASM_GLOBAL && exports[k].index == 3;
      if (exports[k].kind != SCE_WASM_FUNCTION) continue;
      assert_true(exports[k].index >= sce_blob_function_count(blob)); /* a thunk */
    }
    assert_int_equal(counters, 1);
    sce_blob_delete(after);
    sce_blob_delete(blob);
    sce_buf_free(&module);
  }
  wasm_engine_delete(engine);
}

/* Five million calls of two bytes each: more than metering may make of them. */
static void calls_without_end_are_refused(void **state) {
  (void)state;
  enum { CALLS = 2500000, BODY = 1 + 2 * CALLS + 1 };
  sce_buf_t code = module_of("01 04 01 60 00 00 03 03 02 00 00"), body = {0};
  assert_null(sce_buf_reserve(&body, BODY));
  body.data[0] = 0;
  for (size_t i = 1; i < BODY - 1; i += 2) memcpy(body.data + i, "\x10\x00", 2);
  body.data[BODY - 1] = 0x0b;
  /* The sizes, as integers of four bytes: of the section, then of each body. */
  const uint32_t section = 1 + 2 * (4 + BODY);
  assert_null(sce_buf_append_byte(&code, 10));
  for (int i = 0; i < 3; i++) {
    uint32_t size = i == 0 ? section : BODY;
    for (int k = 0; k < 4; k++)
      assert_null(sce_buf_append_byte(&code, (uint8_t)((size >> 7 * k & 0x7f) | (k < 3 ? 0x80 : 0))));
    if (i == 0)
      assert_null(sce_buf_append_byte(&code, 2));
    else
      assert_null(sce_buf_append(&code, body.data, BODY));
  }
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  const sce_blob_rewrite_t meter = {.meter_stack = true};
  sce_buf_t module = {0};
  sce_error_t *err = sce_blob_rewrite(blob, &module, &meter);
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
  assert_non_null(strstr(sce_error_message(err), "above the limit of 268435456"));
  sce_error_delete(err);
  sce_blob_delete(blob);
  sce_buf_free(&code);
  sce_buf_free(&body);
  sce_buf_free(&module);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(metering_equals_upstream),
      cmocka_unit_test(metered_runtimes_stay_valid),
      cmocka_unit_test(calls_without_end_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
