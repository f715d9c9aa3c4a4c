/* module.h: a parsed module, and what the files of src/blob/ share. */
#ifndef SCE_BLOB_MODULE_H
#define SCE_BLOB_MODULE_H

#include "scexec/blob.h"

/* Limits of the module's lists, checked before anything is allocated for them. They are Wasmtime's (wasmparser,
 * src/limits.rs): a module above them could not be compiled. */
#define MAX_TYPES 1000000u
#define MAX_IMPORTS 1000000u
#define MAX_FUNCTIONS 1000000u
#define MAX_GLOBALS 1000000u
#define MAX_EXPORTS 1000000u
#define MAX_TABLES 100u
#define MAX_ELEMENTS 10000000u /* of all segments together; Wasmtime's limit is for each */
#define MAX_ELEMENT_SEGMENTS 100000u
#define MAX_DATA_SEGMENTS 100000u
#define MAX_PARAMS 1000u
#define MAX_RESULTS 1000u
#define MAX_LOCALS 50000u
#define MAX_NAME_BYTES 100000u
#define MAX_BODY_BYTES 7654321u
#define MAX_SECTIONS 100000u /* ours: custom sections may be many, a million empty ones are an attack */
#define MAX_MEMORY_PAGES 65536u

/* Extensions of WebAssembly by what it takes to read them. Those from PROPOSAL_FIRST_NEVER on are never accepted. */
typedef enum proposal {
  PROPOSAL_MVP,
  PROPOSAL_SIGN_EXTENSION,
  PROPOSAL_SATURATING_FLOAT_TO_INT,
  PROPOSAL_MULTI_VALUE,
  PROPOSAL_REFERENCE_TYPES,
  PROPOSAL_BULK_MEMORY,
  PROPOSAL_SIMD,
  PROPOSAL_RELAXED_SIMD,
  PROPOSAL_FIRST_NEVER,
  PROPOSAL_MULTI_MEMORY = PROPOSAL_FIRST_NEVER,
  PROPOSAL_THREADS,
  PROPOSAL_MEMORY64,
  PROPOSAL_TAIL_CALLS,
  PROPOSAL_EXTENDED_CONST,
  PROPOSAL_EXCEPTIONS,
  PROPOSAL_FUNCTION_REFERENCES,
  PROPOSAL_GARBAGE_COLLECTION,
  PROPOSAL_CUSTOM_PAGE_SIZES,
  PROPOSAL_STACK_SWITCHING,
  PROPOSAL_WIDE_ARITHMETIC,
  PROPOSAL_MEMORY_CONTROL,
  PROPOSAL_COUNT
} proposal_t;

/* Bit of a proposal in a set. */
#define PROPOSAL_BIT(p) (1u << (p))

/* Where a proposal is first used outside of function bodies. */
typedef struct proposal_use {
  const char *section; /* NULL: not used there; static storage */
  const char *what;    /* "a passive segment"; static storage */
  uint32_t offset;
} proposal_use_t;

/* A function body: locals and instructions. */
typedef struct body {
  uint32_t offset;
  uint32_t size;
} body_t;

struct sce_blob {
  sce_buf_t code; /* decompressed */
  bool compressed;

  sce_wasm_section_t *sections;
  uint32_t section_count;
  sce_wasm_function_type_t *types;
  uint32_t type_count;
  sce_wasm_import_t *imports;
  uint32_t import_count;
  uint32_t *function_types; /* type index, by function index: imported ones first */
  uint32_t function_count;
  uint32_t imported_functions;
  body_t *bodies; /* by function index minus imported_functions */
  uint32_t body_count;
  sce_wasm_table_t *tables;
  uint32_t table_count;
  sce_wasm_memory_t memory;
  uint32_t memory_count; /* 0 or 1 */
  sce_wasm_global_t *globals;
  uint32_t global_count;
  uint32_t imported_globals;
  sce_wasm_export_t *exports;
  uint32_t export_count;
  bool has_start;
  uint32_t start;
  sce_wasm_element_t *elements;
  uint32_t element_count;
  uint32_t *element_functions; /* entries of all element segments, one behind the other */
  bool has_data_count;
  uint32_t data_count_claim; /* what the data count section says */
  sce_wasm_data_t *data;
  uint32_t data_count;
  uint32_t *function_names; /* offset of the name (a length, then bytes) by function index, 0 none; NULL: no names */

  proposal_use_t uses[PROPOSAL_COUNT];
};

/* "reference types", …: for messages. Static storage. */
const char *sce_proposal_name(proposal_t proposal);

/* sce_blob_check_proposals(). `*floats`, on success: the sets (operator.h, FLOATS_PICK_NAN and others) of which the
 * code has operators. */
sce_error_t *sce_blob_scan(const sce_blob_t *blob, const sce_proposals_t *allowed, uint8_t *floats);

/* Whether the module has immutable globals of f32 or f64 of its own. */
bool sce_blob_has_float_constants(const sce_blob_t *blob);

/* Decompresses `code` (with its magic) onto the empty `out`. SCE_BAD_CODE, SCE_OUT_OF_MEMORY. */
sce_error_t *sce_blob_decompress(sce_buf_t *out, sce_span_t code);
/* True when `code` begins with the magic of compressed code. */
bool sce_blob_has_magic(sce_span_t code);

/* Fills in what the names in the `name` section give; a malformed one only ends the list. SCE_OUT_OF_MEMORY. */
sce_error_t *sce_blob_index_names(sce_blob_t *blob);

/* Text for messages: as much of `name` (UTF-8) as fits, with '?' for control characters, NUL-terminated. */
#define SCE_EXCERPT_SIZE 100
void sce_blob_excerpt(char text[SCE_EXCERPT_SIZE], sce_span_t name);
/* "function 12 (name)" or "function 12". */
#define SCE_DESCRIPTION_SIZE (SCE_EXCERPT_SIZE + 32)
void sce_blob_describe_function(const sce_blob_t *blob, char text[SCE_DESCRIPTION_SIZE], uint32_t index);

#endif
