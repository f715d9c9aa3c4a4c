/* Full roots against upstream's host functions (host-vectors.json) and upstream's roots of real genesis states, on one
 * and several threads, and against the builder's other ways (subtrees, node function). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trie_vectors.h"

#include "base/checked.h"
#include "state/trie_build.h"
#include "state/trie_hash.h"
#include "state/trie_node.h"

static sce_trie_options_t record_options(const json_t *record, const char *function) {
  sce_trie_options_t options = {0};
  if (strstr(function, "keccak") != NULL) options.hasher = SCE_TRIE_KECCAK_256;
  if (strstr(function, "version_2") == NULL) return options;
  sce_buf_t version = {0};
  vectors_input(&version, record, 1);
  options.version = version.data[0] == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
  sce_buf_free(&version);
  return options;
}

/* Decodes Vec<(Vec<u8>, Vec<u8>)>, or Vec<Vec<u8>> as values. */
static bool decode_pairs(pair_list_t *list, sce_span_t scale, bool values_only) {
  sce_scale_reader_t in = sce_scale_reader(scale);
  uint32_t count;
  sce_error_t *err = sce_scale_read_compact_u32(&in, &count);
  for (uint32_t i = 0; i < count && err == NULL; i++) {
    sce_span_t key = {0}, value = {0};
    if (!values_only) err = sce_scale_read_bytes(&in, &key);
    if (err == NULL) err = sce_scale_read_bytes(&in, &value);
    if (err == NULL) pair_list_add(list, key, value);
  }
  bool ok = err == NULL;
  sce_error_delete(err);
  return ok;
}

static void check_record(const json_t *record, const char *function) {
  sce_buf_t input = {0}, expected = {0};
  pair_list_t list = {0};
  bool ordered = strstr(function, "ordered") != NULL;
  vectors_input(&input, record, 0);
  sce_trie_options_t options = record_options(record, function);
  if (vectors_output(&expected, record) && decode_pairs(&list, sce_buf_span(&input), ordered)) {
    uint8_t root[32];
    if (ordered) {
      sce_span_t *items = malloc((list.count + 1) * sizeof *items);
      assert_non_null(items);
      for (size_t i = 0; i < list.count; i++) items[i] = list.pairs[i].value;
      must(sce_trie_ordered_root(root, items, list.count, &options));
      free(items);
    } else {
      must(sce_trie_root(root, list.pairs, list.count, &options));
    }
    assert_int_equal(expected.len, 32);
    assert_memory_equal(root, expected.data, 32);
  }
  sce_buf_free(&input);
  sce_buf_free(&expected);
  pair_list_free(&list);
}

static void upstream_roots(void **state) {
  (void)state;
  static const char *functions[] = {
      "ext_trie_blake2_256_root_version_1",         "ext_trie_blake2_256_root_version_2",
      "ext_trie_keccak_256_root_version_1",         "ext_trie_keccak_256_root_version_2",
      "ext_trie_blake2_256_ordered_root_version_1", "ext_trie_blake2_256_ordered_root_version_2",
      "ext_trie_keccak_256_ordered_root_version_1", "ext_trie_keccak_256_ordered_root_version_2"};
  json_t *vectors = vectors_load();
  size_t checked = 0;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    size_t index = 0;
    const json_t *record;
    while ((record = vectors_next(vectors, &index, functions[i])) != NULL) {
      check_record(record, functions[i]);
      checked++;
    }
  }
  assert_true(checked > 150);
  json_decref(vectors);
}

/* Backends of the scripts: their roots are upstream's, child roots included. */
static void add_children(pair_list_t *top, json_t *children, sce_state_version_t version) {
  const char *name;
  json_t *child;
  json_object_foreach(children, name, child) {
    pair_list_t list = {0};
    sce_buf_t key = {0};
    uint8_t root[32];
    must(sce_buf_append(&key, ":child_storage:default:", 23));
    vectors_hex(&key, strncmp(name, "0x", 2) == 0 ? name + 2 : name);
    pair_list_json(&list, child);
    must(sce_trie_root(root, list.pairs, list.count, &(sce_trie_options_t){.version = version}));
    if (list.count > 0) pair_list_add(top, sce_buf_span(&key), sce_span(root, 32));
    sce_buf_free(&key);
    pair_list_free(&list);
  }
}

static void script_backends(void **state) {
  (void)state;
  json_t *vectors = vectors_load();
  size_t checked = 0;
  for (size_t i = 0; i < json_array_size(vectors); i++) {
    const json_t *backend = json_object_get(json_array_get(vectors, i), "backend");
    const char *expected = json_string_value(json_object_get(backend, "root"));
    if (expected == NULL) continue;
    const json_t *number = json_object_get(backend, "state_version");
    sce_trie_options_t options = {.version = json_integer_value(number) == 1 ? SCE_STATE_V1 : SCE_STATE_V0};
    pair_list_t top = {0};
    pair_list_json(&top, json_object_get(backend, "top"));
    add_children(&top, json_object_get(backend, "default_children"), options.version);
    uint8_t root[32];
    must(sce_trie_root(root, top.pairs, top.count, &options));
    assert_root(root, expected, vectors_text(json_array_get(vectors, i), "script"));
    pair_list_free(&top);
    checked++;
  }
  assert_true(checked >= 80);
  json_decref(vectors);
}

