/* operator.c: the tables of opcodes, and the operators that are rare. Opcodes of proposals that are not part of the
 * specification 2.0: wasmparser 0.254, src/lib.rs. */
#include "blob/operator.h"

#include <string.h>

const char sce_operator_forms[256 + 1] =
    "..bbb.-----errt."  /* 00 unreachable nop block loop if else (exceptions) end br br_if br_table return */
    "ci----!!--..s!!-"  /* 10 call call_indirect (tail calls, references, exceptions) drop select select */
    "vvvggTT!mmmmmmmm"  /* 20 local.get .set .tee global.get .set table.get .set, loads */
    "mmmmmmmmmmmmmmmM"  /* 30 loads, stores, memory.size */
    "M36fd..........."  /* 40 memory.grow, constants, comparisons */
    "................"  /* 50 */
    "................"  /* 60 arithmetic */
    "................"  /* 70 */
    "................"  /* 80 */
    "................"  /* 90 */
    "................"  /* a0 conversions */
    "................"  /* b0 */
    ".....!!!!!!!!!!!"  /* c0 sign extension */
    "n.F----!!!!!!!!!"  /* d0 ref.null ref.is_null ref.func (references) */
    "-------!!!!!!!!!"  /* e0 (stack switching) */
    "!!!!!!!!!!!-xV-!"; /* f0 (garbage collection) miscellaneous, vectors, (threads) */

const uint8_t sce_operator_proposals[256] = {
    [0x1c] = PROPOSAL_REFERENCE_TYPES, [0x25] = PROPOSAL_REFERENCE_TYPES, [0x26] = PROPOSAL_REFERENCE_TYPES,
    [0xc0] = PROPOSAL_SIGN_EXTENSION,  [0xc1] = PROPOSAL_SIGN_EXTENSION,  [0xc2] = PROPOSAL_SIGN_EXTENSION,
    [0xc3] = PROPOSAL_SIGN_EXTENSION,  [0xc4] = PROPOSAL_SIGN_EXTENSION,  [0xd0] = PROPOSAL_REFERENCE_TYPES,
    [0xd1] = PROPOSAL_REFERENCE_TYPES, [0xd2] = PROPOSAL_REFERENCE_TYPES,
};

/* Second opcodes of 0xfd below 0x100 that are not used, and the end of the relaxed ones. */
static const uint8_t simd_gaps[] = {0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb,
                                    0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4, 0xe2, 0xee};
#define SIMD_RELAXED 0x100u
#define SIMD_END 0x114u

static proposal_t never_proposal(uint8_t code) {
  switch (code) {
    case 0x12:
    case 0x13: return PROPOSAL_TAIL_CALLS;
    case 0x14:
    case 0x15:
    case 0xd4:
    case 0xd5:
    case 0xd6: return PROPOSAL_FUNCTION_REFERENCES;
    case 0xd3:
    case 0xfb: return PROPOSAL_GARBAGE_COLLECTION;
    case 0xfe: return PROPOSAL_THREADS;
    default: return code >= 0xe0 ? PROPOSAL_STACK_SWITCHING : PROPOSAL_EXCEPTIONS;
  }
}

static proposal_t misc_proposal(uint32_t sub) {
  if (sub < MISC_MEMORY_INIT) return PROPOSAL_SATURATING_FLOAT_TO_INT;
  if (sub < MISC_TABLE_GROW) return PROPOSAL_BULK_MEMORY;
  if (sub <= MISC_TABLE_FILL) return PROPOSAL_REFERENCE_TYPES;
  if (sub == 18) return PROPOSAL_MEMORY_CONTROL;
  return sub <= 22 ? PROPOSAL_WIDE_ARITHMETIC : PROPOSAL_COUNT;
}

static proposal_t simd_proposal(uint32_t sub) {
  if (sub >= SIMD_END) return PROPOSAL_COUNT;
  if (sub >= SIMD_RELAXED) return PROPOSAL_RELAXED_SIMD;
  return memchr(simd_gaps, (int)sub, sizeof simd_gaps) != NULL ? PROPOSAL_COUNT : PROPOSAL_SIMD;
}

proposal_t sce_operator_proposal(const operator_t *op) {
  switch (op->form) {
    case FORM_UNKNOWN: return PROPOSAL_COUNT;
    case FORM_NEVER: return never_proposal(op->code);
    case FORM_MISC: return misc_proposal(op->sub);
    case FORM_SIMD: return simd_proposal(op->sub);
    case FORM_BLOCK: return op->sub == 0 ? PROPOSAL_MULTI_VALUE : PROPOSAL_MVP;
    case FORM_CALL_INDIRECT: return op->sub == 0 ? PROPOSAL_MVP : PROPOSAL_REFERENCE_TYPES;
    case FORM_MEMORY: return op->a == 0 ? PROPOSAL_MVP : PROPOSAL_MULTI_MEMORY;
    case FORM_MEMARG: return op->a & MEMARG_HAS_MEMORY ? PROPOSAL_MULTI_MEMORY : PROPOSAL_MVP;
    default: return (proposal_t)sce_operator_proposals[op->code];
  }
}

