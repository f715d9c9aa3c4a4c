/* instance.c: the call itself. Source: sc-executor-wasmtime runtime.rs, perform_call, inject_input_data and
 * extract_output_data. */
#include "executor/guests.h"
#include "executor/tasks.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "executor/tiers.h"

#include <string.h>

/* ---- what the call lends to host functions ---- */

static bool grow_heap(sce_heap_memory_t *memory, uint32_t pages) {
  sce_call_t *call = (sce_call_t *)memory;
  uint64_t before;
  wasmtime_error_t *error = wasmtime_memory_grow(call->live->context, &call->live->memory, pages, &before);
  if (error != NULL) {
    wasmtime_error_delete(error);
    return false;
  }
  sce_live_memory(call->live, &call->memory.data, &call->memory.size);
  return true;
}

/* The heap may have grown memory: the caller's view follows. */
static sce_error_t *call_alloc(void *self, uint32_t *ptr, uint32_t size) {
  sce_call_t *call = self;
  if (call->instance->runtime->rfc145)
    return sce_error_new(SCE_HOST_FUNCTION, "the runtime is of RFC-145: the host has no heap to allocate %u bytes in",
                         (unsigned)size);
  sce_error_t *err = sce_heap_alloc(&call->heap, &call->memory, ptr, size);
  call->caller.memory = call->memory.data;
  call->caller.memory_size = (size_t)call->memory.size;
  return err;
}

static sce_error_t *call_free(void *self, uint32_t ptr) {
  sce_call_t *call = self;
  return sce_heap_free(&call->heap, &call->memory, ptr);
}

/* By role. Neither a runtime task nor code that is asked for its version can ask for the version of other code:
 * upstream they have no extension for it (sp-tasks 3 async_externalities.rs; sp-io 49, Misc::runtime_version). */
static const sce_caller_ops_t caller_ops[] = {
    [SCE_ROLE_CALL] = {call_alloc, call_free, sce_read_version, &sce_guest_ops, sce_task_spawn, sce_task_join, false},
    [SCE_ROLE_TASK] = {call_alloc, call_free, NULL, &sce_guest_ops, sce_task_spawn, sce_task_join, true},
    [SCE_ROLE_VERSION] = {call_alloc, call_free, NULL, &sce_guest_ops, NULL, NULL, false},
};

/* ---- entry points ---- */

/* How compiled code is entered: `function` takes `leading` (with `wrapped`), pointer and length. */
typedef struct entry {
  wasmtime_func_t function;
  bool wrapped;
  uint32_t leading;
} entry_t;

/* What the caller asked for. */
typedef struct target {
  const char *method;         /* NULL: a table entry */
  const sce_export_t *export; /* of the method; the same in all tiers but for where it lies */
  uint32_t index;
  bool wrapped;
  uint32_t leading;
} target_t;

/* For messages. */
static const char *what_of(const target_t *target) {
  return target->method != NULL ? target->method : "the table entry";
}

static sce_error_t *find_entry_export(const sce_runtime_t *runtime, const char *method, const sce_export_t **found) {
  const sce_export_t *export = sce_runtime_find_export(runtime, sce_span_text(method));
  if (export == NULL) return sce_error_new(SCE_MISSING_EXPORT, "the runtime does not export %s", method);
  if (export->kind == SCE_EXPORT_FUNCTION)
    return sce_error_new(SCE_WRONG_TYPE, "%s is not of type %s -> i64, so it is no runtime call", method,
                         runtime->rfc145 ? "(i32)" : "(i32, i32)");
  if (export->kind != SCE_EXPORT_ENTRY)
    return sce_error_new(SCE_WRONG_TYPE, "%s is exported, but is not a function", method);
  *found = export;
  return NULL;
}

