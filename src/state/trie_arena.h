/* trie_arena.h: memory that one trie computation takes bit by bit and gives back at once. */
#ifndef SCE_STATE_TRIE_ARENA_H
#define SCE_STATE_TRIE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* All zero is the empty arena. One thread. */
typedef struct sce_trie_arena {
  struct sce_trie_chunk *chunks; /* newest first */
  size_t left;                   /* bytes free in the newest */
  uint8_t *next;
} sce_trie_arena_t;

/* `size` bytes, uninitialised, aligned to 8; NULL when there is no memory. Valid until the arena is freed. */
void *sce_trie_arena_take(sce_trie_arena_t *arena, size_t size);
/* Frees everything taken; the arena is then empty and may be used again. */
void sce_trie_arena_free(sce_trie_arena_t *arena);

#endif
