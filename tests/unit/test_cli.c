/* test_cli.c: the command's option parser, suggestions, help texts, escaping of hostile text, DATA and METHOD. The
 * sources of src/cli are linked in but main.c. What scexec as a whole prints is tested by tests/integration. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct values {
  cli_common_t common;
  const char *chain;
  cli_list_t plugins;
  uint64_t calls, memory, limit;
  int strategy;
  bool fast;
} values_t;

static const char *const strategies[] = {"pooling", "recreate", "reuse", NULL};
static const cli_option_t test_options[] = {
    {.name = "chain",
     .letter = 'c',
     .kind = CLI_TEXT,
     .argument = "SPEC",
     .help = "Spec",
     .offset = offsetof(values_t, chain)},
    {.name = "plugin", .kind = CLI_LIST, .argument = "FILE", .help = "Plugin", .offset = offsetof(values_t, plugins)},
    {.name = "calls",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Calls",
     .offset = offsetof(values_t, calls),
     .preset = "10",
     .min = 1,
     .max = 1000},
    {.name = "memory", .kind = CLI_SIZE, .argument = "BYTES", .help = "Memory", .offset = offsetof(values_t, memory)},
    {.name = "limit", .kind = CLI_DURATION, .argument = "TIME", .help = "Limit", .offset = offsetof(values_t, limit)},
    {.name = "strategy",
     .kind = CLI_CHOICE,
     .argument = "NAME",
     .help = "Strategy",
     .offset = offsetof(values_t, strategy),
     .preset = "reuse",
     .choices = strategies},
    {.name = "fast", .letter = 'f', .kind = CLI_FLAG, .help = "Fast", .offset = offsetof(values_t, fast)},
    {.name = NULL},
};
static const cli_positional_t test_positionals[] = {
    {.name = "METHOD", .help = "the function"}, {.name = "DATA", .help = "input", .optional = true}, {.name = NULL}};
static const cli_command_t test_command = {
    .name = "try",
    .summary = "tries",
    .positionals = test_positionals,
    .groups = {{"Test", test_options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(values_t),
};

/* Parses up to 8 words, ended by NULL. */
static sce_error_t *parse(values_t *values, cli_list_t *words, char *const *argv) {
  int argc = 0;
  while (argv[argc] != NULL) argc++;
  return cli_parse(&test_command, values, words, argc, argv);
}
#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

static void options_are_read_in_every_form(void **state) {
  (void)state;
  values_t v;
  cli_list_t words;
  assert_null(
      parse(&v, &words, WORDS("--chain", "a.json", "Core_version", "--calls=7", "--memory", "64M", "-f", "0x")));
  assert_string_equal(v.chain, "a.json");
  assert_int_equal(v.calls, 7);
  assert_int_equal(v.memory, 64 << 20);
  assert_int_equal(v.strategy, 2);
  assert_true(v.fast);
  assert_int_equal(words.count, 2);
  assert_string_equal(words.items[1], "0x");
  cli_values_free(&test_command, &v, &words);

  assert_null(parse(&v, &words, WORDS("-cb.json", "m", "--plugin", "x", "--plugin=y", "--limit", "2s", "--", "-f")));
  assert_string_equal(v.chain, "b.json");
  assert_int_equal(v.calls, 10);
  assert_int_equal(v.limit, 2000);
  assert_false(v.fast);
  assert_int_equal(v.plugins.count, 2);
  assert_string_equal(v.plugins.items[1], "y");
  assert_string_equal(words.items[1], "-f");
  cli_values_free(&test_command, &v, &words);

  assert_null(parse(&v, &words, WORDS("m", "-5", "--strategy", "pooling", "--limit", "30ms")));
  assert_string_equal(words.items[1], "-5");
  assert_int_equal(v.strategy, 0);
  assert_int_equal(v.limit, 30);
  cli_values_free(&test_command, &v, &words);

  assert_null(parse(&v, &words, WORDS("--help")));
  assert_true(v.common.help);
  cli_values_free(&test_command, &v, &words);
}

