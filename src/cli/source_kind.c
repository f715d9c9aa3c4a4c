/* source_kind.c: see source_kind.h. Nothing is opened that could wait or have an effect: regular files and directories
 * alone. */
#include "cli/source_kind.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/written.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much of a file as is looked at. */
#define PEEK 512

typedef enum kind { KIND_OTHER, KIND_SPEC, KIND_CODE, KIND_ARTIFACT, KIND_DATABASE, KIND_METADATA } kind_t;

static const char *const nouns[] = {NULL,      "a chain spec", "code", "compiled code, an artifact", "a state database",
                                    "metadata"};
static const char *const options_of[] = {NULL, "--chain", "--runtime", "--artifact", "--state", "--metadata"};

/* Metadata as it is, or as a runtime returns it: with a length before it, or as Some of that; in bytes or written out.
 */
static bool is_metadata(sce_span_t bytes) {
  sce_span_t text = sce_trim(sce_skip_bom(bytes));
  bool written = sce_span_starts_with(text, sce_span_text("0x"));
  const char *magic = written ? "6d657461" : "meta";
  size_t a_byte = written ? 2 : 1, skip = written ? 2 : 0;
  for (size_t before = 0; before <= 5; before++) /* a tag and a compact length of up to four bytes */
    if (sce_span_starts_with(sce_span_skip(text, skip + before * a_byte), sce_span_text(magic))) return true;
  return false;
}

static kind_t kind_of_bytes(sce_span_t bytes) {
  static const char *const code[] = {"0x0061736d", "0x52bc537646db8e05"}; /* both as a JSON-RPC server gives them */
  if (sce_span_starts_with(bytes, sce_span("\0asm", 4)) ||
      sce_span_starts_with(bytes, sce_span("\x52\xbc\x53\x76\x46\xdb\x8e\x05", 8)))
    return KIND_CODE;
  if (sce_span_starts_with(bytes, sce_span("\177ELF", 4))) return KIND_ARTIFACT;
  if (is_metadata(bytes)) return KIND_METADATA;
  sce_span_t text = sce_trim(sce_skip_bom(bytes));
  for (size_t i = 0; i < sizeof code / sizeof code[0]; i++)
    if (sce_span_starts_with(text, sce_span_text(code[i]))) return KIND_CODE;
  bool answer = memmem(bytes.data, bytes.len, "\"result\"", 8) != NULL ||
                memmem(bytes.data, bytes.len, "\"jsonrpc\"", 9) != NULL; /* of a server: may hold either */
  return sce_is_json_object(bytes) && !answer ? KIND_SPEC : KIND_OTHER;
}

static bool is_database(const char *path) {
  sce_buf_t file = {0};
  struct stat info;
  sce_error_t *err = sce_buf_printf(&file, "%s/data.mdb", path);
  if (err == NULL) err = sce_buf_append_byte(&file, '\0');
  bool is = err == NULL && stat((const char *)file.data, &info) == 0;
  sce_error_delete(err);
  sce_buf_free(&file);
  return is;
}

