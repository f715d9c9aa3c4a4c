/* test_chain_build.c: 200 blocks built in sequence on Rococo's genesis, across session changes, and executed again from
 * their own encoding: in memory, from a database, and by upstream's executor (tests/oracle/blocks, bin replay), whose
 * digest of hashes and roots is in tests/data/blocks/rococo-200.digest. SCEXEC_BLOCKS_OUT=FILE writes the blocks, for
 * that. */
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "scale/scale.h"
#include "scexec.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BLOCKS 200
#define FIRST_SLOT 283333333u
#define SLOTS_A_BLOCK 7 /* so that epochs of 600 slots pass */

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

static char folder[] = "/tmp/scexec-build-XXXXXX";
static char cache_path[64];
static sce_config_t config;
static sce_buf_t blocks[BLOCKS]; /* encoded */
static uint8_t hashes_and_roots[BLOCKS][64];

static int make_folder(void **unused) {
  (void)unused;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(cache_path, sizeof cache_path, "%s/cache", folder);
  sce_config_init(&config);
  config.cache_path = cache_path; /* three chains, one compile */
  return 0;
}

static int remove_folder(void **unused) {
  (void)unused;
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", folder);
  for (size_t i = 0; i < BLOCKS; i++) sce_buf_free(&blocks[i]);
  return system(command);
}

