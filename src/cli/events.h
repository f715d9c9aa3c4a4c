/* events.h: a block as values: its extrinsics, its digest, the events it left, and what became of an extrinsic. */
#ifndef SCE_CLI_EVENTS_H
#define SCE_CLI_EVENTS_H

#include "cli/metadata_of.h"

#include "scexec/block.h"
#include "scexec/overlay.h"

/* {"extrinsics": […], "digest": […], "events": […]} of a block, events as they stand in the overlay of its changes.
 * NULL, with *problem, when a part can't be made; values that don't decode are {"$unknown", "hex"} instead. */
json_t *cli_block_values_json(cli_t *cli, sce_error_t **problem, const cli_metadata_t *m, const sce_block_t *block,
                              sce_overlay_t *overlay);

/* The same as lines under the headings `extrinsics`, `digest` and `events`. */
sce_error_t *cli_block_values_print(cli_t *cli, const cli_metadata_t *m, const sce_block_t *block,
                                    sce_overlay_t *overlay);

/* Appends what an ApplyExtrinsicResult says as JSON: {"Ok": {"Err": {"Module": {…, "name", "docs"}}}}. */
sce_error_t *cli_outcome_value(sce_buf_t *json, const cli_metadata_t *m, sce_span_t outcome);
/* Appends the same in words: "Balances.InsufficientBalance: Balance too low to send value." */
sce_error_t *cli_outcome_text(sce_buf_t *text, const cli_metadata_t *m, sce_span_t outcome);

#endif
