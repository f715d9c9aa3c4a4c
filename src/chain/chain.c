/* chain.c: a chain's life, its runtime, and the commit of a block. */
#include "chain/chain.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "scexec/artifact.h"
#include "scexec/state_code.h"

#include <string.h>

#define WASM_PAGES_MAX 65536

sce_error_t *sce_chain_new(sce_chain_t **chain, sce_state_t *state, const sce_chain_options_t *options) {
  sce_chain_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  size_t size = options == NULL ? 0 : options->size < sizeof made->options ? options->size : sizeof made->options;
  if (size > 0) memcpy(&made->options, options, size);
  sce_error_t *err = made->options.spec == NULL ? sce_state_chain_spec(state, &made->kept) : NULL;
  if (err == NULL) err = sce_overlay_new(&made->overlay, state);
  if (err != NULL) {
    sce_chain_spec_delete(made->kept);
    sce_free(made);
    return err;
  }
  if (made->options.config != NULL)
    made->config = *made->options.config;
  else
    sce_config_block(&made->config);
  if (made->options.externalities != NULL) made->externalities = *made->options.externalities;
  sce_overlay_set_log(made->overlay, &made->config.log);
  sce_watch_init(&made->watch, made->overlay, made->options.observer);
  made->externalities.size = sizeof made->externalities;
  made->externalities.storage = sce_watch_ops();
  made->externalities.storage_ctx = &made->watch;
  *chain = made;
  return NULL;
}

/* Forgets the prepared runtime. */
static void drop_runtime(sce_chain_t *chain) {
  sce_instance_delete(chain->instance);
  sce_runtime_delete(chain->runtime);
  sce_engine_delete(chain->engine);
  sce_runtime_version_free(&chain->version);
  sce_header_format_delete(chain->format);
  sce_metadata_delete(chain->metadata);
  chain->format = NULL;
  chain->metadata = NULL;
  chain->format_known = false;
  chain->instance = NULL;
  chain->runtime = NULL;
  chain->engine = NULL;
}

void sce_chain_delete(sce_chain_t *chain) {
  if (chain == NULL) return;
  drop_runtime(chain);
  sce_overlay_delete(chain->overlay);
  sce_watch_free(&chain->watch);
  sce_chain_spec_delete(chain->kept);
  sce_buf_free(&chain->parent_header);
  sce_buf_free(&chain->header);
  sce_buf_free(&chain->body);
  sce_buf_free(&chain->output);
  sce_free(chain);
}

sce_state_t *sce_chain_state(const sce_chain_t *chain) {
  return sce_overlay_state(chain->overlay);
}

sce_overlay_t *sce_chain_overlay(const sce_chain_t *chain) {
  return chain->overlay;
}

sce_phase_t sce_chain_phase(const sce_chain_t *chain) {
  return chain->watch.phase;
}

uint64_t sce_chain_compiles(const sce_chain_t *chain) {
  return chain->compiles;
}

const sce_runtime_version_t *sce_chain_version(const sce_chain_t *chain) {
  return chain->instance != NULL ? &chain->version : NULL;
}

/* ---- the runtime ---- */

/* ":heappages" is a u64 in SCALE; what is shorter counts as not there (sp_state_machine, BackendRuntimeCode). */
static sce_error_t *set_heap_pages(const sce_chain_t *chain, sce_semantics_t *semantics) {
  sce_value_t pages;
  if (chain->options.ignore_heap_pages) return NULL;
  SCE_TRY(sce_state_get(sce_chain_state(chain), &pages, NULL, sce_span_text(":heappages")));
  if (!pages.found || pages.len < 8) return NULL;
  uint64_t count = sce_load_le64(pages.data);
  semantics->heap_pages = (sce_heap_pages_t){.pages = count < WASM_PAGES_MAX ? (uint32_t)count : WASM_PAGES_MAX};
  return NULL;
}

const sce_chain_spec_t *sce_chain_spec_of(const sce_chain_t *chain) {
  return chain->options.spec != NULL ? chain->options.spec : chain->kept;
}

/* `*owner`, where it is not NULL, has the code and is to be deleted. */
static sce_error_t *find_code(const sce_chain_t *chain, sce_span_t *code, sce_state_code_t **owner) {
  *owner = NULL;
  *code = chain->options.code;
  if (code->len > 0) return NULL;
  SCE_TRY(sce_state_code_new(owner, sce_chain_state(chain), sce_chain_spec_of(chain), SCE_CODE_BLOCK, &chain->config));
  *code = sce_state_code_bytes(*owner);
  return NULL;
}

/* The time limit is for the call alone: what it needs is compiled before. */
static sce_error_t *call_within_limit(sce_chain_t *chain, const char *method, sce_span_t input,
                                      const sce_externalities_t *ext) {
  sce_call_options_t options = {.externalities = ext, .time_limit_ms = chain->options.time_limit_ms};
  if (options.time_limit_ms > 0) SCE_TRY(sce_instance_prepare(chain->instance, method));
  return sce_instance_call(chain->instance, &chain->output, method, input.data, input.len, &options);
}

/* On an empty state, as upstream asks (sc-executor 0.51, wasm_runtime.rs, create_versioned_wasm_runtime). */
static sce_error_t *ask_version(sce_chain_t *chain) {
  sce_state_t *nothing = NULL;
  sce_overlay_t *overlay = NULL;
  SCE_TRY(sce_state_new_memory(&nothing, NULL, 0, SCE_STATE_V0));
  sce_error_t *err = sce_overlay_new(&overlay, nothing);
  if (err == NULL) {
    sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
    err = call_within_limit(chain, "Core_version", sce_span(NULL, 0), &ext);
  }
  if (err == NULL) err = sce_runtime_version_decode(&chain->version, sce_buf_span(&chain->output));
  sce_overlay_delete(overlay);
  sce_state_delete(nothing);
  return sce_error_prefix(err, "Core_version");
}

