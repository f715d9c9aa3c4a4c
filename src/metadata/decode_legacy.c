/* decode_legacy.c: V8 to V13, whose types are text. Source: frame-metadata 23, src/v8.rs to v13.rs, but for one point:
 * that crate gives V9 the hashers of V10. Runtimes with V9 (Kusama's genesis, 1020) number them as V8 does, without
 * Blake2_128Concat: only so do Session.NextKeys and its like lie at the keys which the genesis has for them.
 *
 * The enums that runtimes make of their pallets (Call, Event, Error) are not in this metadata and are made here: their
 * places count pallets from 0, for calls and events only those that have any; from V12 on metadata gives them. */
#include "metadata/decode.h"
#include "metadata/registry.h"

#include "base/buf.h"
#include "base/error.h"

/* Text that can't be read as a type is a type of unknown layout: one pallet's slip must not hide the others. */
static sce_error_t *named_type(sce_metadata_t *md, uint32_t *type, sce_span_t text, sce_span_t pallet) {
  sce_error_t *err = sce_expr_resolve(md, type, text, pallet);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_delete(err);
  return sce_names_add_unknown(md, type, text);
}

static sce_error_t *read_named_type(sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type, sce_span_t *text,
                                    const sce_pallet_t *pallet) {
  SCE_TRY(sce_scale_read_text(in, text));
  return named_type(md, type, *text, pallet->name);
}

/* The version's numbers of hashers as V11's. */
static sce_error_t *read_hasher(const sce_metadata_t *md, sce_scale_reader_t *in, uint8_t *hasher) {
  static const uint8_t of_v8[] = {SCE_HASHER_BLAKE2_128, SCE_HASHER_BLAKE2_256, SCE_HASHER_TWOX_128,
                                  SCE_HASHER_TWOX_256, SCE_HASHER_TWOX_64_CONCAT};
  uint8_t known = md->version <= 9 ? 5 : md->version == 10 ? 6 : 7;
  SCE_TRY(sce_scale_read_u8(in, hasher));
  if (*hasher >= known) return sce_scale_error(in, in->at - 1, "unknown hasher");
  if (md->version <= 9) *hasher = of_v8[*hasher];
  return NULL;
}

/* Room for `count` keys, filled by the caller. */
typedef struct key_room {
  uint8_t *hashers;
  uint32_t *keys;
  sce_span_t *texts;
} key_room_t;

static sce_error_t *make_keys(sce_metadata_t *md, key_room_t *room, sce_storage_t *entry, uint32_t count) {
  void *hashers, *keys, *texts;
  SCE_TRY(sce_arena_alloc(&md->arena, &hashers, count, 1));
  SCE_TRY(sce_arena_alloc(&md->arena, &keys, count, sizeof(uint32_t)));
  SCE_TRY(sce_arena_alloc(&md->arena, &texts, count, sizeof(sce_span_t)));
  *room = (key_room_t){hashers, keys, texts};
  entry->hashers = hashers;
  entry->keys = keys;
  entry->key_texts = texts;
  entry->key_count = count;
  return NULL;
}

/* What a linked map has in storage: (value, {previous: Option<key>, next: Option<key>}). Source: srml-support of 2019,
 * storage/generator/linked_map.rs, Linkage. */
static sce_error_t *link_value(sce_metadata_t *md, sce_storage_t *entry) {
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 4, sizeof(sce_field_t)));
  sce_field_t *f = room;
  uint32_t option;
  SCE_TRY(sce_registry_add_option(md, &option, entry->keys[0]));
  f[0].name = sce_span_text("previous");
  f[1].name = sce_span_text("next");
  f[0].type = f[1].type = option;
  f[2].type = entry->value_type;
  SCE_TRY(sce_registry_add(md, &f[3].type, &(sce_type_t){.def = SCE_DEF_COMPOSITE, .fields = {f, 2}}));
  return sce_registry_add(md, &entry->value_type, &(sce_type_t){.def = SCE_DEF_TUPLE, .fields = {f + 2, 2}});
}

static sce_error_t *read_map(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry, const sce_pallet_t *p) {
  key_room_t room;
  bool linked;
  SCE_TRY(make_keys(md, &room, entry, 1));
  SCE_TRY(read_hasher(md, in, &room.hashers[0]));
  SCE_TRY(read_named_type(md, in, &room.keys[0], &room.texts[0], p));
  SCE_TRY(read_named_type(md, in, &entry->value_type, &entry->value_text, p));
  SCE_TRY(sce_scale_read_bool(in, &linked));
  entry->linked = linked && md->version <= 10;
  return entry->linked ? link_value(md, entry) : NULL;
}

