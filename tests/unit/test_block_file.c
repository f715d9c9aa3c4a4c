/* test_block_file.c: blocks as JSON and in files, against the encodings of sp-runtime (tests/data/blocks/exported.json,
 * made by tests/oracle/blocks, bin exports): what chain_getBlock answers and what export-blocks writes. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "cli/block_file.h"
#include "scexec/block.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static json_t *records;

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

static const char *text_of(const json_t *record, const char *name) {
  return json_string_value(json_object_get(record, name));
}

static void append_hex(sce_buf_t *bytes, const char *hex) {
  sce_buf_t text = {0};
  ok(sce_buf_printf(&text, "0x%s", hex));
  ok(sce_hex_decode(bytes, sce_buf_span(&text)));
  sce_buf_free(&text);
}

static void append_text(sce_buf_t *text, const char *more) {
  ok(sce_buf_append(text, more, strlen(more)));
}

static int load(void **state) {
  (void)state;
  json_error_t error;
  records = json_load_file(TEST_DATA "/blocks/exported.json", 0, &error);
  return records != NULL && json_array_size(records) == 5 ? 0 : -1;
}

static int unload(void **state) {
  (void)state;
  json_decref(records);
  return 0;
}

/* ---- JSON ---- */

static void check_json(const char *json, const json_t *record) {
  sce_buf_t scale = {0}, expected = {0};
  append_text(&scale, "<");
  append_text(&expected, "<");
  append_hex(&expected, text_of(record, "block"));
  ok(sce_block_from_json(&scale, sce_span_text(json)));
  assert_true(sce_span_equal(sce_buf_span(&scale), sce_buf_span(&expected)));
  sce_buf_free(&scale);
  sce_buf_free(&expected);
}

static void check_made(json_t *value, const json_t *record, size_t flags) {
  char *text = json_dumps(value, flags);
  assert_non_null(text);
  check_json(text, record);
  free(text);
}

static void json_is_what_a_node_answers(void **state) {
  (void)state;
  for (size_t i = 0; i < json_array_size(records); i++) {
    const json_t *record = json_array_get(records, i);
    check_json(text_of(record, "json"), record);
    json_t *block = json_loads(text_of(record, "json"), 0, NULL);
    json_t *answer = json_pack("{s:s, s:i, s:O}", "jsonrpc", "2.0", "id", 7, "result", block);
    check_made(answer, record, JSON_COMPACT);
    check_made(answer, record, JSON_INDENT(2) | JSON_SORT_KEYS);
    check_made(json_object_get(block, "block"), record, 0);
    check_made(json_object_get(block, "block"), record, JSON_ENSURE_ASCII | JSON_SORT_KEYS);
    json_t *header = json_object_get(json_object_get(block, "block"), "header");
    json_object_set_new(header, "hash", json_string("0x00")); /* members that tools add */
    json_object_set_new(block, "isFinalized", json_true());
    uint64_t number = strtoull(json_string_value(json_object_get(header, "number")) + 2, NULL, 16);
    json_object_set_new(header, "number", json_integer((json_int_t)number));
    check_made(block, record, 0);
    json_decref(answer);
    json_decref(block);
  }
}

