/* block_file.c: see block_file.h. A length in SCALE never begins as "0x" does: 0x30 would be a block of 12 bytes. */
#include "cli/block_file.h"
#include "cli/block.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/written.h"

#include <errno.h>
#include <string.h>

sce_error_t *cli_block_file_open(cli_t *cli, cli_block_file_t *in, const char *path) {
  bool standard = strcmp(path, "-") == 0;
  *in = (cli_block_file_t){.path = standard ? "standard input" : path};
  if (standard && cli->stdin_taken)
    return sce_error_new(SCE_MISUSE, "only one argument can be read from standard input (-)");
  if (standard) cli->stdin_taken = true;
  in->file = standard ? stdin : fopen(path, "rb");
  if (in->file == NULL) return sce_error_system(errno, "cannot open %s", path);
  int first = getc(in->file);
  if (ferror(in->file)) return sce_error_system(errno, "cannot read %s", in->path);
  in->lines = first == '0';
  in->ended = first == EOF;
  if (first != EOF && ungetc(first, in->file) == EOF) return sce_error_system(errno, "cannot read %s", in->path);
  return NULL;
}

void cli_block_file_close(cli_block_file_t *in) {
  if (in->file != NULL && in->file != stdin) fclose(in->file);
  *in = (cli_block_file_t){.file = NULL};
}

static sce_error_t *cannot_read(const cli_block_file_t *in) {
  return sce_error_system(errno, "cannot read %s", in->path);
}

static sce_error_t *bad_block(const cli_block_file_t *in, const char *why) {
  return sce_error_new(SCE_BAD_INPUT, "%s, block %llu: %s", in->path, (unsigned long long)in->number, why);
}

/* ---- lines ---- */

static sce_error_t *read_line(cli_block_file_t *in, sce_buf_t *line) {
  int c;
  line->len = 0;
  while ((c = getc(in->file)) != EOF && c != '\n') {
    if (line->len >= 2 * CLI_MAX_BLOCK + 2) return bad_block(in, "its line is too long");
    SCE_TRY(sce_buf_append_byte(line, (uint8_t)c));
  }
  if (ferror(in->file)) return cannot_read(in);
  if (c == EOF) in->ended = true;
  return NULL;
}

static sce_error_t *read_hex(cli_block_file_t *in, sce_buf_t *scale, sce_span_t line) {
  scale->len = 0;
  return sce_error_prefix(sce_hex_decode(scale, line), "%s, block %llu", in->path, (unsigned long long)in->number);
}

static sce_error_t *next_line(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  sce_buf_t line = {0};
  sce_error_t *err = NULL;
  *more = false;
  while (err == NULL && !*more && !in->ended) {
    err = read_line(in, &line);
    if (err != NULL || sce_trim(sce_buf_span(&line)).len == 0) continue;
    in->number++;
    *more = true;
    err = read_hex(in, scale, sce_trim(sce_buf_span(&line)));
  }
  sce_buf_free(&line);
  return err;
}

/* ---- SCALE ---- */

/* Compact<u32>, up to four bytes: longer ones are beyond any block. */
static sce_error_t *read_length(cli_block_file_t *in, size_t *len) {
  int c = getc(in->file);
  if (c == EOF) {
    in->ended = true;
    return ferror(in->file) ? cannot_read(in) : NULL;
  }
  in->number++;
  size_t bytes = (c & 3) == 0 ? 1 : (c & 3) == 1 ? 2 : 4, value = (size_t)c;
  if ((c & 3) == 3) return bad_block(in, "its length is beyond all bounds");
  for (size_t i = 1; i < bytes; i++) {
    if ((c = getc(in->file)) == EOF) return ferror(in->file) ? cannot_read(in) : bad_block(in, "the file ends in it");
    value |= (size_t)c << (8 * i);
  }
  *len = value >> 2;
  if ((bytes == 2 && *len < 1 << 6) || (bytes == 4 && *len < 1 << 14))
    return bad_block(in, "its length is not in the shortest form");
  return *len <= CLI_MAX_BLOCK ? NULL : bad_block(in, "it is too large");
}

/* Piece by piece, so that a length without bytes behind it takes no memory. */
static sce_error_t *next_encoded(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  size_t left = 0;
  *more = false;
  if (in->ended) return NULL;
  SCE_TRY(read_length(in, &left));
  if (in->ended) return NULL;
  scale->len = 0;
  while (left > 0) {
    size_t piece = left < ((size_t)1 << 20) ? left : (size_t)1 << 20;
    SCE_TRY(sce_buf_reserve(scale, piece));
    size_t got = fread(scale->data + scale->len, 1, piece, in->file);
    if (got < piece) return ferror(in->file) ? cannot_read(in) : bad_block(in, "the file ends in it");
    scale->len += got;
    left -= got;
  }
  *more = true;
  return NULL;
}

sce_error_t *cli_block_file_next(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  return in->lines ? next_line(in, scale, more) : next_encoded(in, scale, more);
}
