/* ecdsa.c: ECDSA through libsecp256k1 (recovery module). Recovery needs no tables of its own, so it runs on the
 * library's static, read-only context. That context answers misuse by abort(): every argument is checked before a call.
 */
#include "crypto/ecdsa.h"

#include "base/alloc.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>

/* n, the order of the group (SEC 2, section 2.4.1), big-endian. */
static const uint8_t order[32] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
};

/* Takes a number of 256 bits modulo n. One subtraction does it, as 2^256 < 2n. */
static void reduce(uint8_t scalar[32]) {
  if (memcmp(scalar, order, 32) < 0) return;
  int borrow = 0;
  for (int i = 31; i >= 0; i--) {
    int digit = scalar[i] - order[i] - borrow;
    borrow = digit < 0;
    scalar[i] = (uint8_t)digit;
  }
}

/* `v` is the recovery id itself, without Ethereum's 27. */
static sce_ecdsa_outcome_t recover(secp256k1_pubkey *key, const uint8_t signature[64], uint8_t v,
                                   const uint8_t hash[32], sce_ecdsa_rule_t rule) {
  if (v > 3) return SCE_ECDSA_BAD_V;
  uint8_t rs[64];
  memcpy(rs, signature, sizeof rs);
  if (rule == SCE_ECDSA_REDUCE) {
    reduce(rs);
    reduce(rs + 32);
  }
  const secp256k1_context *context = secp256k1_context_static;
  secp256k1_ecdsa_recoverable_signature parsed;
  if (!secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, rs, v)) return SCE_ECDSA_BAD_RS;
  return secp256k1_ecdsa_recover(context, key, &parsed, hash) ? SCE_ECDSA_RECOVERED : SCE_ECDSA_BAD_SIGNATURE;
}

static uint8_t recovery_id(const uint8_t signature[65]) {
  return (uint8_t)(signature[64] > 26 ? signature[64] - 27 : signature[64]);
}

static void compress(uint8_t out[33], const secp256k1_pubkey *key) {
  size_t len = 33;
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, out, &len, key, SECP256K1_EC_COMPRESSED);
}

sce_ecdsa_outcome_t sce_ecdsa_recover(uint8_t public_key[64], const uint8_t signature[65], const uint8_t hash[32],
                                      sce_ecdsa_rule_t rule) {
  secp256k1_pubkey key;
  sce_ecdsa_outcome_t outcome = recover(&key, signature, recovery_id(signature), hash, rule);
  if (outcome != SCE_ECDSA_RECOVERED) return outcome;
  uint8_t tagged[65];
  size_t len = sizeof tagged;
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, tagged, &len, &key, SECP256K1_EC_UNCOMPRESSED);
  memcpy(public_key, tagged + 1, 64);
  return outcome;
}

sce_ecdsa_outcome_t sce_ecdsa_recover_compressed(uint8_t public_key[33], const uint8_t signature[65],
                                                 const uint8_t hash[32], sce_ecdsa_rule_t rule) {
  secp256k1_pubkey key;
  sce_ecdsa_outcome_t outcome = recover(&key, signature, recovery_id(signature), hash, rule);
  if (outcome == SCE_ECDSA_RECOVERED) compress(public_key, &key);
  return outcome;
}

bool sce_ecdsa_verify_prehashed(const uint8_t signature[65], const uint8_t public_key[33], const uint8_t hash[32],
                                sce_ecdsa_rule_t rule) {
  secp256k1_pubkey key;
  if (recover(&key, signature, signature[64], hash, rule) != SCE_ECDSA_RECOVERED) return false;
  uint8_t actual[33];
  compress(actual, &key);
  return memcmp(actual, public_key, sizeof actual) == 0;
}

bool sce_ecdsa_verify(const uint8_t signature[65], const uint8_t public_key[33], sce_span_t message,
                      sce_ecdsa_rule_t rule) {
  uint8_t hash[32];
  sce_blake2b_256(hash, message);
  return sce_ecdsa_verify_prehashed(signature, public_key, hash, rule);
}

struct sce_ecdsa_signer {
  secp256k1_context *context; /* lies in `memory` */
  size_t size;
  _Alignas(max_align_t) uint8_t memory[];
};

sce_error_t *sce_ecdsa_signer_new(sce_ecdsa_signer_t **out, sce_random_t *random) {
  uint8_t blinding[32];
  SCE_TRY(sce_random_fill(random, blinding, sizeof blinding));
  size_t size = secp256k1_context_preallocated_size(SECP256K1_CONTEXT_SIGN);
  sce_ecdsa_signer_t *signer = sce_alloc(sizeof *signer + size);
  if (signer == NULL) {
    sce_wipe(blinding, sizeof blinding);
    return sce_error_oom();
  }
  signer->size = size;
  signer->context = secp256k1_context_preallocated_create(signer->memory, SECP256K1_CONTEXT_SIGN);
  int done = secp256k1_context_randomize(signer->context, blinding);
  sce_wipe(blinding, sizeof blinding);
  if (!done) {
    sce_ecdsa_signer_delete(signer);
    return sce_error_new(SCE_INTERNAL, "libsecp256k1 could not blind its tables");
  }
  *out = signer;
  return NULL;
}

void sce_ecdsa_signer_delete(sce_ecdsa_signer_t *signer) {
  if (signer == NULL) return;
  secp256k1_context_preallocated_destroy(signer->context);
  sce_wipe(signer->memory, signer->size);
  sce_free(signer);
}

bool sce_ecdsa_public(const sce_ecdsa_signer_t *signer, uint8_t public_key[33], const uint8_t secret[32]) {
  secp256k1_pubkey key;
  if (!secp256k1_ec_pubkey_create(signer->context, &key, secret)) return false;
  compress(public_key, &key);
  return true;
}

bool sce_ecdsa_sign(const sce_ecdsa_signer_t *signer, uint8_t signature[65], const uint8_t secret[32],
                    const uint8_t hash[32]) {
  secp256k1_ecdsa_recoverable_signature made;
  if (!secp256k1_ecdsa_sign_recoverable(signer->context, &made, hash, secret, NULL, NULL)) return false;
  int v = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(signer->context, signature, &v, &made);
  signature[64] = (uint8_t)v;
  return true;
}
