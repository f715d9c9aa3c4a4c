/* test_blob.c: reading modules. The figures of the runtimes are those that wasm-objdump (wabt 1.0.32) tells;
 * versions are those that sc-executor's Core_version gives. */
#include "blob_support.h"

#include <stdlib.h>
#include <zstd.h>

typedef struct facts {
  const char *name;
  bool compressed;
  size_t types, imports, functions, exports, sections;
  uint32_t pages, table, heap_base;
  bool own_memory;
} facts_t;

static const facts_t facts[TEST_RUNTIMES] = {
    {"polkadot", false, 53, 40, 965, 33, 11, 20, 252, 1250272, false},
    {"kusama", false, 43, 33, 580, 28, 12, 18, 182, 1154936, true},
    {"westend", false, 44, 34, 649, 31, 11, 18, 173, 1168800, false},
    {"rococo", true, 79, 48, 2339, 57, 12, 20, 772, 1253120, false},
    {"paseo", true, 99, 48, 8384, 77, 14, 22, 1667, 1394352, false},
    {"kusama_runtime", false, 85, 51, 7036, 55, 20, 22, 1249, 1415456, false},
};

static void check_facts(const facts_t *f) {
  sce_blob_t *blob = blob_of_runtime(f->name);
  size_t count;
  assert_int_equal(sce_blob_is_compressed(blob), f->compressed);
  sce_blob_sections(blob, &count);
  assert_int_equal(count, f->sections);
  sce_blob_types(blob, &count);
  assert_int_equal(count, f->types);
  const sce_wasm_import_t *imports = sce_blob_imports(blob, &count);
  assert_int_equal(count, f->imports);
  uint32_t imported = sce_blob_imported_function_count(blob);
  assert_int_equal(imported, f->imports - (f->own_memory ? 0 : 1));
  assert_int_equal(sce_blob_function_count(blob), imported + f->functions);
  for (size_t i = 0; i < count; i++) {
    assert_true(sce_span_equal(imports[i].module, sce_span_text("env")));
    if (imports[i].kind == SCE_WASM_FUNCTION)
      assert_true(sce_span_starts_with(imports[i].field, sce_span_text("ext_")));
    else
      assert_true(sce_span_equal(imports[i].field, sce_span_text("memory")));
  }
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  assert_int_equal(count, f->exports);
  uint32_t heap_base = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    if (sce_span_equal(exports[i].name, sce_span_text("__heap_base"))) heap_base = exports[i].index;
    if (!sce_span_equal(exports[i].name, sce_span_text("Core_version"))) continue;
    const sce_wasm_function_type_t *type = sce_blob_function_type(blob, exports[i].index);
    assert_true(sce_span_equal(type->params, sce_span("\x7f\x7f", 2)));
    assert_true(sce_span_equal(type->results, sce_span("\x7e", 1)));
    assert_true(sce_span_starts_with(sce_blob_function_name(blob, exports[i].index), sce_span_text("Core_version")));
  }
  const sce_wasm_global_t *globals = sce_blob_globals(blob, &count);
  assert_true(heap_base < count && !globals[heap_base].is_mutable && globals[heap_base].value_type == SCE_WASM_I32);
  assert_int_equal(globals[heap_base].init.kind, SCE_WASM_INIT_CONST);
  assert_int_equal(globals[heap_base].init.bits, f->heap_base);
  assert_true(globals[0].is_mutable && globals[0].init.bits == 1048576);
  assert_int_equal(sce_blob_memory(blob)->limits.minimum, f->pages);
  assert_int_equal(sce_blob_memory(blob)->is_imported, !f->own_memory);
  const sce_wasm_table_t *tables = sce_blob_tables(blob, &count);
  assert_int_equal(count, 1);
  assert_true(tables->limits.minimum == f->table && tables->limits.maximum == f->table && tables->limits.has_maximum);
  const sce_wasm_element_t *elements = sce_blob_elements(blob, &count);
  assert_int_equal(count, 1);
  assert_true(elements->mode == SCE_WASM_ACTIVE && elements->offset.bits == 1 && elements->count == f->table - 1);
  const sce_wasm_data_t *data = sce_blob_data(blob, &count);
  assert_int_equal(count, 3);
  assert_true(data->mode == SCE_WASM_ACTIVE && data->offset.bits == 1048576 && data->bytes.len > 0);
  sce_blob_delete(blob);
}

