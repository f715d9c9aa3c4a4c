/* test_value_storage.c: storage keys and values: keys known from the field, and values that the metadata does not
 * explain. test_metadata_inputs.c goes through whole genesis states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata_support.h"

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
            "keys[0]: expected an account, SS58 or \"0x…\", got 1 (keys[0]: AccountId32, such as "
            "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\")");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Number"), sce_span_text("[1]")), SCE_BAD_INPUT,
            "the item takes 0 keys, got 1");
  must_fail(sce_storage_key_encode(md, &key, sce_span_text("System.Accounts"), sce_span_text("[]")), SCE_NOT_FOUND,
            "no storage item `System.Accounts`; the nearest: System.Account");
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
                    "\"AccountId32\",\"hash\":\"0x" ALICE_HASH
                    "\",\"value\":\"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\"}],"
                    "\"value_type\":\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, ACCOUNT,
                    "{\"pallet\":\"System\",\"item\":\"Account\",\"keys\":[],\"partial\":true,\"value_type\":"
                    "\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, ACCOUNT "00",
                    "{\"pallet\":\"System\",\"item\":\"Account\",\"keys\":[],\"partial\":true,\"rest\":\"0x00\","
                    "\"value_type\":\"AccountInfo<u32, AccountData<u128>>\"}");
  explained_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983acff",
                    "{\"pallet\":\"System\",\"item\":\"Number\",\"keys\":[],\"rest\":\"0xff\",\"value_type\":\"u32\"}");
  explained_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef7",
                    "{\"unknown\":\"0x26aa394eea5630e07c48ae0c9558cef7\",\"pallet\":\"System\"}");
  explained_must_be(md, "0x", "{\"unknown\":\"0x\"}");
  explained_must_be(md, "0x3a636f6465", "{\"well_known\":\":code\",\"description\":\"the runtime's code\"}");
  explained_must_be(
      md, "0x3a6368696c645f73746f726167653a64656661756c743a0102",
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
  value_must_be(md, number, "0x05",
                "{\"$unknown\":\"input ends at offset 1, 4 bytes are needed at offset 0\",\"hex\":\"0x05\"}");
  value_must_be(md, number, "0x0500000000",
                "{\"$unknown\":\"the value ends at offset 4, 1 bytes are left over\",\"hex\":\"0x0500000000\"}");
  value_must_be(md, "0xabcd", "0x05", "{\"$unknown\":\"no storage item has this key\",\"hex\":\"0x05\"}");
  value_must_be(md, "0x3a65787472696e7369635f696e646578", "0x02000000", "2");
  value_must_be(md, "0x3a636f6465", "0x0061736d", "\"0x0061736d\"");
  value_must_be(md, "0x26aa394eea5630e07c48ae0c9558cef74e7b9012096b41c4eb3aaf947f6ea429", "0x0300", "3");
  sce_metadata_delete(md);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_built),
      cmocka_unit_test(keys_are_explained),
      cmocka_unit_test(values_under_keys_never_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
