/* test_metadata_inputs.c: each real runtime is asked for its metadata, and what we read must be what the oracles read
 * (tests/oracle/metadata): the five relay chains, upstream's benchmark runtime and sixteen parachains. Pallets, items
 * and types by digests of outlines that frame-metadata made; every entry of the genesis states by digests of values
 * that
 * @polkadot/types and scale-value confirmed one by one. Each value encodes to its bytes again, and keys that are
 * explained are built again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/checked.h"
#include "crypto/hash.h"
#include "metadata/registry.h"
#include "metadata_dump.h"
#include "metadata_support.h"
#include "scexec/executor.h"
#include "scexec/overlay.h"
#include "support/inputs.h"
#include "support/wasm_signals.h"

#include <jansson.h>
#include <unistd.h>

/* ---- asking ---- */

/* The chain spec or code of "NAME.vN"; false when the digest is of metadata that has none (older runtimes). */
static bool find_input(char path[512], const char *name) {
  static const char *const forms[] = {"%s/%.*s.json", "%s/parachains/%.*s.json", "%s/%.*s.wasm"};
  int len = (int)(strstr(name, ".v") - name);
  for (int i = 0; i < 3; i++) {
    snprintf(path, 512, forms[i], TEST_INPUTS, len, name);
    if (access(path, R_OK) == 0) return true;
  }
  return false;
}

typedef struct asked {
  sce_engine_t *engine;
  sce_blob_t *blob;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_state_t *state; /* empty: some constants are values that storage may change */
  sce_overlay_t *overlay;
} asked_t;

static void asked_open(asked_t *a, const char *path) {
  sce_config_t config;
  sce_config_init(&config);
  config.semantics.compiler = SCE_COMPILER_WINCH;
  config.semantics.canonicalize_nans = true; /* Winch takes code with floats only so */
  config.allow_missing_imports = true;
  sce_buf_t code = test_read_code(path);
  must(sce_engine_new(&a->engine, &config));
  must(sce_blob_new(&a->blob, sce_buf_span(&code)));
  must(sce_runtime_new(&a->runtime, a->engine, a->blob));
  must(sce_instance_new(&a->instance, a->runtime));
  must(sce_state_new_memory(&a->state, NULL, 0, SCE_STATE_V0));
  must(sce_overlay_new(&a->overlay, a->state));
  sce_buf_free(&code);
}

static void asked_close(asked_t *a) {
  sce_overlay_delete(a->overlay);
  sce_state_delete(a->state);
  sce_instance_delete(a->instance);
  sce_runtime_delete(a->runtime);
  sce_blob_delete(a->blob);
  sce_engine_delete(a->engine);
}

static void ask(const asked_t *a, sce_buf_t *output, const char *method, sce_span_t input) {
  const sce_externalities_t externalities = {
      .size = sizeof externalities, .storage = sce_overlay_ops(), .storage_ctx = a->overlay};
  const sce_call_options_t options = {.externalities = &externalities, .time_limit_ms = 60000};
  must(sce_instance_call(a->instance, output, method, input.data, input.len, &options));
}

/* Metadata of the version at the end of "NAME.vN", released with sce_metadata_delete(). */
static sce_metadata_t *ask_metadata(const asked_t *a, const char *name) {
  sce_buf_t output = {0}, version_output = {0};
  sce_runtime_version_t version;
  sce_metadata_t *md;
  sce_span_t bytes;
  uint8_t input[4];
  uint32_t wanted = (uint32_t)strtoul(strstr(name, ".v") + 2, NULL, 10);
  sce_store_le32(input, wanted);
  ask(a, &version_output, "Core_version", (sce_span_t){NULL, 0});
  must(sce_runtime_version_decode(&version, sce_buf_span(&version_output)));
  if (wanted > 14)
    ask(a, &output, "Metadata_metadata_at_version", sce_span(input, sizeof input));
  else
    ask(a, &output, "Metadata_metadata", (sce_span_t){NULL, 0});
  must(sce_metadata_unwrap(&bytes, sce_buf_span(&output)));
  must(sce_metadata_new(&md, bytes, &version));
  assert_int_equal(sce_metadata_version(md), wanted);
  sce_runtime_version_free(&version);
  sce_buf_free(&output);
  sce_buf_free(&version_output);
  return md;
}

static void digest_must_be(const uint8_t digest[32], const char *expected, const char *name) {
  sce_buf_t text = {0};
  must(sce_hex_append(&text, sce_span(digest, 32)));
  if (strcmp(as_text(&text), expected) != 0)
    fail_msg("%s: digest %s, the oracle's is %s", name, as_text(&text), expected);
  sce_buf_free(&text);
}

/* ---- pallets, items, types ---- */

