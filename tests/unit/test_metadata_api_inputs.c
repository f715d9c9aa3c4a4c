/* test_metadata_api_inputs.c: the shipped table of runtime APIs against real runtimes. Each is asked for metadata that
 * does not describe its APIs, each method of the table that it exports is called, and takes its arguments to their end
 * (runtimes refuse others with "Bad input data provided"); each answer decodes to its end, and encodes to the same
 * bytes again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata/model.h"
#include "metadata/registry.h"
#include "metadata_support.h"
#include "scexec/chain_spec.h"
#include "scexec/executor.h"
#include "scexec/overlay.h"
#include "scexec/state.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <unistd.h>

#define ZERO "\"0x0000000000000000000000000000000000000000000000000000000000000000\""
#define HEADER                                                                                                         \
  "{\"parent_hash\":" ZERO ",\"number\":1,\"state_root\":" ZERO ",\"extrinsics_root\":" ZERO                           \
  ",\"digest\":{\"logs\":[]}}"
#define ALICE "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\""

/* How many methods of each runtime answer. Others need a keystore, off-chain services or inherents. */
static const struct {
  const char *path;
  unsigned answers;
} inputs[] = {
    {"polkadot.json", 23},
    {"kusama.json", 18},
    {"westend.json", 21},
    {"rococo.json", 47},
    {"paseo.json", 68},
    {"kusama_runtime.wasm", 41},
    {"parachains/asset-hub-kusama.json", 11},
    {"parachains/asset-hub-polkadot.json", 10},
    {"parachains/asset-hub-rococo.json", 14},
    {"parachains/asset-hub-westend.json", 10},
    {"parachains/asset-hub-wococo.json", 29},
    {"parachains/bridge-hub-kusama.json", 14},
    {"parachains/bridge-hub-polkadot.json", 16},
    {"parachains/bridge-hub-rococo.json", 16},
    {"parachains/bridge-hub-westend.json", 14},
    {"parachains/bridge-hub-wococo.json", 22},
    {"parachains/collectives-polkadot.json", 14},
    {"parachains/collectives-westend.json", 14},
    {"parachains/contracts-rococo.json", 18},
    {"parachains/tick.json", 11},
    {"parachains/track.json", 11},
    {"parachains/trick.json", 11},
};

/* Answers that a wrong layout can say, too. Their right values: upstream's sources (polkadot v0.9.19, runtime/kusama:
 * `Err(mmr::Error::GenerateProof)` and `Err(mmr::Error::Verify)`; pallet-mmr of 2023: no block 0 has a leaf), the
 * genesis header of Rococo, and the size of u64 and of Weight in the years of these runtimes. */
static const struct {
  const char *path, *method, *value;
} values[] = {
    {"kusama_runtime.wasm", "MmrApi_generate_proof", "{\"Err\":\"GenerateProof\"}"},
    {"kusama_runtime.wasm", "MmrApi_verify_proof", "{\"Err\":\"Verify\"}"},
    {"paseo.json", "MmrApi_generate_proof", "{\"Err\":\"InvalidNumericOp\"}"},
    {"paseo.json", "MmrApi_verify_proof", "{\"Err\":\"Verify\"}"},
    {"rococo.json", "TransactionPaymentApi_query_fee_details", "{\"inclusion_fee\":null,\"tip\":0}"},
    {"rococo.json", "RococoFinalityApi_best_finalized",
     "[0,\"0xdcdd89927d8a348e00257e1ecc8617f45edb5118efff3ea2f9961b2ad9b7690a\"]"},
    {"parachains/bridge-hub-rococo.json", "RococoFinalityApi_best_finalized", "null"},
    {"kusama.json", "TransactionPaymentApi_query_info",
     "{\"weight\":10000,\"class\":\"Normal\",\"partial_fee\":110000000}"},
    {"parachains/asset-hub-rococo.json", "TransactionPaymentApi_query_info",
     "{\"weight\":1000,\"class\":\"Normal\",\"partial_fee\":0}"},
    {"parachains/collectives-polkadot.json", "TransactionPaymentApi_query_info",
     "{\"weight\":{\"ref_time\":0},\"class\":\"Normal\",\"partial_fee\":0}"},
    {"parachains/bridge-hub-wococo.json", "TransactionPaymentApi_query_info",
     "{\"weight\":{\"ref_time\":1000000,\"proof_size\":0},\"class\":\"Normal\",\"partial_fee\":0}"},
};

typedef struct world {
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_state_t *state;
  sce_metadata_t *md;
} world_t;

/* What the method returns on the genesis state; an error where it ends in a trap. */
static sce_error_t *call(world_t *w, sce_buf_t *output, const char *method, sce_span_t input) {
  sce_overlay_t *overlay;
  must(sce_overlay_new(&overlay, w->state));
  const sce_externalities_t externalities = {
      .size = sizeof externalities, .storage = sce_overlay_ops(), .storage_ctx = overlay};
  const sce_call_options_t options = {.externalities = &externalities, .time_limit_ms = 120000};
  sce_error_t *err = sce_instance_call(w->instance, output, method, input.data, input.len, &options);
  sce_overlay_delete(overlay);
  return err;
}

