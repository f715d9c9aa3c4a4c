/* lmdb_import.c: a whole state into an empty database, in one transaction. Keys come in order, so that LMDB fills its
 * pages one after the other; the node records follow while the roots are computed. */
#include "state/lmdb_branch.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/trie.h"

#include <string.h>

/* Keys between two reports of progress. */
#define PROGRESS_KEYS 8192

typedef struct import {
  const sce_state_t *source;
  sce_state_import_t options;
  sce_lmdb_writer_t *writer;
  sce_trie_id_t target; /* number of the trie that is written */
  uint64_t done, total;
  uint64_t top_keys;
  uint8_t root[32];
  sce_trie_id_t next_child;
} import_t;

static sce_error_t *report(const import_t *import) {
  if (import->options.progress == NULL) return NULL;
  return import->options.progress(import->options.progress_ctx, import->done, import->total);
}

/* Long keys do not come in the order of their hashes. */
static sce_error_t *put_ordered(const import_t *import, const sce_lmdb_key_t *key, sce_span_t value) {
  bool last = !key->cut && import->target == SCE_TRIE_TOP; /* children come after the top trie's nodes */
  return last ? sce_lmdb_append(import->writer, key, value) : sce_lmdb_put(import->writer, key, value);
}

static sce_error_t *write_values(import_t *import, sce_trie_id_t from, uint64_t *keys) {
  const sce_backend_t *backend = import->source->backend;
  sce_lmdb_writer_t *writer = import->writer;
  sce_walk_t walk;
  *keys = 0;
  SCE_TRY(backend->ops->seek(backend, &walk, from, sce_span(NULL, 0), true));
  while (walk.found) {
    sce_lmdb_key_t key;
    sce_lmdb_storage_key(&key, import->target, walk.entry.key);
    writer->value.len = 0;
    SCE_TRY(sce_lmdb_put_value(&writer->value, &key, walk.entry.key, walk.entry.value, walk.entry.hashed));
    SCE_TRY(put_ordered(import, &key, sce_buf_span(&writer->value)));
    ++*keys;
    if (++import->done % PROGRESS_KEYS == 0) SCE_TRY(report(import));
    SCE_TRY(backend->ops->step(backend, &walk));
  }
  return NULL;
}

/* Light branches are left out (lmdb_branch.h). */
static sce_error_t *write_node(void *ctx, const sce_node_write_t *node) {
  const import_t *import = ctx;
  sce_lmdb_key_t key;
  if (node->path.len > 0 && node->weight <= SCE_LMDB_LIGHT) return NULL;
  sce_lmdb_node_key(&key, import->target, node->path);
  return sce_lmdb_put(import->writer, &key, node->record);
}

static sce_error_t *write_nodes(import_t *import, uint8_t root[32], sce_trie_id_t from) {
  sce_node_sink_t sink = {write_node, import};
  return sce_trie_full_root(root, import->source->backend, from, 1, &sink);
}

/* ---- tries ---- */

typedef sce_error_t *(*child_fn)(import_t *import, sce_span_t name, sce_trie_id_t from);

/* The children in the order of their names; each gets the next number in turn. */
static sce_error_t *each_child(import_t *import, child_fn call) {
  const sce_backend_t *backend = import->source->backend;
  sce_span_t name = sce_span(NULL, 0);
  import->target = 1;
  for (bool inclusive = true;; inclusive = false, import->target++) {
    sce_trie_id_t from;
    SCE_TRY(backend->ops->next_child(backend, &from, &name, name, inclusive));
    if (from == SCE_TRIE_NONE) return NULL;
    SCE_TRY(call(import, name, from));
  }
}

static sce_error_t *count_child(import_t *import, sce_span_t name, sce_trie_id_t from) {
  uint64_t keys;
  (void)name;
  SCE_TRY(import->source->backend->ops->count(import->source->backend, &keys, from));
  import->total += keys;
  return NULL;
}

static sce_error_t *write_child(import_t *import, sce_span_t name, sce_trie_id_t from) {
  sce_lmdb_child_t child = {.id = import->target, .name = name};
  sce_lmdb_key_t key;
  uint8_t root[32];
  SCE_TRY(write_values(import, from, &child.keys));
  SCE_TRY(write_nodes(import, root, from));
  sce_lmdb_name_key(&key, SCE_LMDB_CHILD, name);
  import->writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_child(&import->writer->value, &key, &child));
  import->next_child = child.id + 1;
  return sce_lmdb_put(import->writer, &key, sce_buf_span(&import->writer->value));
}

static sce_error_t *write_tries(import_t *import) {
  import->target = SCE_TRIE_TOP;
  SCE_TRY(write_values(import, SCE_TRIE_TOP, &import->top_keys));
  SCE_TRY(write_nodes(import, import->root, SCE_TRIE_TOP));
  return each_child(import, write_child);
}

