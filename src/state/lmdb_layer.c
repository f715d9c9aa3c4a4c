/* lmdb_layer.c: see lmdb_layer.h. */
#include "state/lmdb_layer.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"

static void init_trie(sce_layer_trie_t *trie, sce_trie_id_t base) {
  *trie = (sce_layer_trie_t){.base = base};
  sce_table_init(&trie->values, true);
  sce_table_init(&trie->nodes, false);
}

static void free_trie(sce_layer_trie_t *trie) {
  sce_table_free(&trie->values);
  sce_table_free(&trie->nodes);
}

void sce_layer_init(sce_layer_t *layer, const sce_backend_t *tree) {
  *layer = (sce_layer_t){.tree = tree};
  init_trie(&layer->top, SCE_TRIE_TOP);
  sce_table_init(&layer->places, false);
}

void sce_layer_free(sce_layer_t *layer) {
  free_trie(&layer->top);
  for (size_t i = 0; i < layer->child_count; i++) free_trie(&layer->children[i]);
  for (size_t i = 0; i < layer->record_count; i++) sce_buf_free(&layer->records[i]);
  sce_table_free(&layer->places);
  sce_free(layer->children);
  sce_free(layer->records);
  *layer = (sce_layer_t){0};
}

/* ---- filling ---- */

static sce_error_t *keep_record(sce_layer_t *layer, sce_buf_t *record) {
  if (layer->record_count == layer->record_cap) {
    size_t cap = layer->record_cap == 0 ? 8 : layer->record_cap * 2;
    sce_buf_t *records = sce_realloc_array(layer->records, cap, sizeof *records);
    if (records == NULL) {
      sce_buf_free(record);
      return sce_error_oom();
    }
    layer->records = records;
    layer->record_cap = cap;
  }
  layer->bytes += record->len;
  layer->records[layer->record_count++] = *record;
  *record = (sce_buf_t){0};
  return NULL;
}

static sce_changes_reader_t last_record(const sce_layer_t *layer) {
  return (sce_changes_reader_t){.bytes = sce_buf_span(&layer->records[layer->record_count - 1])};
}

static sce_error_t *add_child(sce_layer_t *layer, sce_span_t name) {
  if (layer->child_count == layer->child_cap) {
    size_t cap = layer->child_cap == 0 ? 8 : layer->child_cap * 2;
    sce_layer_trie_t *children = sce_realloc_array(layer->children, cap, sizeof *children);
    if (children == NULL) return sce_error_oom();
    layer->children = children;
    layer->child_cap = cap;
  }
  uint8_t place[4];
  sce_trie_id_t base;
  SCE_TRY(layer->tree->ops->find_child(layer->tree, &base, name));
  sce_store_le32(place, (uint32_t)layer->child_count);
  SCE_TRY(sce_table_put(&layer->places, name, sce_span(place, sizeof place), false));
  sce_layer_trie_t *made = &layer->children[layer->child_count++];
  init_trie(made, base);
  made->name = name;
  return NULL;
}

/* `*trie` NULL for a child that is not there. */
static void find_trie(sce_layer_t *layer, sce_layer_trie_t **trie, const sce_changed_trie_t *changed) {
  const sce_table_entry_t *slot = changed->top ? NULL : sce_table_find(&layer->places, changed->child);
  *trie = changed->top ? &layer->top : slot == NULL ? NULL : &layer->children[sce_load_le32(slot->value)];
}

static sce_error_t *add_values(sce_layer_t *layer, sce_changes_reader_t *in, const sce_changed_trie_t *changed,
                               bool fill) {
  sce_layer_trie_t *trie;
  find_trie(layer, &trie, changed);
  if (trie == NULL) {
    SCE_TRY(add_child(layer, changed->child));
    trie = &layer->children[layer->child_count - 1];
  }
  trie->keys = changed->keys;
  for (uint32_t i = 0; i < changed->count; i++) {
    sce_changed_entry_t entry;
    SCE_TRY(sce_changes_read(in, &entry));
    if (fill)
      SCE_TRY(sce_table_fill(&trie->values, entry.key, entry.tagged, false));
    else
      SCE_TRY(sce_table_lend(&trie->values, entry.key, entry.tagged, false));
  }
  return NULL;
}

