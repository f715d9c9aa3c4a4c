/* batch_request.c: see batch_request.h. */
#include "cli/batch_request.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "cli/lines.h"

#include <string.h>

void batch_request_free(batch_request_t *request) {
  json_decref(request->document);
  sce_buf_free(&request->method);
  sce_buf_free(&request->data);
  sce_buf_free(&request->args);
}

/* ---- requests ---- */

static sce_error_t *read_document(batch_request_t *request, const batch_slot_t *slot) {
  unsigned long long line = slot->line;
  if (slot->too_long) return sce_error_new(SCE_BAD_INPUT, "line %llu is longer than %zu bytes", line, CLI_MAX_LINE);
  json_error_t problem;
  request->document = json_loadb((const char *)slot->request.data, slot->request.len, JSON_REJECT_DUPLICATES, &problem);
  if (request->document == NULL)
    return sce_error_new(SCE_BAD_INPUT, "line %llu is no JSON: %s, at byte %d", line, problem.text, problem.position);
  if (!json_is_object(request->document))
    return sce_error_new(SCE_BAD_INPUT, "line %llu is no JSON object: {\"id\": …, \"method\": …, \"data\": \"0x…\"}",
                         line);
  return NULL;
}

static int append_text(const char *text, size_t len, void *ctx) {
  sce_error_t *err = sce_buf_append(ctx, text, len);
  bool failed = err != NULL;
  sce_error_delete(err);
  return failed ? -1 : 0;
}

static sce_error_t *append_json(sce_buf_t *out, const json_t *value) {
  return json_dump_callback(value, append_text, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0 ? NULL : sce_error_oom();
}

/* "args" goes on as text: integers are not to be rounded, and the method says what they are. */
static sce_error_t *read_args(batch_request_t *request, unsigned long long line) {
  const json_t *args = json_object_get(request->document, "args");
  if (args == NULL) return NULL;
  if (!json_is_array(args)) return sce_error_new(SCE_BAD_INPUT, "line %llu: args must be an array", line);
  return append_json(&request->args, args);
}

sce_error_t *batch_request_read(batch_request_t *request, const batch_slot_t *slot) {
  SCE_TRY(read_document(request, slot));
  unsigned long long line = slot->line;
  const char *key;
  json_t *value;
  json_object_foreach(request->document, key, value) {
    if (strcmp(key, "id") != 0 && strcmp(key, "method") != 0 && strcmp(key, "data") != 0 && strcmp(key, "args") != 0)
      return sce_error_new(SCE_BAD_INPUT, "line %llu has a field \"%.40s\"; it may have id, method, data and args",
                           line, key);
  }
  json_t *method = json_object_get(request->document, "method"), *data = json_object_get(request->document, "data");
  if (!json_is_string(method) || json_string_length(method) == 0)
    return sce_error_new(SCE_BAD_INPUT, "line %llu has no \"method\": a name such as \"Core_version\"", line);
  SCE_TRY(cli_read_method(&request->method, json_string_value(method)));
  if (data == NULL || json_is_null(data)) return read_args(request, line);
  if (json_object_get(request->document, "args") != NULL)
    return sce_error_new(SCE_BAD_INPUT, "line %llu has both data and args", line);
  if (!json_is_string(data)) return sce_error_new(SCE_BAD_INPUT, "line %llu: data must be a string \"0x…\"", line);
  sce_error_t *err = sce_hex_decode(&request->data, sce_span(json_string_value(data), json_string_length(data)));
  return sce_error_prefix(err, "line %llu: data", line);
}

/* ---- answers ---- */

/* {"id":…, up to where the outcome follows. */
static sce_error_t *begin_answer(sce_buf_t *out, const batch_request_t *request) {
  const json_t *id = request->document != NULL ? json_object_get(request->document, "id") : NULL;
  SCE_TRY(sce_buf_printf(out, "{\"id\":"));
  if (id == NULL) return sce_buf_printf(out, "null,");
  SCE_TRY(append_json(out, id));
  return sce_buf_append_byte(out, ',');
}

sce_error_t *batch_answer_output(sce_buf_t *out, const batch_request_t *request, sce_span_t output, sce_span_t value) {
  SCE_TRY(begin_answer(out, request));
  SCE_TRY(sce_buf_printf(out, "\"output\":\"0x"));
  SCE_TRY(sce_hex_append(out, output));
  SCE_TRY(sce_buf_append_byte(out, '"'));
  if (value.len > 0) SCE_TRY(sce_buf_printf(out, ",\"value\":"));
  SCE_TRY(sce_buf_append(out, value.data, value.len));
  return sce_buf_printf(out, "}\n");
}

sce_error_t *batch_answer_error(sce_buf_t *out, const batch_request_t *request, const sce_error_t *problem) {
  SCE_TRY(begin_answer(out, request));
  SCE_TRY(sce_buf_printf(out, "\"error\":"));
  json_t *object = cli_error_json(problem);
  if (object == NULL) return sce_error_oom();
  sce_error_t *err = append_json(out, object);
  json_decref(object);
  return err != NULL ? err : sce_buf_printf(out, "}\n");
}
