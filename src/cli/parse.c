/* parse.c: command line words into the values of a subcommand, as its tables say.
 *
 * "--name value", "--name=value", "-n value", "-nvalue"; flags take no value; "--" ends the options; a single "-" and
 * negative numbers are arguments. An option given twice is an error unless it is a list: the second would hide the
 * first.
 */
#include "cli/options.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>
#include <string.h>

/* More words than any shell passes by accident; bounds the arrays below. */
#define MAX_WORDS 65536

typedef struct parser {
  const cli_command_t *command;
  uint8_t *values;
  cli_list_t *words;
  int argc;
  char *const *argv;
  int next;                  /* the word to read */
  const cli_option_t **seen; /* options given so far: argc entries at most */
  size_t seen_count;
} parser_t;

const cli_option_t *cli_find_option(const cli_command_t *command, const cli_group_t **group, const char *name,
                                    size_t len) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++) {
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++) {
      bool letter = len == 1 && o->letter != 0 && o->letter == name[0];
      if (letter || (strlen(o->name) == len && memcmp(o->name, name, len) == 0)) {
        *group = &command->groups[g];
        return o;
      }
    }
  }
  return NULL;
}

static sce_error_t *unknown_option(const cli_command_t *command, const char *word, size_t name_at, size_t name_len) {
  cli_nearest_t best = {0};
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++)
      cli_nearest_offer(&best, word + name_at, name_len, o->name);
  int shown = (int)(name_at + name_len);
  if (best.name != NULL)
    return sce_error_new(SCE_MISUSE, "there is no option %.*s; did you mean --%s?", shown, word, best.name);
  return sce_error_new(SCE_MISUSE, "there is no option %.*s; `scexec %s --help` lists them", shown, word,
                       command->name);
}

/* ---- values ---- */

typedef struct suffix {
  const char *text;
  uint64_t factor;
} suffix_t;

static const suffix_t number_suffixes[] = {{"", 1}, {NULL, 0}};
static const suffix_t size_suffixes[] = {{"", 1},          {"K", 1024},       {"KiB", 1024},       {"M", 1048576},
                                         {"MiB", 1048576}, {"G", 1073741824}, {"GiB", 1073741824}, {NULL, 0}};
static const suffix_t duration_suffixes[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};

static const suffix_t *suffixes_of(cli_kind_t kind) {
  if (kind == CLI_SIZE) return size_suffixes;
  return kind == CLI_DURATION ? duration_suffixes : number_suffixes;
}

static const char *expected_of(cli_kind_t kind) {
  if (kind == CLI_SIZE) return "a number of bytes such as 65536 or 64M";
  return kind == CLI_DURATION ? "a time such as 500ms or 2s" : "a whole number";
}

static bool scan_number(uint64_t *value, const char *text, const suffix_t *suffixes) {
  const char *p = text;
  uint64_t n = 0;
  for (; *p >= '0' && *p <= '9'; p++) {
    uint64_t digit = (uint64_t)(*p - '0');
    if (n > (UINT64_MAX - digit) / 10) return false;
    n = n * 10 + digit;
  }
  if (p == text) return false;
  for (const suffix_t *s = suffixes; s->text != NULL; s++) {
    if (strcmp(p, s->text) != 0) continue;
    if (n > UINT64_MAX / s->factor) return false;
    *value = n * s->factor;
    return true;
  }
  return false;
}

static sce_error_t *parse_number(const cli_option_t *option, uint64_t *field, const char *text) {
  uint64_t value;
  if (!scan_number(&value, text, suffixes_of(option->kind)))
    return sce_error_new(SCE_MISUSE, "--%s needs %s, not \"%s\"", option->name, expected_of(option->kind), text);
  if (value < option->min)
    return sce_error_new(SCE_MISUSE, "--%s must be at least %llu, not %s", option->name,
                         (unsigned long long)option->min, text);
  if (option->max != 0 && value > option->max)
    return sce_error_new(SCE_MISUSE, "--%s must be at most %llu, not %s", option->name, (unsigned long long)option->max,
                         text);
  *field = value;
  return NULL;
}

static sce_error_t *wrong_choice(const cli_option_t *option, const char *text) {
  sce_buf_t all = {0};
  cli_nearest_t best = {0};
  sce_error_t *err = NULL;
  for (size_t i = 0; option->choices[i] != NULL; i++) {
    cli_nearest_offer(&best, text, strlen(text), option->choices[i]);
    if (err == NULL) err = sce_buf_printf(&all, "%s%s", i == 0 ? "" : ", ", option->choices[i]);
  }
  if (err == NULL && best.name != NULL)
    err = sce_error_new(SCE_MISUSE, "--%s can't be \"%s\"; did you mean %s? (%.*s)", option->name, text, best.name,
                        (int)all.len, (const char *)all.data);
  else if (err == NULL)
    err = sce_error_new(SCE_MISUSE, "--%s can't be \"%s\"; it is one of %.*s", option->name, text, (int)all.len,
                        (const char *)all.data);
  sce_buf_free(&all);
  return err;
}

static sce_error_t *list_append(cli_list_t *list, const char *item, size_t most) {
  if (list->items == NULL) {
    list->items = sce_calloc(most + 1, sizeof *list->items);
    if (list->items == NULL) return sce_error_oom();
  }
  list->items[list->count++] = item;
  return NULL;
}

