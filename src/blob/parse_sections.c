/* parse_sections.c: what a module declares: imports, functions, tables, memories, globals, exports, start.
 * Source: WebAssembly specification 2.0, sections 5.5.5 to 5.5.11 and 3.4. */
#include "blob/parse.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <stdlib.h>

/* Flags of limits. */
#define LIMITS_MAXIMUM 1u
#define LIMITS_SHARED 2u
#define LIMITS_64_BIT 4u
#define LIMITS_PAGE_SIZE 8u

/* Limits of a `what` ("memory", "table"). */
static sce_wasm_limits_t parse_limits(wasm_reader_t *r, const char *what) {
  size_t offset = wasm_offset(r);
  uint8_t flags = sce_wasm_read_byte(r);
  if (flags > 15) sce_wasm_fail(r, offset, "0x%02x are not flags of a %s's limits", flags, what);
  if (flags & LIMITS_64_BIT) sce_wasm_refuse(r, offset, PROPOSAL_MEMORY64, "a 64-bit size");
  if (flags & LIMITS_SHARED) sce_wasm_refuse(r, offset, PROPOSAL_THREADS, "a shared memory");
  if (flags & LIMITS_PAGE_SIZE) sce_wasm_refuse(r, offset, PROPOSAL_CUSTOM_PAGE_SIZES, "a page size");
  sce_wasm_limits_t limits = {.has_maximum = (flags & LIMITS_MAXIMUM) != 0};
  limits.minimum = sce_wasm_read_u32(r, "minimum");
  if (limits.has_maximum) limits.maximum = sce_wasm_read_u32(r, "maximum");
  if (limits.has_maximum && limits.minimum > limits.maximum)
    sce_wasm_fail(r, offset, "%s with a minimum of %u above its maximum of %u", what, limits.minimum, limits.maximum);
  return limits;
}

static sce_wasm_limits_t parse_memory_limits(wasm_reader_t *r) {
  size_t offset = wasm_offset(r);
  sce_wasm_limits_t limits = parse_limits(r, "memory");
  if (limits.minimum > MAX_MEMORY_PAGES)
    sce_wasm_fail(r, offset, "memory of %u pages, more than the limit of %u", limits.minimum, MAX_MEMORY_PAGES);
  if (limits.maximum > MAX_MEMORY_PAGES)
    sce_wasm_fail(r, offset, "memory of at most %u pages, more than the limit of %u", limits.maximum, MAX_MEMORY_PAGES);
  return limits;
}

static void parse_table_type(sce_blob_t *blob, wasm_reader_t *r, sce_wasm_table_t *table) {
  size_t offset = wasm_offset(r);
  if (wasm_left(r) > 0 && *r->at == 0x40)
    sce_wasm_refuse(r, offset, PROPOSAL_FUNCTION_REFERENCES, "a table with an initial value");
  table->element_type = sce_parse_reference_type(blob, r, true);
  table->limits = parse_limits(r, "table");
}

static void parse_global_type(sce_blob_t *blob, wasm_reader_t *r, uint8_t *type, bool *is_mutable) {
  *type = sce_parse_value_type(blob, r);
  size_t offset = wasm_offset(r);
  uint8_t flag = sce_wasm_read_byte(r);
  if (flag > 1) sce_wasm_fail(r, offset, "0x%02x is not the mutability of a global (0 or 1)", flag);
  *is_mutable = flag == 1;
}

