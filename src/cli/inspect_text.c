/* inspect_text.c: `scexec inspect` for people. Names come from the code, so they are printed escaped. */
#include "cli/apis.h"
#include "cli/inspect.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

static sce_error_t *heading(const cli_t *cli, const char *text) {
  return cli_printf(cli->color_out ? "\n\033[1m%s\033[0m" : "\n%s", text);
}

static sce_error_t *print_version(const cli_inspection_t *in) {
  if (!in->has_version) {
    SCE_TRY(cli_printf("no version: "));
    SCE_TRY(cli_write_escaped(sce_span_text(sce_error_message(in->version_error))));
    return cli_printf("\n");
  }
  const sce_runtime_version_t *v = &in->version;
  SCE_TRY(cli_write_escaped(v->spec_name));
  SCE_TRY(cli_printf(" %u (", (unsigned)v->spec_version));
  SCE_TRY(cli_write_escaped(v->impl_name));
  return cli_printf(" %u), authoring version %u, transaction version %u, system version %u; from %s\n",
                    (unsigned)v->impl_version, (unsigned)v->authoring_version, (unsigned)v->transaction_version,
                    (unsigned)v->system_version, in->embedded ? "its custom sections" : "Core_version");
}

static sce_error_t *print_hash(const char *what, const uint8_t hash[32]) {
  SCE_TRY(cli_printf("%s: 0x", what));
  for (size_t i = 0; i < 32; i++) SCE_TRY(cli_printf("%02x", hash[i]));
  return cli_printf("\n");
}

static sce_error_t *print_code(const cli_inspection_t *in) {
  char given[32], plain[32];
  bool compressed = sce_blob_is_compressed(in->blob);
  cli_size_text(given, in->source->code.len);
  cli_size_text(plain, sce_blob_code(in->blob).len);
  SCE_TRY(compressed ? cli_printf("code: %s, compressed (%s of WebAssembly)\n", given, plain)
                     : cli_printf("code: %s, not compressed\n", given));
  SCE_TRY(print_hash("code hash, BLAKE2b-256", in->code_hash));
  if (compressed) SCE_TRY(print_hash("hash uncompressed", in->wasm_hash));
  if (in->has_metadata_hash) return print_hash("metadata hash, RFC-78", in->metadata_hash);
  SCE_TRY(cli_printf("no metadata hash: "));
  SCE_TRY(cli_write_escaped(sce_span_text(sce_error_message(in->metadata_hash_missing))));
  return cli_printf("\n");
}

static sce_error_t *print_limits(const sce_wasm_limits_t *limits, const char *unit) {
  SCE_TRY(cli_printf("%u %s, ", (unsigned)limits->minimum, unit));
  return limits->has_maximum ? cli_printf("at most %u", (unsigned)limits->maximum) : cli_printf("no maximum");
}

static sce_error_t *print_memory(const cli_inspection_t *in) {
  const sce_wasm_memory_t *memory = sce_blob_memory(in->blob);
  SCE_TRY(cli_printf("memory: "));
  if (memory != NULL) {
    SCE_TRY(print_limits(&memory->limits, "pages"));
    SCE_TRY(cli_printf(memory->is_imported ? ", imported\n" : ", its own\n"));
  } else {
    SCE_TRY(cli_printf("none\n"));
  }
  size_t count;
  const sce_wasm_table_t *tables = sce_blob_tables(in->blob, &count);
  SCE_TRY(cli_printf("table: "));
  if (count == 0) return cli_printf("none\n");
  SCE_TRY(print_limits(&tables[0].limits, "entries"));
  return cli_printf(tables[0].is_imported ? ", imported\n" : "\n");
}

static sce_error_t *print_apis(const cli_t *cli, const cli_inspection_t *in) {
  if (!in->has_version) return NULL;
  SCE_TRY(heading(cli, "Runtime APIs"));
  SCE_TRY(cli_printf(" (%zu)\n", in->version.api_count));
  for (size_t i = 0; i < in->version.api_count; i++) {
    const sce_api_version_t *api = &in->version.apis[i];
    const char *name = cli_api_name(api->id);
    char id[19] = "0x";
    for (size_t b = 0; b < 8; b++) snprintf(id + 2 + 2 * b, 3, "%02x", api->id[b]);
    SCE_TRY(cli_printf("  %-28s version %-3u %s\n", name != NULL ? name : "(not known)", (unsigned)api->version, id));
  }
  return NULL;
}

