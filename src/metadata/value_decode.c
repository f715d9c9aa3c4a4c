/* value_decode.c: values from SCALE to JSON: one switch over shapes, writing as it reads. value.h has the conventions.
 */
#include "metadata/decoder.h"

#include "base/checked.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"

#include <stdio.h>

sce_decoder_t sce_decoder(const sce_metadata_t *md, sce_buf_t *out, sce_span_t bytes,
                          const sce_value_format_t *format) {
  uint64_t nodes = SCE_VALUE_FREE_NODES + SCE_VALUE_NODES_A_BYTE * (uint64_t)bytes.len;
  sce_value_format_t plain = {0};
  return (sce_decoder_t){.md = md,
                         .out = out,
                         .in = sce_scale_reader(bytes),
                         .nodes = nodes,
                         .text_end = out->len + SCE_VALUE_FREE_TEXT + SCE_VALUE_TEXT_A_BYTE * (uint64_t)bytes.len,
                         .unknown = SCE_TYPE_NONE,
                         .format = format != NULL ? *format : plain};
}

sce_error_t *sce_decoder_unknown(sce_buf_t *out, sce_span_t why, sce_span_t bytes) {
  SCE_TRY(SCE_JSON_LITERAL(out, "{\"$unknown\":"));
  SCE_TRY(sce_json_string(out, why));
  SCE_TRY(SCE_JSON_LITERAL(out, ",\"hex\":"));
  SCE_TRY(sce_json_hex(out, bytes));
  return sce_json_char(out, '}');
}

/* ---- leaves ---- */

static sce_error_t *decode_integer(sce_decoder_t *d, size_t size, bool is_signed) {
  sce_span_t bytes;
  SCE_TRY(sce_scale_read_raw(&d->in, &bytes, size));
  if (is_signed) return sce_json_integer(d->out, bytes.data, size, true);
  switch (size) {
    case 1: return sce_json_u64(d->out, bytes.data[0]);
    case 2: return sce_json_u64(d->out, sce_load_le16(bytes.data));
    case 4: return sce_json_u64(d->out, sce_load_le32(bytes.data));
    case 8: return sce_json_u64(d->out, sce_load_le64(bytes.data));
    default: return sce_json_integer(d->out, bytes.data, size, false);
  }
}

static sce_error_t *decode_compact(sce_decoder_t *d, size_t size) {
  size_t at = d->in.at;
  uint8_t bytes[16];
  sce_u128_t v;
  SCE_TRY(sce_scale_read_compact_u128(&d->in, &v));
  if (v.high == 0 && (size >= 8 || v.low >> (8 * size) == 0)) return sce_json_u64(d->out, v.low);
  if (size < 16) return sce_scale_error(&d->in, at, "compact integer too large for its type");
  sce_store_le64(bytes, v.low);
  sce_store_le64(bytes + 8, v.high);
  return sce_json_integer(d->out, bytes, sizeof bytes, false);
}

static sce_error_t *decode_bool(sce_decoder_t *d) {
  bool value;
  SCE_TRY(sce_scale_read_bool(&d->in, &value));
  return value ? SCE_JSON_LITERAL(d->out, "true") : SCE_JSON_LITERAL(d->out, "false");
}

/* A char is four bytes in SCALE, UTF-8 in JSON. */
static sce_error_t *decode_char(sce_decoder_t *d) {
  size_t at = d->in.at, len;
  uint32_t c;
  uint8_t u[4];
  SCE_TRY(sce_scale_read_u32(&d->in, &c));
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return sce_scale_error(&d->in, at, "not a character");
  if (c < 0x80) {
    u[0] = (uint8_t)c;
    len = 1;
  } else if (c < 0x800) {
    u[0] = (uint8_t)(0xc0 | c >> 6);
    len = 2;
  } else if (c < 0x10000) {
    u[0] = (uint8_t)(0xe0 | c >> 12);
    len = 3;
  } else {
    u[0] = (uint8_t)(0xf0 | c >> 18);
    len = 4;
  }
  for (size_t i = 1; i < len; i++) u[i] = (uint8_t)(0x80 | (c >> (6 * (len - 1 - i)) & 0x3f));
  return sce_json_string(d->out, sce_span(u, len));
}

