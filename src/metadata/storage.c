/* storage.c: the index of storage entries by the first 32 bytes of their keys, and hashers. Source: frame-support,
 * storage/mod.rs, storage_prefix(): twox_128(pallet's prefix) ++ twox_128(entry), and hash.rs for the hashers. */
#include "metadata/storage.h"

#include "base/buf.h"
#include "base/error.h"
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

size_t sce_hasher_size(sce_hasher_t hasher) {
  static const uint8_t sizes[] = {16, 32, 16, 16, 32, 8, 0};
  return sizes[hasher];
}

bool sce_hasher_has_key(sce_hasher_t hasher) {
  return hasher == SCE_HASHER_BLAKE2_128_CONCAT || hasher == SCE_HASHER_TWOX_64_CONCAT || hasher == SCE_HASHER_IDENTITY;
}

const char *sce_hasher_name(sce_hasher_t hasher) {
  static const char *const names[] = {"Blake2_128", "Blake2_256",   "Blake2_128Concat", "Twox128",
                                      "Twox256",    "Twox64Concat", "Identity"};
  return names[hasher];
}

static int compare_places(const void *a, const void *b) {
  const sce_storage_place_t *x = a, *y = b;
  int order = memcmp(x->prefix, y->prefix, sizeof x->prefix);
  /* Entries of the same key (metadata that names one twice) stay in the order of their pallets. */
  return order != 0 ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

/* The first item of a linked map is under "HeadOf" and its name (srml-support, storage/generator/linked_map.rs). */
static sce_error_t *hash_head(uint8_t out[16], sce_span_t name) {
  sce_buf_t text = {0};
  sce_error_t *err = sce_buf_printf(&text, "HeadOf%.*s", (int)name.len, (const char *)name.data);
  if (err == NULL) sce_twox_128(out, sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *add_places(sce_storage_place_t *places, uint32_t *count, const sce_pallet_t *pallet) {
  uint8_t prefix[16];
  sce_twox_128(prefix, pallet->storage_prefix);
  for (uint32_t i = 0; i < pallet->storage_count; i++) {
    sce_storage_place_t *p = &places[(*count)++];
    *p = (sce_storage_place_t){.pallet = pallet, .entry = &pallet->storage[i]};
    memcpy(p->prefix, prefix, sizeof prefix);
    sce_twox_128(p->prefix + sizeof prefix, pallet->storage[i].name);
    if (!pallet->storage[i].linked) continue;
    sce_storage_place_t *head = &places[(*count)++];
    *head = *p;
    head->head = true;
    SCE_TRY(hash_head(head->prefix + sizeof prefix, pallet->storage[i].name));
  }
  return NULL;
}

/* Plain values of old keys. */
static sce_error_t *add_old_places(sce_storage_place_t *places, uint32_t *count, const sce_pallet_t *pallet) {
  for (uint32_t i = 0; i < pallet->storage_count; i++) {
    const sce_storage_t *entry = &pallet->storage[i];
    sce_buf_t text = {0};
    if (entry->key_count > 0) continue;
    sce_error_t *err = sce_storage_old_text(&text, pallet, entry);
    if (err == NULL) {
      places[*count] = (sce_storage_place_t){.pallet = pallet, .entry = entry};
      sce_twox_128(places[(*count)++].prefix, sce_buf_span(&text));
    }
    sce_buf_free(&text);
    SCE_TRY(err);
  }
  return NULL;
}

sce_error_t *sce_storage_old_text(sce_buf_t *text, const sce_pallet_t *pallet, const sce_storage_t *entry) {
  return sce_buf_printf(text, "%.*s %.*s", (int)pallet->storage_prefix.len, (const char *)pallet->storage_prefix.data,
                        (int)entry->name.len, (const char *)entry->name.data);
}

sce_error_t *sce_storage_index_build(sce_metadata_t *md) {
  size_t most = 0;
  uint32_t count = 0;
  void *room;
  for (uint32_t i = 0; i < md->pallet_count; i++) most += 2 * (size_t)md->pallets[i].storage_count;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, most, sizeof(sce_storage_place_t)));
  sce_storage_place_t *places = room;
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *pallet = &md->pallets[i];
    if (pallet->storage_count == 0) continue;
    SCE_TRY(sce_storage_keys_are_old(md) ? add_old_places(places, &count, pallet) : add_places(places, &count, pallet));
  }
  if (count > 0) qsort(places, count, sizeof *places, compare_places);
  md->places = places;
  md->place_count = count;
  return NULL;
}

const sce_storage_place_t *sce_storage_index_find(const sce_metadata_t *md, sce_span_t key) {
  uint32_t low = 0, high = md->place_count;
  uint8_t prefix[sizeof md->places->prefix] = {0};
  size_t size = sce_storage_prefix_size(md);
  if (key.len < size || (sce_storage_keys_are_old(md) && key.len > size)) return NULL;
  memcpy(prefix, key.data, size);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (memcmp(md->places[middle].prefix, prefix, sizeof prefix) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == md->place_count || memcmp(md->places[low].prefix, prefix, sizeof prefix) != 0) return NULL;
  return &md->places[low];
}
