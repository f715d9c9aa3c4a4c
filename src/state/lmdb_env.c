/* lmdb_env.c: opening a state directory.
 *
 * The map reserves far more addresses than the file has bytes, so the database grows by itself until the disk is full.
 * Where the process may not have that many addresses (ulimit -v), less is tried. */
#include "state/lmdb.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_SIZE_FIRST ((size_t)1 << 40)
#define MAP_SIZE_LEAST ((size_t)1 << 28)
/* Two pages of the largest size: what is looked at before LMDB opens the file. */
#define HEAD_SIZE (2 * 32768)
#define MAX_READERS 1024
/* Files up to this size are vetted whole before the first write of a process: some 10 ms. */
#define VET_WHOLE_BYTES ((uint64_t)64 << 20)
/* The journal's bounds. More bytes make settling cheaper for each commit, and each settling longer. */
#define JOURNAL_BYTES ((uint64_t)16 << 20)
#define JOURNAL_STATES 256
#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"

sce_error_t *sce_lmdb_in(const sce_lmdb_t *db, sce_error_t *err) {
  return err == NULL || sce_error_kind(err) != SCE_BAD_STATE ? err : sce_error_prefix(err, "%s", db->path);
}

sce_error_t *sce_lmdb_error(const sce_lmdb_t *db, int code, const char *doing) {
  switch (code) {
    case MDB_MAP_FULL:
      return sce_error_new(SCE_IO,
                           "%s: %s: the database may not grow beyond %zu MiB: open it with a larger limit, or allow "
                           "the process more addresses (ulimit -v)",
                           db->path, doing, db->map_size >> 20);
    case MDB_MAP_RESIZED:
      return sce_error_new(SCE_IO, "%s: %s: another process has let it grow beyond the limit here: open it again",
                           db->path, doing);
    case MDB_READERS_FULL:
      return sce_error_new(SCE_IO, "%s: %s: more than %d states of it are open", db->path, doing, MAX_READERS);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return sce_error_new(SCE_BAD_STATE, "%s: %s: the state database is damaged: %s", db->path, doing,
                           mdb_strerror(code));
    default: break;
  }
  if (code == EIO) return sce_error_system(code, "%s: %s: the disk may be full", db->path, doing);
  if (code > 0) return sce_error_system(code, "%s: %s", db->path, doing);
  return sce_error_new(SCE_INTERNAL, "%s: %s: %s", db->path, doing, mdb_strerror(code));
}

sce_lmdb_t *sce_lmdb_ref(sce_lmdb_t *db) {
  atomic_fetch_add_explicit(&db->refs, 1, memory_order_relaxed);
  return db;
}

static void free_db(sce_lmdb_t *db) {
  if (db->map != NULL) munmap((void *)(uintptr_t)db->map, db->map_size);
  if (db->fd >= 0) close(db->fd);
  /* An environment that was left in the middle of a transaction can't be closed; the process's end gives back its lock.
   */
  if (db->env != NULL && !atomic_load(&db->broken)) mdb_env_close(db->env);
  pthread_mutex_destroy(&db->writing);
  sce_free(db->path);
  sce_free(db);
}

void sce_lmdb_unref(sce_lmdb_t *db) {
  if (db != NULL && atomic_fetch_sub_explicit(&db->refs, 1, memory_order_acq_rel) == 1) free_db(db);
}

/* ---- what is there ---- */

static char *file_path(const char *dir, const char *file) {
  size_t dir_len = strlen(dir), file_len = strlen(file);
  char *path = sce_alloc(dir_len + file_len + 2);
  if (path == NULL) return NULL;
  memcpy(path, dir, dir_len);
  path[dir_len] = '/';
  memcpy(path + dir_len + 1, file, file_len + 1);
  return path;
}

/* A directory with anything else in it than the two files is somebody else's. */
static sce_error_t *refuse_foreign(const char *dir) {
  DIR *entries = opendir(dir);
  if (entries == NULL) return sce_error_system(errno, "opening %s", dir);
  sce_error_t *err = NULL;
  for (struct dirent *entry; err == NULL && (entry = readdir(entries)) != NULL;) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, LOCK_FILE) == 0) continue;
    if (strcmp(name, DATA_FILE) != 0)
      err = sce_error_new(SCE_BAD_STATE, "%s is not a state database: it holds %s", dir, name);
  }
  closedir(entries);
  return err;
}

/* What LMDB opens by name, so that it neither waits for a FIFO nor makes a file somewhere else. */
static sce_error_t *check_file(bool *found, const char *path) {
  struct stat info;
  *found = stat(path, &info) == 0;
  if (*found) return S_ISREG(info.st_mode) ? NULL : sce_error_new(SCE_BAD_STATE, "%s is not a file", path);
  if (errno != ENOENT) return sce_error_system(errno, "opening %s", path);
  if (lstat(path, &info) != 0) return NULL;
  return sce_error_new(SCE_IO, "%s is a link to a file that is not there: remove it, or make the file", path);
}

