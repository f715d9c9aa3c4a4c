/* decode_legacy.c: V0 to V13, whose types are text. One reader for all: what a version lacks is skipped there. Source:
 * frame-metadata 23, src/v8.rs to v13.rs, but for one point: that crate gives V9 the hashers of V10. Runtimes with V9
 * (Kusama's genesis, 1020) number them as V8 does, without Blake2_128Concat: only so do Session.NextKeys and its like
 * lie at the keys which the genesis has for them. V0 to V7 are in no crate: they are as @polkadot/types 0.90 of 2019
 * reads them (Metadata/v0 to v7, interfaces/metadata), and its metadata of each version is read here to the end.
 *
 * The enums that runtimes make of their pallets (Call, Event, Error) are not in this metadata and are made here: their
 * places count pallets from 0, for calls and events only those that have any; from V12 on metadata gives them, and in
 * V0 it does so for calls. */
#include "metadata/decode.h"
#include "metadata/registry.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <ctype.h>

/* Text that can't be read as a type is a type of unknown layout: one pallet's slip must not hide the others. */
static sce_error_t *named_type(sce_metadata_t *md, uint32_t *type, sce_span_t text, sce_span_t pallet) {
  sce_error_t *err = sce_expr_resolve(md, type, text, pallet);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_delete(err);
  return sce_names_add_unknown(md, type, text);
}

/* A type that is read as text. What the text means can depend on pallets that are not read yet (facts.c), so types are
 * made when all of the text is there. */
typedef struct named {
  sce_span_t text, pallet;
  uint32_t *type;     /* where it belongs, in the arena */
  sce_storage_t *map; /* whose value it is, if a map's; may be linked */
} named_t;

typedef struct reader {
  sce_metadata_t *md;
  sce_scale_reader_t *in;
  named_t *named; /* owned */
  uint32_t named_count, named_cap;
} reader_t;

static sce_error_t *read_named_type(reader_t *r, uint32_t *type, sce_span_t *text, const sce_pallet_t *pallet,
                                    sce_storage_t *map) {
  SCE_TRY(sce_scale_read_text(r->in, text));
  if (r->named_count == r->named_cap) {
    uint32_t cap = r->named_cap == 0 ? 256 : r->named_cap * 2;
    named_t *named = sce_realloc_array(r->named, cap, sizeof *named);
    if (named == NULL) return sce_error_oom();
    r->named = named;
    r->named_cap = cap;
  }
  *type = SCE_TYPE_NONE;
  r->named[r->named_count++] = (named_t){*text, pallet->name, type, map};
  return NULL;
}

/* The version's numbers of hashers as V11's. */
static sce_error_t *read_hasher(reader_t *r, uint8_t *hasher) {
  static const uint8_t of_v8[] = {SCE_HASHER_BLAKE2_128, SCE_HASHER_BLAKE2_256, SCE_HASHER_TWOX_128,
                                  SCE_HASHER_TWOX_256, SCE_HASHER_TWOX_64_CONCAT};
  uint32_t version = r->md->version;
  uint8_t known = version <= 9 ? 5 : version == 10 ? 6 : 7;
  SCE_TRY(sce_scale_read_u8(r->in, hasher));
  if (*hasher >= known) return sce_scale_error(r->in, r->in->at - 1, "unknown hasher");
  if (version <= 9) *hasher = of_v8[*hasher];
  return NULL;
}

/* V3 and V4 spell out the hasher of a second key. */
static sce_error_t *read_hasher_name(reader_t *r, uint8_t *hasher) {
  static const struct {
    const char *name;
    uint8_t hasher;
  } names[] = {{"blake2_128", SCE_HASHER_BLAKE2_128},
               {"blake2_256", SCE_HASHER_BLAKE2_256},
               {"twox_128", SCE_HASHER_TWOX_128},
               {"twox_256", SCE_HASHER_TWOX_256},
               {"twox_64_concat", SCE_HASHER_TWOX_64_CONCAT}};
  sce_span_t name;
  size_t at = r->in->at;
  SCE_TRY(sce_metadata_read_name(r->in, &name));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!sce_text_is(name, names[i].name)) continue;
    *hasher = names[i].hasher;
    return NULL;
  }
  return sce_scale_error(r->in, at, "unknown hasher");
}

