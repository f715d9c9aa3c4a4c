/* source.c: SOURCE options, and reading what they name. */
#include "cli/source.h"
#include "cli/source_kind.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include "scexec/chain.h"

#include <string.h>

const cli_option_t cli_source_options[] = {
    {.name = "chain",
     .letter = 'c',
     .kind = CLI_TEXT,
     .argument = "SPEC.json",
     .help = "Chain spec: its state, and the code in it",
     .offset = offsetof(cli_source_options_t, chain)},
    {.name = "runtime",
     .letter = 'r',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Code, plain or compressed WebAssembly; - for standard input",
     .offset = offsetof(cli_source_options_t, runtime)},
    {.name = "state",
     .kind = CLI_TEXT,
     .argument = "DIR",
     .help = "State database, made by `scexec state import`: its state, and the code in it",
     .offset = offsetof(cli_source_options_t, state)},
    {.name = "at",
     .kind = CLI_TEXT,
     .argument = "BLOCK",
     .help = "With --state: the state that this block made, by hash or number; the newest when not given",
     .offset = offsetof(cli_source_options_t, at)},
    {.name = NULL},
};

const cli_option_t cli_artifact_options[] = {
    {.name = "artifact",
     .letter = 'a',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Compiled code, made by `scexec compile`",
     .offset = offsetof(cli_source_options_t, artifact)},
    {.name = "key-file",
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Key that the artifact was made with; the user's own when not given",
     .offset = offsetof(cli_source_options_t, key_file)},
    {.name = NULL},
};

const cli_option_t cli_metadata_source_options[] = {
    {.name = "metadata",
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "In place of a runtime: its metadata, in SCALE or as 0x…; - for standard input",
     .offset = offsetof(cli_source_options_t, metadata)},
    {.name = NULL},
};

const cli_option_t cli_types_options[] = {
    {.name = "types",
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Types of the chain's own, as polkadot-js has them in JSON, for metadata before V14",
     .offset = offsetof(cli_source_options_t, types)},
    {.name = NULL},
};

const cli_option_t cli_strict_options[] = {
    {.name = "strict-imports",
     .kind = CLI_FLAG,
     .help = "Refuse code that imports functions which scexec does not have, instead of a warning",
     .offset = offsetof(cli_source_options_t, strict_imports)},
    {.name = NULL},
};

static const char *code_label(const cli_source_options_t *options) {
  if (options->runtime != NULL) return cli_file_label(options->runtime);
  return options->chain != NULL ? cli_file_label(options->chain) : options->state;
}

sce_error_t *cli_source_name_error(const cli_source_t *source, sce_error_t *err) {
  bool code = err != NULL && sce_error_kind(err) == SCE_BAD_CODE && source->options.artifact == NULL;
  return code ? sce_error_prefix(err, "%s", code_label(&source->options)) : err;
}

sce_error_t *cli_source_blob(cli_source_t *source, const sce_blob_t **blob) {
  if (source->options.artifact != NULL)
    return sce_error_new(SCE_MISUSE, "an artifact has no code to look at: give it with --runtime or --chain");
  if (source->blob == NULL) {
    uint64_t start = cli_now_ns();
    sce_error_t *err = sce_blob_new(&source->blob, source->code);
    if (err != NULL) return sce_error_prefix(err, "%s", code_label(&source->options));
    source->decode_ns = cli_now_ns() - start;
  }
  *blob = source->blob;
  return NULL;
}

/* ---- the state ---- */

/* The layout of genesis values follows from the genesis runtime (sc-chain-spec, resolve_state_version_from_wasm). Code
 * without a version section is older than state version 1. */
static sce_error_t *version_in(sce_state_version_t *version, const sce_blob_t *blob) {
  sce_runtime_version_t found;
  bool embedded;
  SCE_TRY(sce_blob_embedded_version(blob, &found, &embedded));
  *version = embedded && found.system_version >= 1 ? SCE_STATE_V1 : SCE_STATE_V0;
  if (embedded) sce_runtime_version_free(&found);
  return NULL;
}

