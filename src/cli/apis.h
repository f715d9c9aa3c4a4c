/* apis.h: runtime APIs by name. */
#ifndef SCE_CLI_APIS_H
#define SCE_CLI_APIS_H

#include <stddef.h>
#include <stdint.h>

typedef struct cli_api_name {
  uint8_t id[8];
  const char *name;
} cli_api_name_t;

extern const cli_api_name_t cli_api_names[];
extern const size_t cli_api_name_count;

/* The name of a runtime API, or NULL when it is not well known. Static storage. */
const char *cli_api_name(const uint8_t id[8]);

#endif
