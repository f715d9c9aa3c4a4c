/* value_encode.c: values from JSON to SCALE. value.h has the conventions; what more than one spelling is read for, is
 * said where it is read. */
#include "metadata/encoder.h"

#include "base/checked.h"
#include "base/hex.h"
#include "crypto/pair.h"
#include "crypto/random.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"
#include "metadata/suggest.h"

/* ---- bytes and accounts ---- */

static bool is_hex_text(sce_span_t text) {
  return text.len >= 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X');
}

sce_error_t *sce_encoder_read_bytes(sce_buf_t *out, const json_t *value, const sce_place_t *place) {
  if (json_is_string(value) && is_hex_text(sce_json_text(value)))
    return sce_place_error(sce_hex_decode(out, sce_json_text(value)), place);
  const json_t *text = json_object_size(value) == 1 ? json_object_get(value, "$text") : NULL;
  if (json_is_string(text)) return sce_buf_append(out, sce_json_text(text).data, sce_json_text(text).len);
  if (!json_is_array(value)) return sce_json_expected("bytes, written \"0x…\" or {\"$text\": \"…\"}", value, place);
  for (size_t i = 0; i < json_array_size(value); i++) {
    const json_t *item = json_array_get(value, i);
    json_int_t byte = json_is_integer(item) ? json_integer_value(item) : -1;
    if (byte < 0 || byte > 255)
      return sce_json_expected("a byte", item, &(sce_place_t){.up = place, .index = (uint32_t)i});
    SCE_TRY(sce_buf_append_byte(out, (uint8_t)byte));
  }
  return NULL;
}

static sce_error_t *check_size(size_t got, size_t due, const sce_place_t *place) {
  if (got == due) return NULL;
  return sce_place_error(sce_error_new(SCE_BAD_INPUT, "expected %zu bytes, got %zu", due, got), place);
}

static sce_error_t *encode_fixed(sce_encoder_t *e, size_t size, const json_t *value, const sce_place_t *place) {
  size_t start = e->out->len;
  SCE_TRY(sce_encoder_read_bytes(e->out, value, place));
  return check_size(e->out->len - start, size, place);
}

static sce_error_t *encode_bytes(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  sce_buf_t bytes = {0};
  sce_error_t *err = sce_encoder_read_bytes(&bytes, value, place);
  if (err == NULL) err = sce_scale_write_bytes(e->out, sce_buf_span(&bytes));
  sce_buf_free(&bytes);
  return err;
}

/* The sr25519 account of a development key such as //Alice. A phrase of one's own is no argument: it would be in the
 * history of a shell. */
static sce_error_t *encode_dev_account(sce_encoder_t *e, sce_span_t uri, const sce_place_t *place) {
  sce_pair_t pair;
  sce_random_t random;
  sce_random_init(&random, NULL);
  sce_error_t *err = sce_pair_from_uri(&pair, NULL, &random, SCE_KEY_SR25519, uri, NULL);
  if (err != NULL) return sce_place_error(err, place);
  err = sce_buf_append(e->out, pair.public_key, 32);
  sce_pair_wipe(&pair);
  return err;
}

/* 32 bytes, as SS58 of any prefix, as "0x…", or as the path of a development key. */
static sce_error_t *encode_account(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  size_t start = e->out->len;
  if (!json_is_string(value) && !json_is_array(value))
    return sce_json_expected("an account, SS58 or \"0x…\"", value, place);
  if (json_is_array(value) || is_hex_text(sce_json_text(value))) return encode_fixed(e, 32, value, place);
  if (sce_span_starts_with(sce_json_text(value), sce_span_text("//")))
    return encode_dev_account(e, sce_json_text(value), place);
  sce_error_t *err = sce_ss58_decode(e->out, NULL, sce_json_text(value));
  if (err != NULL) return sce_place_error(sce_error_prefix(err, "expected an account, SS58 or \"0x…\""), place);
  return check_size(e->out->len - start, 32, place);
}

/* ---- other leaves ---- */

static sce_error_t *encode_integer(sce_encoder_t *e, const sce_type_t *type, const json_t *value,
                                   const sce_place_t *place) {
  uint8_t bytes[32];
  SCE_TRY(sce_json_read_integer(bytes, value, type->size, type->shape == SCE_SHAPE_INT, place));
  return sce_buf_append(e->out, bytes, type->size);
}

