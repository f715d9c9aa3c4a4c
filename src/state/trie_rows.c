/* trie_rows.c: see trie_rows.h. */
#include "state/trie_rows.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "state/trie_node.h"

static const uint8_t empty_node[1] = {0};

void sce_trie_pack(uint8_t *key, const uint8_t *nibbles, size_t len) {
  for (size_t i = 0; i + 1 < len; i += 2) key[i / 2] = (uint8_t)(nibbles[i] << 4 | nibbles[i + 1]);
  if (len & 1) key[len / 2] = (uint8_t)(nibbles[len - 1] << 4);
}

static bool begins_with(sce_span_t key, const uint8_t *nibbles, size_t len) {
  if (key.len < len / 2 + (len & 1)) return false;
  for (size_t i = 0; i < len; i++) {
    if (sce_trie_key_nibble(key.data, i) != nibbles[i]) return false;
  }
  return true;
}

/* The encoding of the leaf of an entry whose partial key starts at nibble `skip`. */
static sce_error_t *make_leaf(sce_trie_rows_t *rows, sce_span_t *bytes, const sce_entry_t *entry, size_t skip) {
  if (entry->key.len > SIZE_MAX / 4 || entry->value.len > UINT32_MAX) {
    return sce_error_new(SCE_BAD_STATE, "a stored value of %zu bytes under a key of %zu is too long", entry->value.len,
                         entry->key.len);
  }
  size_t nibbles = 2 * entry->key.len - skip;
  size_t room = SCE_TRIE_HEADER_ROOM(nibbles) + nibbles / 2 + 1 + SCE_TRIE_COMPACT_ROOM + entry->value.len + 32;
  uint8_t *node = sce_trie_arena_take(&rows->arena, room);
  if (node == NULL) return sce_error_oom();
  sce_trie_value_kind_t kind = entry->hashed ? SCE_TRIE_HASHED : SCE_TRIE_INLINE;
  uint8_t *at = sce_trie_write_header(node, SCE_TRIE_LEAF, kind, nibbles);
  at = sce_trie_write_partial(at, entry->key.data, skip, nibbles);
  if (entry->hashed) {
    sce_blake2b_256(at, entry->value);
    at += 32;
  } else {
    at = sce_trie_write_bytes(at, entry->value.data, entry->value.len);
  }
  *bytes = sce_span(node, (size_t)(at - node));
  return NULL;
}

static sce_error_t *find_leaf(sce_trie_rows_t *rows, sce_span_t *bytes, const sce_trie_place_t *place) {
  const sce_backend_t *backend = rows->backend;
  size_t len = place->path_len / 2 + (place->path_len & 1);
  uint8_t *key = sce_trie_arena_take(&rows->arena, len);
  if (key == NULL) return sce_error_oom();
  sce_trie_pack(key, place->path, place->path_len);
  sce_walk_t walk;
  SCE_TRY(backend->ops->seek(backend, &walk, rows->trie, sce_span(key, len), true));
  if (walk.found && begins_with(walk.entry.key, place->path, place->path_len)) {
    return make_leaf(rows, bytes, &walk.entry, place->path_len);
  }
  if (place->path_len > 0) {
    return sce_error_new(SCE_BAD_STATE, "the state's trie has a leaf %zu nibbles deep for which there is no value",
                         place->path_len);
  }
  *bytes = sce_span(empty_node, 1);
  return NULL;
}

static bool hangs_leaf(const sce_trie_place_t *place) {
  return place->parent != NULL && (sce_load_le16(place->parent) >> place->path[place->path_len - 1] & 1) != 0;
}

static sce_error_t *fetch_row(void *ctx, sce_trie_fetched_t *node, const sce_trie_place_t *place) {
  sce_trie_rows_t *rows = ctx;
  const sce_backend_t *backend = rows->backend;
  node->handle = NULL;
  if (rows->trie == SCE_TRIE_NONE) {
    node->bytes = sce_span(empty_node, 1);
    return NULL;
  }
  if (hangs_leaf(place)) return find_leaf(rows, &node->bytes, place);
  bool found;
  sce_span_t record;
  SCE_TRY(backend->ops->node_get(backend, &found, &record, rows->trie, (sce_nibbles_t){place->path, place->path_len}));
  if (!found && place->path_len == 0) return find_leaf(rows, &node->bytes, place);
  if (!found || record.len <= SCE_TRIE_RECORD_HEAD) {
    return sce_error_new(SCE_BAD_STATE, "the state's trie lacks a branch %zu nibbles deep", place->path_len);
  }
  node->handle = record.data;
  node->bytes = sce_span_skip(record, SCE_TRIE_RECORD_HEAD);
  return NULL;
}

static sce_error_t *fetch_row_value(void *ctx, sce_span_t *value, const sce_trie_place_t *place) {
  sce_trie_rows_t *rows = ctx;
  uint8_t *key = sce_trie_arena_take(&rows->arena, place->path_len / 2);
  if (key == NULL) return sce_error_oom();
  sce_trie_pack(key, place->path, place->path_len);
  bool found;
  sce_entry_t entry;
  SCE_TRY(rows->backend->ops->get(rows->backend, &found, &entry, rows->trie, sce_span(key, place->path_len / 2)));
  if (!found) return sce_error_new(SCE_BAD_STATE, "the state's trie has a key for which there is no value");
  *value = entry.value;
  return NULL;
}

sce_trie_view_t sce_trie_rows_view(sce_trie_rows_t *rows, const sce_backend_t *backend, sce_trie_id_t trie) {
  static const sce_trie_source_t source = {
      .node = fetch_row, .value = fetch_row_value, .kind = SCE_BAD_STATE, .has_leaf_masks = true};
  *rows = (sce_trie_rows_t){.backend = backend, .trie = trie};
  return (sce_trie_view_t){.source = &source, .ctx = rows};
}

void sce_trie_rows_free(sce_trie_rows_t *rows) {
  sce_trie_arena_free(&rows->arena);
}
