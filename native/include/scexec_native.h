/* scexec_native.h: the Rust glue of native/, as C sees it. Internal: only src/crypto and the trap reporting use it.
 *
 * All functions: any thread; no allocation that outlives the call; no panic and no unwinding out of them. A pointer to
 * input bytes may be NULL when its length is 0; no other pointer may be NULL. Outputs may not overlap inputs.
 */
#ifndef SCEXEC_NATIVE_H
#define SCEXEC_NATIVE_H

#include "scexec/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- hashing (hash.rs) ---- */

/* BLAKE2b without key, digest of 16, 32 or 64 bytes. */
void scn_blake2b_128(uint8_t out[16], const uint8_t *data, size_t len);
void scn_blake2b_256(uint8_t out[32], const uint8_t *data, size_t len);
void scn_blake2b_512(uint8_t out[64], const uint8_t *data, size_t len);

/* The 32-byte BLAKE2b digests of `count` inputs, several at a time in SIMD lanes. */
void scn_blake2b_256_many(uint8_t (*out)[32], const sce_span_t *inputs, size_t count);

/* A 32-byte BLAKE2b digest in pieces. The state is plain data: may be copied, needs no freeing. */
typedef struct scn_blake2b_state {
  _Alignas(16) uint8_t opaque[256];
} scn_blake2b_state_t;
void scn_blake2b_256_init(scn_blake2b_state_t *state);
void scn_blake2b_256_update(scn_blake2b_state_t *state, const uint8_t *data, size_t len);
/* Leaves the state as it is: more may be added after. */
void scn_blake2b_256_final(const scn_blake2b_state_t *state, uint8_t out[32]);

void scn_sha2_256(uint8_t out[32], const uint8_t *data, size_t len);

/* Keccak with the original padding (0x01), as Ethereum has it; not SHA-3. */
void scn_keccak_256(uint8_t out[32], const uint8_t *data, size_t len);
void scn_keccak_512(uint8_t out[64], const uint8_t *data, size_t len);

/* ---- symbols (demangle.rs) ---- */

/* Writes the readable name of a mangled Rust symbol (both mangling schemes; without the hash) to `out`, at most `cap`
 * bytes of UTF-8 without NUL, cut at a character. Returns the bytes written, 0 when `symbol` is no such symbol. */
size_t scn_demangle(uint8_t *out, size_t cap, const uint8_t *symbol, size_t len);

#ifdef __cplusplus
}
#endif
#endif
