/* guests.c: see guests.h. Source: sc-executor-common 0.9 sandbox.rs; there wasmi interpreted the guests.
 *
 * A guest runs on the stack of the runtime that called it, and the runtime, called back by it, further down on the same
 * stack. What a guest's call of the runtime ends with is a trap of the guest, which the runtime sees as an answer; only
 * what is no doing of the code (a time limit, no memory) ends the whole call: `fatal` carries it out. */
#include "executor/guests.h"
#include "executor/compile.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <scexec_native.h>
#include <string.h>

/* Bounds in one call; upstream has none but its memory. */
#define MAX_ITEMS 65536u               /* of each kind */
#define MAX_MEMORY ((uint64_t)1 << 32) /* bytes of all together, where the host has no limit */

typedef struct guest guest_t;

/* A function that a guest imports: what its trampoline needs. */
typedef struct guest_function {
  guest_t *guest;
  uint32_t number; /* what the runtime calls it */
  uint8_t *types;  /* of parameters: wasm_valkind_t */
  size_t param_count;
  bool has_result;
  uint8_t result_type;
} guest_function_t;

struct guest {
  sce_guests_t *guests;
  guest_t *next; /* all of the store, removed ones too: their functions may still be referred to */
  wasmtime_instance_t instance;
  wasmtime_func_t thunk;
  uint32_t thunk_index;
  uint32_t state; /* of the innermost running call */
  guest_function_t *functions;
  size_t function_count;
};

typedef struct guest_memory {
  wasmtime_memory_t memory;
  uint32_t initial; /* pages */
  bool there;
} guest_memory_t;

struct sce_guests {
  sce_call_t *call;
  wasmtime_store_t *store; /* NULL while there are none */
  wasmtime_context_t *context;
  guest_memory_t *memories;
  size_t memory_count, memory_cap;
  guest_t **instances; /* NULL where one was removed */
  size_t instance_count, instance_cap;
  guest_t *first;
  size_t live;       /* memories and instances that are there */
  size_t depth;      /* of calls into guests */
  bool host_trapped; /* a function of the runtime ended the guest's call */
#ifndef SCEXEC_PREBUILT_WASMTIME
  scn_memory_budget_t budget; /* of the store */
#endif
  sce_error_t *fatal;
};

/* ---- life ---- */

static void free_guest(guest_t *guest) {
  for (size_t i = 0; i < guest->function_count; i++) sce_free(guest->functions[i].types);
  sce_free(guest->functions);
  sce_free(guest);
}

/* Drops the store and everything in it; the numbers stay taken. */
static void drop_store(sce_guests_t *guests) {
  if (guests->store != NULL) wasmtime_store_delete(guests->store);
  guests->store = NULL;
  while (guests->first != NULL) {
    guest_t *guest = guests->first;
    guests->first = guest->next;
    free_guest(guest);
  }
}

static void drop_if_unused(sce_guests_t *guests) {
  if (guests->live == 0 && guests->depth == 0) drop_store(guests);
}

void sce_guests_delete(sce_guests_t *guests) {
  if (guests == NULL) return;
  drop_store(guests);
  sce_error_delete(guests->fatal);
  sce_free(guests->memories);
  sce_free(guests->instances);
  sce_free(guests);
}

static sce_error_t *open_guests(sce_guests_t **out, sce_call_t *call) {
  if (call->guests == NULL) {
    call->guests = sce_calloc(1, sizeof *call->guests);
    if (call->guests == NULL) return sce_error_oom();
    call->guests->call = call;
  }
  *out = call->guests;
  return NULL;
}

static uint64_t memory_limit(const sce_guests_t *guests) {
  uint64_t own = guests->call->instance->runtime->engine->config.max_memory_size;
  return own != 0 ? own : MAX_MEMORY;
}

