/* events.c: see events.h. The shapes of events and extrinsics in JSON are those of value.h. */
#include "cli/events.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

/* ---- values of the block's parts ---- */

/* As the value that `bytes` are of the type called `type`; as {"$unknown", "hex"} where they or the type are not. */
static sce_error_t *decode(json_t **value, const cli_metadata_t *m, const char *type, sce_span_t bytes) {
  sce_value_format_t format = m->format;
  sce_buf_t json = {0};
  uint32_t id;
  format.explain_errors = true;
  sce_error_t *err = sce_type_resolve(m->metadata, &id, sce_span_text(type));
  if (err == NULL) err = sce_value_decode(m->metadata, &json, id, bytes, &format);
  *value = NULL;
  if (err != NULL && sce_error_kind(err) != SCE_OUT_OF_MEMORY) {
    *value = json_pack("{s:o, s:o}", "$unknown", cli_json_text(sce_span_text(sce_error_message(err))), "hex",
                       cli_json_hex(bytes));
    sce_error_delete(err);
    err = NULL;
  } else if (err == NULL) {
    *value = cli_json_parse(sce_buf_span(&json));
  }
  sce_buf_free(&json);
  return err == NULL && *value == NULL ? sce_error_oom() : err;
}

static sce_error_t *decode_extrinsic(json_t **value, const cli_metadata_t *m, sce_span_t extrinsic) {
  sce_buf_t bytes = {0};
  uint32_t len = (uint32_t)extrinsic.len;
  /* Its length as a compact integer in front, in four bytes at most: blocks are smaller than 2^30. */
  sce_error_t *err = len < 1 << 6 ? sce_buf_append_byte(&bytes, (uint8_t)(len << 2)) : NULL;
  unsigned size = len < 1 << 6 ? 0 : len < 1 << 14 ? 2 : 4;
  uint32_t prefix = len << 2 | (size == 2 ? 1 : 2);
  for (unsigned i = 0; i < size && err == NULL; i++) err = sce_buf_append_byte(&bytes, (uint8_t)(prefix >> 8 * i));
  if (err == NULL) err = sce_buf_append(&bytes, extrinsic.data, extrinsic.len);
  if (err == NULL) err = decode(value, m, "extrinsic", sce_buf_span(&bytes));
  sce_buf_free(&bytes);
  return err;
}

static sce_error_t *decode_extrinsics(json_t **values, const cli_metadata_t *m, const sce_block_t *block) {
  *values = json_array();
  for (size_t i = 0; i < sce_block_extrinsic_count(block); i++) {
    json_t *value;
    SCE_TRY(decode_extrinsic(&value, m, sce_block_extrinsic(block, i)));
    if (json_array_append_new(*values, value) != 0) return sce_error_oom();
  }
  return *values == NULL ? sce_error_oom() : NULL;
}

/* The items, without the structure around them. */
static sce_error_t *decode_digest(json_t **items, const cli_metadata_t *m, const sce_block_t *block) {
  sce_span_t bytes = sce_block_header(block)->digest;
  json_t *digest;
  SCE_TRY(decode(&digest, m, "digest", bytes.len > 0 ? bytes : sce_span("\0", 1)));
  json_t *logs = json_object_get(digest, "logs");
  *items = json_incref(logs != NULL ? logs : digest);
  json_decref(digest);
  return NULL;
}

/* None where the runtime has no such item: not every chain is made of FRAME. */
static sce_error_t *decode_events(json_t **events, const cli_metadata_t *m, sce_overlay_t *overlay) {
  size_t place, item;
  sce_error_t *missing = sce_metadata_storage_find(m->metadata, &place, &item, sce_span_text("System.Events"));
  if (missing != NULL) {
    sce_error_delete(missing);
    *events = json_array();
    return *events == NULL ? sce_error_oom() : NULL;
  }
  sce_buf_t key = {0};
  sce_value_t value = {.found = false};
  sce_error_t *err = sce_storage_key_encode(m->metadata, &key, sce_span_text("System.Events"), sce_span_text("[]"));
  if (err == NULL) err = sce_overlay_ops()->get(overlay, &value, NULL, sce_buf_span(&key));
  sce_buf_free(&key);
  if (err != NULL) return err;
  /* V0 to V13 call the type only in System.Events, the later ones also by their own name. */
  sce_storage_info_t info;
  char type[16] = "events";
  if (sce_metadata_storage_get(m->metadata, &info, place, item))
    snprintf(type, sizeof type, "%u", (unsigned)info.value_type);
  return decode(events, m, type, value.found ? sce_span(value.data, value.len) : sce_span("\0", 1));
}

