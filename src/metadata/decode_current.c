/* decode_current.c: V14, V15 and V16 after their type registry. Source: frame-metadata 23, src/v14.rs, v15.rs, v16.rs.
 * One reader for the three: a field that a version lacks is skipped there, the order of the rest is the same. */
#include "metadata/decode.h"

#include "base/buf.h"
#include "base/error.h"

static sce_error_t *read_deprecated_note(sce_scale_reader_t *in, sce_deprecation_t *out) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &out->status));
  if (out->status > 2)
    return sce_error_new(in->kind, "deprecation status %u at offset %zu is unknown", out->status, at);
  if (out->status < 2) return NULL;
  SCE_TRY(sce_scale_read_text(in, &out->note));
  return sce_metadata_read_option_text(in, &out->since);
}

/* ItemDeprecationInfo, V16 only. */
static sce_error_t *read_deprecation(const sce_metadata_t *md, sce_scale_reader_t *in, sce_deprecation_t *out) {
  return md->version >= 16 ? sce_error_prefix(read_deprecated_note(in, out), "deprecation_info") : NULL;
}

/* EnumDeprecationInfo, V16 only: BTreeMap<u8, VariantDeprecationInfo>. */
static sce_error_t *read_deprecations(sce_metadata_t *md, sce_scale_reader_t *in, sce_deprecations_t *out) {
  if (md->version < 16) return NULL;
  sce_deprecation_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &out->count, 2, sizeof *items));
  for (uint32_t i = 0; i < out->count; i++) {
    SCE_TRY(sce_scale_read_u8(in, &items[i].variant));
    SCE_TRY(sce_error_prefix(read_deprecated_note(in, &items[i]), "deprecation_info[%u]", i));
  }
  out->items = items;
  return NULL;
}

/* Option of an enum type with, in V16, its deprecations. */
static sce_error_t *read_enum(sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type, sce_deprecations_t *out) {
  bool present;
  *type = SCE_TYPE_NONE;
  SCE_TRY(sce_scale_read_option(in, &present));
  if (!present) return NULL;
  SCE_TRY(sce_metadata_read_type_id(md, in, type));
  return read_deprecations(md, in, out);
}

/* Where the parts of a key under several hashers are: the items of a tuple, or of a struct that stands for one. */
static const sce_fields_t *key_parts(const sce_metadata_t *md, uint32_t key) {
  const sce_type_t *type = &md->types[key];
  for (int depth = 0; depth < 8; depth++) {
    if (type->def == SCE_DEF_TUPLE) return &type->fields;
    if (type->def != SCE_DEF_COMPOSITE) return NULL;
    if (type->fields.count != 1) return &type->fields;
    type = &md->types[type->fields.items[0].type];
  }
  return NULL;
}

static sce_error_t *split_key(sce_metadata_t *md, sce_storage_t *entry) {
  uint32_t *keys;
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, entry->key_count, sizeof *keys));
  keys = room;
  if (entry->key_count == 1) {
    keys[0] = entry->key_type;
  } else {
    const sce_fields_t *parts = key_parts(md, entry->key_type);
    if (parts == NULL || parts->count != entry->key_count) {
      entry->keys_bad = true;
      return NULL;
    }
    for (uint32_t i = 0; i < entry->key_count; i++) keys[i] = parts->items[i].type;
  }
  entry->keys = keys;
  return NULL;
}

static sce_error_t *read_map(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry) {
  size_t at = in->at;
  uint8_t *hashers;
  SCE_TRY(sce_metadata_read_vec(md, in, &hashers, &entry->key_count, 1, 1));
  if (entry->key_count == 0) return sce_scale_error(in, at, "map without a hasher");
  for (uint32_t i = 0; i < entry->key_count; i++) {
    SCE_TRY(sce_scale_read_u8(in, &hashers[i]));
    if (hashers[i] > SCE_HASHER_IDENTITY) return sce_scale_error(in, in->at - 1, "unknown hasher");
  }
  entry->hashers = hashers;
  SCE_TRY(sce_metadata_read_type_id(md, in, &entry->key_type));
  SCE_TRY(sce_metadata_read_type_id(md, in, &entry->value_type));
  return split_key(md, entry);
}

