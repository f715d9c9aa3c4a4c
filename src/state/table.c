/* table.c: the in-memory table of one trie. */
#include "state/table.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

/* Where a span of length 0 points, so that no key or value in use is NULL. */
static const uint8_t nothing[1] = {0};

static bool slot_in_use(const sce_table_entry_t *entry) {
  return entry->head.key != NULL;
}

static void release_slot(sce_table_entry_t *entry) {
  if (entry->owns_key) sce_free((void *)(uintptr_t)entry->head.key);
  if (entry->owns_value) sce_free((void *)(uintptr_t)entry->value);
}

void sce_table_init(sce_table_t *table, bool ordered) {
  *table = (sce_table_t){.ordered = ordered, .free_slot = SCE_NO_ENTRY, .seed = sce_key_seed()};
}

void sce_table_free(sce_table_t *table) {
  for (uint32_t i = 0; i < table->slots; i++)
    if (slot_in_use(&table->entries[i])) release_slot(&table->entries[i]);
  sce_free(table->entries);
  sce_hash_index_free(&table->index);
  sce_key_order_free(&table->order);
  *table = (sce_table_t){0};
}

static sce_error_t *check_lengths(sce_span_t key, sce_span_t value) {
  if (key.len < SCE_TABLE_MAX_LEN && value.len < SCE_TABLE_MAX_LEN) return NULL;
  return sce_error_new(SCE_BAD_INPUT,
                       "storage keys and values have less than 2^32 - 1 bytes; this key has %zu, its value %zu",
                       key.len, value.len);
}

/* Room for one slot more at the end of the array. */
static sce_error_t *grow_slots(sce_table_t *table) {
  if (table->slots < table->cap) return NULL;
  if (table->cap >= (uint32_t)1 << 30) return sce_error_oom();
  uint32_t cap = table->cap == 0 ? 4 : table->cap * 2;
  sce_table_entry_t *entries = sce_realloc_array(table->entries, cap, sizeof *entries);
  if (entries == NULL) return sce_error_oom();
  table->entries = entries;
  table->cap = cap;
  return NULL;
}

sce_error_t *sce_table_fill(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed) {
  SCE_TRY(check_lengths(key, value));
  SCE_TRY(grow_slots(table));
  sce_table_entry_t *entry = &table->entries[table->slots++];
  *entry = (sce_table_entry_t){.hashed = hashed};
  entry->head.key = key.len == 0 ? nothing : key.data;
  entry->head.key_len = (uint32_t)key.len;
  entry->value = value.len == 0 ? nothing : value.data;
  entry->value_len = (uint32_t)value.len;
  table->count++;
  return NULL;
}

/* Puts the slot on the list of free ones. */
static void free_slot(sce_table_t *table, uint32_t id) {
  sce_table_entry_t *entry = &table->entries[id];
  release_slot(entry);
  *entry = (sce_table_entry_t){.head = {NULL, SCE_NO_ENTRY, table->free_slot}};
  table->free_slot = id;
  table->count--;
}

/* Drops all but the last of equal keys from the sorted numbers; returns how many stay. Equal keys stand in the order in
 * which they were filled. */
static size_t drop_duplicates(sce_table_t *table, uint32_t *ids, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const sce_key_head_t *head = &table->entries[ids[i]].head;
    if (kept > 0) {
      const sce_key_head_t *last = &table->entries[ids[kept - 1]].head;
      if (last->key_len == head->key_len && memcmp(last->key, head->key, head->key_len) == 0) {
        free_slot(table, ids[kept - 1]);
        kept--;
      }
    }
    ids[kept++] = ids[i];
  }
  return kept;
}

