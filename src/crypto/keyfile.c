/* keyfile.c: key files on disk. All access is relative to the directory's descriptor. */
#include "crypto/keyfile.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/secret.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Digits of the longest name: key type and a 33-byte key. */
enum { NAME_MAX_LEN = 2 * (4 + 33) };

/* Makes the folders of `path` that are missing; `path` is changed on the way and restored. */
static sce_error_t *make_folders(char *path) {
  for (char *at = path + 1;; at++) {
    if (*at != '/' && *at != 0) continue;
    char end = *at;
    *at = 0;
    int failed = mkdir(path, 0700) != 0 ? errno : 0;
    /* An existing folder on a read-only file system answers EROFS, and so on: whether it is there shows when it is
     * opened. */
    bool exists = failed == 0 || access(path, F_OK) == 0;
    sce_error_t *err = exists ? NULL : sce_error_system(failed, "keystore: making the folder %s", path);
    *at = end;
    if (err != NULL || end == 0) return err;
  }
}

sce_error_t *sce_keyfile_open_dir(int *dir, const char *path) {
  if (path[0] == 0) return sce_error_new(SCE_MISUSE, "keystore: the path of the directory is empty");
  char *copy = sce_strndup(path, strlen(path));
  if (copy == NULL) return sce_error_oom();
  sce_error_t *err = make_folders(copy);
  sce_free(copy);
  if (err != NULL) return err;
  int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return sce_error_system(errno, "keystore: opening the folder %s", path);
  *dir = opened;
  return NULL;
}

static sce_error_t *make_name(char name[NAME_MAX_LEN + 1], const uint8_t key_type[4], sce_span_t public_key) {
  if (public_key.len > 33)
    return sce_error_new(SCE_MISUSE, "a public key has at most 33 bytes, not %zu", public_key.len);
  for (size_t i = 0; i < 4; i++) snprintf(name + 2 * i, 3, "%02x", key_type[i]);
  for (size_t i = 0; i < public_key.len; i++) snprintf(name + 8 + 2 * i, 3, "%02x", public_key.data[i]);
  return NULL;
}

/* Reads all of the file, whose size is known and bounded, into `json`. */
static sce_error_t *read_content(int fd, sce_buf_t *json, const char *name) {
  struct stat about;
  if (fstat(fd, &about) != 0) return sce_error_system(errno, "key file %s", name);
  if (!S_ISREG(about.st_mode)) return sce_error_new(SCE_BAD_INPUT, "key file %s: not a regular file", name);
  if (about.st_size > SCE_KEYFILE_MAX) {
    return sce_error_new(SCE_BAD_INPUT, "key file %s: %lld bytes; at most %d are read", name, (long long)about.st_size,
                         SCE_KEYFILE_MAX);
  }
  SCE_TRY(sce_buf_reserve(json, (size_t)about.st_size + 1));
  while (json->len < json->cap) {
    ssize_t got = read(fd, json->data + json->len, json->cap - json->len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sce_error_system(errno, "key file %s", name);
    if (got == 0) return NULL;
    json->len += (size_t)got;
  }
  return sce_error_new(SCE_IO, "key file %s: it grew while it was read", name);
}

sce_error_t *sce_keyfile_read(int dir, bool *found, sce_buf_t *uri, const uint8_t key_type[4], sce_span_t public_key) {
  char name[NAME_MAX_LEN + 1];
  SCE_TRY(make_name(name, key_type, public_key));
  int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO of that name must not stop us */
  if (fd < 0) {
    *found = false;
    return errno == ENOENT ? NULL : sce_error_system(errno, "key file %s", name);
  }
  sce_buf_t json = {0};
  sce_error_t *err = read_content(fd, &json, name);
  close(fd);
  if (err == NULL) err = sce_buf_reserve(uri, json.len);
  if (err == NULL) err = sce_error_prefix(sce_keyfile_decode(uri, sce_buf_span(&json)), "key file %s", name);
  sce_secret_free(&json);
  *found = err == NULL;
  return err;
}

static sce_error_t *write_content(int fd, sce_span_t json, const char *name) {
  for (size_t done = 0; done < json.len;) {
    ssize_t put = write(fd, json.data + done, json.len - done);
    if (put < 0 && errno != EINTR) return sce_error_system(errno, "key file %s", name);
    if (put > 0) done += (size_t)put;
  }
  /* The file may have been made under any umask. */
  if (fchmod(fd, 0600) != 0 || fsync(fd) != 0) return sce_error_system(errno, "key file %s", name);
  return NULL;
}

/* A name that no key has and that no other process uses: a dot and random digits. */
static sce_error_t *temporary_name(char temporary[24]) {
  uint64_t number;
  if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) {
    return sce_error_system(errno, "random numbers of the system");
  }
  snprintf(temporary, 24, ".key-%016llx", (unsigned long long)number);
  return NULL;
}

