/* example.c: a sample value of a type, in JSON, for people who have never seen it. Parts are the plainest there are: 0,
 * one item, the first variant without fields; depth and length are bounded, and what would be longer is "…". */
#include "metadata/encoder.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"
#include "scexec/value.h"

#define MAX_DEPTH 8
#define MAX_TEXT 2000
#define MAX_ITEMS 4 /* of an array: longer ones end in "…", which sce_value_encode() refuses */

typedef struct writer {
  const sce_metadata_t *md;
  sce_buf_t *out;
  size_t start;
  uint16_t prefix;
  unsigned depth;
} writer_t;

static sce_error_t *write_example(writer_t *w, uint32_t type);

static sce_error_t *write_zeros(writer_t *w, uint32_t len) {
  SCE_TRY(SCE_JSON_LITERAL(w->out, "\"0x"));
  for (uint32_t i = 0; i < len && i < MAX_TEXT; i++) SCE_TRY(SCE_JSON_LITERAL(w->out, "00"));
  return SCE_JSON_LITERAL(w->out, "\"");
}

/* The development account Alice, known to everybody in the field. */
static sce_error_t *write_account(writer_t *w) {
  static const uint8_t alice[32] = {0xd4, 0x35, 0x93, 0xc7, 0x15, 0xfd, 0xd3, 0x1c, 0x61, 0x14, 0x1a,
                                    0xbd, 0x04, 0xa9, 0x9f, 0xd6, 0x82, 0x2c, 0x85, 0x58, 0x85, 0x4c,
                                    0xcd, 0xe3, 0x9a, 0x56, 0x84, 0xe7, 0xa5, 0x6d, 0xa2, 0x7d};
  SCE_TRY(sce_json_char(w->out, '"'));
  SCE_TRY(sce_ss58_encode(w->out, sce_span(alice, sizeof alice), w->prefix));
  return sce_json_char(w->out, '"');
}

static sce_error_t *write_items(writer_t *w, uint32_t item, uint32_t count) {
  SCE_TRY(sce_json_char(w->out, '['));
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) SCE_TRY(sce_json_char(w->out, ','));
    if (i == MAX_ITEMS) {
      SCE_TRY(SCE_JSON_LITERAL(w->out, "\"…\""));
      break;
    }
    SCE_TRY(write_example(w, item));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_fields(writer_t *w, const sce_fields_t *fields) {
  bool named = fields->items[0].name.data != NULL;
  SCE_TRY(sce_json_char(w->out, named ? '{' : '['));
  for (uint32_t i = 0; i < fields->count; i++) {
    if (i > 0) SCE_TRY(sce_json_char(w->out, ','));
    if (w->out->len - w->start > MAX_TEXT) {
      SCE_TRY(named ? SCE_JSON_LITERAL(w->out, "\"…\":\"…\"") : SCE_JSON_LITERAL(w->out, "\"…\""));
      break;
    }
    if (named) {
      SCE_TRY(sce_json_string(w->out, fields->items[i].name));
      SCE_TRY(sce_json_char(w->out, ':'));
    }
    SCE_TRY(write_example(w, fields->items[i].type));
  }
  return sce_json_char(w->out, named ? '}' : ']');
}

static sce_error_t *write_enum(writer_t *w, const sce_type_t *type) {
  const sce_variant_t *v = type->variant_count > 0 ? &type->variants[0] : NULL;
  for (uint32_t i = type->variant_count; i-- > 0;)
    if (type->variants[i].fields.count == 0) v = &type->variants[i];
  if (v == NULL) return SCE_JSON_LITERAL(w->out, "null");
  if (v->fields.count == 0) return sce_json_string(w->out, v->name);
  SCE_TRY(sce_json_char(w->out, '{'));
  SCE_TRY(sce_json_string(w->out, v->name));
  SCE_TRY(sce_json_char(w->out, ':'));
  if (v->fields.count == 1 && v->fields.items[0].name.data == NULL)
    SCE_TRY(write_example(w, v->fields.items[0].type));
  else
    SCE_TRY(write_fields(w, &v->fields));
  return sce_json_char(w->out, '}');
}

