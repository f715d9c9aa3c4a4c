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

/* ---- long lists: they are worked off in pieces ---- */

/* The pairs of a record, with so many points at infinity between them that each is in a piece of its own: these change
 * nothing, so the value is upstream's for the record. */
#define BETWEEN 40

static void spread(sce_buf_t *out, const json_t *input, size_t point) {
  sce_buf_t list = test_vector_bytes(input);
  uint64_t count = sce_load_le64(list.data), total = count * (1 + BETWEEN);
  uint8_t head[8], infinity[192] = {0};
  infinity[point - 1] = 0x40; /* arkworks' SWFlags::PointAtInfinity */
  sce_store_le64(head, total);
  assert_null(sce_buf_append(out, head, 8));
  for (size_t i = 0; i < count; i++) {
    assert_null(sce_buf_append(out, list.data + 8 + i * point, point));
    for (size_t k = 0; k < BETWEEN; k++) assert_null(sce_buf_append(out, infinity, point));
  }
  sce_buf_free(&list);
}

static void pairs_in_pieces_are_paired_as_one_list(void **state) {
  (void)state;
  static const char name[] = "ext_host_calls_bls12_377_multi_miller_loop_version_1";
  json_t *root = test_vectors_load(TEST_VECTORS "/curves.json.zst"), *record;
  size_t index, seen = 0;
  json_array_foreach(root, index, record) {
    const char *output = test_vector_text(record, "output"), *type = test_vector_text(record, "signature");
    if (strcmp(test_vector_text(record, "function"), name) != 0 || output == NULL) continue;
    bool old = strcmp(type, "(i64, i64) -> i64") == 0;
    const json_t *inputs = json_object_get(record, "inputs");
    sce_buf_t first = test_vector_bytes(json_array_get(inputs, 0)), a = {0}, b = {0};
    bool usable = (old ? strncmp(output, "00", 2) == 0 : strcmp(output, "00000000") == 0) && first.len > 8 + 96;
    sce_buf_free(&first);
    if (!usable || (!old && json_array_size(json_object_get(record, "buffers_after")) == 0)) continue;
    spread(&a, json_array_get(inputs, 0), 96);
    spread(&b, json_array_get(inputs, 1), 192);
    fake_t fake;
    fake_init(&fake, FAKE_MEMORY, FAKE_HEAP);
    uint64_t result = 9, args[3] = {fake_put_span(&fake, a.data, a.len), fake_put_span(&fake, b.data, b.len)};
    const json_t *expected =
        old ? json_object_get(record, "output") : json_array_get(json_object_get(record, "buffers_after"), 0);
    sce_buf_t value = test_vector_bytes(expected);
    args[2] = fake_put_span(&fake, value.data, value.len);
    const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), type);
    assert_null(row->call(NULL, &fake.caller, args, &result));
    if (!old) assert_int_equal(result, 0);
    assert_true(test_vector_equal(name, fake_span(&fake, old ? result : args[2]), expected));
    seen++;
    fake_free_all(&fake);
    sce_buf_free(&a);
    sce_buf_free(&b);
    sce_buf_free(&value);
  }
  json_decref(root);
  assert_true(seen >= 40);
}

#define PALLAS 65 /* bytes of a point: 255 bits, and 255 with two flags */

static void call_pallas(uint8_t out[PALLAS], const char *function, sce_span_t a, sce_span_t b) {
  fake_t fake;
  fake_init(&fake, FAKE_MEMORY, FAKE_HEAP);
  uint64_t result = 9, args[3] = {fake_put_span(&fake, a.data, a.len), fake_put_span(&fake, b.data, b.len)};
  memset(out, 0, PALLAS);
  args[2] = fake_put_span(&fake, out, PALLAS);
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(function), "(i64, i64, i64) -> i32");
  assert_null(row->call(NULL, &fake.caller, args, &result));
  assert_int_equal(result, 0);
  memcpy(out, fake_span(&fake, args[2]).data, PALLAS);
  fake_free_all(&fake);
}

/* Pallas is y^2 = x^3 + 5: (-1, 2) generates it. Multiples of it by 1 to COUNT, and the multiple by their sum. */
#define COUNT 10000

static void sums_in_pieces_are_the_sum(void **state) {
  (void)state;
  static const uint8_t minus_one[32] = {0x00, 0x00, 0x00, 0x00, 0xed, 0x30, 0x2d, 0x99,       0x1b,
                                        0xf9, 0x4c, 0x09, 0xfc, 0x98, 0x46, 0x22, [31] = 0x40};
  uint8_t generator[PALLAS] = {0}, sum[PALLAS], multiple[PALLAS];
  memcpy(generator, minus_one, 32);
  generator[32] = 2;
  sce_buf_t bases = {0}, scalars = {0};
  uint8_t count[8];
  sce_store_le64(count, COUNT);
  assert_null(sce_buf_append(&bases, count, 8));
  assert_null(sce_buf_append(&scalars, count, 8));
  for (uint64_t i = 1; i <= COUNT; i++) {
    uint8_t scalar[32] = {0};
    sce_store_le64(scalar, i);
    assert_null(sce_buf_append(&bases, generator, sizeof generator));
    assert_null(sce_buf_append(&scalars, scalar, sizeof scalar));
  }
  call_pallas(sum, "ext_host_calls_pallas_msm_version_1", sce_buf_span(&bases), sce_buf_span(&scalars));
  uint8_t limbs[16] = {1};
  sce_store_le64(limbs + 8, (uint64_t)COUNT * (COUNT + 1) / 2);
  call_pallas(multiple, "ext_host_calls_pallas_mul_version_1", sce_span(generator, sizeof generator),
              sce_span(limbs, sizeof limbs));
  assert_memory_equal(sum, multiple, sizeof sum);
  sce_buf_free(&bases);
  sce_buf_free(&scalars);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_answer_as_upstream),
      cmocka_unit_test(buffers_anywhere),
      cmocka_unit_test(pairs_in_pieces_are_paired_as_one_list),
      cmocka_unit_test(sums_in_pieces_are_the_sum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
