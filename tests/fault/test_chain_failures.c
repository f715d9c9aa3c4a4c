/* test_chain_failures.c: every allocation that executing, building and committing a block makes fails once: out of
 * memory must come back, nothing of the block be left, and the next attempt be right. Uses the archive's hook
 * (src/base/alloc.h). */
#include <scexec.h>

#include "refuse.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

/* ---- Kusama's genesis and block 1 ---- */

static sce_chain_t *chain;
static sce_block_t *block;

static sce_error_t *ignore_difference(void *ctx, const sce_phase_t *phase, const sce_state_difference_t *difference) {
  (void)ctx;
  (void)phase;
  (void)difference;
  return NULL;
}

static sce_block_t *read_block(void) {
  sce_buf_t text = test_read_file(TEST_DATA "/blocks/kusama-1.hex");
  static uint8_t bytes[4096];
  size_t len = 0;
  for (size_t at = 2; len < sizeof bytes && at + 2 <= text.len;
       at += 2) { /* the file ends in a newline, without a NUL */
    const char pair[3] = {(char)text.data[at], (char)text.data[at + 1], '\0'};
    bytes[len++] = (uint8_t)strtoul(pair, NULL, 16);
  }
  sce_buf_free(&text);
  sce_block_t *read;
  ok(sce_block_decode(&read, (sce_span_t){bytes, len}));
  return read;
}

static sce_state_t *genesis(void) {
  sce_chain_spec_t *spec;
  sce_state_t *state;
  ok(sce_chain_spec_load(&spec, TEST_INPUTS "/kusama.json"));
  ok(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
  sce_chain_spec_delete(spec);
  ok(sce_state_make_genesis(state));
  return state;
}

static void open_chain(void) {
  sce_chain_observer_t observer = {.size = sizeof observer, .difference = ignore_difference};
  sce_chain_options_t options = {.size = sizeof options, .observer = &observer};
  sce_state_t *state = genesis();
  ok(sce_chain_new(&chain, state, &options));
  sce_state_delete(state);
  ok(sce_chain_prepare(chain, NULL));
  block = read_block();
}

/* ---- what may fail ---- */

static sce_error_t *execute(void) {
  return sce_chain_execute(chain, block);
}

static sce_error_t *apply(void *ctx, sce_span_t extrinsic) {
  sce_applied_t applied;
  (void)ctx;
  return sce_chain_apply(chain, &applied, extrinsic);
}

static sce_error_t *build_with(sce_buf_t *digest, sce_buf_t *data, sce_buf_t *built) {
  uint64_t number = 262493679;
  sce_slot_t slot;
  sce_error_t *err = sce_chain_next_slot(chain, &slot, &number, NULL, 0);
  if (err == NULL) err = sce_slot_digest(&slot, digest);
  if (err == NULL) err = sce_chain_begin(chain, (sce_span_t){digest->data, digest->len});
  if (err == NULL) err = sce_chain_inherent_data(chain, data, &slot, NULL, 0);
  if (err == NULL) err = sce_chain_inherents(chain, (sce_span_t){data->data, data->len}, apply, NULL);
  if (err == NULL) err = sce_chain_finish(chain, built);
  return err;
}

static sce_error_t *build(void) {
  sce_buf_t digest = {0}, data = {0}, built = {0};
  sce_error_t *err = build_with(&digest, &data, &built);
  sce_buf_free(&digest);
  sce_buf_free(&data);
  sce_buf_free(&built);
  return err;
}

/* Refuses the first, the second, … allocation, until one run needs no more. */
static void fail_each(sce_error_t *(*run)(void)) {
  wasm_signals_restore();
  long refused = 0;
  for (long n = 1;; n++) {
    refuse(n);
    sce_error_t *err = run();
    bool reached = refuse_no_more();
    if (err != NULL && sce_error_kind(err) != SCE_OUT_OF_MEMORY)
      fail_msg("allocation %ld: %s", n, sce_error_message(err));
    if (err != NULL) refused++;
    sce_error_delete(err);
    sce_chain_discard(chain);
    assert_true(sce_overlay_is_empty(sce_chain_overlay(chain)));
    if (!reached) break;
  }
  assert_true(refused > 20);
  ok(run());
  sce_chain_discard(chain);
}

static void executing(void **unused) {
  (void)unused;
  fail_each(execute);
}

static void building(void **unused) {
  (void)unused;
  fail_each(build);
}

/* After a commit that failed the block is still pending, and the next one succeeds. */
static void committing(void **unused) {
  (void)unused;
  wasm_signals_restore();
  ok(sce_chain_execute(chain, block));
  sce_error_t *err;
  long n = 0;
  do {
    refuse(++n);
    err = sce_chain_commit(chain, NULL);
    refuse_no_more();
    if (err != NULL) assert_int_equal(sce_error_kind(err), SCE_OUT_OF_MEMORY);
    sce_error_delete(err);
  } while (err != NULL);
  assert_true(n > 5);
  uint8_t root[32];
  ok(sce_state_root(sce_chain_state(chain), root, NULL));
  assert_memory_equal(root, sce_block_header(block)->state_root, 32);
  ok(sce_state_verify(sce_chain_state(chain), NULL, NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(executing),
      cmocka_unit_test(building),
      cmocka_unit_test(committing),
  };
  wasm_signals_remember();
  open_chain();
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  sce_block_delete(block);
  sce_chain_delete(chain);
  return failed;
}
