/* alloc.c: the default allocator: the C library's. Kept alone in its object file so that a program can replace it. */
#include "base/alloc.h"

#include <stdlib.h>

void *sce_alloc(size_t size) {
  return malloc(size > 0 ? size : 1);
}

void *sce_realloc(void *ptr, size_t size) {
  return realloc(ptr, size > 0 ? size : 1);
}

void sce_free(void *ptr) {
  free(ptr);
}
