/* test_host_services.c: the default services through the host functions: off-chain database, pool, clock and
 * randomness, tracing, and HTTP against a server of this test on the loopback interface. */
#include "host_fake.h"

#include "base/error.h"
#include "scexec/services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static uint64_t call(fake_t *fake, const char *name, const uint64_t *args) {
  uint64_t result = 0;
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), NULL);
  if (row == NULL || row->call == NULL) fail_msg("no function %s", name);
  sce_error_t *err = row->call(NULL, &fake->caller, args, &result);
  if (err != NULL) fail_msg("%s: %s", name, sce_error_message(err));
  return result;
}

static uint64_t text(fake_t *fake, const char *bytes) {
  return fake_put_span(fake, bytes, strlen(bytes));
}

static void expect_span(const fake_t *fake, uint64_t result, const void *bytes, size_t len) {
  sce_span_t span = fake_span(fake, result);
  assert_int_equal(span.len, len);
  if (len > 0) assert_memory_equal(span.data, bytes, len);
}

static void open_services(fake_t *fake, sce_services_t **services, const sce_services_options_t *options) {
  fake_init(fake, 64 * SCE_WASM_PAGE, 0x100000);
  assert_null(sce_services_new(services, options));
  sce_services_attach(*services, &fake->ext, true);
}

static void close_services(fake_t *fake, sce_services_t *services) {
  sce_services_delete(services);
  fake_free_all(fake);
}

static void database_keeps_and_compares(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  open_services(&fake, &services, NULL);
  const char *set = "ext_offchain_local_storage_set_version_1", *get = "ext_offchain_local_storage_get_version_1";
  char key[8];
  for (int i = 0; i < 200; i++) {
    snprintf(key, sizeof key, "k%03d", i * 37 % 200);
    call(&fake, set, (uint64_t[]){(uint64_t)i & 1, text(&fake, key), text(&fake, key + 1)});
  }
  assert_int_equal(sce_services_offchain_count(services), 200);
  for (size_t i = 1; i < 200; i++) {
    sce_offchain_kind_t kind_a, kind_b;
    sce_span_t key_a, key_b, value;
    sce_services_offchain_entry(services, &kind_a, &key_a, &value, i - 1);
    sce_services_offchain_entry(services, &kind_b, &key_b, &value, i);
    assert_true(kind_a < kind_b || (kind_a == kind_b && sce_span_compare(key_a, key_b) < 0));
  }
  expect_span(&fake, call(&fake, get, (uint64_t[]){0, text(&fake, "k000")}),
              "\x01\x0c"
              "000",
              5);
  expect_span(&fake, call(&fake, get, (uint64_t[]){1, text(&fake, "k000")}), "\0", 1);
  const char *swap = "ext_offchain_local_storage_compare_and_set_version_1";
  uint64_t none = fake_put_span(&fake, "\0", 1), old = fake_put_span(&fake,
                                                                     "\x01\x0c"
                                                                     "000",
                                                                     5);
  assert_int_equal(call(&fake, swap, (uint64_t[]){0, text(&fake, "k000"), none, text(&fake, "x")}), 0);
  assert_int_equal(call(&fake, swap, (uint64_t[]){0, text(&fake, "k000"), old, text(&fake, "x")}), 1);
  assert_int_equal(call(&fake, swap, (uint64_t[]){0, text(&fake, "k000"), old, text(&fake, "y")}), 0);
  assert_int_equal(call(&fake, swap, (uint64_t[]){0, text(&fake, "new"), none, text(&fake, "x")}), 1);
  call(&fake, "ext_offchain_local_storage_clear_version_1", (uint64_t[]){0, text(&fake, "k000")});
  assert_int_equal(sce_services_offchain_count(services), 200);
  close_services(&fake, services);
}

static void pool_collects(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  open_services(&fake, &services, NULL);
  for (int i = 0; i < 20; i++) {
    uint64_t result = call(&fake, "ext_offchain_submit_transaction_version_1", (uint64_t[]){text(&fake, "extrinsic")});
    expect_span(&fake, result, "\0", 1);
  }
  assert_int_equal(sce_services_extrinsic_count(services), 20);
  assert_true(sce_span_equal(sce_services_extrinsic(services, 19), sce_span_text("extrinsic")));
  sce_services_clear_extrinsics(services);
  assert_int_equal(sce_services_extrinsic_count(services), 0);
  close_services(&fake, services);
}