static void wrong_usage_says_what_is_right(void **state) {
  (void)state;
  static char *const no_words[] = {NULL};
  struct {
    char *const *argv;
    const char *message;
  } cases[] = {
      {no_words, "METHOD is missing: the function; see `scexec try --help`"},
      {WORDS("a", "b", "c"), "\"c\" is one argument too many; see `scexec try --help`"},
      {WORDS("--chian", "x"), "there is no option --chian; did you mean --chain?"},
      {WORDS("--chian=x"), "there is no option --chian; did you mean --chain?"},
      {WORDS("--strat=x"), "there is no option --strat; did you mean --strategy?"},
      {WORDS("--zzzzzz"), "there is no option --zzzzzz; `scexec try --help` lists them"},
      {WORDS("-z"), "there is no option -z; `scexec try --help` lists them"},
      {WORDS("m", "--chain"), "--chain needs a value: --chain SPEC"},
      {WORDS("--chain", "x", "--chain", "y"), "--chain is given twice"},
      {WORDS("--fast=1"), "--fast takes no value"},
      {WORDS("--calls", "0"), "--calls must be at least 1, not 0"},
      {WORDS("--calls", "1001"), "--calls must be at most 1000, not 1001"},
      {WORDS("--calls", "ten"), "--calls needs a whole number, not \"ten\""},
      {WORDS("--calls", "18446744073709551616"), "--calls needs a whole number, not \"18446744073709551616\""},
      {WORDS("--memory", "99999999999999G"),
       "--memory needs a number of bytes such as 65536 or 64M, not \"99999999999999G\""},
      {WORDS("--memory", ""), "--memory needs a number of bytes such as 65536 or 64M, not \"\""},
      {WORDS("--limit", "-1"), "--limit needs a time such as 500ms or 2s, not \"-1\""},
      {WORDS("--strategy", "resue"), "--strategy can't be \"resue\"; did you mean reuse? (pooling, recreate, reuse)"},
      {WORDS("--strategy", "q"), "--strategy can't be \"q\"; it is one of pooling, recreate, reuse"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    values_t v;
    cli_list_t words;
    sce_error_t *err = parse(&v, &words, cases[i].argv);
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_MISUSE);
    assert_string_equal(sce_error_message(err), cases[i].message);
    sce_error_delete(err);
    cli_values_free(&test_command, &v, &words);
  }
}

static void check_width(const sce_buf_t *text, size_t width) {
  for (size_t at = 0, column = 0; at < text->len; at++) {
    if ((text->data[at] & 0xc0) == 0x80) continue; /* continuation of one character */
    column = text->data[at] == '\n' ? 0 : column + 1;
    if (column > width) fail_msg("a line is wider than %zu columns: …%.60s", width, (const char *)text->data + at - 50);
  }
}

static void every_command_has_help_that_fits(void **state) {
  (void)state;
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    sce_buf_t text = {0};
    assert_null(cli_help_command(&text, *c, 88));
    check_width(&text, 120); /* filled to 88; examples stand as they are */
    assert_non_null((*c)->summary);
    sce_buf_free(&text);
  }
  sce_buf_t text = {0};
  assert_null(cli_help_program(&text, 88));
  check_width(&text, 120); /* filled to 88; examples stand as they are */
  sce_buf_free(&text);
}

/* The tables of all commands: names unique in a command, lists ended, texts there. */
static void option_tables_are_sound(void **state) {
  (void)state;
  const cli_group_t *output = NULL;
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    assert_non_null(cli_find_option(*c, &output, "output", 6)); /* --json is the same as --output json */
    for (size_t g = 0; g < CLI_MAX_GROUPS && (*c)->groups[g].title != NULL; g++)
      for (const cli_option_t *o = (*c)->groups[g].options; o->name != NULL; o++) {
        const cli_group_t *group = NULL;
        assert_ptr_equal(cli_find_option(*c, &group, o->name, strlen(o->name)), o);
        if (o->letter != 0) assert_ptr_equal(cli_find_option(*c, &group, &o->letter, 1), o);
        assert_true((o->argument == NULL) == (o->kind == CLI_FLAG));
        assert_true((o->choices != NULL) == (o->kind == CLI_CHOICE));
        assert_true(o->help[0] >= 'A' && o->help[0] <= 'Z');
        assert_true(o->help[strlen(o->help) - 1] != '.');
      }
  }
}

