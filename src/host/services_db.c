/* services_db.c: the off-chain database in memory: one ordered table for each kind. */
#include "base/buf.h"
#include "base/error.h"
#include "host/services.h"

void sce_offchain_db_init(sce_offchain_db_t *db) {
  for (size_t kind = 0; kind < SCE_OFFCHAIN_KINDS; kind++) sce_table_init(&db->tables[kind], true);
}

void sce_offchain_db_free(sce_offchain_db_t *db) {
  for (size_t kind = 0; kind < SCE_OFFCHAIN_KINDS; kind++) sce_table_free(&db->tables[kind]);
}

size_t sce_offchain_db_count(const sce_offchain_db_t *db) {
  size_t count = 0;
  for (size_t kind = 0; kind < SCE_OFFCHAIN_KINDS; kind++) count += db->tables[kind].count;
  return count;
}

void sce_offchain_db_entry(const sce_offchain_db_t *db, sce_offchain_kind_t *kind, sce_span_t *key, sce_span_t *value,
                           size_t index) {
  size_t in = 0;
  while (index >= db->tables[in].count) index -= db->tables[in++].count;
  const sce_table_t *table = &db->tables[in];
  sce_order_place_t place = {0, 0};
  for (; index >= table->order.chunks[place.chunk]->count; place.chunk++)
    index -= table->order.chunks[place.chunk]->count;
  place.at = (uint32_t)index;
  sce_entry_t entry = sce_table_entry_of(&table->entries[sce_key_order_at(&table->order, place)]);
  *kind = (sce_offchain_kind_t)in;
  *key = entry.key;
  *value = entry.value;
}

sce_error_t *sce_offchain_db_put(sce_offchain_db_t *db, sce_offchain_kind_t kind, sce_span_t key,
                                 const sce_span_t *value) {
  if (value != NULL) return sce_table_put(&db->tables[kind], key, *value, false);
  sce_table_remove(&db->tables[kind], key);
  return NULL;
}

static sce_error_t *db_get(void *ctx, sce_value_t *value, sce_offchain_kind_t kind, sce_span_t key) {
  const sce_offchain_db_t *db = ctx;
  const sce_table_entry_t *entry = sce_table_find(&db->tables[kind], key);
  *value = entry == NULL ? (sce_value_t){0} : (sce_value_t){true, entry->value, entry->value_len};
  return NULL;
}

static sce_error_t *db_set(void *ctx, sce_offchain_kind_t kind, sce_span_t key, sce_span_t value) {
  return sce_offchain_db_put(ctx, kind, key, &value);
}

static sce_error_t *db_clear(void *ctx, sce_offchain_kind_t kind, sce_span_t key) {
  return sce_offchain_db_put(ctx, kind, key, NULL);
}

static sce_error_t *db_compare_and_set(void *ctx, bool *done, sce_offchain_kind_t kind, sce_span_t key,
                                       const sce_span_t *old, sce_span_t value) {
  const sce_offchain_db_t *db = ctx;
  const sce_table_entry_t *entry = sce_table_find(&db->tables[kind], key);
  *done = entry == NULL ? old == NULL : old != NULL && sce_span_equal(sce_span(entry->value, entry->value_len), *old);
  return *done ? sce_offchain_db_put(ctx, kind, key, &value) : NULL;
}

const sce_offchain_db_ops_t sce_offchain_db_memory_ops = {
    .size = sizeof(sce_offchain_db_ops_t),
    .get = db_get,
    .set = db_set,
    .clear = db_clear,
    .compare_and_set = db_compare_and_set,
};
