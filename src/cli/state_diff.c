/* state_diff.c: `scexec state diff`: the keys in which two states differ, printed as they are found. */
#include "cli/commands.h"
#include "cli/difference.h"
#include "cli/state.h"
#include "cli/storage_key.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

typedef struct diff_values {
  cli_common_t common;
  const char *at_a, *at_b;
  cli_source_options_t types; /* --types alone */
  bool hex;
} diff_values_t;

static const cli_option_t diff_options[] = {
    {.name = "at-a",
     .kind = CLI_TEXT,
     .argument = "BLOCK",
     .help = "Of the database A the state that this block made, by hash or number; the newest when not given",
     .offset = offsetof(diff_values_t, at_a)},
    {.name = "at-b",
     .kind = CLI_TEXT,
     .argument = "BLOCK",
     .help = "The same of B, which may be the same database",
     .offset = offsetof(diff_values_t, at_b)},
    {.name = "hex",
     .kind = CLI_FLAG,
     .help = "Bytes as they are: no values, no names",
     .offset = offsetof(diff_values_t, hex)},
    {.name = NULL},
};

/* A directory is a database, anything else a chain spec. */
static sce_error_t *options_of(cli_source_options_t *options, const char *path, const char *at, const char *name) {
  struct stat status;
  bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
  *options = directory ? (cli_source_options_t){.state = path, .at = at, .at_name = name}
                       : (cli_source_options_t){.chain = path, .argument = true};
  if (directory || at == NULL) return NULL;
  return sce_error_new(SCE_MISUSE, "--%s needs a database: %s is none", name, path);
}

static bool same_directory(const cli_source_options_t *a, const cli_source_options_t *b) {
  struct stat first, second;
  return a->state != NULL && b->state != NULL && stat(a->state, &first) == 0 && stat(b->state, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* A process opens a database once; both states are of that then. */
static sce_error_t *load_second(cli_t *cli, cli_source_t *b, const cli_source_t *a,
                                const cli_source_options_t *options) {
  if (same_directory(&a->options, options)) return cli_source_load_beside(b, a, options);
  return cli_source_load_state(cli, b, options, CLI_LAYOUT_EMBEDDED);
}

/* Metadata of the code that wrote a state. Where it has none to give, keys and values stay bytes, unless they are asked
 * for by name. */
static sce_error_t *load_metadata(cli_t *cli, cli_metadata_t *metadata, cli_session_t *session, bool named) {
  sce_error_t *err = cli_metadata_of_state(cli, metadata, session);
  if (err == NULL || named || session->source.options.types != NULL) return err;
  cli_warn(cli, "keys and values stay hexadecimal: %s", sce_error_message(err));
  sce_error_delete(err);
  return NULL;
}

/* What is printed: all, or the top trie's keys under a prefix. */
typedef struct filter {
  cli_differences_t printer;
  sce_buf_t prefix; /* empty: all */
} filter_t;

static sce_error_t *print_wanted(void *ctx, const sce_state_difference_t *d) {
  filter_t *filter = ctx;
  sce_span_t prefix = sce_buf_span(&filter->prefix);
  if (prefix.len > 0 && (d->child != NULL || !sce_span_starts_with(d->key, prefix))) return NULL;
  return cli_differences_print(&filter->printer, d);
}

/* Names and values of both sides, each by the code that wrote it. Where that is one code it is asked once. */
typedef struct sides {
  cli_session_t a, b;
  cli_metadata_t metadata_a, metadata_b;
} sides_t;

static const cli_metadata_t *there(const cli_metadata_t *metadata) {
  return metadata->metadata != NULL ? metadata : NULL;
}

static sce_error_t *load_names(cli_t *cli, cli_names_t *names, sides_t *sides, bool named) {
  SCE_TRY(load_metadata(cli, &sides->metadata_b, &sides->b, named));
  names->after = there(&sides->metadata_b);
  names->before = names->after;
  sce_error_t *err = cli_source_choose_code(cli, &sides->a.source, SCE_CODE_READ, &sides->b.cache_path);
  if (err != NULL && sce_error_kind(err) == SCE_NOT_FOUND) { /* a state without code: the other side's names */
    sce_error_delete(err);
    return NULL;
  }
  if (err != NULL || sce_span_equal(sides->a.source.code, sides->b.source.code)) return err;
  SCE_TRY(load_metadata(cli, &sides->metadata_a, &sides->a, false));
  names->before = there(&sides->metadata_a);
  return NULL;
}

static sce_error_t *compare(cli_t *cli, const diff_values_t *v, sides_t *sides, const cli_list_t *words) {
  cli_names_t names = {NULL, NULL};
  filter_t filter = {.prefix = {0}};
  bool named = cli_key_is_named(words->items + 2, words->count - 2);
  sce_error_t *err = !v->hex || named ? load_names(cli, &names, sides, named) : NULL;
  if (err == NULL) err = cli_key_read(&filter.prefix, &sides->metadata_b, words->items + 2, words->count - 2);
  if (v->hex) names = (cli_names_t){NULL, NULL};
  if (err == NULL) err = cli_differences_begin(&filter.printer, cli, names);
  if (err == NULL) err = sce_state_diff(sides->a.source.state, sides->b.source.state, print_wanted, &filter);
  if (err == NULL) err = cli_differences_end(&filter.printer);
  sce_buf_free(&filter.prefix);
  return err;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const diff_values_t *v = values;
  cli_source_options_t options_a, options_b;
  sides_t sides = {.a = {.compile_ns = 0}};
  SCE_TRY(options_of(&options_a, words->items[0], v->at_a, "at-a"));
  SCE_TRY(options_of(&options_b, words->items[1], v->at_b, "at-b"));
  options_a.types = options_b.types = v->types.types;
  sce_error_t *err = cli_source_load_state(cli, &sides.a.source, &options_a, CLI_LAYOUT_EMBEDDED);
  if (err == NULL) err = load_second(cli, &sides.b.source, &sides.a.source, &options_b);
  if (err == NULL) err = compare(cli, v, &sides, words);
  cli_metadata_free(&sides.metadata_a);
  cli_metadata_free(&sides.metadata_b);
  cli_session_close(&sides.b);
  cli_session_close(&sides.a);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "A", .help = "A state database, or a chain spec"},
    {.name = "B", .help = "The same: what changed from A to B is shown"},
    {.name = "PREFIX",
     .help = "Only keys under it: 0x…, or PALLET, PALLET.ITEM, with the first of its keys",
     .optional = true,
     .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_state_diff_command = {
    .name = "state diff",
    .summary = "Shows the keys in which two states differ",
    .description = "Shows what B adds (+), removes (-) and changes (~) against A, the top trie first, then each child.",
    .examples = "scexec state diff polkadot.json polkadot.db\n"
                "scexec state diff polkadot.json polkadot.db System.Account\n"
                "scexec state diff polkadot.db polkadot.db --at-a 1",
    .positionals = positionals,
    .groups = {{"State", diff_options, 0},
               {"State", cli_types_options, offsetof(diff_values_t, types)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(diff_values_t),
    .run = run,
};