static void limit_store(sce_guests_t *guests) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  guests->budget = (scn_memory_budget_t){.left = (size_t)memory_limit(guests), .items = MAX_ITEMS};
  scn_store_limit_together(guests->store, &guests->budget);
#else
  wasmtime_store_limiter(guests->store, (int64_t)memory_limit(guests), -1, MAX_ITEMS, MAX_ITEMS, 2 * MAX_ITEMS);
#endif
}

/* Whether the guests have asked for more memory than there is: no doing of theirs that upstream would answer. */
static bool memory_exceeded(const sce_guests_t *guests) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  return guests->budget.exceeded;
#else
  (void)guests;
  return false;
#endif
}

static size_t memory_left(const sce_guests_t *guests) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  return guests->budget.left;
#else
  (void)guests;
  return 0;
#endif
}

static sce_error_t *too_much_memory(const sce_guests_t *guests) {
  return sce_error_new(SCE_MEMORY_LIMIT,
                       "%s: nested modules asked for more memory than %llu bytes together, or than the system has",
                       guests->call->what, (unsigned long long)memory_limit(guests));
}

static sce_error_t *open_store(sce_guests_t *guests) {
  if (guests->store != NULL) return NULL;
  wasm_engine_t *wasm;
  sce_engine_t *engine = guests->call->instance->runtime->engine;
  SCE_TRY(sce_engine_guests(engine, &wasm));
  guests->store = wasmtime_store_new(wasm, guests, NULL);
  if (guests->store == NULL) return sce_error_oom();
  guests->context = wasmtime_store_context(guests->store);
  limit_store(guests);
  if (engine->config.semantics.interruptible)
    wasmtime_store_epoch_deadline_callback(guests->store, sce_epoch_reached, guests->call->instance, NULL);
  return NULL;
}

/* Room for one more pointer or memory in a list. */
static sce_error_t *make_room(void *list, size_t *cap, size_t count, size_t item) {
  if (count < *cap) return NULL;
  if (count >= MAX_ITEMS) return sce_error_new(SCE_HOST_FUNCTION, "more than %u of a kind in one call", MAX_ITEMS);
  size_t wanted = *cap == 0 ? 8 : *cap * 2;
  void *old, *grown;
  memcpy(&old, list, sizeof old);
  grown = sce_realloc(old, wanted * item);
  if (grown == NULL) return sce_error_oom();
  memcpy(list, &grown, sizeof grown);
  *cap = wanted;
  return NULL;
}

/* ---- memories ---- */

static sce_error_t *find_memory(const sce_call_t *call, guest_memory_t **memory, uint32_t number) {
  const sce_guests_t *guests = call->guests;
  if (guests == NULL || number >= guests->memory_count)
    return sce_error_new(SCE_HOST_FUNCTION, "there is no nested memory %u", number);
  *memory = &guests->memories[number];
  if (!(*memory)->there) return sce_error_new(SCE_HOST_FUNCTION, "the nested memory %u is torn down", number);
  return NULL;
}

static sce_error_t *make_memory(sce_guests_t *guests, wasmtime_memory_t *memory, uint32_t initial,
                                const uint32_t *maximum) {
  wasm_memorytype_t *type = NULL;
  SCE_TRY(sce_error_from_wasmtime(
      wasmtime_memorytype_new(initial, maximum != NULL, maximum != NULL ? *maximum : 0, false, false, 16, &type),
      SCE_HOST_FUNCTION, "making a nested memory"));
  wasmtime_error_t *error = wasmtime_memory_new(guests->context, type, memory);
  wasm_memorytype_delete(type);
  if (error == NULL || !memory_exceeded(guests))
    return sce_error_from_wasmtime(error, SCE_MEMORY_LIMIT, "making a nested memory");
  wasmtime_error_delete(error);
  return too_much_memory(guests);
}

