/* test_metadata_api.c: runtime APIs: the shipped table against what a runtime of V15 says of the same APIs, which of it
 * an older runtime gets, arguments and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata/apis.h"
#include "metadata/model.h"
#include "metadata/registry.h"
#include "metadata_support.h"
#include "scexec/block.h"

#include <jansson.h>

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).data

/* What Core_version of a sample's runtime returned: NAME.version.hex beside it. */
static sce_runtime_version_t load_version(sce_buf_t *bytes, const char *name) {
  sce_runtime_version_t version;
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/metadata/%s.version.hex", name);
  sce_buf_t text = read_whole(path);
  const char *hex = as_text(&text);
  must(sce_hex_decode(bytes, sce_span(hex, strcspn(hex, "\n"))));
  must(sce_runtime_version_decode(&version, sce_buf_span(bytes)));
  sce_buf_free(&text);
  return version;
}

/* How values of a type are encoded, without any name: two types of the same text have the same bytes. */
static void layout(const sce_metadata_t *md, sce_buf_t *out, uint32_t id, unsigned depth) {
  const sce_type_t *t = sce_type_inner(md, id);
  if (depth > 8 || out->len > 100000) return; /* far enough to tell types apart */
  switch ((sce_shape_t)t->shape) {
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT:
      for (uint32_t i = 0; i < t->fields.count; i++) layout(md, out, t->fields.items[i].type, depth + 1);
      break;
    case SCE_SHAPE_ENUM:
      must(sce_buf_printf(out, "e("));
      for (uint32_t index = 0; index < 256; index++) {
        const sce_variant_t *v = sce_type_variant(t, (uint8_t)index);
        if (v == NULL) continue;
        must(sce_buf_printf(out, "%u:", index));
        for (uint32_t i = 0; i < v->fields.count; i++) layout(md, out, v->fields.items[i].type, depth + 1);
      }
      must(sce_buf_printf(out, ")"));
      break;
    case SCE_SHAPE_OPTION:
    case SCE_SHAPE_SEQUENCE:
    case SCE_SHAPE_ARRAY:
      must(sce_buf_printf(out, "%u.%u(", t->shape, t->len));
      layout(md, out, t->target, depth + 1);
      must(sce_buf_printf(out, ")"));
      break;
    case SCE_SHAPE_ACCOUNT: must(sce_buf_printf(out, "f32 ")); break;
    case SCE_SHAPE_STR: /* texts and bytes look alike */
    case SCE_SHAPE_BYTES: must(sce_buf_printf(out, "b ")); break;
    case SCE_SHAPE_FIXED: must(sce_buf_printf(out, "f%u ", t->len)); break;
    default: must(sce_buf_printf(out, "%u/%u ", t->shape, t->size)); break;
  }
}

static const sce_method_t *find_method(const sce_metadata_t *md, sce_span_t api, sce_span_t name) {
  for (uint32_t i = 0; i < md->api_count; i++)
    for (uint32_t j = 0; j < md->apis[i].method_count; j++)
      if (sce_span_equal(md->apis[i].name, api) && sce_span_equal(md->apis[i].methods[j].name, name))
        return &md->apis[i].methods[j];
  return NULL;
}

/* The table's APIs over the types of a sample that describes its own, as for a runtime that does not. */
static sce_metadata_t *sample_with_table(const char *name, const sce_runtime_version_t *version) {
  sce_metadata_t *md = sample_metadata(name);
  uint32_t first = md->type_count;
  md->api_count = 0;
  md->final = false;
  must(sce_apis_add_known(md, version));
  must(sce_registry_derive(md, first));
  md->final = true;
  return md;
}

