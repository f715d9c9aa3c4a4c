/* rfc145_services.c: the functions of RFC-145 for signatures, keys and off-chain workers. Where a result is a number,
 * errors are negative: -1 and below. */
#include "base/alloc.h"
#include "base/budget.h"
#include "crypto/ecdsa.h"
#include "host/handlers.h"
#include "host/rfc145.h"

/* An error unless the call has `op` of the table `table`. */
#define NEEDS(caller, table, op, service)                                                                              \
  (SCE_HAS_OP((caller)->ext->table, op) ? NULL : sce_host_no_service(caller, service " (" #op ")"))

/* -1, -2, … as a result of 32 bits. */
static uint64_t failed(uint32_t number) {
  return (uint32_t)0 - number;
}

static uint32_t key_len(sce_key_scheme_t scheme) {
  return scheme == SCE_KEY_ECDSA ? 33 : 32;
}

/* ---- recovery ---- */

/* `args`: signature, hash, the key's place. */
static sce_error_t *recover(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool compressed) {
  const uint8_t *signature, *hash;
  uint8_t key[64];
  SCE_TRY(sce_arg_bytes(caller, &signature, args[0], 65, "sig"));
  SCE_TRY(sce_arg_bytes(caller, &hash, args[1], 32, "msg"));
  sce_ecdsa_outcome_t outcome = compressed ? sce_ecdsa_recover_compressed(key, signature, hash, SCE_ECDSA_STRICT)
                                           : sce_ecdsa_recover(key, signature, hash, SCE_ECDSA_STRICT);
  *result = outcome == SCE_ECDSA_RECOVERED ? 0 : failed(1 + (uint32_t)outcome);
  if (outcome != SCE_ECDSA_RECOVERED) return NULL;
  return sce_result_write(caller, args[2], sce_span(key, compressed ? 33 : 64), "out");
}

SCE_HANDLER(rfc145_recover) {
  return recover(caller, args, result, false);
}

SCE_HANDLER(rfc145_recover_compressed) {
  return recover(caller, args, result, true);
}

/* ---- keys ---- */

/* The keys one after the other; the result is their length. */
static sce_error_t *public_keys(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_buf_t keys = {0};
  bool fits;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(NEEDS(caller, keystore, public_keys, "a keystore"));
  sce_error_t *err = caller->ext->keystore->public_keys(caller->ext->keystore_ctx, &keys, id, scheme);
  if (err == NULL) err = sce_rfc145_put(caller, args[1], sce_buf_span(&keys), &fits);
  *result = keys.len;
  sce_buf_free(&keys);
  return err;
}

static sce_error_t *generate(sce_caller_t *caller, const uint64_t *args, sce_key_scheme_t scheme) {
  const uint8_t *id;
  sce_span_t seed_value;
  const sce_span_t *seed;
  uint8_t public_key[33];
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_option_bytes(caller, &seed, &seed_value, args[1], "seed"));
  bool valid = true;
  if (seed != NULL) SCE_TRY(sce_host_is_text(&valid, *seed));
  if (!valid) return sce_error_new(SCE_HOST_FUNCTION, "argument `seed`: not valid UTF-8 (%zu bytes)", seed->len);
  SCE_TRY(NEEDS(caller, keystore, generate, "a keystore"));
  SCE_TRY(caller->ext->keystore->generate(caller->ext->keystore_ctx, public_key, id, scheme, seed));
  return sce_result_write(caller, args[2], sce_span(public_key, key_len(scheme)), "out");
}

/* `args`: key type, public key, the message or with `prehashed` its 32 bytes of hash, the signature's place. */
static sce_error_t *sign(sce_caller_t *caller, const uint64_t *args, uint64_t *result, sce_key_scheme_t scheme,
                         bool prehashed) {
  const uint8_t *id, *public_key, *hash;
  sce_span_t message;
  uint8_t signature[65];
  bool found = false;
  SCE_TRY(sce_arg_bytes(caller, &id, args[0], 4, "id"));
  SCE_TRY(sce_arg_bytes(caller, &public_key, args[1], key_len(scheme), "pub_key"));
  if (prehashed) {
    SCE_TRY(sce_arg_bytes(caller, &hash, args[2], 32, "msg"));
    message = sce_span(hash, 32);
  } else {
    SCE_TRY(sce_arg_span(caller, &message, args[2], "msg"));
  }
  SCE_TRY(NEEDS(caller, keystore, sign, "a keystore"));
  SCE_TRY(caller->ext->keystore->sign(caller->ext->keystore_ctx, &found, signature, id, scheme,
                                      sce_span(public_key, key_len(scheme)), message, prehashed));
  *result = found ? 0 : failed(1);
  if (!found) return NULL;
  return sce_result_write(caller, args[3], sce_span(signature, scheme == SCE_KEY_ECDSA ? 65 : 64), "out");
}

SCE_HANDLER(rfc145_ed25519_public_keys) {
  return public_keys(caller, args, result, SCE_KEY_ED25519);
}
SCE_HANDLER(rfc145_sr25519_public_keys) {
  return public_keys(caller, args, result, SCE_KEY_SR25519);
}
SCE_HANDLER(rfc145_ecdsa_public_keys) {
  return public_keys(caller, args, result, SCE_KEY_ECDSA);
}
SCE_HANDLER(rfc145_ed25519_generate) {
  return generate(caller, args, SCE_KEY_ED25519);
}
SCE_HANDLER(rfc145_sr25519_generate) {
  return generate(caller, args, SCE_KEY_SR25519);
}
SCE_HANDLER(rfc145_ecdsa_generate) {
  return generate(caller, args, SCE_KEY_ECDSA);
}
SCE_HANDLER(rfc145_ed25519_sign) {
  return sign(caller, args, result, SCE_KEY_ED25519, false);
}
SCE_HANDLER(rfc145_sr25519_sign) {
  return sign(caller, args, result, SCE_KEY_SR25519, false);
}
SCE_HANDLER(rfc145_ecdsa_sign) {
  return sign(caller, args, result, SCE_KEY_ECDSA, false);
}
SCE_HANDLER(rfc145_ecdsa_sign_prehashed) {
  return sign(caller, args, result, SCE_KEY_ECDSA, true);
}

/* ---- off-chain workers ---- */

SCE_HANDLER(rfc145_submit_transaction) {
  sce_span_t extrinsic;
  bool accepted = false;
  SCE_TRY(sce_arg_span(caller, &extrinsic, args[0], "data"));
  SCE_TRY(NEEDS(caller, pool, submit, "a transaction pool"));
  SCE_TRY(caller->ext->pool->submit(caller->ext->pool_ctx, &accepted, extrinsic));
  *result = accepted ? 0 : failed(1);
  return NULL;
}

#define PEER_ID_SIZE 38

/* The peer id of the node's network state, which is (peer id, addresses) in SCALE; -1 without one of 38 bytes. */
SCE_HANDLER(rfc145_network_peer_id) {
  bool ok = false;
  sce_buf_t *scale = &caller->state->scratch;
  sce_span_t id = {0};
  scale->len = 0;
  SCE_TRY(NEEDS(caller, offchain, network_state, "off-chain worker services"));
  SCE_TRY(caller->ext->offchain->network_state(caller->ext->offchain_ctx, &ok, scale));
  *result = failed(1);
  if (!ok) return NULL;
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(scale));
  in.kind = SCE_HOST_FUNCTION;
  SCE_TRY(sce_scale_read_bytes(&in, &id));
  if (id.len != PEER_ID_SIZE) return NULL;
  *result = 0;
  return sce_result_write(caller, args[0], id, "out");
}

