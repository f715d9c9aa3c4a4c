/* blob_support.h: what the tests of src/blob share: modules out of hex text and files, expected errors, and Wasmtime's
 * word on whether a module is valid. */
#ifndef SCE_TESTS_BLOB_SUPPORT_H
#define SCE_TESTS_BLOB_SUPPORT_H

#include "base/buf.h"
#include "base/error.h"
#include "scexec/blob.h"
#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <wasmtime.h>

/* The bytes of hex text with spaces. */
static inline sce_buf_t bytes_of(const char *hex) {
  sce_buf_t out = {0};
  unsigned byte;
  int used;
  while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
    assert_null(sce_buf_append_byte(&out, (uint8_t)byte));
    hex += used;
  }
  assert_int_equal(hex[strspn(hex, " ")], 0);
  return out;
}

/* The header of a module and the sections in hex. */
static inline sce_buf_t module_of(const char *sections) {
  sce_buf_t out = {0}, body = bytes_of(sections);
  assert_null(sce_buf_append(&out, "\0asm\1\0\0\0", 8));
  assert_null(sce_buf_append(&out, body.data, body.len));
  sce_buf_free(&body);
  return out;
}

static inline sce_blob_t *blob_of(sce_span_t code) {
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err != NULL) fail_msg("%s", sce_error_message(err));
  return blob;
}

static inline sce_blob_t *blob_of_file(const char *name) {
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/blob/%s", name);
  sce_buf_t code = test_read_file(path);
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  sce_buf_free(&code);
  return blob;
}

static inline sce_blob_t *blob_of_runtime(const char *name) {
  sce_buf_t code = test_runtime_code(TEST_INPUTS, name);
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  sce_buf_free(&code);
  return blob;
}

static inline void expect_error(sce_error_t *err, sce_error_kind_t kind, const char *message) {
  assert_non_null(err);
  assert_string_equal(sce_error_message(err), message);
  assert_int_equal(sce_error_kind(err), kind);
  sce_error_delete(err);
}

/* An engine with the proposals that the executor's has. */
static inline wasm_engine_t *engine_with(const sce_proposals_t *allowed) {
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_wasm_reference_types_set(config, allowed->reference_types);
  wasmtime_config_wasm_function_references_set(config, false);
  wasmtime_config_wasm_gc_set(config, false);
  wasmtime_config_wasm_simd_set(config, allowed->simd);
  wasmtime_config_wasm_relaxed_simd_set(config, allowed->simd);
  wasmtime_config_wasm_bulk_memory_set(config, allowed->bulk_memory);
  wasmtime_config_wasm_multi_value_set(config, allowed->multi_value);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_exceptions_set(config, false);
  return wasm_engine_new_with_config(config);
}

static inline bool is_valid(wasm_engine_t *engine, sce_span_t module) {
  wasmtime_error_t *err = wasmtime_module_validate(engine, module.data, module.len);
  if (err != NULL) wasmtime_error_delete(err);
  return err == NULL;
}

#endif
