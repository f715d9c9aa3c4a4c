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

/* The bits of an extrinsic's type. */
enum { BARE = 1, SIGNED = 2, GENERAL = 4 };

static const struct {
  const char *name;
  unsigned types; /* that have the member */
} members[] = {
    {"version", BARE | SIGNED | GENERAL},
    {"type", BARE | SIGNED | GENERAL},
    {"address", SIGNED},
    {"signature", SIGNED},
    {"extensions", SIGNED | GENERAL},
    {"extension_version", GENERAL},
    {"call", BARE | SIGNED | GENERAL},
};

static bool is_member(unsigned type, sce_span_t name) {
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (sce_text_is(name, members[i].name)) return (members[i].types & type) != 0;
  return false;
}

/* Refuses members that the type does not have: what is mistyped must not pass as left out, nor a signature be lost. */
static sce_error_t *check_members(unsigned type, json_t *object, const sce_place_t *place) {
  const char *key;
  size_t len;
  json_t *item;
  json_object_keylen_foreach(object, key, len, item) {
    if (is_member(type, sce_span(key, len))) continue;
    sce_error_t *err = sce_error_new(SCE_BAD_INPUT, "a %s extrinsic has no `%.100s`",
                                     type == BARE     ? "bare"
                                     : type == SIGNED ? "signed"
                                                      : "general",
                                     key);
    return sce_place_error(err, place);
  }
  return NULL;
}

static bool is_extension(const sce_metadata_t *md, const sce_extension_list_t *list, sce_span_t name) {
  for (uint32_t i = 0; i < list->count; i++)
    if (sce_span_equal(sce_extension_at(md, list, i)->name, name)) return true;
  return false;
}

static sce_error_t *check_extensions(const sce_metadata_t *md, const sce_extension_list_t *list, json_t *extensions,
                                     const sce_place_t *place) {
  const char *key;
  size_t len;
  json_t *item;
  if (extensions != NULL && !json_is_object(extensions)) return sce_json_expected("an object", extensions, place);
  json_object_keylen_foreach(extensions, key, len, item) {
    if (is_extension(md, list, sce_span(key, len))) continue;
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "the runtime has no extension `%.100s`", key), place);
  }
  return NULL;
}

/* Extensions that are left out must be able to be null: units and options. */
static sce_error_t *encode_extensions(sce_encoder_t *e, uint8_t version, json_t *object, const sce_place_t *place) {
  sce_extension_list_t list;
  sce_place_t outer = {.up = place, .name = sce_span_text("extensions")};
  json_t *extensions = json_object_get(object, "extensions");
  SCE_TRY(sce_place_error(sce_extrinsic_extensions(e->md, &list, version), &outer));
  SCE_TRY(check_extensions(e->md, &list, extensions, &outer));
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

/* The member `name` as a byte; `*out` stays as it is when there is none. */
static sce_error_t *read_u8(uint8_t *out, const json_t *object, const char *name, const sce_place_t *place) {
  uint8_t bytes[32];
  const json_t *value = json_object_get(object, name);
  if (value == NULL) return NULL;
  SCE_TRY(sce_json_read_integer(bytes, value, 1, false, &(sce_place_t){.up = place, .name = sce_span_text(name)}));
  *out = bytes[0];
  return NULL;
}

static sce_error_t *read_type(unsigned *type, const json_t *object, const sce_place_t *place) {
  const json_t *value = json_object_get(object, "type");
  sce_span_t name = json_is_string(value) ? sce_json_text(value) : sce_span_text("");
  *type = sce_text_is(name, "bare") ? BARE : sce_text_is(name, "signed") ? SIGNED : GENERAL;
  if (*type != GENERAL || sce_text_is(name, "general")) return NULL;
  return sce_place_error(sce_error_new(SCE_BAD_INPUT, "expected \"bare\", \"signed\" or \"general\""),
                         &(sce_place_t){.up = place, .name = sce_span_text("type")});
}

static sce_error_t *encode_body(sce_encoder_t *e, json_t *object, const sce_place_t *place) {
  const sce_extrinsic_format_t *format = &e->md->extrinsic;
  unsigned type;
  SCE_TRY(read_type(&type, object, place));
  SCE_TRY(check_members(type, object, place));
  uint8_t version = type == GENERAL ? 5 : 4, set = 0;
  SCE_TRY(read_u8(&version, object, "version", place));
  SCE_TRY(read_u8(&set, object, "extension_version", place));
  if ((version != 4 && version != 5) || (type == SIGNED && version != 4) || (type == GENERAL && version != 5))
    return sce_place_error(
        sce_error_new(SCE_BAD_INPUT, "signed extrinsics have version 4, general ones 5, bare ones either"),
        &(sce_place_t){.up = place, .name = sce_span_text("version")});
  SCE_TRY(sce_buf_append_byte(e->out, (uint8_t)(version | (type == SIGNED ? 0x80 : type == GENERAL ? 0x40 : 0))));
  if (type == SIGNED) {
    SCE_TRY(encode_part(e, format->address, object, "address", place));
    SCE_TRY(encode_part(e, format->signature, object, "signature", place));
  } else if (type == GENERAL) {
    SCE_TRY(sce_buf_append_byte(e->out, set));
  }
  if (type != BARE) SCE_TRY(encode_extensions(e, set, object, place));
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
