/* multiply.h: 128-bit multiplication as compilers left it in old runtimes, found and replaced. */
#ifndef SCE_BLOB_MULTIPLY_H
#define SCE_BLOB_MULTIPLY_H

#include "blob/module.h"

/* Overwrites, in a copy of the blob's code section, the functions for 128-bit multiplication that are known to be slow
 * with ones of the same size that use i64.mul_wide_u and write the same bytes to memory. `section` is where the copy
 * begins, `start` the offset in the blob that it was copied from. */
void sce_multiply_widen(const sce_blob_t *blob, uint8_t *section, size_t start);

#endif
