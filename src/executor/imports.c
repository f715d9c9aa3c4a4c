/* imports.c: gives every import of a module its host function. Source: sc-executor-wasmtime imports.rs,
 * prepare_imports; unlike there, the error names all that is missing or of another type at once. */
#include "executor/runtime.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "host/rfc145.h"

#include <stdlib.h>
#include <string.h>

/* A name for messages, which end at a NUL where names don't. */
static char *readable_name(const wasm_name_t *name) {
  size_t nuls = 0, len = 0;
  for (size_t i = 0; i < name->size; i++) nuls += name->data[i] == '\0';
  char *text = sce_alloc(name->size + nuls + 1);
  if (text == NULL) return NULL;
  for (size_t i = 0; i < name->size; i++) {
    bool is_nul = name->data[i] == '\0';
    if (is_nul) text[len++] = '\\';
    text[len++] = is_nul ? '0' : name->data[i];
  }
  text[len] = '\0';
  return text;
}

static sce_span_t name_span(const wasm_name_t *name) {
  return sce_span(name->data, name->size);
}

/* Adds a line to the list of what can't be resolved. */
static sce_error_t *complain(sce_buf_t *missing, const char *module, const char *name, const char *why) {
  return sce_buf_printf(missing, "%s%s.%s%s", missing->len > 0 ? ", " : "", module, name, why);
}

/* The module of the Host API. */
static const char host_module[] = "env";

static const sce_host_function_t *find_own(const sce_engine_t *engine, sce_span_t module, sce_span_t name) {
  for (size_t i = 0; i < engine->config.host_function_count; i++) {
    const sce_host_function_t *own = &engine->host_functions[i];
    const char *own_module = own->module != NULL ? own->module : host_module;
    if (sce_span_equal(sce_span_text(own_module), module) && sce_span_equal(sce_span_text(own->name), name)) return own;
  }
  return NULL;
}

/* " (has type X, the host's is Y)" for a known name with another type. */
static sce_error_t *complain_type(sce_buf_t *missing, const char *module, const sce_import_t *import,
                                  const char *ours) {
  char theirs[SCE_SIGNATURE_TEXT_MAX];
  sce_signature_format(theirs, &import->signature);
  return sce_buf_printf(missing, "%s%s.%s (the runtime's type is %s, the host's %s)", missing->len > 0 ? ", " : "",
                        module, import->name, theirs, ours);
}

/* Finds the function of an import: the host's own first, then the built-in table. */
static sce_error_t *resolve_one(const sce_engine_t *engine, const wasm_importtype_t *type, const char *module,
                                sce_import_t *import, sce_buf_t *missing) {
  sce_span_t module_name = name_span(wasm_importtype_module(type)), name = name_span(wasm_importtype_name(type));
  const sce_host_function_t *own = find_own(engine, module_name, name);
  if (own != NULL) {
    sce_signature_t signature;
    if (!sce_signature_parse(&signature, own->signature) || !sce_signature_equal(&signature, &import->signature))
      return complain_type(missing, module, import, own->signature);
    import->call = own->call;
    import->ctx = own->ctx;
    return NULL;
  }
  if (!sce_span_equal(module_name, sce_span_text(host_module)))
    return complain(missing, module, import->name, " (the host has no function of that module and name)");
  char text[SCE_SIGNATURE_TEXT_MAX];
  sce_signature_format(text, &import->signature);
  const sce_host_row_t *row = sce_host_lookup(name, text);
  if (row != NULL && row->call != NULL && (!row->rfc145 || engine->config.enable_rfc145)) {
    import->call = row->call;
    import->allocates = sce_rfc145_forbids(row);
    return NULL;
  }
  const sce_host_row_t *other = row != NULL ? NULL : sce_host_lookup(name, NULL);
  if (other != NULL && other->call != NULL && !other->rfc145)
    return complain_type(missing, module, import, other->signature);
  import->note = row != NULL ? row->note : other != NULL ? other->note : NULL;
  if (engine->config.allow_missing_imports) return NULL;
  return complain(missing, module, import->name, "");
}

/* Fills `import` from one import of the module. */
static sce_error_t *resolve_import(sce_runtime_t *runtime, sce_import_t *import, const wasm_importtype_t *type,
                                   sce_buf_t *missing) {
  import->name = readable_name(wasm_importtype_name(type));
  char *module = readable_name(wasm_importtype_module(type));
  if (import->name == NULL || module == NULL) {
    sce_free(module);
    return sce_error_oom();
  }
  const wasm_functype_t *function = wasm_externtype_as_functype_const(wasm_importtype_type(type));
  sce_error_t *err;
  if (function == NULL) {
    err = complain(missing, module, import->name, " (not a function)");
  } else if (!sce_signature_from_type(&import->signature, function)) {
    err = complain(missing, module, import->name, " (of a type that no host function has)");
  } else {
    err = resolve_one(runtime->engine, type, module, import, missing);
  }
  sce_free(module);
  return err;
}

