/* state_open.c: states of a database: opening, the newest, older ones, and how they follow on each other. */
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static sce_block_info_t block_of(const sce_lmdb_state_record_t *record) {
  sce_block_info_t block = {.number = record->block_number, .header = record->header};
  memcpy(block.hash, record->block_hash, 32);
  return block;
}

/* A state over a backend, which is taken, with what its record says. */
static sce_error_t *make_state(sce_state_t **state, sce_backend_t *backend, const sce_lmdb_state_record_t *record) {
  sce_state_t *made;
  sce_error_t *err = sce_state_from_backend(&made, backend);
  if (err != NULL) return err;
  memcpy(made->root, record->root, 32);
  made->root_known = true;
  sce_block_info_t block = block_of(record);
  if (record->has_block) err = sce_state_keep_block(made, &block);
  if (err != NULL)
    sce_state_delete(made);
  else
    *state = made;
  return err;
}

static sce_error_t *newest_of(sce_state_t **state, sce_lmdb_t *db) {
  sce_lmdb_state_t *newest;
  SCE_TRY(sce_lmdb_state_newest(&newest, db));
  return make_state(state, &newest->backend, &newest->snapshot->state);
}

sce_error_t *sce_state_open(sce_state_t **state, const char *dir, const sce_state_options_t *options) {
  sce_state_options_t all = {.keep = SCE_STATE_KEEP_STORED};
  size_t size = options == NULL ? 0 : options->size < sizeof all ? options->size : sizeof all;
  if (size > 0) memcpy(&all, options, size);
  sce_lmdb_t *db;
  SCE_TRY(sce_lmdb_open(&db, dir, &all));
  sce_error_t *err = newest_of(state, db);
  sce_lmdb_unref(db); /* the state has its own reference */
  return err;
}

/* The snapshot under a state, and which state of it that is; NULL for states of no database. */
static const sce_lmdb_snapshot_t *snapshot_under(const sce_state_t *state, uint64_t *number) {
  const sce_lmdb_state_t *under = sce_lmdb_state_of(state->backend);
  if (under == NULL) return NULL;
  *number = under->number;
  return under->snapshot;
}

/* Where nothing was committed since, it is the state itself: what it has read of the journal need not be read again. */
sce_error_t *sce_state_newest(sce_state_t **newest, sce_state_t *state) {
  const sce_lmdb_state_t *under = sce_lmdb_state_of(state->backend);
  sce_state_t *made = NULL;
  if (under != NULL) SCE_TRY(newest_of(&made, under->snapshot->db));
  const sce_lmdb_state_t *other = under == NULL ? NULL : sce_lmdb_state_of(made->backend);
  bool same = under == NULL || (under->number == other->number &&
                                under->snapshot->pages.transaction == other->snapshot->pages.transaction);
  *newest = same ? sce_state_ref(state) : made;
  if (same) sce_state_delete(made);
  return NULL;
}

/* ---- older states ---- */

typedef struct wanted_block {
  const uint8_t *hash; /* NULL: by number */
  uint32_t number;
} wanted_block_t;

static bool is_wanted(const sce_lmdb_state_record_t *record, const wanted_block_t *wanted) {
  if (!record->has_block) return false;
  return wanted->hash == NULL ? record->block_number == wanted->number
                              : memcmp(record->block_hash, wanted->hash, 32) == 0;
}

static sce_error_t *not_kept(const wanted_block_t *wanted) {
  if (wanted->hash == NULL)
    return sce_error_new(SCE_NOT_FOUND, "the state after block %" PRIu32 " is not kept", wanted->number);
  char hex[65];
  for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", wanted->hash[i]);
  return sce_error_new(SCE_NOT_FOUND, "the state after block 0x%s is not kept", hex);
}

