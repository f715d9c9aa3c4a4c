/* meter.c: thunks, and the sections that metering writes anew. Source: wasm-instrument 0.4, src/stack_limiter/mod.rs
 * (instrument_call!, instrument_function) and thunk.rs. Thunks come in ascending order of their functions: the crate
 * keeps them in a BTreeMap. */
#include "blob/meter.h"

#include "base/alloc.h"
#include "base/error.h"
#include "blob/operator.h"
#include "blob/writer.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of an instrumented call at most: 17 opcodes and operands of one byte, 4 times the counter's index, twice the
 * cost, the limit, and the callee's index. */
#define CALL_MAX (17 + 8 * LEB_MAX)

/* ---- planning ---- */

/* Refuses what upstream's parser would not have let through to the metering, or what it would get wrong. */
static sce_error_t *check_module(const sce_blob_t *blob) {
  for (proposal_t p = PROPOSAL_MULTI_VALUE; p < PROPOSAL_COUNT; p++)
    if (blob->uses[p].section != NULL)
      return sce_error_new(SCE_BAD_CODE,
                           "can't meter the stack: %s section, offset %u: %s (%s) came after WebAssembly 1.0",
                           blob->uses[p].section, blob->uses[p].offset, blob->uses[p].what, sce_proposal_name(p));
  if (blob->has_data_count) /* parity-wasm writes it behind the data section, which no engine takes */
    return sce_error_new(SCE_BAD_CODE,
                         "can't meter the stack: the module has a data count section, which came with bulk memory");
  if (blob->imported_globals > 0) /* upstream takes the counter's place in its section for its index */
    return sce_error_new(SCE_BAD_CODE, "can't meter the stack: the module imports %u globals, and no runtime may",
                         blob->imported_globals);
  return NULL;
}

static void want_thunk(meter_t *meter, uint32_t function) {
  if (function >= meter->blob->imported_functions && function != SCE_WASM_NO_FUNCTION) meter->thunks[function] = 1;
}

/* Which functions are reached from outside or by index, and the numbers of their thunks. */
static sce_error_t *plan_thunks(meter_t *meter) {
  const sce_blob_t *blob = meter->blob;
  for (uint32_t i = 0; i < blob->export_count; i++)
    if (blob->exports[i].kind == SCE_WASM_FUNCTION) want_thunk(meter, blob->exports[i].index);
  for (uint32_t i = 0; i < blob->element_count; i++)
    for (uint32_t k = 0; k < blob->elements[i].count; k++) want_thunk(meter, blob->elements[i].functions[k]);
  if (blob->has_start) want_thunk(meter, blob->start);
  for (uint32_t f = 0; f < blob->function_count; f++) {
    if (meter->thunks[f] == 0) continue;
    meter->thunked[meter->thunk_count] = f;
    meter->thunks[f] = blob->function_count + meter->thunk_count++;
  }
  if (meter->thunk_count <= MAX_FUNCTIONS - blob->function_count) return NULL;
  return sce_error_new(SCE_BAD_CODE, "can't meter the stack: %u functions and %u thunks are more than the limit of %u",
                       blob->function_count, meter->thunk_count, MAX_FUNCTIONS);
}

sce_error_t *sce_meter_new(meter_t *meter, const sce_blob_t *blob, uint32_t limit) {
  *meter = (meter_t){.blob = blob, .limit = limit, .counter = blob->global_count};
  SCE_TRY(check_module(blob));
  if (blob->global_count == MAX_GLOBALS)
    return sce_error_new(SCE_BAD_CODE, "can't meter the stack: there is no room for another global");
  meter->costs = sce_calloc(blob->body_count, sizeof *meter->costs);
  meter->thunks = sce_calloc(blob->function_count, sizeof *meter->thunks);
  meter->thunked = sce_calloc(blob->function_count, sizeof *meter->thunked);
  meter->first_patch = sce_calloc((size_t)blob->body_count + 1, sizeof *meter->first_patch);
  if (meter->costs == NULL || meter->thunks == NULL || meter->thunked == NULL || meter->first_patch == NULL)
    return sce_error_oom();
  SCE_TRY(sce_meter_read_bodies(meter));
  return plan_thunks(meter);
}

void sce_meter_free(meter_t *meter) {
  sce_free(meter->costs);
  sce_free(meter->thunks);
  sce_free(meter->thunked);
  sce_free(meter->first_patch);
  sce_free(meter->patches);
  *meter = (meter_t){0};
}

/* ---- functions and elements ---- */

static int compare_types(const void *a, const void *b) {
  const sce_wasm_function_type_t *x = *(const sce_wasm_function_type_t *const *)a;
  const sce_wasm_function_type_t *y = *(const sce_wasm_function_type_t *const *)b;
  int order = sce_span_compare(x->params, y->params);
  if (order == 0) order = sce_span_compare(x->results, y->results);
  return order != 0 ? order : x < y ? -1 : x > y;
}

/* A thunk has the first type that equals its function's (parity-wasm, ModuleBuilder::resolve_type_ref): by type index,
 * the first equal one. Owned by the caller; NULL when out of memory. */
