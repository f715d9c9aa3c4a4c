/* alloc.c: the default allocator: the C library's, within the budget of the calling thread. Kept alone in its object
 * file so that a program can replace it. */
#include "base/alloc.h"

#include "base/budget.h"

#include <malloc.h>
#include <stdlib.h>

void *sce_alloc(size_t size) {
  if (!sce_budget_may_take(size)) return NULL;
  void *ptr = malloc(size > 0 ? size : 1);
  sce_budget_count((int64_t)malloc_usable_size(ptr));
  return ptr;
}

void *sce_realloc(void *ptr, size_t size) {
  size_t before = malloc_usable_size(ptr);
  if (size > before && !sce_budget_may_take(size - before)) return NULL;
  void *moved = realloc(ptr, size > 0 ? size : 1);
  if (moved != NULL) sce_budget_count((int64_t)malloc_usable_size(moved) - (int64_t)before);
  return moved;
}

void sce_free(void *ptr) {
  sce_budget_count(-(int64_t)malloc_usable_size(ptr));
  free(ptr);
}
