/* state_code.c: see state_code.h. */
#include "scexec/state_code.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "scale/scale.h"
#include "state/state.h"

#include <string.h>

struct sce_state_code {
  sce_state_t *state;   /* owned: `bytes` may point into it */
  sce_buf_t substitute; /* or into this */
  sce_span_t bytes;
  bool substituted;
  uint32_t since; /* block of the substitute */
  const char *doubt;
  const sce_config_t *config; /* while it is made */
};

void sce_state_code_delete(sce_state_code_t *code) {
  if (code == NULL) return;
  sce_state_delete(code->state);
  sce_buf_free(&code->substitute);
  sce_free(code);
}

sce_span_t sce_state_code_bytes(const sce_state_code_t *code) {
  return code->bytes;
}

bool sce_state_code_substitute(const sce_state_code_t *code, uint32_t *number) {
  if (code->substituted) *number = code->since;
  return code->substituted;
}

const char *sce_state_code_doubt(const sce_state_code_t *code) {
  return code->doubt;
}

/* The version of code; false where it has none that can be had. */
static sce_error_t *version_of(sce_span_t code, bool *known, sce_runtime_version_t *version,
                               const sce_config_t *config) {
  bool embedded;
  sce_error_t *err = sce_code_version(version, &embedded, code, config);
  *known = err == NULL;
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  return NULL;
}

/* ---- the state's own ---- */

static sce_error_t *own_code(sce_state_code_t *code, bool pending) {
  sce_value_t value = {.found = false};
  if (pending) SCE_TRY(sce_state_get(code->state, &value, NULL, sce_span_text(":pending_code")));
  if (!value.found) SCE_TRY(sce_state_get(code->state, &value, NULL, sce_span_text(":code")));
  if (!value.found) return sce_error_new(SCE_NOT_FOUND, "the state has no :code");
  code->bytes = sce_span(value.data, value.len);
  return NULL;
}

/* ---- substitutes ---- */

/* How many substitutes have a block at or below `number`. */
static sce_error_t *count_due(const sce_chain_spec_t *spec, size_t *due, uint32_t number) {
  *due = 0;
  for (;;) {
    bool found;
    uint32_t from;
    SCE_TRY(sce_chain_spec_substitute(spec, &found, &from, NULL, *due));
    if (!found || from > number) return NULL;
    ++*due;
  }
}

/* Takes the substitute at `index` where its spec version is that of the state's own code. */
static sce_error_t *try_substitute(sce_state_code_t *code, bool *taken, const sce_chain_spec_t *spec, size_t index,
                                   uint32_t spec_version) {
  sce_buf_t bytes = {0};
  sce_runtime_version_t version = {0};
  bool found, known = false;
  uint32_t from = 0;
  sce_error_t *err = sce_chain_spec_substitute(spec, &found, &from, &bytes, index);
  if (err == NULL) err = version_of(sce_buf_span(&bytes), &known, &version, code->config);
  /* Upstream does not start with a substitute that it can't ask for its version. */
  if (err == NULL && !known)
    err = sce_error_new(SCE_BAD_CHAIN_SPEC, "codeSubstitutes of the chain spec, block %u: the code says no version",
                        (unsigned)from);
  *taken = err == NULL && version.spec_version == spec_version;
  sce_runtime_version_free(&version);
  if (!*taken) {
    sce_buf_free(&bytes);
    return err;
  }
  code->substitute = bytes;
  code->bytes = sce_buf_span(&code->substitute);
  code->substituted = true;
  code->since = from;
  return NULL;
}

/* `spec` NULL: what the database keeps, which is read only where it may matter. */
static sce_error_t *substitute(sce_state_code_t *code, const sce_chain_spec_t *spec, uint32_t number) {
  sce_chain_spec_t *kept = NULL;
  sce_runtime_version_t own = {0};
  bool known = false, taken = false;
  size_t due = 0;
  sce_error_t *err = spec == NULL ? sce_state_chain_spec(code->state, &kept) : NULL;
  if (spec == NULL) spec = kept;
  if (err == NULL && spec != NULL) err = count_due(spec, &due, number);
  if (err == NULL && due > 0) err = version_of(code->bytes, &known, &own, code->config);
  while (known && err == NULL && !taken && due > 0) err = try_substitute(code, &taken, spec, --due, own.spec_version);
  sce_runtime_version_free(&own);
  sce_chain_spec_delete(kept);
  return err;
}

static sce_error_t *may_substitute(const sce_state_code_t *code, bool *may, const sce_chain_spec_t *spec,
                                   uint32_t number) {
  size_t due;
  if (spec == NULL) return sce_state_may_substitute(code->state, may, number);
  SCE_TRY(count_due(spec, &due, number));
  *may = due > 0;
  return NULL;
}

