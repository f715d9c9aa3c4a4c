/* test_blob_proposals.c: which extensions of WebAssembly code may use. Each proposal has modules in tests/data/blob/
 * proposals that use it at one place; Wasmtime, with the same proposals switched on, must agree. */
#include "blob_support.h"

enum { MULTI = 1, REFERENCES = 2, BULK = 4, SIMD = 8, NEVER = 16 };

static const struct {
  const char *file;
  int needs;           /* 0: always allowed */
  const char *refusal; /* what the message says without it */
} cases[] = {
    {"sign_extension", 0, NULL},
    {"saturating_float_to_int", 0, NULL},
    {"mutable_globals", 0, NULL},
    {"multi_value_type", MULTI,
     "type section, offset 13: a function with several results needs the proposal multi-value"},
    {"multi_value_block", MULTI, "code section, function 0, offset 26: opcode 0x02 needs the proposal multi-value"},
    {"reference_types_parameter", REFERENCES,
     "type section, offset 13: a reference as value needs the proposal reference types"},
    {"reference_types_table", REFERENCES, "table section, offset 11: externref needs"},
    {"reference_types_second_table", REFERENCES, "table section, offset 14: a second table needs"},
    {"reference_types_imported_tables", REFERENCES, "import section, offset 22: a second table needs"},
    {"reference_types_global", REFERENCES, "global section, offset 21: a reference as value needs"},
    {"reference_types_elements", REFERENCES, "element section, offset 27: a list of expressions needs"},
    {"reference_types_get", REFERENCES, "code section, function 0, offset 31: opcode 0x25 needs"},
    {"reference_types_grow", REFERENCES, "code section, function 0, offset 29: opcode 0xd0 needs"},
    {"reference_types_select", REFERENCES, "code section, function 0, offset 29: opcode 0x1c needs"},
    {"reference_types_local", REFERENCES, "code section, function 0, offset 24: a local of this type needs"},
    {"reference_types_block", REFERENCES, "code section, function 0, offset 23: this type of a block needs"},
    {"reference_types_null", REFERENCES, "code section, function 0, offset 23: opcode 0xd0 needs"},
    {"reference_types_call", REFERENCES, "table section, offset 24: a second table needs"},
    {"bulk_memory_copy", BULK, "code section, function 0, offset 34: opcode 0xfc 0x0a needs the proposal bulk memory"},
    {"bulk_memory_init", BULK, "data section, offset 48: a segment that is not active needs"},
    {"bulk_memory_table", BULK, "element section, offset 27: a segment that is not active needs"},
    {"bulk_memory_passive_data", BULK, "data section, offset 16: a segment that is not active needs"},
    {"bulk_memory_passive_elements", BULK, "element section, offset 21: a segment that is not active needs"},
    {"bulk_memory_declared_elements", BULK, "element section, offset 21: a segment that is not active needs"},
    {"simd_parameter", SIMD, "type section, offset 13: the type v128 needs the proposal SIMD"},
    {"simd_global", SIMD, "global section, offset 11: the type v128 needs"},
    {"simd_local", SIMD, "code section, function 0, offset 24: a local of this type needs"},
    {"simd_block", SIMD, "code section, function 0, offset 23: this type of a block needs"},
    {"simd_operators", SIMD, "code section, function 0, offset 32: opcode 0xfd 0x00 needs"},
    {"relaxed_simd", SIMD, "code section, function 0, offset 23: opcode 0xfd 0x0c needs"},
    {"multi_memory", NEVER, "memory section, offset 10: a second memory needs the proposal multi-memory"},
    {"multi_memory_imported", NEVER, "memory section, offset 27: a second memory needs the proposal multi-memory"},
    {"memory64", NEVER, "memory section, offset 11: a 64-bit size needs the proposal memory64"},
    {"threads_memory", NEVER, "memory section, offset 11: a shared memory needs the proposal threads"},
    {"threads_operator", NEVER, "code section, function 0, offset 23: opcode 0xfe needs the proposal threads"},
    {"tail_calls", NEVER, "code section, function 0, offset 23: opcode 0x12 needs the proposal tail calls"},
    {"extended_const", NEVER,
     "global section, offset 15: a constant expression of several instructions needs the proposal "
     "extended constant expressions"},
    {"exceptions_tag", NEVER, "tag section, offset 14: this section needs the proposal exceptions"},
    {"exceptions_import", NEVER, "import section, offset 23: an imported tag needs the proposal exceptions"},
    {"exceptions_try", NEVER, "code section, function 0, offset 23: opcode 0x06 needs the proposal exceptions"},
};

