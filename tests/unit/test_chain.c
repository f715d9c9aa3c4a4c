/* test_chain.c: real blocks on their genesis (tests/data/blocks/NAME-1.hex: block 1 of the networks, as explorers and
 * other implementations' tests have them), from memory and from a database; blocks that are refused; phases. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
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

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

static void refused(sce_error_t *err, sce_error_kind_t kind, const char *text) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind || strstr(sce_error_message(err), text) == NULL)
    fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

/* ---- states and blocks ---- */

typedef struct network {
  const char *name, *hash, *root; /* of block 1 */
  size_t unmarked;                /* extrinsics that the runtime does not tell from the initialization */
} network_t;

static const network_t networks[] = {
    {"polkadot", "c0096358534ec8d21d01d34b836eed476a1c343f8724fa2153dc0725ad797a90",
     "c56fcd6e7a757926ace3e1ecff9b4010fc78b90d459202a339266a7f6360002f", 0},
    {"kusama", "cd9b8e2fc2f57c4570a86319b005832080e0c478ab41ae5d44e23705872f5ad3",
     "fabb0c6e92d29e8bb2167f3c6fb0ddeb956a4278a3cf853661af74a076fc9cb7", 1},
};
#define NETWORKS (sizeof networks / sizeof *networks)

static sce_buf_t read_block(const char *name) {
  char path[512];
  sce_buf_t bytes = {0};
  snprintf(path, sizeof path, "%s/blocks/%s-1.hex", TEST_DATA, name);
  sce_buf_t text = test_read_file(path);
  while (text.len > 0 && text.data[text.len - 1] == '\n') text.len--;
  ok(sce_hex_decode(&bytes, sce_buf_span(&text)));
  sce_buf_free(&text);
  return bytes;
}

static sce_block_t *load_block(const char *name) {
  sce_buf_t bytes = read_block(name);
  sce_block_t *block;
  ok(sce_block_decode(&block, sce_buf_span(&bytes)));
  sce_buf_free(&bytes);
  return block;
}

