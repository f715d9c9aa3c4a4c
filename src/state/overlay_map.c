/* overlay_map.c: the map of pending writes of one trie, and the versions of their values. */
#include "state/overlay_map.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"

/* A cleared map keeps the memory of up to this many entries. */
#define KEPT_ENTRIES 4096

void sce_ov_map_init(sce_ov_map_t *map, uint64_t seed) {
  *map = (sce_ov_map_t){.free_slot = SCE_NO_ENTRY, .seed = seed};
}

static void free_entry(sce_ov_entry_t *entry) {
  sce_ov_version_release(&entry->now);
  sce_free((void *)(uintptr_t)entry->head.key);
}

/* A few entries leave the index one by one; many are cheaper to forget all at once. */
static void clear_index(sce_ov_map_t *map) {
  if (map->index.slots == NULL) return;
  if (map->index.mask >= 2 * KEPT_ENTRIES) {
    sce_hash_index_free(&map->index);
  } else if (map->count > map->index.mask / 16) {
    sce_hash_index_clear(&map->index);
  } else {
    for (uint32_t i = 0; i < map->slots; i++)
      if (map->entries[i].head.key != NULL) sce_hash_index_remove(&map->index, map->entries[i].head.hash, i);
  }
}

void sce_ov_map_clear(sce_ov_map_t *map) {
  if (map->slots == 0) return;
  clear_index(map);
  for (uint32_t i = 0; i < map->slots; i++)
    if (map->entries[i].head.key != NULL) free_entry(&map->entries[i]);
  sce_key_order_free(&map->order);
  sce_ov_gap_forget(map, NULL);
  if (map->cap > KEPT_ENTRIES) {
    sce_free(map->entries);
    map->entries = NULL;
    map->cap = 0;
  }
  if (map->pending_cap > KEPT_ENTRIES) {
    sce_free(map->pending);
    map->pending = NULL;
    map->pending_cap = 0;
  }
  map->slots = map->count = map->pending_count = 0;
  map->free_slot = SCE_NO_ENTRY;
}

void sce_ov_map_free(sce_ov_map_t *map) {
  sce_ov_map_clear(map);
  sce_free(map->entries);
  sce_free(map->pending);
  sce_hash_index_free(&map->index);
  sce_buf_free(&map->gap.from);
  sce_buf_free(&map->gap.to);
  *map = (sce_ov_map_t){0};
}

/* ---- entries ---- */

/* Room for one entry and one pending number more. */
static sce_error_t *reserve_entry(sce_ov_map_t *map) {
  SCE_TRY(sce_hash_index_reserve(&map->index, (size_t)map->count + 1));
  if (map->slots == map->cap) {
    if (map->cap >= (uint32_t)1 << 30) return sce_error_oom();
    uint32_t cap = map->cap == 0 ? 32 : map->cap * 2;
    sce_ov_entry_t *entries = sce_realloc_array(map->entries, cap, sizeof *entries);
    if (entries == NULL) return sce_error_oom();
    map->entries = entries;
    map->cap = cap;
  }
  if (map->pending_count == map->pending_cap) {
    uint32_t cap = map->pending_cap == 0 ? 32 : map->pending_cap * 2;
    uint32_t *pending = sce_realloc_array(map->pending, cap, sizeof *pending);
    if (pending == NULL) return sce_error_oom();
    map->pending = pending;
    map->pending_cap = cap;
  }
  return NULL;
}

sce_error_t *sce_ov_map_make(sce_ov_map_t *map, uint32_t *id, sce_span_t key) {
  uint32_t hash = sce_key_hash(map->seed, key);
  *id = sce_hash_index_find(&map->index, sce_ov_map_view(map), hash, key);
  if (*id != SCE_NO_ENTRY) return NULL;
  if (key.len >= UINT32_MAX) return sce_error_new(SCE_BAD_INPUT, "storage key of 4 GiB or more");
  SCE_TRY(reserve_entry(map));
  uint8_t *copy = sce_alloc(key.len);
  if (copy == NULL) return sce_error_oom();
  if (key.len > 0) memcpy(copy, key.data, key.len);
  *id = map->free_slot != SCE_NO_ENTRY ? map->free_slot : map->slots++;
  if (*id == map->free_slot) map->free_slot = map->entries[*id].head.hash;
  map->entries[*id] = (sce_ov_entry_t){.head = {copy, (uint32_t)key.len, hash}};
  map->pending[map->pending_count++] = *id;
  map->count++;
  sce_hash_index_add(&map->index, hash, *id);
  return NULL;
}

