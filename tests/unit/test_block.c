/* test_block.c: blocks against sp-runtime's answers (tests/data/blocks.json, made by tests/oracle/blocks), genesis
 * hashes against the networks', malformed blocks, and names of keys. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "scexec/block.h"
#include "scexec/state.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

static sce_buf_t bytes_of(const char *hex) {
  sce_buf_t text = {0}, bytes = {0};
  ok(sce_buf_printf(&text, "0x%s", hex));
  ok(sce_hex_decode(&bytes, sce_buf_span(&text)));
  sce_buf_free(&text);
  return bytes;
}

static void expect_hex(sce_span_t bytes, const char *hex) {
  sce_buf_t expected = bytes_of(hex);
  assert_true(sce_span_equal(bytes, sce_buf_span(&expected)));
  sce_buf_free(&expected);
}

static const char *text_of(const json_t *record, const char *name) {
  return json_string_value(json_object_get(record, name));
}

static void check_seal(const sce_block_t *block, const json_t *record) {
  sce_header_t header = *sce_block_header(block);
  sce_buf_t digest = {0};
  sce_digest_item_t seal;
  bool had_seal;
  uint8_t hash[32];
  ok(sce_header_take_seal(&header, &digest, &had_seal, &seal));
  ok(sce_header_hash(&header, hash));
  expect_hex(sce_span(hash, 32), text_of(record, "unsealedHash"));
  assert_int_equal(had_seal, strcmp(text_of(record, "unsealedHash"), text_of(record, "hash")) != 0);
  if (had_seal) assert_memory_equal(seal.engine, "BABE", 4);
  sce_buf_free(&digest);
}

static void check_block(const json_t *record) {
  sce_buf_t scale = bytes_of(text_of(record, "block")), out = {0};
  sce_block_t *block;
  uint8_t hash[32];
  ok(sce_block_decode(&block, sce_buf_span(&scale)));
  const sce_header_t *header = sce_block_header(block);
  assert_int_equal(header->number, json_integer_value(json_object_get(record, "number")));
  expect_hex(sce_span(header->parent_hash, 32), text_of(record, "parent"));
  sce_block_hash(block, hash);
  expect_hex(sce_span(hash, 32), text_of(record, "hash"));
  ok(sce_header_hash(header, hash));
  expect_hex(sce_span(hash, 32), text_of(record, "hash"));
  check_seal(block, record);
  ok(sce_block_execution_input(block, &out));
  sce_blake2b_256(hash, sce_buf_span(&out));
  expect_hex(sce_span(hash, 32), text_of(record, "executionInput"));
  ok(sce_block_extrinsics_root(block, hash, SCE_STATE_V0));
  expect_hex(sce_span(hash, 32), text_of(record, "rootV0"));
  ok(sce_block_extrinsics_root(block, hash, SCE_STATE_V1));
  expect_hex(sce_span(hash, 32), text_of(record, "rootV1"));
  size_t count = sce_block_extrinsic_count(block);
  assert_int_equal(count, json_integer_value(json_object_get(record, "extrinsics")));
  sce_span_t extrinsics[16];
  for (size_t i = 0; i < count; i++) extrinsics[i] = sce_block_extrinsic(block, i);
  assert_int_equal(sce_block_extrinsic(block, count).len, 0);
  out.len = 0;
  ok(sce_block_encode(&out, header, extrinsics, count));
  assert_true(sce_span_equal(sce_buf_span(&out), sce_buf_span(&scale)));
  sce_block_delete(block);
  sce_buf_free(&out);
  sce_buf_free(&scale);
}

static void blocks_are_what_sp_runtime_says(void **state) {
  (void)state;
  json_error_t error;
  json_t *records = json_load_file(TEST_DATA "/blocks.json", 0, &error);
  assert_non_null(records);
  assert_true(json_array_size(records) >= 40);
  for (size_t i = 0; i < json_array_size(records); i++) check_block(json_array_get(records, i));
  json_decref(records);
}

/* Cut at every place, with a byte more, and with unknown digest items. */
static void malformed_blocks_are_refused(void **state) {
  (void)state;
  json_error_t error;
  json_t *records = json_load_file(TEST_DATA "/blocks.json", 0, &error);
  assert_non_null(records);
  sce_buf_t scale = bytes_of(text_of(json_array_get(records, 1), "block"));
  sce_block_t *block = NULL;
  for (size_t len = 0; len <= scale.len + 1; len++) {
    if (len == scale.len) continue;
    ok(sce_buf_reserve(&scale, 1));
    scale.data[scale.len] = 0;
    uint8_t *exact = malloc(len + (len == 0)); /* so that a sanitizer sees a read beyond */
    memcpy(exact, scale.data, len);
    sce_error_t *err = sce_block_decode(&block, sce_span(exact, len));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_BLOCK);
    sce_error_delete(err);
    free(exact);
  }
  uint8_t header[32 + 1 + 64 + 2] = {0};
  sce_header_t decoded;
  header[97] = 4; /* one item */
  for (int kind = 0; kind < 256; kind++) {
    header[98] = (uint8_t)kind;
    sce_error_t *err = sce_header_decode(&decoded, sce_span(header, sizeof header));
    assert_int_equal(err == NULL, kind == SCE_DIGEST_ENVIRONMENT_UPDATED); /* the only one without data */
    if (err != NULL) assert_int_equal(sce_error_kind(err), SCE_BAD_BLOCK);
    sce_error_delete(err);
  }
  sce_buf_free(&scale);
  json_decref(records);
}

