/* pair.c: from a secret URI to a key pair, and signatures by it. */
#include "crypto/pair.h"

#include "base/alloc.h"
#include "base/apart.h"
#include "base/buf.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/uri.h"

static sce_error_t *refused(const char *what) {
  return sce_error_new(SCE_INTERNAL, "the signature library refused %s that it made itself", what);
}

/* The 32-byte seed that the URI's phrase stands for; a seed in hexadecimal needs no password. */
static sce_error_t *root_seed(uint8_t seed[32], const sce_uri_t *uri, sce_span_t password) {
  if (sce_uri_has_seed(uri)) return sce_uri_seed(seed, uri);
  if (!scn_mnemonic_seed(seed, uri->phrase.data, uri->phrase.len, password.data, password.len)) {
    return sce_error_new(SCE_BAD_INPUT,
                         "secret URI: neither a 0x seed nor a BIP-39 phrase (12, 15, 18, 21 or 24 English "
                         "words with the right checksum)");
  }
  return NULL;
}

/* ed25519.rs and ecdsa.rs, `derive_hard_junction`: BLAKE2b-256 of the SCALE tuple (text, seed, chain code). */
static void derive_seed(uint8_t seed[32], const char *label, const uint8_t chain_code[32]) {
  uint8_t bytes[1 + 13 + 32 + 32];
  size_t len = strlen(label);
  bytes[0] = (uint8_t)(len << 2);
  memcpy(bytes + 1, label, len);
  memcpy(bytes + 1 + len, seed, 32);
  memcpy(bytes + 1 + len + 32, chain_code, 32);
  sce_blake2b_256(seed, sce_span(bytes, 1 + len + 64));
  sce_wipe(bytes, sizeof bytes);
}

static sce_error_t *derive_sr25519(sce_pair_t *pair, sce_random_t *random, const sce_junction_t *junction) {
  uint8_t entropy[32];
  SCE_TRY(sce_random_fill(random, entropy, sizeof entropy));
  bool derived = scn_sr25519_derive(pair->secret, junction->chain_code, junction->hard, entropy);
  sce_wipe(entropy, sizeof entropy);
  return derived ? NULL : refused("a key");
}

static sce_error_t *derive(sce_pair_t *pair, sce_random_t *random, sce_span_t path) {
  for (sce_junction_t junction; sce_uri_next_junction(&junction, &path);) {
    if (pair->scheme == SCE_KEY_SR25519) {
      SCE_TRY(derive_sr25519(pair, random, &junction));
    } else if (!junction.hard) {
      return sce_error_new(SCE_BAD_INPUT, "secret URI: only sr25519 keys have soft junctions (a single slash)");
    } else {
      derive_seed(pair->secret, pair->scheme == SCE_KEY_ED25519 ? "Ed25519HDKD" : "Secp256k1HDKD", junction.chain_code);
    }
  }
  return NULL;
}

static sce_error_t *find_public(sce_pair_t *pair, const sce_ecdsa_signer_t *signer) {
  switch (pair->scheme) {
    case SCE_KEY_ED25519: return scn_ed25519_public(pair->public_key, pair->secret) ? NULL : refused("a key");
    case SCE_KEY_SR25519: return scn_sr25519_public(pair->public_key, pair->secret) ? NULL : refused("a key");
    case SCE_KEY_ECDSA: break;
  }
  if (sce_ecdsa_public(signer, pair->public_key, pair->secret)) return NULL;
  return sce_error_new(SCE_BAD_INPUT,
                       "secret URI: its secret is not a secp256k1 key (zero, or not below the group order)");
}

/* Fills the pair, whose scheme is set. */
static sce_error_t *fill(sce_pair_t *pair, const sce_ecdsa_signer_t *signer, sce_random_t *random, const sce_uri_t *uri,
                         sce_span_t password) {
  SCE_TRY(root_seed(pair->secret, uri, password));
  if (pair->scheme == SCE_KEY_ECDSA) SCE_TRY(find_public(pair, signer));
  if (pair->scheme == SCE_KEY_SR25519) {
    uint8_t seed[32];
    memcpy(seed, pair->secret, sizeof seed);
    bool expanded = scn_sr25519_from_seed(pair->secret, seed);
    sce_wipe(seed, sizeof seed);
    if (!expanded) return refused("a seed");
  }
  SCE_TRY(derive(pair, random, uri->path));
  return find_public(pair, signer);
}

