/* sr25519.h: Schnorr signatures on Ristretto, context "substrate"; verification, which is consensus. Signing is in
 * pair.h. Any thread. */
#ifndef SCE_CRYPTO_SR25519_H
#define SCE_CRYPTO_SR25519_H

#include "scexec_native.h"

/* ext_crypto_sr25519_verify version 2 (sp-core 43, sr25519.rs, `verify`): the marker bit, top bit of byte 63, is
 * needed. */
static inline bool sce_sr25519_verify(const uint8_t signature[64], const uint8_t public_key[32], sce_span_t message) {
  return scn_sr25519_verify(signature, public_key, message.data, message.len, false);
}

/* Version 1 (`verify_deprecated`): without the marker bit the signature is taken for one of schnorrkel 0.1.1. */
static inline bool sce_sr25519_verify_deprecated(const uint8_t signature[64], const uint8_t public_key[32],
                                                 sce_span_t message) {
  return scn_sr25519_verify(signature, public_key, message.data, message.len, true);
}

#endif
