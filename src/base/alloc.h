/* alloc.h: the one place where scexec gets memory. The three functions are the library's allocator hook: a program that
 * links libscexec.a may define all three itself, and the archive's own (alloc.c) stay out. The tests inject failures
 * so. The archive's own counts what a call takes (budget.h, sce_config_t.max_host_memory); another need not. */
#ifndef SCE_BASE_ALLOC_H
#define SCE_BASE_ALLOC_H

#include <stddef.h>

/* `size` bytes, uninitialised, aligned for any type; NULL when there are none. size 0 is taken as 1. */
void *sce_alloc(size_t size);
/* As realloc: `ptr` may be NULL; on failure returns NULL and leaves `ptr` valid. size 0 is taken as 1. */
void *sce_realloc(void *ptr, size_t size);
/* NULL is accepted. */
void sce_free(void *ptr);

/* `count * size` zeroed bytes; NULL also when the product overflows. */
void *sce_calloc(size_t count, size_t size);
/* As sce_realloc for an array; NULL also when the product overflows. */
void *sce_realloc_array(void *ptr, size_t count, size_t size);
/* A NUL-terminated copy of `len` bytes; NULL when out of memory. */
char *sce_strndup(const char *text, size_t len);

/* Says that all of a fresh allocation will be written soon: where it is megabytes and the system has large pages, it
 * then takes a few page faults instead of thousands. A hint without any other effect. */
void sce_advise_large(void *ptr, size_t size);

#endif
