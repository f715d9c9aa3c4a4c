/* output.c: standard output, where every byte counts: a closed pipe or a full disk is an error, not a short result. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>

static sce_error_t *lost(void) {
  return sce_error_system(errno != 0 ? errno : EIO, "cannot write to standard output");
}

sce_error_t *cli_write(sce_span_t bytes) {
  errno = 0;
  if (bytes.len > 0 && fwrite(bytes.data, 1, bytes.len, stdout) < bytes.len) return lost();
  return NULL;
}

sce_error_t *cli_printf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  errno = 0;
  int written = vfprintf(stdout, format, args);
  va_end(args);
  return written < 0 ? lost() : NULL;
}

sce_error_t *cli_write_hex_line(sce_span_t bytes) {
  static const char digits[] = "0123456789abcdef";
  char text[4096];
  SCE_TRY(cli_write(sce_span("0x", 2)));
  for (size_t at = 0; at < bytes.len;) {
    size_t count = bytes.len - at < sizeof text / 2 ? bytes.len - at : sizeof text / 2;
    for (size_t i = 0; i < count; i++) {
      text[2 * i] = digits[bytes.data[at + i] >> 4];
      text[2 * i + 1] = digits[bytes.data[at + i] & 15];
    }
    SCE_TRY(cli_write(sce_span(text, 2 * count)));
    at += count;
  }
  return cli_write(sce_span("\n", 1));
}

static sce_error_t *write_escaped(sce_span_t text, bool lines) {
  sce_buf_t out = {0};
  sce_error_t *err = cli_escape(&out, text, lines, 0);
  if (err == NULL) err = cli_write(sce_buf_span(&out));
  sce_buf_free(&out);
  return err;
}

sce_error_t *cli_write_escaped(sce_span_t text) {
  return write_escaped(text, false);
}

sce_error_t *cli_write_text(sce_span_t text) {
  return write_escaped(text, true);
}

sce_error_t *cli_print_value(sce_span_t json) {
  sce_buf_t out = {0};
  sce_error_t *err = cli_value_text(&out, json);
  if (err == NULL) err = sce_buf_append_byte(&out, '\n');
  if (err == NULL) err = cli_write_text(sce_buf_span(&out));
  sce_buf_free(&out);
  return err;
}

sce_error_t *cli_flush(void) {
  errno = 0;
  if (fflush(stdout) != 0 || ferror(stdout)) return lost();
  return NULL;
}
