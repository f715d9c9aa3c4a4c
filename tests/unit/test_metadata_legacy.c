/* Metadata of V13 and before, whose types are names: what the names mean is told by the rest of the metadata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metadata/registry.h"
#include "metadata_support.h"

#include <jansson.h>

/* ---- metadata made here ---- */

/* A storage item or a constant of made metadata. */
typedef struct item {
  const char *pallet, *name, *type;
  uint32_t size; /* of its default or value, zeros */
  bool constant;
} item_t;

static void put_text(sce_buf_t *out, const char *text) {
  must(sce_buf_append_byte(out, (uint8_t)(strlen(text) << 2)));
  must(sce_buf_append(out, text, strlen(text)));
}

static void put_zeros(sce_buf_t *out, uint32_t count) {
  assert_true(count < 64 * 64);
  must(sce_buf_append_byte(out, (uint8_t)(count << 2 | (count < 64 ? 0 : 1))));
  if (count >= 64) must(sce_buf_append_byte(out, (uint8_t)(count >> 6)));
  for (uint32_t i = 0; i < count; i++) must(sce_buf_append_byte(out, 0));
}

static void put_items(sce_buf_t *out, const item_t *items, const char *pallet, bool constants) {
  uint8_t count = 0;
  for (const item_t *i = items; i->pallet != NULL; i++)
    count += strcmp(i->pallet, pallet) == 0 && i->constant == constants;
  must(sce_buf_append_byte(out, (uint8_t)(count << 2)));
  for (const item_t *i = items; i->pallet != NULL; i++) {
    if (strcmp(i->pallet, pallet) != 0 || i->constant != constants) continue;
    put_text(out, i->name);
    if (!constants) must(sce_buf_append(out, "\1\0", 2)); /* with a default; plain */
    put_text(out, i->type);
    put_zeros(out, i->size);
    must(sce_buf_append_byte(out, 0)); /* no documentation */
  }
}

/* V9 to V13 of the pallets that the items name; those of a pallet follow each other. Without calls, events and errors.
 */
static void put_metadata(sce_buf_t *out, uint8_t md_version, const item_t *items) {
  sce_buf_t pallets = {0};
  uint8_t count = 0;
  for (const item_t *i = items; i->pallet != NULL; i++) {
    if (i > items && strcmp(i->pallet, i[-1].pallet) == 0) continue;
    put_text(&pallets, i->pallet);
    must(sce_buf_append_byte(&pallets, 1));
    put_text(&pallets, i->pallet);
    put_items(&pallets, items, i->pallet, false);
    must(sce_buf_append(&pallets, "\0\0", 2));
    put_items(&pallets, items, i->pallet, true);
    must(sce_buf_append_byte(&pallets, 0));
    if (md_version >= 12) must(sce_buf_append_byte(&pallets, count));
    count++;
  }
  must(sce_buf_append(out, "meta", 4));
  must(sce_buf_append_byte(out, md_version));
  must(sce_buf_append_byte(out, (uint8_t)(count << 2)));
  must(sce_buf_append(out, pallets.data, pallets.len));
  if (md_version >= 11) must(sce_buf_append(out, "\4\0", 2)); /* extrinsics of version 4 without extensions */
  sce_buf_free(&pallets);
}

/* `version` may be NULL. */
static sce_metadata_t *made(uint8_t md_version, const item_t *items, const sce_runtime_version_t *version) {
  sce_buf_t scale = {0};
  sce_metadata_t *md;
  put_metadata(&scale, md_version, items);
  must(sce_metadata_new(&md, sce_buf_span(&scale), version));
  sce_buf_free(&scale);
  return md;
}

/* The type's JSON of `hex`, and back. */
static void check_value(sce_metadata_t *md, const char *type_text, const char *hex, const char *json_text) {
  sce_buf_t bytes = {0}, json = {0}, back = {0};
  uint32_t type = type_of(md, type_text);
  must(sce_hex_decode(&bytes, sce_span_text(hex)));
  must(sce_error_prefix(sce_value_decode(md, &json, type, sce_buf_span(&bytes), NULL), "%s", type_text));
  assert_string_equal(as_text(&json), json_text);
  must(sce_value_encode(md, &back, type, sce_buf_span(&json), sce_span_text("v")));
  assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&bytes)));
  sce_buf_free(&bytes);
  sce_buf_free(&json);
  sce_buf_free(&back);
}

#define ACCOUNT(size)                                                                                                  \
  { "System", "Account", "AccountInfo<T::Index, T::AccountData>", size, false }
#define STORED(pallet, name)                                                                                           \
  { pallet, name, "bool", 1, false }
#define LENGTH(pallet, name, type, size)                                                                               \
  { pallet, name, type, size, false }