static sce_error_t *encode_compact(sce_encoder_t *e, const sce_type_t *type, const json_t *value,
                                   const sce_place_t *place) {
  uint8_t bytes[32];
  SCE_TRY(sce_json_read_integer(bytes, value, type->size, false, place));
  if (type->most != 0 && sce_load_le64(bytes) > type->most) {
    sce_error_t *err =
        sce_error_new(SCE_BAD_INPUT, "more than the whole, which is %llu parts", (unsigned long long)type->most);
    return sce_place_error(err, place);
  }
  return sce_scale_write_compact_u128(e->out, (sce_u128_t){sce_load_le64(bytes), sce_load_le64(bytes + 8)});
}

static sce_error_t *encode_char(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  sce_span_t t = json_is_string(value) ? sce_json_text(value) : (sce_span_t){NULL, 0};
  if (t.len == 0 || t.len > 4) return sce_json_expected("a string of one character", value, place);
  size_t len = t.data[0] < 0x80   ? 1
               : t.data[0] < 0xe0 ? 2
               : t.data[0] < 0xf0 ? 3
                                  : 4; /* the parser checked the UTF-8 */
  if (t.len != len) return sce_json_expected("a string of one character", value, place);
  uint32_t c = len == 1 ? t.data[0] : t.data[0] & (0xffu >> (len + 1));
  for (size_t i = 1; i < len; i++) c = c << 6 | (t.data[i] & 0x3f);
  return sce_scale_write_u32(e->out, c);
}

static bool is_empty(const json_t *value) {
  return json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
         (json_is_object(value) && json_object_size(value) == 0);
}

/* Bit `i` of a "0b…" string or an array of booleans: 0, 1, or -1 for neither. */
static int bit_at(const json_t *value, size_t i) {
  if (json_is_string(value)) {
    char c = json_string_value(value)[i + 2];
    return c == '0' || c == '1' ? c - '0' : -1;
  }
  const json_t *item = json_array_get(value, i);
  return json_is_boolean(item) ? json_is_true(item) : -1;
}

/* parity-scale-codec, bit_vec.rs, ARCH32BIT_BITSLICE_MAX_BITS. */
#define MAX_BITS ((size_t)0x1fffffff)

static sce_error_t *encode_bits(sce_encoder_t *e, const sce_type_t *type, const json_t *value,
                                const sce_place_t *place) {
  size_t count = 0, word = (size_t)type->size * 8;
  bool text = json_is_string(value) && sce_span_starts_with(sce_json_text(value), sce_span_text("0b"));
  if (!text && !json_is_array(value)) return sce_json_expected("bits, written \"0b0110\"", value, place);
  count = text ? json_string_length(value) - 2 : json_array_size(value);
  if (count > MAX_BITS) return sce_json_expected("less than 2^29 bits", value, place);
  SCE_TRY(sce_scale_write_compact(e->out, count));
  size_t size = (count / word + (count % word != 0)) * type->size, start = e->out->len;
  SCE_TRY(sce_buf_reserve(e->out, size));
  if (size > 0) memset(e->out->data + start, 0, size);
  e->out->len += size;
  for (size_t i = 0; i < count; i++) {
    int set = bit_at(value, i);
    if (set < 0) return sce_json_expected("bits, written \"0b0110\"", value, place);
    size_t in_word = i % word, bit = type->msb ? word - 1 - in_word : in_word;
    e->out->data[start + i / word * type->size + bit / 8] |= (uint8_t)(set << (bit % 8));
  }
  return NULL;
}

/* An account of the time before MultiAddress: its index as a number, or the account. See decode_lookup(). */
static sce_error_t *encode_lookup(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  if (!json_is_integer(value)) {
    SCE_TRY(sce_buf_append_byte(e->out, 0xff));
    return encode_account(e, value, place);
  }
  uint8_t bytes[32];
  SCE_TRY(sce_json_read_integer(bytes, value, 8, false, place));
  uint64_t v = sce_load_le64(bytes);
  if (v < 0xf0) return sce_buf_append_byte(e->out, (uint8_t)v);
  size_t size = v >> 16 == 0 ? 2 : v >> 32 == 0 ? 4 : 8;
  SCE_TRY(sce_buf_append_byte(e->out, size == 2 ? 0xfc : size == 4 ? 0xfd : 0xfe));
  return sce_buf_append(e->out, bytes, size);
}

