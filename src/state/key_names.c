/* key_names.c: storage keys as people write them. */
#include "scexec/state.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include <string.h>

static sce_error_t *unknown_form(sce_span_t text) {
  bool shown = text.len <= 80 && sce_utf8_valid(text.data, text.len);
  return sce_error_new(SCE_BAD_INPUT,
                       "not a storage key: '%.*s': give hexadecimal data (0x…), text that begins with a colon (:code), "
                       "or names of a pallet and an item (System.Number)",
                       shown ? (int)text.len : 3, shown ? (const char *)text.data : "...");
}

/* The name of a Rust type, which pallets and their items are. */
static bool is_name(sce_span_t text) {
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && (i == 0 || c < '0' || c > '9')) return false;
  }
  return text.len > 0;
}

static sce_error_t *append_hash(sce_buf_t *key, sce_span_t name) {
  uint8_t hash[16];
  sce_twox_128(hash, name);
  return sce_buf_append(key, hash, sizeof hash);
}

sce_error_t *sce_state_key_parse(sce_buf_t *key, sce_span_t text) {
  if (sce_span_starts_with(text, sce_span_text("0x"))) return sce_hex_decode(key, text);
  if (text.len > 0 && text.data[0] == ':') return sce_buf_append(key, text.data, text.len);
  const uint8_t *dot = text.len == 0 ? NULL : memchr(text.data, '.', text.len);
  sce_span_t pallet = dot == NULL ? text : sce_span(text.data, (size_t)(dot - text.data));
  sce_span_t item = dot == NULL ? sce_span(NULL, 0) : sce_span(dot + 1, text.len - pallet.len - 1);
  if (!is_name(pallet) || (dot != NULL && !is_name(item))) return unknown_form(text);
  SCE_TRY(sce_buf_reserve(key, 32));
  SCE_TRY(append_hash(key, pallet));
  return dot == NULL ? NULL : append_hash(key, item);
}
