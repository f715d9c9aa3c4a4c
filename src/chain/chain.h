/* chain.h: what the files of this part share: the chain itself, and the watch over what a block does to its storage. */
#ifndef SCE_CHAIN_CHAIN_H
#define SCE_CHAIN_CHAIN_H

#include "scexec/chain.h"
#include "state/table.h"

/* ---- watch.c ---- */

/* Storage operations over an overlay that see in which phase a block is, and the last state root that the runtime asked
 * for. */
typedef struct sce_watch {
  sce_overlay_t *overlay;
  sce_chain_observer_t observer;
  sce_phase_t phase;
  bool marked;           /* the phases follow from the runtime's marks; else from the chain's calls */
  bool turning;          /* the phase ends with the next write, or before it */
  sce_phase_t next;      /* the one that follows then */
  uint32_t extrinsics;   /* of the block, with `marked` */
  bool root_known;       /* the runtime has asked for the root of the top trie */
  uint8_t root[32];      /* and this was it */
  uint8_t phase_key[32]; /* of System.ExecutionPhase */
  sce_table_t seen;      /* values at the end of the last phase, of keys that were changed in one */
  sce_buf_t key, value;  /* scratch */
} sce_watch_t;

/* With a watch as context. */
const sce_storage_ops_t *sce_watch_ops(void);

void sce_watch_init(sce_watch_t *watch, sce_overlay_t *overlay, const sce_chain_observer_t *observer);
void sce_watch_free(sce_watch_t *watch);
/* Before a block. `marked`: of that many extrinsics, whose phases the runtime marks. */
void sce_watch_begin(sce_watch_t *watch, bool marked, uint32_t extrinsics);
/* Ends the phase: tells the observer, and goes over to the next. */
sce_error_t *sce_watch_turn(sce_watch_t *watch, sce_phase_t next);
/* After a call that succeeded: ends what is still open, with `marked`. */
sce_error_t *sce_watch_end(sce_watch_t *watch);

/* ---- chain.c ---- */

struct sce_chain {
  sce_chain_options_t options;
  sce_config_t config;    /* of the options, or the default */
  sce_chain_spec_t *kept; /* owned: of the database; NULL where the options have one, or there is none */
  sce_overlay_t *overlay;
  sce_watch_t watch;
  sce_externalities_t externalities; /* with the watch as storage */

  /* The prepared runtime: all or nothing. */
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_runtime_version_t version;
  uint64_t compiles;

  /* Of the prepared runtime, when it was asked. */
  sce_metadata_t *metadata;
  sce_header_format_t *format; /* NULL: upstream's */
  bool format_known;

  bool has_parent; /* given by the user */
  sce_block_info_t parent;
  sce_buf_t parent_header;

  bool building;
  bool pending;           /* a whole block is in the overlay */
  sce_buf_t header;       /* encoded, of the pending block, as it is hashed */
  sce_block_info_t block; /* of the pending block; its header is the one above */
  sce_buf_t body;         /* extrinsics of a block that is built, each with its length */
  uint32_t body_count;
  sce_buf_t output; /* of the last call */
};

/* headers.c: the chain's own format of headers, asked for where upstream's does not fit; NULL where there is none, or
 * it can't be had. */
sce_error_t *sce_chain_other_format(sce_chain_t *chain, const sce_header_format_t **format);

/* Calls a method of the prepared runtime; the result is in chain->output. */
sce_error_t *sce_chain_invoke(sce_chain_t *chain, const char *method, sce_span_t input);
/* The layout that the prepared runtime writes values in. */
sce_state_version_t sce_chain_layout(const sce_chain_t *chain);
/* Copies the header of the block that is now in the overlay, and makes that pending. */
sce_error_t *sce_chain_set_pending(sce_chain_t *chain, sce_span_t header, uint32_t number);
/* The chain's spec; NULL: none. */
const sce_chain_spec_t *sce_chain_spec_of(const sce_chain_t *chain);
/* SCE_MISUSE unless nothing is pending or being built. */
sce_error_t *sce_chain_check_free(const sce_chain_t *chain);

#endif
