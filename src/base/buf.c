/* buf.c: the one growable buffer. */
#include "base/buf.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/checked.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sce_buf_free(sce_buf_t *buf) {
  if (buf == NULL) return;
  sce_free(buf->data);
  *buf = (sce_buf_t){0};
}

sce_error_t *sce_buf_reserve(sce_buf_t *buf, size_t extra) {
  size_t need;
  if (!sce_add_size(buf->len, extra, &need)) return sce_error_oom();
  if (need <= buf->cap) return NULL;
  size_t cap = buf->cap > SIZE_MAX / 2 ? need : buf->cap * 2;
  if (cap < need) cap = need;
  if (cap < 32) cap = 32;
  uint8_t *data = sce_realloc(buf->data, cap);
  if (data == NULL) return sce_error_oom();
  buf->data = data;
  buf->cap = cap;
  return NULL;
}

sce_error_t *sce_buf_append(sce_buf_t *buf, const void *data, size_t len) {
  SCE_TRY(sce_buf_reserve(buf, len));
  if (len > 0) SCE_TRY(sce_budget_copy(buf->data + buf->len, data, len));
  buf->len += len;
  return NULL;
}

sce_error_t *sce_buf_append_byte(sce_buf_t *buf, uint8_t byte) {
  return sce_buf_append(buf, &byte, 1);
}

sce_error_t *sce_buf_printf(sce_buf_t *buf, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  sce_error_t *err = len < 0 ? sce_error_new(SCE_INTERNAL, "bad format string") : sce_buf_reserve(buf, (size_t)len + 1);
  if (err == NULL) {
    vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, again);
    buf->len += (size_t)len;
  }
  va_end(again);
  va_end(args);
  return err;
}

sce_span_t sce_span_text(const char *text) {
  return sce_span(text, strlen(text));
}

bool sce_span_equal(sce_span_t a, sce_span_t b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int sce_span_compare(sce_span_t a, sce_span_t b) {
  size_t common = a.len < b.len ? a.len : b.len;
  int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
  if (order != 0) return order;
  return a.len < b.len ? -1 : a.len > b.len;
}

bool sce_span_starts_with(sce_span_t text, sce_span_t prefix) {
  return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.data, prefix.data, prefix.len) == 0);
}
