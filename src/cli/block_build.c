/* block_build.c: `scexec block build`: the next block, through the runtime's BlockBuilder API. */
#include "cli/block.h"
#include "cli/commands.h"
#include "cli/events.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>
#include <time.h>

typedef struct build_values {
  cli_block_values_t block;
  cli_list_t extrinsics;
  cli_list_t inherents;
  cli_list_t inherent_data;
  uint64_t timestamp;
  bool timestamp_given;
  uint64_t slot;
  bool slot_given;
  const char *output;
} build_values_t;

static const cli_option_t build_options[] = {
    {.name = "extrinsic",
     .letter = 'x',
     .kind = CLI_LIST,
     .argument = "DATA",
     .help = "An extrinsic, with or without its length in front: 0x…, @FILE or -; may be given several times",
     .offset = offsetof(build_values_t, extrinsics)},
    {.name = "inherent",
     .kind = CLI_LIST,
     .argument = "DATA",
     .help = "An inherent extrinsic in place of those that the runtime makes; may be given several times",
     .offset = offsetof(build_values_t, inherents)},
    {.name = "inherent-data",
     .kind = CLI_LIST,
     .argument = "ID=0x…",
     .help = "Inherent data for the runtime, under an identifier of 8 characters such as timstap0; goes before what is "
             "made",
     .offset = offsetof(build_values_t, inherent_data)},
    {.name = "timestamp",
     .kind = CLI_NUMBER,
     .argument = "MS",
     .help = "Unix time of the block in milliseconds (the next slot's when not given)",
     .offset = offsetof(build_values_t, timestamp),
     .given = offsetof(build_values_t, timestamp_given)},
    {.name = "slot",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Slot of the block (that of its time when not given)",
     .offset = offsetof(build_values_t, slot),
     .given = offsetof(build_values_t, slot_given)},
    {.name = "out",
     .letter = 'o',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Write the block's bytes there; - for standard output, and then nothing else goes there",
     .offset = offsetof(build_values_t, output)},
    {.name = NULL},
};

/* A build on its way. */
typedef struct build {
  cli_t *cli;
  cli_block_t *b;
  const build_values_t *v;
  sce_slot_t slot;
  json_t *rows; /* owned: of the document's extrinsics */
  size_t applied, failed;
  sce_buf_t block;
} build_t;

/* ---- extrinsics ---- */

static void add_row(build_t *build, sce_span_t extrinsic, bool inherent, const sce_applied_t *applied) {
  json_t *row = json_object();
  cli_put_hex(build->cli, row, "extrinsic", extrinsic);
  cli_put(build->cli, row, "inherent", json_boolean(inherent));
  cli_put(build->cli, row, "dispatched", json_boolean(applied->dispatched));
  cli_put_hex(build->cli, row, "outcome", applied->outcome);
  if (build->b->metadata.metadata != NULL) {
    sce_buf_t value = {0};
    sce_error_t *err = cli_outcome_value(&value, &build->b->metadata, applied->outcome);
    if (err == NULL) cli_put(build->cli, row, "outcomeValue", cli_json_parse(sce_buf_span(&value)));
    build->cli->json_failed |= err != NULL;
    sce_error_delete(err);
    sce_buf_free(&value);
  }
  cli_add(build->cli, build->rows, row);
}

/* Why the call in an extrinsic failed, by the error's name and documentation. */
static sce_error_t *warn_failed(const build_t *build, sce_span_t outcome) {
  sce_buf_t reason = {0};
  sce_error_t *err = NULL;
  if (build->b->metadata.metadata != NULL) err = cli_outcome_text(&reason, &build->b->metadata, outcome);
  if (err == NULL)
    cli_warn(build->cli, "extrinsic %zu is part of the block, but its call failed%s%.*s", build->applied - 1,
             reason.len > 0 ? ": " : "", (int)reason.len, reason.len > 0 ? (const char *)reason.data : "");
  sce_buf_free(&reason);
  return err;
}

