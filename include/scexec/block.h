/* block.h: blocks and headers as bytes: taking them apart, hashing them, and what a node does to them before it
 * executes them. Nothing here runs a runtime.
 *
 * Source: sp-runtime 49, generic::{Block, Header, Digest}, with 32-bit block numbers and BLAKE2b-256, as every relay
 * chain and nearly every parachain has them. Chains whose headers have fields of their own behind these, numbers of a
 * fixed width, or digest items of further kinds are read with a header format, which their metadata gives.
 */
#ifndef SCEXEC_BLOCK_H
#define SCEXEC_BLOCK_H

#include "scexec/base.h"
#include "scexec/metadata.h"
#include "scexec/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a chain encodes its headers, where it has a way of its own. Immutable. */
typedef struct sce_header_format sce_header_format_t;

/* The format that metadata of V14 and later describes: of what Core_initialize_block takes, or of a type called Header.
 * `*format` is NULL when that is upstream's, and when the metadata says nothing. `metadata` is borrowed and must
 * outlive it. SCE_UNSUPPORTED for headers that begin as upstream's and can't be read here. */
SCE_API sce_error_t *sce_header_format_new(sce_header_format_t **format, const sce_metadata_t *metadata);
SCE_API void sce_header_format_delete(sce_header_format_t *format);
/* Appends values for the fields of the chain's own in a header that is yet to be made: valid ones, without meaning. */
SCE_API sce_error_t *sce_header_format_extra(const sce_header_format_t *format, sce_buf_t *extra);

/* A header. `digest` is the SCALE encoding of its items with their number in front; borrowed. */
typedef struct sce_header {
  uint8_t parent_hash[32];
  uint32_t number;
  uint8_t state_root[32];
  uint8_t extrinsics_root[32];
  sce_span_t digest;
  sce_span_t extra;                  /* encoded fields of the chain's own, which follow; borrowed */
  const sce_header_format_t *format; /* NULL: upstream's; borrowed */
} sce_header_t;

/* Kinds of digest items (sp_runtime::generic::DigestItemType); chains may have further ones (sce_header_format_t). */
typedef enum sce_digest_kind {
  SCE_DIGEST_OTHER = 0,
  SCE_DIGEST_CHANGES_TRIE_ROOT = 2, /* until 2021 */
  SCE_DIGEST_CONSENSUS = 4,
  SCE_DIGEST_SEAL = 5,
  SCE_DIGEST_PRE_RUNTIME = 6,
  SCE_DIGEST_CHANGES_TRIE_SIGNAL = 7, /* until 2021 */
  SCE_DIGEST_ENVIRONMENT_UPDATED = 8
} sce_digest_kind_t;

/* One item of a digest. */
typedef struct sce_digest_item {
  sce_digest_kind_t kind; /* or another number, of a chain's own kind */
  uint8_t engine[4];      /* such as "BABE"; of consensus, seal and pre-runtime items, else zero */
  sce_span_t data;        /* borrowed from the digest; of kinds without an engine what follows the kind */
  sce_span_t encoded;
} sce_digest_item_t;

/* Decodes a header, whose digest then points into `scale`; nothing may follow it. SCE_BAD_BLOCK names the offset. */
SCE_API sce_error_t *sce_header_decode(sce_header_t *header, sce_span_t scale);
/* The same of a header in a format; NULL: upstream's. */
SCE_API sce_error_t *sce_header_decode_as(sce_header_t *header, sce_span_t scale, const sce_header_format_t *format);
/* Appends the encoding. header->digest with length 0 stands for no items. */
SCE_API sce_error_t *sce_header_encode(const sce_header_t *header, sce_buf_t *scale);
/* The block hash: BLAKE2b-256 of the encoding. SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_header_hash(const sce_header_t *header, uint8_t hash[32]);
/* Appends the encoding of a header in JSON, as nodes answer chain_getHeader: {"parentHash", "number", "stateRoot",
 * "extrinsicsRoot", "digest": {"logs": ["0x…"]}}, alone or inside the whole answer, and the header of a block that
 * chain_getBlock answers. Items of the digest may also be objects as polkadot-js writes them. SCE_BAD_INPUT names line
 * and column. */
SCE_API sce_error_t *sce_header_from_json(sce_buf_t *scale, sce_span_t json);
/* The `index`-th item of a header's digest; `*found` false past the last. */
SCE_API sce_error_t *sce_header_digest_item(const sce_header_t *header, bool *found, sce_digest_item_t *item,
                                            size_t index);
/* Takes off the last digest item if it is a seal, as a node's block import does before it executes a block: the runtime
 * never sees the seal. `digest` gets the digest that remains and must outlive `header`; `*had_seal` says whether there
 * was one (if not, `header` stays as it is). */
SCE_API sce_error_t *sce_header_take_seal(sce_header_t *header, sce_buf_t *digest, bool *had_seal,
                                          sce_digest_item_t *seal);

/* A decoded block. */
typedef struct sce_block sce_block_t;

/* Decodes a copy of header and extrinsics; nothing may follow. Errors as above. */
SCE_API sce_error_t *sce_block_decode(sce_block_t **block, sce_span_t scale);
/* The same of a block whose header is in a format, which must outlive the block; NULL: upstream's. */
SCE_API sce_error_t *sce_block_decode_as(sce_block_t **block, sce_span_t scale, const sce_header_format_t *format);
SCE_API void sce_block_delete(sce_block_t *block);

/* The header as it came, with seal; lives as long as the block. */
SCE_API const sce_header_t *sce_block_header(const sce_block_t *block);
/* The header's encoding. */
SCE_API sce_span_t sce_block_header_bytes(const sce_block_t *block);
/* The block's hash. */
SCE_API void sce_block_hash(const sce_block_t *block, uint8_t hash[32]);
SCE_API size_t sce_block_extrinsic_count(const sce_block_t *block);
/* An extrinsic without its length in front; empty past the last. */
SCE_API sce_span_t sce_block_extrinsic(const sce_block_t *block, size_t index);
/* Appends what Core_execute_block takes: the block without its seal. */
SCE_API sce_error_t *sce_block_execution_input(const sce_block_t *block, sce_buf_t *input);
/* The extrinsics root that the header should have: of extrinsics with their lengths, in the layout of `version`. */
SCE_API sce_error_t *sce_block_extrinsics_root(const sce_block_t *block, uint8_t root[32], sce_state_version_t version);

/* Appends a block's encoding. */
SCE_API sce_error_t *sce_block_encode(sce_buf_t *scale, const sce_header_t *header, const sce_span_t *extrinsics,
                                      size_t count);

/* Appends the encoding of a block that is given as JSON: the answer of a node's chain_getBlock, its result (a block
 * with its justifications, which are left out), or the block alone. What else stands around header and extrinsics is
 * passed over. The header is read as above. Errors are SCE_BAD_INPUT, with line and column. */
SCE_API sce_error_t *sce_block_from_json(sce_buf_t *scale, sce_span_t json);

/* The header of the genesis block whose state has that root (sc-chain-spec, construct_genesis_block); its digest is
 * empty and static. */
SCE_API sce_header_t sce_genesis_header(const uint8_t state_root[32]);

/* Computes the root of a state in memory and makes its genesis block known to it (sce_state_set_block). */
SCE_API sce_error_t *sce_state_make_genesis(sce_state_t *state);

#ifdef __cplusplus
}
#endif
#endif
