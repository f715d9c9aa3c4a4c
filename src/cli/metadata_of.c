/* metadata_of.c: see metadata_of.h. */
#include "cli/metadata_of.h"
#include "cli/host.h"
#include "cli/source_kind.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/written.h"

#include <string.h>

/* Metadata takes milliseconds; code that loops is not waited for. */
#define TIME_LIMIT_MS 60000
#define COMPILE_LIMIT_MS 300000

/* The SS58 prefix of addresses that belong to no chain in particular. */
#define ANY_CHAIN_PREFIX 42

/* Where metadata calls are made. */
typedef struct probe {
  const cli_session_t *session;
  cli_host_t host;
  sce_instance_t *instance;
} probe_t;

/* Everything that is called is compiled at once: the parts for these functions are nearly the same. */
static sce_error_t *probe_open(cli_t *cli, probe_t *probe, const cli_session_t *session) {
  const char *const methods[] = {session->method != NULL ? session->method : "Core_version", "Core_version",
                                 "Metadata_metadata_versions", "Metadata_metadata_at_version", "Metadata_metadata"};
  *probe = (probe_t){.session = session};
  SCE_TRY(sce_instance_new(&probe->instance, session->runtime));
  SCE_TRY(sce_instance_prepare_all(probe->instance, methods, sizeof methods / sizeof *methods));
  return cli_host_open(cli, &probe->host, session, NULL);
}

static void probe_close(probe_t *probe) {
  cli_host_close(&probe->host);
  sce_instance_delete(probe->instance);
}

static sce_error_t *probe_call(probe_t *probe, sce_buf_t *output, const char *method, sce_span_t input) {
  sce_call_options_t options = {.externalities = &probe->host.externalities, .time_limit_ms = TIME_LIMIT_MS};
  sce_error_t *err = sce_instance_call(probe->instance, output, method, input.data, input.len, &options);
  if (err != NULL) return err;
  return cli_host_reset(&probe->host);
}

/* The same of a method that old runtimes do not have: `*there` is false, and all is well, when it is not exported. */
static sce_error_t *probe_try(probe_t *probe, sce_buf_t *output, bool *there, const char *method, sce_span_t input) {
  sce_error_t *err = probe_call(probe, output, method, input);
  *there = err == NULL || sce_error_kind(err) != SCE_MISSING_EXPORT;
  if (*there) return err;
  sce_error_delete(err);
  return NULL;
}

/* `output` gets what the runtime returned. `*asked` is the version asked for, 0 when the runtime decided. */
static sce_error_t *ask_metadata(probe_t *probe, sce_buf_t *output, uint32_t *asked, uint32_t wanted) {
  bool there = true;
  *asked = wanted;
  if (wanted == 0) {
    SCE_TRY(probe_try(probe, output, &there, "Metadata_metadata_versions", (sce_span_t){0}));
    if (there) SCE_TRY(sce_metadata_best_version(asked, sce_buf_span(output)));
  }
  if (*asked != 0) {
    uint8_t input[4];
    sce_store_le32(input, *asked);
    SCE_TRY(probe_try(probe, output, &there, "Metadata_metadata_at_version", sce_span(input, sizeof input)));
    if (there) return NULL;
  }
  *asked = 0;
  return probe_call(probe, output, "Metadata_metadata", (sce_span_t){0});
}

static sce_error_t *ask_version(probe_t *probe, sce_runtime_version_t *version) {
  sce_buf_t output = {0};
  sce_error_t *err = probe_call(probe, &output, "Core_version", (sce_span_t){0});
  if (err == NULL) err = sce_runtime_version_decode(version, sce_buf_span(&output));
  sce_buf_free(&output);
  return err;
}

sce_error_t *cli_session_version(cli_t *cli, const cli_session_t *session, sce_runtime_version_t *version) {
  probe_t probe;
  sce_error_t *err = probe_open(cli, &probe, session);
  if (err == NULL) err = ask_version(&probe, version);
  probe_close(&probe);
  return err;
}

