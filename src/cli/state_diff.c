/* state_diff.c: `scexec state diff`: the keys in which two states differ, printed as they are found. */
#include "cli/commands.h"
#include "cli/difference.h"
#include "cli/state.h"

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

typedef struct diff_values {
  cli_common_t common;
  bool hex;
} diff_values_t;

static const cli_option_t options[] = {
    {.name = "hex",
     .kind = CLI_FLAG,
     .help = "Bytes as they are: no values, no names",
     .offset = offsetof(diff_values_t, hex)},
    {.name = NULL},
};

/* A directory is a database, anything else a chain spec. */
static cli_source_options_t options_of(const char *path) {
  struct stat status;
  bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
  return directory ? (cli_source_options_t){.state = path} : (cli_source_options_t){.chain = path};
}

/* Metadata of the second state's code. Where it has none to give, keys and values stay bytes. */
static void try_metadata(cli_t *cli, cli_metadata_t *metadata, cli_session_t *session, const char *path) {
  cli_source_options_t source = options_of(path);
  if (source.state != NULL) return; /* opened already, and a process opens a directory once */
  sce_error_t *err = cli_metadata_open(cli, metadata, session, &source, 0);
  if (err != NULL) cli_warn(cli, "keys and values stay hexadecimal: %s", sce_error_message(err));
  sce_error_delete(err);
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const diff_values_t *v = values;
  cli_source_options_t options_a = options_of(words->items[0]), options_b = options_of(words->items[1]);
  cli_source_t a = {0}, b = {0};
  cli_session_t session = {0};
  cli_metadata_t metadata = {0};
  sce_error_t *err = cli_source_load_state(cli, &a, &options_a, CLI_LAYOUT_EMBEDDED);
  if (err == NULL) err = cli_source_load_state(cli, &b, &options_b, CLI_LAYOUT_EMBEDDED);
  if (err == NULL && !v->hex) try_metadata(cli, &metadata, &session, words->items[1]);
  cli_differences_t printer;
  if (err == NULL) err = cli_differences_begin(&printer, cli, metadata.metadata != NULL ? &metadata : NULL);
  if (err == NULL) err = sce_state_diff(a.state, b.state, cli_differences_print, &printer);
  if (err == NULL) err = cli_differences_end(&printer);
  cli_metadata_free(&metadata);
  cli_session_close(&session);
  cli_source_free(&a);
  cli_source_free(&b);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "A", .help = "A state database, or a raw chain spec"},
    {.name = "B", .help = "The same: what changed from A to B is shown"},
    {.name = NULL},
};

const cli_command_t cli_state_diff_command = {
    .name = "state diff",
    .summary = "Shows the keys in which two states differ",
    .description = "Shows what B adds (+), removes (-) and changes (~) against A, the top trie first, then each child.",
    .examples = "scexec state diff polkadot.json polkadot.db",
    .positionals = positionals,
    .groups = {{"State", options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(diff_values_t),
    .run = run,
};