static uint32_t *first_equal_types(const sce_blob_t *blob) {
  uint32_t *first = sce_calloc(blob->type_count, sizeof *first);
  const sce_wasm_function_type_t **sorted = sce_calloc(blob->type_count, sizeof *sorted);
  if (first != NULL && sorted != NULL) {
    for (uint32_t i = 0; i < blob->type_count; i++) sorted[i] = &blob->types[i];
    qsort(sorted, blob->type_count, sizeof *sorted, compare_types);
    const sce_wasm_function_type_t *leader = NULL;
    for (uint32_t i = 0; i < blob->type_count; i++) {
      if (leader == NULL || !sce_span_equal(leader->params, sorted[i]->params) ||
          !sce_span_equal(leader->results, sorted[i]->results))
        leader = sorted[i];
      first[sorted[i] - blob->types] = (uint32_t)(leader - blob->types);
    }
  } else {
    sce_free(first);
    first = NULL;
  }
  sce_free(sorted);
  return first;
}

sce_error_t *sce_meter_write_functions(const meter_t *meter, sce_buf_t *out) {
  const sce_blob_t *blob = meter->blob;
  uint32_t *first = first_equal_types(blob);
  if (first == NULL) return sce_error_oom();
  sce_error_t *err = sce_write_u32(out, blob->body_count + meter->thunk_count);
  for (uint32_t f = blob->imported_functions; f < blob->function_count && err == NULL; f++)
    err = sce_write_u32(out, blob->function_types[f]);
  for (uint32_t i = 0; i < meter->thunk_count && err == NULL; i++)
    err = sce_write_u32(out, first[blob->function_types[meter->thunked[i]]]);
  sce_free(first);
  return err;
}

sce_error_t *sce_meter_write_elements(const meter_t *meter, sce_buf_t *out) {
  const sce_blob_t *blob = meter->blob;
  SCE_TRY(sce_write_u32(out, blob->element_count));
  for (uint32_t i = 0; i < blob->element_count; i++) {
    /* Only active segments of table 0 at a constant offset are left: check_module() refused the others. */
    const sce_wasm_element_t *element = &blob->elements[i];
    const uint8_t head[2] = {0x00, 0x41};
    SCE_TRY(sce_buf_append(out, head, sizeof head));
    SCE_TRY(sce_write_s32(out, (int32_t)(uint32_t)element->offset.bits));
    SCE_TRY(sce_buf_append_byte(out, 0x0b));
    SCE_TRY(sce_write_u32(out, element->count));
    for (uint32_t k = 0; k < element->count; k++)
      SCE_TRY(sce_write_u32(out, sce_meter_entry(meter, element->functions[k])));
  }
  return NULL;
}

/* ---- code ---- */

static inline uint8_t *put_op_u32(uint8_t *at, uint8_t opcode, uint32_t operand) {
  *at++ = opcode;
  return sce_put_u32(at, operand);
}

static inline uint8_t *put_i32_const(uint8_t *at, uint32_t value) {
  *at++ = 0x41;
  return sce_put_s64(at, (int32_t)value);
}

/* The macro instrument_call!: add the cost, trap above the limit, call, take the cost off. At most CALL_MAX bytes. */
static uint8_t *put_call(const meter_t *meter, uint8_t *at, uint32_t callee) {
  uint32_t cost = meter->costs[callee - meter->blob->imported_functions];
  at = put_op_u32(at, 0x23, meter->counter); /* global.get */
  at = put_i32_const(at, cost);
  *at++ = 0x6a;                              /* i32.add */
  at = put_op_u32(at, 0x24, meter->counter); /* global.set */
  at = put_op_u32(at, 0x23, meter->counter);
  at = put_i32_const(at, meter->limit);
  static const uint8_t trap[] = {0x4b, 0x04, 0x40, 0x00, 0x0b}; /* i32.gt_u, if, unreachable, end */
  memcpy(at, trap, sizeof trap);
  at = put_op_u32(at + sizeof trap, 0x10, callee); /* call */
  at = put_op_u32(at, 0x23, meter->counter);
  at = put_i32_const(at, cost);
  *at++ = 0x6b; /* i32.sub */
  return put_op_u32(at, 0x24, meter->counter);
}

/* The operator at `from` (which was read before) in its shortest form; returns the byte behind it, `*from` too. */
static uint8_t *put_shortest(uint8_t *at, const uint8_t **from, const uint8_t *end) {
  operator_t op = {0};
  const uint8_t *start = *from;
  int32_t narrow;
  int64_t wide;
  bool padded;
  *from = sce_operator_read(start, end, &op);
  *at++ = op.code;
  switch (op.form) {
    case FORM_I32: sce_leb_s32(start + 1, end, &narrow, &padded); return sce_put_s64(at, narrow);
    case FORM_I64: sce_leb_s64(start + 1, end, &wide, &padded); return sce_put_s64(at, wide);
    case FORM_MEMARG: return sce_put_u32(sce_put_u32(at, op.a), op.b);
    case FORM_CALL_INDIRECT:
      at = sce_put_u32(at, op.a);
      *at++ = 0;
      return at;
    case FORM_LABELS:
      at = sce_put_u32(at, op.a);
      for (uint64_t i = 0; i <= op.a; i++) {
        uint32_t label;
        *from = sce_operator_u32(*from, end, &label, &padded);
        at = sce_put_u32(at, label);
      }
      return at;
    default: return sce_put_u32(at, op.a); /* label, function, local, global: nothing else is ever padded */
  }
}

