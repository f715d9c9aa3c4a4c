/* services_http.c: HTTP requests of off-chain workers over libcurl's multi interface, with the states and answers of
 * sc-offchain 56, api/http.rs.
 *
 * Differences that a runtime can't tell: the body is collected and sent when it is complete, not in chunks as they
 * come. Redirects are not followed (hyper does not either); only http and https exist. */
#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "host/curl.h"
#include "host/services.h"
#include "scale/scale.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define MAX_OPEN_REQUESTS 256
#define MAX_BODY ((size_t)64 << 20)     /* bytes of one body, either way */
#define MAX_HEADERS ((size_t)256 << 10) /* bytes of all headers, either way */
#define MAX_URI 65534                   /* as the http crate */

typedef enum request_state {
  BUILDING, /* headers may be added */
  BODY,     /* the body was begun: no more headers */
  SENT,     /* under way */
  FAILED
} request_state_t;

typedef struct request {
  const sce_curl_t *curl; /* of the sce_http_t */
  uint16_t id;
  request_state_t state;
  CURL *easy;
  struct curl_slist *headers;
  size_t headers_size;
  bool has_accept, has_content_type; /* set by the runtime: not taken away from what libcurl adds */
  char *method;
  sce_buf_t body;
  /* response */
  bool has_head; /* all headers are here */
  bool finished; /* nothing more will come */
  long status;
  sce_buf_t head; /* SCALE (name, value) pairs */
  uint32_t head_count;
  sce_buf_t data; /* body received; the first `taken` bytes were read */
  size_t taken;
} request_t;

struct sce_http {
  sce_curl_t curl;
  CURLM *multi;
  uint32_t next_id; /* above 65535: no ids are left */
  request_t *open[MAX_OPEN_REQUESTS];
  size_t count;
};

sce_error_t *sce_http_new(sce_http_t **http, uint16_t first_id) {
  sce_http_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_error_t *err = sce_curl_load(&made->curl);
  if (err == NULL && made->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    err = sce_error_new(SCE_UNSUPPORTED, "HTTP is not available: libcurl could not be started");
  if (err != NULL) {
    sce_free(made);
    return err;
  }
  made->multi = made->curl.multi_init();
  if (made->multi == NULL) {
    made->curl.global_cleanup();
    sce_free(made);
    return sce_error_oom();
  }
  made->next_id = first_id;
  *http = made;
  return NULL;
}

static void request_delete(sce_http_t *http, request_t *request) {
  if (request == NULL) return;
  const sce_curl_t *curl = request->curl;
  if (request->easy != NULL) {
    if (request->state == SENT) curl->multi_remove_handle(http->multi, request->easy);
    curl->easy_cleanup(request->easy);
  }
  curl->slist_free_all(request->headers);
  sce_free(request->method);
  sce_buf_free(&request->body);
  sce_buf_free(&request->head);
  sce_buf_free(&request->data);
  sce_free(request);
}

void sce_http_delete(sce_http_t *http) {
  if (http == NULL) return;
  for (size_t i = 0; i < http->count; i++) request_delete(http, http->open[i]);
  http->curl.multi_cleanup(http->multi);
  http->curl.global_cleanup();
  sce_free(http);
}

static request_t *find(const sce_http_t *http, uint16_t id) {
  for (size_t i = 0; i < http->count; i++) {
    if (http->open[i]->id == id) return http->open[i];
  }
  return NULL;
}

static void drop(sce_http_t *http, request_t *request) {
  for (size_t i = 0; i < http->count; i++) {
    if (http->open[i] != request) continue;
    http->open[i] = http->open[--http->count];
    break;
  }
  request_delete(http, request);
}

/* ---- building a request ---- */

/* A method or header name: token characters only (RFC 9110, 5.6.2). */
static bool is_token(sce_span_t text) {
  if (text.len == 0) return false;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alnum && (c == 0 || strchr("!#$%&'*+-.^_`|~", c) == NULL)) return false;
  }
  return true;
}

/* No control characters or space, ASCII only. */
static bool is_uri(sce_span_t text) {
  if (text.len == 0 || text.len > MAX_URI) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] <= ' ' || text.data[i] >= 0x7f) return false;
  }
  return true;
}

