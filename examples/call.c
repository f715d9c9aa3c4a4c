/* call.c: calls Core_version of the runtime in a raw chain spec, on the chain's genesis state, and prints the output.
 *
 *   cc call.c $(pkg-config --cflags --libs scexec) -o call && ./call polkadot.json
 */
#include <scexec.h>

#include <stdio.h>

/* How the state's trie stores values, which decides its root: as the runtime says. Code that carries no version is
 * older than the second layout. */
static sce_error_t *layout_of(sce_state_version_t *layout, const sce_blob_t *blob) {
  sce_runtime_version_t version;
  bool found = false;
  sce_error_t *err = sce_blob_embedded_version(blob, &version, &found);
  if (err != NULL || !found) return err;
  if (version.system_version >= 1) *layout = SCE_STATE_V1;
  sce_runtime_version_free(&version);
  return NULL;
}

/* Reads the spec: its code as a blob, and its genesis state. */
static sce_error_t *load(sce_blob_t **blob, sce_state_t **state, const char *path) {
  sce_chain_spec_t *spec = NULL;
  sce_error_t *err = sce_chain_spec_load(&spec, path);
  sce_span_t code = {NULL, 0};
  const sce_span_t key = {(const uint8_t *)":code", 5};
  if (err == NULL && !sce_chain_spec_storage(spec, &code, key))
    err = sce_error_from_host(SCE_NOT_FOUND, "the genesis state has no :code");
  if (err == NULL) err = sce_blob_new(blob, code);
  sce_state_version_t layout = SCE_STATE_V0;
  if (err == NULL) err = layout_of(&layout, *blob);
  if (err == NULL) err = sce_state_from_chain_spec(state, spec, layout);
  sce_chain_spec_delete(spec);
  return err;
}

/* Compiles the code. An instance then makes any number of calls; each begins in the runtime's first state. */
static sce_error_t *prepare(sce_instance_t **instance, const sce_blob_t *blob) {
  sce_config_t config;
  sce_config_init(&config);
  sce_engine_t *engine = NULL;
  sce_runtime_t *runtime = NULL;
  sce_error_t *err = sce_engine_new(&engine, &config);
  if (err == NULL) err = sce_runtime_new(&runtime, engine, blob);
  if (err == NULL) err = sce_instance_new(instance, runtime);
  sce_runtime_delete(runtime); /* the instance keeps what it needs */
  sce_engine_delete(engine);
  return err;
}

/* Calls on the state. Writes go to the overlay: the state stays as it is. */
static sce_error_t *call(sce_instance_t *instance, sce_buf_t *output, sce_state_t *state) {
  sce_overlay_t *overlay = NULL;
  sce_error_t *err = sce_overlay_new(&overlay, state);
  if (err != NULL) return err;
  sce_externalities_t externalities = {.size = sizeof externalities};
  externalities.storage = sce_overlay_ops();
  externalities.storage_ctx = overlay;
  sce_call_options_t options = {.externalities = &externalities, .time_limit_ms = 1000};
  err = sce_instance_call(instance, output, "Core_version", NULL, 0, &options);
  sce_overlay_delete(overlay);
  return err;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: call SPEC.json\n");
    return 2;
  }
  sce_blob_t *blob = NULL;
  sce_state_t *state = NULL;
  sce_instance_t *instance = NULL;
  sce_buf_t output = {0};
  sce_error_t *err = load(&blob, &state, argv[1]);
  if (err == NULL) err = prepare(&instance, blob);
  if (err == NULL) err = call(instance, &output, state);
  if (err == NULL) {
    printf("0x");
    for (size_t i = 0; i < output.len; i++) printf("%02x", output.data[i]);
    printf("\n");
  } else {
    fprintf(stderr, "%s: %s\n", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  }
  int status = err == NULL ? 0 : 1;
  sce_error_delete(err);
  sce_buf_free(&output);
  sce_instance_delete(instance);
  sce_state_delete(state);
  sce_blob_delete(blob);
  return status;
}
