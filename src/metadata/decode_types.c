/* decode_types.c: the type registry of V14 and later. Source: scale-info 2.11, src/portable.rs, src/ty/.
 * Each type says its id. FRAME gives them in order and without gaps, and PortableRegistry::resolve takes them so; the
 * runtimes of others (Gosemble, in TinyGo) do neither, and tools read them by id. So does this: md->types has a place
 * for every id up to the highest, and a place without a type is SCE_DEF_ABSENT. That every id met has a type can be
 * checked only when the registry is read to its end. */
#include "metadata/decode.h"

#include "base/alloc.h"
#include "base/error.h"

#include <string.h>

/* For each possible id where it was first met, 0 for nowhere; checked at the end. */
typedef struct ids {
  uint32_t *first_met;
} ids_t;

static sce_error_t *no_such_id(const sce_scale_reader_t *in, uint32_t id, size_t at) {
  return sce_error_new(in->kind, "type %u at offset %zu is not in the registry", id, at);
}

static sce_error_t *read_id(sce_scale_reader_t *in, ids_t *ids, uint32_t *type) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_compact_u32(in, type));
  if (*type >= SCE_METADATA_MAX_TYPES) return no_such_id(in, *type, at);
  if (ids->first_met[*type] == 0) ids->first_met[*type] = (uint32_t)at; /* metadata is at most 16 MiB */
  return NULL;
}

/* Makes a place for `id`, and for those below it. */
static sce_error_t *make_room(sce_metadata_t *md, uint32_t id) {
  if (id < md->type_count) return NULL;
  if (id >= md->type_cap) {
    uint32_t cap = md->type_cap < 64 ? 64 : md->type_cap;
    while (cap <= id) cap *= 2; /* at most twice SCE_METADATA_MAX_TYPES */
    sce_type_t *types = sce_realloc_array(md->types, cap, sizeof *types);
    if (types == NULL) return sce_error_oom();
    md->types = types;
    md->type_cap = cap;
  }
  while (md->type_count <= id) md->types[md->type_count++] = (sce_type_t){.def = SCE_DEF_ABSENT};
  return NULL;
}

sce_error_t *sce_metadata_read_docs(sce_scale_reader_t *in, sce_docs_t *docs) {
  uint32_t count;
  SCE_TRY(sce_scale_read_count(in, &count, 1));
  size_t start = in->at;
  sce_span_t line;
  for (uint32_t i = 0; i < count; i++) SCE_TRY(sce_scale_read_text(in, &line));
  *docs = (sce_docs_t){in->bytes.data + start, (uint32_t)(in->at - start), count};
  return NULL;
}

bool sce_docs_next(sce_docs_t *docs, sce_span_t *line) {
  if (docs->count == 0) return false;
  sce_scale_reader_t in = sce_scale_reader((sce_span_t){docs->data, docs->len});
  sce_error_t *err = sce_scale_read_bytes(&in, line);
  if (err != NULL) { /* can't be: the bytes were checked */
    sce_error_delete(err);
    return false;
  }
  *docs = (sce_docs_t){docs->data + in.at, docs->len - (uint32_t)in.at, docs->count - 1};
  return true;
}

sce_error_t *sce_metadata_read_name(sce_scale_reader_t *in, sce_span_t *name) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_text(in, name));
  if (name->len <= SCE_METADATA_MAX_NAME) return NULL;
  return sce_error_new(in->kind, "name of %zu bytes at offset %zu, at most %u are taken", name->len, at,
                       (unsigned)SCE_METADATA_MAX_NAME);
}

sce_error_t *sce_metadata_read_option_text(sce_scale_reader_t *in, sce_span_t *text) {
  bool present;
  SCE_TRY(sce_scale_read_option(in, &present));
  *text = (sce_span_t){NULL, 0};
  return present ? sce_metadata_read_name(in, text) : NULL;
}

sce_error_t *sce_metadata_read_vec(sce_metadata_t *md, sce_scale_reader_t *in, void *items, uint32_t *count,
                                   size_t min_item, size_t item_size) {
  uint32_t n;
  void *room;
  SCE_TRY(sce_scale_read_count(in, &n, min_item));
  SCE_TRY(sce_arena_alloc(&md->arena, &room, n, item_size));
  memcpy(items, &room, sizeof room); /* `items` is the address of a pointer of any type */
  *count = n;
  return NULL;
}

static sce_error_t *read_fields(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, sce_fields_t *fields) {
  sce_field_t *items;
  uint32_t count;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &count, 4, sizeof *items));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_metadata_read_option_text(in, &items[i].name));
    SCE_TRY(read_id(in, ids, &items[i].type));
    SCE_TRY(sce_metadata_read_option_text(in, &items[i].type_name));
    SCE_TRY(sce_metadata_read_docs(in, &items[i].docs));
  }
  *fields = (sce_fields_t){items, count};
  return NULL;
}

static sce_error_t *read_variants(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, sce_type_t *type) {
  sce_variant_t *items;
  size_t at = in->at;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &type->variant_count, 4, sizeof *items));
  if (type->variant_count > 256) return sce_scale_error(in, at, "enum with more than 256 variants");
  for (uint32_t i = 0; i < type->variant_count; i++) {
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_error_prefix(read_fields(md, in, ids, &items[i].fields), "variants[%u]", i));
    SCE_TRY(sce_scale_read_u8(in, &items[i].index));
    SCE_TRY(sce_metadata_read_docs(in, &items[i].docs));
  }
  type->variants = items;
  return NULL;
}