/* ---- eras ---- */

uint16_t sce_era_encode(uint64_t period, uint64_t phase) {
  unsigned log = 2;
  while (log < 16 && (uint64_t)1 << log < period) log++;
  uint64_t p = (uint64_t)1 << log, quantize = p >> 12 > 1 ? p >> 12 : 1;
  return (uint16_t)((log - 1) | (phase % p / quantize) << 4);
}

/* {"Mortal": {"period", "phase"}}; the phase may also be given as the block ("current") that the era begins at. */
static sce_error_t *encode_mortal(sce_encoder_t *e, const json_t *mortal, const sce_place_t *place) {
  const json_t *period = json_object_get(mortal, "period"), *phase = json_object_get(mortal, "phase");
  uint8_t bytes[32];
  if (phase == NULL) phase = json_object_get(mortal, "current");
  if (period == NULL || phase == NULL || json_object_size(mortal) != 2)
    return sce_json_expected("{\"period\": …, \"phase\": …} and nothing else", mortal, place);
  SCE_TRY(sce_json_read_integer(bytes, period, 8, false, &(sce_place_t){.up = place, .name = sce_span_text("period")}));
  uint64_t p = sce_load_le64(bytes);
  SCE_TRY(sce_json_read_integer(bytes, phase, 8, false, &(sce_place_t){.up = place, .name = sce_span_text("phase")}));
  return sce_scale_write_u16(e->out, sce_era_encode(p, sce_load_le64(bytes)));
}

static sce_error_t *encode_era(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  static const char due[] = "an era: \"Immortal\", {\"Mortal\": {\"period\": 64, \"phase\": 0}} or \"0x…\"";
  const json_t *mortal = json_object_get(value, "Mortal"), *raw = json_object_get(value, "Raw");
  size_t start = e->out->len;
  if (json_is_string(value) && strcmp(json_string_value(value), "Immortal") == 0) return sce_buf_append_byte(e->out, 0);
  if (json_is_object(value) && json_object_size(value) != 1) return sce_json_expected(due, value, place);
  if (mortal != NULL) return encode_mortal(e, mortal, &(sce_place_t){.up = place, .name = sce_span_text("Mortal")});
  if (raw == NULL) raw = value;
  if (!json_is_string(raw) || !is_hex_text(sce_json_text(raw))) return sce_json_expected(due, value, place);
  SCE_TRY(sce_encoder_read_bytes(e->out, raw, place));
  size_t size = e->out->len - start;
  if (size > 0 && size == (e->out->data[start] == 0 ? 1u : 2u)) return NULL;
  return sce_json_expected(due, value, place);
}

/* ---- types with parts ---- */

sce_error_t *sce_encoder_descend(sce_encoder_t *e, unsigned refs) {
  e->refs += refs;
  return e->refs > SCE_VALUE_MAX_REFS ? sce_value_too_deep(e->refs, SIZE_MAX) : NULL;
}

static sce_error_t *encode_items(sce_encoder_t *e, uint32_t item, json_t *value, const sce_place_t *place) {
  for (size_t i = 0; i < json_array_size(value); i++)
    SCE_TRY(sce_encoder_value(e, item, json_array_get(value, i), &(sce_place_t){.up = place, .index = (uint32_t)i}));
  return NULL;
}

static sce_error_t *encode_sequence(sce_encoder_t *e, uint32_t item, json_t *value, const sce_place_t *place) {
  unsigned refs = sce_sequence_descends(e->md, item);
  if (!json_is_array(value)) return sce_json_expected("an array", value, place);
  SCE_TRY(sce_scale_write_compact(e->out, json_array_size(value)));
  SCE_TRY(sce_encoder_descend(e, refs));
  SCE_TRY(encode_items(e, item, value, place));
  e->refs -= refs;
  return NULL;
}