/* The version of the code in the spec; 0 where it has none or can't be read: then nothing else runs it either. With
 * `ask`, code without a version section is asked through Core_version. */
static sce_state_version_t version_in_spec(cli_t *cli, const sce_chain_spec_t *spec, bool ask) {
  sce_span_t code;
  sce_blob_t *blob = NULL;
  bool embedded;
  sce_runtime_version_t found = {0};
  if (!sce_chain_spec_storage(spec, &code, sce_span_text(":code"))) return SCE_STATE_V0;
  sce_config_t config = {.log = cli_own_log(cli)};
  sce_error_t *err = ask ? sce_code_version(&found, &embedded, code, &config) : sce_blob_new(&blob, code);
  if (err == NULL && !ask) err = sce_blob_embedded_version(blob, &found, &embedded);
  sce_state_version_t version = found.system_version >= 1 ? SCE_STATE_V1 : SCE_STATE_V0;
  sce_runtime_version_free(&found);
  sce_error_delete(err);
  sce_blob_delete(blob);
  return version;
}

/* Has a plain spec's state made by its code: a few calls, compiled as soon as can be. */
static sce_error_t *build_raw(cli_source_t *source) {
  sce_config_t config;
  sce_config_block(&config);
  config.semantics.compiler = SCE_COMPILER_TIERED;
  config.log = cli_own_log(source->cli);
  sce_externalities_t externalities = {.size = sizeof externalities, .log = cli_runtime_log(source->cli)};
  sce_chain_options_t options = {.size = sizeof options, .config = &config, .externalities = &externalities};
  cli_waiting_t waiting;
  cli_waiting_start(&waiting, source->cli, "making the genesis state");
  sce_error_t *err = sce_chain_spec_build(&source->raw, source->spec, &options);
  cli_waiting_end(&waiting);
  return sce_error_prefix(err, "%s", cli_file_label(source->options.chain));
}

/* sce_genesis_fn: `ctx` is the source. Whichever thread comes first is the only one here. */
static sce_error_t *genesis_of(void *ctx, const sce_chain_spec_t **spec, sce_state_version_t *version) {
  cli_source_t *source = ctx;
  bool plain = !sce_chain_spec_is_raw(*spec);
  if (plain && source->raw == NULL) SCE_TRY(build_raw(source));
  if (plain) *spec = source->raw;
  if (source->options.runtime != NULL || source->options.artifact != NULL) {
    *version = version_in_spec(source->cli, source->spec, false);
    return NULL;
  }
  if (source->blob != NULL) return version_in(version, source->blob);
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_error_prefix(sce_blob_new(&blob, source->code), "%s", code_label(&source->options));
  if (err == NULL) err = version_in(version, blob);
  sce_blob_delete(blob);
  return err;
}

static sce_error_t *make_genesis(cli_source_t *source, sce_state_version_t version) {
  uint64_t start = cli_now_ns();
  if (!sce_chain_spec_is_raw(source->spec)) SCE_TRY(build_raw(source));
  const sce_chain_spec_t *spec = source->raw != NULL ? source->raw : source->spec;
  SCE_TRY(sce_state_from_chain_spec(&source->state, spec, version));
  source->state_ns = cli_now_ns() - start;
  return NULL;
}

/* ---- state databases ---- */