static void hostile_text_is_shown_not_obeyed(void **state) {
  (void)state;
  struct {
    const char *text, *shown;
  } cases[] = {
      {"plain", "plain"},
      {"a\nb", "a\\nb"},
      {"\033[2J\a\r\t", "\\x1b[2J\\x07\\r\\t"},
      {"\xc2\x9b"
       "31m",
       "\\u009b31m"},
      {"\x7f\xc2\x80\xc2\x9f\xc2\xa0", "\\u007f\\u0080\\u009f\xc2\xa0"},
      {"\xe2\x80\xae"
       "abc",
       "\\u202eabc"},
      {"\xff\xc0\x80\xed\xa0\x80", "\\xff\\xc0\\x80\\xed\\xa0\\x80"},
      {"\xf0\x9f", "\\xf0\\x9f"},
      {"é€😀", "é€😀"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sce_buf_t out = {0};
    assert_null(cli_escape(&out, sce_span_text(cases[i].text), false, 0));
    assert_null(sce_buf_append_byte(&out, '\0'));
    assert_string_equal((const char *)out.data, cases[i].shown);
    sce_buf_free(&out);
  }
  sce_buf_t out = {0};
  assert_null(cli_escape(&out, sce_span("a\nb\0c", 5), true, 2));
  assert_memory_equal(out.data, "a\n  b\\x00c", 10);
  sce_buf_free(&out);
}

static void data_is_hex_or_a_file(void **state) {
  (void)state;
  cli_t cli = {0};
  sce_buf_t bytes = {0};
  assert_null(cli_read_data(&cli, &bytes, "0x00ff", "DATA"));
  assert_int_equal(bytes.len, 2);
  sce_error_t *err = cli_read_data(&cli, &bytes, "00ff", "DATA");
  assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
  assert_string_equal(sce_error_message(err),
                      "DATA must be 0x… (hexadecimal), @FILE or - (standard input), not \"00ff\"");
  sce_error_delete(err);
  err = cli_read_data(&cli, &bytes, "0x0g", "DATA");
  assert_string_equal(sce_error_message(err), "DATA: 'g' at offset 3 is not a hexadecimal digit");
  sce_error_delete(err);
  err = cli_read_data(&cli, &bytes, "@/dev/null/nothing/file", "DATA");
  assert_int_equal(sce_error_kind(err), SCE_IO);
  assert_string_equal(sce_error_message(err), "opening /dev/null/nothing/file: Not a directory");
  sce_error_delete(err);
  err = cli_read_data(&cli, &bytes, "@/", "DATA");
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
  sce_buf_free(&bytes);
}

static void data_in_a_file_is_bytes_or_hexadecimal(void **state) {
  (void)state;
  struct {
    const char *content, *bytes; /* NULL: an error */
  } cases[] = {{"0x6162\n", "ab"}, {" \r\n\t0x4A4b ", "JK"}, {"0x", ""},   {"", ""},       {"0x61 62", NULL},
               {"0xzz\n", NULL},   {"x0x61", "x0x61"},       {"\n", "\n"}, {"0x123", NULL}};
  cli_t cli = {0};
  char path[] = "@/tmp/scexec-test-XXXXXX";
  int fd = mkstemp(path + 1);
  assert_true(fd >= 0);
  close(fd);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sce_buf_t bytes = {0};
    assert_null(cli_write_file(path + 1, sce_span_text(cases[i].content)));
    sce_error_t *err = cli_read_data(&cli, &bytes, path, "DATA");
    assert_true((err == NULL) == (cases[i].bytes != NULL));
    if (err == NULL) assert_true(sce_span_equal(sce_buf_span(&bytes), sce_span_text(cases[i].bytes)));
    sce_error_delete(err);
    sce_buf_free(&bytes);
  }
  unlink(path + 1);
}

