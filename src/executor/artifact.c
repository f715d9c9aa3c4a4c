/* artifact.c: artifacts: Wasmtime's image with a trailer of ours and a MAC over both. Wasmtime maps a file by its name,
 * so bytes, and files that somebody else could still change, go into a sealed memfd first. */
#include "executor/artifact.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <scexec_native.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALIGNMENT 16
/* No runtime's machine code comes near; keeps a hostile file from taking all memory. */
#define MAX_ARTIFACT ((size_t)1 << 30)

static const sce_artifact_contents_t all_of_it = {.only_for = ""};

/* ---- making ---- */

static void seal_with_mac(sce_buf_t *artifact, size_t start, const uint8_t *key) {
  size_t covered = artifact->len - start - SCE_ARTIFACT_MAC_SIZE;
  scn_blake3_keyed(artifact->data + start + covered, key, artifact->data + start, covered);
}

static sce_error_t *append_image(sce_buf_t *artifact, size_t *image_len, const sce_runtime_t *runtime) {
  wasm_byte_vec_t image;
  SCE_TRY(sce_error_from_wasmtime(wasmtime_module_serialize(runtime->module, &image), SCE_ENGINE,
                                  "serializing the runtime"));
  static const uint8_t zeros[ALIGNMENT];
  *image_len = image.size;
  sce_error_t *err = sce_buf_reserve(artifact, image.size + ALIGNMENT + SCE_ARTIFACT_TRAILER_SIZE);
  if (err == NULL) err = sce_buf_append(artifact, image.data, image.size);
  if (err == NULL) err = sce_buf_append(artifact, zeros, (ALIGNMENT - image.size % ALIGNMENT) % ALIGNMENT);
  wasm_byte_vec_delete(&image);
  return err;
}

sce_error_t *sce_artifact_of(sce_buf_t *artifact, const sce_runtime_t *runtime, const uint8_t code_hash[32],
                             const uint8_t key[SCE_ARTIFACT_KEY_SIZE], const sce_artifact_contents_t *contents) {
  size_t start = artifact->len, image_len = 0;
  sce_error_t *err = append_image(artifact, &image_len, runtime);
  sce_trailer_t trailer;
  sce_trailer_init(&trailer, &runtime->engine->config.semantics);
  trailer.info.size = image_len;
  trailer.reuse = runtime->reusable;
  memcpy(trailer.info.code_hash, code_hash, sizeof trailer.info.code_hash);
  snprintf(trailer.info.only_for, sizeof trailer.info.only_for, "%s", contents->only_for);
  if (contents->covers != NULL) memcpy(trailer.covers, contents->covers, sizeof trailer.covers);
  if (runtime->covers != NULL) sce_covers_encode(trailer.covers, runtime->covers, runtime->entry_count);
  if (contents->given_hash != NULL) memcpy(trailer.given_hash, contents->given_hash, sizeof trailer.given_hash);
  uint8_t bytes[SCE_ARTIFACT_TRAILER_SIZE];
  sce_trailer_encode(bytes, &trailer);
  if (err == NULL) err = sce_buf_append(artifact, bytes, sizeof bytes);
  if (err != NULL) {
    artifact->len = start;
    return err;
  }
  seal_with_mac(artifact, start, key);
  return NULL;
}

sce_error_t *sce_runtime_precompile(sce_engine_t *engine, sce_buf_t *artifact, const sce_blob_t *blob,
                                    const uint8_t key[SCE_ARTIFACT_KEY_SIZE]) {
  sce_runtime_t *runtime = NULL;
  uint8_t hash[32];
  sce_error_t *err = sce_runtime_compile(&runtime, engine, blob);
  sce_blake2b_256(hash, sce_blob_code(blob));
  if (err == NULL) err = sce_artifact_of(artifact, runtime, hash, key, &all_of_it);
  sce_runtime_delete(runtime);
  return err;
}

/* ---- loading ---- */

/* For whom an artifact is loaded. */
typedef struct loader {
  sce_engine_t *engine;
  const uint8_t *key; /* NULL: without the check */
  const sce_artifact_contents_t *wanted;
} loader_t;