static sce_error_t *replace_file(int dir, const char *name, sce_span_t json) {
  char temporary[24];
  SCE_TRY(temporary_name(temporary));
  int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return sce_error_system(errno, "key file %s", name);
  sce_error_t *err = write_content(fd, json, name);
  if (close(fd) != 0 && err == NULL) err = sce_error_system(errno, "key file %s", name);
  if (err == NULL && renameat(dir, temporary, dir, name) != 0) err = sce_error_system(errno, "key file %s", name);
  if (err != NULL) {
    unlinkat(dir, temporary, 0);
  } else if (fsync(dir) != 0) {
    err = sce_error_system(errno, "key file %s: making its name last", name);
  }
  return err;
}

sce_error_t *sce_keyfile_write(int dir, const uint8_t key_type[4], sce_span_t public_key, sce_span_t uri) {
  char name[NAME_MAX_LEN + 1];
  SCE_TRY(make_name(name, key_type, public_key));
  if (uri.len > (SCE_KEYFILE_MAX - 2) / 6) return sce_error_new(SCE_BAD_INPUT, "secret URI of %zu bytes", uri.len);
  sce_buf_t json = {0};
  sce_error_t *err = sce_buf_reserve(&json, 6 * uri.len + 2);
  if (err == NULL) err = sce_keyfile_encode(&json, uri);
  if (err == NULL) err = replace_file(dir, name, sce_buf_span(&json));
  sce_secret_free(&json);
  return err;
}

sce_error_t *sce_keyfile_exists(int dir, bool *found, const uint8_t key_type[4], sce_span_t public_key) {
  char name[NAME_MAX_LEN + 1];
  SCE_TRY(make_name(name, key_type, public_key));
  *found = faccessat(dir, name, F_OK, 0) == 0;
  return *found || errno == ENOENT ? NULL : sce_error_system(errno, "key file %s", name);
}

/* Appends the public key that a name is made of, when it is one of that type and length. Digits of either case and a
 * "0x" before them count, as with array_bytes::hex2bytes. */
static sce_error_t *append_named(sce_buf_t *keys, const char *name, const uint8_t key_type[4], size_t len) {
  sce_span_t digits = sce_span_text(name);
  if (sce_span_starts_with(digits, sce_span_text("0x"))) digits = sce_span_skip(digits, 2);
  uint8_t bytes[NAME_MAX_LEN / 2];
  if (digits.len != 2 * (4 + len) || digits.len > NAME_MAX_LEN) return NULL;
  if (sce_hex_decode_pairs(bytes, digits) != 4 + len || memcmp(bytes, key_type, 4) != 0) return NULL;
  return sce_buf_append(keys, bytes + 4, len);
}

sce_error_t *sce_keyfile_list(int dir, sce_buf_t *keys, const uint8_t key_type[4], size_t len) {
  int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL) {
    sce_error_t *err = sce_error_system(errno, "keystore: listing the folder");
    if (fd >= 0) close(fd);
    return err;
  }
  sce_error_t *err = NULL;
  for (;;) {
    errno = 0;
    const struct dirent *entry = readdir(entries);
    if (entry == NULL) {
      if (errno != 0) err = sce_error_system(errno, "keystore: listing the folder");
      break;
    }
    if ((err = append_named(keys, entry->d_name, key_type, len)) != NULL) break;
  }
  closedir(entries);
  return err;
}
