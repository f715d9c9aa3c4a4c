/* metadata.c: `scexec metadata` and `scexec api`: what a runtime says of itself, as an outline. */
#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/metadata_of.h"

#include "base/buf.h"
#include "base/error.h"

typedef struct metadata_values {
  cli_common_t common;
  cli_source_options_t source;
  uint64_t version;
  bool version_given;
  bool docs, registry, diff;
} metadata_values_t;

/* Output forms of `metadata`: the third is the metadata's own bytes. */
#define OUTPUT_SCALE ((int)CLI_RAW)
static const char *const metadata_outputs[] = {"human", "json", "scale", NULL};

static const cli_option_t version_options[] = {
    {.name = "metadata-version",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Ask the runtime for this version; the best that it offers when not given",
     .offset = offsetof(metadata_values_t, version),
     .given = offsetof(metadata_values_t, version_given),
     .min = 8,
     .max = 255},
    {.name = "docs", .kind = CLI_FLAG, .help = "With documentation", .offset = offsetof(metadata_values_t, docs)},
    {.name = NULL},
};

static const cli_option_t metadata_options[] = {
    {.name = "registry",
     .kind = CLI_FLAG,
     .help = "With --output json: the type registry as well",
     .offset = offsetof(metadata_values_t, registry)},
    {.name = "diff",
     .kind = CLI_FLAG,
     .help = "Compare two files instead: code, chain specs, or metadata in SCALE",
     .offset = offsetof(metadata_values_t, diff)},
    {.name = NULL},
};

static const cli_option_t output_options[] = {
    {.name = "output",
     .letter = 'O',
     .kind = CLI_CHOICE,
     .argument = "FORM",
     .help = "How results are printed",
     .offset = offsetof(cli_common_t, output),
     .preset = "human",
     .choices = metadata_outputs},
    {.name = NULL},
};

static unsigned flags_of(const cli_t *cli, const metadata_values_t *v) {
  unsigned flags = v->docs ? SCE_OUTLINE_DOCS : 0;
  if (cli->output == CLI_JSON) flags |= SCE_OUTLINE_JSON | (v->registry ? SCE_OUTLINE_TYPES : 0);
  return flags;
}

/* An outline as the library gives it; JSON is laid out. */
static sce_error_t *print_outline(const cli_t *cli, sce_span_t text) {
  if (cli->output != CLI_JSON) return cli_write_text(text);
  sce_buf_t out = {0};
  sce_error_t *err = sce_json_indent(&out, text, 2);
  if (err == NULL) err = cli_write(sce_buf_span(&out));
  if (err == NULL) err = cli_write(sce_span("\n", 1));
  sce_buf_free(&out);
  return err;
}

typedef sce_error_t *(*outline_fn)(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector, unsigned flags);

static sce_error_t *show(cli_t *cli, const metadata_values_t *v, const cli_list_t *words, outline_fn outline) {
  if (words->count > 1) return sce_error_new(SCE_MISUSE, "\"%s\" is one argument too many", words->items[1]);
  cli_session_t session = {0};
  cli_metadata_t metadata = {0};
  sce_buf_t text = {0};
  sce_error_t *err = cli_metadata_open(cli, &metadata, &session, &v->source, (uint32_t)v->version);
  bool apis = outline == sce_metadata_outline_apis;
  cli_exports_t exports = {0};
  if (err == NULL && apis) err = cli_exports_match(&exports, &session, &metadata);
  bool scale = (int)cli->output == OUTPUT_SCALE;
  if (err == NULL && scale) err = cli_write(sce_buf_span(&metadata.scale));
  sce_span_t selector = words->count > 0 ? sce_span_text(words->items[0]) : (sce_span_t){0};
  if (err == NULL && !scale) err = outline(metadata.metadata, &text, selector, flags_of(cli, v));
  if (err == NULL && apis && selector.len == 0) err = cli_exports_append(&text, &exports, cli->output == CLI_JSON);
  cli_exports_free(&exports);
  if (err == NULL && !scale) err = print_outline(cli, sce_buf_span(&text));
  sce_buf_free(&text);
  cli_metadata_free(&metadata);
  cli_session_close(&session);
  return err;
}

static sce_error_t *diff(cli_t *cli, const metadata_values_t *v, const cli_list_t *words) {
  cli->words_are_files = true;
  if (words->count != 2) return sce_error_new(SCE_MISUSE, "--diff needs two files: the older runtime, then the newer");
  cli_metadata_t older = {0}, newer = {0};
  sce_buf_t text = {0};
  sce_error_t *err = cli_metadata_read(cli, &older, words->items[0], v->source.types);
  if (err == NULL) err = cli_metadata_read(cli, &newer, words->items[1], v->source.types);
  if (err == NULL) err = sce_metadata_diff(&text, older.metadata, newer.metadata, flags_of(cli, v));
  if (err == NULL) err = print_outline(cli, sce_buf_span(&text));
  sce_buf_free(&text);
  cli_metadata_free(&older);
  cli_metadata_free(&newer);
  return err;
}