static sce_error_t *check_mac(sce_span_t artifact, const uint8_t *key) {
  uint8_t mac[SCE_ARTIFACT_MAC_SIZE];
  size_t covered = artifact.len - SCE_ARTIFACT_MAC_SIZE;
  scn_blake3_keyed(mac, key, artifact.data, covered);
  if (scn_blake3_equal(mac, artifact.data + covered)) return NULL;
  return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was changed, or made under another key: it is not loaded");
}

/* Everything that is checked before machine code is touched. */
static sce_error_t *check(sce_trailer_t *trailer, const loader_t *loader, sce_span_t artifact) {
  SCE_TRY(sce_trailer_decode(trailer, artifact));
  sce_trailer_t ours;
  sce_trailer_init(&ours, &loader->engine->config.semantics);
  const sce_artifact_contents_t *wanted = loader->wanted;
  snprintf(ours.info.only_for, sizeof ours.info.only_for, "%s", wanted->only_for);
  if (wanted->covers != NULL) memcpy(ours.covers, wanted->covers, sizeof ours.covers);
  SCE_TRY(sce_trailer_compare(trailer, &ours));
  if (wanted->given_hash != NULL && memcmp(wanted->given_hash, trailer->given_hash, sizeof trailer->given_hash) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact is of other code");
  size_t before = artifact.len - SCE_ARTIFACT_TRAILER_SIZE;
  if (trailer->info.size > before || before - trailer->info.size >= ALIGNMENT)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact has %zu bytes of code, its trailer says %llu", before,
                         (unsigned long long)trailer->info.size);
  return loader->key != NULL ? check_mac(artifact, loader->key) : NULL;
}

/* Loads the artifact in the file `fd`, mapped at `view`. Wasmtime maps it again by the descriptor's name; where there
 * is no /proc, it gets a copy. */
static sce_error_t *load_mapped(sce_runtime_t **runtime, const loader_t *loader, int fd, sce_span_t view) {
  sce_trailer_t trailer;
  SCE_TRY(check(&trailer, loader, view));
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  wasmtime_module_t *module = NULL;
  wasmtime_error_t *error = access(path, R_OK) == 0
                                ? wasmtime_module_deserialize_file(loader->engine->wasm, path, &module)
                                : wasmtime_module_deserialize(loader->engine->wasm, view.data, view.len, &module);
  SCE_TRY(sce_error_from_wasmtime(error, SCE_BAD_ARTIFACT, "loading the artifact"));
  sce_runtime_t *made = NULL;
  SCE_TRY(sce_runtime_of_module(&made, loader->engine, module, trailer.reuse));
  static const uint8_t none[SCE_COVERS_SIZE];
  if (trailer.info.only_for[0] == '\0' && memcmp(trailer.covers, none, sizeof none) != 0) {
    sce_error_t *err = sce_covers_decode(&made->covers, trailer.covers, made->entry_count);
    if (err != NULL) {
      sce_runtime_delete(made);
      return err;
    }
  }
  *runtime = made;
  return NULL;
}

static sce_error_t *wrong_size(size_t len) {
  return sce_error_new(SCE_BAD_ARTIFACT, "a file of %zu bytes is no artifact of scexec", len);
}

