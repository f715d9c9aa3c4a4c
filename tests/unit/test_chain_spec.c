/* test_chain_spec.c: raw chain specs: the five real ones (fetched by scripts/fetch-inputs.sh), and what must be
 * refused. Numbers of keys were counted in the files with Python's json. */
#include "base/buf.h"
#include "base/error.h"
#include "scexec/chain_spec.h"
#include "state/chain_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static sce_error_t *parse(sce_chain_spec_t **spec, const char *text) {
  return sce_chain_spec_parse(spec, sce_span_text(text));
}

static sce_chain_spec_t *parsed(const char *text) {
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = parse(&spec, text);
  if (err != NULL) fail_msg("%s", sce_error_message(err));
  return spec;
}

static void real_specs(void **state) {
  (void)state;
  static const struct {
    const char *file, *name, *id, *type, *protocol, *symbol;
    size_t keys;
    uint16_t ss58;
    uint32_t decimals;
  } expected[] = {
      {"polkadot", "Polkadot", "polkadot", "Live", "dot", "DOT", 11645, 0, 10},
      {"kusama", "Kusama", "ksmcc3", "", "ksmcc3", "KSM", 3419, 2, 12},
      {"westend", "Westend", "westend2", "", "wnd2", "WND", 93, 42, 12},
      {"rococo", "Rococo", "rococo_v2_2", "Live", "rococo", "ROC", 173, 42, 12},
      {"paseo", "Paseo Testnet", "paseo", "Live", "pas", "PAS", 386, 42, 10},
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.json", TEST_INPUTS, expected[i].file);
    sce_chain_spec_t *spec = NULL;
    sce_error_t *err = sce_chain_spec_load(&spec, path);
    if (err != NULL) fail_msg("%s", sce_error_message(err));
    assert_string_equal(sce_chain_spec_name(spec), expected[i].name);
    assert_string_equal(sce_chain_spec_id(spec), expected[i].id);
    assert_string_equal(sce_chain_spec_chain_type(spec), expected[i].type);
    assert_string_equal(sce_chain_spec_protocol_id(spec), expected[i].protocol);
    uint16_t format = 0;
    assert_true(sce_chain_spec_ss58_format(spec, &format));
    assert_int_equal(format, expected[i].ss58);
    const char *symbol;
    uint32_t decimals;
    assert_true(sce_chain_spec_token(spec, &symbol, &decimals, 0));
    assert_string_equal(symbol, expected[i].symbol);
    assert_int_equal(decimals, expected[i].decimals);
    assert_false(sce_chain_spec_token(spec, &symbol, &decimals, 1));
    const sce_genesis_t *genesis = sce_chain_spec_genesis(spec);
    assert_int_equal(genesis->top.count, expected[i].keys);
    assert_int_equal(genesis->child_count, 0);
    sce_span_t code;
    assert_true(sce_chain_spec_storage(spec, &code, sce_span_text(":code")));
    assert_true(code.len > 100000);
    sce_chain_spec_delete(spec);
  }
}

static void both_forms_and_children(void **state) {
  (void)state;
  static const char *const texts[] = {
      "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x\",\"0x02\":\"0xAbcd\","
      "\"0x3a6368696c645f73746f72616765"
      "3a64656661756c743a61\":\"0x11\"},\"childrenDefault\":{\"0x61\":{\"0x\":\"0x00\"},\"0x\":{}}}}}",
      " {\"genesis\" : { \"raw\" : [ {\"0x01\":\"0x\" , \"0x02\":\"0x00\", \"\\u0030x02\" : \"0xa\\u0062CD\"}, "
      "{\"0x61\":{\"0x\":\"0x00\"},\"0x\":{}} ]}}\n"};
  for (int i = 0; i < 2; i++) {
    sce_chain_spec_t *spec = parsed(texts[i]);
    const sce_genesis_t *genesis = sce_chain_spec_genesis(spec);
    sce_span_t value;
    assert_true(sce_chain_spec_storage(spec, &value, sce_span_text("\x01")));
    assert_int_equal(value.len, 0);
    assert_true(sce_chain_spec_storage(spec, &value, sce_span_text("\x02")));
    assert_true(sce_span_equal(value, sce_span_text("\xab\xcd")));
    assert_false(sce_chain_spec_storage(spec, &value, sce_span_text(":child_storage:default:a")));
    assert_int_equal(genesis->child_count, 2);
    assert_true(sce_span_equal(genesis->children[0].name, sce_span_text("a")));
    assert_int_equal(genesis->children[0].pairs.count, 1);
    assert_int_equal(genesis->children[0].pairs.items[0].key.len, 0);
    assert_int_equal(genesis->children[0].pairs.items[0].value.len, 1);
    assert_string_equal(sce_chain_spec_name(spec), "");
    assert_string_equal(sce_chain_spec_properties(spec), "");
    sce_chain_spec_delete(spec);
  }
}