static sce_error_t *memory_new(void *self, uint32_t *memory, uint32_t initial, const uint32_t *maximum) {
  sce_guests_t *guests;
  guest_memory_t made = {.initial = initial, .there = true};
  uint32_t limit = maximum != NULL ? *maximum : SCE_WASM_MAX_PAGES;
  if (limit > SCE_WASM_MAX_PAGES || initial > limit)
    return sce_error_new(SCE_HOST_FUNCTION, "no memory has %u pages of at most %u", initial, limit);
  SCE_TRY(open_guests(&guests, self));
  SCE_TRY(open_store(guests));
  SCE_TRY(make_room(&guests->memories, &guests->memory_cap, guests->memory_count, sizeof made));
  SCE_TRY(make_memory(guests, &made.memory, initial, maximum));
  *memory = (uint32_t)guests->memory_count;
  guests->memories[guests->memory_count++] = made;
  guests->live++;
  return NULL;
}

static sce_error_t *memory_bytes(void *self, uint8_t **data, size_t *size, uint32_t number) {
  sce_call_t *call = self;
  guest_memory_t *memory = NULL;
  SCE_TRY(find_memory(call, &memory, number));
  *data = wasmtime_memory_data(call->guests->context, &memory->memory);
  *size = wasmtime_memory_data_size(call->guests->context, &memory->memory);
  return NULL;
}

static sce_error_t *memory_remove(void *self, uint32_t number) {
  sce_call_t *call = self;
  guest_memory_t *memory = NULL;
  SCE_TRY(find_memory(call, &memory, number));
  memory->there = false;
  call->guests->live--;
  drop_if_unused(call->guests);
  return NULL;
}

/* ---- from a guest into the runtime ---- */

static sce_error_t *call_thunk(void *ctx, uint64_t *result, const uint32_t args[4]) {
  const guest_t *guest = ctx;
  sce_call_t *call = guest->guests->call;
  SCE_TRY(sce_live_check_type(call->live, &guest->thunk, guest->thunk_index, "(i32, i32, i32, i32) -> i64"));
  wasmtime_val_raw_t values[4] = {0};
  for (size_t i = 0; i < 4; i++) values[i].i32 = (int32_t)args[i];
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_func_call_unchecked(call->live->context, &guest->thunk, values, 4, &trap);
  sce_call_refresh(call);
  if (trap != NULL || error != NULL) return sce_call_failure(call, trap, error);
  *result = (uint64_t)values[0].i64;
  return NULL;
}

static sce_error_t *dispatch(const guest_function_t *function, wasmtime_val_raw_t *values) {
  sce_call_t *call = function->guest->guests->call;
  sce_guest_value_t *args = sce_calloc(function->param_count, sizeof *args), result = {0};
  if (args == NULL) return sce_error_oom();
  for (size_t i = 0; i < function->param_count; i++) {
    bool wide = function->types[i] == WASM_I64 || function->types[i] == WASM_F64;
    args[i] = (sce_guest_value_t){function->types[i], wide ? (uint64_t)values[i].i64 : (uint32_t)values[i].i32};
  }
  const sce_guest_call_t in = {args,       function->param_count, function->guest->state, function->number,
                               call_thunk, function->guest};
  bool has_result = false;
  sce_error_t *err = sce_sandbox_dispatch(&call->caller, &has_result, &result, &in);
  sce_free(args);
  if (err != NULL) return err;
  if (has_result != function->has_result || (has_result && result.type != function->result_type))
    return sce_error_new(SCE_HOST_FUNCTION,
                         "the runtime's function gave another type of result than the module imports");
  if (has_result) values[0].i64 = (int64_t)result.bits;
  return NULL;
}

/* What is not the code's doing, and must not become an answer. */
static bool is_fatal(const sce_guests_t *guests, const sce_error_t *err) {
  sce_error_kind_t kind = sce_error_kind(err);
  if (kind == SCE_MEMORY_LIMIT) return memory_exceeded(guests) || guests->call->instance->runtime->growth_ends_call;
  return kind < 0 || kind == SCE_TIME_LIMIT || kind == SCE_CANCELLED;
}

