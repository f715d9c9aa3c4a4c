/* trie_set.c: open addressing over an array of items. */
#include "state/trie_set.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/error.h"

#include <string.h>

void sce_trie_set_free(sce_trie_set_t *set) {
  sce_free(set->items);
  sce_free(set->slots);
  sce_trie_arena_free(&set->arena);
  *set = (sce_trie_set_t){0};
}

/* The slot of a hash: its item's, or the free one where it would go. */
static size_t slot_of(const sce_trie_set_t *set, const uint8_t hash[32]) {
  size_t at = (size_t)sce_load_le64(hash) & set->mask;
  while (set->slots[at] != 0 && memcmp(set->items[set->slots[at] - 1].hash, hash, 32) != 0) at = (at + 1) & set->mask;
  return at;
}

const sce_trie_set_item_t *sce_trie_set_find(const sce_trie_set_t *set, const uint8_t hash[32]) {
  if (set->count == 0) return NULL;
  uint32_t number = set->slots[slot_of(set, hash)];
  return number == 0 ? NULL : &set->items[number - 1];
}

/* Room for one more: slots stay at most half full. */
static sce_error_t *grow(sce_trie_set_t *set) {
  if (set->count < set->cap) return NULL;
  size_t cap = set->cap == 0 ? 64 : 2 * set->cap;
  if (cap > UINT32_MAX / 2) return sce_error_oom();
  sce_trie_set_item_t *items = sce_realloc_array(set->items, cap, sizeof *items);
  if (items == NULL) return sce_error_oom();
  set->items = items;
  uint32_t *slots = sce_calloc(2 * cap, sizeof *slots);
  if (slots == NULL) return sce_error_oom();
  sce_free(set->slots);
  set->slots = slots;
  set->mask = 2 * cap - 1;
  set->cap = cap;
  for (size_t i = 0; i < set->count; i++) slots[slot_of(set, items[i].hash)] = (uint32_t)i + 1;
  return NULL;
}

static size_t compact_size(size_t len) {
  return len < 1 << 6 ? 1 : len < 1 << 14 ? 2 : len < 1 << 30 ? 4 : 5;
}

sce_error_t *sce_trie_set_add(sce_trie_set_t *set, const uint8_t hash[32], sce_span_t bytes) {
  if (sce_trie_set_find(set, hash) != NULL) return NULL;
  if (bytes.len > UINT32_MAX) return sce_error_new(SCE_BAD_INPUT, "a trie node has %zu bytes", bytes.len);
  SCE_TRY(grow(set));
  uint8_t *copy = sce_trie_arena_take(&set->arena, bytes.len);
  if (copy == NULL) return sce_error_oom();
  if (bytes.len > 0) memcpy(copy, bytes.data, bytes.len);
  set->slots[slot_of(set, hash)] = (uint32_t)set->count + 1;
  sce_trie_set_item_t *item = &set->items[set->count++];
  memcpy(item->hash, hash, 32);
  item->bytes = (sce_span_t){copy, bytes.len};
  set->size += compact_size(bytes.len) + bytes.len;
  return NULL;
}