sce_error_t *sce_layer_add(sce_layer_t *layer, sce_buf_t *record, bool fill) {
  SCE_TRY(keep_record(layer, record));
  sce_changes_reader_t in = last_record(layer);
  for (;;) {
    sce_changed_trie_t changed;
    bool more;
    SCE_TRY(sce_changes_read_trie(&in, &more, &changed));
    if (!more) return NULL;
    SCE_TRY(add_values(layer, &in, &changed, fill));
  }
}

sce_error_t *sce_layer_seal(sce_layer_t *layer) {
  SCE_TRY(sce_table_seal(&layer->top.values));
  for (size_t i = 0; i < layer->child_count; i++) SCE_TRY(sce_table_seal(&layer->children[i].values));
  return NULL;
}

sce_error_t *sce_layer_add_nodes(sce_layer_t *layer, sce_buf_t *record) {
  SCE_TRY(keep_record(layer, record));
  sce_changes_reader_t in = last_record(layer);
  for (;;) {
    sce_changed_trie_t changed;
    sce_layer_trie_t *trie;
    bool more;
    SCE_TRY(sce_changes_read_trie(&in, &more, &changed));
    if (!more) return NULL;
    find_trie(layer, &trie, &changed);
    if (trie == NULL)
      return sce_error_new(SCE_BAD_STATE, "the state database is damaged: nodes of a child trie that has not changed");
    for (uint32_t i = 0; i < changed.count; i++) {
      sce_changed_entry_t entry;
      SCE_TRY(sce_changes_read(&in, &entry));
      SCE_TRY(sce_table_lend(&trie->nodes, entry.key, entry.tagged, false));
    }
  }
}

static void drop_nodes(sce_layer_trie_t *trie) {
  sce_table_free(&trie->nodes);
  sce_table_init(&trie->nodes, false);
}

void sce_layer_drop_nodes(sce_layer_t *layer, size_t records) {
  drop_nodes(&layer->top);
  for (size_t i = 0; i < layer->child_count; i++) drop_nodes(&layer->children[i]);
  while (layer->record_count > records) {
    sce_buf_t *last = &layer->records[--layer->record_count];
    layer->bytes -= last->len;
    sce_buf_free(last);
  }
}

/* ---- reading ---- */

const sce_layer_trie_t *sce_layer_child(const sce_layer_t *layer, sce_trie_id_t *trie, sce_span_t name) {
  const sce_table_entry_t *slot = sce_table_find(&layer->places, name);
  if (slot == NULL) return NULL;
  uint32_t place = sce_load_le32(slot->value);
  *trie = SCE_LAYER_CHILDREN + place;
  return &layer->children[place];
}

const sce_layer_trie_t *sce_layer_trie(const sce_layer_t *layer, sce_trie_id_t *base, sce_trie_id_t trie) {
  const sce_layer_trie_t *changed = NULL;
  if (trie == SCE_TRIE_TOP) changed = &layer->top;
  if (trie >= SCE_LAYER_CHILDREN && trie - SCE_LAYER_CHILDREN < layer->child_count)
    changed = &layer->children[trie - SCE_LAYER_CHILDREN];
  *base = changed == NULL ? trie : changed->base;
  return changed;
}

bool sce_layer_entry(sce_entry_t *entry, const sce_table_entry_t *slot) {
  sce_span_t tagged = sce_span(slot->value, slot->value_len);
  sce_changed_kind_t kind = sce_changed_kind(tagged);
  *entry = (sce_entry_t){sce_span(slot->head.key, slot->head.key_len), sce_changed_value(tagged),
                         kind == SCE_CHANGED_HASHED};
  return kind != SCE_CHANGED_ABSENT;
}

sce_error_t *sce_layer_get(const sce_layer_t *layer, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                           sce_span_t key) {
  sce_trie_id_t base;
  const sce_layer_trie_t *changed = sce_layer_trie(layer, &base, trie);
  const sce_table_entry_t *slot = changed == NULL ? NULL : sce_table_find(&changed->values, key);
  if (slot == NULL) return layer->tree->ops->get(layer->tree, found, entry, base, key);
  *found = sce_layer_entry(entry, slot);
  return NULL;
}

