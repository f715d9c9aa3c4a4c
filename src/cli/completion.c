/* completion.c: shell completion. The scripts for bash, zsh and fish only hand the words to the hidden command
 * `__complete`, which knows the tables; so they are never behind, and methods come from the runtime that is named.
 *
 * `__complete WORD…` prints a candidate a line for the last word: the candidate, and after a tab its description. The
 * single line ":files" asks the shell to complete file names. It never fails: no candidates is an answer. */
#include "cli/commands.h"
#include "cli/source.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* ---- candidates ---- */

static sce_error_t *offer(const char *prefix, sce_span_t candidate, const char *description) {
  size_t len = strlen(prefix);
  if (candidate.len < len || memcmp(candidate.data, prefix, len) != 0) return NULL;
  SCE_TRY(cli_write_escaped(candidate));
  return description != NULL ? cli_printf("\t%s\n", description) : cli_printf("\n");
}

/* First words of commands, or second words after `family`. */
static sce_error_t *offer_commands(const char *prefix, const char *family) {
  const char *last = "";
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    const char *name = (*c)->name, *space = strchr(name, ' ');
    if ((*c)->hidden) continue;
    if (family != NULL) {
      size_t len = strlen(family);
      if (space != NULL && strncmp(name, family, len) == 0 && name[len] == ' ')
        SCE_TRY(offer(prefix, sce_span_text(space + 1), (*c)->summary));
      continue;
    }
    size_t first = space != NULL ? (size_t)(space - name) : strlen(name);
    if (strncmp(last, name, first) == 0 && last[first] == ' ') continue; /* the family is offered already */
    SCE_TRY(offer(prefix, sce_span(name, first), space != NULL ? NULL : (*c)->summary));
    last = name;
  }
  if (family != NULL) return NULL;
  SCE_TRY(offer(prefix, sce_span_text("help"), "Prints the help of a command"));
  SCE_TRY(offer(prefix, sce_span_text("--help"), NULL));
  return offer(prefix, sce_span_text("--version"), NULL);
}

static sce_error_t *offer_options(const cli_command_t *command, const char *prefix) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++) {
      char name[64];
      snprintf(name, sizeof name, "--%s", o->name);
      SCE_TRY(offer(prefix, sce_span_text(name), o->help));
    }
  return NULL;
}

/* Values of an option; `lead` is what stands before the value in the same word ("--log="). */
static sce_error_t *offer_values(const cli_option_t *option, const char *lead, size_t lead_len, const char *prefix) {
  if (option->kind != CLI_CHOICE) {
    const char *a = option->argument;
    bool file = a != NULL && (strstr(a, "FILE") != NULL || strstr(a, "DIR") != NULL || strstr(a, ".json") != NULL);
    return file ? cli_printf(":files\n") : NULL;
  }
  for (size_t i = 0; option->choices[i] != NULL; i++) {
    size_t len = strlen(prefix);
    if (strncmp(option->choices[i], prefix, len) != 0) continue;
    SCE_TRY(cli_printf("%.*s%s\n", (int)lead_len, lead, option->choices[i]));
  }
  return NULL;
}

/* Exports of the runtime that the words name, as far as it can be read. */
static sce_error_t *offer_methods(cli_t *cli, const cli_source_options_t *options, const char *prefix) {
  cli_source_t source;
  sce_error_t *err = cli_source_load_code(cli, &source, options);
  const sce_blob_t *blob;
  if (err == NULL) err = cli_source_blob(&source, &blob);
  size_t count = 0;
  const sce_wasm_export_t *exports = err == NULL ? sce_blob_exports(blob, &count) : NULL;
  sce_error_delete(err);
  err = NULL;
  for (size_t i = 0; i < count && err == NULL; i++) {
    bool method =
        exports[i].kind == SCE_WASM_FUNCTION && memchr(exports[i].name.data, '_', exports[i].name.len) != NULL;
    bool hidden = exports[i].name.len > 0 && exports[i].name.data[0] == '_';
    if (method && !hidden) err = offer(prefix, exports[i].name, NULL);
  }
  cli_source_free(&source);
  return err;
}

