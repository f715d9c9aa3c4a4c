/* access.c: the public views of pallets, storage items and errors. */
#include "metadata/decoder.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"

#include "base/checked.h"

uint32_t sce_metadata_version(const sce_metadata_t *metadata) {
  return metadata->version;
}

static const sce_constant_t *system_constant(const sce_metadata_t *md, const char *name) {
  const sce_pallet_t *system = sce_metadata_find_pallet(md, sce_span_text("System"));
  for (uint32_t i = 0; system != NULL && i < system->constant_count; i++)
    if (sce_text_is(system->constants[i].name, name)) return &system->constants[i];
  return NULL;
}

uint16_t sce_metadata_ss58_prefix(const sce_metadata_t *metadata, uint16_t fallback) {
  const sce_constant_t *c = system_constant(metadata, "SS58Prefix");
  uint16_t prefix = fallback;
  if (c != NULL && c->value.len == 1) prefix = c->value.data[0]; /* a u8 until 2021 */
  if (c != NULL && c->value.len == 2) prefix = sce_load_le16(c->value.data);
  return prefix < 16384 ? prefix : fallback;
}

sce_error_t *sce_metadata_runtime_version(const sce_metadata_t *metadata, sce_runtime_version_t *version, bool *found) {
  const sce_constant_t *c = system_constant(metadata, "Version");
  *found = false;
  if (c == NULL) return NULL;
  sce_error_t *err = sce_runtime_version_decode(version, c->value);
  *found = err == NULL;
  if (err != NULL && sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  return NULL;
}

size_t sce_metadata_pallet_count(const sce_metadata_t *metadata) {
  return metadata->pallet_count;
}

static uint32_t variant_count(const sce_metadata_t *md, uint32_t type) {
  return type == SCE_TYPE_NONE ? 0 : md->types[type].variant_count;
}

bool sce_metadata_pallet_get(const sce_metadata_t *metadata, sce_pallet_info_t *pallet, size_t index) {
  if (index >= metadata->pallet_count) return false;
  const sce_pallet_t *p = &metadata->pallets[index];
  *pallet = (sce_pallet_info_t){.name = p->name,
                                .index = p->index,
                                .calls = p->calls,
                                .events = p->events,
                                .errors = p->errors,
                                .storage_count = p->storage_count,
                                .call_count = variant_count(metadata, p->calls),
                                .event_count = variant_count(metadata, p->events),
                                .error_count = variant_count(metadata, p->errors),
                                .constant_count = p->constant_count,
                                .view_count = p->view_count};
  return true;
}

static const sce_storage_t *storage_at(const sce_metadata_t *md, size_t pallet, size_t index) {
  if (pallet >= md->pallet_count || index >= md->pallets[pallet].storage_count) return NULL;
  return &md->pallets[pallet].storage[index];
}

bool sce_metadata_storage_get(const sce_metadata_t *metadata, sce_storage_info_t *item, size_t pallet, size_t index) {
  const sce_storage_t *s = storage_at(metadata, pallet, index);
  if (s == NULL) return false;
  *item = (sce_storage_info_t){.pallet = metadata->pallets[pallet].name,
                               .name = s->name,
                               .value_type = s->value_type,
                               .default_type =
                                   s->linked ? metadata->types[s->value_type].fields.items[0].type : s->value_type,
                               .key_count = s->key_count,
                               .optional = s->modifier == 0,
                               .default_value = s->default_value};
  return true;
}

bool sce_metadata_storage_key_get(const sce_metadata_t *metadata, uint32_t *type, sce_hasher_t *hasher, size_t pallet,
                                  size_t index, size_t key) {
  const sce_storage_t *s = storage_at(metadata, pallet, index);
  if (s == NULL || key >= s->key_count) return false;
  *type = s->keys != NULL ? s->keys[key] : SCE_TYPE_NONE;
  *hasher = (sce_hasher_t)s->hashers[key];
  return true;
}

sce_error_t *sce_json_docs(sce_buf_t *json, sce_docs_t docs) {
  sce_buf_t text = {0};
  sce_span_t line;
  sce_error_t *err = NULL;
  while (err == NULL && sce_docs_next(&docs, &line)) {
    while (line.len > 0 && line.data[0] == ' ') line = sce_span_skip(line, 1);
    if (text.len > 0) err = sce_buf_append_byte(&text, ' ');
    if (err == NULL) err = sce_buf_append(&text, line.data, line.len);
  }
  if (err == NULL) err = sce_json_string(json, sce_buf_span(&text));
  sce_buf_free(&text);
  return err;
}

static sce_error_t *write_module_error(sce_buf_t *json, const sce_pallet_t *pallet, const sce_variant_t *error) {
  SCE_TRY(SCE_JSON_LITERAL(json, "{\"pallet\":"));
  SCE_TRY(sce_json_string(json, pallet->name));
  SCE_TRY(SCE_JSON_LITERAL(json, ",\"name\":"));
  SCE_TRY(sce_json_string(json, error->name));
  SCE_TRY(SCE_JSON_LITERAL(json, ",\"docs\":"));
  SCE_TRY(sce_json_docs(json, error->docs));
  return sce_json_char(json, '}');
}

sce_error_t *sce_metadata_module_error(const sce_metadata_t *metadata, sce_buf_t *json, uint8_t pallet, uint8_t error) {
  const sce_pallet_t *p;
  const sce_variant_t *v;
  size_t start = json->len;
  if (!sce_module_error_find(metadata, &p, &v, pallet, error))
    return sce_error_new(SCE_NOT_FOUND, "no pallet with index %u has an error %u", pallet, error);
  sce_error_t *err = write_module_error(json, p, v);
  if (err != NULL) json->len = start;
  return err;
}
