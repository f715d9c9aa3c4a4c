/* lmdb_write.c: write transactions. What LMDB will touch is vetted before it does: a file of moderate size whole, once;
 * of a larger one, for each key, what that needs. Should LMDB find a broken invariant all the same (a page with two
 * uses, say), it would abort the process: the assertion hook jumps out instead, the transaction is left as it is, and
 * nothing more is written through this environment; on disk nothing has changed. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb.h"

#include <string.h>

static sce_error_t *broken(const sce_lmdb_t *db) {
  return sce_error_new(
      SCE_BAD_STATE, "%s: the state database is damaged: LMDB could not go on; check it with a verification", db->path);
}

/* ---- one record ---- */

static MDB_val to_val(sce_span_t bytes) {
  return (MDB_val){bytes.len, (void *)(uintptr_t)bytes.data};
}

static sce_error_t *vet(sce_lmdb_writer_t *writer, sce_span_t key, bool removal) {
  if (writer->all_vetted) return NULL;
  return sce_lmdb_in(writer->db, sce_pages_vet_key(&writer->base->pages, &writer->vetted, key, removal));
}

static sce_error_t *put(sce_lmdb_writer_t *writer, sce_span_t key, sce_span_t value, unsigned flags) {
  MDB_val k = to_val(key), v = to_val(value);
  int code = mdb_put(writer->txn, writer->dbi, &k, &v, flags);
  return code == 0 ? NULL : sce_lmdb_error(writer->db, code, "writing");
}

sce_error_t *sce_lmdb_put(sce_lmdb_writer_t *writer, const sce_lmdb_key_t *key, sce_span_t value) {
  SCE_TRY(vet(writer, sce_lmdb_key_span(key), false));
  return put(writer, sce_lmdb_key_span(key), value, 0);
}

sce_error_t *sce_lmdb_append(sce_lmdb_writer_t *writer, const sce_lmdb_key_t *key, sce_span_t value) {
  return put(writer, sce_lmdb_key_span(key), value, MDB_APPEND);
}

sce_error_t *sce_lmdb_remove(sce_lmdb_writer_t *writer, sce_span_t key) {
  SCE_TRY(vet(writer, key, true));
  MDB_val k = to_val(key);
  int code = mdb_del(writer->txn, writer->dbi, &k, NULL);
  return code == 0 || code == MDB_NOTFOUND ? NULL : sce_lmdb_error(writer->db, code, "writing");
}

/* ---- transactions ---- */

/* The snapshot must be what the transaction begins with; the free pages are LMDB's to take. */
static sce_error_t *check_base(sce_lmdb_writer_t *writer) {
  const sce_pages_t *pages = &writer->base->pages;
  if (mdb_txn_id(writer->txn) != pages->transaction + 1)
    return sce_error_new(SCE_MISUSE, "%s: another process has changed the state meanwhile: go to the newest one",
                         writer->db->path);
  writer->all_vetted = writer->db->trusted == pages->transaction;
  if (writer->all_vetted) return NULL;
  writer->all_vetted = pages->readable <= writer->db->vet_whole;
  if (writer->all_vetted) return sce_lmdb_in(writer->db, sce_pages_vet_all(pages));
  SCE_TRY(sce_lmdb_in(writer->db, sce_pages_vet_free(pages)));
  return sce_page_set_new(&writer->vetted, pages);
}

static sce_error_t *work_and_commit(sce_lmdb_writer_t *writer, sce_lmdb_work_fn work, void *ctx) {
  sce_error_t *err = check_base(writer);
  int code = err != NULL ? 0 : mdb_dbi_open(writer->txn, NULL, 0, &writer->dbi);
  if (code != 0) err = sce_lmdb_error(writer->db, code, "writing");
  if (err == NULL) err = work(writer, ctx);
  uint64_t transaction = mdb_txn_id(writer->txn);
  MDB_txn *txn = writer->txn;
  writer->txn = NULL;
  if (err != NULL) {
    mdb_txn_abort(txn);
    return err;
  }
  code = mdb_txn_commit(txn);
  if (code != 0) return sce_lmdb_error(writer->db, code, "writing");
  if (writer->all_vetted) writer->db->trusted = transaction;
  return NULL;
}

/* `volatile` would be of no use: what the jump leaves behind is not looked at again. */
static sce_error_t *guarded(sce_lmdb_writer_t *writer, sce_lmdb_work_fn work, void *ctx) {
  jmp_buf escape;
  sce_lmdb_t *db = writer->db;
  if (setjmp(escape) != 0) {
    db->escape = NULL;
    atomic_store(&db->broken, true);
    return broken(db);
  }
  db->escape = &escape;
  sce_error_t *err = work_and_commit(writer, work, ctx);
  db->escape = NULL;
  return err;
}

static sce_error_t *write_alone(const sce_lmdb_snapshot_t *base, sce_lmdb_work_fn work, void *ctx) {
  sce_lmdb_t *db = base->db;
  if (atomic_load(&db->broken)) return broken(db);
  sce_lmdb_writer_t writer = {.db = db, .base = base};
  int code = mdb_txn_begin(db->env, NULL, 0, &writer.txn);
  if (code != 0) return sce_lmdb_error(db, code, "writing");
  sce_error_t *err = guarded(&writer, work, ctx);
  sce_page_set_free(&writer.vetted);
  sce_buf_free(&writer.value);
  return err;
}

/* LMDB has a lock for this, but gives it away within mdb_txn_commit, and for ever where a write ends in an escape. */
sce_error_t *sce_lmdb_write(const sce_lmdb_snapshot_t *base, sce_lmdb_work_fn work, void *ctx) {
  sce_lmdb_t *db = base->db;
  if (db->read_only) return sce_error_new(SCE_MISUSE, "%s is open for reading only", db->path);
  pthread_mutex_lock(&db->writing);
  sce_error_t *err = write_alone(base, work, ctx);
  pthread_mutex_unlock(&db->writing);
  return err;
}