/* ---- where the last word stands ---- */

static const cli_option_t *option_of(const cli_command_t *command, const char *word, size_t len) {
  const cli_group_t *group = NULL;
  if (len > 2 && word[0] == '-' && word[1] == '-') return cli_find_option(command, &group, word + 2, len - 2);
  return len == 2 && word[0] == '-' ? cli_find_option(command, &group, word + 1, 1) : NULL;
}

/* Notes what completion of methods needs: the source options, wherever they stand. */
static void note_source(cli_source_options_t *source, const cli_option_t *option, const char *value) {
  if (strcmp(value, "-") == 0) return; /* standard input is the terminal */
  if (strcmp(option->name, "chain") == 0) source->chain = value;
  if (strcmp(option->name, "runtime") == 0) source->runtime = value;
  if (strcmp(option->name, "state") == 0) source->state = value;
}

/* Passes over the words before the last. `*pending` is the option whose value the last word is; `*position` counts the
 * arguments. */
static void read_words(const cli_command_t *command, const cli_list_t *words, size_t from, const cli_option_t **pending,
                       size_t *position, cli_source_options_t *source) {
  *pending = NULL;
  *position = 0;
  for (size_t i = from; i + 1 < words->count; i++) {
    const char *word = words->items[i], *equals = word[0] == '-' ? strchr(word, '=') : NULL;
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    if (*pending != NULL) {
      note_source(source, *pending, word);
      *pending = NULL;
      continue;
    }
    const cli_option_t *option = option_of(command, word, len);
    if (option != NULL && equals != NULL) note_source(source, option, equals + 1);
    if (option != NULL && equals == NULL && option->kind != CLI_FLAG) *pending = option;
    if (option == NULL && word[0] != '-') (*position)++;
  }
}

static sce_error_t *complete_argument(cli_t *cli, const cli_command_t *command, size_t position,
                                      const cli_source_options_t *source, const char *prefix) {
  const cli_positional_t *p = command->positionals;
  for (size_t i = 0; p != NULL && p->name != NULL && i < position; i++) p++;
  if (p == NULL || p->name == NULL) return offer_options(command, prefix);
  if (strcmp(p->name, "METHOD") == 0) return offer_methods(cli, source, prefix);
  if (strcmp(p->name, "SHELL") == 0) {
    for (const char *const *s = (const char *const[]){"bash", "zsh", "fish", NULL}; *s != NULL; s++)
      SCE_TRY(offer(prefix, sce_span_text(*s), NULL));
    return NULL;
  }
  return cli_printf(":files\n");
}

static sce_error_t *complete(cli_t *cli, const cli_list_t *words) {
  const char *last = words->items[words->count - 1];
  int used = 0;
  const cli_command_t *command = cli_find_command(&used, (int)words->count - 1, (char *const *)words->items);
  if (words->count == 1 || (words->count == 2 && strcmp(words->items[0], "help") == 0))
    return offer_commands(last, NULL);
  if (command == NULL) return words->count == 2 ? offer_commands(last, words->items[0]) : NULL;
  const cli_option_t *pending;
  size_t position;
  cli_source_options_t source = {0};
  read_words(command, words, (size_t)used, &pending, &position, &source);
  if (pending != NULL) return offer_values(pending, "", 0, last);
  const char *equals = last[0] == '-' ? strchr(last, '=') : NULL;
  if (equals != NULL) {
    const cli_option_t *option = option_of(command, last, (size_t)(equals - last));
    return option != NULL ? offer_values(option, last, (size_t)(equals + 1 - last), equals + 1) : NULL;
  }
  if (last[0] == '-') return offer_options(command, last);
  return complete_argument(cli, command, position, &source, last);
}

static sce_error_t *run_complete(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)values;
  return words->count == 0 ? NULL : complete(cli, words);
}

/* ---- scripts ---- */

