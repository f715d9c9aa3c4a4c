/* value_order.c: BTreeSet and BTreeMap from JSON: what they hold is encoded in the order of Rust's Ord, each key once.
 * A decoder takes any order and twice the same, but what it has decoded is encoded anew in order, so that a signature
 * or hash of another encoding does not hold.
 *
 * Ord as Rust derives it: numbers by value, texts and sequences item by item and the shorter first, tuples and structs
 * field by field, None before Some, enums by index and then by field. An enum whose source lists its variants in
 * another order than that of their indices would be compared by the list; none is known that is a key. */
#include "metadata/encoder.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/registry.h"

#include <stdlib.h>
#include <string.h>

/* ---- comparing ---- */

/* Two encodings of values of one type, read side by side up to where they differ. */
typedef struct pair {
  const sce_metadata_t *md;
  sce_scale_reader_t a, b;
} pair_t;

static int compare(pair_t *p, uint32_t type);

static int sign_of(bool less, bool more) {
  return (int)more - (int)less;
}

/* Both encodings were just made here, so that reads do not fail; one that did would end the walk as equal. */
static bool read_ok(sce_error_t *err) {
  sce_error_delete(err);
  return err == NULL;
}

/* Little-endian integers of `size` bytes. */
static int compare_integers(pair_t *p, size_t size, bool is_signed) {
  sce_span_t x, y;
  if (!read_ok(sce_scale_read_raw(&p->a, &x, size)) || !read_ok(sce_scale_read_raw(&p->b, &y, size))) return 0;
  for (size_t i = size; i-- > 0;) {
    uint8_t flip = is_signed && i + 1 == size ? 0x80 : 0, m = x.data[i] ^ flip, n = y.data[i] ^ flip;
    if (m != n) return sign_of(m<n, m> n);
  }
  return 0;
}

static int compare_compacts(pair_t *p) {
  sce_u128_t x, y;
  if (!read_ok(sce_scale_read_compact_u128(&p->a, &x)) || !read_ok(sce_scale_read_compact_u128(&p->b, &y))) return 0;
  if (x.high != y.high) return sign_of(x.high<y.high, x.high> y.high);
  return sign_of(x.low<y.low, x.low> y.low);
}

/* Bytes with their length before them: Vec<u8> and String. */
static int compare_texts(pair_t *p) {
  sce_span_t x, y;
  if (!read_ok(sce_scale_read_bytes(&p->a, &x)) || !read_ok(sce_scale_read_bytes(&p->b, &y))) return 0;
  return sce_span_compare(x, y);
}

static int compare_fixed(pair_t *p, size_t len) {
  sce_span_t x, y;
  if (!read_ok(sce_scale_read_raw(&p->a, &x, len)) || !read_ok(sce_scale_read_raw(&p->b, &y, len))) return 0;
  return sce_span_compare(x, y);
}

static int compare_items(pair_t *p, uint32_t item, uint32_t count) {
  int order = 0;
  for (uint32_t i = 0; order == 0 && i < count; i++) order = compare(p, item);
  return order;
}

static int compare_sequences(pair_t *p, uint32_t item) {
  uint32_t x, y;
  if (!read_ok(sce_scale_read_compact_u32(&p->a, &x)) || !read_ok(sce_scale_read_compact_u32(&p->b, &y))) return 0;
  int order = compare_items(p, item, x < y ? x : y);
  return order != 0 ? order : sign_of(x<y, x> y);
}

static int compare_fields(pair_t *p, const sce_fields_t *fields) {
  int order = 0;
  for (uint32_t i = 0; order == 0 && i < fields->count; i++) order = compare(p, fields->items[i].type);
  return order;
}

/* An index before the fields: enums, and Option, whose None has the lower one. */
static int compare_variants(pair_t *p, const sce_type_t *type) {
  uint8_t x, y;
  if (!read_ok(sce_scale_read_u8(&p->a, &x)) || !read_ok(sce_scale_read_u8(&p->b, &y))) return 0;
  if (x != y) return sign_of(x<y, x> y);
  const sce_variant_t *v = sce_type_variant(type, x);
  return v == NULL ? 0 : compare_fields(p, &v->fields);
}

