/* trie_node.c: node encoding and decoding; see trie_node.h for the format. */
#include "state/trie_node.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "scale/scale.h"

#include <string.h>

/* Header bytes: the bits of the kind and the mask of the nibble count under them. */
typedef struct header_form {
  uint8_t bits;
  uint8_t mask;
} header_form_t;

static const header_form_t header_forms[3][3] = {
    [SCE_TRIE_LEAF] = {{0, 0}, {0x40, 0x3f}, {0x20, 0x1f}},
    [SCE_TRIE_BRANCH] = {{0x80, 0x3f}, {0xc0, 0x3f}, {0x10, 0x0f}},
};

/* ---- decoding ---- */

static void split_header(sce_trie_node_t *node, uint8_t byte, uint8_t *mask) {
  static const struct {
    uint8_t kind, value_kind;
  } top[4] = {{0, 0},
              {SCE_TRIE_LEAF, SCE_TRIE_INLINE},
              {SCE_TRIE_BRANCH, SCE_TRIE_NO_VALUE},
              {SCE_TRIE_BRANCH, SCE_TRIE_INLINE}};
  if (byte >> 6 != 0) {
    node->kind = top[byte >> 6].kind;
    node->value_kind = top[byte >> 6].value_kind;
  } else {
    node->kind = byte & 0x20 ? SCE_TRIE_LEAF : byte & 0x10 ? SCE_TRIE_BRANCH : SCE_TRIE_EMPTY;
    node->value_kind = node->kind == SCE_TRIE_EMPTY ? SCE_TRIE_NO_VALUE : SCE_TRIE_HASHED;
  }
  *mask = header_forms[node->kind][node->value_kind].mask;
}

/* sp-trie, node_header.rs decode_size. The count is at most 255 times the input, so it does not overflow. */
static sce_error_t *read_nibble_count(sce_scale_reader_t *in, size_t *count, uint8_t byte, uint8_t mask) {
  *count = byte & mask;
  if (*count < mask) return NULL;
  for (;;) {
    uint8_t more;
    SCE_TRY(sce_scale_read_u8(in, &more));
    *count += more;
    if (more < 255) return NULL;
  }
}

static sce_error_t *read_partial(sce_trie_node_t *node, sce_scale_reader_t *in) {
  size_t at = in->at;
  sce_span_t partial;
  /* Source of the first check: decode_plan asks for a byte after the header even where there is no partial key. */
  if (sce_scale_left(in) == 0) return sce_scale_error(in, at, "trie node ends after its header");
  SCE_TRY(sce_scale_read_raw(in, &partial, node->nibbles / 2 + (node->nibbles & 1)));
  if ((node->nibbles & 1) && partial.data[0] >> 4 != 0) {
    return sce_scale_error(in, at, "padding of an odd partial key is not zero");
  }
  node->partial = partial.data;
  return NULL;
}

static sce_error_t *read_children(sce_trie_node_t *node, sce_scale_reader_t *in) {
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    SCE_TRY(sce_scale_read_bytes(in, &node->child[__builtin_ctz(left)]));
  }
  return NULL;
}

sce_error_t *sce_trie_node_decode(sce_trie_node_t *node, sce_span_t bytes, sce_error_kind_t kind) {
  sce_scale_reader_t in = sce_scale_reader(bytes);
  in.kind = kind;
  node->children = 0;
  node->nibbles = 0;
  node->partial = NULL;
  node->value = (sce_span_t){0};
  uint8_t byte, mask;
  SCE_TRY(sce_scale_read_u8(&in, &byte));
  split_header(node, byte, &mask);
  if (node->kind == SCE_TRIE_EMPTY) {
    if (byte != 0) return sce_scale_error(&in, 0, "unknown kind of trie node");
    node->size = 1;
    return NULL;
  }
  SCE_TRY(read_nibble_count(&in, &node->nibbles, byte, mask));
  SCE_TRY(read_partial(node, &in));
  if (node->kind == SCE_TRIE_BRANCH) {
    SCE_TRY(sce_scale_read_u16(&in, &node->children));
    if (node->children == 0) return sce_scale_error(&in, in.at - 2, "trie branch without children");
  }
  if (node->value_kind == SCE_TRIE_HASHED) {
    SCE_TRY(sce_scale_read_raw(&in, &node->value, 32));
  } else if (node->value_kind == SCE_TRIE_INLINE) {
    SCE_TRY(sce_scale_read_bytes(&in, &node->value));
  }
  SCE_TRY(read_children(node, &in));
  node->size = in.at;
  return NULL;
}

