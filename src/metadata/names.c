/* names.c: from a type's name to the type. V0 to V13 know types only by name, and known_types.c explains what it can;
 * V14 and later have paths, of which people and the shipped tables give the last segment or more. */
#include "metadata/registry.h"
#include "metadata/suggest.h"

#include "base/buf.h"
#include "base/error.h"
#include "scexec/value.h"

#include <string.h>

bool sce_text_is(sce_span_t text, const char *literal) {
  size_t len = strlen(literal);
  return text.len == len && (len == 0 || memcmp(text.data, literal, len) == 0);
}

sce_span_t sce_type_last_segment(const sce_type_t *type) {
  return type->path_count > 0 ? type->path[type->path_count - 1] : (sce_span_t){NULL, 0};
}

bool sce_type_is_called(const sce_type_t *type, const char *segment) {
  return type->path_count > 0 && sce_text_is(type->path[type->path_count - 1], segment);
}

const sce_pallet_t *sce_metadata_find_pallet(const sce_metadata_t *md, sce_span_t name) {
  for (uint32_t i = 0; i < md->pallet_count; i++)
    if (sce_span_equal(md->pallets[i].name, name)) return &md->pallets[i];
  return NULL;
}

const sce_storage_t *sce_pallet_find_storage(const sce_pallet_t *pallet, sce_span_t name) {
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    if (sce_span_equal(pallet->storage[i].name, name)) return &pallet->storage[i];
  return NULL;
}

static bool same_path(const sce_type_t *a, const sce_type_t *b) {
  if (a->path_count != b->path_count) return false;
  for (uint32_t i = 0; i < a->path_count; i++)
    if (!sce_span_equal(a->path[i], b->path[i])) return false;
  return true;
}

sce_error_t *sce_names_index(sce_metadata_t *md) {
  sce_span_t all = {NULL, 0};
  for (uint32_t i = 0; i < md->type_count; i++) {
    sce_span_t segment = sce_type_last_segment(&md->types[i]);
    if (segment.len == 0) continue;
    uint32_t first = sce_names_find(&md->segments, all, segment);
    if (first == SCE_TYPE_NONE)
      SCE_TRY(sce_names_put(&md->segments, all, segment, i));
    else if (!same_path(&md->types[first], &md->types[i]))
      md->types[first].ambiguous = md->types[i].ambiguous = true;
    else
      md->types[i].ambiguous = md->types[first].ambiguous;
  }
  return NULL;
}

/* ---- names with a meaning in every runtime ---- */

static uint32_t storage_value(const sce_metadata_t *md, const char *pallet, const char *item) {
  const sce_pallet_t *p = sce_metadata_find_pallet(md, sce_span_text(pallet));
  const sce_storage_t *s = p == NULL ? NULL : sce_pallet_find_storage(p, sce_span_text(item));
  return s == NULL ? SCE_TYPE_NONE : s->value_type;
}

static uint32_t field_type(const sce_metadata_t *md, uint32_t type, const char *field) {
  if (type == SCE_TYPE_NONE) return SCE_TYPE_NONE;
  const sce_fields_t *fields = &md->types[type].fields;
  for (uint32_t i = 0; i < fields->count; i++)
    if (sce_text_is(fields->items[i].name, field)) return fields->items[i].type;
  return SCE_TYPE_NONE;
}

static uint32_t segment_type(const sce_metadata_t *md, const char *segment) {
  return sce_names_find(&md->segments, (sce_span_t){NULL, 0}, sce_span_text(segment));
}

static uint32_t account_type(const sce_metadata_t *md) {
  const sce_pallet_t *p = sce_metadata_find_pallet(md, sce_span_text("System"));
  const sce_storage_t *s = p == NULL ? NULL : sce_pallet_find_storage(p, sce_span_text("Account"));
  if (s != NULL && s->key_count == 1 && s->keys != NULL) return s->keys[0];
  uint32_t type = segment_type(md, "AccountId32");
  return type != SCE_TYPE_NONE ? type : segment_type(md, "AccountId20");
}

/* Weight was u64, then a struct of one compact number, then of two. u64 has no path, so what is of type Weight tells.
 */
static uint32_t weight_type(const sce_metadata_t *md) {
  return sce_metadata_find_type(
      md, sce_span_text("frame_support::DispatchInfo.weight frame_support::DispatchInfo.call_weight "
                        "frame_system::DispatchEventInfo.weight sp_weights::Weight frame_support::Weight"));
}

