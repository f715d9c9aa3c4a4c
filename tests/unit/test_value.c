/* test_value.c: values of a registry, SCALE to JSON and back: against bytes made by @polkadot/types, the conventions of
 * value.h, what is refused and in which words, and a round trip of 100,000 generated values over all of Paseo's types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata/json_out.h"
#include "metadata/model.h"
#include "metadata/registry.h"
#include "metadata_support.h"
#include "scale/scale.h"

#include <jansson.h>

/* One for all tests: loading it takes a while under sanitizers. */
static sce_metadata_t *paseo;

static int load(void **state) {
  (void)state;
  paseo = sample_metadata("paseo.v15");
  return 0;
}

static int unload(void **state) {
  (void)state;
  sce_metadata_delete(paseo);
  return 0;
}

static void encode_must_give(const char *type, const char *json, const char *hex) {
  sce_buf_t bytes = {0}, text = {0};
  must(sce_error_prefix(sce_value_encode(paseo, &bytes, type_of(paseo, type), sce_span_text(json), sce_span_text("v")),
                        "%s %s", type, json));
  must(sce_buf_append(&text, "0x", 2));
  must(sce_hex_append(&text, sce_buf_span(&bytes)));
  assert_string_equal(as_text(&text), hex);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void decode_must_give(const char *type, const char *hex, const char *json, const sce_value_format_t *format) {
  sce_buf_t bytes = {0}, text = {0};
  must(sce_hex_decode(&bytes, sce_span_text(hex)));
  must(sce_error_prefix(sce_value_decode(paseo, &text, type_of(paseo, type), sce_buf_span(&bytes), format), "%s %s",
                        type, hex));
  assert_string_equal(as_text(&text), json);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void decode_must_fail(const char *type, const char *hex, const char *message) {
  sce_buf_t bytes = {0}, text = {0};
  must(sce_hex_decode(&bytes, sce_span_text(hex)));
  must(sce_buf_append(&text, "kept", 4));
  must_fail(sce_value_decode(paseo, &text, type_of(paseo, type), sce_buf_span(&bytes), NULL), SCE_BAD_INPUT, message);
  assert_int_equal(text.len, 4);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void encode_must_fail(const char *type, const char *json, const char *message) {
  sce_buf_t bytes = {0};
  must(sce_buf_append(&bytes, "kept", 4));
  must_fail(sce_value_encode(paseo, &bytes, type_of(paseo, type), sce_span_text(json), sce_span_text("args[1]")),
            SCE_BAD_INPUT, message);
  assert_int_equal(bytes.len, 4);
  sce_buf_free(&bytes);
}

static void values_are_those_of_polkadot_js(void **state) {
  (void)state;
  json_t *file = json_load_file(TEST_DATA "/metadata/vectors.json", 0, NULL), *v;
  size_t i;
  assert_non_null(file);
  assert_true(json_array_size(json_object_get(file, "values")) >= 40);
  json_array_foreach(json_object_get(file, "values"), i, v) {
    const char *type = json_string_value(json_object_get(v, "type")),
               *hex = json_string_value(json_object_get(v, "hex"));
    json_t *expected = json_object_get(v, "json"), *got;
    sce_buf_t bytes = {0}, text = {0};
    must(sce_hex_decode(&bytes, sce_span_text(hex)));
    must(
        sce_error_prefix(sce_value_decode(paseo, &text, type_of(paseo, type), sce_buf_span(&bytes), NULL), "%s", type));
    got = json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY, NULL);
    if (!json_equal(got, expected)) fail_msg("%s %s: %s", type, hex, as_text(&text));
    char *json = json_dumps(expected, JSON_ENCODE_ANY);
    encode_must_give(type, json, hex);
    free(json);
    json_decref(got);
    sce_buf_free(&bytes);
    sce_buf_free(&text);
  }
  json_decref(file);
}

/* Spellings that are read besides the one that is written. */
static void other_spellings_are_read(void **state) {
  (void)state;
  static const struct {
    const char *type, *json, *hex;
  } cases[] = {
      {"u32", "\"7\"", "0x07000000"},
      {"u32", "\"0xff\"", "0xff000000"},
      {"i16", "\"-2\"", "0xfeff"},
      {"Compact<u64>", "\"1\"", "0x04"},
      {"()", "[]", "0x"},
      {"()", "{}", "0x"},
      {"[u8; 2]", "[1, 255]", "0x01ff"},
      {"Vec<u8>", "[]", "0x00"},
      {"Option<u8>", "{\"Some\": 3}", "0x0103"},
      {"Option<u8>", "\"None\"", "0x00"},
      {"Option<str>", "\"None\"", "0x01104e6f6e65"},
      {"AccountId", "\"0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d\"",
       "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
      {"AccountId", "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"",
       "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
      {"MultiAddress", "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"",
       "0x00d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
      {"MultiAddress", "{\"id\": \"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"}",
       "0x00d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
      {"call", "{\"System\": {\"setHeapPages\": {\"pages\": 5}}}", "0x00010500000000000000"},
      {"call", "{\"system\": {\"set_heap_pages\": {\"pages\": 5}}}", "0x00010500000000000000"},
      {"DispatchError", "{\"Module\": {\"index\": 5, \"error\": \"0x02000000\", \"name\": \"x\", \"docs\": \"y\"}}",
       "0x030502000000"},
      {"DispatchError", "{\"BadOrigin\": null}", "0x02"},
      {"BitVec<u8, Lsb0>", "[true, false, true]", "0x0c05"},
      {"BitVec<u8, Msb0>", "\"0b101\"", "0x0ca0"},
      {"BitVec<u16, Lsb0>", "\"0b00000000001\"", "0x2c0004"},
      {"Era", "\"0xc500\"", "0xc500"},
      {"Era", "{\"Raw\": \"0xff00\"}", "0xff00"},
      {"u32", "{\"$unknown\": \"whatever\", \"hex\": \"0x0102\"}", "0x0102"},
      {"extrinsic", "\"0x0c040000\"", "0x0c040000"},
      {"char", "\"\xe2\x82\xac\"", "0xac200000"},
      {"u256", "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"",
       "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
      {"i256", "\"-1\"", "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    encode_must_give(cases[i].type, cases[i].json, cases[i].hex);
}

static void odd_bytes_are_written_so_that_they_come_back(void **state) {
  (void)state;
  static const struct {
    const char *type, *hex, *json;
  } cases[] = {
      {"Era", "0x1000", "{\"Raw\":\"0x1000\"}"},
      {"Option<Option<()>>", "0x0101", "{\"Some\":{\"Some\":null}}"},
      {"BitVec<u8, Lsb0>", "0x00", "\"0b\""},
      {"BitVec<u16, Msb0>", "0x140028", "\"0b00101\""},
      {"[u8; 0]", "0x", "\"0x\""},
      {"Vec<()>", "0x0c", "[null,null,null]"},
      {"str", "0x10016222ff", NULL},
      {"str", "0x0c01625c", "\"\\u0001b\\\\\""},
      {"char", "0xac200000", "\"\xe2\x82\xac\""},
      {"i256",
       "0x00000000000000000000000000000000000000000000000000000000000000"
       "80",
       "\"-57896044618658097711785492504343953926634992332820282019728792003956564819968\""},
      {"extrinsic", "0x0cffffff",
       "{\"$unknown\":\"no extrinsic has version byte 0xff, at offset 1\",\"hex\":\"0x0cffffff\"}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (cases[i].json == NULL) {
      decode_must_fail(cases[i].type, cases[i].hex, "text that is not UTF-8 at offset 0");
      continue;
    }
    decode_must_give(cases[i].type, cases[i].hex, cases[i].json, NULL);
    encode_must_give(cases[i].type, cases[i].json, cases[i].hex);
  }
}

static void dispatch_errors_get_names(void **state) {
  (void)state;
  sce_value_format_t format = {.explain_errors = true};
  decode_must_give(
      "DispatchError", "0x030502000000",
      "{\"Module\":{\"index\":5,\"error\":\"0x02000000\",\"name\":\"Balances.InsufficientBalance\",\"docs\":"
      "\"Balance too low to send value.\"}}",
      &format);
  decode_must_give("DispatchError", "0x03fe02000000", "{\"Module\":{\"index\":254,\"error\":\"0x02000000\"}}", &format);
  sce_buf_t json = {0};
  must(sce_metadata_module_error(paseo, &json, 5, 2));
  assert_string_equal(
      as_text(&json),
      "{\"pallet\":\"Balances\",\"name\":\"InsufficientBalance\",\"docs\":\"Balance too low to send value.\"}");
  sce_buf_free(&json);
  must_fail(sce_metadata_module_error(paseo, &json, 5, 99), SCE_NOT_FOUND, "no pallet with index 5 has an error 99");
}

static void wrong_bytes_are_refused_with_path_and_offset(void **state) {
  (void)state;
  decode_must_fail("u32", "0x0102", "input ends at offset 2, 4 bytes are needed at offset 0");
  decode_must_fail("u8", "0x0102", "the value ends at offset 1, 1 bytes are left over");
  decode_must_fail("bool", "0x02", "0x02 at offset 0 is not a bool (0 or 1)");
  decode_must_fail("(u8, Vec<bool>)", "0x00080105", "[1][1]: 0x05 at offset 3 is not a bool (0 or 1)");
  decode_must_fail("MultiAddress", "0x09", "no variant has index 9, at offset 0");
  decode_must_fail("call", "0x0503ff", "Balances.transfer_keep_alive.dest: no variant has index 255, at offset 2");
  decode_must_fail("Compact<u32>", "0x0100", "compact integer at offset 0 is not in its shortest form");
  decode_must_fail("Compact<u8>", "0x0104", "compact integer too large for its type at offset 0");
  decode_must_fail("Vec<u32>", "0xfeffffff", "count at offset 0 claims 1073741823 items, more than the input can hold");
  decode_must_fail("BitVec<u8, Lsb0>", "0x0cff", "bit sequence with bits after its end at offset 0");
  decode_must_fail("char", "0x00d80000", "not a character at offset 0");
  decode_must_fail("Compact<str>", "0x00", "a type that SCALE does not encode");
}

static void wrong_json_is_refused_with_its_path(void **state) {
  (void)state;
  encode_must_fail("MultiAddress", "{\"Id\": \"0x00112233445566778899aabbccddeeff00112233445566778899aabbccddee\"}",
                   "args[1].Id: expected 32 bytes, got 31");
  encode_must_fail("call", "{\"Balances\": {\"transfer_keep_alive\": {\"dest\": {\"Id\": \"0x00\"}, \"value\": 1}}}",
                   "args[1].Balances.transfer_keep_alive.dest.Id: expected 32 bytes, got 1");
  encode_must_fail("call", "{\"Balances\": {\"transfer_keep_alive\": {\"dest\": 5}}}",
                   "args[1].Balances.transfer_keep_alive.dest: expected a variant: \"Name\" or {\"Name\": …}, got 5");
  encode_must_fail("call", "{\"System\": {\"set_heap_pages\": {}}}",
                   "args[1].System.set_heap_pages.pages: missing, u64 is expected");
  encode_must_fail("call", "{\"System\": {\"set_heap_pages\": {\"pages\": 1, \"page\": 1}}}",
                   "args[1].System.set_heap_pages: no field `page`; the fields are pages");
  encode_must_fail("call", "{\"System\": {\"set_heap_pages\": {\"pages\": 1, \"Pages\": 2}}}",
                   "args[1].System.set_heap_pages: a field is given twice, in two spellings");
  encode_must_fail("call", "{\"System\": {}, \"Balances\": {}}",
                   "args[1]: expected a variant: \"Name\" or {\"Name\": …}, got an object");
  encode_must_fail(
      "DispatchError", "\"Nothing\"",
      "args[1]: no variant `Nothing`; the variants are Other, CannotLookup, BadOrigin, Module, ConsumerRemaining, "
      "NoProviders, TooManyConsumers, Token, Arithmetic, Transactional, Exhausted, Corruption, Unavailable, "
      "RootNotAllowed");
  encode_must_fail("DispatchError", "\"Module\"", "args[1].Module: the variant has fields, write {\"Module\": …}");
  encode_must_fail("u8", "256", "args[1]: expected an integer of 8 bits, got 256");
  encode_must_fail("u8", "-1", "args[1]: expected an integer of 8 bits, got -1");
  encode_must_fail("u8", "1.5", "args[1]: expected an integer of 8 bits, got a number with a fraction or exponent");
  encode_must_fail("i8", "\"128\"", "args[1]: expected an integer of 8 bits, with or without a sign, got \"128\"");
  encode_must_fail("Vec<u8>", "\"text\"",
                   "args[1]: expected bytes, written \"0x…\" or {\"$text\": \"…\"}, got \"text\"");
  encode_must_fail("Vec<u8>", "[256]", "args[1][0]: expected a byte, got 256");
  encode_must_fail("(u8, u8)", "[1]", "args[1]: expected 2 items, got 1");
  encode_must_fail("[u16; 2]", "[1, 2, 3]", "args[1]: expected 2 items, got 3");
  encode_must_fail("Vec<u16>", "{}", "args[1]: expected an array, got an object");
  encode_must_fail("Option<Option<u8>>", "5", "args[1]: expected null or {\"Some\": …}, got 5");
  encode_must_fail("AccountId", "\"Alice\"",
                   "args[1]: expected an account, SS58 or \"0x…\": 'l' at offset 1 is not in base 58");
  encode_must_fail("bool", "1", "args[1]: expected true or false, got 1");
  encode_must_fail("u8", "{", "args[1]: JSON, line 1, column 1: string or '}' expected near end of file");
  encode_must_fail(
      "u64", "18446744073709551615",
      "args[1]: JSON, line 1, column 20: too big integer near '18446744073709551615'; write it as a string");
  encode_must_fail("extrinsic", "{\"type\": \"bare\", \"cal\": 1}", "args[1]: a bare extrinsic has no `cal`");
  encode_must_fail("extrinsic",
                   "{\"type\": \"general\", \"version\": 5, \"extensions\": {\"CheckNonc\": 1}, \"call\": {}}",
                   "args[1].extensions: the runtime has no extension `CheckNonc`");
  encode_must_fail("extrinsic", "\"0x040000\"",
                   "args[1]: expected an encoded extrinsic: its length as a compact integer, then that many bytes");
  encode_must_fail("extrinsic", "{\"type\": \"signed\", \"call\": {}}", "args[1].address: missing");
  encode_must_fail("Compact<str>", "1", "args[1]: a type that SCALE does not encode");
}

/* What an extrinsic or an era does not have must not be passed over. */
static void extrinsics_have_what_their_type_has(void **state) {
  (void)state;
  static const struct {
    const char *members, *message;
  } cases[] = {
      {"\"type\": \"bare\", \"version\": 6",
       "args[1].version: signed extrinsics have version 4, general ones 5, bare ones either"},
      {"\"type\": \"bare\", \"version\": \"6\"",
       "args[1].version: signed extrinsics have version 4, general ones 5, bare ones either"},
      {"\"type\": \"bare\", \"version\": 5.0",
       "args[1].version: expected an integer of 8 bits, got a number with a fraction or exponent"},
      {"\"type\": \"bare\", \"version\": null", "args[1].version: expected an integer of 8 bits, got null"},
      {"\"type\": \"signed\", \"version\": \"5\"",
       "args[1].version: signed extrinsics have version 4, general ones 5, bare ones either"},
      {"\"type\": \"general\", \"extension_version\": \"x\"",
       "args[1].extension_version: expected an integer of 8 bits, got \"x\""},
      {"\"type\": \"general\", \"extension_version\": 256",
       "args[1].extension_version: expected an integer of 8 bits, got 256"},
      {"\"type\": \"bare\", \"address\": null", "args[1]: a bare extrinsic has no `address`"},
      {"\"type\": \"bare\", \"signature\": {}", "args[1]: a bare extrinsic has no `signature`"},
      {"\"type\": \"bare\", \"extensions\": {}", "args[1]: a bare extrinsic has no `extensions`"},
      {"\"type\": \"bare\", \"extension_version\": 0", "args[1]: a bare extrinsic has no `extension_version`"},
      {"\"type\": \"signed\", \"extension_version\": 0", "args[1]: a signed extrinsic has no `extension_version`"},
      {"\"type\": \"general\", \"signature\": {}", "args[1]: a general extrinsic has no `signature`"},
      {"\"type\": \"general\", \"extensions\": []", "args[1].extensions: expected an object, got an array"},
      {"\"type\": \"bare\\u0000\"", "args[1].type: expected \"bare\", \"signed\" or \"general\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_buf_t json = {0};
    must(sce_buf_printf(&json, "{%s, \"call\": {\"System\": {\"remark\": {\"remark\": \"0x\"}}}}", cases[i].members));
    encode_must_fail("extrinsic", as_text(&json), cases[i].message);
    sce_buf_free(&json);
  }
  encode_must_give(
      "extrinsic",
      "{\"type\": \"bare\", \"version\": \"5\", \"call\": {\"System\": {\"remark\": {\"remark\": \"0x\"}}}}",
      "0x1005000000");
  static const char era[] = "args[1]: expected an era: \"Immortal\", {\"Mortal\": {\"period\": 64, \"phase\": 0}} or "
                            "\"0x…\", got an object";
  static const char mortal[] = "args[1].Mortal: expected {\"period\": …, \"phase\": …} and nothing else, got an object";
  encode_must_fail("Era", "{\"Mortal\": {\"period\": 64, \"phase\": 0, \"x\": 2}}", mortal);
  encode_must_fail("Era", "{\"Mortal\": {\"period\": 64, \"phase\": 0, \"current\": 2}}", mortal);
  encode_must_fail("Era", "{\"Mortal\": {\"period\": 64, \"phase\": 0}, \"x\": 2}", era);
  encode_must_fail("Era", "{\"Raw\": \"0x1000\", \"x\": 2}", era);
  encode_must_fail("Era", "{}", era);
}

/* No buffer and no text: the sanitized build sees a sum of NULL and 0. */
static void nothing_is_appended_to_nothing(void **state) {
  (void)state;
  sce_buf_t json = {0};
  must(sce_json_raw(&json, "", 0));
  assert_int_equal(json.len, 0);
  must(sce_json_raw(&json, "ab", 2));
  must(sce_json_raw(&json, "", 0));
  assert_memory_equal(json.data, "ab", 2);
  sce_buf_free(&json);
}

/* Nothing that bytes can say makes the walk long or deep. */
/* Names are the metadata's: a byte of value may be any number of bytes of JSON. */
static void text_is_bounded(void **state) {
  (void)state;
  sce_buf_t type = {0}, value = {0}, json = {0};
  must(sce_buf_append(&type, "Vec<enum {", 10));
  for (int i = 0; i < 4000; i++) must(sce_buf_append_byte(&type, 'A'));
  must(sce_buf_append(&type, "}>", 2));
  must(sce_buf_append_byte(&type, 0));
  must(sce_buf_append(&value, "\xc2\xd4\x01\0", 4)); /* 30000 items */
  for (int i = 0; i < 30000; i++) must(sce_buf_append_byte(&value, 0));
  sce_error_t *err =
      sce_value_decode(paseo, &json, type_of(paseo, (const char *)type.data), sce_buf_span(&value), NULL);
  must_fail(err, SCE_BAD_INPUT, "[24440]: the value's JSON would be too long");
  assert_int_equal(json.len, 0);
  sce_buf_free(&type);
  sce_buf_free(&value);
  sce_buf_free(&json);
}

/* Two fields of a name would be one in JSON. */
static void names_of_an_expression_are_different(void **state) {
  (void)state;
  uint32_t type;
  must_fail(sce_type_resolve(paseo, &type, sce_span_text("{a: u8, a: u8}")), SCE_BAD_INPUT,
            "type `{a: u8, a: u8}`: a name of its own for each field was due at offset 9");
  must_fail(sce_type_resolve(paseo, &type, sce_span_text("enum {A, B, A}")), SCE_BAD_INPUT,
            "type `enum {A, B, A}`: a name of its own for each variant was due at offset 13");
}

static void walks_are_bounded(void **state) {
  (void)state;
  /* 4 bytes that claim a billion units; 4 levels of 64 units each in no bytes at all */
  decode_must_fail("Vec<()>", "0xfeffffff", "[66559]: value of too many parts");
  decode_must_fail("[[[[[[(); 64]; 64]; 64]; 64]; 64]; 64]", "0x", "[0][0][0][15][47][60]: value of too many parts");
}

/* `count` calls, each of which is `head` and the next, around System.remark of one byte. */
static sce_buf_t nested_call(const char *head, size_t head_len, int count) {
  sce_buf_t call = {0};
  for (int i = 0; i < count; i++) must(sce_buf_append(&call, head, head_len));
  must(sce_buf_append(&call, "\x00\x00\x04\x07", 4));
  return call;
}

/* As deep as parity-scale-codec goes with sp-api's MAX_EXTRINSIC_DEPTH, and no deeper: `metadata-oracle depth` says 256
 * calls, each in a Vec or in a Box. */
static void calls_nest_as_deep_as_in_runtimes(void **state) {
  (void)state;
  static const char batch[3] = "\x1a\x00\x04", proxy[36] = "\x1d"; /* real is an Id of zeros, no type; a Box */
  for (int i = 0; i < 2; i++) {
    const char *head = i == 0 ? batch : proxy;
    size_t len = i == 0 ? sizeof batch : sizeof proxy;
    sce_buf_t call = nested_call(head, len, 256), json = {0}, back = {0};
    uint32_t type = type_of(paseo, "call");
    must(sce_value_decode(paseo, &json, type, sce_buf_span(&call), NULL));
    must(sce_value_encode(paseo, &back, type, sce_buf_span(&json), sce_span_text("v")));
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&call)));
    sce_buf_free(&call);
    call = nested_call(head, len, 257);
    back.len = 0;
    sce_error_t *err = sce_value_decode(paseo, &back, type, sce_buf_span(&call), NULL);
    assert_non_null(err);
    assert_non_null(strstr(sce_error_message(err), "more than 256 sequences and boxes inside each other"));
    sce_error_delete(err);
    sce_buf_free(&back);
    must(sce_buf_append(&back, "{\"Utility\":{\"batch\":{\"calls\":[", 30));
    must(sce_buf_append(&back, json.data, json.len));
    must(sce_buf_append(&back, "]}}}", 4));
    call.len = 0;
    must_fail(sce_value_encode(paseo, &call, type, sce_buf_span(&back), sce_span_text("v")), SCE_BAD_INPUT,
              "more than 256 sequences and boxes inside each other, which no runtime decodes");
    sce_buf_free(&call);
    sce_buf_free(&json);
    sce_buf_free(&back);
  }
}

/* What parity-scale-codec makes of the same sets and maps: `metadata-oracle ordered`. */
static void sets_and_maps_are_encoded_in_order(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/metadata/ordered.tsv", "r");
  char line[16384];
  int count = 0;
  assert_non_null(f);
  for (; fgets(line, sizeof line, f) != NULL; count++) {
    char *type = strtok(line, "\t"), *json = strtok(NULL, "\t"), *hex = strtok(NULL, "\n");
    encode_must_give(type, json, hex);
  }
  fclose(f);
  assert_true(count > 150);
  encode_must_give("BTreeSet<u8>", "\"0x0301ff\"", "0x0c0103ff");
  encode_must_give("BTreeSet<u8>", "[3, 1]", "0x080103");
  encode_must_give("BTreeMap<u8, BTreeSet<i8>>", "[[2, []], [1, [1, -1]]]", "0x080108ff010200");
}

static void what_a_set_has_twice_is_refused(void **state) {
  (void)state;
  encode_must_fail("BTreeSet<u32>", "[7, 1, \"0x7\"]",
                   "args[1]: items 0 and 2 are the same, 7: a BTreeSet has each once");
  encode_must_fail("BTreeSet<u8>", "\"0x0101\"", "args[1]: items 0 and 1 are the same, 1: a BTreeSet has each once");
  encode_must_fail("BTreeSet<()>", "[null, null]",
                   "args[1]: items 0 and 1 are the same, null: a BTreeSet has each once");
  encode_must_fail("Vec<BTreeMap<str, u8>>", "[[[\"b\", 1], [\"a\", 1], [\"b\", 2]]]",
                   "args[1][0]: keys 0 and 2 are the same, \"b\": a BTreeMap has each once");
  encode_must_fail("BTreeMap<u8, u8>", "{\"1\": 1, \"0x01\": 2}",
                   "args[1]: keys 0 and 1 are the same, 1: a BTreeMap has each once");
  encode_must_fail("BTreeMap<u8, u8>", "5", "args[1]: expected an array of [key, value], or an object, got 5");
  encode_must_fail("BTreeSet<u16>", "{}", "args[1]: expected an array, got an object");
  encode_must_fail("BTreeMap<u8, u8>", "{\"x\": 1}", "args[1].x: expected an integer of 8 bits, got \"x\"");
}

static void maps_may_be_objects(void **state) {
  (void)state;
  encode_must_give("BTreeMap<u16, str>", "{\"256\": \"b\", \"3\": \"a\"}", "0x080300046100010462");
  encode_must_give("BTreeMap<str, bool>", "{\"true\": true, \"1\": false}", "0x08043100107472756501");
  encode_must_give("BTreeMap<(u8, u8), u8>", "{\"[2, 1]\": 5, \"[1, 9]\": 6}", "0x08010906020105");
  encode_must_give("BTreeMap<bool, u8>", "{\"true\": 5, \"false\": 6}", "0x0800060105");
  encode_must_give("BTreeMap<[u8; 2], u8>", "{\"0x0201\": 5}", "0x04020105");
  encode_must_give("BTreeMap<enum {A, B(u8)}, u8>", "{\"{\\\"B\\\": 4}\": 5, \"A\": 6}", "0x080006010405");
  encode_must_give("BTreeMap<u8, u8>", "{}", "0x00");
}

static void bytes_may_be_marked_as_text(void **state) {
  (void)state;
  encode_must_give("Vec<u8>", "{\"$text\": \"h\u00e9\"}", "0x0c68c3a9");
  encode_must_give("[u8; 3]", "{\"$text\": \"abc\"}", "0x616263");
  encode_must_give("call", "{\"System\": {\"remark\": {\"remark\": {\"$text\": \"hi\"}}}}", "0x0000086869");
  encode_must_give("BTreeMap<Vec<u8>, u8>", "{\"{\\\"$text\\\": \\\"b\\\"}\": 1, \"0x61\": 2}", "0x08046102046201");
  encode_must_give("BTreeMap<[u8; 1], u8>", "{\"{\\\"$text\\\": \\\"b\\\"}\": 1}", "0x046201");
  encode_must_fail("[u8; 3]", "{\"$text\": \"ab\"}", "args[1]: expected 3 bytes, got 2");
  encode_must_fail("Vec<u8>", "{\"$text\": 5}",
                   "args[1]: expected bytes, written \"0x…\" or {\"$text\": \"…\"}, got an object");
}

/* Public keys of `subkey inspect //Alice` and so on (sp-keyring, sr25519). */
static void development_accounts_have_names(void **state) {
  (void)state;
  encode_must_give("AccountId", "\"//Alice\"", "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
  encode_must_give("AccountId", "\"//Bob\"", "0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48");
  encode_must_give("AccountId", "\"//Alice//stash\"",
                   "0xbe5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f");
  encode_must_give("MultiAddress", "\"//Alice\"",
                   "0x00d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
  encode_must_fail("AccountId", "\"//\"", "args[1]: secret URI: a hard junction without a name at byte 2");
}

/* What a decoder refuses, or would change. */
static void what_a_runtime_would_refuse_is_refused(void **state) {
  (void)state;
  encode_must_fail("BitVec<u8, Lsb0>", "\"0b2\"", "args[1]: expected bits, written \"0b0110\", got \"0b2\"");
  encode_must_fail("char", "\"\\ud800\"",
                   "args[1]: JSON, line 1, column 8: invalid Unicode '\\uD800' near '\"\\ud800\"'");
  encode_must_fail("ValidatorPrefs", "{\"commission\": 1000000001, \"blocked\": false}",
                   "args[1].commission: more than the whole, which is 1000000000 parts");
  encode_must_give("ValidatorPrefs", "{\"commission\": 1000000000, \"blocked\": false}", "0x02286bee00");
}

/* ---- round trip ---- */

typedef struct generator {
  uint64_t random;
  sce_buf_t out;
  unsigned depth;
} generator_t;

static uint64_t pick(generator_t *g, uint64_t below) {
  return (next_random(&g->random) >> 11) % below;
}

static void put(generator_t *g, const void *data, size_t len) {
  must(sce_buf_append(&g->out, data, len));
}

static void put_random(generator_t *g, size_t len) {
  for (size_t i = 0; i < len; i++) {
    uint8_t byte = (uint8_t)next_random(&g->random);
    if (pick(g, 4) == 0) byte = pick(g, 2) ? 0xff : 0;
    put(g, &byte, 1);
  }
}

static void put_compact(generator_t *g, unsigned size, uint64_t most) {
  sce_u128_t v = {next_random(&g->random), next_random(&g->random)};
  unsigned bits = 1 + (unsigned)pick(g, 8 * (uint64_t)size);
  if (bits <= 64) v = (sce_u128_t){bits == 64 ? v.low : v.low & (((uint64_t)1 << bits) - 1), 0};
  if (bits > 64 && bits < 128) v.high &= ((uint64_t)1 << (bits - 64)) - 1;
  if (most != 0) v.low %= most + 1;
  must(sce_scale_write_compact_u128(&g->out, v));
}

static bool has_value(uint32_t id, unsigned depth);
static void generate(generator_t *g, uint32_t id);

static void generate_fields(generator_t *g, const sce_fields_t *fields) {
  for (uint32_t i = 0; i < fields->count; i++) generate(g, fields->items[i].type);
}

/* `few`: at most one, as a set of several would have to be in order. */
static void generate_items(generator_t *g, const sce_type_t *t, bool few) {
  uint64_t count = t->shape == SCE_SHAPE_ARRAY                 ? t->len
                   : g->depth > 12 || !has_value(t->target, 0) ? 0
                                                               : pick(g, few ? 2 : 4);
  if (t->shape == SCE_SHAPE_SEQUENCE) must(sce_scale_write_compact(&g->out, count));
  for (uint64_t i = 0; i < count; i++) generate(g, t->target);
}

static bool fields_have_value(const sce_fields_t *fields, unsigned depth) {
  for (uint32_t i = 0; i < fields->count; i++)
    if (!has_value(fields->items[i].type, depth + 1)) return false;
  return true;
}

/* An enum without variants has no value, nor has what contains it. */
static bool has_value(uint32_t id, unsigned depth) {
  const sce_type_t *t = &paseo->types[id];
  if (t->shape == SCE_SHAPE_BAD || depth > 8) return t->shape != SCE_SHAPE_BAD;
  if (t->shape == SCE_SHAPE_ENUM) {
    for (uint32_t i = 0; i < t->variant_count; i++)
      if (fields_have_value(&t->variants[i].fields, depth)) return true;
    return false;
  }
  if (t->shape == SCE_SHAPE_NEWTYPE || t->shape == SCE_SHAPE_ARRAY) return has_value(t->target, depth + 1);
  return fields_have_value(&t->fields, depth);
}

/* Deep down the variant with the fewest fields, so that recursive types end. */
static void generate_enum(generator_t *g, const sce_type_t *t) {
  const sce_variant_t *v = NULL;
  uint32_t from = (uint32_t)pick(g, t->variant_count);
  for (uint32_t i = 0; i < t->variant_count; i++) {
    const sce_variant_t *other = &t->variants[(from + i) % t->variant_count];
    if (!fields_have_value(&other->fields, 0)) continue;
    if (v == NULL || (g->depth > 14 && other->fields.count < v->fields.count)) v = other;
  }
  assert_non_null(v);
  put(g, &v->index, 1);
  generate_fields(g, &v->fields);
}

static void generate_bits(generator_t *g, const sce_type_t *t) {
  size_t count = (size_t)pick(g, 40), word = (size_t)t->size * 8, size = (count + word - 1) / word * t->size;
  must(sce_scale_write_compact(&g->out, count));
  size_t start = g->out.len;
  put_random(g, size);
  for (size_t i = count; i < size * 8; i++) {
    size_t bit = t->msb ? word - 1 - i % word : i % word;
    g->out.data[start + i / word * t->size + bit / 8] &= (uint8_t) ~(1u << (bit % 8));
  }
}

static void generate_text(generator_t *g) {
  static const char *const texts[] = {"", "a", "\"\\\n", "\xc3\xa9\xe2\x82\xac", "\xf0\x9f\xa6\x80 crab", "\x01\x7f"};
  must(sce_scale_write_bytes(&g->out, sce_span_text(texts[pick(g, 6)])));
}

static void generate_leaf(generator_t *g, const sce_type_t *t) {
  uint8_t byte = (uint8_t)pick(g, 2);
  sce_buf_t bytes = {0};
  switch ((sce_shape_t)t->shape) {
    case SCE_SHAPE_UNIT: break;
    case SCE_SHAPE_BOOL: put(g, &byte, 1); break;
    case SCE_SHAPE_CHAR: must(sce_scale_write_u32(&g->out, byte ? 0x20ac : 'x')); break;
    case SCE_SHAPE_STR: generate_text(g); break;
    case SCE_SHAPE_UINT:
    case SCE_SHAPE_INT: put_random(g, t->size); break;
    case SCE_SHAPE_COMPACT: put_compact(g, t->size, t->most); break;
    case SCE_SHAPE_FIXED:
    case SCE_SHAPE_ACCOUNT: put_random(g, t->len); break;
    case SCE_SHAPE_BITS: generate_bits(g, t); break;
    case SCE_SHAPE_ERA:
      byte = (uint8_t)next_random(&g->random);
      put(g, &byte, 1);
      if (byte != 0) put_random(g, 1);
      break;
    case SCE_SHAPE_BYTES:
    case SCE_SHAPE_EXTRINSIC:
      must(sce_buf_reserve(&bytes, 32));
      must(sce_scale_write_compact(&g->out, bytes.len = (size_t)pick(g, 20)));
      put_random(g, bytes.len);
      sce_buf_free(&bytes);
      break;
    default: fail_msg("shape %u", t->shape);
  }
}

static void generate(generator_t *g, uint32_t id) {
  const sce_type_t *named = &paseo->types[id], *t = sce_type_inner(paseo, id);
  size_t start = g->out.len;
  g->depth++;
  switch ((sce_shape_t)t->shape) {
    case SCE_SHAPE_SEQUENCE:
    case SCE_SHAPE_ARRAY: generate_items(g, t, named->order_rule != SCE_ORDER_NONE); break;
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT: generate_fields(g, &t->fields); break;
    case SCE_SHAPE_ENUM: generate_enum(g, t); break;
    case SCE_SHAPE_OPTION: {
      uint8_t tag = g->depth > 14 || !has_value(t->target, 0) ? 0 : (uint8_t)pick(g, 2);
      put(g, &tag, 1);
      if (tag == 1) generate(g, t->target);
      break;
    }
    default: generate_leaf(g, t); break;
  }
  if (named->non_zero) g->out.data[start] |= 1;
  g->depth--;
}

static void generated_values_round_trip(void **state) {
  (void)state;
  const char *seed_text = getenv("SCEXEC_SEED"), *count_text = getenv("SCEXEC_VALUES");
  generator_t g = {.random = seed_text != NULL ? strtoull(seed_text, NULL, 0) : 20201122};
  unsigned long count = count_text != NULL ? strtoul(count_text, NULL, 0) : 100000;
  sce_value_format_t format = {.ss58_prefix = 0, .explain_errors = true};
  printf("seed %llu, %lu values\n", (unsigned long long)g.random, count);
  sce_buf_t json = {0}, back = {0};
  uint32_t types = paseo->metadata_type_count, used = 0;
  for (unsigned long i = 0; i < count; i++) {
    uint32_t id = (uint32_t)(i % types);
    if (!has_value(id, 0)) continue;
    used += i < types;
    g.out.len = json.len = back.len = 0;
    generate(&g, id);
    format.ss58_prefix = (uint16_t)pick(&g, 16384);
    must(sce_error_prefix(sce_value_decode(paseo, &json, id, sce_buf_span(&g.out), &format), "type %u", id));
    must(sce_error_prefix(sce_value_encode(paseo, &back, id, sce_buf_span(&json), sce_span_text("v")),
                          "type %u, %.300s", id, as_text(&json)));
    if (!sce_span_equal(sce_buf_span(&back), sce_buf_span(&g.out))) fail_msg("type %u: %.300s", id, as_text(&json));
  }
  assert_true(used > types - 20);
  sce_buf_free(&g.out);
  sce_buf_free(&json);
  sce_buf_free(&back);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_polkadot_js),
      cmocka_unit_test(other_spellings_are_read),
      cmocka_unit_test(odd_bytes_are_written_so_that_they_come_back),
      cmocka_unit_test(dispatch_errors_get_names),
      cmocka_unit_test(wrong_bytes_are_refused_with_path_and_offset),
      cmocka_unit_test(wrong_json_is_refused_with_its_path),
      cmocka_unit_test(extrinsics_have_what_their_type_has),
      cmocka_unit_test(nothing_is_appended_to_nothing),
      cmocka_unit_test(walks_are_bounded),
      cmocka_unit_test(calls_nest_as_deep_as_in_runtimes),
      cmocka_unit_test(sets_and_maps_are_encoded_in_order),
      cmocka_unit_test(what_a_set_has_twice_is_refused),
      cmocka_unit_test(maps_may_be_objects),
      cmocka_unit_test(bytes_may_be_marked_as_text),
      cmocka_unit_test(development_accounts_have_names),
      cmocka_unit_test(what_a_runtime_would_refuse_is_refused),
      cmocka_unit_test(text_is_bounded),
      cmocka_unit_test(names_of_an_expression_are_different),
      cmocka_unit_test(generated_values_round_trip),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
