/* test_metadata_failures.c: every allocation fails once while metadata is loaded, outlined and compared, and while
 * values and keys are decoded and encoded: out of memory must come back, nothing be left, and the next attempt be
 * right. Uses the archive's hook (src/base/alloc.h). The metadata is the small one of the fuzz targets' seeds, in three
 * versions. */
#include <scexec.h>

#include "refuse.h"
#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static sce_span_t text(const char *literal) {
  return (sce_span_t){(const uint8_t *)literal, strlen(literal)};
}

/* ---- what may fail ---- */

typedef struct subject {
  sce_span_t bytes;
  sce_metadata_t *md; /* loaded before; NULL while loading is what is tried */
  const char *type, *json;
} subject_t;

typedef sce_error_t *(*attempt_fn)(const subject_t *subject, sce_buf_t *out);

static sce_error_t *load(const subject_t *s, sce_buf_t *out) {
  sce_metadata_t *md;
  (void)out;
  static const char types[] =
      "{\"types\":{\"Own\":{\"a\":\"Vec<u8>\",\"b\":{\"_enum\":[\"X\",\"Y\"]}},\"Same\":\"Own\"}}";
  sce_error_t *err = sce_metadata_new(&md, s->bytes, NULL);
  if (err != NULL) return err;
  sce_metadata_delete(md);
  err = sce_metadata_new_with_types(&md, s->bytes, NULL, text(types));
  if (err == NULL) sce_metadata_delete(md);
  return err;
}

static sce_error_t *outline(const subject_t *s, sce_buf_t *out) {
  sce_span_t all = {NULL, 0};
  sce_error_t *err = sce_metadata_outline(s->md, out, all, SCE_OUTLINE_DOCS);
  if (err == NULL) err = sce_metadata_outline(s->md, out, all, SCE_OUTLINE_JSON | SCE_OUTLINE_TYPES | SCE_OUTLINE_DOCS);
  if (err == NULL) err = sce_metadata_outline(s->md, out, text("Demo"), SCE_OUTLINE_DOCS);
  return err != NULL ? err : sce_metadata_outline_apis(s->md, out, all, SCE_OUTLINE_DOCS);
}

/* Against itself: the lists of both sides are made, and no difference is written. */
static sce_error_t *compare(const subject_t *s, sce_buf_t *out) {
  sce_metadata_t *other;
  sce_error_t *err = sce_metadata_new(&other, s->bytes, NULL);
  if (err != NULL) return err;
  err = sce_metadata_diff(out, s->md, other, SCE_OUTLINE_JSON);
  sce_metadata_delete(other);
  return err;
}

/* A new registry each time: resolving adds to it. */
static sce_error_t *convert(const subject_t *s, sce_buf_t *out) {
  sce_metadata_t *md;
  uint32_t type;
  sce_buf_t bytes = {0};
  sce_error_t *err = sce_metadata_new(&md, s->bytes, NULL);
  if (err != NULL) return err;
  err = sce_type_resolve(md, &type, text(s->type));
  if (err == NULL) err = sce_type_example(md, out, type, NULL);
  if (err == NULL) err = sce_value_encode(md, &bytes, type, text(s->json), text("value"));
  if (err == NULL) err = sce_value_decode(md, out, type, (sce_span_t){bytes.data, bytes.len}, NULL);
  if (err == NULL) err = sce_json_indent(out, text(s->json), 2);
  sce_buf_free(&bytes);
  sce_metadata_delete(md);
  return err;
}

static sce_error_t *storage(const subject_t *s, sce_buf_t *out) {
  sce_buf_t key = {0};
  sce_value_format_t format = {.ss58_prefix = 42, .explain_errors = true};
  static const uint8_t value[41] = {0};
  sce_error_t *err = sce_storage_key_encode(s->md, &key, text("Demo.Map"), text(s->json));
  sce_span_t span = {key.data, key.len};
  if (err == NULL) err = sce_storage_key_decode(s->md, out, span, &format);
  if (err == NULL) err = sce_storage_value_decode(s->md, out, span, (sce_span_t){value, 34}, &format);
  sce_buf_free(&key);
  return err;
}

static sce_error_t *arguments(const subject_t *s, sce_buf_t *out) {
  size_t method;
  sce_error_t *err = sce_metadata_method_find(s->md, &method, text("DemoApi_ask"));
  if (err == NULL) err = sce_method_args_encode(s->md, out, method, text(s->json));
  static const uint8_t answer[] = {1, 7, 1, 0, 0, 0};
  return err != NULL ? err : sce_method_output_decode(s->md, out, method, (sce_span_t){answer, 6}, NULL);
}

static sce_error_t *hash(const subject_t *s, sce_buf_t *out) {
  uint8_t digest[32];
  (void)out; /* the digest is its answer */
  return sce_metadata_hash(s->md, digest, &(sce_metadata_hash_facts_t){.token_symbol = text("UNIT")});
}

static bool keep_none(void *ctx, sce_span_t api, sce_span_t method) {
  (void)ctx;
  (void)api;
  (void)method;
  return false;
}