static sce_error_t *apply(build_t *build, sce_span_t extrinsic, bool inherent) {
  sce_applied_t applied;
  SCE_TRY(cli_block_failed(build->cli, sce_chain_apply(build->b->chain, &applied, extrinsic)));
  if (!applied.included)
    return cli_block_failed(build->cli, sce_error_new(SCE_BAD_BLOCK, "the extrinsic is refused: %s", applied.reason));
  build->applied++;
  if (!applied.dispatched) {
    build->failed++;
    if (build->cli->output != CLI_JSON) SCE_TRY(warn_failed(build, applied.outcome));
  }
  if (build->rows != NULL) add_row(build, extrinsic, inherent, &applied);
  return NULL;
}

static sce_error_t *apply_made(void *ctx, sce_span_t extrinsic) {
  return sce_error_prefix(apply(ctx, extrinsic, true), "inherent made by the runtime");
}

/* Wallets give an extrinsic with its length in front. */
static sce_span_t without_length(sce_span_t bytes) {
  size_t prefix = 0, len = 0;
  if (bytes.len == 0) return bytes;
  unsigned mode = bytes.data[0] & 3;
  prefix = mode == 0 ? 1 : mode == 1 ? 2 : 4;
  if (mode == 3 || bytes.len < prefix) return bytes;
  for (size_t i = prefix; i-- > 0;) len = len << 8 | bytes.data[i];
  return len >> 2 == bytes.len - prefix ? sce_span_skip(bytes, prefix) : bytes;
}

static sce_error_t *apply_list(build_t *build, const cli_list_t *list, const char *option, bool inherent) {
  sce_error_t *err = NULL;
  for (size_t i = 0; i < list->count && err == NULL; i++) {
    sce_buf_t bytes = {0};
    err = cli_read_data(build->cli, &bytes, list->items[i], option);
    if (err == NULL)
      err = sce_error_prefix(apply(build, without_length(sce_buf_span(&bytes)), inherent), "%s %zu", option, i + 1);
    sce_buf_free(&bytes);
  }
  return err;
}

/* ---- inherent data ---- */

/* ID=0x… */
static sce_error_t *read_inherent(sce_inherent_t *inherent, sce_buf_t *data, const char *text) {
  const char *equals = strchr(text, '=');
  if (equals == NULL || equals - text != (ptrdiff_t)sizeof inherent->id)
    return sce_error_new(SCE_MISUSE, "--inherent-data must be ID=0x… with an ID of 8 characters, not \"%.40s\"", text);
  memcpy(inherent->id, text, sizeof inherent->id);
  SCE_TRY(sce_error_prefix(sce_hex_decode(data, sce_span_text(equals + 1)), "--inherent-data"));
  inherent->data = sce_buf_span(data);
  return NULL;
}

static sce_error_t *make_inherents(build_t *build, const sce_inherent_t *more, size_t count) {
  sce_buf_t data = {0};
  sce_error_t *err = sce_chain_inherent_data(build->b->chain, &data, &build->slot, more, count);
  if (err == NULL)
    err = cli_block_failed(build->cli, sce_chain_inherents(build->b->chain, sce_buf_span(&data), apply_made, build));
  sce_buf_free(&data);
  return err;
}

static sce_error_t *apply_inherents(build_t *build) {
  const cli_list_t *given = &build->v->inherent_data;
  if (build->v->inherents.count > 0) return apply_list(build, &build->v->inherents, "--inherent", true);
  sce_inherent_t *inherents = sce_calloc(given->count + 1, sizeof *inherents);
  sce_buf_t *data = sce_calloc(given->count + 1, sizeof *data);
  sce_error_t *err = inherents == NULL || data == NULL ? sce_error_oom() : NULL;
  for (size_t i = 0; i < given->count && err == NULL; i++)
    err = read_inherent(&inherents[i], &data[i], given->items[i]);
  if (err == NULL) err = make_inherents(build, inherents, given->count);
  for (size_t i = 0; data != NULL && i < given->count; i++) sce_buf_free(&data[i]);
  sce_free(data);
  sce_free(inherents);
  return err;
}

/* ---- the block ---- */

