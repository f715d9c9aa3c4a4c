/* chain_spec.h: the inside of a parsed chain spec, for those who make a state of it or keep it. */
#ifndef SCE_STATE_CHAIN_SPEC_H
#define SCE_STATE_CHAIN_SPEC_H

#include "scexec/chain_spec.h"
#include "state/genesis.h"

/* Lives as long as `spec`; the arena may be kept longer with a reference. */
const sce_genesis_t *sce_chain_spec_genesis(const sce_chain_spec_t *spec);

/* Parses what sce_chain_spec_members() gives: a spec without storage. */
sce_error_t *sce_chain_spec_parse_members(sce_chain_spec_t **spec, sce_span_t text);

#endif
