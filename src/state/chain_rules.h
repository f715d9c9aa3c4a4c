/* chain_rules.h: members of a chain spec that say how blocks are run and which are refused: codeSubstitutes, forkBlocks
 * and badBlocks.
 *
 * Sources: sc-chain-spec 54, ClientSpec::code_substitutes; sc-service 0.60, builder.rs (the keys are block numbers) and
 * client/block_rules.rs; sc-client-api, ForkBlocks and BadBlocks. */
#ifndef SCE_STATE_CHAIN_RULES_H
#define SCE_STATE_CHAIN_RULES_H

#include "base/json_pull.h"

/* Code that runs in place of the state's own from a block on. The hexadecimal text stays where the members of the spec
 * are kept: it is megabytes, and most blocks never need it. */
typedef struct sce_substitute {
  uint32_t number;
  size_t at, len; /* of the text between the quotes, in the members' text */
} sce_substitute_t;

typedef struct sce_fork_block {
  uint32_t number;
  uint8_t hash[32];
} sce_fork_block_t;

/* All zero is empty. What can't be read is no reason to refuse the spec, only to refuse what would need it: it leaves
 * its message instead. */
typedef struct sce_chain_rules {
  sce_substitute_t *substitutes; /* by rising number */
  size_t substitute_count;
  char *bad_substitutes; /* NULL, or why codeSubstitutes can't be read */
  sce_fork_block_t *forks;
  size_t fork_count;
  uint8_t (*bad)[32];
  size_t bad_count;
  char *bad_rules; /* NULL, or why forkBlocks or badBlocks can't be read */
} sce_chain_rules_t;

void sce_chain_rules_free(sce_chain_rules_t *rules);

/* Reads the value of a member where it is one of the three; others are left alone. `value` is its JSON text, which
 * stands at `start` in the text that is kept. Errors: SCE_OUT_OF_MEMORY alone. */
sce_error_t *sce_chain_rules_read(sce_chain_rules_t *rules, sce_json_string_t name, sce_span_t value, size_t start);

#endif
