/* block_replay.c: `scexec block replay`: a file of blocks in order, each on the state that the one before left. */
#include "cli/block.h"
#include "cli/block_file.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

/* What was done. */
typedef struct replay {
  uint64_t blocks, extrinsics, ns;
  uint8_t root[32];
} replay_t;

static sce_error_t *replay_one(cli_t *cli, cli_block_t *b, replay_t *done, sce_span_t scale,
                               const cli_block_file_t *in) {
  sce_block_t *block = NULL;
  char what[48];
  snprintf(what, sizeof what, "block %llu of the file", (unsigned long long)in->number);
  SCE_TRY(cli_block_decode(cli, &block, scale, what));
  uint64_t start = cli_now_ns();
  sce_error_t *err = sce_error_prefix(cli_block_failed(cli, sce_chain_execute(b->chain, block)), "%s", what);
  if (err == NULL)
    err = cli_commit_error(sce_chain_commit(b->chain, done->root), &b->source.options,
                           "go on with the blocks that follow its newest one (`scexec state history`)");
  done->ns += cli_now_ns() - start;
  if (err == NULL) {
    done->blocks++;
    done->extrinsics += sce_block_extrinsic_count(block);
  }
  sce_block_delete(block);
  return err;
}

static sce_error_t *replay_all(cli_t *cli, cli_block_t *b, replay_t *done, cli_block_file_t *in) {
  cli_progress_t progress;
  sce_buf_t scale = {0};
  bool more = true;
  sce_error_t *err = NULL;
  cli_progress_start(&progress, cli, "replaying");
  while (err == NULL) {
    err = cli_block_file_next(in, &scale, &more);
    if (err != NULL || !more) break;
    err = replay_one(cli, b, done, sce_buf_span(&scale), in);
    cli_progress_update(&progress, done->blocks, 0, "blocks");
  }
  cli_progress_end(&progress);
  sce_buf_free(&scale);
  return err;
}

static double per_second(uint64_t count, uint64_t ns) {
  return ns > 0 ? (double)count * 1e9 / (double)ns : 0;
}

static sce_error_t *print_document(cli_t *cli, const cli_block_t *b, const replay_t *done) {
  sce_block_info_t head;
  json_t *document = json_object();
  cli_put_count(cli, document, "blocks", done->blocks);
  cli_put_count(cli, document, "extrinsics", done->extrinsics);
  cli_put_ms(cli, document, "elapsedMs", done->ns);
  cli_put_ms(cli, document, "compileMs", b->compile_ns);
  cli_put_count(cli, document, "compiles", sce_chain_compiles(b->chain));
  cli_put(cli, document, "blocksPerSecond", json_real(per_second(done->blocks, done->ns)));
  cli_put(cli, document, "extrinsicsPerSecond", json_real(per_second(done->extrinsics, done->ns)));
  if (sce_state_block(sce_chain_state(b->chain), &head)) {
    cli_put_count(cli, document, "number", head.number);
    cli_put_hex(cli, document, "hash", sce_span(head.hash, 32));
  }
  cli_put_hex(cli, document, "stateRoot", sce_span(done->root, 32));
  return cli_print_json(cli, document);
}

static sce_error_t *print_summary(cli_t *cli, const cli_block_t *b, const replay_t *done) {
  sce_block_info_t head;
  char time[32];
  if (cli->output == CLI_JSON) return print_document(cli, b, done);
  SCE_TRY(cli_printf("%llu blocks with %llu extrinsics in %s: %.1f blocks/s, %.1f extrinsics/s\n",
                     (unsigned long long)done->blocks, (unsigned long long)done->extrinsics,
                     cli_time_text(time, done->ns), per_second(done->blocks, done->ns),
                     per_second(done->extrinsics, done->ns)));
  if (done->blocks == 0 || !sce_state_block(sce_chain_state(b->chain), &head)) return NULL;
  SCE_TRY(cli_printf("block       %u\nhash        ", (unsigned)head.number));
  SCE_TRY(cli_write_hex_line(sce_span(head.hash, 32)));
  SCE_TRY(cli_printf("state root  "));
  return cli_write_hex_line(sce_span(done->root, 32));
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const cli_block_values_t *v = values;
  cli_block_t b = {.compile_ns = 0};
  cli_block_file_t in = {.path = NULL};
  replay_t done = {0};
  if (v->run.source.state != NULL && !v->commit)
    return sce_error_new(SCE_MISUSE, "a replay on a database makes its blocks part of it: say so with --commit");
  sce_error_t *err = cli_block_file_open(cli, &in, words->items[0]);
  if (err == NULL) err = cli_block_open(cli, &b, v, "Core_execute_block");
  if (err == NULL) err = replay_all(cli, &b, &done, &in);
  if (err != NULL && done.blocks > 0)
    err = sce_error_prefix(err, "%llu blocks were executed, then", (unsigned long long)done.blocks);
  if (err == NULL && done.blocks == 0) err = sce_state_root(sce_chain_state(b.chain), done.root, NULL);
  if (err == NULL) err = print_summary(cli, &b, &done);
  cli_block_close(&b);
  cli_block_file_close(&in);
  return err;
}

static const cli_option_t replay_options[] = {
    {.name = "no-sync",
     .kind = CLI_FLAG,
     .help = "With --commit: do not wait for the disk after each block; a power failure may then damage the database",
     .offset = offsetof(cli_block_values_t, run.source.no_sync)},
    {.name = NULL},
};

static const cli_positional_t positionals[] = {
    {.name = "FILE",
     .help =
         "Blocks in order: as a node's export-blocks writes them, JSON or --binary; as answers of chain_getBlock; as 0x… "
         "on a line of its own each; or in SCALE behind its length (Vec<u8>) each; - for standard input"},
    {.name = NULL},
};

const cli_command_t cli_block_replay_command = {
    .name = "block replay",
    .summary = "Executes a file of blocks in order, and says how fast",
    .description =
        "Executes each block on the state that the one before left, as `scexec block execute` does, and stops at "
        "the first that is refused. On a chain spec the states stay in memory; on a database each block is "
        "committed. A runtime upgrade in a block takes effect in the next.",
    .examples = "scexec block replay --chain polkadot.json blocks.scale\n"
                "scexec block replay --state polkadot.db blocks.scale --commit --keep 100",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(cli_block_values_t),
               {"Block", cli_block_commit_options, 0},
               {"Block", replay_options, 0},
               CLI_STRATEGY_GROUP(cli_block_values_t),
               CLI_ENGINE_GROUP(cli_block_values_t),
               CLI_CACHE_GROUP(cli_block_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_block_values_t),
    .run = run,
    .source = true,
};
