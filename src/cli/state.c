/* state.c: see state.h; and `scexec state root`. */
#include "cli/state.h"
#include "cli/commands.h"
#include "cli/source_kind.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

const cli_option_t cli_child_options[] = {
    {.name = "child",
     .kind = CLI_TEXT,
     .argument = "NAME",
     .help = "A default child trie in place of the top trie: its name as text or 0x…",
     .offset = offsetof(cli_state_values_t, child)},
    {.name = "hex",
     .kind = CLI_FLAG,
     .help = "Bytes as they are: no values, no names",
     .offset = offsetof(cli_state_values_t, hex)},
    {.name = NULL},
};

static sce_error_t *set_child(cli_state_t *state, const char *name) {
  if (name == NULL) return NULL;
  if (strncmp(name, "0x", 2) == 0)
    SCE_TRY(sce_error_prefix(sce_hex_decode(&state->child_name, sce_span_text(name)), "--child"));
  else
    SCE_TRY(sce_buf_append(&state->child_name, name, strlen(name)));
  state->child_span = sce_buf_span(&state->child_name);
  state->child = &state->child_span;
  return NULL;
}

sce_error_t *cli_take_dir(cli_source_options_t *options, const cli_list_t *words) {
  if (words->count == 0) return NULL;
  if (options->state != NULL || options->chain != NULL)
    return sce_error_new(SCE_MISUSE, "DIR and --state or --chain are both a state: give one of them");
  SCE_TRY(cli_check_directory(words->items[0]));
  options->state = words->items[0];
  return NULL;
}

sce_error_t *cli_state_open(cli_t *cli, cli_state_t *state, const cli_state_values_t *v, bool metadata) {
  *state = (cli_state_t){0};
  SCE_TRY(set_child(state, v->child));
  cli_source_options_t source = v->source;
  source.use = SCE_CODE_READ;
  if (metadata) return cli_metadata_open(cli, &state->metadata, &state->session, &source, 0);
  return cli_source_load_state(cli, &state->session.source, &source, CLI_LAYOUT_EMBEDDED);
}

void cli_state_close(cli_state_t *state) {
  cli_metadata_free(&state->metadata);
  cli_session_close(&state->session);
  sce_buf_free(&state->child_name);
}

const cli_positional_t cli_dir_positionals[] = {
    {.name = "DIR", .help = "A state database: the same as --state DIR", .optional = true},
    {.name = NULL},
};

/* ---- state root ---- */

typedef struct root_values {
  cli_state_values_t state;
  int version;
  bool version_given;
} root_values_t;

static const char *const versions[] = {"0", "1", NULL};

static const cli_option_t root_options[] = {
    {.name = "state-version",
     .kind = CLI_CHOICE,
     .argument = "N",
     .help = "Layout of the genesis values of --chain, where it is not to be that of its runtime",
     .offset = offsetof(root_values_t, version),
     .given = offsetof(root_values_t, version_given),
     .choices = versions},
    {.name = NULL},
};

static sce_error_t *print_root(cli_t *cli, const uint8_t root[32], const uint8_t hash[32], uint64_t keys) {
  sce_span_t root_span = sce_span(root, 32), hash_span = sce_span(hash, 32);
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_hex(cli, document, "stateRoot", root_span);
    cli_put(cli, document, "genesisHash", hash != NULL ? cli_json_hex(hash_span) : json_null());
    cli_put_count(cli, document, "keys", keys);
    return cli_print_json(cli, document);
  }
  SCE_TRY(cli_printf("state root    "));
  SCE_TRY(cli_write_hex_line(root_span));
  if (hash != NULL) {
    SCE_TRY(cli_printf("genesis hash  "));
    SCE_TRY(cli_write_hex_line(hash_span));
  }
  return cli_printf("keys          %llu\n", (unsigned long long)keys);
}

static sce_error_t *genesis_hash(uint8_t hash[32], bool *known, const cli_source_t *source) {
  sce_block_origin_t origin;
  sce_block_info_t block;
  SCE_TRY(sce_state_find_block(source->state, &origin, source->spec));
  *known = origin == SCE_ORIGIN_GENESIS && sce_state_block(source->state, &block);
  if (*known) memcpy(hash, block.hash, 32);
  return NULL;
}

static sce_error_t *run_root(cli_t *cli, const void *values, const cli_list_t *words) {
  const root_values_t *v = values;
  cli_source_t source;
  uint8_t root[32], hash[32];
  uint64_t keys;
  cli_source_options_t options = v->state.source;
  SCE_TRY(cli_take_dir(&options, words));
  if (v->version_given && options.state != NULL)
    return sce_error_new(SCE_MISUSE, "--state-version belongs to --chain: a database has a layout already");
  sce_error_t *err = cli_source_load_state(cli, &source, &options, v->version_given ? v->version : CLI_LAYOUT_ASKED);
  if (err == NULL) err = sce_state_root(source.state, root, NULL);
  if (err == NULL) err = sce_state_count(source.state, &keys, NULL);
  bool genesis = false;
  if (err == NULL) err = genesis_hash(hash, &genesis, &source);
  if (err == NULL) err = print_root(cli, root, genesis ? hash : NULL, keys);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_state_root_command = {
    .name = "state root",
    .summary = "Computes the state root; of a genesis state also the genesis hash",
    .description =
        "Computes the root of the state's trie, the hash of the genesis block where the state is that of one, and "
        "counts the keys of the top trie.",
    .examples = "scexec state root --chain polkadot.json\n"
                "scexec state root polkadot.db",
    .positionals = cli_dir_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"State", root_options, 0},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(root_values_t),
    .run = run_root,
    .source = true,
};
