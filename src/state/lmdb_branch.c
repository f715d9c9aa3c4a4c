/* lmdb_branch.c: light branches of a database's tries, made from the values below them. */
#include "state/lmdb_branch.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/table.h"
#include "state/trie_arena.h"
#include "state/trie_build.h"
#include "state/trie_node.h"
#include "state/trie_rows.h"

#include <pthread.h>
#include <string.h>

/* Keys that a builder for one light branch is made for. */
#define BUILDER_KEYS (SCE_LMDB_LIGHT / 64)
#define WEIGHT_BYTES 8

struct sce_lmdb_made {
  pthread_mutex_t lock;
  sce_trie_arena_t arena;      /* what is in `records` */
  sce_table_t records;         /* by LMDB key: u64 weight, then the record */
  sce_trie_builder_t *builder; /* NULL: none yet */
  sce_trie_id_t trie;          /* whose record is being made */
};

sce_error_t *sce_lmdb_made_new(sce_lmdb_made_t **made) {
  sce_lmdb_made_t *new = sce_calloc(1, sizeof *new);
  if (new == NULL || pthread_mutex_init(&new->lock, NULL) != 0) {
    sce_free(new);
    return sce_error_oom();
  }
  sce_table_init(&new->records, false);
  *made = new;
  return NULL;
}

void sce_lmdb_made_delete(sce_lmdb_made_t *made) {
  if (made == NULL) return;
  sce_table_free(&made->records);
  sce_trie_builder_delete(made->builder);
  sce_trie_arena_free(&made->arena);
  pthread_mutex_destroy(&made->lock);
  sce_free(made);
}

/* ---- paths ---- */

bool sce_lmdb_key_below(sce_span_t key, sce_nibbles_t path) {
  if (key.len < (path.len + 1) / 2) return false;
  for (size_t i = 0; i < path.len; i++)
    if (sce_trie_key_nibble(key.data, i) != path.data[i]) return false;
  return true;
}

sce_error_t *sce_lmdb_path_key(sce_buf_t *key, sce_nibbles_t path) {
  size_t len = (path.len + 1) / 2;
  key->len = 0;
  SCE_TRY(sce_buf_reserve(key, len));
  sce_trie_pack(key->data, path.data, path.len);
  key->len = len;
  return NULL;
}

/* ---- what was made ---- */

/* With the lock held. A record of no bytes: there is none. */
static bool find(const sce_lmdb_made_t *made, sce_span_t *record, uint64_t *weight, const sce_lmdb_key_t *key) {
  const sce_table_entry_t *slot = sce_table_find(&made->records, sce_lmdb_key_span(key));
  if (slot == NULL) return false;
  *weight = sce_load_le64(slot->value);
  *record = sce_span(slot->value + WEIGHT_BYTES, slot->value_len - WEIGHT_BYTES);
  return true;
}

/* Records that are given out stay where they are: what is there already is not put again. */
static sce_error_t *keep(sce_lmdb_made_t *made, sce_trie_id_t trie, sce_nibbles_t path, const sce_trie_built_t *built,
                         uint64_t weight) {
  sce_lmdb_key_t key;
  sce_lmdb_node_key(&key, trie, path);
  if (sce_table_find(&made->records, sce_lmdb_key_span(&key)) != NULL) return NULL;
  size_t len = WEIGHT_BYTES + (built == NULL ? 0 : SCE_TRIE_RECORD_HEAD + built->node.len);
  uint8_t *record = sce_trie_arena_take(&made->arena, key.len + len);
  if (record == NULL) return sce_error_oom();
  sce_store_le64(record, weight);
  if (built != NULL) sce_store_le16(record + WEIGHT_BYTES, built->leaves);
  if (built != NULL) memcpy(record + WEIGHT_BYTES + SCE_TRIE_RECORD_HEAD, built->node.data, built->node.len);
  memcpy(record + len, key.bytes, key.len);
  return sce_table_lend(&made->records, sce_span(record + len, key.len), sce_span(record, len), false);
}

