/* engine_options.h: options of what compiles and runs the code, shared by call, bench, batch and others. */
#ifndef SCE_CLI_ENGINE_OPTIONS_H
#define SCE_CLI_ENGINE_OPTIONS_H

#include "cli/cli.h"

typedef struct cli_engine_options {
  int preset;
  int strategy;
  bool strategy_given;
  uint64_t heap_pages;
  bool heap_pages_given;
  uint64_t heap_maximum;
  bool heap_maximum_given;
  uint64_t max_memory;
  uint64_t max_host_memory;
  bool max_host_memory_given;
  bool allow_missing_imports;
  bool strict_imports;
  bool enable_rfc145;
  bool canonicalize_nans;
  bool inline_calls;
  uint64_t stack_limit; /* values; 0: none */
  uint64_t native_stack;
  cli_list_t enable; /* proposals */
  int compiler;
  bool compiler_given;         /* else tiered */
  uint64_t time_limit;         /* milliseconds */
  uint64_t compile_time_limit; /* milliseconds; 0: none, or one that goes with `time_limit` */
  cli_list_t plugins;
} cli_engine_options_t;

/* Two groups over the same struct: bench has --strategy in another form. */
extern const cli_option_t cli_strategy_options[];
extern const cli_option_t cli_engine_options[];

/* The configuration that the options describe. Errors: SCE_MISUSE. */
sce_error_t *cli_engine_config(cli_t *cli, sce_config_t *config, const cli_engine_options_t *options);

#endif