static sce_error_t *read_double_map(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry,
                                    const sce_pallet_t *p) {
  key_room_t room;
  SCE_TRY(make_keys(md, &room, entry, 2));
  SCE_TRY(read_hasher(md, in, &room.hashers[0]));
  SCE_TRY(read_named_type(md, in, &room.keys[0], &room.texts[0], p));
  SCE_TRY(read_named_type(md, in, &room.keys[1], &room.texts[1], p));
  SCE_TRY(read_named_type(md, in, &entry->value_type, &entry->value_text, p));
  return read_hasher(md, in, &room.hashers[1]);
}

static sce_error_t *read_n_map(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry,
                               const sce_pallet_t *p) {
  uint32_t count, hashers;
  key_room_t room;
  size_t at = in->at;
  SCE_TRY(sce_scale_read_count(in, &count, 1));
  if (count == 0) return sce_scale_error(in, at, "map without a key");
  SCE_TRY(make_keys(md, &room, entry, count));
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_named_type(md, in, &room.keys[i], &room.texts[i], p));
  at = in->at;
  SCE_TRY(sce_scale_read_count(in, &hashers, 1));
  if (hashers != count) return sce_error_new(in->kind, "%u hashers for %u keys at offset %zu", hashers, count, at);
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_hasher(md, in, &room.hashers[i]));
  return read_named_type(md, in, &entry->value_type, &entry->value_text, p);
}

static sce_error_t *read_entry_type(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry,
                                    const sce_pallet_t *p) {
  uint8_t kind;
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &kind));
  switch (kind) {
    case 0: return read_named_type(md, in, &entry->value_type, &entry->value_text, p);
    case 1: return read_map(md, in, entry, p);
    case 2: return read_double_map(md, in, entry, p);
    case 3:
      if (md->version == 13) return read_n_map(md, in, entry, p);
      break;
    default: break;
  }
  return sce_error_new(in->kind, "storage entry of unknown kind %u at offset %zu", kind, at);
}

static sce_error_t *read_storage_entry(sce_metadata_t *md, sce_scale_reader_t *in, sce_storage_t *entry,
                                       const sce_pallet_t *p) {
  entry->key_type = SCE_TYPE_NONE;
  SCE_TRY(sce_metadata_read_name(in, &entry->name));
  SCE_TRY(sce_scale_read_u8(in, &entry->modifier));
  if (entry->modifier > 1) return sce_scale_error(in, in->at - 1, "unknown storage modifier");
  SCE_TRY(read_entry_type(md, in, entry, p));
  SCE_TRY(sce_scale_read_bytes(in, &entry->default_value));
  return sce_metadata_read_docs(in, &entry->docs);
}

static sce_error_t *read_storage(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  bool present;
  SCE_TRY(sce_scale_read_option(in, &present));
  if (!present) return NULL;
  sce_storage_t *entries;
  SCE_TRY(sce_metadata_read_name(in, &pallet->storage_prefix));
  SCE_TRY(sce_metadata_read_vec(md, in, &entries, &pallet->storage_count, 6, sizeof *entries));
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    SCE_TRY(sce_error_prefix(read_storage_entry(md, in, &entries[i], pallet), "storage[%u]", i));
  pallet->storage = entries;
  return NULL;
}

/* ---- calls, events, errors: enums made here ---- */

static sce_error_t *read_call(sce_metadata_t *md, sce_scale_reader_t *in, sce_variant_t *call, const sce_pallet_t *p) {
  sce_field_t *args;
  SCE_TRY(sce_metadata_read_name(in, &call->name));
  SCE_TRY(sce_metadata_read_vec(md, in, &args, &call->fields.count, 2, sizeof *args));
  for (uint32_t i = 0; i < call->fields.count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &args[i].name));
    SCE_TRY(read_named_type(md, in, &args[i].type, &args[i].type_name, p));
  }
  call->fields.items = args;
  return sce_metadata_read_docs(in, &call->docs);
}

static sce_error_t *read_event(sce_metadata_t *md, sce_scale_reader_t *in, sce_variant_t *event,
                               const sce_pallet_t *p) {
  sce_field_t *args;
  SCE_TRY(sce_metadata_read_name(in, &event->name));
  SCE_TRY(sce_metadata_read_vec(md, in, &args, &event->fields.count, 1, sizeof *args));
  for (uint32_t i = 0; i < event->fields.count; i++)
    SCE_TRY(read_named_type(md, in, &args[i].type, &args[i].type_name, p));
  event->fields.items = args;
  return sce_metadata_read_docs(in, &event->docs);
}

