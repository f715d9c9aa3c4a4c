/* file_out.h: a file that is written piece by piece and appears whole or not at all. */
#ifndef SCE_CLI_FILE_OUT_H
#define SCE_CLI_FILE_OUT_H

#include "cli/cli.h"

/* All zero is empty; release with cli_file_out_close(). */
typedef struct cli_file_out {
  const char *path;    /* borrowed; NULL: standard output */
  sce_buf_t temporary; /* NUL-terminated; empty: `path` is written in place (a device, a pipe) */
  FILE *file;
} cli_file_out_t;

/* `path` NULL or "-": standard output. */
sce_error_t *cli_file_out_open(cli_file_out_t *out, const char *path);
/* As an sce_write_fn: `ctx` is the cli_file_out_t. */
sce_error_t *cli_file_out_write(void *ctx, sce_span_t bytes);
/* The file takes its name when `err` is NULL and all was written; else nothing is left of it. Takes `err`, returns the
 * first error. */
sce_error_t *cli_file_out_close(cli_file_out_t *out, sce_error_t *err);

#endif