/* What the http crate's HeaderValue takes from a str: no control characters but the tab. */
static bool is_header_value(sce_span_t text) {
  for (size_t i = 0; i < text.len; i++) {
    if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7f) return false;
  }
  return true;
}

static size_t on_header(char *data, size_t size, size_t count, void *ctx);
static size_t on_body(char *data, size_t size, size_t count, void *ctx);

static bool set_options(request_t *request, const char *uri) {
  CURL *easy = request->easy;
  const sce_curl_t *curl = request->curl;
  return curl->easy_setopt(easy, CURLOPT_URL, uri) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_HEADERDATA, request) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_WRITEDATA, request) == CURLE_OK &&
         curl->easy_setopt(easy, CURLOPT_PRIVATE, request) == CURLE_OK;
}

static request_t *request_new(const sce_curl_t *curl, sce_span_t method, sce_span_t uri) {
  request_t *request = sce_calloc(1, sizeof *request);
  char *uri_text = sce_strndup((const char *)uri.data, uri.len);
  bool ok = request != NULL && uri_text != NULL;
  if (request != NULL) request->curl = curl;
  if (ok) request->method = sce_strndup((const char *)method.data, method.len);
  if (ok) request->easy = curl->easy_init();
  ok = ok && request->method != NULL && request->easy != NULL && set_options(request, uri_text);
  sce_free(uri_text);
  if (ok) return request;
  request_delete(NULL, request);
  return NULL;
}

sce_error_t *sce_http_start(sce_http_t *http, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri) {
  *ok = false;
  if (!is_token(method) || !is_uri(uri)) return NULL;
  if (http->next_id > UINT16_MAX || http->count == MAX_OPEN_REQUESTS) return NULL;
  request_t *request = request_new(&http->curl, method, uri);
  if (request == NULL) return sce_error_oom();
  request->id = (uint16_t)http->next_id++;
  http->open[http->count++] = request;
  *id = request->id;
  *ok = true;
  return NULL;
}

/* Appends one line; libcurl copies it. */
static bool add_line(request_t *request, const char *line) {
  struct curl_slist *headers = request->curl->slist_append(request->headers, line);
  if (headers == NULL) return false;
  request->headers = headers;
  return true;
}

sce_error_t *sce_http_add_header(sce_http_t *http, bool *ok, uint16_t id, sce_span_t name, sce_span_t value) {
  request_t *request = find(http, id);
  *ok = false;
  if (request == NULL || request->state != BUILDING || !is_token(name) || !is_header_value(value)) return NULL;
  if (name.len + value.len > MAX_HEADERS - request->headers_size) return NULL;
  sce_buf_t line = {0};
  /* libcurl's form for a header without value is "name;". */
  sce_error_t *err = sce_buf_printf(&line, "%.*s%s%.*s", (int)name.len, (const char *)name.data,
                                    value.len > 0 ? ": " : ";", (int)value.len, (const char *)value.data);
  if (err == NULL && !add_line(request, (const char *)line.data)) err = sce_error_oom();
  sce_buf_free(&line);
  if (err != NULL) return err;
  request->headers_size += name.len + value.len;
  request->has_accept |= name.len == 6 && strncasecmp((const char *)name.data, "accept", 6) == 0;
  request->has_content_type |= name.len == 12 && strncasecmp((const char *)name.data, "content-type", 12) == 0;
  *ok = true;
  return NULL;
}

/* ---- sending ---- */

/* Takes away the headers that libcurl would add of itself. */
static bool finish_headers(request_t *request) {
  if (!add_line(request, "Expect:")) return false;
  if (!request->has_accept && !add_line(request, "Accept:")) return false;
  if (request->body.len > 0 && !request->has_content_type && !add_line(request, "Content-Type:")) return false;
  return request->curl->easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers) == CURLE_OK;
}

