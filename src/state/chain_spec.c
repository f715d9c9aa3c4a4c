/* chain_spec.c: the members of a chain spec that describe the chain; the storage is read by genesis.c.
 * Source: sc-chain-spec, ClientSpec. Members that scexec has no use for (boot nodes, fork blocks, …) are checked to be
 * JSON and passed over. */
#include "state/chain_spec.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/written.h"

#include <string.h>

/* Most tokens that a spec may name. */
#define MAX_TOKENS 1024

typedef struct token {
  char *symbol;
  uint32_t decimals;
} token_t;

struct sce_chain_spec {
  char *name; /* this and the next four: NULL where absent */
  char *id;
  char *chain_type;
  char *protocol_id;
  char *properties;
  bool has_ss58_format;
  uint16_t ss58_format;
  token_t *tokens; /* token_count of them */
  size_t token_count;
  bool has_genesis;
  sce_genesis_t genesis;
};

void sce_chain_spec_delete(sce_chain_spec_t *spec) {
  if (spec == NULL) return;
  sce_free(spec->name);
  sce_free(spec->id);
  sce_free(spec->chain_type);
  sce_free(spec->protocol_id);
  sce_free(spec->properties);
  for (size_t i = 0; i < spec->token_count; i++) sce_free(spec->tokens[i].symbol);
  sce_free(spec->tokens);
  sce_genesis_free(&spec->genesis);
  sce_free(spec);
}

/* A NUL-terminated copy of a string's characters; NUL characters are refused. */
static sce_error_t *copy_string(const sce_json_reader_t *in, char **text, sce_json_string_t string) {
  sce_buf_t chars = {0};
  sce_error_t *err = sce_json_unescape(&chars, string);
  if (err == NULL && chars.len > 0 && memchr(chars.data, 0, chars.len) != NULL)
    err = sce_json_error(in, "NUL character in a name");
  if (err == NULL && (*text = sce_strndup((const char *)chars.data, chars.len)) == NULL) err = sce_error_oom();
  sce_buf_free(&chars);
  return err;
}

/* Each of these members may stand once. */
static sce_error_t *refuse_second(const sce_json_reader_t *in, bool seen) {
  return seen ? sce_json_error(in, "the same member twice") : NULL;
}

/* A string; or null, which leaves `*text` NULL. */
static sce_error_t *read_text(sce_json_reader_t *in, char **text) {
  SCE_TRY(refuse_second(in, *text != NULL));
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind == SCE_JSON_NULL) return sce_json_skip(in, NULL);
  sce_json_string_t string = {0};
  SCE_TRY(sce_json_read_string(in, &string));
  return copy_string(in, text, string);
}

/* Any value but null, as its JSON text. */
static sce_error_t *read_json(sce_json_reader_t *in, char **text) {
  SCE_TRY(refuse_second(in, *text != NULL));
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  sce_span_t json = {0};
  SCE_TRY(sce_json_skip(in, &json));
  if (kind == SCE_JSON_NULL) return NULL;
  *text = sce_strndup((const char *)json.data, json.len);
  return *text == NULL ? sce_error_oom() : NULL;
}

/* "Live", "Development", "Local", or {"Custom": "…"}, which is kept as JSON. */
static sce_error_t *read_chain_type(sce_json_reader_t *in, char **text) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  return kind == SCE_JSON_STRING ? read_text(in, text) : read_json(in, text);
}

/* ---- properties ---- */

/* A whole number from 0 to `max` in digits alone; anything else, whatever it is, gives false. */
static bool whole_number(sce_span_t text, uint32_t max, uint32_t *value) {
  uint64_t sum = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    sum = sum * 10 + (uint64_t)(text.data[i] - '0');
    if (sum > max) return false;
  }
  *value = (uint32_t)sum;
  return text.len > 0;
}

