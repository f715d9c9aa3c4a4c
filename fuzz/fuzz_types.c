/* fuzz_types.c: definitions of types in any text are taken or refused, in bounded time and memory, without a crash or a
 * leak. With what is taken, names of the metadata and of the file become types, and values of them decode and encode
 * again to the same bytes. */
#include "base/buf.h"
#include "scexec/value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* V12 of one pallet, System, with one item, Own, whose type Foo only the definitions can explain. */
static const char metadata[] = "meta\x0c\x04\x18System\x01\x18System\x04\x0cOwn\x00\x00\x0c"
                               "Foo\x04\x00\x00\x00\x00"
                               "\x00\x00\x00\x04\x00";

static void check_value(const sce_metadata_t *md, uint32_t type) {
  static const uint8_t bytes[] = {4, 1, 0, 2, 1, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 1, 1, 1, 1};
  for (size_t len = 0; len <= sizeof bytes; len++) {
    sce_buf_t json = {0}, back = {0};
    sce_error_t *err = sce_value_decode(md, &json, type, sce_span(bytes, len), NULL);
    if (err == NULL) {
      sce_error_t *failed = sce_value_encode(md, &back, type, sce_buf_span(&json), sce_span_text("v"));
      /* Two fields or variants may share a name: then JSON cannot tell them apart, and encoding says so. */
      require(failed != NULL || (back.len == len && memcmp(back.data, bytes, len) == 0));
      sce_error_delete(failed);
    }
    sce_error_delete(err);
    sce_buf_free(&json);
    sce_buf_free(&back);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"Foo", "Bar", "Balance", "AccountInfo", "Vec<Foo>"};
  sce_runtime_version_t version = {.spec_name = sce_span_text("x"), .spec_version = 5};
  for (int named = 0; named < 2; named++) {
    sce_metadata_t *md = NULL;
    sce_error_t *err = sce_metadata_new_with_types(&md, sce_span(metadata, sizeof metadata - 1),
                                                   named ? &version : NULL, sce_span(data, size));
    for (size_t i = 0; err == NULL && i < sizeof names / sizeof *names; i++) {
      uint32_t type;
      sce_error_t *none = sce_type_resolve(md, &type, sce_span_text(names[i]));
      if (none == NULL) check_value(md, type);
      sce_error_delete(none);
    }
    sce_error_delete(err);
    sce_metadata_delete(md);
  }
  return 0;
}
