/* trie_node.h: the encoding of one trie node, to and from bytes.
 *
 * Source: Polkadot specification chap-state#sect-state-storage-trie; sp-trie 47 node_header.rs, node_codec.rs.
 *
 *   header     kind in the top bits, number n of partial-key nibbles in the rest; a full rest continues in bytes
 *   partial    n nibbles, two a byte, high first; with an odd n the first byte holds one nibble, in its low half
 *   bitmap     branches: u16 LE, bit i for child i
 *   value      inline: compact length and bytes; hashed: 32 bytes
 *   children   branches, in nibble order: compact length and the child's encoding (below 32 bytes) or its hash (32)
 */
#ifndef SCE_STATE_TRIE_NODE_H
#define SCE_STATE_TRIE_NODE_H

#include "scexec/base.h"

typedef enum sce_trie_node_kind { SCE_TRIE_EMPTY, SCE_TRIE_LEAF, SCE_TRIE_BRANCH } sce_trie_node_kind_t;

/* How a node holds its value: not at all, as bytes, or as the hash of bytes kept elsewhere. */
typedef enum sce_trie_value_kind { SCE_TRIE_NO_VALUE, SCE_TRIE_INLINE, SCE_TRIE_HASHED } sce_trie_value_kind_t;

/* A decoded node. All spans point into the encoded bytes. */
typedef struct sce_trie_node {
  sce_trie_node_kind_t kind;
  sce_trie_value_kind_t value_kind;
  uint16_t children;      /* bit i: child i is there; 0 unless a branch */
  size_t nibbles;         /* of the partial key */
  const uint8_t *partial; /* (nibbles + 1) / 2 bytes */
  sce_span_t value;       /* the bytes, or the 32-byte hash */
  sce_span_t child[16];   /* set where `children` says: an encoding, or with length 32 a hash */
  size_t size;            /* encoded bytes that the node takes */
} sce_trie_node_t;

/* Values of this length and more are hashed in state version 1 (sp_core::storage::TRIE_VALUE_NODE_THRESHOLD). */
#define SCE_TRIE_HASHED_VALUE_MIN 33

/* Decodes the node at the start of `bytes`. Errors of kind `kind` name the offset. As sp-trie's NodeCodec::decode_plan:
 * bytes after the node are not looked at (see `size`), and child encodings may have any length; that they are nodes is
 * not checked. Nothing is allocated. */
sce_error_t *sce_trie_node_decode(sce_trie_node_t *node, sce_span_t bytes, sce_error_kind_t kind);

/* The same for a node of a state or proof: bytes left over, and children of more than 32 bytes, are errors too. */
sce_error_t *sce_trie_node_decode_strict(sce_trie_node_t *node, sce_span_t bytes, sce_error_kind_t kind);

/* Nibble `i` of the partial key; `i` below node->nibbles. */
static inline uint8_t sce_trie_node_nibble(const sce_trie_node_t *node, size_t i) {
  size_t at = i + (node->nibbles & 1);
  return at & 1 ? node->partial[at / 2] & 15 : node->partial[at / 2] >> 4;
}

/* Nibble `i` of a key: high halves first. */
static inline uint8_t sce_trie_key_nibble(const uint8_t *key, size_t i) {
  return i & 1 ? key[i / 2] & 15 : key[i / 2] >> 4;
}

/* Writers of the pieces; each returns the place after what it wrote. The caller has checked the room:
 * SCE_TRIE_HEADER_ROOM(n) for the header, (n + 1) / 2 for the partial key, SCE_TRIE_COMPACT_ROOM before bytes. */
#define SCE_TRIE_HEADER_ROOM(nibbles) ((nibbles) / 255 + 2)
#define SCE_TRIE_COMPACT_ROOM 5

uint8_t *sce_trie_write_header(uint8_t *at, sce_trie_node_kind_t kind, sce_trie_value_kind_t value_kind,
                               size_t nibbles);
/* Nibbles [start, start + count) of `key`. */
uint8_t *sce_trie_write_partial(uint8_t *at, const uint8_t *key, size_t start, size_t count);
/* `count` nibbles given one a byte. */
uint8_t *sce_trie_write_nibbles(uint8_t *at, const uint8_t *nibbles, size_t count);
/* SCALE compact integer; `len` is at most 2^32 - 1. */
uint8_t *sce_trie_write_compact(uint8_t *at, size_t len);
/* Compact `len`, then the bytes. */
uint8_t *sce_trie_write_bytes(uint8_t *at, const uint8_t *data, size_t len);

/* Appends the encoding of `node`; `partial` is in the packed form, `size` is ignored. SCE_BAD_INPUT when the value or a
 * child is above 2^32 - 1 bytes. */
sce_error_t *sce_trie_node_encode(sce_buf_t *out, const sce_trie_node_t *node);

#endif