static void open_state(world_t *w, const char *path) {
  if (strstr(path, ".json") == NULL) {
    must(sce_state_new_memory(&w->state, NULL, 0, SCE_STATE_V0));
    return;
  }
  sce_chain_spec_t *spec;
  must(sce_chain_spec_load(&spec, path));
  must(sce_state_from_chain_spec(&w->state, spec, SCE_STATE_V0));
  sce_chain_spec_delete(spec);
}

static void open_world(world_t *w, const char *path) {
  sce_config_t config;
  sce_buf_t code = test_read_code(path), version_output = {0}, output = {0};
  sce_runtime_version_t version;
  sce_span_t bytes;
  *w = (world_t){0};
  sce_config_init(&config);
  config.semantics.compiler = SCE_COMPILER_TIERED; /* Winch for all but some functions with floats */
  config.allow_missing_imports = true;
  must(sce_engine_new(&w->engine, &config));
  must(sce_blob_new(&w->blob, sce_buf_span(&code)));
  must(sce_runtime_new(&w->runtime, w->engine, w->blob));
  must(sce_instance_new(&w->instance, w->runtime));
  open_state(w, path);
  must(call(w, &version_output, "Core_version", (sce_span_t){NULL, 0}));
  must(call(w, &output, "Metadata_metadata", (sce_span_t){NULL, 0}));
  must(sce_runtime_version_decode(&version, sce_buf_span(&version_output)));
  must(sce_metadata_unwrap(&bytes, sce_buf_span(&output)));
  must(sce_metadata_new(&w->md, bytes, &version));
  assert_true(sce_metadata_version(w->md) < 15);
  sce_runtime_version_free(&version);
  sce_buf_free(&code);
  sce_buf_free(&version_output);
  sce_buf_free(&output);
}

static void close_world(world_t *w) {
  sce_metadata_delete(w->md);
  sce_state_delete(w->state);
  sce_instance_delete(w->instance);
  sce_runtime_delete(w->runtime);
  sce_blob_delete(w->blob);
  sce_engine_delete(w->engine);
}

/* An unsigned extrinsic of System.remark, which every runtime has. */
static void write_extrinsic(const sce_metadata_t *md, sce_buf_t *json) {
  const sce_pallet_t *system = sce_metadata_find_pallet(md, sce_span_text("System"));
  const sce_type_t *calls = &md->types[system->calls];
  for (uint32_t i = 0; i < calls->variant_count; i++)
    if (sce_text_is(calls->variants[i].name, "remark")) {
      must(sce_buf_printf(json, "\"0x1404%02x%02x0400\"", md->version >= 12 ? system->index : system->call_index,
                          calls->variants[i].index));
      return;
    }
  fail();
}

static void write_arg(const sce_metadata_t *md, sce_buf_t *json, uint32_t type) {
  sce_buf_t name = {0};
  must(sce_type_name(md, &name, type));
  if (md->types[type].shape == SCE_SHAPE_EXTRINSIC)
    write_extrinsic(md, json);
  else if (strcmp(as_text(&name), "AccountId32") == 0)
    must(sce_buf_printf(json, ALICE));
  else if (strcmp(as_text(&name), "Header") == 0)
    must(sce_buf_printf(json, HEADER));
  else if (strcmp(as_text(&name), "Block") == 0)
    must(sce_buf_printf(json, "{\"header\":" HEADER ",\"extrinsics\":[]}"));
  else
    must(sce_type_example(md, json, type, NULL));
  sce_buf_free(&name);
}

/* `[…]`: the values that sce_type_example() shows, but an account with money and an extrinsic that is one. */
static void write_args(const world_t *w, sce_buf_t *json, const sce_method_t *m) {
  must(sce_buf_append_byte(json, '['));
  for (uint32_t i = 0; i < m->input_count; i++) {
    if (i > 0) must(sce_buf_append_byte(json, ','));
    write_arg(w->md, json, m->inputs[i].type);
  }
  must(sce_buf_append_byte(json, ']'));
}

static void check_value(const char *path, const char *method, const char *value) {
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (strcmp(values[i].path, path) == 0 && strcmp(values[i].method, method) == 0)
      assert_string_equal(value, values[i].value);
}