/* That of the chain spec, or of the one that the database was made of. */
static sce_error_t *spec_prefix(uint16_t *prefix, bool *found, const cli_source_t *source) {
  sce_chain_spec_t *kept = NULL;
  if (source->spec == NULL && source->state != NULL) SCE_TRY(sce_state_chain_spec(source->state, &kept));
  const sce_chain_spec_t *spec = kept != NULL ? kept : source->spec;
  *found = spec != NULL && sce_chain_spec_ss58_format(spec, prefix);
  sce_chain_spec_delete(kept);
  return NULL;
}

/* Runtimes before 2021 do not say their prefix. Source: ss58-registry. */
static uint16_t name_prefix(const sce_runtime_version_t *version) {
  if (sce_span_equal(version->spec_name, sce_span_text("polkadot"))) return 0;
  if (sce_span_equal(version->spec_name, sce_span_text("kusama"))) return 2;
  return ANY_CHAIN_PREFIX;
}

sce_error_t *cli_ss58_prefix(uint16_t *prefix, const cli_source_t *source, const sce_runtime_version_t *version) {
  bool found = false;
  if (source != NULL) SCE_TRY(spec_prefix(prefix, &found, source));
  if (!found) *prefix = version != NULL ? name_prefix(version) : ANY_CHAIN_PREFIX;
  return NULL;
}

static sce_error_t *new_metadata(cli_t *cli, sce_metadata_t **metadata, sce_span_t scale,
                                 const sce_runtime_version_t *version, const char *types) {
  if (types == NULL) return sce_metadata_new(metadata, scale, version);
  sce_buf_t json = {0};
  sce_error_t *err = cli_read_file(cli, &json, types, CLI_MAX_FILE);
  if (err == NULL) {
    err = sce_metadata_new_with_types(metadata, scale, version, sce_buf_span(&json));
    if (err != NULL && sce_error_kind(err) == SCE_BAD_INPUT) err = sce_error_prefix(err, "%s", cli_file_label(types));
  }
  sce_buf_free(&json);
  return err;
}

sce_error_t *cli_metadata_take(cli_t *cli, cli_metadata_t *out, sce_span_t bytes, const sce_runtime_version_t *version,
                               const cli_source_t *source) {
  sce_span_t scale;
  uint16_t prefix;
  SCE_TRY(cli_ss58_prefix(&prefix, source, version));
  SCE_TRY(sce_metadata_unwrap(&scale, bytes));
  SCE_TRY(new_metadata(cli, &out->metadata, scale, version, source->options.types));
  SCE_TRY(sce_buf_append(&out->scale, scale.data, scale.len));
  out->format =
      (sce_value_format_t){.ss58_prefix = sce_metadata_ss58_prefix(out->metadata, prefix), .explain_errors = true};
  return NULL;
}

/* Appends the versions that the runtime lists as ", it has 14, 15"; those that list none have one, `own`. */
static sce_error_t *append_versions(sce_buf_t *text, probe_t *probe, uint32_t own) {
  sce_buf_t list = {0};
  bool there = false;
  const char *before = "; it has ";
  sce_error_t *err = probe_try(probe, &list, &there, "Metadata_metadata_versions", (sce_span_t){0});
  bool listed = err == NULL && there && list.len > 1 && list.len == 1 + 4 * (size_t)(list.data[0] >> 2);
  for (size_t at = 1; listed && err == NULL && at < list.len; at += 4) {
    uint32_t version = sce_load_le32(list.data + at);
    if (version == UINT32_MAX) continue; /* the unstable one: nobody can read it */
    err = sce_buf_printf(text, "%s%u", before, (unsigned)version);
    before = ", ";
  }
  if (err == NULL && !listed && own != 0) err = sce_buf_printf(text, "%s%u", before, (unsigned)own);
  sce_buf_free(&list);
  return err;
}

