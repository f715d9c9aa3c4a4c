/* options.h: what a subcommand takes, as data. From the same tables come parsing (parse.c), `--help` (help.c), man
 * pages (manpage.c) and shell completions (completion.c), so that none can say what another does not know.
 *
 * A subcommand has a struct for its values; each row names the offset of the field it fills. Rows that several
 * subcommands share (sources, limits, output) are groups: one table, one struct, embedded where it is used.
 */
#ifndef SCE_CLI_OPTIONS_H
#define SCE_CLI_OPTIONS_H

#include "scexec/base.h"

/* What an option's value is, and the type of the field that gets it. */
typedef enum cli_kind {
  CLI_FLAG,     /* no value; bool */
  CLI_TEXT,     /* const char *, borrowed from argv */
  CLI_LIST,     /* repeatable; cli_list_t */
  CLI_NUMBER,   /* decimal, min to max; uint64_t */
  CLI_SIZE,     /* bytes, with an optional suffix K, M, G (powers of 1024), min to max; uint64_t */
  CLI_DURATION, /* milliseconds, with an optional suffix ms, s, m, min to max; uint64_t */
  CLI_CHOICE    /* one of choices; int, its index */
} cli_kind_t;

/* Values of a repeatable option, or positional arguments. */
typedef struct cli_list {
  const char **items; /* borrowed from argv; the array is owned */
  size_t count;
} cli_list_t;

typedef struct cli_option {
  const char *name; /* without "--" */
  char letter;      /* short form, or 0 */
  cli_kind_t kind;
  const char *argument;       /* name of the value in help texts; NULL for a flag */
  const char *help;           /* begins with a capital letter, no full stop at the end */
  size_t offset;              /* of the field, from the start of the group's struct */
  size_t given;               /* of a bool that becomes true when the user gave the option; 0: none */
  const char *preset;         /* value when not given, as the user would write it; NULL: the field stays all zero */
  const char *const *choices; /* CLI_CHOICE: names, NULL at the end */
  uint64_t min, max;          /* CLI_NUMBER, CLI_SIZE, CLI_DURATION; max 0: no bound */
} cli_option_t;

/* Options under one heading; groups of the same title that follow each other share it. `offset` is that of the group's
 * struct in the subcommand's. */
typedef struct cli_group {
  const char *title;           /* "Source" */
  const cli_option_t *options; /* a row with name NULL ends it */
  size_t offset;
} cli_group_t;

#define CLI_MAX_GROUPS 12

typedef struct cli_positional {
  const char *name; /* "METHOD" */
  const char *help;
  bool optional;
  bool repeated; /* the last one only: takes all that follows */
} cli_positional_t;

struct cli;

typedef struct cli_command {
  const char *name;                    /* "call", or two words: "state import" */
  const char *summary;                 /* one line: what it does, in the third person without a full stop */
  const char *description;             /* paragraphs under the usage line, or NULL */
  const char *examples;                /* lines of "$ scexec …" and explanations, or NULL */
  const cli_positional_t *positionals; /* a row with name NULL ends it; NULL: none */
  cli_group_t groups[CLI_MAX_GROUPS];  /* title NULL ends it */
  size_t values_size;                  /* sizeof the struct of values, which begins with cli_common_t */
  sce_error_t *(*run)(struct cli *cli, const void *values, const cli_list_t *words);
  bool source; /* takes a SOURCE: shown in the usage line */
  bool hidden; /* not in lists */
} cli_command_t;

/* How results are printed. */
typedef enum cli_output { CLI_HUMAN = 0, CLI_JSON = 1, CLI_RAW = 2, CLI_HEX = 3 } cli_output_t;

/* What every subcommand has: the first member of its struct. */
typedef struct cli_common {
  int output;    /* cli_output_t */
  bool json;     /* --json */
  int log_level; /* 0 off … 5 trace */
  int color;     /* 0 auto, 1 always, 2 never */
  bool quiet;
  bool help;
} cli_common_t;

/* The rows of cli_common_t: how results are printed (one of the first two tables, or a subcommand's own), and the rest.
 */
extern const cli_option_t cli_document_options[]; /* --output human|json */
extern const cli_option_t cli_bytes_options[];    /* --output human|json|raw|hex */
extern const cli_option_t cli_common_options[];

/* All subcommands; a row with name NULL ends it. */
extern const cli_command_t *const cli_commands[];

/* The command of one or two words at the start of `argv`; `*words` is how many. NULL when there is none. */
const cli_command_t *cli_find_command(int *words, int argc, char *const *argv);

/* ---- parsing ---- */

/* Reads `argv` (without program and subcommand) into `values` (command->values_size bytes, zeroed here) and `words`.
 * Errors are SCE_MISUSE with a suggestion where one is near. What was filled in is freed with cli_values_free(). */
sce_error_t *cli_parse(const cli_command_t *command, void *values, cli_list_t *words, int argc, char *const *argv);
void cli_values_free(const cli_command_t *command, void *values, cli_list_t *words);

/* One value of the kinds CLI_NUMBER, CLI_SIZE, CLI_DURATION and CLI_CHOICE; for tests and fuzzing as well. */
sce_error_t *cli_parse_value(const cli_option_t *option, void *field, const char *text);

/* The option of that name, with the group that has it; NULL when there is none. */
const cli_option_t *cli_find_option(const cli_command_t *command, const cli_group_t **group, const char *name,
                                    size_t len);

/* ---- suggestions ---- */

/* The best of the names offered for a mistyped `word`; name NULL: none is near enough to be meant. */
typedef struct cli_nearest {
  const char *name; /* NUL-terminated where all that was offered is */
  size_t name_len;
  size_t distance;
} cli_nearest_t;
void cli_nearest_offer(cli_nearest_t *best, const char *word, size_t len, const char *name);
void cli_nearest_offer_span(cli_nearest_t *best, const char *word, size_t len, sce_span_t name);

/* ---- texts made from the tables ---- */

/* Help of one subcommand; `width` is the number of columns to fill. */
sce_error_t *cli_help_command(sce_buf_t *out, const cli_command_t *command, size_t width);
/* Help of the program: all subcommands. */
sce_error_t *cli_help_program(sce_buf_t *out, size_t width);
/* Help of a first word that several subcommands share, such as "state". */
sce_error_t *cli_help_family(sce_buf_t *out, const char *family, size_t width);
/* Words of `text` filled into lines of at most `width` columns, each line after the first beginning with `indent`
 * spaces; `column` is where the first line stands. Line breaks in the text stay; a line that begins with a space is not
 * filled. */
sce_error_t *cli_fill(sce_buf_t *out, const char *text, size_t indent, size_t column, size_t width);
/* "scexec call SOURCE METHOD [DATA] [options]" */
sce_error_t *cli_usage_line(sce_buf_t *out, const cli_command_t *command);
/* The option's help with its choices and its preset; NUL-terminated. */
sce_error_t *cli_option_text(sce_buf_t *text, const cli_option_t *option);
/* What SOURCE is, for help and man page: lines of at most 88 columns. */
extern const char cli_source_text[];
/* "--chain SPEC.json" with its short form */
sce_error_t *cli_option_label(sce_buf_t *out, const cli_option_t *option);

#endif