static sce_state_t *genesis(const char *name) {
  char path[512];
  sce_chain_spec_t *spec;
  sce_state_t *state;
  snprintf(path, sizeof path, "%s/%s.json", TEST_INPUTS, name);
  ok(sce_chain_spec_load(&spec, path));
  ok(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
  sce_chain_spec_delete(spec);
  ok(sce_state_make_genesis(state));
  return state;
}

/* A database with the genesis, in a folder that the caller removes. */
static sce_state_t *genesis_database(const char *name, char folder[64]) {
  strcpy(folder, "/tmp/scexec-chain-XXXXXX");
  assert_non_null(mkdtemp(folder));
  sce_state_t *source = genesis(name), *database;
  sce_state_options_t options = {.size = sizeof options, .create = true, .no_sync = true, .keep = 4};
  ok(sce_state_open(&database, folder, &options));
  ok(sce_state_import(&database, source, NULL));
  sce_state_delete(source);
  return database;
}

static void remove_database(const char *folder) {
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
}

static void expect_hash(const uint8_t hash[32], const char *hex) {
  sce_buf_t text = {0};
  ok(sce_hex_append(&text, sce_span(hash, 32)));
  if (text.len != strlen(hex) || memcmp(text.data, hex, text.len) != 0)
    fail_msg("%.*s is not %s", (int)text.len, (const char *)text.data, hex);
  sce_buf_free(&text);
}

/* A chain whose state is nobody else's; compiled code comes from the user's cache. */
static sce_chain_t *chain_on(sce_state_t *state, const sce_chain_observer_t *observer) {
  sce_chain_options_t options = {.size = sizeof options, .observer = observer};
  sce_chain_t *chain;
  wasm_signals_restore();
  ok(sce_chain_new(&chain, state, &options));
  sce_state_delete(state);
  return chain;
}

/* ---- real blocks ---- */

typedef struct phases {
  sce_phase_t ended[8];
  size_t count, differences;
} phases_t;

static sce_error_t *take_difference(void *ctx, const sce_phase_t *phase, const sce_state_difference_t *difference) {
  phases_t *phases = ctx;
  (void)phase;
  assert_null(difference->child);
  assert_true(difference->before.found || difference->after.found);
  phases->differences++;
  return NULL;
}

static sce_error_t *take_end(void *ctx, const sce_phase_t *phase) {
  phases_t *phases = ctx;
  assert_true(phases->count < 8);
  phases->ended[phases->count++] = *phase;
  return NULL;
}

/* Of a block with two extrinsics. */
static void check_phases(const phases_t *phases, size_t unmarked) {
  size_t count = 4 - unmarked;
  assert_int_equal(phases->count, count);
  assert_int_equal(phases->ended[0].kind, SCE_PHASE_INITIALIZATION);
  for (size_t i = 1; i + 1 < count; i++) {
    assert_int_equal(phases->ended[i].kind, SCE_PHASE_EXTRINSIC);
    assert_int_equal(phases->ended[i].extrinsic, i - 1 + unmarked);
  }
  assert_int_equal(phases->ended[count - 1].kind, SCE_PHASE_FINALIZATION);
  assert_true(phases->differences > count);
}

/* The same through code with inlined calls. */
static void inlined_code_gives_the_same_roots(void **unused) {
  (void)unused;
  sce_config_t config;
  sce_config_block(&config);
  config.semantics.inline_calls = true;
  sce_chain_options_t options = {.size = sizeof options, .config = &config};
  for (size_t i = 0; i < NETWORKS; i++) {
    sce_state_t *state = genesis(networks[i].name);
    sce_block_t *block = load_block(networks[i].name);
    sce_chain_t *chain;
    uint8_t root[32];
    wasm_signals_restore();
    ok(sce_chain_new(&chain, state, &options));
    sce_state_delete(state);
    ok(sce_chain_execute(chain, block));
    ok(sce_chain_commit(chain, root));
    expect_hash(root, networks[i].root);
    sce_block_delete(block);
    sce_chain_delete(chain);
  }
}

static void execute_and_commit(const network_t *network, sce_state_t *state) {
  phases_t phases = {.count = 0};
  sce_chain_observer_t observer = {sizeof observer, take_difference, take_end, &phases};
  sce_chain_t *chain = chain_on(state, &observer);
  sce_block_t *block = load_block(network->name);
  uint8_t root[32];
  ok(sce_chain_execute(chain, block));
  check_phases(&phases, network->unmarked);
  refused(sce_chain_execute(chain, block), SCE_MISUSE, "pending");
  ok(sce_chain_commit(chain, root));
  expect_hash(root, network->root);
  sce_block_info_t info;
  assert_true(sce_state_block(sce_chain_state(chain), &info));
  assert_int_equal(info.number, 1);
  expect_hash(info.hash, network->hash);
  ok(sce_state_root(sce_chain_state(chain), root, NULL));
  expect_hash(root, network->root);
  ok(sce_state_verify(sce_chain_state(chain), NULL, NULL));
  refused(sce_chain_execute(chain, block), SCE_BAD_BLOCK, "its parent is 0x");
  assert_int_equal(sce_chain_compiles(chain), 1);
  sce_block_delete(block);
  sce_chain_delete(chain);
}

static void first_blocks_of_networks_from_memory(void **unused) {
  (void)unused;
  for (size_t i = 0; i < NETWORKS; i++) execute_and_commit(&networks[i], genesis(networks[i].name));
}

static void first_blocks_of_networks_from_a_database(void **unused) {
  (void)unused;
  for (size_t i = 0; i < NETWORKS; i++) {
    char folder[64];
    execute_and_commit(&networks[i], genesis_database(networks[i].name, folder));
    remove_database(folder);
  }
}

static sce_error_t *count_difference(void *ctx, const sce_state_difference_t *difference) {
  (void)difference;
  ++*(size_t *)ctx;
  return NULL;
}

typedef struct last_values {
  sce_buf_t keys[512];
  sce_buf_t values[512];
  bool found[512];
  size_t count;
} last_values_t;

static sce_error_t *keep_last(void *ctx, const sce_phase_t *phase, const sce_state_difference_t *d) {
  last_values_t *last = ctx;
  (void)phase;
  size_t i = 0;
  while (i < last->count && !sce_span_equal(sce_buf_span(&last->keys[i]), d->key)) i++;
  assert_true(i < 512);
  if (i == last->count) {
    ok(sce_buf_append(&last->keys[i], d->key.data, d->key.len));
    last->count++;
  } else { /* a phase begins with what the one before ended with */
    assert_int_equal(last->found[i], d->before.found);
    assert_true(sce_span_equal(sce_buf_span(&last->values[i]), sce_span(d->before.data, d->before.len)));
  }
  last->found[i] = d->after.found;
  last->values[i].len = 0;
  ok(sce_buf_append(&last->values[i], d->after.data, d->after.len));
  return NULL;
}

static void phases_add_up_to_the_block(void **unused) {
  (void)unused;
  static last_values_t last;
  sce_chain_observer_t observer = {sizeof observer, keep_last, NULL, &last};
  sce_state_t *before = genesis("polkadot");
  sce_chain_t *chain = chain_on(sce_state_ref(before), &observer);
  sce_block_t *block = load_block("polkadot");
  ok(sce_chain_execute(chain, block));
  ok(sce_chain_commit(chain, NULL));
  size_t differences = 0, changed = 0;
  ok(sce_state_diff(before, sce_chain_state(chain), count_difference, &differences));
  for (size_t i = 0; i < last.count; i++) {
    sce_value_t was, is;
    ok(sce_state_get(before, &was, NULL, sce_buf_span(&last.keys[i])));
    ok(sce_state_get(sce_chain_state(chain), &is, NULL, sce_buf_span(&last.keys[i])));
    assert_int_equal(is.found, last.found[i]);
    assert_true(sce_span_equal(sce_span(is.data, is.len), sce_buf_span(&last.values[i])));
    changed += was.found != is.found || !sce_span_equal(sce_span(was.data, was.len), sce_span(is.data, is.len));
    sce_buf_free(&last.keys[i]);
    sce_buf_free(&last.values[i]);
  }
  assert_int_equal(changed, differences);
  assert_true(last.count > changed); /* :extrinsic_index comes and goes */
  sce_block_delete(block);
  sce_chain_delete(chain);
  sce_state_delete(before);
}

/* ---- blocks that are refused ---- */

/* Polkadot's block 1 with the byte at `offset` changed. */
static sce_error_t *execute_damaged(sce_chain_t *chain, size_t offset) {
  sce_buf_t bytes = read_block("polkadot");
  sce_block_t *block;
  assert_true(offset < bytes.len);
  bytes.data[offset] ^= 1;
  ok(sce_block_decode(&block, sce_buf_span(&bytes)));
  sce_buf_free(&bytes);
  sce_error_t *err = sce_chain_execute(chain, block);
  sce_block_delete(block);
  return err;
}

static void bad_blocks_leave_nothing(void **unused) {
  (void)unused;
  sce_chain_t *chain = chain_on(genesis("polkadot"), NULL);
  sce_buf_t bytes = read_block("polkadot");
  size_t body = bytes.len - 16; /* after the number of extrinsics */
  sce_buf_free(&bytes);
  refused(execute_damaged(chain, 0), SCE_BAD_BLOCK, "its parent is 0x90b171bb");
  refused(
      execute_damaged(chain, 33), SCE_BAD_BLOCK,
      "the state root after it is 0xc56fcd6e7a757926ace3e1ecff9b4010fc78b90d459202a339266a7f6360002f, but the header "
      "says 0xc46fcd6e");
  refused(execute_damaged(chain, 65), SCE_BAD_BLOCK, "the root of its extrinsics is 0x9a87f6af");
  refused(execute_damaged(chain, body + 5), SCE_BAD_BLOCK, "the root of its extrinsics"); /* another time */
  assert_true(sce_overlay_is_empty(sce_chain_overlay(chain)));
  refused(sce_chain_commit(chain, NULL), SCE_MISUSE, "no block is pending");
  sce_block_t *block = load_block("polkadot");
  ok(sce_chain_execute(chain, block));
  sce_chain_discard(chain);
  ok(sce_chain_execute(chain, block));
  ok(sce_chain_commit(chain, NULL));
  sce_block_delete(block);
  sce_chain_delete(chain);
}

static void a_state_without_code_is_refused(void **unused) {
  (void)unused;
  sce_state_t *state;
  sce_block_t *block = load_block("kusama");
  ok(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
  sce_chain_t *chain = chain_on(state, NULL);
  refused(sce_chain_execute(chain, block), SCE_NOT_FOUND, "no :code");
  refused(sce_chain_begin(chain, (sce_span_t){0}), SCE_MISUSE, "which block made this state");
  sce_block_delete(block);
  sce_chain_delete(chain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_blocks_of_networks_from_memory),
      cmocka_unit_test(first_blocks_of_networks_from_a_database),
      cmocka_unit_test(inlined_code_gives_the_same_roots),
      cmocka_unit_test(phases_add_up_to_the_block),
      cmocka_unit_test(bad_blocks_leave_nothing),
      cmocka_unit_test(a_state_without_code_is_refused),
  };
  wasm_signals_remember();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