static sce_error_t *load_descriptor(sce_runtime_t **runtime, const loader_t *loader, int fd, size_t len) {
  if (len < SCE_ARTIFACT_TRAILER_SIZE || len > MAX_ARTIFACT) return wrong_size(len);
  void *view = mmap(NULL, len, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (view == MAP_FAILED) return sce_error_system(errno, "mapping the artifact");
  sce_error_t *err = load_mapped(runtime, loader, fd, sce_span(view, len));
  munmap(view, len);
  return err;
}

static sce_error_t *write_all(int fd, const uint8_t *data, size_t len) {
  for (size_t at = 0; at < len;) {
    ssize_t done = write(fd, data + at, len - at);
    if (done < 0 && errno != EINTR) return sce_error_system(errno, "copying the artifact");
    if (done > 0) at += (size_t)done;
  }
  return NULL;
}

/* Loads what was written to the memfd, which nobody can change from here on. Closes it. */
static sce_error_t *load_sealed(sce_runtime_t **runtime, const loader_t *loader, int fd, size_t len) {
  sce_error_t *err = NULL;
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    err = sce_error_system(errno, "sealing the artifact");
  if (err == NULL) err = load_descriptor(runtime, loader, fd, len);
  close(fd);
  return err;
}

static sce_error_t *make_memfd(int *fd) {
  *fd = memfd_create("scexec-artifact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return *fd < 0 ? sce_error_system(errno, "making room for the artifact") : NULL;
}

static sce_error_t *load_bytes(sce_runtime_t **runtime, const loader_t *loader, const uint8_t *data, size_t len) {
  int sealed;
  SCE_TRY(make_memfd(&sealed));
  sce_error_t *err = write_all(sealed, data, len);
  if (err == NULL) return load_sealed(runtime, loader, sealed, len);
  close(sealed);
  return err;
}

/* Copies `len` bytes of a file. */
static sce_error_t *copy_file(int to, int from, size_t len) {
  uint8_t part[64 << 10];
  while (len > 0) {
    ssize_t done = read(from, part, len < sizeof part ? len : sizeof part);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return sce_error_system(errno, "reading the artifact");
    if (done == 0) return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was cut short while it was read");
    SCE_TRY(write_all(to, part, (size_t)done));
    len -= (size_t)done;
  }
  return NULL;
}

/* A file that others can write to: its bytes are copied, then checked. */
static sce_error_t *load_copied(sce_runtime_t **runtime, const loader_t *loader, int fd, size_t len) {
  int sealed;
  if (len > MAX_ARTIFACT) return wrong_size(len);
  SCE_TRY(make_memfd(&sealed));
  sce_error_t *err = copy_file(sealed, fd, len);
  if (err == NULL) return load_sealed(runtime, loader, sealed, len);
  close(sealed);
  return err;
}

static sce_error_t *load_file(sce_runtime_t **runtime, const loader_t *loader, int fd, const struct stat *status,
                              const char *path) {
  bool ours = (status->st_uid == geteuid() || status->st_uid == 0) && (status->st_mode & 022) == 0;
  size_t len = (size_t)status->st_size;
  sce_error_t *err = ours ? load_descriptor(runtime, loader, fd, len) : load_copied(runtime, loader, fd, len);
  bool of_artifact = err != NULL && (sce_error_kind(err) == SCE_BAD_ARTIFACT || sce_error_kind(err) == SCE_IO);
  return of_artifact ? sce_error_prefix(err, "%s", path) : err;
}

sce_error_t *sce_artifact_load(sce_runtime_t **runtime, sce_engine_t *engine, const char *path, const uint8_t *key,
                               const sce_artifact_contents_t *wanted) {
  loader_t loader = {engine, key, wanted};
  *runtime = NULL;
  struct stat status;
  int fd;
  SCE_TRY(sce_file_open_regular(&fd, &status, AT_FDCWD, path, 0, "the artifact"));
  if (fd < 0) return NULL;
  sce_error_t *err = load_file(runtime, &loader, fd, &status, path);
  close(fd);
  return err;
}

/* ---- public ---- */

sce_error_t *sce_runtime_from_artifact_bytes(sce_runtime_t **runtime, sce_engine_t *engine, const uint8_t *data,
                                             size_t len, const uint8_t key[SCE_ARTIFACT_KEY_SIZE]) {
  if (key == NULL) return sce_error_new(SCE_MISUSE, "loading an artifact needs its key");
  return load_bytes(runtime, &(loader_t){engine, key, &all_of_it}, data, len);
}

sce_error_t *sce_runtime_from_artifact_bytes_without_check(sce_runtime_t **runtime, sce_engine_t *engine,
                                                           const uint8_t *data, size_t len) {
  return load_bytes(runtime, &(loader_t){engine, NULL, &all_of_it}, data, len);
}

sce_error_t *sce_runtime_from_artifact_file(sce_runtime_t **runtime, sce_engine_t *engine, const char *path,
                                            const uint8_t key[SCE_ARTIFACT_KEY_SIZE]) {
  if (key == NULL) return sce_error_new(SCE_MISUSE, "loading an artifact needs its key");
  sce_runtime_t *loaded = NULL;
  SCE_TRY(sce_artifact_load(&loaded, engine, path, key, &all_of_it));
  if (loaded == NULL) return sce_error_new(SCE_IO, "there is no artifact %s", path);
  *runtime = loaded;
  return NULL;
}

sce_error_t *sce_artifact_describe(sce_artifact_info_t *info, const uint8_t *data, size_t len) {
  sce_trailer_t trailer;
  SCE_TRY(sce_trailer_decode(&trailer, sce_span(data, len)));
  *info = trailer.info;
  return NULL;
}
