/* args.c: the argument and result helpers of args.h that are not inlined. */
#include "host/args.h"

#include "base/budget.h"
#include "base/utf8.h"

#include <string.h>

/* ---- errors ---- */

sce_error_t *sce_arg_bad_range(const sce_caller_t *caller, const char *name, uint32_t ptr, uint32_t len) {
  return sce_error_new(SCE_HOST_FUNCTION, "argument `%s`: 0x%08x + %u bytes reaches outside of memory (%zu bytes)",
                       name, (unsigned)ptr, (unsigned)len, caller->memory_size);
}

sce_error_t *sce_arg_bad_number(const char *name, uint32_t value, const char *expected) {
  return sce_error_new(SCE_HOST_FUNCTION, "argument `%s`: %u is not %s", name, (unsigned)value, expected);
}

sce_error_t *sce_host_no_service(const sce_caller_t *caller, const char *service) {
  const char *who = caller->ops->is_task ? "a runtime task runs" : "this call was made";
  return sce_error_new(SCE_HOST_FUNCTION, "%s without %s", who, service);
}

/* ---- arguments ---- */

sce_error_t *sce_host_is_text(bool *valid, sce_span_t text) {
  *valid = true;
  while (*valid && text.len > SCE_BUDGET_BYTES) {
    size_t len = SCE_BUDGET_BYTES; /* whole characters: bytes that continue one are 10xxxxxx, 3 at most */
    for (int i = 0; i < 3 && (text.data[len] & 0xc0) == 0x80; i++) len--;
    *valid = sce_utf8_valid(text.data, len);
    text = sce_span_skip(text, len);
    SCE_TRY(sce_budget_check());
  }
  *valid = *valid && sce_utf8_valid(text.data, text.len);
  return NULL;
}

sce_error_t *sce_arg_text(const sce_caller_t *caller, sce_span_t *text, uint64_t arg, const char *name) {
  SCE_TRY(sce_arg_span(caller, text, arg, name));
  bool valid;
  SCE_TRY(sce_host_is_text(&valid, *text));
  if (valid) return NULL;
  return sce_error_new(SCE_HOST_FUNCTION, "argument `%s`: not valid UTF-8 (%zu bytes)", name, text->len);
}

sce_error_t *sce_arg_state_version(sce_state_version_t *version, uint64_t arg, const char *name) {
  uint8_t number = (uint8_t)arg;
  if (number > 2) return sce_arg_bad_number(name, number, "a state version (0, 1, or 2 for 1)");
  *version = number == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
  return NULL;
}

sce_error_t *sce_arg_scale(const sce_caller_t *caller, sce_scale_reader_t *in, uint64_t arg, const char *name) {
  sce_span_t bytes;
  SCE_TRY(sce_arg_span(caller, &bytes, arg, name));
  *in = sce_scale_reader(bytes);
  in->kind = SCE_HOST_FUNCTION;
  return NULL;
}

sce_error_t *sce_arg_scale_error(sce_error_t *err, const char *name) {
  return sce_error_prefix(err, "argument `%s`", name);
}

sce_error_t *sce_arg_option_u32(const sce_caller_t *caller, const uint32_t **present, uint32_t *value, uint64_t arg,
                                const char *name) {
  sce_scale_reader_t in;
  bool some = false;
  SCE_TRY(sce_arg_scale(caller, &in, arg, name));
  sce_error_t *err = sce_scale_read_option(&in, &some);
  if (err == NULL && some) err = sce_scale_read_u32(&in, value);
  *present = some ? value : NULL;
  return sce_arg_scale_error(err, name);
}

sce_error_t *sce_arg_option_u64(const sce_caller_t *caller, const uint64_t **present, uint64_t *value, uint64_t arg,
                                const char *name) {
  sce_scale_reader_t in;
  bool some = false;
  SCE_TRY(sce_arg_scale(caller, &in, arg, name));
  sce_error_t *err = sce_scale_read_option(&in, &some);
  if (err == NULL && some) err = sce_scale_read_u64(&in, value);
  *present = some ? value : NULL;
  return sce_arg_scale_error(err, name);
}

sce_error_t *sce_arg_option_bytes(const sce_caller_t *caller, const sce_span_t **present, sce_span_t *value,
                                  uint64_t arg, const char *name) {
  sce_scale_reader_t in;
  bool some = false;
  SCE_TRY(sce_arg_scale(caller, &in, arg, name));
  sce_error_t *err = sce_scale_read_option(&in, &some);
  if (err == NULL && some) err = sce_scale_read_bytes(&in, value);
  *present = some ? value : NULL;
  return sce_arg_scale_error(err, name);
}

/* ---- results ---- */

