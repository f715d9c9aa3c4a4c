/* source.c: SOURCE options, and reading what they name. */
#include "cli/source.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

const cli_option_t cli_source_options[] = {
    {.name = "chain",
     .letter = 'c',
     .kind = CLI_TEXT,
     .argument = "SPEC.json",
     .help = "Raw chain spec: its state, and the code in it",
     .offset = offsetof(cli_source_options_t, chain)},
    {.name = "runtime",
     .letter = 'r',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Code, plain or compressed WebAssembly; - for standard input",
     .offset = offsetof(cli_source_options_t, runtime)},
    {.name = NULL},
};

static sce_error_t *load_code(cli_source_t *source, sce_span_t code, const char *name) {
  uint64_t start = cli_now_ns();
  source->code_size = code.len;
  sce_error_t *err = sce_blob_new(&source->blob, code);
  source->decode_ns = cli_now_ns() - start;
  return sce_error_prefix(err, "%s", name);
}

/* The name of a file in messages. */
static const char *file_label(const char *path) {
  return strcmp(path, "-") == 0 ? "standard input" : path;
}

static sce_error_t *load_spec(cli_t *cli, cli_source_t *source, const char *path) {
  if (strcmp(path, "-") != 0) return sce_chain_spec_load(&source->spec, path);
  sce_buf_t text = {0};
  sce_error_t *err = cli_read_file(cli, &text, path, CLI_MAX_FILE);
  if (err == NULL) err = sce_chain_spec_parse(&source->spec, sce_buf_span(&text));
  sce_buf_free(&text);
  return sce_error_prefix(err, "standard input");
}

static sce_error_t *load_spec_code(cli_source_t *source, const char *path) {
  sce_span_t code;
  if (!sce_chain_spec_storage(source->spec, &code, sce_span_text(":code")))
    return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s: the genesis state has no :code; give the code with --runtime FILE",
                         file_label(path));
  return load_code(source, code, file_label(path));
}

/* The layout of genesis values follows from the genesis runtime (sc-chain-spec, resolve_state_version_from_wasm). Code
 * without a version section is older than state version 1. */
static sce_error_t *genesis_version(sce_state_version_t *version, const sce_blob_t *blob) {
  sce_runtime_version_t found;
  bool embedded;
  SCE_TRY(sce_blob_embedded_version(blob, &found, &embedded));
  *version = embedded && found.system_version >= 1 ? SCE_STATE_V1 : SCE_STATE_V0;
  if (embedded) sce_runtime_version_free(&found);
  return NULL;
}

/* The version that the code in the spec has; 0 where it has none or can't be read: then nothing else runs it either. */
static sce_state_version_t spec_version(const sce_chain_spec_t *spec) {
  sce_span_t code;
  sce_blob_t *blob = NULL;
  sce_state_version_t version = SCE_STATE_V0;
  if (!sce_chain_spec_storage(spec, &code, sce_span_text(":code"))) return version;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = genesis_version(&version, blob);
  sce_error_delete(err);
  sce_blob_delete(blob);
  return version;
}

static sce_error_t *make_state(cli_source_t *source, const cli_source_options_t *options) {
  uint64_t start = cli_now_ns();
  sce_error_t *err = NULL;
  sce_state_version_t version = SCE_STATE_V0;
  if (source->spec == NULL) {
    err = sce_state_new_memory(&source->state, NULL, 0, SCE_STATE_V0);
  } else {
    if (options->runtime != NULL)
      version = spec_version(source->spec);
    else
      err = genesis_version(&version, source->blob);
    if (err == NULL) err = sce_state_from_chain_spec(&source->state, source->spec, version);
  }
  source->state_ns = cli_now_ns() - start;
  return err;
}

sce_error_t *cli_source_load_code(cli_t *cli, cli_source_t *source, const cli_source_options_t *options) {
  *source = (cli_source_t){0};
  if (options->runtime == NULL && options->chain == NULL)
    return sce_error_new(SCE_MISUSE, "a SOURCE is missing: --chain SPEC.json, --runtime FILE, or both");
  uint64_t start = cli_now_ns();
  if (options->chain != NULL) SCE_TRY(load_spec(cli, source, options->chain));
  if (options->runtime != NULL) SCE_TRY(cli_read_file(cli, &source->file, options->runtime, CLI_MAX_FILE));
  source->read_ns = cli_now_ns() - start;
  if (options->runtime == NULL) return load_spec_code(source, options->chain);
  return load_code(source, sce_buf_span(&source->file), file_label(options->runtime));
}

sce_error_t *cli_source_load(cli_t *cli, cli_source_t *source, const cli_source_options_t *options) {
  SCE_TRY(cli_source_load_code(cli, source, options));
  return make_state(source, options);
}

void cli_source_free(cli_source_t *source) {
  sce_blob_delete(source->blob);
  sce_state_delete(source->state);
  sce_chain_spec_delete(source->spec);
  sce_buf_free(&source->file);
  *source = (cli_source_t){0};
}
