/* host_vectors.h: putting a known-answer record of tests/vectors through a handler. */
#ifndef TEST_HOST_VECTORS_H
#define TEST_HOST_VECTORS_H

#include "host_fake.h"

#include "base/checked.h"
#include "base/error.h"
#include "support/vectors.h"

#include <stdio.h>

/* The buffers ("buffer" inputs) of a record, as spans. */
typedef struct vector_args {
  uint64_t args[SCE_HOST_MAX_PARAMS];
  uint64_t buffers[SCE_HOST_MAX_PARAMS];
  size_t buffer_count;
} vector_args_t;

/* Puts the inputs of a record into memory and makes the raw arguments. */
static void vector_args_put(fake_t *fake, vector_args_t *out, const json_t *record, const char *signature) {
  const json_t *inputs = json_object_get(record, "inputs"), *kinds = json_object_get(record, "kinds");
  memset(out, 0, sizeof *out);
  const char *type = signature + 1; /* walks over "i64, i32)" */
  for (size_t i = 0; i < json_array_size(inputs); i++, type += 5) {
    sce_buf_t bytes = test_vector_bytes(json_array_get(inputs, i));
    const char *kind = json_string_value(json_array_get(kinds, i));
    uint64_t *arg = &out->args[i];
    if (strcmp(kind, "span") == 0 || strcmp(kind, "buffer") == 0) {
      *arg = fake_put_span(fake, bytes.data, bytes.len);
    } else if (strcmp(kind, "ptr") == 0) {
      *arg = fake_put(fake, bytes.data, bytes.len);
    } else {
      *arg = test_vector_number(sce_buf_span(&bytes));
    }
    if (memcmp(type, "i32", 3) == 0) *arg = (uint32_t)*arg;
    if (strcmp(kind, "buffer") == 0) out->buffers[out->buffer_count++] = *arg;
    sce_buf_free(&bytes);
  }
}

/* Whether a result is what the record says. */
static bool vector_result_equal(const fake_t *fake, const char *name, uint64_t result, const json_t *record) {
  const char *kind = json_string_value(json_object_get(record, "output_kind"));
  const json_t *expected = json_object_get(record, "output");
  uint8_t number[8];
  sce_store_le64(number, result);
  if (strcmp(kind, "none") == 0) return true;
  if (strcmp(kind, "i32") == 0) return test_vector_equal(name, sce_span(number, 4), expected);
  if (strcmp(kind, "i64") == 0) return test_vector_equal(name, sce_span(number, 8), expected);
  if (strcmp(kind, "span") == 0) return test_vector_equal(name, fake_span(fake, result), expected);
  uint64_t len = strtoul(kind + 3, NULL, 10); /* "ptr32" */
  return test_vector_equal(name, fake_span(fake, result | len << 32), expected);
}

/* Makes the call of a record on the fake's externalities; true when the answer is upstream's. */
static bool vector_call(fake_t *fake, const json_t *record) {
  const char *name = json_string_value(json_object_get(record, "function"));
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), test_vector_text(record, "signature"));
  const json_t *buffers = json_object_get(record, "buffers_after");
  vector_args_t in;
  uint64_t result = 0;
  if (row == NULL || row->call == NULL) return fprintf(stderr, "%s: no such function\n", name), false;
  fake_next_call(fake, FAKE_HEAP);
  vector_args_put(fake, &in, record, row->signature);
  sce_error_t *err = row->call(NULL, &fake->caller, in.args, &result);
  bool must_fail = json_is_null(json_object_get(record, "output"));
  bool ok = (err != NULL) == must_fail;
  if (!ok) fprintf(stderr, "%s: %s\n", name, err != NULL ? sce_error_message(err) : "no error where upstream traps");
  sce_error_delete(err);
  if (ok && !must_fail) ok = vector_result_equal(fake, name, result, record);
  for (size_t i = 0; ok && i < in.buffer_count && i < json_array_size(buffers); i++) {
    ok = test_vector_equal("buffer", fake_span(fake, in.buffers[i]), json_array_get(buffers, i));
  }
  if (!ok) fprintf(stderr, "  note: %s\n", json_string_value(json_object_get(record, "note")));
  return ok;
}

#endif
