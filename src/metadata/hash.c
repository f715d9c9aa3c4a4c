/* hash.c: the metadata hash of RFC-78: types that an extrinsic reaches, each variant of an enum by itself, as the
 * leaves of a tree of BLAKE3 hashes. Ids are made anew, in the order of the metadata's, for the types that stand by
 * themselves: primitives, compacts and empty types are named where they are used. The form is that of the crate
 * merkleized-metadata.
 */
#include "scexec/metadata_hash.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "metadata/model.h"
#include "metadata/registry.h"
#include "scale/scale.h"

#include <string.h>

/* merkleized_metadata::types::TypeRef: 0 to 14 are the primitives as scale_info numbers them. */
enum { REF_COMPACT_U8 = 15, REF_VOID = 21, REF_BY_ID = 22 };
/* merkleized_metadata::types::TypeDef. */
enum { DEF_COMPOSITE = 0, DEF_ENUMERATION = 1, DEF_SEQUENCE = 2, DEF_ARRAY = 3, DEF_TUPLE = 4, DEF_BITS = 5 };

#define NOT_REACHED UINT32_MAX
/* Types inside a Compact or a store of bits that are looked at; those of runtimes hold one to three. */
#define MAX_INSIDE 64

typedef struct hasher {
  const sce_metadata_t *md;
  uint32_t *ids;   /* by the metadata's id: the new one, or NOT_REACHED */
  uint32_t *stack; /* types that are still to be looked into; room for each once */
  uint32_t waiting;
  uint32_t *seen; /* by id: the last walk that met it */
  uint32_t walk;  /* the one at hand, from 1 */
  sce_buf_t leaf;
  uint8_t (*hashes)[32];
  size_t hash_count, hash_cap;
} hasher_t;

/* ---- which types there are ---- */

static void push(hasher_t *h, uint32_t type) {
  if (h->seen[type] == h->walk) return;
  h->seen[type] = h->walk;
  h->stack[h->waiting++] = type;
}

static void push_fields(hasher_t *h, const sce_fields_t *fields) {
  for (uint32_t i = 0; i < fields->count; i++) push(h, fields->items[i].type);
}

/* The types inside a definition. What a compact or a sequence of bits holds is asked for only to find its integer. */
static void push_inner(hasher_t *h, const sce_type_t *type, bool for_integer) {
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: push_fields(h, &type->fields); break;
    case SCE_DEF_VARIANT:
      for (uint32_t i = 0; i < type->variant_count; i++) push_fields(h, &type->variants[i].fields);
      break;
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_ARRAY: push(h, type->target); break;
    case SCE_DEF_COMPACT:
      if (for_integer) push(h, type->target);
      break;
    case SCE_DEF_BITS:
      if (for_integer) push(h, type->target);
      if (for_integer) push(h, type->order);
      break;
    default: break;
  }
}

static bool stands_by_itself(const sce_type_t *type) {
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: return type->fields.count > 0;
    case SCE_DEF_VARIANT: return type->variant_count > 0;
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_ARRAY:
    case SCE_DEF_BITS: return true;
    default: return false;
  }
}

static void number_types(hasher_t *h) {
  const sce_extrinsic_format_t *x = &h->md->extrinsic;
  uint32_t next = 0;
  h->walk = 1;
  push(h, x->call);
  push(h, x->address);
  push(h, x->signature);
  for (uint32_t i = 0; i < x->extension_count; i++) {
    push(h, x->extensions[i].type);
    push(h, x->extensions[i].implicit);
  }
  while (h->waiting > 0) push_inner(h, &h->md->types[h->stack[--h->waiting]], false);
  for (uint32_t id = 0; id < h->md->type_count; id++)
    h->ids[id] = h->seen[id] != 0 && stands_by_itself(&h->md->types[id]) ? next++ : NOT_REACHED;
}