static void compare_table(const char *name, size_t least) {
  sce_buf_t bytes = {0};
  sce_runtime_version_t version = load_version(&bytes, name);
  sce_metadata_t *real = sample_metadata(name), *ours = sample_with_table(name, &version);
  size_t compared = 0, missing = 0;
  for (uint32_t i = 0; i < real->api_count; i++) {
    const sce_api_t *api = &real->apis[i];
    for (uint32_t j = 0; j < api->method_count; j++) {
      const sce_method_t *a = &api->methods[j], *b = find_method(ours, api->name, a->name);
      missing += b == NULL;
      if (b == NULL) continue; /* of an API that is not well known, or newer than the version says */
      sce_buf_t x = {0}, y = {0};
      if (a->input_count != b->input_count)
        fail_msg("%.*s_%.*s has %u inputs, the table has %u", SPAN_ARGS(api->name), SPAN_ARGS(a->name), a->input_count,
                 b->input_count);
      for (uint32_t k = 0; k < a->input_count; k++) {
        layout(real, &x, a->inputs[k].type, 0);
        layout(ours, &y, b->inputs[k].type, 0);
      }
      must(sce_buf_printf(&x, "-> "));
      must(sce_buf_printf(&y, "-> "));
      layout(real, &x, a->output, 0);
      layout(ours, &y, b->output, 0);
      if (!sce_span_equal(sce_buf_span(&x), sce_buf_span(&y)))
        fail_msg("%.*s_%.*s\n%.2000s\n%.2000s", SPAN_ARGS(api->name), SPAN_ARGS(a->name), as_text(&x), as_text(&y));
      sce_buf_free(&x);
      sce_buf_free(&y);
      compared++;
    }
  }
  printf("%s: %zu methods compared, %zu are not in the table\n", name, compared, missing);
  assert_true(compared >= least);
  sce_metadata_delete(real);
  sce_metadata_delete(ours);
  sce_runtime_version_free(&version);
  sce_buf_free(&bytes);
}

static void table_agrees_with_v15(void **state) {
  (void)state;
  compare_table("paseo.v15", 72);
  compare_table("asset-hub-polkadot.v15", 51);
  compare_table("substrate.v16", 62);
}

/* The table has each API that is called well known, whatever the runtime's metadata. */
static void the_well_known_are_all_there(void **state) {
  (void)state;
  static const char *const names[] = {"Core",
                                      "Metadata",
                                      "BlockBuilder",
                                      "TaggedTransactionQueue",
                                      "OffchainWorkerApi",
                                      "SessionKeys",
                                      "AccountNonceApi",
                                      "TransactionPaymentApi",
                                      "TransactionPaymentCallApi",
                                      "BabeApi",
                                      "AuraApi",
                                      "GrandpaApi",
                                      "BeefyApi",
                                      "MmrApi",
                                      "ParachainHost",
                                      "AuthorityDiscoveryApi",
                                      "NominationPoolsApi",
                                      "StakingApi",
                                      "AssetConversionApi",
                                      "CollectCollationInfo",
                                      "GenesisBuilder",
                                      "DryRunApi",
                                      "XcmPaymentApi"};
  const char *const samples[] = {"kusama.v9", "tick.v13", "asset-hub-polkadot.v14"};
  for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
    sce_buf_t file = sample_bytes(samples[s]);
    sce_metadata_t *md;
    sce_span_t scale;
    must(sce_metadata_unwrap(&scale, sce_buf_span(&file)));
    must(sce_metadata_new(&md, scale, NULL));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      bool found = false;
      for (uint32_t j = 0; j < md->api_count; j++)
        found = found || (sce_text_is(md->apis[j].name, names[i]) && md->apis[j].method_count > 0);
      if (!found) fail_msg("%s: no %s", samples[s], names[i]);
    }
    sce_metadata_delete(md);
    sce_buf_free(&file);
  }
}

/* Outputs that upstream's crates encoded (tests/oracle/apis) are what they are said to be, and encode to the same
 * bytes. */