#define CONSTANT(pallet, name, type, size)                                                                             \
  { pallet, name, type, size, true }
#define U32(n) "0" #n "000000"
#define BALANCES                                                                                                       \
  "01000000000000000000000000000000"                                                                                   \
  "02000000000000000000000000000000"                                                                                   \
  "03000000000000000000000000000000"                                                                                   \
  "04000000000000000000000000000000"
#define DATA_JSON "\"data\":{\"free\":1,\"reserved\":2,\"misc_frozen\":3,\"fee_frozen\":4}}"

/* Layouts are those of the crates frame-system, pallet-balances, pallet-staking, … 2.0.0-alpha.2 to 3.0.0, each with
 * what the same crate's metadata has; polkadot-js's types-known 16.5 has the same changes, by spec versions. */
static void layouts_go_by_what_the_metadata_has(void **state) {
  (void)state;
  static const struct {
    uint8_t version;
    item_t items[6];
    const char *type, *hex, *json;
  } cases[] = {
      /* frame-system 2.0.0-rc6, 2.0.0, 3.0.0, and after */
      {12, {ACCOUNT(69)}, "AccountInfo", "0x" U32(5) "01" BALANCES, "{\"nonce\":5,\"refcount\":1," DATA_JSON},
      {12,
       {ACCOUNT(72), STORED("System", "UpgradedToU32RefCount")},
       "AccountInfo",
       "0x" U32(5) U32(1) BALANCES,
       "{\"nonce\":5,\"refcount\":1," DATA_JSON},
      {12,
       {ACCOUNT(76), STORED("System", "UpgradedToU32RefCount"), STORED("System", "UpgradedToDualRefCount")},
       "AccountInfo",
       "0x" U32(5) U32(1) U32(2) BALANCES,
       "{\"nonce\":5,\"consumers\":1,\"providers\":2," DATA_JSON},
      {12,
       {ACCOUNT(80), STORED("System", "UpgradedToU32RefCount"), STORED("System", "UpgradedToTripleRefCount")},
       "AccountInfo",
       "0x" U32(5) U32(1) U32(2) U32(3) BALANCES,
       "{\"nonce\":5,\"consumers\":1,\"providers\":2,\"sufficients\":3," DATA_JSON},
      /* accounts without balances, and nonces of 64 bits */
      {12,
       {ACCOUNT(16), STORED("System", "UpgradedToTripleRefCount")},
       "AccountInfo",
       "0x" U32(5) U32(1) U32(2) U32(3),
       "{\"nonce\":5,\"consumers\":1,\"providers\":2,\"sufficients\":3,\"data\":null}"},
      {13,
       {ACCOUNT(84), STORED("System", "UpgradedToTripleRefCount")},
       "AccountInfo",
       "0x" U32(5) "00000000" U32(1) U32(2) U32(3) BALANCES,
       "{\"nonce\":5,\"consumers\":1,\"providers\":2,\"sufficients\":3," DATA_JSON},
      /* sizes of basic types */
      {9, {LENGTH("System", "Number", "T::BlockNumber", 8)}, "T::BlockNumber", "0x0100000000000000", "1"},
      {9, {LENGTH("System", "AccountNonce", "T::Index", 8)}, "T::Index", "0x0100000000000000", "1"},
      {12, {LENGTH("Balances", "TotalIssuance", "T::Balance", 8)}, "BalanceOf<T>", "0x0100000000000000", "1"},
      {12,
       {LENGTH("Sudo", "Key", "T::AccountId", 20)},
       "T::AccountId",
       "0x0102030405060708090a0b0c0d0e0f1011121314",
       "\"0x0102030405060708090a0b0c0d0e0f1011121314\""},
      {11, {CONSTANT("System", "MaximumBlockWeight", "Weight", 4)}, "Weight", "0x01000000", "1"},
      {11, {CONSTANT("System", "MaximumBlockWeight", "Weight", 8)}, "Weight", "0x0100000000000000", "1"},
      /* 2.0.0-alpha.6 and alpha.7 */
      {11,
       {CONSTANT("System", "MaximumBlockWeight", "Weight", 4)},
       "DispatchInfo",
       "0x010000000101",
       "{\"weight\":1,\"class\":\"Operational\",\"pays_fee\":true}"},
      {11,
       {CONSTANT("System", "MaximumBlockWeight", "Weight", 8), CONSTANT("System", "BlockExecutionWeight", "Weight", 8)},
       "DispatchInfo",
       "0x01000000000000000101",
       "{\"weight\":1,\"class\":\"Operational\",\"pays_fee\":\"No\"}"},
      {11,
       {LENGTH("TransactionPayment", "NextFeeMultiplier", "Multiplier", 8)},
       "Multiplier",
       "0xffffffffffffffff",
       "-1"},
      {11,
       {LENGTH("TransactionPayment", "NextFeeMultiplier", "Multiplier", 16)},
       "Multiplier",
       "0x01000000000000000000000000000000",
       "1"},
      /* how an account is called by */
      {11, {ACCOUNT(69), STORED("Indices", "Accounts")}, "LookupSource", "0x05", "5"},
      {12, {ACCOUNT(76), STORED("System", "UpgradedToDualRefCount")}, "LookupSource", "0x020405", "{\"Raw\":\"0x05\"}"},
      {10,
       {LENGTH("System", "AccountNonce", "T::Index", 4)},
       "BalanceLock",
       "0x010203040506070801000000000000000000000000000000"
       "0900000001",
       "{\"id\":\"0x0102030405060708\",\"amount\":1,\"until\":9,\"reasons\":1}"},
      {10,
       {ACCOUNT(69)},
       "BalanceLock",
       "0x01020304050607080100000000000000000000000000000001",
       "{\"id\":\"0x0102030405060708\",\"amount\":1,\"reasons\":\"Misc\"}"},
      /* staking */
      {12, {LENGTH("Staking", "Validators", "ValidatorPrefs", 1)}, "ValidatorPrefs", "0x04", "{\"commission\":1}"},
      {12,
       {LENGTH("Staking", "Validators", "ValidatorPrefs", 2)},
       "ValidatorPrefs",
       "0x0401",
       "{\"commission\":1,\"blocked\":true}"},
      {10,
       {STORED("Staking", "Ledger")},
       "SlashingSpans",
       "0x010000000200000000",
       "{\"span_index\":1,\"last_start\":2,\"prior\":[]}"},
      {10,
       {STORED("Staking", "StorageVersion")},
       "SlashingSpans",
       "0x01000000020000000300000000",
       "{\"span_index\":1,\"last_start\":2,\"last_nonzero_slash\":3,\"prior\":[]}"},
      /* democracy and the scheduler */
      {11,
       {STORED("Democracy", "ReferendumCount")},
       "ReferendumInfo",
       "0x0100000007070707070707070707070707070707070707070707070707070707070707070203000000",
       "{\"end\":1,\"proposal_hash\":\"0x0707070707070707070707070707070707070707070707070707070707070707\","
       "\"threshold\":\"SimpleMajority\",\"delay\":3}"},
      {11,
       {STORED("Democracy", "VotingOf")},
       "ReferendumInfo",
       "0x010102000000",
       "{\"Finished\":{\"approved\":true,\"end\":2}}"},
      /* assets: 3.0.0, and after April 2021 */
      {12,
       {LENGTH("Assets", "Account", "AssetBalance<T::Balance>", 18)},
       "AssetBalance",
       "0x010000000000000000000000000000000100",
       "{\"balance\":1,\"is_frozen\":true,\"is_zombie\":false}"},
      {13,
       {STORED("Assets", "Approvals"), LENGTH("Assets", "Account", "AssetBalance<T::Balance>", 10)},
       "AssetBalance",
       "0x01000000000000000100",
       "{\"balance\":1,\"is_frozen\":true,\"sufficient\":false,\"extra\":null}"},
      {12,
       {STORED("Assets", "Asset"), LENGTH("Assets", "Metadata", "AssetMetadata<BalanceOf<T>>", 19)},
       "AssetMetadata",
       "0x01000000000000000000000000000000000002",
       "{\"deposit\":1,\"name\":\"0x\",\"symbol\":\"0x\",\"decimals\":2}"},
      /* cumulus before #308 and after #317 */
      {12,
       {STORED("ParachainSystem", "ValidationData")},
       "MessagingStateSnapshot",
       "0x010000000200000000",
       "{\"relay_dispatch_queue_size\":[1,2],\"egress_channels\":[]}"},
      {12,
       {STORED("ParachainUpgrade", "LastDmqMqcHead")},
       "MessagingStateSnapshot",
       "0x070707070707070707070707070707070707070707070707070707070707070701000000020000000000",
       "{\"dmq_mqc_head\":\"0x0707070707070707070707070707070707070707070707070707070707070707\","
       "\"relay_dispatch_queue_size\":[1,2],\"ingress_channels\":[],\"egress_channels\":[]}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    /* Whatever the chain is called. */
    sce_runtime_version_t version = {.spec_name = sce_span_text("example"), .spec_version = 7};
    for (int named = 0; named < 2; named++) {
      sce_metadata_t *md = made(cases[i].version, cases[i].items, named ? &version : NULL);
      check_value(md, cases[i].type, cases[i].hex, cases[i].json);
      sce_metadata_delete(md);
    }
  }
}

/* Origins count by their pallets' indices. */
static void origins_are_those_of_the_pallets(void **state) {
  (void)state;
  static const item_t items[] = {STORED("Balances", "X"),
                                 STORED("System", "Y"),
                                 STORED("Scheduler", "StorageVersion"),
                                 STORED("CumulusXcm", "Z"),
                                 {0}};
  sce_metadata_t *md = made(13, items, NULL);
  check_value(md, "OriginCaller", "0x0100", "{\"System\":\"Root\"}");
  check_value(md, "T::PalletsOrigin", "0x030107000000", "{\"CumulusXcm\":{\"SiblingParachain\":7}}");
  sce_metadata_delete(md);
}

/* What the metadata says stands above what a chain of the name had at that time. */
static void chains_do_not_overrule_their_metadata(void **state) {
  (void)state;
  static const item_t items[] = {ACCOUNT(80), STORED("System", "UpgradedToTripleRefCount"), {0}};
  sce_runtime_version_t version = {.spec_name = sce_span_text("polkadot"), .spec_version = 5};
  sce_metadata_t *md = made(12, items, &version);
  check_value(md, "AccountInfo", "0x" U32(5) U32(1) U32(2) U32(3) BALANCES,
              "{\"nonce\":5,\"consumers\":1,\"providers\":2,\"sufficients\":3," DATA_JSON);
  sce_metadata_delete(md);
}

/* Every default and constant in real metadata of V9 to V13 is a whole value of its type, or the type is not known. */
static void defaults_are_values_of_their_types(void **state) {
  (void)state;
  static const char *const names[] = {"kusama.v9", "substrate.v10", "polkadot.v11", "asset-hub-kusama.v12", "tick.v13"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    sce_metadata_t *md = sample_metadata(names[n]);
    sce_storage_info_t item;
    size_t known = 0, unknown = 0;
    for (size_t p = 0; p < sce_metadata_pallet_count(md); p++) {
      for (size_t i = 0; sce_metadata_storage_get(md, &item, p, i); i++) {
        sce_buf_t json = {0};
        if (item.optional) continue;
        sce_error_t *err = sce_value_decode(md, &json, item.default_type, item.default_value, NULL);
        must(sce_error_prefix(err, "%s: %.*s.%.*s", names[n], (int)item.pallet.len, (const char *)item.pallet.data,
                              (int)item.name.len, (const char *)item.name.data));
        *(strstr(as_text(&json), "$unknown") == NULL ? &known : &unknown) += 1;
        sce_buf_free(&json);
      }
      for (uint32_t i = 0; i < md->pallets[p].constant_count; i++) {
        const sce_constant_t *c = &md->pallets[p].constants[i];
        sce_buf_t json = {0};
        must(sce_error_prefix(sce_value_decode(md, &json, c->type, c->value, NULL), "%s: %.*s", names[n],
                              (int)c->name.len, (const char *)c->name.data));
        sce_buf_free(&json);
      }
    }
    printf("%s: %zu defaults, %zu of unknown types\n", names[n], known, unknown);
    assert_true(known > 20 && unknown * 10 < known);
    sce_metadata_delete(md);
  }
}

/* Of XCM the version counts that the runtime's pallet speaks: tick.v13 has calls without a fee_asset_item. */
static void messages_are_of_the_version_that_is_spoken(void **state) {
  (void)state;
  static const item_t second[] = {STORED("PolkadotXcm", "SafeXcmVersion"), {0}},
                      none[] = {STORED("XcmpQueue", "X"), {0}};
  sce_metadata_t *md = sample_metadata("tick.v13");
  check_value(md, "MultiLocation", "0x02000541", "{\"X2\":[\"Parent\",{\"PalletInstance\":65}]}");
  check_value(md, "Vec<MultiAsset>", "0x040a010004",
              "[{\"ConcreteFungible\":{\"id\":{\"X1\":\"Parent\"},\"amount\":1}}]");
  check_value(md, "xcm::v0::Outcome", "0x010500000000000000110700000000000000",
              "{\"Incomplete\":[5,{\"WeightLimitReached\":7}]}");
  sce_metadata_delete(md);
  md = made(13, second, NULL);
  check_value(md, "MultiLocation", "0x01010004", "{\"parents\":1,\"interior\":{\"X1\":{\"Parachain\":1}}}");
  sce_metadata_delete(md);
  md = made(13, none, NULL);
  uint32_t type;
  sce_error_t *err = sce_type_resolve(md, &type, sce_span_text("MultiLocation"));
  if (err == NULL) assert_int_equal(md->types[type].def, SCE_DEF_UNKNOWN); /* known by the name alone */
  sce_error_delete(err);
  sce_metadata_delete(md);
}

/* ---- definitions of the user's ---- */

static sce_metadata_t *with_types(const item_t *items, const char *types, sce_error_t **err) {
  sce_runtime_version_t version = {.spec_name = sce_span_text("example"), .spec_version = 1};
  sce_buf_t scale = {0};
  sce_metadata_t *md = NULL;
  put_metadata(&scale, 12, items);
  *err = sce_metadata_new_with_types(&md, sce_buf_span(&scale), &version, sce_span_text(types));
  sce_buf_free(&scale);
  return md;
}

static const item_t own_items[] = {{"Tokens", "Own", "Vec<Thing>", 1, false}, {0}};

/* Definitions in the forms that polkadot-js takes, with values that it encoded. */
static void types_are_defined_as_for_polkadot_js(void **state) {
  (void)state;
  json_error_t why;
  json_t *file = json_load_file(TEST_DATA "/metadata/types.json", 0, &why);
  if (file == NULL) fail_msg("types.json: %s", why.text);
  json_t *cases = json_object_get(file, "cases");
  size_t values = 0;
  for (size_t c = 0; c < json_array_size(cases); c++) {
    json_t *one = json_array_get(cases, c), *list = json_object_get(one, "values");
    sce_runtime_version_t version = {
        .spec_name = sce_span_text(json_string_value(json_object_get(one, "spec_name"))),
        .spec_version = (uint32_t)json_integer_value(json_object_get(one, "spec_version")),
    };
    char *types = json_dumps(json_object_get(one, "file"), 0);
    sce_buf_t scale = {0};
    sce_metadata_t *md;
    put_metadata(&scale, 12, own_items);
    must(sce_metadata_new_with_types(&md, sce_buf_span(&scale), &version, sce_span_text(types)));
    for (size_t v = 0; v < json_array_size(list); v++, values++) {
      const json_t *value = json_array_get(list, v), *pallet = json_object_get(value, "pallet");
      const char *name = json_string_value(json_object_get(value, "type"));
      char *json = json_dumps(json_object_get(value, "json"), JSON_COMPACT | JSON_ENCODE_ANY);
      const char *hex = json_string_value(json_object_get(value, "hex"));
      if (pallet == NULL) {
        check_value(md, name, hex, json);
      } else {
        uint32_t type;
        sce_buf_t bytes = {0}, out = {0};
        must(sce_expr_resolve(md, &type, sce_span_text(name), sce_span_text("Tokens")));
        must(sce_registry_derive(md, 0));
        must(sce_hex_decode(&bytes, sce_span_text(hex)));
        must(sce_value_decode(md, &out, type, sce_buf_span(&bytes), NULL));
        assert_string_equal(as_text(&out), json);
        sce_buf_free(&bytes);
        sce_buf_free(&out);
      }
      free(json);
    }
    sce_metadata_delete(md);
    sce_buf_free(&scale);
    free(types);
  }
  printf("%zu values\n", values);
  assert_true(values >= 30);
  json_decref(file);
}

/* A pallet's storage has the types that the definitions give, and without them stays hexadecimal. */
static void storage_has_the_defined_types(void **state) {
  (void)state;
  for (int defined = 0; defined < 2; defined++) {
    sce_error_t *err;
    sce_metadata_t *md = with_types(own_items, defined ? "{\"Thing\":{\"a\":\"u8\",\"b\":\"u8\"}}" : "", &err);
    sce_buf_t json = {0};
    must(err);
    must(sce_value_decode(md, &json, md->pallets[0].storage[0].value_type,
                          defined ? sce_span("\x08\1\2\3\4", 5) : sce_span("\x08\1\2\3", 4), NULL));
    if (defined)
      assert_string_equal(as_text(&json), "[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4}]");
    else
      assert_non_null(strstr(as_text(&json), "\"$unknown\""));
    sce_buf_free(&json);
    sce_metadata_delete(md);
  }
}

/* What polkadot-js's own tables say of Weight goes through a name that the library has, too. */
static void a_definition_may_lead_back_to_a_known_name(void **state) {
  (void)state;
  sce_error_t *err;
  sce_metadata_t *md = with_types(own_items, "{\"Weight\":\"WeightV1\",\"AccountId\":\"EthereumAccountId\"}", &err);
  must(err);
  check_value(md, "Weight", "0x0100000000000000", "1");
  check_value(md, "AccountId", "0x0707070707070707070707070707070707070707",
              "\"0x0707070707070707070707070707070707070707\"");
  sce_metadata_delete(md);
}

static void wrong_definitions_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *types, *message;
  } cases[] = {
      {"{", "types: JSON, line 1, column 1: string or '}' expected near end of file"},
      {"[]", "types: expected an object of types, got an array"},
      {"{\"Foo\":5}", "types: Foo: expected a type: text, or an object with its fields, got 5"},
      {"{\"types\":{\"Foo\":\"Vec<u8\"}}", "types: Foo: type `Vec<u8`: ends where '>' was due"},
      {"{\"Foo\":{\"a b\":\"u8\"}}", "types: Foo: field `a b`: letters, digits and _ are taken"},
      {"{\"Foo\":{\"a\":{\"_enum\":\"A\"}}}", "types: Foo: a: _enum: a list of names or an object was due"},
      {"{\"Foo\":{\"_enum\":{\"A\":256}}}", "types: Foo: A: index 256, 0 to 255 are taken"},
      {"{\"Foo\":{\"_enum\":[\"A\",\"A\"]}}",
       "types: Foo: type `enum {A, A}`: a name of its own for each variant was due at offset 10"},
      {"{\"Foo\":{\"_set\":{\"_bitLength\":7}}}", "types: Foo: _set: _bitLength is 8, 16, 32, 64 or 128"},
      {"{\"types\":[5]}", "types: types[0]: an object with minmax and types was due"},
      {"{\"typesBundle\":{\"spec\":{\"example\":{\"types\":5}}}}",
       "types: typesBundle: types: expected an object of types, got 5"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_error_t *err;
    with_types(own_items, cases[i].types, &err);
    must_fail(err, SCE_BAD_INPUT, cases[i].message);
  }
  sce_error_t *err;
  with_types(own_items, "{\"Foo\":\"(Bar, Bar)\",\"Bar\":{\"x\":\"Foo\"}}", &err); /* of no finite size */
  assert_int_equal(sce_error_kind(err), SCE_BAD_METADATA);
  sce_error_delete(err);
}

