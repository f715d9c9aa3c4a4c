/* test_blob_reach.c: what a call can reach, and the module in which only that is left. */
#include "blob/reach.h"
#include "blob_support.h"

/* Types 0 and 2 are equal. Function 0 calls 1; 1 calls any table entry of type 2; the table holds 2 (type 0) and 4
 * (type 1); 5 calls itself; nothing calls 3. Written by hand after the specification's grammar. */
#define HEAD "01 0b 03 600000 60017f00 600000 03 07 06 00 00 00 00 01 00 04 04 01 70 00 02 "
#define ELEMENTS "09 08 01 00 41 00 0b 02 02 04 "
#define CODE "0a 1f 06 04 00 10 01 0b 07 00 41 00 11 02 00 0b 02 00 0b 02 00 0b 05 00 41 07 1a 0b 04 00 10 05 0b"

static void expect_reach(const char *sections, const uint32_t *roots, size_t count, const char *expected) {
  sce_buf_t code = module_of(sections);
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  uint8_t reached[6], floats;
  assert_null(sce_blob_reach(blob, reached, &floats, roots, count));
  for (int i = 0; i < 6; i++) assert_int_equal(reached[i], expected[i] - '0');
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

static void calls_are_followed(void **state) {
  (void)state;
  expect_reach(HEAD ELEMENTS CODE, (const uint32_t[]){0}, 1, "111000");
  expect_reach(HEAD ELEMENTS CODE, (const uint32_t[]){5}, 1, "000001");
  expect_reach(HEAD ELEMENTS CODE, (const uint32_t[]){3, 4}, 2, "000110");
  expect_reach(HEAD ELEMENTS CODE, NULL, 0, "000000");
  expect_reach(HEAD "08 01 01 " ELEMENTS CODE, NULL, 0, "011000"); /* a start function is always called */
}

/* What comes to floats is what reaches a function with them, whatever the way: a function comes to them if and only if
 * what it reaches has them. */
static void expect_backwards(const sce_blob_t *blob) {
  uint32_t functions = sce_blob_function_count(blob);
  uint8_t *coming = test_malloc(functions), *reached = test_malloc(functions), floats;
  size_t count, differ = 0;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  assert_null(sce_blob_reaching_floats(blob, coming, FLOATS_PICK_NAN));
  for (size_t i = 0; i < count; i++) {
    if (exports[i].kind != SCE_WASM_FUNCTION) continue;
    assert_null(sce_blob_reach(blob, reached, &floats, &exports[i].index, 1));
    if (coming[exports[i].index] != ((floats & FLOATS_PICK_NAN) != 0)) differ++;
  }
  assert_int_equal(differ, 0);
  test_free(coming);
  test_free(reached);
}

/* 0 calls 1; 1 calls any table entry of its type; the table holds 2; 3 calls 2; 2 adds floats. */
static void floats_are_found_backwards(void **state) {
  (void)state;
  sce_buf_t code = module_of("01 04 01 600000 03 06 05 00 00 00 00 00 04 04 01 70 00 01 09 07 01 00 41 00 0b 01 02 "
                             "0a 25 05 04 00 10 01 0b 07 00 41 00 11 00 00 0b 0e 00 43 00000000 43 00000000 92 1a 0b "
                             "04 00 10 02 0b 02 00 0b");
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  static const uint8_t expected[] = {1, 1, 1, 1, 0};
  uint8_t coming[5];
  assert_null(sce_blob_reaching_floats(blob, coming, FLOATS_PICK_NAN));
  assert_memory_equal(coming, expected, sizeof expected);
  assert_null(sce_blob_reaching_floats(blob, coming, FLOATS_NEGATE));
  for (int i = 0; i < 5; i++) assert_int_equal(coming[i], 0);
  sce_blob_delete(blob);
  sce_buf_free(&code);
  static const char *const runtimes[] = {"paseo", "westend", "parachains/contracts-rococo"};
  for (int i = 0; i < 3; i++) {
    sce_buf_t runtime = test_runtime_code(TEST_INPUTS, runtimes[i]);
    blob = blob_of(sce_buf_span(&runtime));
    expect_backwards(blob);
    sce_blob_delete(blob);
    sce_buf_free(&runtime);
  }
}

static void expect_stubbed(const char *sections, const char *stubbed) {
  sce_buf_t code = module_of(sections), copy = module_of(sections), expected = module_of(stubbed);
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  const uint8_t keep[6] = {1, 1, 1};
  sce_blob_stub(blob, copy.data, keep);
  assert_int_equal(copy.len, expected.len);
  assert_memory_equal(copy.data, expected.data, copy.len);
  sce_blob_delete(blob);
  sce_buf_free(&code);
  sce_buf_free(&copy);
  sce_buf_free(&expected);
}

static void what_is_not_kept_only_traps(void **state) {
  (void)state;
  /* Of what is not kept, 3 does nothing as it is. */
#define STUBBED "0a 1f 06 04 00 10 01 0b 07 00 41 00 11 02 00 0b 02 00 0b 02 00 0b 05 00 00 01 00 0b 04 00 00 00 0b"
  /* 3 has the type that 1 calls, but 4, in the table, has not: 3 must not come in its place. */
  expect_stubbed(HEAD ELEMENTS CODE, HEAD ELEMENTS STUBBED);
  /* Two of another type become one. Function 5 is of type 1 here. */
#define HEAD_5 "01 0b 03 600000 60017f00 600000 03 07 06 00 00 00 00 01 01 04 04 01 70 00 02 "
  expect_stubbed(HEAD_5 "09 0b 01 00 41 00 0b 04 05 02 04 85 00 " CODE,
                 HEAD_5 "09 0b 01 00 41 00 0b 04 04 02 04 84 00 " STUBBED);
}

static uint32_t find_function(const sce_blob_t *blob, const char *name) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (sce_span_equal(exports[i].name, sce_span_text(name))) return exports[i].index;
  fail_msg("no export %s", name);
  return 0;
}

