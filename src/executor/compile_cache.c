/* compile_cache.c: finished artifacts in a directory, by code hash and semantics. An entry is written to a temporary
 * name and renamed, so it is there whole or not at all, whoever is killed when; its MAC makes a damaged one known. The
 * least recently used entries go when the directory grows above its bound. */
#include "executor/compile_cache.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "executor/artifact.h"
#include "executor/tiers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <scexec_native.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".scexec"
#define TEMPORARY ".tmp-"
/* A temporary file this old belongs to nobody that still lives. */
#define STALE_SECONDS (60 * 60)

/* ---- names ---- */

/* <hash of the code>-<fingerprint>.scexec, for code that `engine` made. NUL-terminated. */
static sce_error_t *entry_name(sce_buf_t *name, const sce_engine_t *engine, const sce_artifact_contents_t *contents) {
  const uint8_t *given_hash = contents->given_hash;
  sce_trailer_t trailer;
  sce_trailer_init(&trailer, &engine->config.semantics);
  snprintf(trailer.info.only_for, sizeof trailer.info.only_for, "%s", contents->only_for);
  if (contents->covers != NULL) memcpy(trailer.covers, contents->covers, sizeof trailer.covers);
  SCE_TRY(sce_hex_append(name, sce_span(given_hash, 32)));
  return sce_buf_printf(name, "-%016" PRIx64 SUFFIX "%c", sce_trailer_fingerprint(&trailer), '\0');
}

static sce_error_t *entry_path(sce_buf_t *path, const sce_engine_t *engine, const sce_cache_place_t *place,
                               const sce_artifact_contents_t *contents) {
  SCE_TRY(sce_buf_printf(path, "%s/", place->directory));
  return entry_name(path, engine, contents);
}

/* Code is looked up before it is decompressed. BLAKE3 since it hashes several times faster than anything else here. */
static void hash_given(uint8_t hash[32], sce_span_t code) {
  static const uint8_t domain[32] = "scexec: code in the cache, as is";
  scn_blake3_keyed(hash, domain, code.data, code.len);
}

static bool is_entry(const char *name) {
  size_t len = strlen(name), suffix = sizeof SUFFIX - 1;
  return len == 64 + 1 + 16 + suffix && name[64] == '-' && strcmp(name + len - suffix, SUFFIX) == 0;
}

/* ---- walking the directory ---- */

typedef sce_error_t *(*visit_fn)(void *ctx, int dir, const char *name, const struct stat *status);

