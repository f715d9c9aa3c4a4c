/* unversioned_services.c: the crypto and off-chain worker functions of the Host API before they had versions, 2018 to
 * January 2020. A result of 0 is success throughout, where later functions return booleans and SCALE results. Sources:
 * those of unversioned.c. */
#include "base/alloc.h"
#include "base/budget.h"
#include "crypto/ecdsa.h"
#include "crypto/verify.h"
#include "host/handlers.h"

#define ABSENT UINT32_MAX

/* An error unless the call has `op` of the table `table`. */
#define NEEDS(caller, table, op, service)                                                                              \
  (SCE_HAS_OP((caller)->ext->table, op) ? NULL : sce_host_no_service(caller, service " (" #op ")"))

static sce_error_t *arg_text_pair(const sce_caller_t *caller, sce_span_t *text, const uint64_t *args,
                                  const char *name) {
  return sce_arg_text(caller, text, sce_pack_span((uint32_t)args[0], (uint32_t)args[1]), name);
}

/* ---- verifying ---- */

typedef struct verify_args {
  sce_span_t message;
  const uint8_t *signature, *public_key;
} verify_args_t;

static sce_error_t *arg_verify(const sce_caller_t *caller, verify_args_t *in, const uint64_t *args) {
  SCE_TRY(sce_arg_bytes(caller, &in->signature, args[2], 64, "sig"));
  SCE_TRY(sce_arg_bytes(caller, &in->public_key, args[3], 32, "pubkey"));
  return sce_arg_pair(caller, &in->message, args, "msg");
}

SCE_HANDLER(unversioned_ed25519_verify) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args));
  bool valid;
  SCE_TRY(sce_verify(&valid, SCE_VERIFY_ED25519, in.signature, in.public_key, in.message));
  *result = !valid;
  return NULL;
}

/* Signatures of both schnorrkel 0.1.1 and later. */
SCE_HANDLER(unversioned_sr25519_verify) {
  verify_args_t in;
  SCE_TRY(arg_verify(caller, &in, args));
  bool valid;
  SCE_TRY(sce_verify(&valid, SCE_VERIFY_SR25519_DEPRECATED, in.signature, in.public_key, in.message));
  *result = !valid;
  return NULL;
}

/* `args` are message hash, signature and the key's place. Errors are numbered from 1. */
static sce_error_t *recover(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool compressed) {
  const uint8_t *hash, *signature;
  uint8_t key[64];
  SCE_TRY(sce_arg_bytes(caller, &signature, args[1], 65, "sig"));
  uint8_t v = signature[64] > 26 ? (uint8_t)(signature[64] - 27) : signature[64];
  *result = 1 + SCE_ECDSA_BAD_V;
  if (v > 3) return NULL; /* before the message is looked at, which may be anywhere then */
  SCE_TRY(sce_arg_bytes(caller, &hash, args[0], 32, "msg"));
  sce_ecdsa_outcome_t outcome = compressed ? sce_ecdsa_recover_compressed(key, signature, hash, SCE_ECDSA_REDUCE)
                                           : sce_ecdsa_recover(key, signature, hash, SCE_ECDSA_REDUCE);
  *result = outcome == SCE_ECDSA_RECOVERED ? 0 : 1 + (uint64_t)outcome;
  if (outcome != SCE_ECDSA_RECOVERED) return NULL;
  return sce_result_write(caller, args[2], sce_span(key, compressed ? 33 : 64), "pubkey");
}

SCE_HANDLER(unversioned_secp256k1_ecdsa_recover) {
  return recover(caller, args, result, false);
}

SCE_HANDLER(unversioned_secp256k1_ecdsa_recover_compressed) {
  return recover(caller, args, result, true);
}

/* ---- keys ---- */

/* `args` are key type, seed and the key's place. An empty seed is none. */
static sce_error_t *generate(sce_caller_t *caller, const uint64_t *args, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_span_t seed = {0};
  uint8_t public_key[33];
  bool given = (uint32_t)args[2] > 0;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  if (given) SCE_TRY(arg_text_pair(caller, &seed, args + 1, "seed"));
  SCE_TRY(NEEDS(caller, keystore, generate, "a keystore"));
  SCE_TRY(caller->ext->keystore->generate(caller->ext->keystore_ctx, public_key, id, scheme, given ? &seed : NULL));
  return sce_result_write(caller, args[3], sce_span(public_key, 32), "out");
}

