/* block_execute.c: `scexec block execute`: one block on its parent's state. */
#include "cli/block.h"
#include "cli/block_file.h"
#include "cli/commands.h"
#include "cli/events.h"

#include "base/buf.h"
#include "base/error.h"

typedef struct outcome {
  const sce_block_t *block;
  uint8_t hash[32];
  uint64_t execute_ns, commit_ns;
  bool committed;
} outcome_t;

static sce_error_t *print_document(cli_t *cli, cli_block_t *b, const outcome_t *outcome, bool diff) {
  const sce_header_t *header = sce_block_header(outcome->block);
  json_t *document = json_object(), *times = json_object();
  cli_put_count(cli, document, "number", header->number);
  cli_put_hex(cli, document, "hash", sce_span(outcome->hash, 32));
  cli_put_hex(cli, document, "parentHash", sce_span(header->parent_hash, 32));
  cli_put_hex(cli, document, "stateRoot", sce_span(header->state_root, 32));
  cli_put_hex(cli, document, "extrinsicsRoot", sce_span(header->extrinsics_root, 32));
  cli_put_count(cli, document, "extrinsics", sce_block_extrinsic_count(outcome->block));
  cli_put(cli, document, "committed", json_boolean(outcome->committed));
  cli_put_ms(cli, times, "compileMs", b->compile_ns);
  cli_put_ms(cli, times, "executeMs", outcome->execute_ns);
  if (outcome->committed) cli_put_ms(cli, times, "commitMs", outcome->commit_ns);
  cli_put(cli, document, "times", times);
  if (diff) cli_put(cli, document, "phases", cli_phases_take(&b->phases));
  sce_error_t *err = NULL;
  if (b->metadata.metadata != NULL)
    cli_put(cli, document, "values",
            cli_block_values_json(cli, &err, &b->metadata, outcome->block, sce_chain_overlay(b->chain)));
  if (err == NULL) return cli_print_json(cli, document);
  json_decref(document);
  return err;
}

static sce_error_t *print_hash(const char *name, const uint8_t hash[32]) {
  SCE_TRY(cli_printf("%-12s", name));
  return cli_write_hex_line(sce_span(hash, 32));
}

static sce_error_t *print_human(cli_t *cli, const cli_block_t *b, const outcome_t *outcome) {
  const sce_header_t *header = sce_block_header(outcome->block);
  char time[32];
  if (b->metadata.metadata != NULL)
    SCE_TRY(cli_block_values_print(cli, &b->metadata, outcome->block, sce_chain_overlay(b->chain)));
  SCE_TRY(cli_printf("block %u, %zu extrinsics, executed in %s%s\n", (unsigned)header->number,
                     sce_block_extrinsic_count(outcome->block), cli_time_text(time, outcome->execute_ns),
                     outcome->committed ? ", committed" : ""));
  SCE_TRY(print_hash("hash", outcome->hash));
  return print_hash("state root", header->state_root);
}

static sce_error_t *execute(cli_t *cli, cli_block_t *b, outcome_t *outcome, bool commit) {
  uint64_t start = cli_now_ns();
  SCE_TRY(cli_block_failed(cli, sce_chain_execute(b->chain, outcome->block)));
  outcome->execute_ns = cli_now_ns() - start;
  sce_block_hash(outcome->block, outcome->hash);
  if (!commit) return NULL;
  start = cli_now_ns();
  SCE_TRY(cli_commit_error(sce_chain_commit(b->chain, NULL), &b->source.options, "run the command again"));
  outcome->commit_ns = cli_now_ns() - start;
  outcome->committed = true;
  return NULL;
}

static sce_error_t *execute_bytes(cli_t *cli, cli_block_t *b, const cli_block_values_t *v, sce_span_t scale) {
  sce_block_t *block = NULL;
  SCE_TRY(cli_block_decode(cli, &block, b->chain, scale, "BLOCK"));
  outcome_t outcome = {.block = block};
  sce_error_t *err = execute(cli, b, &outcome, v->commit);
  if (err == NULL)
    err = cli->output == CLI_JSON ? print_document(cli, b, &outcome, v->diff) : print_human(cli, b, &outcome);
  sce_block_delete(block);
  return err;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const cli_block_values_t *v = values;
  cli_block_t b = {.compile_ns = 0};
  sce_buf_t bytes = {0};
  sce_error_t *err = cli_block_read(cli, &bytes, words->items[0]);
  if (err == NULL) err = cli_block_open(cli, &b, v, "Core_execute_block");
  if (err == NULL) err = execute_bytes(cli, &b, v, sce_buf_span(&bytes));
  cli_block_close(&b);
  sce_buf_free(&bytes);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "BLOCK",
     .help =
         "Header and extrinsics in SCALE, as 0x… (hexadecimal), or JSON as a node's chain_getBlock answers; @FILE or - "
         "(standard input): one of these, bytes, or a file of one block as `scexec block replay` takes it"},
    {.name = NULL},
};

const cli_command_t cli_block_execute_command = {
    .name = "block execute",
    .summary = "Executes a block on its parent's state and compares the state root",
    .description =
        "Takes the seal off, checks that the block follows the state's own where that is known (the genesis block of a "
        "chain spec, the newest block of a database), executes it with Core_execute_block, and compares the state root "
        "with the header's. A block that is refused ends with exit status 1, and nothing of it stays.",
    .examples = "scexec block execute --chain polkadot.json @block-1.scale\n"
                "scexec block execute --chain polkadot.json @block-1.scale --diff\n"
                "scexec block execute --state polkadot.db @block-1.scale --commit",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(cli_block_values_t),
               CLI_TYPES_GROUP(cli_block_values_t),
               {"Block", cli_block_parent_options, 0},
               {"Block", cli_block_diff_options, 0},
               {"Block", cli_block_commit_options, 0},
               CLI_STRATEGY_GROUP(cli_block_values_t),
               CLI_ENGINE_GROUP(cli_block_values_t),
               CLI_CACHE_GROUP(cli_block_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_block_values_t),
    .run = run,
    .source = true,
};
