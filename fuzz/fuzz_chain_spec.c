/* fuzz_chain_spec.c: no text makes the reader of chain specs crash or leak, and no error is without a place; what was
 * accepted becomes a state that answers with what the spec has. */
#include "base/buf.h"
#include "scexec/chain_spec.h"
#include "scexec/state.h"
#include "state/chain_spec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_state(const sce_chain_spec_t *spec) {
  sce_state_t *state;
  sce_state_cursor_t cursor;
  sce_value_t value;
  sce_error_t *err = sce_state_from_chain_spec(&state, spec, SCE_STATE_V1);
  require((err == NULL) == sce_chain_spec_is_raw(spec)); /* of a plain one its code has to make it */
  if (err != NULL) require(sce_error_kind(err) == SCE_BAD_CHAIN_SPEC);
  sce_error_delete(err);
  if (!sce_chain_spec_is_raw(spec)) return;
  require(sce_state_seek(state, &cursor, NULL, sce_span(NULL, 0), true) == NULL);
  while (cursor.found) {
    sce_span_t in_spec;
    if (sce_chain_spec_storage(spec, &in_spec, cursor.key)) require(sce_span_equal(in_spec, cursor.value));
    require(sce_state_get(state, &value, NULL, cursor.key) == NULL && value.found);
    require(sce_span_equal(sce_span(value.data, value.len), cursor.value));
    require(sce_state_step(state, &cursor) == NULL);
  }
  sce_state_delete(state);
}

/* What is kept of a spec is a spec again, and says the same; its rules can be asked for. */
static void check_members(const sce_chain_spec_t *spec) {
  sce_chain_spec_t *again;
  uint8_t hash[32] = {0};
  bool found = true;
  uint32_t number;
  require(sce_chain_spec_parse_members(&again, sce_span_text(sce_chain_spec_members(spec))) == NULL);
  require(strcmp(sce_chain_spec_members(again), sce_chain_spec_members(spec)) == 0);
  sce_chain_spec_delete(again);
  for (size_t i = 0; found; i++) {
    sce_buf_t code = {0};
    sce_error_t *err = sce_chain_spec_substitute(spec, &found, &number, &code, i);
    if (err != NULL) found = false;
    sce_error_delete(err);
    sce_buf_free(&code);
  }
  sce_error_delete(sce_chain_spec_check_block(spec, 0, hash));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = sce_chain_spec_parse(&spec, sce_span(data, size));
  require((err == NULL) == (spec != NULL));
  if (err != NULL) {
    require(sce_error_kind(err) == SCE_BAD_CHAIN_SPEC && strncmp(sce_error_message(err), "chain spec", 10) == 0);
    sce_error_delete(err);
    return 0;
  }
  const char *symbol;
  uint32_t decimals;
  for (size_t i = 0; sce_chain_spec_token(spec, &symbol, &decimals, i); i++) require(symbol != NULL);
  require(strlen(sce_chain_spec_name(spec)) + strlen(sce_chain_spec_id(spec)) <= size);
  check_members(spec);
  if (sce_chain_spec_genesis(spec)->top.count < 1000) check_state(spec);
  sce_chain_spec_delete(spec);
  return 0;
}
