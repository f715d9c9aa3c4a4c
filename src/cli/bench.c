/* bench.c: `scexec bench`: what a call costs, for one strategy or for all. */
#include "cli/bench.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct bench_values {
  cli_common_t common;
  cli_run_options_t run;
  int strategy; /* as in `strategies` below */
  uint64_t calls, threads;
} bench_values_t;

/* In the order of sce_strategy_t, then all of them. */
static const char *const strategies[] = {"instance-reuse",
                                         "recreate-instance",
                                         "recreate-instance-copy-on-write",
                                         "pooling",
                                         "pooling-copy-on-write",
                                         "all",
                                         NULL};

static const cli_option_t bench_options[] = {
    {.name = "strategy",
     .letter = 's',
     .kind = CLI_CHOICE,
     .argument = "NAME",
     .help = "How a call gets its instance",
     .offset = offsetof(bench_values_t, strategy),
     .preset = "all",
     .choices = strategies},
    {.name = "calls",
     .letter = 'n',
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Calls to measure on each thread",
     .offset = offsetof(bench_values_t, calls),
     .preset = "1000",
     .min = 1,
     .max = CLI_BENCH_MAX_SAMPLES},
    {.name = "threads",
     .letter = 't',
     .kind = CLI_NUMBER,
     .argument = "T",
     .help = "Threads, each with an instance of its own",
     .offset = offsetof(bench_values_t, threads),
     .preset = "1",
     .min = 1,
     .max = 1024},
    {.name = NULL},
};

static sce_error_t *bench_strategy(cli_t *cli, cli_bench_result_t *result, cli_session_t *session,
                                   const bench_values_t *v, const cli_bench_plan_t *plan, int strategy) {
  cli_engine_options_t engine = v->run.engine;
  engine.strategy = strategy;
  engine.strategy_given = true;
  if (!engine.compiler_given) engine.compiler = SCE_COMPILER_CRANELIFT; /* times without another compiler at work */
  engine.compiler_given = true;
  SCE_TRY(cli_session_compile(cli, session, &engine, (uint32_t)plan->threads));
  *result = (cli_bench_result_t){.strategy = (sce_strategy_t)strategy, .create_ns = session->compile_ns};
  return sce_error_prefix(cli_bench_run(cli, result, session, plan), "%s", sce_strategy_name((sce_strategy_t)strategy));
}

static json_t *result_json(cli_t *cli, const cli_bench_result_t *r) {
  json_t *row = json_object();
  cli_put_text(cli, row, "strategy", sce_strategy_name(r->strategy));
  cli_put_ms(cli, row, "createMs", r->create_ns);
  cli_put_ms(cli, row, "firstMs", r->first_ns);
  cli_put_count(cli, row, "minNs", r->min_ns);
  cli_put_count(cli, row, "medianNs", r->median_ns);
  cli_put_count(cli, row, "p99Ns", r->p99_ns);
  cli_put(cli, row, "callsPerSecond", json_integer((json_int_t)(r->calls_per_second + 0.5)));
  return row;
}

/* Text in a column; bytes that continue a character (µ) take no column of their own. */
static sce_error_t *put_cell(const char *text, int width) {
  int columns = 0;
  for (const char *p = text; *p != '\0'; p++)
    if (((unsigned char)*p & 0xc0) != 0x80) columns++;
  return cli_printf("%*s%s", width > columns ? width - columns : 0, "", text);
}

static sce_error_t *print_row(const cli_bench_result_t *r) {
  const uint64_t times[] = {r->create_ns, r->first_ns, r->min_ns, r->median_ns, r->p99_ns};
  SCE_TRY(cli_printf("%-32s", sce_strategy_name(r->strategy)));
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    char text[32];
    SCE_TRY(put_cell(cli_time_text(text, times[i]), 11));
  }
  return cli_printf("%12.0f\n", r->calls_per_second);
}

/* Rows are printed as they are measured. */
static sce_error_t *bench_all(cli_t *cli, cli_session_t *session, const bench_values_t *v, const cli_bench_plan_t *plan,
                              json_t *results) {
  int first = v->strategy == SCE_STRATEGY_COUNT ? 0 : v->strategy;
  int last = v->strategy == SCE_STRATEGY_COUNT ? SCE_STRATEGY_COUNT - 1 : v->strategy;
  bool text = cli->output != CLI_JSON;
  if (text)
    SCE_TRY(cli_printf("%-32s%11s%11s%11s%11s%11s%12s\n", "strategy", "create", "first", "min", "median", "p99",
                       "calls/s"));
  for (int s = first; s <= last; s++) {
    cli_bench_result_t result;
    SCE_TRY(bench_strategy(cli, &result, session, v, plan, s));
    cli_add(cli, results, result_json(cli, &result));
    if (text) SCE_TRY(print_row(&result));
    if (text) SCE_TRY(cli_flush());
  }
  return NULL;
}

static sce_error_t *bench_input(cli_t *cli, const bench_values_t *v, const char *method, sce_span_t input) {
  cli_session_t session = {0};
  cli_bench_plan_t plan = {.method = method,
                           .input = input,
                           .calls = v->calls,
                           .threads = v->threads,
                           .time_limit_ms = v->run.engine.time_limit};
  json_t *results = json_array();
  cli_run_options_t run = v->run;
  if (run.cache.path == NULL)
    run.cache.off = true; /* the time to create is that of compiling, unless asked otherwise */
  sce_error_t *err = cli_session_load(cli, &session, &run);
  if (err == NULL) err = bench_all(cli, &session, v, &plan, results);
  cli_session_close(&session);
  if (err != NULL || cli->output != CLI_JSON) {
    json_decref(results);
    return err;
  }
  json_t *document = json_object();
  cli_put(cli, document, "results", results);
  return cli_print_json(cli, document);
}

static sce_error_t *run_bench(cli_t *cli, const void *values, const cli_list_t *words) {
  sce_buf_t method = {0}, input = {0};
  sce_error_t *err = cli_read_method(&method, words->items[0]);
  if (err == NULL && words->count > 1) err = cli_read_data(cli, &input, words->items[1], "DATA");
  if (err == NULL) err = bench_input(cli, values, (const char *)method.data, sce_buf_span(&input));
  sce_buf_free(&method);
  sce_buf_free(&input);
  return err;
}

static const cli_positional_t positionals[] = {
    {.name = "METHOD", .help = "Function of the runtime"},
    {.name = "DATA", .help = "Input as 0x…, @FILE or -; nothing when left out", .optional = true},
    {.name = NULL},
};

const cli_command_t cli_bench_command = {
    .name = "bench",
    .summary = "Measures calls: time to create, first call, minimum, median, calls per second",
    .description = "Calls one function again and again with the same input on the untouched state, for each strategy, "
                   "and prints what it takes: to create (engine, compiling, instance), the first call, then minimum, "
                   "median and 99th percentile of the counted calls, and calls per second of all threads together.",
    .examples = "scexec bench --chain polkadot.json Core_version\n"
                "scexec bench --runtime kusama_runtime.wasm test_empty_return -s instance-reuse -n 100000\n"
                "scexec bench --chain paseo.json Core_version --threads 2 --json | jq '.results[].callsPerSecond'",
    .positionals = positionals,
    .groups = {CLI_SOURCE_GROUP(bench_values_t),
               CLI_ARTIFACT_GROUP(bench_values_t),
               {"Measurement", bench_options, 0},
               CLI_ENGINE_GROUP(bench_values_t),
               CLI_CACHE_GROUP(bench_values_t),
               CLI_HOST_GROUP(bench_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(bench_values_t),
    .run = run_bench,
    .source = true,
};
