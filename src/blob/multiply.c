/* multiply.c: see multiply.h.
 *
 * Rust's compilers of early 2020 put compiler_builtins::int::mul::__multi3 into runtimes without inlining anything into
 * it: one product of 128 bits takes 25 calls. Curve arithmetic, where a runtime checks signatures in WebAssembly, is
 * made of such products: in Polkadot's genesis runtime they are nine tenths of a block's time. The function is known by
 * its bytes, and the functions that it calls by theirs, so that what is replaced can't be anything else. */
#include "blob/multiply.h"

#include "base/buf.h"
#include "blob/reader.h"

#include <string.h>

#define OP_NOP 0x01
#define OP_END 0x0b
#define OP_CALL 0x10

/* In patterns: a call of the helper that follows. No byte of them has that value otherwise. */
#define CALL 0xee

typedef enum helper { LOW, HIGH, MULTIPLY, ADD, UNSIGNED, FROM_PARTS, HELPER_COUNT } helper_t;

typedef struct function_pattern {
  const char *params; /* SCE_WASM_I32 and SCE_WASM_I64 */
  bool has_result;    /* an i64 */
  const uint8_t *body;
  size_t len;
} function_pattern_t;

/* SCE_WASM_I32 and SCE_WASM_I64 in lists of parameters. */
#define I32 "\x7f"
#define I64 "\x7e"

static const uint8_t first_of_two[] = {0, 0x20, 0, OP_END};
static const uint8_t second_of_two[] = {0, 0x20, 1, OP_END};
static const uint8_t product[] = {0, 0x20, 1, 0x20, 0, 0x7e, OP_END};
static const uint8_t sum[] = {0, 0x20, 1, 0x20, 0, 0x7c, OP_END};
static const uint8_t store_parts[] = {0, 0x20, 0, 0x20, 2, 0x37, 3, 8, 0x20, 0, 0x20, 1, 0x37, 3, 0, OP_END};

/* <i128 as LargeInt>::low, high, <i64 as Int>::wrapping_mul, wrapping_add, from_unsigned, LargeInt::from_parts. */
static const function_pattern_t helpers[HELPER_COUNT] = {
    [LOW] = {I64 I64, true, first_of_two, sizeof first_of_two},
    [HIGH] = {I64 I64, true, second_of_two, sizeof second_of_two},
    [MULTIPLY] = {I64 I64, true, product, sizeof product},
    [ADD] = {I64 I64, true, sum, sizeof sum},
    [UNSIGNED] = {I64, true, first_of_two, sizeof first_of_two},
    [FROM_PARTS] = {I32 I64 I64, false, store_parts, sizeof store_parts},
};

/* Parameters: 0 where the product goes, 1 and 2 the first factor, 3 and 4 the second, lower half first. */
#define LOW_1 0x20, 1, 0x20, 2, CALL, LOW
#define LOW_2 0x20, 3, 0x20, 4, CALL, LOW
#define HIGH_1 0x20, 1, 0x20, 2, CALL, HIGH
#define HIGH_2 0x20, 3, 0x20, 4, CALL, HIGH
#define LOWER_32 0x42, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x83 /* i64.const 0xffffffff, i64.and */
#define UPPER_32 0x42, 32, 0x88                           /* i64.const 32, i64.shr_u */
#define TIMES CALL, MULTIPLY

static const uint8_t slow_body[] = {
    /* the frame: 16 bytes below global 0, in local 5 */
    2, 1, 0x7f, 3, 0x7e, 0x23, 0, 0x41, 16, 0x6b, 0x22, 5, 0x24, 0,
    /* local 6: lower times lower 32 bits */
    LOW_1, LOWER_32, LOW_2, LOWER_32, TIMES, 0x21, 6,
    /* local 7: upper times lower, and the carry; local 8: its upper 32 bits */
    LOW_1, UPPER_32, LOW_2, LOWER_32, TIMES, 0x20, 6, UPPER_32, 0x7c, 0x22, 7, UPPER_32, CALL, UNSIGNED, 0x21, 8,
    /* into the frame: the lower half */
    0x20, 5, LOW_2, UPPER_32, LOW_1, LOWER_32, TIMES, 0x20, 7, LOWER_32, 0x7c, 0x22, 7, 0x42, 32, 0x86, 0x20, 6,
    LOWER_32, 0x84,
    /* and the upper half */
    0x20, 8, 0x20, 7, UPPER_32, CALL, UNSIGNED, 0x7c, LOW_1, UPPER_32, LOW_2, UPPER_32, TIMES, CALL, UNSIGNED, 0x7c,
    HIGH_1, LOW_2, CALL, UNSIGNED, TIMES, CALL, ADD, LOW_1, CALL, UNSIGNED, HIGH_2, TIMES, CALL, ADD, CALL, FROM_PARTS,
    /* from there to where it goes; the frame is given back */
    0x20, 5, 0x29, 3, 0, 0x21, 3, 0x20, 0, 0x20, 5, 0x41, 8, 0x6a, 0x29, 3, 0, 0x37, 3, 8, 0x20, 0, 0x20, 3, 0x37, 3, 0,
    0x20, 5, 0x41, 16, 0x6a, 0x24, 0, OP_END};