/* Bit by bit, the shorter first (bitvec, slice/traits.rs). */
static int compare_bits(pair_t *p, const sce_type_t *type) {
  uint32_t x, y;
  sce_span_t m, n;
  size_t word = (size_t)type->size * 8;
  if (!read_ok(sce_scale_read_compact_u32(&p->a, &x)) || !read_ok(sce_scale_read_compact_u32(&p->b, &y))) return 0;
  if (!read_ok(sce_scale_read_raw(&p->a, &m, (x / word + (x % word != 0)) * type->size)) ||
      !read_ok(sce_scale_read_raw(&p->b, &n, (y / word + (y % word != 0)) * type->size)))
    return 0;
  for (size_t i = 0; i < x && i < y; i++) {
    size_t in_word = i % word, bit = type->msb ? word - 1 - in_word : in_word;
    size_t at = i / word * type->size + bit / 8;
    bool s = m.data[at] >> (bit % 8) & 1, t = n.data[at] >> (bit % 8) & 1;
    if (s != t) return sign_of(t, s);
  }
  return sign_of(x<y, x> y);
}

/* What has no order of its own that is known: bytes, to the end. */
static int compare_rest(pair_t *p) {
  sce_span_t x = sce_span_skip(p->a.bytes, p->a.at), y = sce_span_skip(p->b.bytes, p->b.at);
  p->a.at = p->a.bytes.len;
  p->b.at = p->b.bytes.len;
  return sce_span_compare(x, y);
}

static int compare(pair_t *p, uint32_t id) {
  const sce_type_t *type = sce_type_inner(p->md, id);
  switch ((sce_shape_t)type->shape) {
    case SCE_SHAPE_UNIT: return 0;
    case SCE_SHAPE_BOOL: return compare_integers(p, 1, false);
    case SCE_SHAPE_CHAR: return compare_integers(p, 4, false);
    case SCE_SHAPE_UINT: return compare_integers(p, type->size, false);
    case SCE_SHAPE_INT: return compare_integers(p, type->size, true);
    case SCE_SHAPE_COMPACT: return compare_compacts(p);
    case SCE_SHAPE_STR:
    case SCE_SHAPE_BYTES: return compare_texts(p);
    case SCE_SHAPE_FIXED: return compare_fixed(p, type->len);
    case SCE_SHAPE_ACCOUNT: return compare_fixed(p, 32);
    case SCE_SHAPE_SEQUENCE: return compare_sequences(p, type->target);
    case SCE_SHAPE_ARRAY: return compare_items(p, type->target, type->len);
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT: return compare_fields(p, &type->fields);
    case SCE_SHAPE_ENUM:
    case SCE_SHAPE_OPTION: return compare_variants(p, type);
    case SCE_SHAPE_BITS: return compare_bits(p, type);
    case SCE_SHAPE_ERA:
    case SCE_SHAPE_LOOKUP:
    case SCE_SHAPE_EXTRINSIC:
    case SCE_SHAPE_UNKNOWN:
    case SCE_SHAPE_NONE:
    case SCE_SHAPE_BAD:
    case SCE_SHAPE_NEWTYPE: break;
  }
  return compare_rest(p);
}

/* ---- collecting and sorting ---- */

/* An item: its place in JSON, and its bytes behind `start` of the collection. */
typedef struct item {
  const struct collection *of;
  size_t begin, end;
  uint32_t index;
} item_t;

typedef struct collection {
  const sce_metadata_t *md;
  sce_buf_t *out;
  size_t start; /* of the first item in `out` */
  uint32_t key; /* type of what is compared; for maps the first part of an item */
  item_t *items;
  size_t count, cap;
} collection_t;

