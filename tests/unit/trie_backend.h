/* trie_backend.h: a small backend of one trie for the trie tests: sorted pairs, and node records by path. Include after
 * cmocka.h and trie_vectors.h. */
#ifndef TEST_TRIE_BACKEND_H
#define TEST_TRIE_BACKEND_H

#include "state/table.h"
#include "state/trie.h"
#include "trie_vectors.h"

typedef struct test_pair {
  sce_buf_t key, value;
  bool hashed;
} test_pair_t;

typedef struct test_backend {
  sce_backend_t backend; /* first member */
  test_pair_t *pairs;    /* sorted */
  size_t count, cap;
  sce_table_t records; /* by path, one nibble a byte */
  bool has_nodes;
} test_backend_t;

static inline test_backend_t *test_backend_of(const sce_backend_t *backend) {
  return (test_backend_t *)(uintptr_t)backend;
}

/* The first pair at or after `key`. */
static inline size_t test_place(const test_backend_t *self, sce_span_t key) {
  size_t low = 0, high = self->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (sce_span_compare(sce_buf_span(&self->pairs[middle].key), key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static inline bool test_at(const test_backend_t *self, size_t place, sce_span_t key) {
  return place < self->count && sce_span_equal(sce_buf_span(&self->pairs[place].key), key);
}

static inline void test_fill(sce_entry_t *entry, const test_pair_t *pair) {
  *entry = (sce_entry_t){sce_buf_span(&pair->key), sce_buf_span(&pair->value), pair->hashed};
}

static inline sce_error_t *test_get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                                    sce_span_t key) {
  const test_backend_t *self = test_backend_of(backend);
  size_t place = test_place(self, key);
  *found = trie == SCE_TRIE_TOP && test_at(self, place, key);
  if (*found) test_fill(entry, &self->pairs[place]);
  return NULL;
}

static inline sce_error_t *test_walk(const test_backend_t *self, sce_walk_t *walk, size_t place) {
  walk->found = place < self->count;
  walk->place[0] = place;
  if (walk->found) test_fill(&walk->entry, &self->pairs[place]);
  return NULL;
}

static inline sce_error_t *test_seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                                     bool inclusive) {
  const test_backend_t *self = test_backend_of(backend);
  walk->trie = trie;
  size_t place = test_place(self, key);
  if (!inclusive && test_at(self, place, key)) place++;
  return test_walk(self, walk, trie == SCE_TRIE_TOP ? place : self->count);
}

static inline sce_error_t *test_step(const sce_backend_t *backend, sce_walk_t *walk) {
  return test_walk(test_backend_of(backend), walk, (size_t)walk->place[0] + 1);
}

static inline sce_error_t *test_node(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                                     sce_nibbles_t path) {
  const test_backend_t *self = test_backend_of(backend);
  assert_int_equal(trie, SCE_TRIE_TOP);
  const sce_table_entry_t *entry = sce_table_find(&self->records, sce_span(path.data, path.len));
  *found = entry != NULL;
  if (*found) *record = sce_table_entry_of(entry).value;
  return NULL;
}

static inline bool test_has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  return trie == SCE_TRIE_TOP && test_backend_of(backend)->has_nodes;
}

static inline sce_error_t *test_count(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  *keys = trie == SCE_TRIE_TOP ? test_backend_of(backend)->count : 0;
  return NULL;
}

static inline sce_error_t *test_no_child(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name) {
  (void)backend, (void)name;
  *trie = SCE_TRIE_NONE;
  return NULL;
}

static inline void test_backend_init(test_backend_t *self) {
  static const sce_backend_ops_t ops = {.find_child = test_no_child,
                                        .get = test_get,
                                        .seek = test_seek,
                                        .step = test_step,
                                        .node_get = test_node,
                                        .has_nodes = test_has_nodes,
                                        .count = test_count};
  *self = (test_backend_t){.backend = {&ops}, .has_nodes = true};
  sce_table_init(&self->records, false);
}