static void parse_import(sce_blob_t *blob, wasm_reader_t *r, sce_wasm_import_t *import) {
  *import = (sce_wasm_import_t){0};
  import->module = sce_wasm_read_name(r, "module name");
  import->field = sce_wasm_read_name(r, "field name");
  size_t offset = wasm_offset(r);
  uint8_t kind = sce_wasm_read_byte(r);
  sce_wasm_table_t table = {0};
  switch (kind) {
    case SCE_WASM_FUNCTION: import->type_index = sce_wasm_read_index(r, "type", blob->type_count); break;
    case SCE_WASM_TABLE:
      parse_table_type(blob, r, &table);
      import->value_type = table.element_type;
      import->limits = table.limits;
      break;
    case SCE_WASM_MEMORY: import->limits = parse_memory_limits(r); break;
    case SCE_WASM_GLOBAL: parse_global_type(blob, r, &import->value_type, &import->is_mutable); break;
    case 4: sce_wasm_refuse(r, offset, PROPOSAL_EXCEPTIONS, "an imported tag"); break;
    default: sce_wasm_fail(r, offset, "0x%02x is not a kind of import", kind); break;
  }
  import->kind = (sce_wasm_kind_t)kind;
}

/* Counts `imports` into the index spaces; the lists have room. */
static void add_import(sce_blob_t *blob, wasm_reader_t *r, const sce_wasm_import_t *import, size_t offset) {
  switch (import->kind) {
    case SCE_WASM_FUNCTION: blob->function_types[blob->function_count++] = import->type_index; break;
    case SCE_WASM_TABLE:
      if (blob->table_count == MAX_TABLES)
        sce_wasm_fail(r, offset, "more than %u tables", MAX_TABLES);
      else
        blob->tables[blob->table_count++] = (sce_wasm_table_t){import->value_type, import->limits, true};
      if (blob->table_count > 1) sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, "a second table");
      break;
    case SCE_WASM_MEMORY:
      if (blob->memory_count == 1) sce_wasm_refuse(r, offset, PROPOSAL_MULTI_MEMORY, "a second memory");
      blob->memory = (sce_wasm_memory_t){import->limits, true};
      blob->memory_count = 1;
      break;
    case SCE_WASM_GLOBAL:
      blob->globals[blob->global_count++] =
          (sce_wasm_global_t){import->value_type, import->is_mutable, true, {SCE_WASM_INIT_NONE, 0}};
      break;
  }
}

void sce_parse_imports(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "imports", MAX_IMPORTS, 4), kinds[4] = {0};
  blob->imports = sce_parse_grow(r, blob->imports, count, sizeof *blob->imports);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    parse_import(blob, r, &blob->imports[i]);
    if (r->err != NULL) return;
    blob->import_count = i + 1;
    kinds[blob->imports[i].kind]++;
  }
  size_t tables = kinds[SCE_WASM_TABLE] < MAX_TABLES ? kinds[SCE_WASM_TABLE] : MAX_TABLES;
  blob->function_types =
      sce_parse_grow(r, blob->function_types, kinds[SCE_WASM_FUNCTION], sizeof *blob->function_types);
  blob->tables = sce_parse_grow(r, blob->tables, tables, sizeof *blob->tables);
  blob->globals = sce_parse_grow(r, blob->globals, kinds[SCE_WASM_GLOBAL], sizeof *blob->globals);
  for (uint32_t i = 0; i < count && r->err == NULL; i++)
    add_import(blob, r, &blob->imports[i], (size_t)(blob->imports[i].module.data - r->base));
  blob->imported_functions = blob->function_count;
  blob->imported_globals = blob->global_count;
}

void sce_parse_functions(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "functions", MAX_FUNCTIONS - blob->function_count, 1);
  blob->function_types =
      sce_parse_grow(r, blob->function_types, (size_t)blob->function_count + count, sizeof *blob->function_types);
  for (uint32_t i = 0; i < count && r->err == NULL; i++)
    blob->function_types[blob->function_count++] = sce_wasm_read_index(r, "type", blob->type_count);
}

void sce_parse_tables(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "tables", MAX_TABLES - blob->table_count, 3);
  blob->tables = sce_parse_grow(r, blob->tables, (size_t)blob->table_count + count, sizeof *blob->tables);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    size_t offset = wasm_offset(r);
    sce_wasm_table_t *table = &blob->tables[blob->table_count++];
    table->is_imported = false;
    parse_table_type(blob, r, table);
    if (blob->table_count > 1) sce_parse_note(blob, r, offset, PROPOSAL_REFERENCE_TYPES, "a second table");
  }
}

