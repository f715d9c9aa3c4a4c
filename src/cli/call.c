/* call.c: `scexec call`: one call, its output, and what it cost. */
#include "cli/call.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct call_values {
  cli_common_t common;
  cli_run_options_t run;
  const char *args;
  bool hex;
  bool commit;
} call_values_t;

static const cli_option_t call_options[] = {
    {.name = "args",
     .kind = CLI_TEXT,
     .argument = "JSON",
     .help = "Arguments as one JSON array, @FILE or -",
     .offset = offsetof(call_values_t, args)},
    {.name = "hex",
     .kind = CLI_FLAG,
     .help = "Keep the output as bytes: no value beside it or in place of it",
     .offset = offsetof(call_values_t, hex)},
    {.name = "commit",
     .kind = CLI_FLAG,
     .help = "With --state: keep what the call changed",
     .offset = offsetof(call_values_t, commit)},
    {.name = NULL},
};

sce_error_t *cli_call_need_metadata(cli_t *cli, cli_call_t *call, const cli_session_t *session) {
  if (call->metadata.metadata != NULL) return NULL;
  uint64_t start = cli_now_ns();
  SCE_TRY(cli_metadata_load(cli, &call->metadata, session, 0));
  call->metadata_ns = cli_now_ns() - start;
  return NULL;
}

static sce_error_t *typed_input(cli_t *cli, cli_call_t *call, const cli_session_t *session, const char *args,
                                const cli_list_t *words) {
  const char *method = (const char *)call->method.data;
  sce_error_t *err = cli_call_need_metadata(cli, call, session);
  if (err != NULL) return sce_error_prefix(err, "JSON arguments need the runtime's metadata");
  return cli_typed_input(cli, &call->input, &call->export, &call->metadata, method, words->items + 1, words->count - 1,
                         args);
}

static sce_error_t *make_call(cli_t *cli, cli_call_t *call, cli_host_t *host, uint64_t time_limit_ms) {
  uint64_t start = cli_now_ns();
  sce_instance_t *instance = NULL;
  SCE_TRY(sce_instance_new(&instance, host->session->runtime));
  call->instance_ns = cli_now_ns() - start;
  sce_call_options_t options = {
      .externalities = &host->externalities, .time_limit_ms = time_limit_ms, .stats = &call->stats};
  const char *method = (const char *)(call->export.len > 0 ? call->export.data : call->method.data);
  start = cli_now_ns();
  sce_error_t *err = NULL;
  if (time_limit_ms > 0) err = sce_instance_prepare(instance, method); /* the limit is the call's alone */
  uint64_t compiling = cli_now_ns() - start;
  if (err == NULL)
    err = sce_instance_call(instance, &call->output, method, call->input.data, call->input.len, &options);
  call->stats.prepare_ns += compiling;
  sce_instance_delete(instance);
  /* Whatever the kind (a missing import that was called, say): it was the call that failed, not the code. */
  if (err != NULL && sce_error_kind(err) > 0) cli->exit_code = CLI_CALL_FAILED;
  return err;
}

/* A name that is no export may be a view function's, with its encoded arguments or without any. Takes `err`, the error
 * of calling it, and gives it back where the metadata knows no such function. */
static sce_error_t *try_view(cli_t *cli, cli_call_t *call, cli_host_t *host, uint64_t time_limit_ms, sce_error_t *err) {
  bool view = false;
  if (err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT || call->typed) return err;
  sce_error_t *problem = cli_call_need_metadata(cli, call, host->session);
  bool had_input = call->input.len > 0;
  const char *method = (const char *)call->method.data;
  if (problem == NULL) problem = cli_view_input(&call->input, &call->export, &view, &call->metadata, method);
  if (problem != NULL || !view) {
    sce_error_delete(problem);
    return err;
  }
  sce_error_delete(err);
  cli->exit_code = CLI_DONE;
  call->typed = !had_input; /* without arguments the value is as much asked for as with some in JSON */
  return make_call(cli, call, host, time_limit_ms);
}

/* A view function that the runtime did not call is a failure, whatever form of output was asked for. */
static sce_error_t *check_view(cli_t *cli, const cli_call_t *call) {
  sce_buf_t json = {0};
  bool known;
  if (call->export.len == 0 || strcmp((const char *)call->export.data, (const char *)call->method.data) == 0)
    return NULL;
  sce_error_t *err =
      cli_typed_output(&json, &known, &call->metadata, (const char *)call->method.data, sce_buf_span(&call->output));
  sce_buf_free(&json);
  if (err != NULL) cli->exit_code = CLI_CALL_FAILED;
  return err;
}

/* A method that traps without input may have needed some: says which, when the metadata knows. */
static void hint_arguments(cli_t *cli, cli_call_t *call, const cli_session_t *session, const sce_error_t *err) {
  size_t method;
  if (err == NULL || sce_error_kind(err) != SCE_TRAP || call->typed || call->input.len > 0) return;
  sce_error_t *problem = cli_call_need_metadata(cli, call, session);
  if (problem == NULL)
    problem =
        sce_metadata_method_find(call->metadata.metadata, &method, sce_span_text((const char *)call->method.data));
  if (problem == NULL) {
    sce_buf_t none = {0};
    problem = sce_method_args_encode(call->metadata.metadata, &none, method, sce_span_text("[]"));
    if (problem != NULL) cli_warn(cli, "the call had no input: %s", sce_error_message(problem));
    sce_buf_free(&none);
  }
  sce_error_delete(problem);
}

