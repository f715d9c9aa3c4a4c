/* runtime.c: compiling a blob, and reading what its exports are. Source: sc-executor-wasmtime runtime.rs,
 * do_create_runtime and prepare_blob_for_compilation. */
#include "executor/runtime.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "blob/reach.h"
#include "executor/heap.h"
#include "executor/module_types.h"
#include "executor/tiers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- exports ---- */

static int compare_exports(const void *a, const void *b) {
  const sce_export_t *x = a, *y = b;
  return sce_span_compare(sce_span(x->name, x->name_len), sce_span(y->name, y->name_len));
}

const sce_export_t *sce_runtime_find_export(const sce_runtime_t *runtime, sce_span_t name) {
  size_t low = 0, high = runtime->export_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const sce_export_t *export = &runtime->exports[middle];
    int order = sce_span_compare(name, sce_span(export->name, export->name_len));
    if (order == 0) return export;
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return NULL;
}

/* A function of `params` i32 that returns i64. */
static bool is_entry(const wasm_functype_t *type, int params) {
  sce_signature_t signature;
  if (!sce_signature_from_type(&signature, type) || signature.param_count != params) return false;
  for (int i = 0; i < params; i++)
    if (signature.params[i] != WASM_I32) return false;
  return signature.has_result && signature.result == WASM_I64;
}

/* Entry points of both kinds are refused: it would not be known how one of them is to be called. */
static sce_error_t *function_kind(const sce_runtime_t *runtime, sce_export_t *export, const wasm_functype_t *type) {
  export->kind = is_entry(type, runtime->rfc145 ? 1 : 2) ? SCE_EXPORT_ENTRY : SCE_EXPORT_FUNCTION;
  if (!runtime->rfc145 || !is_entry(type, 2)) return NULL;
  return sce_error_new(SCE_BAD_CODE,
                       "the runtime reads its input by " SCE_RFC145_INPUT ", but %s is of type (i32, i32) -> i64",
                       export->name);
}

static sce_error_t *read_export(sce_runtime_t *runtime, sce_export_t *export, const wasm_exporttype_t *type) {
  const wasm_name_t *name = wasm_exporttype_name(type);
  const wasm_externtype_t *external = wasm_exporttype_type(type);
  export->name = sce_strndup(name->data, name->size);
  export->name_len = name->size;
  if (export->name == NULL) return sce_error_oom();
  const wasm_functype_t *function = wasm_externtype_as_functype_const(external);
  const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(external);
  const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(external);
  export->kind = SCE_EXPORT_OTHER;
  if (function != NULL) {
    SCE_TRY(function_kind(runtime, export, function));
    if (export->kind == SCE_EXPORT_ENTRY) export->function_entry = runtime->entry_count++;
  } else if (global != NULL) {
    export->kind = SCE_EXPORT_GLOBAL;
    export->mutable_global = wasm_globaltype_mutability(global) == WASM_VAR;
    export->global_kind = wasm_valtype_kind(wasm_globaltype_content(global));
    if (export->mutable_global) runtime->mutable_global_count++;
  } else if (memory != NULL) {
    export->kind = SCE_EXPORT_MEMORY;
    if (sce_span_equal(sce_span(export->name, export->name_len), sce_span_text("memory")))
      runtime->initial_pages = (uint32_t)wasmtime_memorytype_minimum(memory);
  } else if (wasm_externtype_as_tabletype_const(external) != NULL) {
    export->kind = SCE_EXPORT_TABLE;
  }
  return NULL;
}

static sce_error_t *list_mutable_globals(sce_runtime_t *runtime) {
  runtime->mutable_globals = sce_calloc(runtime->mutable_global_count, sizeof *runtime->mutable_globals);
  if (runtime->mutable_globals == NULL) return sce_error_oom();
  size_t count = 0;
  for (size_t i = 0; i < runtime->export_count; i++)
    if (runtime->exports[i].mutable_global) runtime->mutable_globals[count++] = (uint32_t)i;
  return NULL;
}

/* Metering adds its counter behind the module's own globals, and rewriting exports it behind all others. Called while
 * exports are in the module's order. */