static sce_error_t *encode_field(sce_encoder_t *e, const sce_field_t *field, json_t *value, const sce_place_t *place) {
  unsigned refs = sce_field_is_box(field);
  SCE_TRY(sce_encoder_descend(e, refs));
  SCE_TRY(sce_encoder_value(e, field->type, value, place));
  e->refs -= refs;
  return NULL;
}

static sce_error_t *check_count(const json_t *value, size_t due, const sce_place_t *place) {
  if (!json_is_array(value)) return sce_json_expected("an array", value, place);
  if (json_array_size(value) == due) return NULL;
  sce_error_t *err = sce_error_new(SCE_BAD_INPUT, "expected %zu items, got %zu", due, json_array_size(value));
  return sce_place_error(err, place);
}

/* frame_support's WrapperKeepOpaque is described as a compact length and the value: the length must be the value's. */
static sce_error_t *check_opaque(const sce_encoder_t *e, const sce_type_t *type, size_t start,
                                 const sce_place_t *place) {
  sce_span_t value;
  if (type->fields.count != 2 || !sce_type_is_called(type, "WrapperKeepOpaque")) return NULL;
  sce_scale_reader_t in = sce_scale_reader(sce_span_skip(sce_buf_span(e->out), start));
  sce_error_t *err = sce_scale_read_bytes(&in, &value);
  if (err == NULL) err = sce_scale_read_end(&in);
  if (err == NULL) return NULL;
  sce_error_delete(err);
  return sce_place_error(
      sce_error_new(SCE_BAD_INPUT, "the first item is not the length of the second, %zu bytes", e->out->len - start),
      place);
}

static sce_error_t *encode_tuple(sce_encoder_t *e, const sce_fields_t *fields, json_t *value,
                                 const sce_place_t *place) {
  SCE_TRY(check_count(value, fields->count, place));
  for (uint32_t i = 0; i < fields->count; i++)
    SCE_TRY(encode_field(e, &fields->items[i], json_array_get(value, i), &(sce_place_t){.up = place, .index = i}));
  return NULL;
}

/* The member of an object that a field's name means, in its own spelling or another case; NULL when there is none. */
static json_t *find_member(json_t *object, sce_span_t name) {
  json_t *exact = json_object_getn(object, (const char *)name.data, name.len), *item;
  const char *key;
  size_t len;
  if (exact != NULL) return exact;
  json_object_keylen_foreach(object, key, len, item) if (sce_name_matches(name, sce_span(key, len))) return item;
  return NULL;
}

static sce_error_t *list_fields(const sce_fields_t *fields, const char *key, const sce_place_t *place) {
  sce_buf_t names = {0};
  sce_error_t *err = NULL;
  for (uint32_t i = 0; err == NULL && i < fields->count && names.len < 400; i++)
    err = sce_buf_printf(&names, "%s%.*s", i > 0 ? ", " : "", (int)fields->items[i].name.len,
                         (const char *)fields->items[i].name.data);
  if (err == NULL)
    err = sce_error_new(SCE_BAD_INPUT, "no field `%.100s`; the fields are %.*s%s", key, (int)names.len,
                        (const char *)names.data, names.len >= 400 ? ", …" : "");
  sce_buf_free(&names);
  return sce_place_error(err, place);
}

/* Refuses members that are no field: mistyped names must not pass as absent options. */
static sce_error_t *check_members(const sce_fields_t *fields, json_t *object, bool module_error,
                                  const sce_place_t *place) {
  const char *key;
  size_t len;
  json_t *item;
  json_object_keylen_foreach(object, key, len, item) {
    bool known = module_error && (strcmp(key, "name") == 0 || strcmp(key, "docs") == 0);
    for (uint32_t i = 0; !known && i < fields->count; i++)
      known = sce_name_matches(fields->items[i].name, sce_span(key, len));
    if (!known) return list_fields(fields, key, place);
  }
  return NULL;
}

static sce_error_t *missing(const sce_metadata_t *md, uint32_t type, const sce_place_t *place) {
  sce_buf_t name = {0};
  sce_error_t *err = sce_type_name(md, &name, type);
  if (err == NULL)
    err = sce_error_new(SCE_BAD_INPUT, "missing, %.*s is expected", (int)name.len, (const char *)name.data);
  sce_buf_free(&name);
  return sce_place_error(err, place);
}