/* Proposals that wabt does not know, in hex: sections behind the header. */
static const struct {
  const char *sections;
  const char *refusal;
} in_hex[] = {
    {"01 04 01 50 00 60 00 00", "type section, offset 11: this kind of type needs the proposal garbage collection"},
    {"01 05 01 60 01 6e 00", "type section, offset 13: a reference needs the proposal garbage collection"},
    {"01 06 01 60 01 64 00 00",
     "type section, offset 13: a typed reference needs the proposal typed function references"},
    {"01 05 01 60 01 69 00", "type section, offset 13: an exception reference needs the proposal exceptions"},
    {"01 04 01 5d 00 00", "type section, offset 11: a continuation type needs the proposal stack switching"},
    {"04 09 01 40 00 70 00 01 d0 70 0b",
     "table section, offset 11: a table with an initial value needs the proposal typed "
     "function references"},
    {"05 04 01 08 01 00", "memory section, offset 11: a page size needs the proposal custom page sizes"},
    {"06 09 01 7f 00 41 00 41 00 6a 0b",
     "global section, offset 15: a constant expression of several instructions needs the "
     "proposal extended constant expressions"},
    {"01 04 01 60 00 00 03 02 01 00 0a 08 01 06 00 fb 00 00 1a 0b",
     "code section, function 0, offset 23: opcode 0xfb needs the proposal garbage collection"},
    {"01 04 01 60 00 00 03 02 01 00 0a 06 01 04 00 14 00 0b",
     "code section, function 0, offset 23: opcode 0x14 needs the proposal typed function references"},
    {"01 04 01 60 00 00 03 02 01 00 0a 06 01 04 00 e0 00 0b",
     "code section, function 0, offset 23: opcode 0xe0 needs the proposal stack switching"},
    {"01 04 01 60 00 00 03 02 01 00 0a 06 01 04 00 fc 13 0b",
     "code section, function 0, offset 23: opcode 0xfc 0x13 needs the proposal wide arithmetic"},
    {"01 04 01 60 00 00 03 02 01 00 0a 06 01 04 00 fc 12 0b",
     "code section, function 0, offset 23: opcode 0xfc 0x12 needs the proposal memory control"},
    {"01 04 01 60 00 00 03 02 01 00 05 03 01 00 00 0a 07 01 05 00 3f 01 1a 0b",
     "code section, function 0, offset 28: opcode 0x3f needs the proposal multi-memory"},
    {"01 04 01 60 00 00 03 02 01 00 05 03 01 00 00 0a 0b 01 09 00 41 00 28 42 01 00 1a 0b",
     "code section, function 0, offset 30: opcode 0x28 needs the proposal multi-memory"},
};

static sce_proposals_t proposals_of(int set) {
  return (sce_proposals_t){
      .multi_value = set & MULTI, .reference_types = set & REFERENCES, .bulk_memory = set & BULK, .simd = set & SIMD};
}

/* Reading and checking, with the proposals of a set. */
static sce_error_t *check(sce_span_t code, int set) {
  sce_proposals_t allowed = proposals_of(set);
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_blob_check_proposals(blob, set == 0 ? NULL : &allowed);
  sce_blob_delete(blob);
  return err;
}

