/* header_format.c: how a chain encodes its headers, as its metadata describes them. Upstream's header
 * (sp_runtime::generic::Header) is parent, number, state root, extrinsics root, digest; chains have put further fields
 * behind it (the commitments of a data availability layer, the seed of a shuffle) and further kinds of digest items. */
#include "state/header_format.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/registry.h"
#include "scexec/value.h"

#include <string.h>

sce_error_t *sce_header_format_skip(const sce_header_format_t *format, sce_scale_reader_t *in, uint32_t type) {
  sce_buf_t json = {0};
  size_t used = 0;
  sce_error_t *err =
      sce_value_decode_prefix(format->metadata, &json, &used, type, sce_span_skip(in->bytes, in->at), NULL);
  sce_buf_free(&json);
  if (err == NULL) in->at += used;
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_t *placed = sce_error_new(in->kind, "offset %zu: %s", in->at, sce_error_message(err));
  sce_error_delete(err);
  return placed;
}

/* ---- finding the type ---- */

/* Names as Rust has them, or in camelCase. */
static bool is_named(sce_span_t name, const char *word) {
  size_t at = 0;
  for (size_t i = 0; i < name.len; i++) {
    if (name.data[i] == '_') continue;
    if (word[at] == '\0' || (name.data[i] | 0x20) != (uint8_t)word[at]) return false;
    at++;
  }
  return word[at] == '\0';
}

/* Whether a type begins as a header does. */
static bool is_header(const sce_metadata_t *md, uint32_t id) {
  static const char *const names[] = {"parenthash", "number", "stateroot", "extrinsicsroot", "digest"};
  enum { COUNT = sizeof names / sizeof *names };
  if (id >= md->type_count || md->types[id].def != SCE_DEF_COMPOSITE) return false;
  const sce_fields_t *fields = &md->types[id].fields;
  if (fields->count < COUNT) return false;
  for (uint32_t i = 0; i < COUNT; i++)
    if (!is_named(fields->items[i].name, names[i])) return false;
  return true;
}

/* What Core_initialize_block takes; where the metadata describes no runtime APIs, a type that is called so. */
static bool find_header(const sce_metadata_t *md, uint32_t *header) {
  size_t method;
  sce_span_t name;
  sce_error_t *missing = sce_metadata_method_find(md, &method, sce_span_text("Core_initialize_block"));
  bool there = missing == NULL && sce_metadata_method_input_get(md, &name, header, method, 0);
  sce_error_delete(missing);
  if (there && *header < md->metadata_type_count && is_header(md, *header)) return true;
  for (*header = 0; *header < md->metadata_type_count; ++*header) {
    const sce_type_t *type = &md->types[*header];
    bool called = type->path_count > 0 && sce_span_equal(type->path[type->path_count - 1], sce_span_text("Header"));
    if (called && is_header(md, *header)) return true;
  }
  return false;
}

/* ---- reading it ---- */

/* The type of the items in Digest { logs: Vec<DigestItem> }. */
static uint32_t item_type(const sce_metadata_t *md, uint32_t digest) {
  const sce_type_t *type = &md->types[digest];
  if (type->def == SCE_DEF_COMPOSITE && type->fields.count == 1) type = &md->types[type->fields.items[0].type];
  return type->def == SCE_DEF_SEQUENCE ? type->target : UINT32_MAX;
}

/* Whether all kinds of items are those of upstream. */
static bool has_known_items(const sce_metadata_t *md, uint32_t item) {
  if (item == UINT32_MAX || md->types[item].def != SCE_DEF_VARIANT) return true;
  for (uint32_t i = 0; i < md->types[item].variant_count; i++) {
    uint8_t index = md->types[item].variants[i].index;
    if (index > SCE_DIGEST_ENVIRONMENT_UPDATED || index == 1 || index == 3) return false;
  }
  return true;
}

