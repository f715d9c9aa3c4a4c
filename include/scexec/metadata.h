/* metadata.h: what a runtime says about itself: pallets, storage, calls, events, errors, constants, runtime APIs,
 * types.
 *
 * Metadata of V0 to V16 becomes one `sce_metadata_t`. V14 and later describe their types; V0 to V13 only name them, and
 * a table in the library explains the names that it knows; values of other types stay hexadecimal (value.h). Runtimes
 * older than V15 do not describe their runtime APIs; a second table has the well-known ones.
 *
 * The library never calls a runtime here: the caller brings the bytes.
 *
 * Threads: functions that take a `const sce_metadata_t *` may run at the same time on one metadata; those that take
 * `sce_metadata_t *` need it alone. Spans that a function gives out of a metadata live as long as it does, and need not
 * be valid UTF-8 only where their comment says so. */
#ifndef SCEXEC_METADATA_H
#define SCEXEC_METADATA_H

#include "scexec/base.h"
#include "scexec/version.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_metadata sce_metadata_t;

/* ---- loading ---- */

/* Decodes metadata: the bytes that begin with "meta" (see sce_metadata_unwrap(); V0 begins without), copied. `version`
 * is what the same runtime's Core_version said, or NULL: `apis` decides which runtime APIs metadata before V15 has, and
 * spec_name and spec_version what type names of V13 and before mean where the metadata itself does not tell; without it
 * the tables' newest meanings are taken. It is not kept.
 * Owned by the caller. Errors: SCE_BAD_METADATA with the place and the offset (malformed, unknown version, type ids
 * that do not exist, types that contain themselves, more than 16 MiB, 262144 types or 256 pallets, names longer than
 * 4096 bytes, more than 256 MiB in memory), SCE_OUT_OF_MEMORY. Any thread.
 * Source: frame-metadata 23, scale-info 2.11. */
SCE_API sce_error_t *sce_metadata_new(sce_metadata_t **metadata, sce_span_t bytes,
                                      const sce_runtime_version_t *version);

/* The same with definitions of types, for chains whose metadata (V13 and before) names types of their own: `types` is
 * UTF-8 JSON in one of the forms that polkadot-js takes, empty for none, and is not kept.
 *   {"Name": DEFINITION, …}, or {"types": {"Name": DEFINITION, …}}
 *   {"types": [{"minmax": [FIRST, LAST], "types": {…}}, …]}: by spec_version, LAST null or left out for no end
 *   {"typesBundle": {"spec": {"SPEC_NAME": {"types": either of the above, "alias": {"pallet": {"Name":
 * DEFINITION}}}}}}, also without "typesBundle" around it; {"typesSpec": {"SPEC_NAME": {…}}}; {"typesAlias": {"pallet":
 * {…}}} A DEFINITION is a type such as "Vec<(u32, AccountId)>", an object with a struct's fields, {"_enum": ["A",
 * "B"]},
 * {"_enum": {"A": TYPE or null, …}}, {"_enum": {"A": INDEX, …}}, or {"_set": {"_bitLength": 64, …}}, whose values are
 * numbers. Names of definitions may be used before the library's own of the same name, and in each other. Parts for
 * other runtimes than `version` says are passed over; without `version` the only one of several is taken, and what has
 * no end. With V14 and later the definitions add names for sce_type_resolve() and nothing else.
 * Errors: those of sce_metadata_new(), SCE_BAD_INPUT with the place in the file (no JSON, a definition that is none, a
 * type's syntax, more than 4096 definitions for one runtime). */
SCE_API sce_error_t *sce_metadata_new_with_types(sce_metadata_t **metadata, sce_span_t bytes,
                                                 const sce_runtime_version_t *version, sce_span_t types);

/* Frees metadata and every span out of it. NULL is accepted. */
SCE_API void sce_metadata_delete(sce_metadata_t *metadata);