static void properties_of_all_kinds(void **state) {
  (void)state;
  sce_chain_spec_t *spec =
      parsed("{\"name\":\"a\\\"\\u00e9\\ud83d\\ude00\\n\",\"chainType\":{\"Custom\":\"x\"},\"protocolId\":null,"
             "\"properties\":{\"ss58Format\":16384,\"other\":[{}],\"tokenSymbol\":[\"A\",\"B\"],"
             "\"tokenDecimals\":[7,-1]},\"genesis\":{\"raw\":[{}]}}");
  const char *symbol;
  uint32_t decimals;
  uint16_t format;
  assert_string_equal(sce_chain_spec_name(spec), "a\"\xc3\xa9\xf0\x9f\x98\x80\n");
  assert_string_equal(sce_chain_spec_chain_type(spec), "{\"Custom\":\"x\"}");
  assert_string_equal(sce_chain_spec_protocol_id(spec), "");
  assert_false(sce_chain_spec_ss58_format(spec, &format));
  assert_true(sce_chain_spec_token(spec, &symbol, &decimals, 0));
  assert_string_equal(symbol, "A");
  assert_int_equal(decimals, 7);
  assert_true(sce_chain_spec_token(spec, &symbol, &decimals, 1));
  assert_string_equal(symbol, "B");
  assert_int_equal(decimals, 0);
  assert_false(sce_chain_spec_token(spec, &symbol, &decimals, 2));
  sce_chain_spec_delete(spec);
}

/* What public specs have there, and worse: nothing of it is an error. Of members that stand twice the last one counts.
 */
static void properties_are_free(void **state) {
  (void)state;
  static const struct {
    const char *properties;
    int format; /* -1: none */
    const char *symbols[3];
    uint32_t decimals[3];
  } cases[] = {
      {"{\"ss58Format\":\"42\",\"tokenSymbol\":\"A\",\"tokenDecimals\":\"18\"}", 42, {"A"}, {18}},
      {"{\"ss58Format\":[\"42\",null],\"tokenDecimals\":[\"7\",null,9]}", -1, {"", "", ""}, {7, 0, 9}},
      {"{\"ss58Format\":\"\",\"tokenSymbol\":[null,7,\"B\"],\"tokenDecimals\":null}", -1, {"", "", "B"}, {0, 0, 0}},
      {"{\"ss58Format\":1,\"ss58Format\":2,\"tokenSymbol\":\"A\",\"tokenSymbol\":\"B\"}", 2, {"B"}, {0}},
      {"{\"ss58Format\":1,\"ss58Format\":16384}", -1, {0}, {0}},
      {"{\"ss58Format\":\"1e1\",\"tokenSymbol\":{\"a\":1},\"tokenDecimals\":{}}", -1, {0}, {0}},
      {"{\"tokenSymbol\":\"a\\u0000b\",\"tokenDecimals\":4294967296}", -1, {""}, {0}},
      {"{\"tokenSymbol\":[\"\\ud800\",\"C\"],\"tokenDecimals\":1.5}", -1, {"", "C"}, {0, 0}},
      {"[\"ss58Format\"]", -1, {0}, {0}},
      {"17", -1, {0}, {0}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, "{\"properties\":%s,\"genesis\":{\"raw\":[{}]}}", cases[i].properties);
    sce_chain_spec_t *spec = parsed(text);
    uint16_t format = 0;
    assert_int_equal(sce_chain_spec_ss58_format(spec, &format), cases[i].format >= 0);
    if (cases[i].format >= 0) assert_int_equal(format, cases[i].format);
    const char *symbol;
    uint32_t decimals;
    size_t count = 0;
    for (; sce_chain_spec_token(spec, &symbol, &decimals, count); count++) {
      assert_true(count < 3 && cases[i].symbols[count] != NULL);
      assert_string_equal(symbol, cases[i].symbols[count]);
      assert_int_equal(decimals, cases[i].decimals[count]);
    }
    assert_true(count == 3 || cases[i].symbols[count] == NULL);
    sce_chain_spec_delete(spec);
  }
}