static sce_error_t *decode_account(sce_decoder_t *d) {
  sce_span_t bytes;
  SCE_TRY(sce_scale_read_raw(&d->in, &bytes, 32));
  SCE_TRY(sce_json_char(d->out, '"'));
  SCE_TRY(sce_ss58_encode(d->out, bytes, d->format.ss58_prefix));
  return sce_json_char(d->out, '"');
}

/* Before MultiAddress, an account was an index in its shortest form or 0xff and the account itself. Source: substrate
 * of 2020, frame/indices/src/address.rs, Decode for Address. */
static sce_error_t *decode_lookup(sce_decoder_t *d) {
  size_t at = d->in.at;
  uint8_t first;
  sce_span_t bytes;
  uint8_t wide[8] = {0};
  SCE_TRY(sce_scale_read_u8(&d->in, &first));
  if (first == 0xff) return decode_account(d);
  if (first <= 0xef) return sce_json_u64(d->out, first);
  if (first < 0xfc) return sce_scale_error(&d->in, at, "not an account or index");
  size_t size = (size_t)1 << (first - 0xfb);
  SCE_TRY(sce_scale_read_raw(&d->in, &bytes, size));
  memcpy(wide, bytes.data, size);
  uint64_t value = sce_load_le64(wide), least = size == 2 ? 0xf0 : (uint64_t)1 << (4 * size);
  if (value < least) return sce_scale_error(&d->in, at, "account index not in its shortest form");
  return sce_json_u64(d->out, value);
}

bool sce_era_decode(uint64_t *period, uint64_t *phase, uint16_t encoded) {
  uint64_t p = (uint64_t)2 << (encoded % 16), quantize = p >> 12 > 1 ? p >> 12 : 1;
  uint64_t f = (uint64_t)(encoded >> 4) * quantize;
  if (p < 4 || f >= p) return false;
  *period = p;
  *phase = f;
  return true;
}

static sce_error_t *decode_era(sce_decoder_t *d) {
  uint8_t bytes[2];
  uint64_t period, phase;
  SCE_TRY(sce_scale_read_u8(&d->in, &bytes[0]));
  if (bytes[0] == 0) return SCE_JSON_LITERAL(d->out, "\"Immortal\"");
  SCE_TRY(sce_scale_read_u8(&d->in, &bytes[1]));
  if (!sce_era_decode(&period, &phase, sce_load_le16(bytes))) {
    SCE_TRY(SCE_JSON_LITERAL(d->out, "{\"Raw\":"));
    SCE_TRY(sce_json_hex(d->out, sce_span(bytes, 2)));
    return sce_json_char(d->out, '}');
  }
  SCE_TRY(SCE_JSON_LITERAL(d->out, "{\"Mortal\":{\"period\":"));
  SCE_TRY(sce_json_u64(d->out, period));
  SCE_TRY(SCE_JSON_LITERAL(d->out, ",\"phase\":"));
  SCE_TRY(sce_json_u64(d->out, phase));
  return SCE_JSON_LITERAL(d->out, "}}");
}

/* Compact number of bits, then whole words; bits beyond the number must be 0, or they would be lost. */
static sce_error_t *decode_bits(sce_decoder_t *d, const sce_type_t *type) {
  size_t at = d->in.at, word = (size_t)type->size * 8;
  uint32_t count;
  sce_span_t bytes;
  SCE_TRY(sce_scale_read_compact_u32(&d->in, &count));
  SCE_TRY(sce_scale_read_raw(&d->in, &bytes, (count / word + (count % word != 0)) * type->size));
  SCE_TRY(sce_buf_reserve(d->out, (size_t)count + 4));
  SCE_TRY(SCE_JSON_LITERAL(d->out, "\"0b"));
  for (size_t i = 0; i < bytes.len * 8; i++) {
    size_t in_word = i % word, bit = type->msb ? word - 1 - in_word : in_word;
    bool set = bytes.data[i / word * type->size + bit / 8] >> (bit % 8) & 1;
    if (i < count)
      d->out->data[d->out->len++] = set ? '1' : '0';
    else if (set)
      return sce_scale_error(&d->in, at, "bit sequence with bits after its end");
  }
  return sce_json_char(d->out, '"');
}