static wasm_trap_t *guest_trampoline(void *env, wasmtime_caller_t *wasm_caller, wasmtime_val_raw_t *values,
                                     size_t count) {
  (void)wasm_caller;
  (void)count;
  const guest_function_t *function = env;
  sce_guests_t *guests = function->guest->guests;
  sce_error_t *err = dispatch(function, values);
  if (err == NULL) return NULL;
  guests->host_trapped = true;
  if (is_fatal(guests, err) && guests->fatal == NULL) {
    guests->fatal = err;
  } else {
    sce_error_delete(err);
  }
  sce_host_state_forget_panic(&guests->call->host);
  static const char text[] = "ended by the runtime";
  return wasmtime_trap_new(text, sizeof text - 1);
}

/* ---- into a guest ---- */

/* Before and after compiled code of a guest runs. */
static sce_error_t *enter_guest(sce_guests_t *guests) {
  sce_call_t *call = guests->call;
  guests->host_trapped = false;
  guests->depth++;
  if (!call->instance->runtime->engine->config.semantics.interruptible) return NULL;
  wasmtime_context_set_epoch_deadline(guests->context, 1);
  return sce_call_check_limits(call); /* what came before the line above did not count */
}

static sce_error_t *leave_guest(sce_guests_t *guests) {
  sce_call_t *call = guests->call;
  guests->depth--;
  sce_call_refresh(call);
  sce_error_t *err = guests->fatal != NULL ? guests->fatal : call->error; /* the latter from sce_epoch_reached() */
  if (err == call->error) call->error = NULL;
  guests->fatal = NULL;
  return err == NULL && memory_exceeded(guests) ? too_much_memory(guests) : err;
}

static bool forget(wasm_trap_t *trap, wasmtime_error_t *error) {
  if (trap != NULL) wasm_trap_delete(trap);
  if (error != NULL) wasmtime_error_delete(error);
  return trap != NULL || error != NULL;
}

static sce_error_t *find_instance(const sce_call_t *call, guest_t **guest, uint32_t number) {
  const sce_guests_t *guests = call->guests;
  if (guests == NULL || number >= guests->instance_count)
    return sce_error_new(SCE_HOST_FUNCTION, "there is no nested instance %u", number);
  *guest = guests->instances[number];
  if (*guest == NULL) return sce_error_new(SCE_HOST_FUNCTION, "the nested instance %u is torn down", number);
  return NULL;
}

/* The exported function with parameters of those types; false when there is none. */
static bool find_function(const guest_t *guest, wasmtime_func_t *function, bool *has_result, uint8_t *result_type,
                          sce_span_t name, const sce_guest_value_t *args, size_t arg_count) {
  wasmtime_context_t *context = guest->guests->context;
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(context, &guest->instance, (const char *)name.data, name.len, &item)) return false;
  if (item.kind != WASMTIME_EXTERN_FUNC) {
    wasmtime_extern_delete(&item);
    return false;
  }
  *function = item.of.func;
  wasm_functype_t *type = wasmtime_func_type(context, function);
  const wasm_valtype_vec_t *params = wasm_functype_params(type), *results = wasm_functype_results(type);
  bool equal = params->size == arg_count;
  for (size_t i = 0; equal && i < arg_count; i++) equal = wasm_valtype_kind(params->data[i]) == args[i].type;
  *has_result = results->size > 0;
  if (*has_result) *result_type = wasm_valtype_kind(results->data[0]);
  wasm_functype_delete(type);
  return equal;
}