static sce_error_t *read_error(sce_metadata_t *md, sce_scale_reader_t *in, sce_variant_t *error,
                               const sce_pallet_t *p) {
  (void)md;
  (void)p;
  SCE_TRY(sce_metadata_read_name(in, &error->name));
  return sce_metadata_read_docs(in, &error->docs);
}

typedef sce_error_t *(*read_variant_t)(sce_metadata_t *, sce_scale_reader_t *, sce_variant_t *, const sce_pallet_t *);

/* An enum type `pallet::kind` of the variants that follow. */
static sce_error_t *read_enum(sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type, const sce_pallet_t *pallet,
                              const char *kind, read_variant_t read) {
  sce_variant_t *variants;
  sce_span_t *path;
  void *room;
  sce_type_t made = {.def = SCE_DEF_VARIANT, .path_count = 2};
  size_t at = in->at;
  SCE_TRY(sce_metadata_read_vec(md, in, &variants, &made.variant_count, 2, sizeof *variants));
  if (made.variant_count > 256) return sce_scale_error(in, at, "more than 256 variants");
  for (uint32_t i = 0; i < made.variant_count; i++) {
    variants[i].index = (uint8_t)i;
    SCE_TRY(sce_error_prefix(read(md, in, &variants[i], pallet), "%s[%u]", kind, i));
  }
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 2, sizeof *path));
  path = room;
  path[0] = pallet->name;
  path[1] = sce_span_text(kind);
  made.path = path;
  made.variants = variants;
  made.ambiguous = true; /* prints with its pallet */
  return sce_registry_add(md, type, &made);
}

static sce_error_t *read_option_enum(sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type,
                                     const sce_pallet_t *pallet, const char *kind, read_variant_t read) {
  bool present;
  *type = SCE_TYPE_NONE;
  SCE_TRY(sce_scale_read_option(in, &present));
  return present ? read_enum(md, in, type, pallet, kind, read) : NULL;
}

static sce_error_t *read_constants(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  sce_constant_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &pallet->constant_count, 4, sizeof *items));
  for (uint32_t i = 0; i < pallet->constant_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(read_named_type(md, in, &items[i].type, &items[i].type_text, pallet));
    SCE_TRY(sce_scale_read_bytes(in, &items[i].value));
    SCE_TRY(sce_metadata_read_docs(in, &items[i].docs));
  }
  pallet->constants = items;
  return NULL;
}

static sce_error_t *read_pallet(sce_metadata_t *md, sce_scale_reader_t *in, sce_pallet_t *pallet) {
  SCE_TRY(sce_metadata_read_name(in, &pallet->name));
  SCE_TRY(read_storage(md, in, pallet));
  SCE_TRY(read_option_enum(md, in, &pallet->calls, pallet, "Call", read_call));
  SCE_TRY(read_option_enum(md, in, &pallet->events, pallet, "Event", read_event));
  SCE_TRY(sce_error_prefix(read_constants(md, in, pallet), "constants"));
  SCE_TRY(read_enum(md, in, &pallet->errors, pallet, "Error", read_error));
  if (md->types[pallet->errors].variant_count == 0) pallet->errors = SCE_TYPE_NONE;
  if (md->version < 12) return NULL;
  SCE_TRY(sce_scale_read_u8(in, &pallet->index));
  pallet->call_index = pallet->event_index = pallet->index;
  return NULL;
}

/* Before V12 the place in the list is the index, calls and events counted apart. */
static sce_error_t *number_pallets(const sce_metadata_t *md, sce_pallet_t *pallets) {
  uint32_t calls = 0, events = 0;
  if (md->version >= 12) return NULL;
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    pallets[i].index = (uint8_t)i;
    if (pallets[i].calls != SCE_TYPE_NONE) pallets[i].call_index = (uint8_t)calls++;
    if (pallets[i].events != SCE_TYPE_NONE) pallets[i].event_index = (uint8_t)events++;
  }
  return NULL;
}

/* Fills the outer enum `type`: a variant for each pallet that has the part. */
static sce_error_t *fill_outer(sce_metadata_t *md, uint32_t type, bool calls) {
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, md->pallet_count, sizeof(sce_variant_t)));
  sce_variant_t *variants = room;
  uint32_t count = 0;
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *p = &md->pallets[i];
    uint32_t inner = calls ? p->calls : p->events;
    if (inner == SCE_TYPE_NONE) continue;
    SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof(sce_field_t)));
    sce_field_t *field = room;
    field->type = inner;
    variants[count++] =
        (sce_variant_t){.name = p->name, .fields = {field, 1}, .index = calls ? p->call_index : p->event_index};
  }
  md->types[type].variants = variants;
  md->types[type].variant_count = count;
  return NULL;
}