/* The items of the last record as polkadot-js writes them. */
static void digest_items_may_be_named(void **state) {
  (void)state;
  static const char *const names[] = {"preRuntime", "consensus", "other", "runtimeEnvironmentUpdated", "seal"};
  const json_t *record = json_array_get(records, 4);
  json_t *block = json_loads(text_of(record, "json"), 0, NULL);
  json_t *header = json_object_get(json_object_get(block, "block"), "header");
  json_t *logs = json_object_get(json_object_get(header, "digest"), "logs");
  assert_int_equal(json_array_size(logs), 5);
  for (size_t i = 0; i < 5; i++) {
    const char *hex = json_string_value(json_array_get(logs, i));
    sce_buf_t encoded = {0}, engine = {0}, data = {0};
    ok(sce_hex_decode(&encoded, sce_span_text(hex)));
    size_t skip = i == 2 ? 1 : 5;
    size_t len = i == 3 ? 0 : (encoded.data[skip] & 3) == 0 ? 1 : 2;
    append_text(&engine, "0x");
    append_text(&data, "0x");
    if (i != 3) {
      ok(sce_hex_append(&engine, sce_span(encoded.data + 1, 4)));
      ok(sce_hex_append(&data, sce_span(encoded.data + skip + len, encoded.len - skip - len)));
    }
    ok(sce_buf_append_byte(&engine, 0));
    ok(sce_buf_append_byte(&data, 0));
    json_t *value = i == 3   ? json_null()
                    : i == 2 ? json_string((const char *)data.data)
                             : json_pack("[s, s]", (const char *)engine.data, (const char *)data.data);
    json_array_set_new(logs, i, json_pack("{s:o}", names[i], value));
    sce_buf_free(&encoded);
    sce_buf_free(&engine);
    sce_buf_free(&data);
  }
  check_made(block, record, 0);
  json_decref(block);
}

#define HASH "\"0x0000000000000000000000000000000000000000000000000000000000000000\""
#define ROOTS "\"parentHash\":" HASH ",\"stateRoot\":" HASH ",\"extrinsicsRoot\":" HASH
#define HEADER "{" ROOTS ",\"number\":\"0x1\",\"digest\":{\"logs\":[]}}"

static void wrong_json_is_named(void **state) {
  (void)state;
  static const struct {
    const char *json, *message;
  } wrong[] = {
      {"[]", "line 1, column 1: expected an object"},
      {"{}", "line 1, column 3: no block: a block has \"header\" and \"extrinsics\""},
      {"{\"result\":null}", "line 1, column 11: the server's result is null: it has no such block"},
      {"{\"error\":{\"code\":-32602}}", "the server refused the request: {\"code\":-32602}"},
      {"{\"header\":" HEADER "}", NULL},
      {"{\"extrinsics\":[]}", "line 1, column 18: the block has no \"header\""},
      {"{\"header\":{" ROOTS ",\"digest\":{\"logs\":[]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":\"0x1\"},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":\"0x\",\"digest\":{\"logs\":[]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":-1,\"digest\":{\"logs\":[]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":18446744073709551616,\"digest\":{\"logs\":[]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":1,\"number\":1,\"digest\":{\"logs\":[]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{\"parentHash\":\"0x00\"},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":1,\"digest\":{\"logs\":[{\"sael\":[\"0x\"]}]}},\"extrinsics\":[]}", NULL},
      {"{\"header\":{" ROOTS ",\"number\":1,\"digest\":{\"logs\":[{\"seal\":[\"0x00000000\"]}]}},\"extrinsics\":[]}",
       NULL},
      {"{\"header\":{" ROOTS ",\"number\":1,\"digest\":{\"logs\":[{\"seal\":[\"0x00\",\"0x\"]}]}},\"extrinsics\":[]}",
       NULL},
      {"{\"header\":" HEADER ",\"extrinsics\":[\"0x\"]}", NULL},
      {"{\"header\":" HEADER ",\"extrinsics\":[\"0x0800\"]}", NULL},
      {"{\"header\":" HEADER ",\"extrinsics\":[\"0x00zz\"]}", NULL},
      {"{\"header\":" HEADER ",\"extrinsics\":[],\"extrinsics\":[]}", NULL},
      {"{\"header\":" HEADER ",\"extrinsics\":[]} x", NULL},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    sce_buf_t scale = {0};
    sce_error_t *err = sce_block_from_json(&scale, sce_span_text(wrong[i].json));
    if (err == NULL) fail_msg("accepted: %s", wrong[i].json);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    if (wrong[i].message != NULL) assert_string_equal(sce_error_message(err), wrong[i].message);
    assert_int_equal(scale.len, 0);
    sce_error_delete(err);
    sce_buf_free(&scale);
  }
}

