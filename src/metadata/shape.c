/* shape.c: from a type's definition to how its values are read and written, the least size of a value, and whether a
 * value can be null. A type contains its fields and array items without any byte between; types that contain themselves
 * so have no finite value and are refused, since a walk over them would never end. */
#include "metadata/registry.h"

#include "base/buf.h"
#include "base/error.h"

static sce_error_t *derive(sce_metadata_t *md, uint32_t id, unsigned depth);

static sce_error_t *derive_inline(sce_metadata_t *md, sce_type_t *type, uint32_t inner, unsigned depth) {
  SCE_TRY(derive(md, inner, depth + 1));
  const sce_type_t *t = &md->types[inner];
  if (t->inline_depth >= type->inline_depth) type->inline_depth = (uint16_t)(t->inline_depth + 1);
  if (type->inline_depth > SCE_METADATA_MAX_INLINE_DEPTH)
    return sce_error_new(SCE_BAD_METADATA, "types nested deeper than %d", SCE_METADATA_MAX_INLINE_DEPTH);
  return NULL;
}

static uint32_t saturate(uint64_t size) {
  return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

static sce_error_t *derive_fields(sce_metadata_t *md, sce_type_t *type, unsigned depth) {
  uint64_t size = 0;
  const sce_fields_t *fields = &type->fields;
  for (uint32_t i = 0; i < fields->count; i++) {
    SCE_TRY(derive_inline(md, type, fields->items[i].type, depth));
    size = saturate(size + md->types[fields->items[i].type].min_size);
  }
  type->min_size = saturate(size);
  return NULL;
}

static bool is_plain_u8(const sce_metadata_t *md, uint32_t id) {
  return md->types[id].def == SCE_DEF_PRIMITIVE && md->types[id].primitive == SCE_PRIM_U8;
}

static void shape_primitive(sce_type_t *type) {
  static const uint8_t sizes[] = {1, 4, 0, 1, 2, 4, 8, 16, 32, 1, 2, 4, 8, 16, 32};
  type->size = sizes[type->primitive];
  type->min_size = type->size > 0 ? type->size : 1;
  if (type->primitive == SCE_PRIM_BOOL)
    type->shape = SCE_SHAPE_BOOL;
  else if (type->primitive == SCE_PRIM_CHAR)
    type->shape = SCE_SHAPE_CHAR;
  else if (type->primitive == SCE_PRIM_STR)
    type->shape = SCE_SHAPE_STR;
  else
    type->shape = type->primitive <= SCE_PRIM_U256 ? SCE_SHAPE_UINT : SCE_SHAPE_INT;
}

/* BTreeSet and BTreeMap are structs of one sequence (scale-info, src/impls.rs); what wraps them keeps their rule. */
static sce_order_rule_t order_rule(const sce_metadata_t *md, const sce_type_t *type, uint32_t inner) {
  const sce_type_t *t = &md->types[inner];
  if (type->path_count != 1 || t->def != SCE_DEF_SEQUENCE) return (sce_order_rule_t)t->order_rule;
  if (sce_type_is_called(type, "BTreeSet")) return SCE_ORDER_SET;
  const sce_type_t *pair = &md->types[t->target];
  bool map = sce_type_is_called(type, "BTreeMap") && pair->def == SCE_DEF_TUPLE && pair->fields.count == 2;
  return map ? SCE_ORDER_MAP : (sce_order_rule_t)t->order_rule;
}

/* core::num::NonZeroU8 to NonZeroI128, whose path is the one name. */
static bool is_non_zero(const sce_metadata_t *md, const sce_type_t *type, uint32_t inner) {
  const sce_type_t *t = &md->types[inner];
  return type->path_count == 1 && sce_span_starts_with(type->path[0], sce_span_text("NonZero")) &&
         (t->shape == SCE_SHAPE_UINT || t->shape == SCE_SHAPE_INT);
}

static void shape_newtype(const sce_metadata_t *md, sce_type_t *type, const sce_field_t *field) {
  uint32_t inner = field->type;
  const sce_type_t *t = &md->types[inner];
  type->shape = SCE_SHAPE_NEWTYPE;
  type->target = t->shape == SCE_SHAPE_NEWTYPE ? t->target : inner;
  type->nullable = t->nullable;
  type->order_rule = (uint8_t)order_rule(md, type, inner);
  type->non_zero = t->non_zero || is_non_zero(md, type, inner);
  type->boxes = (uint8_t)(t->boxes + (sce_field_is_box(field) && t->boxes < UINT8_MAX));
}

/* `pallet_nomination_pools::…::U256`, `primitive_types::U256`: four words, written as one number. */
static bool is_u256(const sce_metadata_t *md, const sce_type_t *type) {
  if (!sce_type_is_called(type, "U256") || type->fields.count != 1) return false;
  const sce_type_t *words = &md->types[type->fields.items[0].type];
  return words->def == SCE_DEF_ARRAY && words->len == 4 && md->types[words->target].primitive == SCE_PRIM_U64 &&
         md->types[words->target].def == SCE_DEF_PRIMITIVE;
}

/* sp_runtime's UncheckedExtrinsic and OpaqueExtrinsic, whose TypeInfo says Vec<u8> and does not tell the call in it. */
static bool is_extrinsic(const sce_metadata_t *md, const sce_type_t *type) {
  if (!sce_type_is_called(type, "UncheckedExtrinsic") || type->fields.count != 1) return false;
  const sce_type_t *bytes = &md->types[type->fields.items[0].type];
  return bytes->def == SCE_DEF_SEQUENCE && is_plain_u8(md, bytes->target);
}

static void shape_composite(const sce_metadata_t *md, sce_type_t *type) {
  if (type->fields.count == 0) {
    type->shape = SCE_SHAPE_UNIT;
    type->nullable = true;
  } else if (type->def == SCE_DEF_COMPOSITE && type->fields.items[0].name.data != NULL) {
    type->shape = SCE_SHAPE_STRUCT;
    type->module_error = sce_type_is_called(type, "ModuleError");
  } else if (type->fields.count > 1 || type->def == SCE_DEF_TUPLE) {
    type->shape = SCE_SHAPE_TUPLE;
  } else if (is_u256(md, type)) {
    type->shape = SCE_SHAPE_UINT;
    type->size = 32;
  } else if (is_extrinsic(md, type)) {
    type->shape = SCE_SHAPE_EXTRINSIC;
  } else {
    shape_newtype(md, type, &type->fields.items[0]);
    const sce_type_t *t = &md->types[type->target];
    if (t->shape == SCE_SHAPE_FIXED && t->len == 32 && sce_type_is_called(type, "AccountId32")) {
      type->shape = SCE_SHAPE_ACCOUNT;
      type->len = 32;
    }
  }
}

static sce_error_t *derive_array(sce_metadata_t *md, sce_type_t *type, unsigned depth) {
  if (type->len == 0) { /* holds nothing, so it may even be an array of itself */
    type->shape = is_plain_u8(md, type->target) ? SCE_SHAPE_FIXED : SCE_SHAPE_ARRAY;
    return NULL;
  }
  SCE_TRY(derive_inline(md, type, type->target, depth));
  type->min_size = saturate((uint64_t)md->types[type->target].min_size * type->len);
  type->shape = is_plain_u8(md, type->target) ? SCE_SHAPE_FIXED : SCE_SHAPE_ARRAY;
  if (type->shape == SCE_SHAPE_FIXED && type->len == 32 && sce_type_is_called(type, "AccountId32"))
    type->shape = SCE_SHAPE_ACCOUNT; /* as known_types.c has it */
  return NULL;
}

/* Parts of a whole, sp_arithmetic::per_things: read as a compact integer, what is beyond one becomes one. */
static uint64_t most_parts(const sce_type_t *type) {
  static const struct {
    const char *name;
    uint64_t most;
  } parts[] = {
      {"Percent", 100}, {"Permill", 1000000}, {"Perbill", 1000000000}, {"Perquintill", UINT64_C(1000000000000000000)}};
  for (size_t i = 0; type->path_count > 1 && i < sizeof parts / sizeof *parts; i++)
    if (sce_type_is_called(type, parts[i].name)) return parts[i].most;
  return 0;
}

/* A compact encoding is of an unsigned integer of up to 128 bits, or of a type that wraps nothing but one. */
static sce_error_t *derive_compact(sce_metadata_t *md, sce_type_t *type, unsigned depth) {
  SCE_TRY(derive_inline(md, type, type->target, depth));
  const sce_type_t *t = sce_type_inner(md, type->target);
  for (int i = 0; i < 8 && t->shape == SCE_SHAPE_STRUCT && t->fields.count == 1; i++)
    t = sce_type_inner(md, t->fields.items[0].type);
  type->min_size = t->shape == SCE_SHAPE_UNIT ? 0 : 1;
  type->size = t->size;
  type->most = most_parts(&md->types[type->target]);
  type->shape = SCE_SHAPE_BAD;
  if (t->shape == SCE_SHAPE_UINT && t->size <= 16) type->shape = SCE_SHAPE_COMPACT;
  if (t->shape == SCE_SHAPE_UNIT) {
    type->shape = SCE_SHAPE_UNIT;
    type->nullable = true;
  }
  return NULL;
}

static sce_error_t *derive_bits(sce_metadata_t *md, sce_type_t *type) {
  const sce_type_t *store = &md->types[type->target];
  static const uint8_t sizes[] = {[SCE_PRIM_U8] = 1, [SCE_PRIM_U16] = 2, [SCE_PRIM_U32] = 4, [SCE_PRIM_U64] = 8};
  type->min_size = 1;
  type->shape = SCE_SHAPE_BAD;
  if (store->def != SCE_DEF_PRIMITIVE || store->primitive < SCE_PRIM_U8 || store->primitive > SCE_PRIM_U64) return NULL;
  type->size = sizes[store->primitive];
  type->msb = sce_type_is_called(&md->types[type->order], "Msb0");
  type->shape = SCE_SHAPE_BITS;
  return NULL;
}

/* Option is the enum of that name whose indices are 0 and 1; Era the enum whose index 0 stands alone and whose other
 * indices, 1 to 255, take one more byte. */
static void shape_known_enum(const sce_metadata_t *md, sce_type_t *type) {
  const sce_variant_t *v = type->variants;
  if (type->variant_count == 2 && type->path_count == 1 && sce_type_is_called(type, "Option") && v[0].index == 0 &&
      v[1].index == 1 && v[0].fields.count == 0 && v[1].fields.count == 1 && v[1].fields.items[0].name.data == NULL) {
    type->shape = SCE_SHAPE_OPTION;
    type->target = v[1].fields.items[0].type;
    type->nullable = true;
  } else if (type->variant_count == 256 && sce_type_is_called(type, "Era") && v[0].fields.count == 0 &&
             v[255].fields.count == 1 && is_plain_u8(md, v[255].fields.items[0].type)) {
    type->shape = SCE_SHAPE_ERA;
  }
}

static sce_error_t *derive_enum(sce_metadata_t *md, sce_type_t *type) {
  uint16_t *by_index;
  void *room;
  for (uint32_t i = 0; i < type->variant_count; i++)
    if (type->variants[i].index >= type->variant_span) type->variant_span = (uint16_t)(type->variants[i].index + 1);
  SCE_TRY(sce_arena_alloc(&md->arena, &room, type->variant_span, sizeof *by_index));
  by_index = room;
  for (uint32_t i = 0; i < type->variant_count; i++) {
    if (by_index[type->variants[i].index] != 0)
      return sce_error_new(SCE_BAD_METADATA, "two variants with index %u", type->variants[i].index);
    by_index[type->variants[i].index] = (uint16_t)(i + 1);
  }
  type->by_index = by_index;
  type->min_size = 1;
  type->shape = SCE_SHAPE_ENUM;
  shape_known_enum(md, type);
  return NULL;
}

static sce_error_t *derive_by_def(sce_metadata_t *md, sce_type_t *type, unsigned depth) {
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE:
      SCE_TRY(derive_fields(md, type, depth));
      shape_composite(md, type);
      return NULL;
    case SCE_DEF_VARIANT: return derive_enum(md, type);
    case SCE_DEF_SEQUENCE:
      type->shape = is_plain_u8(md, type->target) ? SCE_SHAPE_BYTES : SCE_SHAPE_SEQUENCE;
      type->min_size = 1;
      return NULL;
    case SCE_DEF_ARRAY: return derive_array(md, type, depth);
    case SCE_DEF_PRIMITIVE: shape_primitive(type); return NULL;
    case SCE_DEF_COMPACT: return derive_compact(md, type, depth);
    case SCE_DEF_BITS: return derive_bits(md, type);
    case SCE_DEF_UNKNOWN: type->shape = SCE_SHAPE_UNKNOWN; return NULL;
    case SCE_DEF_LOOKUP: type->shape = SCE_SHAPE_LOOKUP; break;
    case SCE_DEF_OPAQUE_EXTRINSIC: type->shape = SCE_SHAPE_EXTRINSIC; break;
    case SCE_DEF_ERA: type->shape = SCE_SHAPE_ERA; break;
    case SCE_DEF_ABSENT: type->shape = SCE_SHAPE_BAD; break;
  }
  type->min_size = 1;
  return NULL;
}

static sce_error_t *derive(sce_metadata_t *md, uint32_t id, unsigned depth) {
  sce_type_t *type = &md->types[id];
  if (type->resolving) return sce_error_new(SCE_BAD_METADATA, "types[%u]: contains itself and has no finite value", id);
  if (type->shape != SCE_SHAPE_NONE) return NULL;
  if (depth > SCE_METADATA_MAX_INLINE_DEPTH)
    return sce_error_new(SCE_BAD_METADATA, "types[%u]: nested deeper than %d", id, SCE_METADATA_MAX_INLINE_DEPTH);
  type->resolving = true;
  sce_error_t *err = derive_by_def(md, type, depth);
  type->resolving = false;
  return err;
}

sce_error_t *sce_registry_derive(sce_metadata_t *md, uint32_t first) {
  for (uint32_t id = first; id < md->type_count; id++) {
    sce_error_t *err = derive(md, id, 0);
    if (err != NULL) return sce_error_prefix(err, "types[%u]", id);
  }
  return NULL;
}