static void expect_refusal(sce_span_t code, int set, const char *refusal, const char *name) {
  sce_error_t *err = check(code, set);
  if (err == NULL) fail_msg("%s: not refused", name);
  assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
  if (strncmp(sce_error_message(err), refusal, strlen(refusal)) != 0)
    fail_msg("%s: \"%s\", expected \"%s…\"", name, sce_error_message(err), refusal);
  sce_error_delete(err);
}

static void proposals_are_allowed_one_by_one(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char path[512];
    snprintf(path, sizeof path, TEST_DATA "/blob/proposals/%s.wasm", cases[i].file);
    sce_buf_t file = test_read_file(path);
    sce_span_t code = sce_buf_span(&file);
    int needs = cases[i].needs, without = (MULTI | REFERENCES | BULK | SIMD) & ~needs;
    if (needs != 0) {
      expect_refusal(code, 0, cases[i].refusal, cases[i].file);
      expect_refusal(code, without, cases[i].refusal, cases[i].file);
    }
    if (needs != NEVER) {
      assert_null(check(code, needs));
      /* Wasmtime does not switch reference types on alone. */
      sce_proposals_t allowed = proposals_of(needs & REFERENCES ? needs | BULK : needs);
      wasm_engine_t *engine = engine_with(&allowed);
      if (!is_valid(engine, code)) fail_msg("%s: refused by Wasmtime", cases[i].file);
      wasm_engine_delete(engine);
    }
    sce_buf_free(&file);
  }
}

static void other_proposals_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof in_hex / sizeof *in_hex; i++) {
    sce_buf_t code = module_of(in_hex[i].sections);
    expect_refusal(sce_buf_span(&code), MULTI | REFERENCES | BULK | SIMD, in_hex[i].refusal, in_hex[i].sections);
    sce_buf_free(&code);
  }
}

/* What Wasmtime would take without the proposal, and scexec refuses: an index of table or memory 0 in a segment. */
static void explicit_indices_need_bulk_memory(void **state) {
  (void)state;
  sce_buf_t data = module_of("05 03 01 00 01 0b 08 01 02 00 41 00 0b 01 78");
  expect_refusal(sce_buf_span(&data), 0, "data section, offset 16: an explicit index needs the proposal bulk memory",
                 "data");
  assert_null(check(sce_buf_span(&data), BULK));
  sce_buf_free(&data);
  /* And call_indirect, whose table was the byte 0, not an integer that may be longer. */
  sce_buf_t call = module_of("01 04 01 60 00 00 03 02 01 00 04 04 01 70 00 01 0a 0a 01 08 00 41 00 11 00 80 00 0b");
  expect_refusal(sce_buf_span(&call), 0,
                 "code section, function 0, offset 31: opcode 0x11 needs the proposal reference types",
                 "call_indirect");
  assert_null(check(sce_buf_span(&call), REFERENCES));
  sce_buf_free(&call);
}

/* A data count section alone is harmless, and compilers write it. */
static void a_data_count_needs_nothing(void **state) {
  (void)state;
  sce_buf_t code = module_of("05 03 01 00 01 0c 01 01 0b 07 01 00 41 00 0b 01 78");
  sce_proposals_t none = {0};
  wasm_engine_t *engine = engine_with(&none);
  assert_null(check(sce_buf_span(&code), 0));
  assert_true(is_valid(engine, sce_buf_span(&code)));
  wasm_engine_delete(engine);
  sce_buf_free(&code);
}

static void runtimes_need_none(void **state) {
  (void)state;
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_blob_t *blob = blob_of_runtime(test_runtimes[i]);
    assert_null(sce_blob_check_proposals(blob, NULL));
    sce_blob_delete(blob);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(proposals_are_allowed_one_by_one),
      cmocka_unit_test(other_proposals_are_refused),
      cmocka_unit_test(explicit_indices_need_bulk_memory),
      cmocka_unit_test(a_data_count_needs_nothing),
      cmocka_unit_test(runtimes_need_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
