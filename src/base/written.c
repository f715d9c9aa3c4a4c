/* written.c: see written.h. */
#include "base/written.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_pull.h"

static bool is_space(uint8_t c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(uint8_t c) {
  uint8_t lower = c | 0x20;
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

sce_span_t sce_skip_bom(sce_span_t text) {
  return sce_span_starts_with(text, sce_span("\xef\xbb\xbf", 3)) ? sce_span_skip(text, 3) : text;
}

sce_span_t sce_trim(sce_span_t text) {
  while (text.len > 0 && is_space(text.data[0])) text = sce_span_skip(text, 1);
  while (text.len > 0 && is_space(text.data[text.len - 1])) text.len--;
  return text;
}

bool sce_is_json_object(sce_span_t text) {
  text = sce_skip_bom(text);
  while (text.len > 0 && is_space(text.data[0])) text = sce_span_skip(text, 1);
  return text.len > 0 && text.data[0] == '{';
}

/* ---- JSON ---- */

static sce_error_t *decode_string(sce_buf_t *out, sce_json_string_t string) {
  if (!string.escaped) return sce_hex_decode(out, string.raw);
  sce_buf_t chars = {0};
  sce_error_t *err = sce_json_unescape(&chars, string);
  if (err == NULL) err = sce_hex_decode(out, sce_buf_span(&chars));
  sce_buf_free(&chars);
  return err;
}

/* The members of a JSON-RPC answer that matter. */
typedef struct rpc_answer {
  bool versioned;    /* has "jsonrpc" */
  sce_span_t result; /* its JSON; empty: there is none */
  sce_span_t error;
} rpc_answer_t;

/* Any other object is left to whoever knows it: `*found` stays empty, whatever is wrong in it. SCE_OUT_OF_MEMORY. */
static sce_error_t *read_answer(rpc_answer_t *found, sce_span_t text) {
  sce_json_reader_t in = sce_json_reader(text);
  rpc_answer_t answer = {.versioned = false};
  bool more = true;
  sce_error_t *err = sce_json_enter(&in, SCE_JSON_OBJECT);
  while (err == NULL) {
    sce_json_string_t name;
    sce_span_t value;
    err = sce_json_member(&in, &more, &name);
    if (err != NULL || !more) break;
    err = sce_json_skip(&in, &value);
    if (err != NULL) break;
    if (sce_json_string_is(name, "result")) answer.result = value;
    if (sce_json_string_is(name, "error")) answer.error = value;
    if (sce_json_string_is(name, "jsonrpc")) answer.versioned = true;
  }
  if (err == NULL) err = sce_json_end(&in);
  if (err == NULL) *found = answer;
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  return NULL;
}

static bool is_null(sce_span_t json) {
  return sce_span_equal(json, sce_span_text("null"));
}

static sce_error_t *read_object(sce_buf_t *out, bool *written, sce_span_t text) {
  rpc_answer_t answer = {.versioned = false};
  SCE_TRY(read_answer(&answer, text));
  bool failed = answer.versioned && answer.error.len > 0 && !is_null(answer.error);
  if (failed)
    return sce_error_new(SCE_BAD_INPUT, "the answer of a JSON-RPC server that refused the request: %.*s",
                         (int)(answer.error.len < 200 ? answer.error.len : 200), (const char *)answer.error.data);
  if (answer.versioned && is_null(answer.result))
    return sce_error_new(SCE_BAD_INPUT, "the answer of a JSON-RPC server whose result is null: nothing was found");
  *written = sce_span_starts_with(answer.result, sce_span_text("\"0x"));
  if (!*written) return NULL;
  sce_json_reader_t in = sce_json_reader(answer.result);
  sce_json_string_t string;
  SCE_TRY(sce_json_read_string(&in, &string));
  return sce_error_prefix(decode_string(out, string), "result");
}

static sce_error_t *read_string(sce_buf_t *out, sce_span_t text) {
  sce_json_reader_t in = sce_json_reader(text);
  sce_json_string_t string;
  SCE_TRY(sce_json_read_string(&in, &string));
  SCE_TRY(sce_json_end(&in));
  return decode_string(out, string);
}

/* ---- plain text ---- */

/* Bytes that begin as "0x" does may be no text at all. */
static bool is_plain_text(sce_span_t text) {
  for (size_t i = 0; i < text.len; i++)
    if (!is_space(text.data[i]) && (text.data[i] < 0x20 || text.data[i] > 0x7e)) return false;
  return true;
}

/* Lines of digits, as xxd -p and others write them. */
static bool is_all_digits(sce_span_t text) {
  for (size_t i = 0; i < text.len; i++)
    if (!is_digit(text.data[i]) && !is_space(text.data[i])) return false;
  return text.len >= 2;
}

/* "0x" or the beginning of JSON after the byte order mark of either order. */
static bool is_utf16(sce_span_t text) {
  static const char begins[][9] = {"\xff\xfe\x30\0x\0", "\xff\xfe\x22\0\x30\0x", "\xff\xfe{\0",
                                   "\xfe\xff\0\x30\0x", "\xfe\xff\0\x22\0\x30",  "\xfe\xff\0{"};
  static const size_t lens[] = {6, 7, 4, 6, 6, 4};
  for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
    if (sce_span_starts_with(text, sce_span(begins[i], lens[i]))) return true;
  return false;
}

sce_error_t *sce_written_bytes(sce_buf_t *out, bool *written, sce_span_t content) {
  *written = false;
  if (is_utf16(content)) return sce_error_new(SCE_BAD_INPUT, "text in UTF-16: save it as UTF-8");
  sce_span_t text = sce_trim(sce_skip_bom(content));
  *written = (sce_span_starts_with(text, sce_span_text("0x")) || sce_span_starts_with(text, sce_span_text("0X"))) &&
             is_plain_text(text);
  if (*written) return sce_hex_decode(out, text);
  *written = sce_span_starts_with(text, sce_span_text("\"0x")) && is_plain_text(text);
  if (*written) return read_string(out, text);
  if (text.len > 0 && text.data[0] == '{') return read_object(out, written, text);
  if (is_all_digits(text))
    return sce_error_new(SCE_BAD_INPUT, "hexadecimal digits without 0x in front: put 0x before them");
  return NULL;
}
