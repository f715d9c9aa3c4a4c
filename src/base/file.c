/* file.c: opening, reading and mapping files. */
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

/* What is left of a regular file from where it is read, or 0. */
static uint64_t bytes_left(int fd, const struct stat *info) {
  off_t at = S_ISREG(info->st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
  return at >= 0 && info->st_size > at ? (uint64_t)(info->st_size - at) : 0;
}

sce_error_t *sce_file_read_descriptor(sce_buf_t *out, int fd, const char *name, size_t max) {
  struct stat info;
  if (fstat(fd, &info) != 0) return sce_error_system(errno, "reading %s", name);
  uint64_t left = bytes_left(fd, &info);
  if (left > max) return too_large(name, max);
  if (left > 0) {
    SCE_TRY(sce_buf_reserve(out, (size_t)left + 1)); /* 1: the read that finds the end needs room too */
    sce_advise_large(out->data + out->len, (size_t)left);
  }
  for (size_t start = out->len;;) {
    SCE_TRY(sce_buf_reserve(out, out->cap > out->len ? 1 : (size_t)1 << 16));
    ssize_t got = read(fd, out->data + out->len, out->cap - out->len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sce_error_system(errno, "reading %s", name);
    if (got == 0) return NULL;
    out->len += (size_t)got;
    if (out->len - start > max) return too_large(name, max);
  }
}

static sce_error_t *open_file(int *fd, const char *path) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  return *fd < 0 ? sce_error_system(errno, "opening %s", path) : NULL;
}

static const char *kind_of(const struct stat *info) {
  if (S_ISDIR(info->st_mode)) return "a directory";
  if (S_ISFIFO(info->st_mode)) return "a FIFO";
  if (S_ISCHR(info->st_mode) || S_ISBLK(info->st_mode)) return "a device";
  return "something else";
}

sce_error_t *sce_file_open_regular(int *fd, struct stat *info, int dir, const char *path, int flags, const char *what) {
  *fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
  if (*fd < 0) return errno == ENOENT ? NULL : sce_error_system(errno, "%s %s", what, path);
  sce_error_t *err = NULL;
  if (fstat(*fd, info) != 0)
    err = sce_error_system(errno, "%s %s", what, path);
  else if (!S_ISREG(info->st_mode))
    err = sce_error_new(SCE_IO, "%s %s: it is %s, not a regular file", what, path, kind_of(info));
  if (err == NULL) return NULL;
  close(*fd);
  *fd = -1;
  return err;
}

bool sce_file_is_directory(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

sce_error_t *sce_file_read(sce_buf_t *out, const char *path, size_t max) {
  int fd;
  SCE_TRY(open_file(&fd, path));
  sce_error_t *err = sce_file_read_descriptor(out, fd, path, max);
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
    err = sce_file_read_descriptor(&view->copy, fd, path, max);
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
