/* random.h: where keys and nonces get their randomness: the system's generator, or, when the host wants calls that can
 * be repeated, a ChaCha20 stream from a given seed. */
#ifndef SCE_CRYPTO_RANDOM_H
#define SCE_CRYPTO_RANDOM_H

#include "scexec/base.h"

/* A source of random bytes, used by one thread at a time. Made by the two functions below; wiped by sce_random_wipe. */
typedef struct sce_random {
  bool seeded;
  uint8_t seed[32]; /* secret; only with `seeded` */
  uint64_t word;    /* next 4-byte word of the stream; only with `seeded` */
} sce_random_t;

/* `seed` NULL: the system's generator. Else the stream that these 32 bytes determine, now and in later versions. */
void sce_random_init(sce_random_t *random, const uint8_t seed[32]);

/* `len` random bytes. From the system: SCE_IO when it has none to give. */
sce_error_t *sce_random_fill(sce_random_t *random, uint8_t *out, size_t len);

void sce_random_wipe(sce_random_t *random);

#endif
