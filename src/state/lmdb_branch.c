/* lmdb_branch.c: the lowest branches of a database's tries, made from the values below them. */
#include "state/lmdb_branch.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/table.h"
#include "state/trie_build.h"
#include "state/trie_node.h"
#include "state/trie_rows.h"

#include <pthread.h>
#include <string.h>

struct sce_lmdb_made {
  pthread_mutex_t lock;
  sce_table_t records; /* by LMDB key */
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
  pthread_mutex_destroy(&made->lock);
  sce_free(made);
}

/* ---- what is left out ---- */

bool sce_lmdb_is_low_branch(sce_nibbles_t path, sce_span_t record) {
  sce_trie_node_t node;
  if (path.len == 0 || record.len <= SCE_TRIE_RECORD_HEAD) return false;
  uint16_t leaves = sce_load_le16(record.data);
  sce_span_t bytes = sce_span(record.data + SCE_TRIE_RECORD_HEAD, record.len - SCE_TRIE_RECORD_HEAD);
  sce_error_t *err = sce_trie_node_decode(&node, bytes, SCE_BAD_STATE);
  bool low = err == NULL && node.kind == SCE_TRIE_BRANCH;
  sce_error_delete(err);
  for (unsigned i = 0; low && i < 16; i++) {
    bool here = (node.children >> i & 1) != 0, leaf = (leaves >> i & 1) != 0;
    low = !here || leaf || node.child[i].len < 32;
  }
  return low;
}

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

/* ---- making ---- */

typedef struct catcher {
  size_t path_len; /* of the branch that is wanted */
  sce_buf_t record;
} catcher_t;

static sce_error_t *catch_branch(void *ctx, const sce_trie_built_t *built) {
  catcher_t *catcher = ctx;
  uint8_t leaves[SCE_TRIE_RECORD_HEAD];
  if (built->path_len != catcher->path_len) return NULL;
  sce_store_le16(leaves, built->leaves);
  catcher->record.len = 0;
  SCE_TRY(sce_buf_append(&catcher->record, leaves, sizeof leaves));
  return sce_buf_append(&catcher->record, built->node.data, built->node.len);
}

static sce_error_t *add_below(sce_trie_builder_t *builder, size_t *count, const sce_backend_t *backend,
                              sce_trie_id_t trie, sce_nibbles_t path) {
  sce_buf_t start = {0};
  sce_walk_t walk = {.found = false};
  sce_error_t *err = sce_lmdb_path_key(&start, path);
  if (err == NULL) err = backend->ops->seek(backend, &walk, trie, sce_buf_span(&start), true);
  sce_buf_free(&start);
  for (*count = 0; err == NULL && walk.found && sce_lmdb_key_below(walk.entry.key, path); ++*count) {
    sce_state_version_t version = walk.entry.hashed ? SCE_STATE_V1 : SCE_STATE_V0;
    err = sce_trie_builder_add(builder, walk.entry.key, walk.entry.value, version);
    if (err == NULL) err = backend->ops->step(backend, &walk);
  }
  return err;
}

static sce_error_t *build(catcher_t *catcher, const sce_backend_t *backend, sce_trie_id_t trie, sce_nibbles_t path) {
  sce_trie_builder_t *builder;
  sce_trie_ref_t ref;
  size_t count;
  SCE_TRY(sce_trie_builder_new(&builder, SCE_TRIE_BLAKE2B_256, 16, catch_branch, catcher));
  sce_error_t *err = add_below(builder, &count, backend, trie, path);
  if (err == NULL && count > 1) err = sce_trie_builder_finish_subtree(builder, &ref, path.len);
  sce_trie_builder_delete(builder);
  return err;
}

/* With the lock held. */
static sce_error_t *find_or_make(sce_lmdb_made_t *made, sce_span_t *record, const sce_backend_t *backend,
                                 sce_trie_id_t trie, sce_nibbles_t path, sce_span_t key) {
  const sce_table_entry_t *slot = sce_table_find(&made->records, key);
  if (slot == NULL) {
    catcher_t catcher = {.path_len = path.len};
    sce_error_t *err = build(&catcher, backend, trie, path);
    if (err == NULL) err = sce_table_put(&made->records, key, sce_buf_span(&catcher.record), false);
    sce_buf_free(&catcher.record);
    if (err != NULL) return err;
    slot = sce_table_find(&made->records, key);
  }
  *record = sce_span(slot->value, slot->value_len);
  return NULL;
}

sce_error_t *sce_lmdb_make_branch(const sce_lmdb_snapshot_t *snapshot, bool *found, sce_span_t *record,
                                  sce_trie_id_t trie, sce_nibbles_t path) {
  sce_lmdb_key_t key;
  sce_lmdb_node_key(&key, trie, path);
  pthread_mutex_lock(&snapshot->made->lock);
  sce_error_t *err = find_or_make(snapshot->made, record, &snapshot->backend, trie, path, sce_lmdb_key_span(&key));
  pthread_mutex_unlock(&snapshot->made->lock);
  *found = err == NULL && record->len > 0;
  return err;
}