static sce_state_t *genesis(void) {
  sce_chain_spec_t *spec;
  sce_state_t *state;
  ok(sce_chain_spec_load(&spec, TEST_INPUTS "/rococo.json"));
  ok(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
  sce_chain_spec_delete(spec);
  ok(sce_state_make_genesis(state));
  return state;
}

static sce_chain_t *chain_on(sce_state_t *state) {
  sce_chain_options_t options = {.size = sizeof options, .config = &config};
  sce_chain_t *chain;
  wasm_signals_restore();
  ok(sce_chain_new(&chain, state, &options));
  sce_state_delete(state);
  return chain;
}

static uint32_t session_index(const sce_chain_t *chain) {
  sce_buf_t key = {0};
  sce_value_t value;
  ok(sce_state_key_parse(&key, sce_span_text("Session.CurrentIndex")));
  ok(sce_state_get(sce_chain_state(chain), &value, NULL, sce_buf_span(&key)));
  sce_buf_free(&key);
  return value.found ? sce_load_le32(value.data) : 0;
}

/* ---- building ---- */

typedef struct inherents {
  sce_chain_t *chain;
  size_t count;
} inherents_t;

static sce_error_t *apply_inherent(void *ctx, sce_span_t extrinsic) {
  inherents_t *inherents = ctx;
  sce_applied_t applied;
  ok(sce_chain_apply(inherents->chain, &applied, extrinsic));
  if (!applied.included) fail_msg("inherent %zu: %s", inherents->count, applied.reason);
  assert_true(applied.dispatched);
  inherents->count++;
  return NULL;
}

static void build_one(sce_chain_t *chain, sce_buf_t *encoded, uint64_t slot_number) {
  sce_slot_t slot;
  sce_buf_t digest = {0}, data = {0};
  inherents_t inherents = {chain, 0};
  ok(sce_chain_next_slot(chain, &slot, &slot_number, NULL, 0));
  assert_memory_equal(slot.engine, "BABE", 4);
  assert_int_equal(slot.timestamp_ms, slot_number * slot.duration_ms);
  ok(sce_slot_digest(&slot, &digest));
  ok(sce_chain_begin(chain, sce_buf_span(&digest)));
  ok(sce_chain_inherent_data(chain, &data, &slot, NULL, 0));
  ok(sce_chain_inherents(chain, sce_buf_span(&data), apply_inherent, &inherents));
  assert_int_equal(inherents.count, 2); /* Timestamp.set, ParaInherent.enter */
  ok(sce_chain_finish(chain, encoded));
  sce_buf_free(&digest);
  sce_buf_free(&data);
}

static void blocks_are_built(void **unused) {
  (void)unused;
  sce_chain_t *chain = chain_on(genesis());
  uint32_t first = session_index(chain);
  for (size_t i = 0; i < BLOCKS; i++) {
    sce_block_info_t head;
    build_one(chain, &blocks[i], FIRST_SLOT + i * SLOTS_A_BLOCK);
    ok(sce_chain_commit(chain, hashes_and_roots[i] + 32));
    assert_true(sce_state_block(sce_chain_state(chain), &head));
    assert_int_equal(head.number, i + 1);
    memcpy(hashes_and_roots[i], head.hash, 32);
  }
  assert_true(session_index(chain) >= first + 2);
  assert_int_equal(sce_chain_compiles(chain), 1);
  sce_chain_delete(chain);
}

static void blocks_are_written_out(void **unused) {
  (void)unused;
  const char *path = getenv("SCEXEC_BLOCKS_OUT");
  if (path == NULL) skip();
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  for (size_t i = 0; i < BLOCKS; i++) {
    sce_buf_t item = {0};
    ok(sce_scale_write_bytes(&item, sce_buf_span(&blocks[i])));
    assert_int_equal(fwrite(item.data, 1, item.len, file), item.len);
    sce_buf_free(&item);
  }
  assert_int_equal(fclose(file), 0);
}

/* ---- executing them again ---- */

static void execute_all(sce_chain_t *chain) {
  for (size_t i = 0; i < BLOCKS; i++) {
    sce_block_t *block;
    uint8_t root[32];
    sce_block_info_t head;
    ok(sce_block_decode(&block, sce_buf_span(&blocks[i])));
    ok(sce_chain_execute(chain, block));
    ok(sce_chain_commit(chain, root));
    assert_memory_equal(root, hashes_and_roots[i] + 32, 32);
    assert_true(sce_state_block(sce_chain_state(chain), &head));
    assert_memory_equal(head.hash, hashes_and_roots[i], 32);
    sce_block_delete(block);
  }
  ok(sce_state_verify(sce_chain_state(chain), NULL, NULL));
}

static void built_blocks_execute_in_memory(void **unused) {
  (void)unused;
  sce_chain_t *chain = chain_on(genesis());
  execute_all(chain);
  sce_chain_delete(chain);
}

static void built_blocks_execute_on_a_database(void **unused) {
  (void)unused;
  char path[64];
  snprintf(path, sizeof path, "%s/state", folder);
  sce_state_t *source = genesis(), *database, *earlier;
  sce_state_options_t options = {.size = sizeof options, .create = true, .no_sync = true, .keep = 10};
  ok(sce_state_open(&database, path, &options));
  ok(sce_state_import(&database, source, NULL));
  sce_state_delete(source);
  sce_chain_t *chain = chain_on(database);
  execute_all(chain);
  ok(sce_state_at_number(&earlier, sce_chain_state(chain), BLOCKS - 5));
  uint8_t root[32];
  ok(sce_state_root(earlier, root, NULL));
  assert_memory_equal(root, hashes_and_roots[BLOCKS - 6] + 32, 32);
  sce_state_delete(earlier);
  sce_chain_delete(chain);
}

static void upstream_accepts_the_same_blocks(void **unused) {
  (void)unused;
  uint8_t digest[32];
  sce_buf_t text = {0}, expected = test_read_file(TEST_DATA "/blocks/rococo-200.digest");
  sce_blake2b_256(digest, sce_span(hashes_and_roots, sizeof hashes_and_roots));
  ok(sce_hex_append(&text, sce_span(digest, 32)));
  assert_true(expected.len >= 64);
  if (memcmp(text.data, expected.data, 64) != 0) fail_msg("the digest is %.64s", (const char *)text.data);
  sce_buf_free(&text);
  sce_buf_free(&expected);
}

/* ---- what builders do wrong ---- */

static void refused(sce_error_t *err, sce_error_kind_t kind, const char *text) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind || strstr(sce_error_message(err), text) == NULL)
    fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

