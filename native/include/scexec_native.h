/* scexec_native.h: the Rust glue of native/, as C sees it. Internal: only src/crypto and src/executor use it.
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

/* ---- the engine (engine.rs) ---- */

#ifndef SCEXEC_PREBUILT_WASMTIME
struct wasm_config_t;
/* Lets Cranelift inline calls within a module (wasmtime::Config::compiler_inlining, which the C API lacks). */
void scn_config_inline(struct wasm_config_t *config);

/* ---- compiling (compile.rs): as Wasmtime's functions of these names, but a refused thread, map or signal stack is an
 * error, NULL being success, and no panic ends the process ---- */

struct wasm_engine_t;
struct wasmtime_error;
struct wasmtime_module;
/* wasm_engine_new_with_config(). Takes `config`. */
struct wasmtime_error *scn_engine_new(struct wasm_config_t *config, struct wasm_engine_t **engine);
/* wasmtime_module_new() and wasmtime_module_validate(). `parallel`, which must be as the engine's configuration has it:
 * a thread that may stop (scn_compile_begin()) uses threads of the process, made on first use and kept, and again in a
 * forked child; `*alone` is set when the calling thread does it all instead, for it may not stop, or none can be
 * started. */
struct wasmtime_error *scn_module_new(const struct wasm_engine_t *engine, const uint8_t *code, size_t len,
                                      bool parallel, struct wasmtime_module **module, bool *alone);
struct wasmtime_error *scn_module_validate(const struct wasm_engine_t *engine, const uint8_t *code, size_t len,
                                           bool parallel, bool *alone);
/* Between the two, the calling thread stops for ever when it is refused memory, as the compiling threads of the process
 * do at any time, where any other thread would end the process. What it holds is not freed. scn_compile_stopped() is
 * the number of threads that have stopped: when it rises, compiling that is under way may never end. */
void scn_compile_begin(void);
void scn_compile_end(void);
uint64_t scn_compile_stopped(void);
/* Makes what traps need in this thread (a signal stack); false when the system refuses it. Any number of times. */
bool scn_thread_ready(void);

struct wasmtime_store;
/* Bounds linear memory as wasmtime_store_limiter() does; growth beyond `bytes`, or that the system refuses, ends the
 * call with an error (StoreLimitsBuilder::trap_on_grow_failure, which the C API lacks). */
void scn_store_limit_memory(struct wasmtime_store *store, size_t bytes);
/* What all memories and tables of a store may take together. */
typedef struct scn_memory_budget {
  size_t left;   /* bytes */
  size_t items;  /* instances, and tables, and half the memories */
  bool exceeded; /* set when more was asked for, or the system had no more: then the call has ended with an error */
} scn_memory_budget_t;
/* `budget` must outlive the store (Store::limiter). Growth beyond a memory's own maximum stays -1. */
void scn_store_limit_together(struct wasmtime_store *store, scn_memory_budget_t *budget);
#endif

/* ---- hashing (hash.rs) ---- */

/* BLAKE2b without key, digest of 16, 32 or 64 bytes. */
void scn_blake2b_128(uint8_t out[16], const uint8_t *data, size_t len);
void scn_blake2b_256(uint8_t out[32], const uint8_t *data, size_t len);
void scn_blake2b_512(uint8_t out[64], const uint8_t *data, size_t len);
/* BLAKE3 without a key: 32 bytes. */
void scn_blake3(uint8_t out[32], const uint8_t *data, size_t len);

/* The 32-byte BLAKE2b digests of `count` inputs, several at a time in SIMD lanes. */
void scn_blake2b_256_many(uint8_t (*out)[32], const sce_span_t *inputs, size_t count);

/* Says whether work that takes long is to go on; it is asked every few milliseconds. */
typedef bool (*scn_go_on_t)(void *ctx);

typedef enum scn_hash { SCN_BLAKE2B_128, SCN_BLAKE2B_256, SCN_SHA2_256, SCN_KECCAK_256, SCN_KECCAK_512 } scn_hash_t;