static void values_are_upstreams(void **state) {
  (void)state;
  const sce_value_format_t format = {.ss58_prefix = 42};
  json_t *file = json_load_file(TEST_DATA "/metadata/api-values.json", 0, NULL), *row;
  json_t *rows = json_object_get(file, "values");
  size_t i, index;
  assert_true(json_array_size(rows) > 40);
  json_array_foreach(rows, i, row) {
    const char *api = json_string_value(json_object_get(row, "api"));
    sce_api_version_t apis[2] = {{.version = (uint32_t)json_integer_value(json_object_get(row, "version"))},
                                 {.version = 2}}; /* of TransactionPaymentApi: a runtime of 2023 */
    const sce_runtime_version_t version = {.apis = apis, .api_count = 2};
    sce_buf_t name = {0}, output = {0}, value = {0}, back = {0};
    sce_method_info_t method;
    memcpy(apis[0].id, sce_known_api_id(api), sizeof apis[0].id);
    memcpy(apis[1].id, sce_known_api_id("TransactionPaymentApi"), sizeof apis[1].id);
    sce_metadata_t *md = sample_with_table("asset-hub-polkadot.v15", &version);
    must(sce_buf_printf(&name, "%s_%s", api, json_string_value(json_object_get(row, "method"))));
    must(sce_hex_decode(&output, sce_span_text(json_string_value(json_object_get(row, "output")))));
    must(sce_metadata_method_find(md, &index, sce_buf_span(&name)));
    must(sce_method_output_decode(md, &value, index, sce_buf_span(&output), &format));
    json_t *decoded = json_loadb((const char *)value.data, value.len, JSON_DECODE_ANY, NULL);
    if (!json_equal(decoded, json_object_get(row, "value"))) fail_msg("%s: %s", as_text(&name), as_text(&value));
    assert_true(sce_metadata_method_get(md, &method, index));
    must(sce_value_encode(md, &back, method.output, sce_buf_span(&value), sce_buf_span(&name)));
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&output)));
    json_decref(decoded);
    sce_buf_free(&name);
    sce_buf_free(&output);
    sce_buf_free(&value);
    sce_buf_free(&back);
    sce_metadata_delete(md);
  }
  json_decref(file);
}

/* Layouts that depend on more than the API's version: what the runtime's other APIs and its metadata tell. */
static void facts_choose_layouts(void **state) {
  (void)state;
  static const struct {
    const char *sample, *api;
    uint32_t version, payment; /* of TransactionPaymentApi */
    const char *method, *output, *value;
  } cases[] = {
      {"tick.v13", "MmrApi", 1, 1, "verify_proof", "0x0103", "{\"Err\":\"GenerateProof\"}"},
      {"asset-hub-polkadot.v14", "MmrApi", 1, 1, "verify_proof", "0x0103", "{\"Err\":\"GenerateProof\"}"},
      {"asset-hub-polkadot.v14", "MmrApi", 1, 2, "mmr_leaf_count", "0x0101", "{\"Err\":\"Push\"}"},
      {"polkadot.v11", "ParachainHost", 3, 1, "global_validation_schedule", "0x010000000200000003000000",
       "{\"max_code_size\":1,\"max_head_data_size\":2,\"block_number\":3}"},
      {"kusama.v9", "ParachainHost", 1, 1, "active_parachains", "0x040700000000", "[[7,null]]"},
      {"tick.v13", "ParachainHost", 1, 1, "session_index_for_child", "0x05000000", "5"},
      {"kusama.v9", "BlockBuilder", 3, 1, "apply_extrinsic", "0x01020003",
       "{\"Err\":{\"Validity\":{\"Invalid\":\"Stale\"}}}"},
      {"kusama.v9", "TransactionPaymentApi", 1, 1, "query_info", "0x050000000106000000000000000000000000000000",
       "{\"weight\":5,\"class\":\"Operational\",\"partial_fee\":6}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_api_version_t apis[2] = {{.version = cases[i].version}, {.version = cases[i].payment}};
    const sce_runtime_version_t version = {.apis = apis, .api_count = 2};
    sce_buf_t file = sample_bytes(cases[i].sample), name = {0}, json = {0}, output = {0};
    sce_metadata_t *md;
    sce_span_t scale;
    size_t index;
    memcpy(apis[0].id, sce_known_api_id(cases[i].api), sizeof apis[0].id);
    memcpy(apis[1].id, sce_known_api_id("TransactionPaymentApi"), sizeof apis[1].id);
    must(sce_metadata_unwrap(&scale, sce_buf_span(&file)));
    must(sce_metadata_new(&md, scale, &version));
    must(sce_buf_printf(&name, "%s_%s", cases[i].api, cases[i].method));
    must(sce_hex_decode(&output, sce_span_text(cases[i].output)));
    must(sce_metadata_method_find(md, &index, sce_buf_span(&name)));
    must(sce_method_output_decode(md, &json, index, sce_buf_span(&output), NULL));
    assert_string_equal(as_text(&json), cases[i].value);
    sce_metadata_delete(md);
    sce_buf_free(&file);
    sce_buf_free(&name);
    sce_buf_free(&json);
    sce_buf_free(&output);
  }
}

/* Where find.c finds types, and where not. */
static void types_are_found_by_place(void **state) {
  (void)state;
  static const struct {
    const char *place, *type;
  } cases[] = {
      {"sp_weights::Weight", "Weight"},
      {"sp_weights::weight_v2::Weight", "Weight"},
      {"weight_v2::Weight", NULL},
      {"sp_weights::Weight.proof_size", "Compact<u64>"},
      {"sp_weights::Weight.nothing", NULL},
      {"none::Weight sp_runtime::DispatchError", "DispatchError"},
      {"System.Number", "u32"},
      {"System.Account[0]", "AccountId32"},
      {"System.Account[1]", NULL},
      {"System.Account?", NULL},
      {"*.Authorities[]", "Public"},
      {"*.LastRuntimeUpgrade?", "LastRuntimeUpgradeInfo"},
      {"System.remark(remark)", "Vec<u8>"},
      {"System.remark(text)", NULL},
      {"System.nothing(remark)", NULL},
      {"Nothing.remark(remark)", NULL},
  };
  sce_metadata_t *md = sample_metadata("asset-hub-polkadot.v15");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint32_t type = sce_metadata_find_type(md, sce_span_text(cases[i].place));
    sce_buf_t name = {0};
    if (type != SCE_TYPE_NONE) must(sce_type_name(md, &name, type));
    if (cases[i].type == NULL ? type != SCE_TYPE_NONE : type == SCE_TYPE_NONE)
      fail_msg("%s: %s", cases[i].place, type == SCE_TYPE_NONE ? "none" : as_text(&name));
    if (cases[i].type != NULL) assert_string_equal(as_text(&name), cases[i].type);
    sce_buf_free(&name);
  }
  sce_metadata_delete(md);
}