sce_error_t *sce_pair_from_uri(sce_pair_t *pair, const sce_ecdsa_signer_t *signer, sce_random_t *random,
                               sce_key_scheme_t scheme, sce_span_t text, const sce_span_t *password) {
  if (!sce_key_scheme_valid(scheme))
    return sce_error_new(SCE_MISUSE, "no signature scheme has the number %d", (int)scheme);
  sce_uri_t uri;
  SCE_TRY(sce_uri_parse(&uri, text));
  *pair = (sce_pair_t){.scheme = scheme};
  sce_error_t *err = fill(pair, signer, random, &uri, password != NULL ? *password : uri.password);
  if (err != NULL) sce_pair_wipe(pair);
  return err;
}

/* A signature of Ed25519 or Sr25519 on its way, with copies of the secret and the message. */
typedef struct sign_work {
  sce_apart_work_t work;
  sce_pair_t pair;
  uint8_t entropy[32]; /* sr25519 */
  uint8_t signature[64];
  bool made;
  size_t len;
  uint8_t message[];
} sign_work_t;

static bool sign_now(uint8_t signature[64], const sce_pair_t *pair, const uint8_t entropy[32], sce_span_t message) {
  if (pair->scheme == SCE_KEY_ED25519) return scn_ed25519_sign(signature, pair->secret, message.data, message.len);
  return scn_sr25519_sign(signature, pair->secret, pair->public_key, message.data, message.len, entropy);
}

static void run_sign(void *work) {
  sign_work_t *w = work;
  w->made = sign_now(w->signature, &w->pair, w->entropy, sce_span(w->message, w->len));
}

static void release_sign(void *work) {
  sce_wipe(work, sizeof(sign_work_t));
  sce_free(work);
}

/* Of a message of many megabytes, which the libraries take as a whole. */
static sce_error_t *sign_apart(uint8_t signature[64], const sce_pair_t *pair, const uint8_t entropy[32],
                               sce_span_t message) {
  sign_work_t *w = sce_alloc(sizeof *w + message.len);
  if (w == NULL) return sce_error_oom();
  *w = (sign_work_t){.work = {run_sign, release_sign}, .pair = *pair, .len = message.len};
  memcpy(w->entropy, entropy, sizeof w->entropy);
  sce_error_t *err = sce_budget_copy(w->message, message.data, message.len);
  if (err != NULL) {
    release_sign(w);
    return err;
  }
  SCE_TRY(sce_apart(w));
  bool made = w->made;
  if (made) memcpy(signature, w->signature, sizeof w->signature);
  release_sign(w);
  return made ? NULL : refused("a key");
}

static sce_error_t *sign_message(const sce_pair_t *pair, uint8_t signature[64], sce_random_t *random,
                                 sce_span_t message) {
  uint8_t entropy[32] = {0};
  sce_error_t *err = NULL;
  if (pair->scheme == SCE_KEY_SR25519) SCE_TRY(sce_random_fill(random, entropy, sizeof entropy));
  if (message.len > SCE_HASH_LONG) {
    err = sign_apart(signature, pair, entropy, message);
  } else if (!sign_now(signature, pair, entropy, message)) {
    err = refused("a key");
  }
  sce_wipe(entropy, sizeof entropy);
  return err;
}

sce_error_t *sce_pair_sign(const sce_pair_t *pair, uint8_t signature[65], const sce_ecdsa_signer_t *signer,
                           sce_random_t *random, sce_span_t message, bool prehashed) {
  if (prehashed && (pair->scheme != SCE_KEY_ECDSA || message.len != 32)) {
    return sce_error_new(SCE_MISUSE, "only ecdsa signs hashes, and they have 32 bytes (%zu given)", message.len);
  }
  uint8_t hash[32];
  if (pair->scheme != SCE_KEY_ECDSA) return sign_message(pair, signature, random, message);
  if (prehashed) {
    memcpy(hash, message.data, sizeof hash);
  } else {
    SCE_TRY(sce_hash_long(hash, SCN_BLAKE2B_256, sce_span(NULL, 0), message));
  }
  return sce_ecdsa_sign(signer, signature, pair->secret, hash) ? NULL : refused("a key");
}

void sce_pair_wipe(sce_pair_t *pair) {
  sce_wipe(pair, sizeof *pair);
}
