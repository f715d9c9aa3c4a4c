/* storage_key.c: see storage_key.h. */
#include "cli/storage_key.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

static bool is_bytes(const char *word) {
  return word[0] == ':' || strncmp(word, "0x", 2) == 0;
}

bool cli_key_is_named(const char *const *words, size_t count) {
  return count > 0 && !is_bytes(words[0]);
}

/* The words after the name as a JSON array. */
static sce_error_t *keys_json(sce_buf_t *json, const char *const *words, size_t count) {
  SCE_TRY(sce_buf_append_byte(json, '['));
  for (size_t i = 0; i < count; i++) {
    sce_buf_t one = {0};
    sce_span_t word = sce_span_text(words[i]);
    sce_error_t *err = sce_error_prefix(sce_json_from_words(&one, &word, 1), "keys[%zu]", i);
    if (err == NULL && i > 0) err = sce_buf_append_byte(json, ',');
    if (err == NULL) err = sce_buf_append(json, one.data + 1, one.len - 2); /* the one inside of […] */
    sce_buf_free(&one);
    if (err != NULL) return err;
  }
  return sce_buf_append_byte(json, ']');
}

sce_error_t *cli_key_read(sce_buf_t *key, const cli_metadata_t *m, const char *const *words, size_t count) {
  if (count == 0) return NULL;
  if (is_bytes(words[0])) {
    if (count > 1) return sce_error_new(SCE_MISUSE, "\"%s\" is one argument too many: KEY is bytes already", words[1]);
    if (words[0][0] == ':') return sce_buf_append(key, words[0], strlen(words[0]));
    return sce_error_prefix(sce_hex_decode(key, sce_span_text(words[0])), "KEY");
  }
  sce_buf_t json = {0};
  sce_error_t *err = keys_json(&json, words + 1, count - 1);
  if (err == NULL) err = sce_storage_key_encode(m->metadata, key, sce_span_text(words[0]), sce_buf_span(&json));
  sce_buf_free(&json);
  return err;
}

/* ---- showing ---- */

static sce_error_t *append_part(sce_buf_t *text, const json_t *part) {
  const json_t *value = json_object_get(part, "value");
  if (value == NULL) value = json_object_get(part, "hash");
  if (json_is_string(value)) return sce_buf_append(text, json_string_value(value), json_string_length(value));
  char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  sce_error_t *err = dumped == NULL ? sce_error_oom() : sce_buf_append(text, dumped, strlen(dumped));
  json_free_t release;
  json_get_alloc_funcs(NULL, &release);
  if (dumped != NULL) release(dumped);
  return err;
}

static sce_error_t *append_label(sce_buf_t *text, const json_t *key) {
  const char *known = json_string_value(json_object_get(key, "well_known"));
  const char *pallet = json_string_value(json_object_get(key, "pallet"));
  if (known != NULL)
    return sce_buf_printf(text, "%s%s%s", pallet != NULL ? pallet : "", pallet != NULL ? "." : "", known);
  const char *item = json_string_value(json_object_get(key, "item"));
  if (pallet == NULL) return NULL;
  SCE_TRY(sce_buf_printf(text, "%s.%s", pallet, item != NULL ? item : "?"));
  const json_t *keys = json_object_get(key, "keys");
  size_t count = json_array_size(keys);
  for (size_t i = 0; i < count; i++) {
    SCE_TRY(sce_buf_printf(text, i == 0 ? "(" : ", "));
    SCE_TRY(append_part(text, json_array_get(keys, i)));
  }
  return count > 0 ? sce_buf_append_byte(text, ')') : NULL;
}

sce_error_t *cli_key_label(sce_buf_t *text, const cli_metadata_t *m, sce_span_t key) {
  sce_buf_t json = {0};
  sce_error_t *err = sce_storage_key_decode(m->metadata, &json, key, &m->format);
  json_t *decoded = err == NULL ? cli_json_parse(sce_buf_span(&json)) : NULL;
  sce_buf_free(&json);
  if (err == NULL) err = decoded != NULL ? append_label(text, decoded) : sce_error_oom();
  json_decref(decoded);
  return err;
}
