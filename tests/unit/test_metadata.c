/* test_metadata.c: metadata of every version against frame-metadata (digests of outlines made by
 * tests/oracle/metadata), names of types, and metadata that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "metadata_dump.h"
#include "metadata_support.h"
#include "scale/scale.h"

#include <jansson.h>
#include <time.h>

/* ---- against the oracle ---- */

/* The bytes of a sample, or of a file of build/inputs/metadata (all that the digests were made of); empty: neither. */
static sce_buf_t find_metadata(const char *name) {
  char path[512];
  snprintf(path, sizeof path, TEST_DATA "/metadata/%s.scale.zst", name);
  FILE *f = fopen(path, "rb");
  if (f != NULL) {
    fclose(f);
    return sample_bytes(name);
  }
  snprintf(path, sizeof path, TEST_INPUTS "/metadata/%s.scale", name);
  return read_whole(path);
}

static void outlines_are_those_of_frame_metadata(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/metadata/outlines.txt", "r");
  char line[256], digest[65], name[100];
  size_t size, compared = 0;
  assert_non_null(f);
  while (fgets(line, sizeof line, f) != NULL) {
    if (sscanf(line, "%64[0-9a-f] %zu %99s", digest, &size, name) != 3) continue;
    sce_buf_t file = find_metadata(name), outline = {0}, text = {0};
    sce_span_t bytes;
    sce_metadata_t *md;
    uint8_t hash[32];
    if (file.len == 0) continue;
    must(sce_metadata_unwrap(&bytes, sce_buf_span(&file)));
    must(sce_error_prefix(sce_metadata_new(&md, bytes, NULL), "%s", name));
    dump_metadata(&outline, md);
    if (outline.len != size) fail_msg("%s: outline of %zu bytes, the oracle's has %zu", name, outline.len, size);
    sce_blake2b_256(hash, sce_buf_span(&outline));
    must(sce_hex_append(&text, sce_span(hash, sizeof hash)));
    assert_string_equal(as_text(&text), digest);
    sce_metadata_delete(md);
    sce_buf_free(&file);
    sce_buf_free(&outline);
    sce_buf_free(&text);
    compared++;
  }
  fclose(f);
  printf("%zu outlines\n", compared);
  assert_true(compared >= 8);
}

/* V8 differs from V9 in its number alone. */
static void v8_is_read_as_v9(void **state) {
  (void)state;
  sce_buf_t file = sample_bytes("kusama.v9"), nine = {0}, eight = {0};
  sce_metadata_t *md;
  for (uint8_t version = 8; version <= 9; version++) {
    file.data[4] = version;
    must(sce_metadata_new(&md, sce_buf_span(&file), NULL));
    assert_int_equal(sce_metadata_version(md), version);
    dump_metadata(version == 8 ? &eight : &nine, md);
    sce_metadata_delete(md);
  }
  assert_int_equal(eight.len, nine.len);
  assert_memory_equal(eight.data + 10, nine.data + 10, nine.len - 10); /* after "metadata N" */
  sce_buf_free(&file);
  sce_buf_free(&nine);
  sce_buf_free(&eight);
}

static void paseo_is_decoded_fast(void **state) {
  (void)state;
  sce_buf_t file = sample_bytes("paseo.v15");
  double best = 1e9;
  for (int i = 0; i < 10; i++) {
    struct timespec a, b;
    sce_metadata_t *md;
    clock_gettime(CLOCK_MONOTONIC, &a);
    must(sce_metadata_new(&md, sce_buf_span(&file), NULL));
    clock_gettime(CLOCK_MONOTONIC, &b);
    double ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
    if (ms < best) best = ms;
    sce_metadata_delete(md);
  }
  printf("paseo.v15: %.2f ms\n", best);
  /* A coarse guard, whatever the build and the machine; the bench has the promise of 5 ms. */
  assert_true(best < 500);
  sce_buf_free(&file);
}

/* ---- wrappings and views ---- */