/* ---- types with parts ---- */

static sce_error_t *decode_items(sce_decoder_t *d, uint32_t item, uint32_t count, const sce_place_t *place) {
  SCE_TRY(sce_json_char(d->out, '['));
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) SCE_TRY(sce_json_char(d->out, ','));
    SCE_TRY(sce_decoder_value(d, item, &(sce_place_t){.up = place, .index = i}));
  }
  return sce_json_char(d->out, ']');
}

sce_error_t *sce_value_too_deep(unsigned refs, size_t at) {
  char where[40] = "";
  if (at != SIZE_MAX) snprintf(where, sizeof where, ", at offset %zu", at);
  if (refs > SCE_VALUE_MAX_REFS)
    return sce_error_new(SCE_BAD_INPUT,
                         "more than %d sequences and boxes inside each other, which no runtime decodes%s",
                         SCE_VALUE_MAX_REFS, where);
  return sce_error_new(SCE_BAD_INPUT, "value nested deeper than %d levels%s", SCE_VALUE_MAX_DEPTH, where);
}

/* Counts levels that a sequence or boxes are; the caller takes them back. */
static sce_error_t *descend(sce_decoder_t *d, unsigned refs) {
  d->refs += refs;
  return d->refs > SCE_VALUE_MAX_REFS ? sce_value_too_deep(d->refs, d->in.at) : NULL;
}

static sce_error_t *decode_sequence(sce_decoder_t *d, uint32_t item, const sce_place_t *place) {
  uint32_t count;
  unsigned refs = sce_sequence_descends(d->md, item);
  SCE_TRY(sce_place_error(sce_scale_read_count(&d->in, &count, d->md->types[item].min_size), place));
  SCE_TRY(descend(d, refs));
  SCE_TRY(decode_items(d, item, count, place));
  d->refs -= refs;
  return NULL;
}

static sce_error_t *decode_field(sce_decoder_t *d, const sce_field_t *field, const sce_place_t *place) {
  unsigned refs = sce_field_is_box(field);
  SCE_TRY(descend(d, refs));
  SCE_TRY(sce_decoder_value(d, field->type, place));
  d->refs -= refs;
  return NULL;
}

static sce_error_t *decode_tuple(sce_decoder_t *d, const sce_fields_t *fields, const sce_place_t *place) {
  SCE_TRY(sce_json_char(d->out, '['));
  for (uint32_t i = 0; i < fields->count; i++) {
    if (i > 0) SCE_TRY(sce_json_char(d->out, ','));
    SCE_TRY(decode_field(d, &fields->items[i], &(sce_place_t){.up = place, .index = i}));
  }
  return sce_json_char(d->out, ']');
}

bool sce_module_error_find(const sce_metadata_t *md, const sce_pallet_t **pallet, const sce_variant_t **error,
                           uint8_t index, uint8_t code) {
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    if (md->pallets[i].index != index || md->pallets[i].errors == SCE_TYPE_NONE) continue;
    *pallet = &md->pallets[i];
    *error = sce_type_variant(&md->types[md->pallets[i].errors], code);
    return *error != NULL;
  }
  return false;
}

/* The error that {index, error} at offset `start` means, as two fields more. */
static sce_error_t *explain_error(sce_decoder_t *d, size_t start) {
  const sce_pallet_t *pallet;
  const sce_variant_t *error;
  if (d->in.at - start < 2) return NULL;
  const uint8_t *at = d->in.bytes.data + start;
  if (!sce_module_error_find(d->md, &pallet, &error, at[0], at[1])) return NULL;
  sce_buf_t text = {0};
  sce_error_t *err = sce_buf_append(&text, pallet->name.data, pallet->name.len);
  if (err == NULL) err = sce_buf_append_byte(&text, '.');
  if (err == NULL) err = sce_buf_append(&text, error->name.data, error->name.len);
  if (err == NULL) err = sce_json_key(d->out, false, "name");
  if (err == NULL) err = sce_json_string(d->out, sce_buf_span(&text));
  if (err == NULL) err = sce_json_key(d->out, false, "docs");
  if (err == NULL) err = sce_json_docs(d->out, error->docs);
  sce_buf_free(&text);
  return err;
}

