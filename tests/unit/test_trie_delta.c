/* Delta roots of 10,000 random tries with random edits: equal to sp-trie's (tests/data/trie/roots.txt, made by
 * tests/oracle/trie) and, with all records, to roots from scratch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "trie_backend.h"
#include "trie_random.h"

#define TRIES 10000
#define TRIES_PER_LINE 100

static random_trie_t trie;

/* digest = BLAKE2b-256(digest, root) for each round of each trie. */
static void add_root(uint8_t digest[32], const uint8_t root[32]) {
  uint8_t both[64];
  memcpy(both, digest, 32);
  memcpy(both + 32, root, 32);
  sce_blake2b_256(digest, sce_span(both, 64));
}

static void run_trie(uint8_t digest[32], uint64_t number) {
  test_backend_t backend;
  test_backend_init(&backend);
  random_trie_start(&trie, number);
  for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
    uint8_t root[32], again[32];
    sce_state_version_t version = random_round(&trie, round);
    /* Without a sink, and as a whole trie without records. */
    must(sce_trie_delta_root(again, &backend.backend, SCE_TRIE_TOP, trie.changes, trie.change_count, version, NULL));
    test_commit(&backend, root, trie.changes, trie.change_count, version);
    assert_memory_equal(again, root, 32);
    test_check_full(&backend, root);
    add_root(digest, root);
  }
  test_backend_free(&backend);
}

static void random_tries(void **state) {
  (void)state;
  FILE *file = fopen(TEST_DATA "/trie/roots.txt", "r");
  if (file == NULL) fail_msg("tests/data/trie/roots.txt is not there");
  uint8_t digest[32] = {0};
  char line[80], text[65];
  for (uint64_t number = 0; number < TRIES; number++) {
    run_trie(digest, number);
    if ((number + 1) % TRIES_PER_LINE != 0) continue;
    assert_non_null(fgets(line, sizeof line, file));
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, hex_of(digest, 32, text)) != 0) {
      fail_msg("a root of tries %u to %u differs from sp-trie's", (unsigned)(number + 1 - TRIES_PER_LINE),
               (unsigned)number);
    }
  }
  fclose(file);
  random_trie_free(&trie);
}

/* A trie without records is read whole; SCE_TRIE_NONE is empty. */
static void without_records(void **state) {
  (void)state;
  test_backend_t backend;
  test_backend_init(&backend);
  sce_change_t first[2] = {{sce_span_text("a"), sce_span_text("1"), false},
                           {sce_span_text("ab"), sce_span_text("2"), false}};
  sce_change_t second[2] = {{sce_span_text("a"), {0}, true}, {sce_span_text("b"), sce_span_text("3"), false}};
  uint8_t root[32], expected[32];
  must(sce_trie_delta_root(root, &backend.backend, SCE_TRIE_NONE, NULL, 0, SCE_STATE_V1, NULL));
  assert_memory_equal(root, sce_trie_empty_state_root, 32);
  must(sce_trie_delta_root(expected, &backend.backend, SCE_TRIE_NONE, first, 2, SCE_STATE_V0, NULL));
  test_apply(&backend, first, 2, SCE_STATE_V0);
  backend.has_nodes = false;
  must(sce_trie_full_root(root, &backend.backend, SCE_TRIE_TOP, 1, NULL));
  assert_memory_equal(root, expected, 32);
  must(sce_trie_delta_root(root, &backend.backend, SCE_TRIE_TOP, second, 2, SCE_STATE_V0, NULL));
  test_apply(&backend, second, 2, SCE_STATE_V0);
  must(sce_trie_full_root(expected, &backend.backend, SCE_TRIE_TOP, 2, NULL));
  assert_memory_equal(root, expected, 32);
  test_backend_free(&backend);
}

/* Damaged records are errors. */
static void damaged_records(void **state) {
  (void)state;
  test_backend_t backend;
  test_backend_init(&backend);
  uint8_t root[32];
  random_trie_start(&trie, 50);
  test_commit(&backend, root, trie.changes, 0, SCE_STATE_V0);
  sce_state_version_t version = random_round(&trie, 0);
  test_commit(&backend, root, trie.changes, trie.change_count, version);
  for (uint32_t i = 0; i < backend.records.slots; i++) {
    const sce_table_entry_t *slot = &backend.records.entries[i];
    if (slot->head.key == NULL || slot->value_len < 8) continue;
    ((uint8_t *)(uintptr_t)slot->value)[2 + i % 6] ^= 0xff;
  }
  unsigned failed = 0;
  for (size_t i = 0; i < backend.count; i++) {
    sce_change_t change = {sce_buf_span(&backend.pairs[i].key), {0}, true};
    sce_error_t *err = sce_trie_delta_root(root, &backend.backend, SCE_TRIE_TOP, &change, 1, version, NULL);
    if (err == NULL) continue;
    assert_int_equal(sce_error_kind(err), SCE_BAD_STATE);
    sce_error_delete(err);
    failed++;
  }
  assert_true(failed > 0);
  test_backend_free(&backend);
  random_trie_free(&trie);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_tries),
      cmocka_unit_test(without_records),
      cmocka_unit_test(damaged_records),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
