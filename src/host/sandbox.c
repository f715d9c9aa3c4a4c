/* sandbox.c: the removed sandbox family: guests, their memories and globals by number, and the SCALE forms that
 * arguments and results have on the way between runtime and guest.
 * Source: sp-io 3 `trait Sandbox`; sc-executor-wasmtime 0.9 host.rs, `impl Sandbox`; sp-core 3 sandbox.rs (codes,
 * EnvironmentDefinition); sp-wasm-interface 3 (Value, ReturnValue). */
#include "host/sandbox.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "host/handlers.h"

#include <string.h>

/* sp_core::sandbox::ERR_*, as u32. */
enum { ERR_OK = 0 };
#define ERR_MODULE UINT32_C(0xffffffff)
#define ERR_OUT_OF_BOUNDS UINT32_C(0xfffffffe)
#define ERR_EXECUTION UINT32_C(0xfffffffd)

#define MEM_UNLIMITED UINT32_MAX

/* Longest encoding of a value: the tag and 8 bytes. */
#define VALUE_MAX 9

static sce_error_t *guests_of(const sce_caller_t *caller, const sce_guest_ops_t **guests) {
  *guests = caller->ops->guests;
  return *guests != NULL ? NULL : sce_host_no_service(caller, "nested instances");
}

/* ---- SCALE forms ---- */

static size_t put_value(uint8_t out[VALUE_MAX], const sce_guest_value_t *value) {
  bool wide = value->type == 1 || value->type == 3;
  out[0] = value->type;
  if (wide) {
    sce_store_le64(out + 1, value->bits);
  } else {
    sce_store_le32(out + 1, (uint32_t)value->bits);
  }
  return wide ? 9 : 5;
}

static sce_error_t *read_value(sce_scale_reader_t *in, sce_guest_value_t *value) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &value->type));
  if (value->type > 3) return sce_scale_error(in, at, "no type of a value");
  if (value->type == 1 || value->type == 3) return sce_scale_read_u64(in, &value->bits);
  uint32_t bits = 0;
  sce_error_t *err = sce_scale_read_u32(in, &bits);
  value->bits = bits;
  return err;
}

/* Vec<Value>. The caller frees `*values`, also after an error. */
static sce_error_t *read_values(sce_scale_reader_t *in, sce_guest_value_t **values, size_t *count) {
  uint32_t total = 0;
  SCE_TRY(sce_scale_read_count(in, &total, 5));
  *count = total;
  *values = sce_calloc(total, sizeof **values);
  if (*values == NULL) return sce_error_oom();
  for (size_t i = 0; i < total; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(read_value(in, &(*values)[i]));
  }
  return NULL;
}

/* One entry of an EnvironmentDefinition. */
static sce_error_t *read_import(sce_scale_reader_t *in, sce_guest_import_t *import) {
  uint8_t kind = 0;
  SCE_TRY(sce_scale_read_bytes(in, &import->module));
  SCE_TRY(sce_scale_read_bytes(in, &import->field));
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &kind));
  if (kind != 1 && kind != 2) return sce_scale_error(in, at, "no kind of an import");
  import->is_memory = kind == 2;
  return sce_scale_read_u32(in, &import->index);
}

static sce_error_t *read_imports(sce_span_t bytes, sce_guest_import_t **imports, size_t *count) {
  sce_scale_reader_t in = sce_scale_reader(bytes);
  uint32_t total = 0;
  SCE_TRY(sce_scale_read_count(&in, &total, 7));
  *count = total;
  *imports = sce_calloc(total, sizeof **imports);
  if (*imports == NULL) return sce_error_oom();
  for (size_t i = 0; i < total; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(read_import(&in, &(*imports)[i]));
  }
  return NULL;
}

/* ---- from a guest into the runtime ---- */

/* The arguments in a block of the runtime's heap. */
static sce_error_t *put_args(sce_caller_t *caller, const sce_guest_call_t *call, uint32_t *ptr, uint32_t *len) {
  sce_buf_t bytes = {0};
  uint8_t *data;
  sce_error_t *err = sce_scale_write_compact(&bytes, call->arg_count);
  for (size_t i = 0; err == NULL && i < call->arg_count; i++) {
    uint8_t value[VALUE_MAX];
    err = sce_buf_append(&bytes, value, put_value(value, &call->args[i]));
  }
  if (err == NULL) err = sce_result_alloc(caller, ptr, &data, bytes.len);
  if (err == NULL) memcpy(data, bytes.data, bytes.len);
  *len = (uint32_t)bytes.len;
  sce_buf_free(&bytes);
  return err;
}

