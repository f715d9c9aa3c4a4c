/* chain_spec.c: the members of a chain spec that describe the chain; the storage is read by genesis.c.
 * Source: sc-chain-spec, ClientSpec. jansson reads the JSON into a tree, which is freed once the tables are made of it.
 * Members that scexec has no use for (boot nodes, fork blocks, …) are passed over. */
#include "state/chain_spec.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#include <jansson.h>
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

static sce_error_t *bad_member(const char *name, const char *what) {
  return sce_error_new(SCE_BAD_CHAIN_SPEC, "%s: %s", name, what);
}

/* A string without NUL characters (jansson refuses them). */
static sce_error_t *copy_string(char **text, const json_t *string) {
  *text = sce_strndup(json_string_value(string), json_string_length(string));
  return *text == NULL ? sce_error_oom() : NULL;
}

static int append_text(const char *text, size_t len, void *out) {
  sce_error_t *err = sce_buf_append(out, text, len);
  bool failed = err != NULL;
  sce_error_delete(err);
  return failed ? -1 : 0;
}

/* Any value as JSON text, without white space. */
static sce_error_t *copy_json(char **text, const json_t *value) {
  sce_buf_t json = {0};
  if (json_dump_callback(value, append_text, &json, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
    *text = sce_strndup((const char *)json.data, json.len);
  sce_buf_free(&json);
  return *text == NULL ? sce_error_oom() : NULL;
}

/* The member `name`, NULL where it is absent or null. */
static json_t *member_get(const json_t *object, const char *name) {
  json_t *value = json_object_get(object, name);
  return json_is_null(value) ? NULL : value;
}

static sce_error_t *read_text(char **text, const json_t *root, const char *name) {
  const json_t *value = member_get(root, name);
  if (value == NULL) return NULL;
  return json_is_string(value) ? copy_string(text, value) : bad_member(name, "expected a string");
}

/* "Live", "Development", "Local", or {"Custom": "…"}, which is kept as JSON. */
static sce_error_t *read_chain_type(char **text, const json_t *root) {
  const json_t *value = member_get(root, "chainType");
  if (value == NULL) return NULL;
  return json_is_string(value) ? copy_string(text, value) : copy_json(text, value);
}

/* ---- properties ---- */

/* A whole number from 0 to `max`; anything else, whatever it is, gives false. */
static bool whole_number(uint32_t *number, const json_t *value, uint32_t max) {
  if (!json_is_integer(value)) return false;
  json_int_t integer = json_integer_value(value);
  if (integer < 0 || integer > max) return false;
  *number = (uint32_t)integer;
  return true;
}

/* tokenSymbol and tokenDecimals are one value each, or a list of them. */
static size_t value_count(const json_t *values) {
  return json_is_array(values) ? json_array_size(values) : values != NULL;
}

static const json_t *value_at(const json_t *values, size_t index) {
  return json_is_array(values) ? json_array_get(values, index) : index == 0 ? values : NULL;
}

/* Symbols that are not strings and decimals that are not whole numbers count as absent. */
static sce_error_t *read_tokens(sce_chain_spec_t *spec, const json_t *symbols, const json_t *decimals) {
  size_t count = value_count(symbols);
  if (value_count(decimals) > count) count = value_count(decimals);
  if (count == 0) return NULL;
  if (count > MAX_TOKENS) return bad_member("properties", "more than 1024 tokens");
  if ((spec->tokens = sce_calloc(count, sizeof *spec->tokens)) == NULL) return sce_error_oom();
  spec->token_count = count;
  for (size_t i = 0; i < count; i++) {
    const json_t *symbol = value_at(symbols, i);
    if (json_is_string(symbol)) SCE_TRY(copy_string(&spec->tokens[i].symbol, symbol));
    if (!whole_number(&spec->tokens[i].decimals, value_at(decimals, i), UINT32_MAX)) spec->tokens[i].decimals = 0;
  }
  return NULL;
}

static sce_error_t *read_properties(sce_chain_spec_t *spec, const json_t *root) {
  const json_t *properties = member_get(root, "properties");
  if (properties == NULL) return NULL;
  SCE_TRY(copy_json(&spec->properties, properties));
  uint32_t format = 0;
  spec->has_ss58_format = whole_number(&format, json_object_get(properties, "ss58Format"), 16383);
  spec->ss58_format = (uint16_t)format;
  return read_tokens(spec, member_get(properties, "tokenSymbol"), member_get(properties, "tokenDecimals"));
}

/* ---- the document ---- */

static sce_error_t *read_document(sce_chain_spec_t *spec, const json_t *root, size_t text_size) {
  if (!json_is_object(root)) return sce_error_new(SCE_BAD_CHAIN_SPEC, "expected an object");
  SCE_TRY(read_text(&spec->name, root, "name"));
  SCE_TRY(read_text(&spec->id, root, "id"));
  SCE_TRY(read_chain_type(&spec->chain_type, root));
  SCE_TRY(read_text(&spec->protocol_id, root, "protocolId"));
  SCE_TRY(read_properties(spec, root));
  json_t *genesis = json_object_get(root, "genesis");
  if (genesis == NULL) return sce_error_new(SCE_BAD_CHAIN_SPEC, "no member \"genesis\": this is not a chain spec");
  return sce_genesis_read(&spec->genesis, genesis, text_size);
}

/* The tree of the text; of members of one name the last is kept, as by serde_json. */
static sce_error_t *parse_json(json_t **root, sce_span_t text) {
  if (text.len > SCE_CHAIN_SPEC_MAX_SIZE) return sce_error_new(SCE_BAD_CHAIN_SPEC, "chain spec of more than 4 GiB");
  json_error_t error;
  *root = json_loadb(text.len > 0 ? (const char *)text.data : "", text.len, 0, &error);
  if (*root != NULL) return NULL;
  /* Some of jansson's failed allocations leave no text. Not all are told: its scanner (up to 2.14 at least, its issue
   * 362) goes on after a failed growth of its token buffer. */
  if (error.text[0] == 0 || json_error_code(&error) == json_error_out_of_memory) return sce_error_oom();
  bool large = json_error_code(&error) == json_error_numeric_overflow;
  return sce_error_new(SCE_BAD_CHAIN_SPEC, "chain spec: line %d, column %d: %s%s", error.line, error.column, error.text,
                       large ? "; raw specs have no such numbers: make a raw one with the chain's node: build-spec "
                               "--chain FILE --raw"
                             : "");
}

/* Makes a spec of the tree, which is freed in any case. */
static sce_error_t *spec_from_tree(sce_chain_spec_t **spec, json_t *root, size_t text_size) {
  sce_chain_spec_t *made = sce_calloc(1, sizeof *made);
  sce_error_t *err = made == NULL ? sce_error_oom() : read_document(made, root, text_size);
  json_decref(root);
  if (err != NULL) {
    sce_chain_spec_delete(made);
    return sce_error_prefix(err, "chain spec");
  }
  *spec = made;
  return NULL;
}

sce_error_t *sce_chain_spec_parse(sce_chain_spec_t **spec, sce_span_t text) {
  json_t *root = NULL;
  SCE_TRY(parse_json(&root, text));
  return spec_from_tree(spec, root, text.len);
}

sce_error_t *sce_chain_spec_load(sce_chain_spec_t **spec, const char *path) {
  sce_buf_t text = {0};
  json_t *root = NULL;
  sce_error_t *err = sce_file_read(&text, path, SCE_CHAIN_SPEC_MAX_SIZE);
  if (err == NULL) err = sce_error_prefix(parse_json(&root, sce_buf_span(&text)), "%s", path);
  size_t size = text.len;
  sce_buf_free(&text); /* before the tables are made: the tree alone is as large */
  if (err != NULL) return err;
  return sce_error_prefix(spec_from_tree(spec, root, size), "%s", path);
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