static void find_stack_counter(sce_runtime_t *runtime) {
  for (size_t i = 0; i < runtime->export_count; i++)
    if (runtime->exports[i].mutable_global) runtime->stack_counter = runtime->exports[i].name;
}

static sce_error_t *read_exports(sce_runtime_t *runtime, const wasm_exporttype_vec_t *types) {
  runtime->exports = sce_calloc(types->size, sizeof *runtime->exports);
  if (runtime->exports == NULL) return sce_error_oom();
  for (size_t i = 0; i < types->size; i++) {
    runtime->export_count = i + 1;
    SCE_TRY(read_export(runtime, &runtime->exports[i], types->data[i]));
  }
  if (runtime->engine->config.semantics.stack_limited) find_stack_counter(runtime);
  qsort(runtime->exports, runtime->export_count, sizeof *runtime->exports, compare_exports);
  return list_mutable_globals(runtime);
}

const char *const *sce_runtime_missing_imports(const sce_runtime_t *runtime, size_t *count) {
  *count = runtime->missing_import_count;
  return runtime->missing_imports;
}

sce_error_t *sce_runtime_list_covered(const sce_runtime_t *runtime, uint8_t **covers, const sce_blob_t *module,
                                      const uint8_t *functions) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(module, &count);
  *covers = sce_calloc(runtime->entry_count, 1);
  if (*covers == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++) {
    if (exports[i].kind != SCE_WASM_FUNCTION || !functions[exports[i].index]) continue;
    const sce_export_t *export = sce_runtime_find_export(runtime, exports[i].name);
    if (export != NULL && export->kind == SCE_EXPORT_ENTRY) (*covers)[export->function_entry] = 1;
  }
  return NULL;
}

/* ---- limits ---- */

/* Whether memory.grow beyond the host's own limit can end the call. With reference types it would have to end calls
 * that only grow a table too far, too. */
static bool can_end_growth(const sce_engine_t *engine) {
#ifndef SCEXEC_PREBUILT_WASMTIME
  return !engine->config.semantics.wasm_reference_types;
#else
  (void)engine;
  return false;
#endif
}

static sce_error_t *set_memory_limit(sce_runtime_t *runtime) {
  const sce_export_t *memory = sce_runtime_find_export(runtime, sce_span_text("memory"));
  if (memory == NULL || memory->kind != SCE_EXPORT_MEMORY)
    return sce_error_new(SCE_BAD_CODE, "the runtime has no memory exported or imported as \"memory\"");
  const sce_heap_pages_t *heap = &runtime->engine->config.semantics.heap_pages;
  uint64_t pages = SCE_WASM_MAX_PAGES;
  if (!heap->dynamic) pages = (uint64_t)runtime->initial_pages + heap->pages;
  if (heap->dynamic && !heap->unlimited) pages = heap->pages;
  if (pages > SCE_WASM_MAX_PAGES) pages = SCE_WASM_MAX_PAGES;
  runtime->heap_max_pages = (uint32_t)pages;
  uint64_t limit = pages * SCE_WASM_PAGE, own = runtime->engine->config.max_memory_size, shown = limit;
  if (own != 0 && own < limit) {
    shown = own;
    limit = own / SCE_WASM_PAGE * SCE_WASM_PAGE;
    runtime->growth_ends_call = can_end_growth(runtime->engine);
  }
  uint64_t first = runtime->initial_pages + (uint64_t)(heap->dynamic ? 0 : heap->pages);
  if (first * SCE_WASM_PAGE > limit)
    return sce_error_new(SCE_MEMORY_LIMIT,
                         "the runtime begins with %llu bytes of linear memory, more than the limit of %llu bytes",
                         (unsigned long long)(first * SCE_WASM_PAGE), (unsigned long long)shown);
  runtime->max_memory_bytes = limit;
  return NULL;
}

/* ---- compiling ---- */

static void proposals_of(sce_proposals_t *proposals, const sce_semantics_t *s) {
  *proposals = (sce_proposals_t){
      .reference_types = s->wasm_reference_types,
      .simd = s->wasm_simd,
      .bulk_memory = s->wasm_bulk_memory,
      .multi_value = s->wasm_multi_value,
  };
}

