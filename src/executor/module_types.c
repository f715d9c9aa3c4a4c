/* module_types.c: see module_types.h. */
#include "executor/module_types.h"

#include "base/error.h"

/* What an import or export refers to. */
typedef struct item {
  sce_wasm_kind_t kind;
  uint32_t function_type; /* function: index of its type */
  uint8_t value_type;     /* global: its type; table: its element type */
  bool is_mutable;
  sce_wasm_limits_t limits; /* memory, table */
} item_t;

static bool value_kind(wasm_valkind_t *kind, uint8_t type) {
  switch (type) {
    case SCE_WASM_I32: *kind = WASM_I32; return true;
    case SCE_WASM_I64: *kind = WASM_I64; return true;
    case SCE_WASM_F32: *kind = WASM_F32; return true;
    case SCE_WASM_F64: *kind = WASM_F64; return true;
    default: return false;
  }
}

static bool value_types(wasm_valtype_vec_t *out, sce_span_t types) {
  wasm_valtype_vec_new_uninitialized(out, types.len);
  for (size_t i = 0; i < types.len; i++) {
    wasm_valkind_t kind;
    if (!value_kind(&kind, types.data[i])) {
      for (; i < types.len; i++) out->data[i] = NULL;
      wasm_valtype_vec_delete(out);
      return false;
    }
    out->data[i] = wasm_valtype_new(kind);
  }
  return true;
}

static wasm_externtype_t *function_type(const sce_wasm_function_type_t *type) {
  wasm_valtype_vec_t params, results;
  if (!value_types(&params, type->params)) return NULL;
  if (!value_types(&results, type->results)) {
    wasm_valtype_vec_delete(&params);
    return NULL;
  }
  return wasm_functype_as_externtype(wasm_functype_new(&params, &results));
}

static wasm_limits_t limits_of(const sce_wasm_limits_t *limits) {
  return (wasm_limits_t){limits->minimum, limits->has_maximum ? limits->maximum : wasm_limits_max_default};
}

static wasm_externtype_t *external_type(const sce_blob_t *blob, const item_t *item) {
  wasm_valkind_t kind;
  wasm_limits_t limits = limits_of(&item->limits);
  size_t count;
  switch (item->kind) {
    case SCE_WASM_FUNCTION: return function_type(&sce_blob_types(blob, &count)[item->function_type]);
    case SCE_WASM_MEMORY: return wasm_memorytype_as_externtype(wasm_memorytype_new(&limits));
    case SCE_WASM_TABLE:
      if (item->value_type != SCE_WASM_FUNCREF) return NULL;
      return wasm_tabletype_as_externtype(wasm_tabletype_new(wasm_valtype_new(WASM_FUNCREF), &limits));
    case SCE_WASM_GLOBAL: break;
  }
  if (!value_kind(&kind, item->value_type)) return NULL;
  return wasm_globaltype_as_externtype(
      wasm_globaltype_new(wasm_valtype_new(kind), item->is_mutable ? WASM_VAR : WASM_CONST));
}

static sce_error_t *unsupported(void) {
  return sce_error_new(SCE_UNSUPPORTED, "an import or export of a type beyond the first version of WebAssembly");
}

static sce_error_t *read_imports(sce_module_types_t *types, const sce_blob_t *blob) {
  size_t count;
  const sce_wasm_import_t *imports = sce_blob_imports(blob, &count);
  wasm_importtype_vec_new_uninitialized(&types->imports, count);
  for (size_t i = 0; i < count; i++) types->imports.data[i] = NULL;
  for (size_t i = 0; i < count; i++) {
    const sce_wasm_import_t *import = &imports[i];
    item_t item = {import->kind, import->type_index, import->value_type, import->is_mutable, import->limits};
    wasm_externtype_t *type = external_type(blob, &item);
    if (type == NULL) return unsupported();
    wasm_name_t module, name;
    wasm_name_new(&module, import->module.len, (const char *)import->module.data);
    wasm_name_new(&name, import->field.len, (const char *)import->field.data);
    types->imports.data[i] = wasm_importtype_new(&module, &name, type);
  }
  return NULL;
}

/* The index of a function's type. */
static uint32_t type_index(const sce_blob_t *blob, uint32_t function) {
  size_t count;
  return (uint32_t)(sce_blob_function_type(blob, function) - sce_blob_types(blob, &count));
}

static item_t exported_item(const sce_blob_t *blob, const sce_wasm_export_t *export) {
  item_t item = {.kind = export->kind};
  size_t count;
  if (export->kind == SCE_WASM_FUNCTION) {
    item.function_type = type_index(blob, export->index);
  } else if (export->kind == SCE_WASM_MEMORY) {
    item.limits = sce_blob_memory(blob)->limits;
  } else if (export->kind == SCE_WASM_TABLE) {
    const sce_wasm_table_t *table = &sce_blob_tables(blob, &count)[export->index];
    item.limits = table->limits;
    item.value_type = table->element_type;
  } else {
    const sce_wasm_global_t *global = &sce_blob_globals(blob, &count)[export->index];
    item.value_type = global->value_type;
    item.is_mutable = global->is_mutable;
  }
  return item;
}

static sce_error_t *read_exports(sce_module_types_t *types, const sce_blob_t *blob) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  wasm_exporttype_vec_new_uninitialized(&types->exports, count);
  for (size_t i = 0; i < count; i++) types->exports.data[i] = NULL;
  for (size_t i = 0; i < count; i++) {
    item_t item = exported_item(blob, &exports[i]);
    wasm_externtype_t *type = external_type(blob, &item);
    if (type == NULL) return unsupported();
    wasm_name_t name;
    wasm_name_new(&name, exports[i].name.len, (const char *)exports[i].name.data);
    types->exports.data[i] = wasm_exporttype_new(&name, type);
  }
  return NULL;
}

sce_error_t *sce_module_types_of_blob(sce_module_types_t *types, const sce_blob_t *blob) {
  *types = (sce_module_types_t){0};
  sce_error_t *err = read_imports(types, blob);
  if (err == NULL) err = read_exports(types, blob);
  if (err != NULL) sce_module_types_free(types);
  return err;
}

void sce_module_types_of_module(sce_module_types_t *types, const wasmtime_module_t *module) {
  wasmtime_module_imports(module, &types->imports);
  wasmtime_module_exports(module, &types->exports);
}

void sce_module_types_free(sce_module_types_t *types) {
  wasm_importtype_vec_delete(&types->imports);
  wasm_exporttype_vec_delete(&types->exports);
  *types = (sce_module_types_t){0};
}