static sce_error_t *begin_item(collection_t *c) {
  if (c->count == c->cap) {
    size_t cap = c->cap == 0 ? 16 : c->cap * 2;
    item_t *items = sce_realloc_array(c->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    c->items = items;
    c->cap = cap;
  }
  c->items[c->count] = (item_t){.of = c, .begin = c->out->len, .index = (uint32_t)c->count};
  return NULL;
}

static void end_item(collection_t *c) {
  c->items[c->count++].end = c->out->len;
}

static sce_span_t item_bytes(const item_t *item) {
  return sce_span(item->of->out->data + item->begin, item->end - item->begin);
}

static int compare_keys(const item_t *x, const item_t *y) {
  pair_t p = {x->of->md, sce_scale_reader(item_bytes(x)), sce_scale_reader(item_bytes(y))};
  return compare(&p, x->of->key);
}

/* Equal keys in the order in which they were given, for the message about them. */
static int compare_sorted(const void *a, const void *b) {
  const item_t *x = a, *y = b;
  int order = compare_keys(x, y);
  return order != 0 ? order : sign_of(x->index<y->index, x->index> y->index);
}

static sce_error_t *twice(const collection_t *c, const item_t *first, const item_t *second, bool map,
                          const sce_place_t *place) {
  sce_buf_t text = {0};
  size_t used;
  sce_value_format_t format = {.ss58_prefix = sce_metadata_ss58_prefix(c->md, 42)};
  sce_error_t *err = sce_value_decode_prefix(c->md, &text, &used, c->key, item_bytes(first), &format);
  if (err != NULL) {
    sce_buf_free(&text);
    return err;
  }
  err = sce_error_new(SCE_BAD_INPUT, "%s %u and %u are the same, %.*s%s: a %s has each once", map ? "keys" : "items",
                      first->index, second->index, (int)(text.len < 100 ? text.len : 100), (const char *)text.data,
                      text.len > 100 ? "…" : "", map ? "BTreeMap" : "BTreeSet");
  sce_buf_free(&text);
  return sce_place_error(err, place);
}

/* Puts the items in order. */
static sce_error_t *sort(collection_t *c, bool map, const sce_place_t *place) {
  if (c->count < 2) return NULL;
  for (size_t i = 0; i < c->count; i++) c->items[i].of = c;
  qsort(c->items, c->count, sizeof *c->items, compare_sorted);
  for (size_t i = 1; i < c->count; i++)
    if (compare_keys(&c->items[i - 1], &c->items[i]) == 0) return twice(c, &c->items[i - 1], &c->items[i], map, place);
  sce_buf_t sorted = {0};
  sce_error_t *err = sce_buf_reserve(&sorted, c->out->len - c->start);
  for (size_t i = 0; err == NULL && i < c->count; i++)
    err = sce_buf_append(&sorted, item_bytes(&c->items[i]).data, item_bytes(&c->items[i]).len);
  if (err == NULL && sorted.len > 0) memcpy(c->out->data + c->start, sorted.data, sorted.len);
  sce_buf_free(&sorted);
  return err;
}

/* ---- from JSON ---- */

/* Whether the name of a JSON object's member is read as JSON when it is a key of this type; else it is a string. */
static bool key_is_json(const sce_metadata_t *md, uint32_t type, sce_span_t text) {
  switch ((sce_shape_t)sce_type_inner(md, type)->shape) {
    case SCE_SHAPE_BOOL:
    case SCE_SHAPE_UNIT:
    case SCE_SHAPE_TUPLE:
    case SCE_SHAPE_STRUCT:
    case SCE_SHAPE_SEQUENCE:
    case SCE_SHAPE_ARRAY:
    case SCE_SHAPE_OPTION: return true;
    case SCE_SHAPE_BYTES: /* {"$text": "…"} */
    case SCE_SHAPE_FIXED:
    case SCE_SHAPE_ENUM: return text.len > 0 && text.data[0] == '{';
    default: return false;
  }
}

static sce_error_t *encode_name(sce_encoder_t *e, uint32_t type, sce_span_t text, const sce_place_t *place) {
  json_t *key = NULL;
  if (key_is_json(e->md, type, text)) {
    sce_error_t *err = sce_json_parse(&key, text);
    if (err != NULL && sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
    sce_error_delete(err); /* then it is text, such as the "0x…" of an option */
  }
  if (key == NULL) key = json_stringn((const char *)text.data, text.len);
  if (key == NULL) return sce_error_oom();
  sce_error_t *err = sce_encoder_value(e, type, key, place);
  json_decref(key);
  return err;
}

/* A map from {"key": value, …}. */
static sce_error_t *encode_members(sce_encoder_t *e, collection_t *c, const sce_fields_t *parts, json_t *value,
                                   const sce_place_t *place) {
  const char *name;
  size_t len;
  json_t *member;
  json_object_keylen_foreach(value, name, len, member) {
    sce_span_t text = sce_span(name, len);
    sce_place_t inside = {.up = place, .name = text};
    SCE_TRY(begin_item(c));
    SCE_TRY(encode_name(e, parts->items[0].type, text, &inside));
    SCE_TRY(sce_encoder_value(e, parts->items[1].type, member, &inside));
    end_item(c);
  }
  return NULL;
}

static sce_error_t *encode_items(sce_encoder_t *e, collection_t *c, uint32_t item, json_t *value,
                                 const sce_place_t *place) {
  for (size_t i = 0; i < json_array_size(value); i++) {
    SCE_TRY(begin_item(c));
    SCE_TRY(sce_encoder_value(e, item, json_array_get(value, i), &(sce_place_t){.up = place, .index = (uint32_t)i}));
    end_item(c);
  }
  return NULL;
}

/* A set of bytes, which is written "0x…" as other sequences of bytes are. */
static sce_error_t *encode_byte_set(sce_encoder_t *e, collection_t *c, const json_t *value, const sce_place_t *place) {
  sce_buf_t bytes = {0};
  sce_error_t *err = sce_encoder_read_bytes(&bytes, value, place);
  if (err == NULL) err = sce_scale_write_compact(e->out, bytes.len);
  c->start = e->out->len;
  for (size_t i = 0; err == NULL && i < bytes.len; i++) {
    err = begin_item(c);
    if (err == NULL) err = sce_buf_append_byte(e->out, bytes.data[i]);
    if (err == NULL) end_item(c);
  }
  sce_buf_free(&bytes);
  return err;
}

static sce_error_t *encode_all(sce_encoder_t *e, collection_t *c, uint32_t item, bool map, json_t *value,
                               const sce_place_t *place) {
  const sce_type_t *type = &e->md->types[item];
  bool object = map && json_is_object(value);
  if (type->def == SCE_DEF_PRIMITIVE && type->primitive == SCE_PRIM_U8) return encode_byte_set(e, c, value, place);
  if (!json_is_array(value) && !object)
    return sce_json_expected(map ? "an array of [key, value], or an object" : "an array", value, place);
  SCE_TRY(sce_scale_write_compact(e->out, object ? json_object_size(value) : json_array_size(value)));
  c->start = e->out->len;
  return object ? encode_members(e, c, &type->fields, value, place) : encode_items(e, c, item, value, place);
}

sce_error_t *sce_encoder_ordered(sce_encoder_t *e, uint32_t item, sce_order_rule_t rule, json_t *value,
                                 const sce_place_t *place) {
  bool map = rule == SCE_ORDER_MAP;
  collection_t c = {.md = e->md, .out = e->out, .key = map ? e->md->types[item].fields.items[0].type : item};
  SCE_TRY(sce_encoder_descend(e, 1));
  sce_error_t *err = encode_all(e, &c, item, map, value, place);
  if (err == NULL) err = sort(&c, map, place);
  if (err == NULL) e->refs--;
  sce_free(c.items);
  return err;
}
