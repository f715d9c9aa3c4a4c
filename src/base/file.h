/* file.h: reading a whole file. */
#ifndef SCE_BASE_FILE_H
#define SCE_BASE_FILE_H

#include "scexec/base.h"

/* Appends the file's contents; regular files, pipes and devices alike. SCE_IO names the path and the reason;
 * SCE_BAD_INPUT above `max` bytes. On failure `out` may have grown. */
sce_error_t *sce_file_read(sce_buf_t *out, const char *path, size_t max);

/* A whole file to look at; `bytes` until sce_file_close(). */
typedef struct sce_file_view {
  sce_span_t bytes;
  sce_buf_t copy; /* empty where the file is mapped */
} sce_file_view_t;

/* The same as sce_file_read(), but regular files that only this user and root may change are mapped instead of copied.
 * Nothing is left to close on failure. */
sce_error_t *sce_file_open(sce_file_view_t *view, const char *path, size_t max);
void sce_file_close(sce_file_view_t *view);

#endif