static kind_t kind_of(const char *path) {
  struct stat info;
  uint8_t bytes[PEEK];
  if (stat(path, &info) != 0) return KIND_OTHER;
  if (S_ISDIR(info.st_mode)) return is_database(path) ? KIND_DATABASE : KIND_OTHER;
  int fd = S_ISREG(info.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
  if (fd < 0) return KIND_OTHER;
  ssize_t got = read(fd, bytes, sizeof bytes);
  close(fd);
  return got > 0 ? kind_of_bytes(sce_span(bytes, (size_t)got)) : KIND_OTHER;
}

static sce_error_t *check_kind(const char *path, kind_t wanted, bool argument) {
  if (path == NULL || strcmp(path, "-") == 0) return NULL;
  kind_t kind = kind_of(path);
  if (kind == KIND_OTHER || kind == wanted) return NULL;
  if (kind == KIND_METADATA || argument)
    return sce_error_new(SCE_MISUSE, "%s is %s, where %s is due", path, nouns[kind], nouns[wanted]);
  return sce_error_new(SCE_MISUSE, "%s is %s: give it with %s, not with %s", path, nouns[kind], options_of[kind],
                       options_of[wanted]);
}

sce_error_t *cli_check_kinds(const cli_source_options_t *options) {
  SCE_TRY(check_kind(options->chain, KIND_SPEC, options->argument));
  SCE_TRY(check_kind(options->runtime, KIND_CODE, false));
  SCE_TRY(check_kind(options->artifact, KIND_ARTIFACT, false));
  SCE_TRY(check_kind(options->metadata, KIND_METADATA, false));
  return check_kind(options->state, KIND_DATABASE, false);
}

sce_error_t *cli_check_directory(const char *path) {
  kind_t kind = kind_of(path);
  if (kind == KIND_OTHER || kind == KIND_DATABASE || kind == KIND_METADATA) return NULL;
  return sce_error_new(SCE_MISUSE, "%s is %s, and no directory of a state database: give it with %s", path, nouns[kind],
                       options_of[kind]);
}

bool cli_is_metadata_file(const char *path) {
  return strcmp(path, "-") != 0 && kind_of(path) == KIND_METADATA;
}

/* ---- a SOURCE without its option ---- */

static bool takes_metadata(const cli_command_t *command) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    if (command->groups[g].options == cli_metadata_source_options) return true;
  return false;
}

static const cli_source_options_t *source_of(const cli_command_t *command, const void *values) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    if (command->groups[g].options == cli_source_options)
      return (const cli_source_options_t *)(const void *)((const char *)values + command->groups[g].offset);
  return NULL;
}

/* A word as a shell takes it. */
static sce_error_t *append_word(sce_buf_t *line, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (word[0] != '\0' && word[strspn(word, plain)] == '\0') return sce_buf_printf(line, " %s", word);
  SCE_TRY(sce_buf_printf(line, " '"));
  for (; *word != '\0'; word++) {
    bool quote = *word == '\'';
    SCE_TRY(quote ? sce_buf_printf(line, "'\\''") : sce_buf_append_byte(line, (uint8_t)*word));
  }
  return sce_buf_append_byte(line, '\'');
}

static sce_error_t *line_with(sce_buf_t *line, const cli_command_t *command, const char *option, const char *path,
                              int argc, char *const *argv) {
  bool taken = false;
  SCE_TRY(sce_buf_printf(line, "scexec %s %s", command->name, option));
  SCE_TRY(append_word(line, path));
  for (int i = 0; i < argc; i++) {
    bool same = !taken && strcmp(argv[i], path) == 0;
    taken = taken || same;
    if (!same) SCE_TRY(append_word(line, argv[i]));
  }
  return sce_buf_append_byte(line, '\0');
}

sce_error_t *cli_misplaced_source(const cli_command_t *command, const void *values, const cli_list_t *words, int argc,
                                  char *const *argv) {
  const cli_source_options_t *source = source_of(command, values);
  if (source == NULL || source->chain != NULL || source->runtime != NULL || source->artifact != NULL ||
      source->state != NULL || source->metadata != NULL)
    return NULL;
  kind_t kind = KIND_OTHER;
  size_t i = 0;
  while (i < words->count && (kind = kind_of(words->items[i])) == KIND_OTHER) i++;
  if (kind == KIND_OTHER || (kind == KIND_METADATA && !takes_metadata(command))) return NULL;
  sce_buf_t line = {0};
  sce_error_t *err = line_with(&line, command, options_of[kind], words->items[i], argc, argv);
  if (err == NULL)
    err = sce_error_new(SCE_MISUSE, "%s is %s, which is given with %s: %s", words->items[i], nouns[kind],
                        options_of[kind], (const char *)line.data);
  sce_buf_free(&line);
  return err;
}
