/* apis.h: runtime APIs of runtimes whose metadata does not describe them. */
#ifndef SCE_METADATA_APIS_H
#define SCE_METADATA_APIS_H

#include "metadata/model.h"

/* Fills md->apis from known_apis.c: those that `version` lists, all in their newest version when it is NULL. */
sce_error_t *sce_apis_add_known(sce_metadata_t *md, const sce_runtime_version_t *version);

/* A method as the table has it. */
typedef struct sce_known_method {
  const char *api, *name;
  uint8_t first, last; /* versions of the API; last 0: no end */
  const char *inputs;  /* fields of a struct: `name: type, name: type` */
  const char *output;
  const char *when; /* facts that must hold, see all_hold() in apis.c; NULL: always */
} sce_known_method_t;

/* The 8 bytes that a runtime version calls a shipped API by; NULL for others. */
const uint8_t *sce_known_api_id(const char *api);

/* Rows of one API stand together. */
const sce_known_method_t *sce_known_methods(size_t *count);

#endif
