/* state_db_random.h: random states in a database and in memory, and whether they are equal. Keys are short and long,
 * also of the length where the database cuts them. */
#ifndef STATE_DB_RANDOM_H
#define STATE_DB_RANDOM_H

#include "state_db_support.h"

#include <time.h>

static uint64_t random_state;

static uint32_t below(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % bound;
}

#define LONG_KEY 700
static const sce_span_t names[4] = {{NULL, 0}, {(const uint8_t *)"a", 1}, {(const uint8_t *)"", 0}, {NULL, 0}};

/* NULL for the top trie; the third child's name is longer than a database's keys. */
static const sce_span_t *child_of(uint32_t trie) {
  static uint8_t long_name[500];
  static sce_span_t long_child = {long_name, sizeof long_name};
  memset(long_name, 'n', sizeof long_name);
  return trie == 0 ? NULL : trie == 3 ? &long_child : &names[trie];
}

static sce_span_t random_key(uint8_t key[LONG_KEY]) {
  static const uint32_t lengths[] = {439, 440, 441, 470, 699};
  memset(key, 'x', LONG_KEY);
  size_t len = below(5);
  for (size_t i = 0; i < len; i++) key[i] = (uint8_t)(below(4) * 85);
  if (below(5) > 0) return sce_span(key, len);
  key[0] = (uint8_t)below(2);
  key[438 + below(4)] = (uint8_t)below(3);
  key[690] = (uint8_t)below(3);
  return sce_span(key, lengths[below(5)]);
}

static sce_span_t random_value(uint8_t *value, size_t room) {
  size_t len = below(10) == 0 ? below((uint32_t)room) : below(50);
  for (size_t i = 0; i < len; i++) value[i] = (uint8_t)below(256);
  return sce_span(value, len);
}

/* Equal in every key of every trie, by walks of both; lookups too. */
static void expect_equal(const sce_state_t *a, const sce_state_t *b) {
  for (uint32_t trie = 0; trie < 4; trie++) {
    sce_state_cursor_t x, y;
    uint64_t keys = 0, count;
    ok(sce_state_seek(a, &x, child_of(trie), sce_span(NULL, 0), true));
    ok(sce_state_seek(b, &y, child_of(trie), sce_span(NULL, 0), true));
    for (; x.found; keys++) {
      assert_true(y.found && sce_span_equal(x.key, y.key) && sce_span_equal(x.value, y.value));
      sce_value_t value;
      ok(sce_state_get(b, &value, child_of(trie), x.key));
      assert_true(value.found && sce_span_equal(x.value, sce_span(value.data, value.len)));
      ok(sce_state_step(a, &x));
      ok(sce_state_step(b, &y));
    }
    assert_false(y.found);
    ok(sce_state_count(b, &count, child_of(trie)));
    assert_int_equal(count, keys);
    uint8_t key_bytes[LONG_KEY];
    for (int i = 0; i < 50; i++) {
      sce_span_t key = random_key(key_bytes);
      bool inclusive = below(2) == 0;
      ok(sce_state_seek(a, &x, child_of(trie), key, inclusive));
      ok(sce_state_seek(b, &y, child_of(trie), key, inclusive));
      assert_true(x.found == y.found && sce_span_equal(x.key, y.key) && sce_span_equal(x.value, y.value));
    }
  }
  uint8_t root_a[32], root_b[32];
  ok(sce_state_root(a, root_a, NULL));
  ok(sce_state_root(b, root_b, NULL));
  assert_memory_equal(root_a, root_b, 32);
}

static void random_writes(sce_overlay_t *a, sce_overlay_t *b, int count) {
  static uint8_t value_bytes[9000];
  uint8_t key_bytes[LONG_KEY];
  const sce_storage_ops_t *ops = sce_overlay_ops();
  for (int i = 0; i < count; i++) {
    const sce_span_t *child = child_of(below(4));
    sce_span_t key = random_key(key_bytes), value = random_value(value_bytes, sizeof value_bytes);
    sce_removal_t removal;
    for (int other = 0; other < 2; other++) {
      sce_overlay_t *overlay = other ? b : a;
      if (i % 3 > 0)
        ok(ops->set(overlay, child, key, value));
      else
        ok(ops->clear(overlay, child, key));
      if (i == count - 1 && child != NULL && value.len % 4 == 0)
        ok(ops->kill_child(overlay, &removal, child, NULL, NULL));
    }
  }
}

/* SCE_TEST_SEED repeats a run. */
static void seed(void) {
  const char *given = getenv("SCE_TEST_SEED");
  random_state = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
  printf("SCE_TEST_SEED=%llu\n", (unsigned long long)random_state);
}

#endif
