/* storage.c: the storage family: ext_storage_*, and the steps it shares with child storage (storage.h).
 * Source: sp-io `trait Storage`; semantics of the state itself are behind sce_storage_ops_t. */
#include "host/storage.h"
#include "base/budget.h"
#include "host/handlers.h"

#include <string.h>

/* The table of the call when it has `op`. */
#define STORAGE_NEEDS(caller, op)                                                                                      \
  (SCE_HAS_OP((caller)->ext->storage, op) ? NULL : sce_host_no_service(caller, "storage (" #op ")"))

/* ---- shared steps ---- */

sce_error_t *sce_host_get(sce_caller_t *caller, sce_value_t *value, const sce_span_t *child, sce_span_t key) {
  SCE_TRY(STORAGE_NEEDS(caller, get));
  return caller->ext->storage->get(caller->ext->storage_ctx, value, child, key);
}

sce_error_t *sce_host_set(sce_caller_t *caller, const sce_span_t *child, sce_span_t key, sce_span_t value) {
  SCE_TRY(STORAGE_NEEDS(caller, set));
  return caller->ext->storage->set(caller->ext->storage_ctx, child, key, value);
}

sce_error_t *sce_host_clear(sce_caller_t *caller, const sce_span_t *child, sce_span_t key) {
  SCE_TRY(STORAGE_NEEDS(caller, clear));
  return caller->ext->storage->clear(caller->ext->storage_ctx, child, key);
}

sce_error_t *sce_host_root(sce_caller_t *caller, uint8_t root[32], const sce_span_t *child,
                           sce_state_version_t version) {
  SCE_TRY(STORAGE_NEEDS(caller, root));
  return caller->ext->storage->root(caller->ext->storage_ctx, root, child, version);
}

sce_error_t *sce_host_get_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key) {
  sce_value_t value = {0};
  SCE_TRY(sce_host_get(caller, &value, child, key));
  return sce_result_option(caller, result, &value);
}

sce_error_t *sce_host_exists_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key) {
  sce_value_t value = {0};
  if (SCE_HAS_OP(caller->ext->storage, exists)) {
    SCE_TRY(caller->ext->storage->exists(caller->ext->storage_ctx, &value.found, child, key));
  } else {
    SCE_TRY(sce_host_get(caller, &value, child, key));
  }
  *result = value.found;
  return NULL;
}

sce_error_t *sce_host_next_key_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key) {
  sce_value_t next = {0};
  SCE_TRY(STORAGE_NEEDS(caller, next_key));
  SCE_TRY(caller->ext->storage->next_key(caller->ext->storage_ctx, &next, child, key));
  return sce_result_option(caller, result, &next);
}

sce_error_t *sce_host_root_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child,
                                  sce_state_version_t version) {
  uint8_t root[32];
  SCE_TRY(sce_host_root(caller, root, child, version));
  return sce_result_bytes(caller, result, sce_span(root, sizeof root));
}

sce_error_t *sce_host_read_result(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                                  uint64_t buffer, uint64_t offset) {
  uint8_t *out;
  uint32_t out_len;
  sce_value_t value = {0};
  SCE_TRY(sce_arg_buffer(caller, &out, &out_len, buffer, "value_out"));
  SCE_TRY(sce_host_get(caller, &value, child, key));
  if (!value.found) return sce_result_option_u32(caller, result, NULL);
  uint32_t skip = (uint32_t)offset;
  size_t left = value.len > skip ? value.len - skip : 0;
  size_t count = left < out_len ? left : out_len;
  if (count > 0) SCE_TRY(sce_budget_copy(out, value.data + skip, count));
  uint32_t rest = (uint32_t)left;
  return sce_result_option_u32(caller, result, &rest);
}

sce_error_t *sce_host_remove(sce_caller_t *caller, sce_removal_t *removal, const sce_span_t *child,
                             const sce_span_t *prefix, const uint32_t *limit, const sce_span_t *cursor) {
  const sce_externalities_t *ext = caller->ext;
  *removal = (sce_removal_t){0};
  if (prefix == NULL) {
    SCE_TRY(STORAGE_NEEDS(caller, kill_child));
    return ext->storage->kill_child(ext->storage_ctx, removal, child, limit, cursor);
  }
  SCE_TRY(STORAGE_NEEDS(caller, clear_prefix));
  return ext->storage->clear_prefix(ext->storage_ctx, removal, child, *prefix, limit, cursor);
}

/* sp-io KillStorageResult: index of the variant, then the count. */
sce_error_t *sce_host_removal_result(sce_caller_t *caller, uint64_t *result, const sce_removal_t *removal) {
  uint8_t bytes[5] = {removal->cursor.found};
  sce_store_le32(bytes + 1, removal->loops);
  return sce_result_bytes(caller, result, sce_span(bytes, sizeof bytes));
}

