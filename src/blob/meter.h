/* meter.h: deterministic stack metering: what wasm-instrument 0.4 (src/stack_limiter, as sc-executor-common 0.47
 * uses it) does to a module. Each function costs its locals (without parameters) and the deepest operand stack, 2
 * for the frame included; each call of a function that has a cost adds it to a counter before and takes it off
 * after, and traps when the counter is above the limit. Exported functions, table entries and the start function are
 * reached through thunks, which do nothing but such a call.
 *
 * Upstream's first parser knows the first version of WebAssembly alone, so there are no costs for anything newer.
 * Sign extension is counted as wasm-instrument's feature `sign_ext` (off upstream) does; everything else newer is
 * refused. */
#ifndef SCE_BLOB_METER_H
#define SCE_BLOB_METER_H

#include "blob/module.h"

/* What is known of a module before its sections are rewritten. Arrays are owned; all zero is the empty plan. */
typedef struct meter {
  const sce_blob_t *blob;
  uint32_t limit;
  uint32_t counter;  /* index of the global that counts */
  uint32_t *costs;   /* by function index minus imported functions; at least 2 */
  uint32_t *thunks;  /* by function index: index of its thunk, 0 none */
  uint32_t *thunked; /* functions that have a thunk, ascending: that of thunk number i is thunked[i] */
  uint32_t thunk_count;
  uint32_t *patches;     /* offsets of operators to be written anew, ascending */
  uint32_t *first_patch; /* by body: index of its first patch; one entry more than bodies */
  uint32_t patch_count;
  uint32_t patch_room;
} meter_t;

/* Finds costs, patches and thunks. SCE_BAD_CODE with function and offset; SCE_OUT_OF_MEMORY. Free the meter in any
 * case. */
sce_error_t *sce_meter_new(meter_t *meter, const sce_blob_t *blob, uint32_t limit);
void sce_meter_free(meter_t *meter);

/* Costs and patches of all bodies: the part of sce_meter_new() that reads instructions. */
sce_error_t *sce_meter_read_bodies(meter_t *meter);

/* What takes the place of function `index` in exports, tables and the start section. */
static inline uint32_t sce_meter_entry(const meter_t *meter, uint32_t index) {
  return meter->thunks[index] != 0 ? meter->thunks[index] : index;
}

/* Append the payload of a section as metering changes it. */
sce_error_t *sce_meter_write_functions(const meter_t *meter, sce_buf_t *out);
sce_error_t *sce_meter_write_elements(const meter_t *meter, sce_buf_t *out);
sce_error_t *sce_meter_write_code(const meter_t *meter, sce_buf_t *out);

/* Most bytes that sce_meter_write_code() appends, or SCE_BAD_CODE when they are above SCE_BLOB_METERED_LIMIT. */
sce_error_t *sce_meter_bound_code(const meter_t *meter, size_t *bound);

#endif