/* Everything that is refused before Wasmtime sees it. */
static sce_error_t *check_code(const sce_semantics_t *s, sce_code_traits_t *traits, const sce_blob_t *blob) {
  sce_proposals_t proposals;
  uint8_t floats;
  proposals_of(&proposals, s);
  SCE_TRY(sce_blob_scan(blob, &proposals, &floats));
  traits->picks_nan = (floats & FLOATS_PICK_NAN) != 0 && !s->canonicalize_nans;
  bool negates = (floats & FLOATS_NEGATE) != 0 && (floats & FLOATS_MULTIPLY) != 0;
  if (s->inline_calls && s->compiler != SCE_COMPILER_WINCH && negates && !s->canonicalize_nans)
    return sce_error_new(SCE_MISUSE,
                         "the code negates and multiplies floats, and where calls are inlined NaNs get another sign: "
                         "leave that off, or use canonical NaNs");
  if (s->inline_calls && s->compiler != SCE_COMPILER_WINCH && traits->picks_nan)
    return sce_error_new(SCE_MISUSE,
                         "the code has sums, products, minima or maxima of floats, and where calls are inlined "
                         "another of two NaNs comes out: leave that off, or use canonical NaNs");
  return NULL;
}

/* Runtimes made before July 2019 may lack the export (Substrate commit f2571e8e5); they are told by ext_malloc, which
 * none has that was made for later hosts alone. */
