/* block_file.c: see block_file.h. Whatever a length says, memory is taken as bytes arrive. Source of the exports:
 * sc-service 0.60, chain_ops::export_blocks. */
#include "cli/block_file.h"
#include "cli/block.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/written.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 16)

/* As much of a file as tells its form: more than a header's first hash. */
#define HEAD 64

/* The longest text of a block: digits, names, and justifications that may be as long again. */
#define MAX_TEXT (4 * CLI_MAX_BLOCK)

/* Header, number of extrinsics: no block is shorter. */
#define MIN_BLOCK 99

static sce_error_t *bad_block(const cli_block_file_t *in, const char *why) {
  return sce_error_new(SCE_BAD_INPUT, "%s, block %llu: %s", in->path, (unsigned long long)in->number, why);
}

/* ---- bytes ---- */

/* Reads on until there are `wanted` bytes, or no more; not above CHUNK. */
static sce_error_t *fill(cli_block_file_t *in, size_t wanted) {
  if (in->bytes.len >= wanted || in->ended || in->fd < 0) {
    in->ended = in->ended || in->fd < 0;
    return NULL;
  }
  memmove(in->chunk, in->bytes.data, in->bytes.len);
  in->bytes.data = in->chunk;
  while (in->bytes.len < wanted && !in->ended) {
    ssize_t got = read(in->fd, in->chunk + in->bytes.len, CHUNK - in->bytes.len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sce_error_system(errno, "cannot read %s", in->path);
    in->ended = got == 0;
    in->bytes.len += (size_t)got;
  }
  return NULL;
}

/* The next byte, which stays; -1 at the end. */
static sce_error_t *peek(cli_block_file_t *in, int *byte) {
  SCE_TRY(fill(in, 1));
  *byte = in->bytes.len > 0 ? in->bytes.data[0] : -1;
  return NULL;
}

static void pass(cli_block_file_t *in, size_t count) {
  in->bytes = sce_span_skip(in->bytes, count);
}

/* Appends `count` bytes of a block to `out`; NULL: passes over them. */
static sce_error_t *take(cli_block_file_t *in, sce_buf_t *out, uint64_t count) {
  if (out != NULL && (count > CLI_MAX_BLOCK || out->len + count > CLI_MAX_BLOCK))
    return bad_block(in, "it is too large");
  while (count > 0) {
    SCE_TRY(fill(in, 1));
    if (in->bytes.len == 0) return bad_block(in, "the file ends in it");
    size_t piece = count < in->bytes.len ? (size_t)count : in->bytes.len;
    if (out != NULL) SCE_TRY(sce_buf_append(out, in->bytes.data, piece));
    pass(in, piece);
    count -= piece;
  }
  return NULL;
}

/* A compact number, appended as well unless `out` is NULL. Whether it has the shortest form is for who decodes it. */
static sce_error_t *take_compact(cli_block_file_t *in, sce_buf_t *out, uint64_t *value) {
  uint8_t bytes[9] = {0};
  sce_buf_t piece = {0};
  SCE_TRY(fill(in, 1));
  unsigned first = in->bytes.len > 0 ? in->bytes.data[0] : 0, mode = first & 3;
  size_t len = mode == 0 ? 1 : mode == 1 ? 2 : mode == 2 ? 4 : 5 + (size_t)(first >> 2);
  if (len > sizeof bytes) return bad_block(in, "a length in it is beyond all bounds");
  sce_error_t *err = take(in, &piece, len);
  if (err == NULL) memcpy(bytes, piece.data, len);
  if (err == NULL && out != NULL) err = sce_buf_append(out, bytes, len);
  sce_buf_free(&piece);
  *value = mode == 3 ? sce_load_le64(bytes + 1) : sce_load_le64(bytes) >> 2;
  return err;
}

/* Vec<u8>, its length included. */
static sce_error_t *take_bytes(cli_block_file_t *in, sce_buf_t *out) {
  uint64_t len;
  SCE_TRY(take_compact(in, out, &len));
  return take(in, out, len);
}

/* ---- text ---- */

static bool is_separator(int c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == '[' || c == ']';
}

/* How far a value has been read: an object or a string as JSON has it, or a word. */
typedef struct scan {
  unsigned depth;
  bool string, escaped;
} scan_t;

/* Takes the next byte of a value; true: it was the last. */
static bool scan_byte(scan_t *scan, uint8_t c) {
  bool quote = c == '"' && !scan->escaped;
  scan->escaped = scan->string && c == '\\' && !scan->escaped;
  if (quote) scan->string = !scan->string;
  if (scan->string) return false;
  if (c == '{' || c == '[') scan->depth++;
  if ((c == '}' || c == ']') && scan->depth > 0) scan->depth--;
  return scan->depth == 0 && (quote || c == '}' || c == ']');
}

/* Appends one value: up to its closing brace or quote, or for a word to the white space behind it. */
static sce_error_t *take_value(cli_block_file_t *in, sce_buf_t *text) {
  scan_t scan = {.depth = 0};
  bool word = in->bytes.data[0] != '{' && in->bytes.data[0] != '"';
  for (bool last = false; !last;) {
    SCE_TRY(fill(in, 1));
    if (in->bytes.len == 0) return word ? NULL : bad_block(in, "the file ends in it");
    size_t len = 0;
    while (len < in->bytes.len && !last) {
      if (word && is_separator(in->bytes.data[len])) {
        last = true;
        break;
      }
      last = !word && scan_byte(&scan, in->bytes.data[len]);
      len++;
    }
    if (text->len + len > MAX_TEXT) return bad_block(in, "it is too large");
    SCE_TRY(sce_buf_append(text, in->bytes.data, len));
    pass(in, len);
  }
  return NULL;
}

/* A block in hexadecimal, as JSON, or in hexadecimal inside JSON. */
static sce_error_t *from_text(sce_buf_t *scale, sce_span_t text) {
  bool written;
  SCE_TRY(sce_written_bytes(scale, &written, text));
  if (written) return NULL;
  if (sce_span_equal(text, sce_span_text("null")))
    return sce_error_new(SCE_BAD_INPUT, "null, which a node answers for a block that it does not have");
  return text.data[0] == '{' ? sce_block_from_json(scale, text)
                             : sce_error_new(SCE_BAD_INPUT, "neither 0x… nor JSON, but \"%.*s\"",
                                             (int)(text.len < 40 ? text.len : 40), (const char *)text.data);
}

static sce_error_t *next_text(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  int c;
  SCE_TRY(peek(in, &c));
  while (is_separator(c)) {
    pass(in, 1);
    SCE_TRY(peek(in, &c));
  }
  if (c < 0) return NULL;
  *more = true;
  in->number++;
  sce_buf_t text = {0};
  sce_error_t *err = take_value(in, &text);
  if (err == NULL)
    err = sce_error_prefix(from_text(scale, sce_buf_span(&text)), "%s, block %llu", in->path,
                           (unsigned long long)in->number);
  sce_buf_free(&text);
  return err;
}

/* ---- sized ---- */

static sce_error_t *next_sized(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  int c;
  uint64_t len;
  SCE_TRY(peek(in, &c));
  if (c < 0) return NULL;
  in->number++;
  if ((c & 3) == 3) return bad_block(in, "its length is beyond all bounds");
  SCE_TRY(take_compact(in, NULL, &len));
  if (((c & 3) == 1 && len < 1 << 6) || ((c & 3) == 2 && len < 1 << 14))
    return bad_block(in, "its length is not in the shortest form");
  *more = true;
  return take(in, scale, len);
}

/* ---- export ---- */

static sce_error_t *take_digest_item(cli_block_file_t *in, sce_buf_t *scale) {
  int kind;
  SCE_TRY(peek(in, &kind));
  SCE_TRY(take(in, scale, 1));
  switch (kind) {
    case SCE_DIGEST_CONSENSUS:
    case SCE_DIGEST_SEAL:
    case SCE_DIGEST_PRE_RUNTIME: SCE_TRY(take(in, scale, 4)); return take_bytes(in, scale);
    case SCE_DIGEST_OTHER: return take_bytes(in, scale);
    case SCE_DIGEST_ENVIRONMENT_UPDATED: return NULL;
    default: return bad_block(in, "a digest item of an unknown kind");
  }
}

/* Option<Justifications>, a list of an engine's name and bytes each; up to 2021 Option<Vec<u8>>, the bytes of GRANDPA's
 * alone, which begin with a number: no name in ASCII. */
static sce_error_t *pass_justifications(cli_block_file_t *in) {
  int tag;
  uint64_t count;
  SCE_TRY(peek(in, &tag));
  SCE_TRY(take(in, NULL, 1));
  if (tag != 0 && tag != 1) return bad_block(in, "what follows is neither a justification nor none");
  if (tag == 0) return NULL;
  SCE_TRY(take_compact(in, NULL, &count));
  SCE_TRY(fill(in, 4));
  bool named = in->bytes.len >= 4 && count < 1 << 6;
  for (size_t i = 0; named && i < 4; i++) named = in->bytes.data[i] >= 0x20 && in->bytes.data[i] < 0x7f;
  if (!named) return take(in, NULL, count);
  for (; count > 0; count--) {
    SCE_TRY(take(in, NULL, 4));
    SCE_TRY(take_bytes(in, NULL));
  }
  return NULL;
}

static sce_error_t *take_signed(cli_block_file_t *in, sce_buf_t *scale) {
  uint64_t count;
  SCE_TRY(take(in, scale, 32));
  SCE_TRY(take_compact(in, scale, &count)); /* the block's number */
  SCE_TRY(take(in, scale, 64));
  SCE_TRY(take_compact(in, scale, &count));
  for (; count > 0; count--) SCE_TRY(take_digest_item(in, scale));
  SCE_TRY(take_compact(in, scale, &count));
  for (; count > 0; count--) SCE_TRY(take_bytes(in, scale));
  return pass_justifications(in);
}

static sce_error_t *next_exported(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  int c;
  unsigned long long read = in->number, announced = in->announced;
  SCE_TRY(peek(in, &c));
  if (read == announced && c < 0) return NULL;
  if (read == announced)
    return sce_error_new(SCE_BAD_INPUT, "%s: more follows the %llu blocks that it announces", in->path, announced);
  if (c < 0)
    return sce_error_new(SCE_BAD_INPUT, "%s: the file ends after %llu of the %llu blocks that it announces", in->path,
                         read, announced);
  in->number++;
  *more = true;
  return take_signed(in, scale);
}

/* ---- forms ---- */

static bool is_text(sce_span_t head) {
  head = sce_skip_bom(head);
  for (size_t i = 0; i < head.len; i++)
    if ((head.data[i] < 0x20 || head.data[i] > 0x7e) && !is_separator(head.data[i])) return false;
  return head.len > 0;
}

static bool are_zero(sce_span_t bytes) {
  for (size_t i = 0; i < bytes.len; i++)
    if (bytes.data[i] != 0) return false;
  return true;
}

/* A u64 below 2^32, then a header, against the length of a block, then a header; both begin with the parent's hash. A
 * small number is hardly ever a length that a block can have; where it is one, its zeros would be the hash's. */
static bool is_export(sce_span_t head) {
  if (head.len < 8 || !are_zero(sce_span(head.data + 4, 4))) return false;
  unsigned mode = head.data[0] & 3;
  uint32_t number = sce_load_le32(head.data);
  uint32_t len = mode == 2 ? number >> 2 : (number & (mode == 1 ? 0xffff : 0xff)) >> 2;
  bool length = mode != 3 && len >= MIN_BLOCK && (mode != 2 || len >= 1 << 14);
  bool zero_hash = head.len >= 40 && are_zero(sce_span(head.data + 8, 24));
  return !length || !zero_hash;
}

static sce_error_t *recognise(cli_block_file_t *in) {
  SCE_TRY(fill(in, HEAD));
  sce_span_t head = sce_span(in->bytes.data, in->bytes.len < HEAD ? in->bytes.len : HEAD);
  in->form = is_text(head) ? CLI_BLOCKS_TEXT : is_export(head) ? CLI_BLOCKS_EXPORT : CLI_BLOCKS_SIZED;
  if (in->form == CLI_BLOCKS_TEXT) in->bytes = sce_skip_bom(in->bytes);
  if (in->form != CLI_BLOCKS_EXPORT) return NULL;
  in->announced = sce_load_le64(head.data);
  pass(in, 8);
  return NULL;
}

sce_error_t *cli_block_file_open(cli_t *cli, cli_block_file_t *in, const char *path) {
  bool standard = strcmp(path, "-") == 0;
  *in = (cli_block_file_t){.path = cli_file_label(path), .fd = STDIN_FILENO};
  if (standard && cli->stdin_taken)
    return sce_error_new(SCE_MISUSE, "only one argument can be read from standard input (-)");
  if (standard) cli->stdin_taken = true;
  if (!standard) in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (in->fd < 0) return sce_error_system(errno, "cannot open %s", path);
  in->own_fd = !standard;
  in->chunk = sce_alloc(CHUNK);
  if (in->chunk == NULL) return sce_error_oom();
  in->bytes = sce_span(in->chunk, 0);
  return recognise(in);
}

void cli_block_file_close(cli_block_file_t *in) {
  if (in->own_fd) close(in->fd);
  sce_free(in->chunk);
  *in = (cli_block_file_t){.path = NULL};
}

sce_error_t *cli_block_file_next(cli_block_file_t *in, sce_buf_t *scale, bool *more) {
  scale->len = 0;
  *more = false;
  switch (in->form) {
    case CLI_BLOCKS_TEXT: return next_text(in, scale, more);
    case CLI_BLOCKS_EXPORT: return next_exported(in, scale, more);
    case CLI_BLOCKS_SIZED: break;
  }
  return next_sized(in, scale, more);
}

/* ---- one block ---- */

/* The only block of a file of blocks. */
static sce_error_t *read_only(cli_block_file_t *in, sce_buf_t *scale) {
  sce_buf_t other = {0};
  bool more = false;
  sce_error_t *err = cli_block_file_next(in, scale, &more);
  if (err == NULL && !more) err = sce_error_new(SCE_BAD_INPUT, "%s has no block", in->path);
  if (err == NULL) err = cli_block_file_next(in, &other, &more);
  if (err == NULL && more)
    err = sce_error_new(SCE_BAD_INPUT, "%s has more than one block: `scexec block replay` executes them in order",
                        in->path);
  sce_buf_free(&other);
  return err;
}

static bool is_bare(sce_span_t content) {
  sce_block_t *block = NULL;
  sce_error_t *err = sce_block_decode(&block, content);
  sce_error_delete(err);
  sce_block_delete(block);
  return err == NULL;
}

/* What is neither a bare block nor a file of one is passed on as it is: who decodes it says what is wrong. */
static sce_error_t *read_content(sce_buf_t *scale, sce_span_t content, const char *label) {
  cli_block_file_t in = {.path = label, .fd = -1, .bytes = content};
  SCE_TRY(recognise(&in));
  if (in.form == CLI_BLOCKS_TEXT) return read_only(&in, scale);
  if (is_bare(content)) return sce_buf_append(scale, content.data, content.len);
  sce_error_t *err = read_only(&in, scale);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT || in.number > 1) return err;
  sce_error_delete(err);
  scale->len = 0;
  return sce_buf_append(scale, content.data, content.len);
}

sce_error_t *cli_block_read(cli_t *cli, sce_buf_t *scale, const char *text) {
  if (text[0] == '{') return sce_error_prefix(sce_block_from_json(scale, sce_span_text(text)), "BLOCK");
  if (!cli_is_from_file(text)) return cli_read_data(cli, scale, text, "BLOCK");
  const char *path = text[0] == '@' ? text + 1 : text;
  sce_buf_t content = {0};
  sce_error_t *err = cli_read_file(cli, &content, path, CLI_MAX_DATA);
  if (err == NULL) err = read_content(scale, sce_buf_span(&content), cli_file_label(path));
  sce_buf_free(&content);
  return err;
}
