/* names.c: names of functions and of proposals, for messages and backtraces. The `name` section is a tool's word on the
 * code, not part of it: where it is malformed the names up to there count. */
#include "blob/parse.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Subsection of the `name` section that names functions (specification, appendix "Name Section"). */
#define NAMES_OF_FUNCTIONS 1

const char *sce_proposal_name(proposal_t proposal) {
  switch (proposal) { /* no default: the compiler names a forgotten one */
    case PROPOSAL_MVP: return "WebAssembly 1.0";
    case PROPOSAL_SIGN_EXTENSION: return "sign extension";
    case PROPOSAL_SATURATING_FLOAT_TO_INT: return "saturating float-to-int conversion";
    case PROPOSAL_MULTI_VALUE: return "multi-value";
    case PROPOSAL_REFERENCE_TYPES: return "reference types";
    case PROPOSAL_BULK_MEMORY: return "bulk memory";
    case PROPOSAL_SIMD: return "SIMD";
    case PROPOSAL_RELAXED_SIMD: return "relaxed SIMD";
    case PROPOSAL_MULTI_MEMORY: return "multi-memory";
    case PROPOSAL_THREADS: return "threads";
    case PROPOSAL_MEMORY64: return "memory64";
    case PROPOSAL_TAIL_CALLS: return "tail calls";
    case PROPOSAL_EXTENDED_CONST: return "extended constant expressions";
    case PROPOSAL_EXCEPTIONS: return "exceptions";
    case PROPOSAL_FUNCTION_REFERENCES: return "typed function references";
    case PROPOSAL_GARBAGE_COLLECTION: return "garbage collection";
    case PROPOSAL_CUSTOM_PAGE_SIZES: return "custom page sizes";
    case PROPOSAL_STACK_SWITCHING: return "stack switching";
    case PROPOSAL_WIDE_ARITHMETIC: return "wide arithmetic";
    case PROPOSAL_MEMORY_CONTROL: return "memory control";
    case PROPOSAL_COUNT: break;
  }
  return "unknown";
}

/* Function names up to the first malformed one; later entries for the same function are left out. */
static void index_function_names(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_u32(r, "count");
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    uint32_t index = sce_wasm_read_u32(r, "index");
    size_t offset = wasm_offset(r);
    sce_wasm_read_span(r, sce_wasm_read_u32(r, "length"), "name");
    if (r->err == NULL && index < blob->function_count && blob->function_names[index] == 0)
      blob->function_names[index] = (uint32_t)offset;
  }
}

sce_error_t *sce_blob_index_names(sce_blob_t *blob) {
  sce_span_t section;
  if (blob->function_count == 0 || !sce_blob_custom_section(blob, &section, sce_span_text("name"))) return NULL;
  blob->function_names = sce_calloc(blob->function_count, sizeof *blob->function_names);
  if (blob->function_names == NULL) return sce_error_oom();
  wasm_reader_t r = {blob->code.data, section.data, section.data + section.len, "name", NULL};
  while (r.err == NULL && wasm_left(&r) > 0) {
    uint8_t id = sce_wasm_read_byte(&r);
    sce_span_t names = sce_wasm_read_span(&r, sce_wasm_read_u32(&r, "size"), "subsection");
    if (r.err != NULL || id != NAMES_OF_FUNCTIONS) continue;
    wasm_reader_t in = {blob->code.data, names.data, names.data + names.len, "name", NULL};
    index_function_names(blob, &in);
    sce_error_delete(in.err);
  }
  sce_error_delete(r.err);
  return NULL;
}

sce_span_t sce_blob_function_name(const sce_blob_t *blob, uint32_t index) {
  sce_span_t none = {NULL, 0};
  if (blob->function_names == NULL || index >= blob->function_count || blob->function_names[index] == 0) return none;
  const uint8_t *end = blob->code.data + blob->code.len;
  uint32_t len;
  bool padded = false;
  const uint8_t *name = sce_leb_u32(blob->code.data + blob->function_names[index], end, &len, &padded);
  if (name == NULL || len > (size_t)(end - name) || !sce_utf8_valid(name, len)) return none;
  return sce_span(name, len);
}

void sce_blob_excerpt(char text[SCE_EXCERPT_SIZE], sce_span_t name) {
  size_t len = name.len < SCE_EXCERPT_SIZE - 4 ? name.len : SCE_EXCERPT_SIZE - 4;
  if (len < name.len)
    while (len > 0 && (name.data[len] & 0xc0) == 0x80) len--; /* not within a character */
  for (size_t i = 0; i < len; i++) text[i] = name.data[i] < 0x20 || name.data[i] == 0x7f ? '?' : (char)name.data[i];
  strcpy(text + len, len < name.len ? "..." : "");
}

void sce_blob_describe_function(const sce_blob_t *blob, char text[SCE_DESCRIPTION_SIZE], uint32_t index) {
  sce_span_t name = sce_blob_function_name(blob, index);
  char excerpt[SCE_EXCERPT_SIZE];
  sce_blob_excerpt(excerpt, name);
  if (name.len == 0)
    snprintf(text, SCE_DESCRIPTION_SIZE, "function %u", index);
  else
    snprintf(text, SCE_DESCRIPTION_SIZE, "function %u (%s)", index, excerpt);
}
