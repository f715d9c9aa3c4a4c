/* crypto.c: the crypto family but keys: verification, recovery, and the batch verification of old runtimes.
 * Source: sp-io `trait Crypto`; the rules of acceptance are in src/crypto. */
#include "crypto/ecdsa.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "host/handlers.h"

/* The parameters of a verification over a message: signature, message, public key. */
typedef struct verify_args {
  const uint8_t *signature;
  sce_span_t message;
  const uint8_t *public_key;
} verify_args_t;

static sce_error_t *arg_verify(const sce_caller_t *caller, verify_args_t *in, const uint64_t *args,
                               uint32_t signature_len, uint32_t key_len) {
  SCE_TRY(sce_arg_bytes(caller, &in->signature, args[0], signature_len, "sig"));
  SCE_TRY(sce_arg_span(caller, &in->message, args[1], "msg"));
  return sce_arg_bytes(caller, &in->public_key, args[2], key_len, "pub_key");
}

static sce_error_t *verify(uint64_t *result, const verify_args_t *in, sce_verify_rule_t rule) {
  bool valid;
  SCE_TRY(sce_verify(&valid, rule, in->signature, in->public_key, in->message));
  *result = valid;
  return NULL;
}

SCE_HANDLER(crypto_ed25519_verify_1) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 64, 32));
  return verify(result, &in, SCE_VERIFY_ED25519);
}

SCE_HANDLER(crypto_sr25519_verify_1) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 64, 32));
  return verify(result, &in, SCE_VERIFY_SR25519_DEPRECATED);
}

SCE_HANDLER(crypto_sr25519_verify_2) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 64, 32));
  return verify(result, &in, SCE_VERIFY_SR25519);
}

/* Of a long message most of the time is its hash. */
static sce_error_t *verify_ecdsa(bool *valid, const verify_args_t *in, sce_ecdsa_rule_t rule) {
  uint8_t hash[32];
  if (in->message.len <= SCE_HASH_LONG) {
    *valid = sce_ecdsa_verify(in->signature, in->public_key, in->message, rule);
    return NULL;
  }
  SCE_TRY(sce_hash_long(hash, SCN_BLAKE2B_256, sce_span(NULL, 0), in->message));
  *valid = sce_ecdsa_verify_prehashed(in->signature, in->public_key, hash, rule);
  return NULL;
}

static sce_error_t *ecdsa_verify(const sce_caller_t *caller, const uint64_t *args, uint64_t *result,
                                 sce_ecdsa_rule_t rule) {
  verify_args_t in;
  bool valid;
  SCE_TRY(arg_verify(caller, &in, args, 65, 33));
  SCE_TRY(verify_ecdsa(&valid, &in, rule));
  *result = valid;
  return NULL;
}

SCE_HANDLER(crypto_ecdsa_verify_1) {
  return ecdsa_verify(caller, args, result, SCE_ECDSA_REDUCE);
}

SCE_HANDLER(crypto_ecdsa_verify_2) {
  return ecdsa_verify(caller, args, result, SCE_ECDSA_STRICT);
}

SCE_HANDLER(crypto_ecdsa_verify_prehashed_1) {
  const uint8_t *signature, *hash, *public_key;
  SCE_TRY(sce_arg_bytes(caller, &signature, args[0], 65, "sig"));
  SCE_TRY(sce_arg_bytes(caller, &hash, args[1], 32, "msg"));
  SCE_TRY(sce_arg_bytes(caller, &public_key, args[2], 33, "pub_key"));
  *result = sce_ecdsa_verify_prehashed(signature, public_key, hash, SCE_ECDSA_STRICT);
  return NULL;
}

/* ---- batch verification ---- */

/* The functions of old runtimes that put off verification. Each verifies at once and its answer is and-ed into the
 * batch, as sp-io does since 8.0; plain verifications do not count. Without an open batch the answer is all there is.
 */
static void batch_add(sce_caller_t *caller, uint64_t *result, bool valid) {
  sce_host_state_t *state = caller->state;
  if (state->batch_open) state->batch_ok = state->batch_ok && valid;
  *result = valid;
}

static sce_error_t *batch_verify(sce_caller_t *caller, uint64_t *result, const verify_args_t *in,
                                 sce_verify_rule_t rule) {
  bool valid;
  SCE_TRY(sce_verify(&valid, rule, in->signature, in->public_key, in->message));
  batch_add(caller, result, valid);
  return NULL;
}

SCE_HANDLER(crypto_start_batch_verify_1) {
  sce_host_state_t *state = caller->state;
  if (state->batch_open) return sce_error_new(SCE_HOST_FUNCTION, "a batch verification is already open");
  state->batch_open = true;
  state->batch_ok = true;
  return NULL;
}

SCE_HANDLER(crypto_finish_batch_verify_1) {
  sce_host_state_t *state = caller->state;
  if (!state->batch_open) return sce_error_new(SCE_HOST_FUNCTION, "no batch verification is open");
  state->batch_open = false;
  *result = state->batch_ok;
  return NULL;
}

SCE_HANDLER(crypto_ed25519_batch_verify_1) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 64, 32));
  return batch_verify(caller, result, &in, SCE_VERIFY_ED25519);
}

SCE_HANDLER(crypto_sr25519_batch_verify_1) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 64, 32));
  return batch_verify(caller, result, &in, SCE_VERIFY_SR25519);
}

SCE_HANDLER(crypto_ecdsa_batch_verify_1) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args, 65, 33));
  bool valid;
  SCE_TRY(verify_ecdsa(&valid, &in, SCE_ECDSA_STRICT));
  batch_add(caller, result, valid);
  return NULL;
}

/* ---- recovery ---- */

/* SCALE Result<[u8; 64 or 33], EcdsaVerifyError>. */
static sce_error_t *recover(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_ecdsa_rule_t rule,
                            bool compressed) {
  const uint8_t *signature, *hash;
  uint8_t answer[1 + 64] = {0};
  SCE_TRY(sce_arg_bytes(caller, &signature, args[0], 65, "sig"));
  SCE_TRY(sce_arg_bytes(caller, &hash, args[1], 32, "msg"));
  sce_ecdsa_outcome_t outcome = compressed ? sce_ecdsa_recover_compressed(answer + 1, signature, hash, rule)
                                           : sce_ecdsa_recover(answer + 1, signature, hash, rule);
  if (outcome == SCE_ECDSA_RECOVERED) {
    return sce_result_bytes(caller, result, sce_span(answer, compressed ? 1 + 33 : 1 + 64));
  }
  answer[0] = 1;
  answer[1] = (uint8_t)outcome;
  return sce_result_bytes(caller, result, sce_span(answer, 2));
}

SCE_HANDLER(crypto_secp256k1_ecdsa_recover_1) {
  return recover(caller, args, result, SCE_ECDSA_REDUCE, false);
}

SCE_HANDLER(crypto_secp256k1_ecdsa_recover_2) {
  return recover(caller, args, result, SCE_ECDSA_STRICT, false);
}

SCE_HANDLER(crypto_secp256k1_ecdsa_recover_compressed_1) {
  return recover(caller, args, result, SCE_ECDSA_REDUCE, true);
}

SCE_HANDLER(crypto_secp256k1_ecdsa_recover_compressed_2) {
  return recover(caller, args, result, SCE_ECDSA_STRICT, true);
}