/* The code that runs on a state, to which it takes a reference. */
static sce_error_t *code_that_runs(sce_state_code_t **code, sce_state_t *state, const sce_chain_spec_t *spec,
                                   bool block, const sce_config_t *config) {
  sce_state_code_t *made = sce_calloc(1, sizeof *made);
  bool may = false, known = true;
  uint32_t number = 0;
  if (made == NULL) return sce_error_oom();
  made->state = sce_state_ref(state);
  made->config = config;
  sce_error_t *err = own_code(made, block);
  if (err == NULL) err = may_substitute(made, &may, spec, UINT32_MAX);
  if (err == NULL && may) err = sce_state_block_number(state, &known, &number, spec);
  if (err == NULL && may) err = may_substitute(made, &may, spec, number);
  if (err == NULL && may && known) err = substitute(made, spec, number);
  if (err != NULL)
    sce_state_code_delete(made);
  else
    *code = made;
  return err;
}

/* ---- the code that wrote a state ---- */

/* Whether System.LastRuntimeUpgrade, which every block writes whose runtime is another one than that of the block
 * before, names the runtime of `version`. frame_system::LastRuntimeUpgradeInfo: Compact<u32>, string. */
static sce_error_t *ran_last(const sce_state_t *state, bool *there, bool *same, const sce_runtime_version_t *version) {
  sce_buf_t key = {0};
  sce_value_t value = {.found = false};
  sce_error_t *err = sce_state_key_parse(&key, sce_span_text("System.LastRuntimeUpgrade"));
  if (err == NULL) err = sce_state_get(state, &value, NULL, sce_buf_span(&key));
  sce_buf_free(&key);
  *there = *same = false;
  if (err != NULL || !value.found) return err;
  sce_scale_reader_t in = sce_scale_reader(sce_span(value.data, value.len));
  uint32_t spec_version;
  sce_span_t name;
  err = sce_scale_read_compact_u32(&in, &spec_version);
  if (err == NULL) err = sce_scale_read_bytes(&in, &name);
  *there = err == NULL;
  if (err == NULL) *same = spec_version == version->spec_version && sce_span_equal(name, version->spec_name);
  sce_error_delete(err);
  return NULL;
}

static sce_error_t *find_doubt(sce_state_code_t *code) {
  sce_runtime_version_t version = {0};
  bool known, there = false, same = false;
  SCE_TRY(version_of(code->bytes, &known, &version, code->config));
  sce_error_t *err = known ? ran_last(code->state, &there, &same, &version) : NULL;
  sce_runtime_version_free(&version);
  if (err != NULL || same) return err;
  code->doubt = there
                    ? "the block that made this state has upgraded the runtime: what it wrote is described by the "
                      "metadata of the code before, which is not kept; that of the new code is used"
                    : "it can't be known whether the code of this state has written it: the state before is not kept, "
                      "and there is no System.LastRuntimeUpgrade";
  return NULL;
}

static sce_error_t *code_that_wrote(sce_state_code_t **code, sce_state_t *state, const sce_chain_spec_t *spec,
                                    const sce_config_t *config) {
  sce_block_info_t block;
  sce_state_t *before = NULL;
  bool known;
  uint32_t number;
  sce_error_t *err = sce_state_before(&before, state);
  if (err == NULL) {
    err = code_that_runs(code, before, spec, sce_state_block(state, &block), config); /* else a call made the state */
    sce_state_delete(before);
    if (err == NULL || sce_error_kind(err) != SCE_NOT_FOUND) return err;
  }
  if (sce_error_kind(err) != SCE_NOT_FOUND) return err;
  sce_error_delete(err);
  SCE_TRY(code_that_runs(code, state, spec, false, config));
  err = sce_state_block_number(state, &known, &number, spec);
  if (err == NULL && !(known && number == 0)) err = find_doubt(*code);
  if (err != NULL) sce_state_code_delete(*code);
  return err;
}

sce_error_t *sce_state_code_new(sce_state_code_t **code, sce_state_t *state, const sce_chain_spec_t *spec,
                                sce_code_use_t use, const sce_config_t *config) {
  sce_state_code_t *made = NULL;
  sce_error_t *err = use == SCE_CODE_READ ? code_that_wrote(&made, state, spec, config)
                                          : code_that_runs(&made, state, spec, use == SCE_CODE_BLOCK, config);
  if (err != NULL) return err;
  made->config = NULL;
  *code = made;
  return NULL;
}