static sce_error_t *add_outer(sce_metadata_t *md, uint32_t *type, const char *name) {
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof(sce_span_t)));
  *(sce_span_t *)room = sce_span_text(name);
  return sce_registry_add(
      md, type, &(sce_type_t){.def = SCE_DEF_VARIANT, .path = room, .path_count = 1, .text = sce_span_text(name)});
}

static sce_error_t *extension_types(sce_metadata_t *md, sce_extension_t *extension) {
  static const struct {
    const char *name, *type, *implicit;
  } known[] = {
      {"CheckVersion", "()", "u32"},
      {"CheckSpecVersion", "()", "u32"},
      {"CheckTxVersion", "()", "u32"},
      {"CheckGenesis", "()", "Hash"},
      {"CheckEra", "@era", "Hash"},
      {"CheckMortality", "@era", "Hash"},
      {"CheckNonce", "Compact<Index>", "()"},
      {"ChargeTransactionPayment", "Compact<Balance>", "()"},
      {"ChargeAssetTxPayment", "{tip: Compact<Balance>, asset_id: Option<u32>}", "()"},
  };
  const char *type = "()", *implicit = "()";
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (!sce_text_is(extension->name, known[i].name)) continue;
    type = known[i].type;
    implicit = known[i].implicit;
  }
  sce_span_t nowhere = {NULL, 0};
  SCE_TRY(sce_expr_resolve(md, &extension->type, sce_span_text(type), nowhere));
  return sce_expr_resolve(md, &extension->implicit, sce_span_text(implicit), nowhere);
}

/* V8 to V10 do not describe the extrinsic; what Kusama's runtimes of that time had in theirs, in its order. */
static const char *const extensions_before_v11[] = {"CheckVersion", "CheckGenesis", "CheckEra",
                                                    "CheckNonce",   "CheckWeight",  "ChargeTransactionPayment"};

static sce_error_t *read_extrinsic(sce_metadata_t *md, sce_scale_reader_t *in) {
  static const uint8_t version_4 = 4;
  sce_extrinsic_format_t *format = &md->extrinsic;
  sce_span_t version = {&version_4, 1}, nowhere = {NULL, 0};
  sce_extension_t *items;
  void *room;
  if (md->version >= 11) {
    SCE_TRY(sce_scale_read_raw(in, &version, 1));
    SCE_TRY(sce_metadata_read_vec(md, in, &items, &format->extension_count, 1, sizeof *items));
    for (uint32_t i = 0; i < format->extension_count; i++) SCE_TRY(sce_metadata_read_name(in, &items[i].name));
  } else {
    format->extension_count = sizeof extensions_before_v11 / sizeof *extensions_before_v11;
    SCE_TRY(sce_arena_alloc(&md->arena, &room, format->extension_count, sizeof *items));
    items = room;
    for (uint32_t i = 0; i < format->extension_count; i++) items[i].name = sce_span_text(extensions_before_v11[i]);
  }
  for (uint32_t i = 0; i < format->extension_count; i++) SCE_TRY(extension_types(md, &items[i]));
  format->extensions = items;
  format->versions = version.data;
  format->version_count = 1;
  format->type = format->extra = SCE_TYPE_NONE;
  format->call = md->call_type;
  SCE_TRY(sce_expr_resolve(md, &format->address, sce_span_text("Address"), nowhere));
  return sce_expr_resolve(md, &format->signature, sce_span_text("ExtrinsicSignature"), nowhere);
}

sce_error_t *sce_metadata_read_legacy(sce_metadata_t *md, sce_scale_reader_t *in) {
  sce_pallet_t *pallets;
  SCE_TRY(add_outer(md, &md->call_type, "Call"));
  SCE_TRY(add_outer(md, &md->event_type, "Event"));
  SCE_TRY(sce_error_prefix(sce_metadata_read_vec(md, in, &pallets, &md->pallet_count, 6, sizeof *pallets), "modules"));
  if (md->pallet_count > SCE_METADATA_MAX_PALLETS)
    return sce_error_new(in->kind, "modules: %u, at most 256 are taken", md->pallet_count);
  for (uint32_t i = 0; i < md->pallet_count; i++)
    SCE_TRY(sce_error_prefix(read_pallet(md, in, &pallets[i]), "modules[%u]", i));
  md->pallets = pallets;
  SCE_TRY(number_pallets(md, pallets));
  SCE_TRY(fill_outer(md, md->call_type, true));
  SCE_TRY(fill_outer(md, md->event_type, false));
  return sce_error_prefix(read_extrinsic(md, in), "extrinsic");
}
