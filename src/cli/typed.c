/* typed.c: see typed.h. */
#include "cli/typed.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

bool cli_words_are_typed(const char *const *words, size_t count) {
  if (count != 1) return count > 1;
  return strncmp(words[0], "0x", 2) != 0 && !cli_is_from_file(words[0]);
}

/* The words as one JSON array. "@FILE" is a byte vector: "0x…" of the bytes in the file. */
static sce_error_t *words_json(cli_t *cli, sce_buf_t *json, const char *const *words, size_t count) {
  SCE_TRY(sce_buf_append_byte(json, '['));
  for (size_t i = 0; i < count; i++) {
    if (i > 0) SCE_TRY(sce_buf_append_byte(json, ','));
    sce_buf_t piece = {0}, bytes = {0};
    sce_span_t word = sce_span_text(words[i]);
    sce_error_t *err = NULL;
    if (words[i][0] == '@') {
      err = cli_read_data(cli, &bytes, words[i], "ARGUMENT");
      if (err == NULL) err = sce_buf_append(json, "\"0x", 3);
      if (err == NULL) err = sce_hex_append(json, sce_buf_span(&bytes));
      if (err == NULL) err = sce_buf_append_byte(json, '"');
    } else {
      err = sce_error_prefix(sce_json_from_words(&piece, &word, 1), "args[%zu]", i); /* "[…]" around the one */
      if (err == NULL) err = sce_buf_append(json, piece.data + 1, piece.len - 2);
    }
    sce_buf_free(&piece);
    sce_buf_free(&bytes);
    if (err != NULL) return err;
  }
  return sce_buf_append_byte(json, ']');
}

static sce_error_t *args_json(cli_t *cli, sce_buf_t *json, const char *args) {
  if (cli_is_from_file(args)) return cli_read_text(cli, json, args);
  return sce_buf_append(json, args, strlen(args));
}

/* The export of a method, NUL-terminated. */
static sce_error_t *take_export(sce_buf_t *export, const cli_metadata_t *m, size_t place) {
  export->len = 0;
  SCE_TRY(sce_metadata_method_export(m->metadata, export, place));
  return sce_buf_append_byte(export, 0);
}

sce_error_t *cli_view_input(sce_buf_t *input, sce_buf_t *export, bool *view, const cli_metadata_t *m,
                            const char *method) {
  size_t place;
  sce_method_info_t info;
  sce_buf_t wrapped = {0};
  sce_error_t *err = sce_metadata_method_find(m->metadata, &place, sce_span_text(method));
  *view = err == NULL && sce_metadata_method_get(m->metadata, &info, place) && info.view;
  sce_error_delete(err);
  if (!*view) return NULL;
  SCE_TRY(take_export(export, m, place));
  err = sce_method_input_wrap(m->metadata, &wrapped, place, sce_buf_span(input));
  if (err == NULL) {
    sce_buf_free(input);
    *input = wrapped;
  } else {
    sce_buf_free(&wrapped);
  }
  return err;
}

sce_error_t *cli_typed_input(cli_t *cli, sce_buf_t *input, sce_buf_t *export, const cli_metadata_t *m,
                             const char *method, const char *const *words, size_t count, const char *args) {
  size_t place;
  SCE_TRY(sce_metadata_method_find(m->metadata, &place, sce_span_text(method)));
  if (args != NULL && count > 0) return sce_error_new(SCE_MISUSE, "arguments stand in --args or alone, not both");
  sce_buf_t json = {0};
  sce_error_t *err = args != NULL ? args_json(cli, &json, args) : words_json(cli, &json, words, count);
  if (err == NULL) err = sce_method_args_encode(m->metadata, input, place, sce_buf_span(&json));
  if (err == NULL) err = take_export(export, m, place);
  sce_buf_free(&json);
  return err;
}

sce_error_t *cli_typed_output(sce_buf_t *json, bool *known, const cli_metadata_t *m, const char *method,
                              sce_span_t output) {
  size_t place;
  sce_error_t *err = sce_metadata_method_find(m->metadata, &place, sce_span_text(method));
  *known = err == NULL;
  if (err != NULL) {
    sce_error_delete(err);
    return NULL;
  }
  return sce_method_output_decode(m->metadata, json, place, output, &m->format);
}

/* A string of a runtime as JSON. */
static sce_error_t *append_string(sce_buf_t *json, sce_span_t text) {
  json_t *value = cli_json_text(text);
  char buffer[512];
  size_t len = value != NULL ? json_dumpb(value, buffer, sizeof buffer, JSON_ENCODE_ANY) : 0;
  json_decref(value);
  if (len == 0) return sce_error_oom();
  if (len > sizeof buffer) return sce_error_new(SCE_BAD_INPUT, "the runtime's name has %zu bytes", text.len);
  return sce_buf_append(json, buffer, len);
}

static sce_error_t *append_version(sce_buf_t *json, const sce_runtime_version_t *v) {
  SCE_TRY(sce_buf_printf(json, "{\"spec_name\":"));
  SCE_TRY(append_string(json, v->spec_name));
  SCE_TRY(sce_buf_printf(json, ",\"impl_name\":"));
  SCE_TRY(append_string(json, v->impl_name));
  SCE_TRY(sce_buf_printf(json, ",\"authoring_version\":%u,\"spec_version\":%u,\"impl_version\":%u,\"apis\":[",
                         (unsigned)v->authoring_version, (unsigned)v->spec_version, (unsigned)v->impl_version));
  for (size_t i = 0; i < v->api_count; i++) {
    SCE_TRY(sce_buf_printf(json, "%s[\"0x", i == 0 ? "" : ","));
    SCE_TRY(sce_hex_append(json, sce_span(v->apis[i].id, sizeof v->apis[i].id)));
    SCE_TRY(sce_buf_printf(json, "\",%u]", (unsigned)v->apis[i].version));
  }
  return sce_buf_printf(json, "],\"transaction_version\":%u,\"system_version\":%u}", (unsigned)v->transaction_version,
                        (unsigned)v->system_version);
}

sce_error_t *cli_version_value(sce_buf_t *json, sce_span_t output) {
  sce_runtime_version_t version;
  SCE_TRY(sce_runtime_version_decode(&version, output));
  sce_error_t *err = append_version(json, &version);
  sce_runtime_version_free(&version);
  return err;
}
