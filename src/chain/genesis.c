/* genesis.c: plain chain specs made raw by their own code. Source: sc-chain-spec 54, GenesisConfigBuilderRuntimeCaller;
 * sp-genesis-builder 0.1 for the methods of before version 1 of the API. */
#include "chain/chain.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/json_merge.h"
#include "scale/scale.h"
#include "state/chain_spec.h"

#include <string.h>

/* The two times of the API. */
typedef struct builder_api {
  const char *preset; /* gives the default config */
  const char *build;
  bool optional; /* the preset is an Option, asked for with one */
} builder_api_t;

static const builder_api_t newer = {"GenesisBuilder_get_preset", "GenesisBuilder_build_state", true};
static const builder_api_t older = {"GenesisBuilder_create_default_config", "GenesisBuilder_build_config", false};

/* The default config of the runtime as JSON; `*json` points into the chain's output. What the call writes is dropped.
 */
static sce_error_t *ask_preset(sce_chain_t *chain, sce_span_t *json, const builder_api_t *api) {
  static const uint8_t none = 0;
  sce_error_t *err = sce_chain_invoke(chain, api->preset, sce_span(&none, api->optional ? 1 : 0));
  sce_overlay_reset(chain->overlay);
  SCE_TRY(err);
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&chain->output));
  in.kind = SCE_BAD_OUTPUT;
  bool found = true;
  if (api->optional) SCE_TRY(sce_error_prefix(sce_scale_read_option(&in, &found), "%s", api->preset));
  if (!found) return sce_error_new(SCE_NOT_FOUND, "%s: the runtime has no default config", api->preset);
  SCE_TRY(sce_error_prefix(sce_scale_read_bytes(&in, json), "%s", api->preset));
  return sce_error_prefix(sce_scale_read_end(&in), "%s", api->preset);
}

/* Which of the two the code has, with the default config in JSON. */
static sce_error_t *find_api(sce_chain_t *chain, const builder_api_t **api, sce_span_t *json) {
  *api = &newer;
  sce_error_t *err = ask_preset(chain, json, *api);
  if (err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT) return err;
  sce_error_delete(err);
  *api = &older;
  err = ask_preset(chain, json, *api);
  if (err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT) return err;
  sce_error_delete(err);
  return sce_error_new(SCE_BAD_CHAIN_SPEC,
                       "the spec is plain, and its code has no GenesisBuilder to make the state. Make a raw one with "
                       "the chain's node: build-spec --chain FILE --raw");
}

/* Appends the whole config. */
static sce_error_t *make_config(sce_buf_t *config, const sce_genesis_t *genesis, sce_span_t preset) {
  sce_span_t given = sce_buf_span(&genesis->config);
  if (!genesis->is_patch) return sce_buf_append(config, given.data, given.len);
  return sce_error_prefix(sce_json_merge(config, preset, given), "genesis.runtimeGenesis.patch");
}

/* Result<(), String> */
static sce_error_t *check_result(const sce_chain_t *chain, const char *method) {
  sce_span_t output = sce_buf_span(&chain->output), text;
  if (output.len == 1 && output.data[0] == 0) return NULL;
  sce_scale_reader_t in = sce_scale_reader(output);
  in.kind = SCE_BAD_OUTPUT;
  bool refused = false;
  SCE_TRY(sce_error_prefix(sce_scale_read_option(&in, &refused), "%s", method));
  SCE_TRY(sce_error_prefix(sce_scale_read_text(&in, &text), "%s", method));
  return sce_error_new(SCE_BAD_CHAIN_SPEC, "genesis.runtimeGenesis: the runtime refuses it: %.*s", (int)text.len,
                       (const char *)text.data);
}

/* Leaves the genesis storage in the chain's overlay. */
static sce_error_t *build(sce_chain_t *chain, const sce_genesis_t *genesis) {
  const builder_api_t *api;
  sce_span_t preset = {0};
  sce_buf_t config = {0}, input = {0};
  sce_error_t *err = find_api(chain, &api, &preset);
  if (err != NULL && sce_error_kind(err) == SCE_NOT_FOUND && !genesis->is_patch) { /* no default is needed */
    sce_error_delete(err);
    err = NULL;
  }
  SCE_TRY(err);
  err = make_config(&config, genesis, preset);
  if (err == NULL) err = sce_scale_write_bytes(&input, sce_buf_span(&config));
  if (err == NULL) err = sce_chain_invoke(chain, api->build, sce_buf_span(&input));
  if (err == NULL) err = check_result(chain, api->build);
  sce_buf_free(&config);
  sce_buf_free(&input);
  return err;
}

static sce_error_t *append_text(void *ctx, sce_span_t text) {
  return sce_buf_append(ctx, text.data, text.len);
}

/* The layout of values does not matter: a spec has none. */
static sce_error_t *make_raw(sce_chain_t *chain, sce_chain_spec_t **raw, const sce_chain_spec_t *plain,
                             sce_span_t code) {
  uint8_t root[32];
  sce_buf_t text = {0};
  SCE_TRY(sce_overlay_ops()->set(chain->overlay, NULL, sce_span_text(":code"), code));
  SCE_TRY(sce_overlay_commit(chain->overlay, root, SCE_STATE_V0, NULL));
  sce_error_t *err = sce_state_export(sce_chain_state(chain), plain, append_text, &text, NULL, NULL);
  if (err == NULL) err = sce_chain_spec_parse(raw, sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

/* The chain, whose state is empty. As a node does it: whatever the code imports, heap and layout are the defaults. */
static sce_error_t *open_chain(sce_chain_t **chain, sce_config_t *config, sce_span_t code,
                               const sce_chain_options_t *options) {
  sce_chain_options_t own = {.size = sizeof own};
  if (options != NULL) own = *options;
  sce_config_block(config);
  if (own.config != NULL) *config = *own.config;
  config->allow_missing_imports = true;
  own.config = config;
  own.code = code;
  own.ignore_heap_pages = true;
  own.observer = NULL;
  sce_state_t *state = NULL;
  SCE_TRY(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
  sce_error_t *err = sce_chain_new(chain, state, &own);
  sce_state_delete(state);
  return err;
}

sce_error_t *sce_chain_spec_build(sce_chain_spec_t **raw, const sce_chain_spec_t *plain,
                                  const sce_chain_options_t *options) {
  const sce_genesis_t *genesis = sce_chain_spec_genesis(plain);
  if (!genesis->plain) return sce_error_new(SCE_MISUSE, "the chain spec is raw already");
  sce_config_t config;
  sce_span_t code = genesis->top.items[0].value;
  sce_chain_t *chain = NULL;
  sce_error_t *err = open_chain(&chain, &config, code, options);
  if (err == NULL) err = sce_chain_prepare(chain, NULL);
  if (err == NULL) err = build(chain, genesis);
  if (err == NULL) err = make_raw(chain, raw, plain, code);
  sce_chain_delete(chain);
  return err;
}