/* The one primitive inside a type: *found is SCE_TYPE_NONE when there is none. Errors: there are several. */
static sce_error_t *find_primitive(hasher_t *h, uint32_t *found, uint32_t inside) {
  uint32_t steps = 0;
  bool several = false;
  *found = SCE_TYPE_NONE;
  h->walk++;
  push(h, inside);
  while (h->waiting > 0 && !several && steps++ < MAX_INSIDE) {
    uint32_t id = h->stack[--h->waiting];
    push_inner(h, &h->md->types[id], true);
    if (h->md->types[id].def != SCE_DEF_PRIMITIVE) continue;
    several = *found != SCE_TYPE_NONE;
    *found = h->md->types[id].primitive;
  }
  if (h->waiting == 0 && !several) return NULL;
  h->waiting = 0;
  return sce_error_new(SCE_BAD_METADATA, "type %u holds more than the one primitive that is due", inside);
}

/* ---- encoding ---- */

static sce_error_t *write_compact_ref(hasher_t *h, uint32_t inside) {
  uint32_t primitive;
  SCE_TRY(find_primitive(h, &primitive, inside));
  if (primitive == SCE_TYPE_NONE) return sce_buf_append_byte(&h->leaf, REF_VOID);
  if (primitive < SCE_PRIM_U8 || primitive > SCE_PRIM_U256)
    return sce_error_new(SCE_BAD_METADATA, "type %u is a Compact of what is no unsigned integer", inside);
  return sce_buf_append_byte(&h->leaf, (uint8_t)(REF_COMPACT_U8 + (primitive - SCE_PRIM_U8)));
}

static sce_error_t *write_ref(hasher_t *h, uint32_t id) {
  const sce_type_t *type = &h->md->types[id];
  if (type->def == SCE_DEF_PRIMITIVE) return sce_buf_append_byte(&h->leaf, type->primitive);
  if (type->def == SCE_DEF_COMPACT) return write_compact_ref(h, type->target);
  if (h->ids[id] == NOT_REACHED) return sce_buf_append_byte(&h->leaf, REF_VOID);
  SCE_TRY(sce_buf_append_byte(&h->leaf, REF_BY_ID));
  return sce_scale_write_compact(&h->leaf, h->ids[id]);
}

static sce_error_t *write_option_text(sce_buf_t *out, sce_span_t text) {
  SCE_TRY(sce_scale_write_bool(out, text.data != NULL));
  return text.data != NULL ? sce_scale_write_bytes(out, text) : NULL;
}

static sce_error_t *write_fields(hasher_t *h, const sce_fields_t *fields) {
  SCE_TRY(sce_scale_write_compact(&h->leaf, fields->count));
  for (uint32_t i = 0; i < fields->count; i++) {
    SCE_TRY(write_option_text(&h->leaf, fields->items[i].name));
    SCE_TRY(write_ref(h, fields->items[i].type));
    SCE_TRY(write_option_text(&h->leaf, fields->items[i].type_name));
  }
  return NULL;
}

static sce_error_t *write_tuple(hasher_t *h, const sce_fields_t *fields) {
  SCE_TRY(sce_scale_write_compact(&h->leaf, fields->count));
  for (uint32_t i = 0; i < fields->count; i++) SCE_TRY(write_ref(h, fields->items[i].type));
  return NULL;
}

static sce_error_t *write_bits(hasher_t *h, const sce_type_t *type) {
  static const uint8_t sizes[] = {[SCE_PRIM_U8] = 1, [SCE_PRIM_U16] = 2, [SCE_PRIM_U32] = 4, [SCE_PRIM_U64] = 8};
  const sce_type_t *order = &h->md->types[type->order];
  uint32_t store;
  SCE_TRY(find_primitive(h, &store, type->target));
  if (store < SCE_PRIM_U8 || store > SCE_PRIM_U64)
    return sce_error_new(SCE_BAD_METADATA, "type %u can't hold a sequence of bits", type->target);
  for (uint32_t i = 0; i < order->path_count; i++) {
    bool lsb = sce_text_is(order->path[i], "Lsb0");
    if (!lsb && !sce_text_is(order->path[i], "Msb0")) continue;
    SCE_TRY(sce_buf_append_byte(&h->leaf, sizes[store]));
    return sce_scale_write_bool(&h->leaf, lsb);
  }
  return sce_error_new(SCE_BAD_METADATA, "type %u is neither Lsb0 nor Msb0", type->order);
}

