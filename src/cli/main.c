/* main.c: the command scexec: finds the subcommand, reads its options, runs it, and turns its outcome into an exit
 * code. */
#include "cli/cli.h"
#include "cli/source_kind.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns that help texts fill. */
#define HELP_WIDTH 88

static bool is_family(const char *word) {
  size_t len = strlen(word);
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++)
    if (strncmp((*c)->name, word, len) == 0 && (*c)->name[len] == ' ') return true;
  return false;
}

/* The first word of a command's name. */
static sce_span_t first_word(const cli_command_t *command) {
  return sce_span(command->name, strcspn(command->name, " "));
}

static const char *nearest_subcommand(sce_span_t family, const char *word) {
  cli_nearest_t best = {0};
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++)
    if (sce_span_equal(first_word(*c), family) && (*c)->name[family.len] == ' ')
      cli_nearest_offer(&best, word, strlen(word), (*c)->name + family.len + 1);
  return best.name;
}

static sce_error_t *unknown_subcommand(const char *family, const char *word) {
  const char *nearest = nearest_subcommand(sce_span_text(family), word);
  if (nearest != NULL)
    return sce_error_new(SCE_MISUSE, "there is no command \"%s %s\"; did you mean \"%s %s\"?", family, word, family,
                         nearest);
  return sce_error_new(SCE_MISUSE, "there is no command \"%s %s\"; `scexec %s --help` lists them", family, word,
                       family);
}

/* `second`: the word behind it, or NULL. Where the first is that of a family, it counts too. */
static sce_error_t *unknown_command(const char *word, const char *second) {
  cli_nearest_t best = {0};
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++)
    if (!(*c)->hidden) cli_nearest_offer_span(&best, word, strlen(word), first_word(*c));
  if (best.name == NULL)
    return sce_error_new(SCE_MISUSE, "there is no command \"%s\"; `scexec --help` lists them", word);
  const char *sub = second != NULL ? nearest_subcommand(sce_span(best.name, best.name_len), second) : NULL;
  return sce_error_new(SCE_MISUSE, "there is no command \"%s\"; did you mean \"%.*s%s%s\"?", word, (int)best.name_len,
                       best.name, sub != NULL ? " " : "", sub != NULL ? sub : "");
}

/* A command whose name is not there, one or two words. */
static sce_error_t *unknown(int argc, char *const *argv) {
  const char *second = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
  if (!is_family(argv[0])) return unknown_command(argv[0], second);
  if (second != NULL) return unknown_subcommand(argv[0], second);
  return sce_error_new(SCE_MISUSE, "a subcommand is missing after \"%s\"; `scexec %s --help` lists them", argv[0],
                       argv[0]);
}

/* ---- texts ---- */

