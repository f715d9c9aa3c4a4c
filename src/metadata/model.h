/* model.h: metadata of any version as one set of tables. Everything lives in the metadata's arena; texts and defaults
 * point into its copy of the input. What V0 to V13 only name (types as text) becomes types here as well, made from
 * known_types.c, so that nothing after loading asks for the version. */
#ifndef SCE_METADATA_MODEL_H
#define SCE_METADATA_MODEL_H

#include "metadata/arena.h"
#include "scexec/metadata.h"

/* Bytes of metadata that are taken at all; real ones are below 1 MiB. */
#define SCE_METADATA_MAX_BYTES ((size_t)16 << 20)
/* Types of a registry, those that expressions add included. */
#define SCE_METADATA_MAX_TYPES ((uint32_t)1 << 18)
/* Bytes of a name; they are repeated wherever the thing is named. The longest of real ones have a few hundred. */
#define SCE_METADATA_MAX_NAME ((size_t)4096)
/* Pallets of a runtime: their indices are bytes, and no two have the same. */
#define SCE_METADATA_MAX_PALLETS ((uint32_t)256)
/* How deep types may lie inside each other without a sequence, option or enum between (`struct A(B); struct B(C); …`).
 */
#define SCE_METADATA_MAX_INLINE_DEPTH 256

/* Documentation as it is encoded: `count` texts one after the other, checked when the metadata is loaded. */
typedef struct sce_docs {
  const uint8_t *data;
  uint32_t len;
  uint32_t count;
} sce_docs_t;

/* Next text of documentation; `docs` is advanced. False at the end. */
bool sce_docs_next(sce_docs_t *docs, sce_span_t *line);

/* frame_metadata::v16::ItemDeprecationInfo and VariantDeprecationInfo. */
typedef struct sce_deprecation {
  uint8_t status;   /* 0 not deprecated, 1 without a note, 2 with one */
  uint8_t variant;  /* index of the variant meant, in the lists of enums */
  sce_span_t note;  /* status 2 */
  sce_span_t since; /* status 2; data NULL: none */
} sce_deprecation_t;

typedef struct sce_deprecations {
  const sce_deprecation_t *items;
  uint32_t count;
} sce_deprecations_t;

typedef struct sce_field {
  sce_span_t name;      /* data NULL: unnamed */
  sce_span_t type_name; /* as the source code calls the type; data NULL: unknown */
  sce_docs_t docs;
  uint32_t type;
} sce_field_t;

/* The fields of a composite, tuple or variant. */
typedef struct sce_fields {
  const sce_field_t *items;
  uint32_t count;
} sce_fields_t;

typedef struct sce_variant {
  sce_span_t name;
  sce_fields_t fields;
  sce_docs_t docs;
  uint8_t index;
} sce_variant_t;

/* What a type is: scale_info::TypeDef, whose indices are the first eight, and what only names leave. */
typedef enum sce_def {
  SCE_DEF_COMPOSITE = 0,
  SCE_DEF_VARIANT = 1,
  SCE_DEF_SEQUENCE = 2,
  SCE_DEF_ARRAY = 3,
  SCE_DEF_TUPLE = 4,
  SCE_DEF_PRIMITIVE = 5,
  SCE_DEF_COMPACT = 6,
  SCE_DEF_BITS = 7,
  SCE_DEF_UNKNOWN = 8,           /* a name that nothing explains; its bytes stay hex */
  SCE_DEF_LOOKUP = 9,            /* pallet_indices::address::Address before MultiAddress */
  SCE_DEF_OPAQUE_EXTRINSIC = 10, /* an extrinsic with its length before it */
  SCE_DEF_ERA = 11,              /* sp_runtime::generic::Era */
  SCE_DEF_ABSENT = 12            /* no type has this id: ids of a registry may have gaps */
} sce_def_t;

/* scale_info::TypeDefPrimitive. */
typedef enum sce_primitive {
  SCE_PRIM_BOOL = 0,
  SCE_PRIM_CHAR = 1,
  SCE_PRIM_STR = 2,
  SCE_PRIM_U8 = 3,
  SCE_PRIM_U16 = 4,
  SCE_PRIM_U32 = 5,
  SCE_PRIM_U64 = 6,
  SCE_PRIM_U128 = 7,
  SCE_PRIM_U256 = 8,
  SCE_PRIM_I8 = 9,
  SCE_PRIM_I16 = 10,
  SCE_PRIM_I32 = 11,
  SCE_PRIM_I64 = 12,
  SCE_PRIM_I128 = 13,
  SCE_PRIM_I256 = 14
} sce_primitive_t;

