/* replay.c: runs a fuzz target without libFuzzer, with any compiler: over the files given, and the files in the folders
 * given (a folder that is not there counts as empty), in the order of their names; then on the empty input. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Targets with a mutator of their own refer to libFuzzer's; nothing calls it here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) {
  (void)data;
  (void)max_size;
  return size;
}

static bool replay_file(const char *path, size_t size) {
  FILE *file = fopen(path, "rb");
  /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
  uint8_t *data = malloc(size > 0 ? size : 1);
  bool ok = file != NULL && data != NULL && fread(data, 1, size, file) == size;
  if (ok) {
    LLVMFuzzerTestOneInput(data, size);
  } else {
    fprintf(stderr, "replay: can't read %s\n", path);
  }
  free(data);
  if (file != NULL) fclose(file);
  return ok;
}

static int is_visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static bool replay_path(const char *path, size_t *count) {
  struct stat info;
  if (stat(path, &info) != 0) return true;
  if (!S_ISDIR(info.st_mode)) {
    *count += 1;
    return replay_file(path, (size_t)info.st_size);
  }
  struct dirent **entries = NULL;
  int found = scandir(path, &entries, is_visible, alphasort);
  if (found < 0) {
    fprintf(stderr, "replay: can't list %s\n", path);
    return false;
  }
  bool ok = true;
  for (int i = 0; i < found; i++) {
    char name[4096];
    int len = snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
    if (len < 0 || (size_t)len >= sizeof name || stat(name, &info) != 0 || !S_ISREG(info.st_mode)) {
      fprintf(stderr, "replay: not a file: %s/%s\n", path, entries[i]->d_name);
      ok = false;
    } else {
      *count += 1;
      ok = replay_file(name, (size_t)info.st_size) && ok;
    }
    free(entries[i]);
  }
  free(entries);
  return ok;
}

int main(int argc, char **argv) {
  size_t count = 0;
  bool ok = true;
  for (int i = 1; i < argc; i++) {
    ok = replay_path(argv[i], &count) && ok;
  }
  uint8_t none = 0;
  LLVMFuzzerTestOneInput(&none, 0);
  printf("%zu inputs, and the empty one\n", count);
  return ok ? 0 : 1;
}
