/* batch_request.h: the lines of `scexec batch`: requests read, answers written. */
#ifndef SCE_CLI_BATCH_REQUEST_H
#define SCE_CLI_BATCH_REQUEST_H

#include "cli/batch_queue.h"

/* A request, read; good as long as the slot's line. All zero is empty; release with batch_request_free(). */
typedef struct batch_request {
  sce_span_t id;    /* JSON as it stands in the slot's line; empty: there is none */
  sce_buf_t method; /* NUL-terminated */
  sce_buf_t data;
  sce_buf_t at;    /* NUL-terminated: a block's number or hash; empty: the session's state */
  sce_span_t args; /* JSON as it stands in the slot's line; empty: `data` is the input */
} batch_request_t;

/* Reads the slot's line. Errors (SCE_BAD_INPUT) name the line; `request` then has what is needed to answer. */
sce_error_t *batch_request_read(batch_request_t *request, const batch_slot_t *slot);
void batch_request_free(batch_request_t *request);

/* Append one line: {"id": …, "output": "0x…"}, with "value" where the JSON `value` is not empty and "warning" where
 * `misfit` is not NULL, or {"id": …, "error": {…}}. */
sce_error_t *batch_answer_output(sce_buf_t *out, const batch_request_t *request, sce_span_t output, sce_span_t value,
                                 const sce_error_t *misfit);
sce_error_t *batch_answer_error(sce_buf_t *out, const batch_request_t *request, const sce_error_t *problem);

#endif
