/* file_out.c: see file_out.h. */
#include "cli/file_out.h"

#include "base/buf.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static sce_error_t *cannot_write(const char *path) {
  return sce_error_system(errno, "cannot write %s", path);
}

/* Permissions as open() would give them, not mkstemp's 0600. */
static sce_error_t *open_temporary(cli_file_out_t *out) {
  SCE_TRY(sce_buf_printf(&out->temporary, "%s.XXXXXX", out->path));
  SCE_TRY(sce_buf_append_byte(&out->temporary, '\0'));
  int fd = mkstemp((char *)out->temporary.data);
  if (fd < 0) {
    sce_buf_free(&out->temporary); /* there is no file of that name to remove */
    return cannot_write(out->path);
  }
  mode_t mask = umask(0);
  umask(mask);
  bool failed = fchmod(fd, 0666 & ~mask) != 0;
  if (!failed) out->file = fdopen(fd, "wb");
  if (out->file != NULL) return NULL;
  sce_error_t *err = cannot_write(out->path);
  close(fd);
  return err;
}

sce_error_t *cli_file_out_open(cli_file_out_t *out, const char *path) {
  *out = (cli_file_out_t){.path = path != NULL && strcmp(path, "-") == 0 ? NULL : path};
  struct stat status;
  if (out->path == NULL) return NULL;
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) { /* a device or pipe can't be replaced */
    out->file = fopen(path, "wb");
    return out->file == NULL ? cannot_write(path) : NULL;
  }
  return open_temporary(out);
}

sce_error_t *cli_file_out_write(void *ctx, sce_span_t bytes) {
  const cli_file_out_t *out = ctx;
  if (out->path == NULL) return cli_write(bytes);
  errno = 0;
  if (bytes.len > 0 && fwrite(bytes.data, 1, bytes.len, out->file) < bytes.len) return cannot_write(out->path);
  return NULL;
}

sce_error_t *cli_file_out_close(cli_file_out_t *out, sce_error_t *err) {
  errno = 0;
  if (out->file != NULL && fclose(out->file) != 0 && err == NULL) err = cannot_write(out->path);
  const char *temporary = out->temporary.len > 0 ? (const char *)out->temporary.data : NULL;
  if (temporary != NULL && err == NULL && rename(temporary, out->path) != 0) err = cannot_write(out->path);
  if (temporary != NULL && err != NULL) unlink(temporary);
  sce_buf_free(&out->temporary);
  *out = (cli_file_out_t){0};
  return err;
}
