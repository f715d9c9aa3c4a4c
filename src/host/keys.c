/* keys.c: the part of the crypto family that uses the keystore: making keys, listing and signing with them.
 * Source: sp-io `trait Crypto`. */
#include "host/handlers.h"

#define KEYSTORE_NEEDS(caller, op)                                                                                     \
  (SCE_HAS_OP((caller)->ext->keystore, op) ? NULL : sce_host_no_service(caller, "a keystore (" #op ")"))

static uint32_t key_len(sce_key_scheme_t scheme) {
  return scheme == SCE_KEY_ECDSA ? 33 : 32;
}

static uint32_t signature_len(sce_key_scheme_t scheme) {
  return scheme == SCE_KEY_ECDSA ? 65 : 64;
}

static sce_error_t *generate(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_span_t seed_value;
  const sce_span_t *seed;
  uint8_t public_key[33];
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_option_bytes(caller, &seed, &seed_value, args[1], "seed"));
  bool valid = true;
  if (seed != NULL) SCE_TRY(sce_host_is_text(&valid, *seed));
  if (!valid) {
    return sce_error_new(SCE_HOST_FUNCTION, "argument `seed`: not valid UTF-8 (%zu bytes)", seed->len);
  }
  SCE_TRY(KEYSTORE_NEEDS(caller, generate));
  SCE_TRY(caller->ext->keystore->generate(caller->ext->keystore_ctx, public_key, id, scheme, seed));
  return sce_result_fixed(caller, result, public_key, key_len(scheme));
}

/* SCALE Vec<[u8; 32 or 33]>. */
static sce_error_t *public_keys(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_buf_t keys = {0}, *out = &caller->state->scratch;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(KEYSTORE_NEEDS(caller, public_keys));
  out->len = 0;
  sce_error_t *err = caller->ext->keystore->public_keys(caller->ext->keystore_ctx, &keys, id, scheme);
  if (err == NULL) err = sce_scale_write_compact(out, keys.len / key_len(scheme));
  if (err == NULL) err = sce_buf_append(out, keys.data, keys.len / key_len(scheme) * key_len(scheme));
  sce_buf_free(&keys);
  return err != NULL ? err : sce_result_bytes(caller, result, sce_buf_span(out));
}

/* SCALE Option<[u8; 64 or 65]>: None for a key that the keystore does not have. */
static sce_error_t *sign(sce_caller_t *caller, uint64_t *result, sce_key_scheme_t scheme, const uint8_t *id,
                         const uint8_t *public_key, sce_span_t message, bool prehashed) {
  bool found = false;
  uint8_t answer[1 + 65] = {0};
  SCE_TRY(KEYSTORE_NEEDS(caller, sign));
  SCE_TRY(caller->ext->keystore->sign(caller->ext->keystore_ctx, &found, answer + 1, id, scheme,
                                      sce_span(public_key, key_len(scheme)), message, prehashed));
  answer[0] = found;
  return sce_result_bytes(caller, result, sce_span(answer, found ? 1 + signature_len(scheme) : 1));
}

static sce_error_t *sign_message(sce_caller_t *caller, const uint64_t *args, uint64_t *result,
                                 sce_key_scheme_t scheme) {
  const uint8_t *id, *public_key;
  sce_span_t message;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_bytes(caller, &public_key, args[1], key_len(scheme), "pub_key"));
  SCE_TRY(sce_arg_span(caller, &message, args[2], "msg"));
  return sign(caller, result, scheme, id, public_key, message, false);
}

SCE_HANDLER(crypto_ecdsa_sign_prehashed_1) {
  const uint8_t *id, *public_key, *hash;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_bytes(caller, &public_key, args[1], 33, "pub_key"));
  SCE_TRY(sce_arg_bytes(caller, &hash, args[2], 32, "msg"));
  return sign(caller, result, SCE_KEY_ECDSA, id, public_key, sce_span(hash, 32), true);
}

SCE_HANDLER(crypto_ed25519_generate_1) {
  return generate(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(crypto_sr25519_generate_1) {
  return generate(caller, args, result, SCE_KEY_SR25519);
}
SCE_HANDLER(crypto_ecdsa_generate_1) {
  return generate(caller, args, result, SCE_KEY_ECDSA);
}
SCE_HANDLER(crypto_ed25519_public_keys_1) {
  return public_keys(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(crypto_sr25519_public_keys_1) {
  return public_keys(caller, args, result, SCE_KEY_SR25519);
}
SCE_HANDLER(crypto_ecdsa_public_keys_1) {
  return public_keys(caller, args, result, SCE_KEY_ECDSA);
}
SCE_HANDLER(crypto_ed25519_sign_1) {
  return sign_message(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(crypto_sr25519_sign_1) {
  return sign_message(caller, args, result, SCE_KEY_SR25519);
}
SCE_HANDLER(crypto_ecdsa_sign_1) {
  return sign_message(caller, args, result, SCE_KEY_ECDSA);
}