/* What a runtime task comes to, the call that has it came to. */
static sce_error_t *check_covered(const sce_instance_t *instance, const target_t *target) {
  const sce_runtime_t *runtime = instance->home;
  if (runtime->covers == NULL || instance->role == SCE_ROLE_TASK) return NULL;
  if (target->export != NULL && runtime->covers[target->export->function_entry]) return NULL;
  return sce_error_new(SCE_MISUSE, "%s " SCE_WINCH_FLOATS, what_of(target));
}

static sce_error_t *get_method(sce_live_t *live, const sce_export_t *export, wasmtime_func_t *function) {
  bool cached = live->entries != NULL;
  if (cached && live->entry_known[export->function_entry]) {
    *function = live->entries[export->function_entry];
    return NULL;
  }
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(live->context, &live->instance, export->name, export->name_len, &item))
    return sce_error_new(SCE_INTERNAL, "the instance lacks the export %s of its module", export->name);
  *function = item.of.func;
  if (cached) {
    live->entries[export->function_entry] = *function;
    live->entry_known[export->function_entry] = true;
  }
  return NULL;
}

sce_error_t *sce_live_check_type(const sce_live_t *live, const wasmtime_func_t *function, uint32_t index,
                                 const char *wanted) {
  wasm_functype_t *type = wasmtime_func_type(live->context, function);
  sce_signature_t signature, expected;
  bool known = sce_signature_from_type(&signature, type);
  wasm_functype_delete(type);
  if (known && sce_signature_parse(&expected, wanted) && sce_signature_equal(&signature, &expected)) return NULL;
  char text[SCE_SIGNATURE_TEXT_MAX] = "another type";
  if (known) sce_signature_format(text, &signature);
  return sce_error_new(SCE_WRONG_TYPE, "table entry %u has type %s, the call needs %s", index, text, wanted);
}

sce_error_t *sce_live_table_entry(const sce_live_t *live, uint32_t index, wasmtime_func_t *function) {
  static const char name[] = "__indirect_function_table";
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(live->context, &live->instance, name, sizeof name - 1, &item))
    return sce_error_new(SCE_MISSING_EXPORT, "the runtime exports no table %s", name);
  if (item.kind != WASMTIME_EXTERN_TABLE) {
    wasmtime_extern_delete(&item);
    return sce_error_new(SCE_WRONG_TYPE, "the runtime's export %s is not a table", name);
  }
  wasmtime_val_t value;
  if (!wasmtime_table_get(live->context, &item.of.table, index, &value))
    return sce_error_new(SCE_MISSING_EXPORT, "table entry %u does not exist: the table has %llu entries", index,
                         (unsigned long long)wasmtime_table_size(live->context, &item.of.table));
  if (value.kind != WASMTIME_FUNCREF || wasmtime_funcref_is_null(&value.of.funcref))
    return sce_error_new(SCE_MISSING_EXPORT, "table entry %u is empty", index);
  *function = value.of.funcref;
  return NULL;
}

static sce_error_t *find_entry(sce_live_t *live, const target_t *target, entry_t *entry) {
  *entry = (entry_t){.wrapped = target->wrapped, .leading = target->leading};
  if (target->method != NULL) return get_method(live, target->export, &entry->function);
  SCE_TRY(sce_live_table_entry(live, target->index, &entry->function));
  return sce_live_check_type(live, &entry->function, target->index,
                             target->wrapped ? "(i32, i32, i32) -> i64" : "(i32, i32) -> i64");
}

/* ---- one call ---- */

static const sce_externalities_t no_externalities = {.size = sizeof(sce_externalities_t)};

static void begin_call(sce_call_t *call, sce_instance_t *instance, const sce_call_options_t *options,
                       const char *what) {
  *call = (sce_call_t){.instance = instance, .live = &instance->live, .what = what};
  const sce_externalities_t *ext = options->externalities != NULL ? options->externalities : &no_externalities;
  const sce_caller_ops_t *ops = &caller_ops[instance->role];
  call->caller = (sce_caller_t){.ext = ext, .ops = ops, .self = call, .state = &call->host};
  call->memory.grow = grow_heap;
  call->memory.max_pages = instance->runtime->heap_max_pages;
  call->memory.limit = instance->runtime->max_memory_bytes;
  sce_live_memory(call->live, &call->memory.data, &call->memory.size);
  sce_heap_init(&call->heap, call->live->heap_base);
}

