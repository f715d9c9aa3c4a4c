/* block.h: what the `scexec block …` subcommands share: a chain on SOURCE, blocks as arguments, and changes by phase.
 */
#ifndef SCE_CLI_BLOCK_H
#define SCE_CLI_BLOCK_H

#include "cli/metadata_of.h"

#include "scexec/chain.h"

/* Blocks larger than this are refused: far above what networks pass on. */
#define CLI_MAX_BLOCK ((size_t)256 << 20)

/* The beginning of each subcommand's struct. */
typedef struct cli_block_values {
  cli_common_t common;
  cli_run_options_t run;
  bool diff;
  bool hex;
  bool commit;
  const char *parent; /* HEADER of the block that made the state; NULL: the state knows */
} cli_block_values_t;

extern const cli_option_t cli_block_diff_options[];   /* --diff, --hex */
extern const cli_option_t cli_block_commit_options[]; /* --commit, --keep */
extern const cli_option_t cli_block_parent_options[]; /* --parent */

/* ---- changes by phase (block_phases.c) ---- */

/* What an observer of a chain makes of the phases: lines of text as they come, or rows of a document. */
typedef struct cli_phases {
  cli_t *cli;
  sce_chain_t *chain;                    /* set when it is made */
  const cli_metadata_t *decoded;         /* of the code that runs; NULL: bytes */
  const cli_metadata_t *written;         /* of the code that wrote the state before; NULL: the same */
  json_t *rows;                          /* owned: with --output json */
  json_t *differences, *children, *logs; /* owned: of the phase that goes on */
  json_t *values;                        /* owned: the differences by name, where there is metadata */
  uint64_t count;                        /* differences of the phase */
} cli_phases_t;

void cli_phases_open(cli_phases_t *phases, cli_t *cli);
void cli_phases_free(cli_phases_t *phases);
/* The observer that fills `phases`, which must outlive the chain. */
sce_chain_observer_t cli_phases_observer(cli_phases_t *phases);
/* A sink for the runtime's log lines that shows them as always, and keeps them with their phase. */
sce_log_t cli_phases_log(cli_phases_t *phases);
/* The document's array, given away; NULL where there is none. */
json_t *cli_phases_take(cli_phases_t *phases);

/* ---- a chain on SOURCE ---- */

/* All zero is empty; release with cli_block_close(). */
typedef struct cli_block {
  cli_source_t source; /* its state went over to the chain */
  cli_plugins_t plugins;
  sce_buf_t cache_path;
  sce_config_t config;
  sce_chain_t *chain; /* prepared */
  cli_phases_t phases;
  cli_metadata_t metadata; /* with --diff and after cli_block_name(), where there is any */
  cli_metadata_t written;  /* the same of the code that wrote the state, where that is another one */
  bool diff;               /* with --diff */
  uint64_t compile_ns;
} cli_block_t;

/* Reads SOURCE, and compiles its code: in tiers what `method` needs, which may be NULL. */
sce_error_t *cli_block_open(cli_t *cli, cli_block_t *block, const cli_block_values_t *v, const char *method);
void cli_block_close(cli_block_t *block);
/* Asks the code for metadata, unless that is done: for names and values. No block may be pending. A runtime that has
 * none, or none that can be read, is a warning. */
void cli_block_name(cli_t *cli, cli_block_t *block);

/* What is wrong with a block is the block's fault: exit status 1. Returns `err`. */
sce_error_t *cli_block_failed(cli_t *cli, sce_error_t *err);

/* ---- arguments ---- */

/* A block of the chain; malformed ones are bad input: exit status 3. */
sce_error_t *cli_block_decode(cli_t *cli, sce_block_t **block, sce_chain_t *chain, sce_span_t scale, const char *what);

#endif
