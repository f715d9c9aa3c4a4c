/* fuzz_reach.c: no module makes the search for reachable functions, or taking the others out, crash or write elsewhere:
 * the module can be read again, and has its functions where they were. */
#include "blob/reach.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds) {
  if (!holds) abort();
}

static void take_out(const sce_blob_t *blob, const uint8_t *reached) {
  sce_span_t code = sce_blob_code(blob);
  uint8_t *copy = malloc(code.len);
  sce_blob_t *again = NULL;
  if (copy == NULL) return;
  memcpy(copy, code.data, code.len);
  sce_blob_stub(blob, copy, reached);
  expect(sce_blob_new(&again, sce_span(copy, code.len)) == NULL);
  for (uint32_t i = 0; i < sce_blob_function_count(blob); i++) {
    sce_span_t was = sce_blob_function_body(blob, i), is = sce_blob_function_body(again, i);
    expect(is.len == was.len && (!reached[i] || sce_span_equal(is, was)));
  }
  sce_blob_delete(again);
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_blob_new(&blob, sce_span(data, size));
  if (err != NULL) {
    sce_error_delete(err);
    return 0;
  }
  uint32_t count = sce_blob_function_count(blob), root = count - 1;
  uint8_t *reached = malloc((size_t)count + 1), floats;
  if (reached != NULL) {
    err = sce_blob_reach(blob, reached, &floats, &root, count > 0 ? 1 : 0);
    if (err == NULL) take_out(blob, reached);
    sce_error_delete(err);
  }
  free(reached);
  sce_blob_delete(blob);
  return 0;
}