/* As they stand, without the genesis; those that are read here are among them. */
static void members_are_kept(void **state) {
  (void)state;
  sce_chain_spec_t *spec = parsed(" { \"a\" : [1.0, {\"x\":null} ] ,\"genesis\":{\"raw\":[{}]}, \"\\u0062\":\"\\/\","
                                  "\"id\":\"i\"}");
  assert_string_equal(sce_chain_spec_members(spec), "{\"a\":[1.0, {\"x\":null} ],\"\\u0062\":\"\\/\",\"id\":\"i\"}");
  sce_chain_spec_t *again = NULL;
  assert_null(sce_chain_spec_parse_members(&again, sce_span_text(sce_chain_spec_members(spec))));
  assert_string_equal(sce_chain_spec_members(again), sce_chain_spec_members(spec));
  assert_string_equal(sce_chain_spec_id(again), "i");
  sce_chain_spec_delete(again);
  sce_chain_spec_delete(spec);
  spec = parsed("{\"genesis\":{\"raw\":[{}]}}");
  assert_string_equal(sce_chain_spec_members(spec), "{}");
  sce_chain_spec_delete(spec);
}

/* Kusama's bad blocks and Polkadot's substitute, which are those of the networks. */
static void real_rules(void **state) {
  (void)state;
  static const uint8_t bad[32] = {0x15, 0xb1, 0xb9, 0x25, 0xb0, 0xaa, 0x5c, 0xfe, 0x43, 0xc8, 0x8c,
                                  0xd0, 0x24, 0xf7, 0x42, 0x58, 0xcb, 0x5c, 0xfe, 0x3a, 0xf4, 0x24,
                                  0x88, 0x2c, 0x90, 0x10, 0x14, 0xe8, 0xac, 0xd0, 0xd2, 0x41};
  uint8_t other[32];
  sce_chain_spec_t *spec = NULL;
  bool found;
  uint32_t number = 0;
  sce_buf_t code = {0};
  assert_null(sce_chain_spec_load(&spec, TEST_INPUTS "/kusama.json"));
  sce_error_t *err = sce_chain_spec_check_block(spec, 1, bad);
  assert_int_equal(sce_error_kind(err), SCE_BAD_BLOCK);
  sce_error_delete(err);
  memcpy(other, bad, 32);
  other[31] ^= 1;
  assert_null(sce_chain_spec_check_block(spec, 1, other));
  assert_null(sce_chain_spec_substitute(spec, &found, &number, &code, 0));
  assert_false(found);
  sce_chain_spec_delete(spec);
  assert_null(sce_chain_spec_load(&spec, TEST_INPUTS "/polkadot.json"));
  assert_null(sce_chain_spec_substitute(spec, &found, &number, &code, 0));
  assert_true(found);
  assert_int_equal(number, 5203203);
  assert_int_equal(code.len, 2030359);
  assert_true(sce_span_starts_with(sce_buf_span(&code), sce_span("\0asm", 4)));
  assert_null(sce_chain_spec_substitute(spec, &found, &number, NULL, 1));
  assert_false(found);
  sce_buf_free(&code);
  sce_chain_spec_delete(spec);
}

/* "00" once for each byte of a hash, with the last one as given. */
#define HASH(last) "0x00000000000000000000000000000000000000000000000000000000000000" last