static bool set_body(request_t *request) {
  CURL *easy = request->easy;
  const sce_curl_t *curl = request->curl;
  if (strcmp(request->method, "HEAD") == 0) return curl->easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
  if (request->body.len > 0 &&
      (curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len) != CURLE_OK ||
       curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data) != CURLE_OK)) {
    return false;
  }
  return curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static void send_request(sce_http_t *http, request_t *request) {
  if (request->state != BUILDING && request->state != BODY) return;
  bool ok = finish_headers(request) && set_body(request) &&
            http->curl.multi_add_handle(http->multi, request->easy) == CURLM_OK;
  request->state = ok ? SENT : FAILED;
}

sce_error_t *sce_http_write_body(sce_http_t *http, sce_http_error_t *result, uint16_t id, sce_span_t chunk) {
  request_t *request = find(http, id);
  *result = SCE_HTTP_INVALID_ID;
  if (request == NULL || request->state == SENT) return NULL;
  if (request->state == FAILED || chunk.len > MAX_BODY - request->body.len) {
    drop(http, request);
    *result = SCE_HTTP_IO;
    return NULL;
  }
  request->state = BODY;
  *result = SCE_HTTP_OK;
  if (chunk.len > 0) return sce_buf_append(&request->body, chunk.data, chunk.len);
  send_request(http, request);
  return NULL;
}

/* ---- receiving: libcurl's callbacks; another result than the size ends the transfer ---- */

static sce_span_t trim(sce_span_t text) {
  while (text.len > 0 && (text.data[text.len - 1] <= ' ')) text.len--;
  while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
    text.data++;
    text.len--;
  }
  return text;
}

/* "Name: value" as a pair, the name in lower case. */
static sce_error_t *keep_header(request_t *request, sce_span_t line) {
  const uint8_t *colon = memchr(line.data, ':', line.len);
  if (colon == NULL) return NULL;
  sce_span_t name = trim(sce_span(line.data, (size_t)(colon - line.data)));
  sce_span_t value = trim(sce_span(colon + 1, line.len - (size_t)(colon - line.data) - 1));
  SCE_TRY(sce_scale_write_bytes(&request->head, name));
  uint8_t *written = request->head.data + request->head.len - name.len;
  for (size_t i = 0; i < name.len; i++) {
    if (written[i] >= 'A' && written[i] <= 'Z') written[i] = (uint8_t)(written[i] | 0x20);
  }
  request->head_count++;
  return sce_scale_write_bytes(&request->head, value);
}

static size_t on_header(char *data, size_t size, size_t count, void *ctx) {
  request_t *request = ctx;
  size_t len = size * count;
  if (request->has_head) return len; /* trailers */
  if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
    request->head.len = 0;
    request->head_count = 0;
    return len;
  }
  if (len <= 2) { /* the empty line */
    request->curl->easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &request->status);
    request->has_head = request->status >= 200;
    return len;
  }
  if (request->head.len + len > MAX_HEADERS) return 0; /* a pair may be longer than its line */
  sce_error_t *err = keep_header(request, sce_span(data, len));
  sce_error_delete(err);
  return err == NULL ? len : 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx) {
  request_t *request = ctx;
  size_t len = size * count;
  request->has_head = true;
  if (request->taken == request->data.len) request->taken = request->data.len = 0;
  if (len > MAX_BODY - request->data.len) return 0;
  sce_error_t *err = sce_buf_append(&request->data, data, len);
  sce_error_delete(err);
  return err == NULL ? len : 0;
}

/* ---- waiting ---- */

static uint64_t monotonic_ms(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Lets libcurl work and takes its news. */
static void perform(sce_http_t *http) {
  int running, queued;
  CURLMsg *message;
  http->curl.multi_perform(http->multi, &running);
  while ((message = http->curl.multi_info_read(http->multi, &queued)) != NULL) {
    char *private = NULL;
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    http->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    request_t *request = (request_t *)(void *)private;
    request->finished = true;
    if (code == CURLE_OK && request->status == 0) {
      http->curl.easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &request->status);
    }
    if (code == CURLE_OK) {
      request->has_head = true;
    } else {
      http->curl.multi_remove_handle(http->multi, request->easy);
      request->state = FAILED;
    }
  }
}