static sce_error_t *check_limits(void *self) {
  return sce_call_check_limits(self);
}

/* From here until end_budget(), allocations of this thread and loops within its host functions are the call's. One
 * within a call has the outer call's budget. */
static void begin_budget(sce_call_t *call) {
  if (call->instance->outer != NULL) return;
  uint64_t max = call->instance->home->engine->config.max_host_memory;
  call->budget = (sce_budget_t){.check = check_limits, .ctx = call, .max = INT64_MAX};
  call->budget.threads = sce_engine_threads(call->instance->home->engine);
  if (max != 0 && max < INT64_MAX) call->budget.max = (int64_t)max;
  sce_budget_enter(&call->budget);
}

static void end_budget(const sce_call_t *call) {
  if (call->instance->outer == NULL) sce_budget_leave(&call->budget);
}

static sce_error_t *copy_input(sce_call_t *call, uint32_t *ptr, const uint8_t *data, size_t len) {
  if (call->instance->runtime->rfc145 && len <= UINT32_MAX) { /* the runtime asks for it */
    call->host.input = sce_span(data, len);
    call->host.input_given = true;
    return NULL;
  }
  if (len > SCE_HEAP_MAX_ALLOCATION)
    return sce_error_new(SCE_BAD_INPUT,
                         "%zu bytes of input are more than the runtime's heap can hold in one block (%u)", len,
                         SCE_HEAP_MAX_ALLOCATION);
  SCE_TRY(sce_heap_alloc(&call->heap, &call->memory, ptr, (uint32_t)len));
  if (len > 0) memcpy(call->memory.data + *ptr, data, len);
  return NULL;
}

static sce_error_t *copy_output(sce_call_t *call, sce_buf_t *output, uint64_t pointer_size) {
  uint32_t ptr = (uint32_t)pointer_size, len = (uint32_t)(pointer_size >> 32);
  sce_live_memory(call->live, &call->memory.data, &call->memory.size);
  if ((uint64_t)ptr + len > call->memory.size)
    return sce_error_new(SCE_BAD_OUTPUT, "%s returned %u bytes at 0x%x, outside of its %llu bytes of memory",
                         call->what, len, ptr, (unsigned long long)call->memory.size);
  output->len = 0;
  return sce_buf_append(output, call->memory.data + ptr, len);
}

/* When a call that begins now has to end. */
static sce_error_t *find_limit(sce_time_limit_t *limit, const sce_instance_t *instance,
                               const sce_call_options_t *options) {
  *limit = instance->outer != NULL ? instance->outer->limit : (sce_time_limit_t){0};
  uint64_t span = options->time_limit_ms;
  if (span == 0) return NULL;
  if (!instance->home->engine->config.semantics.interruptible)
    return sce_error_new(SCE_MISUSE, "a time limit needs an engine with interruptible code");
  *limit = sce_time_limit_from_now(span);
  return NULL;
}

/* Enters compiled code with everything in place. */
static sce_error_t *enter(sce_call_t *call, const entry_t *entry, uint32_t ptr, uint32_t len, uint64_t *result) {
  wasmtime_val_raw_t values[3]; /* arguments, then the result */
  size_t count = 0;
  if (entry->wrapped) values[count++].i32 = (int32_t)entry->leading;
  if (!call->instance->runtime->rfc145) values[count++].i32 = (int32_t)ptr;
  values[count++].i32 = (int32_t)len;
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_func_call_unchecked(call->live->context, &entry->function, values, count, &trap);
  if (trap != NULL || error != NULL) return sce_call_failure(call, trap, error);
  *result = (uint64_t)values[0].i64;
  return NULL;
}

