/* ed25519.h: Ed25519 verification, which is consensus. Signing is in pair.h. Any thread. */
#ifndef SCE_CRYPTO_ED25519_H
#define SCE_CRYPTO_ED25519_H

#include "scexec_native.h"

/* ZIP-215 (ext_crypto_ed25519_verify; sp-core 43, ed25519.rs, `verify`): cofactored equation; points that are not
 * canonical or of small order are accepted, s at or above the group order is not. */
static inline bool sce_ed25519_verify(const uint8_t signature[64], const uint8_t public_key[32], sce_span_t message) {
  return scn_ed25519_verify(signature, public_key, message.data, message.len);
}

/* The rule of hosts before the switch to ZIP-215 (sp-io 49, `ed25519_verify` with its UseDalekExt): ed25519-dalek 2,
 * which computes R again and compares it byte for byte. */
static inline bool sce_ed25519_verify_dalek(const uint8_t signature[64], const uint8_t public_key[32],
                                            sce_span_t message) {
  return scn_ed25519_verify_dalek(signature, public_key, message.data, message.len);
}

#endif
