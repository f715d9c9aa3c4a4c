/* chain_spec.h: the genesis storage inside a parsed chain spec, for those who make a state of it. */
#ifndef SCE_STATE_CHAIN_SPEC_H
#define SCE_STATE_CHAIN_SPEC_H

#include "scexec/chain_spec.h"
#include "state/genesis.h"

/* Lives as long as `spec`; the arena may be kept longer with a reference. */
const sce_genesis_t *sce_chain_spec_genesis(const sce_chain_spec_t *spec);

#endif
