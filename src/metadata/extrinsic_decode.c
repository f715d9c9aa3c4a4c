/* extrinsic_decode.c: extrinsics to JSON. Source: sp-runtime 49, generic/unchecked_extrinsic.rs, Decode for
 * UncheckedExtrinsic: a compact length, a byte of version (low six bits) and type (high two: 00 bare, 10 signed, 01
 * general), then for signed the address, signature and extensions (version 0 of them), for general the extensions'
 * version and the extensions, and the call. */
#include "metadata/decoder.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"

#define BARE 0x00
#define GENERAL 0x40
#define SIGNED 0x80

sce_error_t *sce_extrinsic_extensions(const sce_metadata_t *md, sce_extension_list_t *list, uint8_t version) {
  const sce_extrinsic_format_t *format = &md->extrinsic;
  for (uint32_t i = 0; i < format->set_count; i++) {
    if (format->sets[i].version != version) continue;
    *list = (sce_extension_list_t){format->sets[i].places, format->sets[i].count};
    return NULL;
  }
  if (format->set_count > 0 || version != 0)
    return sce_error_new(SCE_BAD_INPUT, "the metadata has no version %u of the transaction extensions", version);
  *list = (sce_extension_list_t){NULL, format->extension_count};
  return NULL;
}

static sce_error_t *decode_part(sce_decoder_t *d, uint32_t type, const char *name, const sce_place_t *place) {
  sce_place_t inside = {.up = place, .name = sce_span_text(name)};
  if (type == SCE_TYPE_NONE)
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "the metadata does not say its type"), &inside);
  SCE_TRY(sce_json_key(d->out, false, name));
  return sce_decoder_value(d, type, &inside);
}

/* An object of the extensions that have a value. */
static sce_error_t *decode_extensions(sce_decoder_t *d, uint8_t version, const sce_place_t *place) {
  sce_extension_list_t list = {0};
  sce_place_t outer = {.up = place, .name = sce_span_text("extensions")};
  bool first = true;
  SCE_TRY(sce_place_error(sce_extrinsic_extensions(d->md, &list, version), &outer));
  SCE_TRY(sce_json_key(d->out, false, "extensions"));
  SCE_TRY(sce_json_char(d->out, '{'));
  for (uint32_t i = 0; i < list.count; i++) {
    const sce_extension_t *x = sce_extension_at(d->md, &list, i);
    if (sce_type_inner(d->md, x->type)->shape == SCE_SHAPE_UNIT) continue;
    if (!first) SCE_TRY(sce_json_char(d->out, ','));
    first = false;
    SCE_TRY(sce_json_string(d->out, x->name));
    SCE_TRY(sce_json_char(d->out, ':'));
    SCE_TRY(sce_decoder_value(d, x->type, &(sce_place_t){.up = &outer, .name = x->name}));
  }
  return sce_json_char(d->out, '}');
}

static sce_error_t *decode_body(sce_decoder_t *d, const sce_place_t *place) {
  const sce_extrinsic_format_t *format = &d->md->extrinsic;
  size_t at = d->in.at;
  uint8_t head, set = 0;
  SCE_TRY(sce_scale_read_u8(&d->in, &head));
  unsigned version = head & 0x3f, type = head & 0xc0;
  bool known = type == BARE ? version == 4 || version == 5 : type == SIGNED ? version == 4 : version == 5;
  if (!known || type == 0xc0)
    return sce_place_error(
        sce_error_new(SCE_BAD_INPUT, "no extrinsic has version byte 0x%02x, at offset %zu", head, at), place);
  SCE_TRY(sce_buf_printf(d->out, "{\"version\":%u,\"type\":\"%s\"", version,
                         type == BARE     ? "bare"
                         : type == SIGNED ? "signed"
                                          : "general"));
  if (type == SIGNED) {
    SCE_TRY(decode_part(d, format->address, "address", place));
    SCE_TRY(decode_part(d, format->signature, "signature", place));
  } else if (type == GENERAL) {
    SCE_TRY(sce_scale_read_u8(&d->in, &set));
    SCE_TRY(sce_buf_printf(d->out, ",\"extension_version\":%u", set));
  }
  if (type != BARE) SCE_TRY(decode_extensions(d, set, place));
  SCE_TRY(decode_part(d, format->call, "call", place));
  SCE_TRY(sce_json_char(d->out, '}'));
  return sce_place_error(sce_scale_read_end(&d->in), place);
}

sce_error_t *sce_decoder_extrinsic(sce_decoder_t *d, const sce_place_t *place) {
  size_t start = d->in.at, out_start = d->out->len;
  sce_span_t body, all = d->in.bytes;
  SCE_TRY(sce_place_error(sce_scale_read_bytes(&d->in, &body), place));
  size_t end = d->in.at;
  /* The body is read within its own end, so that a lie inside can't reach what follows. */
  d->in.bytes.len = end;
  d->in.at = end - body.len;
  sce_error_t *err = decode_body(d, place);
  d->in.bytes = all;
  d->in.at = end;
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  /* Bytes that are no extrinsic of this runtime stay as they are, with the reason. */
  d->out->len = out_start;
  d->unknown = SCE_TYPE_NONE;
  sce_span_t why = sce_span_text(sce_error_message(err));
  sce_error_t *failed = sce_decoder_unknown(d->out, why, sce_span_part(all, start, end));
  sce_error_delete(err);
  return failed;
}