static const function_pattern_t slow = {I32 I64 I64 I64 I64, false, slow_body, sizeof slow_body};

/* The same product, with the same writes: the upper, then the lower half, into the frame, then to where it goes. */
static const uint8_t wide_body[] = {
    2, 1, 0x7f, 3, 0x7e,
    /* i64.mul_wide_u of the lower halves; to its upper half, each upper half times the other factor's lower half */
    0x20, 1, 0x20, 3, 0xfc, 22, 0x20, 2, 0x20, 3, 0x7e, 0x7c, 0x20, 1, 0x20, 4, 0x7e, 0x7c, 0x21, 7, 0x21, 6,
    /* the frame */
    0x23, 0, 0x41, 16, 0x6b, 0x22, 5, 0x20, 7, 0x37, 3, 8, 0x20, 5, 0x20, 6, 0x37, 3, 0,
    /* where it goes */
    0x20, 0, 0x20, 7, 0x37, 3, 8, 0x20, 0, 0x20, 6, 0x37, 3, 0};

static bool has_type(const sce_blob_t *blob, uint32_t function, const function_pattern_t *pattern) {
  const sce_wasm_function_type_t *type = &blob->types[blob->function_types[function]];
  return sce_span_equal(type->params, sce_span_text(pattern->params)) &&
         sce_span_equal(type->results, sce_span_text(pattern->has_result ? I64 : ""));
}

static bool is_helper(const sce_blob_t *blob, uint32_t function, helper_t helper) {
  const function_pattern_t *pattern = &helpers[helper];
  if (function < blob->imported_functions || function >= blob->function_count || !has_type(blob, function, pattern))
    return false;
  const body_t *body = &blob->bodies[function - blob->imported_functions];
  return body->size == pattern->len && memcmp(blob->code.data + body->offset, pattern->body, pattern->len) == 0;
}

/* Passes a call of the helper; NULL where it is none. */
static const uint8_t *pass_call(const sce_blob_t *blob, const uint8_t *at, const uint8_t *end, helper_t helper) {
  uint32_t function;
  bool padded;
  if (at == end || *at++ != OP_CALL) return NULL;
  at = sce_leb_u32(at, end, &function, &padded);
  return at != NULL && is_helper(blob, function, helper) ? at : NULL;
}

static bool is_slow(const sce_blob_t *blob, uint32_t function) {
  const body_t *body = &blob->bodies[function - blob->imported_functions];
  const uint8_t *at = blob->code.data + body->offset, *end = at + body->size;
  if (body->size < slow.len || !has_type(blob, function, &slow)) return false;
  for (size_t i = 0; i < slow.len && at != NULL; i++) {
    if (slow.body[i] == CALL)
      at = pass_call(blob, at, end, (helper_t)slow.body[++i]);
    else
      at = at < end && *at == slow.body[i] ? at + 1 : NULL;
  }
  return at == end;
}

/* The slow function sets global 0, the wide one only reads it: an invalid module must not become a valid one. */
static bool has_stack_pointer(const sce_blob_t *blob) {
  return blob->global_count > 0 && blob->globals[0].is_mutable && blob->globals[0].value_type == SCE_WASM_I32;
}

void sce_multiply_widen(const sce_blob_t *blob, uint8_t *section, size_t start) {
  if (!has_stack_pointer(blob)) return;
  for (uint32_t i = 0; i < blob->body_count; i++) {
    if (!is_slow(blob, blob->imported_functions + i)) continue;
    uint8_t *body = section + (blob->bodies[i].offset - start);
    memset(body, OP_NOP, blob->bodies[i].size - 1); /* the last byte is its end already */
    memcpy(body, wide_body, sizeof wide_body);
  }
}

_Static_assert(sizeof wide_body < sizeof slow_body, "the wide body must fit the slow one's place");