sce_error_t *cli_parse_value(const cli_option_t *option, void *field, const char *text) {
  switch (option->kind) {
    case CLI_NUMBER:
    case CLI_SIZE:
    case CLI_DURATION: return parse_number(option, field, text);
    case CLI_CHOICE:
      for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) != 0) continue;
        *(int *)field = i;
        return NULL;
      }
      return wrong_choice(option, text);
    case CLI_TEXT: *(const char **)field = text; return NULL;
    case CLI_FLAG: *(bool *)field = true; return NULL;
    case CLI_LIST: break;
  }
  return sce_error_new(SCE_INTERNAL, "--%s has no single value", option->name);
}

static sce_error_t *apply_presets(const cli_command_t *command, uint8_t *values) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++) {
    const cli_group_t *group = &command->groups[g];
    for (const cli_option_t *o = group->options; o->name != NULL; o++)
      if (o->preset != NULL) SCE_TRY(cli_parse_value(o, values + group->offset + o->offset, o->preset));
  }
  return NULL;
}

/* ---- words ---- */

static sce_error_t *note_given(parser_t *parser, const cli_option_t *option) {
  for (size_t i = 0; i < parser->seen_count; i++)
    if (parser->seen[i] == option && option->kind != CLI_LIST && option->kind != CLI_FLAG)
      return sce_error_new(SCE_MISUSE, "--%s is given twice", option->name);
  parser->seen[parser->seen_count++] = option;
  return NULL;
}

/* `value` is what stands in the same word, or NULL. */
static sce_error_t *take_option(parser_t *parser, const cli_group_t *group, const cli_option_t *option,
                                const char *value) {
  SCE_TRY(note_given(parser, option));
  void *field = parser->values + group->offset + option->offset;
  if (option->given != 0) *(bool *)(parser->values + group->offset + option->given) = true;
  if (option->kind == CLI_FLAG) {
    if (value != NULL) return sce_error_new(SCE_MISUSE, "--%s takes no value", option->name);
    *(bool *)field = true;
    return NULL;
  }
  if (value == NULL) {
    if (parser->next >= parser->argc)
      return sce_error_new(SCE_MISUSE, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
    value = parser->argv[parser->next++];
  }
  if (option->kind == CLI_LIST) return list_append(field, value, (size_t)parser->argc);
  return cli_parse_value(option, field, value);
}

static sce_error_t *take_long(parser_t *parser, const char *word) {
  const char *name = word + 2, *equals = strchr(name, '=');
  size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
  const cli_group_t *group = NULL;
  const cli_option_t *option = len > 1 ? cli_find_option(parser->command, &group, name, len) : NULL;
  if (option == NULL) return unknown_option(parser->command, word, 2, len);
  return take_option(parser, group, option, equals != NULL ? equals + 1 : NULL);
}

static sce_error_t *take_short(parser_t *parser, const char *word) {
  const cli_group_t *group = NULL;
  const cli_option_t *option = cli_find_option(parser->command, &group, word + 1, 1);
  if (option == NULL) return unknown_option(parser->command, word, 1, strlen(word + 1));
  const char *rest = word + 2;
  if (*rest == '=') rest++;
  return take_option(parser, group, option, word[2] != '\0' ? rest : NULL);
}

static bool is_option(const char *word) {
  return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static sce_error_t *take_words(parser_t *parser) {
  bool options = true;
  while (parser->next < parser->argc) {
    const char *word = parser->argv[parser->next++];
    if (options && strcmp(word, "--") == 0) {
      options = false;
    } else if (options && is_option(word)) {
      SCE_TRY(word[1] == '-' ? take_long(parser, word) : take_short(parser, word));
    } else {
      SCE_TRY(list_append(parser->words, word, (size_t)parser->argc));
    }
  }
  return NULL;
}

/* The number of words against the positional arguments. */
static sce_error_t *check_words(const cli_command_t *command, const cli_list_t *words) {
  size_t at = 0;
  const cli_positional_t *p = command->positionals;
  for (; p != NULL && p->name != NULL; p++, at++) {
    if (at >= words->count && !p->optional)
      return sce_error_new(SCE_MISUSE, "%s is missing: %s; see `scexec %s --help`", p->name, p->help, command->name);
    if (p->repeated) return NULL;
  }
  if (words->count <= at) return NULL;
  return sce_error_new(SCE_MISUSE, "\"%s\" is one argument too many; see `scexec %s --help`", words->items[at],
                       command->name);
}

sce_error_t *cli_parse(const cli_command_t *command, void *values, cli_list_t *words, int argc, char *const *argv) {
  memset(values, 0, command->values_size);
  *words = (cli_list_t){0};
  if (argc < 0 || argc > MAX_WORDS) return sce_error_new(SCE_MISUSE, "more than %d arguments", MAX_WORDS);
  SCE_TRY(apply_presets(command, values));
  parser_t parser = {.command = command, .values = values, .words = words, .argc = argc, .argv = argv};
  parser.seen = sce_calloc((size_t)argc + 1, sizeof *parser.seen);
  if (parser.seen == NULL) return sce_error_oom();
  sce_error_t *err = take_words(&parser);
  sce_free(parser.seen);
  SCE_TRY(err);
  if (((const cli_common_t *)values)->help) return NULL;
  return check_words(command, words);
}

void cli_values_free(const cli_command_t *command, void *values, cli_list_t *words) {
  for (size_t g = 0; g < CLI_MAX_GROUPS && command->groups[g].title != NULL; g++)
    for (const cli_option_t *o = command->groups[g].options; o->name != NULL; o++)
      if (o->kind == CLI_LIST) {
        cli_list_t *list = (cli_list_t *)((uint8_t *)values + command->groups[g].offset + o->offset);
        sce_free(list->items);
        *list = (cli_list_t){0};
      }
  sce_free(words->items);
  *words = (cli_list_t){0};
}