/* Room for `count` keys, filled by the caller. */
typedef struct key_room {
  uint8_t *hashers;
  uint32_t *keys;
  sce_span_t *texts;
} key_room_t;

static sce_error_t *make_keys(reader_t *r, key_room_t *room, sce_storage_t *entry, uint32_t count) {
  void *hashers, *keys, *texts;
  SCE_TRY(sce_arena_alloc(&r->md->arena, &hashers, count, 1));
  SCE_TRY(sce_arena_alloc(&r->md->arena, &keys, count, sizeof(uint32_t)));
  SCE_TRY(sce_arena_alloc(&r->md->arena, &texts, count, sizeof(sce_span_t)));
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

static sce_error_t *read_map(reader_t *r, sce_storage_t *entry, const sce_pallet_t *p) {
  key_room_t room;
  bool linked;
  SCE_TRY(make_keys(r, &room, entry, 1));
  room.hashers[0] = SCE_HASHER_BLAKE2_256; /* of every map until V4 */
  if (r->md->version >= 4) SCE_TRY(read_hasher(r, &room.hashers[0]));
  SCE_TRY(read_named_type(r, &room.keys[0], &room.texts[0], p, NULL));
  SCE_TRY(read_named_type(r, &entry->value_type, &entry->value_text, p, entry));
  if (r->md->version < 2) return NULL;
  SCE_TRY(sce_scale_read_bool(r->in, &linked));
  entry->linked = linked && r->md->version <= 10;
  return NULL;
}

static sce_error_t *read_double_map(reader_t *r, sce_storage_t *entry, const sce_pallet_t *p) {
  key_room_t room;
  SCE_TRY(make_keys(r, &room, entry, 2));
  room.hashers[0] = SCE_HASHER_TWOX_128; /* in V3 */
  if (r->md->version >= 4) SCE_TRY(read_hasher(r, &room.hashers[0]));
  SCE_TRY(read_named_type(r, &room.keys[0], &room.texts[0], p, NULL));
  SCE_TRY(read_named_type(r, &room.keys[1], &room.texts[1], p, NULL));
  SCE_TRY(read_named_type(r, &entry->value_type, &entry->value_text, p, NULL));
  return r->md->version >= 5 ? read_hasher(r, &room.hashers[1]) : read_hasher_name(r, &room.hashers[1]);
}

static sce_error_t *read_n_map(reader_t *r, sce_storage_t *entry, const sce_pallet_t *p) {
  uint32_t count, hashers;
  key_room_t room;
  size_t at = r->in->at;
  SCE_TRY(sce_scale_read_count(r->in, &count, 1));
  if (count == 0) return sce_scale_error(r->in, at, "map without a key");
  SCE_TRY(make_keys(r, &room, entry, count));
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_named_type(r, &room.keys[i], &room.texts[i], p, NULL));
  at = r->in->at;
  SCE_TRY(sce_scale_read_count(r->in, &hashers, 1));
  if (hashers != count) return sce_error_new(r->in->kind, "%u hashers for %u keys at offset %zu", hashers, count, at);
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_hasher(r, &room.hashers[i]));
  return read_named_type(r, &entry->value_type, &entry->value_text, p, NULL);
}

static sce_error_t *read_entry_type(reader_t *r, sce_storage_t *entry, const sce_pallet_t *p) {
  uint8_t kind;
  size_t at = r->in->at;
  SCE_TRY(sce_scale_read_u8(r->in, &kind));
  switch (kind) {
    case 0: return read_named_type(r, &entry->value_type, &entry->value_text, p, NULL);
    case 1: return read_map(r, entry, p);
    case 2:
      if (r->md->version >= 3) return read_double_map(r, entry, p);
      break;
    case 3:
      if (r->md->version == 13) return read_n_map(r, entry, p);
      break;
    default: break;
  }
  return sce_error_new(r->in->kind, "storage entry of unknown kind %u at offset %zu", kind, at);
}

