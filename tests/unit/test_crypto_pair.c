/* test_crypto_pair.c: secret URIs, key pairs and signatures against sp-core itself (tests/data/crypto/reference.txt,
 * made by tests/oracle/crypto) and against published keys. */
#include "crypto/pair.h"

#include "crypto/ed25519.h"
#include "crypto/sr25519.h"
#include "crypto/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vectors.h"

enum { FIELDS = 7 };

typedef struct fixture {
  sce_random_t random;
  sce_ecdsa_signer_t *signer;
} fixture_t;

static sce_key_scheme_t scheme_of(const char *name) {
  if (strcmp(name, "ed25519") == 0) return SCE_KEY_ED25519;
  if (strcmp(name, "sr25519") == 0) return SCE_KEY_SR25519;
  assert_string_equal(name, "ecdsa");
  return SCE_KEY_ECDSA;
}

/* Fields 2 and on, decoded; "-" is no bytes. */
typedef struct record {
  const char *kind;
  sce_key_scheme_t scheme;
  sce_buf_t bytes[FIELDS];
} record_t;

static bool read_record(record_t *record, char *line) {
  char *fields[FIELDS] = {NULL}, *rest = NULL;
  size_t count = 0;
  for (char *field = strtok_r(line, " \n", &rest); field != NULL && count < FIELDS;
       field = strtok_r(NULL, " \n", &rest)) {
    fields[count++] = field;
  }
  if (count < 5 || fields[0][0] == '#') return false;
  record->kind = fields[0];
  record->scheme = scheme_of(fields[1]);
  for (size_t i = 2; i < count; i++) {
    record->bytes[i - 2].len = 0;
    if (strlen(fields[i]) == 1 && fields[i][0] != '-') {
      assert_null(sce_buf_append_byte(&record->bytes[i - 2], (uint8_t)(fields[i][0] - '0')));
    } else if (fields[i][0] != '-') {
      vectors_hex(&record->bytes[i - 2], fields[i]);
    }
  }
  return true;
}

static void check_uri(fixture_t *f, const record_t *record) {
  sce_pair_t pair;
  sce_span_t password = sce_buf_span(&record->bytes[1]);
  sce_error_t *err = sce_pair_from_uri(&pair, f->signer, &f->random, record->scheme, sce_buf_span(&record->bytes[0]),
                                       password.len == 0 ? NULL : &password);
  if (record->bytes[2].len == 0) {
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    sce_error_delete(err);
    return;
  }
  assert_null(err);
  assert_int_equal(record->bytes[2].len, sce_public_key_len(record->scheme));
  assert_memory_equal(pair.public_key, record->bytes[2].data, record->bytes[2].len);
  sce_pair_wipe(&pair);
}

static void check_sign(fixture_t *f, const record_t *record) {
  sce_pair_t pair;
  uint8_t signature[65];
  assert_null(sce_pair_from_uri(&pair, f->signer, &f->random, record->scheme, sce_buf_span(&record->bytes[0]), NULL));
  assert_null(sce_pair_sign(&pair, signature, f->signer, &f->random, sce_buf_span(&record->bytes[1]), false));
  assert_memory_equal(signature, record->bytes[2].data, record->bytes[2].len);
}

static void check_verify(const record_t *record) {
  const uint8_t *signature = record->bytes[0].data, *key = record->bytes[2].data;
  sce_span_t message = sce_buf_span(&record->bytes[1]);
  bool now = false, old = false;
  switch (record->scheme) {
    case SCE_KEY_ED25519:
      now = sce_ed25519_verify(signature, key, message);
      old = sce_ed25519_verify_dalek(signature, key, message);
      break;
    case SCE_KEY_SR25519:
      now = sce_sr25519_verify(signature, key, message);
      old = sce_sr25519_verify_deprecated(signature, key, message);
      break;
    case SCE_KEY_ECDSA:
      now = sce_ecdsa_verify(signature, key, message, SCE_ECDSA_STRICT);
      old = sce_ecdsa_verify(signature, key, message, SCE_ECDSA_REDUCE);
      break;
  }
  assert_int_equal(now, record->bytes[3].data[0]);
  assert_int_equal(old, record->bytes[4].data[0]);
}

