/* code_version.c: the version of code: from its custom sections, else by running it on an empty state. Source:
 * sc-executor 0.51, wasm_runtime.rs, read_embedded_version and create_versioned_wasm_runtime. */
#include "executor/engine.h"

#include "base/buf.h"
#include "base/error.h"
#include "scexec/artifact.h"
#include "scexec/overlay.h"

/* A version is a few hundred bytes and takes microseconds; code that loops is not waited for. */
#define TIME_LIMIT_MS 10000
#define COMPILE_LIMIT_MS 60000

static sce_error_t *call_version(sce_buf_t *output, sce_runtime_t *runtime, const sce_log_t *log) {
  sce_instance_t *instance = NULL;
  sce_state_t *nothing = NULL;
  sce_overlay_t *overlay = NULL;
  sce_error_t *err = sce_instance_new(&instance, runtime);
  if (err == NULL) err = sce_state_new_memory(&nothing, NULL, 0, SCE_STATE_V0);
  if (err == NULL) err = sce_overlay_new(&overlay, nothing);
  if (err == NULL) {
    sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay, .log = *log};
    sce_call_options_t options = {.externalities = &ext, .time_limit_ms = TIME_LIMIT_MS};
    err = sce_instance_call(instance, output, "Core_version", NULL, 0, &options);
  }
  sce_overlay_delete(overlay);
  sce_state_delete(nothing);
  sce_instance_delete(instance);
  return err;
}

static sce_error_t *run_version(sce_buf_t *output, sce_span_t code, const sce_config_t *how) {
  sce_config_t config;
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  sce_config_init(&config);
  if (how != NULL) {
    config.log = how->log;
    config.cache_path = how->cache_path;
    config.host_functions = how->host_functions;
    config.host_function_count = how->host_function_count;
  }
  config.allow_missing_imports = true;
  config.semantics.strategy = SCE_STRATEGY_RECREATE_INSTANCE;
  config.semantics.compiler = SCE_COMPILER_TIERED; /* one short call: what answers soonest */
  config.compile_time_limit_ms = COMPILE_LIMIT_MS;
  SCE_TRY(sce_engine_new(&engine, &config));
  engine->brief = true;
  sce_error_t *err = sce_runtime_from_code(&runtime, engine, code);
  sce_engine_delete(engine);
  if (err == NULL) err = call_version(output, runtime, &config.log);
  sce_runtime_delete(runtime);
  return err;
}

sce_error_t *sce_code_version(sce_runtime_version_t *version, bool *embedded, sce_span_t code,
                              const sce_config_t *config) {
  sce_blob_t *blob = NULL;
  sce_buf_t output = {0};
  SCE_TRY(sce_blob_new(&blob, code));
  sce_error_t *err = sce_blob_embedded_version(blob, version, embedded);
  sce_blob_delete(blob);
  if (err != NULL || *embedded) return err;
  err = run_version(&output, code, config);
  if (err == NULL) err = sce_runtime_version_decode(version, sce_buf_span(&output));
  sce_buf_free(&output);
  return sce_error_prefix(err, "the code has no runtime_version section, and Core_version failed");
}
