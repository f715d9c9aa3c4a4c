/* block_replay.c: `scexec block replay`: a file of blocks in order, each on the state that the one before left. */
#include "cli/block.h"
#include "cli/block_file.h"
#include "cli/commands.h"
#include "cli/events.h"

#include "base/buf.h"
#include "base/error.h"

typedef struct replay_values {
  cli_block_values_t block;
  bool events;
} replay_values_t;

/* A replay on its way, and what was done. */
typedef struct replay {
  cli_t *cli;
  cli_block_t *b;
  const replay_values_t *v;
  uint64_t named; /* compiles when the code was asked for metadata; 0: not yet */
  uint64_t blocks, extrinsics, ns;
  uint8_t root[32];
} replay_t;

/* ---- printing ---- */

static double per_second(uint64_t count, uint64_t ns) {
  return ns > 0 ? (double)count * 1e9 / (double)ns : 0;
}

/* What was done so far. */
static json_t *total_json(const replay_t *r) {
  json_t *total = json_object();
  cli_put_count(r->cli, total, "blocks", r->blocks);
  cli_put_count(r->cli, total, "extrinsics", r->extrinsics);
  cli_put_ms(r->cli, total, "elapsedMs", r->ns);
  cli_put_ms(r->cli, total, "compileMs", r->b->compile_ns);
  cli_put_count(r->cli, total, "compiles", sce_chain_compiles(r->b->chain));
  cli_put(r->cli, total, "blocksPerSecond", json_real(per_second(r->blocks, r->ns)));
  cli_put(r->cli, total, "extrinsicsPerSecond", json_real(per_second(r->extrinsics, r->ns)));
  return total;
}

/* `values` (taken) is NULL where there are none. The line is there before the next block is. */
static sce_error_t *print_line(const replay_t *r, const sce_block_t *block, uint64_t ns, json_t *values) {
  uint8_t hash[32];
  json_t *line = json_object();
  sce_block_hash(block, hash);
  cli_put_count(r->cli, line, "number", sce_block_header(block)->number);
  cli_put_hex(r->cli, line, "hash", sce_span(hash, 32));
  cli_put_hex(r->cli, line, "stateRoot", sce_span(r->root, 32));
  cli_put_count(r->cli, line, "extrinsics", sce_block_extrinsic_count(block));
  cli_put_ms(r->cli, line, "executeMs", ns);
  if (values != NULL) cli_put(r->cli, line, "values", values);
  cli_put(r->cli, line, "total", total_json(r));
  SCE_TRY(cli_print_json(r->cli, line));
  return cli_flush();
}

/* Of a file without blocks: the state as it is. */
static sce_error_t *print_nothing(const replay_t *r) {
  sce_block_info_t head;
  json_t *line = json_object();
  if (sce_state_block(sce_chain_state(r->b->chain), &head)) {
    cli_put_count(r->cli, line, "number", head.number);
    cli_put_hex(r->cli, line, "hash", sce_span(head.hash, 32));
  }
  cli_put_hex(r->cli, line, "stateRoot", sce_span(r->root, 32));
  cli_put(r->cli, line, "total", total_json(r));
  return cli_print_json(r->cli, line);
}

static sce_error_t *print_summary(const replay_t *r) {
  sce_block_info_t head;
  char time[32];
  if (r->cli->output == CLI_JSON) return r->blocks == 0 ? print_nothing(r) : NULL;
  SCE_TRY(cli_printf("%llu blocks with %llu extrinsics in %s: %.1f blocks/s, %.1f extrinsics/s\n",
                     (unsigned long long)r->blocks, (unsigned long long)r->extrinsics, cli_time_text(time, r->ns),
                     per_second(r->blocks, r->ns), per_second(r->extrinsics, r->ns)));
  if (r->blocks == 0 || !sce_state_block(sce_chain_state(r->b->chain), &head)) return NULL;
  SCE_TRY(cli_printf("block       %u\nhash        ", (unsigned)head.number));
  SCE_TRY(cli_write_hex_line(sce_span(head.hash, 32)));
  SCE_TRY(cli_printf("state root  "));
  return cli_write_hex_line(sce_span(r->root, 32));
}

/* ---- the blocks ---- */

/* Before a block: metadata of the code that will run it, asked again where that is another since the last block. */
static sce_error_t *need_names(replay_t *r) {
  SCE_TRY(cli_source_name_error(&r->b->source, sce_chain_prepare(r->b->chain, "Core_execute_block")));
  if (sce_chain_compiles(r->b->chain) == r->named) return NULL;
  cli_metadata_free(&r->b->metadata);
  cli_metadata_free(&r->b->written);
  cli_block_name(r->cli, r->b);
  r->named = sce_chain_compiles(r->b->chain);
  return NULL;
}

/* After it, as long as its changes are pending. For people they are printed, else they are `*values`. */
static sce_error_t *show_values(const replay_t *r, const sce_block_t *block, json_t **values) {
  const cli_metadata_t *m = &r->b->metadata;
  sce_overlay_t *overlay = sce_chain_overlay(r->b->chain);
  sce_error_t *err = NULL;
  if (m->metadata == NULL) return NULL;
  if (r->cli->output == CLI_JSON) {
    *values = cli_block_values_json(r->cli, &err, m, block, overlay);
    return err;
  }
  SCE_TRY(cli_printf("block %u\n", (unsigned)sce_block_header(block)->number));
  return cli_block_values_print(r->cli, m, block, overlay);
}

