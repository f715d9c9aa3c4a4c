/* parse_types.c: types, limits and constant expressions, which several sections hold. */
#include "blob/parse.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"

void *sce_parse_grow(wasm_reader_t *r, void *list, size_t count, size_t size) {
  if (r->err != NULL || count == 0) return list;
  void *grown = sce_realloc_array(list, count, size);
  if (grown != NULL) return grown;
  r->err = sce_error_oom();
  r->at = r->end;
  return list;
}

void sce_parse_note(sce_blob_t *blob, const wasm_reader_t *r, size_t offset, proposal_t proposal, const char *what) {
  proposal_use_t *use = &blob->uses[proposal];
  if (use->section == NULL && r->err == NULL) *use = (proposal_use_t){r->section, what, (uint32_t)offset};
}

/* Refuses the types of proposals that are never accepted, and bytes that are no type. */
static void refuse_type(wasm_reader_t *r, size_t offset, uint8_t type) {
  if (type == 0x63 || type == 0x64)
    sce_wasm_refuse(r, offset, PROPOSAL_FUNCTION_REFERENCES, "a typed reference");
  else if (type == 0x69 || type == 0x74)
    sce_wasm_refuse(r, offset, PROPOSAL_EXCEPTIONS, "an exception reference");
  else if (type == 0x68 || type == 0x75)
    sce_wasm_refuse(r, offset, PROPOSAL_STACK_SWITCHING, "a continuation reference");
  else if (type >= 0x6a && type <= 0x73)
    sce_wasm_refuse(r, offset, PROPOSAL_GARBAGE_COLLECTION, "a reference");
  else
    sce_wasm_fail(r, offset, "0x%02x is not a type", type);
}

uint8_t sce_parse_value_type(sce_blob_t *blob, wasm_reader_t *r) {
  size_t offset = wasm_offset(r);
  uint8_t type = sce_wasm_read_byte(r);
  if (r->err != NULL) return 0;
  if (type >= SCE_WASM_F64 && type <= SCE_WASM_I32) return type;
  if (type == SCE_WASM_V128)
    sce_parse_note(blob, r, offset, PROPOSAL_SIMD, "the type v128");
  else if (type == SCE_WASM_FUNCREF || type == SCE_WASM_EXTERNREF)
    sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, "a reference as value");
  else
    refuse_type(r, offset, type);
  return type;
}

uint8_t sce_parse_reference_type(sce_blob_t *blob, wasm_reader_t *r, bool mvp_funcref) {
  size_t offset = wasm_offset(r);
  uint8_t type = sce_wasm_read_byte(r);
  if (r->err != NULL) return 0;
  if (type != SCE_WASM_FUNCREF && type != SCE_WASM_EXTERNREF)
    refuse_type(r, offset, type);
  else if (type == SCE_WASM_EXTERNREF || !mvp_funcref)
    sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, type == SCE_WASM_EXTERNREF ? "externref" : "funcref");
  return type;
}

/* A function type: 0x60, parameters, results. */
static void parse_function_type(sce_blob_t *blob, wasm_reader_t *r, sce_wasm_function_type_t *type) {
  size_t offset = wasm_offset(r);
  uint8_t form = sce_wasm_read_byte(r);
  if (form == 0x4e || form == 0x4f || form == 0x50 || form == 0x5e || form == 0x5f)
    sce_wasm_refuse(r, offset, PROPOSAL_GARBAGE_COLLECTION, "this kind of type");
  else if (form == 0x5d)
    sce_wasm_refuse(r, offset, PROPOSAL_STACK_SWITCHING, "a continuation type");
  else if (form != 0x60)
    sce_wasm_fail(r, offset, "0x%02x is not a function type (0x60)", form);
  uint32_t count = sce_wasm_read_count(r, "parameters", MAX_PARAMS, 1);
  type->params = sce_span(r->at, count);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) sce_parse_value_type(blob, r);
  offset = wasm_offset(r);
  count = sce_wasm_read_count(r, "results", MAX_RESULTS, 1);
  type->results = sce_span(r->at, count);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) sce_parse_value_type(blob, r);
  if (count > 1) sce_parse_note(blob, r, offset, PROPOSAL_MULTI_VALUE, "a function with several results");
}

