/* rfc145.c: the functions of RFC-145 (host-side allocator removed), whose results go into buffers of the runtime, but
 * keys and off-chain workers (rfc145_services.c). Rows that resolve only where sce_config_t.enable_rfc145 is set. A
 * buffer that is too small stays as it is, and the length that was needed is the result, unless the row says that it is
 * an error. "Absent" is -1. Sources: RFC-145; polkadot-sdk pull request 8641, whose types are followed where they
 * differ (host-functions.md). */
#include "host/rfc145.h"

#include "base/budget.h"
#include "host/handlers.h"
#include "host/storage.h"

#include <string.h>

/* ---- shared steps ---- */

sce_error_t *sce_rfc145_put(sce_caller_t *caller, uint64_t out, sce_span_t bytes, bool *fits) {
  uint8_t *place;
  uint32_t len;
  SCE_TRY(sce_arg_buffer(caller, &place, &len, out, "out"));
  *fits = bytes.len <= len;
  return *fits ? sce_result_write(caller, out, bytes, "out") : NULL;
}

sce_error_t *sce_rfc145_put_all(sce_caller_t *caller, uint64_t out, sce_span_t bytes) {
  bool fits;
  SCE_TRY(sce_rfc145_put(caller, out, bytes, &fits));
  if (fits) return NULL;
  return sce_error_new(SCE_HOST_FUNCTION, "argument `out`: %u bytes are too few for %zu", (unsigned)(out >> 32),
                       bytes.len);
}

sce_error_t *sce_rfc145_read(sce_caller_t *caller, uint64_t *result, const sce_value_t *value, uint64_t out,
                             uint32_t offset, bool allow_partial) {
  uint8_t *place;
  uint32_t len;
  SCE_TRY(sce_arg_buffer(caller, &place, &len, out, "out"));
  *result = SCE_RFC145_ABSENT;
  if (!value->found) return NULL;
  size_t left = value->len > offset ? value->len - offset : 0;
  size_t count = left <= len ? left : allow_partial ? len : 0;
  if (count > 0) SCE_TRY(sce_budget_copy(place, value->data + offset, count));
  *result = left;
  return NULL;
}

/* An optional number: -1, or a u32. */
static sce_error_t *arg_limit(const uint32_t **limit, uint32_t *value, uint64_t arg) {
  *limit = NULL;
  if (arg == SCE_RFC145_ABSENT) return NULL;
  if (arg > UINT32_MAX)
    return sce_error_new(SCE_HOST_FUNCTION, "argument `limit`: 0x%llx is neither -1 nor a number of 32 bits",
                         (unsigned long long)arg);
  *value = (uint32_t)arg;
  *limit = value;
  return NULL;
}

/* An optional span: all ones, or a span. */
static sce_error_t *arg_cursor(const sce_caller_t *caller, const sce_span_t **cursor, sce_span_t *value, uint64_t arg) {
  *cursor = NULL;
  if (arg == SCE_RFC145_ABSENT) return NULL;
  SCE_TRY(sce_arg_span(caller, value, arg, "cursor_in"));
  *cursor = value;
  return NULL;
}

/* ---- what such a runtime may not import ---- */

/* By the forms that results have: all i64 but these are spans, and the i32 of these families are pointers. */
static bool returns_wide_number(const char *name) {
  static const char *const numbers[] = {"ext_misc_chain_id_version_1", "ext_offchain_timestamp_version_1",
                                        "ext_storage_proof_size_storage_proof_size_version_1",
                                        "ext_wasm_tracing_enter_span_version_1"};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (strcmp(name, numbers[i]) == 0) return true;
  return false;
}

static bool returns_pointer(const sce_host_row_t *row) {
  bool root = strstr(row->name, "_root_version_") != NULL, generates = strstr(row->name, "_generate_version_") != NULL;
  return strcmp(row->family, "hashing") == 0 || root || generates || strstr(row->name, "_random_seed_") != NULL;
}

bool sce_rfc145_forbids(const sce_host_row_t *row) {
  static const char *const families[] = {"allocator", "sandbox", "runtime tasks", "unversioned"};
  if (row->rfc145 || row->call == NULL) return false;
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    if (strcmp(row->family, families[i]) == 0) return true;
  const char *result = strstr(row->signature, "-> ") + 3;
  if (strcmp(result, "i64") == 0) return !returns_wide_number(row->name);
  return strcmp(result, "i32") == 0 && returns_pointer(row);
}

/* ---- input ---- */

/* Once in a call. */
SCE_HANDLER(rfc145_input_read) {
  sce_host_state_t *state = caller->state;
  if (!state->input_given) return sce_error_new(SCE_HOST_FUNCTION, "there is no input, or it has been read");
  SCE_TRY(sce_rfc145_put_all(caller, args[0], state->input));
  state->input_given = false;
  return NULL;
}

/* ---- storage ---- */

/* `args`: out, offset, allow_partial. */
static sce_error_t *read_storage(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                                 const uint64_t *args) {
  sce_value_t value = {0};
  SCE_TRY(sce_host_get(caller, &value, child, key));
  return sce_rfc145_read(caller, result, &value, args[0], (uint32_t)args[1], (uint32_t)args[2] != 0);
}

static sce_error_t *child_and_key(const sce_caller_t *caller, sce_span_t *child, sce_span_t *key, const uint64_t *args,
                                  const char *name) {
  SCE_TRY(sce_arg_span(caller, child, args[0], "storage_key"));
  return sce_arg_span(caller, key, args[1], name);
}