/* A block with SCALE Vec<[u8; 32]>, its length at args[1]. */
static sce_error_t *public_keys(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_buf_t keys = {0}, *out = &caller->state->scratch;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(NEEDS(caller, keystore, public_keys, "a keystore"));
  out->len = 0;
  sce_error_t *err = caller->ext->keystore->public_keys(caller->ext->keystore_ctx, &keys, id, scheme);
  if (err == NULL) err = sce_scale_write_compact(out, keys.len / 32);
  if (err == NULL) err = sce_buf_append(out, keys.data, keys.len / 32 * 32);
  sce_buf_free(&keys);
  return err != NULL ? err : sce_result_allocated(caller, result, sce_buf_span(out), args[1]);
}

/* `args` are key type, public key, message and the signature's place. 1 for a key that the keystore does not have. */
static sce_error_t *sign(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme) {
  const uint8_t *id, *public_key;
  sce_span_t message;
  uint8_t signature[65];
  bool found = false;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_bytes(caller, &public_key, args[1], 32, "pubkey"));
  SCE_TRY(sce_arg_pair(caller, &message, args + 2, "msg"));
  SCE_TRY(NEEDS(caller, keystore, sign, "a keystore"));
  SCE_TRY(caller->ext->keystore->sign(caller->ext->keystore_ctx, &found, signature, id, scheme,
                                      sce_span(public_key, 32), message, false));
  *result = !found;
  return found ? sce_result_write(caller, args[4], sce_span(signature, 64), "out") : NULL;
}