/* ---- records ---- */

/* Substitutes that can't be read count from block 0 on: whoever needs them then gets the error. */
static sce_error_t *write_substitute(import_t *import) {
  bool found = true;
  uint32_t number = 0;
  uint8_t first[4];
  sce_lmdb_key_t key;
  sce_error_t *err = sce_chain_spec_substitute(import->options.spec, &found, &number, NULL, 0);
  if (err != NULL && sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  if (!found) return NULL;
  sce_store_le32(first, number);
  sce_lmdb_name_key(&key, SCE_LMDB_ABOUT, sce_span_text(SCE_ABOUT_SUBSTITUTE));
  return sce_lmdb_put(import->writer, &key, sce_span(first, sizeof first));
}

static sce_error_t *write_about(import_t *import) {
  const sce_chain_spec_t *spec = import->options.spec;
  if (spec == NULL) return NULL;
  sce_lmdb_key_t key;
  sce_lmdb_name_key(&key, SCE_LMDB_ABOUT, sce_span_text(SCE_ABOUT_SPEC));
  SCE_TRY(sce_lmdb_put(import->writer, &key, sce_span_text(sce_chain_spec_members(spec))));
  return write_substitute(import);
}

static sce_error_t *write_records(import_t *import) {
  sce_lmdb_state_record_t record = {.keys = import->top_keys};
  sce_block_info_t block;
  memcpy(record.root, import->root, 32);
  if (sce_state_block(import->source, &block)) {
    record.has_block = true;
    record.block_number = block.number;
    memcpy(record.block_hash, block.hash, 32);
    record.header = block.header;
  }
  uint32_t keep = import->options.keep == SCE_STATE_KEEP_STORED ? SCE_STATE_KEEP_DEFAULT : import->options.keep;
  sce_lmdb_database_t database = {.keep = keep,
                                  .newest = 1,
                                  .oldest = 1,
                                  .next_child = import->next_child,
                                  .settled = 1,
                                  .settled_keys = import->top_keys};
  memcpy(database.settled_root, import->root, 32);
  sce_lmdb_key_t key;
  sce_buf_t *value = &import->writer->value;
  sce_lmdb_number_key(&key, SCE_LMDB_STATE, 1);
  value->len = 0;
  SCE_TRY(sce_lmdb_put_state(value, &record));
  SCE_TRY(sce_lmdb_put(import->writer, &key, sce_buf_span(value)));
  sce_lmdb_plain_key(&key, SCE_LMDB_DATABASE);
  value->len = 0;
  SCE_TRY(sce_lmdb_put_database(value, &database));
  return sce_lmdb_put(import->writer, &key, sce_buf_span(value));
}

static sce_error_t *write_all(sce_lmdb_writer_t *writer, void *ctx) {
  import_t *import = ctx;
  import->writer = writer;
  SCE_TRY(report(import));
  SCE_TRY(write_tries(import));
  SCE_TRY(write_about(import));
  SCE_TRY(write_records(import));
  import->done = import->total;
  return report(import);
}

/* ---- the import ---- */

static sce_error_t *check_target(const sce_state_t *database) {
  const sce_lmdb_snapshot_t *snapshot = sce_lmdb_snapshot_of(database->backend);
  if (snapshot == NULL) return sce_error_new(SCE_MISUSE, "only a database can be imported into");
  if (atomic_load_explicit(&database->refs, memory_order_acquire) > 1)
    return sce_error_new(SCE_MISUSE, "the state to import into is in use");
  if (snapshot->pages.main.entries > 0)
    return sce_error_new(SCE_MISUSE, "%s holds a state already: import into a new directory", snapshot->db->path);
  return NULL;
}

static sce_error_t *count_all(import_t *import) {
  const sce_backend_t *backend = import->source->backend;
  SCE_TRY(backend->ops->count(backend, &import->total, SCE_TRIE_TOP));
  return each_child(import, count_child);
}

sce_error_t *sce_state_import(sce_state_t **database, const sce_state_t *source, const sce_state_import_t *options) {
  SCE_TRY(check_target(*database));
  import_t import = {.source = source, .options = {.keep = SCE_STATE_KEEP_STORED}, .next_child = 1};
  size_t size = options == NULL ? 0 : options->size < sizeof import.options ? options->size : sizeof import.options;
  if (size > 0) memcpy(&import.options, options, size);
  SCE_TRY(count_all(&import));
  sce_error_t *err = sce_lmdb_write(sce_lmdb_snapshot_of((*database)->backend), write_all, &import);
  if (err != NULL) return err;
  sce_state_t *filled;
  SCE_TRY(sce_error_prefix(sce_state_newest(&filled, *database), "the import was made, but then"));
  sce_state_delete(*database);
  *database = filled;
  return NULL;
}
