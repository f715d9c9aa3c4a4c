/* arena.h: memory that is given out piece by piece and freed at once, for what lives as long as its metadata. */
#ifndef SCE_METADATA_ARENA_H
#define SCE_METADATA_ARENA_H

#include "scexec/base.h"

/* Most bytes of one arena. Empty items of hostile metadata take a byte each there and 64 here; real metadata takes less
 * than 8 MiB. */
#define SCE_ARENA_MAX_BYTES ((size_t)256 << 20)

/* All zero is the empty arena. Not for use by two threads at a time. */
typedef struct sce_arena {
  struct sce_arena_chunk *chunks;
  size_t used;  /* bytes given out of the newest chunk */
  size_t total; /* bytes of all chunks */
} sce_arena_t;

/* `count * size` zeroed bytes, aligned for any type; *ptr is NULL when the product is 0. Pieces live until
 * sce_arena_free(). Fails with SCE_OUT_OF_MEMORY, and beyond SCE_ARENA_MAX_BYTES with SCE_BAD_METADATA. */
sce_error_t *sce_arena_alloc(sce_arena_t *arena, void **ptr, size_t count, size_t size);

/* A copy of the bytes. */
sce_error_t *sce_arena_copy(sce_arena_t *arena, sce_span_t *copy, sce_span_t bytes);

/* Frees every piece; the arena is empty after. */
void sce_arena_free(sce_arena_t *arena);

#endif
