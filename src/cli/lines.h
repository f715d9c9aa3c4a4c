/* lines.h: standard input line by line, each line bounded. */
#ifndef SCE_CLI_LINES_H
#define SCE_CLI_LINES_H

#include "cli/cli.h"

/* Longest line; longer ones are read to their end and dropped. Twice the hexadecimal digits of 64 MiB of call data. */
#define CLI_MAX_LINE ((size_t)160 << 20)

typedef struct cli_lines {
  int fd;
  uint8_t *chunk; /* owned: what was read and not yet given out */
  size_t at, len;
  uint64_t number; /* of the last line, from 1 */
  bool ended;
} cli_lines_t;

sce_error_t *cli_lines_open(cli_lines_t *lines, int fd);
void cli_lines_close(cli_lines_t *lines);

/* Replaces `line` by the next line without its line break. `*more` false: the input ended. `*too_long`: the line was
 * above CLI_MAX_LINE and `line` is empty. Errors: SCE_IO, SCE_OUT_OF_MEMORY. */
sce_error_t *cli_lines_next(cli_lines_t *lines, sce_buf_t *line, bool *more, bool *too_long);

#endif
