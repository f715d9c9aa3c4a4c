/* help.c: `--help`, made from the option tables. */
#include "cli/options.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

const char cli_source_text[] =
    "SOURCE is --chain SPEC.json (a chain spec: code and state), --state DIR (a database\n"
    "made by `scexec state import`), --runtime FILE (code), or the last with one of the others:\n"
    "the code of the file on that state.";

/* Widest label that has its text on the same line. */
#define LABEL_MAX 26

/* Characters, for which every one that help texts have takes a column. */
static size_t columns(sce_span_t text) {
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) count += (text.data[i] & 0xc0) != 0x80;
  return count;
}

static sce_error_t *pad(sce_buf_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) SCE_TRY(sce_buf_append_byte(out, ' '));
  return NULL;
}

static sce_error_t *break_line(sce_buf_t *out, size_t indent, size_t *column) {
  SCE_TRY(sce_buf_append_byte(out, '\n'));
  *column = indent;
  return pad(out, indent);
}

/* One line of text without line breaks, filled. */
static sce_error_t *fill_line(sce_buf_t *out, sce_span_t line, size_t indent, size_t *column, size_t width) {
  bool first = true;
  for (size_t at = 0; at < line.len;) {
    while (at < line.len && line.data[at] == ' ') at++;
    size_t end = at;
    while (end < line.len && line.data[end] != ' ') end++;
    if (end == at) break;
    size_t word = columns(sce_span(line.data + at, end - at));
    if (!first && *column + 1 + word > width) {
      SCE_TRY(break_line(out, indent, column));
      first = true;
    }
    if (!first) {
      SCE_TRY(sce_buf_append_byte(out, ' '));
      (*column)++;
    }
    SCE_TRY(sce_buf_append(out, line.data + at, end - at));
    *column += word;
    first = false;
    at = end;
  }
  return NULL;
}

sce_error_t *cli_fill(sce_buf_t *out, const char *text, size_t indent, size_t column, size_t width) {
  for (;;) {
    size_t len = strcspn(text, "\n");
    if (text[0] == ' ') {
      SCE_TRY(sce_buf_append(out, text, len));
    } else {
      SCE_TRY(fill_line(out, sce_span(text, len), indent, &column, width));
    }
    if (text[len] == '\0') return NULL;
    text += len + 1;
    if (*text == '\n' || *text == '\0') {
      SCE_TRY(sce_buf_append_byte(out, '\n'));
      column = 0;
    } else {
      SCE_TRY(break_line(out, indent, &column));
    }
  }
}

sce_error_t *cli_option_label(sce_buf_t *out, const cli_option_t *option) {
  if (option->letter != 0) SCE_TRY(sce_buf_printf(out, "-%c, ", option->letter));
  SCE_TRY(sce_buf_printf(out, "--%s", option->name));
  return option->argument != NULL ? sce_buf_printf(out, " %s", option->argument) : NULL;
}

/* "  label   text", the text filled beside the label or, after a long label, below it. */
static sce_error_t *put_entry(sce_buf_t *out, sce_span_t label, const char *text, size_t text_at, size_t width) {
  SCE_TRY(sce_buf_printf(out, "  %.*s", (int)label.len, (const char *)label.data));
  if (columns(label) + 4 > text_at) {
    SCE_TRY(sce_buf_append_byte(out, '\n'));
    SCE_TRY(pad(out, text_at));
  } else {
    SCE_TRY(pad(out, text_at - columns(label) - 2));
  }
  SCE_TRY(cli_fill(out, text, text_at, text_at, width));
  return sce_buf_append_byte(out, '\n');
}

sce_error_t *cli_option_text(sce_buf_t *text, const cli_option_t *o) {
  SCE_TRY(sce_buf_printf(text, "%s", o->help));
  if (o->kind == CLI_CHOICE) {
    SCE_TRY(sce_buf_printf(text, ": "));
    for (size_t i = 0; o->choices[i] != NULL; i++)
      SCE_TRY(sce_buf_printf(text, "%s%s", i == 0 ? "" : ", ", o->choices[i]));
  }
  if (o->preset != NULL) SCE_TRY(sce_buf_printf(text, " (default %s)", o->preset));
  return sce_buf_append_byte(text, '\0');
}

static sce_error_t *put_option(sce_buf_t *out, const cli_option_t *o, size_t text_at, size_t width) {
  sce_buf_t label = {0}, text = {0};
  sce_error_t *err = cli_option_label(&label, o);
  if (err == NULL) err = cli_option_text(&text, o);
  if (err == NULL) err = put_entry(out, sce_buf_span(&label), (const char *)text.data, text_at, width);
  sce_buf_free(&label);
  sce_buf_free(&text);
  return err;
}

