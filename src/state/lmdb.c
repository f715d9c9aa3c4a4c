/* lmdb.c: reading the tree of a snapshot: the settled state, values and nodes. */
#include "state/lmdb.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_branch.h"
#include "state/state.h"
#include "state/trie.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const sce_backend_ops_t tree_ops;

/* How often others may commit while a snapshot is being taken. */
#define PIN_ATTEMPTS 1000

static const sce_lmdb_snapshot_t *self_of(const sce_backend_t *backend) {
  return (const sce_lmdb_snapshot_t *)(const void *)backend;
}

/* ---- snapshots ---- */

void sce_lmdb_snapshot_delete(sce_lmdb_snapshot_t *snapshot) {
  if (snapshot == NULL) return;
  if (snapshot->txn != NULL) mdb_txn_abort(snapshot->txn);
  sce_lmdb_made_delete(snapshot->made);
  sce_lmdb_groups_delete(snapshot->groups);
  pthread_mutex_destroy(&snapshot->counts.lock);
  sce_lmdb_unref(snapshot->db);
  sce_free(snapshot);
}

static sce_error_t *get_record(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *value,
                               const sce_lmdb_key_t *key) {
  return sce_lmdb_in(snapshot->db, sce_pages_get(&snapshot->pages, found, value, sce_lmdb_key_span(key)));
}

/* Looks at the pages that the transaction pins. Two commits by others since it began have put another meta record in
 * the place of its own: then `*found` is false. */
static sce_error_t *open_pages(sce_lmdb_snapshot_t *snapshot, bool *found) {
  const sce_lmdb_t *db = snapshot->db;
  struct stat info;
  if (fstat(db->fd, &info) != 0) return sce_error_system(errno, "reading %s", db->path);
  uint64_t size = (uint64_t)info.st_size;
  snapshot->pages =
      (sce_pages_t){.map = db->map, .readable = size < db->map_size ? size : db->map_size, .page_size = db->page_size};
  if (snapshot->pages.readable < 2 * (uint64_t)db->page_size)
    return sce_error_new(SCE_BAD_STATE, "%s: the state database is damaged: cut off", db->path);
  return sce_lmdb_in(db, sce_pages_open(&snapshot->pages, found, mdb_txn_id(snapshot->txn)));
}

/* A database without any record is new: it has the empty state. */
static sce_error_t *read_newest(sce_lmdb_snapshot_t *snapshot) {
  sce_lmdb_key_t key;
  sce_span_t value;
  bool found;
  snapshot->database = (sce_lmdb_database_t){.keep = SCE_STATE_KEEP_DEFAULT, .next_child = 1};
  memcpy(snapshot->database.settled_root, sce_trie_empty_state_root, 32);
  snapshot->state = (sce_lmdb_state_record_t){.keys = 0};
  memcpy(snapshot->state.root, sce_trie_empty_state_root, 32);
  if (snapshot->pages.main.entries == 0 && snapshot->pages.main.depth == 0) return NULL;
  sce_lmdb_plain_key(&key, SCE_LMDB_DATABASE);
  SCE_TRY(get_record(snapshot, &found, &value, &key));
  if (!found) value = sce_span(NULL, 0);
  SCE_TRY(sce_lmdb_in(snapshot->db, sce_lmdb_read_database(&snapshot->database, value)));
  SCE_TRY(sce_lmdb_find_state(snapshot, &found, &snapshot->state, snapshot->database.newest));
  return found ? NULL : sce_lmdb_missing_state(snapshot);
}

sce_error_t *sce_lmdb_snapshot_prepare(sce_lmdb_snapshot_t **snapshot, sce_lmdb_t *db) {
  sce_lmdb_snapshot_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->counts.lock, NULL) != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  made->backend.ops = &tree_ops;
  made->db = sce_lmdb_ref(db);
  sce_error_t *err = sce_lmdb_made_new(&made->made);
  if (err == NULL) err = sce_lmdb_groups_new(&made->groups);
  int code = err != NULL ? 0 : mdb_txn_begin(db->env, NULL, MDB_RDONLY, &made->txn);
  if (code != 0) {
    made->txn = NULL;
    err = sce_lmdb_error(db, code, "reading");
  }
  if (err != NULL) {
    sce_lmdb_snapshot_delete(made);
    return err;
  }
  mdb_txn_reset(made->txn);
  *snapshot = made;
  return NULL;
}

static sce_error_t *renew(const sce_lmdb_snapshot_t *snapshot, uint64_t *transaction) {
  int code = mdb_txn_renew(snapshot->txn);
  *transaction = code == 0 ? mdb_txn_id(snapshot->txn) : 0;
  return code == 0 ? NULL : sce_lmdb_error(snapshot->db, code, "reading");
}