static void wrappings_are_taken_off(void **state) {
  (void)state;
  sce_buf_t file = sample_bytes("asset-hub-kusama.v12"), vec = {0}, option = {0};
  sce_span_t bytes;
  must(sce_scale_write_bytes(&vec, sce_buf_span(&file)));
  must(sce_buf_append(&option, "\1", 1));
  must(sce_buf_append(&option, vec.data, vec.len));
  sce_span_t forms[] = {sce_buf_span(&file), sce_buf_span(&vec), sce_buf_span(&option)};
  for (size_t i = 0; i < 3; i++) {
    must(sce_metadata_unwrap(&bytes, forms[i]));
    assert_true(sce_span_equal(bytes, sce_buf_span(&file)));
  }
  must_fail(sce_metadata_unwrap(&bytes, sce_span("\0", 1)), SCE_NOT_FOUND,
            "the runtime has no metadata of this version");
  const char *not_metadata = "not metadata: no \"meta\" at its beginning, with or without a length before it";
  must_fail(sce_metadata_unwrap(&bytes, sce_span("", 0)), SCE_BAD_METADATA, not_metadata);
  must_fail(sce_metadata_unwrap(&bytes, sce_span("\1", 1)), SCE_BAD_METADATA, not_metadata);
  must_fail(sce_metadata_unwrap(&bytes, sce_span("\x1cmeta\x0e!", 7)), SCE_BAD_METADATA, not_metadata);
  must_fail(sce_metadata_unwrap(&bytes, sce_span(option.data, option.len - 1)), SCE_BAD_METADATA, not_metadata);
  sce_buf_free(&file);
  sce_buf_free(&vec);
  sce_buf_free(&option);
}

static void best_version_is_the_highest_known(void **state) {
  (void)state;
  uint32_t v = 99;
  must(sce_metadata_best_version(&v, sce_span("\x10\x0e\0\0\0\x0f\0\0\0\x10\0\0\0\xff\xff\xff\xff", 17)));
  assert_int_equal(v, 16);
  must(sce_metadata_best_version(&v, sce_span("\x08\x0f\0\0\0\x0e\0\0\0", 9)));
  assert_int_equal(v, 15);
  must(sce_metadata_best_version(&v, sce_span("\x04\x0e\0\0\0", 5)));
  assert_int_equal(v, 0);
  must_fail(sce_metadata_best_version(&v, sce_span("\x08\x0e\0\0\0", 5)), SCE_BAD_METADATA,
            "metadata versions: count at offset 0 claims 2 items, more than the input can hold");
}

static void items_can_be_walked_and_found(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("paseo.v15");
  sce_pallet_info_t pallet;
  sce_storage_info_t item;
  sce_hasher_t hasher;
  size_t p, i;
  uint32_t type;
  assert_int_equal(sce_metadata_pallet_count(md), 57);
  assert_true(sce_metadata_pallet_get(md, &pallet, 6));
  assert_int_equal(pallet.index, 5);
  assert_memory_equal(pallet.name.data, "Balances", 8);
  assert_int_equal(pallet.call_count, 7);
  assert_int_equal(pallet.constant_count, 5);
  assert_false(sce_metadata_pallet_get(md, &pallet, 57));
  must(sce_metadata_storage_find(md, &p, &i, sce_span_text("System.Account")));
  assert_true(sce_metadata_storage_get(md, &item, p, i));
  assert_int_equal(item.key_count, 1);
  assert_false(item.optional);
  assert_int_equal(item.default_value.len, 80);
  assert_true(sce_metadata_storage_key_get(md, &type, &hasher, p, i, 0));
  assert_int_equal(hasher, SCE_HASHER_BLAKE2_128_CONCAT);
  assert_int_equal(type, 0);
  assert_false(sce_metadata_storage_key_get(md, &type, &hasher, p, i, 1));
  must_fail(sce_metadata_storage_find(md, &p, &i, sce_span_text("System.Acount")), SCE_NOT_FOUND,
            "no storage item `System.Acount`; the nearest: System.Account");
  must_fail(sce_metadata_storage_find(md, &p, &i, sce_span_text("Sistem.Account")), SCE_NOT_FOUND,
            "no pallet `Sistem`; the nearest: System");
  assert_int_equal(sce_metadata_ss58_prefix(md, 7), 42);
  sce_metadata_delete(md);
  md = sample_metadata("polkadot.v11");
  assert_int_equal(sce_metadata_ss58_prefix(md, 7), 7);
  sce_metadata_delete(md);
}

