/* file.h: reading a whole file. */
#ifndef SCE_BASE_FILE_H
#define SCE_BASE_FILE_H

#include "scexec/base.h"

/* Appends the file's contents; regular files, pipes and devices alike. SCE_IO names the path and the reason;
 * SCE_BAD_INPUT above `max` bytes. On failure `out` may have grown. */
sce_error_t *sce_file_read(sce_buf_t *out, const char *path, size_t max);

#endif
