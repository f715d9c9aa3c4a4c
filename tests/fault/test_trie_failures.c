/* test_trie_failures.c: every allocation that roots and proofs make fails once: out of memory must come back, nothing
 * be left, and the next attempt be right. Uses the archive's hook (src/base/alloc.h). */
#include <scexec.h>

#include "refuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- what may fail ---- */

enum { KEYS = 3000 };
static uint8_t keys[KEYS][4], values[KEYS][60];
static sce_trie_pair_t pairs[KEYS];
static sce_state_pair_t state_pairs[KEYS];
static uint8_t expected[32];

/* Keys out of order. */
static void make_pairs(void) {
  for (uint32_t i = 0; i < KEYS; i++) {
    uint32_t number = i * 2654435761u;
    memcpy(keys[i], &number, 4);
    memset(values[i], (int)i, sizeof values[i]);
    pairs[i] = (sce_trie_pair_t){{keys[i], 4}, {values[i], i % sizeof values[i]}};
    state_pairs[i] = (sce_state_pair_t){NULL, pairs[i].key, pairs[i].value};
  }
}

static sce_error_t *same_root(const uint8_t root[32]) {
  static bool known;
  if (!known) memcpy(expected, root, 32);
  known = true;
  return memcmp(root, expected, 32) == 0 ? NULL : sce_error_from_host(SCE_INTERNAL, "the root is wrong");
}

static sce_error_t *root_on(unsigned threads) {
  uint8_t root[32];
  sce_error_t *err =
      sce_trie_root(root, pairs, KEYS, &(sce_trie_options_t){.version = SCE_STATE_V1, .threads = threads});
  return err == NULL ? same_root(root) : err;
}

static sce_error_t *full_root(void) {
  return root_on(1);
}

static sce_error_t *threaded_root(void) {
  return root_on(3);
}

static sce_error_t *ordered_root(void) {
  uint8_t root[32];
  sce_span_t items[100];
  for (size_t i = 0; i < 100; i++) items[i] = pairs[i].value;
  return sce_trie_ordered_root(root, items, 100, NULL);
}

static sce_error_t *change_state(sce_overlay_t *overlay, uint8_t root[32]) {
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_error_t *err = NULL;
  for (size_t i = 0; i < 40 && err == NULL; i++) {
    err = i % 3 == 0 ? ops->clear(overlay, NULL, pairs[i].key)
                     : ops->set(overlay, NULL, pairs[i].key, pairs[i + 1].value);
  }
  return err == NULL ? ops->root(overlay, root, NULL, SCE_STATE_V1) : err;
}

/* A delta root over node records, recorded; then the same on the proof alone. */
static sce_error_t *prove_and_repeat(sce_state_t *state, const uint8_t root[32]) {
  sce_overlay_t *overlay = NULL, *again = NULL;
  sce_state_t *alone = NULL;
  sce_proof_t *proof = NULL;
  uint8_t after[32], repeated[32];
  sce_error_t *err = sce_overlay_new(&overlay, state);
  if (err == NULL) err = sce_overlay_record(overlay);
  if (err == NULL) err = change_state(overlay, after);
  if (err == NULL) err = sce_overlay_take_proof(overlay, &proof);
  if (err == NULL) err = sce_state_from_proof(&alone, proof, root);
  if (err == NULL) err = sce_overlay_new(&again, alone);
  if (err == NULL) err = change_state(again, repeated);
  if (err == NULL && memcmp(after, repeated, 32) != 0) err = sce_error_from_host(SCE_INTERNAL, "the roots differ");
  sce_overlay_delete(again);
  sce_state_delete(alone);
  sce_proof_delete(proof);
  sce_overlay_delete(overlay);
  return err;
}

static sce_error_t *delta_roots(void) {
  sce_state_t *state = NULL;
  uint8_t root[32];
  sce_error_t *err = sce_state_new_memory(&state, state_pairs, 200, SCE_STATE_V1);
  if (err == NULL) err = sce_state_root(state, root, NULL);
  if (err == NULL) err = prove_and_repeat(state, root);
  sce_state_delete(state);
  return err;
}

static sce_error_t *read_proof(const sce_proof_t *proof, const uint8_t root[32]) {
  sce_buf_t scale = {0}, next = {0};
  sce_proof_t *again = NULL;
  sce_value_t value;
  bool found;
  sce_error_t *err = sce_proof_encode(proof, &scale);
  if (err == NULL) err = sce_proof_decode(&again, (sce_span_t){scale.data, scale.len});
  if (err == NULL) err = sce_proof_get(again, &value, root, NULL, pairs[7].key);
  if (err == NULL && !value.found) err = sce_error_from_host(SCE_INTERNAL, "a key is gone");
  if (err == NULL) err = sce_proof_next_key(again, &found, &next, root, NULL, pairs[7].key);
  sce_error_kind_t kind = err == NULL ? SCE_BAD_PROOF : sce_error_kind(err);
  if (kind == SCE_BAD_PROOF) { /* the next key is not proven */
    sce_error_delete(err);
    err = NULL;
  }
  sce_buf_free(&next);
  sce_proof_delete(again);
  sce_buf_free(&scale);
  return err;
}

static sce_error_t *proofs(void) {
  sce_state_t *state = NULL;
  sce_proof_t *proof = NULL;
  uint8_t root[32];
  sce_error_t *err = sce_state_new_memory(&state, state_pairs, 200, SCE_STATE_V1);
  if (err == NULL) err = sce_state_root(state, root, NULL);
  if (err == NULL) err = sce_proof_make(&proof, state, NULL, &pairs[7].key, 1);
  if (err == NULL) err = read_proof(proof, root);
  sce_proof_delete(proof);
  sce_state_delete(state);
  return err;
}

static sce_error_t *compact_proof(void) {
  static const uint8_t leaf[] = {0x42, 0x61, 0x00};
  sce_span_t node = {leaf, sizeof leaf};
  bool valid;
  return sce_proof_verify_compact(&valid, expected, &node, 1, (sce_span_t){leaf + 1, 1}, pairs[40].value, NULL);
}

/* ---- the test ---- */

static void refuse_each(const char *name, sce_error_t *(*run)(void)) {
  long before = live;
  refuse(0);
  sce_error_t *err = run();
  if (err != NULL) fail_msg("%s: %s", name, sce_error_message(err));
  long total = atomic_load(&allocations);
  for (long number = 1; number <= total; number++) {
    refuse(number);
    err = run();
    bool reached = refuse_no_more();
    assert_int_equal(live, before);
    /* Threads may make fewer allocations than the first time. */
    if (err == NULL && !reached) continue;
    if (err == NULL) fail_msg("%s: no error when allocation %ld is refused", name, number);
    assert_int_equal(sce_error_kind(err), SCE_OUT_OF_MEMORY);
    sce_error_delete(err);
  }
  print_message("%s: %ld allocations\n", name, total);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  make_pairs();
  refuse_each("full root", full_root);
  refuse_each("threaded root", threaded_root);
  refuse_each("ordered root", ordered_root);
  refuse_each("delta roots", delta_roots);
  refuse_each("proofs", proofs);
  refuse_each("compact proof", compact_proof);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests_name("trie: allocation failures", tests, NULL, NULL);
}