sce_error_t *sce_result_alloc(sce_caller_t *caller, uint32_t *ptr, uint8_t **data, uint64_t size) {
  uint32_t at = 0;
  if (size > UINT32_MAX)
    return sce_error_new(SCE_MEMORY_LIMIT, "a result of %llu bytes is too large", (unsigned long long)size);
  SCE_TRY(caller->ops->alloc(caller->self, &at, (uint32_t)size));
  if (!sce_caller_in_bounds(caller, at, (uint32_t)size)) {
    return sce_error_new(SCE_INTERNAL, "the heap gave %u bytes at 0x%08x, outside of memory", (unsigned)size,
                         (unsigned)at);
  }
  *ptr = at;
  *data = caller->memory + at;
  return NULL;
}

sce_error_t *sce_result_bytes(sce_caller_t *caller, uint64_t *result, sce_span_t bytes) {
  uint32_t ptr;
  uint8_t *data;
  SCE_TRY(sce_result_alloc(caller, &ptr, &data, bytes.len));
  if (bytes.len > 0) memcpy(data, bytes.data, bytes.len);
  *result = sce_pack_span(ptr, bytes.len);
  return NULL;
}

sce_error_t *sce_result_fixed(sce_caller_t *caller, uint64_t *result, const uint8_t *bytes, uint32_t len) {
  uint32_t ptr;
  uint8_t *data;
  SCE_TRY(sce_result_alloc(caller, &ptr, &data, len));
  memcpy(data, bytes, len);
  *result = ptr;
  return NULL;
}

/* SCALE compact form of a length below 2^30, which every heap block's is; its size in bytes. */
static size_t put_compact(uint8_t out[4], uint64_t len) {
  if (len < 1u << 6) {
    out[0] = (uint8_t)(len << 2);
    return 1;
  }
  if (len < 1u << 14) {
    sce_store_le16(out, (uint16_t)(len << 2 | 1));
    return 2;
  }
  sce_store_le32(out, (uint32_t)(len << 2 | 2));
  return 4;
}

sce_error_t *sce_result_option(sce_caller_t *caller, uint64_t *result, const sce_value_t *value) {
  static const uint8_t none = 0;
  if (!value->found) return sce_result_bytes(caller, result, sce_span(&none, 1));
  if (value->len >= 1u << 30) return sce_error_new(SCE_MEMORY_LIMIT, "a value of %zu bytes is too large", value->len);
  uint8_t head[5] = {1};
  size_t head_len = 1 + put_compact(head + 1, value->len);
  uint32_t ptr;
  uint8_t *data;
  SCE_TRY(sce_result_alloc(caller, &ptr, &data, head_len + value->len));
  memcpy(data, head, head_len);
  if (value->len > 0) memcpy(data + head_len, value->data, value->len);
  *result = sce_pack_span(ptr, head_len + value->len);
  return NULL;
}

sce_error_t *sce_result_option_u32(sce_caller_t *caller, uint64_t *result, const uint32_t *value) {
  uint8_t bytes[5] = {0};
  if (value != NULL) {
    bytes[0] = 1;
    sce_store_le32(bytes + 1, *value);
  }
  return sce_result_bytes(caller, result, sce_span(bytes, value == NULL ? 1 : 5));
}

sce_error_t *sce_write_option(sce_buf_t *out, const sce_value_t *value) {
  SCE_TRY(sce_scale_write_u8(out, value->found));
  return value->found ? sce_scale_write_bytes(out, sce_span(value->data, value->len)) : NULL;
}

/* memmove() that asks now and then: forwards, or backwards where the source would be overwritten. */
static sce_error_t *move_bytes(uint8_t *to, const uint8_t *from, size_t len) {
  bool backwards = (uintptr_t)to > (uintptr_t)from && (uintptr_t)to - (uintptr_t)from < len;
  for (size_t done = 0; done < len;) {
    size_t part = len - done < SCE_BUDGET_BYTES ? len - done : SCE_BUDGET_BYTES;
    size_t at = backwards ? len - done - part : done;
    memmove(to + at, from + at, part);
    done += part;
    if (done < len) SCE_TRY(sce_budget_check());
  }
  return NULL;
}

sce_error_t *sce_result_write(sce_caller_t *caller, uint64_t place, sce_span_t bytes, const char *name) {
  uint32_t ptr = (uint32_t)place;
  if (bytes.len > UINT32_MAX || !sce_caller_in_bounds(caller, ptr, (uint32_t)bytes.len))
    return sce_arg_bad_range(caller, name, ptr, bytes.len > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes.len);
  return move_bytes(caller->memory + ptr, bytes.data, bytes.len);
}

sce_error_t *sce_result_write_u32(sce_caller_t *caller, uint64_t place, uint32_t value, const char *name) {
  uint8_t bytes[4];
  sce_store_le32(bytes, value);
  return sce_result_write(caller, place, sce_span(bytes, sizeof bytes), name);
}

sce_error_t *sce_result_allocated(sce_caller_t *caller, uint64_t *result, sce_span_t bytes, uint64_t written_out) {
  uint32_t ptr;
  uint8_t *data;
  SCE_TRY(sce_result_alloc(caller, &ptr, &data, bytes.len));
  SCE_TRY(sce_budget_copy(data, bytes.data, bytes.len));
  *result = ptr;
  return sce_result_write_u32(caller, written_out, (uint32_t)bytes.len, "written_out");
}