static void rules_of_all_kinds(void **state) {
  (void)state;
  sce_chain_spec_t *spec =
      parsed("{\"codeSubstitutes\":{\"9\":\"0x09\",\"10\":\"0x10ab\",\"2\":\"0x\"},"
             "\"forkBlocks\":[[7,\"" HASH("01") "\"]],\"badBlocks\":[\"" HASH("02") "\"],"
                                                                                    "\"genesis\":{\"raw\":[{}]}}");
  static const uint32_t numbers[] = {2, 9, 10};
  bool found;
  uint32_t number;
  for (size_t i = 0; i < 3; i++) {
    sce_buf_t code = {0};
    assert_null(sce_chain_spec_substitute(spec, &found, &number, &code, i));
    assert_int_equal(number, numbers[i]);
    assert_int_equal(code.len, i);
    sce_buf_free(&code);
  }
  for (uint8_t last = 0; last < 4; last++) {
    uint8_t hash[32] = {0};
    hash[31] = last;
    for (uint32_t at = 6; at < 9; at++) {
      sce_error_t *err = sce_chain_spec_check_block(spec, at, hash);
      assert_int_equal(err != NULL, last == 2 || (at == 7 && last != 1));
      if (err != NULL) assert_int_equal(sce_error_kind(err), SCE_BAD_BLOCK);
      sce_error_delete(err);
    }
  }
  sce_chain_spec_delete(spec);
}