static sce_error_t *decode_struct(sce_decoder_t *d, const sce_fields_t *fields, bool module_error,
                                  const sce_place_t *place) {
  size_t start = d->in.at;
  SCE_TRY(sce_json_char(d->out, '{'));
  for (uint32_t i = 0; i < fields->count; i++) {
    const sce_field_t *f = &fields->items[i];
    if (i > 0) SCE_TRY(sce_json_char(d->out, ','));
    SCE_TRY(sce_json_string(d->out, f->name));
    SCE_TRY(sce_json_char(d->out, ':'));
    SCE_TRY(decode_field(d, f, &(sce_place_t){.up = place, .name = f->name, .index = i}));
  }
  if (module_error && d->format.explain_errors) SCE_TRY(explain_error(d, start));
  return sce_json_char(d->out, '}');
}

/* V14 metadata of the time before ModuleError has its two fields in the variant. */
static bool is_module_variant(const sce_type_t *type, const sce_variant_t *v) {
  return v->fields.count == 2 && sce_text_is(v->name, "Module") && sce_type_is_called(type, "DispatchError");
}

static sce_error_t *decode_enum(sce_decoder_t *d, const sce_type_t *type, const sce_place_t *place) {
  uint8_t index;
  SCE_TRY(sce_place_error(sce_scale_read_u8(&d->in, &index), place));
  const sce_variant_t *v = sce_type_variant(type, index);
  if (v == NULL) {
    sce_error_t *err = sce_error_new(d->in.kind, "no variant has index %u, at offset %zu", index, d->in.at - 1);
    return sce_place_error(err, place);
  }
  if (v->fields.count == 0) return sce_json_string(d->out, v->name);
  sce_place_t inside = {.up = place, .name = v->name};
  SCE_TRY(sce_json_char(d->out, '{'));
  SCE_TRY(sce_json_string(d->out, v->name));
  SCE_TRY(sce_json_char(d->out, ':'));
  if (v->fields.items[0].name.data != NULL)
    SCE_TRY(decode_struct(d, &v->fields, is_module_variant(type, v), &inside));
  else if (v->fields.count == 1)
    SCE_TRY(decode_field(d, &v->fields.items[0], &inside));
  else
    SCE_TRY(decode_tuple(d, &v->fields, &inside));
  return sce_json_char(d->out, '}');
}

static sce_error_t *decode_option(sce_decoder_t *d, const sce_type_t *type, const sce_place_t *place) {
  bool present;
  SCE_TRY(sce_place_error(sce_scale_read_option(&d->in, &present), place));
  if (!present) return SCE_JSON_LITERAL(d->out, "null");
  if (!d->md->types[type->target].nullable) return sce_decoder_value(d, type->target, place);
  SCE_TRY(SCE_JSON_LITERAL(d->out, "{\"Some\":"));
  SCE_TRY(sce_decoder_value(d, type->target, place));
  return sce_json_char(d->out, '}');
}

static sce_error_t *decode_leaf(sce_decoder_t *d, const sce_type_t *type) {
  sce_span_t bytes;
  switch ((sce_shape_t)type->shape) {
    case SCE_SHAPE_UNIT: return SCE_JSON_LITERAL(d->out, "null");
    case SCE_SHAPE_BOOL: return decode_bool(d);
    case SCE_SHAPE_CHAR: return decode_char(d);
    case SCE_SHAPE_STR: SCE_TRY(sce_scale_read_text(&d->in, &bytes)); return sce_json_string(d->out, bytes);
    case SCE_SHAPE_UINT: return decode_integer(d, type->size, false);
    case SCE_SHAPE_INT: return decode_integer(d, type->size, true);
    case SCE_SHAPE_COMPACT: return decode_compact(d, type->size);
    case SCE_SHAPE_BYTES: SCE_TRY(sce_scale_read_bytes(&d->in, &bytes)); return sce_json_hex(d->out, bytes);
    case SCE_SHAPE_FIXED: SCE_TRY(sce_scale_read_raw(&d->in, &bytes, type->len)); return sce_json_hex(d->out, bytes);
    case SCE_SHAPE_ACCOUNT: return decode_account(d);
    case SCE_SHAPE_BITS: return decode_bits(d, type);
    case SCE_SHAPE_ERA: return decode_era(d);
    case SCE_SHAPE_LOOKUP: return decode_lookup(d);
    case SCE_SHAPE_UNKNOWN: d->unknown = (uint32_t)(type - d->md->types); return sce_type_unknown(type);
    default: return sce_error_new(SCE_BAD_INPUT, "a type that SCALE does not encode");
  }
}