/* ---- names ---- */

static void types_are_found_by_name(void **state) {
  (void)state;
  static const struct {
    const char *text, *name;
  } cases[] = {
      {"0", "AccountId32"},
      {"AccountId", "AccountId32"},
      {"sp_core::crypto::AccountId32", "AccountId32"},
      {"crypto::AccountId32", "AccountId32"},
      {" Vec< ( u32,AccountId ) > ", "Vec<(u32, AccountId32)>"},
      {"Option<[u8;32]>", "Option<[u8; 32]>"},
      {"Compact<u128>", "Compact<u128>"},
      {"Result<(), DispatchError>", "Result<(), DispatchError>"},
      {"BTreeMap<u8, str>", "Vec<(u8, str)>"},
      {"Box<u8>", "u8"},
      {"&'static [u8]", "Vec<u8>"},
      {"(u8,)", "(u8,)"},
      {"(u8)", "u8"},
      {"()", "()"},
      {"RuntimeCall", "RuntimeCall"},
      {"pallet_balances::pallet::Call", "pallet_balances::pallet::Call"},
      {"extrinsic", "UncheckedExtrinsic"},
      {"Nonce", "u32"},
      {"BlockNumber", "u32"},
      {"Hash", "H256"},
      {"events", "Vec<EventRecord<RuntimeEvent, H256>>"},
      {"{a: u8, b: Vec<u16>}", "{a: u8, b: Vec<u16>}"},
      {"BitVec<u32, Msb0>", "BitVec<u32, Msb0>"},
  };
  sce_metadata_t *md = sample_metadata("paseo.v15");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_buf_t name = {0};
    must(sce_type_name(md, &name, type_of(md, cases[i].text)));
    assert_string_equal(as_text(&name), cases[i].name);
    sce_buf_free(&name);
  }
  assert_int_equal(type_of(md, "Vec<(u32, AccountId)>"), type_of(md, "Vec<(u32, AccountId)>"));
  sce_metadata_delete(md);
}

static void wrong_type_names_leave_nothing_behind(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"NoSuch", "no type `NoSuch`"},
      {"Vec<NoSuch>", "no type `NoSuch`"},
      {"Vec<", "type `Vec<`: ends where '>' was due"},
      {"Vec", "`Vec` needs the types inside, as in Vec<u32>"},
      {"[u8; 4294967296]", "type `[u8; 4294967296]`: a number below 4294967296 was due at offset 15"},
      {"(u8", "type `(u8`: ends where ',' was due"},
      {"u8 u8", "type `u8 u8`: the end was due at offset 3"},
      {" ", "a type was due: a number, a path, or an expression such as Vec<u32>"},
      {"99999", "no type has the id 99999; the highest is 903"},
      {"4x", "type `4x`: a number or a name was due"},
      {"UInt<24, Balance>", "type `UInt<24, Balance>`: integers have 8, 16, 32, 64, 128 or 256 bits, not 24"},
      {"Int", "no type `Int`; the nearest: Timepoint, EraRewardPoints, Constraints"},
      {"[u8; 4; ]", "type `[u8; 4; ]`: a name was due at offset 8"},
      {"Call2::<T", "type `Call2::<T`: ends where '>' was due"},
  };
  sce_metadata_t *md = sample_metadata("paseo.v15");
  uint32_t before = sce_type_count(md), type;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_error_t *err = sce_type_resolve(md, &type, sce_span_text(cases[i].text));
    assert_non_null(err);
    assert_string_equal(sce_error_message(err), cases[i].message);
    sce_error_delete(err);
    assert_int_equal(sce_type_count(md), before);
  }
  sce_error_t *err = sce_type_resolve(md, &type, sce_span_text("Event2"));
  sce_error_delete(err);
  err = sce_type_resolve(md, &type, sce_span_text("pallet::Call"));
  assert_non_null(strstr(sce_error_message(err), "`Call` may be type "));
  sce_error_delete(err);
  char deep[1000] = {0};
  for (int i = 0; i < 300; i++) deep[i] = '(';
  err = sce_type_resolve(md, &type, sce_span_text(deep));
  assert_non_null(strstr(sce_error_message(err), "nested less than 100 deep"));
  sce_error_delete(err);
  sce_metadata_delete(md);
}

