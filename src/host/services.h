/* services.h: the pieces of sce_services_t. */
#ifndef SCE_HOST_SERVICES_H
#define SCE_HOST_SERVICES_H

#include "crypto/random.h"
#include "scexec/services.h"
#include "state/table.h"

/* ---- off-chain database (services_db.c) ---- */

#define SCE_OFFCHAIN_KINDS 2

/* Entries by kind and key. */
typedef struct sce_offchain_db {
  sce_table_t tables[SCE_OFFCHAIN_KINDS];
} sce_offchain_db_t;

void sce_offchain_db_init(sce_offchain_db_t *db);
void sce_offchain_db_free(sce_offchain_db_t *db);

extern const sce_offchain_db_ops_t sce_offchain_db_memory_ops; /* context: sce_offchain_db_t */
/* `value` NULL removes. */
sce_error_t *sce_offchain_db_put(sce_offchain_db_t *db, sce_offchain_kind_t kind, sce_span_t key,
                                 const sce_span_t *value);
size_t sce_offchain_db_count(const sce_offchain_db_t *db);
/* The entry `index`, below the count, in order of kind and key; borrowed until the next change. */
void sce_offchain_db_entry(const sce_offchain_db_t *db, sce_offchain_kind_t *kind, sce_span_t *key, sce_span_t *value,
                           size_t index);

/* What waits looks that often at the limits of its call, in milliseconds. */
#define SCE_SERVICES_NAP_MS 25

/* ---- HTTP (services_http.c) ---- */

/* Requests of off-chain workers over libcurl. */
typedef struct sce_http sce_http_t;

/* `first_id`: id of the first request. */
sce_error_t *sce_http_new(sce_http_t **http, uint16_t first_id);
void sce_http_delete(sce_http_t *http);

/* As the functions of sce_offchain_ops_t, but `wait_ms` is the time they may take; UINT64_MAX: for ever. */
sce_error_t *sce_http_start(sce_http_t *http, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri);
sce_error_t *sce_http_add_header(sce_http_t *http, bool *ok, uint16_t id, sce_span_t name, sce_span_t value);
sce_error_t *sce_http_write_body(sce_http_t *http, sce_http_error_t *result, uint16_t id, sce_span_t chunk);
sce_error_t *sce_http_wait(sce_http_t *http, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                           uint64_t wait_ms);
sce_error_t *sce_http_headers(sce_http_t *http, sce_buf_t *scale, uint16_t id);
sce_error_t *sce_http_read_body(sce_http_t *http, sce_http_error_t *result, uint32_t *count, uint16_t id,
                                uint8_t *buffer, size_t len, uint64_t wait_ms);

/* ---- all together (services.c) ---- */

struct sce_services {
  sce_services_options_t options;
  sce_random_t random;
  uint64_t now_ms; /* with options.seeded: the time */
  sce_offchain_db_t db;
  sce_http_t *http; /* NULL unless allowed */
  sce_buf_t *extrinsics;
  size_t extrinsic_count, extrinsic_cap;
  uint64_t next_span;
};

#endif
