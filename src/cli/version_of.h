/* version_of.h: a runtime's version, from its custom sections or, failing that, from Core_version. */
#ifndef SCE_CLI_VERSION_OF_H
#define SCE_CLI_VERSION_OF_H

#include "cli/cli.h"

/* `version` is freed with sce_runtime_version_free(). `*embedded`: from custom sections, nothing was compiled. Code
 * whose imports are not all known is run all the same. Errors: those of decoding, compiling and calling. */
sce_error_t *cli_version_of(cli_t *cli, sce_runtime_version_t *version, bool *embedded, const sce_blob_t *blob);

#endif
