/* proposals.c: reads every instruction, and refuses what the configuration does not allow.
 *
 * What upstream accepts, end to end: its first parser (parity-wasm 0.45 inside of wasm-instrument 0.4, as
 * sc-executor-common 0.47 builds it: no features) knows the first version of WebAssembly alone, mutable globals
 * included; sign extension and saturating conversion fail there, whatever the engine's setting. The engine's setting
 * (sc-executor-wasmtime 0.47, runtime.rs, common_config) leaves both on, and so does scexec: that runs more code
 * than upstream, and none of upstream's differently. The four switches are those of sc_executor_wasmtime::Semantics;
 * its wasm_simd switches relaxed SIMD too.
 *
 * Indices are checked here, so that metering may trust them; types are left to Wasmtime's validation. */
#include "blob/operator.h"

#include "base/buf.h"

#include <stdio.h>

#define OP_GLOBAL_SET 0x24

typedef struct scan {
  const sce_blob_t *blob;
  uint32_t allowed;     /* set of proposals */
  uint32_t function;    /* index of the function that is read */
  uint32_t locals;      /* its parameters and locals */
  uint32_t depth;       /* its open blocks, itself included */
  uint8_t floats;       /* see sce_blob_scan() */
  uint8_t classes[256]; /* by opcode */
} scan_t;

/* "malformed module: code section, function 12 (name), offset 345: <formatted>". */
static sce_error_t *fail(const scan_t *s, const uint8_t *at, const char *format, ...) SCE_PRINTF(3, 4) SCE_NEVER_NULL;
static sce_error_t *fail(const scan_t *s, const uint8_t *at, const char *format, ...) {
  char function[SCE_DESCRIPTION_SIZE];
  va_list args;
  va_start(args, format);
  sce_error_t *err = sce_error_vnew(SCE_BAD_CODE, format, args);
  va_end(args);
  sce_blob_describe_function(s->blob, function, s->function);
  return sce_error_prefix(err, "malformed module: code section, %s, offset %zu", function,
                          (size_t)(at - s->blob->code.data));
}

static const char *why_not(proposal_t proposal) {
  return proposal >= PROPOSAL_FIRST_NEVER ? "which no runtime may use" : "which the configuration does not allow";
}

static sce_error_t *refuse(const scan_t *s, const uint8_t *at, proposal_t proposal, const char *what) {
  char function[SCE_DESCRIPTION_SIZE];
  sce_blob_describe_function(s->blob, function, s->function);
  return sce_error_new(SCE_BAD_CODE, "code section, %s, offset %zu: %s needs the proposal %s, %s", function,
                       (size_t)(at - s->blob->code.data), what, sce_proposal_name(proposal), why_not(proposal));
}

static sce_error_t *refuse_operator(const scan_t *s, const uint8_t *at, const operator_t *op, proposal_t proposal) {
  char what[32];
  bool prefixed = op->form == FORM_MISC || op->form == FORM_SIMD;
  snprintf(what, sizeof what, prefixed ? "opcode 0x%02x 0x%02x" : "opcode 0x%02x", op->code, op->sub);
  if (proposal == PROPOSAL_COUNT) return fail(s, at, "%s does not exist", what);
  return refuse(s, at, proposal, what);
}

static sce_error_t *check_index(const scan_t *s, const uint8_t *at, const char *what, uint32_t index, uint32_t count) {
  if (index < count) return NULL;
  return fail(s, at, "%s %u does not exist (there are %u)", what, index, count);
}

/* The a + 1 labels of br_table. */
static sce_error_t *check_labels(const scan_t *s, const uint8_t **next, const uint8_t *end, const operator_t *op) {
  const uint8_t *at = *next;
  bool padded = false;
  for (uint64_t i = 0; i <= op->a; i++) {
    uint32_t label;
    const uint8_t *behind = sce_operator_u32(at, end, &label, &padded);
    if (behind == NULL) return fail(s, at, "malformed or cut off label of br_table");
    SCE_TRY(check_index(s, at, "label", label, s->depth));
    at = behind;
  }
  *next = at;
  return NULL;
}

