/* sandbox.h: nested WebAssembly modules ("guests") that the old contracts pallet ran beside the runtime: what the
 * executor offers for them, and the way back from a guest into the runtime. Removed upstream after sp-io 7. */
#ifndef SCE_HOST_SANDBOX_H
#define SCE_HOST_SANDBOX_H

#include "host/caller.h"

/* A value of a guest. */
typedef struct sce_guest_value {
  uint8_t type;  /* 0 i32, 1 i64, 2 f32, 3 f64: SCALE's tag and Wasmtime's wasm_valkind_t alike */
  uint64_t bits; /* low 32 for i32 and f32 */
} sce_guest_value_t;

/* What a guest may import. The names are borrowed for the call that takes them. */
typedef struct sce_guest_import {
  sce_span_t module, field;
  bool is_memory;
  uint32_t index; /* number of the memory, or the function's number, which the runtime gave it */
} sce_guest_import_t;

typedef enum sce_guest_outcome {
  SCE_GUEST_DONE,
  SCE_GUEST_BAD_MODULE, /* no module, or imports that are not there */
  SCE_GUEST_TRAPPED     /* trapped, no such function, or arguments of another type */
} sce_guest_outcome_t;

/* What the executor offers; `self` is that of sce_caller_ops_t. Memories and instances are numbered from 0 in the order
 * they were made, and the numbers of removed ones are not used again. Errors, such as a number without anything behind
 * it, end the runtime's call. The caller's view of its memory is fresh after each function. */
typedef struct sce_guest_ops {
  /* A memory of `initial` zero pages; `maximum` NULL: it may grow to 4 GiB. */
  sce_error_t *(*memory_new)(void *self, uint32_t *memory, uint32_t initial, const uint32_t *maximum);
  /* Its bytes, until anything runs that may grow it. */
  sce_error_t *(*memory_bytes)(void *self, uint8_t **data, size_t *size, uint32_t memory);
  sce_error_t *(*memory_remove)(void *self, uint32_t memory);
  /* An error unless the runtime's function table has a function at `index`. */
  sce_error_t *(*check_thunk)(void *self, uint32_t index);
  /* Makes an instance and runs its start function. Its imported functions come back by sce_sandbox_dispatch(). */
  sce_error_t *(*instance_new)(void *self, sce_guest_outcome_t *outcome, uint32_t *instance, uint32_t thunk,
                               sce_span_t code, const sce_guest_import_t *imports, size_t import_count, uint32_t state);
  /* Calls an exported function; `*has_result` false: it has none. */
  sce_error_t *(*instance_call)(void *self, sce_guest_outcome_t *outcome, bool *has_result, sce_guest_value_t *result,
                                uint32_t instance, sce_span_t name, const sce_guest_value_t *args, size_t arg_count,
                                uint32_t state);
  sce_error_t *(*instance_global)(void *self, bool *found, sce_guest_value_t *value, uint32_t instance,
                                  sce_span_t name);
  sce_error_t *(*instance_remove)(void *self, uint32_t instance);
} sce_guest_ops_t;

/* A guest's call of a function that the runtime gave it. */
typedef struct sce_guest_call {
  const sce_guest_value_t *args;
  size_t arg_count;
  uint32_t state, function;
  /* Calls the runtime's dispatch thunk: (pointer and length of the encoded arguments, state, function) -> i64. */
  sce_error_t *(*thunk)(void *ctx, uint64_t *result, const uint32_t args[4]);
  void *ctx;
} sce_guest_call_t;

/* Makes that call. An error is a trap of the guest. Source: sc-executor-common 0.9 sandbox.rs, GuestExternals. */
sce_error_t *sce_sandbox_dispatch(sce_caller_t *caller, bool *has_result, sce_guest_value_t *result,
                                  const sce_guest_call_t *call);

#endif