static void runtimes_are_read(void **state) {
  (void)state;
  for (int i = 0; i < TEST_RUNTIMES; i++) check_facts(&facts[i]);
}

/* Sections follow each other without a gap, from the header to the end. */
static void sections_cover_the_module(void **state) {
  (void)state;
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_blob_t *blob = blob_of_runtime(test_runtimes[i]);
    size_t count, at = 8;
    const sce_wasm_section_t *sections = sce_blob_sections(blob, &count);
    for (size_t k = 0; k < count; at = sections[k++].end) {
      assert_int_equal(sections[k].start, at);
      assert_ptr_equal(sections[k].contents.data + sections[k].contents.len,
                       sce_blob_code(blob).data + sections[k].end);
    }
    assert_int_equal(at, sce_blob_code(blob).len);
    sce_blob_delete(blob);
  }
}

static void versions_are_read_without_a_call(void **state) {
  (void)state;
  sce_blob_t *blob = blob_of_runtime("paseo");
  sce_runtime_version_t version;
  bool found = false;
  assert_null(sce_blob_embedded_version(blob, &version, &found));
  assert_true(found);
  assert_true(sce_span_equal(version.spec_name, sce_span_text("paseo")));
  assert_true(sce_span_equal(version.impl_name, sce_span_text("paseo-testnet")));
  assert_int_equal(version.spec_version, 1001002);
  assert_int_equal(version.transaction_version, 25);
  assert_int_equal(version.api_count, 19);
  sce_runtime_version_free(&version);
  sce_blob_delete(blob);
  blob = blob_of_runtime("kusama");
  assert_null(sce_blob_embedded_version(blob, &version, &found));
  assert_false(found);
  sce_blob_delete(blob);
}

static void small_modules_show_what_they_hold(void **state) {
  (void)state;
  sce_blob_t *blob = blob_of_file("meter/thunks.wasm");
  size_t count;
  uint32_t start;
  assert_true(sce_blob_start_function(blob, &start));
  assert_int_equal(start, 3);
  const sce_wasm_element_t *elements = sce_blob_elements(blob, &count);
  assert_int_equal(count, 2);
  const uint32_t expected[] = {2, 0, 1, 2};
  assert_int_equal(elements[0].count, 4);
  assert_memory_equal(elements[0].functions, expected, sizeof expected);
  assert_int_equal((int32_t)elements[1].offset.bits, -3);
  assert_int_equal(elements[1].functions[0], 3);
  const sce_wasm_memory_t *memory = sce_blob_memory(blob);
  assert_true(memory->is_imported && memory->limits.minimum == 2 && memory->limits.maximum == 3);
  assert_int_equal(sce_blob_function_body(blob, 0).len, 0); /* imported */
  assert_int_equal(sce_blob_function_body(blob, 9).len, 0);
  assert_true(sce_span_equal(sce_blob_function_body(blob, 4), sce_span("\x00\x01\x0b", 3)));
  assert_null(sce_blob_function_type(blob, 5));
  assert_int_equal(sce_blob_function_name(blob, 1).len, 0);
  sce_blob_delete(blob);
  blob = blob_of_file("meter/padded.wasm");
  sce_span_t contents;
  assert_true(sce_blob_custom_section(blob, &contents, sce_span_text("third")));
  assert_true(sce_span_equal(contents, sce_span_text("333")));
  assert_true(sce_blob_custom_section(blob, &contents, sce_span_text("second")));
  assert_int_equal(contents.len, 0);
  assert_false(sce_blob_custom_section(blob, &contents, sce_span_text("secon")));
  sce_blob_delete(blob);
  blob = blob_of_file("meter/empty.wasm");
  assert_null(sce_blob_sections(blob, &count));
  assert_int_equal(count, 0);
  assert_null(sce_blob_memory(blob));
  assert_false(sce_blob_start_function(blob, &start));
  sce_blob_delete(blob);
}

