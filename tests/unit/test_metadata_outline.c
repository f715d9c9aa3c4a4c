/* test_metadata_outline.c: outlines as text and JSON, and differences between two metadata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata_support.h"

#include <jansson.h>

static void outline_must_be(const sce_metadata_t *md, const char *selector, unsigned flags, const char *text) {
  sce_buf_t out = {0};
  must(sce_metadata_outline(md, &out, sce_span_text(selector), flags));
  assert_string_equal(as_text(&out), text);
  sce_buf_free(&out);
}

static void items_have_a_line(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  outline_must_be(md, "Balances.InactiveIssuance", 0,
                  "storage InactiveIssuance: u128\n  default 0\n"
                  "      | The total units of outstanding deactivated balance in the system.\n");
  outline_must_be(md, "Balances.ExistentialDeposit", 0,
                  "error 3 ExistentialDeposit\n"
                  "      | Value too low to create account due to existential deposit.\n"
                  "constant ExistentialDeposit: u128 = 10000000000\n"
                  "      | The minimum amount required to keep an account open. MUST BE GREATER THAN ZERO!\n"
                  "      |\n"
                  "      | If you *really* need it to be zero, you can enable the feature `insecure_zero_ed` for\n"
                  "      | this pallet. However, you do so at your own risk: this will open up a major DoS vector.\n"
                  "      | In case you have multiple sources of provider references, you may also get unexpected\n"
                  "      | behaviour if you set this to zero.\n"
                  "      |\n"
                  "      | Bottom line: Do yourself a favour and make it at least one!\n");
  outline_must_be(md, "ParasShared", 0,
                  "pallet ParasShared, index 52\n"
                  "storage\n"
                  "  CurrentSessionIndex: u32\n"
                  "  ActiveValidatorIndices: Vec<ValidatorIndex>\n"
                  "  ActiveValidatorKeys: Vec<polkadot_primitives::v6::validator_app::Public>\n"
                  "  AllowedRelayParents: AllowedRelayParentsTracker<H256, u32>\n");
  sce_buf_t out = {0};
  must_fail(sce_metadata_outline(md, &out, sce_span_text("Balances.tranfer_all"), 0), SCE_NOT_FOUND,
            "no item `Balances.tranfer_all`; the nearest: Balances.transfer_all, Balances.Transfer");
  must_fail(sce_metadata_outline(md, &out, sce_span_text("Balance"), 0), SCE_NOT_FOUND,
            "no pallet `Balance`; the nearest: Balances");
  must_fail(sce_metadata_outline_apis(md, &out, sce_span_text("Cor"), 0), SCE_NOT_FOUND,
            "no runtime API `Cor`; the nearest: Core");
  assert_int_equal(out.len, 0);
  sce_buf_free(&out);
  sce_metadata_delete(md);
}

static void old_metadata_keeps_its_words(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("kusama.v9");
  sce_buf_t out = {0};
  must(sce_metadata_outline(md, &out, sce_span_text("Staking.Bonded"), 0));
  assert_non_null(strstr(as_text(&out), "storage Bonded[Blake2_256(T::AccountId)]: T::AccountId?\n"));
  out.len = 0;
  must(sce_metadata_outline(md, &out, sce_span_text("Balances.transfer"), 0));
  assert_non_null(strstr(as_text(&out),
                         "call 0 transfer(dest: <T::Lookup as StaticLookup>::Source, value: Compact<T::Balance>)\n"));
  sce_buf_free(&out);
  sce_metadata_delete(md);
}

static void deprecations_are_shown(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("made.v16");
  sce_buf_t out = {0};
  must(sce_metadata_outline(md, &out, sce_span_text("Preimage"), 0));
  assert_non_null(strstr(as_text(&out), "  deprecated since 1.2.3: item 2 is old\n"));
  assert_non_null(strstr(as_text(&out), "view functions\n  view_2(who: AccountId32) -> u8\n"));
  out.len = 0;
  must(sce_metadata_outline(md, &out, sce_span_text("Preimage"), SCE_OUTLINE_JSON));
  assert_non_null(strstr(as_text(&out), "\"deprecated\":{\"note\":\"item 2 is old\",\"since\":\"1.2.3\"}"));
  sce_buf_free(&out);
  sce_metadata_delete(md);
}

static json_t *outline_json(const sce_metadata_t *md, unsigned flags) {
  sce_buf_t out = {0};
  json_error_t error;
  must(sce_metadata_outline(md, &out, sce_span_text(""), flags | SCE_OUTLINE_JSON));
  json_t *json = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, &error);
  if (json == NULL) fail_msg("%s at %d", error.text, error.position);
  sce_buf_free(&out);
  return json;
}

static const char *const samples[] = {"kusama.v9", "substrate.v10",          "polkadot.v11", "asset-hub-kusama.v12",
                                      "tick.v13",  "asset-hub-polkadot.v14", "paseo.v15",    "made.v16"};

static void every_version_has_an_outline(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    sce_metadata_t *md = sample_metadata(samples[i]);
    sce_buf_t text = {0};
    must(sce_metadata_outline(md, &text, sce_span_text(""), SCE_OUTLINE_DOCS));
    must(sce_metadata_outline_apis(md, &text, sce_span_text(""), SCE_OUTLINE_DOCS));
    assert_true(text.len > 1000);
    json_t *json = outline_json(md, SCE_OUTLINE_DOCS | SCE_OUTLINE_TYPES);
    assert_int_equal(json_array_size(json_object_get(json, "pallets")), sce_metadata_pallet_count(md));
    assert_int_equal(json_integer_value(json_object_get(json, "version")), sce_metadata_version(md));
    json_decref(json);
    text.len = 0;
    bool apis = sce_metadata_method_count(md) > 0; /* not where the version given lists none */
    must(sce_metadata_outline_apis(md, &text, sce_span_text(apis ? "Core" : ""), SCE_OUTLINE_JSON));
    json = json_loadb((const char *)text.data, text.len, 0, NULL);
    assert_int_equal(json_array_size(json), apis ? 1 : 0);
    json_decref(json);
    sce_buf_free(&text);
    sce_metadata_delete(md);
  }
}