static sce_error_t *define_import(wasmtime_linker_t *linker, sce_import_t *import, const wasm_importtype_t *type) {
  const wasm_functype_t *function = wasm_externtype_as_functype_const(wasm_importtype_type(type));
  const wasm_name_t *module = wasm_importtype_module(type), *name = wasm_importtype_name(type);
  return sce_error_from_wasmtime(wasmtime_linker_define_func_unchecked(linker, module->data, module->size, name->data,
                                                                       name->size, function, sce_host_trampoline,
                                                                       import, NULL),
                                 SCE_ENGINE, "linking a host function");
}

static sce_error_t *link_imports(sce_runtime_t *runtime, const wasm_importtype_vec_t *types) {
  wasmtime_linker_t *linker = wasmtime_linker_new(runtime->engine->wasm);
  wasmtime_linker_allow_shadowing(linker, true); /* one name may be imported twice */
  sce_error_t *err = NULL;
  for (size_t i = 0; err == NULL && i < types->size; i++)
    err = define_import(linker, &runtime->imports[i], types->data[i]);
  if (err == NULL)
    err = sce_error_from_wasmtime(wasmtime_linker_instantiate_pre(linker, runtime->module, &runtime->instance_pre),
                                  SCE_BAD_CODE, "linking the runtime");
  wasmtime_linker_delete(linker);
  return err;
}

static sce_error_t *resolve_all(sce_runtime_t *runtime, const wasm_importtype_vec_t *types) {
  sce_buf_t missing = {0};
  sce_error_t *err = NULL;
  for (size_t i = 0; err == NULL && i < types->size; i++)
    err = resolve_import(runtime, &runtime->imports[i], types->data[i], &missing);
  if (err == NULL && missing.len > 0)
    err = sce_error_new(SCE_MISSING_IMPORT,
                        "the runtime imports what the host does not have: %.*s; give the functions, or allow missing "
                        "imports if the call does not need them",
                        (int)missing.len, (const char *)missing.data);
  sce_buf_free(&missing);
  return err;
}

static int compare_names(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

/* Sorted, and each name once: a module may import a function twice. */
static sce_error_t *list_missing(sce_runtime_t *runtime) {
  size_t count = 0, kept = 0;
  for (size_t i = 0; i < runtime->import_count; i++) count += runtime->imports[i].call == NULL;
  if (count == 0) return NULL;
  const char **names = sce_calloc(count, sizeof *names);
  if (names == NULL) return sce_error_oom();
  count = 0;
  for (size_t i = 0; i < runtime->import_count; i++)
    if (runtime->imports[i].call == NULL) names[count++] = runtime->imports[i].name;
  qsort(names, count, sizeof *names, compare_names);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0) names[kept++] = names[i];
  runtime->missing_imports = names;
  runtime->missing_import_count = kept;
  return NULL;
}

/* A runtime of RFC-145 has no heap of the host's. */
static sce_error_t *check_rfc145(const sce_runtime_t *runtime) {
  sce_buf_t forbidden = {0};
  sce_error_t *err = NULL;
  for (size_t i = 0; err == NULL && i < runtime->import_count; i++)
    if (runtime->imports[i].allocates)
      err = sce_buf_printf(&forbidden, "%s%s", forbidden.len > 0 ? ", " : "", runtime->imports[i].name);
  if (err == NULL && forbidden.len > 0)
    err = sce_error_new(SCE_BAD_CODE,
                        "the runtime reads its input by " SCE_RFC145_INPUT ", and imports functions that allocate in a "
                        "heap of the host's, which RFC-145 does not have: %.*s",
                        (int)forbidden.len, (const char *)forbidden.data);
  sce_buf_free(&forbidden);
  return err;
}

bool sce_runtime_has_rfc145_input(const sce_engine_t *engine, const wasm_importtype_vec_t *types) {
  for (size_t i = 0; engine->config.enable_rfc145 && i < types->size; i++)
    if (sce_span_equal(name_span(wasm_importtype_name(types->data[i])), sce_span_text(SCE_RFC145_INPUT))) return true;
  return false;
}

sce_error_t *sce_runtime_resolve_imports(sce_runtime_t *runtime, const wasm_importtype_vec_t *types) {
  runtime->imports = sce_calloc(types->size, sizeof *runtime->imports);
  if (runtime->imports == NULL) return sce_error_oom();
  runtime->import_count = types->size;
  SCE_TRY(resolve_all(runtime, types));
  SCE_TRY(list_missing(runtime));
  if (runtime->rfc145) SCE_TRY(check_rfc145(runtime));
  for (size_t i = 0; i < runtime->import_count; i++)
    if (strncmp(runtime->imports[i].name, "ext_sandbox_", 12) == 0) runtime->has_guests = true;
  return runtime->module != NULL ? link_imports(runtime, types) : NULL;
}
