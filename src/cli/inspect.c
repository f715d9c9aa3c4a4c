/* inspect.c: `scexec inspect`: what code is, without running it where its custom sections say enough. */
#include "cli/inspect.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct inspect_values {
  cli_common_t common;
  cli_source_options_t source;
  cli_token_options_t token;
} inspect_values_t;

static sce_error_t *types_text(sce_buf_t *out, sce_span_t types) {
  for (size_t i = 0; i < types.len; i++)
    SCE_TRY(sce_buf_printf(out, "%s%s", i == 0 ? "" : ", ", sce_wasm_type_name(types.data[i])));
  return NULL;
}

sce_error_t *cli_type_text(sce_buf_t *out, const sce_wasm_function_type_t *type) {
  bool single = type->results.len == 1;
  SCE_TRY(sce_buf_printf(out, "("));
  SCE_TRY(types_text(out, type->params));
  SCE_TRY(sce_buf_printf(out, single ? ") -> " : ") -> ("));
  SCE_TRY(types_text(out, type->results));
  return sce_buf_append(out, single ? "" : ")", single ? 1 : 2);
}

const char *cli_import_state_name(cli_import_state_t state) {
  switch (state) {
    case CLI_IMPORT_KNOWN: return "known";
    case CLI_IMPORT_UNSUPPORTED: return "unsupported";
    case CLI_IMPORT_OTHER_TYPE: return "other-type";
    case CLI_IMPORT_UNKNOWN: return "unknown";
  }
  return "unknown";
}

const char *cli_wasm_kind_name(sce_wasm_kind_t kind) {
  switch (kind) {
    case SCE_WASM_FUNCTION: return "function";
    case SCE_WASM_TABLE: return "table";
    case SCE_WASM_MEMORY: return "memory";
    case SCE_WASM_GLOBAL: return "global";
  }
  return "unknown";
}

static cli_import_state_t function_state(sce_span_t name, const char *signature) {
  size_t count;
  const sce_host_function_info_t *rows = sce_host_functions(&count);
  cli_import_state_t best = CLI_IMPORT_UNKNOWN;
  for (size_t i = 0; i < count; i++) {
    if (!sce_span_equal(name, sce_span_text(rows[i].name))) continue;
    bool same = strcmp(signature, rows[i].signature) == 0;
    if (same) return rows[i].supported ? CLI_IMPORT_KNOWN : CLI_IMPORT_UNSUPPORTED;
    best = CLI_IMPORT_OTHER_TYPE;
  }
  return best;
}

sce_error_t *cli_import_state(cli_import_state_t *state, const sce_blob_t *blob, const sce_wasm_import_t *import) {
  *state = CLI_IMPORT_UNKNOWN;
  if (!sce_span_equal(import->module, sce_span_text("env"))) return NULL; /* all of the host's are in env */
  if (import->kind == SCE_WASM_MEMORY) *state = CLI_IMPORT_KNOWN;
  if (import->kind != SCE_WASM_FUNCTION) return NULL;
  size_t count;
  const sce_wasm_function_type_t *types = sce_blob_types(blob, &count);
  sce_buf_t signature = {0};
  sce_error_t *err = cli_type_text(&signature, &types[import->type_index]);
  if (err == NULL) *state = function_state(import->field, (const char *)signature.data);
  sce_buf_free(&signature);
  return err;
}

static sce_error_t *inspect_blob(cli_t *cli, cli_source_t *source, const cli_token_options_t *token) {
  cli_inspection_t inspection = {.source = source};
  SCE_TRY(cli_source_blob(source, &inspection.blob));
  sce_config_t config = {.log = cli_own_log(cli)};
  inspection.version_error = sce_code_version(&inspection.version, &inspection.embedded, source->code, &config);
  inspection.has_version = inspection.version_error == NULL;
  sce_error_t *err = cli_inspect_hashes(cli, &inspection, token);
  if (err == NULL)
    err = cli->output == CLI_JSON ? cli_inspect_print_json(cli, &inspection) : cli_inspect_print_text(cli, &inspection);
  sce_error_delete(inspection.version_error);
  sce_error_delete(inspection.metadata_hash_missing);
  if (inspection.has_version) sce_runtime_version_free(&inspection.version);
  return err;
}

static sce_error_t *run_inspect(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  const inspect_values_t *v = values;
  cli_source_t source;
  sce_error_t *err = cli_source_load_code(cli, &source, &v->source);
  if (err == NULL) err = inspect_blob(cli, &source, &v->token);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_inspect_command = {
    .name = "inspect",
    .summary = "Shows what a runtime is: versions, hashes, runtime APIs, imports, exports, memory",
    .description =
        "Shows name and versions of a runtime, the BLAKE2b-256 hash of its code as given and uncompressed, its "
        "metadata hash (RFC-78), its runtime APIs, what it imports and whether the host has it, what it exports, "
        "its memory and table, and the sizes of its sections. Code that carries its version in custom sections, as "
        "it does since 2020, is compiled only for the metadata hash, which takes the chain's token: of the chain "
        "spec or of the options. Older code is asked through Core_version.",
    .examples = "scexec inspect --chain polkadot.json\n"
                "scexec inspect --runtime runtime.compact.compressed.wasm --json | jq .version",
    .groups = {{"Source", cli_source_options, offsetof(inspect_values_t, source)},
               {"Metadata hash", cli_token_options, offsetof(inspect_values_t, token)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(inspect_values_t),
    .run = run_inspect,
    .source = true,
};