static void drop_pending(sce_ov_map_t *map, uint32_t id) {
  uint32_t at = map->pending_count;
  while (at > 0 && map->pending[at - 1] != id) at--;
  if (at == 0) return;
  map->pending_count--;
  memmove(map->pending + at - 1, map->pending + at, (map->pending_count - (at - 1)) * sizeof *map->pending);
}

void sce_ov_map_drop(sce_ov_map_t *map, uint32_t id) {
  sce_ov_entry_t *entry = &map->entries[id];
  if (entry->ordered)
    sce_key_order_remove(&map->order, sce_ov_map_view(map), id);
  else
    drop_pending(map, id);
  sce_hash_index_remove(&map->index, entry->head.hash, id);
  free_entry(entry);
  *entry = (sce_ov_entry_t){.head = {NULL, 0, map->free_slot}};
  map->free_slot = id;
  map->count--;
}

/* Builds the order anew from all entries: cheaper than adding many one by one. */
static sce_error_t *rebuild_order(sce_ov_map_t *map) {
  uint32_t *ids = sce_realloc_array(NULL, map->count, sizeof *ids);
  if (ids == NULL) return sce_error_oom();
  uint32_t count = 0;
  for (uint32_t i = 0; i < map->slots; i++)
    if (map->entries[i].head.key != NULL) ids[count++] = i;
  sce_key_order_t order = {0};
  sce_error_t *err = sce_key_sort(ids, count, sce_ov_map_view(map));
  if (err == NULL) err = sce_key_order_build(&order, ids, count);
  sce_free(ids);
  if (err != NULL) {
    sce_key_order_free(&order);
    return err;
  }
  sce_key_order_free(&map->order);
  map->order = order;
  for (uint32_t i = 0; i < map->pending_count; i++) map->entries[map->pending[i]].ordered = true;
  map->pending_count = 0;
  return NULL;
}

/* Adds the oldest pending entries, so that what stays pending is the newest. */
static sce_error_t *add_pending(sce_ov_map_t *map) {
  uint32_t done = 0;
  sce_error_t *err = NULL;
  for (; done < map->pending_count; done++) {
    uint32_t id = map->pending[done];
    if ((err = sce_key_order_add(&map->order, sce_ov_map_view(map), id)) != NULL) break;
    map->entries[id].ordered = true;
  }
  map->pending_count -= done;
  memmove(map->pending, map->pending + done, map->pending_count * sizeof *map->pending);
  return err;
}

sce_error_t *sce_ov_map_sort(sce_ov_map_t *map) {
  if (map->pending_count == 0) return NULL;
  return map->pending_count > 16 && map->pending_count > map->count / 8 ? rebuild_order(map) : add_pending(map);
}

void sce_ov_gap_forget(sce_ov_map_t *map, const sce_span_t *key) {
  sce_ov_gap_t *gap = &map->gap;
  if (!gap->known) return;
  if (key != NULL && (sce_span_compare(*key, sce_buf_span(&gap->from)) <= 0 ||
                      (!gap->to_end && sce_span_compare(*key, sce_buf_span(&gap->to)) >= 0)))
    return;
  gap->known = false;
}

/* ---- versions ---- */

static void release_bytes(sce_ov_bytes_t *bytes) {
  if (bytes == NULL || --bytes->refs > 0) return;
  if (bytes->data != bytes->room) sce_free(bytes->data);
  sce_free(bytes);
}

void sce_ov_version_release(sce_ov_version_t *version) {
  release_bytes(version->bytes);
  version->bytes = NULL;
}

