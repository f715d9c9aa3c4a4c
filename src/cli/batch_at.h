/* batch_at.h: requests of `scexec batch` that name a block of the database: its state, and the code that belongs to it,
 * compiled once for all threads. */
#ifndef SCE_CLI_BATCH_AT_H
#define SCE_CLI_BATCH_AT_H

#include "cli/metadata_of.h"

/* Code other than the session's that was met: compiled, with its metadata where values are wanted. */
typedef struct batch_era {
  uint8_t hash[32]; /* BLAKE2b-256 of the code as it stands in the state */
  sce_runtime_t *runtime;
  cli_metadata_t metadata;
  struct batch_era *next;
} batch_era_t;

typedef struct batch_eras {
  cli_t *cli;
  const cli_session_t *session;
  bool values;
  pthread_mutex_t lock; /* guards what follows, and the database's states */
  batch_era_t *first;   /* owned */
} batch_eras_t;

sce_error_t *batch_eras_init(batch_eras_t *eras, cli_t *cli, const cli_session_t *session, bool values);
void batch_eras_free(batch_eras_t *eras);

/* The state of a block. All zero is empty; one of these a thread. */
typedef struct batch_place {
  sce_buf_t at;           /* the block, as the request has it, NUL-terminated */
  cli_source_t source;    /* its state */
  const batch_era_t *era; /* NULL: the session's code */
} batch_place_t;

/* Goes to the block `at`, by number or hash: does nothing when that is where `place` is. Errors: SCE_MISUSE without a
 * database; SCE_NOT_FOUND when its state is not kept; those of compiling its code. */
sce_error_t *batch_place_go(batch_eras_t *eras, batch_place_t *place, const char *at);
void batch_place_free(batch_place_t *place);

#endif
