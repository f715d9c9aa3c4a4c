/* exports.h: what `scexec api` lists against what the code exports. */
#ifndef SCE_CLI_EXPORTS_H
#define SCE_CLI_EXPORTS_H

#include "cli/metadata_of.h"

/* The functions that code exports under names such as Core_version. All zero is none; release with cli_exports_free().
 */
typedef struct cli_exports {
  sce_span_t *names; /* sorted; of the session's code */
  bool *described;   /* by the metadata or the library's table */
  size_t count;
} cli_exports_t;

/* Takes out of the metadata the methods that the code does not export, so that what is listed can be called. Nothing is
 * done, and there are no exports, where the session has no code (a metadata file). */
sce_error_t *cli_exports_match(cli_exports_t *exports, cli_session_t *session, cli_metadata_t *m);

/* Appends to an outline of all APIs the exports that nothing describes. */
sce_error_t *cli_exports_append(sce_buf_t *outline, const cli_exports_t *exports, bool json);

void cli_exports_free(cli_exports_t *exports);

#endif
