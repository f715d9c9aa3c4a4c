/* error.c: the one error type. Texts are owned by the error; the out-of-memory error is static. */
/* strerror_r in POSIX's form, which fills the buffer, not GNU's, which may not. */
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L

#include "base/error.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct sce_error {
  sce_error_kind_t kind;
  char *message;
  char *panic;
  char *backtrace;
};

static char oom_message[] = "out of memory";
/* Never written: sce_error_delete, _prefix and the setters leave it alone, so sharing it between threads is safe. */
static sce_error_t oom_error = {SCE_OUT_OF_MEMORY, oom_message, NULL, NULL};

sce_error_t *sce_error_oom(void) {
  return &oom_error;
}

/* The formatted text, owned by the caller; NULL when out of memory. */
static char *format_text(const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  char *text = len < 0 ? NULL : sce_alloc((size_t)len + 1);
  if (text != NULL) vsnprintf(text, (size_t)len + 1, format, again);
  va_end(again);
  return text;
}

/* Takes `message`; NULL gives the out-of-memory error. */
static sce_error_t *take_message(sce_error_kind_t kind, char *message) {
  if (message == NULL) return sce_error_oom();
  sce_error_t *err = sce_calloc(1, sizeof *err);
  if (err == NULL) {
    sce_free(message);
    return sce_error_oom();
  }
  err->kind = kind;
  err->message = message;
  return err;
}

sce_error_t *sce_error_vnew(sce_error_kind_t kind, const char *format, va_list args) {
  return take_message(kind, format_text(format, args));
}

sce_error_t *sce_error_new(sce_error_kind_t kind, const char *format, ...) {
  va_list args;
  va_start(args, format);
  sce_error_t *err = sce_error_vnew(kind, format, args);
  va_end(args);
  return err;
}

sce_error_t *sce_error_from_host(sce_error_kind_t kind, const char *message) {
  return sce_error_new(kind, "%s", message != NULL ? message : sce_error_kind_name(kind));
}

sce_error_t *sce_error_prefix(sce_error_t *err, const char *format, ...) {
  if (err == NULL || err == &oom_error) return err;
  va_list args;
  va_start(args, format);
  char *prefix = format_text(format, args);
  va_end(args);
  if (prefix == NULL) return err;
  size_t prefix_len = strlen(prefix), message_len = strlen(err->message);
  char *joined = sce_alloc(prefix_len + 2 + message_len + 1);
  if (joined != NULL) {
    memcpy(joined, prefix, prefix_len);
    memcpy(joined + prefix_len, ": ", 2);
    memcpy(joined + prefix_len + 2, err->message, message_len + 1);
    sce_free(err->message);
    err->message = joined;
  }
  sce_free(prefix);
  return err;
}

sce_error_t *sce_error_system(int errno_value, const char *format, ...) {
  if (errno_value == ENOMEM) return sce_error_oom();
  va_list args;
  va_start(args, format);
  sce_error_t *err = sce_error_vnew(SCE_IO, format, args);
  va_end(args);
  if (err == &oom_error) return err;
  char reason[128];
  if (strerror_r(errno_value, reason, sizeof reason) != 0) snprintf(reason, sizeof reason, "error %d", errno_value);
  size_t message_len = strlen(err->message), reason_len = strlen(reason);
  char *joined = sce_realloc(err->message, message_len + 2 + reason_len + 1);
  if (joined == NULL) return err;
  memcpy(joined + message_len, ": ", 2);
  memcpy(joined + message_len + 2, reason, reason_len + 1);
  err->message = joined;
  return err;
}

static void set_text(char **field, const char *text, size_t len) {
  char *copy = sce_utf8_lossy(text, len);
  if (copy == NULL) return;
  sce_free(*field);
  *field = copy;
}

void sce_error_set_panic(sce_error_t *err, const char *text, size_t len) {
  if (err != &oom_error) set_text(&err->panic, text, len);
}

void sce_error_set_backtrace(sce_error_t *err, const char *text, size_t len) {
  if (err != &oom_error) set_text(&err->backtrace, text, len);
}

sce_error_kind_t sce_error_kind(const sce_error_t *err) {
  return err->kind;
}

const char *sce_error_message(const sce_error_t *err) {
  return err->message;
}

const char *sce_error_panic(const sce_error_t *err) {
  return err->panic;
}

const char *sce_error_backtrace(const sce_error_t *err) {
  return err->backtrace;
}

const char *sce_error_kind_name(sce_error_kind_t kind) {
  switch (kind) { /* no default: the compiler names a forgotten kind */
    case SCE_TRAP: return "trap";
    case SCE_MISSING_EXPORT: return "missing-export";
    case SCE_WRONG_TYPE: return "wrong-type";
    case SCE_MISSING_IMPORT: return "missing-import";
    case SCE_BAD_CODE: return "bad-code";
    case SCE_BAD_OUTPUT: return "bad-output";
    case SCE_MEMORY_LIMIT: return "memory-limit";
    case SCE_TIME_LIMIT: return "time-limit";
    case SCE_CANCELLED: return "cancelled";
    case SCE_STACK_LIMIT: return "stack-limit";
    case SCE_HOST_FUNCTION: return "host-function";
    case SCE_BAD_INPUT: return "bad-input";
    case SCE_BAD_CHAIN_SPEC: return "bad-chain-spec";
    case SCE_BAD_STATE: return "bad-state";
    case SCE_BAD_PROOF: return "bad-proof";
    case SCE_BAD_BLOCK: return "bad-block";
    case SCE_BAD_ARTIFACT: return "bad-artifact";
    case SCE_BAD_METADATA: return "bad-metadata";
    case SCE_NOT_FOUND: return "not-found";
    case SCE_OUT_OF_MEMORY: return "out-of-memory";
    case SCE_IO: return "io";
    case SCE_ENGINE: return "engine";
    case SCE_MISUSE: return "misuse";
    case SCE_UNSUPPORTED: return "unsupported";
    case SCE_INTERNAL: return "internal";
  }
  return "unknown";
}

void sce_error_delete(sce_error_t *err) {
  if (err == NULL || err == &oom_error) return;
  sce_free(err->message);
  sce_free(err->panic);
  sce_free(err->backtrace);
  sce_free(err);
}

const char *sce_version(void) {
  return SCE_VERSION_STRING;
}
