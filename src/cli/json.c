/* json.c: building and printing JSON documents. */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/utf8.h"

#include <string.h>

/* Integers up to 2^53 are exact in every JSON reader (RFC 8259, section 6). */
#define EXACT_MAX ((uint64_t)1 << 53)

void cli_put(cli_t *cli, json_t *object, const char *key, json_t *value) {
  if (json_object_set_new(object, key, value) != 0) cli->json_failed = true;
}

void cli_add(cli_t *cli, json_t *array, json_t *value) {
  if (json_array_append_new(array, value) != 0) cli->json_failed = true;
}

json_t *cli_json_text(sce_span_t text) {
  char *clean = sce_utf8_lossy(text.data, text.len);
  json_t *value = clean != NULL ? json_string(clean) : NULL;
  sce_free(clean);
  return value;
}

json_t *cli_json_hex(sce_span_t bytes) {
  sce_buf_t text = {0};
  sce_error_t *err = sce_buf_append(&text, "0x", 2);
  if (err == NULL) err = sce_hex_append(&text, bytes);
  json_t *value = err == NULL ? json_stringn_nocheck((const char *)text.data, text.len) : NULL;
  sce_error_delete(err);
  sce_buf_free(&text);
  return value;
}

json_t *cli_json_count(uint64_t number) {
  if (number <= EXACT_MAX) return json_integer((json_int_t)number);
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  return json_string(text);
}

void cli_put_text(cli_t *cli, json_t *object, const char *key, const char *text) {
  cli_put(cli, object, key, text != NULL ? cli_json_text(sce_span_text(text)) : json_null());
}

void cli_put_count(cli_t *cli, json_t *object, const char *key, uint64_t number) {
  cli_put(cli, object, key, cli_json_count(number));
}

void cli_put_hex(cli_t *cli, json_t *object, const char *key, sce_span_t bytes) {
  cli_put(cli, object, key, cli_json_hex(bytes));
}

void cli_put_ms(cli_t *cli, json_t *object, const char *key, uint64_t ns) {
  cli_put(cli, object, key, json_real((double)(ns / 1000) / 1000.0));
}

json_t *cli_json_parse(sce_span_t text) {
  return json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static int append_chunk(const char *text, size_t len, void *ctx) {
  sce_error_t *err = sce_buf_append(ctx, text, len);
  bool failed = err != NULL;
  sce_error_delete(err);
  return failed ? -1 : 0;
}

/* The document on one line. Reals have 15 digits at most, so that 0.1 stays 0.1. */
static sce_error_t *dump(sce_buf_t *out, const cli_t *cli, const json_t *document) {
  if (cli->json_failed || document == NULL) return sce_error_oom();
  size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
  return json_dump_callback(document, append_chunk, out, flags) == 0 ? NULL : sce_error_oom();
}

static sce_error_t *dump_indented(sce_buf_t *out, const cli_t *cli, json_t *document) {
  sce_buf_t line = {0};
  sce_error_t *err = dump(&line, cli, document);
  json_decref(document);
  if (err == NULL) err = cli_value_text(out, sce_buf_span(&line));
  sce_buf_free(&line);
  return err;
}

sce_error_t *cli_print_json(cli_t *cli, json_t *document) {
  sce_buf_t text = {0};
  const char *open = cli->open;
  sce_error_t *err = cli->lines ? dump(&text, cli, document) : NULL;
  if (cli->lines)
    json_decref(document);
  else
    err = dump_indented(&text, cli, document);
  if (err == NULL) err = sce_buf_append_byte(&text, '\n');
  if (err == NULL && open != NULL) err = cli_printf("%s,", open);
  if (err == NULL) err = cli_write(sce_span_skip(sce_buf_span(&text), open != NULL ? 1 : 0));
  if (err == NULL) cli->open = NULL;
  sce_buf_free(&text);
  return err;
}

sce_error_t *cli_print_json_begin(cli_t *cli, json_t *document) {
  sce_buf_t text = {0};
  sce_error_t *err = dump_indented(&text, cli, document);
  sce_span_t shown = sce_buf_span(&text);
  if (err == NULL) shown.len--; /* the brace at the end */
  while (err == NULL && shown.data[shown.len - 1] == '\n') shown.len--;
  if (err == NULL) err = cli_write(shown);
  if (err == NULL) cli->open = "";
  sce_buf_free(&text);
  return err;
}

/* ---- documents of one array ---- */

#define NO_ROWS "]"
#define SOME_ROWS "\n  ]"

sce_error_t *cli_rows_begin(cli_t *cli, const char *name) {
  SCE_TRY(cli_printf("{\n  \"%s\": [", name));
  cli->open = NO_ROWS;
  return NULL;
}

sce_error_t *cli_rows_add(cli_t *cli, json_t *row) {
  sce_buf_t text = {0};
  bool first = cli->open[0] == NO_ROWS[0];
  sce_error_t *err = sce_buf_printf(&text, first ? "\n    " : ",\n    ");
  if (err == NULL) err = dump(&text, cli, row);
  json_decref(row);
  if (err == NULL) err = cli_write(sce_buf_span(&text)); /* at once: a row is there as a whole or not at all */
  if (err == NULL) cli->open = SOME_ROWS;
  sce_buf_free(&text);
  return err;
}

sce_error_t *cli_rows_end(cli_t *cli) {
  SCE_TRY(cli_printf("%s\n}\n", cli->open));
  cli->open = NULL;
  return NULL;
}
