/* offchain.c: the off-chain worker family but HTTP: what only an off-chain worker's call may use, the node-local
 * database, and the transaction pool. Source: sp-io `trait Offchain`. */
#include "base/budget.h"
#include "host/handlers.h"

/* The error of a function outside of an off-chain worker's call, as upstream's missing extension. */
#define OFFCHAIN_NEEDS(caller, op)                                                                                     \
  (SCE_HAS_OP((caller)->ext->offchain, op) ? NULL : sce_host_no_service(caller, "off-chain worker services (" #op ")"))
#define DB_NEEDS(caller, op)                                                                                           \
  (SCE_HAS_OP((caller)->ext->offchain_db, op) ? NULL : sce_host_no_service(caller, "an off-chain database (" #op ")"))

SCE_HANDLER(offchain_is_validator_1) {
  bool yes = false;
  SCE_TRY(OFFCHAIN_NEEDS(caller, is_validator));
  SCE_TRY(caller->ext->offchain->is_validator(caller->ext->offchain_ctx, &yes));
  *result = yes;
  return NULL;
}

SCE_HANDLER(offchain_submit_transaction_1) {
  sce_span_t extrinsic;
  bool accepted = false;
  SCE_TRY(sce_arg_span(caller, &extrinsic, args[0], "data"));
  if (!SCE_HAS_OP(caller->ext->pool, submit)) return sce_host_no_service(caller, "a transaction pool");
  SCE_TRY(caller->ext->pool->submit(caller->ext->pool_ctx, &accepted, extrinsic));
  uint8_t answer = !accepted;
  return sce_result_bytes(caller, result, sce_span(&answer, 1));
}

SCE_HANDLER(offchain_network_state_1) {
  bool ok = false;
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(OFFCHAIN_NEEDS(caller, network_state));
  SCE_TRY(sce_buf_append_byte(out, 0));
  SCE_TRY(caller->ext->offchain->network_state(caller->ext->offchain_ctx, &ok, out));
  if (!ok) {
    out->data[0] = 1;
    out->len = 1;
  }
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

SCE_HANDLER(offchain_timestamp_1) {
  uint64_t now = 0;
  SCE_TRY(OFFCHAIN_NEEDS(caller, timestamp));
  SCE_TRY(caller->ext->offchain->timestamp(caller->ext->offchain_ctx, &now));
  *result = now;
  return NULL;
}

SCE_HANDLER(offchain_sleep_until_1) {
  SCE_TRY(OFFCHAIN_NEEDS(caller, sleep_until));
  return caller->ext->offchain->sleep_until(caller->ext->offchain_ctx, args[0]);
}

SCE_HANDLER(offchain_random_seed_1) {
  uint8_t seed[32];
  SCE_TRY(OFFCHAIN_NEEDS(caller, random_seed));
  SCE_TRY(caller->ext->offchain->random_seed(caller->ext->offchain_ctx, seed));
  return sce_result_fixed(caller, result, seed, sizeof seed);
}

SCE_HANDLER(offchain_set_authorized_nodes_1) {
  sce_scale_reader_t in;
  uint32_t count;
  SCE_TRY(sce_arg_scale(caller, &in, args[0], "nodes"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, &count, 1), "nodes"));
  for (uint32_t i = 0; i < count; i++) {
    sce_span_t node;
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(sce_arg_scale_error(sce_scale_read_bytes(&in, &node), "nodes"));
  }
  sce_span_t nodes = sce_span(in.bytes.data, in.at);
  SCE_TRY(OFFCHAIN_NEEDS(caller, set_authorized_nodes));
  return caller->ext->offchain->set_authorized_nodes(caller->ext->offchain_ctx, nodes, sce_arg_bool(args[1]));
}

/* ---- the node-local database ---- */

/* The storage kind is a whole u32: 0 persistent, 1 local. */
static sce_error_t *kind_and_key(const sce_caller_t *caller, sce_offchain_kind_t *kind, sce_span_t *key,
                                 const uint64_t *args) {
  uint32_t number = (uint32_t)args[0];
  if (number > 1) return sce_arg_bad_number("kind", number, "a storage kind (0 persistent, 1 local)");
  *kind = (sce_offchain_kind_t)number;
  return sce_arg_span(caller, key, args[1], "key");
}

SCE_HANDLER(offchain_local_storage_set_1) {
  sce_offchain_kind_t kind;
  sce_span_t key, value;
  SCE_TRY(kind_and_key(caller, &kind, &key, args));
  SCE_TRY(sce_arg_span(caller, &value, args[2], "value"));
  SCE_TRY(DB_NEEDS(caller, set));
  return caller->ext->offchain_db->set(caller->ext->offchain_db_ctx, kind, key, value);
}

SCE_HANDLER(offchain_local_storage_clear_1) {
  sce_offchain_kind_t kind;
  sce_span_t key;
  SCE_TRY(kind_and_key(caller, &kind, &key, args));
  SCE_TRY(DB_NEEDS(caller, clear));
  return caller->ext->offchain_db->clear(caller->ext->offchain_db_ctx, kind, key);
}

SCE_HANDLER(offchain_local_storage_compare_and_set_1) {
  sce_offchain_kind_t kind;
  sce_span_t key, old_value, value;
  const sce_span_t *old;
  bool done = false;
  SCE_TRY(kind_and_key(caller, &kind, &key, args));
  SCE_TRY(sce_arg_option_bytes(caller, &old, &old_value, args[2], "old_value"));
  SCE_TRY(sce_arg_span(caller, &value, args[3], "new_value"));
  SCE_TRY(DB_NEEDS(caller, compare_and_set));
  SCE_TRY(caller->ext->offchain_db->compare_and_set(caller->ext->offchain_db_ctx, &done, kind, key, old, value));
  *result = done;
  return NULL;
}

SCE_HANDLER(offchain_local_storage_get_1) {
  sce_offchain_kind_t kind;
  sce_span_t key;
  sce_value_t value = {0};
  SCE_TRY(kind_and_key(caller, &kind, &key, args));
  SCE_TRY(DB_NEEDS(caller, get));
  SCE_TRY(caller->ext->offchain_db->get(caller->ext->offchain_db_ctx, &value, kind, key));
  return sce_result_option(caller, result, &value);
}
