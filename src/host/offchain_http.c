/* offchain_http.c: the HTTP part of the off-chain worker family. Source: sp-io `trait Offchain`; encodings of errors
 * and statuses: sp_core::offchain HttpError (1, 2, 3) and HttpRequestStatus. A request's id is the low 16 bits of its
 * i32. */
#include "base/alloc.h"
#include "base/budget.h"
#include "host/handlers.h"

#define HTTP_NEEDS(caller, op)                                                                                         \
  (SCE_HAS_OP((caller)->ext->offchain, op) ? NULL : sce_host_no_service(caller, "off-chain HTTP (" #op ")"))

SCE_HANDLER(offchain_http_request_start_1) {
  sce_span_t method, uri, meta;
  bool ok = false;
  uint16_t id = 0;
  SCE_TRY(sce_arg_text(caller, &method, args[0], "method"));
  SCE_TRY(sce_arg_text(caller, &uri, args[1], "uri"));
  SCE_TRY(sce_arg_span(caller, &meta, args[2], "meta"));
  SCE_TRY(HTTP_NEEDS(caller, http_start));
  SCE_TRY(caller->ext->offchain->http_start(caller->ext->offchain_ctx, &ok, &id, method, uri, meta));
  uint8_t answer[3] = {!ok};
  sce_store_le16(answer + 1, id);
  return sce_result_bytes(caller, result, sce_span(answer, ok ? 3 : 1));
}

SCE_HANDLER(offchain_http_request_add_header_1) {
  sce_span_t name, value;
  bool ok = false;
  SCE_TRY(sce_arg_text(caller, &name, args[1], "name"));
  SCE_TRY(sce_arg_text(caller, &value, args[2], "value"));
  SCE_TRY(HTTP_NEEDS(caller, http_add_header));
  SCE_TRY(caller->ext->offchain->http_add_header(caller->ext->offchain_ctx, &ok, (uint16_t)args[0], name, value));
  uint8_t answer = !ok;
  return sce_result_bytes(caller, result, sce_span(&answer, 1));
}

SCE_HANDLER(offchain_http_request_write_body_1) {
  sce_span_t chunk;
  const uint64_t *deadline;
  uint64_t deadline_value;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_span(caller, &chunk, args[1], "chunk"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[2], "deadline"));
  SCE_TRY(HTTP_NEEDS(caller, http_write_body));
  SCE_TRY(
      caller->ext->offchain->http_write_body(caller->ext->offchain_ctx, &error, (uint16_t)args[0], chunk, deadline));
  uint8_t answer[2] = {error != SCE_HTTP_OK, (uint8_t)error};
  return sce_result_bytes(caller, result, sce_span(answer, error != SCE_HTTP_OK ? 2 : 1));
}

/* Waits for `count` requests and appends the SCALE statuses to `out`. */
static sce_error_t *wait_for(sce_caller_t *caller, sce_buf_t *out, const uint16_t *ids, sce_http_status_t *statuses,
                             uint32_t count, const uint64_t *deadline) {
  SCE_TRY(caller->ext->offchain->http_wait(caller->ext->offchain_ctx, statuses, ids, count, deadline));
  SCE_TRY(sce_scale_write_compact(out, count));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_scale_write_u8(out, statuses[i].tag));
    if (statuses[i].tag == 3) SCE_TRY(sce_scale_write_u16(out, statuses[i].code));
  }
  return NULL;
}

SCE_HANDLER(offchain_http_response_wait_1) {
  sce_scale_reader_t in;
  uint32_t count;
  const uint64_t *deadline;
  uint64_t deadline_value;
  sce_buf_t *out = &caller->state->scratch;
  SCE_TRY(sce_arg_scale(caller, &in, args[0], "ids"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, &count, 2), "ids"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[1], "deadline"));
  SCE_TRY(HTTP_NEEDS(caller, http_wait));
  uint16_t *ids = sce_calloc((size_t)count + 1, sizeof *ids);
  sce_http_status_t *statuses = sce_calloc((size_t)count + 1, sizeof *statuses);
  sce_error_t *err = ids == NULL || statuses == NULL ? sce_error_oom() : NULL;
  for (uint32_t i = 0; err == NULL && i < count; i++) {
    err = sce_budget_item(i);
    if (err == NULL) err = sce_scale_read_u16(&in, &ids[i]);
  }
  out->len = 0;
  if (err == NULL) err = wait_for(caller, out, ids, statuses, count, deadline);
  sce_free(ids);
  sce_free(statuses);
  return err != NULL ? err : sce_result_bytes(caller, result, sce_buf_span(out));
}

SCE_HANDLER(offchain_http_response_headers_1) {
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(HTTP_NEEDS(caller, http_headers));
  SCE_TRY(caller->ext->offchain->http_headers(caller->ext->offchain_ctx, out, (uint16_t)args[0]));
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

SCE_HANDLER(offchain_http_response_read_body_1) {
  uint8_t *buffer;
  uint32_t len, count = 0;
  const uint64_t *deadline;
  uint64_t deadline_value;
  sce_http_error_t error = SCE_HTTP_IO;
  SCE_TRY(sce_arg_buffer(caller, &buffer, &len, args[1], "buffer"));
  SCE_TRY(sce_arg_option_u64(caller, &deadline, &deadline_value, args[2], "deadline"));
  SCE_TRY(HTTP_NEEDS(caller, http_read_body));
  SCE_TRY(caller->ext->offchain->http_read_body(caller->ext->offchain_ctx, &error, &count, (uint16_t)args[0], buffer,
                                                len, deadline));
  uint8_t answer[5] = {error != SCE_HTTP_OK, (uint8_t)error};
  if (error == SCE_HTTP_OK) sce_store_le32(answer + 1, count);
  return sce_result_bytes(caller, result, sce_span(answer, error == SCE_HTTP_OK ? 5 : 2));
}
