/* trie_vectors.h: what the trie tests share: pairs out of vectors and chain specs, and comparing roots. Include after
 * cmocka.h. */
#ifndef TEST_TRIE_VECTORS_H
#define TEST_TRIE_VECTORS_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scale/scale.h"
#include "scexec/trie.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>

/* Fails the test with the error's message. */
static inline void must(sce_error_t *err) {
  if (err == NULL) return;
  fail_msg("%s", sce_error_message(err));
}

static inline const char *hex_of(const void *bytes, size_t len, char *text) {
  for (size_t i = 0; i < len; i++) sprintf(text + 2 * i, "%02x", ((const uint8_t *)bytes)[i]);
  return text;
}

/* Compares a root with its hex digits, with or without "0x". */
static inline void assert_root(const uint8_t root[32], const char *expected, const char *what) {
  char text[65];
  if (strncmp(expected, "0x", 2) == 0) expected += 2;
  if (strcmp(hex_of(root, 32, text), expected) != 0) fail_msg("%s: root %s, expected %s", what, text, expected);
}

typedef struct pair_list {
  sce_trie_pair_t *pairs; /* keys and values are owned */
  size_t count;
  size_t cap;
} pair_list_t;

static inline void pair_list_add(pair_list_t *list, sce_span_t key, sce_span_t value) {
  if (list->count == list->cap) {
    list->cap = list->cap == 0 ? 64 : 2 * list->cap;
    list->pairs = realloc(list->pairs, list->cap * sizeof *list->pairs);
    assert_non_null(list->pairs);
  }
  uint8_t *copy = malloc(key.len + value.len + 1);
  assert_non_null(copy);
  if (key.len > 0) memcpy(copy, key.data, key.len);
  if (value.len > 0) memcpy(copy + key.len, value.data, value.len);
  list->pairs[list->count++] = (sce_trie_pair_t){{copy, key.len}, {copy + key.len, value.len}};
}

static inline void pair_list_free(pair_list_t *list) {
  for (size_t i = 0; i < list->count; i++) free((void *)list->pairs[i].key.data);
  free(list->pairs);
  *list = (pair_list_t){0};
}

static inline int compare_pairs(const void *a, const void *b) {
  return sce_span_compare(((const sce_trie_pair_t *)a)->key, ((const sce_trie_pair_t *)b)->key);
}

static inline void pair_list_sort(pair_list_t *list) {
  if (list->count > 0) qsort(list->pairs, list->count, sizeof *list->pairs, compare_pairs);
}

/* The members of an object of "0x…": "0x…". */
static inline void pair_list_json(pair_list_t *list, json_t *object) {
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    sce_buf_t k = {0}, v = {0};
    vectors_hex(&k, strncmp(key, "0x", 2) == 0 ? key + 2 : key);
    const char *text = json_string_value(value);
    vectors_hex(&v, strncmp(text, "0x", 2) == 0 ? text + 2 : text);
    pair_list_add(list, sce_buf_span(&k), sce_buf_span(&v));
    sce_buf_free(&k);
    sce_buf_free(&v);
  }
}

/* The top trie of a raw chain spec in TEST_INPUTS, sorted, without child roots; false where the file is not there. */
static inline bool pair_list_spec(pair_list_t *list, const char *file) {
  char path[512];
  snprintf(path, sizeof path, TEST_INPUTS "/%s", file);
  json_t *spec = json_load_file(path, 0, NULL);
  if (spec == NULL) return false;
  json_t *raw = json_object_get(json_object_get(spec, "genesis"), "raw");
  json_t *top = json_is_array(raw) ? json_array_get(raw, 0) : json_object_get(raw, "top");
  assert_true(json_object_size(top) > 0);
  pair_list_json(list, top);
  json_decref(spec);
  pair_list_sort(list);
  return true;
}

#endif
