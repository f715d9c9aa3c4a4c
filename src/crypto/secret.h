/* secret.h: wiping what must not stay in memory. */
#ifndef SCE_CRYPTO_SECRET_H
#define SCE_CRYPTO_SECRET_H

#include "base/buf.h"

#include <string.h>

/* Zeroes `len` bytes in a way that the compiler may not drop. */
static inline void sce_wipe(void *data, size_t len) {
  if (len != 0) explicit_bzero(data, len);
}

/* Wipes and frees. To leave no copies behind, reserve the buffer's full size before secrets go in. */
static inline void sce_secret_free(sce_buf_t *buf) {
  sce_wipe(buf->data, buf->cap);
  sce_buf_free(buf);
}

#endif
