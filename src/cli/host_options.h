/* host_options.h: options of what the host gives to a call beside the state. */
#ifndef SCE_CLI_HOST_OPTIONS_H
#define SCE_CLI_HOST_OPTIONS_H

#include "cli/cli.h"

#include "scexec/keystore.h"
#include "scexec/services.h"

typedef struct cli_host_options {
  bool offchain_worker;
  bool validator;
  bool allow_http;
  const char *seed;
  uint64_t time; /* Unix milliseconds */
  const char *keystore;
  const char *password_file;
  cli_list_t keys;
} cli_host_options_t;

extern const cli_option_t cli_host_options[];

/* `seed` (0x…, up to 32 bytes, or a decimal number) as 32 bytes, filled up with zeros. Errors: SCE_MISUSE. */
sce_error_t *cli_parse_seed(uint8_t seed[32], const char *text);
/* Options of the services. Errors: SCE_MISUSE. */
sce_error_t *cli_services_config(sce_services_options_t *config, const cli_host_options_t *options);
/* The keystore that the options describe, keys of --key in it. Errors: SCE_MISUSE, SCE_BAD_INPUT, SCE_IO. */
sce_error_t *cli_keystore_open(cli_t *cli, sce_keystore_t **keystore, const cli_host_options_t *options);

#endif
