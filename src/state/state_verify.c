/* state_verify.c: a state checked from the ground up. What is stored is what LMDB's pages say, so they come first; then
 * the roots follow from the values, and everything else is compared with what the roots' computation gives: the tree of
 * a database, then its newest state, then older ones. */
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_branch.h"
#include "state/lmdb_state.h"
#include "state/state.h"
#include "state/trie.h"

#include <string.h>

#define PROGRESS_KEYS 8192

typedef struct verify {
  const sce_lmdb_snapshot_t *snapshot; /* whose tree is checked; NULL: a state is */
  const sce_backend_t *backend;
  sce_progress_fn progress;
  void *ctx;
  uint64_t done, total;
  sce_trie_id_t trie; /* whose records are compared */
  uint64_t records;   /* that should be there */
} verify_t;

static sce_error_t *wrong(const char *what) {
  return sce_error_new(SCE_BAD_STATE, "the state is damaged: %s", what);
}

static sce_error_t *report(verify_t *verify, bool always) {
  if (verify->progress == NULL || (!always && verify->done % PROGRESS_KEYS != 0)) return NULL;
  return verify->progress(verify->ctx, verify->done, verify->total);
}

/* ---- tries ---- */

static sce_error_t *compare_record(void *ctx, const sce_node_write_t *node) {
  verify_t *verify = ctx;
  sce_span_t stored;
  bool found;
  if (verify->snapshot != NULL) { /* light branches may be left out */
    SCE_TRY(sce_lmdb_stored_node(verify->snapshot, &found, &stored, verify->trie, node->path));
    if (!found && node->path.len > 0 && node->weight <= SCE_LMDB_LIGHT) return NULL;
  } else {
    SCE_TRY(verify->backend->ops->node_get(verify->backend, &found, &stored, verify->trie, node->path));
  }
  verify->records++;
  if (found && sce_span_equal(stored, node->record)) return NULL;
  return wrong("a trie node's record is not what the values make it");
}

/* Keys in rising order, found by lookups too, and as many as it is said. */
static sce_error_t *check_keys(verify_t *verify, sce_trie_id_t trie) {
  const sce_backend_ops_t *ops = verify->backend->ops;
  uint64_t count = 0, said;
  sce_walk_t walk;
  sce_entry_t entry;
  bool found;
  sce_span_t last = {0};
  SCE_TRY(ops->seek(verify->backend, &walk, trie, sce_span(NULL, 0), true));
  while (walk.found) {
    if (count++ > 0 && sce_span_compare(last, walk.entry.key) >= 0) return wrong("its keys are not in order");
    SCE_TRY(ops->get(verify->backend, &found, &entry, trie, walk.entry.key));
    if (!found || entry.hashed != walk.entry.hashed || !sce_span_equal(entry.value, walk.entry.value))
      return wrong("a key of a walk is not found by a lookup");
    last = walk.entry.key;
    verify->done++;
    SCE_TRY(report(verify, false));
    SCE_TRY(ops->step(verify->backend, &walk));
  }
  SCE_TRY(ops->count(verify->backend, &said, trie));
  return said == count ? NULL : wrong("it has another number of keys than it says");
}

/* `expected` NULL: its root is not known. */
static sce_error_t *check_trie(verify_t *verify, sce_trie_id_t trie, const uint8_t *expected) {
  uint8_t root[32];
  bool has_nodes = verify->backend->ops->has_nodes != NULL && verify->backend->ops->has_nodes(verify->backend, trie);
  sce_node_sink_t sink = {compare_record, verify};
  verify->trie = trie;
  SCE_TRY(check_keys(verify, trie));
  SCE_TRY(sce_trie_full_root(root, verify->backend, trie, 1, has_nodes ? &sink : NULL));
  bool right = expected == NULL || memcmp(root, expected, 32) == 0;
  return right ? NULL : wrong("a root is not what the values make it");
}

/* What stands where a child's root should be. A runtime can append to that (overlay_ops.c), and then it is no root, but
 * the top trie's root is right with it. */