static sce_error_t *check_diff(const cli_t *cli, const metadata_values_t *v) {
  const cli_source_options_t *source = &v->source;
  if (source->chain != NULL || source->runtime != NULL || source->state != NULL || source->metadata != NULL)
    return sce_error_new(SCE_MISUSE, "--diff compares two files: give no --chain, --runtime or --state");
  if ((int)cli->output == OUTPUT_SCALE) return sce_error_new(SCE_MISUSE, "--diff and --output scale disagree");
  if (v->version_given) return sce_error_new(SCE_MISUSE, "--diff and --metadata-version disagree");
  return v->registry ? sce_error_new(SCE_MISUSE, "--diff and --registry disagree") : NULL;
}

static sce_error_t *check_show(const cli_t *cli, const metadata_values_t *v, const cli_list_t *words) {
  if (v->registry && cli->output != CLI_JSON) return sce_error_new(SCE_MISUSE, "--registry belongs to --output json");
  if ((int)cli->output != OUTPUT_SCALE) return NULL;
  if (words->count > 0) return sce_error_new(SCE_MISUSE, "--output scale is all of the metadata: leave NAME out");
  return v->docs ? sce_error_new(SCE_MISUSE, "--docs and --output scale disagree") : NULL;
}

static sce_error_t *run_metadata(cli_t *cli, const void *values, const cli_list_t *words) {
  const metadata_values_t *v = values;
  SCE_TRY(v->diff ? check_diff(cli, v) : check_show(cli, v, words));
  return v->diff ? diff(cli, v, words) : show(cli, v, words, sce_metadata_outline);
}

static sce_error_t *run_api(cli_t *cli, const void *values, const cli_list_t *words) {
  if (words->count == 0) return show(cli, values, words, sce_metadata_outline_apis);
  sce_buf_t method = {0};
  sce_error_t *err = cli_read_method(&method, words->items[0]);
  const char *name = (const char *)method.data;
  if (err == NULL) err = show(cli, values, &(cli_list_t){.items = &name, .count = 1}, sce_metadata_outline_apis);
  sce_buf_free(&method);
  return err;
}

static const cli_positional_t metadata_positionals[] = {
    {.name = "NAME",
     .help = "PALLET or PALLET.ITEM; everything when left out. With --diff: two files, the older first",
     .optional = true,
     .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_metadata_command = {
    .name = "metadata",
    .summary = "Shows pallets, calls, storage, events, errors, constants of a runtime, or what changed",
    .description =
        "Asks the runtime for its metadata and prints an outline: pallets with their storage, calls, events, "
        "errors and constants, and the runtime APIs. With --diff, what the second file adds (+), removes (-) "
        "and changes (~) against the first.",
    .examples = "scexec metadata --chain polkadot.json\n"
                "scexec metadata --chain paseo.json Balances.transfer_keep_alive --docs\n"
                "scexec metadata --runtime new.wasm --output scale > metadata.scale\n"
                "scexec metadata --diff old.wasm new.wasm",
    .positionals = metadata_positionals,
    .groups = {{"Source", cli_source_options, offsetof(metadata_values_t, source)},
               {"Source", cli_metadata_source_options, offsetof(metadata_values_t, source)},
               {"Source", cli_types_options, offsetof(metadata_values_t, source)},
               {"Source", cli_strict_options, offsetof(metadata_values_t, source)},
               {"Metadata", version_options, 0},
               {"Metadata", metadata_options, 0},
               {"Output", output_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(metadata_values_t),
    .run = run_metadata,
    .source = true,
};

static const cli_positional_t api_positionals[] = {
    {.name = "NAME",
     .help = "An API, or a method of one: Core, Core_version or Core.version; all when left out",
     .optional = true},
    {.name = NULL},
};

const cli_command_t cli_api_command = {
    .name = "api",
    .summary = "Lists runtime APIs: methods, arguments and results with their types",
    .description =
        "Lists the runtime APIs: methods, arguments and results with their types. Metadata of version 15 and "
        "later describes them; for older runtimes a table of the well-known ones is used.",
    .examples = "scexec api --chain polkadot.json\n"
                "scexec api --chain paseo.json AccountNonceApi",
    .positionals = api_positionals,
    .groups = {{"Source", cli_source_options, offsetof(metadata_values_t, source)},
               {"Source", cli_metadata_source_options, offsetof(metadata_values_t, source)},
               {"Source", cli_types_options, offsetof(metadata_values_t, source)},
               {"Source", cli_strict_options, offsetof(metadata_values_t, source)},
               {"Metadata", version_options, 0},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(metadata_values_t),
    .run = run_api,
    .source = true,
};