void sce_parse_memories(sce_blob_t *blob, wasm_reader_t *r) {
  size_t offset = wasm_offset(r);
  uint32_t count = sce_wasm_read_u32(r, "count of memories");
  if (count + blob->memory_count > 1 || count > 1) sce_wasm_refuse(r, offset, PROPOSAL_MULTI_MEMORY, "a second memory");
  if (count == 0 || r->err != NULL) return;
  blob->memory = (sce_wasm_memory_t){parse_memory_limits(r), false};
  blob->memory_count = 1;
}

void sce_parse_globals(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "globals", MAX_GLOBALS, 4);
  blob->globals = sce_parse_grow(r, blob->globals, (size_t)blob->global_count + count, sizeof *blob->globals);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    sce_wasm_global_t *global = &blob->globals[blob->global_count];
    *global = (sce_wasm_global_t){0};
    parse_global_type(blob, r, &global->value_type, &global->is_mutable);
    global->init = sce_parse_constant(blob, r, global->value_type);
    blob->global_count++;
  }
}

static int compare_names(const void *a, const void *b) {
  return sce_span_compare(*(const sce_span_t *)a, *(const sce_span_t *)b);
}

/* Export names must be unique: sorts a copy and looks at neighbours. */
static void check_unique_names(const sce_blob_t *blob, wasm_reader_t *r) {
  sce_span_t *names = sce_parse_grow(r, NULL, blob->export_count, sizeof *names);
  if (names == NULL) return;
  for (uint32_t i = 0; i < blob->export_count; i++) names[i] = blob->exports[i].name;
  qsort(names, blob->export_count, sizeof *names, compare_names);
  for (uint32_t i = 1; i < blob->export_count && r->err == NULL; i++) {
    if (!sce_span_equal(names[i - 1], names[i])) continue;
    const uint8_t *later = names[i - 1].data > names[i].data ? names[i - 1].data : names[i].data;
    char excerpt[SCE_EXCERPT_SIZE];
    sce_blob_excerpt(excerpt, names[i]);
    sce_wasm_fail(r, (size_t)(later - r->base), "export name \"%s\" is used twice", excerpt);
  }
  sce_free(names);
}

void sce_parse_exports(sce_blob_t *blob, wasm_reader_t *r) {
  uint32_t count = sce_wasm_read_count(r, "exports", MAX_EXPORTS, 3);
  const uint32_t space[4] = {blob->function_count, blob->table_count, blob->memory_count, blob->global_count};
  static const char *const kinds[4] = {"function", "table", "memory", "global"};
  blob->exports = sce_parse_grow(r, blob->exports, count, sizeof *blob->exports);
  for (uint32_t i = 0; i < count && r->err == NULL; i++) {
    sce_wasm_export_t *export = &blob->exports[i];
    export->name = sce_wasm_read_name(r, "export name");
    size_t offset = wasm_offset(r);
    uint8_t kind = sce_wasm_read_byte(r);
    if (kind == 4) sce_wasm_refuse(r, offset, PROPOSAL_EXCEPTIONS, "an exported tag");
    if (kind > 3) sce_wasm_fail(r, offset, "0x%02x is not a kind of export", kind);
    if (r->err != NULL) return;
    export->kind = (sce_wasm_kind_t)kind;
    export->index = sce_wasm_read_index(r, kinds[kind], space[kind]);
    blob->export_count = i + 1;
  }
  check_unique_names(blob, r);
}

void sce_parse_start(sce_blob_t *blob, wasm_reader_t *r) {
  size_t offset = wasm_offset(r);
  blob->start = sce_wasm_read_index(r, "function", blob->function_count);
  if (r->err != NULL) return;
  const sce_wasm_function_type_t *type = &blob->types[blob->function_types[blob->start]];
  if (type->params.len != 0 || type->results.len != 0)
    sce_wasm_fail(r, offset, "the start function %u has parameters or results", blob->start);
  blob->has_start = true;
}
