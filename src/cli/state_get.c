/* state_get.c: `scexec state get` and `scexec state describe`: one key. */
#include "cli/commands.h"
#include "cli/state.h"
#include "cli/storage_key.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* ---- get ---- */

/* False for names that are not in the metadata, though they have keys: versions of pallets. */
static bool find_item(sce_storage_info_t *info, size_t *pallet, size_t *index, const sce_metadata_t *md,
                      const char *item) {
  sce_error_t *err = sce_metadata_storage_find(md, pallet, index, sce_span_text(item));
  bool found = err == NULL && sce_metadata_storage_get(md, info, *pallet, *index);
  sce_error_delete(err);
  return found;
}

/* What there is to print of a key. */
typedef struct answer {
  sce_value_t value;       /* what is stored */
  sce_storage_info_t item; /* of a key by name, with is_item */
  bool is_item;
  bool is_default;
  sce_buf_t decoded; /* the value or the default as JSON; empty where bytes are wanted */
} answer_t;

static void find_default(answer_t *answer, const cli_state_t *state, const char *item) {
  size_t pallet, index;
  answer->is_item = find_item(&answer->item, &pallet, &index, state->metadata.metadata, item);
  answer->is_default = !answer->value.found && answer->is_item && !answer->item.optional;
}

static sce_span_t bytes_of(const answer_t *answer) {
  return answer->is_default ? answer->item.default_value : sce_span(answer->value.data, answer->value.len);
}

static sce_error_t *decode_answer(answer_t *answer, const cli_state_t *state, sce_span_t key) {
  const cli_metadata_t *m = &state->metadata;
  if (answer->is_default)
    return sce_value_decode(m->metadata, &answer->decoded, answer->item.default_type, bytes_of(answer), &m->format);
  if (!answer->value.found) return NULL;
  /* The keys of the oldest runtimes do not tell their item, which the user has named. */
  if (answer->is_item && sce_storage_value_type(m->metadata, key) == SCE_TYPE_NONE)
    return sce_value_decode(m->metadata, &answer->decoded, answer->item.value_type, bytes_of(answer), &m->format);
  return sce_storage_value_decode(m->metadata, &answer->decoded, key, bytes_of(answer), &m->format);
}

static sce_error_t *print_document(cli_t *cli, sce_span_t key, const answer_t *answer) {
  json_t *document = json_object();
  cli_put_hex(cli, document, "key", key);
  cli_put(cli, document, "found", json_boolean(answer->value.found));
  cli_put(cli, document, "raw", answer->value.found ? cli_json_hex(bytes_of(answer)) : json_null());
  if (answer->decoded.len > 0) cli_put(cli, document, "value", cli_json_parse(sce_buf_span(&answer->decoded)));
  return cli_print_json(cli, document);
}

static sce_error_t *print_answer(cli_t *cli, sce_span_t key, const answer_t *answer) {
  if (cli->output == CLI_JSON) return print_document(cli, key, answer);
  bool found = answer->value.found;
  if (!found && !cli->quiet) fputs(answer->is_default ? "absent: this is the default\n" : "absent\n", stderr);
  if (!found && !answer->is_default) return NULL;
  if (cli->output == CLI_RAW) return cli_write(bytes_of(answer));
  if (answer->decoded.len > 0 && cli->output == CLI_HUMAN) return cli_print_value(sce_buf_span(&answer->decoded));
  return cli_write_hex_line(bytes_of(answer));
}

/* `PALLET.ITEM` alone is a prefix where the item has keys: nothing is stored under it. */
static sce_error_t *check_keys(const cli_state_t *state, const cli_list_t *words) {
  const sce_metadata_t *md = state->metadata.metadata;
  size_t pallet, index;
  sce_storage_info_t info;
  if (!find_item(&info, &pallet, &index, md, words->items[0]) || words->count - 1 >= info.key_count) return NULL;
  sce_buf_t due = {0};
  sce_error_t *err = NULL;
  for (uint32_t i = 0; err == NULL && i < info.key_count; i++) {
    uint32_t type = 0;
    sce_hasher_t hasher;
    err = sce_buf_printf(&due, "%s", i > 0 ? ", " : "");
    if (err == NULL && sce_metadata_storage_key_get(md, &type, &hasher, pallet, index, i) && type != SCE_TYPE_NONE)
      err = sce_type_name(md, &due, type);
    if (err == NULL && i == 0) err = sce_buf_printf(&due, " such as ");
    if (err == NULL && i == 0) err = sce_type_example(md, &due, type, &state->metadata.format);
  }
  if (err == NULL)
    err = sce_error_new(SCE_BAD_INPUT, "%s has %u key%s (%.*s), %zu given; `scexec state keys` lists what is there",
                        words->items[0], (unsigned)info.key_count, info.key_count == 1 ? "" : "s", (int)due.len,
                        (const char *)due.data, words->count - 1);
  sce_buf_free(&due);
  return err;
}

