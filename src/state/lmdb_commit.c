/* lmdb_commit.c: a commit of an overlay to a state database: values, node records, the way back, and the new state's
 * record, in one transaction. */
#include "state/lmdb_branch.h"
#include "state/lmdb_undo.h"
#include "state/state.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/memory.h"

#include <string.h>

typedef struct commit {
  const sce_commit_set_t *set;
  sce_lmdb_database_t database; /* afterwards */
  uint64_t top_keys;            /* afterwards */
  sce_buf_t undo;
  bool with_undo;
} commit_t;

/* ---- one trie ---- */

/* The value that is there before the commit; also where the counts come from. */
static sce_error_t *value_before(const sce_lmdb_writer_t *writer, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                                 sce_span_t key) {
  const sce_backend_t *backend = &writer->base->backend;
  return backend->ops->get(backend, found, entry, trie, key);
}

static sce_error_t *write_change(sce_lmdb_writer_t *writer, commit_t *commit, const sce_change_t *change,
                                 sce_trie_id_t before, sce_trie_id_t trie, uint64_t *keys) {
  sce_lmdb_key_t key;
  sce_entry_t entry;
  bool found;
  SCE_TRY(value_before(writer, &found, &entry, before, change->key));
  if (commit->with_undo) SCE_TRY(sce_undo_put_key(&commit->undo, change->key, found ? &entry : NULL));
  sce_lmdb_storage_key(&key, trie, change->key);
  *keys += (uint64_t)(!change->removed) - (uint64_t)found;
  if (change->removed) return found ? sce_lmdb_remove(writer, sce_lmdb_key_span(&key)) : NULL;
  writer->value.len = 0;
  bool hashed = sce_layout_hashed(change->value.len, commit->set->version);
  SCE_TRY(sce_lmdb_put_value(&writer->value, &key, change->key, change->value, hashed));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

/* What the changes below a path weigh at most. */
static sce_error_t *weight_of_changes(uint64_t *weight, const sce_trie_commit_t *trie, sce_nibbles_t path) {
  sce_buf_t start = {0};
  SCE_TRY(sce_lmdb_path_key(&start, path));
  size_t low = 0, high = trie->change_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sce_span_compare(trie->changes[middle].key, sce_buf_span(&start)) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  sce_buf_free(&start);
  for (; low < trie->change_count && sce_lmdb_key_below(trie->changes[low].key, path); low++) {
    const sce_change_t *change = &trie->changes[low];
    if (!change->removed) *weight += sce_value_weight(change->value.len);
    if (*weight > SCE_LMDB_LIGHT) break;
  }
  return NULL;
}

/* A branch is light for certain when what was below it before and all that is written are. */
static sce_error_t *is_light(sce_lmdb_writer_t *writer, bool *light, const sce_trie_commit_t *trie,
                             sce_trie_id_t before, sce_nibbles_t path) {
  uint64_t weight = 0;
  *light = false;
  if (path.len == 0) return NULL;
  if (before != SCE_TRIE_NONE) SCE_TRY(sce_lmdb_weight(writer->base, &weight, before, path));
  if (weight <= SCE_LMDB_LIGHT) SCE_TRY(weight_of_changes(&weight, trie, path));
  *light = weight <= SCE_LMDB_LIGHT;
  return NULL;
}

/* Records of light branches are left out where none was kept before. */
static sce_error_t *write_node(sce_lmdb_writer_t *writer, const sce_trie_commit_t *trie, sce_trie_id_t before,
                               sce_trie_id_t id, const sce_node_write_t *node) {
  sce_lmdb_key_t key;
  sce_span_t stored;
  bool kept, light = false;
  SCE_TRY(sce_lmdb_stored_node(writer->base, &kept, &stored, before, node->path));
  sce_lmdb_node_key(&key, id, node->path);
  if (node->record.data == NULL) return kept ? sce_lmdb_remove(writer, sce_lmdb_key_span(&key)) : NULL;
  if (!kept) SCE_TRY(is_light(writer, &light, trie, before, node->path));
  return light ? NULL : sce_lmdb_put(writer, &key, node->record);
}

static sce_error_t *write_nodes(sce_lmdb_writer_t *writer, const sce_trie_commit_t *trie, sce_trie_id_t before,
                                sce_trie_id_t id) {
  for (size_t i = 0; i < trie->node_count; i++) SCE_TRY(write_node(writer, trie, before, id, &trie->nodes[i]));
  return NULL;
}

/* `before`: the trie's number in the base, SCE_TRIE_NONE for a new child. */
static sce_error_t *write_trie(sce_lmdb_writer_t *writer, commit_t *commit, const sce_trie_commit_t *trie,
                               sce_trie_id_t before, sce_trie_id_t id, uint64_t *keys) {
  if (commit->with_undo) SCE_TRY(sce_undo_put_trie(&commit->undo, trie->child, trie->change_count));
  for (size_t i = 0; i < trie->change_count; i++)
    SCE_TRY(write_change(writer, commit, &trie->changes[i], before, id, keys));
  return write_nodes(writer, trie, before, id);
}

/* A child's number stays its own until the child is gone; a new one gets the next. */
static sce_error_t *write_child(sce_lmdb_writer_t *writer, commit_t *commit, const sce_trie_commit_t *trie) {
  sce_lmdb_child_t child = {.keys = 0};
  bool found;
  SCE_TRY(sce_lmdb_find_child_record(writer->base, &found, &child, *trie->child));
  sce_trie_id_t before = found ? child.id : SCE_TRIE_NONE;
  if (!found) {
    if (commit->database.next_child >= SCE_TRIE_NONE / 2)
      return sce_error_new(SCE_IO, "%s: the database has had 2^31 child tries: export and import it", writer->db->path);
    child.id = commit->database.next_child++;
  }
  child.name = *trie->child;
  SCE_TRY(write_trie(writer, commit, trie, before, child.id, &child.keys));
  sce_lmdb_key_t key;
  sce_lmdb_name_key(&key, SCE_LMDB_CHILD, child.name);
  if (child.keys == 0) return found ? sce_lmdb_remove(writer, sce_lmdb_key_span(&key)) : NULL;
  writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_child(&writer->value, &key, &child));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

/* ---- records ---- */

static sce_error_t *write_state(sce_lmdb_writer_t *writer, const commit_t *commit) {
  const sce_lmdb_state_record_t *old = &writer->base->state;
  const sce_block_info_t *block = commit->set->block;
  sce_lmdb_state_record_t record = *old;
  record.keys = commit->top_keys;
  memcpy(record.root, commit->set->root, 32);
  if (block != NULL) {
    record.has_block = true;
    record.block_number = block->number;
    memcpy(record.block_hash, block->hash, 32);
    record.header = block->header;
  }
  sce_lmdb_key_t key;
  sce_lmdb_number_key(&key, SCE_LMDB_STATE, commit->database.newest);
  writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_state(&writer->value, &record));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

static sce_error_t *write_database(sce_lmdb_writer_t *writer, const commit_t *commit) {
  sce_lmdb_key_t key;
  sce_lmdb_plain_key(&key, SCE_LMDB_DATABASE);
  writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_database(&writer->value, &commit->database));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

/* Forgets states that are older than what is kept. The way back from the oldest one leads nowhere any more. */
static sce_error_t *prune(sce_lmdb_writer_t *writer, commit_t *commit) {
  sce_lmdb_database_t *database = &commit->database;
  uint64_t oldest = database->newest > database->keep ? database->newest - database->keep : 0;
  sce_lmdb_key_t key;
  while (database->oldest < oldest) {
    sce_lmdb_state_record_t record;
    bool found;
    SCE_TRY(sce_lmdb_find_state(writer->base, &found, &record, database->oldest));
    if (!found && database->oldest > 0) return sce_lmdb_missing_state(writer->base);
    sce_lmdb_number_key(&key, SCE_LMDB_STATE, database->oldest);
    SCE_TRY(sce_lmdb_remove(writer, sce_lmdb_key_span(&key)));
    database->oldest++;
    sce_lmdb_number_key(&key, SCE_LMDB_UNDO, database->oldest);
    SCE_TRY(sce_lmdb_remove(writer, sce_lmdb_key_span(&key)));
  }
  return NULL;
}

static sce_error_t *write_undo(sce_lmdb_writer_t *writer, const commit_t *commit) {
  sce_lmdb_key_t key;
  if (!commit->with_undo) return NULL;
  sce_lmdb_number_key(&key, SCE_LMDB_UNDO, commit->database.newest);
  if (commit->undo.len >= UINT32_MAX) return sce_error_new(SCE_IO, "%s: a commit of 4 GiB or more", writer->db->path);
  return sce_lmdb_put(writer, &key, sce_buf_span(&commit->undo));
}

/* ---- the commit ---- */

static sce_error_t *write_all(sce_lmdb_writer_t *writer, void *ctx) {
  commit_t *commit = ctx;
  const sce_commit_set_t *set = commit->set;
  for (size_t i = 0; i < set->trie_count; i++) {
    const sce_trie_commit_t *trie = &set->tries[i];
    if (trie->child != NULL)
      SCE_TRY(write_child(writer, commit, trie));
    else
      SCE_TRY(write_trie(writer, commit, trie, SCE_TRIE_TOP, SCE_TRIE_TOP, &commit->top_keys));
  }
  SCE_TRY(write_undo(writer, commit));
  SCE_TRY(write_state(writer, commit));
  SCE_TRY(prune(writer, commit));
  return write_database(writer, commit);
}

sce_error_t *sce_lmdb_commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone) {
  (void)alone; /* the old snapshot stays what it is in any case */
  sce_lmdb_snapshot_t *base = sce_lmdb_snapshot_of(backend), *after;
  commit_t commit = {.set = set, .database = base->database, .top_keys = base->state.keys};
  if (base->db->keep != SCE_STATE_KEEP_STORED) commit.database.keep = base->db->keep;
  commit.database.newest++;
  commit.with_undo = commit.database.keep > 0;
  SCE_TRY(sce_lmdb_snapshot_prepare(&after, base->db));
  sce_error_t *err = sce_lmdb_write(base, write_all, &commit);
  sce_buf_free(&commit.undo);
  if (err == NULL) err = sce_lmdb_snapshot_pin(after);
  if (err == NULL)
    *next = &after->backend;
  else
    sce_lmdb_snapshot_delete(after);
  return err;
}