static sce_error_t *execute(sce_call_t *call, const entry_t *entry, uint32_t ptr, uint32_t len, uint64_t *result) {
  const sce_externalities_t *ext = call->caller.ext;
  const sce_storage_ops_t *storage = ext->storage;
  if (SCE_HAS_OP(storage, enter_runtime)) SCE_TRY(storage->enter_runtime(ext->storage_ctx));
  sce_error_t *err = sce_live_arm(call->live, call);
  begin_budget(call);
  if (err == NULL) err = enter(call, entry, ptr, len, result);
  end_budget(call);
  if (err == NULL) err = sce_call_check_limits(call); /* the last host function may have taken longer than it may */
  if (SCE_HAS_OP(storage, exit_runtime)) {
    sce_error_t *exit_error = storage->exit_runtime(ext->storage_ctx, err == NULL);
    if (err == NULL) {
      err = exit_error;
    } else {
      sce_error_delete(exit_error);
    }
  }
  return err;
}

static void fill_stats(const sce_call_t *call, sce_call_stats_t *stats, uint64_t started, uint64_t entered,
                       uint64_t left) {
  *stats = (sce_call_stats_t){
      .bytes_allocated_peak = call->heap.bytes_allocated_peak,
      .bytes_allocated_sum = call->heap.bytes_allocated_sum,
      .address_space_used = call->heap.bumper - call->heap.base,
      .memory_size = call->memory.size,
      .prepare_ns = entered - started,
      .execute_ns = left - entered,
  };
}

/* The call on a live instance, with the stack of sce_live_on_stack(). */
static sce_error_t *perform(sce_instance_t *instance, sce_buf_t *output, const target_t *target, sce_span_t data,
                            const sce_call_options_t *options, uint64_t started, const sce_time_limit_t *limit) {
  sce_call_t call;
  begin_call(&call, instance, options, what_of(target));
  call.limit = *limit;
  instance->call = &call;
  bool timed = options->stats != NULL;
  uint64_t entered = started, left = started, result = 0;
  uint32_t ptr = 0;
  entry_t entry;
  sce_error_t *err = find_entry(call.live, target, &entry);
  if (err == NULL) err = copy_input(&call, &ptr, data.data, data.len);
  if (err == NULL) {
    if (timed) entered = sce_monotonic_ns();
    err = execute(&call, &entry, ptr, (uint32_t)data.len, &result);
    if (timed) left = sce_monotonic_ns();
  }
  if (err == NULL) err = copy_output(&call, output, result);
  instance->call = NULL;
  if (timed) fill_stats(&call, options->stats, started, entered, left);
  sce_error_delete(call.error);
  sce_guests_delete(call.guests);
  sce_tasks_clear(&call);
  sce_host_state_clear(&call.host);
  return err;
}

/* After a call: a reused instance is put back, any other is dropped. */
static void finish(sce_instance_t *instance) {
  sce_live_t *live = &instance->live;
  if (live->store == NULL) return;
  if (instance->runtime->reuse) {
    sce_error_t *err = sce_live_reset(live, instance->runtime);
    if (err == NULL) return;
    sce_engine_log(instance->home->engine, SCE_LOG_WARN, "the next call gets a fresh instance: %s",
                   sce_error_message(err));
    sce_error_delete(err);
  }
  sce_live_close(live, instance);
}

static const sce_time_limit_t no_limit = {0};

/* How long a call waits for its code. */
typedef struct waiting {
  const sce_instance_t *instance;
  const char *what;
  sce_time_limit_t limit;
} waiting_t;

static sce_error_t *check_waiting(const void *ctx) {
  const waiting_t *w = ctx;
  if (w->instance->outer != NULL) return sce_call_check_limits(w->instance->outer);
  if (atomic_load_explicit(&w->instance->cancelled, memory_order_acquire))
    return sce_error_new(SCE_CANCELLED, "%s was cancelled while its code was compiled", w->what);
  if (w->limit.deadline_ns != 0 && sce_monotonic_ns() >= w->limit.deadline_ns)
    return sce_error_new(SCE_TIME_LIMIT,
                         "%s did not finish within its time limit of %llu ms: its code was not compiled by then",
                         w->what, (unsigned long long)w->limit.span_ms);
  return NULL;
}