/* Types that V8 to V13 only name. */
static void old_names_have_shipped_layouts(void **state) {
  (void)state;
  static const struct {
    const char *metadata, *type, *hex, *json;
  } cases[] = {
      {"kusama.v9", "Weight", "0x01000000", "1"},
      {"polkadot.v11", "Weight", "0x0100000000000000", "1"},
      {"kusama.v9", "LookupSource", "0x05", "5"},
      {"kusama.v9", "LookupSource", "0xfcff00", "255"},
      {"kusama.v9", "Vec<T::AccountIndex>", "0x0407000000", "[7]"},
      {"polkadot.v11", "<T::Balance as HasCompact>::Type", "0x04", "1"},
      {"polkadot.v11", "Option<schedule::Period<T::BlockNumber>>", "0x010100000002000000", "[1,2]"},
      {"polkadot.v11", "ValidatorPrefs", "0x04", "{\"commission\":1}"},
      {"tick.v13", "ValidatorPrefs", "0x0401", "{\"commission\":1,\"blocked\":true}"},
      {"polkadot.v11", "Data", "0x0261", "{\"Raw1\":\"0x61\"}"},
      {"polkadot.v11", "Digest", "0x04064241424504ff", "{\"logs\":[{\"PreRuntime\":[\"0x42414245\",\"0xff\"]}]}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_metadata_t *md = sample_metadata(cases[i].metadata);
    sce_buf_t bytes = {0}, json = {0}, back = {0};
    uint32_t type = type_of(md, cases[i].type);
    must(sce_hex_decode(&bytes, sce_span_text(cases[i].hex)));
    must(sce_error_prefix(sce_value_decode(md, &json, type, sce_buf_span(&bytes), NULL), "%s", cases[i].type));
    assert_string_equal(as_text(&json), cases[i].json);
    must(sce_value_encode(md, &back, type, sce_buf_span(&json), sce_span_text("v")));
    assert_true(sce_span_equal(sce_buf_span(&back), sce_buf_span(&bytes)));
    sce_buf_free(&bytes);
    sce_buf_free(&json);
    sce_buf_free(&back);
    sce_metadata_delete(md);
  }
}

/* What the table does not know stays hex, under its name, and comes back. */
static void unknown_names_stay_hex(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("polkadot.v11");
  sce_buf_t json = {0}, back = {0};
  uint32_t type = SCE_TYPE_NONE;
  for (uint32_t i = 0; i < md->type_count; i++)
    if (md->types[i].def == SCE_DEF_UNKNOWN &&
        strncmp((const char *)md->types[i].text.data, "AttestedCandidate", 17) == 0)
      type = i;
  assert_int_not_equal(type, SCE_TYPE_NONE);
  must(sce_value_decode(md, &json, type, sce_span("\1\2\3", 3), NULL));
  assert_string_equal(as_text(&json),
                      "{\"$unknown\":\"the layout of the type AttestedCandidate is not known\",\"hex\":\"0x010203\"}");
  must(sce_value_encode(md, &back, type, sce_buf_span(&json), sce_span_text("v")));
  assert_memory_equal(back.data, "\1\2\3", 3);
  sce_buf_free(&json);
  sce_buf_free(&back);
  sce_metadata_delete(md);
}

/* ---- metadata that must be refused ---- */

/* V14 of the types given and nothing else: `types` is the registry's bytes, its count included. */
static sce_error_t *load_types(sce_metadata_t **md, const void *types, size_t len) {
  sce_buf_t file = {0};
  must(sce_buf_append(&file, "meta\x0e", 5));
  must(sce_buf_append(&file, types, len));
  /* no pallets; extrinsic: type 0, version 4, no extensions; runtime type 0 */
  must(sce_buf_append(&file, "\0\0\4\0\0", 5));
  sce_error_t *err = sce_metadata_new(md, sce_buf_span(&file), NULL);
  sce_buf_free(&file);
  return err;
}

#define BYTES(literal) literal, sizeof literal - 1

static void hostile_metadata_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *types;
    size_t len;
    const char *message;
  } cases[] = {
      /* id, path, params, def …, docs */
      {BYTES("\4\0\0\0\0\4\0\0\0\0\0"), "metadata: types[0]: types[0]: contains itself and has no finite value"},
      {BYTES("\4\0\0\0\4\4\0\0"), "metadata: types[0]: types[0]: contains itself and has no finite value"},
      {BYTES("\4\0\0\0\3\1\0\0\0\0\0"), "metadata: types[0]: types[0]: contains itself and has no finite value"},
      {BYTES("\4\0\0\0\6\0\0"), "metadata: types[0]: types[0]: contains itself and has no finite value"},
      {BYTES("\4\0\0\0\2\4\0"), "metadata: types: type 1 at offset 10 is not in the registry"},
      {BYTES("\4\4\0\0\2\0\0"), "metadata: types: type 0 at offset 10 is not in the registry"},
      {BYTES("\x08\0\0\0\5\3\0\0\0\0\5\3\0"), "metadata: types[1]: id 0 at offset 12 is taken"},
      {BYTES("\4\2\0\x10\0\0\0\5\3\0"), "metadata: types[0]: id 262144 at offset 6, the highest taken is 262143"},
      {BYTES("\x08\0\0\0\2\x28\0\x10\0\0\5\3\0"), "metadata: types: type 10 at offset 10 is not in the registry"},
      {BYTES("\4\0\0\0\x08\0\0"), "metadata: types[0]: definition 8 at offset 9 is unknown"},
      {BYTES("\4\0\0\0\5\x0f\0"), "metadata: types[0]: primitive type 15 at offset 10 is unknown"},
      {BYTES("\xfe\xff\xff\xff\0\0\0\0"),
       "metadata: types: count at offset 5 claims 1073741823 items, more than the input can hold"},
      {BYTES("\4\0\0\0\1\x08\4A\0\0\0\4B\0\0\0\0"), "metadata: types[0]: two variants with index 0"},
      {BYTES("\4\0\0\0\1\x08\4A\0\0\0\4B\0\0\0\4\4\xff"), "metadata: types[0]: text that is not UTF-8 at offset 22"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_metadata_t *md = NULL;
    sce_error_t *err = load_types(&md, cases[i].types, cases[i].len);
    if (err == NULL) fail_msg("case %zu was taken", i);
    assert_string_equal(sce_error_message(err), cases[i].message);
    assert_int_equal(sce_error_kind(err), SCE_BAD_METADATA);
    sce_error_delete(err);
  }
}