/* ---- V0 to V7 ---- */

static bool text_is(sce_span_t text, const json_t *expected) {
  const char *e = json_string_value(expected);
  return text.len == strlen(e) && memcmp(text.data, e, text.len) == 0;
}

static void assert_text(sce_span_t text, const json_t *expected) {
  if (!text_is(text, expected))
    fail_msg("%.*s, not %s", (int)text.len, (const char *)text.data, json_string_value(expected));
}

static void assert_bytes(sce_span_t bytes, const json_t *hex) {
  sce_buf_t expected = {0};
  must(sce_hex_decode(&expected, sce_span_text(json_string_value(hex))));
  assert_true(sce_span_equal(bytes, sce_buf_span(&expected)));
  sce_buf_free(&expected);
}

/* The names of hashers as the oracle and, in V3 and V4, the metadata itself have them. */
static sce_hasher_t hasher_of(const json_t *name) {
  static const char *const names[][2] = {
      {"Blake2_128", "blake2_128"}, {"Blake2_256", "blake2_256"}, {"", ""},
      {"Twox128", "twox_128"},      {"Twox256", "twox_256"},      {"Twox64Concat", "twox_64_concat"}};
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 2; j++)
      if (strcmp(names[i][j], json_string_value(name)) == 0) return (sce_hasher_t)i;
  fail_msg("hasher %s", json_string_value(name));
  return SCE_HASHER_IDENTITY;
}