/* How AssetConversion names assets: as the two halves of a pool's identifier. */
static uint32_t conversion_asset(const sce_metadata_t *md) {
  const sce_pallet_t *p = sce_metadata_find_pallet(md, sce_span_text("AssetConversion"));
  const sce_storage_t *s = p == NULL ? NULL : sce_pallet_find_storage(p, sce_span_text("Pools"));
  if (s == NULL || s->key_count != 1 || s->keys == NULL) return SCE_TYPE_NONE;
  const sce_type_t *pool = &md->types[s->keys[0]];
  return pool->def == SCE_DEF_TUPLE && pool->fields.count == 2 ? pool->fields.items[0].type : SCE_TYPE_NONE;
}

static uint32_t extrinsic_type(const sce_metadata_t *md) {
  if (md->extrinsic.type != SCE_TYPE_NONE) return md->extrinsic.type;
  return segment_type(md, "UncheckedExtrinsic");
}

uint32_t sce_names_find_well_known(const sce_metadata_t *md, sce_span_t name) {
  if (sce_text_is(name, "Call") || sce_text_is(name, "RuntimeCall") || sce_text_is(name, "call")) return md->call_type;
  if (sce_text_is(name, "Event") || sce_text_is(name, "RuntimeEvent") || sce_text_is(name, "event"))
    return md->event_type;
  if (md->version < 14) return sce_text_is(name, "Proposal") ? md->call_type : SCE_TYPE_NONE;
  if (sce_text_is(name, "AccountId")) return account_type(md);
  if (sce_text_is(name, "BlockNumber")) return storage_value(md, "System", "Number");
  if (sce_text_is(name, "Hash")) return storage_value(md, "System", "ParentHash");
  if (sce_text_is(name, "Nonce") || sce_text_is(name, "Index"))
    return field_type(md, storage_value(md, "System", "Account"), "nonce");
  if (sce_text_is(name, "Balance")) return storage_value(md, "Balances", "TotalIssuance");
  if (sce_text_is(name, "Digest") || sce_text_is(name, "digest")) return storage_value(md, "System", "Digest");
  if (sce_text_is(name, "Events") || sce_text_is(name, "events")) return storage_value(md, "System", "Events");
  if (sce_text_is(name, "Extrinsic") || sce_text_is(name, "extrinsic")) return extrinsic_type(md);
  if (sce_text_is(name, "Weight")) return weight_type(md);
  if (sce_text_is(name, "AssetConversionKind")) return conversion_asset(md);
  if (sce_text_is(name, "MultiAddress") || sce_text_is(name, "Address")) return md->extrinsic.address;
  if (sce_text_is(name, "Signature")) return md->extrinsic.signature;
  return SCE_TYPE_NONE;
}

/* ---- the metadata's own types ---- */

/* True when `path`, written `a::b::`, is how the type's path goes on before its last segment. */
static bool path_fits(const sce_type_t *type, sce_span_t path) {
  uint32_t segment = type->path_count - 1;
  size_t end = path.len;
  while (end > 0) {
    while (end > 0 && (path.data[end - 1] == ':' || path.data[end - 1] == ' ')) end--;
    size_t start = end;
    while (start > 0 && path.data[start - 1] != ':' && path.data[start - 1] != ' ') start--;
    if (start == end) break;
    if (segment == 0 || !sce_span_equal(type->path[segment - 1], sce_span_part(path, start, end))) return false;
    segment--;
    end = start;
  }
  return true;
}

/* True when the type prints as `…name<args>`, spaces aside. */
static bool args_fit(const sce_metadata_t *md, uint32_t type, sce_span_t args) {
  sce_buf_t text = {0};
  sce_error_t *err = sce_type_name(md, &text, type);
  bool fits = err == NULL;
  size_t i = 0, j = 0;
  while (i < text.len && text.data[i] != '<') i++;
  for (; fits && (i < text.len || j < args.len); i++, j++) {
    while (i < text.len && text.data[i] == ' ') i++;
    while (j < args.len && args.data[j] == ' ') j++;
    if (i == text.len && j == args.len) break;
    fits = i < text.len && j < args.len && text.data[i] == args.data[j];
  }
  sce_error_delete(err);
  sce_buf_free(&text);
  return fits;
}

/* What of the metadata's types a name may mean. */
typedef struct candidates {
  uint32_t first, second; /* SCE_TYPE_NONE: none */
} candidates_t;