void sce_parse_types(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "types", MAX_TYPES, 3);
  blob->types = sce_parse_grow(r, blob->types, count, sizeof *blob->types);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    parse_function_type(blob, r, &blob->types[i]);
    blob->type_count = i + 1;
  }
}

static sce_wasm_init_t parse_global_get(sce_blob_t *blob, wasm_reader_t *r, uint8_t *type) {
  size_t offset = wasm_offset(r);
  uint32_t index = sce_wasm_read_index(r, "global", blob->global_count);
  if (r->err == NULL && (index >= blob->imported_globals || blob->globals[index].is_mutable))
    sce_wasm_fail(r, offset, "a constant expression may only read imported immutable globals, not global %u", index);
  if (r->err == NULL) *type = blob->globals[index].value_type;
  return (sce_wasm_init_t){SCE_WASM_INIT_GLOBAL, index};
}

/* The instruction of a constant expression behind its opcode; its type in `*type`. */
static sce_wasm_init_t parse_constant_op(sce_blob_t *blob, wasm_reader_t *r, uint8_t opcode, uint8_t *type) {
  size_t offset = wasm_offset(r) - 1;
  sce_wasm_init_t init = {SCE_WASM_INIT_CONST, 0};
  sce_span_t bytes;
  switch (opcode) {
    case 0x23: return parse_global_get(blob, r, type);
    case 0x41:
      *type = SCE_WASM_I32;
      init.bits = (uint32_t)sce_wasm_read_s32(r, "i32.const");
      break;
    case 0x42:
      *type = SCE_WASM_I64;
      init.bits = (uint64_t)sce_wasm_read_s64(r, "i64.const");
      break;
    case 0x43:
      *type = SCE_WASM_F32;
      bytes = sce_wasm_read_span(r, 4, "f32.const");
      if (r->err == NULL) init.bits = sce_load_le32(bytes.data);
      break;
    case 0x44:
      *type = SCE_WASM_F64;
      bytes = sce_wasm_read_span(r, 8, "f64.const");
      if (r->err == NULL) init.bits = sce_load_le64(bytes.data);
      break;
    case 0xd0:
      init.kind = SCE_WASM_INIT_REF_NULL;
      *type = sce_parse_reference_type(blob, r, false);
      break;
    case 0xd2:
      sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, "ref.func");
      *type = SCE_WASM_FUNCREF;
      init = (sce_wasm_init_t){SCE_WASM_INIT_REF_FUNC, sce_wasm_read_index(r, "function", blob->function_count)};
      break;
    case 0xfd:
      if (sce_wasm_read_u32(r, "opcode") != 0x0c) sce_wasm_fail(r, offset, "not a constant instruction");
      sce_parse_note(blob, r, offset, PROPOSAL_SIMD, "v128.const");
      *type = SCE_WASM_V128;
      init = (sce_wasm_init_t){SCE_WASM_INIT_V128, wasm_offset(r)};
      sce_wasm_read_span(r, 16, "v128.const");
      break;
    case 0xfb: sce_wasm_refuse(r, offset, PROPOSAL_GARBAGE_COLLECTION, "this constant instruction"); break;
    case 0x6a:
    case 0x6b:
    case 0x6c:
    case 0x7c:
    case 0x7d:
    case 0x7e: sce_wasm_refuse(r, offset, PROPOSAL_EXTENDED_CONST, "arithmetic in a constant expression"); break;
    default: sce_wasm_fail(r, offset, "opcode 0x%02x is not a constant instruction", opcode); break;
  }
  return init;
}

sce_wasm_init_t sce_parse_constant(sce_blob_t *blob, wasm_reader_t *r, uint8_t type) {
  size_t start = wasm_offset(r);
  uint8_t found = 0;
  sce_wasm_init_t init = parse_constant_op(blob, r, sce_wasm_read_byte(r), &found);
  size_t offset = wasm_offset(r);
  uint8_t end = sce_wasm_read_byte(r);
  if (r->err == NULL && end != 0x0b)
    sce_wasm_refuse(r, offset, PROPOSAL_EXTENDED_CONST, "a constant expression of several instructions");
  if (r->err == NULL && found != type)
    sce_wasm_fail(r, start, "constant of type %s, expected is %s", sce_wasm_type_name(found), sce_wasm_type_name(type));
  return init;
}