/* Ids with gaps and in no order, as the runtimes of Gosemble have them: types are found by id, and those that are made
 * here come after the highest. */
static void types_are_read_by_id(void **state) {
  (void)state;
  sce_metadata_t *md;
  sce_buf_t out = {0};
  uint32_t type;
  /* 7: Vec<300>, 0: (), 300: u16, 20: struct a::B {x: 7} */
  must(load_types(&md, BYTES("\x10\x1c\0\0\2\xb1\4\0"
                             "\0\0\0\4\0\0"
                             "\xb1\4\0\0\5\4\0"
                             "\x50\x08\4a\4B\0\0\4\1\4x\x1c\0\0\0")));
  must(sce_type_name(md, &out, 7));
  assert_string_equal(as_text(&out), "Vec<u16>");
  out.len = 0;
  must(sce_value_decode(md, &out, type_of(md, "B"), sce_span("\4\1\1", 3), NULL));
  assert_string_equal(as_text(&out), "{\"x\":[257]}");
  out.len = 0;
  assert_int_equal(type_of(md, "300"), 300);
  assert_true(sce_type_count(md) > 301); /* with those of the shipped table of APIs */
  must_fail(sce_type_resolve(md, &type, sce_span_text("8")), SCE_NOT_FOUND, "no type has the id 8; the highest is 300");
  must_fail(sce_type_name(md, &out, 8), SCE_NOT_FOUND, "no type has the id 8; the highest is 300");
  must_fail(sce_value_encode(md, &out, 8, sce_span_text("1"), sce_span_text("")), SCE_NOT_FOUND,
            "no type has the id 8; the highest is 300");
  must_fail(sce_value_decode(md, &out, 8, sce_span("", 0), NULL), SCE_NOT_FOUND,
            "no type has the id 8; the highest is 300");
  assert_true(type_of(md, "Vec<Vec<u16>>") > 300);
  must(sce_metadata_outline(md, &out, sce_span_text(""), SCE_OUTLINE_JSON | SCE_OUTLINE_TYPES));
  json_t *json = json_loadb((const char *)out.data, out.len, 0, NULL);
  assert_int_equal(json_array_size(json_object_get(json, "types")), 4);
  json_decref(json);
  out.len = 0;
  must(sce_metadata_outline(md, &out, sce_span_text(""), 0));
  assert_non_null(strstr(as_text(&out), "0 pallets, 4 types\n"));
  sce_buf_free(&out);
  sce_metadata_delete(md);
}

