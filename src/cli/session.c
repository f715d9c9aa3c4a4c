/* session.c: see session.h. */
#include "cli/session.h"

#include "base/error.h"

sce_error_t *cli_session_load(cli_t *cli, cli_session_t *session, const cli_run_options_t *options) {
  *session = (cli_session_t){.log = cli_own_log(cli), .offchain_worker = options->host.offchain_worker};
  SCE_TRY(cli_services_config(&session->services, &options->host));
  SCE_TRY(cli_source_load(cli, &session->source, &options->source));
  return cli_keystore_open(cli, &session->keystore, &options->host);
}

static void drop_compiled(cli_session_t *session) {
  sce_runtime_delete(session->runtime);
  sce_engine_delete(session->engine);
  session->runtime = NULL;
  session->engine = NULL;
}

sce_error_t *cli_session_compile(cli_t *cli, cli_session_t *session, const cli_engine_options_t *options,
                                 uint32_t instances) {
  drop_compiled(session);
  sce_config_t config;
  SCE_TRY(cli_engine_config(cli, &config, options));
  if (config.max_instances < instances) config.max_instances = instances;
  uint64_t start = cli_now_ns();
  SCE_TRY(sce_engine_new(&session->engine, &config));
  SCE_TRY(sce_runtime_new(&session->runtime, session->engine, session->source.blob));
  session->compile_ns = cli_now_ns() - start;
  return NULL;
}

void cli_session_close(cli_session_t *session) {
  drop_compiled(session);
  sce_keystore_delete(session->keystore);
  cli_source_free(&session->source);
  *session = (cli_session_t){0};
}
