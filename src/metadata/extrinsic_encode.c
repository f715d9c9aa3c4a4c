/* extrinsic_encode.c: extrinsics from JSON; see extrinsic_decode.c for the format. Nothing is signed here: an object's
 * signature is taken as it is given. */
#include "metadata/encoder.h"

#include "base/hex.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"

/* Encoded bytes given as "0x…" must be a length and as many bytes: an extrinsic without its length is the usual slip.
 */
static sce_error_t *encode_hex(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  size_t start = e->out->len;
  sce_span_t body;
  SCE_TRY(sce_place_error(sce_hex_decode(e->out, sce_json_text(value)), place));
  sce_scale_reader_t in = sce_scale_reader(sce_span_skip(sce_buf_span(e->out), start));
  sce_error_t *err = sce_scale_read_bytes(&in, &body);
  if (err == NULL) err = sce_scale_read_end(&in);
  if (err == NULL) return NULL;
  sce_error_delete(err);
  err = sce_error_new(SCE_BAD_INPUT,
                      "expected an encoded extrinsic: its length as a compact integer, then that many bytes");
  return sce_place_error(err, place);
}

static sce_error_t *encode_part(sce_encoder_t *e, uint32_t type, json_t *object, const char *name,
                                const sce_place_t *place) {
  sce_place_t inside = {.up = place, .name = sce_span_text(name)};
  json_t *value = json_object_get(object, name);
  if (type == SCE_TYPE_NONE)
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "the metadata does not say its type"), &inside);
  if (value == NULL) return sce_place_error(sce_error_new(SCE_BAD_INPUT, "missing"), &inside);
  return sce_encoder_value(e, type, value, &inside);
}

/* True when the extrinsic may have a member of this name: an extension, or (`list` NULL) a part. */
static bool is_member(const sce_metadata_t *md, const sce_extension_list_t *list, sce_span_t name) {
  static const char *const parts[] = {"version", "type",       "address",          "signature",
                                      "call",    "extensions", "extension_version"};
  for (size_t i = 0; list == NULL && i < sizeof parts / sizeof *parts; i++)
    if (sce_text_is(name, parts[i])) return true;
  for (uint32_t i = 0; list != NULL && i < list->count; i++)
    if (sce_span_equal(sce_extension_at(md, list, i)->name, name)) return true;
  return false;
}

/* Refuses members that are none: what is mistyped must not pass as left out. */
static sce_error_t *check_members(const sce_metadata_t *md, const sce_extension_list_t *list, json_t *object,
                                  const sce_place_t *place) {
  const char *key;
  size_t len;
  json_t *item;
  json_object_keylen_foreach(object, key, len, item) {
    if (is_member(md, list, sce_span(key, len))) continue;
    return sce_place_error(
        sce_error_new(SCE_BAD_INPUT,
                      list == NULL ? "an extrinsic has no `%.100s`" : "the runtime has no extension `%.100s`", key),
        place);
  }
  return NULL;
}

/* Extensions that are left out must be able to be null: units and options. */
static sce_error_t *encode_extensions(sce_encoder_t *e, uint8_t version, json_t *object, const sce_place_t *place) {
  sce_extension_list_t list;
  sce_place_t outer = {.up = place, .name = sce_span_text("extensions")};
  json_t *extensions = json_object_get(object, "extensions");
  SCE_TRY(sce_place_error(sce_extrinsic_extensions(e->md, &list, version), &outer));
  SCE_TRY(check_members(e->md, &list, extensions, &outer));
  for (uint32_t i = 0; i < list.count; i++) {
    const sce_extension_t *x = sce_extension_at(e->md, &list, i);
    sce_place_t inside = {.up = &outer, .name = x->name};
    json_t *value = json_object_getn(extensions, (const char *)x->name.data, x->name.len);
    if (value == NULL && e->md->types[x->type].nullable) value = json_null();
    if (value == NULL) return sce_place_error(sce_error_new(SCE_BAD_INPUT, "missing"), &inside);
    SCE_TRY(sce_encoder_value(e, x->type, value, &inside));
  }
  return NULL;
}

static sce_error_t *encode_body(sce_encoder_t *e, json_t *object, const sce_place_t *place) {
  const sce_extrinsic_format_t *format = &e->md->extrinsic;
  const json_t *type = json_object_get(object, "type"), *version = json_object_get(object, "version");
  const json_t *set = json_object_get(object, "extension_version");
  const char *name = json_is_string(type) ? json_string_value(type) : "";
  bool is_signed = strcmp(name, "signed") == 0, general = strcmp(name, "general") == 0;
  json_int_t v = json_is_integer(version) ? json_integer_value(version) : is_signed ? 4 : general ? 5 : 4;
  json_int_t s = json_is_integer(set) ? json_integer_value(set) : 0;
  SCE_TRY(check_members(e->md, NULL, object, place));
  if (!is_signed && !general && strcmp(name, "bare") != 0)
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "expected \"bare\", \"signed\" or \"general\""),
                           &(sce_place_t){.up = place, .name = sce_span_text("type")});
  if ((v != 4 && v != 5) || (is_signed && v != 4) || (general && v != 5) || s < 0 || s > 255)
    return sce_place_error(
        sce_error_new(SCE_BAD_INPUT, "signed extrinsics have version 4, general ones 5, bare ones either"),
        &(sce_place_t){.up = place, .name = sce_span_text("version")});
  SCE_TRY(sce_buf_append_byte(e->out, (uint8_t)(v | (is_signed ? 0x80 : general ? 0x40 : 0))));
  if (is_signed) {
    SCE_TRY(encode_part(e, format->address, object, "address", place));
    SCE_TRY(encode_part(e, format->signature, object, "signature", place));
  } else if (general) {
    SCE_TRY(sce_buf_append_byte(e->out, (uint8_t)s));
  }
  if (is_signed || general) SCE_TRY(encode_extensions(e, (uint8_t)s, object, place));
  return encode_part(e, format->call, object, "call", place);
}

sce_error_t *sce_encoder_extrinsic(sce_encoder_t *e, json_t *value, const sce_place_t *place) {
  bool taken;
  if (json_is_string(value)) return encode_hex(e, value, place);
  if (!json_is_object(value)) return sce_json_expected("an extrinsic: an object or \"0x…\"", value, place);
  SCE_TRY(sce_encoder_unknown(e, &taken, value, place));
  if (taken) return NULL;
  sce_buf_t body = {0}, *out = e->out;
  e->out = &body;
  sce_error_t *err = encode_body(e, value, place);
  e->out = out;
  if (err == NULL) err = sce_scale_write_bytes(out, sce_buf_span(&body));
  sce_buf_free(&body);
  return err;
}
