/* registry.c: growing the table of types, and the map from names to types (open addressing, linear probing). */
#include "metadata/registry.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "crypto/random.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

sce_error_t *sce_type_missing(const sce_metadata_t *md, uint32_t id) {
  uint32_t count = md->metadata_type_count > 0 ? md->metadata_type_count : md->type_count;
  return sce_error_new(SCE_NOT_FOUND, "no type has the id %u; the highest is %u", id, count > 0 ? count - 1 : 0);
}

sce_error_t *sce_type_unknown(const sce_type_t *type) {
  return sce_error_new(SCE_BAD_INPUT, "the layout of the type %.*s is not known", (int)type->text.len,
                       (const char *)type->text.data);
}

sce_error_t *sce_registry_add(sce_metadata_t *md, uint32_t *id, const sce_type_t *type) {
  if (md->type_count >= SCE_METADATA_MAX_TYPES)
    return sce_error_new(SCE_BAD_METADATA, "more than %u types", SCE_METADATA_MAX_TYPES);
  if (md->type_count == md->type_cap) {
    uint32_t cap = md->type_cap < 64 ? 64 : md->type_cap * 2;
    sce_type_t *types = sce_realloc_array(md->types, cap, sizeof *types);
    if (types == NULL) return sce_error_oom();
    md->types = types;
    md->type_cap = cap;
  }
  md->types[md->type_count] = *type;
  *id = md->type_count++;
  return NULL;
}

sce_error_t *sce_registry_add_sequence(sce_metadata_t *md, uint32_t *id, uint32_t item) {
  return sce_registry_add(md, id, &(sce_type_t){.def = SCE_DEF_SEQUENCE, .target = item});
}

sce_error_t *sce_registry_add_primitive(sce_metadata_t *md, uint32_t *id, sce_primitive_t primitive) {
  return sce_registry_add(md, id, &(sce_type_t){.def = SCE_DEF_PRIMITIVE, .primitive = (uint8_t)primitive});
}

sce_error_t *sce_registry_add_option(sce_metadata_t *md, uint32_t *id, uint32_t inner) {
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 2, sizeof(sce_variant_t)));
  sce_variant_t *v = room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof(sce_field_t)));
  sce_field_t *field = room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof(sce_span_t)));
  sce_span_t *path = room;
  path[0] = sce_span_text("Option");
  field->type = inner;
  v[0] = (sce_variant_t){.name = sce_span_text("None")};
  v[1] = (sce_variant_t){.name = sce_span_text("Some"), .fields = {field, 1}, .index = 1};
  return sce_registry_add(
      md, id, &(sce_type_t){.def = SCE_DEF_VARIANT, .variants = v, .variant_count = 2, .path = path, .path_count = 1});
}

/* The seed is random: names come from outside, and must not be chosen so that they collide. */
static uint32_t name_hash(const sce_name_map_t *map, sce_span_t scope, sce_span_t name) {
  uint64_t seed = scope.len == 0 ? map->seed : XXH3_64bits_withSeed(scope.data, scope.len, map->seed);
  return (uint32_t)XXH3_64bits_withSeed(name.data, name.len, seed);
}

static sce_error_t *seed_names(sce_name_map_t *map) {
  sce_random_t random;
  uint8_t seed[sizeof map->seed];
  sce_random_init(&random, NULL);
  SCE_TRY(sce_random_fill(&random, seed, sizeof seed));
  memcpy(&map->seed, seed, sizeof seed);
  return NULL;
}

/* The entry of the name, or the free one where it would go. `cap` is not 0 and the map is not full. */
static sce_name_entry_t *name_slot(const sce_name_map_t *map, sce_span_t scope, sce_span_t name) {
  uint32_t at = name_hash(map, scope, name) & (map->cap - 1);
  for (;; at = (at + 1) & (map->cap - 1)) {
    sce_name_entry_t *e = &map->entries[at];
    if (e->name.data == NULL || (sce_span_equal(e->name, name) && sce_span_equal(e->scope, scope))) return e;
  }
}

uint32_t sce_names_find(const sce_name_map_t *map, sce_span_t scope, sce_span_t name) {
  if (map->cap == 0 || name.data == NULL) return SCE_TYPE_NONE;
  const sce_name_entry_t *e = name_slot(map, scope, name);
  return e->name.data == NULL ? SCE_TYPE_NONE : e->type;
}

static sce_error_t *grow_names(sce_name_map_t *map) {
  if (map->cap == 0) SCE_TRY(seed_names(map));
  sce_name_map_t bigger = {NULL, map->count, map->cap == 0 ? 64 : map->cap * 2, map->seed};
  bigger.entries = sce_calloc(bigger.cap, sizeof *bigger.entries);
  if (bigger.entries == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < map->cap; i++)
    if (map->entries[i].name.data != NULL)
      *name_slot(&bigger, map->entries[i].scope, map->entries[i].name) = map->entries[i];
  sce_free(map->entries);
  *map = bigger;
  return NULL;
}

sce_error_t *sce_names_put(sce_name_map_t *map, sce_span_t scope, sce_span_t name, uint32_t type) {
  if (map->count * 2 >= map->cap) SCE_TRY(grow_names(map));
  sce_name_entry_t *e = name_slot(map, scope, name);
  if (e->name.data == NULL) map->count++;
  *e = (sce_name_entry_t){scope, name, type};
  return NULL;
}

void sce_names_trim(sce_name_map_t *map, uint32_t count) {
  /* Removing from a probed table moves entries, so the pass is repeated until it removes nothing. */
  for (bool again = true; again;) {
    again = false;
    for (uint32_t i = 0; i < map->cap && !again; i++) {
      if (map->entries[i].name.data == NULL || map->entries[i].type < count) continue;
      map->entries[i].name = (sce_span_t){NULL, 0};
      map->count--;
      for (uint32_t j = (i + 1) & (map->cap - 1); map->entries[j].name.data != NULL; j = (j + 1) & (map->cap - 1)) {
        sce_name_entry_t moved = map->entries[j];
        map->entries[j].name = (sce_span_t){NULL, 0};
        *name_slot(map, moved.scope, moved.name) = moved;
      }
      again = true;
    }
  }
}

void sce_names_free(sce_name_map_t *map) {
  sce_free(map->entries);
  *map = (sce_name_map_t){0};
}