static sce_error_t *print_function(const sce_wasm_function_type_t *type, sce_span_t name, size_t width) {
  SCE_TRY(cli_printf("  "));
  SCE_TRY(cli_write_escaped(name));
  SCE_TRY(cli_printf("%*s", name.len < width ? (int)(width - name.len) : 0, ""));
  if (type == NULL) return NULL;
  sce_buf_t text = {0};
  sce_error_t *err = cli_type_text(&text, type);
  if (err == NULL) err = cli_printf("  %s", (const char *)text.data);
  sce_buf_free(&text);
  return err;
}

static sce_error_t *print_imports(const cli_t *cli, const cli_inspection_t *in) {
  size_t count, type_count, unknown = 0;
  const sce_wasm_import_t *imports = sce_blob_imports(in->blob, &count);
  const sce_wasm_function_type_t *types = sce_blob_types(in->blob, &type_count);
  SCE_TRY(heading(cli, "Imports"));
  SCE_TRY(cli_printf(" (%zu)\n", count));
  for (size_t i = 0; i < count; i++) {
    cli_import_state_t state;
    SCE_TRY(cli_import_state(&state, in->blob, &imports[i]));
    bool function = imports[i].kind == SCE_WASM_FUNCTION;
    SCE_TRY(print_function(function ? &types[imports[i].type_index] : NULL, imports[i].field, 48));
    if (!function) SCE_TRY(cli_printf("  (%s)", cli_wasm_kind_name(imports[i].kind)));
    if (!sce_span_equal(imports[i].module, sce_span_text("env"))) {
      SCE_TRY(cli_printf("  module "));
      SCE_TRY(cli_write_escaped(imports[i].module));
    }
    if (state != CLI_IMPORT_KNOWN) {
      unknown++;
      SCE_TRY(cli_printf(cli->color_out ? "  \033[31m%s\033[0m" : "  %s", cli_import_state_name(state)));
    }
    SCE_TRY(cli_printf("\n"));
  }
  return unknown == 0 ? cli_printf("  all known to the host\n") : cli_printf("  %zu not known to the host\n", unknown);
}

static sce_error_t *print_exports(const cli_t *cli, const cli_inspection_t *in) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(in->blob, &count);
  SCE_TRY(heading(cli, "Exports"));
  SCE_TRY(cli_printf(" (%zu)\n", count));
  for (size_t i = 0; i < count; i++) {
    SCE_TRY(cli_printf("  "));
    SCE_TRY(cli_write_escaped(exports[i].name));
    if (exports[i].kind != SCE_WASM_FUNCTION) SCE_TRY(cli_printf("  (%s)", cli_wasm_kind_name(exports[i].kind)));
    SCE_TRY(cli_printf("\n"));
  }
  return NULL;
}

static sce_error_t *print_sections(const cli_t *cli, const cli_inspection_t *in) {
  size_t count;
  const sce_wasm_section_t *sections = sce_blob_sections(in->blob, &count);
  SCE_TRY(heading(cli, "Sections"));
  SCE_TRY(cli_printf(" (%zu)\n", count));
  for (size_t i = 0; i < count; i++) {
    char size[32];
    cli_size_text(size, sections[i].end - sections[i].start);
    SCE_TRY(cli_printf("  %12s  ", size));
    SCE_TRY(cli_write_escaped(sections[i].name));
    SCE_TRY(cli_printf(sections[i].id == SCE_WASM_SECTION_CUSTOM ? "  (custom)\n" : "\n"));
  }
  return NULL;
}

sce_error_t *cli_inspect_print_text(cli_t *cli, const cli_inspection_t *in) {
  SCE_TRY(print_version(in));
  SCE_TRY(print_code(in));
  SCE_TRY(print_memory(in));
  SCE_TRY(print_apis(cli, in));
  SCE_TRY(print_imports(cli, in));
  SCE_TRY(print_exports(cli, in));
  return print_sections(cli, in);
}