/* Works until `done` says so or the time is over. An error is that of the call's limits. */
static sce_error_t *work_until(sce_http_t *http, bool (*done)(const sce_http_t *http, const void *ctx), const void *ctx,
                               uint64_t wait_ms) {
  uint64_t begin = monotonic_ms();
  for (;;) {
    perform(http);
    if (done(http, ctx)) return NULL;
    uint64_t passed = monotonic_ms() - begin;
    if (passed >= wait_ms) return NULL;
    uint64_t left = wait_ms - passed;
    http->curl.multi_poll(http->multi, NULL, 0, left < SCE_SERVICES_NAP_MS ? (int)left : SCE_SERVICES_NAP_MS, NULL);
    SCE_TRY(sce_budget_check());
  }
}

typedef struct id_list {
  const uint16_t *ids;
  size_t count;
} id_list_t;

/* Every request has an answer (or failed, or is unknown). */
static bool all_answered(const sce_http_t *http, const void *ctx) {
  const id_list_t *list = ctx;
  for (size_t i = 0; i < list->count; i++) {
    const request_t *request = find(http, list->ids[i]);
    if (request != NULL && request->state == SENT && !request->has_head) return false;
  }
  return true;
}

static sce_error_t *wait_for(sce_http_t *http, const uint16_t *ids, size_t count, uint64_t wait_ms) {
  id_list_t list = {ids, count};
  for (size_t i = 0; i < count; i++) {
    SCE_TRY(sce_budget_item(i));
    request_t *request = find(http, ids[i]);
    if (request != NULL) send_request(http, request);
  }
  return work_until(http, all_answered, &list, wait_ms);
}

static sce_http_status_t status_of(const request_t *request) {
  if (request == NULL) return (sce_http_status_t){.tag = 2};
  if (request->has_head) return (sce_http_status_t){.tag = 3, .code = (uint16_t)request->status};
  return (sce_http_status_t){.tag = request->state == FAILED};
}

sce_error_t *sce_http_wait(sce_http_t *http, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                           uint64_t wait_ms) {
  SCE_TRY(wait_for(http, ids, count, wait_ms));
  for (size_t i = 0; i < count; i++) statuses[i] = status_of(find(http, ids[i]));
  for (size_t i = 0; i < count; i++) {
    request_t *request = statuses[i].tag == 1 ? find(http, ids[i]) : NULL;
    if (request != NULL) drop(http, request);
  }
  return NULL;
}

/* Looks, but does not wait. */
sce_error_t *sce_http_headers(sce_http_t *http, sce_buf_t *scale, uint16_t id) {
  sce_http_status_t status;
  SCE_TRY(sce_http_wait(http, &status, &id, 1, 0));
  const request_t *request = find(http, id);
  if (request == NULL || !request->has_head) return sce_scale_write_compact(scale, 0);
  SCE_TRY(sce_scale_write_compact(scale, request->head_count));
  return sce_buf_append(scale, request->head.data, request->head.len);
}

static bool has_data(const sce_http_t *http, const void *ctx) {
  const request_t *request = ctx;
  (void)http;
  return request->state == FAILED || request->finished || request->taken < request->data.len;
}

sce_error_t *sce_http_read_body(sce_http_t *http, sce_http_error_t *result, uint32_t *count, uint16_t id,
                                uint8_t *buffer, size_t len, uint64_t wait_ms) {
  uint64_t begin = monotonic_ms();
  request_t *request = find(http, id);
  *count = 0;
  *result = SCE_HTTP_INVALID_ID;
  if (request == NULL) return NULL;
  SCE_TRY(wait_for(http, &id, 1, wait_ms));
  uint64_t passed = monotonic_ms() - begin;
  if (request->state == SENT && request->has_head) {
    SCE_TRY(work_until(http, has_data, request, passed < wait_ms ? wait_ms - passed : 0));
  }
  size_t left = request->data.len - request->taken;
  if (left > 0) {
    *result = SCE_HTTP_OK;
    *count = (uint32_t)(left < len ? left : len);
    SCE_TRY(sce_budget_copy(buffer, request->data.data + request->taken, *count));
    request->taken += *count;
    return NULL;
  }
  bool failed = request->state == FAILED;
  *result = failed ? SCE_HTTP_IO : request->finished ? SCE_HTTP_OK : SCE_HTTP_DEADLINE;
  if (failed || request->finished) drop(http, request);
  return NULL;
}