/* A runtime gets the APIs that its version lists, in their versions; without a version all, in their newest. */
static void versions_choose_methods(void **state) {
  (void)state;
  sce_buf_t bytes = {0}, file = sample_bytes("asset-hub-polkadot.v14");
  sce_runtime_version_t version = load_version(&bytes, "paseo.v15");
  sce_metadata_t *md;
  size_t index;
  sce_method_info_t m;
  must(sce_metadata_new(&md, sce_buf_span(&file), &version));
  must(sce_metadata_method_find(md, &index, sce_span_text("TransactionPaymentApi_query_weight_to_fee")));
  assert_true(sce_metadata_method_get(md, &m, index));
  assert_int_equal(m.api_version, 4);
  assert_true(m.shipped);
  must_fail(sce_metadata_method_find(md, &index, sce_span_text("AuraApi_authorities")), SCE_NOT_FOUND,
            "no runtime API method `AuraApi_authorities`");
  must_fail(sce_metadata_method_find(md, &index, sce_span_text("ParachainHost_disabled_validators")), SCE_NOT_FOUND,
            "no runtime API method `ParachainHost_disabled_validators`");
  sce_metadata_delete(md);
  must(sce_metadata_new(&md, sce_buf_span(&file), NULL));
  must(sce_metadata_method_find(md, &index, sce_span_text("AuraApi_authorities")));
  must(sce_metadata_method_find(md, &index, sce_span_text("ParachainHost_disabled_validators")));
  sce_metadata_delete(md);
  sce_runtime_version_free(&version);
  sce_buf_free(&bytes);
  sce_buf_free(&file);
}

