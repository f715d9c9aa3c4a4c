/* old_child_storage.c: child storage before it was renamed to default child storage: ext_storage_child_*, in two forms.
 * The child is its whole storage key, ":child_storage:default:" included. From 2.0.0-alpha.2 to alpha.6 (handlers
 * old_child_*) a definition and a type follow it; before (older_child_*) nothing does. The definition only separated
 * the children's nodes in a database. Source: sp-io 2.0.0-alpha.2 `trait Storage`. */
#include "host/old_child_storage.h"

#include "host/handlers.h"
#include "host/storage.h"

#include <string.h>

static const char PREFIX[] = ":child_storage:default:";

/* ChildType::CryptoUniqueId, the only one there was. */
#define CHILD_TYPE_UNIQUE_ID 1

static sce_error_t *child_of_key(sce_span_t *child, sce_span_t key) {
  sce_span_t prefix = sce_span(PREFIX, sizeof PREFIX - 1);
  if (!sce_span_starts_with(key, prefix))
    return sce_error_new(SCE_HOST_FUNCTION, "argument `child_storage_key` does not begin with %s", PREFIX);
  *child = sce_span_skip(key, prefix.len);
  return NULL;
}

sce_error_t *sce_host_old_child(const sce_caller_t *caller, sce_span_t *child, uint64_t arg) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, arg, "child_storage_key"));
  return child_of_key(child, key);
}

/* Converts the child parameters and moves `*args` behind them: 1, or 3 with `defined`. */
static sce_error_t *arg_child(const sce_caller_t *caller, sce_span_t *child, const uint64_t **args, bool defined) {
  sce_span_t key, definition;
  SCE_TRY(sce_arg_span(caller, &key, (*args)[0], "child_storage_key"));
  if (defined) SCE_TRY(sce_arg_span(caller, &definition, (*args)[1], "child_definition"));
  SCE_TRY(child_of_key(child, key));
  if (defined && (uint32_t)(*args)[2] != CHILD_TYPE_UNIQUE_ID) {
    return sce_arg_bad_number("child_type", (uint32_t)(*args)[2], "a child type (1)");
  }
  *args += defined ? 3 : 1;
  return NULL;
}

static sce_error_t *arg_child_and_key(const sce_caller_t *caller, sce_span_t *child, sce_span_t *key,
                                      const uint64_t **args, bool defined) {
  SCE_TRY(arg_child(caller, child, args, defined));
  return sce_arg_span(caller, key, *(*args)++, "key");
}

static sce_error_t *child_get(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool defined) {
  sce_span_t child, key;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  return sce_host_get_result(caller, result, &child, key);
}

/* Unlike today's, the result is the length of the whole value, whatever the offset. */
static sce_error_t *child_read(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool defined) {
  sce_span_t child, key;
  sce_value_t value = {0};
  uint8_t *out;
  uint32_t out_len;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  SCE_TRY(sce_arg_buffer(caller, &out, &out_len, args[0], "value_out"));
  SCE_TRY(sce_host_get(caller, &value, &child, key));
  if (!value.found) return sce_result_option_u32(caller, result, NULL);
  uint32_t skip = (uint32_t)args[1], len = (uint32_t)value.len;
  size_t left = value.len > skip ? value.len - skip : 0;
  size_t count = left < out_len ? left : out_len;
  if (count > 0) memcpy(out, value.data + skip, count);
  return sce_result_option_u32(caller, result, &len);
}

static sce_error_t *child_exists(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool defined) {
  sce_span_t child, key;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  return sce_host_exists_result(caller, result, &child, key);
}

static sce_error_t *child_set(sce_caller_t *caller, const uint64_t *args, bool defined) {
  sce_span_t child, key, value;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  SCE_TRY(sce_arg_span(caller, &value, args[0], "value"));
  return sce_host_set(caller, &child, key, value);
}

static sce_error_t *child_clear(sce_caller_t *caller, const uint64_t *args, bool defined) {
  sce_span_t child, key;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  return sce_host_clear(caller, &child, key);
}

static sce_error_t *child_next_key(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool defined) {
  sce_span_t child, key;
  SCE_TRY(arg_child_and_key(caller, &child, &key, &args, defined));
  return sce_host_next_key_result(caller, result, &child, key);
}

static sce_error_t *child_clear_prefix(sce_caller_t *caller, const uint64_t *args, bool defined) {
  sce_span_t child, prefix;
  sce_removal_t removal;
  SCE_TRY(arg_child_and_key(caller, &child, &prefix, &args, defined));
  return sce_host_remove(caller, &removal, &child, &prefix, NULL, NULL);
}

static sce_error_t *child_kill(sce_caller_t *caller, const uint64_t *args, bool defined) {
  sce_span_t child;
  sce_removal_t removal;
  SCE_TRY(arg_child(caller, &child, &args, defined));
  return sce_host_remove(caller, &removal, &child, NULL, NULL, NULL);
}

/* The same in both forms. */
SCE_HANDLER(old_child_root_1) {
  sce_span_t child;
  SCE_TRY(arg_child(caller, &child, &args, false));
  return sce_host_root_result(caller, result, &child, SCE_STATE_V0);
}

SCE_HANDLER(old_child_get_1) {
  return child_get(caller, args, result, true);
}
SCE_HANDLER(older_child_get_1) {
  return child_get(caller, args, result, false);
}
SCE_HANDLER(old_child_read_1) {
  return child_read(caller, args, result, true);
}
SCE_HANDLER(older_child_read_1) {
  return child_read(caller, args, result, false);
}
SCE_HANDLER(old_child_exists_1) {
  return child_exists(caller, args, result, true);
}
SCE_HANDLER(older_child_exists_1) {
  return child_exists(caller, args, result, false);
}
SCE_HANDLER(old_child_set_1) {
  return child_set(caller, args, true);
}
SCE_HANDLER(older_child_set_1) {
  return child_set(caller, args, false);
}
SCE_HANDLER(old_child_clear_1) {
  return child_clear(caller, args, true);
}
SCE_HANDLER(older_child_clear_1) {
  return child_clear(caller, args, false);
}
SCE_HANDLER(old_child_next_key_1) {
  return child_next_key(caller, args, result, true);
}
SCE_HANDLER(older_child_next_key_1) {
  return child_next_key(caller, args, result, false);
}
SCE_HANDLER(old_child_clear_prefix_1) {
  return child_clear_prefix(caller, args, true);
}
SCE_HANDLER(older_child_clear_prefix_1) {
  return child_clear_prefix(caller, args, false);
}
SCE_HANDLER(old_child_kill_1) {
  return child_kill(caller, args, true);
}
SCE_HANDLER(older_child_kill_1) {
  return child_kill(caller, args, false);
}
