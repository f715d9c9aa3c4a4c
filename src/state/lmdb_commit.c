/* lmdb_commit.c: a commit of an overlay to a state database, in one transaction: what it changes goes to the journal,
 * as two runs of pages that the disk takes in one piece. When the journal has grown too large, the commit settles it.
 */
#include "state/lmdb_settle.h"
#include "state/state.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/memory.h"

#include <string.h>

typedef struct commit {
  const sce_lmdb_state_t *base;
  const sce_commit_set_t *set;
  sce_lmdb_database_t database; /* afterwards */
  uint64_t top_keys;            /* afterwards */
  sce_buf_t values;             /* the journal's records */
  sce_buf_t nodes;
  bool settles;
} commit_t;

/* ---- the journal's records ---- */

/* Appends the changes of a trie; `*keys` becomes what it has afterwards. */
static sce_error_t *list_values(commit_t *commit, const sce_trie_commit_t *trie, sce_trie_id_t before, uint64_t *keys) {
  const sce_backend_t *base = &commit->base->backend;
  for (size_t i = 0; i < trie->change_count; i++) {
    const sce_change_t *change = &trie->changes[i];
    sce_entry_t entry;
    bool found = false;
    if (before != SCE_TRIE_NONE) SCE_TRY(base->ops->get(base, &found, &entry, before, change->key));
    *keys += (uint64_t)(!change->removed) - (uint64_t)found;
    bool hashed = sce_layout_hashed(change->value.len, commit->set->version);
    entry = (sce_entry_t){change->key, change->value, hashed};
    SCE_TRY(sce_changes_put_entry(&commit->values, change->key, change->removed ? NULL : &entry));
  }
  return NULL;
}

static sce_error_t *list_nodes(commit_t *commit, const sce_trie_commit_t *trie, uint64_t keys) {
  SCE_TRY(sce_changes_put_trie(&commit->nodes, trie->child, keys, trie->node_count));
  for (size_t i = 0; i < trie->node_count; i++) {
    const sce_node_write_t *node = &trie->nodes[i];
    sce_changed_kind_t kind = node->record.data == NULL ? SCE_CHANGED_ABSENT : SCE_CHANGED_INLINE;
    SCE_TRY(sce_changes_put(&commit->nodes, sce_span(node->path.data, node->path.len), kind, node->record));
  }
  return NULL;
}

/* What a trie's lists take at most. */
static sce_error_t *reserve(commit_t *commit, const sce_trie_commit_t *trie) {
  size_t head = SCE_CHANGES_TRIE_HEAD + (trie->child == NULL ? 0 : trie->child->len), values = head, nodes = head;
  for (size_t i = 0; i < trie->change_count; i++)
    values += SCE_CHANGES_ENTRY_HEAD + trie->changes[i].key.len + trie->changes[i].value.len;
  for (size_t i = 0; i < trie->node_count; i++)
    nodes += SCE_CHANGES_ENTRY_HEAD + trie->nodes[i].path.len + trie->nodes[i].record.len;
  SCE_TRY(sce_buf_reserve(&commit->values, values));
  return sce_buf_reserve(&commit->nodes, nodes);
}

static sce_error_t *list_trie(commit_t *commit, const sce_trie_commit_t *trie) {
  const sce_backend_t *base = &commit->base->backend;
  sce_trie_id_t before = SCE_TRIE_TOP;
  uint64_t keys;
  if (trie->child != NULL) SCE_TRY(base->ops->find_child(base, &before, *trie->child));
  SCE_TRY(base->ops->count(base, &keys, before));
  SCE_TRY(reserve(commit, trie));
  size_t head = commit->values.len;
  SCE_TRY(sce_changes_put_trie(&commit->values, trie->child, 0, trie->change_count));
  SCE_TRY(list_values(commit, trie, before, &keys));
  sce_changes_set_keys(&commit->values, head, keys);
  if (trie->child == NULL) commit->top_keys = keys;
  return list_nodes(commit, trie, keys);
}