static sce_error_t *describe(sce_header_format_t *format, const sce_metadata_t *md, const sce_fields_t *fields) {
  const sce_type_t *number = sce_type_inner(md, fields->items[1].type);
  if (number->shape != SCE_SHAPE_COMPACT && (number->shape != SCE_SHAPE_UINT || number->size < 4))
    return sce_error_new(SCE_UNSUPPORTED, "block numbers of this chain are of an unknown kind");
  if (fields->count > 5 + SCE_HEADER_MAX_EXTRA)
    return sce_error_new(SCE_UNSUPPORTED, "headers of this chain have more than %d fields of its own",
                         SCE_HEADER_MAX_EXTRA);
  *format = (sce_header_format_t){.metadata = md, .extra_count = fields->count - 5};
  if (number->shape == SCE_SHAPE_UINT) format->number_size = number->size;
  for (uint32_t i = 0; i < format->extra_count; i++) format->extra[i] = fields->items[5 + i].type;
  uint32_t item = item_type(md, fields->items[4].type);
  format->item = has_known_items(md, item) ? UINT32_MAX : item;
  return NULL;
}

sce_error_t *sce_header_format_new(sce_header_format_t **format, const sce_metadata_t *metadata) {
  sce_header_format_t found;
  uint32_t header;
  *format = NULL;
  if (!find_header(metadata, &header)) return NULL;
  SCE_TRY(describe(&found, metadata, &metadata->types[header].fields));
  if (found.number_size == 0 && found.extra_count == 0 && found.item == UINT32_MAX) return NULL;
  *format = sce_alloc(sizeof found);
  if (*format == NULL) return sce_error_oom();
  **format = found;
  return NULL;
}

void sce_header_format_delete(sce_header_format_t *format) {
  sce_free(format);
}

/* ---- values for a header that is yet to be made ---- */

/* Bytes and levels of a value that is made here. */
#define MOST_BYTES ((size_t)1 << 20)
#define MOST_LEVELS 64

static sce_error_t *append_least(const sce_metadata_t *md, sce_buf_t *out, uint32_t id, unsigned level);

static sce_error_t *append_fields(const sce_metadata_t *md, sce_buf_t *out, const sce_fields_t *fields,
                                  unsigned level) {
  for (uint32_t i = 0; i < fields->count; i++) SCE_TRY(append_least(md, out, fields->items[i].type, level));
  return NULL;
}

static uint64_t least_size(const sce_metadata_t *md, const sce_fields_t *fields) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < fields->count; i++) size += md->types[fields->items[i].type].min_size;
  return size;
}

/* The shortest variant: one that holds the enum itself is longer than what it holds. */
static sce_error_t *append_variant(const sce_metadata_t *md, sce_buf_t *out, const sce_type_t *type, unsigned level) {
  const sce_variant_t *least = type->variants;
  for (uint32_t i = 1; i < type->variant_count; i++)
    if (least_size(md, &type->variants[i].fields) < least_size(md, &least->fields)) least = &type->variants[i];
  if (type->variant_count == 0) return sce_error_new(SCE_UNSUPPORTED, "an enum without variants has no value");
  SCE_TRY(sce_buf_append_byte(out, least->index));
  return append_fields(md, out, &least->fields, level);
}

/* The shortest value of a type, of zeros and nothing where it has the choice. */
static sce_error_t *append_least(const sce_metadata_t *md, sce_buf_t *out, uint32_t id, unsigned level) {
  const sce_type_t *type = &md->types[id];
  if (level == MOST_LEVELS || out->len > MOST_BYTES)
    return sce_error_new(SCE_UNSUPPORTED, "fields of a header's own are too large to be made up");
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: return append_fields(md, out, &type->fields, level + 1);
    case SCE_DEF_VARIANT: return append_variant(md, out, type, level + 1);
    case SCE_DEF_ARRAY:
      for (uint32_t i = 0; i < type->len; i++) {
        size_t before = out->len;
        SCE_TRY(append_least(md, out, type->target, level + 1));
        if (out->len == before) break; /* of nothing, however often */
      }
      return NULL;
    case SCE_DEF_PRIMITIVE:
      for (uint32_t i = 0; i < type->min_size; i++) SCE_TRY(sce_buf_append_byte(out, 0));
      return NULL;
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_COMPACT:
    case SCE_DEF_BITS: return sce_buf_append_byte(out, 0);
    default: return sce_error_new(SCE_UNSUPPORTED, "fields of a header's own are of unknown types");
  }
}

sce_error_t *sce_header_format_extra(const sce_header_format_t *format, sce_buf_t *extra) {
  size_t start = extra->len;
  sce_error_t *err = NULL;
  for (uint32_t i = 0; i < format->extra_count && err == NULL; i++)
    err = append_least(format->metadata, extra, format->extra[i], 0);
  if (err != NULL) extra->len = start;
  return err;
}