static sce_error_t *run(guest_t *guest, sce_guest_outcome_t *outcome, const wasmtime_func_t *function,
                        wasmtime_val_raw_t *values, size_t count, uint32_t state) {
  sce_guests_t *guests = guest->guests;
  uint32_t outer_state = guest->state;
  wasm_trap_t *trap = NULL;
  guest->state = state;
  sce_error_t *err = enter_guest(guests);
  wasmtime_error_t *error =
      err == NULL ? wasmtime_func_call_unchecked(guests->context, function, values, count, &trap) : NULL;
  sce_error_t *fatal = leave_guest(guests);
  guest->state = outer_state;
  *outcome = forget(trap, error) ? SCE_GUEST_TRAPPED : SCE_GUEST_DONE;
  drop_if_unused(guests);
  return err != NULL ? err : fatal;
}

static sce_error_t *instance_call(void *self, sce_guest_outcome_t *outcome, bool *has_result, sce_guest_value_t *result,
                                  uint32_t number, sce_span_t name, const sce_guest_value_t *args, size_t arg_count,
                                  uint32_t state) {
  guest_t *guest = NULL;
  wasmtime_func_t function;
  SCE_TRY(find_instance(self, &guest, number));
  *outcome = SCE_GUEST_TRAPPED;
  if (!find_function(guest, &function, has_result, &result->type, name, args, arg_count)) return NULL;
  size_t count = arg_count > 0 ? arg_count : 1;
  wasmtime_val_raw_t *values = sce_calloc(count, sizeof *values);
  if (values == NULL) return sce_error_oom();
  for (size_t i = 0; i < arg_count; i++) values[i].i64 = (int64_t)args[i].bits;
  sce_error_t *err = run(guest, outcome, &function, values, count, state);
  result->bits = (uint64_t)values[0].i64;
  sce_free(values);
  return err;
}

static sce_error_t *instance_global(void *self, bool *found, sce_guest_value_t *out, uint32_t number, sce_span_t name) {
  guest_t *guest = NULL;
  wasmtime_extern_t item;
  wasmtime_val_t value;
  *found = false;
  SCE_TRY(find_instance(self, &guest, number));
  wasmtime_context_t *context = guest->guests->context;
  if (!wasmtime_instance_export_get(context, &guest->instance, (const char *)name.data, name.len, &item)) return NULL;
  if (item.kind != WASMTIME_EXTERN_GLOBAL) {
    wasmtime_extern_delete(&item);
    return NULL;
  }
  wasmtime_global_get(context, &item.of.global, &value);
  *found = true;
  out->type = value.kind;
  out->bits = (uint64_t)value.of.i64;
  return NULL;
}

static sce_error_t *instance_remove(void *self, uint32_t number) {
  sce_call_t *call = self;
  guest_t *guest = NULL;
  SCE_TRY(find_instance(call, &guest, number));
  call->guests->instances[number] = NULL;
  call->guests->live--;
  drop_if_unused(call->guests);
  return NULL;
}

/* ---- making an instance ---- */

static sce_error_t *check_thunk(void *self, uint32_t index) {
  sce_call_t *call = self;
  wasmtime_func_t function;
  return sce_live_table_entry(call->live, index, &function);
}

/* The last entry of that name and kind. */
static const sce_guest_import_t *find_import(const sce_guest_import_t *imports, size_t count, bool is_memory,
                                             const wasm_importtype_t *type) {
  const wasm_name_t *module = wasm_importtype_module(type), *field = wasm_importtype_name(type);
  for (size_t i = count; i-- > 0;) {
    const sce_guest_import_t *import = &imports[i];
    if (import->is_memory == is_memory &&
        sce_span_equal(import->module, sce_span((const uint8_t *)module->data, module->size)) &&
        sce_span_equal(import->field, sce_span((const uint8_t *)field->data, field->size)))
      return import;
  }
  return NULL;
}

