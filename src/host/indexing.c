/* indexing.c: what a block leaves beside the state: the off-chain index and the transaction index families; and the
 * size of the storage proof, which is measured beside it too. Sources: sp-io `trait OffchainIndex` and
 * `trait TransactionIndex`; cumulus-primitives-proof-size-hostfunction. */
#include "host/handlers.h"

#define STORAGE_NEEDS(caller, op)                                                                                      \
  (SCE_HAS_OP((caller)->ext->storage, op) ? NULL : sce_host_no_service(caller, "storage (" #op ")"))

SCE_HANDLER(offchain_index_set_1) {
  sce_span_t key, value;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  SCE_TRY(sce_arg_span(caller, &value, args[1], "value"));
  SCE_TRY(STORAGE_NEEDS(caller, offchain_index));
  return caller->ext->storage->offchain_index(caller->ext->storage_ctx, key, &value);
}

SCE_HANDLER(offchain_index_clear_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  SCE_TRY(STORAGE_NEEDS(caller, offchain_index));
  return caller->ext->storage->offchain_index(caller->ext->storage_ctx, key, NULL);
}

SCE_HANDLER(transaction_index_index_1) {
  const uint8_t *hash;
  SCE_TRY(sce_arg_bytes(caller, &hash, args[2], 32, "context_hash"));
  SCE_TRY(STORAGE_NEEDS(caller, transaction_index));
  return caller->ext->storage->transaction_index(caller->ext->storage_ctx, (uint32_t)args[0], (uint32_t)args[1], hash);
}

SCE_HANDLER(transaction_index_renew_1) {
  const uint8_t *hash;
  SCE_TRY(sce_arg_bytes(caller, &hash, args[1], 32, "context_hash"));
  SCE_TRY(STORAGE_NEEDS(caller, transaction_renew));
  return caller->ext->storage->transaction_renew(caller->ext->storage_ctx, (uint32_t)args[0], hash);
}

/* All ones when nothing is recorded. */
SCE_HANDLER(proof_size_1) {
  uint64_t size = UINT64_MAX;
  if (SCE_HAS_OP(caller->ext->storage, proof_size)) {
    SCE_TRY(caller->ext->storage->proof_size(caller->ext->storage_ctx, &size));
  }
  *result = size;
  return NULL;
}
