/* block_file.h: blocks as people have them, read one by one, in a form that is recognised by its beginning:
 *
 *   text   0x… of a block, or JSON (sce_block_from_json()), one after the other: lines, what a node's export-blocks
 *          writes, JSON arrays
 *   sized  SCALE Vec<u8> after Vec<u8>
 *   export what export-blocks --binary writes: a u64 with the number of blocks, then SignedBlock after SignedBlock */
#ifndef SCE_CLI_BLOCK_FILE_H
#define SCE_CLI_BLOCK_FILE_H

#include "cli/cli.h"

typedef enum cli_block_form { CLI_BLOCKS_TEXT, CLI_BLOCKS_SIZED, CLI_BLOCKS_EXPORT } cli_block_form_t;

/* All zero is empty; release with cli_block_file_close(). */
typedef struct cli_block_file {
  const char *path; /* borrowed */
  int fd;           /* -1: all there is stands in `bytes` */
  bool own_fd;
  uint8_t *chunk;   /* owned; NULL: `bytes` are the caller's */
  sce_span_t bytes; /* read and not yet used */
  bool ended;
  cli_block_form_t form;
  uint64_t number;    /* of the block that was read last, from 1 */
  uint64_t announced; /* blocks in an export */
} cli_block_file_t;

/* `path` "-": standard input. Errors: SCE_IO. */
sce_error_t *cli_block_file_open(cli_t *cli, cli_block_file_t *in, const char *path);
void cli_block_file_close(cli_block_file_t *in);

/* Replaces `scale` by the next block's encoding; `*more` false: the file ended. Errors: SCE_BAD_INPUT for what is no
 * block of the file's form or too large, SCE_IO. */
sce_error_t *cli_block_file_next(cli_block_file_t *in, sce_buf_t *scale, bool *more);

/* BLOCK, an argument: "0x…", JSON, "@FILE" or "-" with one block in one of the forms above, or bare.
 * Replaces `scale` by its encoding. */
sce_error_t *cli_block_read(cli_t *cli, sce_buf_t *scale, const char *text);

#endif