/* Hashes of the networks' first blocks, as every node has them. */
static void genesis_hashes_are_the_networks(void **unused) {
  (void)unused;
  static const struct {
    const char *file, *hash;
  } chains[] = {
      {"polkadot", "91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3"},
      {"kusama", "b0a8d493285c2df73290dfb7e61f870f17b41801197a149ca93654499ea3dafe"},
      {"westend", "e143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e"},
  };
  for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
    char path[512];
    sce_chain_spec_t *spec;
    sce_state_t *state;
    sce_block_info_t block;
    snprintf(path, sizeof path, "%s/%s.json", TEST_INPUTS, chains[i].file);
    ok(sce_chain_spec_load(&spec, path));
    ok(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
    sce_chain_spec_delete(spec);
    assert_false(sce_state_block(state, &block));
    ok(sce_state_make_genesis(state));
    assert_true(sce_state_block(state, &block));
    expect_hex(sce_span(block.hash, 32), chains[i].hash);
    assert_int_equal(block.number, 0);
    sce_header_t header;
    ok(sce_header_decode(&header, block.header));
    sce_state_delete(state);
  }
}

/* What chain_getHeader answers for a header, from what sp-runtime says of it. */
static void check_json(const sce_header_t *header, sce_span_t expected) {
  sce_buf_t json = {0}, scale = {0};
  const uint8_t *hashes[] = {header->parent_hash, header->state_root, header->extrinsics_root};
  static const char *const names[] = {"parentHash", "stateRoot", "extrinsicsRoot"};
  ok(sce_buf_printf(&json, "{\"jsonrpc\":\"2.0\",\"result\":{\"block\":{\"extrinsics\":[],\"header\":{"));
  for (int i = 0; i < 3; i++) {
    ok(sce_buf_printf(&json, "\"%s\":\"0x", names[i]));
    ok(sce_hex_append(&json, sce_span(hashes[i], 32)));
    ok(sce_buf_printf(&json, "\","));
  }
  ok(sce_buf_printf(&json, "\"number\":\"0x%x\",\"digest\":{\"logs\":[", (unsigned)header->number));
  for (size_t i = 0;; i++) {
    bool found;
    sce_digest_item_t item;
    ok(sce_header_digest_item(header, &found, &item, i));
    if (!found) break;
    ok(sce_buf_printf(&json, "%s\"0x", i == 0 ? "" : ","));
    ok(sce_hex_append(&json, item.encoded));
    ok(sce_buf_append_byte(&json, '"'));
  }
  ok(sce_buf_printf(&json, "]}}},\"justifications\":null},\"id\":1}"));
  ok(sce_header_from_json(&scale, sce_buf_span(&json)));
  assert_true(sce_span_equal(sce_buf_span(&scale), expected));
  sce_buf_free(&json);
  sce_buf_free(&scale);
}