/* Visits the cache's own files: entries and temporary files. A directory that is not there has none. */
static sce_error_t *visit(const char *path, visit_fn each, void *ctx) {
  DIR *dir = opendir(path);
  if (dir == NULL) return errno == ENOENT ? NULL : sce_error_system(errno, "opening the cache %s", path);
  sce_error_t *err = NULL;
  struct dirent *item;
  while (err == NULL && (item = readdir(dir)) != NULL) {
    struct stat status;
    if (!is_entry(item->d_name) && strncmp(item->d_name, TEMPORARY, sizeof TEMPORARY - 1) != 0) continue;
    if (fstatat(dirfd(dir), item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    err = each(ctx, dirfd(dir), item->d_name, &status);
  }
  closedir(dir);
  return err;
}

/* ---- bound ---- */

typedef struct candidate {
  char name[96];
  uint64_t size;
  struct timespec used;
} candidate_t;

typedef struct census {
  candidate_t *items;
  size_t count, capacity;
  uint64_t total;
} census_t;

static sce_error_t *take_census(void *ctx, int dir, const char *name, const struct stat *status) {
  census_t *census = ctx;
  if (!is_entry(name)) {
    if (time(NULL) - status->st_mtime > STALE_SECONDS) unlinkat(dir, name, 0);
    return NULL;
  }
  if (census->count == census->capacity) {
    size_t capacity = census->capacity > 0 ? census->capacity * 2 : 16;
    candidate_t *items = sce_realloc_array(census->items, capacity, sizeof *items);
    if (items == NULL) return sce_error_oom();
    census->items = items;
    census->capacity = capacity;
  }
  candidate_t *item = &census->items[census->count++];
  *item = (candidate_t){.size = (uint64_t)status->st_size, .used = status->st_mtim};
  snprintf(item->name, sizeof item->name, "%s", name);
  census->total += item->size;
  return NULL;
}

static int by_use(const void *a, const void *b) {
  const struct timespec *x = &((const candidate_t *)a)->used, *y = &((const candidate_t *)b)->used;
  if (x->tv_sec != y->tv_sec) return x->tv_sec < y->tv_sec ? -1 : 1;
  return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

/* Removes the least recently used entries until the rest fits. */
static sce_error_t *enforce_bound(const char *path, uint64_t bound) {
  census_t census = {0};
  sce_error_t *err = visit(path, take_census, &census);
  if (err == NULL && census.total > bound) {
    qsort(census.items, census.count, sizeof *census.items, by_use);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; dir >= 0 && i < census.count && census.total > bound; i++) {
      unlinkat(dir, census.items[i].name, 0);
      census.total -= census.items[i].size;
    }
    if (dir >= 0) close(dir);
  }
  sce_free(census.items);
  return err;
}

/* ---- storing ---- */

static sce_error_t *make_directory(const char *path) {
  sce_buf_t copy = {0};
  sce_error_t *err = sce_buf_append(&copy, path, strlen(path) + 1);
  char *text = (char *)copy.data;
  for (char *slash = err == NULL ? strchr(text + 1, '/') : NULL; err == NULL && slash != NULL;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(text, 0777) != 0 && errno != EEXIST) err = sce_error_system(errno, "making the directory %s", text);
    *slash = '/';
  }
  if (err == NULL && mkdir(path, 0700) != 0 && errno != EEXIST)
    err = sce_error_system(errno, "making the cache %s", path);
  sce_buf_free(&copy);
  return err;
}

static sce_error_t *write_all(int fd, sce_span_t bytes) {
  for (size_t at = 0; at < bytes.len;) {
    ssize_t done = write(fd, bytes.data + at, bytes.len - at);
    if (done < 0 && errno != EINTR) return sce_error_system(errno, "writing to the cache");
    if (done > 0) at += (size_t)done;
  }
  return NULL;
}

/* Writes `bytes` to `path` as a whole, or leaves nothing. */
static sce_error_t *write_entry(const char *directory, const char *path, sce_span_t bytes) {
  sce_buf_t temporary = {0};
  sce_error_t *err = sce_buf_printf(&temporary, "%s/" TEMPORARY "XXXXXX%c", directory, '\0');
  int fd = err == NULL ? mkstemp((char *)temporary.data) : -1; /* mode 0600 */
  if (err == NULL && fd < 0) err = sce_error_system(errno, "writing to the cache %s", directory);
  if (fd >= 0) {
    err = write_all(fd, bytes);
    close(fd);
    if (err == NULL && rename((const char *)temporary.data, path) != 0)
      err = sce_error_system(errno, "writing to the cache %s", directory);
    if (err != NULL) unlink((const char *)temporary.data);
  }
  sce_buf_free(&temporary);
  return err;
}

static bool is_of_code(const char *name, const uint8_t given_hash[32]) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < 32; i++)
    if (name[2 * i] != digits[given_hash[i] >> 4] || name[2 * i + 1] != digits[given_hash[i] & 15]) return false;
  return true;
}

static bool read_trailer(sce_trailer_t *trailer, int dir, const char *name) {
  uint8_t bytes[SCE_ARTIFACT_TRAILER_SIZE];
  struct stat status;
  int fd;
  sce_error_t *err = sce_file_open_regular(&fd, &status, dir, name, O_NOFOLLOW, "the cache entry");
  sce_error_delete(err);
  if (fd < 0) return false;
  err = NULL;
  off_t at = status.st_size - (off_t)sizeof bytes;
  bool ok = at >= 0 && pread(fd, bytes, sizeof bytes, at) == (ssize_t)sizeof bytes;
  if (ok) err = sce_trailer_decode(trailer, sce_span(bytes, sizeof bytes));
  close(fd);
  ok = ok && err == NULL;
  sce_error_delete(err);
  return ok;
}