/* Where the texts of a command's entries begin: after the widest label that is not too wide. */
static size_t text_column(const cli_command_t *command) {
  size_t widest = 8;
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++) {
      size_t len = strlen(o->name) + 2 + (o->letter != 0 ? 4 : 0);
      if (o->argument != NULL) len += columns(sce_span_text(o->argument)) + 1;
      if (len <= LABEL_MAX && len > widest) widest = len;
    }
  return widest + 4;
}

sce_error_t *cli_usage_line(sce_buf_t *out, const cli_command_t *command) {
  SCE_TRY(sce_buf_printf(out, "scexec %s", command->name));
  if (command->source) SCE_TRY(sce_buf_printf(out, " SOURCE"));
  for (const cli_positional_t *p = command->positionals; p != NULL && p->name != NULL; p++)
    SCE_TRY(sce_buf_printf(out, p->optional ? " [%s%s]" : " %s%s", p->name, p->repeated ? "…" : ""));
  return sce_buf_printf(out, " [options]");
}

static sce_error_t *put_indented(sce_buf_t *out, const char *title, const char *lines) {
  SCE_TRY(sce_buf_printf(out, "\n%s:\n", title));
  while (*lines != '\0') {
    size_t len = strcspn(lines, "\n");
    SCE_TRY(sce_buf_printf(out, "  %.*s\n", (int)len, lines));
    lines += len + (lines[len] == '\n' ? 1 : 0);
  }
  return NULL;
}

sce_error_t *cli_help_command(sce_buf_t *out, const cli_command_t *command, size_t width) {
  size_t text_at = text_column(command);
  SCE_TRY(sce_buf_printf(out, "Usage: "));
  SCE_TRY(cli_usage_line(out, command));
  SCE_TRY(sce_buf_printf(out, "\n\n"));
  SCE_TRY(cli_fill(out, command->description != NULL ? command->description : command->summary, 0, 0, width));
  SCE_TRY(sce_buf_append_byte(out, '\n'));
  if (command->positionals != NULL) {
    SCE_TRY(sce_buf_printf(out, "\nArguments:\n"));
    for (const cli_positional_t *p = command->positionals; p->name != NULL; p++)
      SCE_TRY(put_entry(out, sce_span_text(p->name), p->help, text_at, width));
  }
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++) {
    if (g == 0 || strcmp(command->groups[g].title, command->groups[g - 1].title) != 0)
      SCE_TRY(sce_buf_printf(out, "\n%s:\n", command->groups[g].title));
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++)
      SCE_TRY(put_option(out, o, text_at, width));
  }
  return command->examples != NULL ? put_indented(out, "Examples", command->examples) : NULL;
}

static sce_error_t *put_command_list(sce_buf_t *out, const char *family, size_t width) {
  size_t widest = 0, family_len = family != NULL ? strlen(family) : 0;
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++)
    if (strlen((*c)->name) > widest && !(*c)->hidden) widest = strlen((*c)->name);
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    const char *name = (*c)->name;
    bool member = family == NULL || (strncmp(name, family, family_len) == 0 && name[family_len] == ' ');
    if (member && !(*c)->hidden) SCE_TRY(put_entry(out, sce_span_text(name), (*c)->summary, widest + 4, width));
  }
  return NULL;
}

sce_error_t *cli_help_family(sce_buf_t *out, const char *family, size_t width) {
  SCE_TRY(sce_buf_printf(out, "Usage: scexec %s SUBCOMMAND [options]\n\nSubcommands:\n", family));
  SCE_TRY(put_command_list(out, family, width));
  return sce_buf_printf(out, "\n`scexec %s SUBCOMMAND --help` describes each.\n", family);
}

sce_error_t *cli_help_program(sce_buf_t *out, size_t width) {
  SCE_TRY(sce_buf_printf(out,
                         "scexec %s: run the runtimes of Substrate chains\n\n"
                         "Usage: scexec COMMAND SOURCE [arguments] [options]\n\nCommands:\n",
                         sce_version()));
  SCE_TRY(put_command_list(out, NULL, width));
  SCE_TRY(sce_buf_printf(out, "\n%s\n", cli_source_text));
  return sce_buf_printf(out, "\nExamples:\n"
                             "  scexec inspect --chain polkadot.json\n"
                             "  scexec call --chain polkadot.json Core_version\n"
                             "  scexec call --runtime runtime.wasm Metadata_metadata --output raw > metadata.scale\n"
                             "\n`scexec COMMAND --help` describes each; `scexec --version` prints versions.\n"
                             "Exit status: 0 done, 1 the call failed in the runtime, 2 wrong usage,\n"
                             "3 bad input (code, spec, data), 4 the environment (file, memory).\n");
}