static sce_error_t *encode_struct(sce_encoder_t *e, const sce_fields_t *fields, json_t *value, bool module_error,
                                  const sce_place_t *place) {
  if (!json_is_object(value)) return sce_json_expected("an object", value, place);
  SCE_TRY(check_members(fields, value, module_error, place));
  size_t left = json_object_size(value);
  if (module_error) left -= (json_object_get(value, "name") != NULL) + (json_object_get(value, "docs") != NULL);
  for (uint32_t i = 0; i < fields->count; i++) {
    const sce_field_t *f = &fields->items[i];
    sce_place_t inside = {.up = place, .name = f->name, .index = i};
    json_t *member = find_member(value, f->name);
    if (member != NULL && left > 0) left--;
    /* What may be null may be left out. */
    if (member == NULL && e->md->types[f->type].nullable) member = json_null();
    if (member == NULL) return missing(e->md, f->type, &inside);
    SCE_TRY(encode_field(e, f, member, &inside));
  }
  if (left == 0) return NULL;
  return sce_place_error(sce_error_new(SCE_BAD_INPUT, "a field is given twice, in two spellings"), place);
}

/* The variant of a name: exact, or in another case when only one fits. */
static const sce_variant_t *find_variant(const sce_type_t *type, sce_span_t name) {
  const sce_variant_t *found = NULL;
  for (uint32_t i = 0; i < type->variant_count; i++)
    if (sce_span_equal(type->variants[i].name, name)) return &type->variants[i];
  for (uint32_t i = 0; i < type->variant_count; i++) {
    if (!sce_name_matches(type->variants[i].name, name)) continue;
    if (found != NULL) return NULL;
    found = &type->variants[i];
  }
  return found;
}

/* Names what was probably meant, or else the first variants. */
static sce_error_t *no_variant(const sce_type_t *type, sce_span_t name, const sce_place_t *place) {
  sce_suggest_t near = sce_suggest(name);
  for (uint32_t i = 0; i < type->variant_count; i++)
    sce_suggest_offer(&near, type->variants[i].name, 0, (sce_span_t){0});
  sce_buf_t names = {0};
  sce_error_t *err = NULL;
  int len = (int)(name.len < 100 ? name.len : 100);
  if (near.count > 0 && type->variant_count > 5) {
    err = sce_suggest_error(&near, "variant");
    sce_error_t *same_kind = sce_error_new(SCE_BAD_INPUT, "%s", sce_error_message(err));
    sce_error_delete(err);
    return sce_place_error(same_kind, place);
  }
  for (uint32_t i = 0; err == NULL && i < type->variant_count && names.len < 400; i++)
    err = sce_buf_printf(&names, "%s%.*s", i > 0 ? ", " : "", (int)type->variants[i].name.len,
                         (const char *)type->variants[i].name.data);
  if (err == NULL)
    err = sce_error_new(SCE_BAD_INPUT, "no variant `%.*s`; the variants are %.*s%s", len, (const char *)name.data,
                        (int)names.len, (const char *)names.data, names.len >= 400 ? ", …" : "");
  sce_buf_free(&names);
  return sce_place_error(err, place);
}

static sce_error_t *encode_variant(sce_encoder_t *e, const sce_type_t *type, const sce_variant_t *v, json_t *value,
                                   const sce_place_t *place) {
  sce_place_t inside = {.up = place, .name = v->name};
  SCE_TRY(sce_buf_append_byte(e->out, v->index));
  if (v->fields.count == 0)
    return value == NULL || is_empty(value) ? NULL
                                            : sce_json_expected("nothing: the variant has no fields", value, &inside);
  if (value == NULL) {
    if (v->fields.count != 1 || !e->md->types[v->fields.items[0].type].nullable)
      return sce_place_error(sce_error_new(SCE_BAD_INPUT, "the variant has fields, write {\"%.*s\": …}",
                                           (int)v->name.len, (const char *)v->name.data),
                             &inside);
    value = json_null();
  }
  if (v->fields.items[0].name.data != NULL)
    return encode_struct(e, &v->fields, value, sce_type_is_called(type, "DispatchError"), &inside);
  if (v->fields.count == 1) return encode_field(e, &v->fields.items[0], value, &inside);
  return encode_tuple(e, &v->fields, value, &inside);
}