/* Searches from the newest down. Takes the snapshot, also on failure. */
static sce_error_t *find_at(sce_state_t **at, sce_lmdb_snapshot_t *snapshot, const wanted_block_t *wanted) {
  sce_error_t *err = NULL;
  for (uint64_t number = snapshot->database.newest; err == NULL; number--) {
    sce_lmdb_state_record_t record;
    bool found = false;
    err = sce_lmdb_find_state(snapshot, &found, &record, number);
    if (err == NULL && !found && number > 0) err = sce_lmdb_missing_state(snapshot);
    if (err == NULL && found && is_wanted(&record, wanted)) {
      sce_lmdb_state_t *made;
      SCE_TRY(sce_lmdb_state_at(&made, snapshot, number, &record));
      return make_state(at, &made->backend, &record);
    }
    if (number == snapshot->database.oldest) break;
  }
  sce_lmdb_snapshot_delete(snapshot);
  return err != NULL ? err : not_kept(wanted);
}

static sce_error_t *state_at(sce_state_t **at, sce_state_t *state, const wanted_block_t *wanted) {
  uint64_t number;
  const sce_lmdb_snapshot_t *snapshot = snapshot_under(state, &number);
  if (snapshot != NULL) {
    sce_lmdb_snapshot_t *newest;
    SCE_TRY(sce_lmdb_snapshot_new(&newest, snapshot->db));
    return find_at(at, newest, wanted);
  }
  bool same = state->has_block && (wanted->hash == NULL ? state->block.number == wanted->number
                                                        : memcmp(state->block.hash, wanted->hash, 32) == 0);
  if (!same) return not_kept(wanted);
  *at = sce_state_ref(state);
  return NULL;
}

sce_error_t *sce_state_at_number(sce_state_t **at, sce_state_t *state, uint32_t number) {
  return state_at(at, state, &(wanted_block_t){NULL, number});
}

sce_error_t *sce_state_at_hash(sce_state_t **at, sce_state_t *state, const uint8_t hash[32]) {
  return state_at(at, state, &(wanted_block_t){hash, 0});
}

static sce_error_t *no_state_before(void) {
  return sce_error_new(SCE_NOT_FOUND, "the state before this one is not kept");
}

/* Takes the snapshot, also on failure. */
static sce_error_t *state_of_number(sce_state_t **state, sce_lmdb_snapshot_t *snapshot, uint64_t number) {
  sce_lmdb_state_record_t record;
  sce_lmdb_state_t *made;
  bool found = false;
  sce_error_t *err = NULL;
  if (number >= snapshot->database.oldest) err = sce_lmdb_find_state(snapshot, &found, &record, number);
  if (err == NULL && !found) err = no_state_before();
  if (err != NULL) {
    sce_lmdb_snapshot_delete(snapshot);
    return err;
  }
  SCE_TRY(sce_lmdb_state_at(&made, snapshot, number, &record));
  return make_state(state, &made->backend, &record);
}

sce_error_t *sce_state_before(sce_state_t **before, sce_state_t *state) {
  uint64_t number;
  const sce_lmdb_snapshot_t *snapshot = snapshot_under(state, &number);
  sce_lmdb_snapshot_t *newest;
  if (snapshot == NULL || number == 0) return no_state_before();
  SCE_TRY(sce_lmdb_snapshot_new(&newest, snapshot->db));
  return state_of_number(before, newest, number - 1);
}

sce_error_t *sce_state_history(const sce_state_t *state, bool *found, bool *has_block, sce_block_info_t *block,
                               uint8_t root[32], uint64_t back) {
  uint64_t number;
  const sce_lmdb_snapshot_t *snapshot = snapshot_under(state, &number);
  sce_lmdb_state_record_t record = {.keys = 0};
  *found = *has_block = false;
  *block = (sce_block_info_t){.number = 0};
  if (snapshot == NULL) {
    if (back > 0) return NULL;
    *found = true;
    *has_block = sce_state_block(state, block);
    return sce_state_root(state, root, NULL);
  }
  if (back > number || number - back < snapshot->database.oldest) return NULL;
  if (number - back == snapshot->database.newest) { /* also of a database without records */
    record = snapshot->state;
    *found = true;
  } else {
    SCE_TRY(sce_lmdb_find_state(snapshot, found, &record, number - back));
  }
  if (!*found) return NULL;
  *has_block = record.has_block;
  if (record.has_block) *block = block_of(&record);
  memcpy(root, record.root, 32);
  return NULL;
}