static void all_is_as_sp_core_has_it(void **state) {
  fixture_t *f = *state;
  FILE *file = fopen(TEST_DATA "/crypto/reference.txt", "r");
  assert_non_null(file);
  record_t record = {0};
  char *line = NULL;
  size_t size = 0, checked = 0;
  while (getline(&line, &size, file) > 0) {
    if (!read_record(&record, line)) continue;
    if (strcmp(record.kind, "uri") == 0) check_uri(f, &record);
    if (strcmp(record.kind, "sign") == 0) check_sign(f, &record);
    if (strcmp(record.kind, "verify") == 0) check_verify(&record);
    checked++;
  }
  assert_int_equal(checked, 2244);
  for (size_t i = 0; i < FIELDS; i++) sce_buf_free(&record.bytes[i]);
  free(line);
  fclose(file);
}

/* The accounts that `subkey inspect` shows for the development keys; also in sp-keyring. */
static void development_keys_are_the_known_ones(void **state) {
  fixture_t *f = *state;
  static const struct {
    const char *uri;
    sce_key_scheme_t scheme;
    const char *public_key;
  } keys[] = {
      {"//Alice", SCE_KEY_SR25519, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
      {"//Bob", SCE_KEY_SR25519, "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"},
      {"//Charlie", SCE_KEY_SR25519, "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22"},
      {"//Alice", SCE_KEY_ED25519, "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"},
      {"//Bob", SCE_KEY_ED25519, "d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69"},
      {"//Alice", SCE_KEY_ECDSA, "020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1"},
      {"/Alice", SCE_KEY_SR25519, "d6c71059dbbe9ad2b0ed3f289738b800836eb425544ce694825285b958ca755e"},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    sce_pair_t pair;
    sce_buf_t expected = {0};
    vectors_hex(&expected, keys[i].public_key);
    assert_null(sce_pair_from_uri(&pair, f->signer, &f->random, keys[i].scheme, sce_span_text(keys[i].uri), NULL));
    assert_memory_equal(pair.public_key, expected.data, expected.len);
    sce_buf_free(&expected);
  }
}

/* substrate-bip39 0.6.1, lib.rs, VECTORS: first half of the seeds, password "Substrate". */
static void phrases_give_the_published_seeds(void **state) {
  (void)state;
  static const struct {
    const char *phrase, *seed;
  } vectors[] = {
      {"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
       "44e9d125f037ac1d51f0a7d3649689d422c2af8b1ec8e00d71db4d7bf6d127e3"},
      {"letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
       "27f3eb595928c60d5bc91a4d747da40ed236328183046892ed6cd5aa9ae38122"},
      {"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
       "227d6256fd4f9ccaf06c45eaa4b2345969640462bbb00c5f51f43cb43418c7a7"},
      {"letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid "
       "letter always",
       "9ddecf32ce6bee77f867f3c4bb842d1f0151826a145cb4489598fe71ac29e355"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint8_t seed[32];
    sce_buf_t expected = {0};
    sce_span_t phrase = sce_span_text(vectors[i].phrase);
    vectors_hex(&expected, vectors[i].seed);
    assert_true(scn_mnemonic_seed(seed, phrase.data, phrase.len, (const uint8_t *)"Substrate", 9));
    assert_memory_equal(seed, expected.data, 32);
    sce_buf_free(&expected);
  }
  uint8_t phrase[SCN_PHRASE_MAX], entropy[16] = {0};
  assert_int_equal(scn_mnemonic_phrase(phrase, sizeof phrase, entropy), strlen(vectors[0].phrase));
  assert_memory_equal(phrase, vectors[0].phrase, strlen(vectors[0].phrase));
  assert_int_equal(scn_mnemonic_phrase(phrase, 80, entropy), 0);
}

/* What the errors say; none may show the URI. */
static void errors_name_the_place(void **state) {
  fixture_t *f = *state;
  static const struct {
    const char *uri, *message;
  } bad[] = {
      {"Sesame_open", "secret URI: byte 6 may not be in a phrase"},
      {"Sesame//a//", "secret URI: a hard junction without a name at byte 11"},
      {"Sesame/", "secret URI: a soft junction without a name at byte 7"},
      {"//a///Sesame\nx", "secret URI: line break in the password, at byte 12"},
      {"0x00", "secret URI: a seed has 64 hexadecimal digits, not 2"},
      {"/Sesame", "secret URI: only sr25519 keys have soft junctions (a single slash)"},
      {"Sesame", "secret URI: neither a 0x seed nor a BIP-39 phrase (12, 15, 18, 21 or 24 English words with the right "
                 "checksum)"},
      {"//\xff", "secret URI: not UTF-8 text"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_pair_t pair;
    sce_error_t *err = sce_pair_from_uri(&pair, f->signer, &f->random, SCE_KEY_ECDSA, sce_span_text(bad[i].uri), NULL);
    assert_non_null(err);
    assert_string_equal(sce_error_message(err), bad[i].message);
    sce_error_delete(err);
  }
  static char endless[SCE_URI_MAX + 1];
  memset(endless, 'a', sizeof endless);
  sce_uri_t uri;
  sce_error_t *err = sce_uri_parse(&uri, sce_span(endless, sizeof endless));
  assert_non_null(err);
  assert_string_equal(sce_error_message(err), "secret URI of 65537 bytes; at most 65536 are taken");
  sce_error_delete(err);
  assert_null(sce_uri_parse(&uri, sce_span(endless, sizeof endless - 1)));
}

static void sr25519_signatures_are_randomised_but_repeatable(void **state) {
  fixture_t *f = *state;
  static const uint8_t seed[32] = {1, 2, 3};
  sce_pair_t pair;
  uint8_t first[65], second[65], again[65];
  sce_random_t random;
  assert_null(sce_pair_from_uri(&pair, f->signer, &f->random, SCE_KEY_SR25519, sce_span_text("//Alice"), NULL));
  sce_random_init(&random, seed);
  assert_null(sce_pair_sign(&pair, first, f->signer, &random, sce_span_text("hello"), false));
  assert_null(sce_pair_sign(&pair, second, f->signer, &random, sce_span_text("hello"), false));
  sce_random_init(&random, seed);
  assert_null(sce_pair_sign(&pair, again, f->signer, &random, sce_span_text("hello"), false));
  assert_memory_equal(first, again, 64);
  assert_memory_not_equal(first, second, 64);
  assert_true(sce_sr25519_verify(first, pair.public_key, sce_span_text("hello")));
  assert_true(sce_sr25519_verify(second, pair.public_key, sce_span_text("hello")));
  assert_true((first[63] & 0x80) != 0);
  assert_null(sce_pair_sign(&pair, first, f->signer, &f->random, sce_span_text("hello"), false));
  assert_memory_not_equal(first, again, 64);
  sce_error_t *err = sce_pair_sign(&pair, first, f->signer, &random, sce_span_text("hello"), true);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
}

/* ChaCha20 key stream of the zero key and nonce: RFC 8439, appendix A.1, test vector 1. */
static void seeded_stream_is_chacha20(void **state) {
  (void)state;
  static const uint8_t zero[32];
  sce_buf_t expected = {0};
  uint8_t out[32];
  sce_random_t random;
  vectors_hex(&expected, "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
  sce_random_init(&random, zero);
  assert_null(sce_random_fill(&random, out, 8));
  assert_null(sce_random_fill(&random, out + 8, 24));
  assert_memory_equal(out, expected.data, sizeof out);
  sce_random_wipe(&random);
  assert_false(random.seeded);
  sce_buf_free(&expected);
}

static int set_up(void **state) {
  static fixture_t f;
  sce_random_init(&f.random, NULL);
  assert_null(sce_ecdsa_signer_new(&f.signer, &f.random));
  *state = &f;
  return 0;
}

static int tear_down(void **state) {
  fixture_t *f = *state;
  sce_ecdsa_signer_delete(f->signer);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_is_as_sp_core_has_it),
      cmocka_unit_test(development_keys_are_the_known_ones),
      cmocka_unit_test(phrases_give_the_published_seeds),
      cmocka_unit_test(errors_name_the_place),
      cmocka_unit_test(sr25519_signatures_are_randomised_but_repeatable),
      cmocka_unit_test(seeded_stream_is_chacha20),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
