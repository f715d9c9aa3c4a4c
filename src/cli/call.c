/* call.c: `scexec call`: one call, its output, and what it cost. */
#include "cli/commands.h"
#include "cli/host.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct call_values {
  cli_common_t common;
  cli_run_options_t run;
} call_values_t;

/* One call and what came of it. */
typedef struct call {
  sce_buf_t method; /* NUL-terminated */
  sce_buf_t input;
  sce_buf_t output;
  sce_call_stats_t stats;
  uint64_t instance_ns; /* making the instance */
  uint64_t total_ns;    /* from the start of the command */
} call_t;

static sce_error_t *make_call(cli_t *cli, call_t *call, cli_host_t *host, uint64_t time_limit_ms) {
  uint64_t start = cli_now_ns();
  sce_instance_t *instance = NULL;
  SCE_TRY(sce_instance_new(&instance, host->session->runtime));
  call->instance_ns = cli_now_ns() - start;
  sce_call_options_t options = {
      .externalities = &host->externalities, .time_limit_ms = time_limit_ms, .stats = &call->stats};
  sce_error_t *err = sce_instance_call(instance, &call->output, (const char *)call->method.data, call->input.data,
                                       call->input.len, &options);
  sce_instance_delete(instance);
  /* Whatever the kind (a missing import that was called, say): it was the call that failed, not the code. */
  if (err != NULL && sce_error_kind(err) > 0) cli->exit_code = CLI_CALL_FAILED;
  return err;
}

/* Adds the nearest export to "no such export". Takes `err`, returns the error to pass on. */
static sce_error_t *suggest_export(sce_error_t *err, const sce_blob_t *blob, const char *method) {
  if (err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT) return err;
  size_t count;
  const sce_wasm_export_t *exports = sce_blob_exports(blob, &count);
  cli_nearest_t best = {0};
  for (size_t i = 0; i < count; i++)
    if (exports[i].kind == SCE_WASM_FUNCTION) cli_nearest_offer_span(&best, method, strlen(method), exports[i].name);
  if (best.name == NULL) return err;
  sce_error_t *better = sce_error_new(SCE_MISSING_EXPORT, "%s; did you mean %.*s?", sce_error_message(err),
                                      (int)best.name_len, best.name);
  sce_error_delete(err);
  return better;
}

static json_t *sizes_json(cli_t *cli, const call_t *call, const cli_session_t *session) {
  json_t *sizes = json_object();
  cli_put_count(cli, sizes, "code", session->source.code_size);
  cli_put_count(cli, sizes, "wasm", sce_blob_code(session->source.blob).len);
  cli_put_count(cli, sizes, "input", call->input.len);
  cli_put_count(cli, sizes, "output", call->output.len);
  cli_put_count(cli, sizes, "memory", call->stats.memory_size);
  return sizes;
}

static json_t *times_json(cli_t *cli, const call_t *call, const cli_session_t *session) {
  json_t *times = json_object();
  cli_put_ms(cli, times, "readMs", session->source.read_ns);
  cli_put_ms(cli, times, "decodeMs", session->source.decode_ns);
  cli_put_ms(cli, times, "stateMs", session->source.state_ns);
  cli_put_ms(cli, times, "compileMs", session->compile_ns);
  cli_put_ms(cli, times, "instanceMs", call->instance_ns);
  cli_put_ms(cli, times, "prepareMs", call->stats.prepare_ns);
  cli_put_ms(cli, times, "executeMs", call->stats.execute_ns);
  cli_put_ms(cli, times, "totalMs", call->total_ns);
  return times;
}

static json_t *allocation_json(cli_t *cli, const sce_call_stats_t *stats) {
  json_t *allocation = json_object();
  cli_put_count(cli, allocation, "bytesPeak", stats->bytes_allocated_peak);
  cli_put_count(cli, allocation, "bytesSum", stats->bytes_allocated_sum);
  cli_put_count(cli, allocation, "addressSpaceUsed", stats->address_space_used);
  return allocation;
}

static sce_error_t *print_document(cli_t *cli, const call_t *call, const cli_host_t *host) {
  const cli_session_t *session = host->session;
  json_t *document = json_object();
  cli_put_text(cli, document, "method", (const char *)call->method.data);
  cli_put_hex(cli, document, "output", sce_buf_span(&call->output));
  cli_put(cli, document, "sizes", sizes_json(cli, call, session));
  cli_put(cli, document, "times", times_json(cli, call, session));
  cli_put(cli, document, "allocation", allocation_json(cli, &call->stats));
  cli_host_put_effects(cli, document, host);
  return cli_print_json(cli, document);
}

static sce_error_t *print_call(cli_t *cli, const call_t *call, const cli_host_t *host) {
  if (cli->output != CLI_JSON && !cli->quiet) cli_host_show_effects(host);
  sce_span_t output = sce_buf_span(&call->output);
  switch (cli->output) {
    case CLI_JSON: return print_document(cli, call, host);
    case CLI_RAW: return cli_write(output);
    case CLI_HEX:
    case CLI_HUMAN: return cli_write_hex_line(output);
  }
  return NULL;
}

static sce_error_t *call_session(cli_t *cli, call_t *call, const call_values_t *v, uint64_t start) {
  cli_session_t session;
  cli_host_t host = {0};
  sce_error_t *err = cli_session_load(cli, &session, &v->run);
  if (err == NULL) err = cli_session_compile(cli, &session, &v->run.engine, 1);
  if (err == NULL) err = cli_host_open(cli, &host, &session, (const char *)call->method.data);
  if (err == NULL) err = make_call(cli, call, &host, v->run.engine.time_limit);
  err = suggest_export(err, session.source.blob, (const char *)call->method.data);
  call->total_ns = cli_now_ns() - start;
  if (err == NULL) err = print_call(cli, call, &host);
  cli_host_close(&host);
  cli_session_close(&session);
  return err;
}

static sce_error_t *run_call(cli_t *cli, const void *values, const cli_list_t *words) {
  uint64_t start = cli_now_ns();
  const call_values_t *v = values;
  call_t call = {0};
  sce_error_t *err = cli_read_method(&call.method, words->items[0]);
  if (err == NULL && words->count > 1) err = cli_read_data(cli, &call.input, words->items[1], "DATA");
  if (err == NULL) err = call_session(cli, &call, v, start);
  sce_buf_free(&call.method);
  sce_buf_free(&call.input);
  sce_buf_free(&call.output);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "METHOD", .help = "Function of the runtime: Core_version or Core.version"},
    {.name = "DATA",
     .help = "Input as 0x… (hexadecimal), @FILE or - (standard input); nothing when left out",
     .optional = true},
    {.name = NULL},
};

const cli_command_t cli_call_command = {
    .name = "call",
    .summary = "Calls a function of a runtime and prints what it returns",
    .description =
        "Compiles the runtime, calls one function of it on the state, and prints the output. The state stays "
        "as it is.",
    .examples = "scexec call --chain polkadot.json Core_version\n"
                "scexec call --runtime runtime.wasm Metadata_metadata --output raw > metadata.scale\n"
                "scexec call --chain kusama.json --runtime new.wasm Core.version --json",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(call_values_t),
               CLI_STRATEGY_GROUP(call_values_t),
               CLI_ENGINE_GROUP(call_values_t),
               CLI_HOST_GROUP(call_values_t),
               {"Output", cli_bytes_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(call_values_t),
    .run = run_call,
    .source = true,
};
