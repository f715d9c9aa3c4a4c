/* fuzz_host.c: host functions, called with any arguments over a small memory of any contents, end in an answer or an
 * error, whatever calls came before; pointers that they return lie inside of memory.
 *
 * Input: u16 length and that many bytes of memory, then calls. A call is a byte (two, once there are more than 256) for
 * the table's row, a byte of modes (bit i for parameter i), and each parameter: with its mode 8 raw bytes, else 3
 * bytes: u16 pointer and u8 length. */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/error.h"
#include "executor/heap.h"
#include "host/sandbox.h"
#include "scexec/keystore.h"
#include "scexec/overlay.h"
#include "scexec/services.h"
#include "scexec/state.h"

#include <stdlib.h>
#include <string.h>

#define HEAP_BASE 0x18000u
#define FIRST_PAGES 2
#define MAX_PAGES 8

typedef struct host {
  sce_caller_t caller;
  sce_host_state_t state;
  sce_externalities_t ext;
  sce_heap_t heap;
  sce_heap_memory_t memory;
} host_t;

static void must(sce_error_t *err) {
  if (err != NULL) abort();
}

/* Moves the memory at each growth, so that a pointer kept over an allocation is found out. */
static bool grow(sce_heap_memory_t *memory, uint32_t pages) {
  size_t size = (size_t)memory->size + pages * SCE_WASM_PAGE;
  uint8_t *data = calloc(1, size);
  if (data == NULL) abort();
  memcpy(data, memory->data, (size_t)memory->size);
  free(memory->data);
  memory->data = data;
  memory->size = size;
  return true;
}

static sce_error_t *alloc_block(void *self, uint32_t *ptr, uint32_t size) {
  host_t *host = self;
  sce_error_t *err = sce_heap_alloc(&host->heap, &host->memory, ptr, size);
  host->caller.memory = host->memory.data;
  host->caller.memory_size = (size_t)host->memory.size;
  return err;
}

static sce_error_t *free_block(void *self, uint32_t ptr) {
  host_t *host = self;
  return sce_heap_free(&host->heap, &host->memory, ptr);
}

static sce_error_t *read_version(void *self, bool *found, sce_buf_t *version, sce_span_t code) {
  (void)self, (void)version;
  *found = code.len > 0 && code.data[0] == 1;
  return NULL;
}

/* ---- nested modules: two pages, and an instance that calls the runtime with its own arguments, which answers as the
 * pointer in the first of them says ---- */

static uint8_t guest_memory[2 * SCE_WASM_PAGE];

static sce_error_t *guest_number(void *self, uint32_t *number, uint32_t initial, const uint32_t *maximum) {
  (void)self, (void)maximum;
  *number = initial;
  return NULL;
}

static sce_error_t *guest_bytes(void *self, uint8_t **data, size_t *size, uint32_t memory) {
  (void)self;
  *data = guest_memory;
  *size = memory % 2 == 0 ? sizeof guest_memory : 0;
  return NULL;
}

static sce_error_t *guest_remove(void *self, uint32_t number) {
  (void)self;
  return number == 99 ? sce_error_new(SCE_HOST_FUNCTION, "there is no 99") : NULL;
}

static sce_error_t *guest_new(void *self, sce_guest_outcome_t *outcome, uint32_t *instance, uint32_t thunk,
                              sce_span_t code, const sce_guest_import_t *imports, size_t import_count, uint32_t state) {
  (void)self, (void)thunk, (void)state;
  size_t len = 0;
  for (size_t i = 0; i < import_count; i++) len += imports[i].module.len + imports[i].field.len;
  *instance = (uint32_t)len;
  *outcome = (sce_guest_outcome_t)(code.len % 3);
  return NULL;
}

static sce_error_t *answer(void *ctx, uint64_t *result, const uint32_t args[4]) {
  (void)args;
  *result = *(uint64_t *)ctx;
  return NULL;
}

static sce_error_t *guest_call(void *self, sce_guest_outcome_t *outcome, bool *has_result, sce_guest_value_t *result,
                               uint32_t instance, sce_span_t name, const sce_guest_value_t *args, size_t arg_count,
                               uint32_t state) {
  host_t *host = self;
  uint64_t packed = arg_count > 0 ? args[0].bits << 32 | (args[0].bits & 15) : name.len;
  sce_guest_call_t call = {args, arg_count, state, instance, answer, &packed};
  sce_error_t *err = sce_sandbox_dispatch(&host->caller, has_result, result, &call);
  *outcome = err != NULL ? SCE_GUEST_TRAPPED : SCE_GUEST_DONE;
  sce_error_delete(err);
  return NULL;
}

