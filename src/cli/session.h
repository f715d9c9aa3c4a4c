/* session.h: a runtime made ready for calls: what call, bench and batch have in common. */
#ifndef SCE_CLI_SESSION_H
#define SCE_CLI_SESSION_H

#include "cli/cache_options.h"
#include "cli/engine_options.h"
#include "cli/host_options.h"
#include "cli/plugins.h"
#include "cli/source.h"

/* The options of every subcommand that makes calls. */
typedef struct cli_run_options {
  cli_source_options_t source;
  cli_engine_options_t engine;
  cli_host_options_t host;
  cli_cache_options_t cache;
} cli_run_options_t;

/* Groups of a subcommand whose struct has `cli_run_options_t run`. */
// clang-format off
#define CLI_SOURCE_GROUP(values) {"Source", cli_source_options, offsetof(values, run.source)}
#define CLI_TYPES_GROUP(values) {"Source", cli_types_options, offsetof(values, run.source)}
#define CLI_ARTIFACT_GROUP(values) {"Source", cli_artifact_options, offsetof(values, run.source)}
#define CLI_STRATEGY_GROUP(values) {"Execution", cli_strategy_options, offsetof(values, run.engine)}
#define CLI_ENGINE_GROUP(values) {"Execution", cli_engine_options, offsetof(values, run.engine)}
#define CLI_CACHE_GROUP(values) {"Execution", cli_cache_options, offsetof(values, run.cache)}
#define CLI_HOST_GROUP(values) {"Host", cli_host_options, offsetof(values, run.host)}
// clang-format on

/* All zero is empty; release with cli_session_close(). */
typedef struct cli_session {
  cli_source_t source;
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  bool missing_told;    /* the user knows which imports are missing */
  uint64_t compile_ns;  /* or loading what was compiled */
  bool cache_wanted;    /* --cache was given */
  sce_buf_t cache_path; /* NUL-terminated; empty: no cache */
  cli_plugins_t plugins;
  sce_keystore_t *keystore; /* shared by all threads */
  const char *method;       /* what will be called, so that it is compiled with what metadata needs; NULL: not known */
  sce_services_options_t services;
  bool offchain_worker; /* for every call, whatever its name */
  sce_log_t log;        /* scexec's own messages */
} cli_session_t;

/* Reads SOURCE, and opens what the host options name. */
sce_error_t *cli_session_load(cli_t *cli, cli_session_t *session, const cli_run_options_t *options);
/* Compiles the code, in place of what was compiled before. `instances` is how many there will be at one time. Imports
 * that the host does not have are allowed, with one warning in a session, unless the options say otherwise. */
sce_error_t *cli_session_compile(cli_t *cli, cli_session_t *session, const cli_engine_options_t *options,
                                 uint32_t instances);
void cli_session_close(cli_session_t *session);

#endif
