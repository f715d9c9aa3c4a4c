/* storage.h: from storage keys to storage entries. */
#ifndef SCE_METADATA_STORAGE_H
#define SCE_METADATA_STORAGE_H

#include "metadata/model.h"

/* twox_128(prefix) and twox_128(name) of an entry, sorted by them in md->places. Of old keys the one hash that the key
 * of a plain value is, and zeros. */
typedef struct sce_storage_place {
  uint8_t prefix[32];
  const sce_pallet_t *pallet;
  const sce_storage_t *entry;
  bool head; /* the key of the first item of a linked map (V2 to V10), not the map itself */
} sce_storage_place_t;

/* Fills md->places. */
sce_error_t *sce_storage_index_build(sce_metadata_t *md);

/* With metadata of V8 and before a key is not made of hashed parts: the hasher, twox_128 of a plain value, has the text
 * "Prefix Name" with the first key behind it, and hashes to nothing that says which item it is. Source: srml-support of
 * 2019, storage/generator.rs; @polkadot/metadata 1.13, storage/fromMetadata/createFunction. */
static inline bool sce_storage_keys_are_old(const sce_metadata_t *md) {
  return md->version <= 8;
}
/* Bytes of a key that are its place's. */
static inline size_t sce_storage_prefix_size(const sce_metadata_t *md) {
  return sce_storage_keys_are_old(md) ? 16 : 32;
}

/* The place that a key begins with, or NULL: shorter keys and maps of old keys have none. */
const sce_storage_place_t *sce_storage_index_find(const sce_metadata_t *md, sce_span_t key);

/* Appends "Prefix Name". */
sce_error_t *sce_storage_old_text(sce_buf_t *text, const sce_pallet_t *pallet, const sce_storage_t *entry);

/* Bytes that a hasher puts before the key, and whether the key follows. */
size_t sce_hasher_size(sce_hasher_t hasher);
bool sce_hasher_has_key(sce_hasher_t hasher);
/* "Blake2_128Concat" and so on. */
const char *sce_hasher_name(sce_hasher_t hasher);

#endif
