/* version_of.c: see version_of.h. The call runs without state, as a node's does when it asks new code for its version
 * (sc-executor, read_runtime_version). */
#include "cli/version_of.h"

#include "base/buf.h"
#include "base/error.h"

/* A version is a few hundred bytes and takes microseconds; code that loops is not waited for. */
#define TIME_LIMIT_MS 10000

static sce_error_t *call_version(cli_t *cli, sce_buf_t *output, sce_runtime_t *runtime) {
  sce_instance_t *instance = NULL;
  SCE_TRY(sce_instance_new(&instance, runtime));
  sce_externalities_t externalities = {.size = sizeof externalities, .log = cli_runtime_log(cli)};
  sce_call_options_t options = {.externalities = &externalities, .time_limit_ms = TIME_LIMIT_MS};
  sce_error_t *err = sce_instance_call(instance, output, "Core_version", NULL, 0, &options);
  sce_instance_delete(instance);
  return err;
}

static sce_error_t *run_version(cli_t *cli, sce_buf_t *output, const sce_blob_t *blob) {
  sce_config_t config;
  sce_config_init(&config);
  config.allow_missing_imports = true;
  config.semantics.strategy = SCE_STRATEGY_RECREATE_INSTANCE;
  config.semantics.compiler = SCE_COMPILER_TIERED; /* one short call: what answers soonest */
  config.log = cli_own_log(cli);
  sce_engine_t *engine = NULL;
  SCE_TRY(sce_engine_new(&engine, &config));
  sce_runtime_t *runtime = NULL;
  sce_error_t *err = sce_runtime_new(&runtime, engine, blob);
  sce_engine_delete(engine);
  if (err == NULL) err = call_version(cli, output, runtime);
  sce_runtime_delete(runtime);
  return err;
}

sce_error_t *cli_version_of(cli_t *cli, sce_runtime_version_t *version, bool *embedded, const sce_blob_t *blob) {
  SCE_TRY(sce_blob_embedded_version(blob, version, embedded));
  if (*embedded) return NULL;
  sce_buf_t output = {0};
  sce_error_t *err = run_version(cli, &output, blob);
  if (err == NULL) err = sce_runtime_version_decode(version, sce_buf_span(&output));
  sce_buf_free(&output);
  return sce_error_prefix(err, "the code has no runtime_version section, and Core_version failed");
}
