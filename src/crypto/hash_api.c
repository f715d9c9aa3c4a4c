/* hash_api.c: the public names of the hash functions (scexec/hash.h) over the internal ones. */
#include "scexec/hash.h"

#include "crypto/hash.h"

void sce_hash_blake2b_128(uint8_t out[16], sce_span_t data) {
  sce_blake2b_128(out, data);
}

void sce_hash_blake2b_256(uint8_t out[32], sce_span_t data) {
  sce_blake2b_256(out, data);
}

void sce_hash_twox_64(uint8_t out[8], sce_span_t data) {
  sce_twox_64(out, data);
}

void sce_hash_twox_128(uint8_t out[16], sce_span_t data) {
  sce_twox_128(out, data);
}

void sce_hash_keccak_256(uint8_t out[32], sce_span_t data) {
  sce_keccak_256(out, data);
}