/* The `name` section: a name for functions 0 and 1 (the latter twice, once outside), then nonsense. */
static void names_are_read_as_far_as_they_go(void **state) {
  (void)state;
  sce_buf_t code =
      module_of("01 04 01 60 00 00  03 03 02 00 00  0a 07 02 02 00 0b 02 00 0b"
                "00 1b 04 6e616d65  00 02 01 6d  01 10 05  00 01 61  01 02 c3a9  01 01 78  09 01 79  00 ff");
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  assert_true(sce_span_equal(sce_blob_function_name(blob, 0), sce_span_text("a")));
  assert_true(sce_span_equal(sce_blob_function_name(blob, 1), sce_span_text("\xc3\xa9")));
  assert_int_equal(sce_blob_function_name(blob, 9).len, 0);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* ---- compression ---- */

static sce_buf_t compress(sce_span_t plain) {
  static const uint8_t magic[8] = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};
  sce_buf_t out = {0};
  assert_null(sce_buf_append(&out, magic, sizeof magic));
  assert_null(sce_buf_reserve(&out, ZSTD_compressBound(plain.len)));
  size_t len = ZSTD_compress(out.data + out.len, out.cap - out.len, plain.data, plain.len, 1);
  assert_false(ZSTD_isError(len));
  out.len += len;
  return out;
}

/* A module of `len` bytes (above 2^21): one custom section of zeros, whose name is empty. */
static sce_buf_t module_of_size(size_t len) {
  sce_buf_t out = module_of("00");
  size_t payload = len - 8 - 1 - 4;
  for (int i = 0; i < 4; i++)
    assert_null(sce_buf_append_byte(&out, (uint8_t)((payload >> 7 * i & 0x7f) | (i < 3 ? 0x80 : 0))));
  assert_null(sce_buf_reserve(&out, payload));
  memset(out.data + out.len, 0, payload);
  out.len += payload;
  assert_int_equal(out.len, len);
  return out;
}

static void the_bomb_limit_is_exact(void **state) {
  (void)state;
  sce_buf_t plain = module_of_size(SCE_BLOB_BOMB_LIMIT), packed = compress(sce_buf_span(&plain));
  sce_blob_t *blob = blob_of(sce_buf_span(&packed));
  assert_int_equal(sce_blob_code(blob).len, SCE_BLOB_BOMB_LIMIT);
  sce_blob_delete(blob);
  sce_buf_free(&plain);
  sce_buf_free(&packed);
  plain = module_of_size(SCE_BLOB_BOMB_LIMIT + 1);
  packed = compress(sce_buf_span(&plain));
  expect_error(sce_blob_new(&blob, sce_buf_span(&packed)), SCE_BAD_CODE,
               "compressed code unpacks to more than the limit of 52428800 bytes");
  blob = blob_of(sce_buf_span(&plain)); /* upstream bounds only what is compressed */
  sce_blob_delete(blob);
  sce_buf_free(&plain);
  sce_buf_free(&packed);
}

static void compressed_code_must_be_whole(void **state) {
  (void)state;
  sce_buf_t plain = module_of("00 02 00 00"), packed = compress(sce_buf_span(&plain));
  sce_blob_t *blob = blob_of(sce_buf_span(&packed));
  sce_blob_delete(blob);
  for (size_t len = 8; len < packed.len; len++) {
    sce_error_t *err = sce_blob_new(&blob, sce_span(packed.data, len));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
    sce_error_delete(err);
  }
  expect_error(sce_blob_new(&blob, sce_span(packed.data, 8)), SCE_BAD_CODE,
               "compressed code ends within a zstd frame, after 0 bytes of code");
  size_t whole =
      packed.len; /* a second frame is read as upstream's decoder reads it; anything else behind is refused */
  sce_buf_t section = bytes_of("00 01 00"), frame = compress(sce_buf_span(&section));
  assert_null(sce_buf_append(&packed, frame.data + 8, frame.len - 8));
  blob = blob_of(sce_buf_span(&packed));
  assert_int_equal(sce_blob_code(blob).len, plain.len + section.len);
  sce_blob_delete(blob);
  packed.len = whole;
  assert_null(sce_buf_append(&packed, "garbage", 7));
  expect_error(sce_blob_new(&blob, sce_buf_span(&packed)), SCE_BAD_CODE,
               "compressed code: zstd, near offset 29: Unknown frame descriptor");
  sce_buf_free(&plain);
  sce_buf_free(&packed);
  sce_buf_free(&section);
  sce_buf_free(&frame);
}