static void check_outline(const sce_metadata_t *md, const char *name, const char *expected, size_t size) {
  sce_buf_t outline = {0};
  uint8_t hash[32];
  dump_metadata(&outline, md);
  if (outline.len != size) fail_msg("%s: outline of %zu bytes, the oracle's has %zu", name, outline.len, size);
  sce_blake2b_256(hash, sce_buf_span(&outline));
  digest_must_be(hash, expected, name);
  sce_buf_free(&outline);
}

/* ---- genesis states ---- */

/* Builds the key that an explanation tells, where it tells all of it, and compares. Counts what it could. */
static size_t build_again(const sce_metadata_t *md, sce_span_t key, const sce_buf_t *explained) {
  json_t *e = json_loadb((const char *)explained->data, explained->len, 0, NULL), *k, *keys = json_array();
  const char *pallet = json_string_value(json_object_get(e, "pallet")),
             *item = json_string_value(json_object_get(e, "item"));
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

/* One entry: explained, decoded, built and encoded again; the decoded value goes into `json`. */
static size_t check_entry(const sce_metadata_t *md, sce_buf_t *json, const char *k, const json_t *v) {
  sce_value_format_t format = {sce_metadata_ss58_prefix(md, 42), false};
  sce_buf_t key = {0}, value = {0}, where = {0}, back = {0};
  must(sce_hex_decode(&key, sce_span_text(k)));
  must(sce_hex_decode(&value, sce_span_text(json_string_value(v))));
  must(sce_storage_key_decode(md, &where, sce_buf_span(&key), &format));
  must(sce_storage_value_decode(md, json, sce_buf_span(&key), sce_buf_span(&value), &format));
  size_t told = build_again(md, sce_buf_span(&key), &where);
  uint32_t type = sce_storage_value_type(md, sce_buf_span(&key));
  if (type != SCE_TYPE_NONE) {
    must(sce_value_encode(md, &back, type, sce_buf_span(json), sce_span_text(k)));
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&value)));
  }
  sce_buf_free(&key);
  sce_buf_free(&value);
  sce_buf_free(&where);
  sce_buf_free(&back);
  return told;
}

/* "digest entries name" of values.txt for a name; false when it has none. */
static bool find_line(char digest[65], size_t *count, const char *file, const char *wanted) {
  FILE *f = fopen(file, "r");
  char line[256], name[100];
  bool found = false;
  assert_non_null(f);
  while (!found && fgets(line, sizeof line, f) != NULL)
    found = sscanf(line, "%64[0-9a-f] %zu %99s", digest, count, name) == 3 && strcmp(name, wanted) == 0;
  fclose(f);
  return found;
}

static void check_genesis(const sce_metadata_t *md, const char *name, const char *path) {
  char digest[65];
  size_t count, told = 0;
  if (!find_line(digest, &count, TEST_DATA "/metadata/values.txt", name)) return;
  json_t *spec = json_load_file(path, 0, NULL), *v;
  json_t *raw = json_object_get(json_object_get(spec, "genesis"), "raw");
  json_t *top = json_is_array(raw) ? json_array_get(raw, 0) : json_object_get(raw, "top");
  const char *k;
  sce_blake2b_256_state_t hash;
  sce_buf_t json = {0};
  uint8_t out[32];
  sce_blake2b_256_init(&hash);
  assert_int_equal(json_object_size(top), count);
  json_object_foreach(top, k, v) {
    json.len = 0;
    told += check_entry(md, &json, k, v);
    must(sce_buf_append_byte(&json, '\n'));
    sce_blake2b_256_update(&hash, sce_span_text(k));
    sce_blake2b_256_update(&hash, sce_span_text("\t"));
    sce_blake2b_256_update(&hash, sce_buf_span(&json));
  }
  sce_blake2b_256_final(&hash, out);
  digest_must_be(out, digest, name);
  printf("%s: %zu entries, %zu keys built again\n", name, count, told);
  sce_buf_free(&json);
  json_decref(spec);
}

/* ---- messages of XCM, which V13 only names ---- */

static bool same_fields(const sce_metadata_t *a, const sce_fields_t *x, const sce_metadata_t *b, const sce_fields_t *y,
                        unsigned depth);

/* True when values of the two types are written alike, in SCALE and in JSON, down to `depth` levels. */
static bool same_type(const sce_metadata_t *a, uint32_t x, const sce_metadata_t *b, uint32_t y, unsigned depth) {
  const sce_type_t *t = sce_type_inner(a, x), *u = sce_type_inner(b, y);
  if (depth == 0 || sce_type_is_called(t, "AssetInstanceV0")) return true; /* later runtimes took version 1's there */
  if (t->shape != u->shape || t->size != u->size || t->len != u->len || t->variant_count != u->variant_count)
    return false;
  switch ((sce_shape_t)t->shape) {
    case SCE_SHAPE_SEQUENCE:
    case SCE_SHAPE_OPTION: return same_type(a, t->target, b, u->target, depth - 1);
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT: return same_fields(a, &t->fields, b, &u->fields, depth);
    case SCE_SHAPE_ENUM:
      for (uint32_t i = 0; i < t->variant_count; i++)
        if (!sce_span_equal(t->variants[i].name, u->variants[i].name) || t->variants[i].index != u->variants[i].index ||
            !same_fields(a, &t->variants[i].fields, b, &u->variants[i].fields, depth))
          return false;
      return true;
    default: return t->shape != SCE_SHAPE_UNKNOWN;
  }
}

