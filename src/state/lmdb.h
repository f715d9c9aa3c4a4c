/* lmdb.h: state databases: an LMDB environment, and the snapshots of it that states are.
 *
 * LMDB does transactions: a read transaction keeps the pages of its snapshot from being used again, a write transaction
 * makes the next one. Reading is done by lmdb_pages.h on a map of scexec's own; one read transaction serves all
 * threads. */
#ifndef SCE_STATE_LMDB_H
#define SCE_STATE_LMDB_H

#include "scexec/state.h"
#include "state/lmdb_format.h"
#include "state/lmdb_groups.h"
#include "state/lmdb_pages.h"

#include <lmdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>

/* An open directory, shared by the states that come from it. */
typedef struct sce_lmdb {
  atomic_size_t refs;
  MDB_env *env;
  char *path; /* of the directory */
  int fd;     /* the data file, for its size */
  const uint8_t *map;
  size_t map_size;
  uint32_t page_size;
  bool read_only;
  uint32_t keep;           /* states to keep from the next commit on; SCE_STATE_KEEP_STORED: as the database says */
  uint64_t journal_bytes;  /* that the journal may have before it is settled */
  uint64_t journal_states; /* and states */
  uint64_t vet_whole;      /* bytes of a file up to which all of it is vetted before the first write */
  pthread_mutex_t writing; /* held by the thread that writes: trusted, escape */
  uint64_t trusted;        /* transaction that this process wrote on pages that were vetted whole; UINT64_MAX: none */
  atomic_bool broken;      /* LMDB gave up in the middle: nothing more may be written */
  jmp_buf *escape;         /* where a failed assertion of LMDB goes, while writing */
} sce_lmdb_t;

/* Node records that were made from values (lmdb_branch.h). */
typedef struct sce_lmdb_made sce_lmdb_made_t;

#define SCE_LMDB_COUNTS 64

/* How many keys child tries have, of those that were found last: a trie that was found by name is counted by number,
 * and no record leads from that to its own. */
typedef struct sce_lmdb_counts {
  pthread_mutex_t lock;
  struct {
    sce_trie_id_t trie; /* SCE_TRIE_TOP: none */
    uint64_t keys;
  } slots[SCE_LMDB_COUNTS]; /* by the number's lowest bits */
} sce_lmdb_counts_t;

/* A snapshot. Immutable, but for what it remembers. */
typedef struct sce_lmdb_snapshot {
  sce_backend_t backend; /* first member: the tree's values and nodes, which are the settled state; only reads */
  sce_lmdb_t *db;        /* a reference */
  MDB_txn *txn;
  sce_pages_t pages;
  sce_lmdb_database_t database;
  sce_lmdb_state_record_t state; /* of the newest state */
  sce_lmdb_made_t *made;
  sce_lmdb_groups_t *groups;
  sce_lmdb_counts_t counts;
} sce_lmdb_snapshot_t;

/* ---- lmdb_env.c ---- */

sce_error_t *sce_lmdb_open(sce_lmdb_t **db, const char *path, const sce_state_options_t *options);
sce_lmdb_t *sce_lmdb_ref(sce_lmdb_t *db);
void sce_lmdb_unref(sce_lmdb_t *db);
/* An error for a code of LMDB's, or an errno value. */
sce_error_t *sce_lmdb_error(const sce_lmdb_t *db, int code, const char *doing);
/* Puts the directory in front of an error about its contents. */
sce_error_t *sce_lmdb_in(const sce_lmdb_t *db, sce_error_t *err);

/* ---- lmdb.c ---- */

/* The newest snapshot. */
sce_error_t *sce_lmdb_snapshot_new(sce_lmdb_snapshot_t **snapshot, sce_lmdb_t *db);
/* The same in two steps: all that takes memory or a place among the readers first. */
sce_error_t *sce_lmdb_snapshot_prepare(sce_lmdb_snapshot_t **snapshot, sce_lmdb_t *db);
sce_error_t *sce_lmdb_snapshot_pin(sce_lmdb_snapshot_t *snapshot);
void sce_lmdb_snapshot_delete(sce_lmdb_snapshot_t *snapshot);
/* The record of a state that is kept; `*found` false: it is not. */
sce_error_t *sce_lmdb_find_state(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_lmdb_state_record_t *record,
                                 uint64_t number);
/* The error for a state that should be there; all but number 0 have a record. */
sce_error_t *sce_lmdb_missing_state(const sce_lmdb_snapshot_t *snapshot);
/* A node record that is stored. */
sce_error_t *sce_lmdb_stored_node(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path);
sce_error_t *sce_lmdb_find_child_record(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_lmdb_child_t *child,
                                        sce_span_t name);

/* ---- lmdb_write.c ---- */

/* A write transaction on top of a snapshot. */
typedef struct sce_lmdb_writer {
  sce_lmdb_t *db;
  const sce_lmdb_snapshot_t *base;
  MDB_txn *txn;
  MDB_dbi dbi;
  bool all_vetted;
  sce_page_set_t vetted; /* unless all are */
  sce_buf_t value;       /* scratch */
} sce_lmdb_writer_t;

/* Work inside a write transaction. */
typedef sce_error_t *(*sce_lmdb_work_fn)(sce_lmdb_writer_t *writer, void *ctx);

/* Runs `work` in a transaction on top of `base` and commits it, or leaves everything as it was. SCE_MISUSE when `base`
 * is not the newest snapshot any more, or the database is open for reading only. */
sce_error_t *sce_lmdb_write(const sce_lmdb_snapshot_t *base, sce_lmdb_work_fn work, void *ctx);
sce_error_t *sce_lmdb_put(sce_lmdb_writer_t *writer, const sce_lmdb_key_t *key, sce_span_t value);
/* The same for keys that come in rising order behind all others; for databases that were empty. */
sce_error_t *sce_lmdb_append(sce_lmdb_writer_t *writer, const sce_lmdb_key_t *key, sce_span_t value);
/* Does nothing where the key is not there. */
sce_error_t *sce_lmdb_remove(sce_lmdb_writer_t *writer, sce_span_t key);

/* ---- lmdb_commit.c ---- */

sce_error_t *sce_lmdb_commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone);

#endif
