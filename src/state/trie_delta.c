/* trie_delta.c: full and delta roots of backends; see trie.h. */
#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/proof.h"
#include "state/trie.h"
#include "state/trie_build.h"
#include "state/trie_edit.h"
#include "state/trie_rows.h"

#include <string.h>

const uint8_t sce_trie_empty_state_root[32] = {0x03, 0x17, 0x0a, 0x2e, 0x75, 0x97, 0xb7, 0xb7, 0xe3, 0xd8, 0x4c,
                                               0x05, 0x39, 0x1d, 0x13, 0x9a, 0x62, 0xb1, 0x57, 0xe7, 0x87, 0x86,
                                               0xd8, 0xc0, 0x82, 0xf2, 0x9d, 0xcf, 0x4c, 0x11, 0x13, 0x14};

/* ---- records of a whole trie ---- */

typedef struct record_writer {
  const sce_node_sink_t *sink;
  sce_buf_t record;
} record_writer_t;

static sce_error_t *write_built(void *ctx, const sce_trie_built_t *built) {
  record_writer_t *writer = ctx;
  uint8_t leaves[SCE_TRIE_RECORD_HEAD];
  sce_store_le16(leaves, built->leaves);
  writer->record.len = 0;
  SCE_TRY(sce_buf_append(&writer->record, leaves, sizeof leaves));
  SCE_TRY(sce_buf_append(&writer->record, built->node.data, built->node.len));
  sce_node_write_t node = {{built->path, built->path_len}, sce_buf_span(&writer->record), built->weight};
  return writer->sink->put(writer->sink->ctx, &node);
}

/* ---- full roots ---- */

static sce_state_version_t entry_version(const sce_entry_t *entry) {
  return entry->hashed ? SCE_STATE_V1 : SCE_STATE_V0;
}

/* Adds the backend's values with the changes on top. */
static sce_error_t *add_merged(sce_trie_builder_t *builder, const sce_backend_t *backend, sce_trie_id_t trie,
                               const sce_change_t *changes, size_t count, sce_state_version_t version) {
  sce_walk_t walk = {.found = false};
  if (trie != SCE_TRIE_NONE) SCE_TRY(backend->ops->seek(backend, &walk, trie, (sce_span_t){0}, true));
  size_t i = 0;
  while (walk.found || i < count) {
    int order = !walk.found ? 1 : i == count ? -1 : sce_span_compare(walk.entry.key, changes[i].key);
    if (order < 0) {
      SCE_TRY(sce_trie_builder_add(builder, walk.entry.key, walk.entry.value, entry_version(&walk.entry)));
    } else {
      const sce_change_t *change = &changes[i++];
      if (!change->removed) SCE_TRY(sce_trie_builder_add(builder, change->key, change->value, version));
    }
    if (order <= 0) SCE_TRY(backend->ops->step(backend, &walk));
  }
  return NULL;
}

static sce_error_t *merged_root(uint8_t root[32], const sce_backend_t *backend, sce_trie_id_t trie,
                                const sce_change_t *changes, size_t count, sce_state_version_t version,
                                const sce_node_sink_t *sink) {
  record_writer_t writer = {.sink = sink};
  sce_trie_builder_t *builder;
  uint64_t keys = 0;
  if (trie != SCE_TRIE_NONE && backend->ops->count != NULL) SCE_TRY(backend->ops->count(backend, &keys, trie));
  SCE_TRY(sce_trie_builder_new(&builder, SCE_TRIE_BLAKE2B_256, (size_t)keys + count + 1,
                               sink == NULL ? NULL : write_built, &writer));
  sce_error_t *err = add_merged(builder, backend, trie, changes, count, version);
  if (err == NULL) err = sce_trie_builder_finish(builder, root);
  sce_trie_builder_delete(builder);
  sce_buf_free(&writer.record);
  return err;
}

/* The entries of a trie as an array, for several threads. */
typedef struct entry_list {
  sce_trie_pair_t *pairs;
  uint8_t *hashed; /* one a pair */
  size_t count, cap;
} entry_list_t;

static sce_error_t *list_entries(entry_list_t *list, const sce_backend_t *backend, sce_trie_id_t trie) {
  sce_walk_t walk;
  SCE_TRY(backend->ops->seek(backend, &walk, trie, (sce_span_t){0}, true));
  while (walk.found) {
    if (list->count == list->cap) {
      size_t cap = list->cap == 0 ? 1024 : 2 * list->cap;
      sce_trie_pair_t *pairs = sce_realloc_array(list->pairs, cap, sizeof *pairs);
      if (pairs != NULL) list->pairs = pairs;
      uint8_t *hashed = sce_realloc(list->hashed, cap);
      if (hashed != NULL) list->hashed = hashed;
      if (pairs == NULL || hashed == NULL) return sce_error_oom();
      list->cap = cap;
    }
    list->pairs[list->count] = (sce_trie_pair_t){walk.entry.key, walk.entry.value};
    list->hashed[list->count++] = walk.entry.hashed;
    SCE_TRY(backend->ops->step(backend, &walk));
  }
  return NULL;
}

sce_error_t *sce_trie_full_root(uint8_t root[32], const sce_backend_t *backend, sce_trie_id_t trie, unsigned threads,
                                const sce_node_sink_t *sink) {
  if (threads < 2 || sink != NULL || trie == SCE_TRIE_NONE) {
    return merged_root(root, backend, trie, NULL, 0, SCE_STATE_V0, sink);
  }
  entry_list_t list = {0};
  sce_error_t *err = list_entries(&list, backend, trie);
  if (err == NULL) err = sce_trie_sorted_root(root, list.pairs, list.hashed, list.count, threads);
  sce_free(list.pairs);
  sce_free(list.hashed);
  return err;
}

/* ---- delta roots ---- */

static sce_error_t *apply(sce_edit_t *edit, const sce_change_t *changes, size_t count, sce_state_version_t version) {
  for (size_t i = 0; i < count; i++) {
    if (i % 256 == 255) SCE_TRY(sce_budget_check()); /* each reads nodes of the way down */
    if (changes[i].removed) {
      SCE_TRY(sce_edit_remove(edit, changes[i].key));
    } else {
      SCE_TRY(sce_edit_set(edit, changes[i].key, changes[i].value, version));
    }
  }
  return NULL;
}

static sce_error_t *edited_root(uint8_t root[32], const sce_trie_view_t *view, const sce_change_t *changes,
                                size_t count, sce_state_version_t version, const sce_node_sink_t *sink) {
  sce_edit_t edit = {.view = *view};
  sce_error_t *err = apply(&edit, changes, count, version);
  if (err == NULL) err = sce_edit_root(&edit, root);
  if (err == NULL && sink != NULL) err = sce_edit_write(&edit, sink);
  sce_edit_free(&edit);
  return err;
}

sce_error_t *sce_trie_delta_root(uint8_t root[32], const sce_backend_t *backend, sce_trie_id_t trie,
                                 const sce_change_t *changes, size_t count, sce_state_version_t version,
                                 const sce_node_sink_t *sink) {
  sce_backend_view_t open;
  SCE_TRY(sce_backend_view_open(&open, backend, trie));
  sce_error_t *err = open.usable ? edited_root(root, &open.view, changes, count, version, sink)
                                 : merged_root(root, backend, trie, changes, count, version, sink);
  sce_backend_view_free(&open);
  return err;
}