static const uint8_t *skip(const uint8_t *at, const uint8_t *end, size_t len) {
  return (size_t)(end - at) < len ? NULL : at + len;
}

static const uint8_t *read_byte(const uint8_t *at, const uint8_t *end, uint32_t *value) {
  if (at == end) return NULL;
  *value = *at;
  return at + 1;
}

/* A block type is one byte, or a type index as s33 that is not negative. */
static const uint8_t *read_block_type(const uint8_t *at, const uint8_t *end, operator_t *op) {
  if (at == end) return NULL;
  if ((*at & 0xc0) == 0x40) return read_byte(at, end, &op->sub);
  int64_t index;
  at = sce_leb_s33(at, end, &index, &op->padded);
  if (at == NULL || index < 0) return NULL;
  op->sub = 0;
  op->a = (uint32_t)index;
  return at;
}

static const uint8_t *read_call_indirect(const uint8_t *at, const uint8_t *end, operator_t *op) {
  at = sce_operator_u32(at, end, &op->a, &op->padded);
  if (at == NULL || at == end) return NULL;
  op->sub = *at != 0;
  return sce_operator_u32(at, end, &op->b, &op->padded);
}

/* The indices behind 0xfc. Memory indices are one byte without multi-memory: in `b` of memory.init, `a` of memory.fill,
 * `a` and `b` of memory.copy. */
static const uint8_t *read_misc(const uint8_t *at, const uint8_t *end, operator_t *op) {
  at = sce_operator_u32(at, end, &op->sub, &op->padded);
  if (at == NULL) return NULL;
  switch (op->sub) {
    case MISC_MEMORY_INIT:
      at = sce_operator_u32(at, end, &op->a, &op->padded);
      return at == NULL ? NULL : read_byte(at, end, &op->b);
    case MISC_MEMORY_COPY: at = read_byte(at, end, &op->a); return at == NULL ? NULL : read_byte(at, end, &op->b);
    case MISC_MEMORY_FILL: return read_byte(at, end, &op->a);
    case MISC_TABLE_INIT:
    case MISC_TABLE_COPY:
      at = sce_operator_u32(at, end, &op->a, &op->padded);
      return at == NULL ? NULL : sce_operator_u32(at, end, &op->b, &op->padded);
    case MISC_DATA_DROP:
    case MISC_ELEM_DROP:
    case MISC_TABLE_GROW:
    case MISC_TABLE_SIZE:
    case MISC_TABLE_FILL: return sce_operator_u32(at, end, &op->a, &op->padded);
    default: return at;
  }
}

static const uint8_t *read_simd(const uint8_t *at, const uint8_t *end, operator_t *op) {
  at = sce_operator_u32(at, end, &op->sub, &op->padded);
  if (at == NULL) return NULL;
  if (op->sub == 0x0c || op->sub == 0x0d) return skip(at, end, 16);    /* v128.const, i8x16.shuffle */
  if (op->sub >= 0x15 && op->sub <= 0x22) return skip(at, end, 1);     /* lanes */
  if (op->sub > 0x0b && (op->sub < 0x54 || op->sub > 0x5d)) return at; /* neither load nor store */
  at = sce_operator_u32(at, end, &op->a, &op->padded);
  if (at == NULL || op->a > MEMARG_MAX_ALIGNMENT) return NULL;
  at = sce_operator_u32(at, end, &op->b, &op->padded);
  if (at == NULL) return NULL;
  return op->sub >= 0x54 && op->sub <= 0x5b ? skip(at, end, 1) : at; /* loads and stores of a lane */
}

const uint8_t *sce_operator_read_rest(const uint8_t *at, const uint8_t *end, operator_t *op) {
  int32_t narrow;
  int64_t wide;
  switch (op->form) {
    case FORM_UNKNOWN:
    case FORM_NEVER: return at;
    case FORM_BLOCK: return read_block_type(at, end, op);
    case FORM_LABELS:
    case FORM_TABLE:
    case FORM_REF_FUNC: return sce_operator_u32(at, end, &op->a, &op->padded);
    case FORM_CALL_INDIRECT: return read_call_indirect(at, end, op);
    case FORM_MEMORY:
    case FORM_REF_NULL: return read_byte(at, end, &op->a);
    case FORM_I32: return sce_leb_s32(at, end, &narrow, &op->padded);
    case FORM_I64: return sce_leb_s64(at, end, &wide, &op->padded);
    case FORM_F32: return skip(at, end, 4);
    case FORM_F64: return skip(at, end, 8);
    case FORM_SELECT: return at < end && *at == 1 ? read_byte(at + 1, end, &op->a) : NULL;
    case FORM_MISC: return read_misc(at, end, op);
    case FORM_SIMD: return read_simd(at, end, op);
    default: return NULL;
  }
}