sce_error_t *sce_trie_node_decode_strict(sce_trie_node_t *node, sce_span_t bytes, sce_error_kind_t kind) {
  SCE_TRY(sce_trie_node_decode(node, bytes, kind));
  if (node->size != bytes.len) return sce_error_new(kind, "bytes after a trie node at offset %zu", node->size);
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    sce_span_t child = node->child[__builtin_ctz(left)];
    if (child.len <= 32) continue;
    return sce_error_new(kind, "child of a trie node at offset %zu has %zu bytes, more than a hash",
                         (size_t)(child.data - bytes.data), child.len);
  }
  return NULL;
}

/* ---- encoding ---- */

/* sp-trie, node_header.rs size_and_prefix_iterator. */
uint8_t *sce_trie_write_header(uint8_t *at, sce_trie_node_kind_t kind, sce_trie_value_kind_t value_kind,
                               size_t nibbles) {
  header_form_t form = header_forms[kind][value_kind];
  if (nibbles < form.mask) {
    *at++ = (uint8_t)(form.bits | nibbles);
    return at;
  }
  *at++ = form.bits | form.mask;
  for (nibbles -= form.mask; nibbles >= 255; nibbles -= 255) *at++ = 255;
  *at++ = (uint8_t)nibbles;
  return at;
}

uint8_t *sce_trie_write_partial(uint8_t *at, const uint8_t *key, size_t start, size_t count) {
  if (count & 1) {
    *at++ = sce_trie_key_nibble(key, start++);
    count--;
  }
  if (count == 0) return at;
  const uint8_t *from = key + start / 2;
  size_t bytes = count / 2;
  if (start & 1) {
    for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(from[i] << 4 | from[i + 1] >> 4);
  } else {
    memcpy(at, from, bytes);
  }
  return at + bytes;
}

uint8_t *sce_trie_write_nibbles(uint8_t *at, const uint8_t *nibbles, size_t count) {
  if (count & 1) {
    *at++ = *nibbles++;
    count--;
  }
  for (size_t i = 0; i < count; i += 2) *at++ = (uint8_t)(nibbles[i] << 4 | nibbles[i + 1]);
  return at;
}

uint8_t *sce_trie_write_compact(uint8_t *at, size_t len) {
  if (len < 1 << 6) {
    *at++ = (uint8_t)(len << 2);
  } else if (len < 1 << 14) {
    sce_store_le16(at, (uint16_t)(len << 2 | 1));
    at += 2;
  } else if (len < 1 << 30) {
    sce_store_le32(at, (uint32_t)(len << 2 | 2));
    at += 4;
  } else {
    *at++ = 3;
    sce_store_le32(at, (uint32_t)len);
    at += 4;
  }
  return at;
}

uint8_t *sce_trie_write_bytes(uint8_t *at, const uint8_t *data, size_t len) {
  at = sce_trie_write_compact(at, len);
  if (len > 0) memcpy(at, data, len);
  return at + len;
}

static sce_error_t *encoded_room(size_t *room, const sce_trie_node_t *node) {
  *room = SCE_TRIE_HEADER_ROOM(node->nibbles) + node->nibbles / 2 + 3;
  size_t pieces[17] = {node->value.len};
  unsigned count = 1;
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    pieces[count++] = node->child[__builtin_ctz(left)].len;
  }
  for (unsigned i = 0; i < count; i++) {
    if (pieces[i] > UINT32_MAX) {
      return sce_error_new(SCE_BAD_INPUT, "a part of a trie node has %zu bytes; its length must fit in 32 bits",
                           pieces[i]);
    }
    if (!sce_add_size(*room, pieces[i] + SCE_TRIE_COMPACT_ROOM, room)) return sce_error_oom();
  }
  return NULL;
}

sce_error_t *sce_trie_node_encode(sce_buf_t *out, const sce_trie_node_t *node) {
  if (node->kind == SCE_TRIE_EMPTY) return sce_buf_append_byte(out, 0);
  size_t room;
  SCE_TRY(encoded_room(&room, node));
  SCE_TRY(sce_buf_reserve(out, room));
  uint8_t *at = out->data + out->len;
  at = sce_trie_write_header(at, node->kind, node->value_kind, node->nibbles);
  size_t partial = node->nibbles / 2 + (node->nibbles & 1);
  if (partial > 0) memcpy(at, node->partial, partial);
  at += partial;
  if (node->kind == SCE_TRIE_BRANCH) {
    sce_store_le16(at, node->children);
    at += 2;
  }
  if (node->value_kind == SCE_TRIE_HASHED) {
    memcpy(at, node->value.data, 32);
    at += 32;
  } else if (node->value_kind == SCE_TRIE_INLINE) {
    at = sce_trie_write_bytes(at, node->value.data, node->value.len);
  }
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    sce_span_t child = node->child[__builtin_ctz(left)];
    at = sce_trie_write_bytes(at, child.data, child.len);
  }
  out->len = (size_t)(at - out->data);
  return NULL;
}
