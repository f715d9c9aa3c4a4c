/* services_db.c: the off-chain database in memory: a sorted array, searched by halving. A write moves what is behind
 * it, which is cheap for the thousands of entries that off-chain workers keep. */
#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "host/services.h"

#include <string.h>

static sce_span_t entry_key(const sce_offchain_entry_t *entry) {
  return sce_span(entry->data, entry->key_len);
}

static sce_span_t entry_value(const sce_offchain_entry_t *entry) {
  return sce_span(entry->data + entry->key_len, entry->value_len);
}

/* The place of the key, or where it would go; true when it is there. */
static bool find(const sce_offchain_db_t *db, size_t *at, sce_offchain_kind_t kind, sce_span_t key) {
  size_t low = 0, high = db->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const sce_offchain_entry_t *entry = &db->entries[middle];
    int order = entry->kind != kind ? (entry->kind < kind ? -1 : 1) : sce_span_compare(entry_key(entry), key);
    if (order == 0) {
      *at = middle;
      return true;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  *at = low;
  return false;
}

static sce_error_t *make_entry(sce_offchain_entry_t *entry, sce_offchain_kind_t kind, sce_span_t key,
                               sce_span_t value) {
  size_t size;
  if (!sce_add_size(key.len, value.len, &size)) return sce_error_oom();
  uint8_t *data = sce_alloc(size);
  if (data == NULL) return sce_error_oom();
  sce_error_t *err = sce_budget_copy(data, key.data, key.len);
  if (err == NULL) err = sce_budget_copy(data + key.len, value.data, value.len);
  if (err != NULL) {
    sce_free(data);
    return err;
  }
  *entry = (sce_offchain_entry_t){kind, data, key.len, value.len};
  return NULL;
}

static void remove_at(sce_offchain_db_t *db, size_t at) {
  sce_free(db->entries[at].data);
  db->count--;
  memmove(&db->entries[at], &db->entries[at + 1], (db->count - at) * sizeof *db->entries);
}

/* Room for one entry more. */
static sce_error_t *reserve(sce_offchain_db_t *db) {
  if (db->count < db->cap) return NULL;
  size_t cap = db->cap == 0 ? 16 : db->cap * 2;
  sce_offchain_entry_t *entries = sce_realloc_array(db->entries, cap, sizeof *entries);
  if (entries == NULL) return sce_error_oom();
  db->entries = entries;
  db->cap = cap;
  return NULL;
}

sce_error_t *sce_offchain_db_put(sce_offchain_db_t *db, sce_offchain_kind_t kind, sce_span_t key,
                                 const sce_span_t *value) {
  size_t at;
  sce_offchain_entry_t entry;
  bool there = find(db, &at, kind, key);
  if (value == NULL) {
    if (there) remove_at(db, at);
    return NULL;
  }
  SCE_TRY(reserve(db));
  SCE_TRY(make_entry(&entry, kind, key, *value));
  if (there) {
    sce_free(db->entries[at].data);
  } else {
    memmove(&db->entries[at + 1], &db->entries[at], (db->count - at) * sizeof *db->entries);
    db->count++;
  }
  db->entries[at] = entry;
  return NULL;
}

void sce_offchain_db_free(sce_offchain_db_t *db) {
  for (size_t i = 0; i < db->count; i++) sce_free(db->entries[i].data);
  sce_free(db->entries);
  *db = (sce_offchain_db_t){0};
}

static sce_error_t *db_get(void *ctx, sce_value_t *value, sce_offchain_kind_t kind, sce_span_t key) {
  const sce_offchain_db_t *db = ctx;
  size_t at;
  *value = (sce_value_t){0};
  if (!find(db, &at, kind, key)) return NULL;
  sce_span_t bytes = entry_value(&db->entries[at]);
  *value = (sce_value_t){true, bytes.data, bytes.len};
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
  sce_offchain_db_t *db = ctx;
  size_t at;
  bool there = find(db, &at, kind, key);
  *done = there ? old != NULL && sce_span_equal(entry_value(&db->entries[at]), *old) : old == NULL;
  return *done ? sce_offchain_db_put(db, kind, key, &value) : NULL;
}

const sce_offchain_db_ops_t sce_offchain_db_memory_ops = {
    .size = sizeof(sce_offchain_db_ops_t),
    .get = db_get,
    .set = db_set,
    .clear = db_clear,
    .compare_and_set = db_compare_and_set,
};