static sce_error_t *remove_if_part(void *ctx, int dir, const char *name, const struct stat *status) {
  (void)status;
  const sce_cache_place_t *place = ctx;
  sce_trailer_t trailer;
  if (is_entry(name) && is_of_code(name, place->given_hash) && read_trailer(&trailer, dir, name) &&
      trailer.info.only_for[0] != '\0')
    unlinkat(dir, name, 0);
  return NULL;
}

#define ONLY_FOR_SIZE (sizeof(((sce_artifact_info_t *)NULL)->only_for))

/* As many of the functions' names as there is room for, in order, "..." behind them when there are more. */
static void list_names(char text[ONLY_FOR_SIZE], const sce_runtime_t *runtime, const uint8_t *covers) {
  static const char more[] = "...";
  size_t len = 0;
  text[0] = '\0';
  for (size_t i = 0; i < runtime->export_count; i++) {
    const sce_export_t *export = &runtime->exports[i];
    if (export->kind != SCE_EXPORT_ENTRY || !covers[export->function_entry]) continue;
    const char *between = len > 0 ? ", " : "";
    if (len + strlen(between) + export->name_len + sizeof ", ..." > ONLY_FOR_SIZE) {
      snprintf(text + len, ONLY_FOR_SIZE - len, "%s%s", between, more);
      break;
    }
    len += (size_t)snprintf(text + len, ONLY_FOR_SIZE - len, "%s%s", between, export->name);
  }
  for (char *c = text; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e) *c = '?';
}

sce_error_t *sce_cache_store(const sce_runtime_t *runtime, const sce_cache_place_t *place, const uint8_t *covers,
                             bool replace) {
  sce_buf_t artifact = {0}, path = {0};
  char only_for[ONLY_FOR_SIZE] = "";
  uint8_t bits[SCE_COVERS_SIZE] = {0};
  const sce_artifact_contents_t contents = {only_for, bits, place->given_hash};
  if (covers != NULL) list_names(only_for, runtime, covers);
  if (covers != NULL) sce_covers_encode(bits, covers, runtime->entry_count);
  if (covers != NULL && only_for[0] == '\0') return NULL; /* for a start function alone */
  sce_error_t *err = make_directory(place->directory);
  if (err == NULL) err = entry_path(&path, runtime->engine, place, &contents);
  if (err == NULL) err = sce_artifact_of(&artifact, runtime, place->code_hash, place->key, &contents);
  if (err == NULL && replace) err = visit(place->directory, remove_if_part, (void *)(uintptr_t)place);
  if (err == NULL) err = write_entry(place->directory, (const char *)path.data, sce_buf_span(&artifact));
  if (err == NULL) err = enforce_bound(place->directory, place->max_size);
  sce_buf_free(&artifact);
  sce_buf_free(&path);
  return err;
}

/* ---- places ---- */

sce_error_t *sce_cache_place_copy(sce_cache_place_t *copy, const sce_cache_place_t *place) {
  char *directory = sce_strndup(place->directory, strlen(place->directory));
  if (directory == NULL) return sce_error_oom();
  *copy = *place;
  copy->directory = directory;
  return NULL;
}

void sce_cache_place_clear(sce_cache_place_t *place) {
  sce_free(place->directory);
  explicit_bzero(place, sizeof *place);
}

/* ---- the way through the cache ---- */

/* Warns of what did not work, and goes on without. */
static void warn(const sce_engine_t *engine, const char *what, sce_error_t *err) {
  if (err != NULL) sce_engine_log(engine, SCE_LOG_WARN, "%s: %s", what, sce_error_message(err));
  sce_error_delete(err);
}

/* The entry, or NULL: there is none, or it is damaged or another's. Errors are those of the runtime itself, such as
 * missing imports. */
