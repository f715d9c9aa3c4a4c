/* alloc_util.c: array and string forms of the allocator hook, with overflow checks. */
#include "base/alloc.h"

#include "base/checked.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((uintptr_t)2 << 20)

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

void sce_advise_large(void *ptr, size_t size) {
  uintptr_t start = ((uintptr_t)ptr + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  uintptr_t end = ((uintptr_t)ptr + size) / LARGE_PAGE * LARGE_PAGE;
  if (size >= LARGE_PAGE && end > start) (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

char *sce_strndup(const char *text, size_t len) {
  if (len == SIZE_MAX) return NULL;
  char *copy = sce_alloc(len + 1);
  if (copy == NULL) return NULL;
  if (len > 0) memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}
