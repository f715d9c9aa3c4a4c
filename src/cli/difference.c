/* difference.c: see difference.h. */
#include "cli/difference.h"
#include "cli/storage_key.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

/* Longest value shown on a line of text; the document has all of it. */
#define LONGEST_SHOWN 512

/* The name of a key; nothing where neither metadata knows it. */
static sce_error_t *append_label(sce_buf_t *text, cli_names_t names, sce_span_t key) {
  size_t start = text->len;
  if (names.after != NULL) SCE_TRY(cli_key_label(text, names.after, key));
  if (text->len > start || names.before == NULL || names.before == names.after) return NULL;
  return cli_key_label(text, names.before, key);
}

/* ---- JSON ---- */

static json_t *raw_json(const sce_value_t *value) {
  return value->found ? cli_json_hex(sce_span(value->data, value->len)) : json_null();
}

static sce_error_t *put_value(cli_t *cli, json_t *row, const char *name, const cli_metadata_t *m, sce_span_t key,
                              const sce_value_t *value) {
  if (!value->found || m == NULL) return NULL;
  sce_buf_t json = {0};
  sce_error_t *err = sce_storage_value_decode(m->metadata, &json, key, sce_span(value->data, value->len), &m->format);
  if (err == NULL) cli_put(cli, row, name, cli_json_parse(sce_buf_span(&json)));
  sce_buf_free(&json);
  return err;
}

static sce_error_t *put_names(cli_t *cli, json_t *row, cli_names_t names, const sce_state_difference_t *d) {
  sce_buf_t label = {0};
  sce_error_t *err = append_label(&label, names, d->key);
  if (err == NULL && label.len > 0) {
    cli_put(cli, row, "name", cli_json_text(sce_buf_span(&label)));
    err = put_value(cli, row, "valueBefore", names.before, d->key, &d->before);
    if (err == NULL) err = put_value(cli, row, "valueAfter", names.after, d->key, &d->after);
  }
  sce_buf_free(&label);
  return err;
}

json_t *cli_difference_json(cli_t *cli, cli_names_t names, const sce_state_difference_t *d) {
  json_t *row = json_object();
  if (d->child != NULL) cli_put_hex(cli, row, "child", *d->child);
  cli_put_hex(cli, row, "key", d->key);
  cli_put(cli, row, "before", raw_json(&d->before));
  cli_put(cli, row, "after", raw_json(&d->after));
  sce_error_t *err = d->child == NULL ? put_names(cli, row, names, d) : NULL;
  if (err != NULL) cli->json_failed = true;
  sce_error_delete(err);
  return row;
}

/* ---- text ---- */

static sce_error_t *append_hex(sce_buf_t *text, sce_span_t bytes) {
  SCE_TRY(sce_buf_append(text, "0x", 2));
  size_t shown = bytes.len > LONGEST_SHOWN / 2 ? LONGEST_SHOWN / 2 : bytes.len;
  SCE_TRY(sce_hex_append(text, sce_span(bytes.data, shown)));
  return shown < bytes.len ? sce_buf_printf(text, "… (%zu bytes)", bytes.len) : NULL;
}

static sce_error_t *append_value(sce_buf_t *text, const cli_metadata_t *m, sce_span_t key, const sce_value_t *value) {
  sce_span_t bytes = sce_span(value->data, value->len);
  size_t start = text->len;
  if (m == NULL) return append_hex(text, bytes);
  SCE_TRY(sce_storage_value_decode(m->metadata, text, key, bytes, &m->format));
  bool unknown = text->len - start > 11 && memcmp(text->data + start, "{\"$unknown\"", 11) == 0;
  if (!unknown && text->len - start <= LONGEST_SHOWN) return NULL;
  text->len = start;
  return append_hex(text, bytes);
}

/* A key that is not explained has no explained value. */
static sce_error_t *append_key(sce_buf_t *text, cli_names_t *names, const sce_state_difference_t *d) {
  size_t start = text->len;
  if (d->child != NULL) {
    SCE_TRY(sce_buf_printf(text, "child "));
    SCE_TRY(append_hex(text, *d->child));
    SCE_TRY(sce_buf_append_byte(text, ' '));
  } else {
    SCE_TRY(append_label(text, *names, d->key));
    if (text->len > start) return NULL;
  }
  *names = (cli_names_t){NULL, NULL};
  return append_hex(text, d->key);
}

static sce_error_t *difference_line(sce_buf_t *text, cli_names_t names, const sce_state_difference_t *d) {
  SCE_TRY(sce_buf_printf(text, "%c ", !d->before.found ? '+' : !d->after.found ? '-' : '~'));
  SCE_TRY(append_key(text, &names, d));
  if (!d->before.found && !d->after.found) return NULL;
  SCE_TRY(sce_buf_printf(text, " = "));
  if (d->before.found) SCE_TRY(append_value(text, names.before, d->key, &d->before));
  if (d->before.found && d->after.found) SCE_TRY(sce_buf_printf(text, " => "));
  return d->after.found ? append_value(text, names.after, d->key, &d->after) : NULL;
}

sce_error_t *cli_difference_text(const cli_t *cli, cli_names_t names, const sce_state_difference_t *d) {
  const char *color = !d->before.found ? "\033[32m" : !d->after.found ? "\033[31m" : "\033[33m";
  sce_buf_t text = {0};
  sce_error_t *err = difference_line(&text, names, d);
  if (err == NULL && cli->color_out) err = cli_printf("%s", color);
  if (err == NULL) err = cli_write_escaped(sce_buf_span(&text));
  if (err == NULL) err = cli_printf(cli->color_out ? "\033[0m\n" : "\n");
  sce_buf_free(&text);
  return err;
}

/* ---- a whole list ---- */

sce_error_t *cli_differences_begin(cli_differences_t *d, cli_t *cli, cli_names_t names) {
  *d = (cli_differences_t){.cli = cli, .names = names};
  return cli->output == CLI_JSON ? cli_rows_begin(cli, "differences") : NULL;
}

sce_error_t *cli_differences_print(void *ctx, const sce_state_difference_t *difference) {
  const cli_differences_t *d = ctx;
  if (d->cli->output != CLI_JSON) return cli_difference_text(d->cli, d->names, difference);
  return cli_rows_add(d->cli, cli_difference_json(d->cli, d->names, difference));
}

sce_error_t *cli_differences_end(cli_differences_t *d) {
  return d->cli->output == CLI_JSON ? cli_rows_end(d->cli) : NULL;
}