static candidates_t find_candidates(const sce_metadata_t *md, const sce_name_t *name, bool with_args) {
  candidates_t found = {SCE_TYPE_NONE, SCE_TYPE_NONE};
  uint32_t from = sce_names_find(&md->segments, (sce_span_t){NULL, 0}, name->name);
  for (uint32_t i = from; i < md->metadata_type_count && found.second == SCE_TYPE_NONE; i++) {
    const sce_type_t *type = &md->types[i];
    if (!sce_span_equal(sce_type_last_segment(type), name->name) || !path_fits(type, name->path)) continue;
    if (with_args && !args_fit(md, i, name->args)) continue;
    *(found.first == SCE_TYPE_NONE ? &found.first : &found.second) = i;
  }
  return found;
}

static sce_error_t *ambiguous(const sce_metadata_t *md, const sce_name_t *name, candidates_t c) {
  sce_buf_t one = {0}, two = {0};
  sce_error_t *err = sce_type_name(md, &one, c.first);
  if (err == NULL) err = sce_type_name(md, &two, c.second);
  if (err == NULL)
    err = sce_error_new(SCE_NOT_FOUND,
                        "`%.*s` may be type %u, %.*s, or type %u, %.*s: give the number, or more of its path",
                        (int)name->name.len, (const char *)name->name.data, c.first, (int)one.len,
                        (const char *)one.data, c.second, (int)two.len, (const char *)two.data);
  sce_buf_free(&one);
  sce_buf_free(&two);
  return err;
}

static sce_error_t *find_in_registry(const sce_metadata_t *md, uint32_t *type, const sce_name_t *name) {
  candidates_t c = {SCE_TYPE_NONE, SCE_TYPE_NONE};
  if (name->args.len > 0) c = find_candidates(md, name, true);
  if (c.first == SCE_TYPE_NONE) c = find_candidates(md, name, false);
  if (c.second != SCE_TYPE_NONE && md->final) return ambiguous(md, name, c);
  *type = c.first;
  return NULL;
}

/* ---- shipped types, and the user's ---- */

/* The type of an expression, as the content of a named type. `open`: it is but a name of a type that is being made. */
static sce_error_t *content_of(sce_metadata_t *md, sce_type_t *content, bool *open, sce_span_t def, sce_span_t scope) {
  void *room;
  uint32_t made;
  SCE_TRY(sce_expr_resolve(md, &made, def, scope));
  *content = md->types[made];
  *open = content->resolving;
  if (!*open) return NULL; /* else wrap it */
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof(sce_field_t)));
  ((sce_field_t *)room)->type = made;
  *content = (sce_type_t){.def = SCE_DEF_COMPOSITE, .fields = {room, 1}};
  return NULL;
}

/* Whether the content of a type is nothing but the type, by names that stand for each other. */
static bool is_itself(const sce_type_t *content, uint32_t type) {
  return content->def == SCE_DEF_COMPOSITE && content->fields.count == 1 && content->fields.items[0].type == type &&
         content->fields.items[0].name.len == 0;
}

/* The type that `name` stands for in `scope` (a pallet, or empty). It is entered under its name before its expression
 * is read, since types may hold themselves (in a Vec or a Box). */
static sce_error_t *make_named(sce_metadata_t *md, uint32_t *type, sce_span_t def, sce_span_t name, sce_span_t scope,
                               bool users) {
  sce_span_t *path;
  void *room;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, 1, sizeof *path));
  path = room;
  SCE_TRY(sce_arena_copy(&md->arena, path, name));
  sce_type_t copy;
  bool open;
  SCE_TRY(sce_registry_add(md, type, &(sce_type_t){.def = SCE_DEF_TUPLE, .resolving = true}));
  SCE_TRY(sce_names_put(&md->names, scope, *path, *type));
  SCE_TRY(content_of(md, &copy, &open, def, scope));
  /* A user's name for what is shipped as another name of it, such as {"LookupSource": "Address"}: there the chain ends.
   */
  bool round = is_itself(&copy, *type) || (users && open);
  const sce_known_type_t *known = round ? sce_known_type_find(md, scope, name) : NULL;
  if (known != NULL) SCE_TRY(content_of(md, &copy, &open, sce_span_text(known->def), scope));
  if (is_itself(&copy, *type))
    return sce_error_new(SCE_BAD_INPUT, "type `%.*s` is defined as nothing but itself", (int)name.len,
                         (const char *)name.data);
  if (copy.path_count == 0) {
    copy.path = path;
    copy.path_count = 1;
  }
  if (copy.text.data == NULL) copy.text = *path;
  md->types[*type] = copy;
  return NULL;
}