/* Takes what the runtime returned, or a file has, and gives the metadata in it: bytes that begin with "meta", the
 * Vec<u8> around them that Metadata_metadata returns, or the Option of it of Metadata_metadata_at_version; V0, which
 * has no "meta", by the name "Event" at its beginning. `bytes` points into `output`. Errors: SCE_NOT_FOUND for an
 * Option that is None, else SCE_BAD_METADATA. */
SCE_API sce_error_t *sce_metadata_unwrap(sce_span_t *bytes, sce_span_t output);

/* From the output of Metadata_metadata_versions, the highest version that sce_metadata_new() takes; 0 when there is
 * none above 14, for which Metadata_metadata does. Errors: SCE_BAD_METADATA. */
SCE_API sce_error_t *sce_metadata_best_version(uint32_t *version, sce_span_t output);

/* The runtime's version out of the constant System.Version (V12 and later), which runtimes fill with what Core_version
 * returns. *found is false where there is none, or none that decodes; else `version` is freed with
 * sce_runtime_version_free(). Errors: SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_metadata_runtime_version(const sce_metadata_t *metadata, sce_runtime_version_t *version,
                                                  bool *found);

/* 0 to 16. */
SCE_API uint32_t sce_metadata_version(const sce_metadata_t *metadata);

/* The SS58 prefix in the constant System.SS58Prefix; `fallback` where the runtime has none. */
SCE_API uint16_t sce_metadata_ss58_prefix(const sce_metadata_t *metadata, uint16_t fallback);

/* ---- pallets and their items ---- */

/* No type. */
#define SCE_TYPE_NONE UINT32_MAX

typedef struct sce_pallet_info {
  sce_span_t name;
  uint8_t index;                  /* in calls, events and errors (before V12 in errors only) */
  uint32_t calls, events, errors; /* enum types; SCE_TYPE_NONE where the pallet has none */
  uint32_t storage_count, call_count, event_count, error_count, constant_count, view_count;
} sce_pallet_info_t;

SCE_API size_t sce_metadata_pallet_count(const sce_metadata_t *metadata);
/* Pallets in the metadata's order. False, and `pallet` untouched, when there is no place `index`. */
SCE_API bool sce_metadata_pallet_get(const sce_metadata_t *metadata, sce_pallet_info_t *pallet, size_t index);

/* frame_metadata::v14::StorageHasher. */
typedef enum sce_hasher {
  SCE_HASHER_BLAKE2_128 = 0,
  SCE_HASHER_BLAKE2_256 = 1,
  SCE_HASHER_BLAKE2_128_CONCAT = 2, /* followed by the key itself, as the other two with "concat" */
  SCE_HASHER_TWOX_128 = 3,
  SCE_HASHER_TWOX_256 = 4,
  SCE_HASHER_TWOX_64_CONCAT = 5,
  SCE_HASHER_IDENTITY = 6
} sce_hasher_t;

typedef struct sce_storage_info {
  sce_span_t pallet;
  sce_span_t name;
  uint32_t value_type;
  uint32_t key_count;       /* 0: a plain value */
  bool optional;            /* absent means none; otherwise absent means `default_value` */
  sce_span_t default_value; /* SCALE */
  uint32_t default_type;    /* of the default: value_type, but for a linked map (V2 to V10) without its links */
} sce_storage_info_t;

/* Storage item `index` of pallet `pallet`; false when there is none. */
SCE_API bool sce_metadata_storage_get(const sce_metadata_t *metadata, sce_storage_info_t *item, size_t pallet,
                                      size_t index);
/* Key `key` of that item: its type (SCE_TYPE_NONE when the metadata contradicts itself) and hasher. False when none. */
SCE_API bool sce_metadata_storage_key_get(const sce_metadata_t *metadata, uint32_t *type, sce_hasher_t *hasher,
                                          size_t pallet, size_t index, size_t key);
/* The places of "Pallet.Item". Errors: SCE_NOT_FOUND with the nearest names. */
SCE_API sce_error_t *sce_metadata_storage_find(const sce_metadata_t *metadata, size_t *pallet, size_t *index,
                                               sce_span_t name);

/* ---- runtime APIs ---- */