static sce_error_t *read_storage_entry(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry) {
  uint8_t kind;
  entry->key_type = SCE_TYPE_NONE;
  SCE_TRY(sce_metadata_read_name(in, &entry->name));
  SCE_TRY(sce_scale_read_u8(in, &entry->modifier));
  if (entry->modifier > 1) return sce_scale_error(in, in->at - 1, "unknown storage modifier");
  SCE_TRY(sce_scale_read_u8(in, &kind));
  if (kind > 1) return sce_scale_error(in, in->at - 1, "storage entry that is neither plain nor a map");
  if (kind == 0)
    SCE_TRY(sce_metadata_read_type_id(md, in, &entry->value_type));
  else
    SCE_TRY(read_map(md, in, entry));
  SCE_TRY(sce_scale_read_bytes(in, &entry->default_value));
  SCE_TRY(sce_metadata_read_docs(in, &entry->docs));
  return read_deprecation(md, in, &entry->deprecation);
}

static sce_error_t *read_storage(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  bool present;
  SCE_TRY(sce_scale_read_option(in, &present));
  if (!present) return NULL;
  sce_storage_t *entries;
  SCE_TRY(sce_metadata_read_name(in, &pallet->storage_prefix));
  SCE_TRY(sce_metadata_read_vec(md, in, &entries, &pallet->storage_count, 6, sizeof *entries));
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    SCE_TRY(sce_error_prefix(read_storage_entry(md, in, &entries[i]), "storage[%u]", i));
  pallet->storage = entries;
  return NULL;
}

static sce_error_t *read_constants(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  sce_constant_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &pallet->constant_count, 4, sizeof *items));
  for (uint32_t i = 0; i < pallet->constant_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].type));
    SCE_TRY(sce_scale_read_bytes(in, &items[i].value));
    SCE_TRY(sce_metadata_read_docs(in, &items[i].docs));
    SCE_TRY(read_deprecation(md, in, &items[i].deprecation));
  }
  pallet->constants = items;
  return NULL;
}

static sce_error_t *read_inputs(sce_metadata_t *md, sce_scale_reader_t *in, sce_method_t *method) {
  sce_field_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &method->input_count, 2, sizeof *items));
  for (uint32_t i = 0; i < method->input_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].type));
  }
  method->inputs = items;
  return NULL;
}

/* Everything of a method but the id of a view function, which comes first. */
static sce_error_t *read_method(sce_metadata_t *md, sce_scale_reader_t *in, sce_method_t *method) {
  SCE_TRY(sce_metadata_read_name(in, &method->name));
  SCE_TRY(read_inputs(md, in, method));
  SCE_TRY(sce_metadata_read_type_id(md, in, &method->output));
  SCE_TRY(sce_metadata_read_docs(in, &method->docs));
  return read_deprecation(md, in, &method->deprecation);
}

static sce_error_t *read_views(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  sce_method_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &pallet->view_count, 37, sizeof *items));
  for (uint32_t i = 0; i < pallet->view_count; i++) {
    SCE_TRY(sce_scale_read_fixed(in, items[i].id, sizeof items[i].id));
    SCE_TRY(sce_error_prefix(read_method(md, in, &items[i]), "view_functions[%u]", i));
  }
  pallet->views = items;
  return NULL;
}

static sce_error_t *read_associated(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  sce_associated_type_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &pallet->associated_count, 3, sizeof *items));
  for (uint32_t i = 0; i < pallet->associated_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].type));
    SCE_TRY(sce_metadata_read_docs(in, &items[i].docs));
  }
  pallet->associated = items;
  return NULL;
}

