/* state_import.c: `scexec state import`, `export`, `verify`, `history`: states that last, in a directory. */
#include "cli/commands.h"
#include "cli/file_out.h"
#include "cli/state.h"

#include "base/buf.h"
#include "base/error.h"

/* Shows how far the work is. */
static sce_error_t *show_progress(void *ctx, uint64_t done, uint64_t total) {
  cli_progress_update(ctx, done, total, "keys");
  return NULL;
}

/* ---- import ---- */

typedef struct import_values {
  cli_common_t common;
  uint64_t keep;
  int version;
  bool version_given;
  bool no_sync;
  const char *header;
} import_values_t;

static const char *const versions[] = {"0", "1", NULL};

static const cli_option_t import_options[] = {
    {.name = "keep",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Older states to keep beside the newest",
     .offset = offsetof(import_values_t, keep),
     .preset = "16",
     .max = 1000000},
    {.name = "state-version",
     .kind = CLI_CHOICE,
     .argument = "N",
     .help = "Layout of the genesis values, where it is not to be that of the spec's runtime",
     .offset = offsetof(import_values_t, version),
     .given = offsetof(import_values_t, version_given),
     .choices = versions},
    {.name = "header",
     .kind = CLI_TEXT,
     .argument = "HEADER",
     .help = "Header of the block that made the state, where the spec does not tell: SCALE as 0x…, or JSON as "
             "chain_getHeader answers; text, @FILE or -",
     .offset = offsetof(import_values_t, header)},
    {.name = "no-sync",
     .kind = CLI_FLAG,
     .help = "Do not wait for the disk: faster, but a power failure may lose the whole import",
     .offset = offsetof(import_values_t, no_sync)},
    {.name = NULL},
};

/* The header of the block that made the state, where the user knows it. */
static sce_error_t *set_header(cli_t *cli, sce_state_t *state, const char *text) {
  sce_buf_t header = {0};
  sce_block_info_t block;
  sce_error_t *err = cli_read_header(cli, &header, text, "--header");
  if (err == NULL) err = sce_error_prefix(sce_state_check_header(state, &block, sce_buf_span(&header)), "--header");
  if (err == NULL) err = sce_state_set_block(state, &block);
  if (err != NULL && sce_error_kind(err) == SCE_BAD_BLOCK) cli->exit_code = CLI_BAD_INPUT; /* no block was run */
  sce_buf_free(&header);
  return err;
}

static sce_error_t *import_into(cli_t *cli, sce_state_t **database, const cli_source_t *source,
                                const import_values_t *v) {
  sce_block_origin_t origin;
  if (v->header != NULL) SCE_TRY(set_header(cli, source->state, v->header));
  SCE_TRY(sce_state_find_block(source->state, &origin, source->spec));
  cli_progress_t progress;
  cli_progress_start(&progress, cli, "importing");
  sce_state_import_t how = {.size = sizeof how,
                            .spec = source->spec,
                            .keep = (uint32_t)v->keep,
                            .progress = show_progress,
                            .progress_ctx = &progress};
  sce_error_t *err = sce_state_import(database, source->state, &how);
  cli_progress_end(&progress);
  return err;
}

static sce_error_t *print_imported(cli_t *cli, const sce_state_t *state, const char *dir, uint64_t ns) {
  uint8_t root[32];
  uint64_t keys;
  sce_block_info_t block = {0};
  SCE_TRY(sce_state_root(state, root, NULL));
  SCE_TRY(sce_state_count(state, &keys, NULL));
  bool known = sce_state_block(state, &block);
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_text(cli, document, "state", dir);
    cli_put_hex(cli, document, "stateRoot", sce_span(root, 32));
    cli_put(cli, document, "genesisHash",
            known && block.number == 0 ? cli_json_hex(sce_span(block.hash, 32)) : json_null());
    cli_put(cli, document, "number", known ? cli_json_count(block.number) : json_null());
    cli_put(cli, document, "hash", known ? cli_json_hex(sce_span(block.hash, 32)) : json_null());
    cli_put_count(cli, document, "keys", keys);
    cli_put_ms(cli, document, "importMs", ns);
    return cli_print_json(cli, document);
  }
  char time[32];
  SCE_TRY(cli_printf("%s: %llu keys in %s, state root ", dir, (unsigned long long)keys, cli_time_text(time, ns)));
  SCE_TRY(cli_write_hex_line(sce_span(root, 32)));
  if (!known)
    cli_warn(cli, "it is not known which block made this state: give its header with --header to build blocks on it");
  return NULL;
}