/* While transaction N is the newest, nobody writes where its meta record is: what was read of that is whole when N is
 * still the newest afterwards. */
static sce_error_t *pin_pages(sce_lmdb_snapshot_t *snapshot, bool *found) {
  uint64_t before, after;
  SCE_TRY(renew(snapshot, &after));
  for (int i = 0; i < PIN_ATTEMPTS; i++) {
    before = after;
    sce_error_t *err = open_pages(snapshot, found);
    atomic_thread_fence(memory_order_acquire);
    mdb_txn_reset(snapshot->txn);
    sce_error_t *gone = renew(snapshot, &after);
    if (gone == NULL && before == after) return err;
    sce_error_delete(err);
    SCE_TRY(gone);
  }
  *found = false;
  return NULL;
}

sce_error_t *sce_lmdb_snapshot_pin(sce_lmdb_snapshot_t *snapshot) {
  bool found;
  SCE_TRY(pin_pages(snapshot, &found));
  if (found) return read_newest(snapshot);
  return sce_lmdb_in(snapshot->db, sce_error_new(SCE_BAD_STATE, "the state database is damaged: no meta record is that "
                                                                "of its newest transaction"));
}

sce_error_t *sce_lmdb_snapshot_new(sce_lmdb_snapshot_t **snapshot, sce_lmdb_t *db) {
  sce_lmdb_snapshot_t *made;
  SCE_TRY(sce_lmdb_snapshot_prepare(&made, db));
  sce_error_t *err = sce_lmdb_snapshot_pin(made);
  if (err != NULL)
    sce_lmdb_snapshot_delete(made);
  else
    *snapshot = made;
  return err;
}

sce_error_t *sce_lmdb_missing_state(const sce_lmdb_snapshot_t *snapshot) {
  return sce_lmdb_in(snapshot->db,
                     sce_error_new(SCE_BAD_STATE, "the state database is damaged: a state that it keeps is missing"));
}

sce_error_t *sce_lmdb_find_state(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_lmdb_state_record_t *record,
                                 uint64_t number) {
  sce_lmdb_key_t key;
  sce_span_t value;
  sce_lmdb_number_key(&key, SCE_LMDB_STATE, number);
  SCE_TRY(get_record(snapshot, found, &value, &key));
  return *found ? sce_lmdb_in(snapshot->db, sce_lmdb_read_state(record, value)) : NULL;
}

sce_error_t *sce_lmdb_find_child_record(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_lmdb_child_t *child,
                                        sce_span_t name) {
  sce_lmdb_key_t key;
  sce_span_t value;
  sce_lmdb_name_key(&key, SCE_LMDB_CHILD, name);
  SCE_TRY(get_record(snapshot, found, &value, &key));
  if (!*found) return NULL;
  SCE_TRY(sce_lmdb_in(snapshot->db, sce_lmdb_read_child(child, sce_lmdb_key_span(&key), value)));
  if (!key.cut) child->name = name; /* not the key on this stack */
  return NULL;
}

/* ---- lookups ---- */

static sce_lmdb_counts_t *counts_of(const sce_lmdb_snapshot_t *snapshot) {
  return (sce_lmdb_counts_t *)(uintptr_t)&snapshot->counts;
}

static void keep_count(const sce_lmdb_snapshot_t *self, sce_trie_id_t trie, uint64_t keys) {
  sce_lmdb_counts_t *counts = counts_of(self);
  pthread_mutex_lock(&counts->lock);
  counts->slots[trie % SCE_LMDB_COUNTS].trie = trie;
  counts->slots[trie % SCE_LMDB_COUNTS].keys = keys;
  pthread_mutex_unlock(&counts->lock);
}

static bool kept_count(const sce_lmdb_snapshot_t *self, uint64_t *keys, sce_trie_id_t trie) {
  sce_lmdb_counts_t *counts = counts_of(self);
  pthread_mutex_lock(&counts->lock);
  bool kept = counts->slots[trie % SCE_LMDB_COUNTS].trie == trie;
  if (kept) *keys = counts->slots[trie % SCE_LMDB_COUNTS].keys;
  pthread_mutex_unlock(&counts->lock);
  return kept;
}

static sce_error_t *find_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  sce_lmdb_child_t child;
  bool found;
  SCE_TRY(sce_lmdb_find_child_record(self_of(backend), &found, &child, name));
  *trie = found ? child.id : SCE_TRIE_NONE;
  if (found) keep_count(self_of(backend), child.id, child.keys);
  return NULL;
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t storage_key) {
  const sce_lmdb_snapshot_t *self = self_of(backend);
  sce_lmdb_key_t key;
  sce_span_t value;
  *found = false;
  if (trie == SCE_TRIE_NONE) return NULL;
  sce_lmdb_storage_key(&key, trie, storage_key);
  SCE_TRY(get_record(self, found, &value, &key));
  if (!*found) return NULL;
  SCE_TRY(sce_lmdb_in(self->db, sce_lmdb_read_value(entry, sce_lmdb_key_span(&key), key.head, value)));
  if (!key.cut) entry->key = storage_key;
  return NULL;
}

