/* registry.h: the table of types: adding to it, finding by name or expression, printing, and how values are shaped. */
#ifndef SCE_METADATA_REGISTRY_H
#define SCE_METADATA_REGISTRY_H

#include "base/buf.h"
#include "metadata/model.h"

/* ---- adding (registry.c) ---- */

/* Appends a type and gives its id. Pointers into md->types are void after. */
sce_error_t *sce_registry_add(sce_metadata_t *md, uint32_t *id, const sce_type_t *type);
/* Common forms of it. */
sce_error_t *sce_registry_add_sequence(sce_metadata_t *md, uint32_t *id, uint32_t item);
sce_error_t *sce_registry_add_primitive(sce_metadata_t *md, uint32_t *id, sce_primitive_t primitive);
sce_error_t *sce_registry_add_option(sce_metadata_t *md, uint32_t *id, uint32_t inner);

/* The type that a name stands for in a scope (a pallet, or empty), SCE_TYPE_NONE when not known. */
uint32_t sce_names_find(const sce_name_map_t *map, sce_span_t scope, sce_span_t name);
/* `scope` and `name` must live as long as the map. */
sce_error_t *sce_names_put(sce_name_map_t *map, sce_span_t scope, sce_span_t name, uint32_t type);
/* Forgets names of types from `count` on. */
void sce_names_trim(sce_name_map_t *map, uint32_t count);
void sce_names_free(sce_name_map_t *map);

/* ---- shapes (shape.c) ---- */

/* Derives shape and sizes of every type from `first` on. Refuses types of infinite size (SCE_BAD_METADATA). */
sce_error_t *sce_registry_derive(sce_metadata_t *md, uint32_t first);

/* The type that `type` is written as: itself, or what it wraps. */
static inline const sce_type_t *sce_type_inner(const sce_metadata_t *md, uint32_t type) {
  const sce_type_t *t = &md->types[type];
  return t->shape == SCE_SHAPE_NEWTYPE ? &md->types[t->target] : t;
}

/* True for a field of type Box, Rc or Arc, as far as the source code's name of the type tells: SCALE does not show
 * them, but codecs count them as levels. */
static inline bool sce_field_is_box(const sce_field_t *field) {
  sce_span_t name = field->type_name;
  size_t end = 0, start = 0;
  while (end < name.len && name.data[end] != '<') end++;
  for (size_t i = 0; i < end; i++)
    if (name.data[i] == ':') start = i + 1;
  sce_span_t word = sce_span_part(name, start, end);
  return end < name.len && (sce_span_equal(word, sce_span_text("Box")) || sce_span_equal(word, sce_span_text("Rc")) ||
                            sce_span_equal(word, sce_span_text("Arc")));
}

/* True for sequences whose items the codec decodes one by one, a level deeper; integers it copies. */
static inline bool sce_sequence_descends(const sce_metadata_t *md, uint32_t item) {
  const sce_type_t *t = &md->types[item];
  return t->def != SCE_DEF_PRIMITIVE || t->primitive < SCE_PRIM_U8 || t->size > 16;
}

/* The variant with this index, or NULL. */
static inline const sce_variant_t *sce_type_variant(const sce_type_t *type, uint8_t index) {
  if (index >= type->variant_span || type->by_index[index] == 0) return NULL;
  return &type->variants[type->by_index[index] - 1];
}

/* ---- expressions (expr.c) ---- */

/* The type of an expression such as `Vec<(u32, AccountId)>` as met in `pallet` (empty: nowhere in particular); added if
 * need be, shapes not yet derived. What a name means says sce_names_resolve(). */
sce_error_t *sce_expr_resolve(sce_metadata_t *md, uint32_t *type, sce_span_t text, sce_span_t pallet);

/* True for Vec, Option and their like, which are types only with arguments. */
bool sce_expr_is_generic(sce_span_t name);

/* ---- printing (type_name.c; sce_type_name() is in value.h) ---- */

/* As sce_type_name(), with the whole of the type's path. `type` is below type_count. */
sce_error_t *sce_type_full_name(const sce_metadata_t *md, sce_buf_t *out, uint32_t type);

/* ---- names (names.c) ---- */

/* A name as an expression has it: `path::name<args>`; path ends in "::" or is empty, args has its brackets or is empty.
 */
typedef struct sce_name {
  sce_span_t path, name, args;
} sce_name_t;

/* The type that a name means, met in `pallet`. While loading, an unknown name gives a type of unknown layout and an
 * ambiguous one its first meaning; later both are SCE_NOT_FOUND. */
sce_error_t *sce_names_resolve(sce_metadata_t *md, uint32_t *type, const sce_name_t *name, sce_span_t pallet);
/* Fills md->segments and the types' `ambiguous` flags from the metadata's own types. */
sce_error_t *sce_names_index(sce_metadata_t *md);
/* A type of unknown layout called `name`. */
sce_error_t *sce_names_add_unknown(sce_metadata_t *md, uint32_t *type, sce_span_t name);