/* The digest of `head` and `data` behind it; false when `go_on` ended it, and then `out` is undefined. */
bool scn_hash_pieces(uint8_t *out, scn_hash_t hash, sce_span_t head, sce_span_t data, scn_go_on_t go_on, void *ctx);

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

/* ---- signatures (ed25519.rs, sr25519.rs) ----
 *
 * Verification: true when the signature is accepted; any bytes may be given. The others: false when the secret is not
 * one that these functions wrote, or the library failed; outputs are then undefined. */

/* ZIP-215, what the network accepts. */
bool scn_ed25519_verify(const uint8_t signature[64], const uint8_t public_key[32], const uint8_t *message, size_t len);
/* The rule before that (ed25519-dalek): R is recomputed and must match byte for byte. */
bool scn_ed25519_verify_dalek(const uint8_t signature[64], const uint8_t public_key[32], const uint8_t *message,
                              size_t len);
bool scn_ed25519_public(uint8_t public_key[32], const uint8_t seed[32]);
bool scn_ed25519_sign(uint8_t signature[64], const uint8_t seed[32], const uint8_t *message, size_t len);

/* Context "substrate". `preaudit_too`: signatures without the marker bit are taken for those of schnorrkel 0.1.1. */
bool scn_sr25519_verify(const uint8_t signature[64], const uint8_t public_key[32], const uint8_t *message, size_t len,
                        bool preaudit_too);
/* `secret` is schnorrkel's SecretKey: 32 bytes scalar, 32 bytes nonce seed. */
bool scn_sr25519_from_seed(uint8_t secret[64], const uint8_t seed[32]);
/* Replaces `secret` by its child. `entropy`: fresh random bytes, mixed into the nonce seed of a soft child (a hard
 * child has its own from the derivation). */
bool scn_sr25519_derive(uint8_t secret[64], const uint8_t chain_code[32], bool hard, const uint8_t entropy[32]);
bool scn_sr25519_public(uint8_t public_key[32], const uint8_t secret[64]);
/* `entropy`: fresh random bytes, mixed into the nonce. */
bool scn_sr25519_sign(uint8_t signature[64], const uint8_t secret[64], const uint8_t public_key[32],
                      const uint8_t *message, size_t len, const uint8_t entropy[32]);

/* ---- ECDSA (ecdsa.rs) ---- */

/* The key that made (r, s), big-endian, of `hash`, as 33 and as 65 bytes (02/03 and x; 04, x and y); either output may
 * be NULL, both are written only on success. Returns 0 when r or s is not below the group order, 1 when v is above 3, 2
 * when there is no such key, 3 on success. Any thread, no context. */
int scn_ecdsa_recover(uint8_t compressed[33], uint8_t full[65], const uint8_t rs[64], uint8_t v,
                      const uint8_t hash[32]);

/* Signing needs a context: memory of that many bytes, aligned for any type, no pointers in it to free. `blinding`:
 * fresh random bytes. */
size_t scn_ecdsa_context_size(void);
bool scn_ecdsa_context_init(void *memory, const uint8_t blinding[32]);
/* Compressed public key; false when the secret is zero or not below the group order, as below. */
bool scn_ecdsa_public(const void *context, uint8_t public_key[33], const uint8_t secret[32]);
/* r, s, v: nonce by RFC 6979, s in the lower half, v 0 to 3. */
bool scn_ecdsa_sign(const void *context, uint8_t signature[65], const uint8_t secret[32], const uint8_t hash[32]);

/* ---- elliptic curves (curves.rs) ---- */

typedef enum scn_curve_op {
  SCN_CURVE_MSM,
  SCN_CURVE_MUL,
  SCN_CURVE_MULTI_MILLER_LOOP,
  SCN_CURVE_FINAL_EXPONENTIATION
} scn_curve_op_t;