sce_error_t *sce_lmdb_stored_node(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path) {
  sce_lmdb_key_t key;
  *found = false;
  if (trie == SCE_TRIE_NONE) return NULL;
  sce_lmdb_node_key(&key, trie, path);
  return get_record(snapshot, found, record, &key);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  *found = trie != SCE_TRIE_NONE && path.len > 0 && sce_lmdb_find_made(self_of(backend), record, trie, path);
  if (*found) return NULL;
  SCE_TRY(sce_lmdb_stored_node(self_of(backend), found, record, trie, path));
  if (*found || trie == SCE_TRIE_NONE || path.len == 0) return NULL;
  return sce_lmdb_make_branch(self_of(backend), found, record, trie, path);
}

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  (void)backend;
  return trie != SCE_TRIE_NONE;
}

/* For a child that was found some time ago: all records are looked through. */
static sce_error_t *search_count(const sce_lmdb_snapshot_t *self, uint64_t *keys, sce_trie_id_t trie) {
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  const uint8_t tag = SCE_LMDB_CHILD;
  *keys = 0;
  SCE_TRY(sce_pages_seek(&self->pages, &cursor, &item, self->pages.main, sce_span(&tag, 1), true));
  for (; cursor.depth > 0 && item.key.data[0] == tag;) {
    sce_lmdb_child_t child;
    SCE_TRY(sce_lmdb_read_child(&child, item.key, item.value));
    if (child.id == trie) {
      *keys = child.keys;
      return NULL;
    }
    SCE_TRY(sce_pages_step(&self->pages, &cursor, &item));
  }
  return NULL;
}

static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  const sce_lmdb_snapshot_t *self = self_of(backend);
  *keys = trie == SCE_TRIE_TOP ? self->database.settled_keys : 0;
  if (trie == SCE_TRIE_TOP || trie == SCE_TRIE_NONE || kept_count(self, keys, trie)) return NULL;
  return sce_lmdb_in(self->db, search_count(self, keys, trie));
}

/* ---- walks ---- */

/* walk->place: a level's page and index in one number each; the last place is the depth, in its lowest byte. */
#define PLACE_DEPTH 15

static void save_place(sce_walk_t *walk, const sce_page_cursor_t *cursor) {
  for (uint32_t i = 0; i < cursor->depth; i++) walk->place[i] = cursor->page[i] << 16 | cursor->index[i];
  walk->place[PLACE_DEPTH] = cursor->depth;
}

static void load_place(sce_page_cursor_t *cursor, const sce_walk_t *walk) {
  cursor->ordered = true;
  cursor->depth = (uint32_t)(walk->place[PLACE_DEPTH] & 0xff);
  for (uint32_t i = 0; i < cursor->depth; i++) {
    cursor->page[i] = walk->place[i] >> 16;
    cursor->index[i] = (uint32_t)(walk->place[i] & 0xffff);
  }
}

static void end_walk(sce_walk_t *walk) {
  walk->found = false;
  walk->entry = (sce_entry_t){{0}, {0}, false};
}

static bool is_cut(const sce_page_item_t *item, size_t head) {
  return item->key.len > head + SCE_LMDB_SHORT;
}

/* Puts the cursor behind all keys that begin with `prefix` and 32 bytes more. */
static sce_error_t *leave_group(const sce_lmdb_snapshot_t *self, sce_page_cursor_t *cursor, sce_page_item_t *item,
                                sce_span_t prefix) {
  uint8_t last[SCE_LMDB_KEY_ROOM];
  memcpy(last, prefix.data, prefix.len);
  memset(last + prefix.len, 0xff, 32);
  return sce_pages_seek(&self->pages, cursor, item, self->pages.main, sce_span(last, prefix.len + 32), false);
}

/* Looks through the group, if it is small: the cursor then ends behind it, else `*small` is false. */
static sce_error_t *least_of_few(const sce_lmdb_snapshot_t *self, sce_entry_t *best, bool *found, bool *small,
                                 sce_page_cursor_t *cursor, sce_page_item_t *item, sce_span_t prefix, size_t head,
                                 sce_span_t from, bool inclusive) {
  *found = false;
  *small = true;
  for (size_t seen = 0; cursor->depth > 0 && is_cut(item, head) && sce_span_starts_with(item->key, prefix); seen++) {
    *small = seen < SCE_LMDB_GROUP_SMALL;
    if (!*small) return NULL;
    sce_entry_t entry;
    SCE_TRY(sce_lmdb_read_value(&entry, item->key, head, item->value));
    int side = sce_span_compare(entry.key, from);
    bool wanted = side > 0 || (side == 0 && inclusive);
    if (wanted && (!*found || sce_span_compare(entry.key, best->key) < 0)) {
      *best = entry;
      *found = true;
    }
    SCE_TRY(sce_pages_step(&self->pages, cursor, item));
  }
  return NULL;
}

