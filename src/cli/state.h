/* state.h: what the `scexec state …` subcommands share: SOURCE, a child trie, and metadata where it is needed. */
#ifndef SCE_CLI_STATE_H
#define SCE_CLI_STATE_H

#include "cli/metadata_of.h"

/* The beginning of each subcommand's struct. */
typedef struct cli_state_values {
  cli_common_t common;
  cli_source_options_t source;
  const char *child; /* name of a default child trie, 0x… or text; NULL: the top trie */
  bool hex;
} cli_state_values_t;

extern const cli_option_t cli_child_options[];

/* All zero is empty; release with cli_state_close(). */
typedef struct cli_state {
  cli_session_t session; /* with compiled code only where metadata was asked for */
  cli_metadata_t metadata;
  sce_buf_t child_name;
  sce_span_t child_span;
  const sce_span_t *child; /* to give to the library */
} cli_state_t;

/* Reads SOURCE; with `metadata` also asks its code for metadata. */
sce_error_t *cli_state_open(cli_t *cli, cli_state_t *state, const cli_state_values_t *v, bool metadata);
void cli_state_close(cli_state_t *state);

/* `[DIR]`, for subcommands that take a state: short for --state DIR. */
extern const cli_positional_t cli_dir_positionals[];
sce_error_t *cli_take_dir(cli_source_options_t *options, const cli_list_t *words);

#endif
