/* call.h: one call of `scexec call` and what came of it: made in call.c, printed in call_print.c. */
#ifndef SCE_CLI_CALL_H
#define SCE_CLI_CALL_H

#include "cli/host.h"
#include "cli/typed.h"

typedef struct cli_call {
  sce_buf_t method; /* as it was asked for; NUL-terminated */
  sce_buf_t export; /* what is called in its place, for a view function; NUL-terminated; empty: the method */
  sce_buf_t input;
  sce_buf_t output;
  bool typed;              /* arguments came as JSON */
  bool hex;                /* --hex: no value */
  cli_metadata_t metadata; /* empty until it is needed */
  uint64_t metadata_ns;    /* asking for it and decoding it */
  bool committed;          /* --commit */
  uint8_t root[32];        /* of the state, when committed */
  sce_call_stats_t stats;
  uint64_t instance_ns; /* making the instance */
  uint64_t total_ns;    /* from the start of the command to the end of the call */
} cli_call_t;

/* Loads call->metadata where that was not done before. */
sce_error_t *cli_call_need_metadata(cli_t *cli, cli_call_t *call, const cli_session_t *session);

sce_error_t *cli_call_print(cli_t *cli, cli_call_t *call, const cli_host_t *host);

#endif
