/* arena.c: chunks in a list; a piece is cut off the newest one, or gets a chunk of its own when it is large. */
#include "metadata/arena.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/error.h"

#include <stdalign.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 << 10)

typedef struct sce_arena_chunk {
  struct sce_arena_chunk *next;
  size_t size; /* bytes of data */
  alignas(max_align_t) uint8_t data[];
} sce_arena_chunk_t;

static sce_error_t *add_chunk(sce_arena_t *arena, size_t need) {
  size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE, total;
  if (!sce_add_size(size, sizeof(sce_arena_chunk_t), &total)) return sce_error_oom();
  if (size > SCE_ARENA_MAX_BYTES - arena->total)
    return sce_error_new(SCE_BAD_METADATA, "takes more than %zu MiB of memory", SCE_ARENA_MAX_BYTES >> 20);
  sce_arena_chunk_t *chunk = sce_alloc(total);
  if (chunk == NULL) return sce_error_oom();
  *chunk = (sce_arena_chunk_t){arena->chunks, size};
  arena->chunks = chunk;
  arena->used = 0;
  arena->total += size;
  return NULL;
}

sce_error_t *sce_arena_alloc(sce_arena_t *arena, void **ptr, size_t count, size_t size) {
  size_t need;
  if (!sce_mul_size(count, size, &need) || need > SIZE_MAX - alignof(max_align_t)) return sce_error_oom();
  if (need == 0) {
    *ptr = NULL;
    return NULL;
  }
  need = (need + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
  if (arena->chunks == NULL || arena->chunks->size - arena->used < need) SCE_TRY(add_chunk(arena, need));
  *ptr = arena->chunks->data + arena->used;
  arena->used += need;
  memset(*ptr, 0, need);
  return NULL;
}

sce_error_t *sce_arena_copy(sce_arena_t *arena, sce_span_t *copy, sce_span_t bytes) {
  void *data;
  SCE_TRY(sce_arena_alloc(arena, &data, bytes.len, 1));
  if (bytes.len > 0) memcpy(data, bytes.data, bytes.len);
  *copy = (sce_span_t){data, bytes.len};
  return NULL;
}

void sce_arena_free(sce_arena_t *arena) {
  while (arena->chunks != NULL) {
    sce_arena_chunk_t *next = arena->chunks->next;
    sce_free(arena->chunks);
    arena->chunks = next;
  }
  arena->used = arena->total = 0;
}
