/* state_keys.c: `scexec state keys`: keys under a prefix, in order, printed as they are read. */
#include "cli/commands.h"
#include "cli/state.h"
#include "cli/storage_key.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct keys_values {
  cli_state_values_t state;
  uint64_t limit;
  const char *after;
  bool values;
} keys_values_t;

static const cli_option_t options[] = {
    {.name = "limit",
     .letter = 'n',
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Most keys to print; 0 for all",
     .offset = offsetof(keys_values_t, limit),
     .preset = "0"},
    {.name = "after",
     .kind = CLI_TEXT,
     .argument = "KEY",
     .help = "Only keys behind this one, 0x…: to go on where --limit stopped",
     .offset = offsetof(keys_values_t, after)},
    {.name = "values", .kind = CLI_FLAG, .help = "With their values", .offset = offsetof(keys_values_t, values)},
    {.name = NULL},
};

/* What a walk prints, and where it is. */
typedef struct walk {
  cli_t *cli;
  const cli_state_t *state;
  const keys_values_t *v;
  bool named; /* keys and values are shown by name and decoded */
  uint64_t count;
} walk_t;

/* ---- one row ---- */

static json_t *row_json(const walk_t *w, const sce_state_cursor_t *at, sce_span_t label, sce_span_t value) {
  json_t *row = json_object();
  cli_put_hex(w->cli, row, "key", at->key);
  if (label.len > 0) cli_put(w->cli, row, "name", cli_json_text(label));
  if (w->v->values) cli_put_hex(w->cli, row, "raw", at->value);
  if (value.len > 0) cli_put(w->cli, row, "value", cli_json_parse(value));
  return row;
}

static sce_error_t *print_hex(sce_span_t bytes) {
  sce_buf_t text = {0};
  sce_error_t *err = sce_buf_append(&text, "0x", 2);
  for (size_t i = 0; i < bytes.len && err == NULL; i++) err = sce_buf_printf(&text, "%02x", bytes.data[i]);
  if (err == NULL) err = cli_write(sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *print_row(const walk_t *w, const sce_state_cursor_t *at, sce_span_t label, sce_span_t value) {
  if (label.len > 0)
    SCE_TRY(cli_write_escaped(label));
  else
    SCE_TRY(print_hex(at->key));
  if (!w->v->values) return cli_printf("\n");
  SCE_TRY(cli_printf(" = "));
  if (value.len > 0)
    SCE_TRY(cli_write_escaped(value));
  else
    SCE_TRY(print_hex(at->value));
  return cli_printf("\n");
}

static sce_error_t *show_key(walk_t *w, const sce_state_cursor_t *at) {
  const cli_metadata_t *m = &w->state->metadata;
  sce_buf_t label = {0}, value = {0};
  sce_error_t *err = w->named ? cli_key_label(&label, m, at->key) : NULL;
  if (err == NULL && w->named && w->v->values)
    err = sce_storage_value_decode(m->metadata, &value, at->key, at->value, &m->format);
  if (err == NULL && w->cli->output == CLI_JSON) {
    err = cli_rows_add(w->cli, row_json(w, at, sce_buf_span(&label), sce_buf_span(&value)));
  } else if (err == NULL) {
    err = print_row(w, at, sce_buf_span(&label), sce_buf_span(&value));
  }
  sce_buf_free(&label);
  sce_buf_free(&value);
  return err;
}

/* ---- the walk ---- */

static sce_error_t *seek(const walk_t *w, sce_state_cursor_t *at, sce_span_t prefix) {
  const sce_state_t *state = w->state->session.source.state;
  if (w->v->after == NULL) return sce_state_seek(state, at, w->state->child, prefix, true);
  sce_buf_t after = {0};
  sce_error_t *err = cli_key_read(&after, NULL, &w->v->after, 1);
  bool behind = err == NULL && sce_span_compare(sce_buf_span(&after), prefix) >= 0;
  if (err == NULL) err = sce_state_seek(state, at, w->state->child, behind ? sce_buf_span(&after) : prefix, !behind);
  sce_buf_free(&after);
  return err;
}

static sce_error_t *walk_keys(walk_t *w, sce_span_t prefix) {
  sce_state_cursor_t at;
  SCE_TRY(seek(w, &at, prefix));
  while (at.found && sce_span_starts_with(at.key, prefix) && (w->v->limit == 0 || w->count < w->v->limit)) {
    SCE_TRY(show_key(w, &at));
    w->count++;
    SCE_TRY(sce_state_step(w->state->session.source.state, &at));
  }
  return NULL;
}

static sce_error_t *list(walk_t *w, sce_span_t prefix) {
  if (w->cli->output != CLI_JSON) return walk_keys(w, prefix);
  SCE_TRY(cli_rows_begin(w->cli, "keys"));
  SCE_TRY(walk_keys(w, prefix));
  return cli_rows_end(w->cli);
}

/* Metadata of the state's own code, where it has any: all keys can be shown without. */
static bool find_names(cli_t *cli, cli_state_t *state) {
  sce_error_t *err = cli_metadata_of_state(cli, &state->metadata, &state->session);
  if (err == NULL) return true;
  sce_error_kind_t kind = sce_error_kind(err);
  if (kind != SCE_NOT_FOUND && kind != SCE_MISSING_EXPORT)
    cli_warn(cli, "keys and values stay hexadecimal: %s", sce_error_message(err));
  sce_error_delete(err);
  return false;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  const keys_values_t *v = values;
  bool all = words->count == 0 && v->state.child == NULL && !v->state.hex;
  bool named = cli_key_is_named(words->items, words->count) || (all && v->state.source.runtime != NULL);
  if (v->after != NULL && cli_key_is_named(&v->after, 1))
    return sce_error_new(SCE_MISUSE, "--after needs a raw key, 0x…");
  cli_state_t state;
  sce_buf_t prefix = {0};
  sce_error_t *err = cli_state_open(cli, &state, &v->state, named);
  if (err == NULL && all && !named) named = find_names(cli, &state);
  if (err == NULL) err = cli_key_read(&prefix, &state.metadata, words->items, words->count);
  walk_t walk = {.cli = cli, .state = &state, .v = v, .named = named && !v->state.hex};
  if (err == NULL) err = list(&walk, sce_buf_span(&prefix));
  sce_buf_free(&prefix);
  cli_state_close(&state);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "PREFIX",
     .help = "0x…, text such as :, or PALLET, PALLET.ITEM, with the first of its keys; all keys when left out",
     .optional = true,
     .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_state_keys_command = {
    .name = "state keys",
    .summary = "Lists keys, in order, under a prefix",
    .description = "Lists keys in order: all, or those under a prefix. Keys are shown by name and values are decoded; "
                   "under a prefix of bytes, in a child trie, and with --hex both are bytes, and the code is not asked "
                   "for its metadata.",
    .examples = "scexec state keys --chain polkadot.json --limit 10\n"
                "scexec state keys --chain polkadot.json System.Account --values\n"
                "scexec state keys --chain kusama.json Staking.ErasStakers 0 --json",
    .positionals = positionals,
    .groups = {{"Source", cli_source_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_types_options, offsetof(cli_state_values_t, source)},
               {"Source", cli_strict_options, offsetof(cli_state_values_t, source)},
               {"State", options, 0},
               {"State", cli_child_options, 0},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(keys_values_t),
    .run = run,
    .source = true,
};