static void files_have_a_limit_and_are_replaced_whole(void **state) {
  (void)state;
  cli_t cli = {0};
  char path[] = "/tmp/scexec-test-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  close(fd);
  assert_null(cli_write_file(path, sce_span("0123456789", 10)));
  sce_buf_t bytes = {0};
  assert_null(cli_read_file(&cli, &bytes, path, 10));
  assert_int_equal(bytes.len, 10);
  sce_error_t *err = cli_read_file(&cli, &bytes, path, 9);
  assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
  sce_error_delete(err);
  sce_buf_free(&bytes);
  unlink(path);
  err = cli_write_file("/dev/null/nothing/out", sce_span("x", 1));
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
}

static void methods_have_two_spellings(void **state) {
  (void)state;
  const char *const cases[][2] = {{"Core_version", "Core_version"},
                                  {"Core.version", "Core_version"},
                                  {"AccountNonceApi.account_nonce", "AccountNonceApi_account_nonce"},
                                  {"a_b.c", "a_b.c"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sce_buf_t name = {0};
    assert_null(cli_read_method(&name, cases[i][0]));
    assert_string_equal((const char *)name.data, cases[i][1]);
    sce_buf_free(&name);
  }
}

static void errors_map_to_exit_codes(void **state) {
  (void)state;
  assert_int_equal(cli_exit_code(SCE_TRAP), 1);
  assert_int_equal(cli_exit_code(SCE_MISUSE), 2);
  assert_int_equal(cli_exit_code(SCE_BAD_CODE), 3);
  assert_int_equal(cli_exit_code(SCE_MISSING_IMPORT), 3);
  assert_int_equal(cli_exit_code(SCE_IO), 4);
  assert_int_equal(cli_exit_code(SCE_OUT_OF_MEMORY), 4);
}

static void error_documents_carry_panic_and_backtrace(void **state) {
  (void)state;
  sce_error_t *err = sce_error_new(SCE_TRAP, "the runtime panicked");
  sce_error_set_panic(err, "a \xff", 3);
  sce_error_set_backtrace(err, "f\ng\n", 4);
  json_t *document = cli_error_json(err);
  assert_non_null(document);
  char *text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(text, "{\"backtrace\":[\"f\",\"g\"],\"kind\":\"trap\",\"message\":\"the runtime panicked\","
                            "\"panic\":\"a \xef\xbf\xbd\"}");
  free(text);
  json_decref(document);
  sce_error_delete(err);
}

static void numbers_beyond_doubles_are_strings(void **state) {
  (void)state;
  json_t *exact = cli_json_count((uint64_t)1 << 53), *large = cli_json_count(UINT64_MAX);
  assert_true(json_is_integer(exact));
  assert_string_equal(json_string_value(large), "18446744073709551615");
  json_decref(exact);
  json_decref(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(options_are_read_in_every_form),
      cmocka_unit_test(wrong_usage_says_what_is_right),
      cmocka_unit_test(every_command_has_help_that_fits),
      cmocka_unit_test(option_tables_are_sound),
      cmocka_unit_test(hostile_text_is_shown_not_obeyed),
      cmocka_unit_test(data_is_hex_or_a_file),
      cmocka_unit_test(data_in_a_file_is_bytes_or_hexadecimal),
      cmocka_unit_test(files_have_a_limit_and_are_replaced_whole),
      cmocka_unit_test(methods_have_two_spellings),
      cmocka_unit_test(errors_map_to_exit_codes),
      cmocka_unit_test(error_documents_carry_panic_and_backtrace),
      cmocka_unit_test(numbers_beyond_doubles_are_strings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
