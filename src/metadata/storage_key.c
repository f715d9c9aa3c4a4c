/* storage_key.c: building storage keys from names and JSON, explaining raw keys, and the values under them. */
#include "metadata/encoder.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"
#include "metadata/storage.h"
#include "metadata/suggest.h"

#include "crypto/hash.h"

/* ---- well-known keys ---- */

/* sp_core::storage::well_known_keys; values as far as they have a type. */
static const struct {
  const char *key;
  const char *description;
  sce_shape_t shape; /* of the value: UINT of 4 bytes, little-endian, or BYTES as they stand */
} well_known[] = {
    {":code", "the runtime's code", SCE_SHAPE_BYTES},
    {":heappages", "pages of heap for the runtime, 64 bits", SCE_SHAPE_UINT},
    {":extrinsic_index", "place of the extrinsic that is applied", SCE_SHAPE_UINT},
    {":intrablock_entropy", "entropy within a block", SCE_SHAPE_BYTES},
    {":grandpa_authorities", "GRANDPA's authorities (version, list), before metadata V12", SCE_SHAPE_BYTES},
    {":transaction_level:", "depth of nested storage transactions", SCE_SHAPE_UINT},
    {":changes_trie", "configuration of the changes trie, removed in 2021", SCE_SHAPE_BYTES},
    {":child_storage:", "root of a child trie", SCE_SHAPE_BYTES},
};

static const char child_prefix[] = ":child_storage:default:";

/* Items that every pallet may have besides those of its metadata (frame-support, traits/metadata.rs:
 * STORAGE_VERSION_STORAGE_KEY_POSTFIX and, in 2021, PALLET_VERSION_STORAGE_KEY_POSTFIX). */
static const struct {
  const char *item;
  const char *description;
  size_t size; /* of the value: a u16, or major u16, minor u8, patch u8 */
} version_items[] = {
    {":__STORAGE_VERSION__:", "the version of a pallet's storage", 2},
    {":__PALLET_VERSION__:", "the version of a pallet, 2021", 4},
};

/* The row whose item's hash ends a key of 32 bytes, or -1. */
static int find_version_item(sce_span_t key) {
  uint8_t hash[16];
  if (key.len != 32) return -1;
  for (int i = 0; i < 2; i++) {
    sce_twox_128(hash, sce_span_text(version_items[i].item));
    if (memcmp(key.data + 16, hash, sizeof hash) == 0) return i;
  }
  return -1;
}

/* The row for a key, or -1. Child tries: the row of their common prefix. */
static int find_well_known(sce_span_t key) {
  for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++)
    if (sce_text_is(key, well_known[i].key)) return (int)i;
  if (sce_span_starts_with(key, sce_span_text(":child_storage:")))
    return (int)(sizeof well_known / sizeof *well_known) - 1;
  return -1;
}

/* ---- building ---- */

static sce_error_t *hash_key(sce_buf_t *out, sce_hasher_t hasher, sce_span_t key) {
  uint8_t hash[32];
  switch (hasher) {
    case SCE_HASHER_BLAKE2_128:
    case SCE_HASHER_BLAKE2_128_CONCAT: sce_blake2b_128(hash, key); break;
    case SCE_HASHER_BLAKE2_256: sce_blake2b_256(hash, key); break;
    case SCE_HASHER_TWOX_128: sce_twox_128(hash, key); break;
    case SCE_HASHER_TWOX_256: sce_twox_256(hash, key); break;
    case SCE_HASHER_TWOX_64_CONCAT: sce_twox_64(hash, key); break;
    case SCE_HASHER_IDENTITY: break;
  }
  SCE_TRY(sce_buf_append(out, hash, sce_hasher_size(hasher)));
  return sce_hasher_has_key(hasher) ? sce_buf_append(out, key.data, key.len) : NULL;
}