static sce_error_t *read_tuple(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, sce_type_t *type) {
  sce_field_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &type->fields.count, 1, sizeof *items));
  for (uint32_t i = 0; i < type->fields.count; i++) SCE_TRY(read_id(in, ids, &items[i].type));
  type->fields.items = items;
  return NULL;
}

static sce_error_t *read_primitive(sce_scale_reader_t *in, sce_type_t *type) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &type->primitive));
  if (type->primitive <= SCE_PRIM_I256) return NULL;
  return sce_error_new(in->kind, "primitive type %u at offset %zu is unknown", type->primitive, at);
}

static sce_error_t *read_def(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, sce_type_t *type) {
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &type->def));
  switch (type->def) {
    case SCE_DEF_COMPOSITE: return read_fields(md, in, ids, &type->fields);
    case SCE_DEF_VARIANT: return read_variants(md, in, ids, type);
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_COMPACT: return read_id(in, ids, &type->target);
    case SCE_DEF_ARRAY: SCE_TRY(sce_scale_read_u32(in, &type->len)); return read_id(in, ids, &type->target);
    case SCE_DEF_TUPLE: return read_tuple(md, in, ids, type);
    case SCE_DEF_PRIMITIVE: return read_primitive(in, type);
    case SCE_DEF_BITS: SCE_TRY(read_id(in, ids, &type->target)); return read_id(in, ids, &type->order);
    default: return sce_error_new(in->kind, "definition %u at offset %zu is unknown", type->def, at);
  }
}

static sce_error_t *read_params(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, sce_type_t *type) {
  sce_type_param_t *items;
  SCE_TRY(sce_metadata_read_vec(md, in, &items, &type->param_count, 2, sizeof *items));
  for (uint32_t i = 0; i < type->param_count; i++) {
    bool present;
    SCE_TRY(sce_metadata_read_name(in, &items[i].name));
    SCE_TRY(sce_scale_read_option(in, &present));
    items[i].type = SCE_TYPE_NONE;
    if (present) SCE_TRY(read_id(in, ids, &items[i].type));
  }
  type->params = items;
  return NULL;
}

static sce_error_t *read_type(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids) {
  size_t at = in->at;
  uint32_t id;
  SCE_TRY(sce_scale_read_compact_u32(in, &id));
  if (id >= SCE_METADATA_MAX_TYPES)
    return sce_error_new(in->kind, "id %u at offset %zu, the highest taken is %u", id, at, SCE_METADATA_MAX_TYPES - 1);
  SCE_TRY(make_room(md, id));
  sce_type_t *type = &md->types[id];
  if (type->def != SCE_DEF_ABSENT) return sce_error_new(in->kind, "id %u at offset %zu is taken", id, at);
  *type = (sce_type_t){0};
  sce_span_t *path;
  SCE_TRY(sce_metadata_read_vec(md, in, &path, &type->path_count, 1, sizeof *path));
  for (uint32_t i = 0; i < type->path_count; i++) SCE_TRY(sce_metadata_read_name(in, &path[i]));
  type->path = path;
  SCE_TRY(read_params(md, in, ids, type));
  SCE_TRY(read_def(md, in, ids, type));
  return sce_metadata_read_docs(in, &type->docs);
}

static sce_error_t *read_all(sce_metadata_t *md, sce_scale_reader_t *in, ids_t *ids, uint32_t count) {
  if (count > 0) SCE_TRY(make_room(md, count - 1)); /* at once, as nearly all are without gaps */
  for (uint32_t i = 0; i < count; i++) SCE_TRY(sce_error_prefix(read_type(md, in, ids), "types[%u]", i));
  while (md->type_count > 0 && md->types[md->type_count - 1].def == SCE_DEF_ABSENT) md->type_count--;
  for (uint32_t id = 0; id < SCE_METADATA_MAX_TYPES; id++)
    if (ids->first_met[id] != 0 && !sce_type_exists(md, id))
      return sce_error_prefix(no_such_id(in, id, ids->first_met[id]), "types");
  md->metadata_type_count = md->type_count;
  return NULL;
}

sce_error_t *sce_metadata_read_types(sce_metadata_t *md, sce_scale_reader_t *in) {
  uint32_t count;
  size_t start = in->at;
  SCE_TRY(sce_error_prefix(sce_scale_read_count(in, &count, 6), "types"));
  if (count > SCE_METADATA_MAX_TYPES) return sce_scale_error(in, start, "types: more than 262144");
  ids_t ids = {sce_calloc(SCE_METADATA_MAX_TYPES, sizeof *ids.first_met)};
  if (ids.first_met == NULL) return sce_error_oom();
  sce_error_t *err = read_all(md, in, &ids, count);
  sce_free(ids.first_met);
  return err;
}

sce_error_t *sce_metadata_read_type_id(const sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type) {
  size_t at = in->at;
  uint32_t id;
  SCE_TRY(sce_scale_read_compact_u32(in, &id));
  if (!sce_type_exists(md, id)) return no_such_id(in, id, at);
  *type = id;
  return NULL;
}