/* `struct T0(T1); struct T1(T2); …`: deep, but no cycle. */
static void deep_metadata_is_refused(void **state) {
  (void)state;
  for (uint32_t count = 200; count <= 400; count += 200) {
    sce_buf_t types = {0};
    sce_metadata_t *md;
    must(sce_scale_write_compact(&types, count));
    for (uint32_t i = 0; i < count; i++) {
      must(sce_scale_write_compact(&types, i));
      if (i + 1 == count) {
        must(sce_buf_append(&types, "\0\0\5\3\0", 5));
        break;
      }
      must(sce_buf_append(&types, "\0\0\4\4", 4));
      must(sce_scale_write_compact(&types, i + 1));
      must(sce_buf_append(&types, "\0", 1));
    }
    sce_error_t *err = load_types(&md, types.data, types.len);
    if (count == 200) {
      must(err);
      sce_metadata_delete(md);
    } else {
      assert_non_null(err);
      assert_non_null(strstr(sce_error_message(err), "nested deeper than 256"));
      sce_error_delete(err);
    }
    sce_buf_free(&types);
  }
}

/* Short metadata that would take long to show, or much memory to hold. */
static void swollen_metadata_is_refused(void **state) {
  (void)state;
  sce_metadata_t *md;
  sce_buf_t types = {0};
  /* one enum with a variant called by 5000 letters */
  must(sce_buf_append(&types, "\4\0\0\0\1\4", 6));
  must(sce_scale_write_compact(&types, 5000));
  for (int i = 0; i < 5000; i++) must(sce_buf_append_byte(&types, 'A'));
  must(sce_buf_append(&types, "\0\0\0\0", 4));
  must_fail(load_types(&md, types.data, types.len), SCE_BAD_METADATA,
            "metadata: types[0]: name of 5000 bytes at offset 11, at most 4096 are taken");
  types.len = 0;
  /* a tuple of six million u8, a byte each here */
  must(sce_buf_append(&types, "\x08\0\0\0\5\3\0\4\0\0\4", 11));
  must(sce_scale_write_compact(&types, 6000000));
  for (int i = 0; i < 6000000; i++) must(sce_buf_append_byte(&types, 0));
  must(sce_buf_append(&types, "\0", 1));
  must_fail(load_types(&md, types.data, types.len), SCE_BAD_METADATA,
            "metadata: types[1]: takes more than 256 MiB of memory");
  sce_buf_free(&types);
  sce_buf_t pallets = {0};
  must(sce_buf_append(&pallets, "meta\x0e\4\0\0\0\5\3\0", 12));
  must(sce_scale_write_compact(&pallets, 257));
  for (int i = 0; i < 257; i++) must(sce_buf_append(&pallets, "\0\0\0\0\0\0\0", 7));
  must_fail(sce_metadata_new(&md, sce_buf_span(&pallets), NULL), SCE_BAD_METADATA,
            "metadata: pallets: 257, at most 256 are taken");
  sce_buf_free(&pallets);
}

static void other_versions_and_sizes_are_refused(void **state) {
  (void)state;
  sce_metadata_t *md;
  must_fail(sce_metadata_new(&md, sce_span("meta\x11", 5), NULL), SCE_BAD_METADATA,
            "metadata: version 17; known are 0 to 16");
  must_fail(sce_metadata_new(&md, sce_span("mata\x10", 5), NULL), SCE_BAD_METADATA,
            "metadata: does not begin with \"meta\"");
  sce_buf_t large = {0};
  must(sce_buf_reserve(&large, (16 << 20) + 1));
  large.len = (16 << 20) + 1;
  memset(large.data, 0, large.len);
  must_fail(sce_metadata_new(&md, sce_buf_span(&large), NULL), SCE_BAD_METADATA,
            "metadata: 16777217 bytes, at most 16 MiB are taken");
  sce_buf_free(&large);
}

