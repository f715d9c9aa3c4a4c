/* module_types.h: what a module imports and exports, as Wasmtime's C API describes it. */
#ifndef SCE_EXECUTOR_MODULE_TYPES_H
#define SCE_EXECUTOR_MODULE_TYPES_H

#include "scexec/blob.h"

#include <wasmtime.h>

/* Owned. All zero: nothing. */
typedef struct sce_module_types {
  wasm_importtype_vec_t imports;
  wasm_exporttype_vec_t exports;
} sce_module_types_t;

void sce_module_types_of_module(sce_module_types_t *types, const wasmtime_module_t *module);

/* The same of a valid module that is not compiled. Its types are numbers, its tables hold functions; anything else is
 * SCE_UNSUPPORTED. On error `types` is empty. */
sce_error_t *sce_module_types_of_blob(sce_module_types_t *types, const sce_blob_t *blob);

void sce_module_types_free(sce_module_types_t *types);

#endif
