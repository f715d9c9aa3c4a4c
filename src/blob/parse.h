/* parse.h: one function a section. Each reads the section's payload from the reader into the blob, whose lists it
 * allocates (sce_blob_delete frees them also after a failure), and leaves a failure in the reader. */
#ifndef SCE_BLOB_PARSE_H
#define SCE_BLOB_PARSE_H

#include "blob/reader.h"

void sce_parse_types(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_imports(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_functions(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_tables(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_memories(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_globals(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_exports(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_start(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_elements(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_data_count(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_code(sce_blob_t *blob, wasm_reader_t *r);
void sce_parse_data(sce_blob_t *blob, wasm_reader_t *r);

/* `list` grown to `count` entries of `size` bytes; on failure the list as it was, and out of memory in the reader. */
void *sce_parse_grow(wasm_reader_t *r, void *list, size_t count, size_t size);
/* Remembers the first use of a proposal that a configuration may allow. */
void sce_parse_note(sce_blob_t *blob, const wasm_reader_t *r, size_t offset, proposal_t proposal, const char *what);
/* A value type; v128 and references are noted, types of proposals that are never accepted are refused. */
uint8_t sce_parse_value_type(sce_blob_t *blob, wasm_reader_t *r);
/* funcref or externref, in places where the first version of WebAssembly allows funcref too (`mvp_funcref`) or not. */
uint8_t sce_parse_reference_type(sce_blob_t *blob, wasm_reader_t *r, bool mvp_funcref);
/* A constant expression that gives a value of `type`. */
sce_wasm_init_t sce_parse_constant(sce_blob_t *blob, wasm_reader_t *r, uint8_t type);

#endif
