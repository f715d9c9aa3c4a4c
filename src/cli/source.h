/* source.h: SOURCE: where a subcommand takes the runtime's code and the state from. */
#ifndef SCE_CLI_SOURCE_H
#define SCE_CLI_SOURCE_H

#include "cli/cli.h"

#include "scexec/state.h"

typedef struct cli_source_options {
  const char *chain;   /* raw chain spec, "-": standard input */
  const char *runtime; /* code, "-": standard input */
} cli_source_options_t;

extern const cli_option_t cli_source_options[];

/* What SOURCE gave. All zero is empty; release with cli_source_free(). */
typedef struct cli_source {
  sce_chain_spec_t *spec; /* of --chain, or NULL */
  sce_state_t *state;     /* what calls read: empty without --chain */
  sce_buf_t file;         /* the runtime file's bytes; empty when the code comes from the state */
  size_t code_size;       /* bytes of the code as given, compressed or not */
  sce_blob_t *blob;
  uint64_t read_ns;   /* reading files and the chain spec in them */
  uint64_t state_ns;  /* making the state */
  uint64_t decode_ns; /* decompressing and parsing the code */
} cli_source_t;

/* Reads the code, and the state where there is one. Errors: SCE_MISUSE when nothing is given; those of files, chain
 * specs and blobs, with the file's name. */
sce_error_t *cli_source_load(cli_t *cli, cli_source_t *source, const cli_source_options_t *options);
/* The same without making the state: for what only looks at the code. */
sce_error_t *cli_source_load_code(cli_t *cli, cli_source_t *source, const cli_source_options_t *options);
void cli_source_free(cli_source_t *source);

#endif
