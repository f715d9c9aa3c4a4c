/* trap.c: what went wrong inside compiled code, for people: kind, the runtime's panic message, a symbolised
 * backtrace. */
#include "executor/instance.h"

#include "base/buf.h"
#include "base/error.h"

#include <scexec_native.h>
#include <string.h>

/* Deepest frames shown; a runaway recursion has thousands. */
#define MAX_FRAMES 100

static sce_error_t *append_name(sce_buf_t *text, const wasm_frame_t *frame) {
  const wasm_name_t *name = wasmtime_frame_func_name(frame);
  if (name == NULL) return sce_buf_printf(text, "<wasm function %u>", wasm_frame_func_index(frame));
  uint8_t readable[512];
  size_t len = scn_demangle(readable, sizeof readable, (const uint8_t *)name->data, name->size);
  if (len > 0) return sce_buf_append(text, readable, len);
  return sce_buf_append(text, name->data, name->size);
}

static sce_error_t *append_frame(sce_buf_t *text, size_t index, const wasm_frame_t *frame) {
  SCE_TRY(sce_buf_printf(text, "%s%zu: ", index > 0 ? "\n" : "", index));
  SCE_TRY(append_name(text, frame));
  size_t offset = wasm_frame_module_offset(frame);
  return offset == SIZE_MAX ? NULL : sce_buf_printf(text, " (0x%zx)", offset); /* a function's entry has none */
}

/* A runtime task that failed has set its own: where it failed says more than who joined it. */
static void set_backtrace(sce_error_t *err, const wasm_frame_vec_t *frames) {
  if (frames->size == 0 || sce_error_backtrace(err) != NULL) return;
  sce_buf_t text = {0};
  size_t shown = frames->size < MAX_FRAMES ? frames->size : MAX_FRAMES;
  sce_error_t *failed = NULL;
  for (size_t i = 0; failed == NULL && i < shown; i++) failed = append_frame(&text, i, frames->data[i]);
  if (failed == NULL && shown < frames->size)
    failed = sce_buf_printf(&text, "\n… %zu more frames", frames->size - shown);
  if (failed == NULL) sce_error_set_backtrace(err, (const char *)text.data, text.len);
  sce_error_delete(failed); /* without memory for it there is no backtrace; the error itself stands */
  sce_buf_free(&text);
}

static const char *trap_text(wasmtime_trap_code_t code) {
  switch (code) {
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS: return "memory access out of bounds";
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS: return "table access out of bounds";
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL: return "indirect call to an empty table entry";
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE: return "indirect call to a function of another type";
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW: return "integer overflow";
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO: return "integer division by zero";
    case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER: return "invalid conversion to an integer";
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED: return "unreachable code was reached";
    default: return "trap";
  }
}

/* Whether the trap is that of the deterministic stack limit: it leaves the counter above the limit. */
static bool counter_exceeded(const sce_call_t *call) {
  const sce_runtime_t *runtime = call->instance->runtime;
  wasmtime_extern_t item;
  wasmtime_val_t value;
  if (runtime->stack_counter == NULL) return false;
  const char *name = runtime->stack_counter;
  if (!wasmtime_instance_export_get(call->live->context, &call->live->instance, name, strlen(name), &item))
    return false;
  wasmtime_global_get(call->live->context, &item.of.global, &value);
  return (uint32_t)value.of.i32 > runtime->engine->config.semantics.stack_logical_max;
}

/* The error of a trap that no host function caused. */
static sce_error_t *describe(const sce_call_t *call, bool has_code, wasmtime_trap_code_t code, const char *other) {
  const sce_buf_t *panic = &call->host.panic;
  if (has_code && code == WASMTIME_TRAP_CODE_STACK_OVERFLOW)
    return sce_error_new(SCE_STACK_LIMIT, "%s exhausted the native stack of %u bytes", call->what,
                         call->instance->home->engine->config.semantics.stack_native_max);
  if (has_code && code == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED && counter_exceeded(call))
    return sce_error_new(SCE_STACK_LIMIT, "%s exceeded the deterministic stack limit of %u values", call->what,
                         call->instance->runtime->engine->config.semantics.stack_logical_max);
  if (panic->len > 0) {
    const char *verb = call->host.panic_set ? "aborted due to panic" : "panicked";
    sce_error_t *err =
        sce_error_new(SCE_TRAP, "%s %s: %.*s", call->what, verb, (int)panic->len, (const char *)panic->data);
    sce_error_set_panic(err, (const char *)panic->data, panic->len);
    return err;
  }
  return sce_error_new(SCE_TRAP, "%s trapped: %s", call->what, has_code ? trap_text(code) : other);
}

static sce_error_t *growth_refused(const sce_call_t *call) {
  return sce_error_new(SCE_MEMORY_LIMIT, "%s asked for linear memory beyond the limit of %llu bytes", call->what,
                       (unsigned long long)call->instance->runtime->max_memory_bytes);
}

/* No other trap of Wasmtime's is without a code. */
static sce_error_t *from_trap(const sce_call_t *call, const wasm_trap_t *trap) {
  wasmtime_trap_code_t code = 0;
  bool has_code = wasmtime_trap_code(trap, &code);
  if (!has_code && call->instance->runtime->growth_ends_call) return growth_refused(call);
  return describe(call, has_code, code, "trap");
}

static sce_error_t *from_error(const sce_call_t *call, const wasmtime_error_t *error) {
  if (call->instance->runtime->growth_ends_call) return growth_refused(call);
  wasm_name_t message;
  wasmtime_error_message(error, &message);
  sce_error_t *err = sce_error_new(SCE_ENGINE, "%s: %.*s", call->what, (int)message.size, message.data);
  wasm_name_delete(&message);
  return err;
}

sce_error_t *sce_call_failure(sce_call_t *call, wasm_trap_t *trap, wasmtime_error_t *error) {
  if (trap == NULL && error == NULL) return NULL;
  sce_error_t *err = call->error;
  call->error = NULL;
  if (err == NULL) err = trap != NULL ? from_trap(call, trap) : from_error(call, error);
  wasm_frame_vec_t frames = {0}; /* borrows from the trap or error */
  if (trap != NULL) {
    wasm_trap_trace(trap, &frames);
  } else {
    wasmtime_error_wasm_trace(error, &frames);
  }
  set_backtrace(err, &frames);
  wasm_frame_vec_delete(&frames);
  if (trap != NULL) wasm_trap_delete(trap);
  if (error != NULL) wasmtime_error_delete(error);
  return err;
}