SCE_HANDLER(rfc145_storage_read) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return read_storage(caller, result, NULL, key, args + 1);
}

SCE_HANDLER(rfc145_child_read) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return read_storage(caller, result, &child, key, args + 2);
}

/* 0 for none, which no key's length is: a key after another is not empty. */
static sce_error_t *next_key(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                             uint64_t out) {
  sce_value_t next = {0};
  bool fits;
  if (!SCE_HAS_OP(caller->ext->storage, next_key)) return sce_host_no_service(caller, "storage (next_key)");
  SCE_TRY(caller->ext->storage->next_key(caller->ext->storage_ctx, &next, child, key));
  SCE_TRY(sce_rfc145_put(caller, out, sce_span(next.data, next.found ? next.len : 0), &fits));
  *result = next.found ? next.len : 0;
  return NULL;
}

SCE_HANDLER(rfc145_storage_next_key) {
  sce_span_t key;
  SCE_TRY(sce_arg_span(caller, &key, args[0], "key"));
  return next_key(caller, result, NULL, key, args[1]);
}

SCE_HANDLER(rfc145_child_next_key) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args, "key"));
  return next_key(caller, result, &child, key, args[2]);
}

/* The root as SCALE of its bytes. No runtime of RFC-145 is older than the second layout of the state. */
static sce_error_t *put_root(sce_caller_t *caller, const sce_span_t *child, uint64_t out) {
  uint8_t scale[33] = {32 << 2};
  SCE_TRY(sce_host_root(caller, scale + 1, child, SCE_STATE_V1));
  return sce_rfc145_put_all(caller, out, sce_span(scale, sizeof scale));
}

SCE_HANDLER(rfc145_storage_root) {
  return put_root(caller, NULL, args[0]);
}

SCE_HANDLER(rfc145_child_root) {
  sce_span_t child;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  return put_root(caller, &child, args[1]);
}

/* Removes by prefix, or with `prefix` NULL the child. `args`: limit, cursor_in, cursor_out, counters (backend, unique,
 * loops). The result is the length of the cursor, which is kept for ext_misc_last_cursor; 0 when all is done. */
static sce_error_t *remove_some(sce_caller_t *caller, uint64_t *result, const sce_span_t *child,
                                const sce_span_t *prefix, const uint64_t *args) {
  const uint32_t *limit;
  uint32_t limit_value;
  const sce_span_t *cursor;
  sce_span_t cursor_value;
  const uint8_t *counters;
  sce_removal_t removal;
  uint8_t numbers[12];
  bool fits;
  SCE_TRY(arg_limit(&limit, &limit_value, args[0]));
  SCE_TRY(arg_cursor(caller, &cursor, &cursor_value, args[1]));
  SCE_TRY(sce_arg_bytes(caller, &counters, args[3], sizeof numbers, "counters"));
  SCE_TRY(sce_host_remove(caller, &removal, child, prefix, limit, cursor));
  sce_span_t next = sce_span(removal.cursor.data, removal.cursor.found ? removal.cursor.len : 0);
  caller->state->cursor.len = 0;
  SCE_TRY(sce_buf_append(&caller->state->cursor, next.data, next.len));
  SCE_TRY(sce_rfc145_put(caller, args[2], next, &fits));
  sce_store_le32(numbers, removal.backend);
  sce_store_le32(numbers + 4, removal.unique);
  sce_store_le32(numbers + 8, removal.loops);
  *result = next.len;
  return sce_result_write(caller, args[3], sce_span(numbers, sizeof numbers), "counters");
}

SCE_HANDLER(rfc145_storage_clear_prefix) {
  sce_span_t prefix;
  SCE_TRY(sce_arg_span(caller, &prefix, args[0], "prefix"));
  return remove_some(caller, result, NULL, &prefix, args + 1);
}

SCE_HANDLER(rfc145_child_clear_prefix) {
  sce_span_t child, prefix;
  SCE_TRY(child_and_key(caller, &child, &prefix, args, "prefix"));
  return remove_some(caller, result, &child, &prefix, args + 2);
}

SCE_HANDLER(rfc145_child_kill) {
  sce_span_t child;
  SCE_TRY(sce_arg_span(caller, &child, args[0], "storage_key"));
  return remove_some(caller, result, &child, NULL, args + 1);
}

/* The cursor of the last removal, once. */
SCE_HANDLER(rfc145_last_cursor) {
  sce_buf_t *cursor = &caller->state->cursor;
  bool fits;
  SCE_TRY(sce_rfc145_put(caller, args[0], sce_buf_span(cursor), &fits));
  *result = cursor->len > 0 ? cursor->len : SCE_RFC145_ABSENT;
  if (fits) cursor->len = 0;
  return NULL;
}

/* ---- versions ---- */

SCE_HANDLER(rfc145_runtime_version) {
  sce_span_t code;
  bool found = false;
  sce_buf_t version = {0};
  SCE_TRY(sce_arg_span(caller, &code, args[0], "wasm"));
  if (caller->ops->read_version == NULL) return sce_host_no_service(caller, "a reader of runtime versions");
  sce_error_t *err = caller->ops->read_version(caller->self, &found, &version, code);
  sce_value_t value = {found, version.data, version.len};
  if (err == NULL) err = sce_rfc145_read(caller, result, &value, args[1], 0, false);
  sce_buf_free(&version);
  return err;
}