/* The definition; of an enum that of one variant. */
static sce_error_t *write_def(hasher_t *h, const sce_type_t *type, const sce_variant_t *variant) {
  switch ((sce_def_t)type->def) {
    case SCE_DEF_VARIANT:
      SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_ENUMERATION));
      SCE_TRY(sce_scale_write_bytes(&h->leaf, variant->name));
      SCE_TRY(write_fields(h, &variant->fields));
      return sce_scale_write_compact(&h->leaf, variant->index);
    case SCE_DEF_COMPOSITE:
      SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_COMPOSITE));
      return write_fields(h, &type->fields);
    case SCE_DEF_TUPLE: SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_TUPLE)); return write_tuple(h, &type->fields);
    case SCE_DEF_SEQUENCE: SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_SEQUENCE)); return write_ref(h, type->target);
    case SCE_DEF_ARRAY:
      SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_ARRAY));
      SCE_TRY(sce_scale_write_u32(&h->leaf, type->len));
      return write_ref(h, type->target);
    case SCE_DEF_BITS: SCE_TRY(sce_buf_append_byte(&h->leaf, DEF_BITS)); return write_bits(h, type);
    default: return NULL; /* does not stand by itself */
  }
}

/* ---- the tree ---- */

static sce_error_t *add_leaf(hasher_t *h, uint32_t id, const sce_variant_t *variant) {
  const sce_type_t *type = &h->md->types[id];
  if (h->hash_count == h->hash_cap) {
    size_t cap = h->hash_cap == 0 ? 1024 : h->hash_cap * 2;
    uint8_t(*hashes)[32] = sce_realloc_array(h->hashes, cap, sizeof *hashes);
    if (hashes == NULL) return sce_error_oom();
    h->hashes = hashes;
    h->hash_cap = cap;
  }
  h->leaf.len = 0;
  SCE_TRY(sce_scale_write_compact(&h->leaf, type->path_count));
  for (uint32_t i = 0; i < type->path_count; i++) SCE_TRY(sce_scale_write_bytes(&h->leaf, type->path[i]));
  SCE_TRY(write_def(h, type, variant));
  SCE_TRY(sce_scale_write_compact(&h->leaf, h->ids[id]));
  sce_blake3_256(h->hashes[h->hash_count++], sce_buf_span(&h->leaf));
  return NULL;
}

static sce_error_t *add_leaves(hasher_t *h) {
  for (uint32_t id = 0; id < h->md->type_count; id++) {
    const sce_type_t *type = &h->md->types[id];
    if (h->ids[id] == NOT_REACHED) continue;
    if (type->def != SCE_DEF_VARIANT) SCE_TRY(add_leaf(h, id, NULL));
    if (type->def != SCE_DEF_VARIANT) continue;
    for (unsigned index = 0; index < type->variant_span; index++) {
      const sce_variant_t *variant = sce_type_variant(type, (uint8_t)index);
      if (variant != NULL) SCE_TRY(add_leaf(h, id, variant));
    }
  }
  return NULL;
}