/* A word without a dot is a pallet at best, which has no value. Takes what reading it as a key gave. */
static sce_error_t *refuse_pallet(sce_error_t *err, const char *word) {
  if (err != NULL && sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  const char *is = err != NULL ? sce_error_message(err) : "that is a pallet";
  sce_error_t *better =
      sce_error_new(SCE_BAD_INPUT, "\"%s\": %s; KEY is PALLET.ITEM, or text that begins with `:`", word, is);
  sce_error_delete(err);
  return better;
}

static sce_error_t *get(cli_t *cli, const cli_state_t *state, const cli_list_t *words, bool hex) {
  sce_buf_t key = {0};
  answer_t answer = {.is_default = false};
  bool named = cli_key_is_named(words->items, words->count);
  sce_error_t *err = cli_key_read(&key, &state->metadata, words->items, words->count);
  if (named && strchr(words->items[0], '.') == NULL) err = refuse_pallet(err, words->items[0]);
  if (err == NULL && named) err = check_keys(state, words);
  if (err == NULL) err = sce_state_get(state->session.source.state, &answer.value, state->child, sce_buf_span(&key));
  if (err == NULL && named) find_default(&answer, state, words->items[0]);
  if (err == NULL && named && !hex) err = decode_answer(&answer, state, sce_buf_span(&key));
  if (err == NULL && !answer.value.found && !answer.is_default) cli->exit_code = CLI_CALL_FAILED;
  if (err == NULL) err = print_answer(cli, sce_buf_span(&key), &answer);
  sce_buf_free(&key);
  sce_buf_free(&answer.decoded);
  return err;
}

static sce_error_t *run_get(cli_t *cli, const void *values, const cli_list_t *words) {
  const cli_state_values_t *v = values;
  bool named = cli_key_is_named(words->items, words->count);
  cli_state_t state;
  sce_error_t *err = cli_state_open(cli, &state, v, named);
  if (err == NULL) err = get(cli, &state, words, v->hex);
  cli_state_close(&state);
  return err;
}

static const cli_positional_t get_positionals[] = {
    {.name = "KEY", .help = "0x…, text such as :code, or PALLET.ITEM followed by its keys as JSON", .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_state_get_command = {
    .name = "state get",
    .summary = "Prints the value of a key",
    .description =
        "Prints the value under a key: bytes for a raw key, the decoded value for PALLET.ITEM. An absent item "
        "that has a default shows that; other absent keys are reported by exit status 1.",
    .examples =
        "scexec state get --chain polkadot.json :heappages\n"
        "scexec state get --chain polkadot.json System.Account 15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\n"
        "scexec state get --chain paseo.json Staking.ValidatorCount",
    .positionals = get_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_types_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_strict_options, offsetof(cli_state_values_t, source)},
               {"State", cli_child_options, 0},
               {"Output", cli_bytes_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_state_values_t),
    .run = run_get,
    .source = true,
};

/* ---- describe ---- */

static sce_error_t *describe(cli_t *cli, const cli_state_t *state, const cli_list_t *words) {
  const cli_metadata_t *m = &state->metadata;
  sce_buf_t key = {0}, json = {0};
  sce_error_t *err = cli_key_read(&key, m, words->items, words->count);
  if (err == NULL) err = sce_storage_key_decode(m->metadata, &json, sce_buf_span(&key), &m->format);
  if (err == NULL && cli->output == CLI_JSON)
    err = cli_print_json(cli, cli_json_parse(sce_buf_span(&json)));
  else if (err == NULL)
    err = cli_print_value(sce_buf_span(&json));
  sce_buf_free(&key);
  sce_buf_free(&json);
  return err;
}

static sce_error_t *run_describe(cli_t *cli, const void *values, const cli_list_t *words) {
  cli_state_t state;
  sce_error_t *err = cli_state_open(cli, &state, values, true);
  if (err == NULL) err = describe(cli, &state, words);
  cli_state_close(&state);
  return err;
}

static const cli_positional_t describe_positionals[] = {{.name = "KEY", .help = "A raw key, 0x…"}, {.name = NULL}};

const cli_command_t cli_state_describe_command = {
    .name = "state describe",
    .summary = "Explains a raw key: pallet, item, and the keys in it",
    .examples = "scexec state describe --chain polkadot.json "
                "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9",
    .positionals = describe_positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_types_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_strict_options, offsetof(cli_state_values_t, source)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_state_values_t),
    .run = run_describe,
    .source = true,
};
