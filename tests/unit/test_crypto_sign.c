/* test_crypto_sign.c: verification and recovery against the reference's host functions (host-vectors.json: malleable,
 * non-canonical, small-order, overflowing and zero cases among them), RFC 8032, and the signatures that sp-core's own
 * tests keep. */
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "vectors.h"

/* The three inputs of a verification: signature, message or hash, public key. */
typedef bool (*verify_fn)(const sce_buf_t in[3]);

static bool ed25519(const sce_buf_t in[3]) {
  return sce_ed25519_verify(in[0].data, in[2].data, sce_buf_span(&in[1]));
}
static bool ed25519_dalek(const sce_buf_t in[3]) {
  return sce_ed25519_verify_dalek(in[0].data, in[2].data, sce_buf_span(&in[1]));
}
static bool sr25519_v1(const sce_buf_t in[3]) {
  return sce_sr25519_verify_deprecated(in[0].data, in[2].data, sce_buf_span(&in[1]));
}
static bool sr25519_v2(const sce_buf_t in[3]) {
  return sce_sr25519_verify(in[0].data, in[2].data, sce_buf_span(&in[1]));
}
static bool ecdsa_v1(const sce_buf_t in[3]) {
  return sce_ecdsa_verify(in[0].data, in[2].data, sce_buf_span(&in[1]), SCE_ECDSA_REDUCE);
}
static bool ecdsa_v2(const sce_buf_t in[3]) {
  return sce_ecdsa_verify(in[0].data, in[2].data, sce_buf_span(&in[1]), SCE_ECDSA_STRICT);
}
static bool ecdsa_prehashed(const sce_buf_t in[3]) {
  return sce_ecdsa_verify_prehashed(in[0].data, in[2].data, in[1].data, SCE_ECDSA_STRICT);
}

static void verifications_are_those_of_the_reference(void **state) {
  (void)state;
  static const struct {
    const char *function, *answer;
    verify_fn verify;
    size_t records;
  } rows[] = {
      {"ext_crypto_ed25519_verify_version_1", "output", ed25519, 32},
      {"ext_crypto_ed25519_verify_version_1", "output_legacy_dalek", ed25519_dalek, 32},
      {"ext_crypto_sr25519_verify_version_1", "output", sr25519_v1, 31},
      {"ext_crypto_sr25519_verify_version_2", "output", sr25519_v2, 31},
      {"ext_crypto_ecdsa_verify_version_1", "output", ecdsa_v1, 63},
      {"ext_crypto_ecdsa_verify_version_2", "output", ecdsa_v2, 63},
      {"ext_crypto_ecdsa_verify_prehashed_version_1", "output", ecdsa_prehashed, 63},
  };
  json_t *vectors = vectors_load();
  sce_buf_t in[3] = {{0}}, expected = {0};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t index = 0, seen = 0;
    for (const json_t *record; (record = vectors_next(vectors, &index, rows[i].function)) != NULL; seen++) {
      for (size_t k = 0; k < 3; k++) vectors_input(&in[k], record, k);
      assert_true(vectors_bytes(&expected, json_object_get(record, rows[i].answer)));
      if (rows[i].verify(in) != (expected.data[0] == 1)) {
        fail_msg("%s: %s: expected %d", rows[i].function, vectors_text(record, "note"), expected.data[0]);
      }
    }
    assert_int_equal(seen, rows[i].records);
  }
  for (size_t k = 0; k < 3; k++) sce_buf_free(&in[k]);
  sce_buf_free(&expected);
  json_decref(vectors);
}

/* Outcome and key as the host function returns them: SCALE of Result<[u8; N], EcdsaVerifyError>. */
static size_t recover(uint8_t out[65], const sce_buf_t in[2], bool compressed, sce_ecdsa_rule_t rule) {
  sce_ecdsa_outcome_t outcome = compressed ? sce_ecdsa_recover_compressed(out + 1, in[0].data, in[1].data, rule)
                                           : sce_ecdsa_recover(out + 1, in[0].data, in[1].data, rule);
  out[0] = outcome != SCE_ECDSA_RECOVERED;
  if (out[0] == 0) return compressed ? 34 : 65;
  out[1] = (uint8_t)outcome;
  return 2;
}

