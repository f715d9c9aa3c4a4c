/* key_index.c: the hash index and the ordered list of entry numbers. */
#include "state/key_index.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sys/random.h>
#include <time.h>

uint64_t sce_key_seed(void) {
  uint64_t seed;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed) return seed;
  struct timespec now = {0}; /* early boot: no random bytes yet */
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&seed;
}

uint32_t sce_key_hash(uint64_t seed, sce_span_t key) {
  return (uint32_t)XXH3_64bits_withSeed(key.data, key.len, seed);
}

/* ---- exact lookups ---- */

void sce_hash_index_free(sce_hash_index_t *index) {
  sce_free(index->slots);
  *index = (sce_hash_index_t){0};
}

void sce_hash_index_clear(sce_hash_index_t *index) {
  if (index->slots != NULL) memset(index->slots, 0xff, ((size_t)index->mask + 1) * sizeof *index->slots);
  index->used = 0;
}

void sce_hash_index_add(sce_hash_index_t *index, uint32_t hash, uint32_t id) {
  uint32_t at = hash & index->mask;
  while (index->slots[at].id != SCE_NO_ENTRY) at = (at + 1) & index->mask;
  index->slots[at] = (sce_hash_slot_t){hash, id};
  index->used++;
}

sce_error_t *sce_hash_index_reserve(sce_hash_index_t *index, size_t count) {
  if (count > (size_t)1 << 30) return sce_error_oom();
  size_t slots = index->slots == NULL ? 16 : (size_t)index->mask + 1;
  while (count > slots / 8 * 5) slots *= 2;
  if (index->slots != NULL && slots == (size_t)index->mask + 1) return NULL;
  sce_hash_index_t grown = {sce_realloc_array(NULL, slots, sizeof *grown.slots), (uint32_t)(slots - 1), 0};
  if (grown.slots == NULL) return sce_error_oom();
  sce_hash_index_clear(&grown);
  for (size_t i = 0; index->slots != NULL && i <= index->mask; i++)
    if (index->slots[i].id != SCE_NO_ENTRY) sce_hash_index_add(&grown, index->slots[i].hash, index->slots[i].id);
  sce_free(index->slots);
  *index = grown;
  return NULL;
}

void sce_hash_index_remove(sce_hash_index_t *index, uint32_t hash, uint32_t id) {
  uint32_t at = hash & index->mask;
  while (index->slots[at].id != id) at = (at + 1) & index->mask;
  /* Entries that follow move back over the hole unless that would put them before their own place. */
  for (uint32_t next = (at + 1) & index->mask; index->slots[next].id != SCE_NO_ENTRY; next = (next + 1) & index->mask) {
    uint32_t home = index->slots[next].hash & index->mask;
    if (((next - home) & index->mask) < ((next - at) & index->mask)) continue;
    index->slots[at] = index->slots[next];
    at = next;
  }
  index->slots[at].id = SCE_NO_ENTRY;
  index->used--;
}

/* ---- order ---- */

static sce_span_t key_of(sce_key_view_t view, uint32_t id) {
  const sce_key_head_t *head = sce_key_head_at(view, id);
  return sce_span(head->key, head->key_len);
}

void sce_key_order_free(sce_key_order_t *order) {
  for (size_t i = 0; i < order->count; i++) sce_free(order->chunks[i]);
  sce_free(order->chunks);
  *order = (sce_key_order_t){0};
}

/* Makes room for one chunk more at index `at`, and puts an empty one there. */
static sce_error_t *insert_chunk(sce_key_order_t *order, size_t at) {
  if (order->count == order->cap) {
    size_t cap = order->cap == 0 ? 4 : order->cap * 2;
    sce_order_chunk_t **chunks = sce_realloc_array(order->chunks, cap, sizeof(sce_order_chunk_t *));
    if (chunks == NULL) return sce_error_oom();
    order->chunks = chunks;
    order->cap = cap;
  }
  sce_order_chunk_t *chunk = sce_alloc(sizeof *chunk);
  if (chunk == NULL) return sce_error_oom();
  chunk->count = 0;
  memmove(order->chunks + at + 1, order->chunks + at, (order->count - at) * sizeof(sce_order_chunk_t *));
  order->chunks[at] = chunk;
  order->count++;
  return NULL;
}