static size_t check_storage(const sce_metadata_t *md, const sce_storage_t *s, const json_t *expected) {
  const json_t *keys = json_object_get(expected, "keys"), *hashers = json_object_get(expected, "hashers");
  assert_text(s->name, json_object_get(expected, "name"));
  assert_int_equal(s->modifier == 0, json_is_true(json_object_get(expected, "optional")));
  assert_text(s->value_text, json_object_get(expected, "value"));
  assert_bytes(s->default_value, json_object_get(expected, "fallback"));
  assert_int_equal(s->linked, json_is_true(json_object_get(expected, "linked")));
  assert_int_equal(s->key_count, json_array_size(keys));
  for (uint32_t i = 0; i < s->key_count; i++) {
    assert_text(s->key_texts[i], json_array_get(keys, i));
    assert_int_equal(s->hashers[i], hasher_of(json_array_get(hashers, i)));
  }
  /* The default is a whole value of the type, which is known. */
  if (s->modifier == 0 || s->linked) return 0;
  sce_buf_t json = {0};
  must(sce_error_prefix(sce_value_decode(md, &json, s->value_type, s->default_value, NULL), "%.*s", (int)s->name.len,
                        (const char *)s->name.data));
  if (strstr(as_text(&json), "$unknown") != NULL) fail_msg("%s", as_text(&json));
  sce_buf_free(&json);
  return 1;
}

