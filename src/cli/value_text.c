/* value_text.c: a JSON value laid out for people: what fits on a line stands on one, the rest is broken and indented.
 * The text comes from the library and is well-formed; the walk is bounded by its length all the same. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

#define WIDTH 96
#define INDENT 2
/* Deeper containers stand on one line, whatever their length. The library's values nest to 512 levels at most. */
#define MAX_DEPTH 640

typedef struct layout {
  sce_buf_t *out;
  const uint8_t *text;
  size_t len, at;
} layout_t;

/* Length of the string that begins at `at` with its quotes. */
static size_t string_length(const layout_t *l, size_t at) {
  size_t end = at + 1;
  while (end < l->len && l->text[end] != '"') end += l->text[end] == '\\' ? 2 : 1;
  return (end < l->len ? end + 1 : l->len) - at;
}

/* Columns that the container at `l->at` takes on one line, or `room` + 1 when it is more than that. */
static size_t line_width(const layout_t *l, size_t room) {
  size_t width = 0, depth = 0;
  for (size_t at = l->at; at < l->len && width <= room;) {
    uint8_t c = l->text[at];
    size_t size = c == '"' ? string_length(l, at) : 1;
    width += size + (c == ',' || c == ':' ? 1 : 0);
    at += size;
    if (c == '[' || c == '{') depth++;
    if ((c == ']' || c == '}') && --depth == 0) break;
  }
  return width <= room ? width : room + 1;
}

static sce_error_t *new_line(layout_t *l, size_t depth) {
  SCE_TRY(sce_buf_append_byte(l->out, '\n'));
  for (size_t i = 0; i < depth * INDENT; i++) SCE_TRY(sce_buf_append_byte(l->out, ' '));
  return NULL;
}

/* Copies one token, with the space that follows a comma or colon on a line. */
static sce_error_t *put_token(layout_t *l, bool space) {
  uint8_t c = l->text[l->at];
  size_t size = c == '"' ? string_length(l, l->at) : 1;
  SCE_TRY(sce_buf_append(l->out, l->text + l->at, size));
  l->at += size;
  return space && (c == ',' || c == ':') ? sce_buf_append_byte(l->out, ' ') : NULL;
}

static sce_error_t *put_flat(layout_t *l) {
  size_t depth = 0;
  while (l->at < l->len) {
    uint8_t c = l->text[l->at];
    SCE_TRY(put_token(l, true));
    if (c == '[' || c == '{') depth++;
    if ((c == ']' || c == '}') && --depth == 0) break;
  }
  return NULL;
}

/* The broken container's own depth is `depth`; its members are one deeper. One loop over all levels. */
static sce_error_t *put_value(layout_t *l) {
  size_t depth = 0, column = 0;
  while (l->at < l->len) {
    uint8_t c = l->text[l->at];
    size_t room = depth * INDENT + column < WIDTH ? WIDTH - depth * INDENT - column : 0;
    bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';
    if (opens && (depth >= MAX_DEPTH || line_width(l, room) <= room)) {
      SCE_TRY(put_flat(l));
      column = WIDTH;
      continue;
    }
    if (closes) SCE_TRY(new_line(l, depth > 0 ? --depth : 0));
    size_t before = l->out->len;
    SCE_TRY(put_token(l, c == ':'));
    column = c == ',' ? 0 : column + (l->out->len - before);
    if (opens) depth++;
    if (opens || c == ',') {
      SCE_TRY(new_line(l, depth));
      column = 0;
    }
  }
  return NULL;
}

sce_error_t *cli_value_text(sce_buf_t *out, sce_span_t json) {
  layout_t layout = {.out = out, .text = json.data, .len = json.len};
  return put_value(&layout);
}
