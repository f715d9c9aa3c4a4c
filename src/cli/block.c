/* block.c: see block.h. */
#include "cli/block.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

const cli_option_t cli_block_diff_options[] = {
    {.name = "diff",
     .kind = CLI_FLAG,
     .help = "Show what the block changes in the storage, by phase: initialization, each extrinsic, finalization",
     .offset = offsetof(cli_block_values_t, diff)},
    {.name = "hex",
     .kind = CLI_FLAG,
     .help = "With --diff: bytes as they are, no values, no names",
     .offset = offsetof(cli_block_values_t, hex)},
    {.name = NULL},
};

const cli_option_t cli_block_commit_options[] = {
    {.name = "commit",
     .kind = CLI_FLAG,
     .help = "With --state: make the block the newest of the database",
     .offset = offsetof(cli_block_values_t, commit)},
    {.name = "keep",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "With --commit: older states to keep from now on (as many as before when not given)",
     .offset = offsetof(cli_block_values_t, run.source.keep),
     .given = offsetof(cli_block_values_t, run.source.keep_given),
     .max = 1000000},
    {.name = NULL},
};

const cli_option_t cli_block_parent_options[] = {
    {.name = "parent",
     .kind = CLI_TEXT,
     .argument = "HEADER",
     .help = "Header of the block that made the state, where the state does not tell (an export by other tools): SCALE "
             "as 0x…, or JSON as chain_getHeader answers; text, @FILE or -",
     .offset = offsetof(cli_block_values_t, parent)},
    {.name = NULL},
};

/* ---- opening ---- */

static sce_error_t *check_options(const cli_block_values_t *v) {
  if (v->run.source.chain == NULL && v->run.source.state == NULL)
    return sce_error_new(SCE_MISUSE, "a state is missing: --chain SPEC.json or --state DIR");
  if (v->commit) SCE_TRY(cli_check_commit(&v->run.source));
  if (v->run.source.keep_given && !v->commit) return sce_error_new(SCE_MISUSE, "--keep belongs to --commit");
  if (v->hex && !v->diff) return sce_error_new(SCE_MISUSE, "--hex belongs to --diff");
  return NULL;
}

static sce_error_t *load(cli_t *cli, cli_block_t *block, const cli_block_values_t *v) {
  cli_source_options_t source = v->run.source;
  source.writable = v->commit;
  SCE_TRY(cli_plugins_open(&block->plugins, &v->run.engine.plugins));
  SCE_TRY(cli_cache_path(&block->cache_path, &v->run.cache));
  sce_block_origin_t origin;
  SCE_TRY(cli_source_load(cli, &block->source, &source));
  return sce_state_find_block(block->source.state, &origin, block->source.spec);
}

static sce_error_t *make_config(cli_t *cli, cli_block_t *block, const cli_run_options_t *run) {
  SCE_TRY(cli_engine_config(cli, &block->config, &run->engine));
  /* As for calls: who names a directory for compiled code wants it there when the command is done. */
  if (run->cache.path != NULL && !run->engine.compiler_given) block->config.semantics.compiler = SCE_COMPILER_CRANELIFT;
  block->config.host_functions = block->plugins.functions;
  block->config.host_function_count = block->plugins.function_count;
  if (block->cache_path.len > 0) block->config.cache_path = (const char *)block->cache_path.data;
  return NULL;
}

static sce_error_t *prepare(cli_t *cli, cli_block_t *block, const char *method) {
  uint64_t start = cli_now_ns();
  cli_waiting_t waiting;
  cli_waiting_start(&waiting, cli, "compiling");
  sce_error_t *err = sce_chain_prepare(block->chain, method);
  cli_waiting_end(&waiting);
  err = cli_source_name_error(&block->source, err);
  block->compile_ns = cli_now_ns() - start;
  return err;
}

static sce_error_t *make_chain(cli_t *cli, cli_block_t *block, const cli_block_values_t *v) {
  SCE_TRY(make_config(cli, block, &v->run));
  cli_phases_open(&block->phases, cli);
  sce_chain_observer_t observer = cli_phases_observer(&block->phases);
  sce_externalities_t externalities = {.size = sizeof externalities,
                                       .log = v->diff ? cli_phases_log(&block->phases) : cli_runtime_log(cli)};
  sce_chain_options_t options = {
      .size = sizeof options,
      .config = &block->config,
      .externalities = &externalities,
      .ignore_heap_pages = v->run.engine.heap_pages_given || v->run.engine.heap_maximum_given,
      .time_limit_ms = v->run.engine.time_limit,
      .observer = v->diff ? &observer : NULL,
      .spec = block->source.spec,
  };
  if (v->run.source.runtime != NULL) options.code = block->source.code;
  SCE_TRY(sce_chain_new(&block->chain, block->source.state, &options));
  sce_state_delete(block->source.state); /* the chain's reference is the only one: blocks need no copy */
  block->source.state = NULL;
  block->phases.chain = block->chain;
  return NULL;
}

