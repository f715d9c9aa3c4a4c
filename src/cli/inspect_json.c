/* inspect_json.c: `scexec inspect --output json`. */
#include "cli/apis.h"
#include "cli/inspect.h"

#include "base/buf.h"
#include "base/error.h"

static void put_span(cli_t *cli, json_t *object, const char *key, sce_span_t text) {
  cli_put(cli, object, key, cli_json_text(text));
}

static json_t *code_json(cli_t *cli, const cli_inspection_t *in) {
  json_t *code = json_object();
  cli_put_count(cli, code, "size", in->source->code.len);
  cli_put(cli, code, "compressed", json_boolean(sce_blob_is_compressed(in->blob)));
  cli_put_count(cli, code, "wasmSize", sce_blob_code(in->blob).len);
  cli_put_hex(cli, code, "blake2b256", sce_span(in->code_hash, sizeof in->code_hash));
  cli_put_hex(cli, code, "wasmBlake2b256", sce_span(in->wasm_hash, sizeof in->wasm_hash));
  return code;
}

static json_t *version_json(cli_t *cli, const cli_inspection_t *in) {
  if (!in->has_version) return json_null();
  const sce_runtime_version_t *v = &in->version;
  json_t *version = json_object();
  put_span(cli, version, "specName", v->spec_name);
  put_span(cli, version, "implName", v->impl_name);
  cli_put_count(cli, version, "authoringVersion", v->authoring_version);
  cli_put_count(cli, version, "specVersion", v->spec_version);
  cli_put_count(cli, version, "implVersion", v->impl_version);
  cli_put_count(cli, version, "transactionVersion", v->transaction_version);
  cli_put_count(cli, version, "systemVersion", v->system_version);
  cli_put_text(cli, version, "from", in->embedded ? "custom-sections" : "Core_version");
  return version;
}

static json_t *apis_json(cli_t *cli, const cli_inspection_t *in) {
  json_t *apis = json_array();
  for (size_t i = 0; in->has_version && i < in->version.api_count; i++) {
    const sce_api_version_t *api = &in->version.apis[i];
    json_t *row = json_object();
    cli_put_text(cli, row, "name", cli_api_name(api->id));
    cli_put_hex(cli, row, "id", sce_span(api->id, sizeof api->id));
    cli_put_count(cli, row, "version", api->version);
    cli_add(cli, apis, row);
  }
  return apis;
}

static json_t *type_json(const sce_wasm_function_type_t *type) {
  sce_buf_t text = {0};
  sce_error_t *err = cli_type_text(&text, type);
  json_t *value = err == NULL ? json_string((const char *)text.data) : NULL;
  sce_error_delete(err);
  sce_buf_free(&text);
  return value;
}

static json_t *imports_json(cli_t *cli, const cli_inspection_t *in) {
  size_t count, type_count;
  const sce_wasm_import_t *imports = sce_blob_imports(in->blob, &count);
  const sce_wasm_function_type_t *types = sce_blob_types(in->blob, &type_count);
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *row = json_object();
    cli_import_state_t state = CLI_IMPORT_UNKNOWN;
    sce_error_t *err = cli_import_state(&state, in->blob, &imports[i]);
    if (err != NULL) cli->json_failed = true;
    sce_error_delete(err);
    put_span(cli, row, "module", imports[i].module);
    put_span(cli, row, "name", imports[i].field);
    cli_put_text(cli, row, "kind", cli_wasm_kind_name(imports[i].kind));
    if (imports[i].kind == SCE_WASM_FUNCTION) cli_put(cli, row, "type", type_json(&types[imports[i].type_index]));
    cli_put(cli, row, "known", json_boolean(state == CLI_IMPORT_KNOWN));
    if (state != CLI_IMPORT_KNOWN) cli_put_text(cli, row, "state", cli_import_state_name(state));
    cli_add(cli, array, row);
  }
  return array;
}

static json_t *exports_json(cli_t *cli, const cli_inspection_t *in) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(in->blob, &count);
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *row = json_object();
    put_span(cli, row, "name", exports[i].name);
    cli_put_text(cli, row, "kind", cli_wasm_kind_name(exports[i].kind));
    const sce_wasm_function_type_t *type =
        exports[i].kind == SCE_WASM_FUNCTION ? sce_blob_function_type(in->blob, exports[i].index) : NULL;
    if (type != NULL) cli_put(cli, row, "type", type_json(type));
    cli_add(cli, array, row);
  }
  return array;
}

static void put_limits(cli_t *cli, json_t *object, const sce_wasm_limits_t *limits) {
  cli_put_count(cli, object, "minimum", limits->minimum);
  cli_put(cli, object, "maximum", limits->has_maximum ? cli_json_count(limits->maximum) : json_null());
}

static json_t *memory_json(cli_t *cli, const cli_inspection_t *in) {
  const sce_wasm_memory_t *memory = sce_blob_memory(in->blob);
  if (memory == NULL) return json_null();
  json_t *object = json_object();
  cli_put(cli, object, "imported", json_boolean(memory->is_imported));
  put_limits(cli, object, &memory->limits);
  return object;
}

static json_t *table_json(cli_t *cli, const cli_inspection_t *in) {
  size_t count;
  const sce_wasm_table_t *tables = sce_blob_tables(in->blob, &count);
  if (count == 0) return json_null();
  json_t *object = json_object();
  cli_put(cli, object, "imported", json_boolean(tables[0].is_imported));
  cli_put_text(cli, object, "type", sce_wasm_type_name(tables[0].element_type));
  put_limits(cli, object, &tables[0].limits);
  return object;
}

static json_t *sections_json(cli_t *cli, const cli_inspection_t *in) {
  size_t count;
  const sce_wasm_section_t *sections = sce_blob_sections(in->blob, &count);
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *row = json_object();
    cli_put_count(cli, row, "id", sections[i].id);
    put_span(cli, row, "name", sections[i].name);
    cli_put_count(cli, row, "size", sections[i].end - sections[i].start);
    cli_add(cli, array, row);
  }
  return array;
}

sce_error_t *cli_inspect_print_json(cli_t *cli, const cli_inspection_t *in) {
  json_t *document = json_object();
  cli_put(cli, document, "code", code_json(cli, in));
  cli_put(cli, document, "version", version_json(cli, in));
  if (in->version_error != NULL) cli_put(cli, document, "versionError", cli_error_json(in->version_error));
  if (in->has_metadata_hash)
    cli_put_hex(cli, document, "metadataHash", sce_span(in->metadata_hash, sizeof in->metadata_hash));
  else
    cli_put(cli, document, "metadataHash", json_null());
  if (!in->has_metadata_hash)
    cli_put_text(cli, document, "metadataHashMissing", sce_error_message(in->metadata_hash_missing));
  cli_put(cli, document, "apis", apis_json(cli, in));
  cli_put(cli, document, "memory", memory_json(cli, in));
  cli_put(cli, document, "table", table_json(cli, in));
  cli_put(cli, document, "imports", imports_json(cli, in));
  cli_put(cli, document, "exports", exports_json(cli, in));
  cli_put(cli, document, "sections", sections_json(cli, in));
  return cli_print_json(cli, document);
}
