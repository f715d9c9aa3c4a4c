/* lmdb_settle.c: see lmdb_settle.h. The journal is gone through once more from its beginning, in a layer of its own:
 * for each state on the way the layer says what was before, which makes the way back, and at the end what to write. */
#include "state/lmdb_settle.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_branch.h"

typedef struct settling {
  sce_lmdb_writer_t *writer;
  const sce_lmdb_state_t *base;
  const sce_lmdb_snapshot_t *tree;
  sce_lmdb_database_t *database;
  sce_layer_t layer; /* up to the state before the one that is added */
} settling_t;

/* ---- ways back ---- */

static sce_error_t *trie_before(const settling_t *settling, sce_trie_id_t *trie, uint64_t *keys,
                                const sce_changed_trie_t *changed) {
  const sce_backend_t *tree = settling->layer.tree;
  *trie = SCE_TRIE_TOP;
  *keys = settling->layer.top.keys;
  if (changed->top) return NULL;
  const sce_layer_trie_t *child = sce_layer_child(&settling->layer, trie, changed->child);
  if (child != NULL) {
    *keys = child->keys;
    return NULL;
  }
  SCE_TRY(tree->ops->find_child(tree, trie, changed->child));
  return tree->ops->count(tree, keys, *trie);
}

static sce_error_t *undo_trie(const settling_t *settling, sce_buf_t *undo, sce_changes_reader_t *in,
                              const sce_changed_trie_t *changed) {
  sce_trie_id_t trie;
  uint64_t keys;
  SCE_TRY(trie_before(settling, &trie, &keys, changed));
  SCE_TRY(sce_changes_put_trie(undo, changed->top ? NULL : &changed->child, keys, changed->count));
  for (uint32_t i = 0; i < changed->count; i++) {
    sce_changed_entry_t entry;
    sce_entry_t before;
    bool found = false;
    SCE_TRY(sce_changes_read(in, &entry));
    if (trie != SCE_TRIE_NONE) SCE_TRY(sce_layer_get(&settling->layer, &found, &before, trie, entry.key));
    SCE_TRY(sce_changes_put_entry(undo, entry.key, found ? &before : NULL));
  }
  return NULL;
}

static sce_error_t *make_undo(const settling_t *settling, sce_buf_t *undo, sce_span_t values) {
  sce_changes_reader_t in = {.bytes = values};
  for (;;) {
    sce_changed_trie_t changed;
    bool more;
    SCE_TRY(sce_changes_read_trie(&in, &more, &changed));
    if (!more) return NULL;
    SCE_TRY(undo_trie(settling, undo, &in, &changed));
  }
}

/* From the state `number`, which `values` leads to, to the one before. */
static sce_error_t *write_undo(const settling_t *settling, sce_span_t values, uint64_t number) {
  sce_buf_t undo = {0};
  sce_lmdb_key_t key;
  sce_lmdb_number_key(&key, SCE_LMDB_UNDO, number);
  sce_error_t *err = sce_lmdb_in(settling->writer->db, make_undo(settling, &undo, values));
  if (err == NULL && undo.len >= UINT32_MAX)
    err = sce_error_new(SCE_IO, "%s: a way back of 4 GiB or more", settling->writer->db->path);
  if (err == NULL) err = sce_lmdb_put(settling->writer, &key, sce_buf_span(&undo));
  sce_buf_free(&undo);
  return err;
}

/* ---- values ---- */

static sce_error_t *write_value(const settling_t *settling, sce_trie_id_t base, sce_trie_id_t id,
                                const sce_table_entry_t *slot) {
  sce_lmdb_writer_t *writer = settling->writer;
  const sce_backend_t *tree = settling->layer.tree;
  sce_lmdb_key_t key;
  sce_entry_t entry, before;
  bool there = sce_layer_entry(&entry, slot), found;
  sce_lmdb_storage_key(&key, id, entry.key);
  if (!there) {
    SCE_TRY(tree->ops->get(tree, &found, &before, base, entry.key));
    return found ? sce_lmdb_remove(writer, sce_lmdb_key_span(&key)) : NULL;
  }
  writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_value(&writer->value, &key, entry.key, entry.value, entry.hashed));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

/* ---- nodes ---- */

