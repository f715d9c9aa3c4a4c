/* genesis.c: reading `genesis.raw` of a chain spec. Hexadecimal text is decoded straight from the file into the arena,
 * which has half of the file's size: two digits make one byte. Source: sc-chain-spec, Genesis and RawGenesis. */
#include "state/genesis.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

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
  sce_advise_large(made->bytes, size);
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
  sce_buf_free(&genesis->config);
  sce_arena_unref(genesis->arena);
  *genesis = (sce_genesis_t){0};
}

sce_error_t *sce_spec_error(sce_error_t *err, const char *where) {
  if (err == NULL) return NULL;
  if (sce_error_kind(err) == SCE_BAD_INPUT) {
    sce_error_t *spec = sce_error_new(SCE_BAD_CHAIN_SPEC, "%s", sce_error_message(err));
    sce_error_delete(err);
    err = spec;
  }
  return where == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY ? err : sce_error_prefix(err, "%s", where);
}

/* Where decoded bytes go. */
typedef struct spec_reader {
  sce_json_reader_t *in;
  sce_genesis_t *genesis;
  size_t used; /* bytes of the arena */
} spec_reader_t;

/* A string that is not plain "0x…" with an even number of digits: either it has escapes, or it is wrong. */
static sce_error_t *read_odd_hex(spec_reader_t *reader, sce_span_t *bytes) {
  sce_json_reader_t before = *reader->in;
  sce_json_string_t string;
  SCE_TRY(sce_json_read_string(reader->in, &string));
  sce_buf_t text = {0}, decoded = {0};
  sce_error_t *err = sce_json_unescape(&text, string);
  if (err == NULL) err = sce_hex_decode(&decoded, sce_buf_span(&text));
  if (err == NULL) {
    /* Never longer than what the text took of the arena's measure. */
    *bytes = sce_span(reader->genesis->arena->bytes + reader->used, decoded.len);
    if (decoded.len > 0) memcpy(reader->genesis->arena->bytes + reader->used, decoded.data, decoded.len);
    reader->used += decoded.len;
  } else if (sce_error_kind(err) == SCE_BAD_INPUT) {
    sce_error_t *placed = sce_json_error(&before, sce_error_message(err));
    sce_error_delete(err);
    err = placed;
  }
  sce_buf_free(&text);
  sce_buf_free(&decoded);
  return err;
}

/* A hexadecimal string, decoded into the arena. */
static sce_error_t *read_hex(spec_reader_t *reader, sce_span_t *bytes) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(reader->in, &kind)); /* passes white space */
  sce_span_t rest = sce_span_skip(reader->in->text, reader->in->at);
  if (sce_span_starts_with(rest, sce_span_text("\"0x"))) {
    uint8_t *out = reader->genesis->arena->bytes + reader->used;
    size_t count = sce_hex_decode_pairs(out, sce_span_skip(rest, 3)), end = 3 + 2 * count;
    if (end < rest.len && rest.data[end] == '"') {
      *bytes = sce_span(out, count);
      reader->used += count;
      reader->in->at += end + 1;
      return NULL;
    }
  }
  return read_odd_hex(reader, bytes);
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

/* "key 0x…", shortened, in front of an error. */
static sce_error_t *at_key(sce_error_t *err, const char *what, sce_span_t key) {
  sce_buf_t hex = {0};
  bool whole = key.len <= 64;
  sce_error_t *no_hex = sce_hex_append(&hex, sce_span(key.data, whole ? key.len : 64));
  if (no_hex == NULL)
    err = sce_error_prefix(err, "%s 0x%.*s%s", what, (int)hex.len, (const char *)hex.data, whole ? "" : "…");
  sce_error_delete(no_hex);
  sce_buf_free(&hex);
  return err;
}

/* An object of hexadecimal keys and values; keys that begin with `left_out` (unless NULL) are not kept. */
static sce_error_t *read_map(spec_reader_t *reader, sce_pair_list_t *pairs, const char *left_out) {
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    SCE_TRY(sce_json_next_member(reader->in, &more));
    if (!more) return NULL;
    sce_pair_t pair = {{0}, {0}};
    SCE_TRY(read_hex(reader, &pair.key));
    SCE_TRY(sce_json_colon(reader->in));
    sce_error_t *err = read_hex(reader, &pair.value);
    if (err != NULL) return at_key(err, "key", pair.key);
    if (left_out != NULL && sce_span_starts_with(pair.key, sce_span_text(left_out))) continue;
    SCE_TRY(add_pair(pairs, pair));
  }
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

static sce_error_t *read_children(spec_reader_t *reader) {
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    SCE_TRY(sce_json_next_member(reader->in, &more));
    if (!more) return NULL;
    sce_span_t name = {0};
    SCE_TRY(read_hex(reader, &name));
    SCE_TRY(sce_json_colon(reader->in));
    SCE_TRY(add_child(reader->genesis, name));
    sce_genesis_child_t *child = &reader->genesis->children[reader->genesis->child_count - 1];
    sce_error_t *err = read_map(reader, &child->pairs, NULL);
    if (err != NULL) return at_key(err, "child", name);
  }
}

static sce_error_t *read_top(spec_reader_t *reader) {
  return sce_spec_error(read_map(reader, &reader->genesis->top, child_prefix), "genesis.raw.top");
}

static sce_error_t *read_children_default(spec_reader_t *reader) {
  return sce_spec_error(read_children(reader), "genesis.raw.childrenDefault");
}

