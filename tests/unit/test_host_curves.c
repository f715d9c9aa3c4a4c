/* test_host_curves.c: the known answers of tests/vectors/curves.json.zst (the elliptic curve functions, in the form
 * that a record's type tells) through the handlers; buffers at the end of memory, and over the operands. */
#include "host_vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROWS 74          /* functions, each form for itself */
#define CASES_PER_ROW 50 /* at least so many */

static void calls_answer_as_upstream(void **state) {
  (void)state;
  json_t *root = test_vectors_load(TEST_VECTORS "/curves.json.zst"), *record;
  size_t i, rows = 0, in_row = CASES_PER_ROW, wrong = 0;
  const char *previous = "", *previous_type = "";
  fake_t fake;
  fake_init(&fake, FAKE_MEMORY, FAKE_HEAP);
  json_array_foreach(root, i, record) {
    const char *name = test_vector_text(record, "function"), *type = test_vector_text(record, "signature");
    if (strcmp(name, previous) != 0 || strcmp(type, previous_type) != 0) {
      assert_true(in_row >= CASES_PER_ROW);
      previous = name, previous_type = type, in_row = 0, rows++;
    }
    in_row++;
    wrong += !vector_call(&fake, record);
  }
  fake_free_all(&fake);
  print_message("%zu calls of %zu functions, %zu wrong\n", i, rows, wrong);
  json_decref(root);
  assert_true(in_row >= CASES_PER_ROW);
  assert_int_equal(rows, ROWS);
  assert_int_equal(wrong, 0);
}

/* The first record of `name` and `type` whose call gives `status`. The caller gives back the document. */
static const json_t *find_record(json_t *root, const char *name, const char *type, const char *status) {
  json_t *record;
  size_t i;
  json_array_foreach(root, i, record) {
    const char *output = test_vector_text(record, "output");
    if (strcmp(test_vector_text(record, "function"), name) == 0 && output != NULL && strcmp(output, status) == 0 &&
        strcmp(test_vector_text(record, "signature"), type) == 0) {
      return record;
    }
  }
  fail_msg("no such record of %s", name);
  return NULL;
}

/* A buffer that lies over the operands gets the same value; one that reaches outside of memory is an error. */
static void buffers_anywhere(void **state) {
  (void)state;
  static const char name[] = "ext_host_calls_bls12_381_mul_g1_version_1", type[] = "(i64, i64, i64) -> i32";
  json_t *root = test_vectors_load(TEST_VECTORS "/curves.json.zst");
  const json_t *record = find_record(root, name, type, "00000000");
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), type);
  const json_t *after = json_array_get(json_object_get(record, "buffers_after"), 0);
  uint64_t result = 9;
  vector_args_t in;
  fake_t fake;
  fake_init(&fake, FAKE_MEMORY, FAKE_HEAP);
  vector_args_put(&fake, &in, record, type);
  uint64_t len = in.args[2] >> 32;
  in.args[2] = in.args[0];
  assert_int_equal(in.args[2] >> 32, len);
  assert_null(row->call(NULL, &fake.caller, in.args, &result));
  assert_int_equal(result, 0);
  assert_true(test_vector_equal("buffer", fake_span(&fake, in.args[2]), after));

  in.args[2] = len << 32 | (FAKE_MEMORY - len + 1);
  sce_error_t *err = row->call(NULL, &fake.caller, in.args, &result);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  assert_non_null(strstr(sce_error_message(err), "`out`"));
  sce_error_delete(err);
  fake_free_all(&fake);
  json_decref(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_answer_as_upstream),
      cmocka_unit_test(buffers_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