/* Takes the best code for what is needed, before the limit passes. A live instance of other code is given
 * up. */
static sce_error_t *choose_code(sce_instance_t *instance, const sce_tiers_need_t *need, const char *what,
                                const sce_time_limit_t *limit) {
  sce_tiers_t *tiers = instance->home->tiers;
  if (tiers == NULL || sce_tiers_is_best(tiers, instance->runtime)) return NULL;
  sce_runtime_t *code = NULL;
  const waiting_t waiting = {instance, what, *limit};
  const sce_patience_t patience = {check_waiting, &waiting};
  SCE_TRY(sce_tiers_code(tiers, &code, need, &patience));
  if (code != instance->runtime && instance->live.store != NULL) sce_live_close(&instance->live, instance);
  sce_runtime_delete(instance->runtime);
  instance->runtime = code;
  return NULL;
}

/* A call on its way through a stack that may not be the caller's: a start function needs as much as the call. */
typedef struct job {
  sce_instance_t *instance;
  sce_buf_t *output;
  const target_t *target;
  sce_span_t data;
  const sce_call_options_t *options;
  uint64_t started;
  sce_time_limit_t limit;
  sce_error_t *err;
} job_t;

/* Makes the live instance within the limits of what it is made for. */
static sce_error_t *open_live(sce_instance_t *instance, const char *what, const sce_time_limit_t *limit) {
  sce_call_t call = {.instance = instance, .what = what, .limit = *limit};
  instance->call = &call;
  sce_error_t *err = sce_live_open(&instance->live, instance);
  instance->call = NULL;
  if (call.error == NULL) return err;
  sce_error_delete(err);
  return call.error;
}

static void open_and_perform(void *arg) {
  job_t *job = arg;
  sce_instance_t *instance = job->instance;
  if (instance->live.store == NULL) job->err = open_live(instance, what_of(job->target), &job->limit);
  if (job->err == NULL)
    job->err = perform(instance, job->output, job->target, job->data, job->options, job->started, &job->limit);
}

/* Has whoever runs the instance's code look at the limit when it is due. */
static sce_error_t *start_clock(sce_instance_t *instance, const sce_time_limit_t *limit) {
  if (limit->deadline_ns == 0) return NULL;
  instance->deadline.at_ns = limit->deadline_ns;
  return sce_deadlines_add(&instance->runtime->engine->deadlines, &instance->deadline);
}

static void stop_clock(sce_instance_t *instance, const sce_time_limit_t *limit) {
  if (limit->deadline_ns != 0) sce_deadlines_remove(&instance->runtime->engine->deadlines, &instance->deadline);
}

static sce_error_t *run_target(sce_instance_t *instance, sce_buf_t *output, const target_t *target, sce_span_t data,
                               const sce_call_options_t *options) {
  job_t job = {.instance = instance, .output = output, .target = target, .data = data, .options = options};
  if (options->stats != NULL) job.started = sce_monotonic_ns();
  SCE_TRY(find_limit(&job.limit, instance, options));
  const sce_export_t *method = target->export;
  const sce_tiers_need_t need = {.all = method == NULL, .methods = &method, .count = method != NULL};
  SCE_TRY(choose_code(instance, &need, what_of(target), &job.limit));
  SCE_TRY(start_clock(instance, &job.limit));
  sce_error_t *err = sce_live_on_stack(instance, open_and_perform, &job);
  stop_clock(instance, &job.limit);
  finish(instance);
  return err != NULL ? err : job.err;
}

/* In between, other threads can cancel. */
static void begin_running(sce_instance_t *instance) {
  atomic_store_explicit(&instance->cancelled, false, memory_order_relaxed);
  atomic_store_explicit(&instance->running, true, memory_order_release);
}

