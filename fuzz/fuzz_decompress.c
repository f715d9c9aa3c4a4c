/* fuzz_decompress.c: no zstd stream behind the magic of compressed code makes it crash, leak, or take more memory than
 * the limit on its result allows. */
#include "base/buf.h"
#include "base/error.h"
#include "scexec/blob.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint8_t magic[] = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};
  sce_buf_t code = {0};
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_buf_append(&code, magic, sizeof magic);
  if (err == NULL) err = sce_buf_append(&code, data, size);
  if (err == NULL) err = sce_blob_new(&blob, sce_buf_span(&code));
  if (err == NULL && (!sce_blob_is_compressed(blob) || sce_blob_code(blob).len > SCE_BLOB_BOMB_LIMIT)) abort();
  sce_error_delete(err);
  sce_blob_delete(blob);
  sce_buf_free(&code);
  return 0;
}