/* A bare one: who has a signature has the bytes as well. */
static sce_error_t *write_extrinsic(writer_t *w) {
  if (w->md->extrinsic.call == SCE_TYPE_NONE) return SCE_JSON_LITERAL(w->out, "\"0x…\"");
  SCE_TRY(SCE_JSON_LITERAL(w->out, "{\"version\":4,\"type\":\"bare\",\"call\":"));
  SCE_TRY(write_example(w, w->md->extrinsic.call));
  return sce_json_char(w->out, '}');
}

static sce_error_t *write_any(writer_t *w, const sce_type_t *type) {
  switch ((sce_shape_t)type->shape) {
    case SCE_SHAPE_BOOL: return SCE_JSON_LITERAL(w->out, "true");
    case SCE_SHAPE_CHAR: return SCE_JSON_LITERAL(w->out, "\"c\"");
    case SCE_SHAPE_STR: return SCE_JSON_LITERAL(w->out, "\"text\"");
    case SCE_SHAPE_UINT:
    case SCE_SHAPE_INT:
    case SCE_SHAPE_COMPACT: return SCE_JSON_LITERAL(w->out, "0");
    case SCE_SHAPE_BYTES: return SCE_JSON_LITERAL(w->out, "\"0x1234\"");
    case SCE_SHAPE_FIXED: return write_zeros(w, type->len);
    case SCE_SHAPE_ACCOUNT:
    case SCE_SHAPE_LOOKUP: return write_account(w);
    case SCE_SHAPE_SEQUENCE: return write_items(w, type->target, 1);
    case SCE_SHAPE_ARRAY: return write_items(w, type->target, type->len);
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT: return write_fields(w, &type->fields);
    case SCE_SHAPE_NEWTYPE: return write_example(w, type->target);
    case SCE_SHAPE_ENUM: return write_enum(w, type);
    case SCE_SHAPE_BITS: return SCE_JSON_LITERAL(w->out, "\"0b0110\"");
    case SCE_SHAPE_ERA: return SCE_JSON_LITERAL(w->out, "\"Immortal\"");
    case SCE_SHAPE_EXTRINSIC: return write_extrinsic(w);
    case SCE_SHAPE_UNKNOWN: return SCE_JSON_LITERAL(w->out, "\"0x…\"");
    case SCE_SHAPE_NONE:
    case SCE_SHAPE_BAD:
    case SCE_SHAPE_UNIT:
    case SCE_SHAPE_OPTION: break;
  }
  return SCE_JSON_LITERAL(w->out, "null");
}

static sce_error_t *write_example(writer_t *w, uint32_t type) {
  if (w->depth >= MAX_DEPTH || w->out->len - w->start > MAX_TEXT) return SCE_JSON_LITERAL(w->out, "\"…\"");
  w->depth++;
  sce_error_t *err = write_any(w, &w->md->types[type]);
  w->depth--;
  return err;
}

sce_error_t *sce_type_example(const sce_metadata_t *metadata, sce_buf_t *json, uint32_t type,
                              const sce_value_format_t *format) {
  if (!sce_type_exists(metadata, type)) return sce_type_missing(metadata, type);
  writer_t w = {metadata, json, json->len, format != NULL ? format->ss58_prefix : 42, 0};
  sce_error_t *err = write_example(&w, type);
  if (err != NULL) json->len = w.start;
  return err;
}

sce_error_t *sce_input_explain(const sce_metadata_t *md, sce_error_t *err, const char *what, uint32_t type) {
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_buf_t name = {0}, example = {0};
  sce_error_t *full = NULL, *failed = sce_type_name(md, &name, type);
  if (failed == NULL) failed = sce_type_example(md, &example, type, NULL);
  bool shown = example.len <= SCE_EXAMPLE_SHOWN;
  if (failed == NULL)
    full = sce_error_new(SCE_BAD_INPUT, "%s (%s: %.*s%s%.*s)", sce_error_message(err), what, (int)name.len,
                         (const char *)name.data, shown ? ", such as " : "", shown ? (int)example.len : 0,
                         (const char *)example.data);
  sce_error_delete(failed);
  sce_buf_free(&name);
  sce_buf_free(&example);
  if (full == NULL) return err;
  sce_error_delete(err);
  return full;
}
