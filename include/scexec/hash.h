/* hash.h: the hash functions that chains are built with: block hashes, storage keys, code hashes.
 *
 * Any thread. Outputs may not overlap inputs.
 */
#ifndef SCEXEC_HASH_H
#define SCEXEC_HASH_H

#include "scexec/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* BLAKE2b (RFC 7693) without key, digests of 16 and 32 bytes: blocks, extrinsics, trie nodes (sp_crypto_hashing). */
SCE_API void sce_hash_blake2b_128(uint8_t out[16], sce_span_t data);
SCE_API void sce_hash_blake2b_256(uint8_t out[32], sce_span_t data);

/* XXH64 with the seeds 0 and 1, each digest little-endian, one after the other: the pallet and item parts of storage
 * keys (sp_crypto_hashing, twox_64 and twox_128). */
SCE_API void sce_hash_twox_64(uint8_t out[8], sce_span_t data);
SCE_API void sce_hash_twox_128(uint8_t out[16], sce_span_t data);

/* Keccak with the original padding, as Ethereum has it. */
SCE_API void sce_hash_keccak_256(uint8_t out[32], sce_span_t data);

#ifdef __cplusplus
}
#endif
#endif
