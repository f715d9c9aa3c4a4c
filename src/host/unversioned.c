/* unversioned.c: the Host API before its functions had versions, 2018 to January 2020, but crypto and off-chain
 * workers (unversioned_services.c): ext_malloc, ext_set_storage and so on. Bytes are a pointer and a length in two
 * numbers, results go to places that the runtime names, and UINT32_MAX is "absent". Sources: Substrate's
 * core/executor/src/wasm_executor.rs of 2018 and 2019, and sc-executor 0.8.0-alpha.2 deprecated_host_interface.rs, the
 * last that had them and the one followed where they changed (host-functions.md). */
#include "base/budget.h"
#include "host/handlers.h"
#include "host/old_child_storage.h"
#include "host/storage.h"

#include <string.h>

#define ABSENT UINT32_MAX

/* Most pairs of pointer and length that a function has one after the other. */
#define PAIRS_MAX 3

/* Has `handler` called with the `count` pairs that `args` begins with as spans. */
static sce_error_t *with_spans(sce_host_fn handler, sce_caller_t *caller, const uint64_t *args, uint64_t *result,
                               int count) {
  uint64_t spans[PAIRS_MAX];
  for (int i = 0; i < count; i++) spans[i] = sce_pack_span((uint32_t)args[2 * i], (uint32_t)args[2 * i + 1]);
  return handler(NULL, caller, spans, result);
}

/* A handler `name` that is the handler `today` with spans. */
#define WITH_SPANS(name, today, count)                                                                                 \
  SCE_HANDLER(name) {                                                                                                  \
    return with_spans(sce_host_##today, caller, args, result, count);                                                  \
  }

/* ---- memory ---- */

SCE_HANDLER(unversioned_memcpy) {
  uint32_t to = (uint32_t)args[0], from = (uint32_t)args[1], len = (uint32_t)args[2];
  const uint8_t *source;
  SCE_TRY(sce_arg_bytes(caller, &source, from, len, "src"));
  if ((uint64_t)from + len > to && (uint64_t)to + len > from && len > 0)
    return sce_error_new(SCE_HOST_FUNCTION, "source and destination overlap");
  SCE_TRY(sce_result_write(caller, to, sce_span(source, len), "dest"));
  *result = to;
  return NULL;
}

SCE_HANDLER(unversioned_memmove) {
  const uint8_t *source;
  uint32_t len = (uint32_t)args[2];
  SCE_TRY(sce_arg_bytes(caller, &source, args[1], len, "src"));
  SCE_TRY(sce_result_write(caller, args[0], sce_span(source, len), "dest"));
  *result = (uint32_t)args[0];
  return NULL;
}

SCE_HANDLER(unversioned_memcmp) {
  const uint8_t *a, *b;
  uint32_t len = (uint32_t)args[2];
  int order = 0;
  SCE_TRY(sce_arg_bytes(caller, &a, args[0], len, "s1"));
  SCE_TRY(sce_arg_bytes(caller, &b, args[1], len, "s2"));
  for (size_t at = 0; at < len && order == 0; at += SCE_BUDGET_BYTES) {
    order = memcmp(a + at, b + at, len - at < SCE_BUDGET_BYTES ? len - at : SCE_BUDGET_BYTES);
    SCE_TRY(sce_budget_check());
  }
  *result = (uint32_t)((order > 0) - (order < 0));
  return NULL;
}

SCE_HANDLER(unversioned_memset) {
  const uint8_t *place;
  uint32_t to = (uint32_t)args[0], len = (uint32_t)args[2];
  SCE_TRY(sce_arg_bytes(caller, &place, to, len, "dest"));
  for (size_t at = 0; at < len; at += SCE_BUDGET_BYTES) {
    memset(caller->memory + to + at, (uint8_t)args[1], len - at < SCE_BUDGET_BYTES ? len - at : SCE_BUDGET_BYTES);
    SCE_TRY(sce_budget_check());
  }
  *result = to;
  return NULL;
}

/* ---- printing ---- */

/* What lies outside of memory is not printed, and no error. */
static sce_error_t *print_pair(sce_host_fn handler, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  if (!sce_caller_in_bounds(caller, (uint32_t)args[0], (uint32_t)args[1])) return NULL;
  return with_spans(handler, caller, args, result, 1);
}

SCE_HANDLER(unversioned_print_utf8) {
  return print_pair(sce_host_misc_print_utf8_1, caller, args, result);
}

SCE_HANDLER(unversioned_print_hex) {
  return print_pair(sce_host_misc_print_hex_1, caller, args, result);
}

/* Levels were counted from 1, and every other number was an error's. */
SCE_HANDLER(unversioned_log) {
  uint32_t level = (uint32_t)args[0];
  const uint64_t line[3] = {level >= 2 && level <= 5 ? level - 1 : 0,
                            sce_pack_span((uint32_t)args[1], (uint32_t)args[2]),
                            sce_pack_span((uint32_t)args[3], (uint32_t)args[4])};
  return sce_host_logging_log_1(NULL, caller, line, result);
}

/* ---- storage ---- */

WITH_SPANS(unversioned_set_storage, storage_set_1, 2)
WITH_SPANS(unversioned_clear_storage, storage_clear_1, 1)
WITH_SPANS(unversioned_exists_storage, storage_exists_1, 1)
WITH_SPANS(unversioned_clear_prefix, storage_clear_prefix_1, 1)
WITH_SPANS(unversioned_set_child_storage, older_child_set_1, 3)
WITH_SPANS(unversioned_clear_child_storage, older_child_clear_1, 2)
WITH_SPANS(unversioned_exists_child_storage, older_child_exists_1, 2)
WITH_SPANS(unversioned_clear_child_prefix, older_child_clear_prefix_1, 2)
WITH_SPANS(unversioned_kill_child_storage, older_child_kill_1, 1)

static sce_error_t *get_allocated(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                                  uint64_t written_out) {
  sce_value_t value = {0};
  SCE_TRY(sce_host_get(caller, &value, child, key));
  if (value.found) return sce_result_allocated(caller, result, sce_span(value.data, value.len), written_out);
  *result = 0;
  return sce_result_write_u32(caller, written_out, ABSENT, "written_out");
}

/* `args` are the place, its size and the offset. The result is the length of the whole value, whatever the offset. */
static sce_error_t *get_into(sce_caller_t *caller, uint64_t *result, const sce_span_t *child, sce_span_t key,
                             const uint64_t *args) {
  sce_value_t value = {0};
  SCE_TRY(sce_host_get(caller, &value, child, key));
  *result = value.found ? (uint32_t)value.len : ABSENT;
  if (!value.found) return NULL;
  uint32_t size = (uint32_t)args[1], offset = (uint32_t)args[2];
  size_t skip = value.len < offset ? value.len : offset, left = value.len - skip;
  size_t count = left < size ? left : size;
  return sce_result_write(caller, args[0], sce_span(value.len > 0 ? value.data + skip : NULL, count), "value_data");
}

SCE_HANDLER(unversioned_get_allocated_storage) {
  sce_span_t key;
  SCE_TRY(sce_arg_pair(caller, &key, args, "key"));
  return get_allocated(caller, result, NULL, key, args[2]);
}

SCE_HANDLER(unversioned_get_storage_into) {
  sce_span_t key;
  SCE_TRY(sce_arg_pair(caller, &key, args, "key"));
  return get_into(caller, result, NULL, key, args + 2);
}

/* The child and the key that functions of children begin with. */
static sce_error_t *child_and_key(const sce_caller_t *caller, sce_span_t *child, sce_span_t *key,
                                  const uint64_t *args) {
  SCE_TRY(sce_host_old_child(caller, child, sce_pack_span((uint32_t)args[0], (uint32_t)args[1])));
  return sce_arg_pair(caller, key, args + 2, "key");
}

SCE_HANDLER(unversioned_get_allocated_child_storage) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args));
  return get_allocated(caller, result, &child, key, args[4]);
}

