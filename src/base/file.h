/* file.h: reading a whole file. */
#ifndef SCE_BASE_FILE_H
#define SCE_BASE_FILE_H

#include "scexec/base.h"

#include <sys/stat.h>

/* Opens a file that nobody named for this one use, such as an entry of a cache: only a regular file will do, and
 * nothing else (a FIFO, a device) is waited for. `path` is below the directory `dir`, or AT_FDCWD; `flags` are further
 * ones for openat(). `*fd` is -1 where there is no such file, and on error. `what` begins the message: "<what> <path>:
 * ". Errors: SCE_IO. */
sce_error_t *sce_file_open_regular(int *fd, struct stat *info, int dir, const char *path, int flags, const char *what);

/* Whether a directory is there. */
bool sce_file_is_directory(const char *path);

/* Appends what `fd` gives until its end; regular files, pipes and devices alike. `name` is for messages. Errors:
 * SCE_IO; SCE_BAD_INPUT above `max` bytes, of a regular file before any is read. On failure `out` may have grown. */
sce_error_t *sce_file_read_descriptor(sce_buf_t *out, int fd, const char *name, size_t max);

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
