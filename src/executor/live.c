/* live.c: making, resetting and dropping live instances. Source: sc-executor-wasmtime instance_wrapper.rs,
 * InstanceWrapper::new; the snapshot is our own. */
#include "executor/guests.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <scexec_native.h>
#include <string.h>

/* ---- opening ---- */

static sce_error_t *get_export(sce_live_t *live, const char *name, size_t len, wasmtime_extern_kind_t kind,
                               wasmtime_extern_t *item) {
  if (!wasmtime_instance_export_get(live->context, &live->instance, name, len, item))
    return sce_error_new(SCE_BAD_CODE, "the runtime does not export %s", name);
  if (item->kind == kind) return NULL;
  wasmtime_extern_delete(item);
  return sce_error_new(SCE_BAD_CODE, "the runtime's export %s has the wrong kind", name);
}

/* Source: instance_wrapper.rs, extract_heap_base. */
static sce_error_t *read_heap_base(sce_live_t *live) {
  wasmtime_extern_t item;
  SCE_TRY(get_export(live, "__heap_base", strlen("__heap_base"), WASMTIME_EXTERN_GLOBAL, &item));
  wasmtime_val_t value;
  wasmtime_global_get(live->context, &item.of.global, &value);
  if (value.kind != WASMTIME_I32) return sce_error_new(SCE_BAD_CODE, "the runtime's __heap_base is not an i32");
  live->heap_base = (uint32_t)value.of.i32;
  return NULL;
}

static sce_error_t *find_memory(sce_live_t *live, const sce_runtime_t *runtime) {
  wasmtime_extern_t item;
  SCE_TRY(get_export(live, "memory", strlen("memory"), WASMTIME_EXTERN_MEMORY, &item));
  live->memory = item.of.memory;
  const sce_heap_pages_t *heap = &runtime->engine->config.semantics.heap_pages;
  if (heap->dynamic || heap->pages == 0 || runtime->heap_included) return NULL;
  uint64_t before;
  return sce_error_from_wasmtime(wasmtime_memory_grow(live->context, &live->memory, heap->pages, &before),
                                 SCE_MEMORY_LIMIT, "adding the heap pages");
}

/* The message may itself have no room within the bound, so it is lifted for that. */
static sce_error_t *memory_refused(const sce_call_t *call) {
  sce_budget_t lifted;
  sce_budget_enter_uncounted(&lifted);
  sce_error_t *err = sce_error_new(SCE_MEMORY_LIMIT,
                                   "the host functions of %s need more than %llu bytes of the host's memory, the most "
                                   "that they may have",
                                   call->what, (unsigned long long)call->budget.max);
  sce_budget_leave(&lifted);
  return err;
}

sce_error_t *sce_call_check_limits(const sce_call_t *call) {
  while (call->instance->outer != NULL) call = call->instance->outer;
  if (call->budget.refused) return memory_refused(call);
  if (atomic_load_explicit(&call->instance->cancelled, memory_order_acquire))
    return sce_error_new(SCE_CANCELLED, "%s was cancelled", call->what);
  if (call->limit.deadline_ns != 0 && sce_monotonic_ns() >= call->limit.deadline_ns)
    return sce_error_new(SCE_TIME_LIMIT, "%s did not finish within its time limit of %llu ms", call->what,
                         (unsigned long long)call->limit.span_ms);
  return NULL;
}

sce_error_t *sce_call_patience(const void *call) {
  return sce_call_check_limits(call);
}

wasmtime_error_t *sce_epoch_reached(wasmtime_context_t *context, void *data, uint64_t *delta,
                                    wasmtime_update_deadline_kind_t *kind) {
  (void)context;
  sce_instance_t *instance = data;
  *kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
  *delta = 1;
  sce_call_t *call = instance->call;
  call->error = sce_call_check_limits(call);
  return call->error != NULL ? wasmtime_error_new("a limit of the call") : NULL;
}

/* What host functions and Wasmtime itself may need below compiled code. */
#define HOST_STACK ((size_t)256 << 10)

