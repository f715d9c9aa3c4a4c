/* blob.h: a runtime's code as bytes: decompressing, reading, checking, rewriting. Nothing here compiles or runs code.
 *
 * A blob is immutable after sce_blob_new(): any number of threads may use it at once. All spans and pointers that a
 * getter gives are borrowed from the blob and live as long as it does. Offsets count bytes from the start of the
 * decompressed module. A malformed module is refused as SCE_BAD_CODE with section, offset and reason.
 *
 * Instructions inside of function bodies are read by sce_blob_check_proposals() and by stack metering; their types are
 * checked by Wasmtime when it compiles.
 */
#ifndef SCEXEC_BLOB_H
#define SCEXEC_BLOB_H

#include "scexec/base.h"
#include "scexec/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most bytes that compressed code may decompress to (sp-maybe-compressed-blob, CODE_BLOB_BOMB_LIMIT). */
#define SCE_BLOB_BOMB_LIMIT ((size_t)50 * 1024 * 1024)

/* Most bytes of plain code, and of a rewritten module. Upstream bounds plain code nowhere; this is what Wasmtime's
 * parser bounds it to (wasmparser, MAX_WASM_MODULE_SIZE). */
#define SCE_BLOB_SIZE_LIMIT ((size_t)1024 * 1024 * 1024)

/* Most bytes of code that metering may make, by what the calls in it take at most. Upstream has no such limit: the
 * 50 MiB that compressed code may hold could become a gigabyte. Paseo's 6 MB become 7.5. */
#define SCE_BLOB_METERED_LIMIT ((size_t)256 * 1024 * 1024)

typedef struct sce_blob sce_blob_t;

/* Value types and reference types, as the binary format writes them. */
#define SCE_WASM_I32 0x7f
#define SCE_WASM_I64 0x7e
#define SCE_WASM_F32 0x7d
#define SCE_WASM_F64 0x7c
#define SCE_WASM_V128 0x7b
#define SCE_WASM_FUNCREF 0x70
#define SCE_WASM_EXTERNREF 0x6f

/* "i32", "funcref", …; "?" for a byte that is no type. Static storage. */
SCE_API const char *sce_wasm_type_name(uint8_t type);

/* What is imported or exported; numbers of the binary format. */
typedef enum sce_wasm_kind {
  SCE_WASM_FUNCTION = 0,
  SCE_WASM_TABLE = 1,
  SCE_WASM_MEMORY = 2,
  SCE_WASM_GLOBAL = 3
} sce_wasm_kind_t;

/* Section ids of the binary format. */
typedef enum sce_wasm_section_id {
  SCE_WASM_SECTION_CUSTOM = 0,
  SCE_WASM_SECTION_TYPE = 1,
  SCE_WASM_SECTION_IMPORT = 2,
  SCE_WASM_SECTION_FUNCTION = 3,
  SCE_WASM_SECTION_TABLE = 4,
  SCE_WASM_SECTION_MEMORY = 5,
  SCE_WASM_SECTION_GLOBAL = 6,
  SCE_WASM_SECTION_EXPORT = 7,
  SCE_WASM_SECTION_START = 8,
  SCE_WASM_SECTION_ELEMENT = 9,
  SCE_WASM_SECTION_CODE = 10,
  SCE_WASM_SECTION_DATA = 11,
  SCE_WASM_SECTION_DATA_COUNT = 12
} sce_wasm_section_id_t;

/* A section in the order of the module. */
typedef struct sce_wasm_section {
  sce_wasm_section_id_t id;
  sce_span_t name;     /* "import", …; of a custom section its own name, UTF-8 */
  sce_span_t contents; /* payload; of a custom section what follows its name */
  size_t start;        /* offset of the section's id byte */
  size_t payload;      /* offset of the payload (of a custom section: of its name) */
  size_t end;          /* offset behind the section */
} sce_wasm_section_t;

/* A function's signature: one SCE_WASM_… byte each. */
typedef struct sce_wasm_function_type {
  sce_span_t params;
  sce_span_t results;
} sce_wasm_function_type_t;

