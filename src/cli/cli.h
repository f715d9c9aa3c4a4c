/* cli.h: what every subcommand uses: results on standard output, errors and logs on standard error, files. */
#ifndef SCE_CLI_CLI_H
#define SCE_CLI_CLI_H

#include "scexec.h"

#include "cli/options.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

/* One run of the command. Made by main.c, handed to everything. */
typedef struct cli {
  cli_output_t output;
  int log_level;        /* runtime lines shown: 0 off … 5 trace */
  bool quiet;           /* no progress, no warnings */
  bool color;           /* standard error may be coloured */
  bool color_out;       /* standard output may be coloured */
  bool progress;        /* standard error is a terminal and progress is wanted */
  bool stdin_taken;     /* an argument "-" has read standard input */
  bool words_are_files; /* arguments are files of the subcommand's own, and no misplaced SOURCE */
  bool json_failed;     /* building a JSON document ran out of memory: checked when it is printed */
  bool lines;           /* JSON documents follow each other, a line each */
  const char *open;     /* ends the last value of a document that is printed in pieces; NULL: none is on its way */
  int exit_code;        /* what a subcommand that did not fail wants to say; 0 at the start */
} cli_t;

/* ---- exit codes and errors (report.c) ---- */

enum { CLI_DONE = 0, CLI_CALL_FAILED = 1, CLI_USAGE = 2, CLI_BAD_INPUT = 3, CLI_ENVIRONMENT = 4 };

/* The exit code of an error: the one place that maps kinds. */
int cli_exit_code(sce_error_kind_t kind);

/* {"kind", "message", "panic", "backtrace"}: the last two where there are any. NULL when out of memory. */
json_t *cli_error_json(const sce_error_t *err);

/* Prints an error: one sentence, panic, backtrace on standard error; with --output json also {"error": …} on standard
 * output. Takes `err`, returns the exit code. */
int cli_report(cli_t *cli, sce_error_t *err);

/* "warning: …" on standard error. */
void cli_warn(const cli_t *cli, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* ---- standard output (output.c): errors are SCE_IO ---- */

sce_error_t *cli_write(sce_span_t bytes);
sce_error_t *cli_printf(const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 1, 2)))
#endif
    ;
/* "0x…" and a line break, without a copy of the whole. */
sce_error_t *cli_write_hex_line(sce_span_t bytes);
/* Text from outside, with control characters escaped (cli_escape). */
sce_error_t *cli_write_escaped(sce_span_t text);
/* The same, but line breaks stay. */
sce_error_t *cli_write_text(sce_span_t text);
/* Appends a JSON value of the library, laid out for people (value_text.c). */
sce_error_t *cli_value_text(sce_buf_t *out, sce_span_t json);
/* The same to standard output, with a line break. */
sce_error_t *cli_print_value(sce_span_t json);
/* Everything written must have arrived. Called once by main, after the subcommand. */
sce_error_t *cli_flush(void);

/* ---- JSON (json.c) ---- */

/* Adds `value` (taken; NULL counts as out of memory) to an object or array. Failures are kept in cli->json_failed. */
void cli_put(cli_t *cli, json_t *object, const char *key, json_t *value);
void cli_add(cli_t *cli, json_t *array, json_t *value);
void cli_put_text(cli_t *cli, json_t *object, const char *key, const char *text); /* NULL: null */
void cli_put_count(cli_t *cli, json_t *object, const char *key, uint64_t number);
void cli_put_hex(cli_t *cli, json_t *object, const char *key, sce_span_t bytes);
/* Milliseconds from nanoseconds, to the microsecond. */
void cli_put_ms(cli_t *cli, json_t *object, const char *key, uint64_t ns);
/* Text that may not be UTF-8: ill-formed bytes become U+FFFD. NULL when out of memory. */
json_t *cli_json_text(sce_span_t text);
/* "0x…"; NULL when out of memory. */
json_t *cli_json_hex(sce_span_t bytes);
/* Integers above 2^53 as strings, as JSON readers lose them otherwise. */
json_t *cli_json_count(uint64_t number);
/* JSON text of the library as a value; NULL when out of memory (it is never malformed). */
json_t *cli_json_parse(sce_span_t text);
/* Prints the document (taken) as indented JSON and a line break. Where a document is on its way, its members become the
 * last ones of that: so does an error. */
