/* session.c: see session.h. */
#include "cli/session.h"

#include "base/buf.h"
#include "base/error.h"

#include "scexec/artifact.h"

#include <errno.h>
#include <unistd.h>

sce_error_t *cli_session_load(cli_t *cli, cli_session_t *session, const cli_run_options_t *options) {
  *session = (cli_session_t){.log = cli_own_log(cli), .offchain_worker = options->host.offchain_worker};
  SCE_TRY(cli_services_config(&session->services, &options->host));
  SCE_TRY(cli_plugins_open(&session->plugins, &options->engine.plugins));
  session->cache_wanted = options->cache.path != NULL;
  SCE_TRY(cli_cache_path(&session->cache_path, &options->cache));
  SCE_TRY(cli_source_load(cli, &session->source, &options->source));
  SCE_TRY(cli_source_choose_code(cli, &session->source, options->source.use, &session->cache_path));
  return cli_keystore_open(cli, &session->keystore, &options->host);
}

static void drop_compiled(cli_session_t *session) {
  sce_runtime_delete(session->runtime);
  sce_engine_delete(session->engine);
  session->runtime = NULL;
  session->engine = NULL;
}

/* A key file that is named must be there: one made now can't be that of the artifact. */
static sce_error_t *load_artifact(cli_session_t *session, const cli_source_options_t *options) {
  uint8_t key[SCE_ARTIFACT_KEY_SIZE];
  if (options->key_file != NULL && access(options->key_file, F_OK) != 0)
    return sce_error_system(errno, "cannot open %s", options->key_file);
  SCE_TRY(sce_artifact_key_user(key, options->key_file));
  sce_error_t *err = sce_runtime_from_artifact_file(&session->runtime, session->engine, options->artifact, key);
  cli_wipe(key, sizeof key);
  return err;
}

/* The runtime from the artifact, from the cache, or compiled. */
static sce_error_t *make_runtime(cli_session_t *session) {
  const cli_source_options_t *options = &session->source.options;
  if (options->artifact != NULL) return load_artifact(session, options);
  if (session->cache_path.len > 0)
    return cli_source_name_error(&session->source,
                                 sce_runtime_from_code(&session->runtime, session->engine, session->source.code));
  const sce_blob_t *blob;
  SCE_TRY(cli_source_blob(&session->source, &blob));
  return cli_source_name_error(&session->source, sce_runtime_new(&session->runtime, session->engine, blob));
}

/* Most names in the warning. */
#define NAMES_SHOWN 20

static sce_error_t *name_missing(cli_t *cli, const char *const *names, size_t count) {
  sce_buf_t list = {0};
  sce_error_t *err = NULL;
  size_t shown = count < NAMES_SHOWN ? count : NAMES_SHOWN;
  for (size_t i = 0; err == NULL && i < shown; i++) {
    err = sce_buf_printf(&list, "%s", i > 0 ? ", " : "");
    if (err == NULL) err = cli_escape(&list, sce_span_text(names[i]), false, 0);
  }
  if (err == NULL && shown < count) err = sce_buf_printf(&list, " and %zu more", count - shown);
  if (err == NULL)
    cli_warn(cli, "the runtime imports what scexec does not have: %.*s; a call that needs one of them will fail",
             (int)list.len, (const char *)list.data);
  sce_buf_free(&list);
  return err;
}

/* Who asked for missing imports to be allowed need not be told. */
static sce_error_t *warn_of_missing(cli_t *cli, cli_session_t *session, const cli_engine_options_t *options) {
  size_t count;
  const char *const *names = sce_runtime_missing_imports(session->runtime, &count);
  if (count == 0 || session->missing_told || options->allow_missing_imports) return NULL;
  session->missing_told = true;
  return name_missing(cli, names, count);
}

sce_error_t *cli_session_compile(cli_t *cli, cli_session_t *session, const cli_engine_options_t *options,
                                 uint32_t instances) {
  drop_compiled(session);
  sce_config_t config;
  SCE_TRY(cli_engine_config(cli, &config, options));
  /* Who names a directory for compiled code wants it there when the command is done; tiers may not come to that. */
  if (session->cache_wanted && !options->compiler_given) config.semantics.compiler = SCE_COMPILER_CRANELIFT;
  if (!options->strict_imports) config.allow_missing_imports = true;
  if (config.max_instances < instances) config.max_instances = instances;
  config.host_functions = session->plugins.functions;
  config.host_function_count = session->plugins.function_count;
  if (session->cache_path.len > 0) config.cache_path = (const char *)session->cache_path.data;
  uint64_t start = cli_now_ns(), decode_ns = session->source.decode_ns;
  SCE_TRY(sce_engine_new(&session->engine, &config));
  cli_waiting_t waiting;
  cli_waiting_start(&waiting, cli, "compiling");
  sce_error_t *err = make_runtime(session);
  cli_waiting_end(&waiting);
  session->compile_ns = cli_now_ns() - start - (session->source.decode_ns - decode_ns);
  return err == NULL ? warn_of_missing(cli, session, options) : err;
}

void cli_session_close(cli_session_t *session) {
  drop_compiled(session);
  cli_plugins_close(&session->plugins);
  sce_keystore_delete(session->keystore);
  cli_source_free(&session->source);
  sce_buf_free(&session->cache_path);
  *session = (cli_session_t){0};
}
