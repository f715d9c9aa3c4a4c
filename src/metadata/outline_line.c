/* outline_line.c: an item as one line. */
#include "metadata/outline.h"

#include "base/buf.h"
#include "base/error.h"
#include "metadata/json_out.h"
#include "metadata/storage.h"
#include "scexec/value.h"

#define SPAN(s) (int)(s).len, (s).len > 0 ? (const char *)(s).data : ""

sce_error_t *sce_outline_type(const sce_metadata_t *md, sce_buf_t *out, uint32_t type, sce_span_t text) {
  if (out->len > SCE_OUTLINE_MAX_BYTES)
    return sce_error_new(SCE_BAD_METADATA, "an outline of it has more than %zu MiB", SCE_OUTLINE_MAX_BYTES >> 20);
  if (text.data == NULL) return sce_type_name(md, out, type);
  bool space = false;
  for (size_t i = 0; i < text.len; i++) {
    bool blank = text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\t' || text.data[i] == '\r';
    if (!blank && space) SCE_TRY(sce_buf_append_byte(out, ' '));
    if (!blank) SCE_TRY(sce_buf_append_byte(out, text.data[i]));
    space = blank;
  }
  return NULL;
}

sce_error_t *sce_outline_storage(const sce_metadata_t *md, sce_buf_t *out, const sce_storage_t *entry) {
  SCE_TRY(sce_buf_append(out, entry->name.data, entry->name.len));
  for (uint32_t i = 0; i < entry->key_count; i++) {
    SCE_TRY(sce_buf_printf(out, "%s%s(", i == 0 ? "[" : ", ", sce_hasher_name((sce_hasher_t)entry->hashers[i])));
    if (entry->keys != NULL)
      SCE_TRY(sce_outline_type(md, out, entry->keys[i],
                               entry->key_texts != NULL ? entry->key_texts[i] : (sce_span_t){NULL, 0}));
    SCE_TRY(sce_buf_append_byte(out, ')'));
  }
  SCE_TRY(sce_buf_printf(out, "%s: ", entry->key_count > 0 ? "]" : ""));
  SCE_TRY(sce_outline_type(md, out, entry->value_type, entry->value_text));
  return entry->modifier == 0 ? sce_buf_append_byte(out, '?') : NULL;
}

static sce_error_t *write_fields(const sce_metadata_t *md, sce_buf_t *out, const sce_field_t *items, uint32_t count) {
  SCE_TRY(sce_buf_append_byte(out, '('));
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) SCE_TRY(sce_buf_append(out, ", ", 2));
    if (items[i].name.data != NULL) SCE_TRY(sce_buf_printf(out, "%.*s: ", SPAN(items[i].name)));
    SCE_TRY(sce_outline_type(md, out, items[i].type, md->version < 14 ? items[i].type_name : (sce_span_t){NULL, 0}));
  }
  return sce_buf_append_byte(out, ')');
}

sce_error_t *sce_outline_variant(const sce_metadata_t *md, sce_buf_t *out, const sce_variant_t *variant) {
  SCE_TRY(sce_buf_printf(out, "%u %.*s", variant->index, SPAN(variant->name)));
  return variant->fields.count > 0 ? write_fields(md, out, variant->fields.items, variant->fields.count) : NULL;
}

sce_error_t *sce_outline_constant(const sce_metadata_t *md, sce_buf_t *out, const sce_constant_t *constant) {
  SCE_TRY(sce_buf_printf(out, "%.*s: ", SPAN(constant->name)));
  SCE_TRY(sce_outline_type(md, out, constant->type, constant->type_text));
  SCE_TRY(sce_buf_append(out, " = ", 3));
  sce_value_format_t format = {sce_metadata_ss58_prefix(md, 42), false};
  sce_error_t *err = sce_value_decode(md, out, constant->type, constant->value, &format);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_delete(err);
  return sce_json_hex(out, constant->value);
}

sce_error_t *sce_outline_method(const sce_metadata_t *md, sce_buf_t *out, const sce_method_t *method) {
  SCE_TRY(sce_buf_append(out, method->name.data, method->name.len));
  SCE_TRY(write_fields(md, out, method->inputs, method->input_count));
  SCE_TRY(sce_buf_append(out, " -> ", 4));
  return sce_type_name(md, out, method->output);
}