sce_error_t *sce_ov_version_set(sce_ov_version_t *version, sce_span_t value, size_t extra) {
  size_t cap, size;
  if (!sce_add_size(value.len, SCE_OV_HEAD, &cap) || !sce_add_size(cap, extra, &cap) ||
      !sce_add_size(cap, sizeof(sce_ov_bytes_t), &size))
    return sce_error_oom();
  sce_ov_bytes_t *old = version->bytes, *bytes = old;
  /* Bytes that nobody shares are written again, unless that would keep far more than is needed. */
  if (old == NULL || old->refs > 1 || old->cap < cap || old->cap / 4 > cap + 64) {
    bytes = sce_alloc(size);
    if (bytes == NULL) return sce_error_oom();
    *bytes = (sce_ov_bytes_t){1, cap, NULL};
    bytes->data = bytes->room;
  }
  if (bytes == old && value.len > 0) { /* it may be part of what is written over */
    memmove(bytes->data + SCE_OV_HEAD, value.data, value.len);
  } else if (bytes != old) {
    sce_error_t *err = sce_budget_copy(bytes->data + SCE_OV_HEAD, value.data, value.len);
    release_bytes(err == NULL ? old : bytes);
    if (err != NULL) return err;
  }
  version->kind = SCE_OV_SET;
  version->bytes = bytes;
  version->start = SCE_OV_HEAD;
  version->len = value.len;
  return NULL;
}

size_t sce_ov_vector_length(uint32_t *count, sce_span_t value) {
  if (value.len == 0) return 0;
  const uint8_t *at = value.data;
  switch (at[0] & 3) {
    case 0: *count = at[0] >> 2; return 1;
    case 1:
      if (value.len < 2) return 0;
      *count = (uint32_t)sce_load_le16(at) >> 2;
      return *count > 0x3f ? 2 : 0;
    case 2:
      if (value.len < 4) return 0;
      *count = sce_load_le32(at) >> 2;
      return *count > 0x3fff ? 4 : 0;
    default:
      if (value.len < 5 || at[0] != 3) return 0;
      *count = sce_load_le32(at + 1);
      return *count > 0x3fffffff ? 5 : 0;
  }
}

/* Writes a compact u32; gives its size, at most 5. */
static size_t write_length(uint8_t out[5], uint32_t count) {
  if (count <= 0x3f) {
    out[0] = (uint8_t)(count << 2);
    return 1;
  }
  if (count <= 0x3fff) {
    sce_store_le16(out, (uint16_t)(count << 2 | 1));
    return 2;
  }
  if (count <= 0x3fffffff) {
    sce_store_le32(out, count << 2 | 2);
    return 4;
  }
  out[0] = 3;
  sce_store_le32(out + 1, count);
  return 5;
}

static sce_error_t *grow_bytes(sce_ov_bytes_t *bytes, size_t used, size_t need) {
  if (need <= bytes->cap) return NULL;
  size_t cap = need > SIZE_MAX / 2 ? need : need * 2;
  bool moved = bytes->data != bytes->room;
  uint8_t *data = sce_realloc(moved ? bytes->data : NULL, cap);
  if (data == NULL) return sce_error_oom();
  if (!moved) memcpy(data, bytes->room, used);
  bytes->data = data;
  bytes->cap = cap;
  return NULL;
}

sce_error_t *sce_ov_version_append(sce_ov_version_t *version, size_t prefix, uint32_t count, sce_span_t item) {
  size_t end = version->start + version->len, need;
  if (!sce_add_size(end, item.len, &need)) return sce_error_oom();
  SCE_TRY(grow_bytes(version->bytes, end, need));
  uint8_t length[5];
  size_t size = write_length(length, count + 1); /* 2^32 - 1 wraps to 0, as in upstream's release builds */
  /* The head has room: prefixes of one value grow by at most 4 bytes in all. */
  version->start = (uint32_t)(version->start + prefix - size);
  memcpy(version->bytes->data + version->start, length, size);
  if (item.len > 0) memcpy(version->bytes->data + end, item.data, item.len);
  version->len += size + item.len - prefix;
  return NULL;
}
