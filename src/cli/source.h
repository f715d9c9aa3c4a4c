/* source.h: SOURCE: where a subcommand takes the runtime's code and the state from. */
#ifndef SCE_CLI_SOURCE_H
#define SCE_CLI_SOURCE_H

#include "cli/cli.h"

#include "scexec/state.h"
#include "scexec/state_code.h"

typedef struct cli_source_options {
  const char *chain;    /* chain spec, "-": standard input */
  const char *runtime;  /* code, "-": standard input */
  const char *artifact; /* compiled code */
  const char *metadata; /* a file of metadata, "-": standard input; for what needs nothing but that */
  const char *key_file; /* key of the artifact; NULL: the user's own */
  const char *state;    /* directory of a state database */
  const char *types;    /* definitions for metadata of V13 and before; NULL: none */
  const char *at;       /* the block whose state is meant, by number or hash; NULL: the newest */
  bool argument;        /* `chain` is an argument of the command, not an option: in messages */
  const char *at_name;  /* the option that gave it, in messages; NULL: "at" */
  bool writable;        /* of the database; set by the subcommand */
  bool no_sync;         /* of the database: do not wait for the disk */
  uint64_t keep;        /* older states to keep in it, with keep_given */
  bool keep_given;
  bool strict_imports; /* where the code runs for its metadata: refuse it with unknown imports */
  sce_code_use_t use;  /* what the code is for; set by the subcommand */
} cli_source_options_t;

extern const cli_option_t cli_source_options[];          /* --chain, --runtime, --state, --at */
extern const cli_option_t cli_metadata_source_options[]; /* --metadata, for what needs no code */
extern const cli_option_t cli_artifact_options[];        /* --artifact, for what only makes calls */
extern const cli_option_t cli_strict_options[]; /* --strict-imports, for what runs the code for its metadata alone */
extern const cli_option_t cli_types_options[];  /* --types, for what decodes or encodes */

/* What SOURCE gave. All zero is empty; release with cli_source_free(). */
typedef struct cli_source {
  cli_source_options_t options;
  cli_t *cli;               /* of who loaded it */
  sce_chain_spec_t *spec;   /* of --chain, or NULL */
  sce_chain_spec_t *raw;    /* made of a plain one, when its state is needed */
  sce_state_t *state;       /* what calls read: empty without --chain; NULL after cli_source_load_code() */
  sce_buf_t file;           /* the runtime file's bytes; empty when the code comes from the state */
  sce_state_code_t *chosen; /* what cli_source_choose_code() found, or NULL */
  sce_span_t code;          /* as given, compressed or not; borrowed from the above; empty with --artifact */
  sce_blob_t *blob;         /* see cli_source_blob() */
  uint64_t read_ns;         /* reading files and the chain spec in them */
  uint64_t state_ns;        /* making or opening the state; 0 when it is made as it is read */
  uint64_t decode_ns;       /* decompressing and parsing the code */
} cli_source_t;

/* Reads the code, and the state where there is one; that of a chain spec is made when it is first read. `source` stays
 * where it is until it is released. Errors: SCE_MISUSE when nothing is given; those of files and chain
 * specs, with the file's name. The texts in `options` are borrowed. */
sce_error_t *cli_source_load(cli_t *cli, cli_source_t *source, const cli_source_options_t *options);
/* The same without making the state: for what only looks at the code. */
sce_error_t *cli_source_load_code(cli_t *cli, cli_source_t *source, const cli_source_options_t *options);
/* Puts the code for a use in the place of the state's own, unless --runtime or --artifact names another: a substitute
 * of the chain spec, or (SCE_CODE_READ) the code that wrote the state, with a warning where that is not certain. Done
 * once for a source. `cache_path` as in a session. */
sce_error_t *cli_source_choose_code(cli_t *cli, cli_source_t *source, sce_code_use_t use, const sce_buf_t *cache_path);
/* Layouts of genesis values beside 0 and 1: as the genesis runtime has it, by its version section or (_ASKED) where
 * there is none by Core_version. */
enum { CLI_LAYOUT_ASKED = -1, CLI_LAYOUT_EMBEDDED = -2 };
/* The state alone, whose spec need not have code. `layout`: 0, 1, or one of the above. */
sce_error_t *cli_source_load_state(cli_t *cli, cli_source_t *source, const cli_source_options_t *options, int layout);
/* Another state of the database that `open` has open; options->state is not looked at. */
sce_error_t *cli_source_load_beside(cli_source_t *source, const cli_source_t *open,
                                    const cli_source_options_t *options);
void cli_source_free(cli_source_t *source);

/* Only the newest state can be committed to. SCE_MISUSE says so in the words of options. */
sce_error_t *cli_check_commit(const cli_source_options_t *options);
/* The error of a commit, with what the user can do where another process was faster. Takes `err`. */
sce_error_t *cli_commit_error(sce_error_t *err, const cli_source_options_t *options, const char *advice);

/* The code decompressed and parsed: at the first use, since compiled code from a cache needs none of it. Borrowed.
 * Errors: those of sce_blob_new(), with the file's name; SCE_MISUSE with --artifact, which has no code. */
sce_error_t *cli_source_blob(cli_source_t *source, const sce_blob_t **blob);
/* Puts the file's name in front of an error of the code (SCE_BAD_CODE) that the library gave; others stay. */
sce_error_t *cli_source_name_error(const cli_source_t *source, sce_error_t *err);

#endif
