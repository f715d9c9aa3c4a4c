/* test_value_storage.c: storage keys and values: keys known from the field, every entry of genesis states (digests of values
 * that the oracles confirmed), and that keys which are explained can be built again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "metadata_support.h"

#include <jansson.h>

static void key_must_be(const sce_metadata_t *md, const char *item, const char *keys, const char *hex) {
  sce_buf_t key = {0}, text = {0};
  must(sce_storage_key_encode(md, &key, sce_span_text(item), sce_span_text(keys)));
  must(sce_buf_append(&text, "0x", 2));
  must(sce_hex_append(&text, sce_buf_span(&key)));
  assert_string_equal(as_text(&text), hex);
  sce_buf_free(&key);
  sce_buf_free(&text);
}

static void explained_must_be(const sce_metadata_t *md, const char *hex, const char *json) {
  sce_buf_t key = {0}, text = {0};
  must(sce_hex_decode(&key, sce_span_text(hex)));
  must(sce_storage_key_decode(md, &text, sce_buf_span(&key), NULL));
  assert_string_equal(as_text(&text), json);
  sce_buf_free(&key);
  sce_buf_free(&text);
}

#define ALICE "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
#define ALICE_HEX "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
#define ACCOUNT "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
#define ALICE_HASH "de1e86a9a8c739864cf3cc5ec2bea59f"

/* The prefixes of System.Account, its key of Alice and so on are in every explorer. */
static void keys_are_built(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  key_must_be(md, "System.Account", "[]", ACCOUNT);
  key_must_be(md, "system.account", "[]", ACCOUNT);
  key_must_be(md, "System", "[]", "0x26aa394eea5630e07c48ae0c9558cef7");
  key_must_be(md, "System.Account", "[\"" ALICE "\"]", ACCOUNT ALICE_HASH ALICE_HEX);
  key_must_be(md, "System.Number", "[]", "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac");
  key_must_be(md, "Staking.ErasStakers", "[5]",
              "0x5f3e4907f716ac89b6347d15ececedca8bde0a0ea8864605e3b68ed9cb2da01b39b9d2792f8bd4c305000000");
  key_must_be(md, ":code", "[]", "0x3a636f6465");
  key_must_be(md, "System.:__STORAGE_VERSION__:", "[]",
              "0x26aa394eea5630e07c48ae0c9558cef74e7b9012096b41c4eb3aaf947f6ea429");
  sce_buf_t key = {0};
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Account"), sce_span_text("[1]")), SCE_BAD_INPUT,
            "keys[0]: expected an account, SS58 or \"0x…\", got 1");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Number"), sce_span_text("[1]")), SCE_BAD_INPUT,
            "expected at most 0 keys, got 1");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Accounts"), sce_span_text("[]")), SCE_NOT_FOUND,
            "no storage item `System.Accounts`; the nearest: System.Account, System.Events, System.EventCount");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("Utility"), sce_span_text("[]")), SCE_NOT_FOUND,
            "pallet Utility has no storage");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System"), sce_span_text("[1]")), SCE_BAD_INPUT,
            "keys need an item: Pallet.Item");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Account"), sce_span_text("{}")), SCE_BAD_INPUT,
            "expected an array of keys, got an object");
  assert_int_equal(key.len, 0);
  sce_buf_free(&key);
  sce_metadata_delete(md);
}

