/* instrument.c: `scexec instrument`: code with the deterministic stack meter in it, as a file. */
#include "cli/commands.h"
#include "cli/source.h"

#include "base/buf.h"
#include "base/error.h"

typedef struct instrument_values {
  cli_common_t common;
  cli_source_options_t source;
  uint64_t stack_limit;
  const char *output;
} instrument_values_t;

static const cli_option_t options[] = {
    {.name = "stack-limit",
     .kind = CLI_NUMBER,
     .argument = "VALUES",
     .help = "Most values on the stack: locals and operands of all active functions",
     .offset = offsetof(instrument_values_t, stack_limit),
     .preset = "65536",
     .min = 1,
     .max = UINT32_MAX},
    {.name = "out",
     .letter = 'o',
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Where the module goes; - for standard output",
     .offset = offsetof(instrument_values_t, output)},
    {.name = NULL},
};

static sce_error_t *print_summary(cli_t *cli, const instrument_values_t *v, size_t before, size_t size, uint64_t ns) {
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_text(cli, document, "file", v->output);
    cli_put_count(cli, document, "stackLimit", v->stack_limit);
    cli_put_count(cli, document, "sizeBefore", before);
    cli_put_count(cli, document, "size", size);
    cli_put_ms(cli, document, "instrumentMs", ns);
    return cli_print_json(cli, document);
  }
  char from[32], to[32], time[32];
  return cli_printf("%s: %s, from %s, in %s\n", v->output, cli_size_text(to, size), cli_size_text(from, before),
                    cli_time_text(time, ns));
}

static sce_error_t *instrument(cli_t *cli, const sce_blob_t *blob, const instrument_values_t *v) {
  sce_buf_t module = {0};
  sce_blob_rewrite_t rewrite = {.meter_stack = true, .stack_limit = (uint32_t)v->stack_limit};
  uint64_t start = cli_now_ns();
  sce_error_t *err = sce_blob_rewrite(blob, &module, &rewrite);
  uint64_t ns = cli_now_ns() - start;
  if (err == NULL) err = cli_write_file(v->output, sce_buf_span(&module));
  bool to_stdout = v->output[0] == '-' && v->output[1] == '\0';
  if (err == NULL && !to_stdout) err = print_summary(cli, v, sce_blob_code(blob).len, module.len, ns);
  sce_buf_free(&module);
  return err;
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  const instrument_values_t *v = values;
  if (v->output == NULL) return sce_error_new(SCE_MISUSE, "-o FILE is missing: where the instrumented module goes");
  cli_source_t source;
  sce_error_t *err = cli_source_load_code(cli, &source, &v->source);
  const sce_blob_t *blob;
  if (err == NULL) err = cli_source_blob(&source, &blob);
  if (err == NULL) err = instrument(cli, blob, v);
  cli_source_free(&source);
  return err;
}

const cli_command_t cli_instrument_command = {
    .name = "instrument",
    .summary = "Writes the code with a deterministic stack meter in it",
    .description = "Writes the runtime's module, decompressed, with the stack-height meter that gives every execution "
                   "the same stack limit: each call adds the callee's cost to a counter, and the code traps when the "
                   "counter exceeds the limit.",
    .examples = "scexec instrument --chain polkadot.json --stack-limit 65536 -o metered.wasm",
    .groups = {{"Source", cli_source_options, offsetof(instrument_values_t, source)},
               {"Instrumentation", options, 0},
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(instrument_values_t),
    .run = run,
    .source = true,
};
