/* metadata_of.h: a runtime's metadata, asked from the runtime itself, and files of metadata. */
#ifndef SCE_CLI_METADATA_OF_H
#define SCE_CLI_METADATA_OF_H

#include "cli/session.h"

#include "scexec/metadata.h"
#include "scexec/value.h"

/* All zero is empty; release with cli_metadata_free(). */
typedef struct cli_metadata {
  sce_metadata_t *metadata;
  sce_buf_t scale;           /* its bytes, from "meta" on */
  sce_value_format_t format; /* with the chain's SS58 prefix */
} cli_metadata_t;

/* The SS58 prefix of a chain whose metadata does not have one: of the chain spec, or of the one that the database was
 * made of, else by the runtime's name. `source` and `version` may be NULL. */
sce_error_t *cli_ss58_prefix(uint16_t *prefix, const cli_source_t *source, const sce_runtime_version_t *version);

/* Calls the compiled runtime of the session: for metadata of version `wanted`, or for the best that it offers (0).
 * Errors: SCE_NOT_FOUND when the runtime has no such version; those of calling and decoding. */
sce_error_t *cli_metadata_load(cli_t *cli, cli_metadata_t *out, const cli_session_t *session, uint32_t wanted);
/* What Core_version of the session's compiled runtime says; freed with sce_runtime_version_free(). */
sce_error_t *cli_session_version(cli_t *cli, const cli_session_t *session, sce_runtime_version_t *version);
/* Reads and compiles SOURCE for nothing but its metadata, or reads it where SOURCE is a file of metadata: the session
 * then stays empty. It is kept by the caller. */
sce_error_t *cli_metadata_open(cli_t *cli, cli_metadata_t *out, cli_session_t *session,
                               const cli_source_options_t *source, uint32_t wanted);
/* The same of the code that wrote session->source.state, which the caller has loaded; the rest of the session is empty
 * before. Errors: SCE_NOT_FOUND when the state has no code. */
sce_error_t *cli_metadata_of_state(cli_t *cli, cli_metadata_t *out, cli_session_t *session);
/* Of code, on an empty state. */
sce_error_t *cli_metadata_of_code(cli_t *cli, cli_metadata_t *out, sce_span_t code, uint32_t wanted);
/* Metadata out of `bytes`, wrapped or not, with the definitions of types that the source names. `version` may be NULL;
 * of the source the options and what has the SS58 prefix are looked at. */
sce_error_t *cli_metadata_take(cli_t *cli, cli_metadata_t *out, sce_span_t bytes, const sce_runtime_version_t *version,
                               const cli_source_t *source);
/* Of a file: metadata in SCALE, code, or a chain spec, told apart by its first bytes. `types`: the file of --types,
 * or NULL. */
sce_error_t *cli_metadata_read(cli_t *cli, cli_metadata_t *out, const char *path, const char *types);
void cli_metadata_free(cli_metadata_t *metadata);

#endif