/* What AccountId, BlockNumber, Call and so on are in this runtime; SCE_TYPE_NONE when `name` is none of these or the
 * metadata has no such type. */
uint32_t sce_names_find_well_known(const sce_metadata_t *md, sce_span_t name);

bool sce_text_is(sce_span_t text, const char *literal);
/* The last segment of a type's path; empty when it has none. */
sce_span_t sce_type_last_segment(const sce_type_t *type);
/* True when the path ends in this segment. */
bool sce_type_is_called(const sce_type_t *type, const char *segment);

const sce_pallet_t *sce_metadata_find_pallet(const sce_metadata_t *md, sce_span_t name);
/* The same; where none has exactly that name, one that has it in another case or with other underscores. */
const sce_pallet_t *sce_metadata_spelt_pallet(const sce_metadata_t *md, sce_span_t name);
const sce_storage_t *sce_pallet_find_storage(const sce_pallet_t *pallet, sce_span_t name);

/* ---- where types stand (find.c) ---- */

/* The type at the first of some places, separated by spaces, that the metadata has; SCE_TYPE_NONE when it has none:
 *
 *   crate::module::Name        the type of this path, segments between the first and the last left out at will
 *   crate::Name.field          the type of its field
 *   Pallet.Item                the value of a storage item; Pallet `*`: of the first pallet that has it
 *   Pallet.Item?               the same, where the item is optional
 *   Pallet.Item[] Pallet.Item[0]  the elements of the value, the first key
 *   Pallet.call(argument)      the argument of a call
 */
uint32_t sce_metadata_find_type(const sce_metadata_t *md, sce_span_t places);

/* ---- definitions of the user's (user_types.c) ---- */

/* Takes those of `json` that are for this runtime, by the spec_name and spec_version that md has. Errors: SCE_BAD_INPUT
 * with the place in the file. */
sce_error_t *sce_user_types_read(sce_metadata_t *md, sce_span_t json);
/* Makes every one of them a type. Errors: SCE_BAD_INPUT with the definition's name. */
sce_error_t *sce_user_types_check(sce_metadata_t *md);
/* What the name means in `pallet` alone, or, without a pallet, everywhere; NULL: there is none. */
const sce_user_type_t *sce_user_type_find(const sce_metadata_t *md, sce_span_t pallet, const sce_name_t *name);

/* ---- shipped data (known_types.c, known_api_types.c) ---- */

/* What a name means to chains whose metadata does not say. */
typedef struct sce_known_type {
  const char *name;          /* `Name`, or `Pallet::Name` where it means something else in one pallet */
  const char *def;           /* an expression of expr.c */
  const char *when;          /* facts of facts.c that must hold; NULL: always */
  uint8_t first_md, last_md; /* metadata versions; last 0: no end */
} sce_known_type_t;

/* The rows of known_xcm.c. */
const sce_known_type_t *sce_known_xcm_types(size_t *count);

/* What a name means in the table of runtime APIs, known_apis.c. */
typedef struct sce_known_api_type {
  const char *name;
  const char *places; /* where the metadata has the type, for sce_metadata_find_type(); NULL: nowhere */
  const char *def;    /* an expression, where it does not; NULL: the bytes stay hex */
} sce_known_api_type_t;

/* The row of known_api_types.c, or NULL. */
const sce_known_api_type_t *sce_known_api_type_find(sce_span_t name);

/* The scope of names in that table, for sce_expr_resolve(): no pallet's name has a space. */
#define SCE_API_SCOPE "runtime APIs"

/* The first row of known_types.c or known_xcm.c for `name` that fits, or NULL. */
const sce_known_type_t *sce_known_type_find(const sce_metadata_t *md, sce_span_t pallet, sce_span_t name);

/* ---- facts (facts.c) ---- */

/* True when each of the facts, separated by spaces, holds; "!" before one turns it round:
 *   Pallet          the runtime has the pallet
 *   Pallet.item     the pallet has a storage item, call, event or constant of that name
 *   Pallet.item=N   the storage item's default, or the constant's value, has N bytes
 *   Pallet.call(a)  the pallet's call has an argument of that name
 *   *.item          any pallet has one of that name, and so on
 *   crate::Name  crate::Name.field  *.Item?  the metadata has a type there, see sce_metadata_find_type()
 *   spec:A-B        the runtime is called `spec` and its spec_version lies from A to B; without B there is no end
 * Facts about pallets hold only once the metadata's pallets are read. */
bool sce_facts_hold(const sce_metadata_t *md, const char *facts);

/* Appends the runtime's OriginCaller as an expression, with the pallets whose origins are known; nothing when there are
 * none. For V12 and V13, whose metadata has the pallets' indices. */
sce_error_t *sce_facts_origin_caller(const sce_metadata_t *md, sce_buf_t *expr);

#endif
