/* chain_spec.c: the members of a chain spec beside its storage, which genesis.c reads. Source: sc-chain-spec,
 * ClientSpec. All of them are kept as they stand, known or not, since an export must give them back: a collator does
 * not start without the members of its node's own (relay_chain, para_id). */
#include "state/chain_spec.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/written.h"
#include "state/chain_rules.h"

#include <string.h>

/* Most tokens that a spec may name. */
#define MAX_TOKENS 1024

typedef struct token {
  char *symbol;
  uint32_t decimals;
} token_t;

struct sce_chain_spec {
  sce_buf_t members; /* JSON: an object of all members but "genesis", in the order of the file */
  sce_chain_rules_t rules;
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
  sce_buf_free(&spec->members);
  sce_chain_rules_free(&spec->rules);
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

/* ---- properties ----
 *
 * Free JSON (sc-chain-spec, Properties): wallets read them, nodes do not. So whatever they hold, it keeps nobody from
 * the state; what makes no sense counts as absent. */

/* A whole number from 0 to `max`: a JSON number, or a string of its digits, as some public specs have it. Anything else
 * gives false. */
static sce_error_t *read_whole(sce_json_reader_t *in, bool *is, uint32_t max, uint32_t *value) {
  sce_span_t text = {0};
  uint64_t sum = 0;
  SCE_TRY(sce_json_skip(in, &text));
  if (text.len > 1 && text.data[0] == '"') text = sce_span(text.data + 1, text.len - 2);
  *is = text.len > 0;
  for (size_t i = 0; i < text.len && *is; i++) {
    *is = text.data[i] >= '0' && text.data[i] <= '9';
    sum = sum * 10 + (uint64_t)(text.data[i] - '0');
    if (sum > max) *is = false;
  }
  if (*is) *value = (uint32_t)sum;
  return NULL;
}

/* NULL where there are too many, or no memory for one more. */
static token_t *token_at(sce_chain_spec_t *spec, size_t index) {
  if (index >= MAX_TOKENS) return NULL;
  if (index >= spec->token_count) {
    token_t *tokens = sce_realloc_array(spec->tokens, index + 1, sizeof *tokens);
    if (tokens == NULL) return NULL;
    spec->tokens = tokens;
    while (spec->token_count <= index) tokens[spec->token_count++] = (token_t){NULL, 0};
  }
  return &spec->tokens[index];
}

/* A token's symbol; characters that no name has (NUL, half of a surrogate pair) make it none. */
static sce_error_t *read_symbol(sce_json_reader_t *in, token_t *token) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  sce_json_string_t string = {0};
  char *symbol = NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind != SCE_JSON_STRING) return sce_json_skip(in, NULL);
  SCE_TRY(sce_json_read_string(in, &string));
  sce_error_t *err = copy_string(in, &symbol, string);
  if (err != NULL && sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  sce_free(token->symbol);
  token->symbol = symbol;
  return NULL;
}

static sce_error_t *read_token(sce_chain_spec_t *spec, sce_json_reader_t *in, bool symbol, size_t index) {
  bool is;
  if (index >= MAX_TOKENS) return sce_json_skip(in, NULL);
  token_t *token = token_at(spec, index);
  if (token == NULL) return sce_error_oom();
  if (symbol) return read_symbol(in, token);
  SCE_TRY(read_whole(in, &is, UINT32_MAX, &token->decimals));
  if (!is) token->decimals = 0;
  return NULL;
}

/* tokenSymbol or tokenDecimals: one value, or a list of them. */
static sce_error_t *read_tokens(sce_chain_spec_t *spec, sce_json_reader_t *in, bool symbol) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind == SCE_JSON_NULL || kind == SCE_JSON_OBJECT) return sce_json_skip(in, NULL);
  if (kind != SCE_JSON_ARRAY) return read_token(spec, in, symbol, 0);
  SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
  for (size_t i = 0;; i++) {
    bool more = false;
    SCE_TRY(sce_json_element(in, &more));
    if (!more) return NULL;
    SCE_TRY(read_token(spec, in, symbol, i));
  }
}

static sce_error_t *read_ss58_format(sce_chain_spec_t *spec, sce_json_reader_t *in) {
  uint32_t format = 0;
  SCE_TRY(read_whole(in, &spec->has_ss58_format, 16383, &format));
  spec->ss58_format = (uint16_t)format;
  return NULL;
}

static sce_error_t *read_property(sce_chain_spec_t *spec, sce_json_reader_t *in, sce_json_string_t name) {
  if (sce_json_string_is(name, "ss58Format")) return read_ss58_format(spec, in);
  if (sce_json_string_is(name, "tokenSymbol")) return read_tokens(spec, in, true);
  if (sce_json_string_is(name, "tokenDecimals")) return read_tokens(spec, in, false);
  return sce_json_skip(in, NULL);
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
    SCE_TRY(read_property(spec, &inside, name));
  }
}

/* ---- the document ---- */

/* Keeps a member's name and value; gives where in the kept text the value stands. */
static sce_error_t *keep_member(sce_chain_spec_t *spec, size_t *start, sce_json_string_t name, sce_span_t value) {
  sce_buf_t *members = &spec->members;
  SCE_TRY(sce_buf_append(members, members->len == 0 ? "{\"" : ",\"", 2));
  SCE_TRY(sce_buf_append(members, name.raw.data, name.raw.len));
  SCE_TRY(sce_buf_append(members, "\":", 2));
  *start = members->len;
  return sce_buf_append(members, value.data, value.len);
}

