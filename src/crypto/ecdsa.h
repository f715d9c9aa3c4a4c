/* ecdsa.h: ECDSA on secp256k1 with public key recovery. Verification and recovery are consensus: any thread, no
 * context. Signing needs a signer: use by one thread at a time. */
#ifndef SCE_CRYPTO_ECDSA_H
#define SCE_CRYPTO_ECDSA_H

#include "crypto/random.h"

/* What becomes of r and s at or above the group order n. */
typedef enum sce_ecdsa_rule {
  SCE_ECDSA_REDUCE =
      1, /* version 1 of the host functions: taken modulo n (libsecp256k1 0.7 of Rust, parse_overflowing) */
  SCE_ECDSA_STRICT = 2 /* version 2: refused */
} sce_ecdsa_rule_t;

/* Outcome of a recovery. All but the last are the codes of sp_io::EcdsaVerifyError. */
typedef enum sce_ecdsa_outcome {
  SCE_ECDSA_BAD_RS = 0,
  SCE_ECDSA_BAD_V = 1,
  SCE_ECDSA_BAD_SIGNATURE = 2,
  SCE_ECDSA_RECOVERED = 3
} sce_ecdsa_outcome_t;

/* ext_crypto_secp256k1_ecdsa_recover: the key that made `signature` (r, s, v; big-endian) of `hash`, as x and y. v
 * above 26 is lowered by 27 and must then be 0 to 3; that is looked at first. High s is accepted. The output is written
 * only when recovered. */
sce_ecdsa_outcome_t sce_ecdsa_recover(uint8_t public_key[64], const uint8_t signature[65], const uint8_t hash[32],
                                      sce_ecdsa_rule_t rule);
/* The same, key compressed (ext_crypto_secp256k1_ecdsa_recover_compressed). */
sce_ecdsa_outcome_t sce_ecdsa_recover_compressed(uint8_t public_key[33], const uint8_t signature[65],
                                                 const uint8_t hash[32], sce_ecdsa_rule_t rule);

/* ext_crypto_ecdsa_verify_prehashed (rule STRICT): whether the key recovered is `public_key`. v must be 0 to 3. */
bool sce_ecdsa_verify_prehashed(const uint8_t signature[65], const uint8_t public_key[33], const uint8_t hash[32],
                                sce_ecdsa_rule_t rule);
/* ext_crypto_ecdsa_verify, versions 1 and 2: the same over the BLAKE2b-256 digest of `message`. */
bool sce_ecdsa_verify(const uint8_t signature[65], const uint8_t public_key[33], sce_span_t message,
                      sce_ecdsa_rule_t rule);

/* Blinded tables for what uses secret keys. */
typedef struct sce_ecdsa_signer sce_ecdsa_signer_t;

sce_error_t *sce_ecdsa_signer_new(sce_ecdsa_signer_t **signer, sce_random_t *random);
void sce_ecdsa_signer_delete(sce_ecdsa_signer_t *signer);

/* The compressed public key of a secret key; false when the secret is 0 or not below the group order. */
bool sce_ecdsa_public(const sce_ecdsa_signer_t *signer, uint8_t public_key[33], const uint8_t secret[32]);
/* r, s, v of a 32-byte hash: nonce by RFC 6979, s in the lower half, v 0 to 3. False for such a secret. */
bool sce_ecdsa_sign(const sce_ecdsa_signer_t *signer, uint8_t signature[65], const uint8_t secret[32],
                    const uint8_t hash[32]);

#endif
