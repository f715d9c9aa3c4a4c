/* json_pull.h: reading JSON (RFC 8259) piece by piece, without building a tree: a chain spec is megabytes of
 * hexadecimal strings that go straight into a table, and an id of `scexec batch` must come back as it was written.
 *
 * As strict as serde_json: no comments, no trailing commas, no byte order mark, strings in well-formed UTF-8. All
 * errors are SCE_BAD_INPUT and name line and column. */
#ifndef SCE_BASE_JSON_PULL_H
#define SCE_BASE_JSON_PULL_H

#include "scexec/base.h"

/* Deepest nesting: serde_json's recursion limit. */
#define SCE_JSON_MAX_DEPTH 128
/* That of a reader of values, whose `deepest` may be as much: what Jansson reads, and a request around it. */
#define SCE_JSON_MAX_VALUE_DEPTH 2052

typedef enum sce_json_kind {
  SCE_JSON_OBJECT,
  SCE_JSON_ARRAY,
  SCE_JSON_STRING,
  SCE_JSON_NUMBER,
  SCE_JSON_TRUE,
  SCE_JSON_FALSE,
  SCE_JSON_NULL
} sce_json_kind_t;

/* A reader stands before a value, or between the parts of the container that it entered last. Plain data: a copy is a
 * bookmark. After an error it must not be used any more. */
typedef struct sce_json_reader {
  sce_span_t text; /* borrowed */
  size_t at;
  unsigned depth;   /* containers entered */
  bool fresh;       /* the container was entered and nothing read of it */
  uint64_t line;    /* number of the text's first line, for errors */
  unsigned deepest; /* containers that may be entered */
} sce_json_reader_t;

/* A string as it stands between its quotes. */
typedef struct sce_json_string {
  sce_span_t raw;
  bool escaped; /* has backslashes: see sce_json_unescape */
} sce_json_string_t;

static inline sce_json_reader_t sce_json_reader(sce_span_t text) {
  return (sce_json_reader_t){text, 0, 0, false, 1, SCE_JSON_MAX_DEPTH};
}

/* An error about the place where the reader stands. */
sce_error_t *sce_json_error(const sce_json_reader_t *in, const char *what);

/* The kind of the value that comes next, which is not consumed. */
sce_error_t *sce_json_peek(sce_json_reader_t *in, sce_json_kind_t *kind);
/* Enters an object or array; refuses any other value, naming `what` (such as "an object"). */
sce_error_t *sce_json_enter(sce_json_reader_t *in, sce_json_kind_t kind);
/* The next member's name, then the reader stands before its value; `*more` false: the object ended and was left. */
sce_error_t *sce_json_member(sce_json_reader_t *in, bool *more, sce_json_string_t *name);
/* The same in steps, for a caller that reads the name itself: to the name, and from behind the name to the value. */
sce_error_t *sce_json_next_member(sce_json_reader_t *in, bool *more);
sce_error_t *sce_json_colon(sce_json_reader_t *in);
/* To the next element; `*more` false: the array ended and was left. */
sce_error_t *sce_json_element(sce_json_reader_t *in, bool *more);
sce_error_t *sce_json_read_string(sce_json_reader_t *in, sce_json_string_t *string);
/* The text of a number. */
sce_error_t *sce_json_read_number(sce_json_reader_t *in, sce_span_t *number);
/* Passes over one value, whatever it is, and checks it; its text, from first to last byte, into `*text` unless NULL. */
sce_error_t *sce_json_skip(sce_json_reader_t *in, sce_span_t *text);
/* After the outermost value: nothing but white space may follow. */
sce_error_t *sce_json_end(sce_json_reader_t *in);

/* Appends the string's characters, escapes resolved; lone surrogates are refused. */
sce_error_t *sce_json_unescape(sce_buf_t *out, sce_json_string_t string);
/* True when the string is `text`, escapes not considered (they make it another). */
bool sce_json_string_is(sce_json_string_t string, const char *text);

#endif
