/* test_chain_spec.c: raw chain specs: the five real ones (fetched by scripts/fetch-inputs.sh), and what must be
 * refused. Numbers of keys were counted in the files with Python's json. */
#include "base/buf.h"
#include "base/error.h"
#include "scexec/chain_spec.h"
#include "state/chain_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static void wrong_specs_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "chain spec: line 1, column 0: '[' or '{' expected near end of file"},
      {"[]", "chain spec: expected an object"},
      {"\xef\xbb\xbf{}", "chain spec: line 1, column 1: '[' or '{' expected near '\xef\xbb\xbf'"},
      {"{}", "chain spec: no member \"genesis\": this is not a chain spec"},
      {"{\"genesis\":{}}", "chain spec: genesis has no \"raw\""},
      {"{\"genesis\":null}", "chain spec: genesis: expected an object"},
      {"{\"genesis\":{\"runtime\":{\"system\":1}}}",
       "chain spec: not a raw chain spec: this one describes its genesis instead of listing it. Make a raw one with "
       "the chain's node: build-spec --chain FILE --raw"},
      {"{\"genesis\":{\"runtime\":{\"system\":10000000000000000000}}}",
       "chain spec: line 1, column 52: too big integer near '10000000000000000000'; raw specs have no such numbers: "
       "make a raw one with the chain's node: build-spec --chain FILE --raw"},
      {"{\"genesis\":{\"raw\":{}}}", "chain spec: genesis.raw has no \"top\""},
      {"{\"genesis\":{\"raw\":[]}}", "chain spec: genesis.raw is an empty list: it should hold the top trie first"},
      {"{\"genesis\":{\"raw\":[{},{},{}]}}", "chain spec: genesis.raw has more than two elements"},
      {"{\"genesis\":{\"raw\":7}}",
       "chain spec: genesis.raw should be an object {\"top\", \"childrenDefault\"} or a list"},
      {"{\"genesis\":{\"raw\":{\"top\":{},\"children\":{}}}}",
       "chain spec: genesis.raw: member children: unknown: genesis.raw has \"top\" and \"childrenDefault\""},
      {"{\"genesis\":{\"raw\":{\"top\":[]}}}", "chain spec: genesis.raw.top: expected an object"},
      {"{\n \"genesis\":{\"raw\":{\"top\":{\n\"0x01\":\"0x0g\"}}}}",
       "chain spec: genesis.raw.top: key 0x01: 'g' at offset 3 is not a hexadecimal digit"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"01\":\"0x\"}}}}",
       "chain spec: genesis.raw.top: key 01: hexadecimal data must begin with 0x"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x012\"}}}}",
       "chain spec: genesis.raw.top: key 0x01: odd number of hexadecimal digits (3): a byte is two digits"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":null}}}}", "chain spec: genesis.raw.top: key 0x01: expected a string"},
      {"{\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x",
       "chain spec: line 1, column 36: premature end of input near '\"0x'"},
      {"{\"genesis\":{\"raw\":[{},{\"0x61\":{\"0x01\":1}}]}}",
       "chain spec: genesis.raw.childrenDefault: child 0x61: key 0x01: expected a string"},
      {"{\"genesis\":{\"raw\":[{},{\"61\":{}}]}}",
       "chain spec: genesis.raw.childrenDefault: child 61: hexadecimal data must begin with 0x"},
      {"{\"genesis\":{\"raw\":[{},7]}}", "chain spec: genesis.raw.childrenDefault: expected an object"},
      {"{\"name\":7}", "chain spec: name: expected a string"},
      {"{\"genesis\":{\"raw\":[{}]},}", "chain spec: line 1, column 25: string or '}' expected near '}'"},
      {"{\"genesis\":{\"raw\":[{}]}} x", "chain spec: line 1, column 26: end of file expected near 'x'"},
      {"{\"genesis\":{\"raw\":[{}]},\"a\":tru}", "chain spec: line 1, column 31: invalid token near 'tru'"},
      {"{\"genesis\":{\"raw\":[{}]},\"a\":01}", "chain spec: line 1, column 29: invalid token near '0'"},
      {"{\"a\":\"\\ud800x\"}", "chain spec: line 1, column 14: invalid Unicode '\\uD800' near '\"\\ud800x\"'"},
      {"{\"name\":\"a\\u0000\"}",
       "chain spec: line 1, column 17: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"a\\u0000\"'"},
      {"{\"a\":\"\x01\"}", "chain spec: line 1, column 6: control character 0x1 near '\"'"},
      {"{\"a\":\"\\q\"}", "chain spec: line 1, column 8: invalid escape near '\"\\q'"},
      {"{\"a\":\"\\u00g0\"}", "chain spec: line 1, column 11: invalid escape near '\"\\u00g'"},
      {"{\"a\":\"\xff\"}", "chain spec: line 1, column 6: unable to decode byte 0xff near '\"'"},
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
}