/* Makes the directory where that is wanted. `*fresh`: there is no data file. */
static sce_error_t *look_at_dir(bool *fresh, const char *dir, const char *data_path, const char *lock_path,
                                bool create) {
  struct stat info;
  if (create && mkdir(dir, 0777) != 0 && errno != EEXIST) return sce_error_system(errno, "making %s", dir);
  if (stat(dir, &info) != 0) return sce_error_system(errno, "opening %s", dir);
  if (!S_ISDIR(info.st_mode)) return sce_error_new(SCE_BAD_STATE, "%s is not a directory", dir);
  bool found;
  SCE_TRY(check_file(&found, lock_path));
  SCE_TRY(check_file(&found, data_path));
  *fresh = !found;
  if (found) return NULL;
  SCE_TRY(refuse_foreign(dir));
  if (create) return NULL;
  return sce_error_new(SCE_IO, "%s holds no state database: make one with an import", dir);
}

static bool is_file(int fd, const struct stat *wanted) {
  struct stat info;
  return fstat(fd, &info) == 0 && info.st_dev == wanted->st_dev && info.st_ino == wanted->st_ino;
}

/* Descriptors are numbered from the lowest free one: beyond this many none is looked for. */
#define MAX_DESCRIPTORS 65536

/* True when this process has the file open: opening an LMDB environment twice breaks the locks of both. Looks through
 * the process's own files, by number where there is no /proc. */
static bool open_already(const char *lock_path) {
  struct stat wanted;
  bool found = false;
  if (stat(lock_path, &wanted) != 0 || !S_ISREG(wanted.st_mode)) return false;
  DIR *files = opendir("/proc/self/fd");
  if (files == NULL) {
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = 0; !found && fd < MAX_DESCRIPTORS && fd < most; fd++) found = is_file(fd, &wanted);
    return found;
  }
  for (struct dirent *entry; !found && (entry = readdir(files)) != NULL;) {
    const char *name = entry->d_name;
    found = name[0] >= '0' && name[0] <= '9' && is_file((int)strtol(name, NULL, 10), &wanted);
  }
  closedir(files);
  return found;
}

/* What a data file's first bytes say. */
typedef struct head {
  bool empty;      /* it has no bytes, because its maker was killed at once */
  bool unfinished; /* it has less than the first pages, for the same reason, or because the disk was full */
} head_t;

/* Checks the meta pages before LMDB looks at them. */
static sce_error_t *check_head(head_t *head, const char *data_path) {
  uint8_t *bytes = sce_alloc(HEAD_SIZE);
  if (bytes == NULL) return sce_error_oom();
  int fd = open(data_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info = {.st_size = 0};
  ssize_t got = fd < 0 || fstat(fd, &info) != 0 ? -1 : pread(fd, bytes, HEAD_SIZE, 0);
  sce_error_t *err = got < 0 ? sce_error_system(errno, "opening %s", data_path) : NULL;
  if (fd >= 0) close(fd);
  uint32_t page_size;
  sce_span_t read = sce_span(bytes, got < 0 ? 0 : (size_t)got);
  head->empty = got == 0;
  head->unfinished = (uint64_t)info.st_size == read.len && sce_pages_unfinished(read);
  if (err == NULL && !head->unfinished)
    err = sce_error_prefix(sce_pages_check_head(&page_size, read, (uint64_t)info.st_size), "%s", data_path);
  sce_free(bytes);
  return err;
}

/* Takes away what an unfinished file has, unless another process is just making it: then its lock, which LMDB holds as
 * long as it opens a new file, is taken. */
static sce_error_t *clear_unfinished(const char *data_path, const char *lock_path) {
  int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock < 0) return sce_error_system(errno, "opening %s", lock_path);
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  sce_error_t *err = fcntl(lock, F_SETLK, &whole) != 0 ? sce_error_system(errno, "locking %s", lock_path) : NULL;
  head_t head;
  if (err == NULL) err = check_head(&head, data_path);
  if (err == NULL && head.unfinished && truncate(data_path, 0) != 0)
    err = sce_error_system(errno, "emptying %s", data_path);
  close(lock);
  return err;
}

/* ---- opening ---- */

/* LMDB's answer to a broken invariant is to abort the process; while it writes, this goes back to sce_lmdb_write. */
static void failed_assertion(MDB_env *env, const char *message) {
  (void)message;
  sce_lmdb_t *db = mdb_env_get_userctx(env);
  if (db != NULL && db->escape != NULL) longjmp(*db->escape, 1);
}

