/* engine_options.c: the options that become an sce_config_t. */
#include "cli/engine_options.h"

#include "base/error.h"

#include <string.h>

/* In the order of sce_strategy_t and sce_compiler_t. */
static const char *const strategies[] = {"instance-reuse", "recreate-instance",     "recreate-instance-copy-on-write",
                                         "pooling",        "pooling-copy-on-write", NULL};
static const char *const presets[] = {"block", "pvf", "pvf-static", NULL};
static const char *const compilers[] = {"cranelift", "winch", "tiered", NULL};

#define WASM_PAGES_MAX 65536
/* Who limits calls waits no longer for their code, either, which takes some seconds of processor at the most. */
#define COMPILE_LEAST_MS 20000
#define AT(field) offsetof(cli_engine_options_t, field)

const cli_option_t cli_strategy_options[] = {
    {.name = "strategy",
     .kind = CLI_CHOICE,
     .argument = "NAME",
     .help = "How a call gets its instance",
     .offset = AT(strategy),
     .given = AT(strategy_given),
     .preset = "instance-reuse",
     .choices = strategies},
    {.name = NULL},
};

const cli_option_t cli_engine_options[] = {
    {.name = "preset",
     .kind = CLI_CHOICE,
     .argument = "NAME",
     .help = "Semantics to begin with: what nodes run blocks with, what Polkadot validates parachain blocks with, or "
             "did until 2023",
     .offset = AT(preset),
     .preset = "block",
     .choices = presets},
    {.name = "compiler",
     .kind = CLI_CHOICE,
     .argument = "NAME",
     .help = "What makes the machine code (tiered when not given; cranelift with --cache and for bench)",
     .offset = AT(compiler),
     .given = AT(compiler_given),
     .choices = compilers},
    {.name = "heap-pages",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Pages of 64 KiB that memory has beyond its initial size (2048 when not given)",
     .offset = AT(heap_pages),
     .given = AT(heap_pages_given),
     .max = WASM_PAGES_MAX},
    {.name = "heap-maximum",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "Let memory grow on demand up to N pages instead; 0 for no maximum",
     .offset = AT(heap_maximum),
     .given = AT(heap_maximum_given),
     .max = WASM_PAGES_MAX},
    {.name = "max-memory",
     .kind = CLI_SIZE,
     .argument = "BYTES",
     .help = "End a call that asks for more linear memory, such as 64M",
     .offset = AT(max_memory),
     .max = (uint64_t)1 << 32},
    {.name = "max-host-memory",
     .kind = CLI_SIZE,
     .argument = "BYTES",
     .help = "End a call whose host functions take more memory of the host (2G when not given); 0 for no bound",
     .offset = AT(max_host_memory),
     .given = AT(max_host_memory_given),
     .max = (uint64_t)1 << 62},
    {.name = "time-limit",
     .kind = CLI_DURATION,
     .argument = "TIME",
     .help = "End a call that takes longer: 500ms, 2s; a bare number is milliseconds",
     .offset = AT(time_limit),
     .max = (uint64_t)1 << 40},
    {.name = "compile-time-limit",
     .kind = CLI_DURATION,
     .argument = "TIME",
     .help = "End compiling that takes longer (with --time-limit: its time, and at least 20s, when not given)",
     .offset = AT(compile_time_limit),
     .max = (uint64_t)1 << 40},
    {.name = "stack-limit",
     .kind = CLI_NUMBER,
     .argument = "VALUES",
     .help = "Deterministic stack limit: meter the code",
     .offset = AT(stack_limit),
     .min = 1,
     .max = UINT32_MAX},
    {.name = "native-stack",
     .kind = CLI_SIZE,
     .argument = "BYTES",
     .help = "Native stack of compiled code (1M when not given)",
     .offset = AT(native_stack),
     .min = 65536,
     .max = UINT32_MAX},
    {.name = "canonicalize-nans",
     .kind = CLI_FLAG,
     .help = "Give every NaN result the canonical bits",
     .offset = AT(canonicalize_nans)},
    {.name = "inline",
     .kind = CLI_FLAG,
     .help = "Put small functions in place of calls of them: faster code, whose backtraces lack them",
     .offset = AT(inline_calls)},
    {.name = "enable",
     .kind = CLI_LIST,
     .argument = "PROPOSAL",
     .help = "Accept a WebAssembly proposal: reference-types, simd, bulk-memory, multi-value",
     .offset = AT(enable)},
    {.name = "plugin",
     .kind = CLI_LIST,
     .argument = "FILE.so",
     .help = "Add the host functions of a shared object; its code runs in this process",
     .offset = AT(plugins)},
    {.name = "allow-missing-imports",
     .kind = CLI_FLAG,
     .help = "Link unknown imports to functions that end the call, without a warning; blocks are refused otherwise",
     .offset = AT(allow_missing_imports)},
    {.name = "strict-imports",
     .kind = CLI_FLAG,
     .help = "Refuse code with unknown imports; calls warn of them otherwise",
     .offset = AT(strict_imports)},
    {.name = "enable-rfc145",
     .kind = CLI_FLAG,
     .help = "Accept runtimes without a heap of the host's (RFC-145, in no release yet)",
     .offset = AT(enable_rfc145)},
    {.name = NULL},
};