/* ---- damage ---- */

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15); /* SplitMix64 */
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

/* Everything that reads a module, on code of unknown worth: an error, or results that can be read again. */
static bool use_code(sce_span_t code) {
  sce_blob_t *blob, *again;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err != NULL) {
    assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
    sce_error_delete(err);
    return false;
  }
  sce_error_delete(sce_blob_check_proposals(blob, NULL));
  const sce_blob_rewrite_t rewrites[] = {
      {.export_mutable_globals = true, .export_memory = true, .clear_memory_maximum = true},
      {.meter_stack = true, .stack_limit = 65536, .export_memory = true},
  };
  for (size_t i = 0; i < 2; i++) {
    sce_buf_t module = {0};
    err = sce_blob_rewrite(blob, &module, &rewrites[i]);
    if (err == NULL) {
      err = sce_blob_new(&again, sce_buf_span(&module));
      if (err != NULL) fail_msg("rewritten code can't be read: %s", sce_error_message(err));
      sce_blob_delete(again);
    }
    sce_error_delete(err);
    sce_buf_free(&module);
  }
  sce_blob_delete(blob);
  return true;
}

/* Cut at a border, a module is what stands before it, where that is whole; cut elsewhere it is refused. */
static void cut_runtimes_are_refused(void **state) {
  (void)state;
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_blob_t *blob = blob_of_runtime(test_runtimes[i]), *cut;
    sce_span_t code = sce_blob_code(blob);
    size_t count;
    const sce_wasm_section_t *sections = sce_blob_sections(blob, &count);
    for (size_t k = 0; k < count; k++) {
      const size_t ends[] = {sections[k].start, sections[k].start + 1, sections[k].payload, sections[k].payload + 1,
                             sections[k].end - 1};
      for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
        sce_error_t *err = sce_blob_new(&cut, sce_span(code.data, ends[e]));
        bool whole = e == 0 && (k == 0 || sections[k].id == SCE_WASM_SECTION_CUSTOM ||
                                sections[k].id < SCE_WASM_SECTION_FUNCTION || sections[k].id == SCE_WASM_SECTION_DATA);
        assert_int_equal(err == NULL, whole || (e == 0 && sections[k].id == SCE_WASM_SECTION_FUNCTION));
        if (err == NULL) sce_blob_delete(cut);
        sce_error_delete(err);
      }
    }
    sce_blob_delete(blob);
  }
}

static void cut_compressed_runtimes_are_refused(void **state) {
  (void)state;
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "rococo");
  sce_blob_t *blob;
  for (size_t len = 8; len < code.len; len += code.len / 50) {
    sce_error_t *err = sce_blob_new(&blob, sce_span(code.data, len));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
    sce_error_delete(err);
  }
  sce_buf_free(&code);
}

#define FLIP_SEED 20230511u

static void flip_bits(const char *runtime, int flips, size_t region) {
  sce_buf_t code = test_runtime_code(TEST_INPUTS, runtime);
  uint64_t random = FLIP_SEED;
  int accepted = 0;
  for (int i = 0; i < flips; i++) {
    size_t span = i % 2 == 0 && region < code.len ? region : code.len; /* half of them among the declarations */
    size_t bit = (size_t)(next_random(&random) % (span * 8));
    code.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    accepted += use_code(sce_buf_span(&code));
    code.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  print_message("%s: seed %u, %d of %d flips still read\n", runtime, FLIP_SEED, accepted, flips);
  assert_true(use_code(sce_buf_span(&code)));
  sce_buf_free(&code);
}

static void flipped_bits_do_no_harm(void **state) {
  (void)state;
  flip_bits("kusama", 1600, 4096);
  flip_bits("rococo", 400, 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runtimes_are_read),
      cmocka_unit_test(sections_cover_the_module),
      cmocka_unit_test(versions_are_read_without_a_call),
      cmocka_unit_test(small_modules_show_what_they_hold),
      cmocka_unit_test(names_are_read_as_far_as_they_go),
      cmocka_unit_test(the_bomb_limit_is_exact),
      cmocka_unit_test(compressed_code_must_be_whole),
      cmocka_unit_test(cut_runtimes_are_refused),
      cmocka_unit_test(cut_compressed_runtimes_are_refused),
      cmocka_unit_test(flipped_bits_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