/* Counts and types of locals, shortest; returns the byte behind them, `*from` too. */
static uint8_t *put_locals(uint8_t *at, const uint8_t **from, const uint8_t *end) {
  uint32_t groups, count;
  bool padded;
  *from = sce_operator_u32(*from, end, &groups, &padded);
  at = sce_put_u32(at, groups);
  for (uint32_t i = 0; i < groups; i++) {
    *from = sce_operator_u32(*from, end, &count, &padded);
    at = sce_put_u32(at, count);
    *at++ = *(*from)++;
  }
  return at;
}

static uint8_t *put_span(uint8_t *at, const uint8_t *from, const uint8_t *to) {
  memcpy(at, from, (size_t)(to - from));
  return at + (to - from);
}

/* Body number `i` without its size. */
static uint8_t *put_body(const meter_t *meter, uint8_t *at, uint32_t i) {
  const sce_blob_t *blob = meter->blob;
  const uint8_t *from = blob->code.data + blob->bodies[i].offset, *end = from + blob->bodies[i].size;
  at = put_locals(at, &from, end);
  for (uint32_t p = meter->first_patch[i]; p < meter->first_patch[i + 1]; p++) {
    const uint8_t *patch = blob->code.data + meter->patches[p];
    at = put_span(at, from, patch);
    from = patch;
    operator_t op = {0};
    const uint8_t *next = sce_operator_read(patch, end, &op);
    if (op.form == FORM_CALL && op.a >= blob->imported_functions) {
      at = put_call(meter, at, op.a);
      from = next;
    } else {
      at = put_shortest(at, &from, end);
    }
  }
  return put_span(at, from, end);
}

/* A thunk: no locals; all parameters, the call, end. */
static uint8_t *put_thunk(const meter_t *meter, uint8_t *at, uint32_t function) {
  const sce_blob_t *blob = meter->blob;
  size_t params = blob->types[blob->function_types[function]].params.len;
  *at++ = 0;
  for (uint32_t i = 0; i < params; i++) at = put_op_u32(at, 0x20, i); /* local.get */
  at = put_call(meter, at, function);
  *at++ = 0x0b;
  return at;
}

/* No operator grows but calls, and no list of locals does. */
sce_error_t *sce_meter_bound_code(const meter_t *meter, size_t *bound) {
  const sce_blob_t *blob = meter->blob;
  size_t size = LEB_MAX + (size_t)meter->patch_count * CALL_MAX;
  for (uint32_t i = 0; i < blob->body_count; i++) size += LEB_MAX + blob->bodies[i].size;
  for (uint32_t i = 0; i < meter->thunk_count; i++)
    size += LEB_MAX + 2 + CALL_MAX + (1 + LEB_MAX) * blob->types[blob->function_types[meter->thunked[i]]].params.len;
  *bound = size;
  if (size <= SCE_BLOB_METERED_LIMIT) return NULL;
  return sce_error_new(SCE_BAD_CODE, "can't meter the stack: the code may grow to %zu bytes, above the limit of %zu",
                       size, SCE_BLOB_METERED_LIMIT);
}

/* Puts the size before the body that was written behind room for LEB_MAX bytes; SCE_BAD_CODE when it grew too large. */
static sce_error_t *close_body(uint8_t **at, uint8_t *start, uint8_t *end) {
  size_t size = (size_t)(end - start) - LEB_MAX;
  if (size > MAX_BODY_BYTES)
    return sce_error_new(SCE_BAD_CODE,
                         "can't meter the stack: a function body grows to %zu bytes, above the limit of %u", size,
                         MAX_BODY_BYTES);
  uint8_t *body = sce_put_u32(start, (uint32_t)size);
  memmove(body, start + LEB_MAX, size);
  *at = body + size;
  return NULL;
}

sce_error_t *sce_meter_write_code(const meter_t *meter, sce_buf_t *out) {
  const sce_blob_t *blob = meter->blob;
  size_t bound;
  SCE_TRY(sce_meter_bound_code(meter, &bound));
  SCE_TRY(sce_buf_reserve(out, bound));
  uint8_t *at = sce_put_u32(out->data + out->len, blob->body_count + meter->thunk_count);
  for (uint32_t i = 0; i < blob->body_count; i++) SCE_TRY(close_body(&at, at, put_body(meter, at + LEB_MAX, i)));
  for (uint32_t i = 0; i < meter->thunk_count; i++)
    SCE_TRY(close_body(&at, at, put_thunk(meter, at + LEB_MAX, meter->thunked[i])));
  out->len = (size_t)(at - out->data);
  return NULL;
}