static sce_error_t *read_storage_entry(reader_t *r, sce_storage_t *entry, const sce_pallet_t *p) {
  entry->key_type = SCE_TYPE_NONE;
  SCE_TRY(sce_metadata_read_name(r->in, &entry->name));
  SCE_TRY(sce_scale_read_u8(r->in, &entry->modifier));
  if (entry->modifier == 2 && r->md->version < 8) entry->modifier = 0; /* Required: always there, without a default */
  if (entry->modifier > 1) return sce_scale_error(r->in, r->in->at - 1, "unknown storage modifier");
  SCE_TRY(read_entry_type(r, entry, p));
  SCE_TRY(sce_scale_read_bytes(r->in, &entry->default_value));
  return sce_metadata_read_docs(r->in, &entry->docs);
}

/* V1 to V6 have the prefix with the pallet's name, storage or none. */
static sce_error_t *read_storage(reader_t *r, sce_pallet_t *pallet) {
  bool present, apart = r->md->version >= 1 && r->md->version <= 6;
  sce_span_t prefix = {NULL, 0};
  sce_storage_t *entries;
  if (apart) SCE_TRY(sce_metadata_read_name(r->in, &prefix));
  SCE_TRY(sce_scale_read_option(r->in, &present));
  if (!present) return NULL;
  if (!apart) SCE_TRY(sce_metadata_read_name(r->in, &prefix));
  pallet->storage_prefix = prefix;
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, &entries, &pallet->storage_count, 6, sizeof *entries));
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    SCE_TRY(sce_error_prefix(read_storage_entry(r, &entries[i], pallet), "storage[%u]", i));
  pallet->storage = entries;
  return NULL;
}

/* ---- calls, events, errors: enums made here ---- */

static sce_error_t *read_call(reader_t *r, sce_variant_t *call, const sce_pallet_t *p) {
  sce_field_t *args;
  if (r->md->version == 0) {
    uint16_t index;
    SCE_TRY(sce_scale_read_u16(r->in, &index));
    if (index > 255) return sce_scale_error(r->in, r->in->at - 2, "index of a call above 255");
    call->index = (uint8_t)index;
  }
  SCE_TRY(sce_metadata_read_name(r->in, &call->name));
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, &args, &call->fields.count, 2, sizeof *args));
  for (uint32_t i = 0; i < call->fields.count; i++) {
    SCE_TRY(sce_metadata_read_name(r->in, &args[i].name));
    SCE_TRY(read_named_type(r, &args[i].type, &args[i].type_name, p, NULL));
  }
  call->fields.items = args;
  return sce_metadata_read_docs(r->in, &call->docs);
}

static sce_error_t *read_event(reader_t *r, sce_variant_t *event, const sce_pallet_t *p) {
  sce_field_t *args;
  SCE_TRY(sce_metadata_read_name(r->in, &event->name));
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, &args, &event->fields.count, 1, sizeof *args));
  for (uint32_t i = 0; i < event->fields.count; i++)
    SCE_TRY(read_named_type(r, &args[i].type, &args[i].type_name, p, NULL));
  event->fields.items = args;
  return sce_metadata_read_docs(r->in, &event->docs);
}

static sce_error_t *read_error(reader_t *r, sce_variant_t *error, const sce_pallet_t *p) {
  (void)p;
  SCE_TRY(sce_metadata_read_name(r->in, &error->name));
  return sce_metadata_read_docs(r->in, &error->docs);
}

typedef sce_error_t *(*read_variant_t)(reader_t *, sce_variant_t *, const sce_pallet_t *);

/* An enum type `pallet::kind` of the variants that follow. */
static sce_error_t *read_enum(reader_t *r, uint32_t *type, const sce_pallet_t *pallet, const char *kind,
                              read_variant_t read) {
  sce_variant_t *variants;
  sce_span_t *path;
  void *room;
  sce_type_t made = {.def = SCE_DEF_VARIANT, .path_count = 2};
  size_t at = r->in->at;
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, &variants, &made.variant_count, 2, sizeof *variants));
  if (made.variant_count > 256) return sce_scale_error(r->in, at, "more than 256 variants");
  for (uint32_t i = 0; i < made.variant_count; i++) {
    variants[i].index = (uint8_t)i;
    SCE_TRY(sce_error_prefix(read(r, &variants[i], pallet), "%s[%u]", kind, i));
  }
  SCE_TRY(sce_arena_alloc(&r->md->arena, &room, 2, sizeof *path));
  path = room;
  path[0] = pallet->name;
  path[1] = sce_span_text(kind);
  made.path = path;
  made.variants = variants;
  made.ambiguous = true; /* prints with its pallet */
  return sce_registry_add(r->md, type, &made);
}