SCE_HANDLER(rfc145_random_seed) {
  uint8_t seed[32];
  SCE_TRY(NEEDS(caller, offchain, random_seed, "off-chain worker services"));
  SCE_TRY(caller->ext->offchain->random_seed(caller->ext->offchain_ctx, seed));
  return sce_result_write(caller, args[0], sce_span(seed, sizeof seed), "out");
}

SCE_HANDLER(rfc145_local_storage_read) {
  uint32_t kind = (uint32_t)args[0];
  sce_span_t key;
  sce_value_t value = {0};
  if (kind > 1) return sce_arg_bad_number("kind", kind, "a storage kind (0 persistent, 1 local)");
  SCE_TRY(sce_arg_span(caller, &key, args[1], "key"));
  SCE_TRY(NEEDS(caller, offchain_db, get, "an off-chain database"));
  SCE_TRY(caller->ext->offchain_db->get(caller->ext->offchain_db_ctx, &value, (sce_offchain_kind_t)kind, key));
  return sce_rfc145_read(caller, result, &value, args[2], (uint32_t)args[3], true);
}

/* ---- HTTP: results are numbers of 64 bits ---- */

static uint64_t failed_wide(uint64_t number) {
  return (uint64_t)0 - number;
}

SCE_HANDLER(rfc145_http_request_start) {
  sce_span_t method, uri, meta;
  bool ok = false;
  uint16_t id = 0;
  SCE_TRY(sce_arg_text(caller, &method, args[0], "method"));
  SCE_TRY(sce_arg_text(caller, &uri, args[1], "uri"));
  SCE_TRY(sce_arg_span(caller, &meta, args[2], "meta"));
  if (meta.len != 1 || meta.data[0] != 0)
    return sce_error_new(SCE_HOST_FUNCTION, "argument `meta`: %zu bytes that are no empty SCALE vector", meta.len);
  SCE_TRY(NEEDS(caller, offchain, http_start, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_start(caller->ext->offchain_ctx, &ok, &id, method, uri, sce_span(NULL, 0)));
  *result = ok ? id : failed_wide(1);
  return NULL;
}

SCE_HANDLER(rfc145_http_request_add_header) {
  sce_span_t name, value;
  bool ok = false;
  SCE_TRY(sce_arg_text(caller, &name, args[1], "name"));
  SCE_TRY(sce_arg_text(caller, &value, args[2], "value"));
  SCE_TRY(NEEDS(caller, offchain, http_add_header, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_add_header(caller->ext->offchain_ctx, &ok, (uint16_t)args[0], name, value));
  *result = ok ? 0 : failed_wide(1);
  return NULL;
}

SCE_HANDLER(rfc145_http_request_write_body) {
  sce_span_t chunk;
  const uint64_t *deadline;
  uint64_t deadline_value;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_span(caller, &chunk, args[1], "chunk"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[2], "deadline"));
  SCE_TRY(NEEDS(caller, offchain, http_write_body, "off-chain HTTP"));
  SCE_TRY(
      caller->ext->offchain->http_write_body(caller->ext->offchain_ctx, &error, (uint16_t)args[0], chunk, deadline));
  *result = failed_wide((uint64_t)error);
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

static sce_error_t *wait_for(sce_caller_t *caller, uint64_t out, const uint16_t *ids, sce_http_status_t *statuses,
                             uint32_t count, const uint64_t *deadline) {
  sce_buf_t *numbers = &caller->state->scratch;
  numbers->len = 0;
  SCE_TRY(caller->ext->offchain->http_wait(caller->ext->offchain_ctx, statuses, ids, count, deadline));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(sce_scale_write_u32(numbers, status_number(&statuses[i])));
  }
  return sce_rfc145_put_all(caller, out, sce_buf_span(numbers));
}

SCE_HANDLER(rfc145_http_response_wait) {
  sce_scale_reader_t in;
  uint32_t count;
  const uint64_t *deadline;
  uint64_t deadline_value;
  SCE_TRY(sce_arg_scale(caller, &in, args[0], "ids"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, &count, 2), "ids"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[1], "deadline"));
  SCE_TRY(NEEDS(caller, offchain, http_wait, "off-chain HTTP"));
  uint16_t *ids = sce_calloc((size_t)count + 1, sizeof *ids);
  sce_http_status_t *statuses = sce_calloc((size_t)count + 1, sizeof *statuses);
  sce_error_t *err = ids == NULL || statuses == NULL ? sce_error_oom() : NULL;
  for (uint32_t i = 0; err == NULL && i < count; i++) {
    err = sce_budget_item(i);
    if (err == NULL) err = sce_scale_read_u16(&in, &ids[i]);
  }
  if (err == NULL) err = wait_for(caller, args[2], ids, statuses, count, deadline);
  sce_free(ids);
  sce_free(statuses);
  return err;
}