sce_error_t *sce_key_order_build(sce_key_order_t *order, const uint32_t *ids, size_t count) {
  for (size_t done = 0; done < count;) {
    size_t take = count - done < SCE_ORDER_CHUNK ? count - done : SCE_ORDER_CHUNK;
    SCE_TRY(insert_chunk(order, order->count));
    sce_order_chunk_t *chunk = order->chunks[order->count - 1];
    memcpy(chunk->ids, ids + done, take * sizeof *ids);
    chunk->count = (uint32_t)take;
    done += take;
  }
  return NULL;
}

/* The chunk where `key` belongs: the last one whose first key is not above it, or the first chunk. */
static size_t chunk_for(const sce_key_order_t *order, sce_key_view_t view, sce_span_t key) {
  size_t low = 0, high = order->count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (sce_span_compare(key_of(view, order->chunks[middle]->ids[0]), key) <= 0)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* The first place in the chunk at or after `key` (`inclusive`), or after it. */
static uint32_t place_in_chunk(const sce_order_chunk_t *chunk, sce_key_view_t view, sce_span_t key, bool inclusive) {
  uint32_t low = 0, high = chunk->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int side = sce_span_compare(key_of(view, chunk->ids[middle]), key);
    if (side < 0 || (side == 0 && !inclusive))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

sce_order_place_t sce_key_order_seek(const sce_key_order_t *order, sce_key_view_t view, sce_span_t key,
                                     bool inclusive) {
  if (order->count == 0) return (sce_order_place_t){0, 0};
  size_t in = chunk_for(order, view, key);
  const sce_order_chunk_t *chunk = order->chunks[in];
  uint32_t low = place_in_chunk(chunk, view, key, inclusive);
  return low < chunk->count ? (sce_order_place_t){in, low} : (sce_order_place_t){in + 1, 0};
}

/* Moves the upper half of a full chunk into a new one behind it. */
static sce_error_t *split_chunk(sce_key_order_t *order, size_t at) {
  SCE_TRY(insert_chunk(order, at + 1));
  sce_order_chunk_t *lower = order->chunks[at], *upper = order->chunks[at + 1];
  upper->count = lower->count / 2;
  lower->count -= upper->count;
  memcpy(upper->ids, lower->ids + lower->count, upper->count * sizeof upper->ids[0]);
  return NULL;
}

sce_error_t *sce_key_order_add(sce_key_order_t *order, sce_key_view_t view, uint32_t id) {
  if (order->count == 0) SCE_TRY(insert_chunk(order, 0));
  sce_span_t key = key_of(view, id);
  size_t in = order->chunks[0]->count == 0 ? 0 : chunk_for(order, view, key);
  if (order->chunks[in]->count == SCE_ORDER_CHUNK) {
    SCE_TRY(split_chunk(order, in));
    in = chunk_for(order, view, key);
  }
  sce_order_chunk_t *chunk = order->chunks[in];
  uint32_t low = place_in_chunk(chunk, view, key, true);
  memmove(chunk->ids + low + 1, chunk->ids + low, (chunk->count - low) * sizeof chunk->ids[0]);
  chunk->ids[low] = id;
  chunk->count++;
  return NULL;
}

void sce_key_order_remove(sce_key_order_t *order, sce_key_view_t view, uint32_t id) {
  sce_order_place_t place = sce_key_order_seek(order, view, key_of(view, id), true);
  if (sce_key_order_at(order, place) != id) return;
  sce_order_chunk_t *chunk = order->chunks[place.chunk];
  chunk->count--;
  memmove(chunk->ids + place.at, chunk->ids + place.at + 1, (chunk->count - place.at) * sizeof chunk->ids[0]);
  if (chunk->count > 0) return;
  sce_free(chunk);
  order->count--;
  memmove(order->chunks + place.chunk, order->chunks + place.chunk + 1,
          (order->count - place.chunk) * sizeof(sce_order_chunk_t *));
}
