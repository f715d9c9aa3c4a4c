/* overlay_map.h: pending writes of one trie, with the older versions that open transactions may bring back.
 *
 * Source: sp-state-machine 0.54, overlayed_changes/changeset.rs, in other clothes: an entry holds the newest version of
 * its value, and each write that first touches an entry inside a layer leaves the version from before in the overlay's
 * undo list (overlay.c). Rolling back a layer undoes its records, newest first; so entries leave a map in the reverse
 * of the order in which they came. */
#ifndef SCE_STATE_OVERLAY_MAP_H
#define SCE_STATE_OVERLAY_MAP_H

#include "state/key_index.h"

/* Bytes of a value, shared by versions of one entry: an append keeps writing behind the end that older versions know.
 * Counts are not atomic: an overlay belongs to one thread. */
typedef struct sce_ov_bytes {
  uint32_t refs;
  size_t cap;
  uint8_t *data; /* `room`, or memory of its own once it has grown */
  uint8_t room[];
} sce_ov_bytes_t;

typedef enum sce_ov_kind {
  SCE_OV_UNTOUCHED, /* the backend's value shows; only as the version before the first write */
  SCE_OV_REMOVED,
  SCE_OV_SET
} sce_ov_kind_t;

typedef struct sce_ov_version {
  sce_ov_kind_t kind;
  uint32_t depth;        /* layer that wrote it: 0 the base */
  sce_ov_bytes_t *bytes; /* SCE_OV_SET: the value is [start, start + len) of its data */
  uint32_t start;        /* room in front, in which a length prefix can grow */
  size_t len;
} sce_ov_version_t;

typedef struct sce_ov_entry {
  sce_key_head_t head; /* head.key is owned; NULL: a free slot, head.hash is the next one */
  sce_ov_version_t now;
  bool ordered; /* is in the map's order, not in `pending` */
} sce_ov_entry_t;

/* The last walk over removed keys: no key lives between `from` and `to`, both excluded. */
typedef struct sce_ov_gap {
  bool known;
  bool to_end; /* there is no `to` */
  sce_buf_t from;
  sce_buf_t to;
} sce_ov_gap_t;

/* All zero, then sce_ov_map_init. */
typedef struct sce_ov_map {
  sce_ov_entry_t *entries;
  uint32_t slots;
  uint32_t cap;
  uint32_t count;
  uint32_t free_slot;
  uint64_t seed;
  sce_hash_index_t index;
  sce_key_order_t order; /* made when an ordered walk asks for it */
  uint32_t *pending;     /* entries that are not in `order` yet, oldest first */
  uint32_t pending_count;
  uint32_t pending_cap;
  sce_ov_gap_t gap;
} sce_ov_map_t;

void sce_ov_map_init(sce_ov_map_t *map, uint64_t seed);
/* Forgets all entries; cost in proportion to what was written. Keeps a moderate amount of memory for the next use. */
void sce_ov_map_clear(sce_ov_map_t *map);
void sce_ov_map_free(sce_ov_map_t *map);

/* SCE_NO_ENTRY when nothing was written under `key`. */
static inline uint32_t sce_ov_map_find(const sce_ov_map_t *map, sce_span_t key) {
  if (map->count == 0) return SCE_NO_ENTRY;
  sce_key_view_t view = {map->entries, sizeof *map->entries};
  return sce_hash_index_find(&map->index, view, sce_key_hash(map->seed, key), key);
}
/* The entry of `key`, made where there is none: then its version is SCE_OV_UNTOUCHED at depth 0. */
sce_error_t *sce_ov_map_make(sce_ov_map_t *map, uint32_t *id, sce_span_t key);
/* Removes an untouched entry. Cheap where it is the newest, as it is when layers are rolled back. */
void sce_ov_map_drop(sce_ov_map_t *map, uint32_t id);

static inline sce_key_view_t sce_ov_map_view(const sce_ov_map_t *map) {
  return (sce_key_view_t){map->entries, sizeof *map->entries};
}
static inline sce_span_t sce_ov_value(const sce_ov_version_t *version) {
  return (sce_span_t){version->bytes->data + version->start, version->len};
}

/* Brings `order` up to date; to be called before it is walked. */
sce_error_t *sce_ov_map_sort(sce_ov_map_t *map);

/* Notes that `key` has come to life (or may have: pass NULL), so that the gap does not hide it. */
void sce_ov_gap_forget(sce_ov_map_t *map, const sce_span_t *key);

/* ---- versions ---- */

/* Bytes that begin with room for a longer prefix, holding `value`; one reference. */
#define SCE_OV_HEAD 4
sce_error_t *sce_ov_version_set(sce_ov_version_t *version, sce_span_t value, size_t extra);
void sce_ov_version_release(sce_ov_version_t *version);

/* A SCALE vector's length prefix at the start of `value`: its size in bytes, 0 when it is not a compact u32 in its
 * shortest form (what StorageAppend::extract_length refuses). */
size_t sce_ov_vector_length(uint32_t *count, sce_span_t value);
/* Appends an item to a version that is set and begins with `prefix` bytes of length `count`. In place: other versions
 * that share the bytes stay valid but for their prefix. */
sce_error_t *sce_ov_version_append(sce_ov_version_t *version, size_t prefix, uint32_t count, sce_span_t item);

#endif
