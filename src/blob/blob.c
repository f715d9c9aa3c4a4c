/* blob.c: a blob's life, the framing of its sections, and its getters. The sections themselves: parse_*.c. */
#include "blob/parse.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <string.h>

/* Magic number and version of a module; magic of a PolkaVM program. */
static const uint8_t module_header[8] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
static const uint8_t polkavm_magic[4] = {'P', 'V', 'M', 0};

/* By section id: name, place in the order of sections (0: anywhere), and parser. */
static const struct {
  const char *name;
  uint8_t order;
  void (*parse)(sce_blob_t *blob, wasm_reader_t *r);
} kinds[] = {
    [SCE_WASM_SECTION_CUSTOM] = {"custom", 0, NULL},
    [SCE_WASM_SECTION_TYPE] = {"type", 1, sce_parse_types},
    [SCE_WASM_SECTION_IMPORT] = {"import", 2, sce_parse_imports},
    [SCE_WASM_SECTION_FUNCTION] = {"function", 3, sce_parse_functions},
    [SCE_WASM_SECTION_TABLE] = {"table", 4, sce_parse_tables},
    [SCE_WASM_SECTION_MEMORY] = {"memory", 5, sce_parse_memories},
    [SCE_WASM_SECTION_GLOBAL] = {"global", 6, sce_parse_globals},
    [SCE_WASM_SECTION_EXPORT] = {"export", 7, sce_parse_exports},
    [SCE_WASM_SECTION_START] = {"start", 8, sce_parse_start},
    [SCE_WASM_SECTION_ELEMENT] = {"element", 9, sce_parse_elements},
    [SCE_WASM_SECTION_CODE] = {"code", 11, sce_parse_code},
    [SCE_WASM_SECTION_DATA] = {"data", 12, sce_parse_data},
    [SCE_WASM_SECTION_DATA_COUNT] = {"data count", 10, sce_parse_data_count},
};
#define SECTION_TAG 13 /* of the exceptions proposal */

/* ---- reading ---- */

static sce_error_t *check_header(sce_span_t code) {
  if (sce_span_starts_with(code, sce_span(polkavm_magic, sizeof polkavm_magic)))
    return sce_error_new(SCE_BAD_CODE, "this is a PolkaVM program; scexec runs WebAssembly runtimes");
  if (code.len < 4 || memcmp(code.data, module_header, 4) != 0)
    return sce_error_new(SCE_BAD_CODE, "not a WebAssembly module: it does not begin with 00 61 73 6d%s",
                         code.len == 0 ? " (it is empty)" : "");
  if (code.len < 8) return sce_error_new(SCE_BAD_CODE, "malformed module: it ends within its header");
  if (memcmp(code.data, module_header, 8) != 0)
    return sce_error_new(SCE_BAD_CODE, "not a WebAssembly module of version 1: bytes 4 to 7 are %02x %02x %02x %02x",
                         code.data[4], code.data[5], code.data[6], code.data[7]);
  return NULL;
}

/* The frame of the next section: id, size, and for a custom section its name. */
static void read_frame(wasm_reader_t *module, sce_wasm_section_t *section) {
  size_t start = wasm_offset(module);
  uint8_t id = sce_wasm_read_byte(module);
  bool is_known = id < sizeof kinds / sizeof *kinds;
  module->section = is_known ? kinds[id].name : id == SECTION_TAG ? "tag" : "unknown";
  if (id == SECTION_TAG) sce_wasm_refuse(module, start, PROPOSAL_EXCEPTIONS, "this section");
  if (!is_known) sce_wasm_fail(module, start, "unknown section id %u", id);
  uint32_t size = sce_wasm_read_u32(module, "section size");
  if (module->err == NULL && size > wasm_left(module))
    sce_wasm_fail(module, start, "the section claims %u bytes, the module has %zu more", size, wasm_left(module));
  if (module->err != NULL) return;
  *section = (sce_wasm_section_t){.id = (sce_wasm_section_id_t)id, .start = start, .payload = wasm_offset(module)};
  section->name = sce_span_text(kinds[id].name);
  section->contents = sce_wasm_read_span(module, size, "section");
  section->end = wasm_offset(module);
}

