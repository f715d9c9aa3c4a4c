/* fuzz_keyfile.c: no content of a key file makes its reader crash or leak, or write beyond the room that was reserved;
 * what it accepts comes back from the writer as the same text. */
#include "base/buf.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void write_and_read(sce_span_t text) {
  sce_buf_t json = {0}, again = {0};
  require(sce_buf_reserve(&json, 6 * text.len + 2) == NULL && sce_buf_reserve(&again, 6 * text.len + 2) == NULL);
  size_t room = json.cap;
  require(sce_keyfile_encode(&json, text) == NULL && json.cap == room);
  require(sce_keyfile_decode(&again, sce_buf_span(&json)) == NULL);
  require(sce_span_equal(text, sce_buf_span(&again)));
  sce_secret_free(&json);
  sce_secret_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_buf_t text = {0};
  require(sce_buf_reserve(&text, size) == NULL);
  size_t room = text.cap;
  sce_error_t *err = sce_keyfile_decode(&text, sce_span(data, size));
  require(text.cap == room);
  if (err == NULL) write_and_read(sce_buf_span(&text));
  sce_error_delete(err);
  sce_secret_free(&text);
  return 0;
}