/* `plain` may have text already that is hashed with the first key. */
static sce_error_t *encode_behind(const sce_metadata_t *md, sce_buf_t *key, sce_buf_t *plain,
                                  const sce_storage_t *entry, uint32_t i, json_t *value) {
  sce_encoder_t e = {.md = md, .out = plain};
  sce_place_t root = {.name = sce_span_text("keys")}, place = {.up = &root, .index = i};
  sce_error_t *err = sce_encoder_value(&e, entry->keys[i], value, &place);
  if (err != NULL) {
    char what[24];
    snprintf(what, sizeof what, "keys[%u]", i);
    err = sce_input_explain(md, err, what, entry->keys[i]);
  }
  return err != NULL ? err : hash_key(key, (sce_hasher_t)entry->hashers[i], sce_buf_span(plain));
}

static sce_error_t *encode_one_key(const sce_metadata_t *md, sce_buf_t *key, const sce_storage_t *entry, uint32_t i,
                                   json_t *value) {
  sce_buf_t plain = {0};
  sce_error_t *err = encode_behind(md, key, &plain, entry, i, value);
  sce_buf_free(&plain);
  return err;
}

static sce_error_t *encode_keys(const sce_metadata_t *md, sce_buf_t *key, const sce_storage_t *entry, json_t *values) {
  if (!json_is_array(values)) return sce_json_expected("an array of keys", values, NULL);
  if (json_array_size(values) > entry->key_count)
    return sce_error_new(SCE_BAD_INPUT, "the item takes %s%u key%s, got %zu", entry->key_count > 1 ? "at most " : "",
                         entry->key_count, entry->key_count == 1 ? "" : "s", json_array_size(values));
  if (entry->keys == NULL && json_array_size(values) > 0)
    return sce_error_new(SCE_BAD_METADATA, "the key's type does not have as many parts as there are hashers");
  for (uint32_t i = 0; i < json_array_size(values); i++)
    SCE_TRY(encode_one_key(md, key, entry, i, json_array_get(values, i)));
  return NULL;
}

static bool split_name(sce_span_t name, sce_span_t *pallet, sce_span_t *item) {
  for (size_t i = 0; i < name.len; i++) {
    if (name.data[i] != '.') continue;
    *pallet = sce_span(name.data, i);
    *item = sce_span_skip(name, i + 1);
    return true;
  }
  *pallet = name;
  return false;
}

/* Names count in any case and with or without underscores, as long as one fits. */
const sce_pallet_t *sce_metadata_spelt_pallet(const sce_metadata_t *md, sce_span_t name) {
  const sce_pallet_t *exact = sce_metadata_find_pallet(md, name);
  for (uint32_t i = 0; exact == NULL && i < md->pallet_count; i++)
    if (sce_name_matches(md->pallets[i].name, name)) exact = &md->pallets[i];
  return exact;
}

static const sce_storage_t *find_entry(const sce_pallet_t *pallet, sce_span_t name) {
  const sce_storage_t *exact = sce_pallet_find_storage(pallet, name);
  for (uint32_t i = 0; exact == NULL && i < pallet->storage_count; i++)
    if (sce_name_matches(pallet->storage[i].name, name)) exact = &pallet->storage[i];
  return exact;
}

static sce_error_t *no_pallet(const sce_metadata_t *md, sce_span_t name) {
  sce_suggest_t near = sce_suggest(name);
  for (uint32_t i = 0; i < md->pallet_count; i++)
    sce_suggest_offer(&near, md->pallets[i].name, 0, (sce_span_t){NULL, 0});
  return sce_suggest_error(&near, "pallet");
}

static sce_error_t *no_entry(const sce_pallet_t *pallet, sce_span_t name) {
  sce_suggest_t near = sce_suggest(name);
  for (uint32_t i = 0; i < pallet->storage_count; i++)
    sce_suggest_offer(&near, pallet->name, '.', pallet->storage[i].name);
  return sce_suggest_error(&near, "storage item");
}

sce_error_t *sce_metadata_storage_find(const sce_metadata_t *metadata, size_t *pallet, size_t *index, sce_span_t name) {
  sce_span_t pallet_name, item;
  if (!split_name(name, &pallet_name, &item))
    return sce_error_new(SCE_NOT_FOUND, "storage items are written Pallet.Item, got `%.*s`", (int)name.len,
                         name.len > 0 ? (const char *)name.data : "");
  const sce_pallet_t *p = sce_metadata_spelt_pallet(metadata, pallet_name);
  if (p == NULL) return no_pallet(metadata, pallet_name);
  const sce_storage_t *entry = find_entry(p, item);
  if (entry == NULL) return no_entry(p, name);
  *pallet = (size_t)(p - metadata->pallets);
  *index = (size_t)(entry - p->storage);
  return NULL;
}