static sce_error_t *token_at(sce_chain_spec_t *spec, token_t **token, size_t index, const sce_json_reader_t *in) {
  if (index >= MAX_TOKENS) return sce_json_error(in, "more than 1024 tokens");
  if (index >= spec->token_count) {
    token_t *tokens = sce_realloc_array(spec->tokens, index + 1, sizeof *tokens);
    if (tokens == NULL) return sce_error_oom();
    spec->tokens = tokens;
    while (spec->token_count <= index) tokens[spec->token_count++] = (token_t){NULL, 0};
  }
  *token = &spec->tokens[index];
  return NULL;
}

/* One symbol (a string) or one number of decimals; a value of another kind is passed over. */
static sce_error_t *read_token(sce_chain_spec_t *spec, sce_json_reader_t *in, size_t index) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind != SCE_JSON_STRING && kind != SCE_JSON_NUMBER) return sce_json_skip(in, NULL);
  token_t *token = NULL;
  SCE_TRY(token_at(spec, &token, index, in));
  if (kind == SCE_JSON_STRING) {
    sce_json_string_t string = {0};
    SCE_TRY(sce_json_read_string(in, &string));
    SCE_TRY(refuse_second(in, token->symbol != NULL));
    return copy_string(in, &token->symbol, string);
  }
  sce_span_t number = {0};
  SCE_TRY(sce_json_read_number(in, &number));
  if (!whole_number(number, UINT32_MAX, &token->decimals)) token->decimals = 0;
  return NULL;
}

/* tokenSymbol or tokenDecimals: one value, or a list of them. */
static sce_error_t *read_tokens(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind != SCE_JSON_ARRAY) return read_token(spec, in, 0);
  SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
  for (size_t i = 0;; i++) {
    bool more = false;
    SCE_TRY(sce_json_element(in, &more));
    if (!more) return NULL;
    SCE_TRY(read_token(spec, in, i));
  }
}

static sce_error_t *read_ss58_format(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  sce_span_t text = {0};
  uint32_t format;
  SCE_TRY(sce_json_skip(in, &text));
  spec->has_ss58_format = whole_number(text, 16383, &format);
  if (spec->has_ss58_format) spec->ss58_format = (uint16_t)format;
  return NULL;
}

static sce_error_t *read_properties(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  sce_json_reader_t inside = *in;
  SCE_TRY(read_json(in, &spec->properties));
  if (kind != SCE_JSON_OBJECT) return NULL;
  SCE_TRY(sce_json_enter(&inside, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(&inside, &more, &name));
    if (!more) return NULL;
    if (sce_json_string_is(name, "ss58Format"))
      SCE_TRY(read_ss58_format(spec, &inside));
    else if (sce_json_string_is(name, "tokenSymbol") || sce_json_string_is(name, "tokenDecimals"))
      SCE_TRY(read_tokens(spec, &inside));
    else
      SCE_TRY(sce_json_skip(&inside, NULL));
  }
}

/* ---- the document ---- */

static sce_error_t *read_member(sce_chain_spec_t *spec, sce_json_reader_t *in, sce_json_string_t name) {
  if (sce_json_string_is(name, "name")) return read_text(in, &spec->name);
  if (sce_json_string_is(name, "id")) return read_text(in, &spec->id);
  if (sce_json_string_is(name, "chainType")) return read_chain_type(in, &spec->chain_type);
  if (sce_json_string_is(name, "protocolId")) return read_text(in, &spec->protocol_id);
  if (sce_json_string_is(name, "properties")) return read_properties(spec, in);
  if (!sce_json_string_is(name, "genesis")) return sce_json_skip(in, NULL);
  SCE_TRY(refuse_second(in, spec->has_genesis));
  spec->has_genesis = true;
  return sce_genesis_read(&spec->genesis, in);
}

static sce_error_t *read_members(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) return NULL;
    SCE_TRY(read_member(spec, in, name));
  }
}

/* Whether a document is the answer of a node's sync_state_genSyncSpec: by its first member, as a spec is too large to
 * be read twice. `in` is a copy. */
