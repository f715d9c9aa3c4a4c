/* user_types.c: type definitions of the user's, in the JSON that polkadot-js reads, as expressions of expr.c. Sources:
 * @polkadot/types-create 16.5 (create/class.js, util/getTypeDef.js) for definitions, and @polkadot/types-known 16.5
 * (util.js, getSpecTypes) for which of them a runtime has. */
#include "metadata/registry.h"

#include "base/buf.h"
#include "base/error.h"
#include "metadata/encoder.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#define MAX_TYPES 4096 /* definitions for one runtime; the largest chains have a few hundred */
#define MAX_DEPTH 64   /* of definitions inside each other */

static sce_error_t *write_type(sce_buf_t *out, json_t *def, unsigned depth);

static sce_span_t text_of(const json_t *string) {
  return sce_span(json_string_value(string), json_string_length(string));
}

static bool is_name(const char *text) {
  if (*text == '\0') return false;
  for (; *text != '\0'; text++)
    if (!isalnum((unsigned char)*text) && *text != '_') return false;
  return true;
}

static sce_error_t *check_name(const char *what, const char *name) {
  if (is_name(name)) return NULL;
  return sce_error_new(SCE_BAD_INPUT, "%s `%.80s`: letters, digits and _ are taken", what, name);
}

/* Members of a struct's definition that are no fields but directions to polkadot-js. */
static bool is_direction(const char *name) {
  return strcmp(name, "_alias") == 0 || strcmp(name, "_fallback") == 0;
}

/* `{name: type, …}`. */
static sce_error_t *write_struct(sce_buf_t *out, json_t *def, unsigned depth) {
  const char *name;
  json_t *field;
  bool first = true;
  SCE_TRY(sce_buf_append_byte(out, '{'));
  json_object_foreach(def, name, field) {
    if (is_direction(name)) continue;
    SCE_TRY(check_name("field", name));
    SCE_TRY(sce_buf_printf(out, "%s%s: ", first ? "" : ", ", name));
    SCE_TRY(sce_error_prefix(write_type(out, field, depth), "%s", name));
    first = false;
  }
  return sce_buf_append_byte(out, '}');
}

static bool is_nothing(const json_t *def) {
  return json_is_null(def) || (json_is_string(def) && (sce_text_is(text_of(def), "Null") ||
                                                       sce_text_is(text_of(def), "()") || text_of(def).len == 0));
}

static sce_error_t *write_variant(sce_buf_t *out, const char *name, json_t *def, unsigned depth) {
  SCE_TRY(check_name("variant", name));
  SCE_TRY(sce_buf_printf(out, "%s", name));
  if (is_nothing(def)) return NULL;
  if (json_is_integer(def)) {
    if (json_integer_value(def) < 0 || json_integer_value(def) > 255)
      return sce_error_new(SCE_BAD_INPUT, "index %lld, 0 to 255 are taken", (long long)json_integer_value(def));
    return sce_buf_printf(out, " = %u", (unsigned)json_integer_value(def));
  }
  if (json_is_object(def) && json_object_get(def, "_enum") == NULL && json_object_get(def, "_set") == NULL)
    return write_struct(out, def, depth);
  SCE_TRY(sce_buf_append_byte(out, '('));
  SCE_TRY(write_type(out, def, depth));
  return sce_buf_append_byte(out, ')');
}

/* A list of names, or an object of names with types, or with indices. */
static sce_error_t *write_enum(sce_buf_t *out, json_t *variants, unsigned depth) {
  const char *name;
  json_t *variant;
  bool first = true;
  if (!json_is_array(variants) && !json_is_object(variants))
    return sce_error_new(SCE_BAD_INPUT, "_enum: a list of names or an object was due");
  SCE_TRY(sce_buf_printf(out, "enum {"));
  for (size_t i = 0; json_is_array(variants) && i < json_array_size(variants); i++) {
    variant = json_array_get(variants, i);
    if (!json_is_string(variant)) return sce_error_new(SCE_BAD_INPUT, "_enum[%zu]: a name was due", i);
    SCE_TRY(check_name("variant", json_string_value(variant)));
    SCE_TRY(sce_buf_printf(out, "%s%s", i > 0 ? ", " : "", json_string_value(variant)));
  }
  json_object_foreach(variants, name, variant) {
    if (!first) SCE_TRY(sce_buf_printf(out, ", "));
    SCE_TRY(sce_error_prefix(write_variant(out, name, variant, depth), "%s", name));
    first = false;
  }
  return sce_buf_append_byte(out, '}');
}