static void end_running(sce_instance_t *instance) {
  atomic_store_explicit(&instance->running, false, memory_order_release);
}

static sce_error_t *call_target(sce_instance_t *instance, sce_buf_t *output, target_t *target, sce_span_t data,
                                const sce_call_options_t *options) {
  static const sce_call_options_t none = {0};
  if (options == NULL) options = &none;
  if (instance->call != NULL)
    return sce_error_new(SCE_MISUSE, "the instance is in a call: a host function may not call into its own instance");
  const sce_externalities_t *ext = options->externalities;
  if (ext != NULL && ext->size != sizeof *ext)
    return sce_error_new(SCE_MISUSE, "sce_externalities_t has size %zu instead of %zu", ext->size, sizeof *ext);
  if (options->stats != NULL) *options->stats = (sce_call_stats_t){0};
  if (target->method == NULL && instance->home->rfc145)
    return sce_error_new(SCE_WRONG_TYPE,
                         "a table entry can't be called in a runtime of RFC-145, which gets no pointer");
  if (target->method != NULL) SCE_TRY(find_entry_export(instance->home, target->method, &target->export));
  SCE_TRY(check_covered(instance, target));
  begin_running(instance);
  sce_error_t *err = run_target(instance, output, target, data, options);
  end_running(instance);
  return err;
}

static sce_error_t *prepare(sce_instance_t *instance, const sce_export_t **methods, size_t count, const char *what) {
  const sce_tiers_need_t need = {.methods = methods, .count = count};
  if (instance->call != NULL) return sce_error_new(SCE_MISUSE, "the instance is in a call");
  if (count == 0) return NULL;
  atomic_store_explicit(&instance->cancelled, false, memory_order_relaxed);
  return choose_code(instance, &need, what, &no_limit);
}

sce_error_t *sce_instance_prepare(sce_instance_t *instance, const char *method) {
  const sce_export_t *export;
  SCE_TRY(find_entry_export(instance->home, method, &export));
  return prepare(instance, &export, 1, method);
}

sce_error_t *sce_instance_prepare_all(sce_instance_t *instance, const char *const *methods, size_t count) {
  const sce_export_t **exports = sce_calloc(count, sizeof *exports);
  if (exports == NULL) return sce_error_oom();
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const sce_export_t *export = sce_runtime_find_export(instance->home, sce_span_text(methods[i]));
    if (export != NULL && export->kind == SCE_EXPORT_ENTRY) exports[found++] = export;
  }
  sce_error_t *err = prepare(instance, exports, found, "the instance");
  sce_free(exports);
  return err;
}

sce_error_t *sce_instance_call(sce_instance_t *instance, sce_buf_t *output, const char *method, const uint8_t *data,
                               size_t len, const sce_call_options_t *options) {
  target_t target = {.method = method};
  return call_target(instance, output, &target, sce_span(data, len), options);
}

sce_error_t *sce_instance_call_table(sce_instance_t *instance, sce_buf_t *output, uint32_t index, const uint8_t *data,
                                     size_t len, const sce_call_options_t *options) {
  target_t target = {.index = index};
  return call_target(instance, output, &target, sce_span(data, len), options);
}

sce_error_t *sce_instance_call_table_wrapped(sce_instance_t *instance, sce_buf_t *output, uint32_t dispatcher,
                                             uint32_t function, const uint8_t *data, size_t len,
                                             const sce_call_options_t *options) {
  target_t target = {.index = dispatcher, .wrapped = true, .leading = function};
  return call_target(instance, output, &target, sce_span(data, len), options);
}

/* ---- life ---- */

static void open_outside_calls(void *arg) {
  job_t *job = arg;
  job->err = open_live(job->instance, "making the instance", &no_limit);
}