static sce_error_t *check_misc(const scan_t *s, const uint8_t *at, const operator_t *op) {
  const sce_blob_t *blob = s->blob;
  uint32_t memory = op->sub == MISC_MEMORY_INIT ? op->b : op->a | (op->sub == MISC_MEMORY_COPY ? op->b : 0);
  switch (op->sub) {
    case MISC_MEMORY_INIT:
    case MISC_DATA_DROP:
      if (!blob->has_data_count) return fail(s, at, "the data count section is missing, which this instruction needs");
      SCE_TRY(check_index(s, at, "data segment", op->a, blob->data_count));
      if (op->sub == MISC_DATA_DROP) return NULL;
      break;
    case MISC_MEMORY_COPY:
    case MISC_MEMORY_FILL: break;
    case MISC_TABLE_INIT:
      SCE_TRY(check_index(s, at, "element segment", op->a, blob->element_count));
      return check_index(s, at, "table", op->b, blob->table_count);
    case MISC_ELEM_DROP: return check_index(s, at, "element segment", op->a, blob->element_count);
    case MISC_TABLE_COPY:
      SCE_TRY(check_index(s, at, "table", op->b, blob->table_count));
      return check_index(s, at, "table", op->a, blob->table_count);
    case MISC_TABLE_GROW:
    case MISC_TABLE_SIZE:
    case MISC_TABLE_FILL: return check_index(s, at, "table", op->a, blob->table_count);
    default: return NULL;
  }
  if (memory != 0) return refuse(s, at, PROPOSAL_MULTI_MEMORY, "a memory other than 0");
  return check_index(s, at, "memory", 0, blob->memory_count);
}

static sce_error_t *check_block(scan_t *s, const uint8_t *at, const operator_t *op) {
  const sce_blob_t *blob = s->blob;
  s->depth++;
  if (op->sub == 0) return check_index(s, at, "type", op->a, blob->type_count);
  if (op->sub == 0x40 || (op->sub >= SCE_WASM_F64 && op->sub <= SCE_WASM_I32)) return NULL;
  proposal_t proposal = op->sub == SCE_WASM_V128                                       ? PROPOSAL_SIMD
                        : op->sub == SCE_WASM_FUNCREF || op->sub == SCE_WASM_EXTERNREF ? PROPOSAL_REFERENCE_TYPES
                                                                                       : PROPOSAL_COUNT;
  if (proposal == PROPOSAL_COUNT) return fail(s, at, "0x%02x is not the type of a block", op->sub);
  return s->allowed & PROPOSAL_BIT(proposal) ? NULL : refuse(s, at, proposal, "this type of a block");
}

/* What an operator names exists; and it may be used. */
static sce_error_t *check_operator(scan_t *s, const uint8_t *at, const operator_t *op) {
  const sce_blob_t *blob = s->blob;
  proposal_t proposal = sce_operator_proposal(op);
  if (proposal == PROPOSAL_COUNT || !(s->allowed & PROPOSAL_BIT(proposal))) return refuse_operator(s, at, op, proposal);
  s->floats |= sce_operator_floats(op);
  switch (op->form) {
    case FORM_BLOCK: return check_block(s, at, op);
    case FORM_LABEL: return check_index(s, at, "label", op->a, s->depth);
    case FORM_CALL:
    case FORM_REF_FUNC: return check_index(s, at, "function", op->a, blob->function_count);
    case FORM_CALL_INDIRECT:
      SCE_TRY(check_index(s, at, "type", op->a, blob->type_count));
      return check_index(s, at, "table", op->b, blob->table_count);
    case FORM_LOCAL: return check_index(s, at, "local", op->a, s->locals);
    case FORM_GLOBAL:
      SCE_TRY(check_index(s, at, "global", op->a, blob->global_count));
      /* Wasmtime's validation may see it as a mutable one (sce_blob_rewrite_t.float_globals_mutable). */
      if (op->code == OP_GLOBAL_SET && !blob->globals[op->a].is_mutable)
        return fail(s, at, "global %u is immutable", op->a);
      return NULL;
    case FORM_TABLE: return check_index(s, at, "table", op->a, blob->table_count);
    case FORM_MEMORY: return check_index(s, at, "memory", 0, blob->memory_count);
    case FORM_MEMARG:
      if (op->a > MEMARG_MAX_ALIGNMENT) return fail(s, at, "alignment 2^%u is too large", op->a);
      return check_index(s, at, "memory", 0, blob->memory_count);
    case FORM_SELECT:
    case FORM_REF_NULL:
      if ((op->a >= SCE_WASM_F64 && op->a <= SCE_WASM_I32 && op->form == FORM_SELECT) || op->a == SCE_WASM_FUNCREF ||
          op->a == SCE_WASM_EXTERNREF || (op->a == SCE_WASM_V128 && op->form == FORM_SELECT))
        return NULL;
      return fail(s, at, "0x%02x is not a type that scexec knows here", op->a);
    case FORM_MISC: return check_misc(s, at, op);
    default: return NULL;
  }
}