static sce_error_t *decode_parts(sce_decoder_t *d, const sce_type_t *type, const sce_place_t *place) {
  switch ((sce_shape_t)type->shape) {
    case SCE_SHAPE_SEQUENCE: return decode_sequence(d, type->target, place);
    case SCE_SHAPE_ARRAY: return decode_items(d, type->target, type->len, place);
    case SCE_SHAPE_TUPLE: return decode_tuple(d, &type->fields, place);
    case SCE_SHAPE_STRUCT: return decode_struct(d, &type->fields, type->module_error, place);
    case SCE_SHAPE_ENUM: return decode_enum(d, type, place);
    case SCE_SHAPE_OPTION: return decode_option(d, type, place);
    case SCE_SHAPE_EXTRINSIC: return sce_decoder_extrinsic(d, place);
    default: return sce_place_error(decode_leaf(d, type), place);
  }
}

sce_error_t *sce_decoder_value(sce_decoder_t *d, uint32_t type, const sce_place_t *place) {
  if (d->nodes-- == 0) {
    d->nodes = 0;
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "value of too many parts"), place);
  }
  if (d->out->len > d->text_end)
    return sce_place_error(sce_error_new(SCE_BAD_INPUT, "the value's JSON would be too long"), place);
  const sce_type_t *t = &d->md->types[type];
  size_t at = d->in.at;
  if (d->depth >= SCE_VALUE_MAX_DEPTH) return sce_value_too_deep(d->refs, at);
  SCE_TRY(descend(d, t->boxes));
  d->depth++;
  sce_error_t *err = decode_parts(d, sce_type_inner(d->md, type), place);
  d->depth--;
  d->refs -= t->boxes;
  if (err == NULL && t->non_zero && sce_bytes_are_zero(sce_span_part(d->in.bytes, at, d->in.at)))
    err = sce_place_error(sce_scale_error(&d->in, at, "0 in a type that is never 0"), place);
  return err;
}

/* ---- whole values ---- */

/* The bytes with the reason, after the walk met a type of unknown layout. Takes the walk's error. */
static sce_error_t *give_up(sce_decoder_t *d, sce_error_t *why, size_t start) {
  d->out->len = start;
  sce_error_t *err = sce_decoder_unknown(d->out, sce_span_text(sce_error_message(why)), d->in.bytes);
  sce_error_delete(why);
  d->in.at = d->in.bytes.len;
  return err;
}

sce_error_t *sce_value_decode_prefix(const sce_metadata_t *metadata, sce_buf_t *json, size_t *used, uint32_t type,
                                     sce_span_t bytes, const sce_value_format_t *format) {
  if (!sce_type_exists(metadata, type)) return sce_type_missing(metadata, type);
  size_t start = json->len;
  sce_decoder_t d = sce_decoder(metadata, json, bytes, format);
  sce_error_t *err = sce_decoder_value(&d, type, NULL);
  if (err != NULL && d.unknown != SCE_TYPE_NONE) err = give_up(&d, err, start);
  if (err != NULL)
    json->len = start;
  else
    *used = d.in.at;
  return err;
}

sce_error_t *sce_value_decode(const sce_metadata_t *metadata, sce_buf_t *json, uint32_t type, sce_span_t bytes,
                              const sce_value_format_t *format) {
  size_t used, start = json->len;
  SCE_TRY(sce_value_decode_prefix(metadata, json, &used, type, bytes, format));
  if (used == bytes.len) return NULL;
  json->len = start;
  return sce_error_new(SCE_BAD_INPUT, "the value ends at offset %zu, %zu bytes are left over", used, bytes.len - used);
}
