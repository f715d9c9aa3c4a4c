/* storage.h: from storage keys to storage entries. */
#ifndef SCE_METADATA_STORAGE_H
#define SCE_METADATA_STORAGE_H

#include "metadata/model.h"

/* twox_128(prefix) and twox_128(name) of an entry, sorted by them in md->places. */
typedef struct sce_storage_place {
  uint8_t prefix[32];
  const sce_pallet_t *pallet;
  const sce_storage_t *entry;
  bool head; /* the key of the first item of a linked map (V2 to V10), not the map itself */
} sce_storage_place_t;

/* Fills md->places. */
sce_error_t *sce_storage_index_build(sce_metadata_t *md);

/* The place that a key of at least 32 bytes begins with, or NULL. */
const sce_storage_place_t *sce_storage_index_find(const sce_metadata_t *md, sce_span_t key);

/* Bytes that a hasher puts before the key, and whether the key follows. */
size_t sce_hasher_size(sce_hasher_t hasher);
bool sce_hasher_has_key(sce_hasher_t hasher);
/* "Blake2_128Concat" and so on. */
const char *sce_hasher_name(sce_hasher_t hasher);

#endif