/* What `method` (or NULL) needs is compiled with what Core_version does. */
static sce_error_t *make_runtime(sce_chain_t *chain, const char *method) {
  const char *const methods[] = {"Core_version", method};
  sce_config_t config = chain->config;
  sce_span_t code;
  sce_state_code_t *owner;
  SCE_TRY(set_heap_pages(chain, &config.semantics));
  SCE_TRY(find_code(chain, &code, &owner));
  sce_error_t *err = sce_engine_new(&chain->engine, &config);
  if (err == NULL) err = sce_runtime_from_code(&chain->runtime, chain->engine, code);
  sce_state_code_delete(owner);
  if (err == NULL) err = sce_instance_new(&chain->instance, chain->runtime);
  if (err == NULL && method != NULL) err = sce_instance_prepare_all(chain->instance, methods, 2);
  if (err == NULL) err = ask_version(chain);
  if (err != NULL)
    drop_runtime(chain);
  else
    chain->compiles++;
  return err;
}

sce_error_t *sce_chain_prepare(sce_chain_t *chain, const char *method) {
  if (chain->instance == NULL) SCE_TRY(make_runtime(chain, method));
  return method == NULL ? NULL : sce_instance_prepare(chain->instance, method);
}

sce_state_version_t sce_chain_layout(const sce_chain_t *chain) {
  return chain->version.system_version >= 1 ? SCE_STATE_V1 : SCE_STATE_V0;
}

sce_error_t *sce_chain_invoke(sce_chain_t *chain, const char *method, sce_span_t input) {
  return call_within_limit(chain, method, input, &chain->externalities);
}

sce_error_t *sce_chain_call(sce_chain_t *chain, sce_buf_t *output, const char *method, sce_span_t input) {
  SCE_TRY(sce_chain_check_free(chain));
  SCE_TRY(sce_chain_prepare(chain, method));
  sce_error_t *err = sce_chain_invoke(chain, method, input);
  sce_overlay_reset(chain->overlay);
  if (err != NULL) return err;
  output->len = 0;
  return sce_buf_append(output, chain->output.data, chain->output.len);
}

/* ---- the pending block ---- */

sce_error_t *sce_chain_check_free(const sce_chain_t *chain) {
  if (chain->pending)
    return sce_error_new(SCE_MISUSE, "a block is pending on this chain: commit or discard it before the next");
  if (chain->building) return sce_error_new(SCE_MISUSE, "a block is being built on this chain: finish or discard it");
  return NULL;
}

sce_error_t *sce_chain_set_pending(sce_chain_t *chain, sce_span_t header, uint32_t number) {
  chain->header.len = 0;
  SCE_TRY(sce_buf_append(&chain->header, header.data, header.len));
  chain->block = (sce_block_info_t){.number = number, .header = sce_buf_span(&chain->header)};
  sce_blake2b_256(chain->block.hash, chain->block.header);
  chain->building = false;
  chain->pending = true;
  return NULL;
}

void sce_chain_discard(sce_chain_t *chain) {
  sce_overlay_reset(chain->overlay);
  chain->pending = chain->building = false;
  chain->body.len = 0;
  chain->body_count = 0;
}

/* Whether the block changes a key of the top trie. */
static sce_error_t *changes_key(const sce_chain_t *chain, bool *changes, const char *name) {
  sce_value_t before, after;
  sce_span_t key = sce_span_text(name);
  SCE_TRY(sce_state_get(sce_chain_state(chain), &before, NULL, key));
  SCE_TRY(sce_overlay_ops()->get(chain->overlay, &after, NULL, key));
  bool same = before.found == after.found && before.len == after.len;
  if (same && before.found && before.data != after.data) same = memcmp(before.data, after.data, before.len) == 0;
  if (!same) *changes = true;
  return NULL;
}

/* A substitute begins at the state of its block. */
static sce_error_t *substitute_begins(const sce_chain_t *chain, bool *begins) {
  const sce_chain_spec_t *spec = sce_chain_spec_of(chain);
  bool found = spec != NULL;
  for (size_t i = 0; found && !*begins; i++) {
    uint32_t number = 0;
    SCE_TRY(sce_chain_spec_substitute(spec, &found, &number, NULL, i));
    *begins = found && number == chain->block.number;
  }
  return NULL;
}

/* Whether the next block is run by other code than this one, or with another heap. */
static sce_error_t *brings_runtime(const sce_chain_t *chain, bool *other) {
  if (!chain->options.ignore_heap_pages) SCE_TRY(changes_key(chain, other, ":heappages"));
  if (chain->options.code.len > 0) return NULL;
  SCE_TRY(changes_key(chain, other, ":code"));
  SCE_TRY(changes_key(chain, other, ":pending_code"));
  return substitute_begins(chain, other);
}

sce_error_t *sce_chain_commit(sce_chain_t *chain, uint8_t root[32]) {
  uint8_t committed[32];
  bool other_runtime = false;
  if (!chain->pending) return sce_error_new(SCE_MISUSE, "no block is pending on this chain");
  SCE_TRY(brings_runtime(chain, &other_runtime));
  SCE_TRY(sce_overlay_commit(chain->overlay, committed, sce_chain_layout(chain), &chain->block));
  sce_chain_discard(chain);
  chain->has_parent = false;
  if (other_runtime) drop_runtime(chain);
  if (root != NULL) memcpy(root, committed, sizeof committed);
  return NULL;
}