/* Adds the nearest export to "no such export". Takes `err`, returns the error to pass on. */
static sce_error_t *suggest_export(sce_error_t *err, cli_source_t *source, const char *method) {
  if (err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT) return err;
  const sce_blob_t *blob;
  sce_error_t *no_blob = cli_source_blob(source, &blob);
  if (no_blob != NULL) {
    sce_error_delete(no_blob);
    return err;
  }
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

/* Makes the changes part of the database, with the layout that the runtime's version asks for. */
static sce_error_t *commit(cli_t *cli, cli_call_t *call, cli_host_t *host) {
  sce_runtime_version_t version;
  SCE_TRY(cli_session_version(cli, host->session, &version));
  sce_state_version_t layout = version.system_version >= 1 ? SCE_STATE_V1 : SCE_STATE_V0;
  sce_runtime_version_free(&version);
  SCE_TRY(cli_commit_error(sce_overlay_commit(host->overlay, call->root, layout, NULL), &host->session->source.options,
                           "run the command again"));
  call->committed = true;
  return NULL;
}

static sce_error_t *call_session(cli_t *cli, cli_call_t *call, const call_values_t *v, const cli_list_t *words,
                                 uint64_t start) {
  cli_session_t session;
  cli_host_t host = {0};
  cli_run_options_t run = v->run;
  run.source.writable = v->commit;
  sce_error_t *err = cli_session_load(cli, &session, &run);
  session.method = (const char *)call->method.data;
  if (err == NULL) err = cli_session_compile(cli, &session, &v->run.engine, 2); /* one for the metadata */
  if (err == NULL && call->typed) err = typed_input(cli, call, &session, v->args, words);
  if (err == NULL) err = cli_host_open(cli, &host, &session, (const char *)call->method.data);
  if (err == NULL) err = make_call(cli, call, &host, v->run.engine.time_limit);
  err = try_view(cli, call, &host, v->run.engine.time_limit, err);
  if (err == NULL) err = check_view(cli, call);
  hint_arguments(cli, call, &session, err);
  err = suggest_export(err, &session.source, (const char *)call->method.data);
  call->total_ns = cli_now_ns() - start;
  if (err == NULL && v->commit) err = commit(cli, call, &host);
  if (err == NULL) err = cli_call_print(cli, call, &host);
  cli_host_close(&host);
  cli_session_close(&session);
  return err;
}

static sce_error_t *run_call(cli_t *cli, const void *values, const cli_list_t *words) {
  uint64_t start = cli_now_ns();
  const call_values_t *v = values;
  cli_call_t call = {.hex = v->hex};
  call.typed = v->args != NULL || cli_words_are_typed(words->items + 1, words->count - 1);
  if (v->commit) SCE_TRY(cli_check_commit(&v->run.source));
  sce_error_t *err = cli_read_method(&call.method, words->items[0]);
  if (err == NULL && !call.typed && words->count > 1) err = cli_read_data(cli, &call.input, words->items[1], "DATA");
  if (err == NULL) err = call_session(cli, &call, v, words, start);
  cli_metadata_free(&call.metadata);
  sce_buf_free(&call.method);
  sce_buf_free(&call.export);
  sce_buf_free(&call.input);
  sce_buf_free(&call.output);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "METHOD",
     .help = "Function of the runtime: Core_version or Core.version; or a view function of a pallet: Pallet.function"},
    {.name = "ARGUMENT",
     .help = "Input in SCALE, as 0x… (hexadecimal), @FILE or - (standard input); or the function's arguments as JSON, "
             "one each, where text that is no JSON counts as a string unless it begins with {, [ or \"",
     .optional = true,
     .repeated = true},
    {.name = NULL},
};

const cli_command_t cli_call_command = {
    .name = "call",
    .summary = "Calls a function of a runtime and prints what it returns",
    .description =
        "Compiles the runtime, calls one function of it on the state, and prints the output: as a value where "
        "arguments were given as JSON and at a terminal, else in hexadecimal. The state stays as it is.",
    .examples = "scexec call --chain polkadot.json Core_version\n"
                "scexec call --chain paseo.json AccountNonceApi_account_nonce "
                "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5\n"
                "scexec call --runtime runtime.wasm Metadata_metadata --output raw > metadata.scale\n"
                "scexec call --chain kusama.json --runtime new.wasm Core.version --json",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(call_values_t),
               CLI_TYPES_GROUP(call_values_t),
               CLI_ARTIFACT_GROUP(call_values_t),
               {"Call", call_options, 0},
               CLI_STRATEGY_GROUP(call_values_t),
               CLI_ENGINE_GROUP(call_values_t),
               CLI_CACHE_GROUP(call_values_t),
               CLI_HOST_GROUP(call_values_t),
               {"Output", cli_bytes_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(call_values_t),
    .run = run_call,
    .source = true,
};