/* The three parts, owned by the caller; NULL where one failed. */
typedef struct parts {
  json_t *extrinsics, *digest, *events;
} parts_t;

static void parts_free(parts_t *parts) {
  json_decref(parts->extrinsics);
  json_decref(parts->digest);
  json_decref(parts->events);
}

static sce_error_t *parts_make(parts_t *parts, const cli_metadata_t *m, const sce_block_t *block,
                               sce_overlay_t *overlay) {
  *parts = (parts_t){NULL, NULL, NULL};
  SCE_TRY(decode_extrinsics(&parts->extrinsics, m, block));
  SCE_TRY(decode_digest(&parts->digest, m, block));
  return decode_events(&parts->events, m, overlay);
}

json_t *cli_block_values_json(cli_t *cli, sce_error_t **problem, const cli_metadata_t *m, const sce_block_t *block,
                              sce_overlay_t *overlay) {
  parts_t parts;
  *problem = parts_make(&parts, m, block, overlay);
  if (*problem != NULL) {
    parts_free(&parts);
    return NULL;
  }
  json_t *object = json_object();
  cli_put(cli, object, "extrinsics", parts.extrinsics);
  cli_put(cli, object, "digest", parts.digest);
  cli_put(cli, object, "events", parts.events);
  return object;
}

/* ---- lines ---- */

/* Text of a value: strings as they are, the rest as JSON. */
static sce_error_t *append_value(sce_buf_t *text, const json_t *value) {
  if (json_is_string(value)) return sce_buf_append(text, json_string_value(value), json_string_length(value));
  char *dumped = json_dumps(value, JSON_ENCODE_ANY);
  sce_error_t *err = dumped == NULL ? sce_error_oom() : sce_buf_append(text, dumped, strlen(dumped));
  json_free_t release;
  json_get_alloc_funcs(NULL, &release);
  if (dumped != NULL) release(dumped);
  return err;
}

/* `Pallet.variant fields` of {"Pallet": {"variant": fields}} or {"Pallet": "variant"}. */
static sce_error_t *append_pallet_item(sce_buf_t *text, json_t *value) {
  void *outer = json_object_iter(value);
  json_t *inner = json_object_iter_value(outer);
  if (json_object_size(value) != 1 || (!json_is_string(inner) && json_object_size(inner) != 1))
    return append_value(text, value);
  SCE_TRY(sce_buf_printf(text, "%s.", json_object_iter_key(outer)));
  if (json_is_string(inner)) return append_value(text, inner);
  void *item = json_object_iter(inner);
  SCE_TRY(sce_buf_printf(text, "%s ", json_object_iter_key(item)));
  return append_value(text, json_object_iter_value(item));
}

/* `signed by 15oF… Balances.transfer {…}`. */
static sce_error_t *append_extrinsic(sce_buf_t *text, json_t *value) {
  const char *type = json_string_value(json_object_get(value, "type"));
  json_t *address = json_object_get(value, "address"), *call = json_object_get(value, "call");
  if (type == NULL || call == NULL) return append_value(text, value);
  SCE_TRY(sce_buf_printf(text, "%s ", type));
  if (address != NULL) {
    json_t *id = json_object_get(address, "Id");
    SCE_TRY(sce_buf_printf(text, "by "));
    SCE_TRY(append_value(text, id != NULL ? id : address));
    SCE_TRY(sce_buf_append_byte(text, ' '));
  }
  return append_pallet_item(text, call);
}

/* `extrinsic 1 Balances.Transfer {…}`. */
static sce_error_t *append_event(sce_buf_t *text, json_t *record) {
  json_t *phase = json_object_get(record, "phase"), *extrinsic = json_object_get(phase, "ApplyExtrinsic");
  json_t *event = json_object_get(record, "event");
  if (phase == NULL || event == NULL) return append_value(text, record);
  if (extrinsic != NULL) {
    SCE_TRY(sce_buf_printf(text, "extrinsic "));
    SCE_TRY(append_value(text, extrinsic));
  } else {
    bool last = json_is_string(phase) && strcmp(json_string_value(phase), "Finalization") == 0;
    SCE_TRY(sce_buf_printf(text, "%s", last ? "finalization" : "initialization"));
  }
  SCE_TRY(sce_buf_append_byte(text, ' '));
  return append_pallet_item(text, event);
}