static sce_error_t *read_option_enum(reader_t *r, uint32_t *type, const sce_pallet_t *pallet, const char *kind,
                                     read_variant_t read) {
  bool present;
  *type = SCE_TYPE_NONE;
  SCE_TRY(sce_scale_read_option(r->in, &present));
  return present ? read_enum(r, type, pallet, kind, read) : NULL;
}

static sce_error_t *read_constants(reader_t *r, sce_pallet_t *pallet) {
  sce_constant_t *items;
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, &items, &pallet->constant_count, 4, sizeof *items));
  for (uint32_t i = 0; i < pallet->constant_count; i++) {
    SCE_TRY(sce_metadata_read_name(r->in, &items[i].name));
    SCE_TRY(read_named_type(r, &items[i].type, &items[i].type_text, pallet, NULL));
    SCE_TRY(sce_scale_read_bytes(r->in, &items[i].value));
    SCE_TRY(sce_metadata_read_docs(r->in, &items[i].docs));
  }
  pallet->constants = items;
  return NULL;
}

/* `system` and `council_motions` of V0 to V6 as V7 calls them, System and CouncilMotions. */
static sce_error_t *read_pallet_name(reader_t *r, sce_span_t *name) {
  sce_span_t snake;
  void *room;
  SCE_TRY(sce_metadata_read_name(r->in, &snake));
  *name = snake;
  if (r->md->version >= 7) return NULL;
  SCE_TRY(sce_arena_alloc(&r->md->arena, &room, snake.len, 1));
  uint8_t *text = room;
  size_t len = 0;
  bool upper = true;
  for (size_t i = 0; i < snake.len; i++) {
    if (snake.data[i] != '_') text[len++] = (uint8_t)(upper ? toupper(snake.data[i]) : snake.data[i]);
    upper = snake.data[i] == '_';
  }
  if (len > 0) *name = (sce_span_t){text, len};
  return NULL;
}

static sce_error_t *read_pallet(reader_t *r, sce_pallet_t *pallet) {
  SCE_TRY(read_pallet_name(r, &pallet->name));
  SCE_TRY(read_storage(r, pallet));
  SCE_TRY(read_option_enum(r, &pallet->calls, pallet, "Call", read_call));
  SCE_TRY(read_option_enum(r, &pallet->events, pallet, "Event", read_event));
  pallet->errors = SCE_TYPE_NONE;
  if (r->md->version >= 6) SCE_TRY(sce_error_prefix(read_constants(r, pallet), "constants"));
  if (r->md->version < 8) return NULL;
  SCE_TRY(read_enum(r, &pallet->errors, pallet, "Error", read_error));
  if (r->md->types[pallet->errors].variant_count == 0) pallet->errors = SCE_TYPE_NONE;
  if (r->md->version < 12) return NULL;
  SCE_TRY(sce_scale_read_u8(r->in, &pallet->index));
  pallet->call_index = pallet->event_index = pallet->index;
  return NULL;
}

/* Before V12 the place in the list is the index, calls and events counted apart. */
static void number_pallets(const sce_metadata_t *md, sce_pallet_t *pallets) {
  uint32_t calls = 0, events = 0;
  if (md->version >= 12) return;
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    pallets[i].index = (uint8_t)i;
    if (pallets[i].calls != SCE_TYPE_NONE) pallets[i].call_index = (uint8_t)calls++;
    if (pallets[i].events != SCE_TYPE_NONE) pallets[i].event_index = (uint8_t)events++;
  }
}

