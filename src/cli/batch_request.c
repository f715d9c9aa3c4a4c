/* batch_request.c: see batch_request.h. */
#include "cli/batch_request.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_pull.h"
#include "base/written.h"
#include "cli/lines.h"

#include <ctype.h>
#include <string.h>

void batch_request_free(batch_request_t *request) {
  sce_buf_free(&request->method);
  sce_buf_free(&request->data);
  sce_buf_free(&request->at);
}

/* ---- requests ---- */

/* The members of a request; each as JSON, of nothing where there is none. */
enum { ID, METHOD, DATA, ARGS, AT, MEMBERS };
static const char *const names[MEMBERS] = {"id", "method", "data", "args", "at"};

/* To the end of the line. `*odd`: the first name that is none of a request's, or comes again. */
static sce_error_t *read_members(sce_span_t found[MEMBERS], sce_json_string_t *odd, sce_json_reader_t *in) {
  bool more;
  sce_json_string_t name;
  sce_span_t text;
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) return sce_json_end(in);
    SCE_TRY(sce_json_skip(in, &text));
    size_t i = 0;
    while (i < MEMBERS && !sce_json_string_is(name, names[i])) i++;
    if (i < MEMBERS && found[i].data == NULL)
      found[i] = text;
    else if (odd->raw.data == NULL)
      *odd = name;
  }
}

static sce_error_t *read_line(sce_span_t found[MEMBERS], sce_json_string_t *odd, const batch_slot_t *slot) {
  unsigned long long line = slot->line;
  if (slot->too_long) return sce_error_new(SCE_BAD_INPUT, "line %llu is longer than %zu bytes", line, CLI_MAX_LINE);
  sce_span_t text = sce_buf_span(&slot->request);
  sce_json_reader_t in = sce_json_reader(slot->line == 1 ? sce_skip_bom(text) : text);
  sce_json_kind_t kind = SCE_JSON_NULL;
  in.line = slot->line;
  in.deepest = SCE_JSON_MAX_VALUE_DEPTH; /* arguments may hold calls inside each other */
  SCE_TRY(sce_json_peek(&in, &kind));
  if (kind == SCE_JSON_OBJECT) return read_members(found, odd, &in);
  return sce_error_new(SCE_BAD_INPUT, "line %llu is no JSON object: {\"id\": …, \"method\": …, \"data\": \"0x…\"}",
                       line);
}

static sce_error_t *refuse_odd(sce_json_string_t odd, unsigned long long line) {
  int len = (int)(odd.raw.len < 40 ? odd.raw.len : 40);
  const char *text = (const char *)odd.raw.data;
  for (size_t i = 0; i < MEMBERS; i++)
    if (sce_json_string_is(odd, names[i]))
      return sce_error_new(SCE_BAD_INPUT, "line %llu has \"%s\" more than once", line, names[i]);
  return sce_error_new(SCE_BAD_INPUT, "line %llu has a field \"%.*s\"; it may have id, method, data, args and at", line,
                       len, text);
}

static bool is_string(sce_span_t json) {
  return json.len > 0 && json.data[0] == '"';
}

/* Appends the characters of a string. */
static sce_error_t *append_chars(sce_buf_t *out, sce_span_t json) {
  return sce_json_unescape(out, (sce_json_string_t){sce_span_part(json, 1, json.len - 1), true});
}

static sce_error_t *read_method(batch_request_t *request, sce_span_t json, unsigned long long line) {
  sce_buf_t name = {0};
  sce_error_t *err = is_string(json) ? append_chars(&name, json) : NULL;
  err = sce_error_prefix(err, "line %llu: method", line);
  if (err == NULL) err = sce_buf_append_byte(&name, '\0');
  if (err == NULL && (name.len == 1 || strlen((const char *)name.data) + 1 != name.len))
    err = sce_error_new(SCE_BAD_INPUT, "line %llu has no \"method\": a name such as \"Core_version\"", line);
  if (err == NULL) err = cli_read_method(&request->method, (const char *)name.data);
  sce_buf_free(&name);
  return err;
}

