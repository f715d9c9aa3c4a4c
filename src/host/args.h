/* args.h: from the raw numbers of a host call to checked arguments, and from results to bytes in the runtime's memory.
 *
 * Rules (sp-runtime-interface 37, pass_by.rs and wasm.rs; host-functions.md): a handler converts its parameters from
 * left to right and the first bad one ends the call; then it does its work, writes buffers back, and allocates the
 * result. Every error here names the argument; the executor puts the function's name before it.
 *
 * Spans borrowed from the runtime's memory die at the next allocation, because it may move the memory.
 */
#ifndef SCE_HOST_ARGS_H
#define SCE_HOST_ARGS_H

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "host/caller.h"
#include "scale/scale.h"

#if defined(__GNUC__)
#define SCE_UNUSED __attribute__((unused))
#define SCE_COLD __attribute__((cold, noinline))
#else
#define SCE_UNUSED
#define SCE_COLD
#endif

/* Defines the handler sce_host_<name>. `ctx` is NULL for built-in rows. */
#define SCE_HANDLER(name)                                                                                              \
  sce_error_t *sce_host_##name(SCE_UNUSED void *ctx, SCE_UNUSED sce_caller_t *caller, SCE_UNUSED const uint64_t *args, \
                               SCE_UNUSED uint64_t *result)

/* ---- errors, out of the way of the fast paths ---- */

sce_error_t *sce_arg_bad_range(const sce_caller_t *caller, const char *name, uint32_t ptr,
                               uint32_t len) SCE_COLD SCE_NEVER_NULL;
sce_error_t *sce_arg_bad_number(const char *name, uint32_t value, const char *expected) SCE_COLD SCE_NEVER_NULL;
/* The host offers no `service` for this call. */
sce_error_t *sce_host_no_service(const sce_caller_t *caller, const char *service) SCE_COLD SCE_NEVER_NULL;

/* ---- arguments ---- */

/* Whether text of any length is UTF-8; looks at the call's limits now and then. */
sce_error_t *sce_host_is_text(bool *valid, sce_span_t text);

/* A pointer-size: pointer in the low, length in the high 32 bits. */
static inline sce_error_t *sce_arg_span(const sce_caller_t *caller, sce_span_t *bytes, uint64_t arg, const char *name) {
  uint32_t ptr = (uint32_t)arg, len = (uint32_t)(arg >> 32);
  if (!sce_caller_in_bounds(caller, ptr, len)) return sce_arg_bad_range(caller, name, ptr, len);
  *bytes = sce_span(caller->memory + ptr, len);
  return NULL;
}

/* A pointer to exactly `len` bytes. */
static inline sce_error_t *sce_arg_bytes(const sce_caller_t *caller, const uint8_t **bytes, uint64_t arg, uint32_t len,
                                         const char *name) {
  uint32_t ptr = (uint32_t)arg;
  if (!sce_caller_in_bounds(caller, ptr, len)) return sce_arg_bad_range(caller, name, ptr, len);
  *bytes = caller->memory + ptr;
  return NULL;
}

/* A pointer-size of a buffer that the host writes to. */
static inline sce_error_t *sce_arg_buffer(const sce_caller_t *caller, uint8_t **data, uint32_t *len, uint64_t arg,
                                          const char *name) {
  sce_span_t bytes;
  SCE_TRY(sce_arg_span(caller, &bytes, arg, name));
  *data = caller->memory + (uint32_t)arg;
  *len = (uint32_t)bytes.len;
  return NULL;
}

/* A pointer-size. */
static inline uint64_t sce_pack_span(uint32_t ptr, uint64_t len) {
  return (uint64_t)ptr | len << 32;
}

/* Bytes by two numbers, pointer and length, from `args` on. */
static inline sce_error_t *sce_arg_pair(const sce_caller_t *caller, sce_span_t *bytes, const uint64_t *args,
                                        const char *name) {
  return sce_arg_span(caller, bytes, sce_pack_span((uint32_t)args[0], (uint32_t)args[1]), name);
}

/* A bool is true only for exactly 1. */
static inline bool sce_arg_bool(uint64_t arg) {
  return (uint32_t)arg == 1;
}

/* A span of UTF-8 (a Rust str). */
sce_error_t *sce_arg_text(const sce_caller_t *caller, sce_span_t *text, uint64_t arg, const char *name);

/* Low byte 0, or 1 and 2 for V1 (sp_core::storage::StateVersion::try_from; 2 was added when V1's second numbering
 * came). */
sce_error_t *sce_arg_state_version(sce_state_version_t *version, uint64_t arg, const char *name);

/* A reader of the SCALE value behind a span; its errors are SCE_HOST_FUNCTION. Bytes after the value are ignored, as
 * parity-scale-codec's Decode::decode does. */
sce_error_t *sce_arg_scale(const sce_caller_t *caller, sce_scale_reader_t *in, uint64_t arg, const char *name);
/* Puts the argument's name before what its reader said. NULL stays NULL. */
sce_error_t *sce_arg_scale_error(sce_error_t *err, const char *name);
/* Spans of SCALE Option<u32>, Option<u64> and Option<Vec<u8>>. `*present` is NULL for None, else points to `*value`. */
sce_error_t *sce_arg_option_u32(const sce_caller_t *caller, const uint32_t **present, uint32_t *value, uint64_t arg,
                                const char *name);
sce_error_t *sce_arg_option_u64(const sce_caller_t *caller, const uint64_t **present, uint64_t *value, uint64_t arg,
                                const char *name);
sce_error_t *sce_arg_option_bytes(const sce_caller_t *caller, const sce_span_t **present, sce_span_t *value,
                                  uint64_t arg, const char *name);

/* ---- results ---- */

/* Allocates `size` bytes; `*data` points to them until the next allocation. */
sce_error_t *sce_result_alloc(sce_caller_t *caller, uint32_t *ptr, uint8_t **data, uint64_t size);
/* A pointer-size of a copy of `bytes`, which must not lie in the caller's memory. */
sce_error_t *sce_result_bytes(sce_caller_t *caller, uint64_t *result, sce_span_t bytes);
/* A pointer to a copy of `len` bytes. */
sce_error_t *sce_result_fixed(sce_caller_t *caller, uint64_t *result, const uint8_t *bytes, uint32_t len);
/* A pointer-size of SCALE Option<Vec<u8>>, written straight into the runtime's memory. */
sce_error_t *sce_result_option(sce_caller_t *caller, uint64_t *result, const sce_value_t *value);
/* A pointer-size of SCALE Option<u32>; `value` NULL is None. */
sce_error_t *sce_result_option_u32(sce_caller_t *caller, uint64_t *result, const uint32_t *value);

/* Appends SCALE Option<Vec<u8>>. */
sce_error_t *sce_write_option(sce_buf_t *out, const sce_value_t *value);
/* Copies `bytes`, which may lie in the caller's memory, to the place that the runtime named with a pointer. */
sce_error_t *sce_result_write(sce_caller_t *caller, uint64_t place, sce_span_t bytes, const char *name);
/* A block with a copy of `bytes`, which must not lie in the caller's memory: its pointer is the result; the number of
 * bytes goes to `written_out`. */
sce_error_t *sce_result_allocated(sce_caller_t *caller, uint64_t *result, sce_span_t bytes, uint64_t written_out);
/* sce_result_write() of a u32, little endian. */
sce_error_t *sce_result_write_u32(sce_caller_t *caller, uint64_t place, uint32_t value, const char *name);

#endif
