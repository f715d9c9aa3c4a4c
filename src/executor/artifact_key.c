/* artifact_key.c: the user's own key for the MAC of artifacts. Made whole or not at all: written to a temporary file,
 * then linked to its name, which fails when another process was first; whoever loses reads the winner's. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "scexec/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* $XDG_CONFIG_HOME/scexec/artifact.key or ~/.config/scexec/artifact.key, NUL-terminated. */
static sce_error_t *default_path(sce_buf_t *path) {
  const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  sce_error_t *err = NULL;
  if (config != NULL && config[0] == '/') {
    err = sce_buf_printf(path, "%s/scexec/artifact.key", config);
  } else if (home != NULL && home[0] == '/' && sce_file_is_directory(home)) { /* a missing home is not ours to make */
    err = sce_buf_printf(path, "%s/.config/scexec/artifact.key", home);
  } else {
    err = sce_error_new(SCE_UNSUPPORTED,
                        "there is no place for the artifact key: set HOME (a directory that is there) or "
                        "XDG_CONFIG_HOME, or name a file");
  }
  return err != NULL ? err : sce_buf_append_byte(path, '\0');
}

/* Makes the directories above the last '/' of `path`, as far as they are missing. */
static sce_error_t *make_parents(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int failed = mkdir(path, 0700) != 0 && errno != EEXIST ? errno : 0;
    sce_error_t *err = failed != 0 ? sce_error_system(failed, "making the directory %s", path) : NULL;
    *slash = '/';
    if (err != NULL) return err;
  }
  return NULL;
}

static sce_error_t *check_owner(const struct stat *status, const char *path) {
  if (status->st_size != SCE_ARTIFACT_KEY_SIZE)
    return sce_error_new(SCE_IO, "artifact key %s is not a file of %d bytes: remove it, a new one is made then", path,
                         SCE_ARTIFACT_KEY_SIZE);
  if (status->st_uid != geteuid() || (status->st_mode & 077) != 0)
    return sce_error_new(
        SCE_IO, "artifact key %s must belong to you and be closed to others: chmod 600 it, or remove it", path);
  return NULL;
}

/* Reads the key; `*found` false when there is no such file. */
static sce_error_t *read_key(uint8_t key[SCE_ARTIFACT_KEY_SIZE], bool *found, const char *path) {
  struct stat status;
  int fd;
  *found = false;
  SCE_TRY(sce_file_open_regular(&fd, &status, AT_FDCWD, path, O_NOFOLLOW, "the artifact key"));
  if (fd < 0) return NULL;
  *found = true;
  sce_error_t *err = check_owner(&status, path);
  if (err == NULL && read(fd, key, SCE_ARTIFACT_KEY_SIZE) != SCE_ARTIFACT_KEY_SIZE)
    err = sce_error_new(SCE_IO, "reading the artifact key %s failed", path);
  close(fd);
  return err;
}

static sce_error_t *write_temporary(int fd, const char *path) {
  uint8_t fresh[SCE_ARTIFACT_KEY_SIZE];
  bool ok = getrandom(fresh, sizeof fresh, 0) == sizeof fresh && write(fd, fresh, sizeof fresh) == sizeof fresh &&
            fsync(fd) == 0;
  int failed = errno;
  explicit_bzero(fresh, sizeof fresh);
  return ok ? NULL : sce_error_system(failed, "making the artifact key %s", path);
}

/* Makes a key file at `path`, unless another process does so at the same time. */
static sce_error_t *make_key(char *path) {
  SCE_TRY(make_parents(path));
  sce_buf_t temporary = {0};
  sce_error_t *err = sce_buf_printf(&temporary, "%s.XXXXXX%c", path, '\0');
  int fd = err == NULL ? mkstemp((char *)temporary.data) : -1; /* mode 0600 */
  if (err == NULL && fd < 0) err = sce_error_system(errno, "making the artifact key %s", path);
  if (fd >= 0) {
    err = write_temporary(fd, path);
    close(fd);
    if (err == NULL && link((const char *)temporary.data, path) != 0 && errno != EEXIST)
      err = sce_error_system(errno, "making the artifact key %s", path);
    unlink((const char *)temporary.data);
  }
  sce_buf_free(&temporary);
  return err;
}

sce_error_t *sce_artifact_key_user(uint8_t key[SCE_ARTIFACT_KEY_SIZE], const char *path) {
  sce_buf_t own = {0};
  sce_error_t *err = path != NULL ? sce_buf_append(&own, path, strlen(path) + 1) : default_path(&own);
  bool found = false;
  if (err == NULL) err = read_key(key, &found, (const char *)own.data);
  if (err == NULL && !found) err = make_key((char *)own.data);
  if (err == NULL && !found) err = read_key(key, &found, (const char *)own.data);
  if (err == NULL && !found) err = sce_error_new(SCE_IO, "the artifact key %s vanished", (const char *)own.data);
  sce_buf_free(&own);
  return err;
}