static const char bash_script[] =
    "# bash completion of scexec: source <(scexec completions bash)\n"
    "_scexec() {\n"
    "  local line words current\n"
    "  read -ra words <<< \"${COMP_LINE:0:COMP_POINT}\"\n"
    "  [[ ${COMP_LINE:0:COMP_POINT} == *' ' ]] && words+=('')\n"
    "  current=${words[${#words[@]} - 1]}\n"
    "  COMPREPLY=()\n"
    "  while IFS= read -r line; do\n"
    "    if [[ $line == :files ]]; then\n"
    "      compopt -o filenames 2>/dev/null\n"
    "      while IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -f -- \"${current#--*=}\")\n"
    "    else\n"
    "      COMPREPLY+=(\"${line%%$'\\t'*}\")\n"
    "    fi\n"
    "  done < <(scexec __complete -- \"${words[@]:1}\" 2>/dev/null)\n"
    "  # What readline splits off at \"=\" stays on the line.\n"
    "  [[ $current == --*=* && $COMP_WORDBREAKS == *=* ]] && COMPREPLY=(\"${COMPREPLY[@]#\"${current%%=*}=\"}\")\n"
    "  return 0\n"
    "}\n"
    "complete -F _scexec scexec\n";

static const char zsh_script[] =
    "#compdef scexec\n"
    "# zsh completion of scexec: scexec completions zsh > a folder of $fpath, as _scexec\n"
    "_scexec() {\n"
    "  local line\n"
    "  local -a candidates\n"
    "  for line in ${(f)\"$(scexec __complete -- ${(Q)words[2,CURRENT]} 2>/dev/null)\"}; do\n"
    "    if [[ $line == :files ]]; then\n"
    "      _files\n"
    "    else\n"
    "      candidates+=(\"${${line//:/\\\\:}/$'\\t'/:}\")\n"
    "    fi\n"
    "  done\n"
    "  (( $#candidates )) && _describe scexec candidates\n"
    "}\n"
    "if [[ $funcstack[1] == _scexec ]]; then _scexec \"$@\"; else compdef _scexec scexec; fi\n";

static const char fish_script[] =
    "# fish completion of scexec: scexec completions fish > ~/.config/fish/completions/scexec.fish\n"
    "function __scexec_complete\n"
    "  set -l words (commandline -opc) (commandline -ct)\n"
    "  for line in (scexec __complete -- $words[2..-1] 2>/dev/null)\n"
    "    if test \"$line\" = :files\n"
    "      __fish_complete_path (commandline -ct)\n"
    "    else\n"
    "      echo $line\n"
    "    end\n"
    "  end\n"
    "end\n"
    "complete -c scexec -f -a '(__scexec_complete)'\n";

static sce_error_t *run_completions(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)cli;
  (void)values;
  const char *shell = words->items[0];
  if (strcmp(shell, "bash") == 0) return cli_printf("%s", bash_script);
  if (strcmp(shell, "zsh") == 0) return cli_printf("%s", zsh_script);
  if (strcmp(shell, "fish") == 0) return cli_printf("%s", fish_script);
  return sce_error_new(SCE_MISUSE, "there are completions for bash, zsh and fish, not for \"%s\"", shell);
}

static const cli_positional_t shell_positionals[] = {{.name = "SHELL", .help = "bash, zsh or fish"}, {.name = NULL}};

const cli_command_t cli_completions_command = {
    .name = "completions",
    .summary = "Prints the completion script of a shell",
    .description =
        "Prints a script that completes commands, options, their values, and the methods of the runtime that "
        "the line names.",
    .examples = "source <(scexec completions bash)\n"
                "scexec completions fish > ~/.config/fish/completions/scexec.fish",
    .positionals = shell_positionals,
    .groups = {{"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_common_t),
    .run = run_completions,
};

static const cli_positional_t word_positionals[] = {
    {.name = "WORD", .help = "The words so far", .optional = true, .repeated = true}, {.name = NULL}};

const cli_command_t cli_complete_command = {
    .name = "__complete",
    .summary = "Prints candidates for the last word",
    .positionals = word_positionals,
    .groups = {{"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(cli_common_t),
    .run = run_complete,
    .hidden = true,
};
