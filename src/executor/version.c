/* version.c: the version of another runtime's code: from its custom sections, else by running it on an empty state.
 * Source: sc-executor 0.51, wasm_runtime.rs read_embedded_version, and executor.rs, ReadRuntimeVersion for
 * WasmExecutor. */
#include "executor/instance.h"

#include "base/error.h"
#include "scexec/overlay.h"
#include "scexec/state.h"
#include "scexec/version.h"

/* Calls Core_version on an empty state, as upstream does on its BasicExternalities. */
static sce_error_t *call_on_nothing(sce_instance_t *instance, sce_buf_t *version) {
  sce_state_t *state = NULL;
  sce_overlay_t *overlay = NULL;
  SCE_TRY(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
  sce_error_t *err = sce_overlay_new(&overlay, state);
  if (err == NULL) {
    sce_externalities_t ext = {.size = sizeof ext, .storage = sce_overlay_ops(), .storage_ctx = overlay};
    sce_call_options_t options = {.externalities = &ext};
    err = sce_instance_call(instance, version, "Core_version", NULL, 0, &options);
  }
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  return err;
}

/* Compiles and runs Core_version, within the limits of the outer call. */
static sce_error_t *run_core_version(sce_buf_t *version, const sce_blob_t *blob, sce_call_t *outer) {
  sce_engine_t *engine;
  sce_runtime_t *runtime = NULL;
  sce_instance_t *instance = NULL;
  SCE_TRY(sce_engine_for_versions(outer->instance->runtime->engine, &engine));
  const sce_patience_t patience = {sce_call_patience, outer};
  sce_error_t *err = sce_runtime_new_within(&runtime, engine, blob, &patience);
  if (err == NULL) err = sce_instance_new(&instance, runtime);
  if (err == NULL) {
    instance->outer = outer;
    instance->role = SCE_ROLE_VERSION;
    err = call_on_nothing(instance, version);
  }
  sce_instance_delete(instance);
  sce_runtime_delete(runtime);
  return err;
}

static sce_error_t *version_of(sce_buf_t *version, const sce_blob_t *blob, sce_call_t *outer) {
  sce_runtime_version_t embedded = {0};
  bool found = false;
  sce_error_t *err = sce_blob_embedded_version(blob, &embedded, &found);
  if (err == NULL)
    err = found ? sce_runtime_version_encode(version, &embedded) : run_core_version(version, blob, outer);
  sce_runtime_version_free(&embedded);
  return err;
}

/* What is no doing of the code that is asked ends the call that asks. */
static bool is_the_hosts(sce_error_kind_t kind) {
  return kind == SCE_OUT_OF_MEMORY || kind == SCE_TIME_LIMIT || kind == SCE_CANCELLED;
}

sce_error_t *sce_read_version(void *self, bool *found, sce_buf_t *version, sce_span_t code) {
  sce_blob_t *blob = NULL;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = version_of(version, blob, self);
  sce_blob_delete(blob);
  *found = err == NULL;
  if (err == NULL || is_the_hosts(sce_error_kind(err))) return err;
  sce_error_delete(err); /* code without a version is an answer, not a failure */
  return NULL;
}
