/* test_storage_tables.c: tables of storage operations that pass on what they are asked to another one. An operation
 * that such a table lacks is not missed by the compiler: the caller goes another way, and a proof that is recorded
 * differs. */
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "chain/chain.h"
#include "scexec.h"
#include "state/backend.h"
#include "state/deferred.h"
#include "state/proof.h"
#include "state/state.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
}

/* ---- completeness ---- */

typedef void (*operation_t)(void);

/* Whether the table has the operation at `offset`: every member behind the size is a pointer to a function. */
static bool has_operation(const void *table, size_t offset) {
  operation_t operation;
  memcpy(&operation, (const char *)table + offset, sizeof operation);
  return operation != NULL;
}

/* A storage table of the library has all operations there are, those that are added later included. */
static void expect_complete(const char *name, const sce_storage_ops_t *ops) {
  assert_int_equal(ops->size, sizeof *ops);
  for (size_t at = offsetof(sce_storage_ops_t, get); at < sizeof *ops; at += sizeof(operation_t))
    if (!has_operation(ops, at)) fail_msg("%s: no operation at offset %zu of sce_storage_ops_t", name, at);
}

static void storage_tables_are_complete(void **unused) {
  (void)unused;
  expect_complete("overlay", sce_overlay_ops());
  expect_complete("watch", sce_watch_ops());
}

/* What a backend over another one need not pass on, and why. */
typedef struct exception {
  size_t offset;
  const char *why;
} exception_t;

static const exception_t deferred_exceptions[] = {
    {offsetof(sce_backend_ops_t, delta_root), "a state in memory has none, and only those are made later"},
};
static const exception_t recording_exceptions[] = {
    {offsetof(sce_backend_ops_t, prepare), "sce_overlay_record() has prepared the trie"},
    {offsetof(sce_backend_ops_t, delta_root), "the nodes that a root needs are part of the proof"},
    {offsetof(sce_backend_ops_t, commit), "the overlay commits to the state, not to the recording"},
};

/* Every operation of `inner` is one of `outer`, but for the exceptions, which `outer` indeed lacks. */
static void expect_forwarding(const char *name, const sce_backend_ops_t *outer, const sce_backend_ops_t *inner,
                              const exception_t *exceptions, size_t count) {
  for (size_t at = 0; at < sizeof *outer; at += sizeof(operation_t)) {
    const exception_t *found = NULL;
    for (size_t i = 0; i < count; i++)
      if (exceptions[i].offset == at) found = &exceptions[i];
    if (found != NULL && has_operation(outer, at)) fail_msg("%s: has what it need not: %s", name, found->why);
    if (found == NULL && has_operation(inner, at) && !has_operation(outer, at))
      fail_msg("%s: does not pass on the operation at offset %zu of sce_backend_ops_t", name, at);
  }
}

static sce_error_t *take_backend(void *ctx, sce_backend_t **backend) {
  (void)ctx;
  (void)backend;
  return sce_error_new(SCE_INTERNAL, "nothing reads here");
}

/* The state of the script "storage proof size" in tests/vectors/host-vectors.json. */
static sce_state_t *script_state(void) {
  uint8_t ones[64], twos[64], threes[200];
  memset(ones, 1, sizeof ones);
  memset(twos, 2, sizeof twos);
  memset(threes, 3, sizeof threes);
  const sce_state_pair_t pairs[] = {{NULL, sce_span_text("key1"), sce_span(ones, sizeof ones)},
                                    {NULL, sce_span_text("key2"), sce_span(twos, sizeof twos)},
                                    {NULL, sce_span_text("other"), sce_span_text("x")},
                                    {NULL, sce_span_text("third"), sce_span(threes, sizeof threes)}};
  sce_state_t *state;
  ok(sce_state_new_memory(&state, pairs, 4, SCE_STATE_V1));
  return state;
}

