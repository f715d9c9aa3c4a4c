/* host.h: what stands behind a call of the command: the state with its pending changes, and the host's services. One of
 * these a thread. */
#ifndef SCE_CLI_HOST_H
#define SCE_CLI_HOST_H

#include "cli/session.h"

#include "scexec/overlay.h"

/* All zero is empty; release with cli_host_close(). */
typedef struct cli_host {
  sce_externalities_t externalities; /* give this to the call */
  sce_overlay_t *overlay;
  sce_services_t *services;
  const cli_session_t *session;
  bool offchain_worker;
} cli_host_t;

/* For calls of `method` (NULL: of any): an off-chain worker's gets what only those may use. `cli` and `session` must
 * outlive the host. */
sce_error_t *cli_host_open(cli_t *cli, cli_host_t *host, const cli_session_t *session, const char *method);
/* Before each call but the first: drops what earlier calls changed, in the state and in the services. */
sce_error_t *cli_host_reset(cli_host_t *host);
void cli_host_close(cli_host_t *host);

/* What a call left in the services: extrinsics for the pool, entries of the off-chain database. Adds "extrinsics" and
 * "offchain" to the document where there are any. */
void cli_host_put_effects(cli_t *cli, json_t *document, const cli_host_t *host);
/* The same as lines on standard error. */
void cli_host_show_effects(const cli_host_t *host);

#endif