static sce_error_t *read_member(sce_chain_spec_t *spec, sce_json_reader_t *in, sce_json_string_t name) {
  sce_span_t value = {0};
  size_t start = 0;
  if (sce_json_string_is(name, "genesis")) {
    SCE_TRY(refuse_second(in, spec->has_genesis));
    spec->has_genesis = true;
    return sce_genesis_read(&spec->genesis, in);
  }
  sce_json_reader_t inside = *in;
  SCE_TRY(sce_json_skip(in, &value));
  if (sce_json_string_is(name, "name")) SCE_TRY(read_text(&inside, &spec->name));
  if (sce_json_string_is(name, "id")) SCE_TRY(read_text(&inside, &spec->id));
  if (sce_json_string_is(name, "chainType")) SCE_TRY(read_chain_type(&inside, &spec->chain_type));
  if (sce_json_string_is(name, "protocolId")) SCE_TRY(read_text(&inside, &spec->protocol_id));
  if (sce_json_string_is(name, "properties")) SCE_TRY(read_properties(spec, &inside));
  SCE_TRY(keep_member(spec, &start, name, value));
  return sce_chain_rules_read(&spec->rules, name, value, start);
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

/* `whole`: with a genesis; members alone are no answer of a node. */
static sce_error_t *read_document(sce_chain_spec_t *spec, sce_json_reader_t *in, bool whole) {
  bool answer = false;
  if (whole) SCE_TRY(is_answer(&answer, *in));
  SCE_TRY(answer ? read_answer(spec, in) : read_members(spec, in));
  SCE_TRY(sce_json_end(in));
  return spec->members.len == 0 ? sce_buf_append(&spec->members, "{}", 3) : sce_buf_append(&spec->members, "}", 2);
}

static sce_error_t *parse(sce_chain_spec_t **spec, sce_span_t text, bool genesis) {
  if (text.len > SCE_CHAIN_SPEC_MAX_SIZE) return sce_error_new(SCE_BAD_CHAIN_SPEC, "chain spec of more than 4 GiB");
  sce_chain_spec_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_json_reader_t in = sce_json_reader(sce_skip_bom(text));
  sce_error_t *err = read_document(made, &in, genesis);
  if (err == NULL && genesis && !made->has_genesis)
    err = sce_json_error(&in, "no member \"genesis\": this is not a chain spec");
  err = sce_spec_error(err, "chain spec");
  if (err != NULL) {
    sce_chain_spec_delete(made);
    return err;
  }
  *spec = made;
  return NULL;
}

sce_error_t *sce_chain_spec_parse(sce_chain_spec_t **spec, sce_span_t text) {
  return parse(spec, text, true);
}

sce_error_t *sce_chain_spec_parse_members(sce_chain_spec_t **spec, sce_span_t text) {
  return parse(spec, text, false);
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

const char *sce_chain_spec_members(const sce_chain_spec_t *spec) {
  return (const char *)spec->members.data;
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

bool sce_chain_spec_is_raw(const sce_chain_spec_t *spec) {
  return !spec->genesis.plain;
}

const sce_genesis_t *sce_chain_spec_genesis(const sce_chain_spec_t *spec) {
  return &spec->genesis;
}

/* ---- rules ---- */

sce_error_t *sce_chain_spec_substitute(const sce_chain_spec_t *spec, bool *found, uint32_t *number, sce_buf_t *code,
                                       size_t index) {
  const sce_chain_rules_t *rules = &spec->rules;
  if (rules->bad_substitutes != NULL) return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s", rules->bad_substitutes);
  *found = index < rules->substitute_count;
  if (!*found) return NULL;
  const sce_substitute_t *substitute = &rules->substitutes[index];
  *number = substitute->number;
  if (code == NULL) return NULL;
  sce_span_t hex = sce_span_part(sce_buf_span(&spec->members), substitute->at, substitute->at + substitute->len);
  return sce_error_prefix(sce_spec_error(sce_hex_decode(code, hex), NULL),
                          "codeSubstitutes of the chain spec, block %u", (unsigned)substitute->number);
}

sce_error_t *sce_chain_spec_check_block(const sce_chain_spec_t *spec, uint32_t number, const uint8_t hash[32]) {
  const sce_chain_rules_t *rules = &spec->rules;
  if (rules->bad_rules != NULL) return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s", rules->bad_rules);
  /* Of two hashes for one height the last one counts (BlockRules::new collects them into a map). */
  for (size_t i = rules->fork_count; i-- > 0;) {
    if (rules->forks[i].number != number) continue;
    if (memcmp(rules->forks[i].hash, hash, 32) == 0) break;
    return sce_error_new(SCE_BAD_BLOCK, "the chain spec refuses it: forkBlocks has another block at this height");
  }
  for (size_t i = 0; i < rules->bad_count; i++)
    if (memcmp(rules->bad[i], hash, 32) == 0)
      return sce_error_new(SCE_BAD_BLOCK, "the chain spec refuses it: it is one of badBlocks");
  return NULL;
}
