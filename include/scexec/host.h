/* host.h: host functions: what a runtime imports, and what a function sees of the runtime that calls it.
 *
 * The Host API's own functions are built in. A host adds its own by giving an array of sce_host_function_t with the
 * configuration (executor.h); a row there with a built-in name replaces the built-in one.
 */
#ifndef SCEXEC_HOST_H
#define SCEXEC_HOST_H

#include "scexec/base.h"
#include "scexec/externalities.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The running call, as a host function sees it. Borrowed: valid only until the function returns. */
typedef struct sce_caller sce_caller_t;

/* Most parameters that a host function may have. */
#define SCE_HOST_MAX_PARAMS 8

/* A host function. `args` holds its parameters in order: an i32 in the low 32 bits (the high bits are zero), an i64, or
 * the bits of an f32 or f64. A function with a result writes it to `*result` the same way; `*result` is 0 before.
 * Returning an error ends the call: it reaches whoever made the call, its message prefixed with the function's name.
 * Runs on the thread that makes the call; a runtime shared by threads calls it from all of them at once. */
typedef sce_error_t *(*sce_host_fn)(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result);

typedef struct sce_host_function {
  const char *name;      /* import name */
  const char *signature; /* WebAssembly type, such as "(i64, i32) -> i64" or "() -> ()" */
  sce_host_fn call;
  void *ctx;
  const char *module; /* import module; NULL: "env", where the Host API is */
} sce_host_function_t;

/* Size of the caller's linear memory in bytes. */
SCE_API size_t sce_caller_memory_size(const sce_caller_t *caller);

/* The `len` bytes of linear memory at `ptr`, borrowed until anything grows the memory or the function returns. A range
 * that is not wholly inside is an SCE_HOST_FUNCTION error. */
SCE_API sce_error_t *sce_caller_read(sce_caller_t *caller, sce_span_t *bytes, uint32_t ptr, uint32_t len);

/* As sce_caller_read for a pointer-size: pointer in the low, length in the high 32 bits. */
SCE_API sce_error_t *sce_caller_read_span(sce_caller_t *caller, sce_span_t *bytes, uint64_t pointer_size);

/* Writes `bytes` to linear memory at `ptr`; same errors as reading. */
SCE_API sce_error_t *sce_caller_write(sce_caller_t *caller, uint32_t ptr, sce_span_t bytes);

/* Allocates on the runtime's heap (the freeing-bump heap of the host). May grow the memory, which ends the validity of
 * borrowed bytes. Errors: SCE_MEMORY_LIMIT. */
SCE_API sce_error_t *sce_caller_alloc(sce_caller_t *caller, uint32_t *ptr, uint32_t size);

/* Frees what the heap gave. Errors: SCE_HOST_FUNCTION for a pointer that is none. */
SCE_API sce_error_t *sce_caller_free(sce_caller_t *caller, uint32_t ptr);

/* Allocates, copies `bytes` there and gives the pointer-size: the usual result of a host function. `bytes` may not lie
 * in the caller's memory. */
SCE_API sce_error_t *sce_caller_return(sce_caller_t *caller, uint64_t *pointer_size, sce_span_t bytes);

/* An error when the call is cancelled, its time is over, or the host functions have taken all memory they may: for a
 * host function that works for long, which passes it on. Costs about 30 ns. */
SCE_API sce_error_t *sce_caller_check(const sce_caller_t *caller);

/* The externalities of the call; of a runtime task, which has no storage and services, the log and tracing alone.
 * Borrowed. */
SCE_API const sce_externalities_t *sce_caller_externalities(const sce_caller_t *caller);

/* One row of the built-in table, for programs that list it. Static storage. */
typedef struct sce_host_function_info {
  const char *name;
  const char *signature;
  const char *family;     /* "storage", "crypto", … */
  const char *first_used; /* where the function first appears, such as "sp-io 2.0.0" */
  const char *last_used;  /* last version that has it, or "current" */
  bool supported;         /* false: known by name only; calling it ends the call with the reason. Functions of RFC-145
                             are false, too: they are there where sce_config_t.enable_rfc145 is set */
  const char *note;       /* why not supported, or NULL */
} sce_host_function_info_t;

/* The built-in Host API: `*count` rows sorted by name. Any thread. */
SCE_API const sce_host_function_info_t *sce_host_functions(size_t *count);

#ifdef __cplusplus
}
#endif
#endif