/* Result<ReturnValue, HostError>. */
static sce_error_t *read_answer(sce_span_t bytes, bool *has_result, sce_guest_value_t *result) {
  sce_scale_reader_t in = sce_scale_reader(bytes);
  in.kind = SCE_HOST_FUNCTION;
  uint8_t tag = 0;
  SCE_TRY(sce_scale_read_u8(&in, &tag));
  if (tag == 1) return sce_error_new(SCE_HOST_FUNCTION, "the runtime's function returned HostError");
  if (tag == 0) {
    SCE_TRY(sce_scale_read_u8(&in, &tag));
    *has_result = tag == 1;
    if (tag == 0) return NULL;
    if (tag == 1) return read_value(&in, result);
  }
  return sce_scale_error(&in, in.at - 1, "no answer of a function");
}

/* The block that the thunk answered with: read, and given back in any case. The thunk packs the pointer into the high
 * half, unlike everything else. */
static sce_error_t *take_answer(sce_caller_t *caller, bool *has_result, sce_guest_value_t *result, uint64_t packed) {
  uint32_t ptr = (uint32_t)(packed >> 32), len = (uint32_t)packed;
  const uint8_t *data = NULL;
  uint8_t copy[2 + VALUE_MAX]; /* all that an answer can have that is looked at */
  size_t copied = len < sizeof copy ? len : sizeof copy;
  sce_error_t *bad_range = sce_arg_bytes(caller, &data, ptr, len, "answer of the dispatch thunk");
  if (bad_range == NULL && copied > 0) memcpy(copy, data, copied);
  sce_error_t *err = caller->ops->free(caller->self, ptr);
  if (err != NULL) {
    sce_error_delete(bad_range);
    return err;
  }
  return bad_range != NULL ? bad_range : read_answer(sce_span(copy, copied), has_result, result);
}

sce_error_t *sce_sandbox_dispatch(sce_caller_t *caller, bool *has_result, sce_guest_value_t *result,
                                  const sce_guest_call_t *call) {
  uint32_t ptr, len;
  uint64_t packed = 0;
  SCE_TRY(put_args(caller, call, &ptr, &len));
  const uint32_t args[4] = {ptr, len, call->state, call->function};
  sce_error_t *err = call->thunk(call->ctx, &packed, args);
  sce_error_t *free_error = caller->ops->free(caller->self, ptr);
  if (err == NULL)
    err = free_error;
  else
    sce_error_delete(free_error);
  return err != NULL ? err : take_answer(caller, has_result, result, packed);
}

/* ---- instances ---- */

SCE_HANDLER(sandbox_instantiate_1) {
  const sce_guest_ops_t *guests;
  sce_span_t code, environment;
  sce_guest_import_t *imports = NULL;
  size_t count = 0;
  uint32_t instance = 0;
  sce_guest_outcome_t outcome = SCE_GUEST_BAD_MODULE;
  SCE_TRY(sce_arg_span(caller, &code, args[1], "wasm_code"));
  SCE_TRY(sce_arg_span(caller, &environment, args[2], "env_def"));
  SCE_TRY(guests_of(caller, &guests));
  SCE_TRY(guests->check_thunk(caller->self, (uint32_t)args[0]));
  sce_error_t *err = read_imports(environment, &imports, &count);
  if (err == NULL) {
    err = guests->instance_new(caller->self, &outcome, &instance, (uint32_t)args[0], code, imports, count,
                               (uint32_t)args[3]);
  } else if (sce_error_kind(err) != SCE_OUT_OF_MEMORY) {
    sce_error_delete(err); /* a definition that can't be read is the module's fault: ERR_MODULE */
    err = NULL;
  }
  sce_free(imports);
  *result = outcome == SCE_GUEST_DONE ? instance : outcome == SCE_GUEST_TRAPPED ? ERR_EXECUTION : ERR_MODULE;
  return err;
}

/* Writes ReturnValue::Value into the caller's buffer. */
static sce_error_t *return_value(sce_caller_t *caller, const sce_guest_value_t *value, uint64_t buffer, uint32_t size) {
  uint8_t encoded[1 + VALUE_MAX] = {1};
  uint32_t len = (uint32_t)(1 + put_value(encoded + 1, value));
  const uint8_t *place;
  if (len > size) {
    return sce_error_new(SCE_HOST_FUNCTION, "argument `return_val_len`: %u bytes are too few for a result of %u",
                         (unsigned)size, (unsigned)len);
  }
  SCE_TRY(sce_arg_bytes(caller, &place, buffer, len, "return_val_ptr"));
  memcpy(caller->memory + (uint32_t)buffer, encoded, len);
  return NULL;
}

