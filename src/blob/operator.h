/* operator.h: reads one instruction. Table-driven and inline, since a runtime has millions of them; what is rare is
 * read in operator.c. Source: WebAssembly specification 2.0, section 5.4. */
#ifndef SCE_BLOB_OPERATOR_H
#define SCE_BLOB_OPERATOR_H

#include "base/checked.h"
#include "blob/reader.h"

/* What follows an opcode. */
typedef enum operator_form {
  FORM_UNKNOWN = '!',       /* no such opcode */
  FORM_NEVER = '-',         /* of a proposal that is never accepted; not read any further */
  FORM_PLAIN = '.',         /* nothing */
  FORM_BLOCK = 'b',         /* block type: `sub` 0x40, a value type, or 0 with the type index in `a` */
  FORM_END = 'e',           /* nothing; `end` */
  FORM_LABEL = 'r',         /* label `a` */
  FORM_LABELS = 't',        /* count `a`; then a + 1 labels, which the caller reads by sce_operator_u32() */
  FORM_CALL = 'c',          /* function `a` */
  FORM_CALL_INDIRECT = 'i', /* type `a`, table `b`; `sub` is 1 when the table is not the one byte 0 */
  FORM_LOCAL = 'v',         /* local `a` */
  FORM_GLOBAL = 'g',        /* global `a` */
  FORM_TABLE = 'T',         /* table `a` */
  FORM_MEMARG = 'm',        /* alignment `a`, offset `b` */
  FORM_MEMORY = 'M',        /* memory `a`, a byte */
  FORM_I32 = '3',
  FORM_I64 = '6',
  FORM_F32 = 'f',
  FORM_F64 = 'd',
  FORM_SELECT = 's',   /* one value type `a` */
  FORM_REF_NULL = 'n', /* reference type `a` */
  FORM_REF_FUNC = 'F', /* function `a` */
  FORM_MISC = 'x',     /* 0xfc: second opcode `sub`, up to two indices `a`, `b` */
  FORM_SIMD = 'V'      /* 0xfd: second opcode `sub` */
} operator_form_t;

typedef struct operator_ {
  uint8_t code;
  char form;   /* an operator_form_t */
  bool padded; /* set, never cleared: an integer is longer than need be */
  uint32_t sub;
  uint32_t a;
  uint32_t b;
} operator_t;

/* Form of each one-byte opcode, and the proposal that brought it (PROPOSAL_MVP where the form is 'x', 'V' or '-'). */
extern const char sce_operator_forms[256 + 1];
extern const uint8_t sce_operator_proposals[256];

/* The second opcodes of 0xfc that have indices. */
#define MISC_MEMORY_INIT 8u
#define MISC_DATA_DROP 9u
#define MISC_MEMORY_COPY 10u
#define MISC_MEMORY_FILL 11u
#define MISC_TABLE_INIT 12u
#define MISC_ELEM_DROP 13u
#define MISC_TABLE_COPY 14u
#define MISC_TABLE_GROW 15u
#define MISC_TABLE_SIZE 16u
#define MISC_TABLE_FILL 17u

/* A flag of an alignment: a memory index follows (multi-memory). Below it only 0 to 31 are well-formed. */
#define MEMARG_HAS_MEMORY 64u
#define MEMARG_MAX_ALIGNMENT 31u

/* The proposal that an operator needs; PROPOSAL_COUNT for an opcode that does not exist. */
proposal_t sce_operator_proposal(const operator_t *op);

/* Operators of floats in which compilers differ: their sets, for sce_operator_floats(). */
enum {
  /* add, mul, min, max: of two NaNs the result is one, and which, the compiler's choice. Cranelift takes the other one
   * of a sum or product whose left operand is a load that it can fold into the instruction (isa/x64/lower.isle), Winch
   * of min and max. All other operators have one operand, or keep the order of two. */
  FLOATS_PICK_NAN = 1,
  /* neg and mul: Cranelift takes two signs out of a product, also out of that of a NaN (opts/arithmetic.isle). */
  FLOATS_NEGATE = 2,
  FLOATS_MULTIPLY = 4
};

/* Of which of these sets the operator is. */
static inline uint8_t sce_operator_floats(const operator_t *op) {
  if (op->code < 0x8c) return 0;
  switch (op->code) {
    case 0x8c: /* f32.neg */
    case 0x9a: return FLOATS_NEGATE;
    case 0x94: /* f32.mul */
    case 0xa2: return FLOATS_MULTIPLY | FLOATS_PICK_NAN;
    case 0x92: /* f32.add, f32.min, f32.max */
    case 0x96:
    case 0x97:
    case 0xa0:
    case 0xa4:
    case 0xa5: return FLOATS_PICK_NAN;
    case 0xfd: /* neg and mul of f32x4, of f64x2 */
      if (op->sub == 0xe1 || op->sub == 0xed) return FLOATS_NEGATE;
      return op->sub == 0xe6 || op->sub == 0xf2 ? FLOATS_MULTIPLY : 0;
    default: return 0;
  }
}

/* What follows the opcode, in the forms that sce_operator_read() leaves to it. */
const uint8_t *sce_operator_read_rest(const uint8_t *at, const uint8_t *end, operator_t *op);

/* A LEB128 integer of at most 4 bytes, read from 4 bytes at once without a branch on its length: that length, or 0
 * when it is longer. `*value` is the unsigned value. */
static inline unsigned sce_leb_short(const uint8_t *at, uint32_t *value) {
  uint32_t bytes = sce_load_le32(at), last = ~bytes & 0x80808080u;
  if (last == 0) return 0;
  unsigned bits = (unsigned)__builtin_ctz(last); /* of the last byte's top bit: 7, 15, 23 or 31 */
  bytes &= last ^ (last - 1);                    /* nothing behind the last byte */
  *value = (bytes & 0x7f) | (bytes >> 1 & 0x3f80) | (bytes >> 2 & 0x1fc000) | (bytes >> 3 & 0xfe00000);
  return (bits + 1) / 8;
}

static inline const uint8_t *sce_operator_u32(const uint8_t *at, const uint8_t *end, uint32_t *value, bool *padded) {
  unsigned len = end - at >= 4 ? sce_leb_short(at, value) : 0;
  if (len == 0) return sce_leb_u32(at, end, value, padded);
  if (len > 1 && at[len - 1] == 0) *padded = true;
  return at + len;
}

/* Reads the operator at `at` (below `end`). Returns the byte behind it, NULL when it is malformed or cut off. With
 * FORM_UNKNOWN and FORM_NEVER nothing behind the opcode is read. */
static inline const uint8_t *sce_operator_read(const uint8_t *at, const uint8_t *end, operator_t *op) {
  op->code = *at++;
  op->form = sce_operator_forms[op->code];
  switch (op->form) {
    case FORM_PLAIN:
    case FORM_END: return at;
    case FORM_LABEL:
    case FORM_CALL:
    case FORM_LOCAL:
    case FORM_GLOBAL: return sce_operator_u32(at, end, &op->a, &op->padded);
    case FORM_MEMARG:
      at = sce_operator_u32(at, end, &op->a, &op->padded);
      return at == NULL ? NULL : sce_operator_u32(at, end, &op->b, &op->padded);
    default: return sce_operator_read_rest(at, end, op);
  }
}

#endif