/* Roots printed by sp-trie 47 (LayoutV0::trie_root and LayoutV1::trie_root over the same keys). */
static void genesis_states(void **state) {
  (void)state;
  static const char *specs[][3] = {{"polkadot.json", "29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17",
                                    "7ea7cb2f7dd99462ebf6f39eb169447db7830dd03b7612f2aaa52061d3670650"},
                                   {"kusama.json", "b0006203c3a6e6bd2c6a17b1d4ae8ca49a31da0f4579da950b127774b44aef6b",
                                    "d981af423fd4dc125db3d7a030f7da4a665aa14064f007194132dc8d719e91ac"},
                                   {"westend.json", "7e92439a94f79671f9cade9dff96a094519b9001a7432244d46ab644bb6f746f",
                                    "091c10bf6e0da7eab757e74ea5df18e1beda29dd767cc376676286c5469cf4d2"},
                                   {"rococo.json", "8ad9dafeef04674f627ec2112f2206ed271b7270da5143fd11a943872c19f0da",
                                    "19d19b375d197fb9b958b4b21f620ad110b981e879708124ec6f7ee6f2bc0652"},
                                   {"paseo.json", "2b2a8395a8ec27c54d322d3a6602152da0e3bd0c8f4c01f17a572a44a8e36ab6",
                                    "087fdbdf3b2f0a5cb1f8ae3ef454bf93f3929cb9ad9340817c5d881c2f8f66ee"}};
  for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
    pair_list_t list = {0};
    if (!pair_list_spec(&list, specs[i][0])) {
      print_message("%s is not there: run scripts/fetch-inputs.sh\n", specs[i][0]);
      continue;
    }
    for (unsigned version = 0; version < 2; version++) {
      for (unsigned threads = 1; threads <= 3; threads++) {
        uint8_t root[32];
        sce_trie_options_t options = {.version = version == 0 ? SCE_STATE_V0 : SCE_STATE_V1, .threads = threads};
        must(sce_trie_root(root, list.pairs, list.count, &options));
        assert_root(root, specs[i][1 + version], specs[i][0]);
      }
    }
    pair_list_free(&list);
  }
}

/* ---- shapes that cut or batch in unusual places; expected: the same without threads ---- */

