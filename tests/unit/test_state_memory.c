/* test_state_memory.c: tables and the in-memory state: random writes against a sorted list, sorting against qsort, real
 * specs against their roots. SCE_TEST_SEED repeats a run. Roots are those of sp-trie 47 (the harness's `root` command
 * on the same files); Polkadot's, Kusama's and Westend's are also in their genesis headers. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scexec/chain_spec.h"
#include "scexec/overlay.h"
#include "scexec/state.h"
#include "state/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static uint64_t random_state;

static uint32_t below(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % bound;
}

static void seed_random(void) {
  const char *given = getenv("SCE_TEST_SEED");
  random_state = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
  print_message("SCE_TEST_SEED=%llu\n", (unsigned long long)random_state);
}

/* ---- sorting ---- */

static const sce_key_head_t *sorted_heads;

static int compare_ids(const void *a, const void *b) {
  const sce_key_head_t *x = &sorted_heads[*(const uint32_t *)a], *y = &sorted_heads[*(const uint32_t *)b];
  int side = sce_span_compare(sce_span(x->key, x->key_len), sce_span(y->key, y->key_len));
  return side != 0 ? side : *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

/* `prefix` bytes in common, then up to `tail` random bytes of `letters` values. */
static void check_sort(size_t count, size_t prefix, uint32_t tail, uint32_t letters) {
  sce_key_head_t *heads = calloc(count, sizeof *heads);
  uint8_t *bytes = calloc(count, prefix + tail + 1);
  uint32_t *ids = calloc(count, sizeof *ids), *expected = calloc(count, sizeof *expected);
  for (size_t i = 0; i < count; i++) {
    uint8_t *key = bytes + i * (prefix + tail + 1);
    size_t len = prefix + below(tail + 1);
    for (size_t j = prefix; j < len; j++) key[j] = (uint8_t)below(letters);
    heads[i] = (sce_key_head_t){key, (uint32_t)len, 0};
    ids[i] = expected[i] = (uint32_t)i;
  }
  sorted_heads = heads;
  qsort(expected, count, sizeof *expected, compare_ids);
  assert_null(sce_key_sort(ids, count, (sce_key_view_t){heads, sizeof *heads}));
  assert_memory_equal(ids, expected, count * sizeof *ids);
  free(heads);
  free(bytes);
  free(ids);
  free(expected);
}

static void sorting_agrees_with_qsort(void **state) {
  (void)state;
  seed_random();
  for (int i = 0; i < 200; i++) check_sort(1 + below(300), below(40), 1 + below(40), 1 + below(4));
  check_sort(50000, 32, 16, 256);
  check_sort(50000, 0, 0, 1); /* equals only */
  check_sort(50000, 3, 200, 2);
}

/* ---- tables ---- */

enum { MODEL_KEYS = 1024 }; /* keys are two bytes of 32 values each, or their first alone */

typedef struct model {
  bool present[MODEL_KEYS][2];
  uint8_t value[MODEL_KEYS][2];
} model_t;

static sce_span_t model_key(uint8_t key[2], uint32_t id, int one) {
  key[0] = (uint8_t)(id / 32 * 8);
  key[1] = (uint8_t)(id % 32 * 8);
  return sce_span(key, one ? 1 : 2);
}

/* Keys of the model in order: of those with one first byte the short one first. */
static void check_walk(const sce_table_t *table, const model_t *model) {
  uint8_t bytes[2];
  size_t count = 0;
  sce_order_place_t at = {0, 0};
  for (uint32_t id = 0; id < MODEL_KEYS; id++) {
    for (int one = 1; one >= 0; one--) {
      if (one && id % 32 != 0) continue;
      sce_span_t key = model_key(bytes, id, one);
      const sce_table_entry_t *entry = sce_table_find(table, key);
      assert_int_equal(entry != NULL, model->present[id][one]);
      sce_order_place_t found = sce_key_order_seek(&table->order, sce_table_view(table), key, true);
      assert_true(found.chunk == at.chunk && found.at == at.at);
      if (entry == NULL) continue;
      assert_int_equal(entry->value[0], model->value[id][one]);
      assert_ptr_equal(entry, &table->entries[sce_key_order_at(&table->order, at)]);
      at = sce_key_order_next(&table->order, at);
      found = sce_key_order_seek(&table->order, sce_table_view(table), key, false);
      assert_true(found.chunk == at.chunk && found.at == at.at);
      count++;
    }
  }
  assert_int_equal(sce_key_order_at(&table->order, at), SCE_NO_ENTRY);
  assert_int_equal(count, table->count);
}

static void tables_keep_order_and_values(void **state) {
  (void)state;
  seed_random();
  model_t model = {0};
  sce_table_t table, copy;
  sce_table_init(&table, true);
  for (int i = 0; i < 40000; i++) {
    uint8_t bytes[2], value = (uint8_t)i;
    uint32_t id = below(MODEL_KEYS), remove = i / 8000 % 2 == 0 ? 3 : 1; /* growing and shrinking by turns */
    int one = id % 32 == 0 && below(2) == 0;
    sce_span_t key = model_key(bytes, id, one);
    if (below(remove + 1) == 0 || (remove == 1 && below(3) == 0)) {
      sce_table_remove(&table, key);
      model.present[id][one] = false;
    } else {
      assert_null(sce_table_put(&table, key, sce_span(&value, 1), false));
      model.present[id][one] = true;
      model.value[id][one] = value;
    }
    if (i % 4000 == 3999) {
      check_walk(&table, &model);
      assert_null(sce_table_copy(&copy, &table));
      check_walk(&copy, &model);
      sce_table_free(&table);
      table = copy;
    }
  }
  sce_table_free(&table);
}

/* ---- states ---- */

static void expect_root(const sce_state_t *state, const char *hex) {
  uint8_t root[32];
  sce_buf_t text = {0};
  assert_null(sce_state_root(state, root, NULL));
  assert_null(sce_hex_append(&text, sce_span(root, 32)));
  assert_null(sce_buf_append_byte(&text, 0));
  assert_string_equal((const char *)text.data, hex);
  sce_buf_free(&text);
}

static void real_specs_have_the_references_roots(void **unused) {
  (void)unused;
  static const struct {
    const char *file, *v0, *v1;
  } expected[] = {
      {"polkadot", "29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17",
       "7ea7cb2f7dd99462ebf6f39eb169447db7830dd03b7612f2aaa52061d3670650"},
      {"kusama", "b0006203c3a6e6bd2c6a17b1d4ae8ca49a31da0f4579da950b127774b44aef6b",
       "d981af423fd4dc125db3d7a030f7da4a665aa14064f007194132dc8d719e91ac"},
      {"westend", "7e92439a94f79671f9cade9dff96a094519b9001a7432244d46ab644bb6f746f",
       "091c10bf6e0da7eab757e74ea5df18e1beda29dd767cc376676286c5469cf4d2"},
      {"rococo", "8ad9dafeef04674f627ec2112f2206ed271b7270da5143fd11a943872c19f0da",
       "19d19b375d197fb9b958b4b21f620ad110b981e879708124ec6f7ee6f2bc0652"},
      {"paseo", "2b2a8395a8ec27c54d322d3a6602152da0e3bd0c8f4c01f17a572a44a8e36ab6",
       "087fdbdf3b2f0a5cb1f8ae3ef454bf93f3929cb9ad9340817c5d881c2f8f66ee"},
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.json", TEST_INPUTS, expected[i].file);
    sce_chain_spec_t *spec;
    sce_state_t *v0, *v1;
    assert_null(sce_chain_spec_load(&spec, path));
    assert_null(sce_state_from_chain_spec(&v0, spec, SCE_STATE_V0));
    assert_null(sce_state_from_chain_spec(&v1, spec, SCE_STATE_V1));
    sce_chain_spec_delete(spec); /* the states keep the bytes */
    expect_root(v0, expected[i].v0);
    sce_state_delete(v0);
    expect_root(v1, expected[i].v1);
    sce_state_delete(v1);
  }
}

static void a_state_answers(void **unused) {
  (void)unused;
  sce_span_t child = sce_span_text("kid"), none = sce_span_text("none");
  const sce_state_pair_t pairs[] = {
      {NULL, sce_span_text("b"), sce_span_text("first")}, {NULL, sce_span_text("a"), sce_span_text("")},
      {NULL, sce_span_text("b"), sce_span_text("last")},  {&child, sce_span_text("x"), sce_span_text("1")},
      {&child, sce_span(NULL, 0), sce_span_text("2")},
  };
  sce_state_t *state;
  sce_value_t value;
  sce_state_cursor_t cursor;
  uint64_t count;
  assert_null(sce_state_new_memory(&state, pairs, 5, SCE_STATE_V1));
  assert_null(sce_state_get(state, &value, NULL, sce_span_text("b")));
  assert_true(value.found && sce_span_equal(sce_span(value.data, value.len), sce_span_text("last")));
  assert_null(sce_state_get(state, &value, &child, sce_span(NULL, 0)));
  assert_true(value.found && value.len == 1);
  assert_null(sce_state_get(state, &value, &none, sce_span_text("x")));
  assert_false(value.found);
  assert_null(sce_state_count(state, &count, NULL));
  assert_int_equal(count, 3); /* the child's root is a key */
  assert_null(sce_state_count(state, &count, &child));
  assert_int_equal(count, 2);
  assert_null(sce_state_count(state, &count, &none));
  assert_int_equal(count, 0);
  assert_null(sce_state_seek(state, &cursor, NULL, sce_span_text("a"), false));
  assert_true(cursor.found && sce_span_equal(cursor.key, sce_span_text("b")));
  assert_null(sce_state_step(state, &cursor));
  assert_false(cursor.found);
  sce_error_t *err = sce_state_step(state, &cursor);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  assert_null(sce_state_next_child(state, &value, sce_span(NULL, 0), true));
  assert_true(value.found && sce_span_equal(sce_span(value.data, value.len), child));
  assert_null(sce_state_next_child(state, &value, child, false));
  assert_false(value.found);
  sce_state_delete(state);
}

/* ---- made when it is read ---- */

typedef struct asked {
  int times;
  bool fails;
} asked_t;

static sce_error_t *version_of(void *ctx, const sce_chain_spec_t **spec, sce_state_version_t *version) {
  assert_true(sce_chain_spec_is_raw(*spec));
  asked_t *asked = ctx;
  asked->times++;
  *version = SCE_STATE_V1;
  return asked->fails ? sce_error_new(SCE_BAD_CODE, "no version") : NULL;
}

/* Nothing is asked before the first read; an error is that read's, and the next tries again. Then it is the state that
 * is made at once, commits included. */
static void states_are_made_when_read(void **unused) {
  (void)unused;
  static const char text[] = "{\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x02\",\"0x0203\":"
                             "\"0x000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f0011\"},"
                             "\"childrenDefault\":{\"0x0a0b\":{\"0x11\":\"0x22\"}}}}}";
  sce_chain_spec_t *spec = NULL;
  sce_state_t *now = NULL, *later = NULL;
  asked_t asked = {0, true};
  sce_value_t value;
  uint64_t keys;
  uint8_t roots[2][32];
  assert_null(sce_chain_spec_parse(&spec, sce_span_text(text)));
  assert_null(sce_state_from_chain_spec(&now, spec, SCE_STATE_V1));
  assert_null(sce_state_from_chain_spec_later(&later, spec, version_of, &asked));
  assert_int_equal(asked.times, 0);
  sce_error_t *err = sce_state_get(later, &value, NULL, sce_span_text("\x01"));
  assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
  sce_error_delete(err);
  asked.fails = false;
  assert_null(sce_state_get(later, &value, NULL, sce_span_text("\x01")));
  assert_true(value.found && value.len == 1 && value.data[0] == 2);
  assert_null(sce_state_count(later, &keys, NULL));
  assert_int_equal(keys, 3);
  sce_span_t child = sce_span_text("\x0a\x0b");
  assert_null(sce_state_get(later, &value, &child, sce_span_text("\x11")));
  assert_true(value.found && value.len == 1 && value.data[0] == 0x22);
  sce_state_t *states[] = {now, later};
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 2; i++) {
      sce_overlay_t *overlay = NULL;
      assert_null(sce_overlay_new(&overlay, states[i]));
      const sce_storage_ops_t *ops = sce_overlay_ops();
      assert_null(ops->set(overlay, NULL, sce_span_text("new"), sce_span_text("value")));
      if (round == 0) assert_null(ops->root(overlay, roots[i], NULL, SCE_STATE_V1));
      if (round == 1) assert_null(sce_overlay_commit(overlay, roots[i], SCE_STATE_V1, NULL));
      sce_overlay_delete(overlay);
    }
    assert_memory_equal(roots[0], roots[1], 32);
  }
  for (int i = 0; i < 2; i++) assert_null(sce_state_root(states[i], roots[i], NULL));
  assert_memory_equal(roots[0], roots[1], 32);
  assert_int_equal(asked.times, 2);
  sce_state_delete(now);
  sce_state_delete(later);
  sce_chain_spec_delete(spec);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sorting_agrees_with_qsort),
      cmocka_unit_test(tables_keep_order_and_values),
      cmocka_unit_test(real_specs_have_the_references_roots),
      cmocka_unit_test(a_state_answers),
      cmocka_unit_test(states_are_made_when_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