sce_error_t *sce_table_seal(sce_table_t *table) {
  size_t count = table->slots;
  SCE_TRY(sce_hash_index_reserve(&table->index, count));
  uint32_t *ids = sce_realloc_array(NULL, count, sizeof *ids);
  if (ids == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < count; i++) ids[i] = i;
  sce_error_t *err = sce_key_sort(ids, count, sce_table_view(table));
  if (err != NULL) goto out;
  count = drop_duplicates(table, ids, count);
  for (size_t i = 0; i < count; i++) {
    sce_key_head_t *head = &table->entries[ids[i]].head;
    head->hash = sce_key_hash(table->seed, sce_span(head->key, head->key_len));
    sce_hash_index_add(&table->index, head->hash, ids[i]);
  }
  if (table->ordered) err = sce_key_order_build(&table->order, ids, count);
out:
  sce_free(ids);
  return err;
}

const sce_table_entry_t *sce_table_find(const sce_table_t *table, sce_span_t key) {
  uint32_t id = sce_hash_index_find(&table->index, sce_table_view(table), sce_key_hash(table->seed, key), key);
  return id == SCE_NO_ENTRY ? NULL : &table->entries[id];
}

static uint8_t *copy_bytes(sce_span_t bytes) {
  uint8_t *copy = sce_alloc(bytes.len);
  if (copy != NULL && bytes.len > 0) memcpy(copy, bytes.data, bytes.len);
  return copy;
}

/* A slot for a new entry: the first free one, or one more at the end. It is still where it was found. */
static sce_error_t *find_slot(sce_table_t *table, uint32_t *id) {
  *id = table->free_slot;
  if (*id != SCE_NO_ENTRY) return NULL;
  SCE_TRY(grow_slots(table));
  *id = table->slots;
  return NULL;
}

static void take_slot(sce_table_t *table, uint32_t id, sce_table_entry_t entry) {
  if (id == table->free_slot)
    table->free_slot = table->entries[id].head.hash;
  else
    table->slots++;
  table->entries[id] = entry;
  table->count++;
}

/* Adds an entry whose key is not there; nothing of it is freed on failure. */
static sce_error_t *add_slot(sce_table_t *table, sce_table_entry_t entry) {
  uint32_t id;
  SCE_TRY(sce_hash_index_reserve(&table->index, (size_t)table->count + 1));
  SCE_TRY(find_slot(table, &id));
  take_slot(table, id, entry);
  sce_error_t *err = table->ordered ? sce_key_order_add(&table->order, sce_table_view(table), id) : NULL;
  if (err != NULL) {
    table->entries[id].owns_key = table->entries[id].owns_value = false;
    free_slot(table, id);
  } else {
    sce_hash_index_add(&table->index, entry.head.hash, id);
  }
  return err;
}

/* The same with copies of key and value. */
static sce_error_t *add_entry(sce_table_t *table, sce_span_t key, uint32_t hash, sce_span_t value, bool hashed) {
  uint8_t *key_copy = copy_bytes(key), *value_copy = copy_bytes(value);
  sce_key_head_t head = {key_copy, (uint32_t)key.len, hash};
  sce_table_entry_t entry = {head, value_copy, (uint32_t)value.len, true, true, hashed};
  sce_error_t *err = key_copy == NULL || value_copy == NULL ? sce_error_oom() : add_slot(table, entry);
  if (err != NULL) {
    sce_free(value_copy);
    sce_free(key_copy);
  }
  return err;
}

sce_error_t *sce_table_lend(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed) {
  SCE_TRY(check_lengths(key, value));
  uint32_t hash = sce_key_hash(table->seed, key);
  uint32_t id = sce_hash_index_find(&table->index, sce_table_view(table), hash, key);
  sce_key_head_t head = {key.len == 0 ? nothing : key.data, (uint32_t)key.len, hash};
  sce_table_entry_t entry = {head, value.len == 0 ? nothing : value.data, (uint32_t)value.len, false, false, hashed};
  if (id == SCE_NO_ENTRY) return add_slot(table, entry);
  release_slot(&table->entries[id]);
  table->entries[id] = entry;
  return NULL;
}

