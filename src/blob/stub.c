/* stub.c: see sce_blob_stub() in reach.h. */
#include "blob/operator.h"
#include "blob/reach.h"

#include <string.h>

#define LOCALS_NONE 0x00
#define OP_UNREACHABLE 0x00
#define OP_NOP 0x01
#define OP_END 0x0b
#define OP_F64_CONST 0x44 /* 8 bytes follow: the fewest instructions for the most bytes */
#define FILLER_SIZE 9

/* What is before an `unreachable` may leave anything on the stack (specification, appendix 7.3, stack-polymorphism). */
static void write_stub(uint8_t *at, uint32_t size) {
  uint8_t *end = at + size;
  *at++ = LOCALS_NONE;
  *at++ = OP_UNREACHABLE;
  if (end - at > 1) {
    for (; end - at >= FILLER_SIZE + 2; at += FILLER_SIZE) {
      memset(at, 0, FILLER_SIZE);
      *at = OP_F64_CONST;
    }
    for (; end - at > 2; at++) *at = OP_NOP;
    *at++ = OP_UNREACHABLE;
  }
  *at = OP_END;
}

/* The function that stands in for all that is not kept in tables, or UINT32_MAX. It must be one of them: what is kept
 * calls no function of its type through a table, since such calls keep every entry of their type. So the call that
 * comes to it fails for its type, as it would for the entry's own. The lowest, whose index fits where any was. */
static uint32_t find_stub(const sce_blob_t *blob, const uint8_t *keep) {
  uint32_t stub = UINT32_MAX;
  for (uint32_t i = 0; i < blob->element_count; i++)
    for (uint32_t k = 0; k < blob->elements[i].count; k++) {
      uint32_t function = blob->elements[i].functions[k];
      if (function < stub && function < blob->function_count && !keep[function]) stub = function;
    }
  return stub;
}

/* Writes `value` in the bytes from `at` to `end`, where a greater or equal one was. */
static void overwrite_u32(uint8_t *at, uint8_t *end, uint32_t value) {
  for (; at < end; at++, value >>= 7) *at = (uint8_t)((value & 0x7f) | (at + 1 < end ? 0x80 : 0));
}

/* Replaces the functions of one active segment of table 0; returns what is behind it, NULL for any other segment. */
static uint8_t *replace_entries(uint8_t *at, const uint8_t *end, const sce_blob_t *blob, const uint8_t *keep,
                                uint32_t stub) {
  bool padded = false;
  operator_t op = {0};
  if (at == end || *at++ != 0) return NULL;
  while (at != NULL && at < end && op.form != FORM_END) at = (uint8_t *)(uintptr_t)sce_operator_read(at, end, &op);
  uint32_t count, function;
  at = at == NULL ? NULL : (uint8_t *)(uintptr_t)sce_operator_u32(at, end, &count, &padded);
  for (; at != NULL && count > 0; count--) {
    uint8_t *next = (uint8_t *)(uintptr_t)sce_operator_u32(at, end, &function, &padded);
    if (next != NULL && function < blob->function_count && !keep[function]) overwrite_u32(at, next, stub);
    at = next;
  }
  return at;
}

/* Each function in a table costs its compiler a way in for hosts, which takes longer than an empty function itself:
 * what is not kept becomes one and the same function there. */
static void replace_table_entries(const sce_blob_t *blob, uint8_t *module, const uint8_t *keep) {
  uint32_t stub = find_stub(blob, keep), count;
  bool padded;
  if (stub == UINT32_MAX) return;
  for (uint32_t i = 0; i < blob->section_count; i++) {
    if (blob->sections[i].id != SCE_WASM_SECTION_ELEMENT) continue;
    uint8_t *at = module + blob->sections[i].payload, *end = module + blob->sections[i].end;
    at = (uint8_t *)(uintptr_t)sce_operator_u32(at, end, &count, &padded);
    for (; at != NULL && count > 0; count--) at = replace_entries(at, end, blob, keep, stub);
  }
}

void sce_blob_stub(const sce_blob_t *blob, uint8_t *module, const uint8_t *keep) {
  for (uint32_t i = 0; i < blob->body_count; i++) {
    const body_t *body = &blob->bodies[i];
    /* A body of 2 bytes has no room for a trap, and nothing calls it. */
    if (!keep[blob->imported_functions + i] && body->size > 2) write_stub(module + body->offset, body->size);
  }
  replace_table_entries(blob, module, keep);
}
