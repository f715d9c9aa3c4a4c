/* inspect.h: what inspect.c collects and the two printers (inspect_json.c, inspect_text.c) show. */
#ifndef SCE_CLI_INSPECT_H
#define SCE_CLI_INSPECT_H

#include "cli/source.h"

/* Whether the host has an import. */
typedef enum cli_import_state {
  CLI_IMPORT_KNOWN,
  CLI_IMPORT_UNSUPPORTED, /* known by name; calling it ends the call */
  CLI_IMPORT_OTHER_TYPE,  /* the host has the name with another type */
  CLI_IMPORT_UNKNOWN
} cli_import_state_t;

typedef struct cli_inspection {
  const cli_source_t *source;
  const sce_blob_t *blob;
  bool has_version;
  bool embedded;
  sce_runtime_version_t version;
  sce_error_t *version_error; /* why there is none; owned */
  uint8_t code_hash[32];      /* BLAKE2b-256 of the code as given */
  uint8_t wasm_hash[32];      /* of it uncompressed */
  bool has_metadata_hash;
  uint8_t metadata_hash[32];          /* of RFC-78 */
  sce_error_t *metadata_hash_missing; /* why there is none; owned */
} cli_inspection_t;

/* What the chain's token is, for the metadata hash. */
typedef struct cli_token_options {
  const char *symbol; /* NULL: as the chain spec says */
  uint64_t decimals;
  bool decimals_given;
} cli_token_options_t;

extern const cli_option_t cli_token_options[];

/* Fills in the hashes of the code, and that of the metadata or why there is none (inspect_hash.c). */
sce_error_t *cli_inspect_hashes(cli_t *cli, cli_inspection_t *inspection, const cli_token_options_t *token);

/* "(i64, i32) -> i64", "() -> ()": as the host's table writes types. Appended with a NUL. */
sce_error_t *cli_type_text(sce_buf_t *out, const sce_wasm_function_type_t *type);
/* What of the import the host has. A memory is always known. */
sce_error_t *cli_import_state(cli_import_state_t *state, const sce_blob_t *blob, const sce_wasm_import_t *import);
const char *cli_import_state_name(cli_import_state_t state);
const char *cli_wasm_kind_name(sce_wasm_kind_t kind);

sce_error_t *cli_inspect_print_json(cli_t *cli, const cli_inspection_t *inspection);
sce_error_t *cli_inspect_print_text(cli_t *cli, const cli_inspection_t *inspection);

#endif
