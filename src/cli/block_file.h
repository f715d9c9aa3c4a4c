/* block_file.h: a file of blocks, read one by one: SCALE Vec<u8> after Vec<u8>, or a line of 0x… each. */
#ifndef SCE_CLI_BLOCK_FILE_H
#define SCE_CLI_BLOCK_FILE_H

#include "cli/cli.h"

/* All zero is empty; release with cli_block_file_close(). */
typedef struct cli_block_file {
  FILE *file;
  const char *path; /* borrowed */
  bool lines;
  bool ended;
  uint64_t number; /* of the block that was read last, from 1 */
} cli_block_file_t;

/* `path` "-": standard input. Errors: SCE_IO. */
sce_error_t *cli_block_file_open(cli_t *cli, cli_block_file_t *in, const char *path);
void cli_block_file_close(cli_block_file_t *in);

/* Replaces `scale` by the next block's encoding; `*more` false: the file ended. Errors: SCE_BAD_INPUT for what is no
 * block of either form or too large, SCE_IO. */
sce_error_t *cli_block_file_next(cli_block_file_t *in, sce_buf_t *scale, bool *more);

#endif