SCE_HANDLER(unversioned_get_child_storage_into) {
  sce_span_t child, key;
  SCE_TRY(child_and_key(caller, &child, &key, args));
  return get_into(caller, result, &child, key, args + 4);
}

SCE_HANDLER(unversioned_storage_root) {
  uint8_t root[32];
  SCE_TRY(sce_host_root(caller, root, NULL, SCE_STATE_V0));
  return sce_result_write(caller, args[0], sce_span(root, sizeof root), "result");
}

SCE_HANDLER(unversioned_child_storage_root) {
  sce_span_t child;
  uint8_t root[32];
  SCE_TRY(sce_host_old_child(caller, &child, sce_pack_span((uint32_t)args[0], (uint32_t)args[1])));
  SCE_TRY(sce_host_root(caller, root, &child, SCE_STATE_V0));
  return sce_result_allocated(caller, result, sce_span(root, sizeof root), args[2]);
}

/* The three forms of ext_storage_changes_root: by block number, by hash and number, by hash. The answer is "none", as
 * that of ext_storage_changes_root_version_1. */
SCE_HANDLER(unversioned_changes_root_by_number) {
  *result = 0;
  return NULL;
}

SCE_HANDLER(unversioned_changes_root_by_both) {
  const uint8_t *parent_hash;
  if ((uint32_t)args[1] != 32) return sce_arg_bad_number("parent_hash_len", (uint32_t)args[1], "32");
  SCE_TRY(sce_arg_bytes(caller, &parent_hash, args[0], 32, "parent_hash"));
  *result = 0;
  return NULL;
}

SCE_HANDLER(unversioned_changes_root) {
  const uint8_t *parent_hash;
  SCE_TRY(sce_arg_bytes(caller, &parent_hash, args[0], 32, "parent_hash"));
  *result = 0;
  return NULL;
}

/* ---- sandbox ---- */

/* Arguments between spans stay single numbers. */
SCE_HANDLER(unversioned_sandbox_instantiate) {
  const uint64_t today[4] = {args[0], sce_pack_span((uint32_t)args[1], (uint32_t)args[2]),
                             sce_pack_span((uint32_t)args[3], (uint32_t)args[4]), args[5]};
  return sce_host_sandbox_instantiate_1(NULL, caller, today, result);
}

SCE_HANDLER(unversioned_sandbox_invoke) {
  const uint64_t today[6] = {args[0],
                             sce_pack_span((uint32_t)args[1], (uint32_t)args[2]),
                             sce_pack_span((uint32_t)args[3], (uint32_t)args[4]),
                             args[5],
                             args[6],
                             args[7]};
  return sce_host_sandbox_invoke_1(NULL, caller, today, result);
}