/* Header `args[1]` of request `args[0]`: its name, or its value; "absent" beyond the last. */
static sce_error_t *header(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool want_value) {
  sce_buf_t *scale = &caller->state->scratch;
  sce_value_t found = {0};
  uint32_t count = 0, index = (uint32_t)args[1];
  scale->len = 0;
  SCE_TRY(NEEDS(caller, offchain, http_headers, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_headers(caller->ext->offchain_ctx, scale, (uint16_t)args[0]));
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(scale));
  in.kind = SCE_HOST_FUNCTION;
  SCE_TRY(sce_scale_read_count(&in, &count, 2));
  for (uint32_t i = 0; i < count && i <= index; i++) {
    sce_span_t name, value;
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(sce_scale_read_bytes(&in, &name));
    SCE_TRY(sce_scale_read_bytes(&in, &value));
    sce_span_t wanted = want_value ? value : name;
    if (i == index) found = (sce_value_t){true, wanted.data, wanted.len};
  }
  return sce_rfc145_read(caller, result, &found, args[2], 0, false);
}

SCE_HANDLER(rfc145_http_header_name) {
  return header(caller, args, result, false);
}

SCE_HANDLER(rfc145_http_header_value) {
  return header(caller, args, result, true);
}

SCE_HANDLER(rfc145_http_read_body) {
  uint8_t *buffer;
  uint32_t len, count = 0;
  const uint64_t *deadline;
  uint64_t deadline_value;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_buffer(caller, &buffer, &len, args[1], "out"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[2], "deadline"));
  SCE_TRY(NEEDS(caller, offchain, http_read_body, "off-chain HTTP"));
  SCE_TRY(caller->ext->offchain->http_read_body(caller->ext->offchain_ctx, &error, &count, (uint16_t)args[0], buffer,
                                                len, deadline));
  *result = error == SCE_HTTP_OK ? count : failed_wide((uint64_t)error);
  return NULL;
}
