/* verify.h: signatures of messages of any length, verified within the budget of the calling thread. Any thread. */
#ifndef SCE_CRYPTO_VERIFY_H
#define SCE_CRYPTO_VERIFY_H

#include "scexec/base.h"

/* Which rule decides; ed25519.h and sr25519.h say what each is. */
typedef enum sce_verify_rule {
  SCE_VERIFY_ED25519,
  SCE_VERIFY_SR25519,
  SCE_VERIFY_SR25519_DEPRECATED
} sce_verify_rule_t;

/* Whether the signature is valid. The libraries take a message as a whole: one of many megabytes is verified in a
 * thread of its own, from a copy. Errors: those of the budget, SCE_OUT_OF_MEMORY. */
sce_error_t *sce_verify(bool *valid, sce_verify_rule_t rule, const uint8_t signature[64], const uint8_t public_key[32],
                        sce_span_t message);

#endif
