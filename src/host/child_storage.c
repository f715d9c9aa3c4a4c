/* child_storage.c: the default child storage family, ext_default_child_storage_*. The child is named without the
 * ":child_storage:default:" prefix and may be empty. Source: sp-io `trait DefaultChildStorage`. */
#include "host/handlers.h"
#include "host/storage.h"

/* The two parameters that most functions begin with. */
static sce_error_t *child_and_key(const sce_caller_t *caller, sce_span_t *child, sce_span_t *key, const uint64_t *args,
                                  const char *key_name) {
  SCE_TRY(sce_arg_span(caller, child, args[0], "storage_key"));
  return sce_arg_span(caller, key, args[1], key_name);
}

SCE_HANDLER(child_get_1) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return sce_host_get_result(caller, result, &child, key);
}

SCE_HANDLER(child_read_1) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return sce_host_read_result(caller, result, &child, key, args[2], args[3]);
}

SCE_HANDLER(child_exists_1) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return sce_host_exists_result(caller, result, &child, key);
}

SCE_HANDLER(child_set_1) {
  sce_span_t child, key, value;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  SCE_TRY(sce_arg_span(caller, &value, args[2], "value"));
  return sce_host_set(caller, &child, key, value);
}

SCE_HANDLER(child_clear_1) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return sce_host_clear(caller, &child, key);
}

SCE_HANDLER(child_next_key_1) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return sce_host_next_key_result(caller, result, &child, key);
}

SCE_HANDLER(child_root_1) {
  sce_span_t child;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  return sce_host_root_result(caller, result, &child, SCE_STATE_V0);
}

SCE_HANDLER(child_root_2) {
  sce_span_t child;
  sce_state_version_t version;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  SCE_TRY(sce_arg_state_version(&version, args[1], "version"));
  return sce_host_root_result(caller, result, &child, version);
}

SCE_HANDLER(child_clear_prefix_1) {
  sce_span_t child, prefix;
  sce_removal_t removal;
  SCE_TRY(child_and_key(caller, &child, &prefix, args, "prefix"));
  return sce_host_remove(caller, &removal, &child, &prefix, NULL, NULL);
}

SCE_HANDLER(child_clear_prefix_2) {
  sce_span_t child, prefix;
  const uint32_t *limit;
  uint32_t limit_value;
  sce_removal_t removal;
  SCE_TRY(child_and_key(caller, &child, &prefix, args, "prefix"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[2], "limit"));
  SCE_TRY(sce_host_remove(caller, &removal, &child, &prefix, limit, NULL));
  return sce_host_removal_result(caller, result, &removal);
}

SCE_HANDLER(child_clear_prefix_3) {
  sce_span_t child, prefix, cursor_value;
  const uint32_t *limit;
  uint32_t limit_value;
  const sce_span_t *cursor;
  sce_removal_t removal;
  SCE_TRY(child_and_key(caller, &child, &prefix, args, "maybe_prefix"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[2], "maybe_limit"));
  SCE_TRY(sce_arg_option_bytes(caller, &cursor, &cursor_value, args[3], "maybe_cursor"));
  SCE_TRY(sce_host_remove(caller, &removal, &child, &prefix, limit, cursor));
  return sce_host_removal_cursor_result(caller, result, &removal);
}

SCE_HANDLER(child_kill_1) {
  sce_span_t child;
  sce_removal_t removal;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  return sce_host_remove(caller, &removal, &child, NULL, NULL, NULL);
}

/* Versions 2 and 3 differ only in what they return. */
static sce_error_t *kill_with_limit(sce_caller_t *caller, sce_removal_t *removal, const uint64_t *args) {
  sce_span_t child;
  const uint32_t *limit;
  uint32_t limit_value;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[1], "limit"));
  return sce_host_remove(caller, removal, &child, NULL, limit, NULL);
}

SCE_HANDLER(child_kill_2) {
  sce_removal_t removal;
  SCE_TRY(kill_with_limit(caller, &removal, args));
  *result = !removal.cursor.found;
  return NULL;
}

SCE_HANDLER(child_kill_3) {
  sce_removal_t removal;
  SCE_TRY(kill_with_limit(caller, &removal, args));
  return sce_host_removal_result(caller, result, &removal);
}

SCE_HANDLER(child_kill_4) {
  sce_span_t child, cursor_value;
  const uint32_t *limit;
  uint32_t limit_value;
  const sce_span_t *cursor;
  sce_removal_t removal;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  SCE_TRY(sce_arg_option_u32(caller, &limit, &limit_value, args[1], "maybe_limit"));
  SCE_TRY(sce_arg_option_bytes(caller, &cursor, &cursor_value, args[2], "maybe_cursor"));
  SCE_TRY(sce_host_remove(caller, &removal, &child, NULL, limit, cursor));
  return sce_host_removal_cursor_result(caller, result, &removal);
}