sce_error_t *sce_host_removal_cursor_result(sce_caller_t *caller, uint64_t *result, const sce_removal_t *removal) {
  sce_buf_t *out = &caller->state->scratch;
  uint8_t counts[12];
  sce_store_le32(counts, removal->backend);
  sce_store_le32(counts + 4, removal->unique);
  sce_store_le32(counts + 8, removal->loops);
  out->len = 0;
  SCE_TRY(sce_write_option(out, &removal->cursor));
  SCE_TRY(sce_buf_append(out, counts, sizeof counts));
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

/* ---- ext_storage_* ---- */

SCE_HANDLER(storage_get_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return sce_host_get_result(caller, result, NULL, key);
}

SCE_HANDLER(storage_read_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return sce_host_read_result(caller, result, NULL, key, args[1], args[2]);
}

SCE_HANDLER(storage_exists_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return sce_host_exists_result(caller, result, NULL, key);
}

SCE_HANDLER(storage_set_1) {
  sce_span_t key, value;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  SCE_TRY(sce_arg_span(caller, &value, args[1], "value"));
  return sce_host_set(caller, NULL, key, value);
}

SCE_HANDLER(storage_clear_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return sce_host_clear(caller, NULL, key);
}

SCE_HANDLER(storage_append_1) {
  sce_span_t key, item;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  SCE_TRY(sce_arg_span(caller, &item, args[1], "value"));
  SCE_TRY(STORAGE_NEEDS(caller, append));
  return caller->ext->storage->append(caller->ext->storage_ctx, key, item);
}

SCE_HANDLER(storage_clear_prefix_1) {
  sce_span_t prefix;
  sce_removal_t removal;
  SCE_TRY(sce_arg_span(caller, &prefix, args[0], "prefix"));
  return sce_host_remove(caller, &removal, NULL, &prefix, NULL, NULL);
}

SCE_HANDLER(storage_clear_prefix_2) {
  sce_span_t prefix;
  const uint32_t *limit;
  uint32_t limit_value;
  sce_removal_t removal;
  SCE_TRY(sce_arg_span(caller, &prefix, args[0], "prefix"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[1], "limit"));
  SCE_TRY(sce_host_remove(caller, &removal, NULL, &prefix, limit, NULL));
  return sce_host_removal_result(caller, result, &removal);
}

SCE_HANDLER(storage_clear_prefix_3) {
  sce_span_t prefix, cursor_value;
  const uint32_t *limit;
  uint32_t limit_value;
  const sce_span_t *cursor;
  sce_removal_t removal;
  SCE_TRY(sce_arg_span(caller, &prefix, args[0], "maybe_prefix"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[1], "maybe_limit"));
  SCE_TRY(sce_arg_option_bytes(caller, &cursor, &cursor_value, args[2], "maybe_cursor"));
  SCE_TRY(sce_host_remove(caller, &removal, NULL, &prefix, limit, cursor));
  return sce_host_removal_cursor_result(caller, result, &removal);
}

SCE_HANDLER(storage_next_key_1) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return sce_host_next_key_result(caller, result, NULL, key);
}

SCE_HANDLER(storage_root_1) {
  return sce_host_root_result(caller, result, NULL, SCE_STATE_V0);
}

/* Of November 2019: the root behind a pointer to 32 bytes. */
SCE_HANDLER(storage_root_hash_1) {
  uint8_t root[32];
  SCE_TRY(sce_host_root(caller, root, NULL, SCE_STATE_V0));
  return sce_result_fixed(caller, result, root, sizeof root);
}

SCE_HANDLER(storage_root_2) {
  sce_state_version_t version;
  SCE_TRY(sce_arg_state_version(&version, args[0], "version"));
  return sce_host_root_result(caller, result, NULL, version);
}

/* Changes tries are gone; the answer is None whatever the parent hash (sp-io 5 and later, and every chain before whose
 * state had no `:changes_trie` key: none of the relay chains'). */
SCE_HANDLER(storage_changes_root_1) {
  sce_span_t parent_hash;
  sce_value_t none = {0};
  SCE_TRY(sce_arg_span(caller, &parent_hash, args[0], "parent_hash"));
  if (caller->ops->is_task) return sce_host_no_service(caller, "storage");
  return sce_result_option(caller, result, &none);
}

/* Of November 2019: the parent's hash behind a pointer to 32 bytes. */
SCE_HANDLER(storage_changes_root_hash_1) {
  const uint8_t *parent_hash;
  sce_value_t none = {0};
  SCE_TRY(sce_arg_bytes(caller, &parent_hash, args[0], 32, "parent_hash"));
  return sce_result_option(caller, result, &none);
}

SCE_HANDLER(storage_start_transaction_1) {
  SCE_TRY(STORAGE_NEEDS(caller, start_transaction));
  return caller->ext->storage->start_transaction(caller->ext->storage_ctx);
}

SCE_HANDLER(storage_rollback_transaction_1) {
  SCE_TRY(STORAGE_NEEDS(caller, rollback_transaction));
  return caller->ext->storage->rollback_transaction(caller->ext->storage_ctx);
}

SCE_HANDLER(storage_commit_transaction_1) {
  SCE_TRY(STORAGE_NEEDS(caller, commit_transaction));
  return caller->ext->storage->commit_transaction(caller->ext->storage_ctx);
}