/* Old keys (storage.h) are whole or nothing: items of a map have no common beginning, and neither have a pallet's. */
static sce_error_t *encode_old(const sce_metadata_t *md, sce_buf_t *key, const sce_pallet_t *pallet,
                               const sce_storage_t *entry, json_t *values) {
  sce_buf_t text = {0};
  if (entry == NULL)
    return sce_error_new(SCE_NOT_FOUND,
                         "keys of this runtime have no common beginning for a pallet: give an item of %.*s",
                         (int)pallet->name.len, (const char *)pallet->name.data);
  if (!json_is_array(values)) return sce_json_expected("an array of keys", values, NULL);
  if (json_array_size(values) != entry->key_count)
    return sce_error_new(SCE_BAD_INPUT, "keys of this runtime are hashed as a whole: the item takes %u key%s, got %zu",
                         entry->key_count, entry->key_count == 1 ? "" : "s", json_array_size(values));
  SCE_TRY(sce_storage_old_text(&text, pallet, entry));
  sce_error_t *err = entry->key_count == 0 ? hash_key(key, SCE_HASHER_TWOX_128, sce_buf_span(&text))
                                           : encode_behind(md, key, &text, entry, 0, json_array_get(values, 0));
  sce_buf_free(&text);
  for (uint32_t i = 1; err == NULL && i < entry->key_count; i++)
    err = encode_one_key(md, key, entry, i, json_array_get(values, i));
  return err;
}

static sce_error_t *encode_named(const sce_metadata_t *md, sce_buf_t *key, sce_span_t item, json_t *values) {
  sce_span_t pallet_name, entry_name;
  uint8_t hash[16];
  bool whole = !split_name(item, &pallet_name, &entry_name);
  const sce_pallet_t *pallet = sce_metadata_spelt_pallet(md, pallet_name);
  if (pallet == NULL) return no_pallet(md, pallet_name);
  if (pallet->storage_prefix.data == NULL)
    return sce_error_new(SCE_NOT_FOUND, "pallet %.*s has no storage", (int)pallet->name.len,
                         (const char *)pallet->name.data);
  if (sce_storage_keys_are_old(md)) {
    const sce_storage_t *entry = whole ? NULL : find_entry(pallet, entry_name);
    return !whole && entry == NULL ? no_entry(pallet, item) : encode_old(md, key, pallet, entry, values);
  }
  sce_twox_128(hash, pallet->storage_prefix);
  SCE_TRY(sce_buf_append(key, hash, sizeof hash));
  if (whole && json_array_size(values) > 0) return sce_error_new(SCE_BAD_INPUT, "keys need an item: Pallet.Item");
  if (whole) return NULL;
  sce_storage_t plain = {.name = entry_name};
  const sce_storage_t *entry = find_entry(pallet, entry_name);
  for (int i = 0; entry == NULL && i < 2; i++)
    if (sce_text_is(entry_name, version_items[i].item)) entry = &plain;
  if (entry == NULL) return no_entry(pallet, item);
  sce_twox_128(hash, entry->name);
  SCE_TRY(sce_buf_append(key, hash, sizeof hash));
  return encode_keys(md, key, entry, values);
}

sce_error_t *sce_storage_key_encode(const sce_metadata_t *metadata, sce_buf_t *key, sce_span_t item, sce_span_t json) {
  size_t start = key->len;
  json_t *values;
  SCE_TRY(sce_error_prefix(sce_json_parse(&values, json), "keys"));
  sce_error_t *err;
  if (item.len > 0 && item.data[0] == ':' && find_well_known(item) >= 0)
    err = json_array_size(values) == 0 ? sce_buf_append(key, item.data, item.len)
                                       : sce_error_new(SCE_BAD_INPUT, "a well-known key has no keys of its own");
  else
    err = encode_named(metadata, key, item, values);
  json_decref(values);
  if (err != NULL) key->len = start;
  return err;
}

