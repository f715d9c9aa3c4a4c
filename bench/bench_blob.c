/* bench_blob.c: times decompressing, parsing and writing back a runtime; with STACK_LIMIT also metering its stack (then
 * only metering and writing back are timed). Prints {"bestMs", "bytes"}, as upstream's harness does.
 *
 *   bench_blob FILE CALLS [STACK_LIMIT]
 */
#define _POSIX_C_SOURCE 200809L
#include <scexec.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(const char *what) {
  fprintf(stderr, "bench_blob: %s\n", what);
  exit(1);
}

static void check(sce_error_t *err) {
  if (err != NULL) fail(sce_error_message(err));
}

static sce_span_t read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("can't open the file");
  long size = ftell(file);
  if (size <= 0 || fseek(file, 0, SEEK_SET) != 0) fail("can't read the file");
  uint8_t *data = malloc((size_t)size);
  if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) fail("can't read the file");
  fclose(file);
  return (sce_span_t){data, (size_t)size};
}

/* One round: its time in milliseconds, and the length of what was written. */
static double measure(size_t *written, sce_span_t code, const sce_blob_rewrite_t *rewrite) {
  sce_blob_t *blob = NULL;
  sce_buf_t module = {0};
  double start = now_ms();
  check(sce_blob_new(&blob, code));
  if (rewrite->meter_stack) start = now_ms();
  check(sce_blob_rewrite(blob, &module, rewrite));
  double time = now_ms() - start;
  *written = module.len;
  sce_buf_free(&module);
  sce_blob_delete(blob);
  return time;
}

int main(int argc, char **argv) {
  if (argc < 3) fail("usage: bench_blob FILE CALLS [STACK_LIMIT]");
  sce_span_t code = read_file(argv[1]);
  long calls = strtol(argv[2], NULL, 10);
  sce_blob_rewrite_t rewrite = {0};
  if (argc > 3) {
    rewrite.meter_stack = true;
    rewrite.stack_limit = (uint32_t)strtoul(argv[3], NULL, 10);
  }
  size_t written = 0;
  double best = measure(&written, code, &rewrite);
  for (long i = 1; i < calls; i++) {
    double time = measure(&written, code, &rewrite);
    if (time < best) best = time;
  }
  printf("{\"bestMs\": %.3f, \"bytes\": %zu}\n", best, written);
  free((void *)code.data);
  return 0;
}