/* The spec is there all the same: only what would need them is refused. */
static void rules_that_cannot_be_read(void **state) {
  (void)state;
  static const struct {
    const char *member, *substitutes, *rules;
  } cases[] = {
      {"\"codeSubstitutes\":null,\"forkBlocks\":null,\"badBlocks\":null", NULL, NULL},
      {"\"codeSubstitutes\":{\"" HASH("01") "\":\"0x00\"}", "its keys must be block numbers", NULL},
      {"\"codeSubstitutes\":{\"4294967296\":\"0x00\"}", "its keys must be block numbers", NULL},
      {"\"codeSubstitutes\":[]", "codeSubstitutes of the chain spec: line 1, column 1: expected an object", NULL},
      {"\"codeSubstitutes\":{\"1\":\"0x0\"}", "codeSubstitutes of the chain spec, block 1:", NULL},
      {"\"codeSubstitutes\":{\"1\":7}", "codeSubstitutes of the chain spec: line 1, column 6:", NULL},
      {"\"forkBlocks\":{}", NULL, "forkBlocks of the chain spec:"},
      {"\"forkBlocks\":[[1]]", NULL, "expected the hash of the block"},
      {"\"forkBlocks\":[[1.5,\"" HASH("01") "\"]]", NULL, "expected a block number"},
      {"\"forkBlocks\":[[1,\"" HASH("01") "\",2]]", NULL, "and no more"},
      {"\"badBlocks\":[\"0x00\"]", NULL, "a block's hash has 32 bytes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[300];
    uint8_t hash[32] = {0};
    bool found;
    uint32_t number;
    sce_buf_t code = {0};
    snprintf(text, sizeof text, "{%s,\"genesis\":{\"raw\":[{}]}}", cases[i].member);
    sce_chain_spec_t *spec = parsed(text);
    sce_error_t *substitutes = sce_chain_spec_substitute(spec, &found, &number, &code, 0);
    sce_error_t *rules = sce_chain_spec_check_block(spec, 1, hash);
    assert_int_equal(substitutes != NULL, cases[i].substitutes != NULL);
    assert_int_equal(rules != NULL, cases[i].rules != NULL);
    if (substitutes != NULL) assert_non_null(strstr(sce_error_message(substitutes), cases[i].substitutes));
    if (rules != NULL) assert_non_null(strstr(sce_error_message(rules), cases[i].rules));
    if (substitutes != NULL) assert_int_equal(sce_error_kind(substitutes), SCE_BAD_CHAIN_SPEC);
    sce_error_delete(substitutes);
    sce_error_delete(rules);
    sce_buf_free(&code);
    sce_chain_spec_delete(spec);
  }
}

static void wrong_specs_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "chain spec: line 1, column 1: expected an object"},
      {"[]", "chain spec: line 1, column 1: expected an object"},
      {"\xef\xbb\xbf\xef\xbb\xbf{}", "chain spec: line 1, column 1: expected an object"},
      {"{}", "chain spec: line 1, column 3: no member \"genesis\": this is not a chain spec"},
      {"{\"genesis\":{}}", "chain spec: line 1, column 14: genesis has neither \"raw\" nor \"runtimeGenesis\""},
      {"{\"genesis\":{\"runtime\":{\"system\":1}}}", "chain spec: line 1, column 23: not a raw chain spec: this one "
                                                     "describes its genesis pallet by pallet, for the chain's node "
                                                     "alone. Make a raw one with that: build-spec --chain FILE --raw"},
      {"{\"genesis\":{\"raw\":{}}}", "chain spec: line 1, column 21: genesis.raw has no \"top\""},
      {"{\"genesis\":{\"raw\":[]}}",
       "chain spec: line 1, column 21: genesis.raw is an empty list: it should hold the top trie first"},
      {"{\"genesis\":{\"raw\":[{},{},{}]}}", "chain spec: line 1, column 26: genesis.raw has more than two elements"},
      {"{\"genesis\":{\"raw\":7}}",
       "chain spec: line 1, column 19: genesis.raw should be an object {\"top\", \"childrenDefault\"} or a list"},
      {"{\"genesis\":{\"raw\":{\"top\":{},\"children\":{}}}}",
       "chain spec: line 1, column 40: unknown member: genesis.raw has \"top\" and \"childrenDefault\""},
      {"{\"genesis\":{\"raw\":{\"top\":{},\"top\":{}}}}", "chain spec: line 1, column 35: the same member twice"},
      {"{\"genesis\":{\"raw\":[{}]},\"genesis\":{}}", "chain spec: line 1, column 35: the same member twice"},
      {"{\"id\":\"a\",\"id\":\"b\"}", "chain spec: line 1, column 16: the same member twice"},
      {"{\n \"genesis\":{\"raw\":{\"top\":{\n\"0x01\":\"0x0g\"}}}}",
       "chain spec: genesis.raw.top: key 0x01: line 3, column 8: 'g' at offset 3 is not a hexadecimal digit"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"01\":\"0x\"}}}}",
       "chain spec: genesis.raw.top: line 1, column 27: hexadecimal data must begin with 0x"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x012\"}}}}",
       "chain spec: genesis.raw.top: key 0x01: line 1, column 34: odd number of hexadecimal digits (3): a byte is two "
       "digits"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":null}}}}",
       "chain spec: genesis.raw.top: key 0x01: line 1, column 34: expected a string"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x",
       "chain spec: genesis.raw.top: key 0x01: line 1, column 37: the text ends within a string"},
      {"{\"genesis\":{\"raw\":[{},{\"0x61\":{\"0x01\":1}}]}}",
       "chain spec: genesis.raw.childrenDefault: child 0x61: key 0x01: line 1, column 39: expected a string"},
      {"{\"genesis\":{\"raw\":[{}]},}", "chain spec: line 1, column 25: expected a member's name in quotes"},
      {"{\"genesis\":{\"raw\":[{}]}} x", "chain spec: line 1, column 26: text after the end of the document"},
      {"{\"genesis\":{\"raw\":[{}]},\"a\":tru}", "chain spec: line 1, column 29: expected a value"},
      {"{\"genesis\":{\"raw\":[{}]},\"a\":01}", "chain spec: line 1, column 30: expected ',' or '}'"},
      {"{\"a\":\"\\ud800x\",\"name\":\"\\ud800x\"}", "chain spec: lone surrogate \\ud800 in a string"},
      {"{\"name\":\"a\\u0000\"}", "chain spec: line 1, column 18: NUL character in a name"},
      {"{\"a\":\"\x01\"}", "chain spec: line 1, column 7: control character within a string"},
      {"{\"a\":\"\\q\"}", "chain spec: line 1, column 8: unknown escape"},
      {"{\"a\":\"\\u00g0\"}", "chain spec: line 1, column 11: \\u needs four hexadecimal digits"},
      {"{\"a\":\"\xff\"}", "chain spec: line 1, column 8: string that is not valid UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_chain_spec_t *spec = NULL;
    sce_error_t *err = parse(&spec, cases[i].text);
    assert_non_null(err);
    assert_null(spec);
    assert_string_equal(sce_error_message(err), cases[i].message);
    assert_int_equal(sce_error_kind(err), SCE_BAD_CHAIN_SPEC);
    sce_error_delete(err);
  }
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = sce_chain_spec_load(&spec, "/dev/null/nothing.json");
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
}

