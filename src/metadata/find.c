/* find.c: types by the place in the metadata where they stand. V14 knows the types of pallets, of runtime APIs it knows
 * none; the shipped table says where in the pallets the same type is met. */
#include "metadata/registry.h"

#include "base/buf.h"

/* ---- paths ---- */

/* True when `pattern`, written `crate::Name` or `crate::module::Name`, is the type's path with any of the segments in
 * between left out: modules move from one version of a crate to the next. */
static bool pattern_fits(const sce_type_t *type, sce_span_t pattern) {
  size_t start = 0;
  for (uint32_t at = 0;; at++) {
    size_t end = start;
    while (end < pattern.len && pattern.data[end] != ':') end++;
    sce_span_t segment = sce_span_part(pattern, start, end);
    bool last = end == pattern.len;
    if (last && at < type->path_count) at = type->path_count - 1;
    while (start > 0 && !last && at < type->path_count && !sce_span_equal(type->path[at], segment)) at++;
    if (at >= type->path_count || !sce_span_equal(type->path[at], segment)) return false;
    if (last) return true;
    start = end + 2;
  }
}

/* The first of the metadata's own types whose path fits. */
static uint32_t find_path(const sce_metadata_t *md, sce_span_t pattern) {
  size_t name = pattern.len;
  while (name > 0 && pattern.data[name - 1] != ':') name--;
  uint32_t from = sce_names_find(&md->segments, (sce_span_t){NULL, 0}, sce_span_skip(pattern, name));
  for (uint32_t i = from; i < md->metadata_type_count; i++)
    if (pattern_fits(&md->types[i], pattern)) return i;
  return SCE_TYPE_NONE;
}

static uint32_t field_type(const sce_fields_t *fields, sce_span_t name) {
  for (uint32_t i = 0; i < fields->count; i++)
    if (sce_span_equal(fields->items[i].name, name)) return fields->items[i].type;
  return SCE_TYPE_NONE;
}

/* ---- pallets ---- */

static const sce_storage_t *find_item(const sce_metadata_t *md, sce_span_t pallet, sce_span_t item) {
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *p = &md->pallets[i];
    if (!sce_text_is(pallet, "*") && !sce_span_equal(p->name, pallet)) continue;
    const sce_storage_t *s = sce_pallet_find_storage(p, item);
    if (s != NULL) return s;
  }
  return NULL;
}

/* `Item`, `Item?`, `Item[]` or `Item[0]`. */
static uint32_t find_in_storage(const sce_metadata_t *md, sce_span_t pallet, sce_span_t text) {
  size_t end = 0;
  while (end < text.len && text.data[end] != '[' && text.data[end] != '?') end++;
  const sce_storage_t *s = find_item(md, pallet, sce_span_part(text, 0, end));
  if (s == NULL || end == text.len) return s == NULL ? SCE_TYPE_NONE : s->value_type;
  if (text.data[end] == '?') return s->modifier == 0 ? s->value_type : SCE_TYPE_NONE;
  if (text.data[end + 1] == ']') {
    const sce_type_t *value = sce_type_inner(md, s->value_type);
    return value->shape == SCE_SHAPE_SEQUENCE ? value->target : SCE_TYPE_NONE;
  }
  uint32_t key = (uint32_t)(text.data[end + 1] - '0');
  return s->keys != NULL && key < s->key_count ? s->keys[key] : SCE_TYPE_NONE;
}

/* `call(argument)`. */
static uint32_t find_argument(const sce_metadata_t *md, sce_span_t pallet, sce_span_t text) {
  size_t open = 0;
  while (text.data[open] != '(') open++;
  const sce_pallet_t *p = sce_metadata_find_pallet(md, pallet);
  if (p == NULL || p->calls == SCE_TYPE_NONE) return SCE_TYPE_NONE;
  const sce_type_t *calls = &md->types[p->calls];
  for (uint32_t i = 0; i < calls->variant_count; i++)
    if (sce_span_equal(calls->variants[i].name, sce_span_part(text, 0, open)))
      return field_type(&calls->variants[i].fields, sce_span_part(text, open + 1, text.len - 1));
  return SCE_TYPE_NONE;
}

static uint32_t find_place(const sce_metadata_t *md, sce_span_t place) {
  size_t dot = 0;
  while (dot < place.len && place.data[dot] != '.') dot++;
  sce_span_t before = sce_span_part(place, 0, dot);
  if (dot == place.len) return find_path(md, place);
  sce_span_t after = sce_span_skip(place, dot + 1);
  for (size_t i = 0; i < dot; i++)
    if (place.data[i] == ':') {
      uint32_t type = find_path(md, before);
      return type == SCE_TYPE_NONE ? SCE_TYPE_NONE : field_type(&md->types[type].fields, after);
    }
  return after.data[after.len - 1] == ')' ? find_argument(md, before, after) : find_in_storage(md, before, after);
}

uint32_t sce_metadata_find_type(const sce_metadata_t *md, sce_span_t places) {
  uint32_t found = SCE_TYPE_NONE;
  for (size_t start = 0; start < places.len && found == SCE_TYPE_NONE;) {
    size_t end = start;
    while (end < places.len && places.data[end] != ' ') end++;
    found = find_place(md, sce_span_part(places, start, end));
    start = end + 1;
  }
  return found;
}