/* Every prefix of real metadata is refused, and so is what comes after its end. */
static void cut_metadata_is_refused(void **state) {
  (void)state;
  static const char *const names[] = {"asset-hub-kusama.v12", "asset-hub-polkadot.v14", "made.v16"};
  for (size_t n = 0; n < 3; n++) {
    sce_buf_t file = sample_bytes(names[n]);
    size_t step = file.len / 400 + 1;
    for (size_t len = 0; len<file.len; len += len + 64> file.len ? 1 : step) {
      sce_metadata_t *md = NULL;
      /* A block of its own, so that a sanitizer sees a read beyond it. */
      uint8_t *copy = malloc(len > 0 ? len : 1);
      memcpy(copy, file.data, len);
      sce_error_t *err = sce_metadata_new(&md, sce_span(copy, len), NULL);
      if (err == NULL) fail_msg("%s cut to %zu bytes was taken", names[n], len);
      assert_int_equal(sce_error_kind(err), SCE_BAD_METADATA);
      sce_error_delete(err);
      free(copy);
    }
    must(sce_buf_append_byte(&file, 0));
    sce_metadata_t *md = NULL;
    sce_error_t *err = sce_metadata_new(&md, sce_buf_span(&file), NULL);
    assert_non_null(strstr(sce_error_message(err), "1 bytes are left over"));
    sce_error_delete(err);
    sce_buf_free(&file);
  }
}

/* Whatever loads after bytes were changed at random can be walked without harm. */
static void damaged_metadata_does_no_harm(void **state) {
  (void)state;
  static const char *const names[] = {"asset-hub-kusama.v12", "asset-hub-polkadot.v14"};
  uint64_t random = 14;
  size_t taken = 0;
  printf("seed %llu\n", (unsigned long long)random);
  for (int round = 0; round < 600; round++) {
    sce_buf_t file = sample_bytes(names[round % 2]), out = {0};
    for (int i = 0; i < 1 + round % 5; i++) {
      uint64_t r = next_random(&random);
      file.data[5 + r % (file.len - 5)] = (uint8_t)(r >> 40);
    }
    sce_metadata_t *md = NULL;
    sce_error_t *err = sce_metadata_new(&md, sce_buf_span(&file), NULL);
    if (err == NULL) {
      taken++;
      sce_error_delete(sce_metadata_outline(md, &out, sce_span_text(""), SCE_OUTLINE_JSON | SCE_OUTLINE_TYPES));
      for (uint32_t id = 0; id < sce_type_count(md); id++) {
        out.len = 0;
        sce_error_delete(sce_type_example(md, &out, id, NULL));
        sce_error_delete(sce_value_decode(md, &out, id, sce_buf_span(&file), NULL));
      }
      sce_metadata_delete(md);
    }
    sce_error_delete(err);
    sce_buf_free(&file);
    sce_buf_free(&out);
  }
  printf("%zu of 600 were taken\n", taken);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outlines_are_those_of_frame_metadata),
      cmocka_unit_test(v8_is_read_as_v9),
      cmocka_unit_test(paseo_is_decoded_fast),
      cmocka_unit_test(wrappings_are_taken_off),
      cmocka_unit_test(best_version_is_the_highest_known),
      cmocka_unit_test(items_can_be_walked_and_found),
      cmocka_unit_test(types_are_found_by_name),
      cmocka_unit_test(wrong_type_names_leave_nothing_behind),
      cmocka_unit_test(old_names_have_shipped_layouts),
      cmocka_unit_test(unknown_names_stay_hex),
      cmocka_unit_test(hostile_metadata_is_refused),
      cmocka_unit_test(types_are_read_by_id),
      cmocka_unit_test(deep_metadata_is_refused),
      cmocka_unit_test(swollen_metadata_is_refused),
      cmocka_unit_test(other_versions_and_sizes_are_refused),
      cmocka_unit_test(cut_metadata_is_refused),
      cmocka_unit_test(damaged_metadata_does_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