/* ---- explaining ---- */

static sce_error_t *write_text(sce_buf_t *out, const char *name, sce_span_t text) {
  SCE_TRY(sce_json_key(out, false, name));
  return sce_json_string(out, text);
}

static sce_error_t *write_hex(sce_buf_t *out, const char *name, sce_span_t bytes) {
  SCE_TRY(sce_json_key(out, false, name));
  return sce_json_hex(out, bytes);
}

static sce_error_t *write_type(const sce_metadata_t *md, sce_buf_t *out, const char *name, uint32_t type) {
  sce_buf_t text = {0};
  sce_error_t *err = sce_type_name(md, &text, type);
  if (err == NULL) err = write_text(out, name, sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

/* One key after its hash; *rest is advanced. False in *fits when the bytes end or don't decode, nothing written then.
 */
static sce_error_t *explain_key(const sce_metadata_t *md, sce_buf_t *out, bool *fits, sce_span_t *rest, uint32_t type,
                                sce_hasher_t hasher, const sce_value_format_t *format) {
  size_t start = out->len, size = sce_hasher_size(hasher), used = 0;
  *fits = rest->len >= size && rest->len > 0;
  if (!*fits) return NULL;
  SCE_TRY(sce_buf_printf(out, "{\"hasher\":\"%s\"", sce_hasher_name(hasher)));
  SCE_TRY(write_type(md, out, "type", type));
  if (size > 0) SCE_TRY(write_hex(out, "hash", sce_span(rest->data, size)));
  if (sce_hasher_has_key(hasher)) {
    SCE_TRY(sce_json_key(out, false, "value"));
    sce_error_t *err = sce_value_decode_prefix(md, out, &used, type, sce_span_skip(*rest, size), format);
    if (err != NULL && sce_error_kind(err) != SCE_BAD_INPUT) return err;
    *fits = err == NULL;
    sce_error_delete(err);
    if (!*fits) {
      out->len = start;
      return NULL;
    }
  }
  *rest = sce_span_skip(*rest, size + used);
  return sce_json_char(out, '}');
}

static sce_error_t *explain_keys(const sce_metadata_t *md, sce_buf_t *out, const sce_storage_t *entry, sce_span_t rest,
                                 const sce_value_format_t *format) {
  uint32_t i = 0;
  bool fits = entry->keys != NULL;
  SCE_TRY(sce_json_key(out, false, "keys"));
  SCE_TRY(sce_json_char(out, '['));
  for (; fits && i < entry->key_count; i += fits) {
    size_t start = out->len;
    if (i > 0) SCE_TRY(sce_json_char(out, ','));
    SCE_TRY(explain_key(md, out, &fits, &rest, entry->keys[i], (sce_hasher_t)entry->hashers[i], format));
    if (!fits) out->len = start;
  }
  SCE_TRY(sce_json_char(out, ']'));
  if (i < entry->key_count) SCE_TRY(SCE_JSON_LITERAL(out, ",\"partial\":true"));
  return rest.len > 0 ? write_hex(out, "rest", rest) : NULL;
}

static sce_error_t *explain_entry(const sce_metadata_t *md, sce_buf_t *out, const sce_storage_place_t *place,
                                  sce_span_t rest, const sce_value_format_t *format) {
  static const sce_storage_t plain = {0};
  SCE_TRY(SCE_JSON_LITERAL(out, "{\"pallet\":"));
  SCE_TRY(sce_json_string(out, place->pallet->name));
  SCE_TRY(write_text(out, "item", place->entry->name));
  if (place->head) SCE_TRY(SCE_JSON_LITERAL(out, ",\"head\":true"));
  SCE_TRY(explain_keys(md, out, place->head ? &plain : place->entry, rest, format));
  SCE_TRY(write_type(md, out, "value_type", place->head ? place->entry->keys[0] : place->entry->value_type));
  return sce_json_char(out, '}');
}

static sce_error_t *explain_well_known(sce_buf_t *out, sce_span_t key, int row) {
  SCE_TRY(SCE_JSON_LITERAL(out, "{\"well_known\":"));
  SCE_TRY(sce_json_string(out, sce_span_text(well_known[row].key)));
  SCE_TRY(write_text(out, "description", sce_span_text(well_known[row].description)));
  if (sce_span_starts_with(key, sce_span_text(child_prefix)))
    SCE_TRY(write_hex(out, "child_trie", sce_span_skip(key, sizeof child_prefix - 1)));
  return sce_json_char(out, '}');
}

/* What no entry of the metadata has: the storage version of a pallet, or nothing known. */
static sce_error_t *explain_unknown(const sce_metadata_t *md, sce_buf_t *out, sce_span_t key) {
  uint8_t prefix[16];
  int version = find_version_item(key);
  SCE_TRY(version >= 0 ? SCE_JSON_LITERAL(out, "{\"well_known\":") : SCE_JSON_LITERAL(out, "{\"unknown\":"));
  SCE_TRY(version >= 0 ? sce_json_string(out, sce_span_text(version_items[version].item)) : sce_json_hex(out, key));
  if (version >= 0) SCE_TRY(write_text(out, "description", sce_span_text(version_items[version].description)));
  for (uint32_t i = 0; key.len >= sizeof prefix && i < md->pallet_count; i++) {
    if (md->pallets[i].storage_prefix.data == NULL) continue;
    sce_twox_128(prefix, md->pallets[i].storage_prefix);
    if (!sce_span_starts_with(key, sce_span(prefix, sizeof prefix))) continue;
    SCE_TRY(write_text(out, "pallet", md->pallets[i].name));
    break;
  }
  return sce_json_char(out, '}');
}

sce_error_t *sce_storage_key_decode(const sce_metadata_t *metadata, sce_buf_t *json, sce_span_t key,
                                    const sce_value_format_t *format) {
  size_t start = json->len;
  const sce_storage_place_t *place = sce_storage_index_find(metadata, key);
  int row = find_well_known(key);
  sce_error_t *err;
  if (place != NULL)
    err = explain_entry(metadata, json, place, sce_span_skip(key, sce_storage_prefix_size(metadata)), format);
  else if (row >= 0)
    err = explain_well_known(json, key, row);
  else
    err = explain_unknown(metadata, json, key);
  if (err != NULL) json->len = start;
  return err;
}

/* ---- values ---- */

uint32_t sce_storage_value_type(const sce_metadata_t *metadata, sce_span_t key) {
  const sce_storage_place_t *place = sce_storage_index_find(metadata, key);
  if (place == NULL) return SCE_TYPE_NONE;
  return place->head ? place->entry->keys[0] : place->entry->value_type;
}

/* A well-known key's value: a number of up to 8 little-endian bytes, or bytes as they stand. */
static sce_error_t *write_well_known(sce_buf_t *out, int row, sce_span_t value) {
  if (well_known[row].shape == SCE_SHAPE_UINT && (value.len == 4 || value.len == 8))
    return sce_json_integer(out, value.data, value.len, false);
  return sce_json_hex(out, value);
}

static sce_error_t *write_version(sce_buf_t *out, sce_span_t value) {
  if (value.len == 2) return sce_json_integer(out, value.data, 2, false);
  return sce_buf_printf(out, "{\"major\":%u,\"minor\":%u,\"patch\":%u}", value.data[0] | (unsigned)value.data[1] << 8,
                        value.data[2], value.data[3]);
}

sce_error_t *sce_storage_value_decode(const sce_metadata_t *metadata, sce_buf_t *json, sce_span_t key, sce_span_t value,
                                      const sce_value_format_t *format) {
  uint32_t type = sce_storage_value_type(metadata, key);
  if (type == SCE_TYPE_NONE) {
    int row = find_well_known(key), version = find_version_item(key);
    if (version >= 0 && value.len == version_items[version].size) return write_version(json, value);
    return row >= 0 ? write_well_known(json, row, value)
                    : sce_decoder_unknown(json, sce_span_text("no storage item has this key"), value);
  }
  sce_error_t *err = sce_value_decode(metadata, json, type, value, format);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_t *failed = sce_decoder_unknown(json, sce_span_text(sce_error_message(err)), value);
  sce_error_delete(err);
  return failed;
}