/* A set of flags is the number that it is encoded as: the names only matter to who picks them. */
static sce_error_t *write_set(sce_buf_t *out, const json_t *set) {
  const json_t *length = json_object_get(set, "_bitLength");
  long long bits = length == NULL ? 8 : json_is_integer(length) ? (long long)json_integer_value(length) : 0;
  if (bits != 8 && bits != 16 && bits != 32 && bits != 64 && bits != 128)
    return sce_error_new(SCE_BAD_INPUT, "_set: _bitLength is 8, 16, 32, 64 or 128");
  return sce_buf_printf(out, "u%lld", bits);
}

/* An expression, or a definition in JSON inside the string. */
static sce_error_t *write_text(sce_buf_t *out, sce_span_t text, unsigned depth) {
  json_t *inner;
  while (text.len > 0 && isspace(text.data[0])) text = sce_span_skip(text, 1);
  if (text.len == 0) return sce_buf_printf(out, "()");
  if (text.data[0] != '{') return sce_buf_append(out, text.data, text.len);
  SCE_TRY(sce_json_parse(&inner, text));
  sce_error_t *err = write_type(out, inner, depth);
  json_decref(inner);
  return err;
}

static sce_error_t *write_type(sce_buf_t *out, json_t *def, unsigned depth) {
  json_t *inner;
  if (depth >= MAX_DEPTH) return sce_error_new(SCE_BAD_INPUT, "nested more than %d deep", MAX_DEPTH);
  if (json_is_null(def)) return sce_buf_printf(out, "()");
  if (json_is_string(def)) return write_text(out, text_of(def), depth + 1);
  if (!json_is_object(def)) return sce_json_expected("a type: text, or an object with its fields", def, NULL);
  if ((inner = json_object_get(def, "_enum")) != NULL) return write_enum(out, inner, depth + 1);
  if ((inner = json_object_get(def, "_set")) != NULL) return write_set(out, inner);
  return write_struct(out, def, depth + 1);
}

/* ---- which definitions there are for this runtime ---- */

typedef struct list {
  sce_metadata_t *md;
  sce_user_type_t *items; /* in the arena; room for MAX_TYPES */
} list_t;

static sce_error_t *add_type(list_t *list, sce_span_t pallet, const char *name, json_t *def) {
  sce_metadata_t *md = list->md;
  sce_buf_t text = {0};
  if (md->user_type_count == MAX_TYPES)
    return sce_error_new(SCE_BAD_INPUT, "more than %d types for one runtime", MAX_TYPES);
  sce_user_type_t *type = &list->items[md->user_type_count];
  sce_error_t *err = write_type(&text, def, 0);
  if (err == NULL && sce_text_is(sce_buf_span(&text), name)) { /* a name for itself says nothing */
    sce_buf_free(&text);
    return NULL;
  }
  if (err == NULL) err = sce_arena_copy(&md->arena, &type->def, sce_buf_span(&text));
  if (err == NULL) err = sce_arena_copy(&md->arena, &type->name, sce_span_text(name));
  if (err == NULL) err = sce_arena_copy(&md->arena, &type->pallet, pallet);
  sce_buf_free(&text);
  if (err != NULL) return sce_error_prefix(err, "%s", name);
  md->user_type_count++;
  return NULL;
}

static sce_error_t *add_types(list_t *list, json_t *types, const char *what) {
  const char *name;
  json_t *def;
  if (types == NULL) return NULL;
  if (!json_is_object(types)) return sce_error_prefix(sce_json_expected("an object of types", types, NULL), "%s", what);
  json_object_foreach(types, name, def) SCE_TRY(add_type(list, (sce_span_t){NULL, 0}, name, def));
  return NULL;
}

/* {"pallet": {"Type": "what it is there"}}. */
static sce_error_t *add_aliases(list_t *list, json_t *aliases) {
  const char *pallet, *name;
  json_t *types, *def;
  if (aliases == NULL) return NULL;
  json_object_foreach(aliases, pallet, types) json_object_foreach(types, name, def)
      SCE_TRY(sce_error_prefix(add_type(list, sce_span_text(pallet), name, def), "alias: %s", pallet));
  return NULL;
}

/* A bound of minmax; what is not a number bounds nothing. */
static json_int_t bound(json_t *minmax, size_t index, json_int_t none) {
  const json_t *value = json_array_get(minmax, index);
  return json_is_integer(value) ? json_integer_value(value) : none;
}