static sce_error_t *import_source(cli_t *cli, const cli_source_t *source, const char *dir, const import_values_t *v) {
  uint64_t start = cli_now_ns();
  sce_state_t *database = NULL;
  sce_state_options_t how = {.size = sizeof how, .create = true, .no_sync = v->no_sync, .keep = SCE_STATE_KEEP_STORED};
  SCE_TRY(sce_state_open(&database, dir, &how));
  sce_error_t *err = import_into(cli, &database, source, v);
  if (err == NULL) err = print_imported(cli, database, dir, cli_now_ns() - start);
  sce_state_delete(database);
  return err;
}

static sce_error_t *run_import(cli_t *cli, const void *values, const cli_list_t *words) {
  const import_values_t *v = values;
  cli_source_options_t options = {.chain = words->items[0], .argument = true};
  cli_source_t source;
  sce_error_t *err = cli_source_load_state(cli, &source, &options, v->version_given ? v->version : CLI_LAYOUT_ASKED);
  if (err == NULL) err = import_source(cli, &source, words->items[1], v);
  cli_source_free(&source);
  return err;
}

static const cli_positional_t import_positionals[] = {
    {.name = "SPEC", .help = "Chain spec; - for standard input"},
    {.name = "DIR", .help = "Directory of the database: made, or there and empty"},
    {.name = NULL},
};

