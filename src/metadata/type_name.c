/* type_name.c: types as text, in the syntax that expr.c reads. Long names are cut with "…" rather than refused. */
#include "metadata/registry.h"

#include "base/buf.h"
#include "base/error.h"
#include "scexec/value.h"

#define MAX_DEPTH 12
#define MAX_TEXT 2000

static sce_error_t *print(const sce_metadata_t *md, sce_buf_t *out, size_t start, uint32_t id, unsigned depth);

/* True once a list that is being written has to end in "…". */
static bool is_long(const sce_buf_t *out, size_t start) {
  return out->len - start > MAX_TEXT;
}

static sce_error_t *append(sce_buf_t *out, const char *text) {
  sce_span_t span = sce_span_text(text);
  return sce_buf_append(out, span.data, span.len);
}

/* Text of V0 to V13 comes as it stood in the source code: line breaks and runs of spaces become one space. */
static sce_error_t *append_collapsed(sce_buf_t *out, sce_span_t text) {
  bool space = false;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      space = true;
      continue;
    }
    if (space) SCE_TRY(sce_buf_append_byte(out, ' '));
    space = false;
    SCE_TRY(sce_buf_append_byte(out, c));
  }
  return NULL;
}

static sce_error_t *print_params(const sce_metadata_t *md, sce_buf_t *out, size_t start, const sce_type_t *type,
                                 unsigned depth) {
  bool open = false;
  for (uint32_t i = 0; i < type->param_count; i++) {
    if (type->params[i].type == SCE_TYPE_NONE) continue;
    SCE_TRY(append(out, open ? ", " : "<"));
    open = true;
    if (is_long(out, start)) return append(out, "…>");
    SCE_TRY(print(md, out, start, type->params[i].type, depth + 1));
  }
  return open ? append(out, ">") : NULL;
}

static sce_error_t *print_path(const sce_metadata_t *md, sce_buf_t *out, size_t start, const sce_type_t *type,
                               bool full, unsigned depth) {
  for (uint32_t i = full ? 0 : type->path_count - 1; i < type->path_count; i++) {
    if (is_long(out, start)) return append(out, "…");
    SCE_TRY(sce_buf_append(out, type->path[i].data, type->path[i].len));
    if (i + 1 < type->path_count) SCE_TRY(append(out, "::"));
  }
  /* An extrinsic's parameters are half the runtime and tell nothing here. */
  if (type->shape == SCE_SHAPE_EXTRINSIC && !full) return NULL;
  return print_params(md, out, start, type, depth);
}

static sce_error_t *print_fields(const sce_metadata_t *md, sce_buf_t *out, size_t start, const sce_fields_t *fields,
                                 unsigned depth) {
  bool named = fields->count > 0 && fields->items[0].name.data != NULL;
  SCE_TRY(append(out, named ? "{" : "("));
  for (uint32_t i = 0; i < fields->count; i++) {
    const sce_field_t *f = &fields->items[i];
    if (i > 0) SCE_TRY(append(out, ", "));
    if (is_long(out, start)) {
      SCE_TRY(append(out, "…"));
      break;
    }
    if (f->name.data != NULL) {
      SCE_TRY(sce_buf_append(out, f->name.data, f->name.len));
      SCE_TRY(append(out, ": "));
    }
    SCE_TRY(print(md, out, start, f->type, depth + 1));
  }
  if (!named && fields->count == 1) SCE_TRY(append(out, ","));
  return append(out, named ? "}" : ")");
}