static bool lacks_heap_base(const sce_blob_t *blob) {
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (sce_span_equal(exports[i].name, sce_span_text("__heap_base"))) return false;
  const sce_wasm_import_t *imports = sce_blob_imports(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (sce_span_equal(imports[i].field, sce_span_text("ext_malloc"))) return true;
  return false;
}

/* The module as Wasmtime compiles it, its memory with `more_pages` from the start. */
static sce_error_t *write_module(const sce_semantics_t *s, sce_buf_t *module, const sce_blob_t *blob,
                                 uint32_t more_pages) {
  sce_blob_rewrite_t rewrite = {
      .export_memory = true,
      .clear_memory_maximum = true,
      .export_mutable_globals = true, /* for instance-reuse; always, so that strategies share artifacts */
      .meter_stack = s->stack_limited,
      .stack_limit = s->stack_logical_max,
      .set_memory_minimum = more_pages > 0,
      .memory_minimum = more_pages > 0 ? sce_blob_memory(blob)->limits.minimum + more_pages : 0,
      .add_heap_base = lacks_heap_base(blob),
      .widen_multiplication = sce_engine_widens(),
      .float_globals_mutable = true,
  };
  return sce_blob_rewrite(blob, module, &rewrite);
}

/* Why instances of the runtime can't be put back to their first state, or NULL. Without bulk memory and reference types
 * code can't write tables or use up segments. A start function has to run in each call, within its limits. */
static const char *reuse_obstacle(const sce_blob_t *blob, const sce_semantics_t *s) {
  uint32_t start;
  if (sce_blob_start_function(blob, &start)) return "the runtime has a start function";
  if (!s->wasm_bulk_memory && !s->wasm_reference_types) return NULL;
  size_t count;
  const sce_wasm_data_t *data = sce_blob_data(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (data[i].mode != SCE_WASM_ACTIVE) return "the runtime has passive data segments";
  const sce_wasm_element_t *elements = sce_blob_elements(blob, &count);
  for (size_t i = 0; i < count; i++)
    if (elements[i].mode == SCE_WASM_PASSIVE) return "the runtime has passive element segments";
  sce_proposals_t plain = {.simd = s->wasm_simd, .multi_value = s->wasm_multi_value};
  sce_error_t *uses = sce_blob_check_proposals(blob, &plain);
  sce_error_delete(uses);
  return uses != NULL ? "the runtime may write to its tables" : NULL;
}

const char *sce_runtime_reuse_warning(const sce_engine_t *engine, const sce_blob_t *blob) {
  const sce_semantics_t *s = &engine->config.semantics;
  return s->strategy == SCE_STRATEGY_INSTANCE_REUSE ? reuse_obstacle(blob, s) : NULL;
}

/* sce_runtime_prepare(), with `more_pages` of memory. */
static sce_error_t *prepare_with_heap(const sce_engine_t *engine, sce_buf_t *module, sce_code_traits_t *traits,
                                      const sce_blob_t *blob, uint32_t more_pages) {
  const sce_semantics_t *s = &engine->config.semantics;
  SCE_TRY(check_code(s, traits, blob));
  SCE_TRY(write_module(s, module, blob, more_pages));
  traits->reusable = reuse_obstacle(blob, s) == NULL;
  return NULL;
}

sce_error_t *sce_runtime_prepare(const sce_engine_t *engine, sce_buf_t *module, sce_code_traits_t *traits,
                                 const sce_blob_t *blob) {
  return prepare_with_heap(engine, module, traits, blob, 0);
}

/* A compiled module, or none, from which a runtime is made. */
typedef struct origin {
  wasmtime_module_t *module;       /* may be NULL; taken in any case */
  const sce_module_types_t *types; /* of that module */
  bool reusable;
  uint32_t heap_pages; /* of the heap that the module's memory begins with */
} origin_t;

static sce_error_t *init_runtime(sce_runtime_t *runtime, const origin_t *origin) {
  int failed = pthread_mutex_init(&runtime->snapshot_lock, NULL);
  if (failed != 0) return sce_error_system(failed, "making a lock");
  runtime->snapshot_lock_ready = true;
  runtime->reusable = origin->reusable;
  runtime->reuse = origin->reusable && runtime->engine->config.semantics.strategy == SCE_STRATEGY_INSTANCE_REUSE;
  runtime->rfc145 = sce_runtime_has_rfc145_input(runtime->engine, &origin->types->imports);
  SCE_TRY(read_exports(runtime, &origin->types->exports));
  runtime->initial_pages -= origin->heap_pages;
  runtime->heap_included = origin->heap_pages > 0;
  SCE_TRY(set_memory_limit(runtime));
  return sce_runtime_resolve_imports(runtime, &origin->types->imports);
}

static sce_error_t *make_runtime(sce_runtime_t **out, sce_engine_t *engine, const origin_t *origin) {
  sce_runtime_t *runtime = sce_calloc(1, sizeof *runtime);
  if (runtime == NULL) {
    if (origin->module != NULL) wasmtime_module_delete(origin->module);
    return sce_error_oom();
  }
  atomic_init(&runtime->references, 1);
  runtime->snapshot.image.fd = -1;
  runtime->module = origin->module;
  runtime->engine = engine;
  sce_engine_retain(engine);
  sce_error_t *err = init_runtime(runtime, origin);
  if (err != NULL) {
    sce_runtime_delete(runtime);
    return err;
  }
  *out = runtime;
  return NULL;
}

static sce_error_t *runtime_with_heap(sce_runtime_t **runtime, sce_engine_t *engine, wasmtime_module_t *module,
                                      bool reusable, uint32_t heap_pages) {
  sce_module_types_t types;
  sce_module_types_of_module(&types, module);
  origin_t origin = {.module = module, .types = &types, .reusable = reusable, .heap_pages = heap_pages};
  sce_error_t *err = make_runtime(runtime, engine, &origin);
  sce_module_types_free(&types);
  return err;
}

sce_error_t *sce_runtime_of_module(sce_runtime_t **runtime, sce_engine_t *engine, wasmtime_module_t *module,
                                   bool reusable) {
  return runtime_with_heap(runtime, engine, module, reusable, 0);
}

sce_error_t *sce_runtime_of_blob(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *module,
                                 bool reusable) {
  sce_module_types_t types;
  SCE_TRY(sce_module_types_of_blob(&types, module));
  origin_t origin = {.types = &types, .reusable = reusable};
  sce_error_t *err = make_runtime(runtime, engine, &origin);
  sce_module_types_free(&types);
  return err;
}

sce_error_t *sce_runtime_like(sce_runtime_t **runtime, sce_engine_t *engine, const sce_runtime_t *code) {
  sce_module_types_t types;
  sce_module_types_of_module(&types, code->module);
  origin_t origin = {.types = &types, .reusable = code->reusable};
  sce_error_t *err = make_runtime(runtime, engine, &origin);
  sce_module_types_free(&types);
  return err;
}

/* Finds the functions of the prepared module that Winch is for, and takes all others out. */
static sce_error_t *leave_out_floats(sce_buf_t *prepared, uint8_t **keep, sce_blob_t **module) {
  SCE_TRY(sce_blob_new(module, sce_buf_span(prepared)));
  uint32_t count = sce_blob_function_count(*module), start;
  *keep = sce_calloc(count, 1);
  if (*keep == NULL) return sce_error_oom();
  SCE_TRY(sce_blob_reaching_floats(*module, *keep, FLOATS_PICK_NAN));
  if (sce_blob_start_function(*module, &start) && (*keep)[start])
    return sce_error_new(SCE_MISUSE, "the start function " SCE_WINCH_FLOATS);
  for (uint32_t i = 0; i < count; i++) (*keep)[i] = !(*keep)[i];
  sce_blob_stub(*module, prepared->data, *keep);
  return NULL;
}

/* Compiles for Winch what that is for: runtime->covers. Takes `prepared`. */
static sce_error_t *compile_without_floats(sce_runtime_t **runtime, sce_engine_t *engine, sce_buf_t *prepared,
                                           const sce_code_traits_t *traits, uint32_t heap_pages,
                                           const sce_patience_t *patience) {
  sce_blob_t *blob = NULL;
  uint8_t *keep = NULL;
  wasmtime_module_t *module = NULL;
  sce_runtime_t *made = NULL;
  sce_error_t *err = leave_out_floats(prepared, &keep, &blob);
  if (err == NULL) err = sce_compile(&module, engine, engine->wasm, prepared, patience);
  if (err == NULL) err = runtime_with_heap(&made, engine, module, traits->reusable, heap_pages);
  if (err == NULL) err = sce_runtime_list_covered(made, &made->covers, blob, keep);
  if (err != NULL)
    sce_runtime_delete(made);
  else
    *runtime = made;
  sce_buf_free(prepared);
  sce_blob_delete(blob);
  sce_free(keep);
  return err;
}

static sce_error_t *compile_with_heap(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                      uint32_t heap_pages, const sce_patience_t *patience) {
  sce_buf_t prepared = {0};
  wasmtime_module_t *module = NULL;
  sce_code_traits_t traits = {0};
  sce_error_t *err = prepare_with_heap(engine, &prepared, &traits, blob, heap_pages);
  if (err != NULL) {
    sce_buf_free(&prepared);
    return err;
  }
  sce_engine_warn(engine, "each call gets a fresh instance", sce_runtime_reuse_warning(engine, blob));
  if (traits.picks_nan && engine->config.semantics.compiler == SCE_COMPILER_WINCH)
    return compile_without_floats(runtime, engine, &prepared, &traits, heap_pages, patience);
  SCE_TRY(sce_compile(&module, engine, engine->wasm, &prepared, patience));
  return runtime_with_heap(runtime, engine, module, traits.reusable, heap_pages);
}

sce_error_t *sce_runtime_compile(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob) {
  sce_time_limit_t limit;
  const sce_patience_t patience = sce_compile_limit(&limit, engine);
  return compile_with_heap(runtime, engine, blob, 0, &patience);
}

/* Whether nothing that happens before the heap is added can see the memory's size: no start function, and no data
 * segment that ends outside of the module's own minimum, or may. */
static bool size_goes_unseen(const sce_blob_t *blob, uint32_t pages) {
  uint32_t start;
  size_t count;
  const sce_wasm_data_t *data = sce_blob_data(blob, &count);
  for (size_t i = 0; i < count; i++) {
    if (data[i].mode != SCE_WASM_ACTIVE) continue;
    if (data[i].offset.kind != SCE_WASM_INIT_CONST) return false;
    if (data[i].offset.bits + data[i].bytes.len > (uint64_t)pages * SCE_WASM_PAGE) return false;
  }
  return !sce_blob_start_function(blob, &start);
}

/* Pages of a static heap that the module's own minimum may hold, where nobody else will use the machine code: a fresh
 * instance then needs no growth, which costs two changes of protection for each call. */
static uint32_t heap_to_include(const sce_engine_t *engine, const sce_blob_t *blob) {
  const sce_semantics_t *s = &engine->config.semantics;
  const sce_wasm_memory_t *memory = sce_blob_memory(blob);
  if (s->strategy == SCE_STRATEGY_INSTANCE_REUSE || s->heap_pages.dynamic || memory == NULL) return 0;
  if (!size_goes_unseen(blob, memory->limits.minimum)) return 0;
  uint64_t pages = (uint64_t)memory->limits.minimum + s->heap_pages.pages;
  return pages <= SCE_WASM_MAX_PAGES ? s->heap_pages.pages : 0;
}

sce_error_t *sce_runtime_new(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob) {
  return sce_runtime_new_within(runtime, engine, blob, NULL);
}

sce_error_t *sce_runtime_new_within(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                    const sce_patience_t *patience) {
  sce_time_limit_t limit;
  const sce_patience_t own = sce_compile_limit(&limit, engine);
  if (patience == NULL) patience = &own;
  if (engine->tiered) return sce_tiers_new_runtime(runtime, engine, blob, NULL, patience);
  return compile_with_heap(runtime, engine, blob, heap_to_include(engine, blob), patience);
}

/* ---- beside the pool ---- */

/* Machine code belongs to one engine of Wasmtime; its image, to all with the same settings. */
static sce_error_t *copy_module(wasmtime_module_t **copy, const sce_engine_t *engine, const wasmtime_module_t *module) {
  wasm_byte_vec_t image;
  SCE_TRY(sce_error_from_wasmtime(wasmtime_module_serialize(module, &image), SCE_ENGINE, "copying the runtime"));
  wasmtime_error_t *error = wasmtime_module_deserialize(engine->wasm, (const uint8_t *)image.data, image.size, copy);
  wasm_byte_vec_delete(&image);
  return sce_error_from_wasmtime(error, SCE_ENGINE, "copying the runtime");
}

static sce_error_t *make_unpooled(sce_runtime_t *runtime) {
  sce_engine_t *engine = NULL;
  wasmtime_module_t *module = NULL;
  SCE_TRY(sce_engine_unpooled(runtime->engine, &engine));
  SCE_TRY(copy_module(&module, engine, runtime->module));
  uint32_t heap_pages = runtime->heap_included ? runtime->engine->config.semantics.heap_pages.pages : 0;
  return runtime_with_heap(&runtime->unpooled, engine, module, runtime->reusable, heap_pages);
}

sce_error_t *sce_runtime_unpooled(sce_runtime_t **unpooled, sce_runtime_t *runtime) {
  *unpooled = runtime;
  if (!sce_engine_pools(runtime->engine)) return NULL;
  pthread_mutex_lock(&runtime->snapshot_lock);
  sce_error_t *err = runtime->unpooled == NULL ? make_unpooled(runtime) : NULL;
  *unpooled = runtime->unpooled;
  pthread_mutex_unlock(&runtime->snapshot_lock);
  return err;
}

/* ---- life ---- */

void sce_runtime_retain(sce_runtime_t *runtime) {
  atomic_fetch_add_explicit(&runtime->references, 1, memory_order_relaxed);
}

void sce_runtime_delete(sce_runtime_t *runtime) {
  if (runtime == NULL || atomic_fetch_sub_explicit(&runtime->references, 1, memory_order_acq_rel) != 1) return;
  sce_tiers_close(runtime->tiers);
  sce_runtime_delete(runtime->unpooled);
  if (runtime->instance_pre != NULL) wasmtime_instance_pre_delete(runtime->instance_pre);
  if (runtime->module != NULL) wasmtime_module_delete(runtime->module);
  sce_memory_image_clear(&runtime->snapshot.image);
  sce_free(runtime->snapshot.globals);
  for (size_t i = 0; i < runtime->import_count; i++) sce_free(runtime->imports[i].name);
  for (size_t i = 0; i < runtime->export_count; i++) sce_free(runtime->exports[i].name);
  sce_free(runtime->missing_imports);
  sce_free(runtime->imports);
  sce_free(runtime->exports);
  sce_free(runtime->mutable_globals);
  sce_free(runtime->covers);
  if (runtime->snapshot_lock_ready) pthread_mutex_destroy(&runtime->snapshot_lock);
  sce_engine_delete(runtime->engine);
  sce_free(runtime);
}