/* ---- files ---- */

static int make_file(char path[32], const sce_buf_t *content) {
  int fd = memfd_create("blocks", MFD_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content->data, content->len), content->len);
  snprintf(path, 32, "/proc/self/fd/%d", fd);
  return fd;
}

/* The file's blocks are those of the records, in order. */
static void check_file(const sce_buf_t *content, cli_block_form_t form) {
  char path[32];
  cli_t cli = {.quiet = true};
  cli_block_file_t in;
  sce_buf_t scale = {0};
  bool more = false;
  int fd = make_file(path, content);
  ok(cli_block_file_open(&cli, &in, path));
  assert_int_equal(in.form, form);
  for (size_t i = 0; i < json_array_size(records); i++) {
    sce_buf_t expected = {0};
    append_hex(&expected, text_of(json_array_get(records, i), "block"));
    ok(cli_block_file_next(&in, &scale, &more));
    assert_true(more);
    assert_true(sce_span_equal(sce_buf_span(&scale), sce_buf_span(&expected)));
    sce_buf_free(&expected);
  }
  ok(cli_block_file_next(&in, &scale, &more));
  assert_false(more);
  cli_block_file_close(&in);
  sce_buf_free(&scale);
  close(fd);
}

/* A file of all records, each with `before` in front and `after` behind it; the last without in a list. */
static sce_buf_t text_file(const char *start, const char *before, const char *name, const char *after,
                           const char *end) {
  sce_buf_t text = {0};
  append_text(&text, start);
  for (size_t i = 0; i < json_array_size(records); i++) {
    append_text(&text, before);
    append_text(&text, text_of(json_array_get(records, i), name));
    bool last = i + 1 == json_array_size(records);
    if (!last || strchr(end, ']') == NULL) append_text(&text, after);
  }
  append_text(&text, end);
  return text;
}

static void texts_of_all_kinds(void **state) {
  (void)state;
  sce_buf_t files[] = {
      text_file("", "", "json", "", ""), /* as sc-service writes them */
      text_file("", "", "json", "\n", ""),
      text_file("\xef\xbb\xbf\r\n", "", "json", "\r\n", ""),
      text_file("[", "", "json", ",\n", "]\n"),
      text_file("", "{\"id\":1,\"result\":", "json", "}", ""),
      text_file("", "0x", "block", "\n", ""),
      text_file("\n", " 0x", "block", "\r\n", "\n"),
      text_file("", "\"0x", "block", "\"\n", ""),
      text_file("[\"0x", "", "block", "\",\"0x", "\"]"),
      text_file("", "{\"jsonrpc\":\"2.0\",\"result\":\"0x", "block", "\"}\n", ""),
  };
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    check_file(&files[i], CLI_BLOCKS_TEXT);
    sce_buf_free(&files[i]);
  }
}

static sce_buf_t export_file(const char *name, uint64_t announced) {
  sce_buf_t bytes = {0};
  for (unsigned i = 0; i < 8; i++) ok(sce_buf_append_byte(&bytes, (uint8_t)(announced >> (8 * i))));
  for (size_t i = 0; i < json_array_size(records); i++) append_hex(&bytes, text_of(json_array_get(records, i), name));
  return bytes;
}

static void exports_of_all_times(void **state) {
  (void)state;
  static const char *const names[] = {"signed", "signedBefore2021"};
  for (size_t i = 0; i < 2; i++) {
    sce_buf_t file = export_file(names[i], 5);
    check_file(&file, CLI_BLOCKS_EXPORT);
    sce_buf_free(&file);
  }
  sce_buf_t none = export_file("signed", 0);
  none.len = 8;
  char path[32];
  cli_t cli = {.quiet = true};
  cli_block_file_t in;
  bool more = true;
  int fd = make_file(path, &none);
  ok(cli_block_file_open(&cli, &in, path));
  ok(cli_block_file_next(&in, &none, &more));
  assert_false(more);
  cli_block_file_close(&in);
  close(fd);
  sce_buf_free(&none);
}