static sce_error_t *print_variants(const sce_metadata_t *md, sce_buf_t *out, size_t start, const sce_type_t *type,
                                   unsigned depth) {
  if (sce_type_is_called(type, "Option")) { /* made from an expression, and so without type parameters */
    SCE_TRY(append(out, "Option<"));
    SCE_TRY(print(md, out, start, type->variants[1].fields.items[0].type, depth + 1));
    return append(out, ">");
  }
  if (sce_type_is_called(type, "Result")) {
    SCE_TRY(append(out, "Result<"));
    SCE_TRY(print(md, out, start, type->variants[0].fields.items[0].type, depth + 1));
    SCE_TRY(append(out, ", "));
    SCE_TRY(print(md, out, start, type->variants[1].fields.items[0].type, depth + 1));
    return append(out, ">");
  }
  SCE_TRY(append(out, "enum {"));
  for (uint32_t i = 0; i < type->variant_count; i++) {
    const sce_variant_t *v = &type->variants[i];
    if (i > 0) SCE_TRY(append(out, ", "));
    if (is_long(out, start)) {
      SCE_TRY(append(out, "…"));
      break;
    }
    SCE_TRY(sce_buf_append(out, v->name.data, v->name.len));
    if (v->fields.count > 0) SCE_TRY(print_fields(md, out, start, &v->fields, depth + 1));
  }
  return append(out, "}");
}

static sce_error_t *print_wrapped(const sce_metadata_t *md, sce_buf_t *out, size_t start, const char *name,
                                  uint32_t inner, unsigned depth) {
  SCE_TRY(append(out, name));
  SCE_TRY(print(md, out, start, inner, depth + 1));
  return append(out, ">");
}

static sce_error_t *print_def(const sce_metadata_t *md, sce_buf_t *out, size_t start, const sce_type_t *type,
                              unsigned depth) {
  static const char *const primitives[] = {"bool", "char", "str", "u8",  "u16", "u32",  "u64", "u128",
                                           "u256", "i8",   "i16", "i32", "i64", "i128", "i256"};
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: return print_fields(md, out, start, &type->fields, depth);
    case SCE_DEF_VARIANT: return print_variants(md, out, start, type, depth);
    case SCE_DEF_SEQUENCE: return print_wrapped(md, out, start, "Vec<", type->target, depth);
    case SCE_DEF_COMPACT: return print_wrapped(md, out, start, "Compact<", type->target, depth);
    case SCE_DEF_ARRAY:
      SCE_TRY(append(out, "["));
      SCE_TRY(print(md, out, start, type->target, depth + 1));
      return sce_buf_printf(out, "; %u]", type->len);
    case SCE_DEF_PRIMITIVE: return append(out, primitives[type->primitive]);
    case SCE_DEF_BITS:
      SCE_TRY(append(out, "BitVec<"));
      SCE_TRY(print(md, out, start, type->target, depth + 1));
      return append(out, type->msb ? ", Msb0>" : ", Lsb0>");
    case SCE_DEF_UNKNOWN: return append(out, "?");
    case SCE_DEF_LOOKUP: return append(out, "@lookup");
    case SCE_DEF_OPAQUE_EXTRINSIC: return append(out, "extrinsic");
    case SCE_DEF_ERA: return append(out, "Era");
    case SCE_DEF_ABSENT: break; /* nothing refers to it */
  }
  return NULL;
}

static sce_error_t *print(const sce_metadata_t *md, sce_buf_t *out, size_t start, uint32_t id, unsigned depth) {
  if (depth > MAX_DEPTH || is_long(out, start)) return append(out, "…");
  const sce_type_t *type = &md->types[id];
  if (type->text.data != NULL) return append_collapsed(out, type->text);
  bool made = id >= md->metadata_type_count && type->path_count == 1 && type->def == SCE_DEF_VARIANT &&
              (sce_type_is_called(type, "Option") || sce_type_is_called(type, "Result"));
  if (type->path_count > 0 && !made) return print_path(md, out, start, type, type->ambiguous, depth);
  return print_def(md, out, start, type, depth);
}

sce_error_t *sce_type_name(const sce_metadata_t *md, sce_buf_t *out, uint32_t type) {
  if (!sce_type_exists(md, type)) return sce_type_missing(md, type);
  size_t start = out->len;
  sce_error_t *err = print(md, out, start, type, 0);
  if (err != NULL) out->len = start;
  return err;
}

sce_error_t *sce_type_full_name(const sce_metadata_t *md, sce_buf_t *out, uint32_t type) {
  if (md->types[type].path_count == 0) return sce_type_name(md, out, type);
  return print_path(md, out, out->len, &md->types[type], true, 0);
}