static sce_error_t *print_program_help(void) {
  sce_buf_t text = {0};
  sce_error_t *err = cli_help_program(&text, HELP_WIDTH);
  if (err == NULL) err = cli_write(sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *print_family_help(const char *family) {
  sce_buf_t text = {0};
  sce_error_t *err = cli_help_family(&text, family, HELP_WIDTH);
  if (err == NULL) err = cli_write(sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *print_command_help(const cli_command_t *command) {
  sce_buf_t text = {0};
  sce_error_t *err = cli_help_command(&text, command, HELP_WIDTH);
  if (err == NULL) err = cli_write(sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *print_version(cli_t *cli) {
  if (cli->output != CLI_JSON) return cli_printf("scexec %s (Wasmtime %s)\n", sce_version(), sce_wasmtime_version());
  json_t *document = json_object();
  cli_put_text(cli, document, "scexec", sce_version());
  cli_put_text(cli, document, "wasmtime", sce_wasmtime_version());
  return cli_print_json(cli, document);
}

/* ---- running ---- */

static bool is_set(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0';
}

static bool may_color(int fd) {
  const char *terminal = getenv("TERM");
  if (is_set("NO_COLOR") || (terminal != NULL && strcmp(terminal, "dumb") == 0))
    return false; /* https://no-color.org */
  return isatty(fd);
}

static void apply_common(cli_t *cli, const cli_common_t *common) {
  cli->output = common->json ? CLI_JSON : (cli_output_t)common->output;
  cli->log_level = common->log_level;
  cli->quiet = common->quiet;
  cli->progress = !common->quiet && isatty(STDERR_FILENO);
  cli->color = common->color == 1 || (common->color == 0 && cli->color);
  cli->color_out = common->color == 1 || (common->color == 0 && cli->color_out);
}

static sce_error_t *check_common(const cli_common_t *common) {
  if (common->json && common->output > CLI_JSON) return sce_error_new(SCE_MISUSE, "--json and --output disagree");
  return NULL;
}

/* Wrong words are often right ones behind a SOURCE without its option: `better` says so, NULL where it is not so. Takes
 * both errors, returns the one to pass on. */
static sce_error_t *say_source(sce_error_t *err, sce_error_t *better) {
  sce_error_kind_t kind = sce_error_kind(err);
  bool words = kind == SCE_MISUSE || kind == SCE_BAD_INPUT;
  sce_error_delete(better == NULL || !words ? better : err);
  return better == NULL || !words ? err : better;
}

static sce_error_t *run_command(cli_t *cli, const cli_command_t *command, int argc, char *const *argv) {
  void *values = sce_calloc(1, command->values_size);
  if (values == NULL) return sce_error_oom();
  cli_list_t words = {0};
  sce_error_t *err = cli_parse(command, values, &words, argc, argv);
  const cli_common_t *common = values;
  if (err == NULL) err = check_common(common);
  if (err == NULL) {
    apply_common(cli, common);
    err = common->help ? print_command_help(command) : command->run(cli, values, &words);
  }
  if (err != NULL && !cli->words_are_files)
    err = say_source(err, cli_misplaced_source(command, values, &words, argc, argv));
  cli_values_free(command, values, &words);
  sce_free(values);
  return err;
}

/* Whether the words ask for JSON: known before they are parsed, so that a parse error is a document too. */
static bool wants_json(int argc, char *const *argv) {
  static const char *const forms[] = {"--json", "--output=json", "-Ojson", "-O=json"};
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++)
      if (strcmp(argv[i], forms[form]) == 0) return true;
    bool output = strcmp(argv[i], "--output") == 0 || strcmp(argv[i], "-O") == 0;
    if (output && i + 1 < argc && strcmp(argv[i + 1], "json") == 0) return true;
  }
  return false;
}

static bool is_word(const char *word, const char *name, const char *option, const char *letter) {
  return strcmp(word, name) == 0 || strcmp(word, option) == 0 || strcmp(word, letter) == 0;
}

static sce_error_t *run(cli_t *cli, int argc, char *const *argv) {
  if (argc == 0) {
    sce_error_delete(print_program_help());
    return sce_error_new(SCE_MISUSE, "a command is missing");
  }
  if (is_word(argv[0], "version", "--version", "-V")) return print_version(cli);
  if (is_word(argv[0], "help", "--help", "-h")) {
    if (argc == 1 || argv[1][0] == '-') return print_program_help();
    int words;
    const cli_command_t *command = cli_find_command(&words, argc - 1, argv + 1);
    if (command != NULL) return print_command_help(command);
    bool family = is_family(argv[1]) && (argc == 2 || argv[2][0] == '-');
    return family ? print_family_help(argv[1]) : unknown(argc - 1, argv + 1);
  }
  if (argv[0][0] == '-')
    return sce_error_new(SCE_MISUSE, "a command stands before the options: `scexec call %s …`; see `scexec --help`",
                         argv[0]);
  int words;
  const cli_command_t *command = cli_find_command(&words, argc, argv);
  if (command != NULL) return run_command(cli, command, argc - words, argv + words);
  if (is_family(argv[0]) && argc > 1 && is_word(argv[1], "help", "--help", "-h")) return print_family_help(argv[0]);
  return unknown(argc, argv);
}

/* Whether writing has failed because standard output is a pipe or socket whose reader has left (`| head`): it wants no
 * more, and nothing went wrong. */
static bool reader_left(void) {
  struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return ferror(stdout) != 0 && poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN); /* a reader that left is a write error: see reader_left() */
  signal(SIGXFSZ, SIG_IGN); /* and so is the end of what `ulimit -f` allows */
  json_set_alloc_funcs(sce_alloc, sce_free);
  cli_t cli = {.color = may_color(STDERR_FILENO), .color_out = may_color(STDOUT_FILENO)};
  if (wants_json(argc - 1, argv + 1)) cli.output = CLI_JSON;
  sce_error_t *err = run(&cli, argc > 0 ? argc - 1 : 0, argv + 1);
  if (err != NULL && sce_error_kind(err) == SCE_IO && reader_left()) {
    sce_error_delete(err);
    return cli.exit_code;
  }
  int code = err != NULL ? cli_report(&cli, err) : cli.exit_code;
  err = cli_flush();
  if (err == NULL) return code;
  if (code == CLI_ENVIRONMENT || reader_left()) { /* reported already, most likely this */
    sce_error_delete(err);
    return code;
  }
  cli.output = CLI_HUMAN; /* standard output is gone */
  cli.exit_code = CLI_DONE;
  return cli_report(&cli, err);
}