static sce_error_t *leave_out(const subject_t *s, sce_buf_t *out) {
  sce_metadata_t *md;
  sce_error_t *err = sce_metadata_new(&md, s->bytes, NULL);
  if (err != NULL) return err;
  err = sce_metadata_retain_methods(md, keep_none, NULL);
  if (err == NULL) err = sce_metadata_outline_apis(md, out, text(""), SCE_OUTLINE_JSON);
  sce_metadata_delete(md);
  return err;
}

/* ---- refusing ---- */

/* One attempt with allocation `number` refused (0: none). What it appends must be `expected`, which the first sets. */
static void attempt(attempt_fn try, const subject_t *s, sce_buf_t *expected, long number) {
  long before = live;
  sce_buf_t out = {0};
  refuse(number);
  sce_error_t *err = try(s, &out);
  bool reached = refuse_no_more();
  if (err == NULL) { /* also where a refusal was got over, as for the text of an error that is dropped */
    if (expected->data == NULL && number == 0) {
      expected->data = malloc(out.len + 1);
      expected->len = out.len;
      if (out.len > 0) memcpy(expected->data, out.data, out.len);
    }
    assert_int_equal(out.len, expected->len);
    if (out.len > 0) assert_memory_equal(out.data, expected->data, out.len);
  } else if (!reached || sce_error_kind(err) != SCE_OUT_OF_MEMORY) {
    fail_msg("allocation %ld: %s", number, sce_error_message(err));
  }
  sce_error_delete(err);
  sce_buf_free(&out);
  if (live != before) fail_msg("allocation %ld: %ld blocks left", number, live - before);
}

static void refuse_each(const char *what, attempt_fn try, const subject_t *s) {
  sce_buf_t expected = {0};
  attempt(try, s, &expected, 0);
  long total = allocations;
  for (long number = 1; number <= total; number++) attempt(try, s, &expected, number);
  attempt(try, s, &expected, 0);
  print_message("%s: %ld allocations\n", what, total);
  free(expected.data);
}

/* ---- the tests ---- */

static sce_buf_t seed(const char *name) {
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/../../fuzz/corpus/fuzz_metadata/%s", name);
  return test_read_file(path);
}

static void with_metadata(const char *name, attempt_fn try, const char *json) {
  sce_buf_t file = seed(name);
  subject_t s = {.bytes = {file.data, file.len}, .json = json};
  assert_null(sce_metadata_new(&s.md, s.bytes, NULL));
  refuse_each(name, try, &s);
  sce_metadata_delete(s.md);
  sce_buf_free(&file);
}

static void test_loading(void **state) {
  (void)state;
  for (const char *const *name = (const char *const[]){"v9", "v13", "v14", "v16", NULL}; *name != NULL; name++)
    with_metadata(*name, load, "");
}

static void test_outlines(void **state) {
  (void)state;
  for (const char *const *name = (const char *const[]){"v13", "v14", "v16", NULL}; *name != NULL; name++)
    with_metadata(*name, outline, "");
  with_metadata("v16", compare, "");
}

#define ALICE "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\""

static void test_storage(void **state) {
  (void)state;
  with_metadata("v14", storage, "[" ALICE "]");
  with_metadata("v15", arguments, "[" ALICE "]");
  with_metadata("v15", hash, "");
  with_metadata("v16", leave_out, "");
}

static void test_values(void **state) {
  (void)state;
  static const struct {
    const char *type, *json;
  } values[] = {
      {"Vec<(AccountId32, Option<u128>)>",
       "[[" ALICE ",\"340282366920938463463374607431768211455\"],[" ALICE ",null]]"},
      {"{a: str, bits: BitVec<u8, Lsb0>, c: Result<(), Vec<u8>>}",
       "{\"a\":\"\\n\",\"bits\":\"0b01\",\"c\":{\"Err\":\"0x00\"}}"},
      {"RuntimeCall", "{\"Demo\":{\"transfer\":{\"dest\":" ALICE ",\"value\":5}}}"},
      {"extrinsic", "{\"version\":4,\"type\":\"bare\",\"call\":{\"Demo\":{\"set\":[1,true," ALICE "]}}}"},
      {"@era", "{\"Mortal\":{\"period\":64,\"phase\":12}}"},
      {"BTreeMap<Vec<u16>, BTreeSet<u8>>", "{\"[2]\":[3,1],\"[1,300]\":\"0x0201\",\"[]\":[]}"},
      {"(AccountId32, Vec<u8>)", "[\"//Alice\",{\"$text\":\"abc\"}]"},
  };
  sce_buf_t file = seed("v14");
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    subject_t s = {.bytes = {file.data, file.len}, .type = values[i].type, .json = values[i].json};
    refuse_each(values[i].type, convert, &s);
  }
  sce_buf_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_loading),
      cmocka_unit_test(test_outlines),
      cmocka_unit_test(test_storage),
      cmocka_unit_test(test_values),
  };
  return cmocka_run_group_tests_name("metadata failures", tests, NULL, NULL);
}