static void keys_are_explained(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  explained_must_be(md, ACCOUNT ALICE_HASH ALICE_HEX,
                    "{\"pallet\":\"System\",\"item\":\"Account\",\"keys\":[{\"hasher\":\"Blake2_128Concat\",\"type\":"
                    "\"AccountId32\",\"hash\":\"0x" ALICE_HASH "\",\"value\":\"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\"}],"
                    "\"value_type\":\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, ACCOUNT, "{\"pallet\":\"System\",\"item\":\"Account\",\"keys\":[],\"partial\":true,\"value_type\":"
                                 "\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, ACCOUNT "00", "{\"pallet\":\"System\",\"item\":\"Account\",\"keys\":[],\"partial\":true,\"rest\":\"0x00\","
                                      "\"value_type\":\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983acff",
                    "{\"pallet\":\"System\",\"item\":\"Number\",\"keys\":[],\"rest\":\"0xff\",\"value_type\":\"u32\"}");
  explained_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef7", "{\"unknown\":\"0x26aa394eea5630e07c48ae0c9558cef7\",\"pallet\":\"System\"}");
  explained_must_be(md, "0x", "{\"unknown\":\"0x\"}");
  explained_must_be(md, "0x3a636f6465", "{\"well_known\":\":code\",\"description\":\"the runtime's code\"}");
  explained_must_be(md, "0x3a6368696c645f73746f726167653a64656661756c743a0102",
                    "{\"well_known\":\":child_storage:\",\"description\":\"root of a child trie\",\"child_trie\":\"0x0102\"}");
  explained_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef74e7b9012096b41c4eb3aaf947f6ea429",
                    "{\"well_known\":\":__STORAGE_VERSION__:\",\"description\":\"the version of a pallet's storage\","
                    "\"pallet\":\"System\"}");
  sce_metadata_delete(md);
}

static void value_must_be(const sce_metadata_t *md, const char *key_hex, const char *value_hex, const char *json) {
  sce_buf_t key = {0}, value = {0}, text = {0};
  must(sce_hex_decode(&key, sce_span_text(key_hex)));
  must(sce_hex_decode(&value, sce_span_text(value_hex)));
  must(sce_storage_value_decode(md, &text, sce_buf_span(&key), sce_buf_span(&value), NULL));
  assert_string_equal(as_text(&text), json);
  sce_buf_free(&key);
  sce_buf_free(&value);
  sce_buf_free(&text);
}

static void values_under_keys_never_fail(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  const char *number = "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac";
  value_must_be(md, number, "0x05000000", "5");
  value_must_be(md, number, "0x05", "{\"$unknown\":\"input ends at offset 1, 4 bytes are needed at offset 0\",\"hex\":\"0x05\"}");
  value_must_be(md, number, "0x0500000000",
                "{\"$unknown\":\"the value ends at offset 4, 1 bytes are left over\",\"hex\":\"0x0500000000\"}");
  value_must_be(md, "0xabcd", "0x05", "{\"$unknown\":\"no storage item has this key\",\"hex\":\"0x05\"}");
  value_must_be(md, "0x3a65787472696e7369635f696e646578", "0x02000000", "2");
  value_must_be(md, "0x3a636f6465", "0x0061736d", "\"0x0061736d\"");
  value_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef74e7b9012096b41c4eb3aaf947f6ea429", "0x0300", "3");
  sce_metadata_delete(md);
}

/* ---- genesis states ---- */

/* Builds the key that an explanation tells, where it tells all of it, and compares. Counts what it could. */
static size_t build_again(const sce_metadata_t *md, sce_span_t key, const sce_buf_t *explained) {
  json_t *e = json_loadb((const char *)explained->data, explained->len, 0, NULL), *k, *keys = json_array();
  const char *pallet = json_string_value(json_object_get(e, "pallet")), *item = json_string_value(json_object_get(e, "item"));
  size_t i, told = 0;
  json_array_foreach(json_object_get(e, "keys"), i, k) {
    told += json_object_get(k, "value") != NULL;
    json_array_append(keys, json_object_get(k, "value"));
  }
  bool all = pallet != NULL && item != NULL && told == json_array_size(json_object_get(e, "keys")) &&
             json_object_get(e, "rest") == NULL && json_object_get(e, "head") == NULL;
  if (all) {
    sce_buf_t name = {0}, again = {0};
    char *text = json_dumps(keys, 0);
    must(sce_buf_printf(&name, "%s.%s", pallet, item));
    must(sce_storage_key_encode(md, &again, sce_buf_span(&name), sce_span_text(text)));
    assert_true(sce_span_equal(sce_buf_span(&again), key));
    free(text);
    sce_buf_free(&name);
    sce_buf_free(&again);
  }
  json_decref(e);
  json_decref(keys);
  return all;
}

/* Decodes all of a chain spec and compares with the digest. */
static void check_genesis(const char *name, json_t *top, const char *digest, size_t count) {
  sce_metadata_t *md = sample_metadata(name);
  sce_value_format_t format = {sce_metadata_ss58_prefix(md, 42), false};
  sce_blake2b_256_state_t hash;
  sce_buf_t key = {0}, value = {0}, where = {0}, json = {0}, back = {0};
  size_t told = 0;
  const char *k;
  json_t *v;
  sce_blake2b_256_init(&hash);
  assert_int_equal(json_object_size(top), count);
  json_object_foreach(top, k, v) {
    key.len = value.len = where.len = json.len = back.len = 0;
    must(sce_hex_decode(&key, sce_span_text(k)));
    must(sce_hex_decode(&value, sce_span_text(json_string_value(v))));
    must(sce_storage_key_decode(md, &where, sce_buf_span(&key), &format));
    must(sce_storage_value_decode(md, &json, sce_buf_span(&key), sce_buf_span(&value), &format));
    told += build_again(md, sce_buf_span(&key), &where);
    uint32_t type = sce_storage_value_type(md, sce_buf_span(&key));
    if (type != SCE_TYPE_NONE) {
      must(sce_value_encode(md, &back, type, sce_buf_span(&json), sce_span_text(k)));
      assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&value)));
    }
    must(sce_buf_append_byte(&json, '\n'));
    sce_blake2b_256_update(&hash, sce_span_text(k));
    sce_blake2b_256_update(&hash, sce_span_text("\t"));
    sce_blake2b_256_update(&hash, sce_buf_span(&json));
  }
  uint8_t out[32];
  sce_blake2b_256_final(&hash, out);
  json.len = 0;
  must(sce_hex_append(&json, sce_span(out, sizeof out)));
  assert_string_equal(as_text(&json), digest);
  printf("%s: %zu entries, %zu keys built again\n", name, count, told);
  sce_buf_free(&key);
  sce_buf_free(&value);
  sce_buf_free(&where);
  sce_buf_free(&json);
  sce_buf_free(&back);
  sce_metadata_delete(md);
}