/* The members may come in any order, each once; nothing else is known. */
static sce_error_t *read_raw_object(spec_reader_t *reader) {
  bool seen[2] = {false, false};
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(reader->in, &more, &name));
    if (!more) break;
    bool top = sce_json_string_is(name, "top");
    if (!top && !sce_json_string_is(name, "childrenDefault"))
      return sce_json_error(reader->in, "unknown member: genesis.raw has \"top\" and \"childrenDefault\"");
    if (seen[top]) return sce_json_error(reader->in, "the same member twice");
    seen[top] = true;
    SCE_TRY(top ? read_top(reader) : read_children_default(reader));
  }
  return seen[true] ? NULL : sce_json_error(reader->in, "genesis.raw has no \"top\"");
}

/* [top, childrenDefault]; the second may be missing. */
static sce_error_t *read_raw_list(spec_reader_t *reader) {
  bool more = false;
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_ARRAY));
  SCE_TRY(sce_json_element(reader->in, &more));
  if (!more) return sce_json_error(reader->in, "genesis.raw is an empty list: it should hold the top trie first");
  SCE_TRY(read_top(reader));
  SCE_TRY(sce_json_element(reader->in, &more));
  if (!more) return NULL;
  SCE_TRY(read_children_default(reader));
  SCE_TRY(sce_json_element(reader->in, &more));
  return more ? sce_json_error(reader->in, "genesis.raw has more than two elements") : NULL;
}

static sce_error_t *read_raw(spec_reader_t *reader) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(reader->in, &kind));
  if (kind == SCE_JSON_OBJECT) return read_raw_object(reader);
  if (kind == SCE_JSON_ARRAY) return read_raw_list(reader);
  return sce_json_error(reader->in, "genesis.raw should be an object {\"top\", \"childrenDefault\"} or a list");
}

static sce_error_t *read_code(spec_reader_t *reader) {
  if (reader->genesis->top.count > 0) return sce_json_error(reader->in, "the same member twice");
  sce_span_t code = {0};
  SCE_TRY(read_hex(reader, &code));
  return add_pair(&reader->genesis->top, (sce_pair_t){sce_span_text(":code"), code});
}

static sce_error_t *read_config(spec_reader_t *reader, bool is_patch) {
  sce_genesis_t *genesis = reader->genesis;
  sce_span_t json = {0};
  if (genesis->config.len > 0) return sce_json_error(reader->in, "either \"patch\" or \"config\", and once");
  SCE_TRY(sce_json_skip(reader->in, &json));
  genesis->is_patch = is_patch;
  return sce_buf_append(&genesis->config, json.data, json.len);
}

/* {"code": "0x…", "patch": …} or {"code": "0x…", "config": …}; serde passes over others. */
static sce_error_t *read_runtime_genesis(spec_reader_t *reader) {
  reader->genesis->plain = true;
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(reader->in, &more, &name));
    if (!more) break;
    bool is_patch = sce_json_string_is(name, "patch");
    if (sce_json_string_is(name, "code"))
      SCE_TRY(read_code(reader));
    else if (is_patch || sce_json_string_is(name, "config"))
      SCE_TRY(read_config(reader, is_patch));
    else
      SCE_TRY(sce_json_skip(reader->in, NULL));
  }
  if (reader->genesis->top.count == 0) return sce_json_error(reader->in, "genesis.runtimeGenesis has no \"code\"");
  return reader->genesis->config.len > 0
             ? NULL
             : sce_json_error(reader->in, "genesis.runtimeGenesis has neither \"patch\" nor \"config\"");
}

/* What of a spec is not the state itself. */
static sce_error_t *not_raw(const spec_reader_t *reader, sce_json_string_t name) {
  if (sce_json_string_is(name, "stateRootHash"))
    return sce_json_error(reader->in, "the spec has only the root of its genesis state (stateRootHash), and no state");
  if (sce_json_string_is(name, "runtime"))
    return sce_json_error(reader->in,
                          "not a raw chain spec: this one describes its genesis pallet by pallet, for the chain's "
                          "node alone. Make a raw one with that: build-spec --chain FILE --raw");
  return sce_json_error(reader->in, "genesis has \"raw\" or \"runtimeGenesis\", and nothing else");
}

static sce_error_t *read_genesis(spec_reader_t *reader) {
  SCE_TRY(sce_json_enter(reader->in, SCE_JSON_OBJECT));
  bool more = false, seen = false;
  sce_json_string_t name = {0};
  for (;;) {
    SCE_TRY(sce_json_member(reader->in, &more, &name));
    if (!more) break;
    bool raw = sce_json_string_is(name, "raw");
    if (!raw && !sce_json_string_is(name, "runtimeGenesis")) return not_raw(reader, name);
    if (seen) return sce_json_error(reader->in, "genesis twice: \"raw\" or \"runtimeGenesis\", and once");
    seen = true;
    SCE_TRY(raw ? read_raw(reader) : read_runtime_genesis(reader));
  }
  return seen ? NULL : sce_json_error(reader->in, "genesis has neither \"raw\" nor \"runtimeGenesis\"");
}

sce_error_t *sce_genesis_read(sce_genesis_t *genesis, sce_json_reader_t *in) {
  spec_reader_t reader = {in, genesis, 0};
  SCE_TRY(sce_arena_new(&genesis->arena, (in->text.len - in->at) / 2 + 1));
  return sce_spec_error(read_genesis(&reader), NULL);
}