/* Parses the section's payload, all of it. */
static sce_error_t *parse_payload(sce_blob_t *blob, sce_wasm_section_t *section) {
  const uint8_t *base = blob->code.data;
  wasm_reader_t r = {base, base + section->payload, base + section->end, kinds[section->id].name, NULL};
  if (section->id == SCE_WASM_SECTION_CUSTOM) {
    section->name = sce_wasm_read_name(&r, "section name");
    section->contents = sce_span(r.at, wasm_left(&r));
    return r.err;
  }
  kinds[section->id].parse(blob, &r);
  if (r.err == NULL && wasm_left(&r) > 0)
    sce_wasm_fail(&r, wasm_offset(&r), "%zu bytes are left over behind the last entry", wasm_left(&r));
  return r.err;
}

/* A section may come once, and in the order of the specification; `*last` is the last place taken. */
static void check_order(wasm_reader_t *module, const sce_wasm_section_t *section, uint8_t *last) {
  uint8_t order = kinds[section->id].order;
  if (order == 0) return;
  if (order == *last)
    sce_wasm_fail(module, section->start, "the section is there twice");
  else if (order < *last)
    sce_wasm_fail(module, section->start, "the section comes too late, or twice");
  else
    *last = order;
}

static sce_error_t *parse_sections(sce_blob_t *blob) {
  wasm_reader_t module = {blob->code.data, blob->code.data + sizeof module_header, blob->code.data + blob->code.len,
                          "unknown", NULL};
  uint32_t room = 0;
  uint8_t last = 0;
  while (module.err == NULL && wasm_left(&module) > 0) {
    module.section = "unknown";
    if (blob->section_count == MAX_SECTIONS)
      sce_wasm_fail(&module, wasm_offset(&module), "more than %u sections", MAX_SECTIONS);
    if (blob->section_count == room) {
      room = room == 0 ? 16 : room * 2;
      blob->sections = sce_parse_grow(&module, blob->sections, room, sizeof *blob->sections);
    }
    sce_wasm_section_t section;
    read_frame(&module, &section);
    if (module.err == NULL) check_order(&module, &section, &last);
    if (module.err == NULL) module.err = parse_payload(blob, &section);
    if (module.err == NULL) blob->sections[blob->section_count++] = section;
  }
  return module.err;
}

/* What only all sections together show. */
static sce_error_t *check_sections(const sce_blob_t *blob) {
  uint32_t declared = blob->function_count - blob->imported_functions;
  if (blob->body_count != declared)
    return sce_error_new(SCE_BAD_CODE,
                         "malformed module: code section, offset %zu: missing, with %u functions declared",
                         blob->code.len, declared);
  if (blob->has_data_count && blob->data_count_claim != blob->data_count)
    return sce_error_new(SCE_BAD_CODE,
                         "malformed module: data section, offset %zu: %u segments, the data count section says %u",
                         blob->code.len, blob->data_count, blob->data_count_claim);
  return NULL;
}

static sce_error_t *read_blob(sce_blob_t *blob, sce_span_t code) {
  blob->compressed = sce_blob_has_magic(code);
  if (!blob->compressed && code.len > SCE_BLOB_SIZE_LIMIT)
    return sce_error_new(SCE_BAD_CODE, "code of %zu bytes, more than the limit of %zu", code.len, SCE_BLOB_SIZE_LIMIT);
  if (blob->compressed)
    SCE_TRY(sce_blob_decompress(&blob->code, code));
  else {
    SCE_TRY(check_header(code)); /* before the copy */
    SCE_TRY(sce_buf_append(&blob->code, code.data, code.len));
  }
  SCE_TRY(check_header(sce_buf_span(&blob->code)));
  SCE_TRY(parse_sections(blob));
  SCE_TRY(check_sections(blob));
  return sce_blob_index_names(blob);
}

sce_error_t *sce_blob_new(sce_blob_t **blob, sce_span_t code) {
  sce_blob_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_error_t *err = read_blob(made, code);
  if (err != NULL)
    sce_blob_delete(made);
  else
    *blob = made;
  return err;
}

void sce_blob_delete(sce_blob_t *blob) {
  if (blob == NULL) return;
  sce_buf_free(&blob->code);
  sce_free(blob->sections);
  sce_free(blob->types);
  sce_free(blob->imports);
  sce_free(blob->function_types);
  sce_free(blob->bodies);
  sce_free(blob->tables);
  sce_free(blob->globals);
  sce_free(blob->exports);
  sce_free(blob->elements);
  sce_free(blob->element_functions);
  sce_free(blob->data);
  sce_free(blob->function_names);
  sce_free(blob);
}