/* [{"minmax": [first, last], "types": {…}}, …]: those of this spec_version; without one, those that have no end. */
static sce_error_t *add_versions(list_t *list, json_t *versions) {
  for (size_t i = 0; i < json_array_size(versions); i++) {
    json_t *one = json_array_get(versions, i), *minmax = json_object_get(one, "minmax");
    if (!json_is_object(one))
      return sce_error_new(SCE_BAD_INPUT, "types[%zu]: an object with minmax and types was due", i);
    json_int_t version = list->md->has_version ? (json_int_t)list->md->spec_version : (json_int_t)UINT32_MAX;
    if (version >= bound(minmax, 0, 0) && version <= bound(minmax, 1, (json_int_t)UINT32_MAX))
      SCE_TRY(sce_error_prefix(add_types(list, json_object_get(one, "types"), "types"), "types[%zu]", i));
  }
  return NULL;
}

static sce_error_t *add_either(list_t *list, json_t *types) {
  return json_is_array(types) ? add_versions(list, types) : add_types(list, types, "types");
}

/* That of the runtime's name; of a runtime that has not said it, the only one there is. */
static json_t *of_spec(const sce_metadata_t *md, json_t *specs) {
  const char *name;
  json_t *one;
  json_object_foreach(specs, name, one) if (md->has_version ? sce_text_is(md->spec_name, name)
                                                            : json_object_size(specs) == 1) return one;
  return NULL;
}

static sce_error_t *add_bundle(list_t *list, json_t *bundle) {
  json_t *spec = of_spec(list->md, json_object_get(bundle, "spec"));
  if (spec == NULL) return NULL;
  SCE_TRY(add_either(list, json_object_get(spec, "types")));
  return add_aliases(list, json_object_get(spec, "alias"));
}

/* Of names in several places the last one added counts. */
static sce_error_t *add_file(list_t *list, json_t *file) {
  static const char *const parts[] = {"types", "typesBundle", "typesSpec", "typesAlias", "spec", "chain", "typesChain"};
  bool plain = true;
  if (!json_is_object(file)) return sce_json_expected("an object of types", file, NULL);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    json_t *part = json_object_get(file, parts[i]);
    plain = plain && !json_is_object(part) && !json_is_array(part);
  }
  if (plain) return add_types(list, file, "types");
  SCE_TRY(sce_error_prefix(add_bundle(list, file), "spec"));
  SCE_TRY(sce_error_prefix(add_bundle(list, json_object_get(file, "typesBundle")), "typesBundle"));
  SCE_TRY(add_types(list, of_spec(list->md, json_object_get(file, "typesSpec")), "typesSpec"));
  SCE_TRY(add_either(list, json_object_get(file, "types")));
  return add_aliases(list, json_object_get(file, "typesAlias"));
}

sce_error_t *sce_user_types_read(sce_metadata_t *md, sce_span_t json) {
  json_t *file;
  void *room;
  SCE_TRY(sce_json_parse(&file, json));
  sce_error_t *err = sce_arena_alloc(&md->arena, &room, MAX_TYPES, sizeof(sce_user_type_t));
  if (err == NULL) {
    list_t list = {md, room};
    md->user_types = room;
    err = add_file(&list, file);
  }
  json_decref(file);
  return err;
}

sce_error_t *sce_user_types_check(sce_metadata_t *md) {
  sce_span_t nowhere = {NULL, 0};
  uint32_t type;
  for (uint32_t i = 0; i < md->user_type_count; i++) {
    const sce_user_type_t *t = &md->user_types[i];
    SCE_TRY(sce_error_prefix(sce_expr_resolve(md, &type, t->def, nowhere), "types: %.*s", (int)t->name.len,
                             (const char *)t->name.data));
  }
  return NULL;
}

const sce_user_type_t *sce_user_type_find(const sce_metadata_t *md, sce_span_t pallet, const sce_name_t *name) {
  for (uint32_t i = md->user_type_count; i-- > 0;) {
    const sce_user_type_t *t = &md->user_types[i];
    size_t end = name->path.len + name->name.len, start = end - t->name.len;
    if (pallet.len > 0 ? !sce_name_matches(t->pallet, pallet) : t->pallet.len > 0) continue;
    if (sce_span_equal(t->name, name->name)) return t;
    /* `a::B` stands for what ends so. */
    if (t->name.len <= name->name.len || t->name.len > end || name->path.data + name->path.len != name->name.data)
      continue;
    if (memcmp(name->path.data + start, t->name.data, t->name.len) == 0) return t;
  }
  return NULL;
}