/* How values of a type are read and written: derived once from the definition, so that a value's walk is one switch. */
typedef enum sce_shape {
  SCE_SHAPE_NONE = 0, /* not yet derived */
  SCE_SHAPE_UNKNOWN,  /* hex, to the end */
  SCE_SHAPE_UNIT,     /* null */
  SCE_SHAPE_BOOL,
  SCE_SHAPE_CHAR,
  SCE_SHAPE_STR,
  SCE_SHAPE_UINT,    /* `size` bytes */
  SCE_SHAPE_INT,     /* `size` bytes, two's complement */
  SCE_SHAPE_COMPACT, /* of an unsigned integer of `size` bytes */
  SCE_SHAPE_BYTES,   /* compact length and bytes: hex */
  SCE_SHAPE_FIXED,   /* `len` bytes: hex */
  SCE_SHAPE_ACCOUNT, /* 32 bytes: SS58 */
  SCE_SHAPE_SEQUENCE,
  SCE_SHAPE_ARRAY,   /* `len` items */
  SCE_SHAPE_TUPLE,   /* two or more unnamed fields: array */
  SCE_SHAPE_STRUCT,  /* named fields: object */
  SCE_SHAPE_NEWTYPE, /* as `target`, which is none */
  SCE_SHAPE_ENUM,
  SCE_SHAPE_OPTION, /* of `target` */
  SCE_SHAPE_BITS,   /* `size` bytes a word, `msb` order */
  SCE_SHAPE_ERA,    /* sp_runtime::generic::Era, one byte or two */
  SCE_SHAPE_LOOKUP,
  SCE_SHAPE_EXTRINSIC,
  SCE_SHAPE_BAD /* defined, but nothing that SCALE can encode, such as Compact<str> */
} sce_shape_t;

/* What Rust's type of a sequence keeps: its items in the order of their keys, none of them twice. */
typedef enum sce_order_rule {
  SCE_ORDER_NONE = 0,
  SCE_ORDER_SET = 1, /* BTreeSet: items are keys */
  SCE_ORDER_MAP = 2  /* BTreeMap: items are pairs of key and value */
} sce_order_rule_t;

typedef struct sce_type_param {
  sce_span_t name;
  uint32_t type; /* SCE_TYPE_NONE: not in the registry */
} sce_type_param_t;

typedef struct sce_type {
  uint8_t def;   /* sce_def_t */
  uint8_t shape; /* sce_shape_t */
  uint8_t primitive;
  uint8_t size;          /* bytes of an integer or of a word of bits */
  bool msb;              /* bits: the first bit is the highest of its word */
  bool nullable;         /* a value may be JSON null, so an option of it is written {"Some": …} */
  bool module_error;     /* {index, error} of sp_runtime::DispatchError: names the error */
  bool resolving;        /* it is being made or its shape derived */
  uint8_t boxes;         /* newtypes: boxes on the way to `target` */
  bool non_zero;         /* newtypes: NonZeroU8 and so on, whose decoder refuses 0 */
  uint8_t order_rule;    /* sce_order_rule_t: newtypes and sequences */
  bool ambiguous;        /* a type of another path has the same last segment */
  uint16_t inline_depth; /* of types inside, see SCE_METADATA_MAX_INLINE_DEPTH */
  uint16_t variant_span; /* highest variant index + 1 */
  uint32_t target;       /* element, compact or option's inner type, bits' store; for newtypes the end of the chain */
  uint32_t order;        /* bits: the type that names the order */
  uint32_t len;          /* arrays and fixed bytes */
  uint32_t min_size;     /* least bytes of a value, saturating */
  uint64_t most;         /* compact: the largest value that the decoder keeps as it is; 0: any of `size` bytes */
  sce_fields_t fields;   /* composite, tuple */
  const sce_variant_t *variants;
  uint32_t variant_count;
  const uint16_t *by_index; /* variant_span entries: position in `variants` + 1, 0 for none */
  const sce_span_t *path;
  uint32_t path_count;
  uint32_t param_count;
  const sce_type_param_t *params;
  sce_docs_t docs;
  sce_span_t text; /* V0 to V13, and added types: the expression it was made from; data NULL: from a registry */
} sce_type_t;

typedef struct sce_storage {
  sce_span_t name;
  sce_span_t default_value;
  sce_docs_t docs;
  sce_deprecation_t deprecation;
  const uint8_t *hashers; /* sce_hasher_t, `key_count` of them; NULL when plain */
  const uint32_t *keys;   /* the type under each hasher; NULL when `keys_bad` */
  uint32_t key_count;
  sce_span_t value_text;       /* V0 to V13: what the metadata calls the value's type; data NULL from V14 on */
  const sce_span_t *key_texts; /* the same of the keys; NULL from V14 on */
  uint32_t key_type; /* as the metadata gives it: a tuple when there are several; SCE_TYPE_NONE: plain or V0 to V13 */
  uint32_t value_type;
  uint8_t modifier; /* 0 optional, 1 default */
  bool linked;      /* V2 to V10: the value is followed by links to its neighbours */
  bool keys_bad;    /* the key's type has not as many parts as there are hashers */
} sce_storage_t;

typedef struct sce_constant {
  sce_span_t name;
  sce_span_t value;
  sce_docs_t docs;
  sce_deprecation_t deprecation;
  sce_span_t type_text; /* V0 to V13; data NULL from V14 on */
  uint32_t type;
} sce_constant_t;