/* Megabytes may stand here; only an escape, which no hexadecimal digit needs, makes a copy of them. */
static sce_error_t *read_data(batch_request_t *request, sce_span_t json, unsigned long long line) {
  if (!is_string(json)) return sce_error_new(SCE_BAD_INPUT, "line %llu: data must be a string \"0x…\"", line);
  sce_buf_t chars = {0};
  sce_span_t text = sce_span_part(json, 1, json.len - 1);
  sce_error_t *err = NULL;
  if (memchr(text.data, '\\', text.len) != NULL) {
    err = append_chars(&chars, json);
    text = sce_buf_span(&chars);
  }
  if (err == NULL) err = sce_hex_decode(&request->data, text);
  sce_buf_free(&chars);
  return sce_error_prefix(err, "line %llu: data", line);
}

/* A block's number, or its hash in hexadecimal. */
static bool is_block(sce_span_t text) {
  uint64_t number = 0;
  size_t i = 0;
  if (sce_span_starts_with(text, sce_span_text("0x"))) {
    for (i = 2; i < text.len && isxdigit(text.data[i]); i++) {
    }
    return i == text.len && text.len == 2 + 2 * 32;
  }
  for (; i < text.len && isdigit(text.data[i]) && number <= UINT32_MAX; i++) number = 10 * number + text.data[i] - '0';
  return i > 0 && i == text.len && number <= UINT32_MAX;
}

/* A number, or a string of one or of a hash; null is as if it were not there. */
static sce_error_t *read_at(batch_request_t *request, sce_span_t json, unsigned long long line) {
  if (json.len == 0 || sce_span_equal(json, sce_span_text("null"))) return NULL;
  bool number = json.data[0] >= '0' && json.data[0] <= '9';
  sce_error_t *err = NULL;
  if (is_string(json))
    err = append_chars(&request->at, json);
  else if (number)
    err = sce_buf_append(&request->at, json.data, json.len);
  if (err == NULL && !is_block(sce_buf_span(&request->at)))
    err = sce_error_new(SCE_BAD_INPUT, "it must be a block's number or its hash \"0x…\", which has 32 bytes");
  if (err == NULL) err = sce_buf_append_byte(&request->at, 0);
  return sce_error_prefix(err, "line %llu: at", line);
}

sce_error_t *batch_request_read(batch_request_t *request, const batch_slot_t *slot) {
  unsigned long long line = slot->line;
  sce_span_t found[MEMBERS] = {{NULL, 0}};
  sce_json_string_t odd = {.raw = {NULL, 0}};
  SCE_TRY(read_line(found, &odd, slot));
  request->id = found[ID];
  if (odd.raw.data != NULL) return refuse_odd(odd, line);
  SCE_TRY(read_method(request, found[METHOD], line));
  SCE_TRY(read_at(request, found[AT], line));
  bool has_data = found[DATA].len > 0 && !sce_span_equal(found[DATA], sce_span_text("null"));
  if (has_data && found[ARGS].len > 0) return sce_error_new(SCE_BAD_INPUT, "line %llu has both data and args", line);
  if (has_data) return read_data(request, found[DATA], line);
  if (found[ARGS].len > 0 && found[ARGS].data[0] != '[')
    return sce_error_new(SCE_BAD_INPUT, "line %llu: args must be an array", line);
  request->args = found[ARGS];
  return NULL;
}

/* ---- answers ---- */

/* {"id":…, up to where the outcome follows. */
static sce_error_t *begin_answer(sce_buf_t *out, const batch_request_t *request) {
  sce_span_t id = request->id.len > 0 ? request->id : sce_span_text("null");
  SCE_TRY(sce_buf_printf(out, "{\"id\":"));
  SCE_TRY(sce_buf_append(out, id.data, id.len));
  return sce_buf_append_byte(out, ',');
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

sce_error_t *batch_answer_output(sce_buf_t *out, const batch_request_t *request, sce_span_t output, sce_span_t value,
                                 const sce_error_t *misfit) {
  SCE_TRY(begin_answer(out, request));
  SCE_TRY(sce_buf_printf(out, "\"output\":\"0x"));
  SCE_TRY(sce_hex_append(out, output));
  SCE_TRY(sce_buf_append_byte(out, '"'));
  if (value.len > 0) SCE_TRY(sce_buf_printf(out, ",\"value\":"));
  SCE_TRY(sce_buf_append(out, value.data, value.len));
  if (misfit != NULL) {
    json_t *text = cli_json_text(sce_span_text(sce_error_message(misfit)));
    if (text == NULL) return sce_error_oom();
    sce_error_t *err = sce_buf_printf(out, ",\"warning\":");
    if (err == NULL) err = append_json(out, text);
    json_decref(text);
    if (err != NULL) return err;
  }
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