const cli_command_t cli_state_import_command = {
    .name = "state import",
    .summary = "Makes a state database out of a chain spec",
    .description = "Makes a database of the state in a chain spec, in one transaction: after a crash it is there as "
                   "a whole or not at all. --state DIR is then a SOURCE of other commands. The state is that of the "
                   "genesis block, or, of a spec that `scexec state export` has written, of the block that it was "
                   "exported at.",
    .examples = "scexec state import polkadot.json polkadot.db\n"
                "scexec call --state polkadot.db Core_version",
    .positionals = import_positionals,
    .groups = {{"State", import_options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(import_values_t),
    .run = run_import,
};

/* ---- export ---- */

typedef struct export_values {
  cli_state_values_t state;
  const char *output;
} export_values_t;

static const cli_option_t export_options[] = {
    {.name = "out",
     .letter = 'o',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Where the spec goes; standard output when not given",
     .offset = offsetof(export_values_t, output)},
    {.name = NULL},
};

static sce_error_t *export_state(cli_t *cli, const cli_source_t *source, const char *path) {
  cli_file_out_t out;
  cli_progress_t progress;
  cli_progress_start(&progress, cli, "exporting");
  sce_error_t *err = cli_file_out_open(&out, path);
  if (out.path == NULL) cli->output = CLI_HUMAN; /* standard output is the spec's: no error document behind it */
  if (err == NULL)
    err = sce_state_export(source->state, source->spec, cli_file_out_write, &out, show_progress, &progress);
  cli_progress_end(&progress);
  return cli_file_out_close(&out, err);
}

static sce_error_t *run_export(cli_t *cli, const void *values, const cli_list_t *words) {
  const export_values_t *v = values;
  cli_source_options_t options = v->state.source;
  SCE_TRY(cli_take_dir(&options, words));
  cli_source_t source;
  sce_error_t *err = cli_source_load_state(cli, &source, &options, CLI_LAYOUT_EMBEDDED);
  if (err == NULL) err = export_state(cli, &source, v->output);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_state_export_command = {
    .name = "state export",
    .summary = "Writes a state as a raw chain spec",
    .examples = "scexec state export --state polkadot.db --at 1 -o polkadot-1.json",
    .positionals = cli_dir_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"State", export_options, 0},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(export_values_t),
    .run = run_export,
    .source = true,
};

/* ---- verify ---- */

static sce_error_t *load_database(cli_t *cli, cli_source_t *source, const cli_state_values_t *v,
                                  const cli_list_t *words) {
  cli_source_options_t options = v->source;
  *source = (cli_source_t){.cli = cli};
  SCE_TRY(cli_take_dir(&options, words));
  if (options.state == NULL) return sce_error_new(SCE_MISUSE, "a database is missing: DIR or --state DIR");
  return cli_source_load_state(cli, source, &options, CLI_LAYOUT_EMBEDDED);
}

static sce_error_t *verify_state(cli_t *cli, const cli_source_t *source) {
  cli_progress_t progress;
  uint8_t root[32];
  uint64_t start = cli_now_ns();
  cli_progress_start(&progress, cli, "verifying");
  sce_error_t *err = sce_state_verify(source->state, show_progress, &progress);
  cli_progress_end(&progress);
  if (err == NULL) err = sce_state_root(source->state, root, NULL);
  if (err != NULL) return err;
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put(cli, document, "valid", json_true());
    cli_put_hex(cli, document, "stateRoot", sce_span(root, 32));
    cli_put_ms(cli, document, "verifyMs", cli_now_ns() - start);
    return cli_print_json(cli, document);
  }
  SCE_TRY(cli_printf("all is well, state root "));
  return cli_write_hex_line(sce_span(root, 32));
}

static sce_error_t *run_verify(cli_t *cli, const void *values, const cli_list_t *words) {
  cli_source_t source;
  sce_error_t *err = load_database(cli, &source, values, words);
  if (err == NULL) err = verify_state(cli, &source);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_state_verify_command = {
    .name = "state verify",
    .summary = "Checks a state database from the ground up",
    .description =
        "Checks every page and record of a state database, and computes the roots of all tries anew from the "
        "values, for each state that is kept. A damaged database is reported with exit status 3.",
    .examples = "scexec state verify polkadot.db",
    .positionals = cli_dir_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_state_values_t),
    .run = run_verify,
    .source = true,
};

/* ---- history ---- */

static sce_error_t *print_state(cli_t *cli, json_t *rows, bool has_block, const sce_block_info_t *block,
                                const uint8_t root[32]) {
  if (cli->output == CLI_JSON) {
    json_t *row = json_object();
    cli_put(cli, row, "number", has_block ? cli_json_count(block->number) : json_null());
    cli_put(cli, row, "hash", has_block ? cli_json_hex(sce_span(block->hash, 32)) : json_null());
    cli_put_hex(cli, row, "stateRoot", sce_span(root, 32));
    cli_add(cli, rows, row);
    return NULL;
  }
  char number[16] = "-";
  if (has_block) snprintf(number, sizeof number, "%u", (unsigned)block->number);
  SCE_TRY(cli_printf("%10s  ", number));
  for (int i = 0; has_block && i < 32; i++) SCE_TRY(cli_printf(i == 0 ? "0x%02x" : "%02x", block->hash[i]));
  if (!has_block) SCE_TRY(cli_printf("%-66s", "-"));
  SCE_TRY(cli_printf("  state root "));
  return cli_write_hex_line(sce_span(root, 32));
}

static sce_error_t *print_history(cli_t *cli, const sce_state_t *state) {
  json_t *rows = cli->output == CLI_JSON ? json_array() : NULL;
  sce_error_t *err = NULL;
  bool found = true;
  for (uint64_t back = 0; err == NULL && found; back++) {
    bool has_block;
    sce_block_info_t block;
    uint8_t root[32];
    err = sce_state_history(state, &found, &has_block, &block, root, back);
    if (err == NULL && found) err = print_state(cli, rows, has_block, &block, root);
  }
  if (err != NULL || cli->output != CLI_JSON) {
    json_decref(rows);
    return err;
  }
  json_t *document = json_object();
  cli_put(cli, document, "states", rows);
  return cli_print_json(cli, document);
}

static sce_error_t *run_history(cli_t *cli, const void *values, const cli_list_t *words) {
  cli_source_t source;
  sce_error_t *err = load_database(cli, &source, values, words);
  if (err == NULL) err = print_history(cli, source.state);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_state_history_command = {
    .name = "state history",
    .summary = "Lists the states that a database keeps, the newest first",
    .examples = "scexec state history polkadot.db",
    .positionals = cli_dir_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_state_values_t),
    .run = run_history,
    .source = true,
};