/* ---- metadata, for names ---- */

static sce_error_t *ask_metadata(cli_t *cli, cli_block_t *block) {
  sce_buf_t output = {0};
  cli_source_t source = {
      .options = block->source.options, .spec = block->source.spec, .state = sce_chain_state(block->chain)};
  sce_error_t *err = sce_chain_call(block->chain, &output, "Metadata_metadata", sce_span(NULL, 0));
  if (err == NULL)
    err = cli_metadata_take(cli, &block->metadata, sce_buf_span(&output), sce_chain_version(block->chain), &source);
  sce_buf_free(&output);
  if (err == NULL) block->phases.decoded = &block->metadata;
  return err;
}

/* Metadata of the code that wrote the state, where the block is run by another one: values that an upgrade's migrations
 * find are of the old runtime. The references to the state are gone before the block is committed. */
static sce_error_t *ask_written(cli_t *cli, cli_block_t *block) {
  sce_state_t *state = sce_chain_state(block->chain);
  sce_state_code_t *runs = NULL;
  cli_session_t session = {.source = {.options = {.types = block->source.options.types},
                                      .spec = block->source.spec,
                                      .state = sce_state_ref(state)}};
  sce_error_t *err = cli_source_choose_code(cli, &session.source, SCE_CODE_READ, &block->cache_path);
  sce_span_t running = block->source.options.runtime != NULL ? block->source.code : sce_span(NULL, 0);
  if (err == NULL && running.len == 0) {
    err = sce_state_code_new(&runs, state, block->source.spec, SCE_CODE_BLOCK, &block->config);
    if (err == NULL) running = sce_state_code_bytes(runs);
  }
  if (err == NULL && !sce_span_equal(running, session.source.code))
    err = cli_metadata_of_state(cli, &block->written, &session);
  if (err == NULL && block->written.metadata != NULL) block->phases.written = &block->written;
  sce_state_code_delete(runs);
  session.source.spec = NULL; /* the block's */
  cli_session_close(&session);
  return err;
}

void cli_block_name(cli_t *cli, cli_block_t *block) {
  if (block->metadata.metadata != NULL) return;
  sce_error_t *err = ask_metadata(cli, block);
  if (err == NULL && block->diff) err = ask_written(cli, block);
  if (err != NULL) cli_warn(cli, "keys and values stay hexadecimal: %s", sce_error_message(err));
  sce_error_delete(err);
}

static sce_error_t *set_parent(cli_t *cli, cli_block_t *block, const char *text) {
  sce_buf_t header = {0};
  sce_error_t *err = cli_read_header(cli, &header, text, "--parent");
  if (err == NULL) err = sce_error_prefix(sce_chain_set_parent(block->chain, sce_buf_span(&header)), "--parent");
  if (err != NULL && sce_error_kind(err) == SCE_BAD_BLOCK) cli->exit_code = CLI_BAD_INPUT; /* no block was run */
  sce_buf_free(&header);
  return err;
}

sce_error_t *cli_block_open(cli_t *cli, cli_block_t *block, const cli_block_values_t *v, const char *method) {
  *block = (cli_block_t){.diff = v->diff};
  sce_error_t *err = check_options(v);
  if (err == NULL) err = load(cli, block, v);
  if (err == NULL) err = make_chain(cli, block, v);
  if (err == NULL && v->parent != NULL) err = set_parent(cli, block, v->parent);
  if (err == NULL) err = prepare(cli, block, method);
  if (err == NULL && v->diff && !v->hex) cli_block_name(cli, block);
  return err;
}

void cli_block_close(cli_block_t *block) {
  sce_chain_delete(block->chain);
  cli_metadata_free(&block->metadata);
  cli_metadata_free(&block->written);
  cli_phases_free(&block->phases);
  cli_plugins_close(&block->plugins);
  cli_source_free(&block->source);
  sce_buf_free(&block->cache_path);
  *block = (cli_block_t){.compile_ns = 0};
}

sce_error_t *cli_block_failed(cli_t *cli, sce_error_t *err) {
  if (err == NULL) return NULL;
  sce_error_kind_t kind = sce_error_kind(err);
  bool input = kind == SCE_BAD_STATE || kind == SCE_BAD_CHAIN_SPEC;
  if (kind > 0 && !input) cli->exit_code = CLI_CALL_FAILED;
  return err;
}

/* ---- arguments ---- */

sce_error_t *cli_block_decode(cli_t *cli, sce_block_t **block, sce_chain_t *chain, sce_span_t scale, const char *what) {
  sce_error_t *err = sce_chain_decode_block(chain, block, scale);
  if (err != NULL && sce_error_kind(err) == SCE_BAD_BLOCK) cli->exit_code = CLI_BAD_INPUT;
  return sce_error_prefix(err, "%s", what);
}
