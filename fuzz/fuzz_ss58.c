/* fuzz_ss58.c: no text makes the reader of SS58 addresses crash or leak; what it accepts is written and read again as
 * the same bytes and prefix; and any bytes that can be written are read back. */
#include "base/buf.h"
#include "scexec/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* Writes the address of `bytes`, and reads it. */
static void check_round(sce_span_t bytes, uint16_t prefix) {
  sce_buf_t text = {0}, again = {0};
  uint16_t read_prefix;
  require(sce_ss58_encode(&text, bytes, prefix) == NULL);
  require(sce_ss58_decode(&again, &read_prefix, sce_buf_span(&text)) == NULL);
  require(sce_span_equal(sce_buf_span(&again), bytes) && read_prefix == prefix);
  sce_buf_free(&text);
  sce_buf_free(&again);
}

static void check_bytes(sce_span_t input) {
  static const size_t sizes[] = {1, 2, 4, 8, 32, 33};
  if (input.len < 3) return;
  uint16_t prefix = (uint16_t)((input.data[0] | input.data[1] << 8) & 0x3fff);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (sizes[i] <= input.len - 2) check_round(sce_span(input.data + 2, sizes[i]), prefix);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_buf_t bytes = {0};
  uint16_t prefix;
  sce_error_t *err = sce_ss58_decode(&bytes, &prefix, sce_span(data, size));
  if (err == NULL)
    check_round(sce_buf_span(&bytes), prefix);
  else
    require(sce_error_kind(err) == SCE_BAD_INPUT && bytes.len == 0);
  sce_error_delete(err);
  sce_buf_free(&bytes);
  check_bytes(sce_span(data, size));
  return 0;
}