/* Whatever number of blocks is announced: it is told from a block's length by what follows. */
static void forms_are_told_apart(void **state) {
  (void)state;
  static const uint64_t counts[] = {1, 2, 3, 99, 396, 397, 398, 401, 1000, 16385, 65538, 65542, 1000001, 30000002};
  char path[32];
  cli_t cli = {.quiet = true};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    sce_buf_t file = export_file("signed", counts[i]);
    cli_block_file_t in;
    int fd = make_file(path, &file);
    ok(cli_block_file_open(&cli, &in, path));
    assert_int_equal(in.form, CLI_BLOCKS_EXPORT);
    assert_int_equal(in.announced, counts[i]);
    cli_block_file_close(&in);
    close(fd);
    sce_buf_free(&file);
  }
  /* A block on a parent of zeros, behind its length of 2 and of 4 bytes. */
  for (size_t len = 397 >> 2; len < 40000; len += 16384) {
    sce_buf_t file = {0};
    bool small = len < 1 << 14;
    for (unsigned k = 0; k < (small ? 2 : 4); k++)
      ok(sce_buf_append_byte(&file, (uint8_t)((len << 2 | (small ? 1 : 2)) >> (8 * k))));
    for (size_t k = 0; k < len; k++) ok(sce_buf_append_byte(&file, 0));
    cli_block_file_t in;
    int fd = make_file(path, &file);
    ok(cli_block_file_open(&cli, &in, path));
    assert_int_equal(in.form, CLI_BLOCKS_SIZED);
    cli_block_file_close(&in);
    close(fd);
    sce_buf_free(&file);
  }
}

static void expect_error(const sce_buf_t *file, const char *message) {
  char path[32];
  cli_t cli = {.quiet = true};
  cli_block_file_t in;
  sce_buf_t scale = {0};
  bool more = true;
  int fd = make_file(path, file);
  sce_error_t *err = cli_block_file_open(&cli, &in, path);
  while (err == NULL && more) err = cli_block_file_next(&in, &scale, &more);
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
  if (strstr(sce_error_message(err), message) == NULL) fail_msg("%s", sce_error_message(err));
  sce_error_delete(err);
  cli_block_file_close(&in);
  sce_buf_free(&scale);
  close(fd);
}

static void files_that_end_or_go_on_are_refused(void **state) {
  (void)state;
  sce_buf_t more = export_file("signed", 6), less = export_file("signed", 4), cut = export_file("signed", 5);
  expect_error(&more, "the file ends after 5 of the 6 blocks that it announces");
  expect_error(&less, "more follows the 4 blocks that it announces");
  cut.len -= 1;
  expect_error(&cut, "block 5: the file ends in it");
  cut.len = 50;
  expect_error(&cut, "block 1: the file ends in it");
  sce_buf_t open_brace = text_file("", "", "json", "", "{\"block\":");
  expect_error(&open_brace, "block 6: the file ends in it");
  sce_buf_t word = text_file("", "", "json", "\n", "block");
  expect_error(&word, "block 6: neither 0x… nor JSON, but \"block\"");
  sce_buf_t null = text_file("", "", "json", "\n", "null");
  expect_error(&null, "block 6: null, which a node answers for a block that it does not have");
  sce_buf_t digits = text_file("", "", "block", "\n", "");
  expect_error(&digits, "block 1: hexadecimal digits without 0x in front: put 0x before them");
  sce_buf_t *all[] = {&more, &less, &cut, &open_brace, &word, &null, &digits};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) sce_buf_free(all[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_is_what_a_node_answers),
      cmocka_unit_test(digest_items_may_be_named),
      cmocka_unit_test(wrong_json_is_named),
      cmocka_unit_test(texts_of_all_kinds),
      cmocka_unit_test(exports_of_all_times),
      cmocka_unit_test(forms_are_told_apart),
      cmocka_unit_test(files_that_end_or_go_on_are_refused),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