static sce_error_t *make_function(guest_t *guest, wasmtime_func_t *out, const wasm_functype_t *type, uint32_t number) {
  const wasm_valtype_vec_t *params = wasm_functype_params(type), *results = wasm_functype_results(type);
  guest_function_t *function = &guest->functions[guest->function_count];
  *function = (guest_function_t){.guest = guest, .number = number, .param_count = params->size};
  function->types = sce_calloc(params->size, sizeof *function->types);
  if (function->types == NULL) return sce_error_oom();
  guest->function_count++;
  for (size_t i = 0; i < params->size; i++) function->types[i] = wasm_valtype_kind(params->data[i]);
  function->has_result = results->size > 0;
  if (function->has_result) function->result_type = wasm_valtype_kind(results->data[0]);
  wasmtime_func_new_unchecked(guest->guests->context, type, guest_trampoline, function, NULL, out);
  return NULL;
}

/* Gives one import of the module what the runtime has for it; `*found` false: nothing that fits. */
static sce_error_t *link_import(guest_t *guest, bool *found, wasmtime_extern_t *item, const wasm_importtype_t *type,
                                const sce_guest_import_t *imports, size_t count) {
  const wasm_externtype_t *external = wasm_importtype_type(type);
  const wasm_functype_t *function = wasm_externtype_as_functype_const(external);
  const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(external);
  const sce_guest_import_t *import = find_import(imports, count, memory != NULL, type);
  *found = import != NULL && (function != NULL || memory != NULL);
  if (!*found) return NULL;
  if (function != NULL) {
    item->kind = WASMTIME_EXTERN_FUNC;
    return make_function(guest, &item->of.func, function, import->index);
  }
  const guest_memory_t *made = &guest->guests->memories[import->index];
  *found = made->initial >= wasmtime_memorytype_minimum(memory); /* Wasmtime looks at the present size instead */
  item->kind = WASMTIME_EXTERN_MEMORY;
  item->of.memory = made->memory;
  return NULL;
}

/* Instantiates, which runs the start function. */
static sce_error_t *start(guest_t *guest, sce_guest_outcome_t *outcome, const wasmtime_module_t *module,
                          const wasmtime_extern_t *items, size_t count) {
  sce_guests_t *guests = guest->guests;
  wasm_trap_t *trap = NULL;
  size_t left = memory_left(guests);
  sce_error_t *err = enter_guest(guests);
  wasmtime_error_t *error =
      err == NULL ? wasmtime_instance_new(guests->context, module, items, count, &guest->instance, &trap) : NULL;
  sce_error_t *fatal = leave_guest(guests);
  wasm_frame_vec_t frames = {0};
  if (trap != NULL) wasm_trap_trace(trap, &frames);
  /* Segments outside of memory trap without a frame; wasmi did not count them as a trap. */
  bool in_code = guests->host_trapped || frames.size > 0;
  *outcome = error == NULL && trap == NULL ? SCE_GUEST_DONE : in_code ? SCE_GUEST_TRAPPED : SCE_GUEST_BAD_MODULE;
  /* Imports are compared before memory is taken, and all that comes after it traps. */
  bool no_memory = error != NULL && !guests->host_trapped && memory_left(guests) != left;
  if (no_memory && err == NULL && fatal == NULL) fatal = too_much_memory(guests);
  wasm_frame_vec_delete(&frames);
  (void)forget(trap, error);
  return err != NULL ? err : fatal;
}

static sce_error_t *link_and_start(guest_t *guest, sce_guest_outcome_t *outcome, const wasmtime_module_t *module,
                                   const sce_guest_import_t *imports, size_t count) {
  wasm_importtype_vec_t types;
  wasmtime_module_imports(module, &types);
  wasmtime_extern_t *items = sce_calloc(types.size, sizeof *items);
  guest->functions = sce_calloc(types.size, sizeof *guest->functions);
  sce_error_t *err = items == NULL || guest->functions == NULL ? sce_error_oom() : NULL;
  bool found = true;
  for (size_t i = 0; err == NULL && found && i < types.size; i++)
    err = link_import(guest, &found, &items[i], types.data[i], imports, count);
  *outcome = SCE_GUEST_BAD_MODULE;
  if (err == NULL && found) err = start(guest, outcome, module, items, types.size);
  sce_free(items);
  wasm_importtype_vec_delete(&types);
  return err;
}