static void stubbed_runtimes_stay_valid(void **state) {
  (void)state;
  const sce_proposals_t none = {0};
  wasm_engine_t *engine = engine_with(&none);
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_blob_t *blob = blob_of_runtime(test_runtimes[i]);
    uint32_t root = find_function(blob, "Core_version"), functions = sce_blob_function_count(blob), kept = 0;
    uint8_t *reached = test_malloc(functions), floats;
    assert_null(sce_blob_reach(blob, reached, &floats, &root, 1));
    for (uint32_t f = 0; f < functions; f++) kept += reached[f];
    assert_in_range(kept, 2, functions - 1);
    sce_buf_t module = {0};
    assert_null(sce_buf_append(&module, sce_blob_code(blob).data, sce_blob_code(blob).len));
    sce_blob_stub(blob, module.data, reached);
    assert_true(is_valid(engine, sce_buf_span(&module)));
    sce_blob_t *after = blob_of(sce_buf_span(&module));
    for (uint32_t f = 0; f < functions; f++) {
      sce_span_t was = sce_blob_function_body(blob, f), is = sce_blob_function_body(after, f);
      assert_int_equal(is.len, was.len);
      if (reached[f]) assert_true(sce_span_equal(is, was));
      if (is.len > 0) assert_int_equal(is.data - sce_blob_code(after).data, was.data - sce_blob_code(blob).data);
    }
    sce_blob_delete(after);
    sce_blob_delete(blob);
    sce_buf_free(&module);
    test_free(reached);
  }
  wasm_engine_delete(engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_are_followed),
      cmocka_unit_test(floats_are_found_backwards),
      cmocka_unit_test(what_is_not_kept_only_traps),
      cmocka_unit_test(stubbed_runtimes_stay_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
