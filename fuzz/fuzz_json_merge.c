/* fuzz_json_merge.c: no two texts, with a NUL between them, make the merge crash or leak. What comes of it is JSON;
 * over it the same value again changes nothing but the order of members. */
#include "base/buf.h"
#include "base/error.h"
#include "base/json_merge.h"
#include "base/json_pull.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_json(const sce_buf_t *text) {
  sce_json_reader_t in = sce_json_reader(sce_buf_span(text));
  require(sce_json_skip(&in, NULL) == NULL);
  require(sce_json_end(&in) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
  if (end == NULL) return 0;
  size_t first = (size_t)(end - data);
  sce_span_t a = sce_span(data, first), b = sce_span(end + 1, size - first - 1);
  sce_buf_t once = {0}, twice = {0}, again = {0};
  sce_error_t *err = sce_json_merge(&once, a, b);
  if (err == NULL) {
    check_json(&once);
    require(sce_json_merge(&twice, sce_buf_span(&once), b) == NULL);
    require(sce_json_merge(&again, sce_buf_span(&twice), b) == NULL);
    require(sce_span_equal(sce_buf_span(&twice), sce_buf_span(&again)));
  } else {
    require(sce_error_kind(err) == SCE_BAD_INPUT);
  }
  sce_error_delete(err);
  sce_buf_free(&once);
  sce_buf_free(&twice);
  sce_buf_free(&again);
  return 0;
}