static sce_error_t *guest_global(void *self, bool *found, sce_guest_value_t *value, uint32_t instance,
                                 sce_span_t name) {
  (void)self;
  *value = (sce_guest_value_t){instance & 3, name.len};
  *found = name.len > 0;
  return NULL;
}

static const sce_guest_ops_t guests = {guest_number, guest_bytes, guest_remove, guest_remove,
                                       guest_new,    guest_call,  guest_global, guest_remove};

static const sce_caller_ops_t ops = {
    .alloc = alloc_block, .free = free_block, .read_version = read_version, .guests = &guests};

static void ignore_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  (void)ctx, (void)level, (void)target, (void)message;
}

static void ignore_trace(void *ctx, const sce_trace_t *trace) {
  (void)ctx, (void)trace;
}

/* A cursor over the fuzzer's bytes; past the end all bytes are 0. */
typedef struct input {
  const uint8_t *data;
  size_t len;
} input_t;

static uint64_t take(input_t *in, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count && in->len > 0; i++, in->data++, in->len--) value |= (uint64_t)in->data[0] << (8 * i);
  return value;
}

/* One call; false when the runtime's call would have ended. */
static bool one_call(host_t *host, input_t *in) {
  size_t count, params = 0;
  const sce_host_function_info_t *rows = sce_host_functions(&count);
  const sce_host_function_info_t *info = &rows[take(in, count > 256 ? 2 : 1) % count];
  const sce_host_row_t *row =
      sce_host_lookup((sce_span_t){(const uint8_t *)info->name, strlen(info->name)}, info->signature);
  uint64_t args[SCE_HOST_MAX_PARAMS] = {0}, result = 0;
  uint8_t modes = (uint8_t)take(in, 1);
  if (row->call == NULL) return true;
  for (const char *at = row->signature + 1; *at != ')'; at++) {
    if (*at != 'i') continue;
    uint64_t raw = modes >> params & 1 ? take(in, 8) : take(in, 2) | take(in, 1) << 32;
    args[params++] = at[1] == '3' ? (uint32_t)raw : raw;
  }
  sce_error_t *err = row->call(NULL, &host->caller, args, &result);
  bool span = !row->rfc145 && strstr(row->signature, "-> i64") != NULL;
  if (err == NULL && span && strstr(row->family, "storage") == row->family &&
      !sce_caller_in_bounds(&host->caller, (uint32_t)result, (uint32_t)(result >> 32))) {
    abort();
  }
  bool ended = err != NULL;
  sce_error_delete(err);
  return !ended;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input_t in = {data, size};
  size_t contents = (size_t)take(&in, 2);
  if (contents > in.len) contents = in.len;
  host_t host = {.ext = {.size = sizeof host.ext, .log = {ignore_line, NULL, 5}}};
  host.memory = (sce_heap_memory_t){calloc(FIRST_PAGES, SCE_WASM_PAGE), FIRST_PAGES * SCE_WASM_PAGE, MAX_PAGES,
                                    MAX_PAGES * SCE_WASM_PAGE, grow};
  if (host.memory.data == NULL) abort();
  memcpy(host.memory.data, in.data, contents);
  in = (input_t){in.data + contents, in.len - contents};
  sce_heap_init(&host.heap, HEAP_BASE);
  host.caller = (sce_caller_t){host.memory.data, (size_t)host.memory.size, &host.ext, &ops, &host, &host.state};
  host.state.input = (sce_span_t){data, size};
  host.state.input_given = true;

  static const uint8_t seed[32] = {1};
  sce_state_t *state;
  sce_overlay_t *overlay;
  sce_keystore_t *keystore;
  sce_services_t *services;
  sce_services_options_t options;
  sce_services_options_init(&options);
  options.seeded = true; /* sleeping only moves the clock */
  options.trace = ignore_trace;
  options.trace_max_level = 5;
  must(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V1));
  must(sce_overlay_new(&overlay, state));
  must(sce_keystore_new(&keystore, seed));
  must(sce_services_new(&services, &options));
  host.ext.storage = sce_overlay_ops();
  host.ext.storage_ctx = overlay;
  host.ext.keystore = sce_keystore_ops_get();
  host.ext.keystore_ctx = keystore;
  sce_services_attach(services, &host.ext, true);
  must(host.ext.storage->enter_runtime(overlay));
  bool going = true;
  for (int calls = 0; calls < 64 && in.len > 0; calls++) going = one_call(&host, &in) && going;
  must(host.ext.storage->exit_runtime(overlay, going));

  sce_host_state_clear(&host.state);
  sce_services_delete(services);
  sce_keystore_delete(keystore);
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  free(host.memory.data);
  return 0;
}