static int try_env(sce_lmdb_t *db, size_t map_size, unsigned flags) {
  int code = mdb_env_create(&db->env);
  if (code != 0) return code;
  code = mdb_env_set_mapsize(db->env, map_size);
  if (code == 0) code = mdb_env_set_maxreaders(db->env, MAX_READERS);
  if (code == 0) code = mdb_env_set_userctx(db->env, db);
  if (code == 0) code = mdb_env_set_assert(db->env, failed_assertion);
  if (code == 0) code = mdb_env_open(db->env, db->path, flags, 0666);
  if (code == 0) return 0;
  mdb_env_close(db->env);
  db->env = NULL;
  return code;
}

/* A map of our own, as large as LMDB's, which is never smaller than the file. 0 or an errno value. */
static int map_file(sce_lmdb_t *db) {
  MDB_envinfo info;
  int code = mdb_env_info(db->env, &info);
  if (code == 0) {
    const void *map = mmap(NULL, info.me_mapsize, PROT_READ, MAP_SHARED, db->fd, 0);
    if (map != MAP_FAILED) {
      db->map = map;
      db->map_size = info.me_mapsize;
      return 0;
    }
    code = errno;
  }
  mdb_env_close(db->env);
  db->env = NULL;
  return code;
}

/* `empty`: LMDB must write the first pages, whoever opens the file. */
static sce_error_t *open_env(sce_lmdb_t *db, const sce_state_options_t *options, bool empty) {
  unsigned flags = MDB_NOTLS | (options->read_only && !empty ? MDB_RDONLY : 0) | (options->no_sync ? MDB_NOSYNC : 0);
  bool limited = options->max_bytes > 0 && options->max_bytes < MAP_SIZE_FIRST;
  for (size_t size = limited ? (size_t)options->max_bytes : MAP_SIZE_FIRST;; size /= 4) {
    int code = try_env(db, size, flags);
    if (code == 0) code = map_file(db);
    if (code == 0) return NULL;
    if (code != ENOMEM || size <= MAP_SIZE_LEAST) return sce_lmdb_error(db, code, "opening");
  }
}

/* The data file by a descriptor of our own; LMDB makes it where it is missing. */
static sce_error_t *open_data(sce_lmdb_t *db, const char *data_path, bool create) {
  db->fd = open(data_path, O_RDONLY | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
  return db->fd < 0 ? sce_error_system(errno, "opening %s", data_path) : NULL;
}

static sce_error_t *open_checked(sce_lmdb_t *db, const char *data_path, const char *lock_path,
                                 const sce_state_options_t *options) {
  bool fresh = true, create = options->create && !options->read_only;
  head_t head = {.empty = true};
  SCE_TRY(look_at_dir(&fresh, db->path, data_path, lock_path, create));
  if (open_already(lock_path))
    return sce_error_new(SCE_MISUSE, "%s is open in this process already: share that state", db->path);
  if (!fresh) SCE_TRY(check_head(&head, data_path));
  if (head.unfinished && !create)
    return sce_error_new(SCE_BAD_STATE, "%s was never finished and holds nothing: make it again with an import",
                         db->path);
  if (head.unfinished) SCE_TRY(clear_unfinished(data_path, lock_path));
  SCE_TRY(open_data(db, data_path, fresh));
  SCE_TRY(open_env(db, options, head.empty || head.unfinished));
  MDB_stat info;
  int code = mdb_env_stat(db->env, &info);
  if (code != 0) return sce_lmdb_error(db, code, "opening");
  db->page_size = info.ms_psize;
  int dead;
  if (!options->read_only) mdb_reader_check(db->env, &dead); /* of processes that were killed */
  return NULL;
}

sce_error_t *sce_lmdb_open(sce_lmdb_t **db, const char *path, const sce_state_options_t *options) {
  sce_lmdb_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->writing, NULL) != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  atomic_init(&made->refs, 1);
  made->fd = -1;
  made->read_only = options->read_only;
  made->vet_whole = VET_WHOLE_BYTES;
  made->journal_bytes = JOURNAL_BYTES;
  made->journal_states = JOURNAL_STATES;
  made->trusted = UINT64_MAX;
  made->keep = options->keep;
  made->path = sce_strndup(path, strlen(path));
  char *data_path = file_path(path, DATA_FILE), *lock_path = file_path(path, LOCK_FILE);
  sce_error_t *err = made->path == NULL || data_path == NULL || lock_path == NULL ? sce_error_oom() : NULL;
  if (err == NULL) err = open_checked(made, data_path, lock_path, options);
  sce_free(data_path);
  sce_free(lock_path);
  if (err != NULL)
    free_db(made);
  else
    *db = made;
  return err;
}