static void backends_pass_everything_on(void **unused) {
  (void)unused;
  sce_state_t *state = script_state();
  const sce_backend_ops_t *memory = state->backend->ops;
  sce_backend_t *deferred, *recording;
  sce_proof_recorder_t recorder = {0};
  ok(sce_deferred_backend_new(&deferred, take_backend, NULL));
  expect_forwarding("deferred", deferred->ops, memory, deferred_exceptions,
                    sizeof deferred_exceptions / sizeof *deferred_exceptions);
  assert_false(has_operation(memory, offsetof(sce_backend_ops_t, delta_root)));
  ok(sce_recording_backend_new(&recording, state->backend, &recorder));
  expect_forwarding("recording", recording->ops, memory, recording_exceptions,
                    sizeof recording_exceptions / sizeof *recording_exceptions);
  recording->ops->delete (recording);
  deferred->ops->delete (deferred);
  sce_proof_recorder_free(&recorder);
  sce_state_delete(state);
}

/* ---- the same proof, whoever calls ---- */

/* Reads of the script, and upstream's size of the proof after each. */
static const struct {
  const char *method, *key;
  uint64_t size;
} reads[] = {{"get", "key1", 0x122}, {"exists", "key2", 0x144}, {"get", "key2", 0x186}, {"exists", "missing", 0x186}};
#define READS (sizeof reads / sizeof *reads)

static void expect_size(const sce_buf_t *output, size_t read) {
  assert_int_equal(output->len, 8);
  assert_int_equal(sce_load_le64(output->data), reads[read].size);
}

static sce_span_t key_of(size_t read) {
  return sce_span_text(reads[read].key);
}

static sce_proof_t *proof_of_instance(sce_span_t code) {
  sce_state_t *state = script_state();
  sce_overlay_t *overlay;
  sce_runtime_t *runtime;
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_instance_t *instance;
  sce_buf_t output = {0};
  sce_proof_t *proof;
  ok(sce_blob_new(&blob, code));
  sce_config_t config;
  sce_config_block(&config);
  ok(sce_engine_new(&engine, &config));
  ok(sce_runtime_new(&runtime, engine, blob));
  ok(sce_instance_new(&instance, runtime));
  ok(sce_overlay_new(&overlay, state));
  ok(sce_overlay_record(overlay));
  sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
  sce_call_options_t options = {.externalities = &ext};
  wasm_signals_restore();
  for (size_t i = 0; i < READS; i++) {
    ok(sce_instance_call(instance, &output, reads[i].method, key_of(i).data, key_of(i).len, &options));
    expect_size(&output, i);
  }
  ok(sce_overlay_take_proof(overlay, &proof));
  sce_overlay_delete(overlay);
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  sce_engine_delete(engine);
  sce_blob_delete(blob);
  sce_state_delete(state);
  sce_buf_free(&output);
  return proof;
}

static sce_proof_t *proof_of_chain(sce_span_t code) {
  sce_chain_options_t options = {.size = sizeof options, .code = code};
  sce_state_t *state = script_state();
  sce_chain_t *chain;
  sce_buf_t output = {0};
  sce_proof_t *proof;
  ok(sce_chain_new(&chain, state, &options));
  wasm_signals_restore();
  ok(sce_chain_prepare(chain, NULL));
  ok(sce_overlay_record(sce_chain_overlay(chain)));
  for (size_t i = 0; i < READS; i++) {
    ok(sce_chain_call(chain, &output, reads[i].method, key_of(i)));
    expect_size(&output, i);
  }
  ok(sce_overlay_take_proof(sce_chain_overlay(chain), &proof));
  sce_chain_delete(chain);
  sce_state_delete(state);
  sce_buf_free(&output);
  return proof;
}

static void one_call_has_one_proof(void **unused) {
  (void)unused;
  sce_buf_t code = test_read_file(TEST_DATA "/executor/proof_size.wasm");
  sce_proof_t *by_instance = proof_of_instance(sce_buf_span(&code));
  sce_proof_t *by_chain = proof_of_chain(sce_buf_span(&code));
  assert_true(sce_proof_node_count(by_instance) > 1);
  assert_int_equal(sce_proof_node_count(by_instance), sce_proof_node_count(by_chain));
  for (size_t i = 0; i < sce_proof_node_count(by_instance); i++)
    assert_true(sce_span_equal(sce_proof_node(by_instance, i), sce_proof_node(by_chain, i)));
  sce_proof_delete(by_instance);
  sce_proof_delete(by_chain);
  sce_buf_free(&code);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(storage_tables_are_complete),
      cmocka_unit_test(backends_pass_everything_on),
      cmocka_unit_test(one_call_has_one_proof),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
