/* test_blob_rewrite.c: rewriting modules. What comes out must read again, be valid for Wasmtime, and differ from
 * what went in only where it was asked for. */
#include "blob_support.h"

static sce_buf_t rewritten(const sce_blob_t *blob, const sce_blob_rewrite_t *rewrite) {
  sce_buf_t module = {0};
  sce_error_t *err = sce_blob_rewrite(blob, &module, rewrite);
  if (err != NULL) fail_msg("%s", sce_error_message(err));
  return module;
}

static const sce_wasm_export_t *find_export(const sce_blob_t *blob, const char *name) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (sce_span_equal(exports[i].name, sce_span_text(name))) return &exports[i];
  return NULL;
}

static void nothing_asked_nothing_changed(void **state) {
  (void)state;
  const sce_blob_rewrite_t nothing = {0};
  const char *files[] = {"meter/thunks.wasm", "meter/padded.wasm", "meter/empty.wasm", "proposals/simd_operators.wasm"};
  for (int i = 0; i < TEST_RUNTIMES + 4; i++) {
    sce_blob_t *blob = i < TEST_RUNTIMES ? blob_of_runtime(test_runtimes[i]) : blob_of_file(files[i - TEST_RUNTIMES]);
    sce_buf_t module = {0};
    assert_null(sce_buf_append(&module, "before", 6)); /* appended, not put in its place */
    assert_null(sce_blob_rewrite(blob, &module, &nothing));
    assert_memory_equal(module.data, "before", 6);
    assert_true(sce_span_equal(sce_span(module.data + 6, module.len - 6), sce_blob_code(blob)));
    sce_buf_free(&module);
    sce_blob_delete(blob);
  }
}

/* All that an executor does to a module without metering. */
static const sce_blob_rewrite_t prepare = {.export_mutable_globals = true,
                                           .export_memory = true,
                                           .clear_memory_maximum = true,
                                           .set_memory_minimum = true,
                                           .memory_minimum = 3000};

/* Sections other than these are as they were: bytes and order. */
static void expect_others_equal(const sce_blob_t *before, const sce_blob_t *after) {
  size_t old_count, new_count, k = 0;
  const sce_wasm_section_t *old = sce_blob_sections(before, &old_count), *new = sce_blob_sections(after, &new_count);
  for (size_t i = 0; i < old_count; i++) {
    if (old[i].id == SCE_WASM_SECTION_IMPORT || old[i].id == SCE_WASM_SECTION_MEMORY ||
        old[i].id == SCE_WASM_SECTION_EXPORT)
      continue;
    while (k < new_count && new[k].id != old[i].id) k++;
    assert_true(k < new_count);
    assert_true(sce_span_equal(old[i].name, new[k].name));
    assert_true(sce_span_equal(old[i].contents, new[k].contents));
    k++;
  }
}

static void runtimes_are_prepared(void **state) {
  (void)state;
  const sce_proposals_t none = {0};
  wasm_engine_t *engine = engine_with(&none);
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_blob_t *blob = blob_of_runtime(test_runtimes[i]);
    sce_buf_t module = rewritten(blob, &prepare);
    assert_true(is_valid(engine, sce_buf_span(&module)));
    sce_blob_t *after = blob_of(sce_buf_span(&module));
    const sce_wasm_memory_t *memory = sce_blob_memory(after);
    assert_true(!memory->is_imported && memory->limits.minimum == 3000 && !memory->limits.has_maximum);
    assert_int_equal(find_export(after, "memory")->kind, SCE_WASM_MEMORY);
    const sce_wasm_export_t *stack_pointer = find_export(after, SCE_BLOB_GLOBAL_PREFIX "0");
    assert_true(stack_pointer->kind == SCE_WASM_GLOBAL && stack_pointer->index == 0);
    assert_null(find_export(after, SCE_BLOB_GLOBAL_PREFIX "1"));
    size_t imports_before, imports_after;
    sce_blob_imports(blob, &imports_before);
    sce_blob_imports(after, &imports_after);
    assert_int_equal(imports_after, sce_blob_memory(blob)->is_imported ? imports_before - 1 : imports_before);
    assert_int_equal(sce_blob_imported_function_count(after), sce_blob_imported_function_count(blob));
    expect_others_equal(blob, after);
    sce_blob_delete(after);
    sce_blob_delete(blob);
    sce_buf_free(&module);
  }
  wasm_engine_delete(engine);
}