/* ---- walks ---- */

/* The tree's walk leaves the upper bits of the last place free. They hold, when the entry is the tree's, that it is,
 * and the place of the next change; steps from a change are seeks. */
#define LAST_PLACE 15
#define TREE_BITS 0xffu
#define FROM_TREE 0x100u
#define AT_SHIFT 9
#define CHUNK_SHIFT 16
_Static_assert(SCE_ORDER_CHUNK <= 1 << (CHUNK_SHIFT - AT_SHIFT), "a place in a chunk has its bits");

static void save_place(sce_walk_t *walk, sce_order_place_t place) {
  uint64_t *last = &walk->place[LAST_PLACE];
  *last = (*last & TREE_BITS) | FROM_TREE | (uint64_t)place.at << AT_SHIFT | (uint64_t)place.chunk << CHUNK_SHIFT;
}

static sce_order_place_t load_place(const sce_walk_t *walk) {
  uint64_t last = walk->place[LAST_PLACE];
  return (sce_order_place_t){(size_t)(last >> CHUNK_SHIFT), (uint32_t)(last >> AT_SHIFT) % SCE_ORDER_CHUNK};
}

/* The lesser of the tree's entry, at `below`, and of the change at `place`, with no key before the walk. */
static sce_error_t *merge(const sce_layer_t *layer, sce_walk_t *walk, const sce_layer_trie_t *changed,
                          sce_walk_t *below, sce_order_place_t place) {
  const sce_table_t *values = &changed->values;
  sce_trie_id_t trie = walk->trie;
  for (;; place = sce_key_order_next(&values->order, place)) {
    uint32_t id = sce_key_order_at(&values->order, place);
    sce_entry_t entry;
    if (id == SCE_NO_ENTRY) break;
    bool there = sce_layer_entry(&entry, &values->entries[id]);
    int side = below->found ? sce_span_compare(below->entry.key, entry.key) : 1;
    if (side < 0) break;
    if (there) {
      walk->found = true;
      walk->entry = entry;
      walk->place[LAST_PLACE] = 0;
      return NULL;
    }
    if (side == 0) SCE_TRY(layer->tree->ops->step(layer->tree, below));
  }
  *walk = *below;
  walk->trie = trie;
  save_place(walk, place);
  return NULL;
}

/* The top trie, which has the same number in the tree, is there whether it has changed or not. */
static bool is_unchanged(const sce_layer_trie_t *changed) {
  return changed == NULL || (changed->base == SCE_TRIE_TOP && changed->values.count == 0);
}

sce_error_t *sce_layer_seek(const sce_layer_t *layer, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                            bool inclusive) {
  const sce_backend_t *tree = layer->tree;
  sce_walk_t below;
  sce_trie_id_t base;
  const sce_layer_trie_t *changed = sce_layer_trie(layer, &base, trie);
  if (is_unchanged(changed)) return tree->ops->seek(tree, walk, base, key, inclusive);
  walk->trie = trie;
  SCE_TRY(tree->ops->seek(tree, &below, base, key, inclusive));
  const sce_table_t *values = &changed->values;
  return merge(layer, walk, changed, &below,
               sce_key_order_seek(&values->order, sce_table_view(values), key, inclusive));
}

sce_error_t *sce_layer_step(const sce_layer_t *layer, sce_walk_t *walk) {
  const sce_backend_t *tree = layer->tree;
  sce_trie_id_t base;
  const sce_layer_trie_t *changed = sce_layer_trie(layer, &base, walk->trie);
  if (is_unchanged(changed)) return tree->ops->step(tree, walk);
  if ((walk->place[LAST_PLACE] & FROM_TREE) == 0)
    return sce_layer_seek(layer, walk, walk->trie, walk->entry.key, false);
  sce_walk_t below = *walk;
  below.trie = base;
  below.place[LAST_PLACE] &= TREE_BITS;
  SCE_TRY(tree->ops->step(tree, &below));
  return merge(layer, walk, changed, &below, load_place(walk));
}
