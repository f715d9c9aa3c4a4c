/* hash.c: the "twox" hashes, which are XXH64 under several seeds. libxxhash is compiled in from its header, so that
 * short inputs, storage prefixes of a dozen bytes, cost no call into a shared library. */
#include "crypto/hash.h"

#include "base/budget.h"
#include "base/checked.h"
#include "base/error.h"

/* gcc leaves the loop over 32-byte stripes rolled up: a fifth slower on long inputs. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("unroll-loops")
#endif
#define XXH_INLINE_ALL
#include <xxhash.h>

static inline void twox(uint8_t *out, unsigned lanes, sce_span_t data) {
  for (unsigned seed = 0; seed < lanes; seed++) {
    sce_store_le64(out + 8 * (size_t)seed, XXH64(data.data, data.len, seed));
  }
}

void sce_twox_64(uint8_t out[8], sce_span_t data) {
  twox(out, 1, data);
}

void sce_twox_128(uint8_t out[16], sce_span_t data) {
  twox(out, 2, data);
}

void sce_twox_256(uint8_t out[32], sce_span_t data) {
  twox(out, 4, data);
}

sce_error_t *sce_twox_long(uint8_t *out, unsigned lanes, sce_span_t data) {
  XXH64_state_t states[4];
  for (unsigned seed = 0; seed < lanes; seed++) XXH64_reset(&states[seed], seed);
  for (size_t at = 0; at < data.len; at += SCE_HASH_LONG) {
    size_t len = data.len - at < SCE_HASH_LONG ? data.len - at : SCE_HASH_LONG;
    SCE_TRY(sce_budget_check());
    for (unsigned seed = 0; seed < lanes; seed++) XXH64_update(&states[seed], data.data + at, len);
  }
  for (unsigned seed = 0; seed < lanes; seed++) sce_store_le64(out + 8 * (size_t)seed, XXH64_digest(&states[seed]));
  return NULL;
}

sce_error_t *sce_hash_long(uint8_t *out, scn_hash_t hash, sce_span_t head, sce_span_t data) {
  sce_error_t *err = NULL;
  (void)scn_hash_pieces(out, hash, head, data, sce_budget_go_on, &err);
  return err;
}