/* A method, called as "<api>_<name>", or a view function of a pallet (V16), called as sce_metadata_method_export() and
 * sce_method_input_wrap() say. */
typedef struct sce_method_info {
  sce_span_t api;
  sce_span_t name;
  uint32_t api_version; /* 0: not known */
  uint32_t input_count;
  uint32_t output; /* type */
  bool shipped;    /* out of the library's table, not out of the metadata */
  bool view;       /* a view function: `api` is the pallet */
} sce_method_info_t;

SCE_API size_t sce_metadata_method_count(const sce_metadata_t *metadata);
SCE_API bool sce_metadata_method_get(const sce_metadata_t *metadata, sce_method_info_t *method, size_t index);
/* Parameter `input` of method `index`: its name and type. False when there is none. */
SCE_API bool sce_metadata_method_input_get(const sce_metadata_t *metadata, sce_span_t *name, uint32_t *type,
                                           size_t index, size_t input);
/* The place of "Api_method", or of the view function "Pallet.function" ("Pallet_function" where no API has that name).
 * Errors: SCE_NOT_FOUND with the nearest names. */
SCE_API sce_error_t *sce_metadata_method_find(const sce_metadata_t *metadata, size_t *index, sce_span_t name);
/* Appends the name of the export that method `index` is called by. Errors: SCE_NOT_FOUND. */
SCE_API sce_error_t *sce_metadata_method_export(const sce_metadata_t *metadata, sce_buf_t *name, size_t index);

/* Whether to keep the method called "<api>_<method>". */
typedef bool (*sce_method_filter_fn)(void *ctx, sce_span_t api, sce_span_t method);
/* Forgets the methods of runtime APIs that `keep` is false for, and APIs of which none is left; places count anew. For
 * who knows which methods the code exports: metadata and the library's table may have more. View functions stay. On
 * failure (SCE_OUT_OF_MEMORY, SCE_BAD_METADATA) some APIs have been looked at. */
SCE_API sce_error_t *sce_metadata_retain_methods(sce_metadata_t *metadata, sce_method_filter_fn keep, void *ctx);

/* ---- outlines ---- */

enum {
  SCE_OUTLINE_DOCS = 1, /* with documentation */
  SCE_OUTLINE_JSON = 2, /* one JSON object or array instead of text */
  SCE_OUTLINE_TYPES = 4 /* JSON only: with the registry's types */
};

/* Appends an outline of the whole, of one "Pallet", or of one "Pallet.Item" (any kind of item); `selector` may be
 * empty. Text is UTF-8 with a newline at the end. `flags`: SCE_OUTLINE_*. Errors: SCE_NOT_FOUND with the nearest
 * names. */
SCE_API sce_error_t *sce_metadata_outline(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector,
                                          unsigned flags);

/* The same of runtime APIs and of view functions, which stand under their pallet: all, one "Api" or "Pallet", or one
 * "Api_method" or "Pallet_function". */
SCE_API sce_error_t *sce_metadata_outline_apis(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector,
                                               unsigned flags);

/* Appends what `newer` adds, removes and changes against `older`: all that metadata says, but for the numbers of types
 * and the order of items, and runtime APIs only where both are V15 or later. Of an item that both have, what changed of
 * its line and of its details (default, storage prefix, documentation, deprecation, fields …) is a difference each.
 * Text is a line a difference, beginning with '+', '-' or '~', with "before => after", where long details are cut to
 * where they part; with SCE_OUTLINE_JSON an array of {"change": "added"|"removed"|"changed", "kind", "name", "detail",
 * "before", "after"}, `detail`, `before` and `after` where they apply. A line that is the same but for the structure of
 * a type in it ends in "(a type inside changed)". Errors: SCE_BAD_METADATA beyond 256 MiB. */
SCE_API sce_error_t *sce_metadata_diff(sce_buf_t *out, const sce_metadata_t *older, const sce_metadata_t *newer,
                                       unsigned flags);

#ifdef __cplusplus
}
#endif
#endif
