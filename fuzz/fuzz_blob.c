/* fuzz_blob.c: no module makes reading, checking, rewriting or metering crash, leak or read out of bounds. What is read
 * is written back byte for byte; what is rewritten can be read again, and all its lists lie inside of it. */
#include "base/buf.h"
#include "scexec/blob.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds) {
  if (!holds) abort();
}

static void inside(const sce_blob_t *blob, sce_span_t part) {
  sce_span_t code = sce_blob_code(blob);
  expect(part.len == 0 || (part.data >= code.data && part.len <= (size_t)(code.data + code.len - part.data)));
}

static void look(const sce_blob_t *blob) {
  size_t count, functions = sce_blob_function_count(blob);
  const sce_wasm_section_t *sections = sce_blob_sections(blob, &count);
  for (size_t i = 0; i < count; i++) inside(blob, sections[i].contents);
  const sce_wasm_import_t *imports = sce_blob_imports(blob, &count);
  for (size_t i = 0; i < count; i++) {
    inside(blob, imports[i].module);
    inside(blob, imports[i].field);
  }
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  for (size_t i = 0; i < count; i++) {
    inside(blob, exports[i].name);
    expect(exports[i].kind != SCE_WASM_FUNCTION || exports[i].index < functions);
  }
  const sce_wasm_data_t *segments = sce_blob_data(blob, &count);
  for (size_t i = 0; i < count; i++) inside(blob, segments[i].bytes);
  const sce_wasm_element_t *elements = sce_blob_elements(blob, &count);
  for (size_t i = 0; i < count; i++)
    for (uint32_t k = 0; k < elements[i].count; k++)
      expect(elements[i].functions[k] < functions || elements[i].functions[k] == SCE_WASM_NO_FUNCTION);
  for (uint32_t i = 0; i < functions; i++) {
    inside(blob, sce_blob_function_type(blob, i)->params);
    inside(blob, sce_blob_function_body(blob, i));
    inside(blob, sce_blob_function_name(blob, i));
  }
}

static void rewrite(const sce_blob_t *blob, sce_blob_rewrite_t how) {
  static const sce_blob_rewrite_t nothing;
  sce_buf_t module = {0};
  sce_blob_t *again = NULL;
  sce_error_t *err = sce_blob_rewrite(blob, &module, &how);
  if (err == NULL) {
    expect(memcmp(&how, &nothing, sizeof how) != 0 || sce_span_equal(sce_buf_span(&module), sce_blob_code(blob)));
    expect(sce_blob_new(&again, sce_buf_span(&module)) == NULL);
    look(again);
  }
  sce_blob_delete(again);
  sce_buf_free(&module);
  sce_error_delete(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const sce_proposals_t all = {true, true, true, true};
  sce_blob_t *blob;
  sce_error_t *err = sce_blob_new(&blob, sce_span(data, size));
  if (err != NULL) {
    expect(sce_error_message(err)[0] != '\0');
    sce_error_delete(err);
    return 0;
  }
  look(blob);
  sce_error_delete(sce_blob_check_proposals(blob, NULL));
  sce_error_delete(sce_blob_check_proposals(blob, &all));
  sce_runtime_version_t version = {0};
  bool found;
  sce_error_delete(sce_blob_embedded_version(blob, &version, &found));
  sce_runtime_version_free(&version);
  sce_blob_rewrite_t how;
  memset(&how, 0, sizeof how); /* its padding too: rewrite() compares bytes */
  rewrite(blob, how);
  how.export_memory = how.export_mutable_globals = how.clear_memory_maximum = how.widen_multiplication = true;
  rewrite(blob, how);
  how.set_memory_minimum = how.meter_stack = true;
  how.memory_minimum = 9;
  how.stack_limit = 65536;
  rewrite(blob, how);
  memset(&how, 0, sizeof how);
  how.meter_stack = true;
  rewrite(blob, how);
  sce_blob_delete(blob);
  return 0;
}