/* Takes a branch of the subtree: the one that is wanted comes last. */
static sce_error_t *keep_built(void *ctx, const sce_trie_built_t *built) {
  sce_lmdb_made_t *made = ctx;
  return keep(made, made->trie, (sce_nibbles_t){built->path, built->path_len}, built, built->weight);
}

bool sce_lmdb_find_made(const sce_lmdb_snapshot_t *snapshot, sce_span_t *record, sce_trie_id_t trie,
                        sce_nibbles_t path) {
  sce_lmdb_key_t key;
  uint64_t weight;
  sce_lmdb_node_key(&key, trie, path);
  pthread_mutex_lock(&snapshot->made->lock);
  bool found = find(snapshot->made, record, &weight, &key) && record->len > 0;
  pthread_mutex_unlock(&snapshot->made->lock);
  return found;
}

/* ---- making ---- */

typedef struct light_walk {
  sce_trie_builder_t *builder; /* NULL: the keys are only weighed */
  sce_nibbles_t path;
  size_t count;
  uint64_t weight;
} light_walk_t;

/* `*more` false when the entry is not below the path, or what is there is not light any more. */
static sce_error_t *add_below(light_walk_t *walk, bool *more, const sce_entry_t *entry) {
  *more = sce_lmdb_key_below(entry->key, walk->path);
  if (!*more) return NULL;
  walk->count++;
  walk->weight += sce_value_weight(entry->value.len);
  *more = walk->weight <= SCE_LMDB_LIGHT;
  if (!*more || walk->builder == NULL) return NULL;
  sce_state_version_t version = entry->hashed ? SCE_STATE_V1 : SCE_STATE_V0;
  return sce_trie_builder_add(walk->builder, entry->key, entry->value, version);
}

/* In the order of keys, which is not that of the database where keys are cut. */
static sce_error_t *walk_keys(light_walk_t *walk, const sce_backend_t *backend, sce_trie_id_t trie, sce_span_t start) {
  sce_walk_t at = {.found = false};
  bool more = true;
  SCE_TRY(backend->ops->seek(backend, &at, trie, start, true));
  while (at.found) {
    SCE_TRY(add_below(walk, &more, &at.entry));
    if (!more) return NULL;
    SCE_TRY(backend->ops->step(backend, &at));
  }
  return NULL;
}

/* The same along the pages, up to the first key that is cut, `*cut`: most of the time of a commit's root is spent here.
 */
static sce_error_t *walk_pages(light_walk_t *walk, bool *cut, const sce_pages_t *pages, sce_trie_id_t trie,
                               sce_span_t start) {
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  sce_lmdb_key_t head, key;
  bool more = true;
  sce_lmdb_trie_head(&head, trie, false);
  sce_lmdb_storage_key(&key, trie, start);
  *cut = key.cut;
  if (*cut) return NULL;
  SCE_TRY(sce_pages_seek(pages, &cursor, &item, pages->main, sce_lmdb_key_span(&key), true));
  while (cursor.depth > 0 && sce_span_starts_with(item.key, sce_lmdb_key_span(&head))) {
    sce_entry_t entry;
    *cut = item.key.len > head.len + SCE_LMDB_SHORT;
    if (*cut) return NULL;
    SCE_TRY(sce_lmdb_read_value(&entry, item.key, head.len, item.value));
    SCE_TRY(add_below(walk, &more, &entry));
    if (!more) return NULL;
    SCE_TRY(sce_pages_step(pages, &cursor, &item));
  }
  return NULL;
}

/* Walks the keys below the path while they are light; after `*cut` nothing of it is of use. */
static sce_error_t *walk_below(light_walk_t *walk, bool *cut, const sce_lmdb_snapshot_t *snapshot, sce_trie_id_t trie) {
  sce_buf_t start = {0};
  sce_error_t *err = sce_lmdb_path_key(&start, walk->path);
  if (err == NULL && !*cut)
    err = walk_pages(walk, cut, &snapshot->pages, trie, sce_buf_span(&start));
  else if (err == NULL)
    err = walk_keys(walk, &snapshot->backend, trie, sce_buf_span(&start));
  sce_buf_free(&start);
  return err;
}