static void seeded_services_repeat(void **state) {
  (void)state;
  uint8_t seeds[2][32];
  for (int i = 0; i < 2; i++) {
    fake_t fake;
    sce_services_t *services;
    sce_services_options_t options;
    sce_services_options_init(&options);
    options.seeded = true;
    options.seed[0] = 7;
    options.unix_ms = 1000;
    open_services(&fake, &services, &options);
    assert_int_equal(call(&fake, "ext_offchain_timestamp_version_1", NULL), 1000);
    call(&fake, "ext_offchain_sleep_until_version_1", (uint64_t[]){500});
    assert_int_equal(call(&fake, "ext_offchain_timestamp_version_1", NULL), 1000);
    call(&fake, "ext_offchain_sleep_until_version_1", (uint64_t[]){UINT64_MAX});
    assert_true(call(&fake, "ext_offchain_timestamp_version_1", NULL) == UINT64_MAX);
    call(&fake, "ext_offchain_random_seed_version_1", NULL);
    uint64_t ptr = call(&fake, "ext_offchain_random_seed_version_1", NULL);
    memcpy(seeds[i], fake.memory.data + ptr, 32);
    assert_int_equal(call(&fake, "ext_offchain_is_validator_version_1", NULL), 0);
    expect_span(&fake, call(&fake, "ext_offchain_network_state_version_1", NULL), "\0\0\0", 3);
    uint64_t nodes = fake_put_span(&fake, "\x04\x08pk", 4);
    call(&fake, "ext_offchain_set_authorized_nodes_version_1", (uint64_t[]){nodes, 1});
    close_services(&fake, services);
  }
  assert_memory_equal(seeds[0], seeds[1], 32);
}

static void system_clock_moves(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  open_services(&fake, &services, NULL);
  uint64_t before = call(&fake, "ext_offchain_timestamp_version_1", NULL);
  assert_true(before > 1600000000000);
  call(&fake, "ext_offchain_sleep_until_version_1", (uint64_t[]){before + 20});
  assert_true(call(&fake, "ext_offchain_timestamp_version_1", NULL) >= before + 20);
  close_services(&fake, services);
}

typedef struct traces {
  int count;
  sce_trace_t last;
} traces_t;

static void keep_trace(void *ctx, const sce_trace_t *trace) {
  traces_t *traces = ctx;
  traces->count++;
  traces->last = *trace;
  assert_true(trace->kind == SCE_TRACE_EXIT || sce_span_equal(trace->target, sce_span_text("pallet")));
}

static void tracing_reaches_the_sink(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  traces_t traces = {0};
  sce_services_options_t options;
  sce_services_options_init(&options);
  options.trace = keep_trace;
  options.trace_ctx = &traces;
  options.trace_max_level = 3;
  open_services(&fake, &services, &options);
  /* parent 3; name "n", target "pallet", info, file "", line 1, path "", span, no fields; one value: "f" = u8 9 */
  static const char span[] = "\x01\x03\0\0\0\0\0\0\0\x04n\x18pallet\x02\0\x01\0\0\0\0\x01\0\x04\x04"
                             "f\x01\0\x09";
  uint64_t attributes = fake_put_span(&fake, span, sizeof span - 1);
  uint64_t metadata = fake_put_span(&fake, span + 9, sizeof span - 1 - 9);
  assert_int_equal(call(&fake, "ext_wasm_tracing_enabled_version_1", &metadata), 1);
  uint64_t id = 0;
  const sce_host_row_t *row = sce_host_lookup(sce_span_text("ext_wasm_tracing_enter_span_version_1"), "(i64) -> i64");
  assert_null(row->call(NULL, &fake.caller, &attributes, &id));
  assert_int_equal(id, 1);
  assert_int_equal(traces.count, 1);
  assert_int_equal(traces.last.parent, 3);
  assert_int_equal(traces.last.level, SCE_LOG_INFO);
  call(&fake, "ext_wasm_tracing_event_version_1", &attributes);
  assert_int_equal(traces.last.kind, SCE_TRACE_EVENT);
  call(&fake, "ext_wasm_tracing_exit_version_1", &id);
  assert_int_equal(traces.last.kind, SCE_TRACE_EXIT);
  assert_int_equal(traces.count, 3);
  row = sce_host_lookup(sce_span_text("ext_wasm_tracing_enter_span_version_1"), "(i64, i64) -> i64");
  assert_null(row->call(NULL, &fake.caller, (uint64_t[]){text(&fake, "pallet"), text(&fake, "name")}, &id));
  assert_int_equal(id, 2);
  assert_int_equal(traces.last.kind, SCE_TRACE_ENTER);
  close_services(&fake, services);
}

/* ---- HTTP ---- */