/* Calls a method; false when the runtime does not export it or ends in a trap. */
static bool check_method(world_t *w, size_t index, const sce_api_t *api, const sce_method_t *m, const char *path) {
  sce_buf_t name = {0}, json = {0}, input = {0}, output = {0}, value = {0}, back = {0};
  must(sce_buf_printf(&name, "%.*s_%.*s", (int)api->name.len, (const char *)api->name.data, (int)m->name.len,
                      (const char *)m->name.data));
  const char *method = as_text(&name);
  write_args(w, &json, m);
  must(sce_method_args_encode(w->md, &input, index, sce_buf_span(&json)));
  sce_error_t *err = call(w, &output, method, sce_buf_span(&input));
  bool answered = err == NULL;
  if (err != NULL && strstr(sce_error_message(err), "Bad input data") != NULL)
    fail_msg("%s: %s does not take %s", path, method, as_text(&json));
  sce_error_delete(err);
  if (answered) {
    err = sce_method_output_decode(w->md, &value, index, sce_buf_span(&output), NULL);
    if (err != NULL) fail_msg("%s: %s: %s", path, method, sce_error_message(err));
    if (strstr(as_text(&value), "$unknown") != NULL) fail_msg("%s: %s: %s", path, method, as_text(&value));
    check_value(path, method, as_text(&value));
    must(sce_value_encode(w->md, &back, m->output, sce_buf_span(&value), sce_buf_span(&name)));
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&output)));
  }
  sce_buf_free(&name);
  sce_buf_free(&json);
  sce_buf_free(&input);
  sce_buf_free(&output);
  sce_buf_free(&value);
  sce_buf_free(&back);
  return answered;
}

static bool has_method(const sce_metadata_t *md, sce_span_t name) {
  size_t index;
  sce_error_t *err = sce_metadata_method_find(md, &index, name);
  bool found = err == NULL;
  sce_error_delete(err);
  return found;
}

/* Whatever a runtime exports of an API is in the table, but for what is known not to be. */
static void check_exports(const world_t *w, const char *path) {
  static const char *const left_out[] = {"ParachainHost_get_heads", "validate_block", "hash_test",
                                         "test_dirty_plenty_memory", "test_empty_return"};
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(w->blob, &count);
  for (size_t i = 0; i < count; i++) {
    bool due = exports[i].kind == SCE_WASM_FUNCTION && !sce_span_starts_with(exports[i].name, sce_span_text("_"));
    for (size_t j = 0; j < sizeof left_out / sizeof *left_out; j++)
      due = due && !sce_text_is(exports[i].name, left_out[j]);
    if (due && !has_method(w->md, exports[i].name))
      fail_msg("%s: %.*s is not in the table", path, (int)exports[i].name.len, (const char *)exports[i].name.data);
  }
}

static unsigned check_runtime(const char *path) {
  char file[512];
  world_t w;
  unsigned answers = 0;
  size_t index = 0;
  snprintf(file, sizeof file, TEST_INPUTS "/%s", path);
  open_world(&w, file);
  check_exports(&w, path);
  for (uint32_t i = 0; i < w.md->api_count; i++)
    for (uint32_t j = 0; j < w.md->apis[i].method_count; j++, index++)
      answers += check_method(&w, index, &w.md->apis[i], &w.md->apis[i].methods[j], path);
  close_world(&w);
  return answers;
}

static void the_table_fits_the_runtimes(void **state) {
  (void)state;
  wasm_signals_restore();
  if (access(TEST_INPUTS "/polkadot.json", R_OK) != 0) skip(); /* scripts/fetch-inputs.sh was not run */
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    unsigned answers = check_runtime(inputs[i].path);
    printf("%s: %u answers\n", inputs[i].path, answers);
    if (answers != inputs[i].answers)
      fail_msg("%s: %u methods answered, %u were due", inputs[i].path, answers, inputs[i].answers);
  }
}

/* Runtimes of Polkadot 0.9.31 and 0.9.32 had MmrApi by block number. None is here; the metadata of a parachain of that
 * time tells the same about Weight. */
static void mmr_was_by_block_for_two_releases(void **state) {
  (void)state;
  world_t w;
  size_t index;
  sce_metadata_t *md;
  sce_method_info_t method;
  sce_buf_t json = {0};
  sce_api_version_t apis[] = {{{0x91, 0xd5, 0xdf, 0x18, 0xb0, 0xd2, 0xcf, 0x58}, 1},
                              {{0x37, 0xc8, 0xbb, 0x13, 0x50, 0xa9, 0xa2, 0xa8}, 1}};
  const sce_runtime_version_t version = {.apis = apis, .api_count = 2}; /* MmrApi, TransactionPaymentApi */
  wasm_signals_restore();
  if (access(TEST_INPUTS "/polkadot.json", R_OK) != 0) skip();
  open_world(&w, TEST_INPUTS "/parachains/bridge-hub-wococo.json");
  must(sce_metadata_new(&md, w.md->bytes, &version));
  must(sce_metadata_method_find(md, &index, sce_span_text("MmrApi_generate_historical_batch_proof")));
  must(sce_metadata_method_find(md, &index, sce_span_text("MmrApi_generate_proof")));
  assert_true(sce_metadata_method_get(md, &method, index));
  assert_int_equal(method.input_count, 1);
  must(sce_method_output_decode(md, &json, index, sce_span("\1\3", 2), NULL));
  assert_string_equal(as_text(&json), "{\"Err\":\"Commit\"}");
  sce_buf_free(&json);
  sce_metadata_delete(md);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_fits_the_runtimes),
                                     cmocka_unit_test(mmr_was_by_block_for_two_releases)};
  wasm_signals_remember();
  return cmocka_run_group_tests_name("runtime APIs of real runtimes", tests, NULL, NULL);
}
