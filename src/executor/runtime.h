/* runtime.h: a compiled runtime: machine code, resolved imports, and what a call needs to know of its exports.
 * Immutable once made, but for the snapshot that the first reused instance leaves, and for `unpooled`. */
#ifndef SCE_EXECUTOR_RUNTIME_H
#define SCE_EXECUTOR_RUNTIME_H

#include "executor/compile.h"
#include "executor/signature.h"
#include "host/caller.h"

/* What an import was resolved to. */
typedef struct sce_import {
  char *name;       /* for messages: a NUL in it is written as "\0" */
  sce_host_fn call; /* NULL: missing, calling it ends the call */
  void *ctx;
  const char *note; /* why a built-in function is missing, or NULL */
  bool allocates;   /* a built-in one that runtimes of RFC-145 may not have */
  sce_signature_t signature;
} sce_import_t;

typedef enum sce_export_kind {
  SCE_EXPORT_ENTRY,    /* a function (i32, i32) -> i64; of a runtime of RFC-145, (i32) -> i64 */
  SCE_EXPORT_FUNCTION, /* any other function */
  SCE_EXPORT_GLOBAL,
  SCE_EXPORT_TABLE,
  SCE_EXPORT_MEMORY,
  SCE_EXPORT_OTHER
} sce_export_kind_t;

typedef struct sce_export {
  char *name;
  size_t name_len;
  sce_export_kind_t kind;
  bool mutable_global;
  uint8_t global_kind;     /* wasm_valkind_t of a global */
  uint32_t function_entry; /* SCE_EXPORT_ENTRY: its place in an instance's cache of entry points */
} sce_export_t;

/* The state of a fresh instance that reused ones are put back to. */
typedef struct sce_snapshot {
  bool ready;
  sce_memory_image_t image;
  wasmtime_val_t *globals; /* one for each of sce_runtime.mutable_globals */
} sce_snapshot_t;

struct sce_runtime {
  atomic_size_t references; /* the caller's, and one for each instance */
  sce_engine_t *engine;
  struct sce_tiers *tiers; /* where a tiered runtime gets its code; it has none itself: the next two are NULL */
  wasmtime_module_t *module;
  wasmtime_instance_pre_t *instance_pre;
  sce_import_t *imports;
  size_t import_count;
  const char **missing_imports; /* names of those without a function, sorted, each once; borrowed from `imports` */
  size_t missing_import_count;
  sce_export_t *exports; /* sorted by name */
  size_t export_count;
  uint32_t entry_count;
  uint8_t *covers; /* Winch alone: by function_entry, 1 where all is there that a call reaches; NULL: all is */
  uint32_t *mutable_globals; /* indices of exports */
  size_t mutable_global_count;
  const char *stack_counter;     /* with a deterministic stack limit: the export that counts; borrowed from `exports` */
  uint32_t initial_pages;        /* of memory, without the heap's */
  bool heap_included;            /* memory begins with the pages of a static heap: they need not be added */
  uint32_t heap_max_pages;       /* limit on linear memory that the chain has */
  uint64_t max_memory_bytes;     /* that, or the host's own */
  bool growth_ends_call;         /* that limit is the host's own: growth beyond it is no -1, but an error */
  bool rfc145;                   /* entry points take a length alone, and there is no heap of the host's */
  bool has_guests;               /* imports functions of the sandbox: calls need stack for nested modules */
  bool reusable;                 /* the code leaves nothing that can't be put back */
  bool reuse;                    /* instances are put back after a call; else each call gets a fresh one */
  pthread_mutex_t snapshot_lock; /* of the snapshot and of `unpooled` */
  bool snapshot_lock_ready;
  sce_snapshot_t snapshot;
  struct sce_runtime *unpooled; /* pooling: the same code for instances without the pool; made on first use */
};

void sce_runtime_retain(sce_runtime_t *runtime);

/* Compiles a blob with the engine's own compiler, without looking at the cache. */
sce_error_t *sce_runtime_compile(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob);

/* sce_runtime_new() that waits only as long as `patience` lasts; NULL: as the engine's configuration has it. */
sce_error_t *sce_runtime_new_within(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                    const sce_patience_t *patience);

/* Makes a runtime of a compiled module, which it takes in any case. */
sce_error_t *sce_runtime_of_module(sce_runtime_t **runtime, sce_engine_t *engine, wasmtime_module_t *module,
                                   bool reusable);

/* Makes a runtime without code of a valid module that sce_runtime_prepare() made. */
sce_error_t *sce_runtime_of_blob(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *module,
                                 bool reusable);

/* Makes a runtime without code of the module that `code` is compiled from, in whole or in part. */
sce_error_t *sce_runtime_like(sce_runtime_t **runtime, sce_engine_t *engine, const sce_runtime_t *code);

/* The same code where instances need not wait for the pool: `runtime` itself unless its engine pools. Borrowed; lives
 * as long as `runtime`, which has code. Any thread. */
sce_error_t *sce_runtime_unpooled(sce_runtime_t **unpooled, sce_runtime_t *runtime);

/* Lists for which entry points those functions of the module suffice that are 1 in `functions`, by function_entry. */
sce_error_t *sce_runtime_list_covered(const sce_runtime_t *runtime, uint8_t **covers, const sce_blob_t *module,
                                      const uint8_t *functions);

/* Behind the name of what Winch is not for. */
#define SCE_WINCH_FLOATS                                                                                               \
  "may come to sums, products, minima or maxima of floats, in which the compiler winch takes another of two NaNs: "    \
  "use "                                                                                                               \
  "cranelift or tiered, or canonical NaNs"

typedef struct sce_code_traits {
  bool reusable;  /* instances can be put back to their first state */
  bool picks_nan; /* Winch's code of some functions could give other results */
} sce_code_traits_t;

/* Checks a blob and appends the module that Wasmtime is to compile for it. Errors: SCE_MISUSE for code that the
 * engine's semantics are not for; others. */
sce_error_t *sce_runtime_prepare(const sce_engine_t *engine, sce_buf_t *module, sce_code_traits_t *traits,
                                 const sce_blob_t *blob);

/* What the log is to say of a blob: why it has no instances that are put back, though the strategy asks for them; or
 * NULL. Static storage. */
const char *sce_runtime_reuse_warning(const sce_engine_t *engine, const sce_blob_t *blob);

/* The export of that name, or NULL. */
const sce_export_t *sce_runtime_find_export(const sce_runtime_t *runtime, sce_span_t name);

/* Resolves imports (imports.c): fills runtime->imports, and makes runtime->instance_pre when there is code. */
sce_error_t *sce_runtime_resolve_imports(sce_runtime_t *runtime, const wasm_importtype_vec_t *types);

/* The function that makes a runtime one of RFC-145, and whether it is among the imports where that is enabled. */
#define SCE_RFC145_INPUT "ext_input_read_version_1"
bool sce_runtime_has_rfc145_input(const sce_engine_t *engine, const wasm_importtype_vec_t *types);

/* The callback behind every import (call.c). */
wasm_trap_t *sce_host_trampoline(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *values, size_t count);

#endif