static void headers_as_nodes_answer_them(void **state) {
  (void)state;
  json_error_t error;
  json_t *records = json_load_file(TEST_DATA "/blocks.json", 0, &error);
  assert_non_null(records);
  for (size_t i = 0; i < json_array_size(records); i++) {
    sce_buf_t scale = bytes_of(text_of(json_array_get(records, i), "block"));
    sce_block_t *block;
    ok(sce_block_decode(&block, sce_buf_span(&scale)));
    check_json(sce_block_header(block), sce_block_header_bytes(block));
    sce_block_delete(block);
    sce_buf_free(&scale);
  }
  json_decref(records);
  static const char *const wrong[] = {"",
                                      "[]",
                                      "{}",
                                      "null",
                                      "{\"header\":7}",
                                      "{\"number\":1,\"number\":1}",
                                      "{\"number\":\"0x\"}",
                                      "{\"number\":-1}",
                                      "{\"number\":4294967296}",
                                      "{\"number\":\"1a\"}",
                                      "{\"parentHash\":\"0x00\"}",
                                      "{\"extension\":{}}",
                                      "{\"digest\":{\"items\":[]}}",
                                      "{\"digest\":{\"logs\":[1]}}",
                                      "{\"result\":null}",
                                      "{\"hash\":\"0x\"} x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    sce_buf_t scale = {0};
    sce_error_t *err = sce_header_from_json(&scale, sce_span_text(wrong[i]));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    assert_int_equal(scale.len, 0);
    sce_error_delete(err);
  }
}

/* The state of a spec with `top`, a JSON object. */
static sce_state_t *state_of(sce_chain_spec_t **spec, const char *members, const char *top) {
  char text[800];
  sce_state_t *state;
  snprintf(text, sizeof text, "{%s\"genesis\":{\"raw\":{\"top\":%s,\"childrenDefault\":{}}}}", members, top);
  ok(sce_chain_spec_parse(spec, sce_span_text(text)));
  ok(sce_state_from_chain_spec(&state, *spec, SCE_STATE_V0));
  return state;
}

#define BLOCK_HASH_0 "\"0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c11874600\""
#define NUMBER "\"0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac\""
#define FILLING "\"0x4545454545454545454545454545454545454545454545454545454545454545\""

