/* misc.c: the miscellaneous family, ext_misc_*: printing for debugging, and the version of another runtime.
 * Source: sp-io `trait Misc`. */
#include "base/budget.h"
#include "base/hex.h"
#include "host/handlers.h"
#include "host/log.h"

#include <inttypes.h>

/* Prints go to the log at debug level, target "runtime". */
static void print(sce_caller_t *caller, sce_span_t text) {
  sce_host_log(caller, SCE_LOG_DEBUG, sce_span_text("runtime"), text);
}

SCE_HANDLER(misc_print_num_1) {
  if (!sce_host_log_wants(caller, SCE_LOG_DEBUG)) return NULL;
  sce_buf_t *line = &caller->state->scratch;
  line->len = 0;
  SCE_TRY(sce_buf_printf(line, "%" PRIu64, args[0]));
  print(caller, sce_buf_span(line));
  return NULL;
}

SCE_HANDLER(misc_print_utf8_1) {
  sce_span_t text;
  SCE_TRY(sce_arg_span(caller, &text, args[0], "utf8"));
  if (!sce_host_log_wants(caller, SCE_LOG_DEBUG)) return NULL;
  bool valid;
  SCE_TRY(sce_host_is_text(&valid, text));
  if (valid) print(caller, text);
  return NULL;
}

SCE_HANDLER(misc_print_hex_1) {
  sce_span_t data;
  SCE_TRY(sce_arg_span(caller, &data, args[0], "data"));
  if (!sce_host_log_wants(caller, SCE_LOG_DEBUG)) return NULL;
  sce_buf_t *line = &caller->state->scratch;
  line->len = 0;
  SCE_TRY(sce_buf_reserve(line, 2 * data.len));
  for (size_t len; data.len > 0; data = sce_span_skip(data, len)) {
    len = data.len < SCE_BUDGET_BYTES ? data.len : SCE_BUDGET_BYTES;
    SCE_TRY(sce_budget_check());
    SCE_TRY(sce_hex_append(line, sce_span(data.data, len)));
  }
  print(caller, sce_buf_span(line));
  return NULL;
}

/* SCALE Option<Vec<u8>> of the encoded RuntimeVersion: None for code that has none that can be found. */
SCE_HANDLER(misc_runtime_version_1) {
  sce_span_t code;
  bool found = false;
  sce_buf_t version = {0};
  SCE_TRY(sce_arg_span(caller, &code, args[0], "wasm"));
  if (caller->ops->read_version == NULL) return sce_host_no_service(caller, "a reader of runtime versions");
  sce_error_t *err = caller->ops->read_version(caller->self, &found, &version, code);
  sce_value_t value = {found, version.data, version.len};
  if (err == NULL) err = sce_result_option(caller, result, &value);
  sce_buf_free(&version);
  return err;
}

/* Every implementation of the externalities had this constant (sp-state-machine 0.8, Ext::chain_id). */
SCE_HANDLER(misc_chain_id_1) {
  *result = 42;
  return NULL;
}