static sce_error_t *fetch(sce_runtime_t **runtime, sce_engine_t *engine, const char *path,
                          const sce_cache_place_t *place, const sce_artifact_contents_t *wanted,
                          const sce_engine_t *log) {
  *runtime = NULL;
  sce_error_t *err = sce_artifact_load(runtime, engine, path, place->key, wanted);
  if (err != NULL) {
    sce_error_kind_t kind = sce_error_kind(err);
    if (kind != SCE_BAD_ARTIFACT && kind != SCE_IO) return err;
    warn(log, "a cached artifact is of no use and compiled again", err);
    unlink(path);
  }
  if (*runtime != NULL) utimensat(AT_FDCWD, path, NULL, 0); /* most recently used now; no matter if that fails */
  return NULL;
}

/* ---- parts ---- */

typedef struct part_search {
  sce_cache_place_t *place;
  sce_engine_t *quick;
  const sce_engine_t *log;
  sce_cached_part_t *parts;
  size_t count, max;
  bool all; /* found, as the only one */
} part_search_t;

/* Puts what was found in its place: all of the module makes the parts needless. */
static void take_part(part_search_t *search, const sce_cached_part_t *part) {
  if (part->all) {
    for (size_t i = 0; i < search->count; i++) sce_runtime_delete(search->parts[i].runtime);
    search->count = 0;
  }
  search->parts[search->count++] = *part;
  search->all = part->all;
}

static sce_error_t *load_part(void *ctx, int dir, const char *name, const struct stat *status) {
  (void)status;
  part_search_t *search = ctx;
  sce_cache_place_t *place = search->place;
  sce_trailer_t trailer;
  if (search->all || !is_entry(name) || !is_of_code(name, place->given_hash)) return NULL;
  if (!read_trailer(&trailer, dir, name)) return NULL;
  static const uint8_t none[SCE_COVERS_SIZE];
  bool whole = trailer.info.only_for[0] == '\0';
  sce_cached_part_t part = {.all = whole && memcmp(trailer.covers, none, sizeof none) == 0};
  if (search->count == search->max && !part.all) return NULL;
  memcpy(part.covers, trailer.covers, sizeof part.covers);
  const sce_artifact_contents_t wanted = {trailer.info.only_for, part.covers, place->given_hash};
  sce_buf_t path = {0}, expected = {0};
  sce_error_t *err = entry_name(&expected, search->quick, &wanted);
  if (err == NULL && strcmp((const char *)expected.data, name) == 0) { /* else of other semantics */
    err = sce_buf_printf(&path, "%s/%s%c", place->directory, name, '\0');
    if (err == NULL) err = fetch(&part.runtime, search->quick, (const char *)path.data, place, &wanted, search->log);
    if (err == NULL && part.runtime != NULL) {
      memcpy(place->code_hash, trailer.info.code_hash, sizeof place->code_hash);
      take_part(search, &part);
    }
  }
  sce_buf_free(&path);
  sce_buf_free(&expected);
  return err;
}

sce_error_t *sce_cache_load_parts(sce_cache_place_t *place, sce_cached_part_t *parts, size_t *count, size_t max,
                                  sce_engine_t *quick, const sce_engine_t *log) {
  part_search_t search = {.place = place, .quick = quick, .log = log, .parts = parts, .max = max};
  sce_error_t *err = visit(place->directory, load_part, &search);
  if (err != NULL && sce_error_kind(err) == SCE_IO) { /* of the directory: as if it were empty */
    sce_error_delete(err);
    err = NULL;
  }
  for (size_t i = 0; err != NULL && i < search.count; i++) sce_runtime_delete(parts[i].runtime);
  *count = err == NULL ? search.count : 0;
  return err;
}

/* ---- from code ---- */

static sce_error_t *compile_code(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t code) {
  sce_blob_t *blob = NULL;
  SCE_TRY(sce_blob_new(&blob, code));
  sce_error_t *err = sce_runtime_new(runtime, engine, blob);
  sce_blob_delete(blob);
  return err;
}

