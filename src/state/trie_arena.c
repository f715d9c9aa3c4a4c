/* trie_arena.c: chunks that double in size. */
#include "state/trie_arena.h"

#include "base/alloc.h"
#include "base/checked.h"

#define FIRST_CHUNK ((size_t)16 << 10)
#define LARGEST_CHUNK ((size_t)1 << 20)

struct sce_trie_chunk {
  struct sce_trie_chunk *older;
  size_t size;
};

void *sce_trie_arena_take(sce_trie_arena_t *arena, size_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  size = size == 0 ? 8 : (size + 7) & ~(size_t)7;
  if (size > arena->left) {
    size_t chunk_size = arena->chunks == NULL ? FIRST_CHUNK : arena->chunks->size * 2;
    if (chunk_size > LARGEST_CHUNK) chunk_size = LARGEST_CHUNK;
    if (chunk_size < size) chunk_size = size;
    struct sce_trie_chunk *chunk = sce_alloc(sizeof *chunk + chunk_size);
    if (chunk == NULL) return NULL;
    chunk->older = arena->chunks;
    chunk->size = chunk_size;
    arena->chunks = chunk;
    arena->next = (uint8_t *)(chunk + 1);
    arena->left = chunk_size;
  }
  void *taken = arena->next;
  arena->next += size;
  arena->left -= size;
  return taken;
}

void sce_trie_arena_free(sce_trie_arena_t *arena) {
  while (arena->chunks != NULL) {
    struct sce_trie_chunk *chunk = arena->chunks;
    arena->chunks = chunk->older;
    sce_free(chunk);
  }
  *arena = (sce_trie_arena_t){0};
}