static bool has_sample(const char *name) {
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/metadata/%s.scale.zst", name);
  FILE *f = fopen(path, "rb");
  if (f != NULL) fclose(f);
  return f != NULL;
}

/* The chain spec of a sample: NAME.json or parachains/NAME.json; NULL when the inputs were not fetched. */
static json_t *genesis_of(json_t **spec, const char *name) {
  const char *const folders[] = {"", "parachains/"};
  for (int i = 0; i < 2; i++) {
    char path[512];
    int len = (int)(strstr(name, ".v") - name);
    snprintf(path, sizeof path, TEST_INPUTS "/%s%.*s.json", folders[i], len, name);
    *spec = json_load_file(path, 0, NULL);
    if (*spec == NULL) continue;
    json_t *raw = json_object_get(json_object_get(*spec, "genesis"), "raw");
    return json_is_array(raw) ? json_array_get(raw, 0) : json_object_get(raw, "top");
  }
  return NULL;
}

static void genesis_states_decode_as_the_oracles_do(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/metadata/values.txt", "r");
  char line[256], digest[65], name[100];
  size_t count, checked = 0;
  assert_non_null(f);
  while (fgets(line, sizeof line, f) != NULL) {
    json_t *spec;
    if (sscanf(line, "%64[0-9a-f] %zu %99s", digest, &count, name) != 3 || !has_sample(name)) continue;
    json_t *top = genesis_of(&spec, name);
    if (top == NULL) continue;
    check_genesis(name, top, digest, count);
    json_decref(spec);
    checked++;
  }
  fclose(f);
  if (checked == 0) skip(); /* scripts/fetch-inputs.sh was not run */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_built),
      cmocka_unit_test(keys_are_explained),
      cmocka_unit_test(values_under_keys_never_fail),
      cmocka_unit_test(genesis_states_decode_as_the_oracles_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
