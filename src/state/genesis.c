/* genesis.c: reading `genesis.raw` of a chain spec. Hexadecimal text is decoded straight from the strings of the JSON
 * tree into the arena, which has half of the file's size: two digits make one byte.
 * Source: sc-chain-spec, Genesis and RawGenesis. */
#include "state/genesis.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <jansson.h>
#include <string.h>

static const char child_prefix[] = ":child_storage:";

sce_error_t *sce_arena_new(sce_arena_t **arena, size_t size) {
  sce_arena_t *made = sce_alloc(sizeof *made);
  if (made == NULL) return sce_error_oom();
  made->bytes = sce_alloc(size);
  if (made->bytes == NULL) {
    sce_free(made);
    return sce_error_oom();
  }
  atomic_init(&made->refs, 1);
  *arena = made;
  return NULL;
}

sce_arena_t *sce_arena_ref(sce_arena_t *arena) {
  atomic_fetch_add_explicit(&arena->refs, 1, memory_order_relaxed);
  return arena;
}

void sce_arena_unref(sce_arena_t *arena) {
  if (arena == NULL || atomic_fetch_sub_explicit(&arena->refs, 1, memory_order_acq_rel) > 1) return;
  sce_free(arena->bytes);
  sce_free(arena);
}

void sce_genesis_free(sce_genesis_t *genesis) {
  for (size_t i = 0; i < genesis->child_count; i++) sce_free(genesis->children[i].pairs.items);
  sce_free(genesis->children);
  sce_free(genesis->top.items);
  sce_arena_unref(genesis->arena);
  *genesis = (sce_genesis_t){0};
}

/* Where decoded bytes go. */
typedef struct spec_reader {
  sce_genesis_t *genesis;
  size_t used; /* bytes of the arena */
} spec_reader_t;

static sce_error_t *bad_spec(const char *what) {
  return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s", what);
}

/* What is wrong with text that sce_hex_decode refuses. */
static sce_error_t *bad_hex(sce_span_t text) {
  sce_buf_t decoded = {0};
  sce_error_t *err = sce_hex_decode(&decoded, text), *placed = err;
  if (err == NULL || sce_error_kind(err) == SCE_BAD_INPUT) {
    placed = bad_spec(err == NULL ? "wrong hexadecimal data" : sce_error_message(err));
    sce_error_delete(err);
  }
  sce_buf_free(&decoded);
  return placed;
}

/* Hexadecimal text, decoded into the arena. A character of a JSON string takes a byte of the file at least, so that the
 * arena has room for all strings of the spec. */
static sce_error_t *read_hex(spec_reader_t *reader, sce_span_t *bytes, sce_span_t text) {
  uint8_t *out = reader->genesis->arena->bytes + reader->used;
  if (text.len < 2 || text.data[0] != '0' || (text.data[1] | 0x20) != 'x') return bad_hex(text);
  size_t count = sce_hex_decode_pairs(out, sce_span(text.data + 2, text.len - 2));
  if (2 + 2 * count != text.len) return bad_hex(text);
  *bytes = sce_span(out, count);
  reader->used += count;
  return NULL;
}

static sce_error_t *read_hex_string(spec_reader_t *reader, sce_span_t *bytes, const json_t *string) {
  if (!json_is_string(string)) return bad_spec("expected a string");
  return read_hex(reader, bytes, sce_span(json_string_value(string), json_string_length(string)));
}