static sce_error_t *read_pallet(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  SCE_TRY(sce_metadata_read_name(in, &pallet->name));
  SCE_TRY(read_storage(md, in, pallet));
  SCE_TRY(sce_error_prefix(read_enum(md, in, &pallet->calls, &pallet->calls_deprecated), "calls"));
  SCE_TRY(sce_error_prefix(read_enum(md, in, &pallet->events, &pallet->events_deprecated), "event"));
  SCE_TRY(sce_error_prefix(read_constants(md, in, pallet), "constants"));
  SCE_TRY(sce_error_prefix(read_enum(md, in, &pallet->errors, &pallet->errors_deprecated), "error"));
  if (md->version >= 16) {
    SCE_TRY(sce_error_prefix(read_associated(md, in, pallet), "associated_types"));
    SCE_TRY(read_views(md, in, pallet));
  }
  SCE_TRY(sce_scale_read_u8(in, &pallet->index));
  pallet->call_index = pallet->event_index = pallet->index;
  if (md->version >= 15) SCE_TRY(sce_metadata_read_docs(in, &pallet->docs));
  return read_deprecation(md, in, &pallet->deprecation);
}

static sce_error_t *read_pallets(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_pallet_t *items;
  SCE_TRY(sce_error_prefix(sce_metadata_read_vec(md, in, &items, &md->pallet_count, 7, sizeof *items), "pallets"));
  if (md->pallet_count > SCE_METADATA_MAX_PALLETS)
    return sce_error_new(in->kind, "pallets: %u, at most 256 are taken", md->pallet_count);
  for (uint32_t i = 0; i < md->pallet_count; i++)
    SCE_TRY(sce_error_prefix(read_pallet(md, in, &items[i]), "pallets[%u]", i));
  md->pallets = items;
  return NULL;
}

static sce_error_t *read_extensions(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_extension_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &md->extrinsic.extension_count, 3, sizeof *items));
  for (uint32_t i = 0; i < md->extrinsic.extension_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].type));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].implicit));
  }
  md->extrinsic.extensions = items;
  return NULL;
}

/* BTreeMap<u8, Vec<Compact<u32>>>; the places are checked when the extensions are known. */
static sce_error_t *read_extension_sets(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_extension_set_t *sets;
  SCE_TRY(sce_metadata_read_vec(md, in, &sets, &md->extrinsic.set_count, 2, sizeof *sets));
  for (uint32_t i = 0; i < md->extrinsic.set_count; i++) {
    uint32_t *places;
    SCE_TRY(sce_scale_read_u8(in, &sets[i].version));
    SCE_TRY(sce_metadata_read_vec(md, in, &places, &sets[i].count, 1, sizeof *places));
    for (uint32_t j = 0; j < sets[i].count; j++) SCE_TRY(sce_scale_read_compact_u32(in, &places[j]));
    sets[i].places = places;
  }
  md->extrinsic.sets = sets;
  return NULL;
}

static sce_error_t *check_extension_sets(const sce_metadata_t *md) {
  for (uint32_t i = 0; i < md->extrinsic.set_count; i++)
    for (uint32_t j = 0; j < md->extrinsic.sets[i].count; j++)
      if (md->extrinsic.sets[i].places[j] >= md->extrinsic.extension_count)
        return sce_error_new(SCE_BAD_METADATA, "transaction_extensions_by_version[%u]: extension %u, there are %u", i,
                             md->extrinsic.sets[i].places[j], md->extrinsic.extension_count);
  return NULL;
}

/* V14 gives the extrinsic's parts as type parameters of its type (sp_runtime's TypeInfo of UncheckedExtrinsic). */
static void parts_from_params(sce_metadata_t *md) {
  sce_extrinsic_format_t *format = &md->extrinsic;
  const sce_type_t *type = &md->types[format->type];
  struct {
    const char *name;
    uint32_t *type;
  } parts[] = {{"Address", &format->address},
               {"Call", &format->call},
               {"Signature", &format->signature},
               {"Extra", &format->extra}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    *parts[i].type = SCE_TYPE_NONE;
    for (uint32_t j = 0; j < type->param_count; j++)
      if (sce_span_equal(type->params[j].name, sce_span_text(parts[i].name))) *parts[i].type = type->params[j].type;
  }
}

