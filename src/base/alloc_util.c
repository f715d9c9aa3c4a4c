/* alloc_util.c: array and string forms of the allocator hook, with overflow checks. */
#include "base/alloc.h"

#include "base/checked.h"

#include <string.h>

void *sce_calloc(size_t count, size_t size) {
  size_t total;
  if (!sce_mul_size(count, size, &total)) return NULL;
  void *ptr = sce_alloc(total);
  if (ptr != NULL) memset(ptr, 0, total);
  return ptr;
}

void *sce_realloc_array(void *ptr, size_t count, size_t size) {
  size_t total;
  if (!sce_mul_size(count, size, &total)) return NULL;
  return sce_realloc(ptr, total);
}

char *sce_strndup(const char *text, size_t len) {
  if (len == SIZE_MAX) return NULL;
  char *copy = sce_alloc(len + 1);
  if (copy == NULL) return NULL;
  if (len > 0) memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}
