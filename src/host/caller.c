/* caller.c: the public view of a running call (sce_caller_*) and the state that host functions keep during it. */
#include "base/budget.h"
#include "host/args.h"

#include <string.h>

void sce_host_state_clear(sce_host_state_t *state) {
  sce_buf_free(&state->panic);
  sce_buf_free(&state->scratch);
  sce_buf_free(&state->cursor);
  *state = (sce_host_state_t){0};
}

void sce_host_state_forget_panic(sce_host_state_t *state) {
  state->panic.len = 0;
  state->panic_set = false;
}

/* ---- public functions ---- */

static sce_error_t *bad_range(const sce_caller_t *caller, uint32_t ptr, size_t len) {
  return sce_error_new(SCE_HOST_FUNCTION, "0x%08x + %zu bytes reaches outside of memory (%zu bytes)", (unsigned)ptr,
                       len, caller->memory_size);
}

size_t sce_caller_memory_size(const sce_caller_t *caller) {
  return caller->memory_size;
}

sce_error_t *sce_caller_read(sce_caller_t *caller, sce_span_t *bytes, uint32_t ptr, uint32_t len) {
  if (!sce_caller_in_bounds(caller, ptr, len)) return bad_range(caller, ptr, len);
  *bytes = sce_span(caller->memory + ptr, len);
  return NULL;
}

sce_error_t *sce_caller_read_span(sce_caller_t *caller, sce_span_t *bytes, uint64_t pointer_size) {
  return sce_caller_read(caller, bytes, (uint32_t)pointer_size, (uint32_t)(pointer_size >> 32));
}

sce_error_t *sce_caller_write(sce_caller_t *caller, uint32_t ptr, sce_span_t bytes) {
  if (bytes.len > UINT32_MAX || !sce_caller_in_bounds(caller, ptr, (uint32_t)bytes.len)) {
    return bad_range(caller, ptr, bytes.len);
  }
  if (bytes.len > 0) memmove(caller->memory + ptr, bytes.data, bytes.len);
  return NULL;
}

sce_error_t *sce_caller_alloc(sce_caller_t *caller, uint32_t *ptr, uint32_t size) {
  return caller->ops->alloc(caller->self, ptr, size);
}

sce_error_t *sce_caller_free(sce_caller_t *caller, uint32_t ptr) {
  return caller->ops->free(caller->self, ptr);
}

sce_error_t *sce_caller_return(sce_caller_t *caller, uint64_t *pointer_size, sce_span_t bytes) {
  return sce_result_bytes(caller, pointer_size, bytes);
}

/* The thread carries the call's limits. */
sce_error_t *sce_caller_check(const sce_caller_t *caller) {
  (void)caller;
  return sce_budget_check();
}

const sce_externalities_t *sce_caller_externalities(const sce_caller_t *caller) {
  return caller->ext;
}
