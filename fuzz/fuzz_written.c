/* fuzz_written.c: no file makes the reader of written bytes crash or leak; what it reads is what the hexadecimal digits
 * in the file say, which stand there in a row. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/written.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void lower(sce_buf_t *text) {
  for (size_t i = 0; i < text->len; i++)
    if (text->data[i] >= 'A' && text->data[i] <= 'F') text->data[i] |= 0x20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_buf_t out = {0}, text = {0}, digits = {0};
  bool written = false;
  sce_error_t *err = sce_written_bytes(&out, &written, sce_span(data, size));
  if (err != NULL) require(sce_error_kind(err) == SCE_BAD_INPUT && out.len == 0);
  if (err == NULL && !written) require(out.len == 0);
  /* Escapes in JSON make the digits another row. */
  if (err == NULL && written && memchr(data, '\\', size) == NULL) {
    require(sce_buf_append(&text, data, size) == NULL);
    require(sce_hex_append(&digits, sce_buf_span(&out)) == NULL);
    lower(&text);
    require(digits.len == 0 || memmem(text.data, text.len, digits.data, digits.len) != NULL);
  }
  sce_error_delete(err);
  sce_buf_free(&out);
  sce_buf_free(&text);
  sce_buf_free(&digits);
  return 0;
}
