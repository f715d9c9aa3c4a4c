/* metadata_hash.h: the metadata hash of RFC-78, which signers show and the extension CheckMetadataHash checks.
 *
 * Any thread.
 * Source: https://polkadot-fellows.github.io/RFCs/approved/0078-merkleized-metadata.html; crate merkleized-metadata
 * 0.5.
 */
#ifndef SCEXEC_METADATA_HASH_H
#define SCEXEC_METADATA_HASH_H

#include "scexec/base.h"
#include "scexec/metadata.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the hash says of a chain besides its metadata. */
typedef struct sce_metadata_hash_facts {
  uint32_t spec_version; /* of Core_version, as the next */
  sce_span_t spec_name;
  uint16_t ss58_prefix;    /* of the constant System.SS58Prefix */
  uint8_t token_decimals;  /* of the chain's first token */
  sce_span_t token_symbol; /* as DOT */
} sce_metadata_hash_facts_t;

/* The version of metadata that is hashed, whatever others the runtime offers. */
#define SCE_METADATA_HASH_VERSION 15

/* Writes the hash: BLAKE3 of the digest of the types that an extrinsic reaches and of the facts. Errors: SCE_MISUSE
 * when the metadata is of another version than 15; SCE_BAD_METADATA for types that the RFC has no form for (a Compact
 * of what is no integer, an order of bits that is neither Lsb0 nor Msb0); SCE_OUT_OF_MEMORY. `hash` is untouched then.
 */
SCE_API sce_error_t *sce_metadata_hash(const sce_metadata_t *metadata, uint8_t hash[32],
                                       const sce_metadata_hash_facts_t *facts);

#ifdef __cplusplus
}
#endif
#endif
