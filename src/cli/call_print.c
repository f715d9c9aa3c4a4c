/* call_print.c: the result of `scexec call`: hexadecimal, bytes, a value, or a document. */
#include "cli/call.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>
#include <unistd.h>

/* ---- the value ---- */

/* Appends the output as JSON, or nothing where its type is not known. Metadata itself is no value: decoding it would
 * need metadata, to print the same bytes again. */
static sce_error_t *output_value(cli_t *cli, sce_buf_t *json, cli_call_t *call, const cli_session_t *session) {
  const char *method = (const char *)call->method.data;
  sce_span_t output = sce_buf_span(&call->output);
  if (strcmp(method, "Core_version") == 0) return cli_version_value(json, output);
  if (strcmp(method, "Metadata_metadata") == 0 || strcmp(method, "Metadata_metadata_at_version") == 0) return NULL;
  sce_error_t *err = cli_call_need_metadata(cli, call, session);
  if (err != NULL && sce_error_kind(err) == SCE_MISSING_EXPORT) { /* a runtime without metadata has no values */
    sce_error_delete(err);
    return NULL;
  }
  if (err != NULL) return err;
  bool known;
  return cli_typed_output(json, &known, &call->metadata, method, output);
}

/* The same, where a failure is a warning: the call itself is done. */
static void try_value(cli_t *cli, sce_buf_t *json, cli_call_t *call, const cli_session_t *session) {
  sce_error_t *err = output_value(cli, json, call, session);
  if (err == NULL) return;
  json->len = 0;
  cli_warn(cli, "the output can't be shown as a value: %s", sce_error_message(err));
  sce_error_delete(err);
}

/* ---- the document ---- */

static json_t *sizes_json(cli_t *cli, const cli_call_t *call, const cli_session_t *session) {
  json_t *sizes = json_object();
  const sce_blob_t *blob = session->source.blob; /* not there when the compiled code came from elsewhere */
  cli_put_count(cli, sizes, "code", session->source.code.len);
  cli_put(cli, sizes, "wasm", blob != NULL ? cli_json_count(sce_blob_code(blob).len) : json_null());
  cli_put_count(cli, sizes, "input", call->input.len);
  cli_put_count(cli, sizes, "output", call->output.len);
  cli_put_count(cli, sizes, "memory", call->stats.memory_size);
  return sizes;
}

static json_t *times_json(cli_t *cli, const cli_call_t *call, const cli_session_t *session) {
  json_t *times = json_object();
  cli_put_ms(cli, times, "readMs", session->source.read_ns);
  cli_put_ms(cli, times, "decodeMs", session->source.decode_ns);
  cli_put_ms(cli, times, "stateMs", session->source.state_ns);
  cli_put_ms(cli, times, "compileMs", session->compile_ns);
  cli_put_ms(cli, times, "instanceMs", call->instance_ns);
  cli_put_ms(cli, times, "prepareMs", call->stats.prepare_ns);
  cli_put_ms(cli, times, "executeMs", call->stats.execute_ns);
  cli_put_ms(cli, times, "totalMs", call->total_ns);
  if (call->metadata_ns > 0) cli_put_ms(cli, times, "metadataMs", call->metadata_ns);
  return times;
}

static json_t *allocation_json(cli_t *cli, const sce_call_stats_t *stats) {
  json_t *allocation = json_object();
  cli_put_count(cli, allocation, "bytesPeak", stats->bytes_allocated_peak);
  cli_put_count(cli, allocation, "bytesSum", stats->bytes_allocated_sum);
  cli_put_count(cli, allocation, "addressSpaceUsed", stats->address_space_used);
  return allocation;
}

static sce_error_t *print_document(cli_t *cli, cli_call_t *call, const cli_host_t *host) {
  json_t *document = json_object();
  cli_put_text(cli, document, "method", (const char *)call->method.data);
  cli_put_hex(cli, document, "output", sce_buf_span(&call->output));
  sce_buf_t value = {0};
  if (!call->hex) try_value(cli, &value, call, host->session);
  if (value.len > 0) cli_put(cli, document, "value", cli_json_parse(sce_buf_span(&value)));
  sce_buf_free(&value);
  cli_put(cli, document, "sizes", sizes_json(cli, call, host->session));
  cli_put(cli, document, "times", times_json(cli, call, host->session));
  cli_put(cli, document, "allocation", allocation_json(cli, &call->stats));
  if (call->committed) cli_put_hex(cli, document, "stateRoot", sce_span(call->root, 32));
  cli_host_put_effects(cli, document, host);
  return cli_print_json(cli, document);
}

/* For people: the value at a terminal and wherever arguments were values; else the hexadecimal output. */
static sce_error_t *print_human(cli_t *cli, cli_call_t *call, const cli_host_t *host) {
  sce_buf_t value = {0};
  if (!call->hex && (call->typed || isatty(STDOUT_FILENO))) try_value(cli, &value, call, host->session);
  sce_error_t *err =
      value.len > 0 ? cli_print_value(sce_buf_span(&value)) : cli_write_hex_line(sce_buf_span(&call->output));
  sce_buf_free(&value);
  return err;
}

sce_error_t *cli_call_print(cli_t *cli, cli_call_t *call, const cli_host_t *host) {
  if (cli->output == CLI_JSON) return print_document(cli, call, host);
  if (!cli->quiet) cli_host_show_effects(host);
  if (call->committed && !cli->quiet) {
    fputs("committed, state root 0x", stderr);
    for (size_t i = 0; i < 32; i++) fprintf(stderr, "%02x", call->root[i]);
    fputc('\n', stderr);
  }
  if (cli->output == CLI_RAW) return cli_write(sce_buf_span(&call->output));
  if (cli->output == CLI_HEX) return cli_write_hex_line(sce_buf_span(&call->output));
  return print_human(cli, call, host);
}