static void check_variants(const sce_metadata_t *md, uint32_t type, const json_t *expected, bool named) {
  if (json_array_size(expected) == 0 && type == SCE_TYPE_NONE) return;
  assert_int_equal(md->types[type].variant_count, json_array_size(expected));
  for (uint32_t i = 0; i < md->types[type].variant_count; i++) {
    const sce_variant_t *v = &md->types[type].variants[i];
    const json_t *e = json_array_get(expected, i), *args = json_object_get(e, "args");
    assert_text(v->name, json_object_get(e, "name"));
    assert_int_equal(v->fields.count, json_array_size(args));
    for (uint32_t j = 0; j < v->fields.count; j++) {
      const json_t *arg = json_array_get(args, j);
      if (named) assert_text(v->fields.items[j].name, json_array_get(arg, 0));
      assert_text(v->fields.items[j].type_name, named ? json_array_get(arg, 1) : arg);
    }
  }
}

static size_t check_pallet(const sce_metadata_t *md, const sce_pallet_t *pallet, const json_t *expected) {
  const json_t *storage = json_object_get(expected, "storage"), *constants = json_object_get(expected, "constants");
  const json_t *index = json_object_get(expected, "index");
  size_t defaults = 0;
  /* All of the kept names are one word, which the older versions write small. */
  assert_int_equal(pallet->name.len, json_string_length(json_object_get(expected, "name")));
  assert_int_equal(pallet->name.data[0], json_string_value(json_object_get(expected, "name"))[0] - ('a' - 'A'));
  assert_text(pallet->storage_prefix, json_object_get(expected, "prefix"));
  assert_int_equal(pallet->storage_count, json_array_size(storage));
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    defaults += check_storage(md, &pallet->storage[i], json_array_get(storage, i));
  check_variants(md, pallet->calls, json_object_get(expected, "calls"), true);
  check_variants(md, pallet->events, json_object_get(expected, "events"), false);
  assert_int_equal(pallet->constant_count, json_array_size(constants));
  for (uint32_t i = 0; i < pallet->constant_count; i++) {
    const json_t *c = json_array_get(constants, i);
    assert_text(pallet->constants[i].name, json_object_get(c, "name"));
    assert_text(pallet->constants[i].type_text, json_object_get(c, "type"));
    assert_bytes(pallet->constants[i].value, json_object_get(c, "value"));
  }
  if (index != NULL) assert_int_equal(pallet->call_index, json_integer_value(index));
  return defaults;
}