SCE_HANDLER(unversioned_ed25519_generate) {
  return generate(caller, args, SCE_KEY_ED25519);
}
SCE_HANDLER(unversioned_sr25519_generate) {
  return generate(caller, args, SCE_KEY_SR25519);
}
SCE_HANDLER(unversioned_ed25519_public_keys) {
  return public_keys(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(unversioned_sr25519_public_keys) {
  return public_keys(caller, args, result, SCE_KEY_SR25519);
}
SCE_HANDLER(unversioned_ed25519_sign) {
  return sign(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(unversioned_sr25519_sign) {
  return sign(caller, args, result, SCE_KEY_SR25519);
}

/* ---- off-chain workers ---- */

static sce_error_t *submit(sce_caller_t *caller, const uint64_t *args, bool *accepted) {
  sce_span_t extrinsic;
  SCE_TRY(sce_arg_pair(caller, &extrinsic, args, "msg"));
  SCE_TRY(NEEDS(caller, pool, submit, "a transaction pool"));
  return caller->ext->pool->submit(caller->ext->pool_ctx, accepted, extrinsic);
}

SCE_HANDLER(unversioned_submit_transaction) {
  bool accepted = false;
  SCE_TRY(submit(caller, args, &accepted));
  *result = !accepted;
  return NULL;
}

/* The same until May 2019, which did not tell whether the pool took it. */
SCE_HANDLER(unversioned_submit_extrinsic) {
  bool accepted = false;
  return submit(caller, args, &accepted);
}

SCE_HANDLER(unversioned_network_state) {
  bool ok = false;
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(NEEDS(caller, offchain, network_state, "off-chain worker services"));
  SCE_TRY(sce_buf_append_byte(out, 0));
  SCE_TRY(caller->ext->offchain->network_state(caller->ext->offchain_ctx, &ok, out));
  out->data[0] = !ok;
  return sce_result_allocated(caller, result, sce_span(out->data, ok ? out->len : 1), args[0]);
}

SCE_HANDLER(unversioned_random_seed) {
  uint8_t seed[32];
  SCE_TRY(NEEDS(caller, offchain, random_seed, "off-chain worker services"));
  SCE_TRY(caller->ext->offchain->random_seed(caller->ext->offchain_ctx, seed));
  return sce_result_write(caller, args[0], sce_span(seed, sizeof seed), "seed_data");
}

/* ---- the node-local database ---- */

/* Kinds were counted from 1. */
static sce_error_t *arg_kind(sce_offchain_kind_t *kind, uint64_t arg) {
  uint32_t number = (uint32_t)arg;
  if (number != 1 && number != 2) return sce_arg_bad_number("kind", number, "a storage kind (1 persistent, 2 local)");
  *kind = number == 1 ? SCE_OFFCHAIN_PERSISTENT : SCE_OFFCHAIN_LOCAL;
  return NULL;
}

static sce_error_t *local_get(sce_caller_t *caller, uint64_t *result, sce_offchain_kind_t kind, const uint64_t *args) {
  sce_span_t key;
  sce_value_t value = {0};
  SCE_TRY(sce_arg_pair(caller, &key, args, "key"));
  SCE_TRY(NEEDS(caller, offchain_db, get, "an off-chain database"));
  SCE_TRY(caller->ext->offchain_db->get(caller->ext->offchain_db_ctx, &value, kind, key));
  if (value.found) return sce_result_allocated(caller, result, sce_span(value.data, value.len), args[2]);
  *result = 0;
  return sce_result_write_u32(caller, args[2], ABSENT, "value_len");
}

static sce_error_t *local_set(sce_caller_t *caller, sce_offchain_kind_t kind, const uint64_t *args) {
  sce_span_t key, value;
  SCE_TRY(sce_arg_pair(caller, &key, args, "key"));
  SCE_TRY(sce_arg_pair(caller, &value, args + 2, "value"));
  SCE_TRY(NEEDS(caller, offchain_db, set, "an off-chain database"));
  return caller->ext->offchain_db->set(caller->ext->offchain_db_ctx, kind, key, value);
}

SCE_HANDLER(unversioned_local_storage_get) {
  sce_offchain_kind_t kind;
  SCE_TRY(arg_kind(&kind, args[0]));
  return local_get(caller, result, kind, args + 1);
}

SCE_HANDLER(unversioned_local_storage_set) {
  sce_offchain_kind_t kind;
  SCE_TRY(arg_kind(&kind, args[0]));
  return local_set(caller, kind, args + 1);
}

/* Of June 2019, when there was one kind, which forks did not undo. */
SCE_HANDLER(unversioned_local_storage_get_without_kind) {
  return local_get(caller, result, SCE_OFFCHAIN_PERSISTENT, args);
}
SCE_HANDLER(unversioned_local_storage_set_without_kind) {
  return local_set(caller, SCE_OFFCHAIN_PERSISTENT, args);
}

/* An old value of length UINT32_MAX is "absent". */
SCE_HANDLER(unversioned_local_storage_compare_and_set) {
  sce_offchain_kind_t kind;
  sce_span_t key, old = {0}, value;
  bool done = false, given = (uint32_t)args[4] != ABSENT;
  SCE_TRY(arg_kind(&kind, args[0]));
  SCE_TRY(sce_arg_pair(caller, &key, args + 1, "key"));
  SCE_TRY(sce_arg_pair(caller, &value, args + 5, "new_value"));
  if (given) SCE_TRY(sce_arg_pair(caller, &old, args + 3, "old_value"));
  SCE_TRY(NEEDS(caller, offchain_db, compare_and_set, "an off-chain database"));
  SCE_TRY(caller->ext->offchain_db->compare_and_set(caller->ext->offchain_db_ctx, &done, kind, key, given ? &old : NULL,
                                                    value));
  *result = !done;
  return NULL;
}

/* ---- HTTP ---- */

/* A deadline of 0 is none. */
static const uint64_t *deadline_of(const uint64_t *arg) {
  return *arg != 0 ? arg : NULL;
}

SCE_HANDLER(unversioned_http_request_start) {
  sce_span_t method, url, meta;
  bool ok = false;
  uint16_t id = 0;
  SCE_TRY(arg_text_pair(caller, &method, args, "method"));
  SCE_TRY(arg_text_pair(caller, &url, args + 2, "url"));
  SCE_TRY(sce_arg_pair(caller, &meta, args + 4, "meta"));
  SCE_TRY(NEEDS(caller, offchain, http_start, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_start(caller->ext->offchain_ctx, &ok, &id, method, url, meta));
  *result = ok ? id : ABSENT;
  return NULL;
}

SCE_HANDLER(unversioned_http_request_add_header) {
  sce_span_t name, value;
  bool ok = false;
  SCE_TRY(arg_text_pair(caller, &name, args + 1, "name"));
  SCE_TRY(arg_text_pair(caller, &value, args + 3, "value"));
  SCE_TRY(NEEDS(caller, offchain, http_add_header, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_add_header(caller->ext->offchain_ctx, &ok, (uint16_t)args[0], name, value));
  *result = !ok;
  return NULL;
}

SCE_HANDLER(unversioned_http_request_write_body) {
  sce_span_t chunk;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_pair(caller, &chunk, args + 1, "chunk"));
  SCE_TRY(NEEDS(caller, offchain, http_write_body, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_write_body(caller->ext->offchain_ctx, &error, (uint16_t)args[0], chunk,
                                                 deadline_of(&args[3])));
  *result = (uint64_t)error;
  return NULL;
}

/* HttpRequestStatus as a number: those of the host itself, below 100, or the HTTP status. */
static uint32_t status_number(const sce_http_status_t *status) {
  switch (status->tag) {
    case 0: return 10; /* deadline */
    case 1: return 20; /* I/O error */
    case 3: return status->code;
    default: return 0; /* invalid id */
  }
}

static sce_error_t *wait_for(sce_caller_t *caller, const uint64_t *args, uint16_t *ids, sce_http_status_t *statuses) {
  uint32_t at = (uint32_t)args[0], count = (uint32_t)args[1], out = (uint32_t)args[2];
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_budget_item(i));
    ids[i] = (uint16_t)sce_load_le32(caller->memory + at + (size_t)i * 4);
  }
  SCE_TRY(caller->ext->offchain->http_wait(caller->ext->offchain_ctx, statuses, ids, count, deadline_of(&args[3])));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_budget_item(i));
    sce_store_le32(caller->memory + out + (size_t)i * 4, status_number(&statuses[i]));
  }
  return NULL;
}

/* `count` numbers of four bytes. */
static sce_error_t *check_numbers(const sce_caller_t *caller, uint64_t arg, uint32_t count, const char *name) {
  if ((uint64_t)(uint32_t)arg + (uint64_t)count * 4 <= caller->memory_size) return NULL;
  return sce_error_new(SCE_HOST_FUNCTION, "argument `%s`: 0x%08x + %u numbers reaches outside of memory", name,
                       (unsigned)(uint32_t)arg, (unsigned)count);
}

SCE_HANDLER(unversioned_http_response_wait) {
  uint32_t count = (uint32_t)args[1];
  SCE_TRY(check_numbers(caller, args[0], count, "ids"));
  SCE_TRY(check_numbers(caller, args[2], count, "statuses"));
  SCE_TRY(NEEDS(caller, offchain, http_wait, "off-chain HTTP"));
  uint16_t *ids = sce_calloc((size_t)count + 1, sizeof *ids);
  sce_http_status_t *statuses = sce_calloc((size_t)count + 1, sizeof *statuses);
  sce_error_t *err = ids == NULL || statuses == NULL ? sce_error_oom() : wait_for(caller, args, ids, statuses);
  sce_free(ids);
  sce_free(statuses);
  return err;
}

SCE_HANDLER(unversioned_http_response_headers) {
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(NEEDS(caller, offchain, http_headers, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_headers(caller->ext->offchain_ctx, out, (uint16_t)args[0]));
  return sce_result_allocated(caller, result, sce_buf_span(out), args[1]);
}

/* Bytes read, or an error's number below 2^32. */
SCE_HANDLER(unversioned_http_response_read_body) {
  const uint8_t *place;
  uint32_t len = (uint32_t)args[2], count = 0;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_bytes(caller, &place, args[1], len, "buffer"));
  SCE_TRY(NEEDS(caller, offchain, http_read_body, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_read_body(caller->ext->offchain_ctx, &error, &count, (uint16_t)args[0],
                                                caller->memory + (uint32_t)args[1], len, deadline_of(&args[3])));
  *result = error == SCE_HTTP_OK ? count : (uint32_t)0 - (uint32_t)error;
  return NULL;
}