/* ---- differences ---- */

static json_t *diff_json(const sce_metadata_t *a, const sce_metadata_t *b) {
  sce_buf_t out = {0};
  must(sce_metadata_diff(&out, a, b, SCE_OUTLINE_JSON));
  json_t *json = json_loadb((const char *)out.data, out.len, 0, NULL);
  assert_non_null(json);
  sce_buf_free(&out);
  return json;
}

/* Number of differences of a kind. */
static size_t count_changes(json_t *diff, const char *change, const char *kind) {
  size_t i, n = 0;
  json_t *d;
  json_array_foreach(diff, i, d) n += strcmp(json_string_value(json_object_get(d, "change")), change) == 0 &&
                                      strcmp(json_string_value(json_object_get(d, "kind")), kind) == 0;
  return n;
}

/* Items of `part` that outline `a` has and `b` has not, by "Pallet.item". */
static size_t count_missing(json_t *a, json_t *b, const char *part) {
  json_t *names = json_object(), *p, *item;
  size_t i, j, missing = 0;
  char name[300];
  for (int pass = 0; pass < 2; pass++) {
    json_array_foreach(json_object_get(pass == 0 ? b : a, "pallets"), i, p) {
      json_array_foreach(json_object_get(p, part), j, item) {
        snprintf(name, sizeof name, "%s.%s", json_string_value(json_object_get(p, "name")),
                 json_string_value(json_object_get(item, "name")));
        if (pass == 0) json_object_set_new(names, name, json_true());
        missing += pass == 1 && json_object_get(names, name) == NULL;
      }
    }
  }
  json_decref(names);
  return missing;
}

static void metadata_does_not_differ_from_itself(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    sce_metadata_t *md = sample_metadata(samples[i]);
    sce_buf_t out = {0};
    must(sce_metadata_diff(&out, md, md, 0));
    assert_int_equal(out.len, 0);
    sce_metadata_delete(md);
  }
}

static void added_and_removed_items_are_all_told(void **state) {
  (void)state;
  static const char *const parts[][2] = {
      {"storage", "storage"}, {"calls", "call"}, {"events", "event"}, {"errors", "error"}, {"constants", "constant"}};
  const char *const pairs[][2] = {{"kusama.v9", "polkadot.v11"}, {"asset-hub-polkadot.v14", "paseo.v15"}};
  for (size_t p = 0; p < 2; p++) {
    sce_metadata_t *a = sample_metadata(pairs[p][0]), *b = sample_metadata(pairs[p][1]);
    json_t *x = outline_json(a, 0), *y = outline_json(b, 0), *diff = diff_json(a, b);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      assert_int_equal(count_changes(diff, "added", parts[i][1]), count_missing(y, x, parts[i][0]));
      assert_int_equal(count_changes(diff, "removed", parts[i][1]), count_missing(x, y, parts[i][0]));
    }
    json_decref(x);
    json_decref(y);
    json_decref(diff);
    sce_metadata_delete(a);
    sce_metadata_delete(b);
  }
}

static void changes_tell_before_and_after(void **state) {
  (void)state;
  sce_metadata_t *a = sample_metadata("kusama.v9"), *b = sample_metadata("polkadot.v11");
  sce_buf_t out = {0};
  must(sce_metadata_diff(&out, a, b, 0));
  const char *text = as_text(&out);
  assert_non_null(strstr(text, "\n+ pallet Scheduler: index 2\n"));
  assert_non_null(strstr(text, "\n- pallet Nicks: index 27\n"));
  assert_non_null(strstr(text, "\n~ storage Staking.Bonded: Bonded[Blake2_256(T::AccountId)]: T::AccountId? => "
                               "Bonded[Twox64Concat(T::AccountId)]: T::AccountId?\n"));
  assert_non_null(strstr(text, "\n~ call Balances.transfer: "));
  sce_buf_free(&out);
  sce_metadata_delete(a);
  sce_metadata_delete(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(items_have_a_line),
      cmocka_unit_test(old_metadata_keeps_its_words),
      cmocka_unit_test(deprecations_are_shown),
      cmocka_unit_test(every_version_has_an_outline),
      cmocka_unit_test(metadata_does_not_differ_from_itself),
      cmocka_unit_test(added_and_removed_items_are_all_told),
      cmocka_unit_test(changes_tell_before_and_after),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