/* frame_system fills System.BlockHash of a genesis with 69, which 0x45 is; a later state has a hash there. */
static void the_block_of_a_state(void **unused) {
  (void)unused;
  static const struct {
    const char *top;
    sce_block_origin_t origin;
    bool known;
    uint32_t number;
  } cases[] = {
      {"{}", SCE_ORIGIN_GENESIS, true, 0},
      {"{\"0x01\":\"0x02\"}", SCE_ORIGIN_GENESIS, true, 0},
      {"{" BLOCK_HASH_0 ":" FILLING "," NUMBER ":\"0x01000000\"}", SCE_ORIGIN_GENESIS, true, 0}, /* as Kusama's */
      {"{" BLOCK_HASH_0 ":\"0x46\"," NUMBER ":\"0x06000000\"}", SCE_ORIGIN_UNKNOWN, true, 6},
      {"{" BLOCK_HASH_0 ":\"0x46\"," NUMBER ":\"0x0600000000000000\"}", SCE_ORIGIN_UNKNOWN, true, 6},
      {"{" BLOCK_HASH_0 ":\"0x46\"," NUMBER ":\"0x0600000001000000\"}", SCE_ORIGIN_UNKNOWN, false, 0},
      {"{" BLOCK_HASH_0 ":\"0x46\"," NUMBER ":\"0x060000\"}", SCE_ORIGIN_UNKNOWN, false, 0},
      {"{" BLOCK_HASH_0 ":\"0x46\"}", SCE_ORIGIN_UNKNOWN, false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_chain_spec_t *spec;
    sce_state_t *state = state_of(&spec, "", cases[i].top);
    sce_block_origin_t origin;
    sce_block_info_t block;
    bool known;
    uint32_t number;
    for (int again = 0; again < 2; again++) { /* before it is found out, and after */
      ok(sce_state_block_number(state, &known, &number, spec));
      assert_int_equal(known, cases[i].known);
      if (known) assert_int_equal(number, cases[i].number);
      ok(sce_state_find_block(state, &origin, spec));
      assert_int_equal(origin, cases[i].origin);
      assert_int_equal(sce_state_block(state, &block), origin != SCE_ORIGIN_UNKNOWN);
    }
    sce_state_delete(state);
    sce_chain_spec_delete(spec);
  }
}

static void a_header_tells_the_block_of_its_state(void **unused) {
  (void)unused;
  static const char top[] = "{" BLOCK_HASH_0 ":\"0x46\"}";
  sce_chain_spec_t *spec;
  sce_state_t *state = state_of(&spec, "", top);
  sce_header_t header = {.number = 6};
  sce_block_info_t block;
  sce_block_origin_t origin;
  sce_buf_t scale = {0}, member = {0};
  uint8_t hash[32];
  ok(sce_state_root(state, header.state_root, NULL));
  ok(sce_header_encode(&header, &scale));
  ok(sce_header_hash(&header, hash));
  ok(sce_state_check_header(state, &block, sce_buf_span(&scale)));
  assert_int_equal(block.number, 6);
  assert_memory_equal(block.hash, hash, 32);
  for (int other = 0; other < 2; other++) { /* the header of this state, then that of another */
    sce_chain_spec_delete(spec);
    sce_state_delete(state);
    member.len = 0;
    scale.data[33] ^= (uint8_t)other;
    ok(sce_buf_printf(&member, "\"blockHeader\":\"0x"));
    ok(sce_hex_append(&member, sce_buf_span(&scale)));
    ok(sce_buf_append(&member, "\",", 3)); /* with its NUL */
    state = state_of(&spec, (const char *)member.data, top);
    bool known;
    uint32_t number;
    ok(sce_state_block_number(state, &known, &number, spec));
    assert_int_equal(known, !other);
    if (known) assert_int_equal(number, 6);
    ok(sce_state_find_block(state, &origin, spec));
    assert_int_equal(origin, other ? SCE_ORIGIN_UNKNOWN : SCE_ORIGIN_BLOCK);
    if (!other) assert_true(sce_state_block(state, &block) && memcmp(block.hash, hash, 32) == 0);
  }
  sce_error_t *err = sce_state_check_header(state, &block, sce_buf_span(&scale));
  assert_int_equal(sce_error_kind(err), SCE_BAD_BLOCK);
  sce_error_delete(err);
  sce_buf_free(&scale);
  sce_buf_free(&member);
  sce_state_delete(state);
  sce_chain_spec_delete(spec);
}

/* Hashes of names: the storage keys that Polkadot's documentation and every explorer show. */
static void keys_have_names(void **state) {
  (void)state;
  static const struct {
    const char *text, *hex;
  } keys[] = {
      {"0x", ""},
      {"0xAb01", "ab01"},
      {":code", "3a636f6465"},
      {":child_storage:default:x", "3a6368696c645f73746f726167653a64656661756c743a78"},
      {"System.Number", "26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac"},
      {"System.Account", "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"},
      {"System", "26aa394eea5630e07c48ae0c9558cef7"},
  };
  static const char *const wrong[] = {"",        "0x1",   "0xzz", "1System.Number", "System.",
                                      ".Number", "A.B.C", "a b",  "Tim\xc3\xa9"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    sce_buf_t key = {0};
    ok(sce_state_key_parse(&key, sce_span_text(keys[i].text)));
    expect_hex(sce_buf_span(&key), keys[i].hex);
    sce_buf_free(&key);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    sce_buf_t key = {0};
    sce_error_t *err = sce_state_key_parse(&key, sce_span_text(wrong[i]));
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    assert_int_equal(key.len, 0);
    sce_error_delete(err);
    sce_buf_free(&key);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_are_what_sp_runtime_says),
      cmocka_unit_test(malformed_blocks_are_refused),
      cmocka_unit_test(genesis_hashes_are_the_networks),
      cmocka_unit_test(headers_as_nodes_answer_them),
      cmocka_unit_test(the_block_of_a_state),
      cmocka_unit_test(a_header_tells_the_block_of_its_state),
      cmocka_unit_test(keys_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