SCE_HANDLER(sandbox_invoke_1) {
  const sce_guest_ops_t *guests;
  sce_span_t name;
  sce_scale_reader_t in;
  sce_guest_value_t *values = NULL, value = {0};
  size_t count = 0;
  sce_guest_outcome_t outcome = SCE_GUEST_TRAPPED;
  bool has_value = false;
  SCE_TRY(sce_arg_text(caller, &name, args[1], "function"));
  SCE_TRY(sce_arg_scale(caller, &in, args[2], "args"));
  SCE_TRY(guests_of(caller, &guests));
  sce_error_t *err = sce_arg_scale_error(read_values(&in, &values, &count), "args");
  if (err == NULL) {
    err = guests->instance_call(caller->self, &outcome, &has_value, &value, (uint32_t)args[0], name, values, count,
                                (uint32_t)args[5]);
  }
  sce_free(values);
  if (err != NULL) return err;
  *result = outcome == SCE_GUEST_DONE ? ERR_OK : ERR_EXECUTION;
  bool returns = outcome == SCE_GUEST_DONE && has_value;
  return returns ? return_value(caller, &value, args[3], (uint32_t)args[4]) : NULL;
}

/* SCALE Option<Value>. */
SCE_HANDLER(sandbox_get_global_val_1) {
  const sce_guest_ops_t *guests;
  sce_span_t name;
  sce_guest_value_t value = {0};
  uint8_t encoded[1 + VALUE_MAX] = {0};
  size_t len = 1;
  bool found = false;
  SCE_TRY(sce_arg_text(caller, &name, args[1], "name"));
  SCE_TRY(guests_of(caller, &guests));
  SCE_TRY(guests->instance_global(caller->self, &found, &value, (uint32_t)args[0], name));
  encoded[0] = found;
  if (found) len += put_value(encoded + 1, &value);
  return sce_result_bytes(caller, result, sce_span(encoded, len));
}

SCE_HANDLER(sandbox_instance_teardown_1) {
  const sce_guest_ops_t *guests;
  SCE_TRY(guests_of(caller, &guests));
  return guests->instance_remove(caller->self, (uint32_t)args[0]);
}

/* ---- memories ---- */

SCE_HANDLER(sandbox_memory_new_1) {
  const sce_guest_ops_t *guests;
  uint32_t maximum = (uint32_t)args[1], memory = 0;
  SCE_TRY(guests_of(caller, &guests));
  SCE_TRY(guests->memory_new(caller->self, &memory, (uint32_t)args[0], maximum == MEM_UNLIMITED ? NULL : &maximum));
  *result = memory;
  return NULL;
}

/* The two ends of a copy between a guest's memory and the runtime's; `*inside` false when either is outside, which is
 * an answer (ERR_OUT_OF_BOUNDS). */
static sce_error_t *both_ends(sce_caller_t *caller, bool *inside, uint8_t **guest, uint8_t **own,
                              const uint64_t *args) {
  const sce_guest_ops_t *guests;
  size_t size;
  uint32_t offset = (uint32_t)args[1], ptr = (uint32_t)args[2], len = (uint32_t)args[3];
  SCE_TRY(guests_of(caller, &guests));
  SCE_TRY(guests->memory_bytes(caller->self, guest, &size, (uint32_t)args[0]));
  *inside = (uint64_t)offset + len <= size && sce_caller_in_bounds(caller, ptr, len);
  if (!*inside) return NULL;
  *guest += offset;
  *own = caller->memory + ptr;
  return NULL;
}

SCE_HANDLER(sandbox_memory_get_1) {
  uint8_t *guest, *own;
  bool inside;
  uint32_t len = (uint32_t)args[3];
  SCE_TRY(both_ends(caller, &inside, &guest, &own, args));
  if (inside) SCE_TRY(sce_budget_copy(own, guest, len));
  *result = inside ? ERR_OK : ERR_OUT_OF_BOUNDS;
  return NULL;
}

SCE_HANDLER(sandbox_memory_set_1) {
  uint8_t *guest, *own;
  bool inside;
  uint32_t len = (uint32_t)args[3];
  SCE_TRY(both_ends(caller, &inside, &guest, &own, args));
  if (inside) SCE_TRY(sce_budget_copy(guest, own, len));
  *result = inside ? ERR_OK : ERR_OUT_OF_BOUNDS;
  return NULL;
}

SCE_HANDLER(sandbox_memory_teardown_1) {
  const sce_guest_ops_t *guests;
  SCE_TRY(guests_of(caller, &guests));
  return guests->memory_remove(caller->self, (uint32_t)args[0]);
}