static sce_error_t *read_pallets(reader_t *r) {
  sce_metadata_t *md = r->md;
  sce_pallet_t *pallets;
  size_t least = md->version == 0 ? 5 : md->version < 6 ? 5 : 6;
  SCE_TRY(sce_metadata_read_vec(md, r->in, &pallets, &md->pallet_count, least, sizeof *pallets));
  if (md->pallet_count > SCE_METADATA_MAX_PALLETS)
    return sce_error_new(r->in->kind, "%u, at most 256 are taken", md->pallet_count);
  for (uint32_t i = 0; i < md->pallet_count; i++) SCE_TRY(sce_error_prefix(read_pallet(r, &pallets[i]), "[%u]", i));
  number_pallets(md, pallets);
  md->pallets = pallets;
  return NULL;
}

/* ---- V0: events before the pallets, and their calls' indices behind ---- */

typedef struct outer_events {
  sce_span_t name; /* of the pallet */
  uint32_t type;
} outer_events_t;

static sce_error_t *read_outer_events(reader_t *r, outer_events_t **events, uint32_t *count) {
  sce_span_t name;
  SCE_TRY(sce_metadata_read_name(r->in, &name)); /* "Event" */
  SCE_TRY(sce_metadata_read_vec(r->md, r->in, events, count, 2, sizeof **events));
  for (uint32_t i = 0; i < *count; i++) {
    sce_pallet_t pallet = {0};
    SCE_TRY(read_pallet_name(r, &pallet.name));
    SCE_TRY(sce_error_prefix(read_enum(r, &(*events)[i].type, &pallet, "Event", read_event), "[%u]", i));
    (*events)[i].name = pallet.name;
  }
  return NULL;
}

static sce_error_t *read_v0_pallet(reader_t *r, sce_pallet_t *pallet) {
  sce_span_t name;
  SCE_TRY(read_pallet_name(r, &pallet->name));
  SCE_TRY(sce_metadata_read_name(r->in, &name)); /* "Module" */
  SCE_TRY(sce_metadata_read_name(r->in, &name)); /* "Call" */
  SCE_TRY(read_enum(r, &pallet->calls, pallet, "Call", read_call));
  if (r->md->types[pallet->calls].variant_count == 0) pallet->calls = SCE_TYPE_NONE;
  pallet->events = pallet->errors = SCE_TYPE_NONE;
  return read_storage(r, pallet);
}

static sce_error_t *read_outer_dispatch(reader_t *r, sce_pallet_t *pallets) {
  sce_span_t name;
  uint32_t count;
  uint16_t index;
  SCE_TRY(sce_metadata_read_name(r->in, &name)); /* "Call" */
  SCE_TRY(sce_scale_read_count(r->in, &count, 4));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_metadata_read_name(r->in, &name));
    SCE_TRY(read_pallet_name(r, &name));
    SCE_TRY(sce_scale_read_u16(r->in, &index));
    if (index > 255) return sce_scale_error(r->in, r->in->at - 2, "index of a pallet above 255");
    for (uint32_t j = 0; j < r->md->pallet_count; j++)
      if (sce_span_equal(pallets[j].name, name)) pallets[j].call_index = (uint8_t)index;
  }
  return NULL;
}

