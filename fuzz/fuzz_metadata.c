/* fuzz_metadata.c: metadata of any bytes is accepted or refused, in bounded time and memory, without a crash or a leak.
 * What is accepted can be walked: outlines in both forms, names and examples of its types, its storage items and
 * methods; and it does not differ from itself. */
#include "base/buf.h"
#include "scexec/block.h"
#include "scexec/metadata_hash.h"
#include "scexec/value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* Headers as the metadata describes them: one that is made up is read again as it is. */
static void check_headers(const sce_metadata_t *md) {
  sce_header_format_t *format = NULL;
  sce_buf_t extra = {0}, scale = {0};
  sce_error_t *err = sce_header_format_new(&format, md);
  if (err == NULL && format != NULL) err = sce_header_format_extra(format, &extra);
  if (err == NULL && format != NULL) {
    sce_header_t header = {.number = 1, .extra = sce_buf_span(&extra), .format = format}, again;
    require(sce_header_encode(&header, &scale) == NULL);
    err = sce_header_decode_as(&again, sce_buf_span(&scale), format); /* refused: values too deep, or of no layout */
    if (err == NULL) require(sce_span_equal(again.extra, header.extra));
  }
  sce_error_delete(err);
  sce_header_format_delete(format);
  sce_buf_free(&extra);
  sce_buf_free(&scale);
}

static void check_outlines(const sce_metadata_t *md) {
  static const sce_span_t all = {NULL, 0};
  static const unsigned forms[] = {SCE_OUTLINE_DOCS, SCE_OUTLINE_JSON | SCE_OUTLINE_TYPES | SCE_OUTLINE_DOCS};
  sce_buf_t out = {0};
  for (int i = 0; i < 2; i++) {
    out.len = 0;
    require(sce_metadata_outline(md, &out, all, forms[i]) == NULL);
    require(sce_metadata_outline_apis(md, &out, all, forms[i]) == NULL);
    sce_pallet_info_t pallet;
    for (size_t p = 0; p < 4 && sce_metadata_pallet_get(md, &pallet, p); p++)
      if (pallet.name.len > 0) sce_error_delete(sce_metadata_outline(md, &out, pallet.name, forms[i]));
  }
  out.len = 0;
  require(sce_metadata_diff(&out, md, md, 0) == NULL && out.len == 0);
  sce_buf_free(&out);
}

static void check_types(const sce_metadata_t *md) {
  sce_buf_t out = {0};
  for (uint32_t type = 0; type < sce_type_count(md) && type < 64; type++) {
    out.len = 0;
    sce_error_t *err = sce_type_name(md, &out, type);
    if (err == NULL) err = sce_type_example(md, &out, type, NULL);
    require(err == NULL || sce_error_kind(err) == SCE_NOT_FOUND); /* ids may have gaps */
    sce_error_delete(err);
    require(out.len < (size_t)1 << 20);
  }
  sce_buf_free(&out);
}

static void check_storage(const sce_metadata_t *md) {
  sce_storage_info_t item;
  sce_buf_t name = {0}, key = {0}, json = {0};
  for (size_t i = 0; i < 8 && sce_metadata_storage_get(md, &item, 0, i); i++) {
    name.len = key.len = json.len = 0;
    require(sce_buf_printf(&name, "%.*s.%.*s", (int)item.pallet.len, (const char *)item.pallet.data, (int)item.name.len,
                           (const char *)item.name.data) == NULL);
    sce_error_t *err = sce_storage_key_encode(md, &key, sce_buf_span(&name), sce_span_text("[]"));
    if (err == NULL) {
      require(sce_storage_key_decode(md, &json, sce_buf_span(&key), NULL) == NULL);
      require(sce_storage_value_decode(md, &json, sce_buf_span(&key), item.default_value, NULL) == NULL);
    }
    sce_error_delete(err);
  }
  sce_buf_free(&name);
  sce_buf_free(&key);
  sce_buf_free(&json);
}

static void check_hash(const sce_metadata_t *md) {
  uint8_t hash[32];
  sce_error_t *err = sce_metadata_hash(md, hash, &(sce_metadata_hash_facts_t){0});
  require(err == NULL || sce_error_kind(err) == SCE_MISUSE || sce_error_kind(err) == SCE_BAD_METADATA);
  sce_error_delete(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_metadata_t *md = NULL;
  sce_span_t bytes;
  sce_error_t *err = sce_metadata_unwrap(&bytes, sce_span(data, size));
  if (err == NULL) err = sce_metadata_new(&md, bytes, NULL);
  if (err == NULL) {
    check_outlines(md);
    check_headers(md);
    check_types(md);
    check_storage(md);
    check_hash(md);
    uint32_t type;
    err = sce_type_resolve(md, &type, sce_span_text("Vec<(AccountId, Option<Balance>)>"));
  }
  sce_error_delete(err);
  sce_metadata_delete(md);
  return 0;
}