/* Long keys that agree in their first bytes stand in the order of their hashes: the least of them that is not below
 * `from` (`inclusive`: or at it), into `best`. The cursor begins at the first of them; where none is found, it ends
 * behind the last. */
static sce_error_t *least_of_group(const sce_lmdb_snapshot_t *self, sce_entry_t *best, bool *found,
                                   sce_page_cursor_t *cursor, sce_page_item_t *item, size_t head, sce_span_t from,
                                   bool inclusive) {
  uint8_t bytes[SCE_LMDB_KEY_ROOM];
  sce_span_t prefix = sce_span(bytes, head + SCE_LMDB_SHORT);
  memcpy(bytes, item->key.data, prefix.len);
  if (!sce_lmdb_groups_find(self->groups, best, found, prefix, from, inclusive)) {
    bool small;
    SCE_TRY(least_of_few(self, best, found, &small, cursor, item, prefix, head, from, inclusive));
    if (small) return NULL;
    SCE_TRY(sce_lmdb_groups_least(self->groups, best, found, &self->pages, prefix, head, from, inclusive));
  }
  return *found ? NULL : leave_group(self, cursor, item, prefix);
}

/* The walk arrives where the cursor is, when that is still in the trie; `head`: what its keys begin with. Nothing that
 * lies before `from` may be met, but for long keys. */
static sce_error_t *arrive(const sce_lmdb_snapshot_t *self, sce_walk_t *walk, sce_page_cursor_t *cursor,
                           sce_page_item_t *item, const sce_lmdb_key_t *head, sce_span_t from, bool inclusive) {
  while (cursor->depth > 0 && item->key.len >= head->len && memcmp(item->key.data, head->bytes, head->len) == 0) {
    walk->found = true;
    if (!is_cut(item, head->len)) {
      save_place(walk, cursor);
      SCE_TRY(sce_lmdb_read_value(&walk->entry, item->key, head->len, item->value));
      int side = sce_span_compare(walk->entry.key, from);
      if (side > 0 || (side == 0 && inclusive)) return NULL;
      return sce_error_new(SCE_BAD_STATE, "the state database is damaged: keys that are not in order");
    }
    SCE_TRY(least_of_group(self, &walk->entry, &walk->found, cursor, item, head->len, from, inclusive));
    if (walk->found) return NULL; /* steps from a long key begin with its bytes, not with the place */
  }
  end_walk(walk);
  return NULL;
}

static sce_error_t *seek_walk(const sce_lmdb_snapshot_t *self, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t from,
                              bool inclusive) {
  sce_lmdb_key_t head, key;
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  sce_lmdb_trie_head(&head, trie, false);
  sce_lmdb_storage_key(&key, trie, from);
  sce_span_t start = sce_lmdb_key_span(&key);
  /* Of the keys that agree in their first bytes all are looked at. */
  if (key.cut) start.len = key.head + SCE_LMDB_SHORT;
  SCE_TRY(sce_pages_seek(&self->pages, &cursor, &item, self->pages.main, start, inclusive && !key.cut));
  return arrive(self, walk, &cursor, &item, &head, from, inclusive);
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  const sce_lmdb_snapshot_t *self = self_of(backend);
  walk->trie = trie;
  end_walk(walk);
  if (trie == SCE_TRIE_NONE) return NULL;
  return sce_lmdb_in(self->db, seek_walk(self, walk, trie, key, inclusive));
}

static sce_error_t *step_walk(const sce_lmdb_snapshot_t *self, sce_walk_t *walk) {
  sce_lmdb_key_t head;
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  sce_span_t from = walk->entry.key;
  if (from.len > SCE_LMDB_SHORT) return seek_walk(self, walk, walk->trie, from, false);
  sce_lmdb_trie_head(&head, walk->trie, false);
  load_place(&cursor, walk);
  SCE_TRY(sce_pages_step(&self->pages, &cursor, &item));
  return arrive(self, walk, &cursor, &item, &head, from, false);
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  const sce_lmdb_snapshot_t *self = self_of(backend);
  return sce_lmdb_in(self->db, step_walk(self, walk));
}

static const sce_backend_ops_t tree_ops = {
    .find_child = find_child,
    .next_child = sce_next_child_by_root,
    .get = get,
    .seek = seek,
    .step = step,
    .count = count_keys,
    .node_get = node_get,
    .has_nodes = has_nodes,
};