static uint64_t next_random(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static void same_on_threads(pair_list_t *list) {
  for (unsigned version = 0; version < 2; version++) {
    uint8_t one[32], many[32];
    sce_trie_options_t options = {.version = version == 0 ? SCE_STATE_V0 : SCE_STATE_V1, .threads = 1};
    must(sce_trie_root(one, list->pairs, list->count, &options));
    for (options.threads = 2; options.threads < 70; options.threads += 33) {
      must(sce_trie_root(many, list->pairs, list->count, &options));
      assert_memory_equal(one, many, 32);
    }
  }
}

static void chain_of_prefixes(void **state) {
  (void)state;
  pair_list_t list = {0};
  static uint8_t key[6000];
  for (size_t len = 0; len < sizeof key; len++) pair_list_add(&list, sce_span(key, len), sce_span(key, len % 70));
  same_on_threads(&list);
  pair_list_free(&list);
}

static void uneven_keys(void **state) {
  (void)state;
  pair_list_t list = {0};
  uint64_t seed = 7;
  for (size_t i = 0; i < 30000; i++) {
    uint8_t key[24] = {0}, value[80];
    /* Most keys under one long prefix, as storage maps are. */
    size_t at = next_random(&seed) % 8 == 0 ? 0 : 16;
    size_t len = at + next_random(&seed) % 8;
    for (size_t k = at; k < len; k++) key[k] = (uint8_t)next_random(&seed);
    for (size_t k = 0; k < sizeof value; k++) value[k] = (uint8_t)next_random(&seed);
    pair_list_add(&list, sce_span(key, len), sce_span(value, next_random(&seed) % sizeof value));
  }
  same_on_threads(&list); /* unsorted, with duplicates */
  pair_list_free(&list);
}

typedef struct seen_nodes {
  size_t count;
  uint8_t last[32];
} seen_nodes_t;

static sce_error_t *see_node(void *ctx, const sce_trie_built_t *built) {
  seen_nodes_t *seen = ctx;
  sce_trie_node_t node;
  uint8_t own[32];
  must(sce_trie_node_decode_strict(&node, built->node, SCE_BAD_STATE));
  sce_trie_hash(own, SCE_TRIE_BLAKE2B_256, built->node);
  assert_memory_equal(own, built->hash, 32);
  assert_int_equal(node.kind, SCE_TRIE_BRANCH);
  assert_true(built->path_len == 0 || built->node.len >= 32);
  assert_int_equal(built->leaves & ~node.children, 0);
  memcpy(seen->last, built->hash, 32);
  seen->count++;
  return NULL;
}

static void branches_are_reported(void **state) {
  (void)state;
  pair_list_t list = {0};
  for (uint32_t i = 0; i < 20000; i++) {
    uint8_t key[4], value[40] = {0};
    sce_store_le32(key, i * 2654435761u); /* odd, so all different */
    pair_list_add(&list, sce_span(key, 4), sce_span(value, 1 + i % sizeof value));
  }
  pair_list_sort(&list);
  sce_trie_builder_t *builder;
  seen_nodes_t seen = {0};
  uint8_t root[32], expected[32];
  must(sce_trie_root(expected, list.pairs, list.count, NULL));
  must(sce_trie_builder_new(&builder, SCE_TRIE_BLAKE2B_256, 0, see_node, &seen));
  for (size_t i = 0; i < list.count; i++) {
    must(sce_trie_builder_add(builder, list.pairs[i].key, list.pairs[i].value, SCE_STATE_V0));
  }
  must(sce_trie_builder_finish(builder, root));
  assert_memory_equal(root, seen.last, 32);
  assert_true(seen.count > 1000);
  sce_trie_builder_delete(builder);
  pair_list_free(&list);
}

static void order_is_checked(void **state) {
  (void)state;
  sce_trie_builder_t *builder;
  uint8_t root[32];
  must(sce_trie_builder_new(&builder, SCE_TRIE_BLAKE2B_256, 3, NULL, NULL));
  must(sce_trie_builder_add(builder, sce_span_text("b"), sce_span_text("1"), SCE_STATE_V0));
  sce_error_t *err = sce_trie_builder_add(builder, sce_span_text("a"), sce_span_text("1"), SCE_STATE_V0);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  err = sce_trie_builder_finish(builder, root);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  sce_trie_builder_delete(builder);
}

/* More pairs than are sorted at once, with every key twice: the later value counts. */
#define UNSORTED 50000

static void many_pairs_in_any_order(void **state) {
  (void)state;
  pair_list_t any = {0}, sorted = {0};
  for (uint32_t i = 0; i < 2 * UNSORTED; i++) {
    uint8_t key[4], value[40] = {0};
    sce_store_le32(key, i % UNSORTED * 2654435761u);
    sce_store_le32(value, i);
    pair_list_add(&any, sce_span(key, 4), sce_span(value, i % 41));
    if (i >= UNSORTED) pair_list_add(&sorted, sce_span(key, 4), sce_span(value, i % 41));
  }
  qsort(sorted.pairs, sorted.count, sizeof *sorted.pairs, compare_pairs);
  uint8_t root[32], expected[32];
  must(sce_trie_root(root, any.pairs, any.count, NULL));
  must(sce_trie_root(expected, sorted.pairs, sorted.count, NULL));
  assert_memory_equal(root, expected, 32);
  pair_list_free(&any);
  pair_list_free(&sorted);
}

/* A leaf with a value that is hashed where it lies, by either hasher. */
static void long_values(void **state) {
  (void)state;
  static uint8_t value[3000000];
  for (size_t i = 0; i < sizeof value; i++) value[i] = (uint8_t)(i * 7 >> 3);
  const uint8_t key[2] = {0x12, 0x34};
  sce_trie_pair_t pair = {{key, 2}, {value, sizeof value}};
  for (int hasher = 0; hasher < 2; hasher++) {
    sce_trie_options_t options = {.hasher = hasher == 0 ? SCE_TRIE_BLAKE2B_256 : SCE_TRIE_KECCAK_256};
    uint8_t root[32], expected[32];
    sce_buf_t node = {0};
    must(sce_buf_append(&node, "\x44\x12\x34", 3)); /* a leaf of 4 nibbles */
    must(sce_scale_write_compact(&node, sizeof value));
    must(sce_buf_append(&node, value, sizeof value));
    sce_trie_hash(expected, options.hasher, sce_buf_span(&node));
    must(sce_trie_root(root, &pair, 1, &options));
    assert_memory_equal(root, expected, 32);
    sce_buf_free(&node);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(upstream_roots),   cmocka_unit_test(script_backends),
      cmocka_unit_test(genesis_states),   cmocka_unit_test(chain_of_prefixes),
      cmocka_unit_test(uneven_keys),      cmocka_unit_test(branches_are_reported),
      cmocka_unit_test(order_is_checked), cmocka_unit_test(many_pairs_in_any_order),
      cmocka_unit_test(long_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