/* ---- getters ---- */

const char *sce_wasm_type_name(uint8_t type) {
  switch (type) {
    case SCE_WASM_I32: return "i32";
    case SCE_WASM_I64: return "i64";
    case SCE_WASM_F32: return "f32";
    case SCE_WASM_F64: return "f64";
    case SCE_WASM_V128: return "v128";
    case SCE_WASM_FUNCREF: return "funcref";
    case SCE_WASM_EXTERNREF: return "externref";
    default: return "?";
  }
}

bool sce_blob_is_compressed(const sce_blob_t *blob) {
  return blob->compressed;
}

sce_span_t sce_blob_code(const sce_blob_t *blob) {
  return sce_buf_span(&blob->code);
}

const sce_wasm_section_t *sce_blob_sections(const sce_blob_t *blob, size_t *count) {
  *count = blob->section_count;
  return *count > 0 ? blob->sections : NULL;
}

const sce_wasm_function_type_t *sce_blob_types(const sce_blob_t *blob, size_t *count) {
  *count = blob->type_count;
  return *count > 0 ? blob->types : NULL;
}

const sce_wasm_import_t *sce_blob_imports(const sce_blob_t *blob, size_t *count) {
  *count = blob->import_count;
  return *count > 0 ? blob->imports : NULL;
}

const sce_wasm_export_t *sce_blob_exports(const sce_blob_t *blob, size_t *count) {
  *count = blob->export_count;
  return *count > 0 ? blob->exports : NULL;
}

const sce_wasm_table_t *sce_blob_tables(const sce_blob_t *blob, size_t *count) {
  *count = blob->table_count;
  return *count > 0 ? blob->tables : NULL;
}

const sce_wasm_global_t *sce_blob_globals(const sce_blob_t *blob, size_t *count) {
  *count = blob->global_count;
  return *count > 0 ? blob->globals : NULL;
}

const sce_wasm_element_t *sce_blob_elements(const sce_blob_t *blob, size_t *count) {
  *count = blob->element_count;
  return *count > 0 ? blob->elements : NULL;
}

const sce_wasm_data_t *sce_blob_data(const sce_blob_t *blob, size_t *count) {
  *count = blob->data_count;
  return *count > 0 ? blob->data : NULL;
}

const sce_wasm_memory_t *sce_blob_memory(const sce_blob_t *blob) {
  return blob->memory_count > 0 ? &blob->memory : NULL;
}

uint32_t sce_blob_function_count(const sce_blob_t *blob) {
  return blob->function_count;
}

uint32_t sce_blob_imported_function_count(const sce_blob_t *blob) {
  return blob->imported_functions;
}

const sce_wasm_function_type_t *sce_blob_function_type(const sce_blob_t *blob, uint32_t index) {
  return index < blob->function_count ? &blob->types[blob->function_types[index]] : NULL;
}

sce_span_t sce_blob_function_body(const sce_blob_t *blob, uint32_t index) {
  if (index < blob->imported_functions || index >= blob->function_count) return sce_span(NULL, 0);
  const body_t *body = &blob->bodies[index - blob->imported_functions];
  return sce_span(blob->code.data + body->offset, body->size);
}

bool sce_blob_start_function(const sce_blob_t *blob, uint32_t *index) {
  if (blob->has_start) *index = blob->start;
  return blob->has_start;
}

bool sce_blob_custom_section(const sce_blob_t *blob, sce_span_t *contents, sce_span_t name) {
  for (uint32_t i = 0; i < blob->section_count; i++) {
    const sce_wasm_section_t *section = &blob->sections[i];
    if (section->id != SCE_WASM_SECTION_CUSTOM || !sce_span_equal(section->name, name)) continue;
    *contents = section->contents;
    return true;
  }
  return false;
}

sce_error_t *sce_blob_embedded_version(const sce_blob_t *blob, sce_runtime_version_t *version, bool *found) {
  sce_span_t section, apis = {NULL, 0};
  bool there = sce_blob_custom_section(blob, &section, sce_span_text("runtime_version"));
  if (there) {
    sce_blob_custom_section(blob, &apis, sce_span_text("runtime_apis"));
    SCE_TRY(sce_runtime_version_decode_sections(version, section, apis));
  }
  *found = there;
  return NULL;
}