/* `own` is the version that it gives without being asked for one, 0 where that is not known. */
static sce_error_t *no_such_version(probe_t *probe, uint32_t wanted, uint32_t own) {
  sce_buf_t versions = {0};
  sce_error_t *err = append_versions(&versions, probe, own);
  if (err == NULL)
    err = sce_error_new(SCE_NOT_FOUND, "the runtime has no metadata of version %u%.*s", (unsigned)wanted,
                        (int)versions.len, versions.len > 0 ? (const char *)versions.data : "");
  sce_buf_free(&versions);
  return err;
}

static sce_error_t *load_with(cli_t *cli, cli_metadata_t *out, probe_t *probe, sce_buf_t *output, uint32_t wanted) {
  uint32_t asked;
  SCE_TRY(ask_metadata(probe, output, &asked, wanted));
  bool none = asked != 0 && output->len == 1 && output->data[0] == 0; /* None */
  if (none && wanted != 0) return no_such_version(probe, wanted, 0);
  sce_runtime_version_t version = {0};
  SCE_TRY(ask_version(probe, &version));
  sce_error_t *err = cli_metadata_take(cli, out, sce_buf_span(output), &version, &probe->session->source);
  sce_runtime_version_free(&version);
  uint32_t got = err == NULL ? sce_metadata_version(out->metadata) : 0;
  if (err == NULL && wanted != 0 && got != wanted) err = no_such_version(probe, wanted, got);
  return err;
}

sce_error_t *cli_metadata_load(cli_t *cli, cli_metadata_t *out, const cli_session_t *session, uint32_t wanted) {
  *out = (cli_metadata_t){0};
  probe_t probe;
  sce_buf_t output = {0};
  sce_error_t *err = probe_open(cli, &probe, session);
  if (err == NULL) err = load_with(cli, out, &probe, &output, wanted);
  probe_close(&probe);
  sce_buf_free(&output);
  if (err != NULL) cli_metadata_free(out);
  return err;
}

/* Imports of a chain's own don't matter here. */
static void choose_engine(cli_engine_options_t *engine, const cli_source_options_t *source) {
  engine->strict_imports = source->strict_imports;
  engine->compile_time_limit = COMPILE_LIMIT_MS;
}

/* Metadata that comes without its runtime: what the constant System.Version says stands for what Core_version would. */
static sce_error_t *take_file(cli_t *cli, cli_metadata_t *out, sce_span_t bytes, const char *types) {
  const cli_source_t source = {.options = {.types = types}};
  sce_runtime_version_t version;
  bool found;
  SCE_TRY(cli_metadata_take(cli, out, bytes, NULL, &source));
  SCE_TRY(sce_metadata_runtime_version(out->metadata, &version, &found));
  if (!found) return NULL;
  cli_metadata_free(out);
  sce_error_t *err = cli_metadata_take(cli, out, bytes, &version, &source);
  sce_runtime_version_free(&version);
  return err;
}

/* A file of metadata as the SOURCE. */
static sce_error_t *open_file(cli_t *cli, cli_metadata_t *out, const cli_source_options_t *source, const char *path,
                              uint32_t wanted) {
  sce_buf_t bytes = {0};
  if (source->chain != NULL || source->state != NULL || (source->metadata != NULL && source->runtime != NULL))
    return sce_error_new(SCE_MISUSE, "--metadata stands in place of --chain, --state and --runtime: give one of them");
  sce_error_t *err = cli_read_bytes(cli, &bytes, path, CLI_MAX_FILE);
  if (err == NULL)
    err = sce_error_prefix(take_file(cli, out, sce_buf_span(&bytes), source->types), "%s", cli_file_label(path));
  sce_buf_free(&bytes);
  if (err != NULL) return err;
  uint32_t got = sce_metadata_version(out->metadata);
  if (wanted == 0 || wanted == got) return NULL;
  return sce_error_new(SCE_NOT_FOUND, "%s is metadata of version %u, not %u", cli_file_label(path), (unsigned)got,
                       (unsigned)wanted);
}