static sce_error_t *list_all(commit_t *commit) {
  const sce_commit_set_t *set = commit->set;
  for (size_t i = 0; i < set->trie_count; i++) SCE_TRY(list_trie(commit, &set->tries[i]));
  if (commit->values.len < UINT32_MAX && commit->nodes.len < UINT32_MAX) return NULL;
  return sce_error_new(SCE_IO, "%s: a commit of 4 GiB or more", commit->base->snapshot->db->path);
}

/* ---- records ---- */

static sce_error_t *write_state(sce_lmdb_writer_t *writer, const commit_t *commit) {
  const sce_block_info_t *block = commit->set->block;
  sce_lmdb_state_record_t record = writer->base->state;
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
    if (database->oldest <= database->settled) SCE_TRY(sce_lmdb_remove(writer, sce_lmdb_key_span(&key)));
  }
  return NULL;
}

/* ---- the commit ---- */

static sce_error_t *write_journal(sce_lmdb_writer_t *writer, commit_t *commit) {
  sce_lmdb_key_t key;
  sce_lmdb_number_key(&key, SCE_LMDB_JOURNAL, commit->database.newest);
  SCE_TRY(sce_lmdb_put(writer, &key, sce_buf_span(&commit->values)));
  sce_lmdb_number_key(&key, SCE_LMDB_JOURNAL_NODES, commit->database.newest);
  SCE_TRY(sce_lmdb_put(writer, &key, sce_buf_span(&commit->nodes)));
  commit->database.journal_bytes += commit->values.len + commit->nodes.len;
  return NULL;
}

static sce_error_t *settle(sce_lmdb_writer_t *writer, commit_t *commit) {
  sce_lmdb_database_t *database = &commit->database;
  SCE_TRY(sce_lmdb_settle(writer, commit->base, database, &commit->values, &commit->nodes));
  database->settled_keys = commit->top_keys;
  memcpy(database->settled_root, commit->set->root, 32);
  return NULL;
}

static sce_error_t *write_all(sce_lmdb_writer_t *writer, void *ctx) {
  commit_t *commit = ctx;
  SCE_TRY(prune(writer, commit));
  SCE_TRY(commit->settles ? settle(writer, commit) : write_journal(writer, commit));
  SCE_TRY(write_state(writer, commit));
  return write_database(writer, commit);
}

static bool must_settle(const commit_t *commit) {
  const sce_lmdb_t *db = commit->base->snapshot->db;
  const sce_lmdb_database_t *database = &commit->database;
  uint64_t bytes = commit->values.len + commit->nodes.len, states = database->newest - database->settled;
  return states > db->journal_states || bytes > db->journal_bytes ||
         database->journal_bytes > db->journal_bytes - bytes;
}

static sce_error_t *run(commit_t *commit) {
  SCE_TRY(list_all(commit));
  commit->settles = must_settle(commit);
  return sce_lmdb_write(commit->base->snapshot, write_all, commit);
}

sce_error_t *sce_lmdb_commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone) {
  sce_lmdb_state_t *base = sce_lmdb_state_of(backend), *after;
  sce_lmdb_t *db = base->snapshot->db;
  commit_t commit = {.base = base, .set = set, .database = base->snapshot->database};
  if (db->keep != SCE_STATE_KEEP_STORED) commit.database.keep = db->keep;
  commit.database.newest++;
  SCE_TRY(sce_lmdb_state_prepare(&after, db));
  sce_error_t *err = run(&commit);
  if (err == NULL)
    err = sce_error_prefix(sce_lmdb_state_pin_number(after, commit.database.newest), "the commit was made, but then");
  if (err != NULL)
    sce_lmdb_state_delete(after);
  else if (alone && !commit.settles)
    sce_lmdb_state_inherit(after, base, &commit.values, &commit.nodes);
  if (err == NULL) *next = &after->backend;
  sce_buf_free(&commit.values);
  sce_buf_free(&commit.nodes);
  return err;
}