static bool same_fields(const sce_metadata_t *a, const sce_fields_t *x, const sce_metadata_t *b, const sce_fields_t *y,
                        unsigned depth) {
  if (x->count != y->count) return false;
  for (uint32_t i = 0; i < x->count; i++)
    if (!sce_span_equal(x->items[i].name, y->items[i].name) ||
        !same_type(a, x->items[i].type, b, y->items[i].type, depth - 1))
      return false;
  return true;
}

/* The layouts of known_xcm.c are those that a registry of December 2021 describes. */
static void check_xcm(const sce_metadata_t *described) {
  static const char *const names[][2] = {
      {"NetworkId", "xcm::v0::junction::NetworkId"},
      {"BodyId", "xcm::v0::junction::BodyId"},
      {"BodyPart", "xcm::v0::junction::BodyPart"},
      {"MultiLocationV0", "xcm::v0::multi_location::MultiLocation"},
      {"MultiAssetV0", "xcm::v0::multi_asset::MultiAsset"},
      {"MultiLocationV1", "xcm::v1::multilocation::MultiLocation"},
      {"MultiAssetsV1", "xcm::v1::multiasset::MultiAssets"},
      {"XcmErrorV2", "xcm::v2::traits::Error"},
      {"OutcomeV2", "xcm::v2::traits::Outcome"},
      {"VersionedMultiAssets", "xcm::VersionedMultiAssets"},
      {"VersionedMultiLocation", "xcm::VersionedMultiLocation"},
      {"VersionedResponse", "xcm::VersionedResponse"},
      {"QueryStatus", "pallet_xcm::pallet::QueryStatus"},
      {"VersionMigrationStage", "pallet_xcm::pallet::VersionMigrationStage"},
  };
  sce_metadata_t *named = sample_metadata("tick.v13");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    uint32_t a = type_of(named, names[i][0]), b = sce_metadata_find_type(described, sce_span_text(names[i][1]));
    assert_int_not_equal(b, SCE_TYPE_NONE);
    if (!same_type(named, a, described, b, 12)) fail_msg("%s", names[i][0]);
  }
  /* Messages are there twice, with calls and with bytes for calls: any of the two. */
  uint32_t a = type_of(named, "VersionedXcm"),
           b = sce_metadata_find_type(described, sce_span_text("xcm::VersionedXcm"));
  if (!same_type(named, a, described, b, 12)) fail_msg("VersionedXcm");
  sce_metadata_delete(named);
}

/* ---- all of them ---- */

static void runtimes_are_read_as_the_oracles_do(void **state) {
  (void)state;
  wasm_signals_restore();
  FILE *f = fopen(TEST_DATA "/metadata/outlines.txt", "r");
  char line[256], digest[65], name[100], path[512];
  size_t size, runtimes = 0;
  assert_non_null(f);
  while (fgets(line, sizeof line, f) != NULL) {
    if (sscanf(line, "%64[0-9a-f] %zu %99s", digest, &size, name) != 3 || !find_input(path, name)) continue;
    if (strncmp(name, "kusama.v", 8) == 0 && strcmp(name, "kusama.v9") != 0) continue; /* of later runtimes */
    if (strncmp(name, "polkadot.v", 10) == 0 && strcmp(name, "polkadot.v11") != 0) continue;
    if (strcmp(name, "asset-hub-kusama.v15") == 0 || strcmp(name, "asset-hub-polkadot.v15") == 0) continue;
    asked_t a;
    asked_open(&a, path);
    sce_metadata_t *md = ask_metadata(&a, name);
    check_outline(md, name, digest, size);
    check_genesis(md, name, path);
    if (strcmp(name, "asset-hub-rococo.v14") == 0) check_xcm(md);
    sce_metadata_delete(md);
    asked_close(&a);
    runtimes++;
  }
  fclose(f);
  if (runtimes == 0) skip(); /* scripts/fetch-inputs.sh was not run */
  printf("%zu outlines\n", runtimes);
  assert_int_equal(runtimes, 23); /* 5 relay chains (Paseo in V14 and V15), the benchmark runtime, 16 parachains */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runtimes_are_read_as_the_oracles_do),
  };
  wasm_signals_remember();
  return cmocka_run_group_tests_name("metadata of real runtimes", tests, NULL, NULL);
}
