/* manpage.c: man pages from the same tables as `--help`: `scexec man` prints one, or writes all into a folder (for
 * `make install`). man(7) macros only. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct man_values {
  cli_common_t common;
  const char *folder;
} man_values_t;

/* Text as roff: backslashes, hyphens and a control character at the start of a line are escaped; line breaks begin a
 * new line of output, empty lines a paragraph, and lines that begin with a space stay as they are. */
static sce_error_t *put_text(sce_buf_t *out, const char *text) {
  bool line_start = true, verbatim = false;
  for (; *text != '\0'; text++) {
    if (line_start && (*text == ' ') != verbatim && *text != '\n') {
      verbatim = *text == ' ';
      SCE_TRY(sce_buf_printf(out, verbatim ? ".nf\n" : ".fi\n"));
    }
    if (line_start && (*text == '.' || *text == '\'')) SCE_TRY(sce_buf_printf(out, "\\&"));
    if (*text == '\\') {
      SCE_TRY(sce_buf_printf(out, "\\e"));
    } else if (*text == '-') {
      SCE_TRY(sce_buf_printf(out, "\\-"));
    } else if (*text == '\n' && line_start) {
      SCE_TRY(sce_buf_printf(out, ".PP\n"));
    } else {
      SCE_TRY(sce_buf_append_byte(out, (uint8_t)*text));
    }
    line_start = *text == '\n';
  }
  if (!line_start) SCE_TRY(sce_buf_append_byte(out, '\n'));
  return verbatim ? sce_buf_printf(out, ".fi\n") : NULL;
}

/* A name with spaces as one with hyphens: "state import" is the page scexec-state-import. */
static sce_error_t *put_page_name(sce_buf_t *out, const cli_command_t *command) {
  SCE_TRY(sce_buf_printf(out, "scexec"));
  if (command == NULL) return NULL;
  SCE_TRY(sce_buf_append_byte(out, '-'));
  for (const char *p = command->name; *p != '\0'; p++) SCE_TRY(sce_buf_append_byte(out, *p == ' ' ? '-' : (uint8_t)*p));
  return NULL;
}

static sce_error_t *put_head(sce_buf_t *out, const cli_command_t *command, const char *summary) {
  SCE_TRY(sce_buf_printf(out, ".TH \""));
  SCE_TRY(put_page_name(out, command));
  SCE_TRY(sce_buf_printf(out, "\" 1 \"\" \"scexec %s\" \"scexec\"\n.SH NAME\n", sce_version()));
  SCE_TRY(put_page_name(out, command));
  SCE_TRY(sce_buf_printf(out, " \\- "));
  return put_text(out, summary);
}

static sce_error_t *put_option(sce_buf_t *out, const cli_option_t *o) {
  SCE_TRY(sce_buf_printf(out, ".TP\n"));
  if (o->letter != 0) SCE_TRY(sce_buf_printf(out, "\\fB\\-%c\\fR, ", o->letter));
  SCE_TRY(sce_buf_printf(out, "\\fB\\-\\-"));
  for (const char *p = o->name; *p != '\0'; p++) SCE_TRY(sce_buf_printf(out, *p == '-' ? "\\-" : "%c", *p));
  SCE_TRY(sce_buf_printf(out, "\\fR"));
  if (o->argument != NULL) SCE_TRY(sce_buf_printf(out, " \\fI%s\\fR", o->argument));
  SCE_TRY(sce_buf_append_byte(out, '\n'));
  sce_buf_t text = {0};
  sce_error_t *err = cli_option_text(&text, o);
  if (err == NULL) err = put_text(out, (const char *)text.data);
  sce_buf_free(&text);
  return err;
}

static sce_error_t *put_options(sce_buf_t *out, const cli_command_t *command) {
  SCE_TRY(sce_buf_printf(out, ".SH OPTIONS\n"));
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++) {
    if (g == 0 || strcmp(command->groups[g].title, command->groups[g - 1].title) != 0)
      SCE_TRY(sce_buf_printf(out, ".SS %s\n", command->groups[g].title));
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++) SCE_TRY(put_option(out, o));
  }
  return NULL;
}

static sce_error_t *put_end(sce_buf_t *out) {
  return sce_buf_printf(
      out, ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nThe call failed in the runtime.\n.TP\n2\nWrong usage.\n"
           ".TP\n3\nBad input: code, chain spec, data.\n.TP\n4\nThe environment: a file, memory.\n");
}

