/* key_index.h: finding entries by key: a hash index for exact lookups, and an ordered list of entry numbers for walks.
 *
 * Both hold numbers of entries that live in an array of their owner, whose element type begins with an sce_key_head_t;
 * the owner passes that array as an sce_key_view_t. Neither owns keys. One thread may change them at a time; any number
 * may read while nobody changes. */
#ifndef SCE_STATE_KEY_INDEX_H
#define SCE_STATE_KEY_INDEX_H

#include "scexec/base.h"

#include <string.h>

#define SCE_NO_ENTRY UINT32_MAX

/* First member of every indexed element. */
typedef struct sce_key_head {
  const uint8_t *key;
  uint32_t key_len;
  uint32_t hash; /* sce_key_hash of the key, with the seed of the owner */
} sce_key_head_t;

typedef struct sce_key_view {
  const void *entries;
  size_t stride;
} sce_key_view_t;

static inline const sce_key_head_t *sce_key_head_at(sce_key_view_t view, uint32_t id) {
  return (const sce_key_head_t *)(const void *)((const char *)view.entries + (size_t)id * view.stride);
}

/* A seed for sce_key_hash, from the system's random source, so that nobody can choose keys that collide. */
uint64_t sce_key_seed(void);
uint32_t sce_key_hash(uint64_t seed, sce_span_t key);

/* ---- exact lookups ---- */

typedef struct sce_hash_slot {
  uint32_t hash;
  uint32_t id; /* SCE_NO_ENTRY: empty */
} sce_hash_slot_t;

/* All zero is the empty index. Open addressing with linear probing; at most 5/8 full. */
typedef struct sce_hash_index {
  sce_hash_slot_t *slots; /* NULL, or mask + 1 of them */
  uint32_t mask;
  uint32_t used;
} sce_hash_index_t;

void sce_hash_index_free(sce_hash_index_t *index);
/* Forgets all entries; keeps the memory. Costs in proportion to the slots. */
void sce_hash_index_clear(sce_hash_index_t *index);
/* Room for `count` entries in all, so that inserts up to there can't fail. SCE_OUT_OF_MEMORY also above 2^30. */
sce_error_t *sce_hash_index_reserve(sce_hash_index_t *index, size_t count);
/* Adds an entry whose key is not there yet; the room must have been reserved. */
void sce_hash_index_add(sce_hash_index_t *index, uint32_t hash, uint32_t id);
/* Removes an entry that is there. */
void sce_hash_index_remove(sce_hash_index_t *index, uint32_t hash, uint32_t id);

static inline uint32_t sce_hash_index_find(const sce_hash_index_t *index, sce_key_view_t view, uint32_t hash,
                                           sce_span_t key) {
  if (index->slots == NULL) return SCE_NO_ENTRY;
  for (uint32_t at = hash & index->mask;; at = (at + 1) & index->mask) {
    sce_hash_slot_t slot = index->slots[at];
    if (slot.id == SCE_NO_ENTRY) return SCE_NO_ENTRY;
    if (slot.hash != hash) continue;
    const sce_key_head_t *head = sce_key_head_at(view, slot.id);
    if (head->key_len == key.len && (key.len == 0 || memcmp(head->key, key.data, key.len) == 0)) return slot.id;
  }
}

/* ---- order ---- */

#define SCE_ORDER_CHUNK 128

typedef struct sce_order_chunk {
  uint32_t count; /* 1 to SCE_ORDER_CHUNK */
  uint32_t ids[SCE_ORDER_CHUNK];
} sce_order_chunk_t;

/* Entry numbers in bytewise order of their keys. All zero is the empty order. */
typedef struct sce_key_order {
  sce_order_chunk_t **chunks;
  size_t count;
  size_t cap;
} sce_key_order_t;

/* A place in an order: chunk == count is the end. */
typedef struct sce_order_place {
  size_t chunk;
  uint32_t at;
} sce_order_place_t;

void sce_key_order_free(sce_key_order_t *order);
/* Fills an empty order with `count` numbers, sorted already. */
sce_error_t *sce_key_order_build(sce_key_order_t *order, const uint32_t *ids, size_t count);
/* Adds an entry whose key is not there yet. On failure the order is unchanged. */
sce_error_t *sce_key_order_add(sce_key_order_t *order, sce_key_view_t view, uint32_t id);
/* Removes the entry with the key of `id`, if there. */
void sce_key_order_remove(sce_key_order_t *order, sce_key_view_t view, uint32_t id);
/* The first place at or after `key` (`inclusive`), or after it. */
sce_order_place_t sce_key_order_seek(const sce_key_order_t *order, sce_key_view_t view, sce_span_t key, bool inclusive);

static inline uint32_t sce_key_order_at(const sce_key_order_t *order, sce_order_place_t place) {
  return place.chunk < order->count ? order->chunks[place.chunk]->ids[place.at] : SCE_NO_ENTRY;
}
static inline sce_order_place_t sce_key_order_next(const sce_key_order_t *order, sce_order_place_t place) {
  if (place.chunk < order->count && ++place.at == order->chunks[place.chunk]->count)
    place = (sce_order_place_t){place.chunk + 1, 0};
  return place;
}

/* Sorts numbers by their entries' keys; equal keys by number (key_sort.c). */
sce_error_t *sce_key_sort(uint32_t *ids, size_t count, sce_key_view_t view);

#endif