/* Compiles and keeps; a tiered runtime keeps what it compiles when it does. */
static sce_error_t *compile_and_keep(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob,
                                     sce_cache_place_t *place) {
  sce_blake2b_256(place->code_hash, sce_blob_code(blob));
  if (engine->tiered) {
    sce_time_limit_t limit;
    const sce_patience_t patience = sce_compile_limit(&limit, engine);
    return sce_tiers_new_runtime(runtime, engine, blob, place, &patience);
  }
  SCE_TRY(sce_runtime_compile(runtime, engine, blob));
  warn(engine, "the compiled runtime was not kept in the cache", sce_cache_store(*runtime, place, NULL, true));
  return NULL;
}

static sce_error_t *through_cache(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t code, const char *path,
                                  sce_cache_place_t *place) {
  const sce_artifact_contents_t everything = {.only_for = "", .given_hash = place->given_hash};
  SCE_TRY(fetch(runtime, engine, path, place, &everything, engine));
  if (*runtime == NULL && engine->tiered) SCE_TRY(sce_tiers_cached_runtime(runtime, engine, code, place));
  if (*runtime != NULL) return NULL;
  sce_blob_t *blob = NULL;
  SCE_TRY(sce_blob_new(&blob, code));
  sce_error_t *err = compile_and_keep(runtime, engine, blob, place);
  sce_blob_delete(blob);
  return err;
}

sce_error_t *sce_runtime_from_code(sce_runtime_t **out, sce_engine_t *engine, sce_span_t code) {
  sce_runtime_t *runtime = NULL;
  if (engine->cache_path == NULL) {
    SCE_TRY(compile_code(&runtime, engine, code));
    *out = runtime;
    return NULL;
  }
  sce_cache_place_t place = {.directory = engine->cache_path, .max_size = engine->config.cache_max_size};
  sce_buf_t path = {0};
  sce_error_t *unusable = sce_artifact_key_user(place.key, NULL);
  if (unusable == NULL) {
    hash_given(place.given_hash, code);
    unusable = entry_path(&path, engine, &place, &(sce_artifact_contents_t){"", NULL, place.given_hash});
  }
  sce_error_t *err;
  if (unusable != NULL) {
    warn(engine, "the cache of compiled runtimes can't be used", unusable);
    err = compile_code(&runtime, engine, code);
  } else {
    err = through_cache(&runtime, engine, code, (const char *)path.data, &place);
  }
  explicit_bzero(place.key, sizeof place.key);
  sce_buf_free(&path);
  if (err == NULL) *out = runtime;
  return err;
}

/* ---- for people ---- */

typedef struct listing {
  sce_cache_entry_fn each;
  void *ctx;
} listing_t;

static sce_error_t *list_one(void *ctx, int dir, const char *name, const struct stat *status) {
  const listing_t *listing = ctx;
  if (!is_entry(name)) return NULL;
  sce_cache_entry_t entry = {.name = name, .size = (uint64_t)status->st_size, .last_used = status->st_mtime};
  sce_trailer_t trailer;
  entry.readable = read_trailer(&trailer, dir, name);
  if (entry.readable) entry.info = trailer.info;
  listing->each(listing->ctx, &entry);
  return NULL;
}

sce_error_t *sce_cache_list(const char *path, sce_cache_entry_fn each, void *ctx) {
  listing_t listing = {each, ctx};
  return visit(path, list_one, &listing);
}

static sce_error_t *remove_one(void *ctx, int dir, const char *name, const struct stat *status) {
  uint64_t *freed = ctx;
  if (unlinkat(dir, name, 0) == 0) {
    *freed += (uint64_t)status->st_size;
  } else if (errno != ENOENT) {
    return sce_error_system(errno, "removing %s from the cache", name);
  }
  return NULL;
}

sce_error_t *sce_cache_clear(uint64_t *freed, const char *path) {
  *freed = 0;
  return visit(path, remove_one, freed);
}
