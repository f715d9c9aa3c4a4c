/* call.c: host functions called by compiled code: from Wasmtime's calling convention to ours. */
#include "executor/instance.h"

#include "base/alloc.h"
#include "base/error.h"

void sce_call_refresh(sce_call_t *call) {
  sce_live_memory(call->live, &call->memory.data, &call->memory.size);
  call->caller.memory = call->memory.data;
  call->caller.memory_size = (size_t)call->memory.size;
}

/* Keeps the error for sce_call_failure() and gives Wasmtime something to unwind with. */
static wasm_trap_t *end_call(sce_call_t *call, sce_error_t *err) {
  sce_error_delete(call->error);
  call->error = err;
  static const char text[] = "ended by a host function";
  return wasmtime_trap_new(text, sizeof text - 1);
}

static sce_error_t *missing_function(const sce_import_t *import) {
  if (import->note != NULL)
    return sce_error_new(SCE_MISSING_IMPORT, "call to env.%s, which this host does not support: %s", import->name,
                         import->note);
  return sce_error_new(SCE_MISSING_IMPORT, "call to the missing function env.%s", import->name);
}

/* Without a look at the clock. */
static bool reached_limit(const sce_call_t *call) {
  if (atomic_load_explicit(&call->instance->deadline.fired, memory_order_relaxed)) return true;
  while (call->instance->outer != NULL) call = call->instance->outer;
  return call->budget.refused || atomic_load_explicit(&call->instance->cancelled, memory_order_relaxed);
}

/* What a host function ended with. A limit that was reached meanwhile counts for more: an allocation that is refused
 * for it looks like a lack of memory, and what took longer than it may is not done. */
static sce_error_t *outcome(const sce_call_t *call, sce_error_t *err) {
  if (!reached_limit(call)) return err;
  sce_error_t *limit = err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY ? sce_call_check_limits(call) : NULL;
  if (limit == NULL) return err;
  sce_error_delete(err);
  return limit;
}

wasm_trap_t *sce_host_trampoline(void *env, wasmtime_caller_t *wasm_caller, wasmtime_val_raw_t *values, size_t count) {
  (void)count;
  const sce_import_t *import = env;
  sce_instance_t *instance = wasmtime_context_get_data(wasmtime_caller_context(wasm_caller));
  sce_call_t *call = instance->call;
  if (call->live == NULL) { /* upstream has no host state then either, and traps */
    static const char text[] = "host function called while the runtime is instantiated";
    return wasmtime_trap_new(text, sizeof text - 1);
  }
  if (import->call == NULL) return end_call(call, missing_function(import));
  sce_call_refresh(call);
  uint64_t args[SCE_HOST_MAX_PARAMS], result = 0;
  const sce_signature_t *signature = &import->signature;
  for (int i = 0; i < signature->param_count; i++) {
    bool narrow = signature->params[i] == WASM_I32 || signature->params[i] == WASM_F32;
    args[i] = narrow ? (uint32_t)values[i].i32 : (uint64_t)values[i].i64;
  }
  sce_error_t *err = outcome(call, import->call(import->ctx, &call->caller, args, &result));
  if (err != NULL) return end_call(call, sce_error_prefix(err, "%s", import->name));
  if (signature->has_result) values[0].i64 = (int64_t)result;
  return NULL;
}