static sce_error_t *state_at(cli_source_t *source, const char *at) {
  sce_state_t *found = NULL;
  sce_buf_t hash = {0};
  sce_error_t *err = NULL;
  const char *name = source->options.at_name != NULL ? source->options.at_name : "at";
  if (strncmp(at, "0x", 2) == 0) {
    err = sce_error_prefix(sce_hex_decode(&hash, sce_span_text(at)), "--%s", name);
    if (err == NULL && hash.len != 32)
      err = sce_error_new(SCE_MISUSE, "--%s: a block's hash has 32 bytes, not %zu", name, hash.len);
    if (err == NULL) err = sce_state_at_hash(&found, source->state, hash.data);
  } else {
    uint64_t number;
    err = cli_parse_value(&(cli_option_t){.name = name, .kind = CLI_NUMBER, .max = UINT32_MAX}, &number, at);
    if (err == NULL) err = sce_state_at_number(&found, source->state, (uint32_t)number);
  }
  sce_buf_free(&hash);
  if (err != NULL) return err;
  sce_state_delete(source->state);
  source->state = found;
  return NULL;
}

static sce_error_t *open_database(cli_source_t *source) {
  const cli_source_options_t *options = &source->options;
  uint64_t start = cli_now_ns();
  sce_state_options_t how = {.size = sizeof how,
                             .read_only = !options->writable,
                             .no_sync = options->no_sync,
                             .keep = options->keep_given ? (uint32_t)options->keep : SCE_STATE_KEEP_STORED};
  SCE_TRY(sce_state_open(&source->state, options->state, &how));
  if (options->at != NULL) SCE_TRY(state_at(source, options->at));
  source->state_ns = cli_now_ns() - start;
  return NULL;
}

/* ---- loading ---- */

static sce_error_t *load_spec(cli_t *cli, cli_source_t *source, const char *path) {
  if (strcmp(path, "-") != 0) return sce_chain_spec_load(&source->spec, path);
  sce_buf_t text = {0};
  sce_error_t *err = cli_read_file(cli, &text, path, CLI_MAX_FILE);
  if (err == NULL) err = sce_chain_spec_parse(&source->spec, sce_buf_span(&text));
  sce_buf_free(&text);
  return sce_error_prefix(err, "standard input");
}

static sce_error_t *code_of_state(cli_source_t *source) {
  sce_value_t code;
  SCE_TRY(sce_state_get(source->state, &code, NULL, sce_span_text(":code")));
  source->code = sce_span(code.data, code.len);
  if (code.found) return NULL;
  return sce_error_new(SCE_NOT_FOUND, "%s: the state has no :code; give the code with --runtime FILE",
                       source->options.state);
}

static sce_error_t *take_code(cli_source_t *source) {
  if (source->options.artifact != NULL) return NULL;
  if (source->options.runtime != NULL) {
    source->code = sce_buf_span(&source->file);
    return NULL;
  }
  if (source->spec == NULL) return code_of_state(source);
  if (sce_chain_spec_storage(source->spec, &source->code, sce_span_text(":code"))) return NULL;
  return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s: the genesis state has no :code; give the code with --runtime FILE",
                       cli_file_label(source->options.chain));
}

static sce_error_t *check_options(const cli_source_options_t *options) {
  if (options->artifact != NULL && options->runtime != NULL)
    return sce_error_new(SCE_MISUSE, "--artifact and --runtime are both code: give one of them");
  if (options->key_file != NULL && options->artifact == NULL)
    return sce_error_new(SCE_MISUSE, "--key-file belongs to --artifact");
  if (options->state != NULL && options->chain != NULL)
    return sce_error_new(SCE_MISUSE, "--state and --chain are both a state: give one of them");
  if (options->state == NULL && options->at != NULL) return sce_error_new(SCE_MISUSE, "--at belongs to --state");
  if (options->runtime == NULL && options->chain == NULL && options->artifact == NULL && options->state == NULL)
    return sce_error_new(SCE_MISUSE, "a SOURCE is missing: --chain SPEC.json, --state DIR, --runtime FILE");
  return cli_check_kinds(options);
}

sce_error_t *cli_source_load_code(cli_t *cli, cli_source_t *source, const cli_source_options_t *options) {
  *source = (cli_source_t){.options = *options};
  SCE_TRY(check_options(options));
  uint64_t start = cli_now_ns();
  if (options->chain != NULL) SCE_TRY(load_spec(cli, source, options->chain));
  if (options->runtime != NULL) SCE_TRY(cli_read_bytes(cli, &source->file, options->runtime, CLI_MAX_CODE));
  source->read_ns = cli_now_ns() - start;
  if (options->state != NULL) SCE_TRY(open_database(source));
  return take_code(source);
}