/* Small modules byte for byte, as the specification's grammar gives them by hand. */
static const struct {
  const char *before, *after;
  sce_blob_rewrite_t rewrite;
} exact[] = {
    /* (import "e" "m" (memory 1 2)): memory and export sections come, the import section stays, empty */
    {"02 09 01 01 65 01 6d 02 01 01 02", "02 01 00 05 04 01 01 01 02 07 05 01 01 6d 02 00", {.export_memory = true}},
    {"02 09 01 01 65 01 6d 02 01 01 02",
     "02 01 00 05 03 01 00 01 07 05 01 01 6d 02 00",
     {.export_memory = true, .clear_memory_maximum = true}},
    /* an imported memory is not touched unless it becomes the module's own */
    {"02 09 01 01 65 01 6d 02 01 01 02", "02 09 01 01 65 01 6d 02 01 01 02", {.clear_memory_maximum = true}},
    /* between other imports and sections, custom ones where they were */
    {"00 02 01 78 02 13 03 00 00 03 7f 00 01 65 01 6d 02 00 01 00 01 61 03 7e 01 00 02 01 79 0b 03 01 01 00",
     "00 02 01 78 02 0c 02 00 00 03 7f 00 00 01 61 03 7e 01 00 02 01 79 05 03 01 00 01 07 05 01 01 6d 02 00 0b 03 01 "
     "01 00",
     {.export_memory = true, .export_mutable_globals = true}},
    {"05 04 01 01 01 09", "05 04 01 01 07 09", {.set_memory_minimum = true, .memory_minimum = 7}},
    {"05 04 01 01 01 09", "05 03 01 00 01", {.clear_memory_maximum = true}},
    {"05 04 01 01 01 09",
     "05 05 01 00 80 80 04",
     {.clear_memory_maximum = true, .set_memory_minimum = true, .memory_minimum = 65536}},
    /* globals: only the module's own mutable ones, numbered among themselves */
    {"02 07 01 00 01 67 03 7f 01 06 10 03 7f 00 41 00 0b 7e 01 42 00 0b 7f 01 41 07 0b 07 05 01 01 61 03 00",
     "02 07 01 00 01 67 03 7f 01 06 10 03 7f 00 41 00 0b 7e 01 42 00 0b 7f 01 41 07 0b "
     "07 3f 03 01 61 03 00 1a 6578706f727465645f696e7465726e616c5f676c6f62616c5f30 03 02 "
     "1a 6578706f727465645f696e7465726e616c5f676c6f62616c5f31 03 03",
     {.export_mutable_globals = true}},
    {"", "", {.export_mutable_globals = true, .export_memory = true, .clear_memory_maximum = true}},
/* "exported_internal_global_0" is there: the name is "exported_internal_global_1_0" */
#define PREFIX "6578706f727465645f696e7465726e616c5f676c6f62616c5f"
    {"06 06 01 7f 01 41 00 0b 07 1e 01 1a " PREFIX "30 03 00",
     "06 06 01 7f 01 41 00 0b 07 3d 02 1a " PREFIX "30 03 00 1c " PREFIX "315f30 03 00",
     {.export_mutable_globals = true}},
    {"06 06 01 7f 01 41 00 0b 07 1d 01 19 " PREFIX " 03 00",
     "06 06 01 7f 01 41 00 0b 07 3c 02 19 " PREFIX " 03 00 1c " PREFIX "315f30 03 00",
     {.export_mutable_globals = true}},
    {"", "06 06 01 7f 01 41 00 0b", {.meter_stack = true}},
    /* what has no entries is left out; an imported memory then finds its place */
    {"01 01 00 02 02 80 00 03 01 00 04 01 00 05 01 00 07 01 00 09 01 00 0a 01 00 0b 01 00",
     "06 06 01 7f 01 41 00 0b",
     {.meter_stack = true}},
    {"02 08 01 01 65 01 6d 02 00 01 05 01 00",
     "02 01 00 05 03 01 00 01 06 06 01 7f 01 41 00 0b 07 05 01 01 6d 02 00",
     {.meter_stack = true, .export_memory = true}},
    {"05 03 01 00 01 00 01 00",
     "05 03 01 00 01 06 06 01 7f 01 41 00 0b 07 1e 01 1a "
     "6578706f727465645f696e7465726e616c5f676c6f62616c5f30 03 00 00 01 00",
     {.meter_stack = true, .export_mutable_globals = true}},
};

