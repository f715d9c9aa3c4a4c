/* lines.c: see lines.h. */
#include "cli/lines.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 16)

sce_error_t *cli_lines_open(cli_lines_t *lines, int fd) {
  *lines = (cli_lines_t){.fd = fd, .chunk = sce_alloc(CHUNK)};
  return lines->chunk == NULL ? sce_error_oom() : NULL;
}

void cli_lines_close(cli_lines_t *lines) {
  sce_free(lines->chunk);
  *lines = (cli_lines_t){.ended = true};
}

static sce_error_t *refill(cli_lines_t *lines) {
  for (;;) {
    ssize_t got = read(lines->fd, lines->chunk, CHUNK);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sce_error_system(errno, "cannot read standard input");
    lines->at = 0;
    lines->len = (size_t)got;
    lines->ended = got == 0;
    return NULL;
  }
}

/* Moves bytes up to the next line break from the chunk to `line`; true when the line is complete. */
static sce_error_t *take_piece(cli_lines_t *lines, sce_buf_t *line, bool *complete, bool *too_long) {
  const uint8_t *start = lines->chunk + lines->at;
  size_t left = lines->len - lines->at;
  const uint8_t *end = memchr(start, '\n', left);
  size_t len = end != NULL ? (size_t)(end - start) : left;
  lines->at += len + (end != NULL ? 1 : 0);
  *complete = end != NULL;
  if (line->len + len > CLI_MAX_LINE) *too_long = true;
  if (!*too_long) return sce_buf_append(line, start, len);
  sce_buf_free(line);
  return NULL;
}

sce_error_t *cli_lines_next(cli_lines_t *lines, sce_buf_t *line, bool *more, bool *too_long) {
  line->len = 0;
  *too_long = false;
  bool complete = false, any = false;
  while (!complete) {
    if (lines->at == lines->len && !lines->ended) SCE_TRY(refill(lines));
    if (lines->ended) break;
    any = true;
    SCE_TRY(take_piece(lines, line, &complete, too_long));
  }
  *more = any;
  if (any) lines->number++;
  return NULL;
}