static sce_error_t *replay_block(replay_t *r, const sce_block_t *block, const char *what) {
  json_t *values = NULL;
  if (r->v->events) SCE_TRY(need_names(r));
  uint64_t start = cli_now_ns();
  SCE_TRY(sce_error_prefix(cli_block_failed(r->cli, sce_chain_execute(r->b->chain, block)), "%s", what));
  uint64_t ns = cli_now_ns() - start;
  sce_error_t *err = r->v->events ? show_values(r, block, &values) : NULL;
  start = cli_now_ns();
  if (err == NULL)
    err = cli_commit_error(sce_chain_commit(r->b->chain, r->root), &r->b->source.options,
                           "go on with the blocks that follow its newest one (`scexec state history`)");
  if (err != NULL) {
    json_decref(values);
    return err;
  }
  ns += cli_now_ns() - start;
  r->ns += ns;
  r->blocks++;
  r->extrinsics += sce_block_extrinsic_count(block);
  if (r->cli->output == CLI_JSON) err = print_line(r, block, ns, values);
  /* Who reads no more does not see that the rest was not executed. */
  if (err != NULL) r->cli->exit_code = CLI_ENVIRONMENT;
  return err;
}

static sce_error_t *replay_one(replay_t *r, sce_span_t scale, uint64_t number) {
  sce_block_t *block = NULL;
  char what[48];
  snprintf(what, sizeof what, "block %llu of the file", (unsigned long long)number);
  SCE_TRY(cli_block_decode(r->cli, &block, r->b->chain, scale, what));
  sce_error_t *err = replay_block(r, block, what);
  sce_block_delete(block);
  return err;
}

static sce_error_t *replay_all(replay_t *r, cli_block_file_t *in) {
  cli_progress_t progress;
  sce_buf_t scale = {0};
  bool more = true;
  sce_error_t *err = NULL;
  cli_progress_start(&progress, r->cli, "replaying");
  while (err == NULL) {
    err = cli_block_file_next(in, &scale, &more);
    if (err != NULL || !more) break;
    err = replay_one(r, sce_buf_span(&scale), in->number);
    cli_progress_update(&progress, r->blocks, 0, "blocks");
  }
  cli_progress_end(&progress);
  sce_buf_free(&scale);
  return err;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const replay_values_t *v = values;
  cli_block_t b = {.compile_ns = 0};
  cli_block_file_t in = {.path = NULL};
  replay_t r = {.cli = cli, .b = &b, .v = v};
  cli->lines = true;
  if (v->block.run.source.state != NULL && !v->block.commit)
    return sce_error_new(SCE_MISUSE, "a replay on a database makes its blocks part of it: say so with --commit");
  sce_error_t *err = cli_block_file_open(cli, &in, words->items[0]);
  if (err == NULL) err = cli_block_open(cli, &b, &v->block, "Core_execute_block");
  if (err == NULL) err = replay_all(&r, &in);
  if (err != NULL && r.blocks > 0)
    err = sce_error_prefix(err, "%llu %s executed, then", (unsigned long long)r.blocks,
                           r.blocks == 1 ? "block was" : "blocks were");
  if (err == NULL && r.blocks == 0) err = sce_state_root(sce_chain_state(b.chain), r.root, NULL);
  if (err == NULL) err = print_summary(&r);
  cli_block_close(&b);
  cli_block_file_close(&in);
  return err;
}

static const cli_option_t replay_options[] = {
    {.name = "events",
     .kind = CLI_FLAG,
     .help = "With the extrinsics, digest and events of each block as values",
     .offset = offsetof(replay_values_t, events)},
    {.name = "no-sync",
     .kind = CLI_FLAG,
     .help = "With --commit: do not wait for the disk after each block; a power failure may then damage the database",
     .offset = offsetof(replay_values_t, block.run.source.no_sync)},
    {.name = NULL},
};

static const cli_positional_t positionals[] = {
    {.name = "FILE",
     .help = "Blocks in order: as a node's export-blocks writes them, JSON or --binary; as answers of chain_getBlock; "
             "as 0x… "
             "on a line of its own each; or in SCALE behind its length (Vec<u8>) each; - for standard input"},
    {.name = NULL},
};

const cli_command_t cli_block_replay_command = {
    .name = "block replay",
    .summary = "Executes a file of blocks in order, and says how fast",
    .description =
        "Executes each block on the state that the one before left, as `scexec block execute` does, and stops at "
        "the first that is refused. On a chain spec the states stay in memory; on a database each block is "
        "committed. A runtime upgrade in a block takes effect in the next. With --json, each block is a line as soon "
        "as it is executed: its hash, the state root after it, and what was done so far.",
    .examples = "scexec block replay --chain polkadot.json blocks.scale\n"
                "scexec block replay --chain polkadot.json exported.json --json --events | jq .values.events\n"
                "scexec block replay --state polkadot.db blocks.scale --commit --keep 100",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(cli_block_values_t),
               CLI_TYPES_GROUP(cli_block_values_t),
               {"Block", cli_block_parent_options, 0},
               {"Block", cli_block_commit_options, 0},
               {"Block", replay_options, 0},
               CLI_STRATEGY_GROUP(cli_block_values_t),
               CLI_ENGINE_GROUP(cli_block_values_t),
               CLI_CACHE_GROUP(cli_block_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(replay_values_t),
    .run = run,
    .source = true,
};