static void args_must_be(const sce_metadata_t *md, const char *method, const char *json, const char *hex) {
  sce_buf_t bytes = {0}, text = {0};
  size_t index;
  must(sce_metadata_method_find(md, &index, sce_span_text(method)));
  must(sce_method_args_encode(md, &bytes, index, sce_span_text(json)));
  must(sce_buf_append(&text, "0x", 2));
  must(sce_hex_append(&text, sce_buf_span(&bytes)));
  assert_string_equal(as_text(&text), hex);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void args_must_fail(const sce_metadata_t *md, const char *method, const char *json, const char *message) {
  sce_buf_t bytes = {0};
  size_t index;
  must(sce_metadata_method_find(md, &index, sce_span_text(method)));
  must_fail(sce_method_args_encode(md, &bytes, index, sce_span_text(json)), SCE_BAD_INPUT, message);
  assert_int_equal(bytes.len, 0);
  sce_buf_free(&bytes);
}

static void arguments_are_encoded(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  args_must_be(md, "AccountNonceApi_account_nonce", "[\"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\"]",
               "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
  args_must_be(md, "Core_version", "[]", "0x");
  args_must_be(md, "TransactionPaymentApi_query_info", "[\"0x280403000b00806e877401\", 11]",
               "0x280403000b008"
               "06e8774010b000000");
  args_must_fail(md, "AccountNonceApi_account_nonce", "[]",
                 "expected 1 argument (account: AccountId32), such as "
                 "[\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"]; got 0");
  args_must_fail(md, "AccountNonceApi_account_nonce", "\"x\"", "expected the arguments as an array, got \"x\"");
  args_must_fail(md, "AccountNonceApi_account_nonce", "[5]",
                 "args[0]: expected an account, SS58 or \"0x…\", got 5 (args[0] is account: AccountId32, such as "
                 "\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\")");
  args_must_fail(md, "TransactionPaymentApi_query_info", "[\"0x280403000b00806e877401\", -1]",
                 "args[1]: expected an integer of 32 bits, got -1 (args[1] is len: u32, such as 0)");
  args_must_fail(md, "Core_version", "[1", "args: JSON, line 1, column 2: ']' expected near end of file");
  sce_buf_t json = {0};
  size_t index;
  must(sce_metadata_method_find(md, &index, sce_span_text("AccountNonceApi_account_nonce")));
  must(sce_method_output_decode(md, &json, index, sce_span("\7\0\0\0", 4), NULL));
  assert_string_equal(as_text(&json), "7");
  sce_buf_free(&json);
  sce_metadata_delete(md);
}

/* The answer of Core_version itself, by the table. */
static void answers_are_decoded(void **state) {
  (void)state;
  sce_buf_t bytes = {0}, json = {0};
  sce_runtime_version_t version = load_version(&bytes, "paseo.v15");
  sce_metadata_t *md = sample_metadata("paseo.v15");
  size_t index;
  must(sce_metadata_method_find(md, &index, sce_span_text("Core_version")));
  must(sce_method_output_decode(md, &json, index, sce_buf_span(&bytes), NULL));
  assert_memory_equal(
      as_text(&json),
      "{\"spec_name\":\"paseo\",\"impl_name\":\"paseo-testnet\",\"authoring_version\":0,\"spec_version\":1001002,", 93);
  sce_metadata_delete(md);
  sce_runtime_version_free(&version);
  sce_buf_free(&bytes);
  sce_buf_free(&json);
}

static void words_become_json(void **state) {
  (void)state;
  static const struct {
    const char *word, *json;
  } cases[] = {
      {"5", "[5]"},
      {"\"a\"", "[\"a\"]"},
      {"true", "[true]"},
      {"{\"a\": [1]}", "[{\"a\": [1]}]"},
      {"15oF4uV", "[\"15oF4uV\"]"},
      {"0x1234", "[\"0x1234\"]"},
      {"Alice \"x\"", "[\"Alice \\\"x\\\"\"]"},
      {"340282366920938463463374607431768211455", "[\"340282366920938463463374607431768211455\"]"},
      {"1.5", "[\"1.5\"]"},
      {"", "[\"\"]"},
      {"1 2", "[\"1 2\"]"},
      {" [1]", "[ [1]]"},
      {" a", "[\" a\"]"},
      {"-", "[\"-\"]"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_buf_t json = {0};
    sce_span_t word = sce_span_text(cases[i].word);
    must(sce_json_from_words(&json, &word, 1));
    assert_string_equal(as_text(&json), cases[i].json);
    sce_buf_free(&json);
  }
  sce_buf_t json = {0};
  sce_span_t words[] = {sce_span_text("1"), sce_span_text("x")};
  must(sce_json_from_words(&json, words, 2));
  assert_string_equal(as_text(&json), "[1,\"x\"]");
  sce_buf_free(&json);
}

/* What begins as JSON is not taken for a string when it is mistyped. */
static void words_that_begin_as_json_must_be_it(void **state) {
  (void)state;
  static const struct {
    const char *word, *message;
  } cases[] = {
      {"{\"System\": {\"remark\": {}}", "JSON, line 1, column 25: '}' expected near end of file"},
      {"{\"a\": 1, \"a\": 2}", "JSON, line 1, column 12: duplicate object key near '\"a\"'"},
      {"[1,]", "JSON, line 1, column 4: unexpected token near ']'"},
      {" \n[x]", "JSON, line 2, column 2: invalid token near 'x'"},
      {"\"abc", "JSON, line 1, column 4: premature end of input near '\"abc'"},
      {"\"\\ud800\"", "JSON, line 1, column 8: invalid Unicode '\\uD800' near '\"\\ud800\"'"},
      {"{\"a\": 18446744073709551616}",
       "JSON, line 1, column 26: too big integer near '18446744073709551616'; write it as a string"},
  };
  sce_buf_t json = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_span_t words[] = {sce_span_text(cases[i].word), sce_span_text("x")};
    must_fail(sce_json_from_words(&json, words, 1), SCE_BAD_INPUT, cases[i].message);
    assert_int_equal(json.len, 0);
  }
  sce_buf_t deep = {0};
  for (int i = 0; i < 5000; i++) must(sce_buf_append_byte(&deep, '['));
  sce_span_t words[] = {sce_span_text("1"), sce_buf_span(&deep)};
  must_fail(sce_json_from_words(&json, words, 2), SCE_BAD_INPUT,
            "[1]: JSON, line 1, column 2049: maximum parsing depth reached near '['");
  sce_buf_free(&deep);
  sce_buf_free(&json);
}

static void json_is_indented_by_its_depth(void **state) {
  (void)state;
  static const struct {
    const char *json, *indented;
  } cases[] = {
      {"{\"a\":[],\"b\":[1,\"x]{\\\"\",{}],\"c\":{\"d\":null}}",
       "{\n  \"a\": [],\n  \"b\": [\n    1,\n    \"x]{\\\"\",\n    {}\n  ],\n  \"c\": {\n    \"d\": null\n  }\n}"},
      {"[{\"a\":\"x\"},{\"a\":\"y\"}]", "[\n  {\n    \"a\": \"x\"\n  },\n  {\n    \"a\": \"y\"\n  }\n]"},
      {"[[\"]\"],[[]],{\"a\":{}},\"\"]",
       "[\n  [\n    \"]\"\n  ],\n  [\n    []\n  ],\n  {\n    \"a\": {}\n  },\n  \"\"\n]"},
      {"[]", "[]"},
      {"\"a\"", "\"a\""},
      {"5", "5"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_buf_t out = {0};
    must(sce_json_indent(&out, sce_span_text(cases[i].json), 2));
    assert_string_equal(as_text(&out), cases[i].indented);
    sce_buf_free(&out);
  }
}

/* View functions come after the methods of the APIs, and go through one export. */
static void view_functions_are_methods(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("made.v16");
  size_t place, count = sce_metadata_method_count(md);
  sce_method_info_t info;
  sce_buf_t out = {0};
  assert_true(count > 0 && sce_metadata_method_get(md, &info, count - 1));
  must(sce_metadata_method_find(md, &place, sce_span_text("Preimage.view_2")));
  assert_true(sce_metadata_method_get(md, &info, place));
  assert_true(info.view);
  assert_true(sce_span_equal(info.api, sce_span_text("Preimage")));
  must(sce_metadata_method_export(md, &out, place));
  assert_string_equal(as_text(&out), "RuntimeViewFunction_execute_view_function");
  out.len = 0;
  must(sce_method_args_encode(md, &out, place, sce_span_text("[\"//Alice\"]")));
  assert_int_equal(out.len, 32 + 1 + 32);
  assert_int_equal(out.data[32], 32 << 2);
  out.len = 0;
  must(sce_method_output_decode(md, &out, place, sce_span("\0\4\7", 3), NULL));
  assert_string_equal(as_text(&out), "7");
  out.len = 0;
  must_fail(sce_method_output_decode(md, &out, place, sce_span("\1\0", 2), NULL), SCE_BAD_INPUT,
            "the view function was not called: it is not implemented");
  must_fail(sce_method_output_decode(md, &out, place, sce_span("\2\0", 2), NULL), SCE_BAD_INPUT,
            "not the answer of a view function at offset 0");
  must(sce_metadata_method_find(md, &place, sce_span_text("Core_version")));
  must(sce_metadata_method_export(md, &out, place));
  assert_string_equal(as_text(&out), "Core_version");
  must_fail(sce_metadata_method_export(md, &out, count), SCE_NOT_FOUND, "no runtime API method 135");
  sce_buf_free(&out);
  sce_metadata_delete(md);
}

static bool is_core(void *ctx, sce_span_t api, sce_span_t method) {
  (void)ctx;
  return sce_span_equal(api, sce_span_text("Core")) && !sce_span_equal(method, sce_span_text("version"));
}

static void methods_may_be_left_out(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  sce_method_info_t info;
  size_t place;
  must(sce_metadata_retain_methods(md, is_core, NULL));
  assert_int_equal(sce_metadata_method_count(md), 2);
  assert_true(sce_metadata_method_get(md, &info, 0));
  assert_true(sce_span_equal(info.name, sce_span_text("execute_block")));
  must_fail(sce_metadata_method_find(md, &place, sce_span_text("Core_version")), SCE_NOT_FOUND,
            "no runtime API method `Core_version`");
  sce_metadata_delete(md);
}

static void the_version_is_in_a_constant(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  sce_runtime_version_t version;
  bool found;
  must(sce_metadata_runtime_version(md, &version, &found));
  assert_true(found);
  assert_true(sce_span_equal(version.spec_name, sce_span_text("paseo")));
  sce_runtime_version_free(&version);
  sce_metadata_delete(md);
  md = sample_metadata("kusama.v9");
  must(sce_metadata_runtime_version(md, &version, &found));
  assert_false(found);
  sce_metadata_delete(md);
}

/* Headers of these chains are upstream's. (Those of others: tests/integration/test_cli_headers.py.) */
static void headers_are_upstreams(void **state) {
  (void)state;
  static const char *const names[] = {"tick.v13", "asset-hub-polkadot.v14", "asset-hub-polkadot.v15", "paseo.v15",
                                      "made.v16", "substrate.v16"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    sce_header_format_t *format = NULL;
    sce_metadata_t *md = sample_metadata(names[i]);
    must(sce_header_format_new(&format, md));
    assert_null(format);
    sce_metadata_delete(md);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_agrees_with_v15),
      cmocka_unit_test(the_well_known_are_all_there),
      cmocka_unit_test(versions_choose_methods),
      cmocka_unit_test(facts_choose_layouts),
      cmocka_unit_test(values_are_upstreams),
      cmocka_unit_test(types_are_found_by_place),
      cmocka_unit_test(arguments_are_encoded),
      cmocka_unit_test(answers_are_decoded),
      cmocka_unit_test(words_become_json),
      cmocka_unit_test(view_functions_are_methods),
      cmocka_unit_test(methods_may_be_left_out),
      cmocka_unit_test(the_version_is_in_a_constant),
      cmocka_unit_test(json_is_indented_by_its_depth),
      cmocka_unit_test(words_that_begin_as_json_must_be_it),
      cmocka_unit_test(headers_are_upstreams),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
