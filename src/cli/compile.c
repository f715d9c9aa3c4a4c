/* compile.c: `scexec compile`: code to an artifact, to be loaded in milliseconds with --artifact. */
#include "cli/commands.h"
#include "cli/engine_options.h"
#include "cli/plugins.h"
#include "cli/source.h"

#include "base/buf.h"
#include "base/error.h"

#include "scexec/artifact.h"

typedef struct compile_values {
  cli_common_t common;
  cli_source_options_t source;
  cli_engine_options_t engine;
  const char *output;
  const char *key_file;
} compile_values_t;

static const cli_option_t options[] = {
    {.name = "out",
     .letter = 'o',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Where the artifact goes, such as runtime.scexec",
     .offset = offsetof(compile_values_t, output)},
    {.name = "key-file",
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Key to protect it with, made when it is not there; the user's own when not given",
     .offset = offsetof(compile_values_t, key_file)},
    {.name = NULL},
};

static sce_error_t *make_artifact(cli_t *cli, sce_buf_t *artifact, const sce_blob_t *blob, const compile_values_t *v) {
  sce_config_t config;
  cli_plugins_t plugins;
  uint8_t key[SCE_ARTIFACT_KEY_SIZE];
  SCE_TRY(cli_engine_config(cli, &config, &v->engine));
  if (v->engine.compile_time_limit == 0) config.compile_time_limit_ms = v->engine.time_limit; /* there is no call */
  if (!v->engine.compiler_given) config.semantics.compiler = SCE_COMPILER_CRANELIFT;
  SCE_TRY(sce_artifact_key_user(key, v->key_file));
  sce_engine_t *engine = NULL;
  sce_error_t *err = cli_plugins_open(&plugins, &v->engine.plugins);
  config.host_functions = plugins.functions;
  config.host_function_count = plugins.function_count;
  if (err == NULL) err = sce_engine_new(&engine, &config);
  if (err == NULL) err = sce_runtime_precompile(engine, artifact, blob, key);
  sce_engine_delete(engine);
  cli_plugins_close(&plugins);
  cli_wipe(key, sizeof key);
  return err;
}

static sce_error_t *print_summary(cli_t *cli, const compile_values_t *v, size_t code, size_t size, uint64_t ns) {
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_text(cli, document, "file", v->output);
    cli_put_count(cli, document, "codeSize", code);
    cli_put_count(cli, document, "size", size);
    cli_put_ms(cli, document, "compileMs", ns);
    return cli_print_json(cli, document);
  }
  char from[32], to[32], time[32];
  return cli_printf("%s: %s, from %s of code, in %s\n", v->output, cli_size_text(to, size), cli_size_text(from, code),
                    cli_time_text(time, ns));
}

static sce_error_t *compile(cli_t *cli, cli_source_t *source, const compile_values_t *v) {
  const sce_blob_t *blob;
  SCE_TRY(cli_source_blob(source, &blob));
  sce_buf_t artifact = {0};
  uint64_t start = cli_now_ns();
  cli_waiting_t waiting;
  cli_waiting_start(&waiting, cli, "compiling");
  sce_error_t *err = make_artifact(cli, &artifact, blob, v);
  cli_waiting_end(&waiting);
  uint64_t ns = cli_now_ns() - start;
  if (err == NULL) err = cli_write_file(v->output, sce_buf_span(&artifact));
  bool to_stdout = v->output[0] == '-' && v->output[1] == '\0';
  if (err == NULL && !to_stdout) err = print_summary(cli, v, source->code.len, artifact.len, ns);
  sce_buf_free(&artifact);
  return err;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  const compile_values_t *v = values;
  if (v->output == NULL) return sce_error_new(SCE_MISUSE, "-o FILE is missing: where the artifact goes");
  cli_source_t source;
  sce_error_t *err = cli_source_load(cli, &source, &v->source);
  if (err == NULL) err = cli_source_choose_code(cli, &source, SCE_CODE_CALL, &(sce_buf_t){0});
  if (err == NULL) err = compile(cli, &source, v);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_compile_command = {
    .name = "compile",
    .summary = "Compiles the code to a file that --artifact loads in milliseconds",
    .description =
        "Compiles the code and writes an artifact: machine code for this machine, with what it was made from "
        "and for. It carries a MAC under the user's key (or --key-file), which is checked before anything "
        "of it is used, since changed machine code could do anything.",
    .examples = "scexec compile --chain polkadot.json -o polkadot.scexec\n"
                "scexec call --artifact polkadot.scexec --chain polkadot.json Core_version",
    .groups = {{"Source", cli_source_options, offsetof(compile_values_t, source)},
               {"Artifact", options, 0},
               {"Execution", cli_strategy_options, offsetof(compile_values_t, engine)},
               {"Execution", cli_engine_options, offsetof(compile_values_t, engine)},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(compile_values_t),
    .run = run,
    .source = true,
};