/* The operators that make up nearly all code, by how they are read and what bounds their index; those of SLOW are read
 * one by one. */
enum { SLOW, PLAIN, END, BLOCK, MEMARG, CONSTANT, LOCAL, LABEL, CALL, GLOBAL, CLASSES };

static uint8_t class_of(uint8_t code) {
  const operator_t op = {.code = code, .form = sce_operator_forms[code]};
  if (sce_operator_proposals[code] != PROPOSAL_MVP || sce_operator_floats(&op) != 0) return SLOW;
  switch (sce_operator_forms[code]) {
    case FORM_PLAIN: return PLAIN;
    case FORM_END: return END;
    case FORM_BLOCK: return BLOCK;
    case FORM_MEMARG: return MEMARG;
    case FORM_I32:
    case FORM_I64: return CONSTANT;
    case FORM_LOCAL: return LOCAL;
    case FORM_LABEL: return LABEL;
    case FORM_CALL: return CALL;
    case FORM_GLOBAL: return GLOBAL;
    default: return SLOW;
  }
}

/* Block types that need no proposal. */
static bool is_mvp_block(uint8_t type) {
  return type == 0x40 || (type >= SCE_WASM_F64 && type <= SCE_WASM_I32);
}

/* The longest operator of the other classes that is read here: an opcode and two integers of 4 bytes. */
#define FAST_BYTES 9

/* Skips operators that are well-formed and allowed; stops at the first that needs a closer look, and at the end of the
 * function's outermost block. `bounds`, by class: what an index must be below. */
static const uint8_t *skip_simple(scan_t *s, const uint8_t *at, const uint8_t *end, uint32_t bounds[CLASSES]) {
  uint32_t depth = s->depth;
  bounds[LABEL] = depth;
  while (end - at >= FAST_BYTES) {
    uint8_t class = s->classes[*at];
    if (class == PLAIN) {
      at++;
      continue;
    }
    if (class <= BLOCK) {
      if (class == BLOCK && is_mvp_block(at[1])) {
        bounds[LABEL] = ++depth;
        at += 2;
      } else if (class == END && depth > 1) {
        bounds[LABEL] = --depth;
        at++;
      } else {
        break;
      }
      continue;
    }
    uint32_t value = at[1];
    unsigned len = value < 0x80 ? 1 : sce_leb_short(at + 1, &value);
    if (len == 0 || value >= bounds[class]) break;
    if (class == MEMARG) {
      uint32_t offset = at[1 + len];
      unsigned more = offset < 0x80 ? 1 : sce_leb_short(at + 1 + len, &offset);
      if (more == 0) break;
      len += more;
    }
    at += 1 + len;
  }
  s->depth = depth;
  return at;
}

static sce_error_t *scan_operators(scan_t *s, const uint8_t *at, const uint8_t *end) {
  const sce_blob_t *blob = s->blob;
  uint32_t bounds[CLASSES] = {[CONSTANT] = UINT32_MAX,
                              [LOCAL] = s->locals,
                              [CALL] = blob->function_count,
                              [GLOBAL] = blob->global_count,
                              [MEMARG] = blob->memory_count == 1 ? MEMARG_MAX_ALIGNMENT + 1 : 0};
  operator_t op = {0};
  s->depth = 1;
  for (;;) {
    at = skip_simple(s, at, end, bounds);
    if (at == end) return fail(s, end, "the function body ends within a block");
    const uint8_t *next = sce_operator_read(at, end, &op);
    if (next == NULL) return fail(s, at, "what follows opcode 0x%02x is malformed or cut off", op.code);
    if (op.form == FORM_END) {
      if (--s->depth == 0) return next == end ? NULL : fail(s, next, "instructions behind the end of the function");
    } else {
      SCE_TRY(check_operator(s, at, &op));
      if (op.form == FORM_LABELS) SCE_TRY(check_labels(s, &next, end, &op));
    }
    at = next;
  }
}

