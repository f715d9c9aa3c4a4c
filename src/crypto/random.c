/* random.c: the two sources of random bytes. */
#include "crypto/random.h"

#include "base/error.h"
#include "crypto/secret.h"
#include "scexec_native.h"

#include <errno.h>
#include <sys/random.h>

void sce_random_init(sce_random_t *random, const uint8_t seed[32]) {
  *random = (sce_random_t){.seeded = seed != NULL};
  if (seed != NULL) memcpy(random->seed, seed, sizeof random->seed);
}

static sce_error_t *fill_from_system(uint8_t *out, size_t len) {
  for (size_t done = 0; done < len;) {
    ssize_t got = getrandom(out + done, len - done, 0);
    if (got < 0 && errno != EINTR) return sce_error_system(errno, "random numbers of the system");
    if (got > 0) done += (size_t)got;
  }
  return NULL;
}

sce_error_t *sce_random_fill(sce_random_t *random, uint8_t *out, size_t len) {
  if (!random->seeded) return fill_from_system(out, len);
  if (!scn_chacha20_stream(out, len, random->seed, random->word)) {
    return sce_error_new(SCE_INTERNAL, "ChaCha20 stream failed at word %llu", (unsigned long long)random->word);
  }
  random->word += len / 4 + (len % 4 != 0);
  return NULL;
}

void sce_random_wipe(sce_random_t *random) {
  sce_wipe(random, sizeof *random);
}