static void drop_builder(sce_lmdb_made_t *made) {
  sce_trie_builder_delete(made->builder);
  made->builder = NULL;
}

/* With the lock held. A builder that failed, or has keys of no use, is not used again. */
static sce_error_t *build_once(sce_lmdb_made_t *made, light_walk_t *walk, bool *cut,
                               const sce_lmdb_snapshot_t *snapshot, sce_nibbles_t path) {
  sce_trie_ref_t ref;
  bool by_keys = *cut;
  if (made->builder == NULL)
    SCE_TRY(sce_trie_builder_new(&made->builder, SCE_TRIE_BLAKE2B_256, BUILDER_KEYS, keep_built, made));
  *walk = (light_walk_t){.builder = made->builder, .path = path};
  sce_error_t *err = walk_below(walk, cut, snapshot, made->trie);
  bool use = err == NULL && walk->count > 1 && walk->weight <= SCE_LMDB_LIGHT && *cut == by_keys;
  if (use) err = sce_trie_builder_finish_subtree(made->builder, &ref, path.len);
  if (err != NULL || (!use && (walk->count > 0 || *cut != by_keys))) drop_builder(made);
  return err;
}

/* With the lock held. */
static sce_error_t *build(sce_lmdb_made_t *made, const sce_lmdb_snapshot_t *snapshot, sce_trie_id_t trie,
                          sce_nibbles_t path) {
  light_walk_t walk;
  bool cut = false;
  made->trie = trie;
  SCE_TRY(build_once(made, &walk, &cut, snapshot, path));
  if (cut) SCE_TRY(build_once(made, &walk, &cut, snapshot, path));
  return keep(made, trie, path, NULL, walk.weight); /* unless it is kept: that there is none */
}

/* With the lock held. */
static sce_error_t *find_or_make(sce_lmdb_made_t *made, sce_span_t *record, const sce_lmdb_snapshot_t *snapshot,
                                 sce_trie_id_t trie, sce_nibbles_t path) {
  sce_lmdb_key_t key;
  uint64_t weight;
  sce_lmdb_node_key(&key, trie, path);
  if (find(made, record, &weight, &key)) return NULL;
  SCE_TRY(build(made, snapshot, trie, path));
  return find(made, record, &weight, &key) ? NULL : sce_error_new(SCE_INTERNAL, "a made record is not kept");
}

sce_error_t *sce_lmdb_make_branch(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path) {
  sce_budget_t budget;
  sce_budget_enter_uncounted(&budget);
  pthread_mutex_lock(&snapshot->made->lock);
  sce_error_t *err = find_or_make(snapshot->made, record, snapshot, trie, path);
  pthread_mutex_unlock(&snapshot->made->lock);
  sce_budget_leave(&budget);
  *found = err == NULL && record->len > 0;
  return sce_lmdb_in(snapshot->db, err);
}

sce_error_t *sce_lmdb_weight(const sce_lmdb_snapshot_t *snapshot, uint64_t *weight, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  sce_lmdb_key_t key;
  sce_span_t record;
  sce_lmdb_node_key(&key, trie, path);
  pthread_mutex_lock(&snapshot->made->lock);
  bool found = find(snapshot->made, &record, weight, &key);
  pthread_mutex_unlock(&snapshot->made->lock);
  sce_error_t *err = NULL;
  bool cut = false;
  light_walk_t walk = {.path = path};
  if (!found) err = walk_below(&walk, &cut, snapshot, trie);
  if (err == NULL && cut) {
    walk = (light_walk_t){.path = path};
    err = walk_below(&walk, &cut, snapshot, trie);
  }
  if (!found) *weight = walk.weight;
  return sce_lmdb_in(snapshot->db, err);
}