static sce_error_t *read_versions(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_span_t versions;
  if (md->version >= 16)
    SCE_TRY(sce_scale_read_bytes(in, &versions));
  else
    SCE_TRY(sce_scale_read_raw(in, &versions, 1));
  md->extrinsic.versions = versions.data;
  md->extrinsic.version_count = (uint32_t)versions.len;
  return NULL;
}

static sce_error_t *read_extrinsic(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_extrinsic_format_t *format = &md->extrinsic;
  format->type = format->extra = SCE_TYPE_NONE;
  if (md->version == 14) {
    SCE_TRY(sce_metadata_read_type_id(md, in, &format->type));
    parts_from_params(md);
  }
  SCE_TRY(read_versions(md, in));
  if (md->version > 14) {
    SCE_TRY(sce_metadata_read_type_id(md, in, &format->address));
    SCE_TRY(sce_metadata_read_type_id(md, in, &format->call));
    SCE_TRY(sce_metadata_read_type_id(md, in, &format->signature));
  }
  if (md->version == 15) SCE_TRY(sce_metadata_read_type_id(md, in, &format->extra));
  if (md->version >= 16) SCE_TRY(read_extension_sets(md, in));
  SCE_TRY(read_extensions(md, in));
  return check_extension_sets(md);
}

static sce_error_t *read_api(sce_metadata_t *md, sce_scale_reader_t *in, sce_api_t *api) {
  sce_method_t *methods;
  SCE_TRY(sce_metadata_read_name(in, &api->name));
  SCE_TRY(sce_metadata_read_vec(md, in, &methods, &api->method_count, 4, sizeof *methods));
  for (uint32_t i = 0; i < api->method_count; i++)
    SCE_TRY(sce_error_prefix(read_method(md, in, &methods[i]), "methods[%u]", i));
  api->methods = methods;
  SCE_TRY(sce_metadata_read_docs(in, &api->docs));
  if (md->version >= 16) SCE_TRY(sce_scale_read_compact_u32(in, &api->version));
  return read_deprecation(md, in, &api->deprecation);
}

static sce_error_t *read_apis(sce_metadata_t *md, sce_scale_reader_t *in) {
  SCE_TRY(sce_error_prefix(sce_metadata_read_vec(md, in, &md->apis, &md->api_count, 3, sizeof *md->apis), "apis"));
  for (uint32_t i = 0; i < md->api_count; i++) SCE_TRY(sce_error_prefix(read_api(md, in, &md->apis[i]), "apis[%u]", i));
  return NULL;
}

static sce_error_t *read_outer_enums(sce_metadata_t *md, sce_scale_reader_t *in) {
  SCE_TRY(sce_metadata_read_type_id(md, in, &md->call_type));
  SCE_TRY(sce_metadata_read_type_id(md, in, &md->event_type));
  return sce_metadata_read_type_id(md, in, &md->error_type);
}

static sce_error_t *read_custom(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_custom_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &md->custom_count, 3, sizeof *items));
  for (uint32_t i = 0; i < md->custom_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_metadata_read_type_id(md, in, &items[i].type));
    SCE_TRY(sce_scale_read_bytes(in, &items[i].value));
  }
  md->custom = items;
  return NULL;
}

sce_error_t *sce_metadata_read_current(sce_metadata_t *md, sce_scale_reader_t *in) {
  SCE_TRY(read_pallets(md, in));
  SCE_TRY(sce_error_prefix(read_extrinsic(md, in), "extrinsic"));
  if (md->version <= 15)
    SCE_TRY(sce_error_prefix(sce_metadata_read_type_id(md, in, &md->runtime_type), "runtime type"));
  if (md->version == 14) return NULL;
  SCE_TRY(read_apis(md, in));
  SCE_TRY(sce_error_prefix(read_outer_enums(md, in), "outer_enums"));
  return sce_error_prefix(read_custom(md, in), "custom");
}