static sce_error_t *read_v0(reader_t *r) {
  sce_metadata_t *md = r->md;
  outer_events_t *events;
  sce_pallet_t *pallets;
  uint32_t event_count;
  SCE_TRY(sce_error_prefix(read_outer_events(r, &events, &event_count), "outer_event"));
  SCE_TRY(
      sce_error_prefix(sce_metadata_read_vec(md, r->in, &pallets, &md->pallet_count, 5, sizeof *pallets), "modules"));
  if (md->pallet_count > SCE_METADATA_MAX_PALLETS || event_count > SCE_METADATA_MAX_PALLETS)
    return sce_error_new(r->in->kind, "modules: %u, at most 256 are taken", md->pallet_count);
  for (uint32_t i = 0; i < md->pallet_count; i++)
    SCE_TRY(sce_error_prefix(read_v0_pallet(r, &pallets[i]), "modules[%u]", i));
  number_pallets(md, pallets);
  for (uint32_t i = 0; i < event_count; i++) {
    for (uint32_t j = 0; j < md->pallet_count; j++) {
      if (!sce_span_equal(pallets[j].name, events[i].name)) continue;
      pallets[j].events = events[i].type;
      pallets[j].event_index = (uint8_t)i;
    }
  }
  SCE_TRY(sce_error_prefix(read_outer_dispatch(r, pallets), "outer_dispatch"));
  md->pallets = pallets;
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

/* Metadata before V11 does not describe the extrinsic. From V8 on, what Kusama's runtimes of that time had in theirs,
 * in its order; before, what `sr_primitives::generic` has: version 1 without tips, then versions 2 and 3 with them.
 * Only version 4 has a signature that tells its kind. */
typedef struct old_extrinsic {
  const char *extensions[7]; /* NULL at the end */
  const char *signature;
  uint8_t versions[2];
  uint8_t version_count;
} old_extrinsic_t;

static const old_extrinsic_t *old_extrinsic(uint32_t version) {
  static const old_extrinsic_t v8 = {
      {"CheckVersion", "CheckGenesis", "CheckEra", "CheckNonce", "CheckWeight", "ChargeTransactionPayment", NULL},
      "ExtrinsicSignature",
      {4},
      1};
  static const old_extrinsic_t v6 = {
      {"CheckEra", "CheckNonce", "ChargeTransactionPayment", NULL}, "[u8; 64]", {2, 3}, 2};
  static const old_extrinsic_t v0 = {{"CheckNonce", "CheckEra", NULL}, "[u8; 64]", {1}, 1};
  return version >= 8 ? &v8 : version >= 6 ? &v6 : &v0;
}

static sce_error_t *read_extrinsic(sce_metadata_t *md, sce_scale_reader_t *in) {
  const old_extrinsic_t *old = md->version < 11 ? old_extrinsic(md->version) : NULL;
  sce_extrinsic_format_t *format = &md->extrinsic;
  sce_span_t version, nowhere = {NULL, 0};
  sce_extension_t *items;
  void *room;
  if (old == NULL) {
    SCE_TRY(sce_scale_read_raw(in, &version, 1));
    SCE_TRY(sce_metadata_read_vec(md, in, &items, &format->extension_count, 1, sizeof *items));
    for (uint32_t i = 0; i < format->extension_count; i++) SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    format->versions = version.data;
    format->version_count = 1;
  } else {
    while (old->extensions[format->extension_count] != NULL) format->extension_count++;
    SCE_TRY(sce_arena_alloc(&md->arena, &room, format->extension_count, sizeof *items));
    items = room;
    for (uint32_t i = 0; i < format->extension_count; i++) items[i].name = sce_span_text(old->extensions[i]);
    format->versions = old->versions;
    format->version_count = old->version_count;
  }
  for (uint32_t i = 0; i < format->extension_count; i++) SCE_TRY(extension_types(md, &items[i]));
  format->extensions = items;
  format->type = format->extra = SCE_TYPE_NONE;
  format->call = md->call_type;
  SCE_TRY(sce_expr_resolve(md, &format->address, sce_span_text("Address"), nowhere));
  const char *signature = old != NULL ? old->signature : "ExtrinsicSignature";
  return sce_expr_resolve(md, &format->signature, sce_span_text(signature), nowhere);
}

/* Makes the types of all that was read. */
static sce_error_t *make_types(reader_t *r) {
  for (uint32_t i = 0; i < r->named_count; i++) {
    const named_t *n = &r->named[i];
    SCE_TRY(named_type(r->md, n->type, n->text, n->pallet));
    if (n->map != NULL && n->map->linked) SCE_TRY(link_value(r->md, n->map));
  }
  return NULL;
}

sce_error_t *sce_metadata_read_legacy(sce_metadata_t *md, sce_scale_reader_t *in) {
  reader_t r = {.md = md, .in = in};
  SCE_TRY(add_outer(md, &md->call_type, "Call"));
  SCE_TRY(add_outer(md, &md->event_type, "Event"));
  sce_error_t *err = md->version == 0 ? read_v0(&r) : sce_error_prefix(read_pallets(&r), "modules");
  if (err == NULL) err = sce_user_types_check(md);
  if (err == NULL) err = make_types(&r);
  sce_free(r.named);
  SCE_TRY(err);
  SCE_TRY(fill_outer(md, md->call_type, true));
  SCE_TRY(fill_outer(md, md->event_type, false));
  return sce_error_prefix(read_extrinsic(md, in), "extrinsic");
}
