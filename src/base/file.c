/* file.c: reading a whole file. */
#include "base/file.h"

#include "base/buf.h"
#include "base/error.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static sce_error_t *too_large(const char *path, size_t max) {
  return sce_error_new(SCE_BAD_INPUT, "%s is larger than %zu bytes", path, max);
}

static sce_error_t *read_all(sce_buf_t *out, int fd, const char *path, size_t max) {
  struct stat info;
  if (fstat(fd, &info) != 0) return sce_error_system(errno, "reading %s", path);
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    if ((uint64_t)info.st_size > max) return too_large(path, max);
    SCE_TRY(sce_buf_reserve(out, (size_t)info.st_size + 1)); /* 1: the read that finds the end needs room too */
    sce_advise_large(out->data + out->len, (size_t)info.st_size);
  }
  for (size_t start = out->len;;) {
    SCE_TRY(sce_buf_reserve(out, out->cap > out->len ? 1 : (size_t)1 << 16));
    ssize_t got = read(fd, out->data + out->len, out->cap - out->len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sce_error_system(errno, "reading %s", path);
    if (got == 0) return NULL;
    out->len += (size_t)got;
    if (out->len - start > max) return too_large(path, max);
  }
}

sce_error_t *sce_file_read(sce_buf_t *out, const char *path, size_t max) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return sce_error_system(errno, "opening %s", path);
  sce_error_t *err = read_all(out, fd, path, max);
  close(fd);
  return err;
}
