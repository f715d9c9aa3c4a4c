/* ecdsa.c: ECDSA through libsecp256k1 (recovery module), which native/ links in. */
#include "crypto/ecdsa.h"

#include "base/alloc.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

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

/* `v` is the recovery id itself, without Ethereum's 27. `compressed` or `full` is NULL. */
static sce_ecdsa_outcome_t recover(uint8_t compressed[33], uint8_t full[65], const uint8_t signature[64], uint8_t v,
                                   const uint8_t hash[32], sce_ecdsa_rule_t rule) {
  uint8_t rs[64];
  memcpy(rs, signature, sizeof rs);
  if (rule == SCE_ECDSA_REDUCE) {
    reduce(rs);
    reduce(rs + 32);
  }
  return (sce_ecdsa_outcome_t)scn_ecdsa_recover(compressed, full, rs, v, hash);
}

static uint8_t recovery_id(const uint8_t signature[65]) {
  return (uint8_t)(signature[64] > 26 ? signature[64] - 27 : signature[64]);
}

sce_ecdsa_outcome_t sce_ecdsa_recover(uint8_t public_key[64], const uint8_t signature[65], const uint8_t hash[32],
                                      sce_ecdsa_rule_t rule) {
  uint8_t tagged[65];
  sce_ecdsa_outcome_t outcome = recover(NULL, tagged, signature, recovery_id(signature), hash, rule);
  if (outcome == SCE_ECDSA_RECOVERED) memcpy(public_key, tagged + 1, 64);
  return outcome;
}

sce_ecdsa_outcome_t sce_ecdsa_recover_compressed(uint8_t public_key[33], const uint8_t signature[65],
                                                 const uint8_t hash[32], sce_ecdsa_rule_t rule) {
  return recover(public_key, NULL, signature, recovery_id(signature), hash, rule);
}

bool sce_ecdsa_verify_prehashed(const uint8_t signature[65], const uint8_t public_key[33], const uint8_t hash[32],
                                sce_ecdsa_rule_t rule) {
  uint8_t actual[33];
  if (recover(actual, NULL, signature, signature[64], hash, rule) != SCE_ECDSA_RECOVERED) return false;
  return memcmp(actual, public_key, sizeof actual) == 0;
}

bool sce_ecdsa_verify(const uint8_t signature[65], const uint8_t public_key[33], sce_span_t message,
                      sce_ecdsa_rule_t rule) {
  uint8_t hash[32];
  sce_blake2b_256(hash, message);
  return sce_ecdsa_verify_prehashed(signature, public_key, hash, rule);
}

struct sce_ecdsa_signer {
  size_t size; /* of `context` */
  _Alignas(max_align_t) uint8_t context[];
};

sce_error_t *sce_ecdsa_signer_new(sce_ecdsa_signer_t **out, sce_random_t *random) {
  uint8_t blinding[32];
  SCE_TRY(sce_random_fill(random, blinding, sizeof blinding));
  size_t size = scn_ecdsa_context_size();
  sce_ecdsa_signer_t *signer = sce_alloc(sizeof *signer + size);
  bool made = false;
  if (signer != NULL) {
    signer->size = size;
    made = scn_ecdsa_context_init(signer->context, blinding);
  }
  sce_wipe(blinding, sizeof blinding);
  if (signer == NULL) return sce_error_oom();
  if (!made) {
    sce_ecdsa_signer_delete(signer);
    return sce_error_new(SCE_INTERNAL, "libsecp256k1 could not blind its tables");
  }
  *out = signer;
  return NULL;
}

void sce_ecdsa_signer_delete(sce_ecdsa_signer_t *signer) {
  if (signer == NULL) return;
  sce_wipe(signer->context, signer->size);
  sce_free(signer);
}

bool sce_ecdsa_public(const sce_ecdsa_signer_t *signer, uint8_t public_key[33], const uint8_t secret[32]) {
  return scn_ecdsa_public(signer->context, public_key, secret);
}

bool sce_ecdsa_sign(const sce_ecdsa_signer_t *signer, uint8_t signature[65], const uint8_t secret[32],
                    const uint8_t hash[32]) {
  return scn_ecdsa_sign(signer->context, signature, secret, hash);
}