static void depth_is_bounded(void **state) {
  (void)state;
  for (int depth = 127; depth <= 128; depth++) { /* inside the document's own object */
    sce_buf_t text = {0};
    assert_null(sce_buf_printf(&text, "{\"a\":"));
    for (int i = 0; i < depth; i++) assert_null(sce_buf_append_byte(&text, '['));
    for (int i = 0; i < depth; i++) assert_null(sce_buf_append_byte(&text, ']'));
    assert_null(sce_buf_printf(&text, ",\"genesis\":{\"raw\":[{}]}}"));
    sce_chain_spec_t *spec = NULL;
    sce_error_t *err = sce_chain_spec_parse(&spec, sce_buf_span(&text));
    if (depth == 127) {
      assert_null(err);
    } else {
      assert_string_equal(sce_error_message(err), "chain spec: line 1, column 133: nested deeper than 128 levels");
    }
    sce_error_delete(err);
    sce_chain_spec_delete(spec);
    sce_buf_free(&text);
  }
}

/* A name of `len` letters with `special` among them. */
static sce_error_t *load_name(sce_chain_spec_t **spec, size_t len, size_t at, const char *special) {
  char text[256];
  snprintf(text, sizeof text, "{\"genesis\":{\"raw\":[{}]},\"name\":\"%.*s%s%.*s\"}", (int)at,
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", special, (int)(len - at),
           "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
  return parse(spec, text);
}

/* Strings are passed over in blocks: what needs a look is seen at each place in them. */
static void strings_are_looked_at_everywhere(void **state) {
  (void)state;
  static const char *const wrong[] = {"\x1f", "\n", "\\x", "\x80", "\xff", "\xc3", "\"\""};
  static const char *const right[] = {"\\u0061", "\xc3\xa9", "\x7f", " "};
  for (size_t at = 0; at <= 50; at++) {
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
      sce_chain_spec_t *spec = NULL;
      sce_error_t *err = load_name(&spec, 50, at, wrong[i]);
      assert_non_null(err);
      assert_int_equal(sce_error_kind(err), SCE_BAD_CHAIN_SPEC);
      sce_error_delete(err);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
      sce_chain_spec_t *spec = NULL;
      assert_null(load_name(&spec, 50, at, right[i]));
      assert_int_equal(strlen(sce_chain_spec_name(spec)), 50 + (i == 0 ? 1 : strlen(right[i])));
      sce_chain_spec_delete(spec);
    }
  }
}

/* A file of one's own is mapped, one that others may change is read, like a pipe. */
static void files_of_all_kinds(void **state) {
  (void)state;
  static const char text[] = "{\"name\":\"One\",\"genesis\":{\"raw\":[{\"0x01\":\"0x0203\"}]}}";
  char path[] = "/tmp/scexec-spec-XXXXXX", name[64];
  int file = mkstemp(path), ends[2];
  assert_true(file >= 0 && write(file, text, sizeof text - 1) == (ssize_t)(sizeof text - 1));
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
  close(ends[1]);
  snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(fchmod(file, i == 0 ? 0600 : 0666), 0);
    sce_chain_spec_t *spec = NULL;
    assert_null(sce_chain_spec_load(&spec, i < 2 ? path : name));
    sce_span_t value;
    assert_true(sce_chain_spec_storage(spec, &value, sce_span_text("\1")));
    assert_memory_equal(value.data, "\2\3", 2);
    sce_chain_spec_delete(spec);
  }
  for (int i = 0; i < 2; i++) { /* an empty file is no spec, either way */
    assert_int_equal(ftruncate(file, 0), 0);
    assert_int_equal(fchmod(file, i == 0 ? 0600 : 0666), 0);
    sce_chain_spec_t *spec = NULL;
    sce_error_t *err = sce_chain_spec_load(&spec, path);
    assert_int_equal(sce_error_kind(err), SCE_BAD_CHAIN_SPEC);
    sce_error_delete(err);
  }
  close(ends[0]);
  close(file);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(real_specs),
      cmocka_unit_test(both_forms_and_children),
      cmocka_unit_test(properties_of_all_kinds),
      cmocka_unit_test(properties_are_free),
      cmocka_unit_test(members_are_kept),
      cmocka_unit_test(real_rules),
      cmocka_unit_test(rules_of_all_kinds),
      cmocka_unit_test(rules_that_cannot_be_read),
      cmocka_unit_test(wrong_specs_are_refused),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(strings_are_looked_at_everywhere),
      cmocka_unit_test(files_of_all_kinds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
