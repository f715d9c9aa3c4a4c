/* services.c: the default services: see scexec/services.h. */
#include "host/services.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "scale/scale.h"

#include <string.h>
#include <time.h>

void sce_services_options_init(sce_services_options_t *options) {
  *options = (sce_services_options_t){.size = sizeof *options, .max_wait_ms = 120000};
}

sce_error_t *sce_services_new(sce_services_t **services, const sce_services_options_t *options) {
  sce_services_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_offchain_db_init(&made->db);
  sce_services_options_init(&made->options);
  if (options != NULL) {
    size_t size = options->size < sizeof *options ? options->size : sizeof *options;
    memcpy(&made->options, options, size);
  }
  made->now_ms = made->options.unix_ms;
  made->next_span = 1;
  sce_random_init(&made->random, made->options.seeded ? made->options.seed : NULL);
  sce_error_t *err = NULL;
  if (made->options.allow_http) {
    uint8_t first[2] = {0};
    err = sce_random_fill(&made->random, first, sizeof first);
    /* As upstream: so that no runtime counts on the first id. */
    if (err == NULL) err = sce_http_new(&made->http, sce_load_le16(first) % 2000);
  }
  if (err != NULL) {
    sce_services_delete(made);
    return err;
  }
  *services = made;
  return NULL;
}

void sce_services_delete(sce_services_t *services) {
  if (services == NULL) return;
  sce_http_delete(services->http);
  sce_offchain_db_free(&services->db);
  sce_services_clear_extrinsics(services);
  sce_free(services->extrinsics);
  sce_random_wipe(&services->random);
  sce_free(services);
}

/* ---- the pool ---- */

static sce_error_t *pool_submit(void *ctx, bool *accepted, sce_span_t extrinsic) {
  sce_services_t *services = ctx;
  if (services->extrinsic_count == services->extrinsic_cap) {
    size_t cap = services->extrinsic_cap == 0 ? 8 : services->extrinsic_cap * 2;
    sce_buf_t *extrinsics = sce_realloc_array(services->extrinsics, cap, sizeof *extrinsics);
    if (extrinsics == NULL) return sce_error_oom();
    services->extrinsics = extrinsics;
    services->extrinsic_cap = cap;
  }
  sce_buf_t copy = {0};
  sce_error_t *err = sce_buf_append(&copy, extrinsic.data, extrinsic.len);
  if (err != NULL) {
    sce_buf_free(&copy);
    return err;
  }
  services->extrinsics[services->extrinsic_count++] = copy;
  *accepted = true;
  return NULL;
}

size_t sce_services_extrinsic_count(const sce_services_t *services) {
  return services->extrinsic_count;
}

sce_span_t sce_services_extrinsic(const sce_services_t *services, size_t index) {
  return sce_buf_span(&services->extrinsics[index]);
}

void sce_services_clear_extrinsics(sce_services_t *services) {
  for (size_t i = 0; i < services->extrinsic_count; i++) sce_buf_free(&services->extrinsics[i]);
  services->extrinsic_count = 0;
}

/* ---- the off-chain database ---- */

size_t sce_services_offchain_count(const sce_services_t *services) {
  return sce_offchain_db_count(&services->db);
}

void sce_services_offchain_entry(const sce_services_t *services, sce_offchain_kind_t *kind, sce_span_t *key,
                                 sce_span_t *value, size_t index) {
  sce_offchain_db_entry(&services->db, kind, key, value, index);
}

sce_error_t *sce_services_offchain_set(sce_services_t *services, sce_offchain_kind_t kind, sce_span_t key,
                                       const sce_span_t *value) {
  return sce_offchain_db_put(&services->db, kind, key, value);
}

/* ---- clock, randomness, network ---- */