static uint64_t clock_ms(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static sce_error_t *begin(build_t *build) {
  const build_values_t *v = build->v;
  sce_buf_t digest = {0};
  sce_error_t *err = sce_chain_next_slot(build->b->chain, &build->slot, v->slot_given ? &v->slot : NULL,
                                         v->timestamp_given ? &v->timestamp : NULL, clock_ms());
  if (err == NULL) err = sce_slot_digest(&build->slot, &digest);
  if (err == NULL) err = sce_chain_begin(build->b->chain, sce_buf_span(&digest));
  sce_buf_free(&digest);
  sce_block_info_t parent;
  if (err != NULL && sce_error_kind(err) == SCE_MISUSE && !sce_chain_parent(build->b->chain, &parent)) {
    sce_error_t *better = sce_error_new(SCE_MISUSE, "%s; give it with --parent HEADER", sce_error_message(err));
    sce_error_delete(err);
    return better;
  }
  return cli_block_failed(build->cli, err);
}

static sce_error_t *make_block(build_t *build) {
  SCE_TRY(begin(build));
  SCE_TRY(apply_inherents(build));
  SCE_TRY(apply_list(build, &build->v->extrinsics, "--extrinsic", false));
  return cli_block_failed(build->cli, sce_chain_finish(build->b->chain, &build->block));
}

/* ---- printing ---- */

static bool to_stdout(const build_values_t *v) {
  return v->output != NULL && strcmp(v->output, "-") == 0;
}

/* The document as far as it goes before the commit; cli_print_json() ends it. */
static sce_error_t *print_document(build_t *build, const sce_block_t *block, const uint8_t hash[32]) {
  const sce_header_t *header = sce_block_header(block);
  json_t *document = json_object();
  cli_put_count(build->cli, document, "number", header->number);
  cli_put_hex(build->cli, document, "hash", sce_span(hash, 32));
  cli_put_hex(build->cli, document, "parentHash", sce_span(header->parent_hash, 32));
  cli_put_hex(build->cli, document, "stateRoot", sce_span(header->state_root, 32));
  cli_put_count(build->cli, document, "slot", build->slot.number);
  cli_put_count(build->cli, document, "timestamp", build->slot.timestamp_ms);
  cli_put_hex(build->cli, document, "block", sce_buf_span(&build->block));
  cli_put(build->cli, document, "extrinsics", build->rows);
  build->rows = NULL;
  if (build->v->block.diff) cli_put(build->cli, document, "phases", cli_phases_take(&build->b->phases));
  sce_error_t *err = NULL;
  if (build->b->metadata.metadata != NULL)
    cli_put(build->cli, document, "values",
            cli_block_values_json(build->cli, &err, &build->b->metadata, block, sce_chain_overlay(build->b->chain)));
  if (err == NULL) return cli_print_json_begin(build->cli, document);
  json_decref(document);
  return err;
}

/* The block where it is to go. */
static sce_error_t *print_block(build_t *build, const sce_block_t *block, const uint8_t hash[32]) {
  const build_values_t *v = build->v;
  const cli_metadata_t *names = build->b->metadata.metadata != NULL ? &build->b->metadata : NULL;
  if (v->output != NULL) SCE_TRY(cli_write_file(v->output, sce_buf_span(&build->block)));
  if (to_stdout(v)) build->cli->output = CLI_HUMAN; /* no document behind it, not of an error either */
  if (build->cli->output == CLI_JSON) return print_document(build, block, hash);
  if (v->block.diff && names != NULL)
    SCE_TRY(cli_block_values_print(build->cli, names, block, sce_chain_overlay(build->b->chain)));
  return v->output == NULL ? cli_write_hex_line(sce_buf_span(&build->block)) : NULL;
}

static sce_error_t *commit(const build_t *build) {
  sce_error_t *err = cli_commit_error(sce_chain_commit(build->b->chain, NULL), &build->b->source.options,
                                      "build the block again, on the newest state");
  const char *file = build->v->output != NULL && !to_stdout(build->v) ? build->v->output : NULL;
  return sce_error_prefix(err, "the block is %s%s, but not committed", file != NULL ? "in " : "printed",
                          file != NULL ? file : "");
}

/* The summary is no result where the block itself is on standard output. */
static sce_error_t *print_summary(const build_t *build, const sce_block_t *block, const uint8_t hash[32]) {
  sce_buf_t text = {0};
  bool beside = build->v->output == NULL || to_stdout(build->v);
  sce_error_t *err = sce_buf_printf(&text, "block %u, %zu extrinsics (%zu failed), %zu bytes%s, hash 0x",
                                    (unsigned)sce_block_header(block)->number, build->applied, build->failed,
                                    build->block.len, build->v->block.commit ? ", committed" : "");
  if (err == NULL) err = sce_hex_append(&text, sce_span(hash, 32));
  if (err == NULL) err = sce_buf_append_byte(&text, '\n');
  if (err == NULL && !beside) err = cli_write(sce_buf_span(&text));
  if (err == NULL && beside && !build->cli->quiet)
    if (fwrite(text.data, 1, text.len, stderr) < text.len) clearerr(stderr);
  sce_buf_free(&text);
  return err;
}

static sce_error_t *conclude(build_t *build, const sce_block_t *block, const uint8_t hash[32]) {
  if (build->cli->output != CLI_JSON) return print_summary(build, block, hash);
  json_t *document = json_object();
  cli_put(build->cli, document, "committed", json_boolean(build->v->block.commit));
  return cli_print_json(build->cli, document);
}

/* The block is where it goes before the state moves on: nobody could make it again. */
static sce_error_t *finish(build_t *build) {
  uint8_t hash[32];
  sce_block_t *block;
  SCE_TRY(sce_chain_decode_block(build->b->chain, &block, sce_buf_span(&build->block)));
  sce_block_hash(block, hash);
  sce_error_t *err = print_block(build, block, hash);
  if (err == NULL && build->v->block.commit) err = cli_flush();
  if (err == NULL && build->v->block.commit) err = commit(build);
  if (err == NULL) err = conclude(build, block, hash);
  sce_block_delete(block);
  return err;
}

static sce_error_t *check_options(const build_values_t *v) {
  if (to_stdout(v) && v->block.diff)
    return sce_error_new(SCE_MISUSE, "--diff prints to standard output, where -o - puts the block: give -o a file");
  return NULL;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  cli_block_t b = {.compile_ns = 0};
  build_t build = {.cli = cli, .b = &b, .v = values};
  if (cli->output == CLI_JSON) build.rows = json_array();
  sce_error_t *err = check_options(build.v);
  if (err == NULL) err = cli_block_open(cli, &b, &build.v->block, NULL);
  if (err == NULL && !build.v->block.hex) cli_block_name(cli, &b);
  if (err == NULL) err = make_block(&build);
  if (err == NULL) err = finish(&build);
  cli_block_close(&b);
  json_decref(build.rows);
  sce_buf_free(&build.block);
  return err;
}

const cli_command_t cli_block_build_command = {
    .name = "block build",
    .summary = "Makes the next block on a state, and prints it",
    .description =
        "Initializes a block with a slot that the runtime's consensus asks for (BABE or Aura), applies the inherent "
        "extrinsics that the runtime makes for the time and the extrinsics given, finalizes it, and prints it in "
        "SCALE. It "
        "has no seal. An extrinsic that is not valid ends with exit status 1; one whose call fails is part of the "
        "block.",
    .examples = "scexec block build --chain westend.json -o block-1.scale\n"
                "scexec block build --state westend.db --extrinsic @transfer.hex --commit",
    .groups = {CLI_SOURCE_GROUP(cli_block_values_t),
               CLI_TYPES_GROUP(cli_block_values_t),
               {"Block", build_options, 0},
               {"Block", cli_block_parent_options, 0},
               {"Block", cli_block_diff_options, 0},
               {"Block", cli_block_commit_options, 0},
               CLI_STRATEGY_GROUP(cli_block_values_t),
               CLI_ENGINE_GROUP(cli_block_values_t),
               CLI_CACHE_GROUP(cli_block_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(build_values_t),
    .run = run,
    .source = true,
};