static sce_error_t *child_root(const sce_backend_t *backend, sce_span_t *root, sce_span_t name) {
  sce_buf_t key = {0};
  sce_entry_t entry;
  bool found = false;
  sce_error_t *err = sce_child_root_key(&key, name);
  if (err == NULL) err = backend->ops->get(backend, &found, &entry, SCE_TRIE_TOP, sce_buf_span(&key));
  if (err == NULL && !found) err = wrong("the top trie has no root of a child trie");
  if (err == NULL) *root = entry.value;
  sce_buf_free(&key);
  return err;
}

static sce_error_t *check_tries(verify_t *verify, const sce_backend_t *backend, const uint8_t root[32],
                                uint64_t *children) {
  sce_span_t name = {0};
  verify->backend = backend;
  *children = 0;
  SCE_TRY(check_trie(verify, SCE_TRIE_TOP, root));
  for (bool inclusive = true;; inclusive = false, ++*children) {
    sce_trie_id_t trie;
    sce_span_t expected;
    SCE_TRY(backend->ops->next_child(backend, &trie, &name, name, inclusive));
    if (trie == SCE_TRIE_NONE) return NULL;
    SCE_TRY(child_root(backend, &expected, name));
    SCE_TRY(check_trie(verify, trie, expected.len == 32 ? expected.data : NULL));
  }
}

/* ---- the database ---- */

/* Counts the records of some kinds, and the bytes of their values. */
static sce_error_t *count_records(const sce_lmdb_snapshot_t *snapshot, uint64_t *count, uint64_t *bytes,
                                  sce_lmdb_tag_t first, sce_lmdb_tag_t last) {
  const uint8_t tag = (uint8_t)first;
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  *count = *bytes = 0;
  SCE_TRY(sce_pages_seek(&snapshot->pages, &cursor, &item, snapshot->pages.main, sce_span(&tag, 1), true));
  for (; cursor.depth > 0 && item.key.data[0] <= (uint8_t)last; ++*count) {
    *bytes += item.value.len;
    SCE_TRY(sce_pages_step(&snapshot->pages, &cursor, &item));
  }
  return NULL;
}

static sce_error_t *expect_records(const sce_lmdb_snapshot_t *snapshot, sce_lmdb_tag_t first, sce_lmdb_tag_t last,
                                   uint64_t expected, const char *what) {
  uint64_t count, bytes;
  SCE_TRY(count_records(snapshot, &count, &bytes, first, last));
  return count == expected ? NULL : wrong(what);
}

static sce_error_t *check_journal(const sce_lmdb_snapshot_t *snapshot) {
  const sce_lmdb_database_t *database = &snapshot->database;
  uint64_t states = database->newest - database->settled, count, bytes;
  SCE_TRY(expect_records(snapshot, SCE_LMDB_JOURNAL_NODES, SCE_LMDB_JOURNAL_NODES, states,
                         "its journal has nodes of another number of states than it says"));
  SCE_TRY(count_records(snapshot, &count, &bytes, SCE_LMDB_JOURNAL, SCE_LMDB_JOURNAL_NODES));
  if (count != 2 * states || bytes != database->journal_bytes)
    return wrong("its journal has another size than it says");
  return NULL;
}

static sce_error_t *check_records(const sce_lmdb_snapshot_t *snapshot, const verify_t *verify, uint64_t children) {
  const sce_lmdb_database_t *database = &snapshot->database;
  uint64_t states = database->newest - database->oldest + 1 - (database->oldest == 0);
  uint64_t undone = database->settled > database->oldest ? database->settled - database->oldest : 0;
  SCE_TRY(expect_records(snapshot, SCE_LMDB_CHILD, SCE_LMDB_CHILD, children,
                         "it has records of child tries that the top trie does not know"));
  SCE_TRY(expect_records(snapshot, SCE_LMDB_TOP_NODE, SCE_LMDB_KID_NODE, verify->records,
                         "it has records of trie nodes that are none"));
  SCE_TRY(expect_records(snapshot, SCE_LMDB_TOP, SCE_LMDB_KID, verify->done, "it has values that belong to no trie"));
  if (snapshot->pages.main.entries == 0) return NULL;
  SCE_TRY(expect_records(snapshot, SCE_LMDB_STATE, SCE_LMDB_STATE, states,
                         "it has another number of older states than it says"));
  SCE_TRY(expect_records(snapshot, SCE_LMDB_UNDO, SCE_LMDB_UNDO, undone,
                         "it has another number of ways back than it says"));
  return check_journal(snapshot);
}