sce_error_t *sce_live_on_stack(sce_instance_t *owner, void (*work)(void *arg), void *arg) {
  sce_engine_t *engine = owner->runtime->engine;
  size_t need = engine->native_stack + HOST_STACK;
  if (owner->runtime->has_guests) need += SCE_GUEST_STACK + HOST_STACK;
  uint64_t thread = sce_memory_space_thread(&owner->home->engine->space); /* of one space, whatever the tier */
  return sce_stack_run(&owner->stack, thread, need, work, arg);
}

static sce_error_t *instantiation_trap(const sce_instance_t *owner, const wasm_trap_t *trap) {
  wasmtime_trap_code_t code;
  if (wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_STACK_OVERFLOW)
    return sce_error_new(SCE_STACK_LIMIT, "the runtime's start function exhausted the native stack of %u bytes",
                         owner->home->engine->config.semantics.stack_native_max);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  sce_error_t *err = sce_error_new(SCE_TRAP, "the runtime's start function or data segments trapped: %.*s",
                                   (int)message.size, message.data);
  wasm_byte_vec_delete(&message);
  return err;
}

/* An error of instantiation, whichever of the two it is. */
static sce_error_t *instantiation_error(const sce_instance_t *owner, wasmtime_error_t *error, wasm_trap_t *trap) {
  if (error != NULL) return sce_error_from_wasmtime(error, SCE_ENGINE, "instantiating the runtime");
  if (trap == NULL) return NULL;
  sce_error_t *err = instantiation_trap(owner, trap);
  wasm_trap_delete(trap);
  return err;
}

static void limit_memory(sce_live_t *live, const sce_runtime_t *runtime) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  if (runtime->growth_ends_call) {
    scn_store_limit_memory(live->store, (size_t)runtime->max_memory_bytes);
    return;
  }
#endif
  wasmtime_store_limiter(live->store, (int64_t)runtime->max_memory_bytes, -1, -1, -1, -1);
}

sce_error_t *sce_live_arm(sce_live_t *live, const sce_call_t *call) {
  if (!call->instance->runtime->engine->config.semantics.interruptible) return NULL;
  wasmtime_context_set_epoch_deadline(live->context, 1);
  /* Whoever cancels sets the flag, then advances the epoch: one of the two is seen from here on. */
  atomic_thread_fence(memory_order_acquire);
  return sce_call_check_limits(call);
}

static sce_error_t *set_limits(sce_live_t *live, sce_instance_t *owner) {
  limit_memory(live, owner->runtime);
  if (!owner->runtime->engine->config.semantics.interruptible) return NULL;
  wasmtime_store_epoch_deadline_callback(live->store, sce_epoch_reached, owner, NULL);
  return sce_live_arm(live, owner->call);
}

static sce_error_t *instantiate(sce_live_t *live, sce_instance_t *owner) {
  sce_runtime_t *runtime = owner->runtime;
  live->store = wasmtime_store_new(runtime->engine->wasm, owner, NULL);
  if (live->store == NULL) return sce_error_oom();
  live->context = wasmtime_store_context(live->store);
  SCE_TRY(set_limits(live, owner));
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error =
      wasmtime_instance_pre_instantiate(runtime->instance_pre, live->context, &live->instance, &trap);
  SCE_TRY(instantiation_error(owner, error, trap));
  SCE_TRY(find_memory(live, runtime));
  return runtime->rfc145 ? NULL : read_heap_base(live);
}

/* ---- snapshot of instance-reuse ---- */

static sce_error_t *find_globals(sce_live_t *live, const sce_runtime_t *runtime) {
  live->globals = sce_calloc(runtime->mutable_global_count, sizeof *live->globals);
  if (live->globals == NULL) return sce_error_oom();
  for (size_t i = 0; i < runtime->mutable_global_count; i++) {
    wasmtime_extern_t item;
    const sce_export_t *export = &runtime->exports[runtime->mutable_globals[i]];
    SCE_TRY(get_export(live, export->name, export->name_len, WASMTIME_EXTERN_GLOBAL, &item));
    live->globals[i] = item.of.global;
  }
  return NULL;
}