/* A runtime API's method or a pallet's view function. */
typedef struct sce_method {
  sce_span_t name;
  const sce_field_t *inputs;
  uint32_t input_count;
  uint32_t output;
  sce_docs_t docs;
  sce_deprecation_t deprecation;
  uint8_t id[32]; /* view functions */
} sce_method_t;

typedef struct sce_associated_type {
  sce_span_t name;
  uint32_t type;
  sce_docs_t docs;
} sce_associated_type_t;

typedef struct sce_pallet {
  sce_span_t name;
  sce_span_t storage_prefix; /* data NULL: no storage */
  const sce_storage_t *storage;
  const sce_constant_t *constants;
  const sce_associated_type_t *associated;
  const sce_method_t *views;
  uint32_t storage_count, constant_count, associated_count, view_count;
  uint32_t calls, events, errors; /* enums; SCE_TYPE_NONE: none */
  sce_deprecations_t calls_deprecated, events_deprecated, errors_deprecated;
  sce_deprecation_t deprecation;
  sce_docs_t docs;
  uint8_t index;      /* of its errors; of calls and events too from V12 on */
  uint8_t call_index; /* V0 to V11 count only pallets with calls, or with events */
  uint8_t event_index;
} sce_pallet_t;

typedef struct sce_api {
  sce_span_t name;
  uint32_t version; /* 0: the metadata does not say (V15) */
  const sce_method_t *methods;
  uint32_t method_count;
  sce_docs_t docs;
  sce_deprecation_t deprecation;
} sce_api_t;

typedef struct sce_extension {
  sce_span_t name;
  uint32_t type;     /* in the extrinsic */
  uint32_t implicit; /* in what is signed besides */
} sce_extension_t;

/* The extensions of one version of them, as places in `extensions`. */
typedef struct sce_extension_set {
  const uint32_t *places;
  uint32_t count;
  uint8_t version;
} sce_extension_set_t;

typedef struct sce_extrinsic_format {
  const uint8_t *versions;
  uint32_t version_count;
  uint32_t type;                            /* V14: of the whole; SCE_TYPE_NONE otherwise */
  uint32_t address, call, signature, extra; /* SCE_TYPE_NONE where unknown */
  const sce_extension_t *extensions;
  uint32_t extension_count;
  const sce_extension_set_t *sets; /* V16; none: the one set of all, version 0 */
  uint32_t set_count;
} sce_extrinsic_format_t;

typedef struct sce_custom {
  sce_span_t name;
  sce_span_t value;
  uint32_t type;
} sce_custom_t;

/* A definition of the user's (user_types.c). */
typedef struct sce_user_type {
  sce_span_t pallet; /* where alone the name means this; empty: everywhere */
  sce_span_t name;   /* may have path segments before it, as in `a::B` */
  sce_span_t def;    /* an expression of expr.c */
} sce_user_type_t;

/* What a name or expression was resolved to. */
typedef struct sce_name_entry {
  sce_span_t scope; /* pallet that the name was met in; empty for all */
  sce_span_t name;
  uint32_t type;
} sce_name_entry_t;

typedef struct sce_name_map {
  sce_name_entry_t *entries; /* open addressing, `cap` a power of two; name.data NULL is free */
  uint32_t count, cap;
  uint64_t seed; /* of the hash; random */
} sce_name_map_t;

/* Whether `id` is one of a type, the ids of those that were made here included. */
static inline bool sce_type_exists(const sce_metadata_t *md, uint32_t id);
/* Error of an id that none has, SCE_NOT_FOUND. */
sce_error_t *sce_type_missing(const sce_metadata_t *md, uint32_t id);
/* Error of a value whose type is but a name (SCE_DEF_UNKNOWN), SCE_BAD_INPUT: names it. */
sce_error_t *sce_type_unknown(const sce_type_t *type);

struct sce_metadata {
  sce_arena_t arena;
  sce_span_t bytes; /* own copy */
  uint32_t version;
  sce_type_t *types; /* own block: grows */
  uint32_t type_count, type_cap;
  uint32_t metadata_type_count; /* those of the metadata itself; the rest was made here */
  const sce_pallet_t *pallets;
  uint32_t pallet_count;
  sce_api_t *apis;
  uint32_t api_count;
  sce_extrinsic_format_t extrinsic;
  uint32_t runtime_type;                      /* SCE_TYPE_NONE where there is none */
  uint32_t call_type, event_type, error_type; /* outer enums */
  const sce_custom_t *custom;
  uint32_t custom_count;
  const struct sce_storage_place *places; /* storage.h */
  uint32_t place_count;
  const sce_user_type_t *user_types; /* the last of a name counts */
  uint32_t user_type_count;
  sce_name_map_t names;    /* what expressions were resolved to */
  sce_name_map_t segments; /* last segment of a path to the first type that has it */
  sce_span_t spec_name;    /* of the runtime version given; empty: none */
  uint32_t spec_version;
  unsigned expr_depth; /* of the expression being read */
  bool has_version;
  bool final; /* loading is over: unknown names are errors now */
};

static inline bool sce_type_exists(const sce_metadata_t *md, uint32_t id) {
  return id < md->type_count && md->types[id].def != SCE_DEF_ABSENT;
}

#endif
