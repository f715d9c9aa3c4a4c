/* error.h: making errors inside the library, and passing them on. */
#ifndef SCE_BASE_ERROR_H
#define SCE_BASE_ERROR_H

#include "scexec/base.h"

#include <stdarg.h>

/* Lets gcc and clang check format strings, and know that a new error is never NULL (so that they see which outputs are
 * set after a check); nothing where the attributes are unknown. */
#if defined(__GNUC__)
#define SCE_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))
#define SCE_NEVER_NULL __attribute__((returns_nonnull))
#else
#define SCE_PRINTF(format_index, first_arg)
#define SCE_NEVER_NULL
#endif

/* An error with a formatted message. Never NULL: out of memory yields sce_error_oom(). */
sce_error_t *sce_error_new(sce_error_kind_t kind, const char *format, ...) SCE_PRINTF(2, 3) SCE_NEVER_NULL;
sce_error_t *sce_error_vnew(sce_error_kind_t kind, const char *format, va_list args) SCE_NEVER_NULL;

/* The SCE_OUT_OF_MEMORY error: static, so it can always be had; deleting it does nothing. */
sce_error_t *sce_error_oom(void) SCE_NEVER_NULL;

/* Puts "<formatted>: " before the message of `err` (kept as it is when there is no memory for that). Takes `err`,
 * returns the error to pass on. NULL stays NULL. */
sce_error_t *sce_error_prefix(sce_error_t *err, const char *format, ...) SCE_PRINTF(2, 3);

/* Sets the panic message or the backtrace (copied; `len` bytes, invalid UTF-8 replaced). Silently keeps none when out
 * of memory: the error itself matters more. */
void sce_error_set_panic(sce_error_t *err, const char *text, size_t len);
void sce_error_set_backtrace(sce_error_t *err, const char *text, size_t len);

/* An SCE_IO error for a failed system call: "<formatted>: <strerror(errno_value)>"; ENOMEM gives SCE_OUT_OF_MEMORY. */
sce_error_t *sce_error_system(int errno_value, const char *format, ...) SCE_PRINTF(2, 3);

/* Returns the error of `call` to the caller at once, where nothing is owned. The only macro that hides a return. */
#define SCE_TRY(call)                                                                                                  \
  do {                                                                                                                 \
    sce_error_t *sce_try_error_ = (call);                                                                              \
    if (sce_try_error_ != NULL) return sce_try_error_;                                                                 \
  } while (0)

#endif