/* What the changes below a path weigh, and more where that is above SCE_LMDB_LIGHT. */
static sce_error_t *weight_of_changes(uint64_t *weight, const sce_table_t *values, sce_nibbles_t path) {
  sce_buf_t start = {0};
  SCE_TRY(sce_lmdb_path_key(&start, path));
  sce_order_place_t at = sce_key_order_seek(&values->order, sce_table_view(values), sce_buf_span(&start), true);
  sce_buf_free(&start);
  for (; *weight <= SCE_LMDB_LIGHT; at = sce_key_order_next(&values->order, at)) {
    uint32_t id = sce_key_order_at(&values->order, at);
    sce_entry_t entry;
    if (id == SCE_NO_ENTRY) return NULL;
    bool there = sce_layer_entry(&entry, &values->entries[id]);
    if (!sce_lmdb_key_below(entry.key, path)) return NULL;
    if (there) *weight += sce_value_weight(entry.value.len);
  }
  return NULL;
}

/* A branch is light for certain when what was below it before and all that is written are. */
static sce_error_t *is_light(const settling_t *settling, bool *light, const sce_layer_trie_t *trie,
                             sce_nibbles_t path) {
  uint64_t weight = 0;
  *light = false;
  if (path.len == 0) return NULL;
  if (trie->base != SCE_TRIE_NONE) SCE_TRY(sce_lmdb_weight(settling->tree, &weight, trie->base, path));
  if (weight <= SCE_LMDB_LIGHT) SCE_TRY(weight_of_changes(&weight, &trie->values, path));
  *light = weight <= SCE_LMDB_LIGHT;
  return NULL;
}

/* A walk over the paths of a trie's nodes: what is below a light branch is light. */
typedef struct node_walk {
  const sce_layer_trie_t *trie;
  sce_trie_id_t id; /* where they are written */
  bool below_light;
  sce_span_t light;
} node_walk_t;

/* Records of light branches are left out where none was kept before. */
static sce_error_t *write_node(const settling_t *settling, node_walk_t *walk, const sce_table_entry_t *slot) {
  sce_lmdb_writer_t *writer = settling->writer;
  sce_lmdb_key_t key;
  sce_span_t stored;
  sce_entry_t entry;
  bool there = sce_layer_entry(&entry, slot), kept, light = false;
  sce_nibbles_t path = {entry.key.data, entry.key.len};
  SCE_TRY(sce_lmdb_stored_node(settling->tree, &kept, &stored, walk->trie->base, path));
  sce_lmdb_node_key(&key, walk->id, path);
  if (!there) return kept ? sce_lmdb_remove(writer, sce_lmdb_key_span(&key)) : NULL;
  if (!kept) light = walk->below_light && sce_span_starts_with(entry.key, walk->light);
  if (!kept && !light) {
    SCE_TRY(is_light(settling, &light, walk->trie, path));
    if (light) *walk = (node_walk_t){walk->trie, walk->id, true, entry.key};
  }
  return light ? NULL : sce_lmdb_put(writer, &key, entry.value);
}

static sce_error_t *write_sorted_nodes(const settling_t *settling, const sce_layer_trie_t *trie, sce_trie_id_t id,
                                       uint32_t *order) {
  const sce_table_t *nodes = &trie->nodes;
  node_walk_t walk = {.trie = trie, .id = id};
  size_t count = 0;
  for (uint32_t i = 0; i < nodes->slots; i++) order[count++] = i;
  SCE_TRY(sce_key_sort(order, count, sce_table_view(nodes)));
  for (size_t i = 0; i < count; i++) SCE_TRY(write_node(settling, &walk, &nodes->entries[order[i]]));
  return NULL;
}

static sce_error_t *write_nodes(const settling_t *settling, const sce_layer_trie_t *trie, sce_trie_id_t id) {
  uint32_t *order = sce_realloc_array(NULL, trie->nodes.slots, sizeof *order);
  if (order == NULL) return sce_error_oom();
  sce_error_t *err = write_sorted_nodes(settling, trie, id, order);
  sce_free(order);
  return err;
}

/* ---- tries ---- */

static sce_error_t *write_trie(const settling_t *settling, const sce_layer_trie_t *trie, sce_trie_id_t id) {
  const sce_table_t *values = &trie->values;
  for (sce_order_place_t at = {0, 0};; at = sce_key_order_next(&values->order, at)) {
    uint32_t slot = sce_key_order_at(&values->order, at);
    if (slot == SCE_NO_ENTRY) break;
    SCE_TRY(write_value(settling, trie->base, id, &values->entries[slot]));
  }
  return write_nodes(settling, trie, id);
}

