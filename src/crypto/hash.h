/* hash.h: the hash functions of the Host API, of the trie and of metadata. Thin calls: BLAKE2b, BLAKE3, SHA-2 and
 * Keccak through native/, XXH64 from libxxhash. Any thread; outputs may not overlap inputs. */
#ifndef SCE_CRYPTO_HASH_H
#define SCE_CRYPTO_HASH_H

#include "scexec/base.h"
#include "scexec_native.h"

/* BLAKE2b (RFC 7693) without key, with a digest of 16, 32 or 64 bytes. */
static inline void sce_blake2b_128(uint8_t out[16], sce_span_t data) {
  scn_blake2b_128(out, data.data, data.len);
}
static inline void sce_blake2b_256(uint8_t out[32], sce_span_t data) {
  scn_blake2b_256(out, data.data, data.len);
}
static inline void sce_blake2b_512(uint8_t out[64], sce_span_t data) {
  scn_blake2b_512(out, data.data, data.len);
}

/* The 32-byte BLAKE2b digests of `count` inputs into out[0..count]. About twice the throughput of one after the other
 * where the machine has AVX2; best with inputs of like length side by side. `count` may be 0. */
static inline void sce_blake2b_256_many(uint8_t (*out)[32], const sce_span_t *inputs, size_t count) {
  if (count == 1)
    scn_blake2b_256(out[0], inputs[0].data, inputs[0].len);
  else
    scn_blake2b_256_many(out, inputs, count);
}

/* A 32-byte BLAKE2b digest of data that comes in pieces. The state is plain data: no freeing, copies are independent.
 */
typedef scn_blake2b_state_t sce_blake2b_256_state_t;
static inline void sce_blake2b_256_init(sce_blake2b_256_state_t *state) {
  scn_blake2b_256_init(state);
}
static inline void sce_blake2b_256_update(sce_blake2b_256_state_t *state, sce_span_t data) {
  scn_blake2b_256_update(state, data.data, data.len);
}
/* The digest of all data so far; more may be added after. */
static inline void sce_blake2b_256_final(const sce_blake2b_256_state_t *state, uint8_t out[32]) {
  scn_blake2b_256_final(state, out);
}

/* BLAKE3 without a key. */
static inline void sce_blake3_256(uint8_t out[32], sce_span_t data) {
  scn_blake3(out, data.data, data.len);
}

static inline void sce_sha2_256(uint8_t out[32], sce_span_t data) {
  scn_sha2_256(out, data.data, data.len);
}

/* Keccak with the original padding (0x01), not SHA-3's. */
static inline void sce_keccak_256(uint8_t out[32], sce_span_t data) {
  scn_keccak_256(out, data.data, data.len);
}
static inline void sce_keccak_512(uint8_t out[64], sce_span_t data) {
  scn_keccak_512(out, data.data, data.len);
}

/* XXH64 with the seeds 0, 1, 2, …, each digest little-endian, one after the other (sp-crypto-hashing, twox_*). */
void sce_twox_64(uint8_t out[8], sce_span_t data);
void sce_twox_128(uint8_t out[16], sce_span_t data);
void sce_twox_256(uint8_t out[32], sce_span_t data);

/* For inputs whose length somebody else decides: above this many bytes a hash takes milliseconds. */
#define SCE_HASH_LONG ((size_t)1 << 20)
/* The digest of `head` and `data` behind it, in pieces, between which the calling thread's budget is looked at. */
sce_error_t *sce_hash_long(uint8_t *out, scn_hash_t hash, sce_span_t head, sce_span_t data);
/* The same for the "twox" hashes; `out` has 8 bytes for each of `lanes`, at most 4. */
sce_error_t *sce_twox_long(uint8_t *out, unsigned lanes, sce_span_t data);

#endif