static sce_error_t *put_command_page(sce_buf_t *out, const cli_command_t *command) {
  SCE_TRY(put_head(out, command, command->summary));
  SCE_TRY(sce_buf_printf(out, ".SH SYNOPSIS\n"));
  SCE_TRY(cli_usage_line(out, command));
  SCE_TRY(sce_buf_printf(out, "\n.SH DESCRIPTION\n"));
  SCE_TRY(put_text(out, command->description != NULL ? command->description : command->summary));
  for (const cli_positional_t *p = command->positionals; p != NULL && p->name != NULL; p++) {
    if (p == command->positionals) SCE_TRY(sce_buf_printf(out, ".SH ARGUMENTS\n"));
    SCE_TRY(sce_buf_printf(out, ".TP\n\\fI%s\\fR\n", p->name));
    SCE_TRY(put_text(out, p->help));
  }
  SCE_TRY(put_options(out, command));
  SCE_TRY(put_end(out));
  if (command->examples != NULL) {
    SCE_TRY(sce_buf_printf(out, ".SH EXAMPLES\n.nf\n"));
    SCE_TRY(put_text(out, command->examples));
    SCE_TRY(sce_buf_printf(out, ".fi\n"));
  }
  return sce_buf_printf(out, ".SH SEE ALSO\n.BR scexec (1)\n");
}

static sce_error_t *put_program_page(sce_buf_t *out) {
  SCE_TRY(put_head(out, NULL, "runs the runtimes of Substrate chains"));
  SCE_TRY(sce_buf_printf(out, ".SH SYNOPSIS\nscexec COMMAND SOURCE [arguments] [options]\n.SH COMMANDS\n"));
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    if ((*c)->hidden) continue;
    SCE_TRY(sce_buf_printf(out, ".TP\n.BR "));
    SCE_TRY(put_page_name(out, *c));
    SCE_TRY(sce_buf_printf(out, " (1)\n"));
    SCE_TRY(put_text(out, (*c)->summary));
  }
  SCE_TRY(sce_buf_printf(out, ".SH SOURCE\n"));
  SCE_TRY(put_text(out, cli_source_text));
  return put_end(out);
}

/* ---- the command ---- */

static sce_error_t *put_page(sce_buf_t *out, const cli_command_t *command) {
  return command == NULL ? put_program_page(out) : put_command_page(out, command);
}

static sce_error_t *write_page(const char *folder, const cli_command_t *command) {
  sce_buf_t path = {0}, page = {0};
  sce_error_t *err = sce_buf_printf(&path, "%s/", folder);
  if (err == NULL) err = put_page_name(&path, command);
  if (err == NULL) err = sce_buf_append(&path, ".1", 3);
  if (err == NULL) err = put_page(&page, command);
  if (err == NULL) err = cli_write_file((const char *)path.data, sce_buf_span(&page));
  sce_buf_free(&path);
  sce_buf_free(&page);
  return err;
}

static sce_error_t *write_all(const char *folder) {
  SCE_TRY(write_page(folder, NULL));
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++)
    if (!(*c)->hidden) SCE_TRY(write_page(folder, *c));
  return NULL;
}

static sce_error_t *find_page(const cli_command_t **command, const cli_list_t *words) {
  int used;
  *command = cli_find_command(&used, (int)words->count, (char *const *)words->items);
  if (*command != NULL && (size_t)used == words->count) return NULL;
  return sce_error_new(SCE_MISUSE, "there is no page for that command; `scexec --help` lists the commands");
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)cli;
  const man_values_t *v = values;
  if (v->folder != NULL) return write_all(v->folder);
  const cli_command_t *command = NULL;
  if (words->count > 0) SCE_TRY(find_page(&command, words));
  sce_buf_t page = {0};
  sce_error_t *err = put_page(&page, command);
  if (err == NULL) err = cli_write(sce_buf_span(&page));
  sce_buf_free(&page);
  return err;
}

static const cli_option_t options[] = {
    {.name = "all",
     .kind = CLI_TEXT,
     .argument = "DIR",
     .help = "Write all pages into a folder, as files of section 1",
     .offset = offsetof(man_values_t, folder)},
    {.name = NULL},
};

static const cli_positional_t positionals[] = {
    {.name = "COMMAND",
     .help = "The command; nothing for the page of scexec itself",
     .optional = true,
     .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_man_command = {
    .name = "man",
    .summary = "Prints a man page",
    .description = "Prints the man page of a command in roff, made from the same descriptions as its --help.",
    .examples = "scexec man call | man -l -",
    .positionals = positionals,
    .groups = {{"Pages", options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(man_values_t),
    .run = run,
    .hidden = true,
};
