/* buf.h: growing an sce_buf_t, and reading a span with bounds checks. */
#ifndef SCE_BASE_BUF_H
#define SCE_BASE_BUF_H

#include "scexec/base.h"

/* Room for `extra` bytes more than `len`; capacity at least doubles. */
sce_error_t *sce_buf_reserve(sce_buf_t *buf, size_t extra);
sce_error_t *sce_buf_append(sce_buf_t *buf, const void *data, size_t len);
sce_error_t *sce_buf_append_byte(sce_buf_t *buf, uint8_t byte);
/* Appends formatted text (no NUL). */
sce_error_t *sce_buf_printf(sce_buf_t *buf, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

static inline sce_span_t sce_span(const void *data, size_t len) {
  return (sce_span_t){(const uint8_t *)data, len};
}
static inline sce_span_t sce_buf_span(const sce_buf_t *buf) {
  return (sce_span_t){buf->data, buf->len};
}
/* Bytes start to end of `span`; 0 <= start <= end <= its length. Of nothing, which may be NULL, nothing: C17 has no sum
 * of NULL and 0. */
static inline sce_span_t sce_span_part(sce_span_t span, size_t start, size_t end) {
  return (sce_span_t){start > 0 ? span.data + start : span.data, end - start};
}
/* What follows the first `count` bytes of `span`, which has them. */
static inline sce_span_t sce_span_skip(sce_span_t span, size_t count) {
  return sce_span_part(span, count, span.len);
}
/* The bytes of a string literal or other NUL-terminated text, without the NUL. */
sce_span_t sce_span_text(const char *text);
bool sce_span_equal(sce_span_t a, sce_span_t b);
/* Bytewise order; a proper prefix comes first. Below 0, 0, above 0. */
int sce_span_compare(sce_span_t a, sce_span_t b);
bool sce_span_starts_with(sce_span_t text, sce_span_t prefix);

#endif
