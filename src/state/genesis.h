/* genesis.h: the storage in a chain spec, decoded: pairs of each trie in the order of the file, bytes in one arena. */
#ifndef SCE_STATE_GENESIS_H
#define SCE_STATE_GENESIS_H

#include "base/json_pull.h"

#include <stdatomic.h>

/* Bytes that several objects point into; freed with the last of them. */
typedef struct sce_arena {
  atomic_size_t refs;
  uint8_t *bytes;
} sce_arena_t;

/* An arena with one reference and room for `size` bytes. */
sce_error_t *sce_arena_new(sce_arena_t **arena, size_t size);
sce_arena_t *sce_arena_ref(sce_arena_t *arena);
/* NULL is accepted. */
void sce_arena_unref(sce_arena_t *arena);

typedef struct sce_pair {
  sce_span_t key;
  sce_span_t value;
} sce_pair_t;

typedef struct sce_pair_list {
  sce_pair_t *items;
  size_t count;
  size_t cap;
} sce_pair_list_t;

typedef struct sce_genesis_child {
  sce_span_t name; /* without ":child_storage:default:" */
  sce_pair_list_t pairs;
} sce_genesis_child_t;

/* All zero is empty. Children of one name may stand more than once: the last one counts. */
typedef struct sce_genesis {
  sce_arena_t *arena; /* what all spans point into */
  sce_pair_list_t top;
  sce_genesis_child_t *children;
  size_t child_count;
  size_t child_cap;
  /* Of a plain spec (genesis.runtimeGenesis), whose storage its runtime has yet to make: `top` has the code alone. */
  bool plain;
  bool is_patch;    /* `config` is to be merged into the runtime's default */
  sce_buf_t config; /* JSON */
} sce_genesis_t;

void sce_genesis_free(sce_genesis_t *genesis);

/* Reads the value of `genesis` in a chain spec, where the reader stands. Errors are SCE_BAD_CHAIN_SPEC. On failure
 * `genesis` must still be freed. */
sce_error_t *sce_genesis_read(sce_genesis_t *genesis, sce_json_reader_t *in);

/* Turns an error of the JSON reader into one about a chain spec, with where in front. NULL stays NULL. */
sce_error_t *sce_spec_error(sce_error_t *err, const char *where);

#endif