/* The tree's pages, its values and nodes, and how many records there are of each kind. */
static sce_error_t *check_tree(verify_t *verify, const sce_lmdb_snapshot_t *snapshot) {
  uint64_t children;
  SCE_TRY(sce_pages_vet_all(&snapshot->pages));
  verify->snapshot = snapshot;
  SCE_TRY(check_tries(verify, &snapshot->backend, snapshot->database.settled_root, &children));
  verify->snapshot = NULL;
  return check_records(snapshot, verify, children);
}

/* The root of a state follows from the tree and the changes between them. */
static sce_error_t *check_root(sce_lmdb_snapshot_t *snapshot, uint64_t number, const sce_lmdb_state_record_t *record) {
  sce_lmdb_state_t *older;
  uint8_t root[32];
  SCE_TRY(sce_lmdb_state_at(&older, snapshot, number, record));
  sce_error_t *err = sce_lmdb_state_root(&older->backend, root, SCE_TRIE_TOP, NULL, 0, SCE_STATE_V0);
  if (err == NULL && memcmp(root, record->root, 32) != 0) err = wrong("the root of an older state");
  sce_lmdb_state_delete(older);
  return err;
}

static sce_error_t *check_older(const sce_lmdb_snapshot_t *snapshot) {
  const sce_lmdb_database_t *database = &snapshot->database;
  for (uint64_t number = database->newest; number-- > database->oldest;) {
    sce_lmdb_state_record_t record;
    sce_lmdb_snapshot_t *again;
    bool found;
    SCE_TRY(sce_lmdb_find_state(snapshot, &found, &record, number));
    if (!found && number > 0) return wrong("an older state is missing");
    if (!found) continue; /* the empty state of a new database has no record */
    SCE_TRY(sce_lmdb_snapshot_new(&again, snapshot->db));
    if (again->pages.transaction != snapshot->pages.transaction) { /* somebody commits meanwhile */
      sce_lmdb_snapshot_delete(again);
      return NULL;
    }
    SCE_TRY(check_root(again, number, &record));
  }
  return NULL;
}

/* ---- all ---- */

static sce_error_t *verify_all(verify_t *verify, const sce_state_t *state) {
  const sce_lmdb_state_t *stored = sce_lmdb_state_of(state->backend);
  const sce_lmdb_snapshot_t *snapshot = stored == NULL ? NULL : stored->snapshot;
  bool newest = stored != NULL && stored->number == snapshot->database.newest;
  uint8_t root[32];
  uint64_t children;
  SCE_TRY(report(verify, true));
  if (newest) SCE_TRY(check_tree(verify, snapshot));
  SCE_TRY(sce_state_root(state, root, NULL));
  if (newest && stored->number == snapshot->database.settled) {
    if (memcmp(root, snapshot->database.settled_root, 32) != 0 || stored->keys != snapshot->database.settled_keys)
      return wrong("its newest state is not the settled one");
  } else {
    SCE_TRY(check_tries(verify, state->backend, root, &children));
  }
  if (newest) SCE_TRY(check_older(snapshot));
  return report(verify, true);
}

/* Keys to be looked at: those of a database's tree, too, where the state is another. */
static sce_error_t *count_all(const sce_state_t *state, uint64_t *total) {
  const sce_lmdb_state_t *stored = sce_lmdb_state_of(state->backend);
  SCE_TRY(sce_state_count(state, total, NULL));
  if (stored == NULL) return NULL;
  const sce_lmdb_database_t *database = &stored->snapshot->database;
  if (stored->number == database->newest && stored->number != database->settled) *total += database->settled_keys;
  return NULL;
}

sce_error_t *sce_state_verify(const sce_state_t *state, sce_progress_fn progress, void *ctx) {
  verify_t verify = {.progress = progress, .ctx = ctx};
  const sce_lmdb_state_t *stored = sce_lmdb_state_of(state->backend);
  SCE_TRY(count_all(state, &verify.total));
  sce_error_t *err = verify_all(&verify, state);
  if (stored == NULL) return err;
  if (err != NULL) return sce_lmdb_in(stored->snapshot->db, err);
  sce_chain_spec_t *kept = NULL; /* that it can be read is all there is to check */
  err = sce_state_chain_spec(state, &kept);
  sce_chain_spec_delete(kept);
  return err;
}