/* The groups of locals before the instructions: a count and a type each. */
static sce_error_t *scan_locals(scan_t *s, const uint8_t **start, const uint8_t *end) {
  const sce_blob_t *blob = s->blob;
  const uint8_t *at = *start;
  uint32_t groups = 0, count, total = 0;
  bool padded = false;
  const uint8_t *next = sce_operator_u32(at, end, &groups, &padded);
  for (uint32_t i = 0; next != NULL && i < groups; i++) {
    at = next;
    next = sce_operator_u32(at, end, &count, &padded);
    if (next == NULL || next == end) break;
    uint8_t type = *next++;
    if (count > MAX_LOCALS - total) return fail(s, at, "more than %u locals", MAX_LOCALS);
    total += count;
    if (type >= SCE_WASM_F64 && type <= SCE_WASM_I32) continue;
    proposal_t proposal = type == SCE_WASM_V128 ? PROPOSAL_SIMD : PROPOSAL_REFERENCE_TYPES;
    if (type != SCE_WASM_V128 && type != SCE_WASM_FUNCREF && type != SCE_WASM_EXTERNREF)
      return fail(s, next - 1, "0x%02x is not the type of a local", type);
    if (!(s->allowed & PROPOSAL_BIT(proposal))) return refuse(s, next - 1, proposal, "a local of this type");
  }
  if (next == NULL || next == end)
    return fail(s, at, "the function body ends within its locals, or they are malformed");
  s->locals = (uint32_t)blob->types[blob->function_types[s->function]].params.len + total;
  *start = next;
  return NULL;
}

bool sce_blob_has_float_constants(const sce_blob_t *blob) {
  for (uint32_t i = blob->imported_globals; i < blob->global_count; i++) {
    const sce_wasm_global_t *global = &blob->globals[i];
    if (!global->is_mutable && (global->value_type == SCE_WASM_F32 || global->value_type == SCE_WASM_F64)) return true;
  }
  return false;
}

static sce_error_t *scan_bodies(const sce_blob_t *blob, uint32_t allowed, uint8_t *floats) {
  scan_t s = {.blob = blob, .allowed = allowed};
  for (int code = 0; code < 256; code++) s.classes[code] = class_of((uint8_t)code);
  if (sce_blob_has_float_constants(blob)) s.classes[OP_GLOBAL_SET] = SLOW;
  for (uint32_t i = 0; i < blob->body_count; i++) {
    const uint8_t *at = blob->code.data + blob->bodies[i].offset, *end = at + blob->bodies[i].size;
    s.function = blob->imported_functions + i;
    SCE_TRY(scan_locals(&s, &at, end));
    SCE_TRY(scan_operators(&s, at, end));
  }
  *floats = s.floats;
  return NULL;
}

static sce_error_t *check_declarations(const sce_blob_t *blob, uint32_t allowed) {
  for (proposal_t p = 0; p < PROPOSAL_COUNT; p++) {
    const proposal_use_t *use = &blob->uses[p];
    if (use->section != NULL && !(allowed & PROPOSAL_BIT(p)))
      return sce_error_new(SCE_BAD_CODE, "%s section, offset %u: %s needs the proposal %s, %s", use->section,
                           use->offset, use->what, sce_proposal_name(p), why_not(p));
  }
  return NULL;
}

sce_error_t *sce_blob_scan(const sce_blob_t *blob, const sce_proposals_t *allowed, uint8_t *floats) {
  uint32_t set = PROPOSAL_BIT(PROPOSAL_MVP) | PROPOSAL_BIT(PROPOSAL_SIGN_EXTENSION) |
                 PROPOSAL_BIT(PROPOSAL_SATURATING_FLOAT_TO_INT);
  if (allowed != NULL) {
    if (allowed->multi_value) set |= PROPOSAL_BIT(PROPOSAL_MULTI_VALUE);
    if (allowed->reference_types) set |= PROPOSAL_BIT(PROPOSAL_REFERENCE_TYPES);
    if (allowed->bulk_memory) set |= PROPOSAL_BIT(PROPOSAL_BULK_MEMORY);
    if (allowed->simd) set |= PROPOSAL_BIT(PROPOSAL_SIMD) | PROPOSAL_BIT(PROPOSAL_RELAXED_SIMD);
  }
  SCE_TRY(check_declarations(blob, set));
  return scan_bodies(blob, set, floats);
}

sce_error_t *sce_blob_check_proposals(const sce_blob_t *blob, const sce_proposals_t *allowed) {
  uint8_t floats;
  return sce_blob_scan(blob, allowed, &floats);
}