/* Accepts one connection after the other and answers with what it was sent; "/slow" gets no answer until the next
 * connection comes. */
typedef struct server {
  int listener;
  uint16_t port;
  pthread_t thread;
} server_t;

static void answer(int connection) {
  char request[4096];
  size_t len = 0;
  const char *end = NULL;
  while (len < sizeof request - 1 && end == NULL) {
    ssize_t got = read(connection, request + len, sizeof request - 1 - len);
    if (got <= 0) break;
    len += (size_t)got;
    request[len] = 0;
    end = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "Content-Length: ");
    if (end != NULL && length != NULL && len < (size_t)(end - request) + 4 + strtoul(length + 16, NULL, 10)) end = NULL;
  }
  char head[128];
  int head_len =
      snprintf(head, sizeof head, "HTTP/1.1 202 Accepted\r\nX-Test: yes\r\nContent-Length: %zu\r\n\r\n", len);
  if (write(connection, head, (size_t)head_len) != head_len || write(connection, request, len) != (ssize_t)len) len = 0;
}

static void *serve(void *ctx) {
  const server_t *server = ctx;
  for (;;) {
    int connection = accept(server->listener, NULL, NULL);
    if (connection < 0) return NULL;
    char peek[8] = {0};
    bool slow = recv(connection, peek, 6, MSG_PEEK | MSG_WAITALL) == 6 && memcmp(peek, "GET /s", 6) == 0;
    if (slow) {
      int next = accept(server->listener, NULL, NULL);
      if (next >= 0) close(next);
    } else {
      answer(connection);
    }
    close(connection);
  }
}

static void server_start(server_t *server) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
  assert_int_equal(listen(server->listener, 8), 0);
  assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
  server->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(server_t *server) {
  shutdown(server->listener, SHUT_RDWR);
  pthread_join(server->thread, NULL);
  close(server->listener);
}

/* A started request's id, or -1. */
static int start(fake_t *fake, const char *method, const char *uri) {
  uint64_t result = call(fake, "ext_offchain_http_request_start_version_1",
                         (uint64_t[]){text(fake, method), text(fake, uri), text(fake, "")});
  sce_span_t answer = fake_span(fake, result);
  return answer.data[0] == 0 ? answer.data[1] | answer.data[2] << 8 : -1;
}

static uint64_t option_u64(fake_t *fake, const uint64_t *value) {
  uint8_t bytes[9] = {value != NULL};
  for (int i = 0; value != NULL && i < 8; i++) bytes[1 + i] = (uint8_t)(*value >> (8 * i));
  return fake_put_span(fake, bytes, value != NULL ? 9 : 1);
}

static void expect_status(fake_t *fake, int id, const uint64_t *deadline, const void *status, size_t len) {
  uint8_t ids[3] = {4, (uint8_t)id, (uint8_t)(id >> 8)};
  uint64_t result = call(fake, "ext_offchain_http_response_wait_version_1",
                         (uint64_t[]){fake_put_span(fake, ids, 3), option_u64(fake, deadline)});
  sce_span_t answer = fake_span(fake, result);
  assert_int_equal(answer.len, 1 + len);
  assert_memory_equal(answer.data + 1, status, len);
}

static bool ok_result(const fake_t *fake, uint64_t result) {
  return fake_span(fake, result).data[0] == 0;
}

static bool add_header(fake_t *fake, int id, const char *name, const char *value) {
  return ok_result(fake, call(fake, "ext_offchain_http_request_add_header_version_1",
                              (uint64_t[]){(uint64_t)id, text(fake, name), text(fake, value)}));
}

static bool write_body(fake_t *fake, int id, const char *chunk) {
  return ok_result(fake, call(fake, "ext_offchain_http_request_write_body_version_1",
                              (uint64_t[]){(uint64_t)id, text(fake, chunk), option_u64(fake, NULL)}));
}

static void open_http(fake_t *fake, sce_services_t **services, bool allowed) {
  sce_services_options_t options;
  sce_services_options_init(&options);
  options.allow_http = allowed;
  options.max_wait_ms = 20000;
  open_services(fake, services, &options);
}

static void http_is_refused_by_default(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  open_http(&fake, &services, false);
  assert_int_equal(start(&fake, "GET", "http://127.0.0.1:1/"), -1);
  expect_status(&fake, 0, NULL, "\x02", 1);
  expect_span(&fake, call(&fake, "ext_offchain_http_response_headers_version_1", (uint64_t[]){0}), "\0", 1);
  close_services(&fake, services);
}