/* Size of a memory (pages of 65,536 bytes) or a table (entries). */
typedef struct sce_wasm_limits {
  uint32_t minimum;
  uint32_t maximum; /* 0 when has_maximum is false */
  bool has_maximum;
} sce_wasm_limits_t;

typedef struct sce_wasm_import {
  sce_span_t module; /* UTF-8 */
  sce_span_t field;  /* UTF-8 */
  sce_wasm_kind_t kind;
  uint32_t type_index;      /* function: index of its type, always valid */
  sce_wasm_limits_t limits; /* memory, table */
  uint8_t value_type;       /* global: its type; table: its element type */
  bool is_mutable;          /* global */
} sce_wasm_import_t;

typedef struct sce_wasm_export {
  sce_span_t name; /* UTF-8, unique in the module */
  sce_wasm_kind_t kind;
  uint32_t index; /* into the index space of `kind`, always valid */
} sce_wasm_export_t;

/* How a constant expression gets its value. */
typedef enum sce_wasm_init_kind {
  SCE_WASM_INIT_NONE,     /* an imported global; a segment without offset */
  SCE_WASM_INIT_CONST,    /* `bits`: an i32 or f32 zero-extended, an i64, an f64 */
  SCE_WASM_INIT_V128,     /* 16 bytes at offset `bits` of the module */
  SCE_WASM_INIT_GLOBAL,   /* the value of the imported global number `bits` */
  SCE_WASM_INIT_REF_NULL, /* a null reference */
  SCE_WASM_INIT_REF_FUNC  /* a reference to function number `bits` */
} sce_wasm_init_kind_t;

typedef struct sce_wasm_init {
  sce_wasm_init_kind_t kind;
  uint64_t bits;
} sce_wasm_init_t;

typedef struct sce_wasm_global {
  uint8_t value_type;
  bool is_mutable;
  bool is_imported;
  sce_wasm_init_t init;
} sce_wasm_global_t;

typedef struct sce_wasm_memory {
  sce_wasm_limits_t limits;
  bool is_imported;
} sce_wasm_memory_t;

typedef struct sce_wasm_table {
  uint8_t element_type; /* SCE_WASM_FUNCREF or SCE_WASM_EXTERNREF */
  sce_wasm_limits_t limits;
  bool is_imported;
} sce_wasm_table_t;

typedef enum sce_wasm_segment_mode {
  SCE_WASM_ACTIVE,  /* copied in when the module is instantiated */
  SCE_WASM_PASSIVE, /* copied in by an instruction */
  SCE_WASM_DECLARED /* element segments: only declares references */
} sce_wasm_segment_mode_t;

typedef struct sce_wasm_data {
  sce_wasm_segment_mode_t mode;
  sce_wasm_init_t offset; /* active: where in memory 0 */
  sce_span_t bytes;
} sce_wasm_data_t;

/* Entry of an element segment that is no function (a null reference or the value of a global). */
#define SCE_WASM_NO_FUNCTION UINT32_MAX

typedef struct sce_wasm_element {
  sce_wasm_segment_mode_t mode;
  uint32_t table;            /* active: which */
  uint8_t element_type;      /* SCE_WASM_FUNCREF or SCE_WASM_EXTERNREF */
  sce_wasm_init_t offset;    /* active: where in the table */
  const uint32_t *functions; /* function indices, or SCE_WASM_NO_FUNCTION; NULL when count is 0 */
  uint32_t count;
} sce_wasm_element_t;

/* Reads a runtime's code: a WebAssembly module, or one compressed with zstd behind the magic 52 bc 53 76 46 db 8e 05.
 * The bytes are copied or decompressed: `code` is free after the call. Checked here: the framing and order of sections,
 * every declaration, index, limit and name in them, and the sizes of function bodies.
 * `*blob` is owned by the caller; unchanged on failure. Errors: SCE_BAD_CODE (not a module, malformed, more than
 * SCE_BLOB_BOMB_LIMIT or SCE_BLOB_SIZE_LIMIT bytes, a PolkaVM program), SCE_OUT_OF_MEMORY.
 * Source: sp-maybe-compressed-blob 11.1, decompress; WebAssembly specification 2.0, section 5.5 (binary format). */