static uint64_t now(const sce_services_t *services) {
  struct timespec time;
  if (services->options.seeded) return services->now_ms;
  if (clock_gettime(CLOCK_REALTIME, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static uint64_t monotonic_ms(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Milliseconds until a deadline (NULL: never), bounded by the longest wait; UINT64_MAX is for ever. */
static uint64_t time_left(const sce_services_t *services, const uint64_t *deadline) {
  uint64_t time = now(services), left = UINT64_MAX;
  if (deadline != NULL) left = *deadline > time ? *deadline - time : 0;
  uint64_t most = services->options.max_wait_ms;
  return most != 0 && left > most ? most : left;
}

static sce_error_t *is_validator(void *ctx, bool *yes) {
  *yes = ((const sce_services_t *)ctx)->options.validator;
  return NULL;
}

/* An empty peer id and no addresses. */
static sce_error_t *network_state(void *ctx, bool *ok, sce_buf_t *scale) {
  static const uint8_t empty[] = {0, 0};
  (void)ctx;
  *ok = true;
  return sce_buf_append(scale, empty, sizeof empty);
}

static sce_error_t *timestamp(void *ctx, uint64_t *unix_ms) {
  *unix_ms = now(ctx);
  return NULL;
}

static sce_error_t *sleep_until(void *ctx, uint64_t unix_ms) {
  sce_services_t *services = ctx;
  if (services->options.seeded) {
    if (unix_ms > services->now_ms) services->now_ms = unix_ms;
    return NULL;
  }
  uint64_t begin = monotonic_ms(), all = time_left(services, &unix_ms);
  for (uint64_t passed = 0; passed < all; passed = monotonic_ms() - begin) {
    uint64_t left = all - passed;
    long nap = (long)(left < SCE_SERVICES_NAP_MS ? left : SCE_SERVICES_NAP_MS);
    nanosleep(&(struct timespec){.tv_nsec = nap * 1000000}, NULL); /* a signal may cut it short */
    SCE_TRY(sce_budget_check());
  }
  return NULL;
}

static sce_error_t *random_seed(void *ctx, uint8_t seed[32]) {
  return sce_random_fill(&((sce_services_t *)ctx)->random, seed, 32);
}

/* There are no peers. */
static sce_error_t *set_authorized_nodes(void *ctx, sce_span_t scale_nodes, bool authorized_only) {
  (void)ctx, (void)scale_nodes, (void)authorized_only;
  return NULL;
}

/* ---- HTTP; where it is not allowed there is no request that could be started, and so none that exists ---- */

static sce_error_t *http_start(void *ctx, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri, sce_span_t meta) {
  sce_services_t *services = ctx;
  (void)meta; /* reserved; upstream ignores it too */
  *ok = false;
  return services->http == NULL ? NULL : sce_http_start(services->http, ok, id, method, uri);
}

static sce_error_t *http_add_header(void *ctx, bool *ok, uint16_t id, sce_span_t name, sce_span_t value) {
  sce_services_t *services = ctx;
  *ok = false;
  return services->http == NULL ? NULL : sce_http_add_header(services->http, ok, id, name, value);
}

/* The body is kept until the request is sent, so a deadline can't pass here. */
static sce_error_t *http_write_body(void *ctx, sce_http_error_t *result, uint16_t id, sce_span_t chunk,
                                    const uint64_t *deadline) {
  sce_services_t *services = ctx;
  (void)deadline;
  *result = SCE_HTTP_INVALID_ID;
  return services->http == NULL ? NULL : sce_http_write_body(services->http, result, id, chunk);
}

static sce_error_t *http_wait(void *ctx, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                              const uint64_t *deadline) {
  sce_services_t *services = ctx;
  if (services->http != NULL) {
    return sce_http_wait(services->http, statuses, ids, count, time_left(services, deadline));
  }
  for (size_t i = 0; i < count; i++) statuses[i] = (sce_http_status_t){.tag = 2};
  return NULL;
}

static sce_error_t *http_headers(void *ctx, sce_buf_t *scale, uint16_t id) {
  sce_services_t *services = ctx;
  return services->http == NULL ? sce_scale_write_compact(scale, 0) : sce_http_headers(services->http, scale, id);
}

static sce_error_t *http_read_body(void *ctx, sce_http_error_t *result, uint32_t *count, uint16_t id, uint8_t *buffer,
                                   size_t len, const uint64_t *deadline) {
  sce_services_t *services = ctx;
  *result = SCE_HTTP_INVALID_ID;
  if (services->http == NULL) return NULL;
  return sce_http_read_body(services->http, result, count, id, buffer, len, time_left(services, deadline));
}

/* ---- tracing ---- */

/* The head of WasmMetadata: name, target, level. */
static sce_error_t *read_metadata(sce_scale_reader_t *in, sce_trace_t *trace) {
  uint8_t level;
  SCE_TRY(sce_scale_read_bytes(in, &trace->name));
  SCE_TRY(sce_scale_read_bytes(in, &trace->target));
  SCE_TRY(sce_scale_read_u8(in, &level));
  trace->level = (sce_log_level_t)level;
  return NULL;
}

static bool wants(const sce_services_t *services, sce_log_level_t level) {
  return services->options.trace != NULL && (int)level < services->options.trace_max_level;
}

static sce_error_t *trace_enabled(void *ctx, bool *yes, sce_span_t metadata) {
  sce_scale_reader_t in = sce_scale_reader(metadata);
  sce_trace_t trace = {0};
  SCE_TRY(read_metadata(&in, &trace));
  *yes = wants(ctx, trace.level);
  return NULL;
}

static sce_error_t *pass_on(sce_services_t *services, sce_trace_kind_t kind, uint64_t id, sce_span_t attributes) {
  sce_scale_reader_t in = sce_scale_reader(attributes);
  sce_trace_t trace = {.kind = kind, .id = id, .attributes = attributes};
  bool some;
  SCE_TRY(sce_scale_read_option(&in, &some));
  if (some) SCE_TRY(sce_scale_read_u64(&in, &trace.parent));
  SCE_TRY(read_metadata(&in, &trace));
  if (wants(services, trace.level)) services->options.trace(services->options.trace_ctx, &trace);
  return NULL;
}

static sce_error_t *trace_enter(void *ctx, uint64_t *id, sce_span_t attributes) {
  sce_services_t *services = ctx;
  *id = services->next_span++;
  return pass_on(services, SCE_TRACE_ENTER, *id, attributes);
}

static sce_error_t *trace_event(void *ctx, sce_span_t attributes) {
  return pass_on(ctx, SCE_TRACE_EVENT, 0, attributes);
}

static sce_error_t *trace_exit(void *ctx, uint64_t id) {
  const sce_services_t *services = ctx;
  sce_trace_t trace = {.kind = SCE_TRACE_EXIT, .id = id};
  if (services->options.trace != NULL) services->options.trace(services->options.trace_ctx, &trace);
  return NULL;
}

/* ---- tables ---- */

static const sce_pool_ops_t pool_ops = {.size = sizeof pool_ops, .submit = pool_submit};

static const sce_tracing_ops_t tracing_ops = {
    .size = sizeof tracing_ops,
    .enabled = trace_enabled,
    .enter_span = trace_enter,
    .event = trace_event,
    .exit_span = trace_exit,
};

static const sce_offchain_ops_t offchain_ops = {
    .size = sizeof offchain_ops,
    .is_validator = is_validator,
    .network_state = network_state,
    .timestamp = timestamp,
    .sleep_until = sleep_until,
    .random_seed = random_seed,
    .set_authorized_nodes = set_authorized_nodes,
    .http_start = http_start,
    .http_add_header = http_add_header,
    .http_write_body = http_write_body,
    .http_wait = http_wait,
    .http_headers = http_headers,
    .http_read_body = http_read_body,
};

void sce_services_attach(sce_services_t *services, sce_externalities_t *externalities, bool offchain_worker) {
  externalities->offchain_db = &sce_offchain_db_memory_ops;
  externalities->offchain_db_ctx = &services->db;
  externalities->pool = &pool_ops;
  externalities->pool_ctx = services;
  if (services->options.trace != NULL) {
    externalities->tracing = &tracing_ops;
    externalities->tracing_ctx = services;
  }
  if (!offchain_worker) return;
  externalities->offchain = &offchain_ops;
  externalities->offchain_ctx = services;
}
