/* parse_segments.c: contents of a module: element segments, function bodies (their sizes only), data segments.
 * Source: WebAssembly specification 2.0, sections 5.5.12 to 5.5.16. */
#include "blob/parse.h"

/* Flags of a segment. Flag 2 gives the table or memory of an active segment, and tells declared from passive. */
#define SEGMENT_NOT_ACTIVE 1u
#define SEGMENT_EXPLICIT 2u
#define SEGMENT_EXPRESSIONS 4u

/* Flags other than 0 came with bulk memory: the first version had a table or memory index there, always 0. That the
 * explicit index 0 is refused without bulk memory is stricter than Wasmtime, and what upstream's parser does. */
static uint32_t parse_flags(sce_blob_t *blob, wasm_reader_t *r, uint32_t highest) {
  size_t offset = wasm_offset(r);
  uint32_t flags = sce_wasm_read_u32(r, "flags");
  if (flags > highest) sce_wasm_fail(r, offset, "%u are not flags of a segment", flags);
  if (flags & SEGMENT_NOT_ACTIVE)
    sce_parse_note(blob, r, offset, PROPOSAL_BULK_MEMORY, "a segment that is not active");
  else if (flags & SEGMENT_EXPLICIT)
    sce_parse_note(blob, r, offset, PROPOSAL_BULK_MEMORY, "an explicit index");
  if (flags & SEGMENT_EXPRESSIONS) sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, "a list of expressions");
  return r->err == NULL ? flags : 0;
}

/* The type of a segment's entries: a byte for "function", or a reference type before expressions. */
static uint8_t parse_element_type(sce_blob_t *blob, wasm_reader_t *r, uint32_t flags) {
  if ((flags & (SEGMENT_NOT_ACTIVE | SEGMENT_EXPLICIT)) == 0) return SCE_WASM_FUNCREF;
  if (flags & SEGMENT_EXPRESSIONS) return sce_parse_reference_type(blob, r, true);
  size_t offset = wasm_offset(r);
  uint8_t kind = sce_wasm_read_byte(r);
  if (kind != 0) sce_wasm_fail(r, offset, "0x%02x is not a kind of element (0)", kind);
  return SCE_WASM_FUNCREF;
}

/* The segment up to its entries. */
static uint32_t parse_element_head(sce_blob_t *blob, wasm_reader_t *r, sce_wasm_element_t *element) {
  size_t offset = wasm_offset(r);
  uint32_t flags = parse_flags(blob, r, 7);
  bool active = (flags & SEGMENT_NOT_ACTIVE) == 0;
  *element = (sce_wasm_element_t){0};
  if (active) {
    if (flags & SEGMENT_EXPLICIT)
      element->table = sce_wasm_read_index(r, "table", blob->table_count);
    else if (blob->table_count == 0)
      sce_wasm_fail(r, offset, "table 0 does not exist (there are 0)");
    element->offset = sce_parse_constant(blob, r, SCE_WASM_I32);
  } else {
    element->mode = flags & SEGMENT_EXPLICIT ? SCE_WASM_DECLARED : SCE_WASM_PASSIVE;
  }
  element->element_type = parse_element_type(blob, r, flags);
  if (active && r->err == NULL && blob->tables[element->table].element_type != element->element_type)
    sce_wasm_fail(r, offset, "%s elements for a table of %s", sce_wasm_type_name(element->element_type),
                  sce_wasm_type_name(blob->tables[element->table].element_type));
  return flags;
}

/* `*total`: entries of all segments so far. Lists are linked only when all are read, since this one may move. */
static void parse_element(sce_blob_t *blob, wasm_reader_t *r, sce_wasm_element_t *element, uint32_t *total,
                          uint32_t *room) {
  uint32_t flags = parse_element_head(blob, r, element);
  element->count = sce_wasm_read_count(r, "elements", MAX_ELEMENTS - *total, 1);
  if (element->count > *room - *total) {
    uint32_t wanted = *total + element->count, doubled = *room * 2;
    *room = wanted > doubled ? wanted : doubled;
    blob->element_functions = sce_parse_grow(r, blob->element_functions, *room, sizeof *blob->element_functions);
  }
  for (uint32_t i = 0; i < element->count && r->err == NULL; i++) {
    uint32_t *entry = &blob->element_functions[*total + i];
    if (flags & SEGMENT_EXPRESSIONS) {
      sce_wasm_init_t init = sce_parse_constant(blob, r, element->element_type);
      *entry = init.kind == SCE_WASM_INIT_REF_FUNC ? (uint32_t)init.bits : SCE_WASM_NO_FUNCTION;
    } else {
      *entry = sce_wasm_read_index(r, "function", blob->function_count);
    }
  }
  *total += element->count;
}

void sce_parse_elements(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "element segments", MAX_ELEMENT_SEGMENTS, 3), total = 0, room = 0;
  blob->elements = sce_parse_grow(r, blob->elements, count, sizeof *blob->elements);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    parse_element(blob, r, &blob->elements[i], &total, &room);
    blob->element_count = i + 1;
  }
  if (r->err != NULL) return;
  const uint32_t *functions = blob->element_functions;
  for (uint32_t i = 0; i < count; i++) {
    if (blob->elements[i].count == 0) continue;
    blob->elements[i].functions = functions;
    functions += blob->elements[i].count;
  }
}

/* Allowed without bulk memory, whose instructions it is for: Wasmtime and upstream's parser accept it, and compilers
 * write it on their own. */
void sce_parse_data_count(sce_blob_t *blob, wasm_reader_t *r) {
  blob->data_count_claim = sce_wasm_read_u32(r, "count of data segments");
  blob->has_data_count = true;
}

void sce_parse_code(sce_blob_t *blob, wasm_reader_t *r) {
  size_t offset = wasm_offset(r);
  uint32_t count = sce_wasm_read_count(r, "function bodies", MAX_FUNCTIONS, 1);
  uint32_t declared = blob->function_count - blob->imported_functions;
  if (r->err == NULL && count != declared)
    sce_wasm_fail(r, offset, "%u function bodies for %u declared functions", count, declared);
  blob->bodies = sce_parse_grow(r, blob->bodies, count, sizeof *blob->bodies);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    offset = wasm_offset(r);
    uint32_t size = sce_wasm_read_u32(r, "size of a function body");
    if (size > MAX_BODY_BYTES)
      sce_wasm_fail(r, offset, "function body of %u bytes, more than the limit of %u", size, MAX_BODY_BYTES);
    blob->bodies[i] = (body_t){(uint32_t)wasm_offset(r), size};
    sce_wasm_read_span(r, size, "function body");
    blob->body_count = i + 1;
  }
}

void sce_parse_data(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "data segments", MAX_DATA_SEGMENTS, 2);
  blob->data = sce_parse_grow(r, blob->data, count, sizeof *blob->data);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    sce_wasm_data_t *data = &blob->data[i];
    *data = (sce_wasm_data_t){0};
    size_t offset = wasm_offset(r);
    uint32_t flags = parse_flags(blob, r, 2);
    if (flags & SEGMENT_NOT_ACTIVE) {
      data->mode = SCE_WASM_PASSIVE;
    } else {
      if (flags & SEGMENT_EXPLICIT)
        sce_wasm_read_index(r, "memory", blob->memory_count);
      else if (blob->memory_count == 0)
        sce_wasm_fail(r, offset, "memory 0 does not exist (there are 0)");
      data->offset = sce_parse_constant(blob, r, SCE_WASM_I32);
    }
    data->bytes = sce_wasm_read_span(r, sce_wasm_read_u32(r, "size of a data segment"), "data segment");
    blob->data_count = i + 1;
  }
}