/* By a row of known_types.c. */
static sce_error_t *make_known(sce_metadata_t *md, uint32_t *type, const sce_known_type_t *known, sce_span_t name,
                               sce_span_t pallet) {
  sce_span_t scope = strchr(known->name, ':') != NULL ? pallet : (sce_span_t){NULL, 0};
  return make_named(md, type, sce_span_text(known->def), name, scope, false);
}

/* By the user's definition for `scope`; *type is SCE_TYPE_NONE when there is none. */
static sce_error_t *find_users(sce_metadata_t *md, uint32_t *type, const sce_name_t *name, sce_span_t scope) {
  const sce_user_type_t *user = sce_user_type_find(md, scope, name);
  *type = user == NULL ? SCE_TYPE_NONE : sce_names_find(&md->names, scope, user->name);
  if (user == NULL || *type != SCE_TYPE_NONE) return NULL;
  return make_named(md, type, user->def, user->name, scope, true);
}

/* What V12 and V13 call OriginCaller; *type is SCE_TYPE_NONE for other names, and where no pallet's origin is known. */
static sce_error_t *find_origin(sce_metadata_t *md, uint32_t *type, sce_span_t name) {
  sce_buf_t text = {0};
  sce_span_t kept = {NULL, 0}, all = {NULL, 0};
  *type = SCE_TYPE_NONE;
  bool wanted = (md->version == 12 || md->version == 13) &&
                (sce_text_is(name, "OriginCaller") || sce_text_is(name, "PalletsOrigin"));
  if (wanted) *type = sce_names_find(&md->names, all, name);
  if (!wanted || *type != SCE_TYPE_NONE) return NULL;
  sce_error_t *err = sce_facts_origin_caller(md, &text);
  if (err == NULL) err = sce_arena_copy(&md->arena, &kept, sce_buf_span(&text));
  sce_buf_free(&text);
  if (err != NULL) return err;
  return kept.len > 0 ? make_named(md, type, kept, name, all, false) : NULL;
}

sce_error_t *sce_names_add_unknown(sce_metadata_t *md, uint32_t *type, sce_span_t name) {
  sce_span_t text;
  SCE_TRY(sce_arena_copy(&md->arena, &text, name));
  SCE_TRY(sce_registry_add(md, type, &(sce_type_t){.def = SCE_DEF_UNKNOWN, .text = text}));
  return sce_names_put(&md->names, (sce_span_t){NULL, 0}, text, *type);
}

/* ---- all together ---- */

static const char *const primitives[] = {"bool", "char", "str", "u8",  "u16", "u32",  "u64", "u128",
                                         "u256", "i8",   "i16", "i32", "i64", "i128", "i256"};

static sce_error_t *find_primitive(sce_metadata_t *md, uint32_t *type, sce_span_t name) {
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++) {
    if (!sce_text_is(name, primitives[i])) continue;
    for (uint32_t id = 0; id < md->metadata_type_count; id++) {
      if (md->types[id].def != SCE_DEF_PRIMITIVE || md->types[id].primitive != i) continue;
      *type = id;
      return NULL;
    }
    SCE_TRY(sce_registry_add_primitive(md, type, (sce_primitive_t)i));
    return sce_names_put(&md->names, (sce_span_t){NULL, 0}, sce_span_text(primitives[i]), *type);
  }
  return NULL;
}

/* With the nearest of the metadata's own names and the primitive types, unless a path was given. */
static sce_error_t *no_type(const sce_metadata_t *md, const sce_name_t *name) {
  sce_suggest_t near = sce_suggest(name->name);
  if (name->path.len > 0)
    return sce_error_new(SCE_NOT_FOUND, "no type `%.*s%.*s`", (int)name->path.len, (const char *)name->path.data,
                         (int)name->name.len, (const char *)name->name.data);
  if (sce_expr_is_generic(name->name))
    return sce_error_new(SCE_NOT_FOUND, "`%.*s` needs the types inside, as in %.*s<u32>", (int)name->name.len,
                         (const char *)name->name.data, (int)name->name.len, (const char *)name->name.data);
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
    sce_suggest_offer(&near, sce_span_text(primitives[i]), 0, (sce_span_t){NULL, 0});
  for (uint32_t i = 0; i < md->metadata_type_count; i++) {
    sce_span_t segment = sce_type_last_segment(&md->types[i]);
    if (segment.len > 0 && sce_names_find(&md->segments, (sce_span_t){NULL, 0}, segment) == i)
      sce_suggest_offer(&near, segment, 0, (sce_span_t){NULL, 0});
  }
  return sce_suggest_error(&near, "type");
}

