/* input.c: files, standard input, and the small languages of arguments: DATA and METHOD. Every read is bounded. */
#include "cli/cli.h"
#include "cli/file_out.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/written.h"
#include "scexec/block.h"

#include <string.h>
#include <unistd.h>

static sce_error_t *read_stdin(cli_t *cli, sce_buf_t *bytes, size_t limit) {
  if (cli->stdin_taken) return sce_error_new(SCE_MISUSE, "only one argument can be read from standard input (-)");
  cli->stdin_taken = true;
  return sce_file_read_descriptor(bytes, STDIN_FILENO, "standard input", limit);
}

sce_error_t *cli_read_file(cli_t *cli, sce_buf_t *bytes, const char *path, size_t limit) {
  if (strcmp(path, "-") == 0) return read_stdin(cli, bytes, limit);
  return sce_file_read(bytes, path, limit);
}

bool cli_is_from_file(const char *text) {
  return text[0] == '@' || strcmp(text, "-") == 0;
}

const char *cli_file_label(const char *path) {
  return strcmp(path, "-") == 0 ? "standard input" : path;
}

sce_error_t *cli_read_text(cli_t *cli, sce_buf_t *text, const char *word) {
  sce_buf_t content = {0};
  sce_error_t *err = cli_read_file(cli, &content, word[0] == '@' ? word + 1 : word, CLI_MAX_DATA);
  sce_span_t chars = sce_skip_bom(sce_buf_span(&content));
  if (err == NULL) err = sce_buf_append(text, chars.data, chars.len);
  sce_buf_free(&content);
  return err;
}

/* ---- DATA ---- */

/* Appends the bytes that `content` (taken) has or writes out. As it is, it moves: it may be large. */
static sce_error_t *take_content(sce_buf_t *bytes, sce_buf_t *content) {
  bool written;
  sce_error_t *err = sce_written_bytes(bytes, &written, sce_buf_span(content));
  if (err == NULL && !written && bytes->len == 0) {
    sce_buf_free(bytes);
    *bytes = *content;
    return NULL;
  }
  if (err == NULL && !written) err = sce_buf_append(bytes, content->data, content->len);
  sce_buf_free(content);
  return err;
}

sce_error_t *cli_read_bytes(cli_t *cli, sce_buf_t *bytes, const char *path, size_t limit) {
  sce_buf_t content = {0};
  sce_error_t *err = cli_read_file(cli, &content, path, limit);
  if (err == NULL) return sce_error_prefix(take_content(bytes, &content), "%s", cli_file_label(path));
  sce_buf_free(&content);
  return err;
}

sce_error_t *cli_read_data(cli_t *cli, sce_buf_t *bytes, const char *text, const char *what) {
  if (cli_is_from_file(text)) return cli_read_bytes(cli, bytes, text[0] == '@' ? text + 1 : text, CLI_MAX_DATA);
  if (strncmp(text, "0x", 2) != 0)
    return sce_error_new(SCE_BAD_INPUT, "%s must be 0x… (hexadecimal), @FILE or - (standard input), not \"%.40s\"",
                         what, text);
  return sce_error_prefix(sce_hex_decode(bytes, sce_span_text(text)), "%s", what);
}

/* `{` and a name: the encoding of a header begins with a hash, which is not likely to begin so. */
static bool is_json_header(sce_span_t content) {
  if (!sce_is_json_object(content)) return false;
  sce_span_t inside = sce_trim(sce_span_skip(sce_trim(sce_skip_bom(content)), 1));
  return inside.len > 0 && inside.data[0] == '"';
}

static sce_error_t *header_of(sce_buf_t *scale, sce_span_t content) {
  bool written = true;
  if (is_json_header(content)) return sce_header_from_json(scale, sce_skip_bom(content));
  SCE_TRY(sce_written_bytes(scale, &written, content));
  return written ? NULL : sce_buf_append(scale, content.data, content.len);
}

sce_error_t *cli_read_header(cli_t *cli, sce_buf_t *scale, const char *text, const char *what) {
  if (!cli_is_from_file(text) && !is_json_header(sce_span_text(text))) return cli_read_data(cli, scale, text, what);
  sce_buf_t content = {0};
  bool file = cli_is_from_file(text);
  sce_error_t *err = file ? cli_read_file(cli, &content, text[0] == '@' ? text + 1 : text, CLI_MAX_DATA) : NULL;
  if (err == NULL)
    err = sce_error_prefix(header_of(scale, file ? sce_buf_span(&content) : sce_span_text(text)), "%s", what);
  sce_buf_free(&content);
  return err;
}

sce_error_t *cli_read_method(sce_buf_t *name, const char *text) {
  size_t len = strlen(text);
  if (len == 0) return sce_error_new(SCE_MISUSE, "METHOD is empty; it is a name such as Core_version");
  SCE_TRY(sce_buf_append(name, text, len + 1));
  char *dot = memchr(name->data, '.', len);
  if (dot != NULL && memchr(name->data, '_', (size_t)(dot - (char *)name->data)) == NULL) *dot = '_';
  return NULL;
}

sce_error_t *cli_write_file(const char *path, sce_span_t bytes) {
  cli_file_out_t out;
  sce_error_t *err = cli_file_out_open(&out, path);
  if (err == NULL) err = cli_file_out_write(&out, bytes);
  return cli_file_out_close(&out, err);
}

void cli_wipe(void *data, size_t len) {
  volatile uint8_t *p = data;
  for (size_t i = 0; i < len; i++) p[i] = 0;
}