sce_error_t *cli_metadata_open(cli_t *cli, cli_metadata_t *out, cli_session_t *session,
                               const cli_source_options_t *source, uint32_t wanted) {
  *out = (cli_metadata_t){0};
  if (source->metadata != NULL) {
    SCE_TRY(cli_check_kinds(source));
    return open_file(cli, out, source, source->metadata, wanted);
  }
  if (source->runtime != NULL && cli_is_metadata_file(source->runtime))
    return open_file(cli, out, source, source->runtime, wanted);
  cli_run_options_t options = {.source = *source};
  choose_engine(&options.engine, source);
  SCE_TRY(cli_session_load(cli, session, &options));
  SCE_TRY(cli_session_compile(cli, session, &options.engine, 1));
  return cli_metadata_load(cli, out, session, wanted);
}

/* Compiles the code of a session that has nothing but its source, and asks it. `choose`: the code is the one that wrote
 * the source's state. */
static sce_error_t *ask_code(cli_t *cli, cli_metadata_t *out, cli_session_t *session, uint32_t wanted, bool choose) {
  cli_run_options_t options = {.source = session->source.options};
  *out = (cli_metadata_t){0};
  choose_engine(&options.engine, &options.source);
  session->log = cli_own_log(cli);
  SCE_TRY(cli_services_config(&session->services, &options.host));
  SCE_TRY(cli_cache_path(&session->cache_path, &options.cache));
  SCE_TRY(cli_keystore_open(cli, &session->keystore, &options.host));
  if (choose) SCE_TRY(cli_source_choose_code(cli, &session->source, SCE_CODE_READ, &session->cache_path));
  SCE_TRY(cli_session_compile(cli, session, &options.engine, 1));
  return cli_metadata_load(cli, out, session, wanted);
}

sce_error_t *cli_metadata_of_state(cli_t *cli, cli_metadata_t *out, cli_session_t *session) {
  return ask_code(cli, out, session, 0, true);
}

sce_error_t *cli_metadata_of_code(cli_t *cli, cli_metadata_t *out, sce_span_t code, uint32_t wanted) {
  cli_session_t session = {.source = {.code = code}};
  *out = (cli_metadata_t){0};
  sce_error_t *err = sce_state_new_memory(&session.source.state, NULL, 0, SCE_STATE_V0);
  if (err == NULL) err = ask_code(cli, out, &session, wanted, false);
  cli_session_close(&session);
  return err;
}

/* ---- files ---- */

static bool is_code(sce_span_t bytes) {
  static const uint8_t compressed[] = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};
  return sce_span_starts_with(bytes, sce_span("\0asm", 4)) ||
         sce_span_starts_with(bytes, sce_span(compressed, sizeof compressed));
}

static sce_error_t *read_through(cli_t *cli, cli_metadata_t *out, const cli_source_options_t *source) {
  cli_session_t session = {0};
  sce_error_t *err = cli_metadata_open(cli, out, &session, source, 0);
  cli_session_close(&session);
  return err;
}

sce_error_t *cli_metadata_read(cli_t *cli, cli_metadata_t *out, const char *path, const char *types) {
  *out = (cli_metadata_t){0};
  sce_buf_t bytes = {0};
  sce_error_t *err = cli_read_bytes(cli, &bytes, path, CLI_MAX_FILE);
  bool code = is_code(sce_buf_span(&bytes)), spec = sce_is_json_object(sce_buf_span(&bytes));
  if (err == NULL && !code && !spec)
    err = sce_error_prefix(take_file(cli, out, sce_buf_span(&bytes), types), "%s", path);
  sce_buf_free(&bytes);
  if (err == NULL && (code || spec)) {
    if (strcmp(path, "-") == 0)
      err = sce_error_new(SCE_MISUSE, "only metadata in SCALE can come from standard input here");
    else
      err = read_through(
          cli, out,
          &(cli_source_options_t){.runtime = code ? path : NULL, .chain = spec ? path : NULL, .types = types});
  }
  if (err != NULL) cli_metadata_free(out);
  return err;
}

void cli_metadata_free(cli_metadata_t *metadata) {
  sce_metadata_delete(metadata->metadata);
  sce_buf_free(&metadata->scale);
  *metadata = (cli_metadata_t){0};
}