static inline void test_pair_free(test_pair_t *pair) {
  sce_buf_free(&pair->key);
  sce_buf_free(&pair->value);
}

static inline void test_backend_free(test_backend_t *self) {
  for (size_t i = 0; i < self->count; i++) test_pair_free(&self->pairs[i]);
  free(self->pairs);
  sce_table_free(&self->records);
}

static inline void test_remove(test_backend_t *self, sce_span_t key) {
  size_t place = test_place(self, key);
  if (!test_at(self, place, key)) return;
  test_pair_free(&self->pairs[place]);
  memmove(self->pairs + place, self->pairs + place + 1, (--self->count - place) * sizeof *self->pairs);
}

static inline void test_set(test_backend_t *self, sce_span_t key, sce_span_t value, sce_state_version_t version) {
  test_pair_t pair = {.hashed = version == SCE_STATE_V1 && value.len > 32};
  must(sce_buf_append(&pair.key, key.data, key.len));
  must(sce_buf_append(&pair.value, value.data, value.len));
  test_remove(self, key);
  size_t place = test_place(self, key);
  if (self->count == self->cap) {
    self->cap = self->cap == 0 ? 16 : 2 * self->cap;
    self->pairs = realloc(self->pairs, self->cap * sizeof *self->pairs);
    assert_non_null(self->pairs);
  }
  memmove(self->pairs + place + 1, self->pairs + place, (self->count++ - place) * sizeof *self->pairs);
  self->pairs[place] = pair;
}

static inline sce_error_t *test_put_record(void *ctx, const sce_node_write_t *node) {
  sce_table_t *records = ctx;
  sce_span_t key = sce_span(node->path.data, node->path.len);
  if (node->record.data != NULL) return sce_table_put(records, key, node->record, false);
  assert_non_null(sce_table_find(records, key)); /* only what is there is removed */
  sce_table_remove(records, key);
  return NULL;
}

/* Puts values, not records. */
static inline void test_apply(test_backend_t *self, const sce_change_t *changes, size_t count,
                              sce_state_version_t version) {
  for (size_t i = 0; i < count; i++) {
    if (changes[i].removed) {
      test_remove(self, changes[i].key);
    } else {
      test_set(self, changes[i].key, changes[i].value, version);
    }
  }
}

/* Applies changes to values and records; the delta root. */
static inline void test_commit(test_backend_t *self, uint8_t root[32], const sce_change_t *changes, size_t count,
                               sce_state_version_t version) {
  sce_table_t made;
  sce_table_init(&made, false);
  must(sce_table_copy(&made, &self->records)); /* records may not change while the trie reads them */
  sce_node_sink_t sink = {test_put_record, &made};
  must(sce_trie_delta_root(root, &self->backend, SCE_TRIE_TOP, changes, count, version, &sink));
  test_apply(self, changes, count, version);
  sce_table_free(&self->records);
  self->records = made;
}

/* Fails unless the records are those of a full root, which is `root`. */
static inline void test_check_full(const test_backend_t *self, const uint8_t root[32]) {
  sce_table_t made;
  sce_table_init(&made, false);
  sce_node_sink_t sink = {test_put_record, &made};
  uint8_t full[32];
  must(sce_trie_full_root(full, &self->backend, SCE_TRIE_TOP, 1, &sink));
  assert_memory_equal(full, root, 32);
  assert_int_equal(made.count, self->records.count);
  for (uint32_t i = 0; i < made.slots; i++) {
    const sce_table_entry_t *slot = &made.entries[i];
    if (slot->head.key == NULL) continue;
    sce_entry_t expected = sce_table_entry_of(slot);
    const sce_table_entry_t *have = sce_table_find(&self->records, expected.key);
    assert_non_null(have);
    assert_true(sce_span_equal(sce_table_entry_of(have).value, expected.value));
  }
  sce_table_free(&made);
}

#endif