static sce_error_t *encode_enum(sce_encoder_t *e, const sce_type_t *type, json_t *value, const sce_place_t *place) {
  if (json_is_string(value)) {
    sce_span_t name = sce_json_text(value);
    const sce_variant_t *v = find_variant(type, name);
    if (v != NULL) return encode_variant(e, type, v, NULL, place);
    if (sce_type_is_called(type, "MultiAddress")) { /* a plain account is its Id */
      v = find_variant(type, sce_span_text("Id"));
      if (v != NULL) return encode_variant(e, type, v, value, place);
    }
    return no_variant(type, name, place);
  }
  if (!json_is_object(value) || json_object_size(value) != 1)
    return sce_json_expected("a variant: \"Name\" or {\"Name\": …}", value, place);
  void *member = json_object_iter(value);
  sce_span_t name = sce_span(json_object_iter_key(member), json_object_iter_key_len(member));
  const sce_variant_t *v = find_variant(type, name);
  if (v == NULL) return no_variant(type, name, place);
  return encode_variant(e, type, v, json_object_iter_value(member), place);
}

/* True when a value of the type may itself look like "None" or {"Some": …}. */
static bool looks_like_option(const sce_metadata_t *md, uint32_t type) {
  const sce_type_t *t = sce_type_inner(md, type);
  switch ((sce_shape_t)t->shape) {
    case SCE_SHAPE_ENUM: return find_variant(t, sce_span_text("Some")) || find_variant(t, sce_span_text("None"));
    case SCE_SHAPE_STRUCT:
      return t->fields.count == 1 && sce_name_matches(t->fields.items[0].name, sce_span_text("Some"));
    case SCE_SHAPE_STR: return true;
    default: return false;
  }
}

static sce_error_t *encode_option(sce_encoder_t *e, const sce_type_t *type, json_t *value, const sce_place_t *place) {
  json_t *some = json_object_size(value) == 1 ? json_object_get(value, "Some") : NULL;
  bool nullable = e->md->types[type->target].nullable, wrapped = nullable || !looks_like_option(e->md, type->target);
  bool none =
      json_is_null(value) || (wrapped && json_is_string(value) && strcmp(json_string_value(value), "None") == 0);
  SCE_TRY(sce_buf_append_byte(e->out, none ? 0 : 1));
  if (none) return NULL;
  if (wrapped && some != NULL) return sce_encoder_value(e, type->target, some, place);
  if (nullable) return sce_json_expected("null or {\"Some\": …}", value, place);
  return sce_encoder_value(e, type->target, value, place);
}

sce_error_t *sce_encoder_unknown(sce_encoder_t *e, bool *taken, json_t *value, const sce_place_t *place) {
  const json_t *hex = json_object_get(value, "hex");
  *taken = hex != NULL && json_object_size(value) == 2 && json_object_get(value, "$unknown") != NULL;
  return *taken ? sce_encoder_read_bytes(e->out, hex, place) : NULL;
}

/* Of a type that is but a name, only the encoding itself can be taken. */
static sce_error_t *encode_of_unknown(sce_encoder_t *e, const sce_type_t *type, json_t *value,
                                      const sce_place_t *place) {
  bool taken;
  SCE_TRY(sce_encoder_unknown(e, &taken, value, place));
  if (taken) return NULL;
  if (json_is_string(value) && is_hex_text(sce_json_text(value))) return sce_encoder_read_bytes(e->out, value, place);
  sce_error_t *err = sce_type_unknown(type), *full;
  full = sce_error_new(SCE_BAD_INPUT, "%s: give its encoding, \"0x…\"", sce_error_message(err));
  sce_error_delete(err);
  return sce_place_error(full, place);
}

static sce_error_t *encode_text(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  if (!json_is_string(value)) return sce_json_expected("a string", value, place);
  return sce_scale_write_bytes(e->out, sce_json_text(value));
}

static sce_error_t *encode_bool(sce_encoder_t *e, const json_t *value, const sce_place_t *place) {
  if (!json_is_boolean(value)) return sce_json_expected("true or false", value, place);
  return sce_scale_write_bool(e->out, json_is_true(value));
}