static void v0_to_v7_are_read_as_polkadot_js_reads_them(void **state) {
  (void)state;
  json_error_t why;
  json_t *file = json_load_file(TEST_DATA "/metadata/oldest.json", 0, &why);
  if (file == NULL) fail_msg("oldest.json: %s", why.text);
  const json_t *all = json_object_get(file, "metadata");
  assert_int_equal(json_array_size(all), 8);
  for (size_t m = 0; m < 8; m++) {
    const json_t *one = json_array_get(all, m), *pallets = json_object_get(one, "pallets");
    sce_buf_t scale = {0};
    sce_metadata_t *md;
    sce_span_t bytes;
    size_t defaults = 0;
    must(sce_hex_decode(&scale, sce_span_text(json_string_value(json_object_get(one, "scale")))));
    must(sce_metadata_unwrap(&bytes, sce_buf_span(&scale)));
    must(sce_metadata_new(&md, bytes, NULL));
    assert_int_equal(sce_metadata_version(md), json_integer_value(json_object_get(one, "version")));
    assert_int_equal(md->pallet_count, json_array_size(pallets));
    for (uint32_t p = 0; p < md->pallet_count; p++)
      defaults += check_pallet(md, &md->pallets[p], json_array_get(pallets, p));
    printf("V%zu: %u pallets, %zu defaults decoded\n", m, md->pallet_count, defaults);
    assert_true(defaults > 25);
    sce_metadata_delete(md);
    for (size_t len = 0; len < scale.len; len += 1 + scale.len / 200) { /* cut short, it is refused */
      sce_error_t *err = sce_metadata_new(&md, sce_span(scale.data, len), NULL);
      assert_non_null(err);
      sce_error_delete(err);
    }
    sce_buf_free(&scale);
  }
  json_decref(file);
}