sce_error_t *sce_table_replace(sce_table_t *table, sce_table_old_t *old, sce_span_t key, sce_span_t value,
                               bool hashed) {
  SCE_TRY(check_lengths(key, value));
  uint32_t hash = sce_key_hash(table->seed, key);
  uint32_t id = sce_hash_index_find(&table->index, sce_table_view(table), hash, key);
  if (id == SCE_NO_ENTRY) {
    *old = (sce_table_old_t){.found = false};
    return add_entry(table, key, hash, value, hashed);
  }
  uint8_t *copy = copy_bytes(value);
  if (copy == NULL) return sce_error_oom();
  sce_table_entry_t *entry = &table->entries[id];
  *old = (sce_table_old_t){true, entry->owns_value, entry->hashed, entry->value_len, entry->value};
  entry->value = copy;
  entry->value_len = (uint32_t)value.len;
  entry->owns_value = true;
  entry->hashed = hashed;
  return NULL;
}

void sce_table_restore(sce_table_t *table, sce_table_old_t *old, sce_span_t key) {
  if (!old->found) {
    sce_table_remove(table, key);
    return;
  }
  uint32_t id = sce_hash_index_find(&table->index, sce_table_view(table), sce_key_hash(table->seed, key), key);
  sce_table_entry_t *entry = &table->entries[id];
  if (entry->owns_value) sce_free((void *)(uintptr_t)entry->value);
  entry->value = old->value;
  entry->value_len = old->value_len;
  entry->owns_value = old->owns_value;
  entry->hashed = old->hashed;
}

void sce_table_forget(sce_table_old_t *old) {
  if (old->found && old->owns_value) sce_free((void *)(uintptr_t)old->value);
}

sce_error_t *sce_table_put(sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed) {
  sce_table_old_t old;
  SCE_TRY(sce_table_replace(table, &old, key, value, hashed));
  sce_table_forget(&old);
  return NULL;
}

void sce_table_remove(sce_table_t *table, sce_span_t key) {
  uint32_t hash = sce_key_hash(table->seed, key);
  uint32_t id = sce_hash_index_find(&table->index, sce_table_view(table), hash, key);
  if (id == SCE_NO_ENTRY) return;
  if (table->ordered) sce_key_order_remove(&table->order, sce_table_view(table), id);
  sce_hash_index_remove(&table->index, hash, id);
  free_slot(table, id);
}

/* Adds a copy of one entry; bytes that the entry owns are copied too. */
static sce_error_t *copy_entry(sce_table_t *copy, const sce_table_entry_t *from) {
  sce_entry_t entry = sce_table_entry_of(from);
  uint8_t *key = from->owns_key ? copy_bytes(entry.key) : NULL;
  uint8_t *value = from->owns_value ? copy_bytes(entry.value) : NULL;
  sce_error_t *err = (from->owns_key && key == NULL) || (from->owns_value && value == NULL) ? sce_error_oom() : NULL;
  if (key != NULL) entry.key.data = key;
  if (value != NULL) entry.value.data = value;
  if (err == NULL) err = sce_table_fill(copy, entry.key, entry.value, entry.hashed);
  if (err != NULL) {
    sce_free(value);
    sce_free(key);
    return err;
  }
  sce_table_entry_t *to = &copy->entries[copy->slots - 1];
  if (key != NULL) to->head.key = key;
  if (value != NULL) to->value = value;
  to->owns_key = key != NULL;
  to->owns_value = value != NULL;
  return NULL;
}

sce_error_t *sce_table_copy(sce_table_t *copy, const sce_table_t *table) {
  *copy = (sce_table_t){.ordered = table->ordered, .seed = table->seed, .free_slot = SCE_NO_ENTRY};
  sce_error_t *err = NULL;
  /* In the order of keys where there is one, so that sealing need not sort. */
  for (sce_order_place_t at = {0, 0}; table->ordered && err == NULL; at = sce_key_order_next(&table->order, at)) {
    uint32_t id = sce_key_order_at(&table->order, at);
    if (id == SCE_NO_ENTRY) break;
    err = copy_entry(copy, &table->entries[id]);
  }
  for (uint32_t id = 0; !table->ordered && id < table->slots && err == NULL; id++)
    if (slot_in_use(&table->entries[id])) err = copy_entry(copy, &table->entries[id]);
  if (err == NULL) err = sce_table_seal(copy);
  if (err != NULL) sce_table_free(copy);
  return err;
}
