/* uri.c: secret URIs taken apart. */
#include "crypto/uri.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include <string.h>

static bool is_phrase_char(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
}

static bool has_at(sce_span_t text, size_t at, const char *prefix) {
  return sce_span_starts_with(sce_span_skip(text, at), sce_span_text(prefix));
}

/* The end of the path that begins at `at`: where "///" or the text's end is. */
static sce_error_t *find_path_end(size_t *end, sce_span_t text, size_t at) {
  while (at < text.len && !has_at(text, at, "///")) {
    if (text.data[at] != '/') return sce_error_new(SCE_BAD_INPUT, "secret URI: byte %zu may not be in a phrase", at);
    bool hard = has_at(text, at, "//");
    size_t name = at + (hard ? 2 : 1);
    at = name;
    while (at < text.len && text.data[at] != '/') at++;
    if (at == name) {
      return sce_error_new(SCE_BAD_INPUT, "secret URI: a %s junction without a name at byte %zu",
                           hard ? "hard" : "soft", at);
    }
  }
  *end = at;
  return NULL;
}

sce_error_t *sce_uri_parse(sce_uri_t *uri, sce_span_t text) {
  if (text.len > SCE_URI_MAX) {
    return sce_error_new(SCE_BAD_INPUT, "secret URI of %zu bytes; at most %d are taken", text.len, SCE_URI_MAX);
  }
  if (!sce_utf8_valid(text.data, text.len)) return sce_error_new(SCE_BAD_INPUT, "secret URI: not UTF-8 text");
  size_t phrase_end = 0, path_end = 0;
  while (phrase_end < text.len && is_phrase_char(text.data[phrase_end])) phrase_end++;
  SCE_TRY(find_path_end(&path_end, text, phrase_end));
  sce_uri_t parts = {.phrase = sce_span(text.data, phrase_end)};
  if (phrase_end == 0) parts.phrase = sce_span_text(SCE_URI_DEV_PHRASE);
  parts.path = sce_span(path_end == phrase_end ? NULL : text.data + phrase_end, path_end - phrase_end);
  if (path_end < text.len) {
    parts.has_password = true;
    parts.password = sce_span_skip(text, path_end + 3);
    const uint8_t *newline = memchr(parts.password.data, '\n', parts.password.len);
    if (newline != NULL) {
      return sce_error_new(SCE_BAD_INPUT, "secret URI: line break in the password, at byte %zu",
                           (size_t)(newline - text.data));
    }
  }
  *uri = parts;
  return NULL;
}

/* As Rust's str::parse::<u64>: one '+' may come first, leading zeros are fine. */
static bool parse_u64(uint64_t *value, sce_span_t text) {
  size_t at = text.len > 1 && text.data[0] == '+' ? 1 : 0;
  uint64_t sum = 0;
  for (; at < text.len; at++) {
    unsigned digit = (unsigned)text.data[at] - '0';
    if (digit > 9 || sum > (UINT64_MAX - digit) / 10) return false;
    sum = sum * 10 + digit;
  }
  *value = sum;
  return text.len != 0;
}

/* SCALE's compact form of a length up to SCE_URI_MAX; the bytes used. */
static size_t compact(uint8_t out[4], size_t len) {
  if (len < 1 << 6) {
    out[0] = (uint8_t)(len << 2);
    return 1;
  }
  if (len < 1 << 14) {
    sce_store_le16(out, (uint16_t)(len << 2 | 1));
    return 2;
  }
  sce_store_le32(out, (uint32_t)(len << 2 | 2));
  return 4;
}

static void encode_name(uint8_t chain_code[32], sce_span_t name) {
  memset(chain_code, 0, 32);
  uint64_t number;
  if (parse_u64(&number, name)) {
    sce_store_le64(chain_code, number);
    return;
  }
  uint8_t len[4];
  size_t len_size = compact(len, name.len);
  if (len_size + name.len <= 32) {
    memcpy(chain_code, len, len_size);
    memcpy(chain_code + len_size, name.data, name.len);
    return;
  }
  sce_blake2b_256_state_t hash;
  sce_blake2b_256_init(&hash);
  sce_blake2b_256_update(&hash, sce_span(len, len_size));
  sce_blake2b_256_update(&hash, name);
  sce_blake2b_256_final(&hash, chain_code);
}

bool sce_uri_next_junction(sce_junction_t *junction, sce_span_t *path) {
  if (path->len == 0) return false;
  junction->hard = sce_span_starts_with(*path, sce_span_text("//"));
  size_t name = junction->hard ? 2 : 1, end = name;
  while (end < path->len && path->data[end] != '/') end++;
  encode_name(junction->chain_code, sce_span_part(*path, name, end));
  *path = sce_span_skip(*path, end);
  return true;
}

bool sce_uri_has_seed(const sce_uri_t *uri) {
  return sce_span_starts_with(uri->phrase, sce_span_text("0x"));
}

sce_error_t *sce_uri_seed(uint8_t seed[32], const sce_uri_t *uri) {
  sce_span_t digits = sce_span_skip(uri->phrase, 2);
  /* array_bytes::hex2bytes takes off a prefix of its own after the one that crypto.rs took off. */
  if (sce_span_starts_with(digits, sce_span_text("0x"))) digits = sce_span_skip(digits, 2);
  if (digits.len != 64) {
    return sce_error_new(SCE_BAD_INPUT, "secret URI: a seed has 64 hexadecimal digits, not %zu", digits.len);
  }
  if (sce_hex_decode_pairs(seed, digits) != 32) {
    return sce_error_new(SCE_BAD_INPUT, "secret URI: the seed has characters that are not hexadecimal digits");
  }
  return NULL;
}