static void errors_of_files(void **state) {
  (void)state;
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = sce_chain_spec_load(&spec, "/nonexistent.json");
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
  err = sce_chain_spec_load(&spec, "/dev/null");
  assert_int_equal(sce_error_kind(err), SCE_BAD_CHAIN_SPEC);
  assert_string_equal(sce_error_message(err),
                      "/dev/null: chain spec: line 1, column 0: '[' or '{' expected near end of file");
  sce_error_delete(err);
}

/* As serde_json does for a map. */
static void last_of_equal_keys_counts(void **state) {
  (void)state;
  sce_chain_spec_t *spec =
      parsed("{\"id\":\"a\",\"id\":\"b\",\"genesis\":{\"raw\":[{\"0x0a\":\"0x01\",\"0x0b\":\"0x02\","
             "\"0x0a\":\"0x03\",\"0x0B\":\"0x04\"},{\"0x61\":{\"0x01\":\"0x\"},\"0x61\":{}}]}}");
  sce_span_t value;
  assert_string_equal(sce_chain_spec_id(spec), "b");
  assert_true(sce_chain_spec_storage(spec, &value, sce_span_text("\x0a")));
  assert_true(sce_span_equal(value, sce_span_text("\x03")));
  assert_true(sce_chain_spec_storage(spec, &value, sce_span_text("\x0b")));
  assert_true(sce_span_equal(value, sce_span_text("\x04")));
  assert_int_equal(sce_chain_spec_genesis(spec)->child_count, 1);
  assert_int_equal(sce_chain_spec_genesis(spec)->children[0].pairs.count, 0);
  sce_chain_spec_delete(spec);
}

/* An error shows the beginning of a long key, cut between characters. */
static void long_keys_are_shortened(void **state) {
  (void)state;
  char text[512], message[512], key[128];
  memset(key, '1', sizeof key - 1);
  key[sizeof key - 1] = 0;
  snprintf(text, sizeof text, "{\"genesis\":{\"raw\":[{\"%s\xc3\xa9\":\"\"}]}}", key);
  snprintf(message, sizeof message, "chain spec: genesis.raw.top: key %s…: hexadecimal data must begin with 0x", key);
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = parse(&spec, text);
  assert_non_null(err);
  assert_string_equal(sce_error_message(err), message);
  sce_error_delete(err);
}

static void depth_is_bounded(void **state) {
  (void)state;
  for (int depth = 2047; depth <= 2048; depth++) { /* inside the document's own object */
    sce_buf_t text = {0};
    assert_null(sce_buf_printf(&text, "{\"a\":"));
    for (int i = 0; i < depth; i++) assert_null(sce_buf_append_byte(&text, '['));
    for (int i = 0; i < depth; i++) assert_null(sce_buf_append_byte(&text, ']'));
    assert_null(sce_buf_printf(&text, ",\"genesis\":{\"raw\":[{}]}}"));
    sce_chain_spec_t *spec = NULL;
    sce_error_t *err = sce_chain_spec_parse(&spec, sce_buf_span(&text));
    if (depth == 2047) {
      assert_null(err);
    } else {
      assert_string_equal(sce_error_message(err),
                          "chain spec: line 1, column 2053: maximum parsing depth reached near '['");
    }
    sce_error_delete(err);
    sce_chain_spec_delete(spec);
    sce_buf_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(real_specs),
      cmocka_unit_test(both_forms_and_children),
      cmocka_unit_test(properties_of_all_kinds),
      cmocka_unit_test(last_of_equal_keys_counts),
      cmocka_unit_test(wrong_specs_are_refused),
      cmocka_unit_test(long_keys_are_shortened),
      cmocka_unit_test(errors_of_files),
      cmocka_unit_test(depth_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
