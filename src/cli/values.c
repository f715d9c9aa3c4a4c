/* values.c: `scexec decode` and `scexec encode`: SCALE to JSON and back, by the types of a runtime. */
#include "cli/commands.h"
#include "cli/metadata_of.h"

#include "base/buf.h"
#include "base/error.h"

typedef struct values_values {
  cli_common_t common;
  cli_source_options_t source;
} values_values_t;

/* The type's name as the registry writes it; NULL when out of memory. */
static json_t *type_json(const sce_metadata_t *metadata, uint32_t type) {
  sce_buf_t name = {0};
  sce_error_t *err = sce_type_name(metadata, &name, type);
  json_t *value = err == NULL ? cli_json_text(sce_buf_span(&name)) : NULL;
  sce_error_delete(err);
  sce_buf_free(&name);
  return value;
}

/* Inside of blocks, what can't be decoded is left as it is, with the reason; asked for by itself, it is an error. */
static sce_error_t *refuse_unknown(sce_span_t json) {
  if (!sce_span_starts_with(json, sce_span_text("{\"$unknown\""))) return NULL;
  json_t *value = cli_json_parse(json);
  const char *why = json_string_value(json_object_get(value, "$unknown"));
  sce_error_t *err = why == NULL ? sce_error_oom() : sce_error_new(SCE_BAD_INPUT, "DATA: %s", why);
  json_decref(value);
  return err;
}

static sce_error_t *print_decoded(cli_t *cli, const cli_metadata_t *m, uint32_t type, sce_span_t json) {
  if (cli->output != CLI_JSON) return cli_print_value(json);
  json_t *document = json_object();
  cli_put(cli, document, "type", type_json(m->metadata, type));
  cli_put(cli, document, "value", cli_json_parse(json));
  return cli_print_json(cli, document);
}

static sce_error_t *decode(cli_t *cli, const cli_metadata_t *m, uint32_t type, const char *data) {
  sce_buf_t bytes = {0}, json = {0};
  sce_error_t *err = cli_read_data(cli, &bytes, data, "DATA");
  if (err == NULL) err = sce_value_decode(m->metadata, &json, type, sce_buf_span(&bytes), &m->format);
  if (err == NULL) err = refuse_unknown(sce_buf_span(&json));
  if (err == NULL) err = print_decoded(cli, m, type, sce_buf_span(&json));
  sce_buf_free(&bytes);
  sce_buf_free(&json);
  return err;
}

static sce_error_t *print_encoded(cli_t *cli, const cli_metadata_t *m, uint32_t type, sce_span_t bytes) {
  switch (cli->output) {
    case CLI_RAW: return cli_write(bytes);
    case CLI_HEX:
    case CLI_HUMAN: return cli_write_hex_line(bytes);
    case CLI_JSON: break;
  }
  json_t *document = json_object();
  cli_put(cli, document, "type", type_json(m->metadata, type));
  cli_put_hex(cli, document, "output", bytes);
  return cli_print_json(cli, document);
}

/* JSON of one argument: text as typed, "@FILE", or "-". */
static sce_error_t *read_json(cli_t *cli, sce_buf_t *json, const char *text) {
  if (cli_is_from_file(text)) return cli_read_text(cli, json, text);
  sce_buf_t list = {0};
  sce_span_t word = sce_span_text(text);
  sce_error_t *err = sce_error_prefix(sce_json_from_words(&list, &word, 1), "value");
  if (err == NULL && list.len >= 2) err = sce_buf_append(json, list.data + 1, list.len - 2); /* the one inside of […] */
  sce_buf_free(&list);
  return err;
}

static sce_error_t *encode(cli_t *cli, const cli_metadata_t *m, uint32_t type, const char *text) {
  sce_buf_t json = {0}, bytes = {0};
  sce_error_t *err = read_json(cli, &json, text);
  if (err == NULL) err = sce_value_encode(m->metadata, &bytes, type, sce_buf_span(&json), sce_span_text("value"));
  if (err == NULL) err = print_encoded(cli, m, type, sce_buf_span(&bytes));
  sce_buf_free(&json);
  sce_buf_free(&bytes);
  return err;
}

typedef sce_error_t *(*convert_fn)(cli_t *cli, const cli_metadata_t *m, uint32_t type, const char *data);

static sce_error_t *run(cli_t *cli, const values_values_t *v, const cli_list_t *words, convert_fn convert) {
  cli_session_t session = {0};
  cli_metadata_t metadata = {0};
  uint32_t type;
  sce_error_t *err = cli_metadata_open(cli, &metadata, &session, &v->source, 0);
  if (err == NULL) err = sce_type_resolve(metadata.metadata, &type, sce_span_text(words->items[0]));
  if (err == NULL) err = convert(cli, &metadata, type, words->items[1]);
  cli_metadata_free(&metadata);
  cli_session_close(&session);
  return err;
}

static sce_error_t *run_decode(cli_t *cli, const void *values, const cli_list_t *words) {
  return run(cli, values, words, decode);
}

static sce_error_t *run_encode(cli_t *cli, const void *values, const cli_list_t *words) {
  return run(cli, values, words, encode);
}

#define TYPE_HELP                                                                                                      \
  "A type of the runtime: extrinsic, header, call, event, digest, a number of the registry, a path or its end, or an " \
  "expression such as Vec<(u32, AccountId32)>"

static const cli_positional_t decode_positionals[] = {
    {.name = "TYPE", .help = TYPE_HELP},
    {.name = "DATA", .help = "The encoded value as 0x…, @FILE or -; what is read may be the bytes, or 0x… as text"},
    {.name = NULL},
};

const cli_command_t cli_decode_command = {
    .name = "decode",
    .summary = "Decodes SCALE by a type of the runtime: an extrinsic, a header, any value",
    .examples = "scexec decode --chain paseo.json extrinsic @extrinsic.scale\n"
                "scexec decode --chain paseo.json 'Vec<u32>' 0x080100000002000000",
    .positionals = decode_positionals,
    .groups = {{"Source", cli_source_options, offsetof(values_values_t, source)},
               {"Source", cli_metadata_source_options, offsetof(values_values_t, source)},
               {"Source", cli_types_options, offsetof(values_values_t, source)},
               {"Source", cli_strict_options, offsetof(values_values_t, source)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(values_values_t),
    .run = run_decode,
    .source = true,
};

static const cli_positional_t encode_positionals[] = {
    {.name = "TYPE", .help = TYPE_HELP},
    {.name = "JSON",
     .help = "The value as JSON, @FILE or -; text that is no JSON counts as a string, "
             "unless it begins with {, [ or \""},
    {.name = NULL},
};

const cli_command_t cli_encode_command = {
    .name = "encode",
    .summary = "Encodes JSON in SCALE by a type of the runtime",
    .examples =
        "scexec encode --chain paseo.json 'Option<AccountId32>' 15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\n"
        "scexec encode --chain paseo.json call '{\"System\": {\"remark\": {\"remark\": \"0x00\"}}}'",
    .positionals = encode_positionals,
    .groups = {{"Source", cli_source_options, offsetof(values_values_t, source)},
               {"Source", cli_metadata_source_options, offsetof(values_values_t, source)},
               {"Source", cli_types_options, offsetof(values_values_t, source)},
               {"Source", cli_strict_options, offsetof(values_values_t, source)},
               {"Output", cli_bytes_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(values_values_t),
    .run = run_encode,
    .source = true,
};