static sce_error_t *is_answer(bool *is, sce_json_reader_t in) {
  bool more = false;
  sce_json_string_t name = {0};
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_enter(&in, SCE_JSON_OBJECT));
  SCE_TRY(sce_json_member(&in, &more, &name));
  if (!more) return NULL;
  SCE_TRY(sce_json_peek(&in, &kind));
  *is = sce_json_string_is(name, "jsonrpc") || sce_json_string_is(name, "result") ||
        (sce_json_string_is(name, "id") && kind != SCE_JSON_STRING);
  return NULL;
}

static sce_error_t *read_answer(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) return NULL;
    SCE_TRY(sce_json_string_is(name, "result") ? read_members(spec, in) : sce_json_skip(in, NULL));
  }
}

static sce_error_t *read_document(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  bool answer = false;
  SCE_TRY(is_answer(&answer, *in));
  SCE_TRY(answer ? read_answer(spec, in) : read_members(spec, in));
  SCE_TRY(sce_json_end(in));
  return spec->has_genesis ? NULL : sce_json_error(in, "no member \"genesis\": this is not a chain spec");
}

sce_error_t *sce_chain_spec_parse(sce_chain_spec_t **spec, sce_span_t text) {
  if (text.len > SCE_CHAIN_SPEC_MAX_SIZE) return sce_error_new(SCE_BAD_CHAIN_SPEC, "chain spec of more than 4 GiB");
  sce_chain_spec_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_json_reader_t in = sce_json_reader(sce_skip_bom(text));
  sce_error_t *err = sce_spec_error(read_document(made, &in), "chain spec");
  if (err != NULL) {
    sce_chain_spec_delete(made);
    return err;
  }
  *spec = made;
  return NULL;
}

sce_error_t *sce_chain_spec_load(sce_chain_spec_t **spec, const char *path) {
  sce_file_view_t text;
  SCE_TRY(sce_file_open(&text, path, SCE_CHAIN_SPEC_MAX_SIZE));
  sce_error_t *err = sce_error_prefix(sce_chain_spec_parse(spec, text.bytes), "%s", path);
  sce_file_close(&text);
  return err;
}

static const char *text_or_empty(const char *text) {
  return text == NULL ? "" : text;
}

const char *sce_chain_spec_name(const sce_chain_spec_t *spec) {
  return text_or_empty(spec->name);
}

const char *sce_chain_spec_id(const sce_chain_spec_t *spec) {
  return text_or_empty(spec->id);
}

const char *sce_chain_spec_chain_type(const sce_chain_spec_t *spec) {
  return text_or_empty(spec->chain_type);
}

const char *sce_chain_spec_protocol_id(const sce_chain_spec_t *spec) {
  return text_or_empty(spec->protocol_id);
}

const char *sce_chain_spec_properties(const sce_chain_spec_t *spec) {
  return text_or_empty(spec->properties);
}

bool sce_chain_spec_ss58_format(const sce_chain_spec_t *spec, uint16_t *format) {
  if (spec->has_ss58_format) *format = spec->ss58_format;
  return spec->has_ss58_format;
}

bool sce_chain_spec_token(const sce_chain_spec_t *spec, const char **symbol, uint32_t *decimals, size_t index) {
  if (index >= spec->token_count) return false;
  *symbol = text_or_empty(spec->tokens[index].symbol);
  *decimals = spec->tokens[index].decimals;
  return true;
}

bool sce_chain_spec_storage(const sce_chain_spec_t *spec, sce_span_t *value, sce_span_t key) {
  const sce_pair_list_t *top = &spec->genesis.top;
  for (size_t i = top->count; i-- > 0;) { /* of equal keys the last one counts */
    if (!sce_span_equal(top->items[i].key, key)) continue;
    *value = top->items[i].value;
    return true;
  }
  return false;
}

const sce_genesis_t *sce_chain_spec_genesis(const sce_chain_spec_t *spec) {
  return &spec->genesis;
}