static void assert_key(const sce_metadata_t *md, const char *item, const char *keys, const char *hex) {
  sce_buf_t key = {0}, expected = {0};
  must(sce_error_prefix(sce_storage_key_encode(md, &key, sce_span_text(item), sce_span_text(keys)), "%s", item));
  must(sce_hex_decode(&expected, sce_span_text(hex)));
  assert_true(sce_span_equal(sce_buf_span(&key), sce_buf_span(&expected)));
  sce_buf_free(&key);
  sce_buf_free(&expected);
}

/* Keys as @polkadot/metadata 1.13.1 makes them for V8 and before: that of Timestamp.Now and of the double map are in
 * its Decorated/storage/fromMetadata/createFunction.spec.js; that of the map is BLAKE2b-256 of "System AccountNonce"
 * and the account, by Python's hashlib. */
static void old_keys_are_hashed_as_a_whole(void **state) {
  (void)state;
  static const item_t now[] = {{"Timestamp", "Now", "T::Moment", 8, false}, {0}};
  sce_metadata_t *md = made(8, now, NULL);
  sce_buf_t scale = {0}, json = {0};
  assert_key(md, "Timestamp.Now", "[]", "0x0e4944cfd98d6f4cc374d16f5a4e3f9c");
  sce_span_t key = sce_span("\x0e\x49\x44\xcf\xd9\x8d\x6f\x4c\xc3\x74\xd1\x6f\x5a\x4e\x3f\x9c", 16);
  must(sce_storage_key_decode(md, &json, key, NULL));
  assert_string_equal(as_text(&json),
                      "{\"pallet\":\"Timestamp\",\"item\":\"Now\",\"keys\":[],\"value_type\":\"Moment\"}");
  json.len = 0;
  must(sce_storage_value_decode(md, &json, key, sce_span("\5\0\0\0\0\0\0\0", 8), NULL));
  assert_string_equal(as_text(&json), "5");
  sce_buf_t none = {0};
  must_fail(sce_storage_key_encode(md, &none, sce_span_text("Timestamp"), sce_span_text("[]")), SCE_NOT_FOUND,
            "keys of this runtime have no common beginning for a pallet: give an item of Timestamp");
  sce_metadata_delete(md);

  must(sce_buf_append(&scale, "meta\x08\x04", 6));
  put_text(&scale, "GenericAsset");
  must(sce_buf_append_byte(&scale, 1));
  put_text(&scale, "GenericAsset");
  must(sce_buf_append_byte(&scale, 4));
  put_text(&scale, "FreeBalance");
  must(sce_buf_append(&scale, "\1\2\1", 3)); /* default; double map; Blake2_256 */
  put_text(&scale, "AccountId");
  put_text(&scale, "AccountId");
  put_text(&scale, "Balance");
  must(sce_buf_append_byte(&scale, 2)); /* Twox128 */
  put_zeros(&scale, 16);
  must(sce_buf_append(&scale, "\0\0\0\0\0", 5)); /* documentation, calls, events, constants, errors */
  must(sce_metadata_new(&md, sce_buf_span(&scale), NULL));
  assert_key(md, "GenericAsset.FreeBalance",
             "[\"5DXUeE5N5LtkW97F2PzqYPyqNkxqSWESdGSPTX6AvkUAhwKP\", "
             "\"5DXUeE5N5LtkW97F2PzqYPyqNkxqSWESdGSPTX6AvkUAhwKP\"]",
             "0x00fa40e72d7173e69ee54b980345ea01cb81e64258502e0247af4303dee91ec0aec2ecd3a60ab080cff7b52a8f6d543b");
  must_fail(sce_storage_key_encode(md, &none, sce_span_text("GenericAsset.FreeBalance"), sce_span_text("[]")),
            SCE_BAD_INPUT, "keys of this runtime are hashed as a whole: the item takes 2 keys, got 0");
  sce_metadata_delete(md);

  json_t *file = json_load_file(TEST_DATA "/metadata/oldest.json", 0, NULL);
  const json_t *seven = json_array_get(json_object_get(file, "metadata"), 7);
  scale.len = 0;
  must(sce_hex_decode(&scale, sce_span_text(json_string_value(json_object_get(seven, "scale")))));
  must(sce_metadata_new(&md, sce_buf_span(&scale), NULL));
  assert_key(md, "System.AccountNonce", "[\"0x0707070707070707070707070707070707070707070707070707070707070707\"]",
             "0x9d92761bd99ba36464928a831d65d600e74ef408e13e4a769b42ec6df411a430");
  sce_metadata_delete(md);
  json_decref(file);
  sce_buf_free(&scale);
  sce_buf_free(&json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layouts_go_by_what_the_metadata_has),
      cmocka_unit_test(origins_are_those_of_the_pallets),
      cmocka_unit_test(chains_do_not_overrule_their_metadata),
      cmocka_unit_test(defaults_are_values_of_their_types),
      cmocka_unit_test(messages_are_of_the_version_that_is_spoken),
      cmocka_unit_test(types_are_defined_as_for_polkadot_js),
      cmocka_unit_test(storage_has_the_defined_types),
      cmocka_unit_test(a_definition_may_lead_back_to_a_known_name),
      cmocka_unit_test(wrong_definitions_are_refused),
      cmocka_unit_test(old_keys_are_hashed_as_a_whole),
      cmocka_unit_test(v0_to_v7_are_read_as_polkadot_js_reads_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