/* Pairings, and the groups of points. Bandersnatch has a twisted Edwards and a short Weierstrass form. */
typedef enum scn_curve {
  SCN_BLS12_377,
  SCN_BLS12_377_G1,
  SCN_BLS12_377_G2,
  SCN_BLS12_381,
  SCN_BLS12_381_G1,
  SCN_BLS12_381_G2,
  SCN_BW6_761,
  SCN_BW6_761_G1,
  SCN_BW6_761_G2,
  SCN_ED_ON_BLS12_377,
  SCN_BANDERSNATCH_TE,
  SCN_BANDERSNATCH_SW, /* old only */
  SCN_PALLAS,          /* not old */
  SCN_VESTA            /* not old */
} scn_curve_t;

typedef enum scn_curve_status {
  SCN_CURVE_OK = 0,
  SCN_CURVE_ENCODE = 1, /* the value is longer than `cap` */
  SCN_CURVE_DECODE = 2,
  SCN_CURVE_LENGTH_MISMATCH = 3,
  SCN_CURVE_DEGENERATE_POINT = 4,
  SCN_CURVE_UNKNOWN = 255, /* the value does not exist, or the curve has no such operation */
  SCN_CURVE_PANIC = -1,    /* arkworks would panic, or did */
  SCN_CURVE_ENDED = -3,    /* `go_on` said so */
  SCN_CURVE_NO_MEMORY = -2 /* the operands' size asks for more memory than there is */
} scn_curve_status_t;

#define SCN_CURVE_OUT_MAX 576

typedef struct scn_curve_out {
  size_t cap; /* the caller's room, above SCN_CURVE_OUT_MAX too */
  size_t len; /* of the value; 0 unless SCN_CURVE_OK */
  uint8_t bytes[SCN_CURVE_OUT_MAX];
} scn_curve_out_t;

/* An scn_curve_status_t. Operands and value are described in src/crypto/curve.h. The time is in proportion to the
 * operands (about a microsecond a bit of SCN_CURVE_MUL's scalar). `go_on` can end it, but for the additions of an old
 * sum, and the second half of BW6's multi Miller loop. */
int32_t scn_curve_compute(scn_curve_out_t *out, bool old, scn_curve_op_t op, scn_curve_t curve, sce_span_t a,
                          sce_span_t b, scn_go_on_t go_on, void *ctx);

/* ---- phrases and randomness (mnemonic.rs, random.rs) ---- */

/* Longest English phrase of 12 words: 12 * 8 letters, 11 spaces. */
#define SCN_PHRASE_MAX 107

/* The 32-byte seed of an English BIP-39 phrase of 12, 15, 18, 21 or 24 words; false when it is not such a phrase, or
 * the phrase or the password are not UTF-8. */
bool scn_mnemonic_seed(uint8_t seed[32], const uint8_t *phrase, size_t phrase_len, const uint8_t *password,
                       size_t password_len);
/* Writes the phrase of 12 words for 16 bytes of entropy, without NUL; its length, or 0 when `cap` is too small. */
size_t scn_mnemonic_phrase(uint8_t *out, size_t cap, const uint8_t entropy[16]);
/* Bytes of the ChaCha20 key stream (rand_chacha's ChaCha20Rng) of `seed` from 4-byte word number `word` on. */
bool scn_chacha20_stream(uint8_t *out, size_t len, const uint8_t seed[32], uint64_t word);

/* ---- message authentication (mac.rs) ---- */

/* BLAKE3 in keyed mode (section 2.2 of its paper): 32 bytes. `data` may be NULL when `len` is 0. */
void scn_blake3_keyed(uint8_t out[32], const uint8_t key[32], const uint8_t *data, size_t len);

/* Whether two MACs are equal, in constant time. */
bool scn_blake3_equal(const uint8_t a[32], const uint8_t b[32]);

/* ---- symbols (demangle.rs) ---- */

/* Writes the readable name of a mangled Rust symbol (both mangling schemes; without the hash) to `out`, at most `cap`
 * bytes of UTF-8 without NUL, cut at a character. Returns the bytes written, 0 when `symbol` is no such symbol. */
size_t scn_demangle(uint8_t *out, size_t cap, const uint8_t *symbol, size_t len);

#ifdef __cplusplus
}
#endif
#endif
