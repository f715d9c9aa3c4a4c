/* fuzz_cli.c: what a user types and what comes on standard input, in every form. The first byte chooses:
 *   0  words (separated by NUL) as the arguments of each subcommand: parsed or refused, and freed
 *   1  a line for `scexec batch`: read or refused; the answer is one line of JSON
 *   2  text from a runtime: escaped, it has no control character and is UTF-8
 *   3  METHOD, DATA in hexadecimal, --seed
 */
#include "cli/batch_request.h"
#include "cli/host_options.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json_pull.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_WORDS 32

static void require(bool holds) {
  if (!holds) abort();
}

static void fuzz_words(char *text, size_t size) {
  char *words[MAX_WORDS];
  int count = 0;
  for (size_t at = 0; at < size && count < MAX_WORDS; at += strlen(text + at) + 1) words[count++] = text + at;
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    void *values = sce_calloc(1, (*c)->values_size);
    cli_list_t left = {0};
    if (values == NULL) return;
    sce_error_delete(cli_parse(*c, values, &left, count, words));
    cli_values_free(*c, values, &left);
    sce_free(values);
  }
}

static void fuzz_line(const uint8_t *data, size_t size) {
  const uint8_t *end = memchr(data, '\n', size);
  if (end != NULL) size = (size_t)(end - data);
  batch_slot_t slot = {.line = 1};
  batch_request_t request = {0};
  sce_buf_t answer = {0};
  require(sce_buf_append(&slot.request, data, size) == NULL);
  sce_error_t *problem = batch_request_read(&request, &slot);
  sce_span_t output = sce_buf_span(&request.data), value = request.args;
  sce_error_t *err = problem != NULL ? batch_answer_error(&answer, &request, problem)
                                     : batch_answer_output(&answer, &request, output, value, NULL);
  require(err == NULL && answer.len > 0 && memchr(answer.data, '\n', answer.len) == answer.data + answer.len - 1);
  sce_json_reader_t reader = sce_json_reader(sce_buf_span(&answer));
  require(sce_json_skip(&reader, NULL) == NULL && sce_json_end(&reader) == NULL);
  sce_error_delete(problem);
  batch_request_free(&request);
  sce_buf_free(&slot.request);
  sce_buf_free(&answer);
}

static void fuzz_escape(const uint8_t *data, size_t size) {
  sce_buf_t out = {0};
  require(cli_escape(&out, sce_span(data, size), false, 0) == NULL);
  for (size_t i = 0; i < out.len; i++) require(out.data[i] >= 0x20 && out.data[i] != 0x7f);
  require(sce_utf8_valid(out.data, out.len));
  sce_buf_free(&out);
}

static void fuzz_values(const char *text) {
  cli_t cli = {.stdin_taken = true};
  sce_buf_t name = {0}, bytes = {0};
  uint8_t seed[32];
  sce_error_delete(cli_read_method(&name, text));
  if (text[0] != '@') sce_error_delete(cli_read_data(&cli, &bytes, text, "DATA")); /* files are not for a fuzzer */
  sce_error_delete(cli_parse_seed(seed, text));
  sce_buf_free(&name);
  sce_buf_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  char *text = sce_strndup((const char *)data + 1, size - 1);
  if (text == NULL) return 0;
  switch (data[0] % 4) {
    case 0: fuzz_words(text, size - 1); break;
    case 1: fuzz_line(data + 1, size - 1); break;
    case 2: fuzz_escape(data + 1, size - 1); break;
    default: fuzz_values(text); break;
  }
  sce_free(text);
  return 0;
}