sce_error_t *cli_source_load(cli_t *cli, cli_source_t *source, const cli_source_options_t *options) {
  SCE_TRY(cli_source_load_code(cli, source, options));
  if (source->state != NULL) return NULL; /* of a database */
  if (source->spec == NULL) return sce_state_new_memory(&source->state, NULL, 0, SCE_STATE_V0);
  source->cli = cli;
  return sce_state_from_chain_spec_later(&source->state, source->spec, genesis_of, source);
}

/* A state of a spec is not made for this where the spec has no substitutes. */
sce_error_t *cli_source_choose_code(cli_t *cli, cli_source_t *source, sce_code_use_t use, const sce_buf_t *cache_path) {
  bool substitutes = true;
  uint32_t number;
  sce_config_t config = {.log = cli_own_log(cli)};
  if (cache_path->len > 0) config.cache_path = (const char *)cache_path->data;
  if (source->options.artifact != NULL || source->options.runtime != NULL || source->chosen != NULL) return NULL;
  if (source->spec != NULL && use == SCE_CODE_CALL)
    SCE_TRY(sce_chain_spec_substitute(source->spec, &substitutes, &number, NULL, 0));
  if (!substitutes) return NULL;
  SCE_TRY(sce_state_code_new(&source->chosen, source->state, source->spec, use, &config));
  source->code = sce_state_code_bytes(source->chosen);
  const char *doubt = sce_state_code_doubt(source->chosen);
  if (doubt != NULL) cli_warn(cli, "%s", doubt);
  return NULL;
}

sce_error_t *cli_source_load_state(cli_t *cli, cli_source_t *source, const cli_source_options_t *options, int layout) {
  *source = (cli_source_t){.options = *options, .cli = cli};
  SCE_TRY(check_options(options));
  if (options->state != NULL) return open_database(source);
  if (options->chain == NULL) return sce_error_new(SCE_MISUSE, "a state is missing: --chain SPEC.json or --state DIR");
  SCE_TRY(load_spec(cli, source, options->chain));
  if (layout < 0) layout = (int)version_in_spec(cli, source->spec, layout == CLI_LAYOUT_ASKED);
  return make_genesis(source, (sce_state_version_t)layout);
}

sce_error_t *cli_source_load_beside(cli_source_t *source, const cli_source_t *open,
                                    const cli_source_options_t *options) {
  *source = (cli_source_t){.options = *options};
  SCE_TRY(sce_state_newest(&source->state, open->state));
  return options->at != NULL ? state_at(source, options->at) : NULL;
}

/* ---- commits ---- */

sce_error_t *cli_check_commit(const cli_source_options_t *options) {
  if (options->state == NULL) return sce_error_new(SCE_MISUSE, "--commit needs --state DIR");
  if (options->at != NULL) return sce_error_new(SCE_MISUSE, "--commit needs the newest state: leave --at out");
  return NULL;
}

/* On the newest state of a database nothing else is misuse. */
sce_error_t *cli_commit_error(sce_error_t *err, const cli_source_options_t *options, const char *advice) {
  if (err == NULL || sce_error_kind(err) != SCE_MISUSE) return err;
  sce_error_delete(err);
  return sce_error_new(SCE_IO, "%s: another process has changed the database meanwhile: %s", options->state, advice);
}

void cli_source_free(cli_source_t *source) {
  sce_blob_delete(source->blob);
  sce_state_code_delete(source->chosen);
  sce_state_delete(source->state);
  sce_chain_spec_delete(source->raw);
  sce_chain_spec_delete(source->spec);
  sce_buf_free(&source->file);
  *source = (cli_source_t){0};
}