/* The four letters of a consensus engine, "0x42414245", as such; false for other values. */
static bool engine_letters(char letters[5], const json_t *value) {
  sce_buf_t bytes = {0};
  const char *text = json_string_value(value);
  if (text == NULL || json_string_length(value) != 10) return false;
  sce_error_t *err = sce_hex_decode(&bytes, sce_span_text(text));
  bool plain = err == NULL && bytes.len == 4;
  for (size_t i = 0; plain && i < 4; i++) plain = bytes.data[i] > ' ' && bytes.data[i] < 0x7f;
  if (plain) memcpy(letters, bytes.data, 4);
  letters[4] = '\0';
  sce_error_delete(err);
  sce_buf_free(&bytes);
  return plain;
}

/* `PreRuntime BABE 0x…`. */
static sce_error_t *append_item(sce_buf_t *text, json_t *item) {
  char letters[5];
  void *outer = json_object_iter(item);
  const json_t *value = json_object_iter_value(outer);
  if (json_object_size(item) != 1) return append_value(text, item);
  SCE_TRY(sce_buf_printf(text, "%s ", json_object_iter_key(outer)));
  if (json_array_size(value) != 2 || !engine_letters(letters, json_array_get(value, 0)))
    return append_value(text, value);
  SCE_TRY(sce_buf_printf(text, "%s ", letters));
  return append_value(text, json_array_get(value, 1));
}

typedef sce_error_t *(*append_fn)(sce_buf_t *text, json_t *value);

static sce_error_t *print_list(const char *heading, json_t *list, append_fn append, bool numbered) {
  if (json_is_array(list) && json_array_size(list) == 0) return NULL;
  SCE_TRY(cli_printf("%s\n", heading));
  size_t count = json_is_array(list) ? json_array_size(list) : 1;
  for (size_t i = 0; i < count; i++) {
    sce_buf_t text = {0};
    sce_error_t *err = numbered ? sce_buf_printf(&text, "%zu ", i) : NULL;
    if (err == NULL) err = append(&text, json_is_array(list) ? json_array_get(list, i) : list);
    if (err == NULL) err = cli_printf("  ");
    if (err == NULL) err = cli_write_escaped(sce_buf_span(&text));
    if (err == NULL) err = cli_printf("\n");
    sce_buf_free(&text);
    if (err != NULL) return err;
  }
  return NULL;
}

sce_error_t *cli_block_values_print(cli_t *cli, const cli_metadata_t *m, const sce_block_t *block,
                                    sce_overlay_t *overlay) {
  (void)cli;
  parts_t parts;
  sce_error_t *err = parts_make(&parts, m, block, overlay);
  if (err == NULL) err = print_list("extrinsics", parts.extrinsics, append_extrinsic, true);
  if (err == NULL) err = print_list("digest", parts.digest, append_item, false);
  if (err == NULL) err = print_list("events", parts.events, append_event, false);
  parts_free(&parts);
  return err;
}

/* ---- what became of an extrinsic ---- */

static sce_error_t *decode_outcome(json_t **value, const cli_metadata_t *m, sce_span_t outcome) {
  return decode(value, m, "ApplyExtrinsicResult", outcome);
}

sce_error_t *cli_outcome_value(sce_buf_t *json, const cli_metadata_t *m, sce_span_t outcome) {
  json_t *value;
  SCE_TRY(decode_outcome(&value, m, outcome));
  sce_error_t *err = append_value(json, value);
  json_decref(value);
  return err;
}

sce_error_t *cli_outcome_text(sce_buf_t *text, const cli_metadata_t *m, sce_span_t outcome) {
  json_t *value;
  SCE_TRY(decode_outcome(&value, m, outcome));
  json_t *inner = json_object_get(value, "Ok"), *dispatch = json_object_get(inner, "Err");
  json_t *module = json_object_get(dispatch, "Module");
  const char *name = json_string_value(json_object_get(module, "name"));
  const char *docs = json_string_value(json_object_get(module, "docs"));
  sce_error_t *err;
  if (name != NULL)
    err = sce_buf_printf(text, "%s%s%s", name, docs != NULL && docs[0] != '\0' ? ": " : "", docs != NULL ? docs : "");
  else
    err = append_value(text, dispatch != NULL ? dispatch : value);
  json_decref(value);
  return err;
}