/* What a name means in the table of runtime APIs: never whatever type happens to be called so, but what the runtimes of
 * V8 to V13 call so, or the type that the name's row says where to find, or else the row's own layout. */
static sce_error_t *resolve_in_apis(sce_metadata_t *md, uint32_t *type, sce_span_t name) {
  sce_span_t all = {NULL, 0}, scope = sce_span_text(SCE_API_SCOPE);
  const sce_known_api_type_t *row = sce_known_api_type_find(name);
  const sce_known_type_t *known = sce_known_type_find(md, all, name);
  const char *def = row != NULL && row->def != NULL ? row->def : known != NULL ? known->def : NULL;
  *type = sce_names_find(&md->names, scope, name);
  if (*type == SCE_TYPE_NONE) SCE_TRY(find_primitive(md, type, name));
  if (*type == SCE_TYPE_NONE) *type = sce_names_find_well_known(md, name);
  if (*type != SCE_TYPE_NONE) return NULL;
  if (row != NULL && row->places != NULL) *type = sce_metadata_find_type(md, sce_span_text(row->places));
  if (*type != SCE_TYPE_NONE && md->types[*type].def != SCE_DEF_UNKNOWN)
    return sce_names_put(&md->names, scope, sce_span_text(row->name), *type);
  const sce_name_t whole = {.name = name};
  if (md->version < 14 && (known != NULL || sce_user_type_find(md, all, &whole) != NULL))
    return sce_names_resolve(md, type, &whole, all);
  SCE_TRY(find_origin(md, type, name));
  if (*type != SCE_TYPE_NONE) return NULL;
  if (def != NULL) return make_named(md, type, sce_span_text(def), name, scope, false);
  return md->final ? no_type(md, &whole) : sce_names_add_unknown(md, type, name);
}

sce_error_t *sce_names_resolve(sce_metadata_t *md, uint32_t *type, const sce_name_t *name, sce_span_t pallet) {
  sce_span_t all = {NULL, 0}, n = name->name;
  if (sce_text_is(pallet, SCE_API_SCOPE)) return resolve_in_apis(md, type, n);
  *type = sce_names_find(&md->names, pallet, n);
  if (*type != SCE_TYPE_NONE && name->args.len == 0 && name->path.len == 0) return NULL;
  if (pallet.len > 0) SCE_TRY(find_users(md, type, name, pallet));
  if (pallet.len > 0 && *type != SCE_TYPE_NONE) return NULL;
  const sce_known_type_t *known = pallet.len > 0 ? sce_known_type_find(md, pallet, n) : NULL;
  if (known != NULL && strchr(known->name, ':') != NULL) return make_known(md, type, known, n, pallet);
  SCE_TRY(find_users(md, type, name, all));
  if (*type != SCE_TYPE_NONE) return NULL;
  *type = sce_names_find(&md->names, all, n);
  if (*type != SCE_TYPE_NONE && (md->version < 14 || (name->args.len == 0 && name->path.len == 0))) return NULL;
  *type = SCE_TYPE_NONE;
  if (name->path.len == 0) SCE_TRY(find_primitive(md, type, n));
  if (*type == SCE_TYPE_NONE && (name->path.len == 0 || md->version < 14)) *type = sce_names_find_well_known(md, n);
  if (*type == SCE_TYPE_NONE && md->version >= 14) SCE_TRY(find_in_registry(md, type, name));
  if (*type != SCE_TYPE_NONE) return NULL;
  known = sce_known_type_find(md, all, n);
  if (known != NULL) return make_known(md, type, known, n, all);
  SCE_TRY(find_origin(md, type, n));
  if (*type != SCE_TYPE_NONE) return NULL;
  if (sce_known_api_type_find(n) != NULL) return resolve_in_apis(md, type, n);
  if (!md->final) return sce_names_add_unknown(md, type, n);
  return no_type(md, name);
}
