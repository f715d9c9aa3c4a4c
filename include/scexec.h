/* scexec.h: the whole public API of libscexec. Start reading at base.h (rules, errors), then executor.h (the call). */
#ifndef SCEXEC_H
#define SCEXEC_H

#include "scexec/artifact.h"
#include "scexec/base.h"
#include "scexec/blob.h"
#include "scexec/block.h"
#include "scexec/chain.h"
#include "scexec/chain_spec.h"
#include "scexec/executor.h"
#include "scexec/externalities.h"
#include "scexec/hash.h"
#include "scexec/host.h"
#include "scexec/keystore.h"
#include "scexec/metadata.h"
#include "scexec/metadata_hash.h"
#include "scexec/overlay.h"
#include "scexec/plugin.h"
#include "scexec/proof.h"
#include "scexec/runtime_cache.h"
#include "scexec/services.h"
#include "scexec/state.h"
#include "scexec/state_code.h"
#include "scexec/trie.h"
#include "scexec/value.h"
#include "scexec/version.h"

#endif