SCE_API sce_error_t *sce_blob_new(sce_blob_t **blob, sce_span_t code);

/* Frees the blob. NULL is accepted. */
SCE_API void sce_blob_delete(sce_blob_t *blob);

/* True when the code was compressed. */
SCE_API bool sce_blob_is_compressed(const sce_blob_t *blob);

/* The decompressed module. Written as it stands, it is the module byte for byte. */
SCE_API sce_span_t sce_blob_code(const sce_blob_t *blob);

/* Lists, in the order of the module. `*count` may be 0; the list is then NULL. */
SCE_API const sce_wasm_section_t *sce_blob_sections(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_function_type_t *sce_blob_types(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_import_t *sce_blob_imports(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_export_t *sce_blob_exports(const sce_blob_t *blob, size_t *count);
/* The index spaces of tables and globals: imported ones first. */
SCE_API const sce_wasm_table_t *sce_blob_tables(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_global_t *sce_blob_globals(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_element_t *sce_blob_elements(const sce_blob_t *blob, size_t *count);
SCE_API const sce_wasm_data_t *sce_blob_data(const sce_blob_t *blob, size_t *count);

/* The memory, or NULL when the module has none. There is never more than one. */
SCE_API const sce_wasm_memory_t *sce_blob_memory(const sce_blob_t *blob);

/* Size of the function index space, and how many of its first entries are imported. */
SCE_API uint32_t sce_blob_function_count(const sce_blob_t *blob);
SCE_API uint32_t sce_blob_imported_function_count(const sce_blob_t *blob);
/* The signature of a function, or NULL when `index` is outside of the index space. */
SCE_API const sce_wasm_function_type_t *sce_blob_function_type(const sce_blob_t *blob, uint32_t index);
/* The body of a function (locals and instructions, without its size); empty for imported ones and outside indices. */
SCE_API sce_span_t sce_blob_function_body(const sce_blob_t *blob, uint32_t index);
/* The function's name in the custom section `name` (UTF-8, not demangled); empty when it has none there or the section
 * is malformed, which is no error. */
SCE_API sce_span_t sce_blob_function_name(const sce_blob_t *blob, uint32_t index);
/* True, and the function's index in `*index`, when the module has a start function. */
SCE_API bool sce_blob_start_function(const sce_blob_t *blob, uint32_t *index);

/* True, and the contents in `*contents`, for the first custom section of that name
 * (sc-executor-common, RuntimeBlob::custom_section_contents). */
SCE_API bool sce_blob_custom_section(const sce_blob_t *blob, sce_span_t *contents, sce_span_t name);

/* The version in the custom sections `runtime_version` and `runtime_apis`. `*found` is false, and `version` unchanged,
 * when there is no `runtime_version`. The caller frees `version` (sce_runtime_version_free). Errors: SCE_BAD_CODE when
 * the sections can't be decoded, SCE_OUT_OF_MEMORY. Source: sc-executor 0.51, read_embedded_version. */
SCE_API sce_error_t *sce_blob_embedded_version(const sce_blob_t *blob, sce_runtime_version_t *version, bool *found);

/* ---- proposals ---- */

/* Extensions of WebAssembly that code may use beside the first version, sign extension, saturating conversion of floats
 * to integers, and mutable globals, which are always allowed. All others never are: multi-memory, threads, memory64,
 * tail calls, extended constant expressions, exceptions, typed function references, garbage collection, custom page
 * sizes, wide arithmetic, stack switching. All false is what sc-executor runs with. */
typedef struct sce_proposals {
  bool reference_types; /* Wasmtime asks for bulk_memory beside it */
  bool simd;            /* with relaxed SIMD, as upstream has it */
  bool bulk_memory;
  bool multi_value;
} sce_proposals_t;

/* Reads every instruction and refuses what `allowed` (NULL: all false) does not name, whatever the engine would accept.
 * Errors: SCE_BAD_CODE with the proposal, the function's index and name, and the offset; SCE_BAD_CODE for instructions
 * that are malformed or name what is not there. Any thread.
 * Source: sc-executor-wasmtime 0.47, runtime.rs, common_config. */
SCE_API sce_error_t *sce_blob_check_proposals(const sce_blob_t *blob, const sce_proposals_t *allowed);

/* ---- rewriting ---- */

/* Names of exported globals: this prefix and 0, 1, … in the order of the module's own mutable globals
 * (sc-executor-common 0.29, RuntimeBlob::expose_mutable_globals, and wasm-instrument 0.4, export_mutable_globals). */
#define SCE_BLOB_GLOBAL_PREFIX "exported_internal_global_"

/* What to change. All zero: nothing. The steps are independent and done in the order that sc-executor-wasmtime's
 * prepare_blob_for_compilation does them: meter, export globals, convert memory, clear the maximum, set the minimum. */
typedef struct sce_blob_rewrite {
  /* Deterministic stack limit: every call adds the callee's cost to a counter, and traps (unreachable) when the counter
   * exceeds `stack_limit` (in values: locals and the deepest operand stack of each active function, 2 for each frame).
   * Source: wasm-instrument 0.4, inject_stack_limiter. */
  bool meter_stack;
  uint32_t stack_limit;
  /* Exports the module's own mutable globals (with meter_stack also the counter) under SCE_BLOB_GLOBAL_PREFIX, or that
   * and a number with a '_' ("exported_internal_global_0_1") where names of the module begin like it. */
  bool export_mutable_globals;
  /* Turns an imported memory into the module's own, exported under the name it was imported by; nothing when no memory
   * is imported. Source: RuntimeBlob::convert_memory_import_into_export. */
  bool export_memory;
  /* Takes the maximum off the module's own memory. Source: RuntimeBlob::clear_memory_max_limit. */
  bool clear_memory_maximum;
  /* Sets the minimum of the module's own memory to `memory_minimum` pages (65,536 bytes each, at most 65,536). */
  bool set_memory_minimum;
  uint32_t memory_minimum;
  /* Adds a constant i32 global, exported as "__heap_base": the end of the module's active data segments, which is where
   * executors before July 2019 let the heap begin. For modules that have no such export. */
  bool add_heap_base;
  /* Lets functions for 128-bit multiplication that compilers left slow (compiler_builtins of early 2020) use
   * i64.mul_wide_u, so that the module needs the wide arithmetic proposal. Results, memory and offsets are the same.
   * Nothing happens with meter_stack, which counts what the functions do. */
  bool widen_multiplication;
  /* Declares the module's own immutable globals of f32 and f64 mutable, though nothing writes to them: compilers then
   * read them from memory, as Wasmtime did up to 36, and take the same of two NaNs. */
  bool float_globals_mutable;
} sce_blob_rewrite_t;

/* Appends the rewritten module to `module`. The blob stays as it is; sections that do not change are copied byte for
 * byte, and with no change asked for the output is the input. Metering also moves custom sections behind all others,
 * last first, and leaves out sections with no entries, as upstream's writer does, so that its output is upstream's. On
 * failure `module` has its old length. Errors: SCE_BAD_CODE (metering code that uses more than the first version of
 * WebAssembly and sign extension, an export name that is taken, no memory to change, a result above SCE_BLOB_SIZE_LIMIT
 * or SCE_BLOB_METERED_LIMIT), SCE_MISUSE (a minimum above 65,536 pages or above the maximum), SCE_OUT_OF_MEMORY. Any
 * thread. */
SCE_API sce_error_t *sce_blob_rewrite(const sce_blob_t *blob, sce_buf_t *module, const sce_blob_rewrite_t *rewrite);

#ifdef __cplusplus
}
#endif
#endif