static sce_error_t *add_pair(sce_pair_list_t *pairs, sce_pair_t pair) {
  if (pairs->count == pairs->cap) {
    size_t cap = pairs->cap == 0 ? 64 : pairs->cap * 2;
    sce_pair_t *items = sce_realloc_array(pairs->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    pairs->items = items;
    pairs->cap = cap;
  }
  pairs->items[pairs->count++] = pair;
  return NULL;
}

/* Most bytes of a key that an error shows. */
#define SHOWN_KEY 128

/* "key 0x…" in front of an error: the key as the spec spells it, shortened. */
static sce_error_t *at_key(sce_error_t *err, const char *what, const char *key) {
  size_t len = strlen(key), shown = len <= SHOWN_KEY ? len : SHOWN_KEY;
  while (shown < len && shown > 0 && ((unsigned char)key[shown] & 0xc0) == 0x80) shown--; /* not within a character */
  return sce_error_prefix(err, "%s %.*s%s", what, (int)shown, key, shown < len ? "…" : "");
}

static sce_error_t *read_pair(spec_reader_t *reader, sce_pair_t *pair, const char *key, const json_t *value) {
  SCE_TRY(read_hex(reader, &pair->key, sce_span_text(key)));
  return read_hex_string(reader, &pair->value, value);
}

/* An object of hexadecimal keys and values; keys that begin with `left_out` (unless NULL) are not kept. */
static sce_error_t *read_map(spec_reader_t *reader, sce_pair_list_t *pairs, json_t *map, const char *left_out) {
  if (!json_is_object(map)) return bad_spec("expected an object");
  const char *key;
  json_t *value;
  json_object_foreach(map, key, value) {
    sce_pair_t pair = {{0}, {0}};
    sce_error_t *err = read_pair(reader, &pair, key, value);
    if (err != NULL) return at_key(err, "key", key);
    if (left_out != NULL && sce_span_starts_with(pair.key, sce_span_text(left_out))) continue;
    SCE_TRY(add_pair(pairs, pair));
  }
  return NULL;
}

static sce_error_t *add_child(sce_genesis_t *genesis, sce_span_t name) {
  if (genesis->child_count == genesis->child_cap) {
    size_t cap = genesis->child_cap == 0 ? 8 : genesis->child_cap * 2;
    sce_genesis_child_t *children = sce_realloc_array(genesis->children, cap, sizeof *children);
    if (children == NULL) return sce_error_oom();
    genesis->children = children;
    genesis->child_cap = cap;
  }
  genesis->children[genesis->child_count++] = (sce_genesis_child_t){.name = name};
  return NULL;
}

static sce_error_t *read_child(spec_reader_t *reader, const char *key, json_t *map) {
  sce_span_t name = {0};
  SCE_TRY(read_hex(reader, &name, sce_span_text(key)));
  SCE_TRY(add_child(reader->genesis, name));
  return read_map(reader, &reader->genesis->children[reader->genesis->child_count - 1].pairs, map, NULL);
}

static sce_error_t *read_children(spec_reader_t *reader, json_t *children) {
  if (!json_is_object(children)) return bad_spec("expected an object");
  const char *key;
  json_t *map;
  json_object_foreach(children, key, map) {
    sce_error_t *err = read_child(reader, key, map);
    if (err != NULL) return at_key(err, "child", key);
  }
  return NULL;
}

/* Both tries of `raw`; `children` may be NULL. */
static sce_error_t *read_tries(spec_reader_t *reader, json_t *top, json_t *children) {
  SCE_TRY(sce_error_prefix(read_map(reader, &reader->genesis->top, top, child_prefix), "genesis.raw.top"));
  if (children == NULL) return NULL;
  return sce_error_prefix(read_children(reader, children), "genesis.raw.childrenDefault");
}

/* The members may come in any order; nothing else is known. */
static sce_error_t *read_raw_object(spec_reader_t *reader, json_t *raw) {
  const char *name;
  json_t *value;
  json_object_foreach(raw, name, value) {
    if (strcmp(name, "top") == 0 || strcmp(name, "childrenDefault") == 0) continue;
    return at_key(bad_spec("unknown: genesis.raw has \"top\" and \"childrenDefault\""), "genesis.raw: member", name);
  }
  json_t *top = json_object_get(raw, "top");
  if (top == NULL) return bad_spec("genesis.raw has no \"top\"");
  return read_tries(reader, top, json_object_get(raw, "childrenDefault"));
}

/* [top, childrenDefault]; the second may be missing. */
static sce_error_t *read_raw_list(spec_reader_t *reader, const json_t *raw) {
  size_t count = json_array_size(raw);
  if (count == 0) return bad_spec("genesis.raw is an empty list: it should hold the top trie first");
  if (count > 2) return bad_spec("genesis.raw has more than two elements");
  return read_tries(reader, json_array_get(raw, 0), json_array_get(raw, 1));
}

static sce_error_t *read_raw(spec_reader_t *reader, json_t *raw) {
  if (json_is_object(raw)) return read_raw_object(reader, raw);
  if (json_is_array(raw)) return read_raw_list(reader, raw);
  return bad_spec("genesis.raw should be an object {\"top\", \"childrenDefault\"} or a list");
}

sce_error_t *sce_genesis_read(sce_genesis_t *genesis, struct json_t *value, size_t text_size) {
  if (!json_is_object(value)) return bad_spec("genesis: expected an object");
  json_t *raw = json_object_get(value, "raw");
  if (json_object_size(value) != (raw != NULL)) /* any other member */
    return bad_spec("not a raw chain spec: this one describes its genesis instead of listing it. Make a raw one with "
                    "the chain's node: build-spec --chain FILE --raw");
  if (raw == NULL) return bad_spec("genesis has no \"raw\"");
  SCE_TRY(sce_arena_new(&genesis->arena, text_size / 2 + 1));
  spec_reader_t reader = {genesis, 0};
  return read_raw(&reader, raw);
}