/* Makes the live instance where there is no call. Only cancelling ends that. */
static sce_error_t *need_live(sce_instance_t *instance) {
  SCE_TRY(choose_code(instance, &(sce_tiers_need_t){0}, "the instance", &no_limit));
  if (instance->live.store != NULL) return NULL;
  job_t job = {.instance = instance};
  SCE_TRY(sce_live_on_stack(instance, open_outside_calls, &job));
  return job.err;
}

sce_error_t *sce_instance_new(sce_instance_t **out, sce_runtime_t *runtime) {
  sce_instance_t *instance = sce_calloc(1, sizeof *instance);
  if (instance == NULL) return sce_error_oom();
  instance->home = instance->runtime = runtime;
  sce_runtime_retain(runtime);
  sce_runtime_retain(runtime);
  atomic_init(&instance->running, false);
  atomic_init(&instance->cancelled, false);
  if (runtime->reuse && runtime->tiers == NULL) {
    sce_error_t *err = need_live(instance);
    if (err != NULL) {
      sce_instance_delete(instance);
      return err;
    }
  }
  *out = instance;
  return NULL;
}

void sce_instance_delete(sce_instance_t *instance) {
  if (instance == NULL) return;
  if (instance->live.store != NULL) sce_live_close(&instance->live, instance);
  sce_stack_clear(&instance->stack);
  sce_runtime_delete(instance->runtime);
  sce_runtime_delete(instance->home);
  sce_free(instance);
}

void sce_instance_cancel(sce_instance_t *instance) {
  if (!atomic_load_explicit(&instance->running, memory_order_acquire)) return;
  atomic_store_explicit(&instance->cancelled, true, memory_order_release);
  atomic_thread_fence(memory_order_release); /* before the epoch: see sce_live_arm() */
  sce_engine_interrupt(instance->home->engine);
}

/* ---- globals and memory ---- */

static sce_error_t *convert_value(sce_val_t *out, const wasmtime_val_t *value, const char *name) {
  switch (value->kind) {
    case WASMTIME_I32: *out = (sce_val_t){SCE_VAL_I32, {.i32 = value->of.i32}}; return NULL;
    case WASMTIME_I64: *out = (sce_val_t){SCE_VAL_I64, {.i64 = value->of.i64}}; return NULL;
    case WASMTIME_F32: *out = (sce_val_t){SCE_VAL_F32, {.f32 = value->of.f32}}; return NULL;
    case WASMTIME_F64: *out = (sce_val_t){SCE_VAL_F64, {.f64 = value->of.f64}}; return NULL;
    default: return sce_error_new(SCE_WRONG_TYPE, "the global %s is of a type without constants", name);
  }
}

sce_error_t *sce_instance_get_global_const(sce_instance_t *instance, bool *found, sce_val_t *value, const char *name) {
  *found = false;
  if (instance->call != NULL)
    return sce_error_new(SCE_MISUSE, "the instance is in a call: a host function may not read its globals");
  const sce_export_t *export = sce_runtime_find_export(instance->home, sce_span_text(name));
  if (export == NULL) return NULL;
  if (export->kind != SCE_EXPORT_GLOBAL)
    return sce_error_new(SCE_WRONG_TYPE, "%s is exported, but is not a global", name);
  begin_running(instance);
  sce_error_t *err = need_live(instance);
  end_running(instance);
  if (err != NULL) return err;
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(instance->live.context, &instance->live.instance, name, strlen(name), &item)) {
    err = sce_error_new(SCE_INTERNAL, "the instance lacks the export %s of its module", name);
  } else {
    wasmtime_val_t raw;
    wasmtime_global_get(instance->live.context, &item.of.global, &raw);
    err = convert_value(value, &raw, name);
    *found = err == NULL;
  }
  if (!instance->runtime->reuse) sce_live_close(&instance->live, instance);
  return err;
}

const uint8_t *sce_instance_linear_memory_base(const sce_instance_t *instance) {
  return instance->live.linear != NULL ? sce_linear_memory_base(instance->live.linear) : NULL;
}