static sce_error_t *encode_any(sce_encoder_t *e, const sce_type_t *type, json_t *value, const sce_place_t *place) {
  size_t start = e->out->len;
  switch ((sce_shape_t)type->shape) {
    case SCE_SHAPE_UNIT: return is_empty(value) ? NULL : sce_json_expected("null", value, place);
    case SCE_SHAPE_BOOL: return encode_bool(e, value, place);
    case SCE_SHAPE_CHAR: return encode_char(e, value, place);
    case SCE_SHAPE_STR: return encode_text(e, value, place);
    case SCE_SHAPE_UINT:
    case SCE_SHAPE_INT: return encode_integer(e, type, value, place);
    case SCE_SHAPE_COMPACT: return encode_compact(e, type, value, place);
    case SCE_SHAPE_BYTES: return encode_bytes(e, value, place);
    case SCE_SHAPE_FIXED: return encode_fixed(e, type->len, value, place);
    case SCE_SHAPE_ACCOUNT: return encode_account(e, value, place);
    case SCE_SHAPE_SEQUENCE: return encode_sequence(e, type->target, value, place);
    case SCE_SHAPE_ARRAY:
      SCE_TRY(check_count(value, type->len, place));
      return encode_items(e, type->target, value, place);
    case SCE_SHAPE_TUPLE:
      SCE_TRY(encode_tuple(e, &type->fields, value, place));
      return check_opaque(e, type, start, place);
    case SCE_SHAPE_STRUCT: return encode_struct(e, &type->fields, value, type->module_error, place);
    case SCE_SHAPE_ENUM: return encode_enum(e, type, value, place);
    case SCE_SHAPE_OPTION: return encode_option(e, type, value, place);
    case SCE_SHAPE_BITS: return encode_bits(e, type, value, place);
    case SCE_SHAPE_ERA: return encode_era(e, value, place);
    case SCE_SHAPE_LOOKUP: return encode_lookup(e, value, place);
    case SCE_SHAPE_EXTRINSIC: return sce_encoder_extrinsic(e, value, place);
    case SCE_SHAPE_UNKNOWN: return encode_of_unknown(e, type, value, place);
    case SCE_SHAPE_NONE:
    case SCE_SHAPE_NEWTYPE: /* its target is asked for */
    case SCE_SHAPE_BAD: break;
  }
  return sce_place_error(sce_error_new(SCE_BAD_INPUT, "a type that SCALE does not encode"), place);
}

sce_error_t *sce_encoder_value(sce_encoder_t *e, uint32_t type, json_t *value, const sce_place_t *place) {
  const sce_type_t *t = &e->md->types[type], *inner = sce_type_inner(e->md, type);
  size_t start = e->out->len;
  if (e->depth >= SCE_VALUE_MAX_DEPTH) return sce_value_too_deep(e->refs, SIZE_MAX);
  SCE_TRY(sce_encoder_descend(e, t->boxes));
  e->depth++;
  sce_error_t *err = t->order_rule != SCE_ORDER_NONE
                         ? sce_encoder_ordered(e, inner->target, (sce_order_rule_t)t->order_rule, value, place)
                         : encode_any(e, inner, value, place);
  e->depth--;
  e->refs -= t->boxes;
  if (err == NULL && t->non_zero && sce_bytes_are_zero(sce_span_skip(sce_buf_span(e->out), start)))
    err = sce_json_expected("a number that is not 0", value, place);
  return err;
}

sce_error_t *sce_value_encode(const sce_metadata_t *metadata, sce_buf_t *bytes, uint32_t type, sce_span_t json,
                              sce_span_t path) {
  if (!sce_type_exists(metadata, type)) return sce_type_missing(metadata, type);
  json_t *value;
  sce_place_t root = {.name = path.data != NULL ? path : sce_span_text("")};
  SCE_TRY(sce_place_error(sce_json_parse(&value, json), &root));
  sce_encoder_t e = {.md = metadata, .out = bytes};
  size_t start = bytes->len;
  bool taken;
  sce_error_t *err = sce_encoder_unknown(&e, &taken, value, &root);
  if (err == NULL && !taken) err = sce_encoder_value(&e, type, value, &root);
  json_decref(value);
  if (err != NULL) bytes->len = start;
  return err;
}