static void recoveries_are_those_of_the_reference(void **state) {
  (void)state;
  static const struct {
    const char *function;
    bool compressed;
    sce_ecdsa_rule_t rule;
  } rows[] = {
      {"ext_crypto_secp256k1_ecdsa_recover_version_1", false, SCE_ECDSA_REDUCE},
      {"ext_crypto_secp256k1_ecdsa_recover_version_2", false, SCE_ECDSA_STRICT},
      {"ext_crypto_secp256k1_ecdsa_recover_compressed_version_1", true, SCE_ECDSA_REDUCE},
      {"ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", true, SCE_ECDSA_STRICT},
  };
  json_t *vectors = vectors_load();
  sce_buf_t in[2] = {{0}}, expected = {0};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t index = 0, seen = 0;
    for (const json_t *record; (record = vectors_next(vectors, &index, rows[i].function)) != NULL; seen++) {
      uint8_t out[65];
      for (size_t k = 0; k < 2; k++) vectors_input(&in[k], record, k);
      assert_true(vectors_output(&expected, record));
      size_t len = recover(out, in, rows[i].compressed, rows[i].rule);
      if (len != expected.len || memcmp(out, expected.data, len) != 0) {
        fail_msg("%s: %s", rows[i].function, vectors_text(record, "note"));
      }
    }
    assert_int_equal(seen, 81);
  }
  for (size_t k = 0; k < 2; k++) sce_buf_free(&in[k]);
  sce_buf_free(&expected);
  json_decref(vectors);
}

/* RFC 8032, section 7.1, tests 1 to 3. */
static void ed25519_is_rfc_8032(void **state) {
  (void)state;
  static const struct {
    const char *seed, *public_key, *message, *signature;
  } tests[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
       "4655"
       "141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
       "eb00"
       "d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
       "dc02"
       "7beceea1ec40a"},
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    sce_buf_t seed = {0}, key = {0}, message = {0}, signature = {0};
    uint8_t made[64];
    vectors_hex(&seed, tests[i].seed);
    vectors_hex(&key, tests[i].public_key);
    vectors_hex(&message, tests[i].message);
    vectors_hex(&signature, tests[i].signature);
    assert_true(scn_ed25519_public(made, seed.data));
    assert_memory_equal(made, key.data, 32);
    assert_true(scn_ed25519_sign(made, seed.data, message.data, message.len));
    assert_memory_equal(made, signature.data, 64);
    assert_true(sce_ed25519_verify(made, key.data, sce_buf_span(&message)));
    assert_true(sce_ed25519_verify_dalek(made, key.data, sce_buf_span(&message)));
    made[63] ^= 1;
    assert_false(sce_ed25519_verify(made, key.data, sce_buf_span(&message)));
    sce_buf_free(&seed);
    sce_buf_free(&key);
    sce_buf_free(&message);
    sce_buf_free(&signature);
  }
}

/* sp-core 43, sr25519.rs: tests verify_known_old_message_should_work and verify_from_old_wasm_works. */
static void old_sr25519_signatures_pass_version_1_only(void **state) {
  (void)state;
  static const struct {
    const char *public_key, *signature, *message;
  } tests[] = {
      {"b4bfa1f7a5166695eb75299fd1c4c03ea212871c342f2c5dfea0902b2c246918",
       "5a9755f069939f45d96aaf125cf5ce7ba1db998686f87f2fb3cbdea922078741a73891ba265f70c31436e18a9acd14d189d73c12317ab6c"
       "3132"
       "85cd938453202",
       "Verifying that I am the owner of 5G9hQLdsKQswNPgB499DeA5PkFBbgkLPJWkkS6FAM6xGQ8xD. Hash: 221455a3\n"},
      {NULL,
       "28a854d54903e056f89581c691c1f7d2ff39f8f896c9e9c22475e60902cc2b3547199e0e91fa32902028f2ca2355e8cdd16cfe19ba5e8b6"
       "58c9"
       "4aa80f3b81a00",
       "SUBSTRATE"},
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    sce_buf_t key = {0}, signature = {0};
    uint8_t secret[64], public_key[32] = {0};
    if (tests[i].public_key != NULL) {
      vectors_hex(&key, tests[i].public_key);
      memcpy(public_key, key.data, 32);
    } else { /* the key of the zero seed */
      assert_true(scn_sr25519_from_seed(secret, public_key));
      assert_true(scn_sr25519_public(public_key, secret));
    }
    vectors_hex(&signature, tests[i].signature);
    assert_true(sce_sr25519_verify_deprecated(signature.data, public_key, sce_span_text(tests[i].message)));
    assert_false(sce_sr25519_verify(signature.data, public_key, sce_span_text(tests[i].message)));
    sce_buf_free(&key);
    sce_buf_free(&signature);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verifications_are_those_of_the_reference),
      cmocka_unit_test(recoveries_are_those_of_the_reference),
      cmocka_unit_test(ed25519_is_rfc_8032),
      cmocka_unit_test(old_sr25519_signatures_pass_version_1_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