sce_error_t *cli_print_json(cli_t *cli, json_t *document);
/* The same, but the document goes on: cli_print_json() ends it. */
sce_error_t *cli_print_json_begin(cli_t *cli, json_t *document);
/* A document of one array, printed row by row (taken). */
sce_error_t *cli_rows_begin(cli_t *cli, const char *name);
sce_error_t *cli_rows_add(cli_t *cli, json_t *row);
sce_error_t *cli_rows_end(cli_t *cli);

/* ---- input (input.c) ---- */

/* Files larger than this are refused: far above any runtime or chain spec, below what would exhaust a machine. */
#define CLI_MAX_FILE ((size_t)4 << 30)
/* Code has at most 1 GiB, and may be given in hexadecimal. */
#define CLI_MAX_CODE (((size_t)2 << 30) + 64)
/* Call data larger than this does not fit a runtime's memory. */
#define CLI_MAX_DATA ((size_t)1 << 30)

/* Appends a file, "-" for standard input (once), of at most `limit` bytes. */
sce_error_t *cli_read_file(cli_t *cli, sce_buf_t *bytes, const char *path, size_t limit);
/* Whether an argument is "@file" or "-". */
bool cli_is_from_file(const char *text);
/* The text that such an argument names, appended, without a byte order mark. */
sce_error_t *cli_read_text(cli_t *cli, sce_buf_t *text, const char *word);
/* The name of a file in messages: "standard input" for "-". */
const char *cli_file_label(const char *path);
/* Appends the bytes that a FILE has, or writes out: as 0x…, alone or inside JSON (base/written.h). "-" is standard
 * input. Errors begin with the file's name. */
sce_error_t *cli_read_bytes(cli_t *cli, sce_buf_t *bytes, const char *path, size_t limit);
/* DATA: "0x…", "@file", "-" (standard input), appended to `bytes`; files as above. `what` names the argument in errors.
 */
sce_error_t *cli_read_data(cli_t *cli, sce_buf_t *bytes, const char *text, const char *what);
/* HEADER: DATA, or JSON as chain_getHeader answers, also as the argument itself. `scale` gets the encoding. */
sce_error_t *cli_read_header(cli_t *cli, sce_buf_t *scale, const char *text, const char *what);
/* METHOD "Core_version" or "Core.version" as the export's name. */
sce_error_t *cli_read_method(sce_buf_t *name, const char *text);
/* Writes a file whole or not at all (a temporary file, renamed); "-" is standard output. */
sce_error_t *cli_write_file(const char *path, sce_span_t bytes);

/* Overwrites secrets, in a way that the compiler may not leave out. */
void cli_wipe(void *data, size_t len);

/* ---- text from outside (escape.c) ---- */

/* Appends `text` with control characters, ill-formed UTF-8 and characters that turn or hide text as \n, \x1b, \u202e;
 * line breaks stay where `lines`, each followed by `indent` spaces. */
sce_error_t *cli_escape(sce_buf_t *out, sce_span_t text, bool lines, size_t indent);

/* ---- logs and progress (log.c, progress.c) ---- */

/* A sink for the runtime's log lines and for scexec's own. `cli` must outlive it. */
sce_log_t cli_runtime_log(cli_t *cli);
sce_log_t cli_own_log(cli_t *cli);

/* A line on a terminal's standard error that appears after a second. */
typedef struct cli_progress {
  const cli_t *cli;
  const char *what; /* "importing" */
  uint64_t start_ns, shown_ns;
  bool shown;
} cli_progress_t;
void cli_progress_start(cli_progress_t *progress, const cli_t *cli, const char *what);
/* `total` 0: not known. `unit` such as "keys". */
void cli_progress_update(cli_progress_t *progress, uint64_t done, uint64_t total, const char *unit);
/* Removes the line. */
void cli_progress_end(cli_progress_t *progress);

/* The same for work that does not say how far it is, such as compiling: "compiling … 3 s". */
typedef struct cli_waiting {
  const char *what;
  bool running, done, shown;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pthread_t thread;
} cli_waiting_t;
void cli_waiting_start(cli_waiting_t *waiting, const cli_t *cli, const char *what);
void cli_waiting_end(cli_waiting_t *waiting);

/* Monotonic clock, nanoseconds. */
uint64_t cli_now_ns(void);

/* ---- people's units (units.c) ---- */

/* "1.87 MB", "412 bytes" into `text` (32 bytes). */
const char *cli_size_text(char text[32], uint64_t bytes);
/* "3.52 ms", "17.2 µs" into `text` (32 bytes). */
const char *cli_time_text(char text[32], uint64_t ns);

#endif
