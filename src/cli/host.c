/* host.c: see host.h. */
#include "cli/host.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

static sce_error_t *open_services(cli_host_t *host) {
  SCE_TRY(sce_services_new(&host->services, &host->session->services));
  sce_services_attach(host->services, &host->externalities, host->offchain_worker);
  return NULL;
}

static sce_error_t *open_parts(cli_host_t *host) {
  SCE_TRY(sce_overlay_new(&host->overlay, host->session->source.state));
  sce_overlay_set_log(host->overlay, &host->session->log);
  host->externalities.storage = sce_overlay_ops();
  host->externalities.storage_ctx = host->overlay;
  host->externalities.keystore = sce_keystore_ops_get();
  host->externalities.keystore_ctx = host->session->keystore;
  return open_services(host);
}

sce_error_t *cli_host_open(cli_t *cli, cli_host_t *host, const cli_session_t *session, const char *method) {
  static const char worker[] = "OffchainWorkerApi_";
  *host = (cli_host_t){
      .externalities = {.size = sizeof host->externalities, .log = cli_runtime_log(cli)},
      .session = session,
      .offchain_worker =
          session->offchain_worker || (method != NULL && strncmp(method, worker, sizeof worker - 1) == 0),
  };
  sce_error_t *err = open_parts(host);
  if (err != NULL) cli_host_close(host);
  return err;
}

sce_error_t *cli_host_reset(cli_host_t *host) {
  sce_overlay_reset(host->overlay);
  if (sce_services_offchain_count(host->services) == 0 && sce_services_extrinsic_count(host->services) == 0)
    return NULL;
  sce_services_delete(host->services);
  host->services = NULL;
  return open_services(host);
}

void cli_host_close(cli_host_t *host) {
  sce_overlay_delete(host->overlay);
  sce_services_delete(host->services);
  *host = (cli_host_t){0};
}

static const char *kind_name(sce_offchain_kind_t kind) {
  return kind == SCE_OFFCHAIN_PERSISTENT ? "persistent" : "local";
}

void cli_host_put_effects(cli_t *cli, json_t *document, const cli_host_t *host) {
  size_t extrinsics = sce_services_extrinsic_count(host->services);
  size_t entries = sce_services_offchain_count(host->services);
  if (extrinsics > 0) {
    json_t *array = json_array();
    for (size_t i = 0; i < extrinsics; i++)
      cli_add(cli, array, cli_json_hex(sce_services_extrinsic(host->services, i)));
    cli_put(cli, document, "extrinsics", array);
  }
  if (entries == 0) return;
  json_t *array = json_array();
  for (size_t i = 0; i < entries; i++) {
    sce_offchain_kind_t kind;
    sce_span_t key, value;
    sce_services_offchain_entry(host->services, &kind, &key, &value, i);
    json_t *row = json_object();
    cli_put_text(cli, row, "kind", kind_name(kind));
    cli_put_hex(cli, row, "key", key);
    cli_put_hex(cli, row, "value", value);
    cli_add(cli, array, row);
  }
  cli_put(cli, document, "offchain", array);
}

static void show_hex(sce_span_t bytes) {
  fputs(" 0x", stderr);
  for (size_t i = 0; i < bytes.len; i++) fprintf(stderr, "%02x", bytes.data[i]);
}

void cli_host_show_effects(const cli_host_t *host) {
  for (size_t i = 0; i < sce_services_extrinsic_count(host->services); i++) {
    fputs("submitted extrinsic", stderr);
    show_hex(sce_services_extrinsic(host->services, i));
    fputc('\n', stderr);
  }
  for (size_t i = 0; i < sce_services_offchain_count(host->services); i++) {
    sce_offchain_kind_t kind;
    sce_span_t key, value;
    sce_services_offchain_entry(host->services, &kind, &key, &value, i);
    fprintf(stderr, "off-chain %s", kind_name(kind));
    show_hex(key);
    fputs(" =", stderr);
    show_hex(value);
    fputc('\n', stderr);
  }
}
