/* difference.h: changed keys, printed one by one: "+ key = value", "- key", "~ key = before => after", or as JSON rows.
 */
#ifndef SCE_CLI_DIFFERENCE_H
#define SCE_CLI_DIFFERENCE_H

#include "cli/metadata_of.h"

/* Metadata of the code that wrote the values before, and of that which wrote those after: often the same. NULL: bytes.
 */
typedef struct cli_names {
  const cli_metadata_t *before, *after;
} cli_names_t;

typedef struct cli_differences {
  cli_t *cli;
  cli_names_t names;
} cli_differences_t;

sce_error_t *cli_differences_begin(cli_differences_t *d, cli_t *cli, cli_names_t names);
/* As an sce_difference_fn: `ctx` is the cli_differences_t. */
sce_error_t *cli_differences_print(void *ctx, const sce_state_difference_t *difference);
sce_error_t *cli_differences_end(cli_differences_t *d);

/* One row of JSON: {"child"?, "key", "name"?, "before", "after", "valueBefore"?, "valueAfter"?}. */
json_t *cli_difference_json(cli_t *cli, cli_names_t names, const sce_state_difference_t *difference);
/* One line of text. */
sce_error_t *cli_difference_text(const cli_t *cli, cli_names_t names, const sce_state_difference_t *difference);

#endif
