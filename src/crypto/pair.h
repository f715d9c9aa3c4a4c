/* pair.h: key pairs of the three schemes: from a secret URI, and signing. Same keys and signatures as sp-core 43
 * (`Pair::from_string`, `Pair::sign`). */
#ifndef SCE_CRYPTO_PAIR_H
#define SCE_CRYPTO_PAIR_H

#include "crypto/ecdsa.h"
#include "scexec/externalities.h"

/* A pair; `secret` is wiped by sce_pair_wipe. */
typedef struct sce_pair {
  sce_key_scheme_t scheme;
  uint8_t public_key[33]; /* 32 bytes in use, ecdsa 33 */
  uint8_t secret[64];     /* ed25519 and ecdsa: 32 bytes; sr25519: schnorrkel's SecretKey */
} sce_pair_t;

/* Bytes of a public key: 32, ecdsa 33. */
static inline size_t sce_public_key_len(sce_key_scheme_t scheme) {
  return scheme == SCE_KEY_ECDSA ? 33 : 32;
}

/* True for one of the three; a number from outside may be none. */
static inline bool sce_key_scheme_valid(sce_key_scheme_t scheme) {
  return scheme == SCE_KEY_ED25519 || scheme == SCE_KEY_SR25519 || scheme == SCE_KEY_ECDSA;
}

/* The pair of `uri`. `password` (NULL: none) goes before the URI's own. Errors: SCE_BAD_INPUT for what is no secret URI
 * of that scheme (only sr25519 has soft junctions). On failure `pair` holds no secret. */
sce_error_t *sce_pair_from_uri(sce_pair_t *pair, const sce_ecdsa_signer_t *signer, sce_random_t *random,
                               sce_key_scheme_t scheme, sce_span_t uri, const sce_span_t *password);

/* Signs into 64 bytes (ecdsa 65). Ecdsa signs the BLAKE2b-256 digest of the message, or the message itself when it is
 * `prehashed`: then it must have 32 bytes and the scheme must be ecdsa (SCE_MISUSE). */
sce_error_t *sce_pair_sign(const sce_pair_t *pair, uint8_t signature[65], const sce_ecdsa_signer_t *signer,
                           sce_random_t *random, sce_span_t message, bool prehashed);

void sce_pair_wipe(sce_pair_t *pair);

#endif
