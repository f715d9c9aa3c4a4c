/* file.c: reading a whole file, or mapping it. */
#include "base/file.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
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

static sce_error_t *open_file(int *fd, const char *path) {
  *fd = open(path, O_RDONLY | O_CLOEXEC);
  return *fd < 0 ? sce_error_system(errno, "opening %s", path) : NULL;
}

sce_error_t *sce_file_read(sce_buf_t *out, const char *path, size_t max) {
  int fd;
  SCE_TRY(open_file(&fd, path));
  sce_error_t *err = read_all(out, fd, path, max);
  close(fd);
  return err;
}

/* Whoever cuts a mapped file off ends the process: nobody else may be able to. False: read it instead. */
static bool map_file(sce_span_t *bytes, int fd, size_t max) {
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0 || (uint64_t)info.st_size > max)
    return false;
  if ((info.st_uid != geteuid() && info.st_uid != 0) || (info.st_mode & 022) != 0) return false;
  void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (map == MAP_FAILED) return false;
  *bytes = sce_span(map, (size_t)info.st_size);
  return true;
}

sce_error_t *sce_file_open(sce_file_view_t *view, const char *path, size_t max) {
  int fd;
  *view = (sce_file_view_t){.copy = {0}};
  SCE_TRY(open_file(&fd, path));
  sce_error_t *err = NULL;
  if (!map_file(&view->bytes, fd, max)) {
    err = read_all(&view->copy, fd, path, max);
    view->bytes = sce_buf_span(&view->copy);
  }
  close(fd);
  if (err != NULL) sce_buf_free(&view->copy);
  return err;
}

void sce_file_close(sce_file_view_t *view) {
  if (view->copy.data == NULL && view->bytes.len > 0) munmap((void *)(uintptr_t)view->bytes.data, view->bytes.len);
  sce_buf_free(&view->copy);
  view->bytes = sce_span(NULL, 0);
}
