/* log.c: log lines on standard error: "LEVEL target: message". A hostile runtime can't draw on the terminal. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

/* Longest message shown: a runtime may log megabytes in one line. */
#define LONGEST_MESSAGE 16384

static const char *const names[] = {"ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
static const char *const colors[] = {"\033[31m", "\033[33m", "\033[32m", "\033[34m", "\033[35m"};

static sce_error_t *format_line(const cli_t *cli, sce_buf_t *out, int level, sce_span_t target, sce_span_t message) {
  SCE_TRY(sce_buf_printf(out, "%s%-5s%s ", cli->color ? colors[level] : "", names[level], cli->color ? "\033[0m" : ""));
  SCE_TRY(cli_escape(out, target, false, 0));
  SCE_TRY(sce_buf_printf(out, ": "));
  bool cut = message.len > LONGEST_MESSAGE;
  SCE_TRY(cli_escape(out, sce_span(message.data, cut ? LONGEST_MESSAGE : message.len), true, 6));
  if (cut) SCE_TRY(sce_buf_printf(out, " … (%zu bytes)", message.len));
  return sce_buf_append_byte(out, '\n');
}

static void write_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  const cli_t *cli = ctx;
  int shown = level > SCE_LOG_TRACE ? SCE_LOG_TRACE : (int)level;
  sce_buf_t line = {0};
  sce_error_t *err = format_line(cli, &line, shown, target, message);
  /* One write a line: threads' lines do not mix. A standard error that is gone is nobody's to tell. */
  if (err == NULL && fwrite(line.data, 1, line.len, stderr) < line.len) clearerr(stderr);
  sce_error_delete(err);
  sce_buf_free(&line);
}

static void write_runtime_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  const cli_t *cli = ctx;
  if ((int)level + 1 <= cli->log_level) write_line(ctx, level, target, message);
}

sce_log_t cli_runtime_log(cli_t *cli) {
  /* Errors are always asked for: a runtime whose logger is off does not tell why it panics. */
  return (sce_log_t){write_runtime_line, cli, cli->log_level > 1 ? cli->log_level : 1};
}

sce_log_t cli_own_log(cli_t *cli) {
  int level = cli->log_level > 2 ? cli->log_level : 2;
  return (sce_log_t){write_line, cli, cli->quiet ? 1 : level};
}