static void http_request_and_answer(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  server_t server;
  char uri[64];
  server_start(&server);
  snprintf(uri, sizeof uri, "http://127.0.0.1:%u/path", server.port);
  open_http(&fake, &services, true);
  assert_int_equal(start(&fake, "BAD METHOD", uri), -1);
  assert_int_equal(start(&fake, "GET", "http://a b/"), -1);
  int id = start(&fake, "POST", uri);
  assert_true(id >= 0);
  assert_true(add_header(&fake, id, "X-One", "1"));
  assert_true(add_header(&fake, id | 0x70000, "X-Empty", ""));
  assert_false(add_header(&fake, id, "X:", "1"));
  assert_false(add_header(&fake, id, "X", "1\r\nY: 2"));
  assert_false(add_header(&fake, id + 1, "X", "1"));
  assert_true(write_body(&fake, id, "first "));
  assert_false(add_header(&fake, id, "X", "1"));
  assert_true(write_body(&fake, id, "second"));
  assert_true(write_body(&fake, id, ""));
  assert_false(write_body(&fake, id, "more"));
  expect_status(&fake, id, NULL, "\x03\xca\x00", 3);
  sce_span_t headers =
      fake_span(&fake, call(&fake, "ext_offchain_http_response_headers_version_1", (uint64_t[]){(uint64_t)id}));
  assert_int_equal(headers.data[0], 2 << 2);
  assert_memory_equal(headers.data + 1, "\x18x-test\x0cyes", 11);
  char body[4096] = {0};
  size_t len = 0;
  for (;;) {
    uint64_t buffer = fake_put_span(&fake, body, 100);
    sce_span_t answer = fake_span(&fake, call(&fake, "ext_offchain_http_response_read_body_version_1",
                                              (uint64_t[]){(uint64_t)id, buffer, option_u64(&fake, NULL)}));
    assert_int_equal(answer.len, 5);
    assert_int_equal(answer.data[0], 0);
    if (answer.data[1] == 0) break;
    memcpy(body + len, fake_span(&fake, buffer).data, answer.data[1]);
    len += answer.data[1];
  }
  assert_non_null(strstr(body, "POST /path HTTP/1.1\r\n"));
  assert_non_null(strstr(body, "X-One: 1\r\n"));
  assert_non_null(strstr(body, "X-Empty:\r\n"));
  assert_null(strstr(body, "Accept:"));
  assert_null(strstr(body, "Content-Type:"));
  assert_non_null(strstr(body, "\r\n\r\nfirst second"));
  expect_status(&fake, id, NULL, "\x02", 1);
  close_services(&fake, services);
  server_stop(&server);
}

static void http_failures_and_deadlines(void **state) {
  (void)state;
  fake_t fake;
  sce_services_t *services;
  server_t server;
  char uri[64];
  server_start(&server);
  open_http(&fake, &services, true);
  int scheme = start(&fake, "GET", "file:///etc/passwd");
  assert_true(scheme >= 0);
  expect_status(&fake, scheme, NULL, "\x01", 1);
  expect_status(&fake, scheme, NULL, "\x02", 1);
  snprintf(uri, sizeof uri, "http://127.0.0.1:%u/slow", server.port);
  int slow = start(&fake, "GET", uri);
  uint64_t soon = call(&fake, "ext_offchain_timestamp_version_1", NULL) + 50;
  expect_status(&fake, slow, &soon, "\0", 1);
  uint64_t buffer = fake_put_span(&fake, "1234", 4);
  uint64_t result = call(&fake, "ext_offchain_http_response_read_body_version_1",
                         (uint64_t[]){(uint64_t)slow, buffer, option_u64(&fake, &soon)});
  expect_span(&fake, result, "\x01\x01", 2);
  int other = start(&fake, "GET", uri); /* makes the server close both without an answer */
  uint64_t later = soon + 10000;
  uint8_t ids[5] = {8, (uint8_t)slow, (uint8_t)(slow >> 8), (uint8_t)other, (uint8_t)(other >> 8)};
  result = call(&fake, "ext_offchain_http_response_wait_version_1",
                (uint64_t[]){fake_put_span(&fake, ids, 5), option_u64(&fake, &later)});
  expect_span(&fake, result, "\x08\x01\x01", 3);
  close_services(&fake, services);
  server_stop(&server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(database_keeps_and_compares), cmocka_unit_test(pool_collects),
      cmocka_unit_test(seeded_services_repeat),      cmocka_unit_test(system_clock_moves),
      cmocka_unit_test(tracing_reaches_the_sink),    cmocka_unit_test(http_is_refused_by_default),
      cmocka_unit_test(http_request_and_answer),     cmocka_unit_test(http_failures_and_deadlines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