static void building_out_of_order_is_refused(void **unused) {
  (void)unused;
  sce_chain_t *chain = chain_on(genesis());
  sce_applied_t applied;
  sce_buf_t out = {0};
  sce_block_t *block;
  ok(sce_block_decode(&block, sce_buf_span(&blocks[0])));
  refused(sce_chain_apply(chain, &applied, (sce_span_t){0}), SCE_MISUSE, "no block is being built");
  refused(sce_chain_finish(chain, &out), SCE_MISUSE, "no block is being built");
  ok(sce_chain_begin(chain, (sce_span_t){0}));
  refused(sce_chain_begin(chain, (sce_span_t){0}), SCE_MISUSE, "being built");
  refused(sce_chain_execute(chain, block), SCE_MISUSE, "being built");
  refused(sce_chain_call(chain, &out, "Core_version", (sce_span_t){0}), SCE_MISUSE, "being built");
  refused(sce_chain_apply(chain, &applied, sce_span_text("\4")), SCE_TRAP, "extrinsic 0"); /* no extrinsic at all */
  sce_chain_discard(chain);
  assert_true(sce_overlay_is_empty(sce_chain_overlay(chain)));
  ok(sce_chain_execute(chain, block));
  ok(sce_chain_commit(chain, NULL));
  sce_block_delete(block);
  sce_buf_free(&out);
  sce_chain_delete(chain);
}

/* A signed System.remark whose signature is no signature: not included, and nothing of it stays. */
static void an_invalid_extrinsic_leaves_nothing(void **unused) {
  (void)unused;
  /* Signed, MultiAddress::Id; sr25519 of zeros, immortal, nonce 0, no tip; the call, without bytes. */
  uint8_t extrinsic[105] = {0x84, [34] = 1, [103] = 1};
  sce_chain_t *chain = chain_on(genesis()), *plain = chain_on(genesis());
  sce_buf_t with = {0}, without = {0};
  sce_applied_t applied;
  uint64_t number = FIRST_SLOT;
  sce_slot_t slot;
  sce_chain_t *chains[] = {plain, chain};
  for (size_t i = 0; i < 2; i++) {
    sce_buf_t digest = {0}, data = {0};
    inherents_t inherents = {chains[i], 0};
    ok(sce_chain_next_slot(chains[i], &slot, &number, NULL, 0));
    ok(sce_slot_digest(&slot, &digest));
    ok(sce_chain_begin(chains[i], sce_buf_span(&digest)));
    ok(sce_chain_inherent_data(chains[i], &data, &slot, NULL, 0));
    ok(sce_chain_inherents(chains[i], sce_buf_span(&data), apply_inherent, &inherents));
    if (i == 1) {
      ok(sce_chain_apply(chains[i], &applied, sce_span(extrinsic, sizeof extrinsic)));
      assert_false(applied.included);
      assert_string_equal(applied.reason, "invalid: BadProof");
    }
    ok(sce_chain_finish(chains[i], i == 1 ? &with : &without));
    sce_buf_free(&digest);
    sce_buf_free(&data);
  }
  assert_true(sce_span_equal(sce_buf_span(&with), sce_buf_span(&without)));
  sce_buf_free(&with);
  sce_buf_free(&without);
  sce_chain_delete(chain);
  sce_chain_delete(plain);
}

static void inherent_data_is_sorted_and_first_of_equal(void **unused) {
  (void)unused;
  const sce_inherent_t inherents[] = {
      {"timstap0", sce_span_text("a")}, {"babeslot", sce_span_text("bc")}, {"timstap0", sce_span_text("d")}};
  sce_buf_t scale = {0};
  ok(sce_inherent_data_encode(&scale, inherents, 3));
  assert_int_equal(scale.len, 1 + 8 + 3 + 8 + 2);
  assert_memory_equal(scale.data,
                      "\x08"
                      "babeslot"
                      "\x08"
                      "bc"
                      "timstap0"
                      "\x04"
                      "a",
                      scale.len);
  sce_buf_free(&scale);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_are_built),
      cmocka_unit_test(blocks_are_written_out),
      cmocka_unit_test(built_blocks_execute_in_memory),
      cmocka_unit_test(built_blocks_execute_on_a_database),
      cmocka_unit_test(upstream_accepts_the_same_blocks),
      cmocka_unit_test(building_out_of_order_is_refused),
      cmocka_unit_test(an_invalid_extrinsic_leaves_nothing),
      cmocka_unit_test(inherent_data_is_sorted_and_first_of_equal),
  };
  wasm_signals_remember();
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