static void small_modules_change_as_written(void **state) {
  (void)state;
  const sce_proposals_t bulk = {.bulk_memory = true};
  wasm_engine_t *engine = engine_with(&bulk);
  for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
    sce_buf_t before = module_of(exact[i].before), after = module_of(exact[i].after);
    sce_blob_t *blob = blob_of(sce_buf_span(&before));
    sce_buf_t module = rewritten(blob, &exact[i].rewrite);
    if (!sce_span_equal(sce_buf_span(&module), sce_buf_span(&after))) {
      for (size_t k = 8; k < module.len; k++) print_message("%02x ", module.data[k]);
      fail_msg("case %zu: expected %s", i, exact[i].after);
    }
    sce_blob_delete(blob);
    assert_true(is_valid(engine, sce_buf_span(&module)));
    blob = blob_of(sce_buf_span(&module));
    sce_blob_delete(blob);
    sce_buf_free(&before);
    sce_buf_free(&after);
    sce_buf_free(&module);
  }
  wasm_engine_delete(engine);
}

static const struct {
  const char *module;
  sce_blob_rewrite_t rewrite;
  sce_error_kind_t kind;
  const char *message;
} refused[] = {
    {"02 08 01 01 65 01 6d 02 00 01 05 01 00",
     {.export_memory = true},
     SCE_BAD_CODE,
     "memory section, offset 18: it is empty, so the imported memory can't be put there"},
    {"02 08 01 01 65 01 6d 02 00 01 07 05 01 01 6d 02 00",
     {.export_memory = true},
     SCE_BAD_CODE,
     "export section: the name \"m\", which is needed for a memory, is taken"},
    {"",
     {.set_memory_minimum = true, .memory_minimum = 1},
     SCE_BAD_CODE,
     "the module has no memory of its own whose minimum could be set"},
    {"02 08 01 01 65 01 6d 02 00 01",
     {.set_memory_minimum = true, .memory_minimum = 1},
     SCE_BAD_CODE,
     "the module has no memory of its own whose minimum could be set"},
    {"05 03 01 00 01",
     {.set_memory_minimum = true, .memory_minimum = 65537},
     SCE_MISUSE,
     "a memory of 65537 pages is more than the limit of 65536"},
    {"05 04 01 01 01 09",
     {.set_memory_minimum = true, .memory_minimum = 10},
     SCE_MISUSE,
     "a memory of at least 10 pages is above the module's maximum of 9: clear it first"},
    {"02 06 01 00 00 03 7f 00",
     {.meter_stack = true},
     SCE_BAD_CODE,
     "can't meter the stack: the module imports 1 globals, and no runtime may"},
    {"0c 01 00",
     {.meter_stack = true},
     SCE_BAD_CODE,
     "can't meter the stack: the module has a data count section, which came with bulk memory"},
};

static void what_cannot_be_done_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    sce_buf_t code = module_of(refused[i].module), module = bytes_of("aa bb");
    sce_blob_t *blob = blob_of(sce_buf_span(&code));
    expect_error(sce_blob_rewrite(blob, &module, &refused[i].rewrite), refused[i].kind, refused[i].message);
    assert_int_equal(module.len, 2);
    sce_blob_delete(blob);
    sce_buf_free(&code);
    sce_buf_free(&module);
  }
}

/* A module gets the heap's base behind its data, as the last global, which is no mutable one. */
static void heap_bases_are_added(void **state) {
  (void)state;
  for (int metered = 0; metered < 2; metered++) {
    const sce_blob_rewrite_t rewrite = {.meter_stack = metered != 0,
                                        .stack_limit = 1000,
                                        .export_mutable_globals = true,
                                        .export_memory = true,
                                        .add_heap_base = true};
    sce_blob_t *blob = blob_of_file("../executor/unversioned.wasm");
    sce_buf_t module = rewritten(blob, &rewrite);
    sce_blob_t *after = blob_of(sce_buf_span(&module));
    const sce_wasm_export_t *base = find_export(after, "__heap_base");
    assert_true(base->kind == SCE_WASM_GLOBAL && base->index == (metered ? 2 : 1));
    size_t count;
    const sce_wasm_section_t *sections = sce_blob_sections(after, &count);
    for (size_t i = 0; i < count; i++)
      if (sections[i].id == SCE_WASM_SECTION_GLOBAL) /* i32, constant: i32.const 70001, end */
        assert_memory_equal(sections[i].contents.data + sections[i].contents.len - 7, "\x7f\0\x41\xf1\xa2\x04\x0b", 7);
    sce_blob_delete(after);
    sce_buf_free(&module);
    sce_blob_delete(blob);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_asked_nothing_changed),
      cmocka_unit_test(runtimes_are_prepared),
      cmocka_unit_test(small_modules_change_as_written),
      cmocka_unit_test(what_cannot_be_done_is_refused),
      cmocka_unit_test(heap_bases_are_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