/* A child's number stays its own until the child is gone; a new one gets the next. */
static sce_error_t *write_child(settling_t *settling, const sce_layer_trie_t *trie) {
  sce_lmdb_writer_t *writer = settling->writer;
  bool is_new = trie->base == SCE_TRIE_NONE;
  sce_lmdb_child_t child = {.id = trie->base, .keys = trie->keys, .name = trie->name};
  if (is_new && trie->keys == 0) return NULL; /* it came and went */
  if (is_new) {
    if (settling->database->next_child >= SCE_LAYER_CHILDREN)
      return sce_error_new(SCE_IO, "%s: the database has had 2^31 child tries: export and import it", writer->db->path);
    child.id = settling->database->next_child++;
  }
  SCE_TRY(write_trie(settling, trie, child.id));
  sce_lmdb_key_t key;
  sce_lmdb_name_key(&key, SCE_LMDB_CHILD, child.name);
  if (child.keys == 0) return sce_lmdb_remove(writer, sce_lmdb_key_span(&key));
  writer->value.len = 0;
  SCE_TRY(sce_lmdb_put_child(&writer->value, &key, &child));
  return sce_lmdb_put(writer, &key, sce_buf_span(&writer->value));
}

/* ---- all ---- */

/* The step to the state `number`. The records are taken. */
static sce_error_t *add_state(settling_t *settling, uint64_t number, sce_buf_t *values, sce_buf_t *nodes) {
  sce_error_t *err = NULL;
  if (number > settling->database->oldest) err = write_undo(settling, sce_buf_span(values), number);
  if (err == NULL) err = sce_lmdb_in(settling->writer->db, sce_layer_add(&settling->layer, values, false));
  if (err == NULL) err = sce_lmdb_in(settling->writer->db, sce_layer_add_nodes(&settling->layer, nodes));
  sce_buf_free(values);
  sce_buf_free(nodes);
  return err;
}

static sce_error_t *add_journaled(settling_t *settling, uint64_t number) {
  sce_buf_t values = {0}, nodes = {0};
  sce_lmdb_key_t key;
  sce_error_t *err = sce_lmdb_load_changes(settling->tree, &values, SCE_LMDB_JOURNAL, number, &settling->layer);
  if (err == NULL)
    err = sce_lmdb_load_changes(settling->tree, &nodes, SCE_LMDB_JOURNAL_NODES, number, &settling->layer);
  if (err != NULL) {
    sce_buf_free(&values);
    return sce_lmdb_in(settling->writer->db, err);
  }
  SCE_TRY(add_state(settling, number, &values, &nodes));
  sce_lmdb_number_key(&key, SCE_LMDB_JOURNAL, number);
  SCE_TRY(sce_lmdb_remove(settling->writer, sce_lmdb_key_span(&key)));
  sce_lmdb_number_key(&key, SCE_LMDB_JOURNAL_NODES, number);
  return sce_lmdb_remove(settling->writer, sce_lmdb_key_span(&key));
}

static sce_error_t *settle(settling_t *settling, sce_buf_t *values, sce_buf_t *nodes) {
  sce_lmdb_database_t *database = settling->database;
  for (uint64_t number = database->settled; number < settling->base->number; number++)
    SCE_TRY(add_journaled(settling, number + 1));
  SCE_TRY(add_state(settling, database->newest, values, nodes));
  for (size_t i = 0; i < settling->layer.child_count; i++) SCE_TRY(write_child(settling, &settling->layer.children[i]));
  SCE_TRY(write_trie(settling, &settling->layer.top, SCE_TRIE_TOP));
  database->settled = database->newest;
  database->journal_bytes = 0;
  return NULL;
}

sce_error_t *sce_lmdb_settle(sce_lmdb_writer_t *writer, const sce_lmdb_state_t *base, sce_lmdb_database_t *database,
                             sce_buf_t *values, sce_buf_t *nodes) {
  settling_t settling = {.writer = writer, .base = base, .tree = base->snapshot, .database = database};
  sce_layer_init(&settling.layer, &base->snapshot->backend);
  settling.layer.top.keys = database->settled_keys;
  sce_error_t *err = settle(&settling, values, nodes);
  sce_layer_free(&settling.layer);
  sce_buf_free(values);
  sce_buf_free(nodes);
  return err;
}