static sce_error_t *enable_proposal(sce_semantics_t *semantics, const char *name) {
  const struct {
    const char *name;
    bool *field;
  } proposals[] = {{"reference-types", &semantics->wasm_reference_types},
                   {"simd", &semantics->wasm_simd},
                   {"bulk-memory", &semantics->wasm_bulk_memory},
                   {"multi-value", &semantics->wasm_multi_value}};
  cli_nearest_t best = {0};
  for (size_t i = 0; i < sizeof proposals / sizeof proposals[0]; i++) {
    if (strcmp(name, proposals[i].name) == 0) {
      *proposals[i].field = true;
      return NULL;
    }
    cli_nearest_offer(&best, name, strlen(name), proposals[i].name);
  }
  return sce_error_new(SCE_MISUSE, "--enable can't be \"%s\"; it is %s", name,
                       best.name != NULL ? best.name : "reference-types, simd, bulk-memory or multi-value");
}

static sce_error_t *set_heap(sce_heap_pages_t *heap, const cli_engine_options_t *options) {
  if (options->heap_pages_given && options->heap_maximum_given)
    return sce_error_new(SCE_MISUSE, "--heap-pages and --heap-maximum exclude each other");
  if (options->heap_pages_given) *heap = (sce_heap_pages_t){.pages = (uint32_t)options->heap_pages};
  if (options->heap_maximum_given)
    *heap = (sce_heap_pages_t){
        .dynamic = true, .unlimited = options->heap_maximum == 0, .pages = (uint32_t)options->heap_maximum};
  return NULL;
}

sce_error_t *cli_engine_config(cli_t *cli, sce_config_t *config, const cli_engine_options_t *options) {
  /* In the order of `presets`. */
  static void (*const make[])(sce_config_t *) = {sce_config_block, sce_config_pvf, sce_config_pvf_static};
  make[options->preset](config);
  sce_semantics_t *semantics = &config->semantics;
  if (options->strategy_given) semantics->strategy = (sce_strategy_t)options->strategy;
  semantics->compiler = options->compiler_given ? (sce_compiler_t)options->compiler : SCE_COMPILER_TIERED;
  SCE_TRY(set_heap(&semantics->heap_pages, options));
  if (options->max_memory != 0) config->max_memory_size = options->max_memory;
  if (options->max_host_memory_given) config->max_host_memory = options->max_host_memory;
  if (options->allow_missing_imports && options->strict_imports)
    return sce_error_new(SCE_MISUSE, "--allow-missing-imports and --strict-imports exclude each other");
  config->compile_time_limit_ms = options->compile_time_limit;
  if (options->time_limit != 0 && options->compile_time_limit == 0)
    config->compile_time_limit_ms = options->time_limit > COMPILE_LEAST_MS ? options->time_limit : COMPILE_LEAST_MS;
  if (options->allow_missing_imports) config->allow_missing_imports = true;
  if (options->strict_imports) config->allow_missing_imports = false;
  if (options->enable_rfc145) config->enable_rfc145 = true;
  if (options->canonicalize_nans) semantics->canonicalize_nans = true;
  if (options->inline_calls) semantics->inline_calls = true;
  if (options->stack_limit != 0) {
    semantics->stack_limited = true;
    semantics->stack_logical_max = (uint32_t)options->stack_limit;
  }
  if (options->native_stack != 0) semantics->stack_native_max = (uint32_t)options->native_stack;
  for (size_t i = 0; i < options->enable.count; i++) SCE_TRY(enable_proposal(semantics, options->enable.items[i]));
  config->log = cli_own_log(cli);
  return NULL;
}