/* Keeps the first state of the first instance. Called with the snapshot's lock held. */
static sce_error_t *take_snapshot(sce_runtime_t *runtime, sce_live_t *live) {
  sce_snapshot_t *snapshot = &runtime->snapshot;
  if (snapshot->ready) return NULL;
  wasmtime_val_t *globals = sce_calloc(runtime->mutable_global_count, sizeof *globals);
  if (globals == NULL) return sce_error_oom();
  for (size_t i = 0; i < runtime->mutable_global_count; i++)
    wasmtime_global_get(live->context, &live->globals[i], &globals[i]);
  /* Pages added for the heap are zero: only the module's own can hold anything. */
  const sce_heap_pages_t *heap = &runtime->engine->config.semantics.heap_pages;
  uint64_t extra = heap->dynamic ? 0 : heap->pages * SCE_WASM_PAGE;
  sce_error_t *err = sce_memory_image_new(&snapshot->image, sce_linear_memory_base(live->linear),
                                          sce_linear_memory_size(live->linear) - (size_t)extra);
  if (err != NULL) {
    sce_free(globals);
    return err;
  }
  snapshot->globals = globals;
  snapshot->ready = true;
  return NULL;
}

static sce_error_t *prepare_reuse(sce_live_t *live, sce_runtime_t *runtime) {
  live->linear = sce_linear_memory_at(&runtime->engine->space, wasmtime_memory_data(live->context, &live->memory));
  live->entries = sce_calloc(runtime->entry_count, sizeof *live->entries);
  live->entry_known = sce_calloc(runtime->entry_count, sizeof *live->entry_known);
  if (live->entries == NULL || live->entry_known == NULL) return sce_error_oom();
  SCE_TRY(find_globals(live, runtime));
  pthread_mutex_lock(&runtime->snapshot_lock);
  sce_error_t *err = take_snapshot(runtime, live);
  pthread_mutex_unlock(&runtime->snapshot_lock);
  if (err != NULL) return err;
  return sce_linear_memory_attach(live->linear, &runtime->snapshot.image);
}

sce_error_t *sce_live_open(sce_live_t *live, sce_instance_t *owner) {
  *live = (sce_live_t){0};
  SCE_TRY(sce_ready_for_traps());
  SCE_TRY(sce_engine_take_slot(owner->runtime->engine, owner->call));
  sce_error_t *err = instantiate(live, owner);
  if (err == NULL && owner->runtime->reuse) err = prepare_reuse(live, owner->runtime);
  if (err != NULL) sce_live_close(live, owner);
  return err;
}

void sce_live_close(sce_live_t *live, sce_instance_t *owner) {
  if (live->store != NULL) wasmtime_store_delete(live->store);
  sce_free(live->entries);
  sce_free(live->entry_known);
  sce_free(live->globals);
  *live = (sce_live_t){0};
  sce_engine_give_slot(owner->runtime->engine);
}

/* ---- reset ---- */

sce_error_t *sce_live_reset(sce_live_t *live, const sce_runtime_t *runtime) {
  for (size_t i = 0; i < runtime->mutable_global_count; i++) {
    wasmtime_error_t *error = wasmtime_global_set(live->context, &live->globals[i], &runtime->snapshot.globals[i]);
    SCE_TRY(sce_error_from_wasmtime(error, SCE_INTERNAL, "restoring a global"));
  }
  bool grown = sce_linear_memory_grown(live->linear);
  SCE_TRY(sce_linear_memory_reset(live->linear));
  if (!grown) return NULL;
  /* Growing by nothing makes Wasmtime read the size again (vm::Instance::memory_grow). */
  uint64_t before;
  SCE_TRY(sce_error_from_wasmtime(wasmtime_memory_grow(live->context, &live->memory, 0, &before), SCE_INTERNAL,
                                  "shrinking linear memory"));
  if (wasmtime_memory_data_size(live->context, &live->memory) != sce_linear_memory_size(live->linear))
    return sce_error_new(SCE_INTERNAL, "Wasmtime did not take over the size of linear memory");
  return NULL;
}

void sce_live_memory(const sce_live_t *live, uint8_t **data, uint64_t *size) {
  if (live->linear != NULL) {
    *data = sce_linear_memory_base(live->linear);
    *size = sce_linear_memory_size(live->linear);
  } else {
    *data = wasmtime_memory_data(live->context, &live->memory);
    *size = wasmtime_memory_data_size(live->context, &live->memory);
  }
}
