/* refuse.h: the allocator of the program that includes it: counts, and refuses one allocation on demand. It stands in
 * for the library's (src/base/alloc.h). Threads allocate too, so the counters are atomic. */
#ifndef SCE_TESTS_REFUSE_H
#define SCE_TESTS_REFUSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

void *sce_alloc(size_t size);
void *sce_realloc(void *ptr, size_t size);
void sce_free(void *ptr);

static atomic_long allocations; /* since refuse() */
static atomic_long failing;     /* number of the allocation to refuse, from 1; 0: none */
static atomic_long live;        /* blocks not freed */

/* Counts from here on, and refuses allocation `number` (0: none). */
static inline void refuse(long number) {
  atomic_store(&allocations, 0);
  atomic_store(&failing, number);
}

/* Refuses nothing more; whether it came to that allocation. */
static inline bool refuse_no_more(void) {
  long number = atomic_exchange(&failing, 0);
  return number > 0 && atomic_load(&allocations) >= number;
}

static bool refuse_now(void) {
  return atomic_fetch_add(&allocations, 1) + 1 == atomic_load(&failing);
}

void *sce_alloc(size_t size) {
  void *ptr = refuse_now() ? NULL : malloc(size > 0 ? size : 1);
  if (ptr != NULL) atomic_fetch_add(&live, 1);
  return ptr;
}

void *sce_realloc(void *ptr, size_t size) {
  void *moved = refuse_now() ? NULL : realloc(ptr, size > 0 ? size : 1);
  if (ptr == NULL && moved != NULL) atomic_fetch_add(&live, 1);
  return moved;
}

void sce_free(void *ptr) {
  if (ptr != NULL) atomic_fetch_sub(&live, 1);
  free(ptr);
}

#endif
