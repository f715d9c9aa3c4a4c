/* chain_spec.h: chain specs: the JSON files that nodes start a chain from.
 *
 * Source: sc-chain-spec (ChainSpec, ClientSpec, RawGenesis). `genesis.raw` may be the object {"top", "childrenDefault"}
 * or the list [top, childrenDefault] of Kusama's spec. Of equal keys the last one counts, as for serde. Keys of the top
 * trie under ":child_storage:" are left out: child roots are computed.
 *
 * A plain spec has `genesis.runtimeGenesis` instead: code, and what that makes the state of (sce_chain_spec_build() in
 * chain.h). Until then its only key is ":code", and no state can be made of it.
 */
#ifndef SCEXEC_CHAIN_SPEC_H
#define SCEXEC_CHAIN_SPEC_H

#include "scexec/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest spec that is read, in bytes. */
#define SCE_CHAIN_SPEC_MAX_SIZE ((uint64_t)1 << 32)

/* A parsed spec: immutable, shared freely by threads. */
typedef struct sce_chain_spec sce_chain_spec_t;

/* Parses the text of a chain spec, which may stand in the answer of a node's sync_state_genSyncSpec, and begin with a
 * byte order mark. Errors are SCE_BAD_CHAIN_SPEC, with line and column or the path of the wrong item; one that is
 * neither raw nor plain is refused with the way to make it so. `text` is not needed afterwards. */
SCE_API sce_error_t *sce_chain_spec_parse(sce_chain_spec_t **spec, sce_span_t text);

/* The same for a file; SCE_IO when it can't be read. Errors begin with the path. A file that only this user and root
 * may change is mapped: it must not be cut off during the call. */
SCE_API sce_error_t *sce_chain_spec_load(sce_chain_spec_t **spec, const char *path);

SCE_API void sce_chain_spec_delete(sce_chain_spec_t *spec);

/* False for a plain spec. */
SCE_API bool sce_chain_spec_is_raw(const sce_chain_spec_t *spec);

/* Names as the spec gives them: UTF-8, NUL-terminated, "" where absent; they live as long as `spec`. The chain type is
 * "Live", "Development", "Local", or the JSON text of a custom one. */
SCE_API const char *sce_chain_spec_name(const sce_chain_spec_t *spec);
SCE_API const char *sce_chain_spec_id(const sce_chain_spec_t *spec);
SCE_API const char *sce_chain_spec_chain_type(const sce_chain_spec_t *spec);
SCE_API const char *sce_chain_spec_protocol_id(const sce_chain_spec_t *spec);

/* The JSON text of `properties`, "" where absent or null. Lives as long as `spec`. */
SCE_API const char *sce_chain_spec_properties(const sce_chain_spec_t *spec);

/* All members of the spec but "genesis", those that are not known here too, as one JSON object: names and values as
 * they stand in the spec, in its order. NUL-terminated; lives as long as `spec`. */
SCE_API const char *sce_chain_spec_members(const sce_chain_spec_t *spec);

/* properties.ss58Format, a number or a string of its digits; false where it is no number from 0 to 16383. */
SCE_API bool sce_chain_spec_ss58_format(const sce_chain_spec_t *spec, uint16_t *format);

/* The `index`-th token of properties.tokenSymbol and tokenDecimals, each a single value or a list; false past the last,
 * and past 1,024. `*symbol` as the names above; `*decimals`, a number or a string of its digits, is 0 where the spec
 * gives none. */
SCE_API bool sce_chain_spec_token(const sce_chain_spec_t *spec, const char **symbol, uint32_t *decimals, size_t index);

/* The value of `key` in the top trie of the genesis state, such as ":code"; false when there is none. Lives as long as
 * `spec`. Takes time in proportion to the number of keys. */
SCE_API bool sce_chain_spec_storage(const sce_chain_spec_t *spec, sce_span_t *value, sce_span_t key);

/* ---- rules for blocks ---- */

/* The `index`-th of `codeSubstitutes`, by rising block number: code that runs in place of a state's own from the state
 * of block `*number` on, as long as both have the same spec version (sc-service, client/wasm_substitutes.rs;
 * sce_state_code() applies them). It is appended to `code`, which may be NULL. `*found` false past the last. Errors:
 * SCE_BAD_CHAIN_SPEC where they can't be read; the rest of the spec is not hurt by that. */
SCE_API sce_error_t *sce_chain_spec_substitute(const sce_chain_spec_t *spec, bool *found, uint32_t *number,
                                               sce_buf_t *code, size_t index);

/* SCE_BAD_BLOCK for a block that the spec refuses: one of `badBlocks`, or one at the height of one of `forkBlocks` with
 * another hash (sc-service, client/block_rules.rs). SCE_BAD_CHAIN_SPEC where these members can't be read. */
SCE_API sce_error_t *sce_chain_spec_check_block(const sce_chain_spec_t *spec, uint32_t number, const uint8_t hash[32]);

#ifdef __cplusplus
}
#endif
#endif