/* `*module` NULL: it is none that may be run. */
static sce_error_t *compile(const sce_guests_t *guests, wasmtime_module_t **module, sce_span_t code) {
  static const uint8_t magic[] = {0, 'a', 's', 'm'};
  wasm_engine_t *wasm;
  sce_blob_t *blob = NULL;
  *module = NULL;
  if (code.len < sizeof magic || memcmp(code.data, magic, sizeof magic) != 0) return NULL; /* never compressed */
  SCE_TRY(sce_engine_guests(guests->call->instance->runtime->engine, &wasm));
  sce_buf_t copy = {0};
  const sce_patience_t patience = {sce_call_patience, guests->call};
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_blob_check_proposals(blob, NULL);
  if (err == NULL) err = sce_buf_append(&copy, code.data, code.len);
  if (err == NULL) err = sce_compile(module, guests->call->instance->runtime->engine, wasm, &copy, &patience);
  sce_blob_delete(blob);
  sce_buf_free(&copy);
  if (err == NULL || is_fatal(guests, err)) return err;
  sce_error_delete(err);
  return NULL;
}

/* Whether all memories that are named exist: otherwise the definition is refused, used or not. */
static bool memories_exist(const sce_call_t *call, const sce_guest_import_t *imports, size_t count) {
  for (size_t i = 0; i < count; i++) {
    guest_memory_t *memory;
    sce_error_t *err = imports[i].is_memory ? find_memory(call, &memory, imports[i].index) : NULL;
    if (err == NULL) continue;
    sce_error_delete(err);
    return false;
  }
  return true;
}

static sce_error_t *add_guest(sce_guests_t *guests, guest_t **out, uint32_t thunk) {
  wasmtime_func_t function;
  SCE_TRY(sce_live_table_entry(guests->call->live, thunk, &function));
  guest_t *guest = sce_calloc(1, sizeof *guest);
  if (guest == NULL) return sce_error_oom();
  *guest = (guest_t){.guests = guests, .next = guests->first, .thunk = function, .thunk_index = thunk};
  guests->first = *out = guest;
  return NULL;
}

static sce_error_t *instance_new(void *self, sce_guest_outcome_t *outcome, uint32_t *instance, uint32_t thunk,
                                 sce_span_t code, const sce_guest_import_t *imports, size_t import_count,
                                 uint32_t state) {
  sce_guests_t *guests;
  guest_t *guest;
  wasmtime_module_t *module;
  *outcome = SCE_GUEST_BAD_MODULE;
  SCE_TRY(open_guests(&guests, self));
  if (!memories_exist(self, imports, import_count)) return NULL;
  SCE_TRY(compile(guests, &module, code));
  if (module == NULL) return NULL;
  sce_error_t *err = open_store(guests);
  if (err == NULL) err = add_guest(guests, &guest, thunk);
  if (err == NULL) {
    guest->state = state;
    err = link_and_start(guest, outcome, module, imports, import_count);
  }
  wasmtime_module_delete(module);
  if (err == NULL && *outcome == SCE_GUEST_DONE)
    err = make_room(&guests->instances, &guests->instance_cap, guests->instance_count, sizeof *guests->instances);
  if (err == NULL && *outcome == SCE_GUEST_DONE) {
    *instance = (uint32_t)guests->instance_count;
    guests->instances[guests->instance_count++] = guest;
    guests->live++;
  }
  drop_if_unused(guests);
  return err;
}

const sce_guest_ops_t sce_guest_ops = {
    .memory_new = memory_new,
    .memory_bytes = memory_bytes,
    .memory_remove = memory_remove,
    .check_thunk = check_thunk,
    .instance_new = instance_new,
    .instance_call = instance_call,
    .instance_global = instance_global,
    .instance_remove = instance_remove,
};