/* Takes the last two, puts their node in front, until one is left; none have the root of zeros. */
static sce_error_t *tree_root(hasher_t *h, uint8_t root[32]) {
  size_t first = h->hash_count, end = 2 * h->hash_count;
  memset(root, 0, 32);
  if (h->hash_count == 0) return NULL;
  uint8_t(*nodes)[32] = sce_calloc(end, sizeof *nodes);
  if (nodes == NULL) return sce_error_oom();
  memcpy(nodes[first], h->hashes, h->hash_count * sizeof *nodes);
  while (end - first > 1) {
    end -= 2;
    uint8_t node[32];
    sce_blake3_256(node, sce_span(nodes[end], 64));
    memcpy(nodes[--first], node, sizeof node);
  }
  memcpy(root, nodes[first], 32);
  sce_free(nodes);
  return NULL;
}

static sce_error_t *hash_extrinsic(hasher_t *h, uint8_t hash[32]) {
  const sce_extrinsic_format_t *x = &h->md->extrinsic;
  h->leaf.len = 0;
  SCE_TRY(sce_buf_append_byte(&h->leaf, x->versions[0]));
  SCE_TRY(write_ref(h, x->address));
  SCE_TRY(write_ref(h, x->call));
  SCE_TRY(write_ref(h, x->signature));
  SCE_TRY(sce_scale_write_compact(&h->leaf, x->extension_count));
  for (uint32_t i = 0; i < x->extension_count; i++) {
    SCE_TRY(sce_scale_write_bytes(&h->leaf, x->extensions[i].name));
    SCE_TRY(write_ref(h, x->extensions[i].type));
    SCE_TRY(write_ref(h, x->extensions[i].implicit));
  }
  sce_blake3_256(hash, sce_buf_span(&h->leaf));
  return NULL;
}

/* merkleized_metadata::types::MetadataDigest::V1, whose index is 1. */
static sce_error_t *hash_digest(hasher_t *h, uint8_t hash[32], const sce_metadata_hash_facts_t *facts) {
  uint8_t root[32], extrinsic[32];
  number_types(h);
  SCE_TRY(add_leaves(h));
  SCE_TRY(tree_root(h, root));
  SCE_TRY(hash_extrinsic(h, extrinsic));
  h->leaf.len = 0;
  SCE_TRY(sce_buf_append_byte(&h->leaf, 1));
  SCE_TRY(sce_buf_append(&h->leaf, root, sizeof root));
  SCE_TRY(sce_buf_append(&h->leaf, extrinsic, sizeof extrinsic));
  SCE_TRY(sce_scale_write_u32(&h->leaf, facts->spec_version));
  SCE_TRY(sce_scale_write_bytes(&h->leaf, facts->spec_name));
  SCE_TRY(sce_scale_write_u16(&h->leaf, facts->ss58_prefix));
  SCE_TRY(sce_buf_append_byte(&h->leaf, facts->token_decimals));
  SCE_TRY(sce_scale_write_bytes(&h->leaf, facts->token_symbol));
  sce_blake3_256(hash, sce_buf_span(&h->leaf));
  return NULL;
}

sce_error_t *sce_metadata_hash(const sce_metadata_t *metadata, uint8_t hash[32],
                               const sce_metadata_hash_facts_t *facts) {
  if (metadata->version != SCE_METADATA_HASH_VERSION)
    return sce_error_new(SCE_MISUSE, "the metadata hash is made of metadata V15, this is V%u", metadata->version);
  size_t count = metadata->type_count > 0 ? metadata->type_count : 1;
  hasher_t h = {.md = metadata,
                .ids = sce_calloc(count, sizeof *h.ids),
                .stack = sce_calloc(count, sizeof *h.stack),
                .seen = sce_calloc(count, sizeof *h.seen)};
  sce_error_t *err = h.ids == NULL || h.stack == NULL || h.seen == NULL ? sce_error_oom() : NULL;
  if (err == NULL) err = hash_digest(&h, hash, facts);
  sce_free(h.ids);
  sce_free(h.stack);
  sce_free(h.seen);
  sce_free(h.hashes);
  sce_buf_free(&h.leaf);
  return sce_error_prefix(err, "metadata hash");
}
